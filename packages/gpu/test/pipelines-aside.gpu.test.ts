/** Pipelines that are compiled side by side, beside the thread that asks for them. */
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';

/** A kernel that adds a number of its own to every value, after as many rounds of arithmetic. */
const kernel = (number: number): string => `
  layout(local_size_x = 64) in;
  layout(binding = 0) buffer B { uint values[]; };
  void main() {
    uint x = values[gl_GlobalInvocationID.x];
    for (uint round = 0u; round < ${number}u; round++) x += round - round / 2u * 2u + 1u - round % 2u;
    values[gl_GlobalInvocationID.x] = x;
  }`;

gpuTest('twelve pipelines made at once compute what each is for', { validation: false }, async ({ device }) => {
  const numbers = Array.from({ length: 12 }, (_, at) => at + 1);
  const list = await Promise.all(
    numbers.map(async (number) => {
      const label = `adds ${number}`;
      return { label, spirv: await device.compile(kernel(number), { label }) };
    }),
  );
  using values = device.createBuffer({ label: 'values', byteLength: 256 });
  await device.staging.upload(values, 0, new Uint32Array(64));
  using held = new DisposableStack();
  const pipelines = await device.createPipelines(list);
  for (const pipeline of pipelines) held.use(pipeline);
  expect(pipelines.map(({ label }) => label)).toEqual(list.map(({ label }) => label));
  for (const pipeline of pipelines) await pipeline.run([values], { threads: 64 });
  const bytes = await device.staging.download(values, 0, 256);
  expect([...new Uint32Array(bytes.buffer, bytes.byteOffset, 64)]).toEqual(Array.from({ length: 64 }, () => 78));
  expect(await device.createPipelines([])).toEqual([]);
});

gpuTest(
  'more pipelines than calls fit side by side are made all the same',
  { validation: false },
  async ({ device }) => {
    const spirv = await device.compile(kernel(3), { label: 'many' });
    const list = Array.from({ length: 100 }, (_, at) => ({ label: `number ${at}`, spirv }));
    const pipelines = await device.createPipelines(list);
    expect(pipelines.map(({ label }) => label)).toEqual(list.map(({ label }) => label));
    for (const pipeline of pipelines) pipeline[Symbol.dispose]();
  },
);

gpuTest('where one of several pipelines cannot be made there is none', { validation: false }, async ({ device }) => {
  const spirv = await device.compile(kernel(1), { label: 'good' });
  const before = device.children.size;
  const list = [
    { label: 'good', spirv },
    { label: 'bad', spirv, entry: 'elsewhere' },
    { label: 'good too', spirv },
  ];
  await expect(device.createPipelines(list)).rejects.toThrow(
    'Cannot use shader "bad": it has no entry point "elsewhere"; it has main',
  );
  expect(device.children.size).toBe(before);
});

gpuTest(
  'a device with pipelines that are being made names them, and does not close',
  { validation: false },
  async ({ device }) => {
    const spirv = await device.compile(kernel(2), { label: 'late' });
    const making = device.createPipelines([{ label: 'late', spirv }]);
    await expect(device[Symbol.asyncDispose]()).rejects.toThrow(
      `Cannot close device "${device.name}": pipeline "late" is alive; dispose them first`,
    );
    const [late] = await making;
    late![Symbol.dispose]();
  },
);

gpuTest('with validation, pipelines are made one after the other, with the same outcome', {}, async ({ device }) => {
  const spirv = await device.compile(kernel(4), { label: 'seen' });
  using held = new DisposableStack();
  for (const made of await device.createPipelines([1, 2].map((n) => ({ label: `seen ${n}`, spirv })))) held.use(made);
  const list = [
    { label: 'good', spirv },
    { label: 'bad', spirv, entry: 'elsewhere' },
  ];
  const before = device.children.size;
  await expect(device.createPipelines(list)).rejects.toThrow('Cannot use shader "bad"');
  expect(device.children.size).toBe(before);
});
