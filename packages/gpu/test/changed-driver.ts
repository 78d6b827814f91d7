/** @file A device that lacks something, or a command of which fails: changed on this side of its driver, for one test. */
import type * as V from '@halocline/vulkan';
import type { Device } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';

/** Takes features from a device, or gives it some that it need not have. */
export function changeFeatures(device: Device, changed: Readonly<Record<string, boolean>>): void {
  const { driver } = makerOf(device);
  Object.defineProperty(driver, 'features', { value: { ...driver.features, ...changed }, configurable: true });
}

/** Puts commands of one's own in place of a device's, until it is disposed. */
export function changeCommands(device: Device, changed: Partial<V.Device>): Disposable {
  const { driver } = makerOf(device);
  const { commands } = driver;
  const values = Object.entries(changed).map(([name, value]) => [name, { value }] as const);
  driver.commands = Object.create(commands, Object.fromEntries(values)) as V.Device;
  return {
    [Symbol.dispose]() {
      driver.commands = commands;
    },
  };
}

/** One call of a command that fails. */
export interface FailingCall extends Disposable {
  /** Whether it has come. */
  readonly came: boolean;
}

/**
 * Lets the call of a command that comes as the `nth` from here on, from 1 on, give a result instead of being made. The end of a recording
 * is made too: what fails there is recorded no further.
 */
export function failCall(device: Device, command: keyof V.Device, nth: number, result: number): FailingCall {
  let calls = 0;
  const bare = makerOf(device).driver.commands[command] as (...words: readonly unknown[]) => unknown;
  const value = (...words: readonly unknown[]): unknown => {
    const made = ++calls !== nth || command === 'vkEndCommandBuffer' ? bare(...words) : undefined;
    return calls === nth ? result : made;
  };
  const change = changeCommands(device, { [command]: value });
  return {
    get came() {
      return calls >= nth;
    },
    [Symbol.dispose]: () => change[Symbol.dispose](),
  };
}
