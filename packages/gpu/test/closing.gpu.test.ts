import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { openDevice } from '../src/index.ts';

/** Writes down, in order, the calls that destroy semaphores and the device. */
function watchEnds(commands: V.Device, instance: V.Instance): string[] {
  const ends: string[] = [];
  const bare = V.loadDevice(instance, commands.handle);
  for (const name of ['vkDestroySemaphore', 'vkDestroyDevice'] as const) {
    const value = (...words: readonly unknown[]): unknown => {
      ends.push(name);
      return (bare[name] as (...words: readonly unknown[]) => unknown)(...words);
    };
    Object.defineProperty(commands, name, { value });
  }
  return ends;
}

gpuTest('waits that are open when a device closes leave nothing that is destroyed after it', {}, async () => {
  for (let round = 0; round < 8; round++) {
    const device = await openDevice({ validation: false });
    const ends = watchEnds(device.raw.commands, device.raw.instance);
    using commands = device.record('nothing', () => undefined);
    const { timeline } = device.compute;
    const waits = Array.from({ length: 40 }, () => timeline.wait(device.compute.submit([commands]).value));
    commands[Symbol.dispose]();
    await device[Symbol.asyncDispose]();
    await Promise.all(waits);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ends.at(-1)).toBe('vkDestroyDevice');
    expect(ends.filter((each) => each === 'vkDestroyDevice')).toHaveLength(1);
  }
});
