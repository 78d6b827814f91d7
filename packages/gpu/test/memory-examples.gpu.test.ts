import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { addArrays } from '../../../examples/array-addition.ts';
import { asyncTransfer } from '../../../examples/async-transfer.ts';
import { zeroCopy } from '../../../examples/zero-copy.ts';

gpuTest('arrays are added on the device', {}, async ({ device }) => {
  const options = { device: device.uuid, validation: device.validation };
  const sum = await addArrays(Float32Array.of(1, 2, 0.5), Float32Array.of(10, 20, -0.25), options);
  expect([...sum]).toEqual([11, 22, 0.25]);
});

gpuTest(
  'an array of the host is squared where it lies, without a transfer',
  { extensions: ['VK_EXT_external_memory_host'] },
  async ({ device }) => {
    const done = await zeroCopy(100, { device: device.uuid, validation: device.validation });
    expect([done?.transfers, done?.sameAddress]).toEqual([0, true]);
    expect([...done!.squares.subarray(0, 5), done!.squares[99]]).toEqual([0, 1, 4, 9, 16, 9801]);
  },
);

gpuTest('blocks that go up and down beside the kernel come out as they do one by one', {}, async ({ device }) => {
  const options = { device: device.uuid, validation: device.validation };
  const { words } = await asyncTransfer({ blocks: 3, count: 512, rounds: 2 }, options);
  const round = (x: number): number => (Math.imul(x, 1664525) + 1013904223) >>> 0;
  expect(words.map((block) => [block[0], block[511]])).toEqual(
    [0, 1, 2].map((k) => [round(round(k)), round(round(k))]),
  );
});
