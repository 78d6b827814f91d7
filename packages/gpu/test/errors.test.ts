import { expect, test } from 'vitest';
import { validationWish } from '../src/device/instance.ts';
import { bytesText, DeviceLostError, OutOfMemoryError, VulkanError } from '../src/errors.ts';
import { foldGroups } from '../src/command/encoder.ts';

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
    'device-lost',
    'VK_ERROR_DEVICE_LOST',
    'DeviceLostError',
  ]);
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
