import { expect, test } from 'vitest';
import { chooseDevice } from '../src/device/choose.ts';
import { chooseQueues } from '../src/device/create.ts';

const devices = [
  { index: 0, name: 'NVIDIA H200', uuid: 'abcd0000000000000000000000000001', missing: [] },
  { index: 1, name: 'NVIDIA H200', uuid: 'abcd0000000000000000000000000002', missing: [] },
  { index: 2, name: 'llvmpipe (LLVM 15)', uuid: '6d657361000000000000000000000000', missing: [] },
  { index: 3, name: 'Old card', uuid: '11110000000000000000000000000000', missing: ['Vulkan 1.3 (it has 1.1.0)'] },
];
const list =
  'there are #0 "NVIDIA H200", #1 "NVIDIA H200", #2 "llvmpipe (LLVM 15)", #3 "Old card" (lacks Vulkan 1.3 (it has 1.1.0))';

test('a device is named by part of its name, its index or its uuid', () => {
  const index = (wish?: string): number => chooseDevice(devices, wish).index;
  expect([
    index(),
    index(''),
    index('#1'),
    index('LLVM'),
    index('h200'),
    index('6d657361'),
    index('6d65-7361'),
  ]).toEqual([0, 0, 1, 2, 0, 2, 2]);
  expect(index('abcd0000-0000-0000-0000-000000000002')).toBe(1);
});

test('without a wish the best device that has everything is taken', () => {
  const [best, ...rest] = devices;
  const lacking = { ...best!, missing: ['feature shaderFloat16', 'extension VK_KHR_ray_query'] };
  expect(chooseDevice([lacking, ...rest], undefined).index).toBe(1);
  expect(() => chooseDevice([lacking], undefined)).toThrow(
    'Cannot open device "NVIDIA H200": it lacks feature shaderFloat16, extension VK_KHR_ray_query; ' +
      'there are #0 "NVIDIA H200" (lacks feature shaderFloat16, extension VK_KHR_ray_query)',
  );
});

test('a wish that cannot be met is answered with what there is', () => {
  expect(() => chooseDevice(devices, 'radeon')).toThrow(`Cannot open device "radeon": none is named so; ${list}`);
  expect(() => chooseDevice(devices, undefined, 'radeon')).toThrow(
    `Cannot open device "radeon": HALOCLINE_DEVICE names it, and none is named so; ${list}`,
  );
  expect(() => chooseDevice(devices, '#7')).toThrow(`Cannot open device "#7": none is named so; ${list}`);
  expect(() => chooseDevice(devices, 'old')).toThrow(
    `Cannot open device "Old card": it lacks Vulkan 1.3 (it has 1.1.0); ${list}`,
  );
  expect(() => chooseDevice([], undefined)).toThrow(
    'Cannot open a device: Vulkan finds none; install a driver, such as mesa-vulkan-drivers',
  );
});

test('transfers get a family of their own where there is one', () => {
  const family = (index: number, ...flags: string[]) => ({ family: index, count: 1, flags, timestampBits: 64 });
  const nvidia = [
    family(0, 'graphics', 'compute', 'transfer'),
    family(1, 'transfer'),
    family(2, 'compute', 'transfer'),
  ];
  expect(chooseQueues(nvidia)).toEqual({ compute: 0, transfer: 1 });
  expect(chooseQueues([family(0, 'graphics', 'compute', 'transfer')])).toEqual({ compute: 0, transfer: 0 });
  expect(chooseQueues([family(0, 'transfer'), family(1, 'compute', 'transfer')])).toEqual({ compute: 1, transfer: 0 });
});
