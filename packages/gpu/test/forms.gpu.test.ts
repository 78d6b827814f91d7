import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { Device } from '../src/index.ts';
import { wordsIn } from './kernels.ts';

const ADD = `layout(local_size_x = 8, local_size_y = 4) in;
  layout(binding = 0) buffer Words { uint at[]; };
  layout(push_constant) uniform Push { uvec2 size; uint more; } push;
  void main() {
    uvec2 p = gl_GlobalInvocationID.xy;
    if (p.x < push.size.x && p.y < push.size.y) at[p.y * push.size.x + p.x] += push.more;
  }`;

async function addOf(device: Device) {
  return device.createPipeline({ label: 'add', spirv: await device.compile(ADD, { label: 'add' }) });
}

gpuTest('threads are dispatched by their number, not by workgroups', {}, async ({ device }) => {
  using pipeline = await addOf(device);
  using buffer = device.createBuffer({ label: 'words', byteLength: 13 * 5 * 4 });
  await device.submitOnce((encoder) =>
    encoder
      .fill(buffer, 0, buffer.byteLength, 1)
      .barrier(['transfer-target'], ['storage-read', 'storage-write'])
      .pipeline(pipeline)
      .bind(0, buffer)
      .push(Uint32Array.of(13, 5, 2))
      .dispatchThreads([13, 5]),
  );
  expect(await wordsIn(device, buffer)).toEqual(Array.from({ length: 65 }, () => 3));
});

gpuTest('threads past the limit of workgroups fold into y', {}, async ({ device }) => {
  const count = Math.min(device.limits.maxWorkgroups[0], 70_000) + 3;
  const code = `layout(local_size_x = 1) in;
    layout(binding = 0) buffer Words { uint at[]; };
    void main() {
      uint i = gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
      if (i < at.length()) at[i] = i;
    }`;
  using pipeline = device.createPipeline({ label: 'count', spirv: await device.compile(code, { label: 'count' }) });
  using buffer = device.createBuffer({ label: 'words', byteLength: count * 4 });
  await pipeline.run([buffer], { threads: count });
  const words = await wordsIn(device, buffer);
  expect(words.every((word, at) => word === at)).toBe(true);
});

gpuTest('a pipeline runs in one call', {}, async ({ device }) => {
  using pipeline = await addOf(device);
  using buffer = device.createBuffer({ label: 'words', byteLength: 16 });
  await device.staging.upload(buffer, 0, Uint32Array.of(1, 2, 3, 4));
  const push = Uint32Array.of(2, 2, 10);
  await pipeline.run([buffer], { threads: [2, 2], push });
  await pipeline.run([buffer], { threads: [2, 2], push });
  expect(await wordsIn(device, buffer)).toEqual([21, 22, 23, 24]);
  expect(() => pipeline.run([], { threads: 4 })).toThrow(
    'Cannot run pipeline "add": 0 resources are given for its 1 bindings; it has 0.0 Words',
  );
});

gpuTest('recorded commands are executed by others, as often as wished', {}, async ({ device }) => {
  using pipeline = await addOf(device);
  using buffer = device.createBuffer({ label: 'words', byteLength: 16 });
  using twice = device.recordSecondary('twice', (encoder) => {
    encoder
      .pipeline(pipeline)
      .bind(0, buffer)
      .push(Uint32Array.of(4, 1, 3))
      .dispatchThreads(4);
    encoder.barrier(['storage-write'], ['storage-read', 'storage-write']).dispatchThreads(4);
  });
  await device.staging.upload(buffer, 0, Uint32Array.of(0, 1, 2, 3));
  using commands = device.record('both', (encoder) =>
    encoder
      .barrier(['storage-write'], ['storage-read', 'storage-write'])
      .execute(twice)
      .barrier(['storage-write'], ['storage-read', 'storage-write'])
      .execute(twice),
  );
  device.compute.submit([commands]);
  device.compute.submit([commands]);
  expect(await wordsIn(device, buffer)).toEqual([24, 25, 26, 27]);
  expect(() => device.record('bad', (encoder) => encoder.pipeline(pipeline).execute(twice).dispatch(1))).toThrow(
    'Cannot dispatch in "bad": no pipeline is set; call encoder.pipeline first',
  );
  const image = device.createImage({ label: 'picture', size: [1, 1], format: 'rgba8unorm' });
  const wrong = (): unknown =>
    device.record('bad', (encoder) =>
      encoder.rendering({ color: [{ image }], secondary: true }, (render) => render.execute(twice)),
    );
  expect(wrong).toThrow('Cannot execute "twice" in "bad": it has no draws; execute it outside the rendering');
  image[Symbol.dispose]();
  buffer[Symbol.dispose]();
  expect(() => device.compute.submit([commands])).toThrow(
    'Cannot submit "both": it uses buffer "words", which was disposed; record it again',
  );
});

gpuTest('recorded draws are executed within a rendering', {}, async ({ device }) => {
  const vertex = `void main() {
    gl_Position = vec4(gl_VertexIndex == 1 ? 3 : -1, gl_VertexIndex == 2 ? 3 : -1, 0, 1); }`;
  const fragment = 'layout(location = 0) out vec4 color; void main() { color = vec4(0.2); }';
  const label = 'cover';
  using pipeline = device.createGraphicsPipeline({
    label,
    vertex: { spirv: await device.compile(vertex, { label, stage: 'vertex' }) },
    fragment: { spirv: await device.compile(fragment, { label, stage: 'fragment' }) },
    color: [{ format: 'rgba8unorm', blend: 'add' }],
  });
  using image = device.createImage({ label: 'picture', size: [2, 1], format: 'rgba8unorm' });
  using draws = device.recordDraws('draws', { color: ['rgba8unorm'], size: [2, 1] }, (render) =>
    render.pipeline(pipeline).draw(3).scissor(1, 0, 1, 1).draw(3),
  );
  await device.submitOnce((encoder) =>
    encoder
      .transition(image, { before: 'undefined', after: 'color-attachment' })
      .rendering({ color: [{ image, clear: 0 }], secondary: true }, (render) => render.execute(draws, draws)),
  );
  const bytes = await device.downloadImage(image, { before: 'color-attachment' });
  expect([bytes[0], bytes[4]]).toEqual([102, 204]);
});

gpuTest('a word in memory decides whether commands run', { features: ['conditionalRendering'] }, async ({ device }) => {
  using pipeline = await addOf(device);
  using buffer = device.createBuffer({ label: 'words', byteLength: 16 });
  using words = device.createBuffer({ label: 'conditions', byteLength: 8, role: 'indirect' });
  await device.staging.upload(buffer, 0, new Uint32Array(4));
  await device.staging.upload(words, 0, Uint32Array.of(0, 1));
  const later = ['storage-read', 'storage-write'] as const;
  await device.submitOnce((encoder) => {
    encoder
      .barrier(['transfer-target'], ['conditional', ...later])
      .pipeline(pipeline)
      .bind(0, buffer);
    const add = (more: number) => (): unknown => encoder.push(Uint32Array.of(4, 1, more)).dispatchThreads(4);
    encoder.conditional(words, add(1)).barrier(['storage-write'], later);
    encoder.conditional(words, add(10), { byteOffset: 4 }).barrier(['storage-write'], later);
    encoder.conditional(words, add(100), { inverted: true });
  });
  expect(await wordsIn(device, buffer)).toEqual([110, 110, 110, 110]);
});
