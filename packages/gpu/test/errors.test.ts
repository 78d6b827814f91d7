import * as V from '@halocline/vulkan';
import { expect, test } from 'vitest';
import { chooseDevice } from '../src/device/choose.ts';
import { Driver } from '../src/device/driver.ts';
import { readFault } from '../src/device/fault.ts';
import type { DeviceLimits, QueueFamilyReport } from '../src/device/survey.ts';
import { validationWish } from '../src/device/instance.ts';
import type { Validation } from '../src/device/instance.ts';
import { checksWish } from '../src/device/options.ts';
import { bytesText, DeviceLostError, OutOfMemoryError, ShaderError, VulkanError } from '../src/errors.ts';
import type { VulkanErrorKind } from '../src/errors.ts';
import { foldGroups } from '../src/command/encoder.ts';
import { openDevice } from '../src/index.ts';

test('bytes read well', () => {
  expect([0, 1, 1023, 1024, 1536, 150 * 1024, 2 ** 31, 3 * 2 ** 40].map(bytesText)).toEqual([
    '0 bytes',
    '1 byte',
    '1023 bytes',
    '1 KiB',
    '1.5 KiB',
    '150 KiB',
    '2 GiB',
    '3 TiB',
  ]);
});

test('a lost device tells what was submitted last', () => {
  const error = new DeviceLostError('H200', 'vkQueueSubmit2', ['step 7', 'step 8']);
  expect(error.message).toBe(
    'Cannot go on with device "H200": it was lost (vkQueueSubmit2 gave VK_ERROR_DEVICE_LOST); submitted last: step 7, step 8',
  );
  expect([error instanceof VulkanError, error.kind, error.result, error.name]).toEqual([
    true,
    'execution',
    'VK_ERROR_DEVICE_LOST',
    'DeviceLostError',
  ]);
});

test('a lost device tells what its driver says', () => {
  const commands = {
    handle: 1n,
    vkGetDeviceFaultInfoEXT: (_: bigint, counts: bigint, info: bigint): number => {
      V.VkDeviceFaultCountsEXT.write(counts, { addressInfoCount: 1, vendorInfoCount: 1, vendorBinarySize: 64 });
      if (info === 0n) return 0;
      V.VkDeviceFaultInfoEXT.write(info, { description: 'page fault' });
      const { pAddressInfos, pVendorInfos } = V.VkDeviceFaultInfoEXT.read(info);
      V.VkDeviceFaultAddressInfoEXT.write(pAddressInfos, {
        addressType: V.VK_DEVICE_FAULT_ADDRESS_TYPE_WRITE_INVALID_EXT,
        reportedAddress: 0xabc000,
        addressPrecision: 4096,
      });
      V.VkDeviceFaultVendorInfoEXT.write(pVendorInfos, { description: 'MMU', vendorFaultCode: 3, vendorFaultData: 9 });
      return 0;
    },
  } as unknown as V.Device;
  const fault = readFault(commands);
  expect(new DeviceLostError('H200', 'vkWaitSemaphores', ['step'], { labels: ['compute'], fault }).message).toBe(
    'Cannot go on with device "H200": it was lost (vkWaitSemaphores gave VK_ERROR_DEVICE_LOST); submitted last: step; ' +
      'the driver says: page fault, an invalid write at 0xabc000 ± 4096, MMU (3, 9)',
  );
});

test('an empty heap out of memory has no owners to blame', () => {
  const figures = { requested: 2 ** 40, free: 2 ** 31, largestHole: 2 ** 31, owners: [] };
  expect(new OutOfMemoryError('buffer "a"', figures).message).toBe(
    'Cannot allocate buffer "a": 1 TiB requested, 2 GiB free, the largest hole is 2 GiB; nothing is allocated, so ask for less',
  );
});

test('validation is wished by option or environment', () => {
  const wish = (value?: string) =>
    validationWish(undefined, value === undefined ? {} : { HALOCLINE_VALIDATION: value });
  expect([wish(), wish('0'), wish('1'), wish('synchronization'), wish('gpu-assisted')]).toEqual([
    false,
    false,
    true,
    'synchronization',
    'gpu-assisted',
  ]);
  expect(validationWish(false, { HALOCLINE_VALIDATION: '1' })).toBe(false);
  expect(['', 'off', 'no', 'false', 'FALSE'].some(wish)).toBe(false);
  expect(['on', 'yes', 'true', 'True'].every((word) => wish(word) === true)).toBe(true);
  expect(() => wish('syncronization')).toThrow(
    new TypeError(
      'Cannot open a device: HALOCLINE_VALIDATION is "syncronization"; give 1, 0, synchronization or gpu-assisted',
    ),
  );
});

