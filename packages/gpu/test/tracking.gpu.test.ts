import type { Device } from '@halocline/gpu';
import { vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { isValidationAvailable } from '../src/device/instance.ts';
import { Graph, openDevice, use, type Encoder } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { judged } from './judged-device.ts';

const DOUBLE = `layout(local_size_x = 4) in;
  layout(binding = 0) readonly buffer From { uint from[]; };
  layout(binding = 1) writeonly buffer To { uint to[]; };
  void main() { to[gl_LocalInvocationID.x] = from[gl_LocalInvocationID.x] * 2; }`;

async function chain(device: Device): Promise<number[]> {
  using pipeline = device.createPipeline({ label: 'double', spirv: await device.compile(DOUBLE, { label: 'double' }) });
  using a = device.createBuffer({ label: 'a', byteLength: 16 });
  using b = device.createBuffer({ label: 'b', byteLength: 16 });
  using c = device.createBuffer({ label: 'c', byteLength: 16 });
  using first = device.record('first', (encoder) =>
    encoder.fill(a, 0, 16, 5).pipeline(pipeline).bind(0, a).bind(1, b).dispatch(1).bind(0, b).bind(1, c).dispatch(1),
  );
  using second = device.record('second', (encoder) =>
    encoder.copy(c, 0, a, 0, 16).pipeline(pipeline).bind(0, a).bind(1, b).dispatch(1),
  );
  device.compute.submit([first]);
  device.compute.submit([second, second]);
  return [...new Uint32Array((await device.staging.download(b)).buffer)];
}

vulkanTest('with automatic barriers, encoder code without any barrier is sound to the validation layer', async () => {
  let result: number[] = [];
  const said = await judged({ autoBarriers: true, checks: true }, async (device) => {
    result = await chain(device);
  });
  expect(said).toEqual([]);
  expect(result).toEqual([40, 40, 40, 40]);
});

vulkanTest('without them, the checks name each barrier that is missing', async () => {
  const said = await judged({ checks: true, validation: false }, async (device) => {
    await chain(device);
  });
  expect(said).toMatchInlineSnapshot(`
    [
      "missing-barrier: Cannot let pass "first" read buffer "a" in dispatch: pass "first" writes it in fill, and no barrier stands between; put encoder.barrier(['transfer-target'], ['storage-read']) there",
      "missing-barrier: Cannot let pass "first" read buffer "b" in dispatch: pass "first" writes it in dispatch, and no barrier stands between; put encoder.barrier(['storage-write'], ['storage-read']) there",
      "missing-barrier: Cannot let pass "second" read buffer "a" in dispatch: pass "second" writes it in copy, and no barrier stands between; put encoder.barrier(['transfer-target'], ['storage-read']) there",
      "missing-barrier: Cannot let pass "second" read buffer "c" in copy: pass "first" writes it in dispatch, and no barrier stands between; put encoder.barrier(['storage-write'], ['transfer-source']) there",
      "missing-barrier: Cannot let pass "second" write buffer "a" in copy: pass "first" reads it in dispatch, and no barrier stands between; put encoder.barrier(['storage-read'], ['transfer-target']) there",
      "missing-barrier: Cannot let pass "second" write buffer "a" in copy: pass "first" writes it in fill, and no barrier stands between; put encoder.barrier(['transfer-target'], ['transfer-target']) there",
      "missing-barrier: Cannot let pass "second" write buffer "b" in dispatch: pass "first" reads it in dispatch, and no barrier stands between; put encoder.barrier(['storage-read'], ['storage-write']) there",
      "missing-barrier: Cannot let pass "second" write buffer "b" in dispatch: pass "first" writes it in dispatch, and no barrier stands between; put encoder.barrier(['storage-write'], ['storage-write']) there",
      "missing-barrier: Cannot let pass "second" write buffer "a" in copy: pass "second" reads it in dispatch, and no barrier stands between; put encoder.barrier(['storage-read'], ['transfer-target']) there",
      "missing-barrier: Cannot let pass "second" write buffer "a" in copy: pass "second" writes it in copy, and no barrier stands between; put encoder.barrier(['transfer-target'], ['transfer-target']) there",
      "missing-barrier: Cannot let pass "second" write buffer "b" in dispatch: pass "second" writes it in dispatch, and no barrier stands between; put encoder.barrier(['storage-write'], ['storage-write']) there",
    ]
  `);
});

vulkanTest('what a shader only writes, and doesn’t say so, counts as read, and the message says why', async () => {
  const shader = (words: string): string => `layout(local_size_x = 4) in;
    layout(binding = 0) ${words} buffer To { uint to[]; };
    void main() { to[gl_LocalInvocationID.x] = 7; }`;
  const run = (words: string) => async (device: Device) => {
    const spirv = await device.compile(shader(words), { label: 'set' });
    using pipeline = device.createPipeline({ label: 'set', spirv });
    using to = device.createBuffer({ label: 'to', byteLength: 16 });
    const graph = new Graph();
    for (const name of ['one', 'two']) {
      const record = (encoder: Encoder): void => void encoder.pipeline(pipeline).bind(0, to).dispatch(1);
      graph.pass({ name, writes: [to], sideEffects: true, record });
    }
    await graph.compile().execute({ device });
  };
  expect(await judged({ checks: true, validation: false }, run('writeonly'))).toEqual([]);
  expect(await judged({ checks: true, validation: false }, run(''))).toEqual([
    'missing-barrier: Cannot let pass "two" read buffer "to" in dispatch (its binding isn\'t writeonly): pass "one" writes it in dispatch, ' +
      "and no barrier stands between; put encoder.barrier(['storage-write'], ['storage-read']) there",
  ]);
});

vulkanTest('images are brought into the layouts that commands need', async () => {
  const said = await judged({ autoBarriers: true, checks: true }, async (device) => {
    using image = device.createImage({ label: 'picture', size: [8, 8], format: 'rgba8unorm' });
    using copy = device.createImage({ label: 'copy', size: [8, 8], format: 'rgba8unorm' });
    using bytes = device.createBuffer({ label: 'bytes', byteLength: 256 });
    using draw = device.record('draw', (encoder) => encoder.clear(image, [0, 1, 0, 1]).copyImage(image, copy));
    using save = device.record('save', (encoder) => encoder.copyImageToBuffer(copy, bytes));
    device.compute.submit([draw, draw]);
    device.compute.submit([save]);
    expect((await device.staging.download(bytes)).slice(0, 4)).toEqual(Uint8Array.of(0, 255, 0, 255));
  });
  expect(said).toEqual([]);
});

vulkanTest('a pass of a graph that touches more than the part it declares is told of it', async () => {
  const said = await judged({ checks: true, validation: false }, async (device) => {
    using cells = device.createBuffer({ label: 'cells', byteLength: 256 });
    using photo = device.createImage({ label: 'photo', size: [8, 8], mips: 3, format: 'rgba8unorm' });
    const graph = new Graph();
    const image = graph.importImage('image', { size: [8, 8], mips: 3, format: 'rgba8unorm', arrives: 'undefined' });
    graph
      .pass({
        name: 'fill',
        writes: [use(cells, 'transfer-target', { byteOffset: 0, byteLength: 64 })],
        record: (encoder) => encoder.fill(cells, 0, 64, 1).fill(cells, 32, 128, 1),
      })
      .pass({
        name: 'clear',
        writes: [use(image, 'transfer-target', { mip: 0, mips: 1 })],
        record: (encoder, at) => encoder.clear(at.image(image), 0),
      });
    using plan = graph.compile();
    await plan.execute({ device, imports: { image: photo } });
  });
  expect(said.filter((each) => each.startsWith('undeclared'))).toMatchInlineSnapshot(`
    [
      "undeclared-use: Cannot let pass "fill" write buffer "cells" bytes 64 to 160 in fill: it declares ['transfer-target'] of other bytes alone; add ['transfer-target'] of bytes 64 to 160 to its writes",
      "undeclared-use: Cannot let pass "clear" write image "photo" mip 1 and on in clear: it declares ['transfer-target'] of other mips or layers alone; add ['transfer-target'] of mip 1 and on to its writes",
    ]
  `);
});

vulkanTest(
  'a pass that writes what it does not declare is told where validation is on, and nothing is checked without',
  async () => {
    const run = async (device: Device): Promise<void> => {
      using x = device.createBuffer({ label: 'x', byteLength: 16 });
      await device.submitOnce('step', (encoder) =>
        encoder.label('clear', (inner) => inner.fill(x, 0, 16, 0), [{ resource: x, access: 'storage-write' }]),
      );
    };
    expect(await judged({ checks: true }, run)).toMatchInlineSnapshot(`
      [
        "undeclared-use: Cannot let pass "clear" write buffer "x" in fill: it declares ['storage-write']; add ['transfer-target'] to its writes",
      ]
    `);
    expect(await judged({ checks: false }, run)).toEqual([]);
    expect(await judged({ validation: false }, run)).toEqual([]);
    if (isValidationAvailable()) expect(await judged({}, run)).toEqual(await judged({ checks: true }, run));
  },
);

vulkanTest(
  'a device that is asked for neither checks nor barriers follows nothing, and keeps nothing of it',
  async () => {
    for (const [options, follows] of [
      [{ validation: false }, false],
      [{ validation: false, checks: true }, true],
      [{ validation: false, autoBarriers: true }, true],
    ] as const) {
      await using device = await openDevice(options);
      using x = device.createBuffer({ label: 'x', byteLength: 16 });
      using commands = device.record('step', (encoder) => encoder.fill(x, 0, 16, 0));
      expect([makerOf(device).driver.tracking !== undefined, commands.recorded !== undefined]).toEqual([
        follows,
        follows,
      ]);
    }
  },
);

const CORNERS = `void main() { gl_Position = vec4(gl_VertexIndex == 1 ? 3 : -1, gl_VertexIndex == 2 ? 3 : -1, 0, 1); }`;
const TWICE = `layout(binding = 0) uniform usampler2D source; layout(location = 0) out uvec4 color;
  void main() { color = 2u * texelFetch(source, ivec2(gl_FragCoord.xy), 0); }`;

/** Draws an image into another and that back, twice as bright each time. */
async function drawings(device: Device): Promise<number> {
  using owned = new DisposableStack();
  const stage = async (label: 'vertex' | 'fragment', text: string) => ({
    spirv: await device.compile(text, { label, stage: label }),
  });
  const [vertex, fragment] = [await stage('vertex', CORNERS), await stage('fragment', TWICE)];
  const pipeline = owned.use(device.createGraphicsPipeline({ label: 'twice', vertex, fragment, color: ['r32uint'] }));
  const sampler = owned.use(device.createSampler({ label: 'nearest', filter: 'nearest' }));
  const image = (label: string) => owned.use(device.createImage({ label, size: [4, 4], format: 'r32uint' }));
  const [from, to] = [image('from'), image('to')];
  const texels = owned.use(device.createBuffer({ label: 'texels', byteLength: 64 }));
  await device.submitOnce('draw', (encoder) => {
    encoder.clear(from, 5);
    for (const [source, target] of [[from, to] as const, [to, from] as const]) {
      encoder.touches(source, 'sampled');
      encoder.rendering({ color: [{ image: target }] }, (render) =>
        render.pipeline(pipeline).bind(0, source, { sampler }).draw(3),
      );
    }
    encoder.copyImageToBuffer(from, texels);
  });
  return new Uint32Array((await device.staging.download(texels)).buffer)[15]!;
}

const COPY_TEXELS = `layout(local_size_x = 4, local_size_y = 4) in;
  layout(binding = 0) uniform usampler2D source;
  layout(binding = 1, r32ui) writeonly uniform uimage2D target;
  void main() {
    ivec2 at = ivec2(gl_LocalInvocationID.xy);
    imageStore(target, at, 2u * texelFetch(source, at, 0));
  }`;

/** Dispatches that sample what they wrote as it stands, without another layout. */
async function dispatches(device: Device): Promise<number> {
  using pipeline = device.createPipeline({
    label: 'copy',
    spirv: await device.compile(COPY_TEXELS, { label: 'copy' }),
  });
  using sampler = device.createSampler({ label: 'nearest', filter: 'nearest' });
  using from = device.createImage({ label: 'from', size: [4, 4], format: 'r32uint' });
  using to = device.createImage({ label: 'to', size: [4, 4], format: 'r32uint' });
  using texels = device.createBuffer({ label: 'texels', byteLength: 64 });
  await device.submitOnce('copy', (encoder) => {
    encoder.clear(from, 5).pipeline(pipeline);
    encoder.bind(0, from, { sampler, layout: 'general' }).bind(1, to).dispatch(1);
    encoder.bind(0, to, { sampler, layout: 'general' }).bind(1, from).dispatch(1).copyImageToBuffer(from, texels);
  });
  return new Uint32Array((await device.staging.download(texels)).buffer)[15]!;
}

vulkanTest('with automatic barriers, what shaders sample is in the layout in which it was bound', async () => {
  const results: number[] = [];
  const said = await judged({ autoBarriers: true, checks: true }, async (device) => {
    results.push(await drawings(device), await dispatches(device));
  });
  expect(said).toEqual([]);
  expect(results).toEqual([20, 20]);
});
