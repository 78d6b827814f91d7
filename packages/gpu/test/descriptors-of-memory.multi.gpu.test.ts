/** Whose a file descriptor is while memory is shared by it: nobody closes what the driver has, and what it doesn't have is closed. */
import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs';
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { openDevice, shareDeviceMemory } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { changeCommands, failCall } from './changed-driver.ts';

const OUT_OF_MEMORY = V.VK_ERROR_OUT_OF_DEVICE_MEMORY;
const NEEDS = { extensions: ['VK_KHR_external_memory_fd'] };

gpuTest('a descriptor that the driver took is closed by nobody else', NEEDS, async ({ device }) => {
  await using other = await openDevice({ device: device.uuid, validation: false });
  const opened: number[] = [];
  {
    const { commands } = makerOf(other).driver;
    // As the driver frees memory it closes its descriptor, and who opens a file then gets that number.
    using _ = changeCommands(other, {
      vkFreeMemory: (...given) => {
        commands.vkFreeMemory(...given);
        for (let file = 0; file < 3; file++) opened.push(openSync('/dev/null', 'r'));
      },
    });
    using __ = failCall(other, 'vkBindBufferMemory2', 1, OUT_OF_MEMORY);
    expect(() => shareDeviceMemory([device, other], { label: 'message', byteLength: 65_536 })).toThrow(
      'Cannot create buffer "message": vkBindBufferMemory2 gave VK_ERROR_OUT_OF_DEVICE_MEMORY; free some memory',
    );
  }
  expect(opened.length).toBe(3);
  for (const file of opened) expect(() => fstatSync(file)).not.toThrow();
  for (const file of opened) closeSync(file);
});

gpuTest('a descriptor that no driver took is closed', NEEDS, async ({ device }) => {
  await using other = await openDevice({ device: device.uuid, validation: false });
  const share = () => shareDeviceMemory([device, other], { label: 'message', byteLength: 65_536 });
  for (const buffer of share()) buffer[Symbol.dispose]();
  const files = readdirSync('/proc/self/fd').length;
  for (const command of ['vkCreateBuffer', 'vkAllocateMemory'] as const) {
    using _ = failCall(other, command, 1, OUT_OF_MEMORY);
    expect(share).toThrow(`${command} gave VK_ERROR_OUT_OF_DEVICE_MEMORY`);
  }
  await device.idle();
  expect(readdirSync('/proc/self/fd').length).toBe(files);
});
