/** Pipelines of modules with several entry points. */
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { twoEntries } from './entry-points.ts';
import { wordsIn } from './kernels.ts';
import { instruction, wordOf } from './spirv-assembler.ts';

for (const minor of [5, 3]) {
  gpuTest(`each entry point of SPIR-V 1.${minor} runs with what is its own`, {}, async ({ device }) => {
    const spirv = twoEntries(minor);
    using one = device.createPipeline({ label: 'one', spirv, entry: 'one' });
    using two = device.createPipeline({ label: 'two', spirv, entry: 'two' });
    expect([one.pushBytes, two.pushBytes, two.workgroupSize]).toEqual([4, 12, [4, 1, 1]]);
    using sizes = device.createBuffer({ label: 'sizes', byteLength: 16, usage: ['uniform', 'transfer-target'] });
    using words = device.createBuffer({ label: 'words', byteLength: 4 });
    await device.staging.upload(sizes, 0, Uint32Array.of(1000, 0, 0, 0));
    await one.run([words], { threads: 1, push: Uint32Array.of(7) });
    expect(await wordsIn(device, words)).toEqual([7]);
    await two.run([sizes, words], { threads: 1, push: Uint32Array.of(1, 2, 3) });
    expect(await wordsIn(device, words)).toEqual([1003]);
  });
}

gpuTest('a stage takes the entry point that is of its kind', {}, async ({ device }) => {
  const spirv = twoEntries(5);
  const at = wordOf(spirv, 15);
  // A vertex shader of the same name before the compute shader: a function of its own that does nothing.
  const vertex = instruction(15, 0, 200, 'one');
  const nothing = [...instruction(54, 1, 200, 0, 2), ...instruction(248, 201), ...instruction(253), ...instruction(56)];
  const both = Uint32Array.from([...spirv.subarray(0, at), ...vertex, ...spirv.subarray(at), ...nothing]);
  using pipeline = device.createPipeline({ label: 'both', spirv: both, entry: 'one' });
  expect(pipeline.signature.bindings.map(({ set, binding, kind }) => [set, binding, kind])).toEqual([
    [0, 0, 'storage-buffer'],
  ]);
  expect(() => device.createPipeline({ label: 'both', spirv: both, entry: 'three' })).toThrow(
    'Cannot use shader "both": it has no entry point "three"; it has one, one, two',
  );
});