test('checks are wished by option or environment, and go with validation else', () => {
  const wish = (word?: string, option?: boolean) => (validation: Validation) =>
    checksWish(option, validation, word === undefined ? {} : { HALOCLINE_CHECKS: word });
  const both = (asks: (validation: Validation) => boolean) => [asks(false), asks('synchronization')];
  expect(['', 'off', 'no', '0'].map((word) => both(wish(word)))).toEqual([
    [false, true],
    ...Array.from({ length: 3 }, () => [false, false]),
  ]);
  expect(['1', 'on'].map((word) => both(wish(word)))).toEqual([
    [true, true],
    [true, true],
  ]);
  expect([both(wish()), both(wish('1', false)), both(wish('never', true))]).toEqual([
    [false, true],
    [false, false],
    [true, true],
  ]);
  expect(() => wish('never')(false)).toThrow(
    new TypeError('Cannot open a device: HALOCLINE_CHECKS is "never"; give 1 or 0'),
  );
});

test('workgroups fold into rows that are as even as can be', () => {
  expect([
    foldGroups(0, 65535),
    foldGroups(65535, 65535),
    foldGroups(65536, 65535),
    foldGroups(200_000, 65535),
  ]).toEqual([
    [0, 1, 1],
    [65535, 1, 1],
    [32768, 2, 1],
    [50000, 4, 1],
  ]);
});

test('a lost device names the last command buffers and their last passes', () => {
  const driver = new Driver({
    instance: {} as V.Instance,
    physicalDevice: 0n as V.VkPhysicalDevice,
    commands: { handle: 1n } as V.Device,
    name: 'H200',
    limits: {} as DeviceLimits,
    features: {},
    extensions: [],
    family: {} as QueueFamilyReport,
    named: false,
  });
  const passes = Array.from({ length: 10 }, (_, index) => `pass ${index}`);
  for (let step = 0; step < 9; step++) driver.remember({ label: `step ${step}`, passes: step === 8 ? passes : [] });
  const { lastLabels, labels, kind, fault } = driver.lost('vkQueueSubmit2', 'compute');
  expect([kind, labels, fault]).toEqual(['execution', ['H200', 'compute'], undefined]);
  expect(lastLabels.slice(0, 2)).toEqual(['step 1', 'step 2']);
  expect(lastLabels.at(-1)).toBe('step 8 (… pass 2, pass 3, pass 4, pass 5, pass 6, pass 7, pass 8, pass 9)');
});

test('there are these kinds of failure and no others', () => {
  const kinds: Record<VulkanErrorKind, true> = {
    'not-available': true,
    'no-device': true,
    'no-compute-queue': true,
    initialization: true,
    'device-creation': true,
    allocation: true,
    buffer: true,
    'buffer-too-small': true,
    'not-mapped': true,
    'pipeline-creation': true,
    'shader-compilation': true,
    execution: true,
    'command-buffer': true,
    synchronization: true,
  };
  expect(Object.keys(kinds).length).toBe(14);
});

test('a failure tells its command, its result, the objects and the cause', () => {
  const cause = new Error('no room');
  const error = new VulkanError('Cannot create buffer "a"', {
    kind: 'buffer',
    command: 'vkCreateBuffer',
    result: 'VK_ERROR_OUT_OF_HOST_MEMORY',
    labels: ['a'],
    cause,
  });
  expect(error).toMatchObject({
    command: 'vkCreateBuffer',
    result: 'VK_ERROR_OUT_OF_HOST_MEMORY',
    labels: ['a'],
    cause,
  });
  expect(new ShaderError('Cannot compile shader "b"', {}, { labels: ['b'] })).toMatchObject({
    kind: 'shader-compilation',
    labels: ['b'],
  });
});

test('a device that lacks nothing but a queue that computes says so', () => {
  const device = { index: 0, name: 'Scaler', uuid: '0', missing: ['a queue that computes'] };
  expect(() => chooseDevice([device], undefined)).toThrow(
    expect.objectContaining({ kind: 'no-compute-queue', labels: ['Scaler'] }),
  );
});

test('a memory limit that is none is refused before a device is opened', async () => {
  await expect(openDevice({ memoryLimit: 0 })).rejects.toThrow(
    new RangeError('Cannot limit memory: memoryLimit is 0; give bytes, above 0'),
  );
  process.env['HALOCLINE_MEMORY_LIMIT'] = '2GiB';
  try {
    await expect(openDevice()).rejects.toThrow(
      new RangeError('Cannot limit memory: HALOCLINE_MEMORY_LIMIT is "2GiB"; give bytes, above 0'),
    );
  } finally {
    delete process.env['HALOCLINE_MEMORY_LIMIT'];
  }
});
