/** Each call of the driver that may fail, failing: an error in words, nothing left behind, and the same again works. */
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { Graph, shareDeviceMemory, shareHostMemory, use } from '../src/index.ts';
import type { Device } from '../src/index.ts';
import { failEachCall } from './failing-calls.ts';

const INCREMENT = `layout(local_size_x = 1) in;
  layout(set = 1, binding = 0) buffer Words { uint at[]; };
  void main() { at[0] += 1; }`;
const TEXELS = `layout(local_size_x = 1) in;
  layout(binding = 0) uniform utextureBuffer from;
  layout(binding = 1) buffer To { uint to[]; };
  void main() { to[0] = texelFetch(from, 0).x; }`;
const READS_TEXELS = {
  stage: V.VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT,
  access: V.VK_ACCESS_2_UNIFORM_READ_BIT | V.VK_ACCESS_2_SHADER_SAMPLED_READ_BIT,
};
const COVER = 'void main() { gl_Position = vec4(gl_VertexIndex == 1 ? 3 : -1, gl_VertexIndex == 2 ? 3 : -1, 0, 1); }';
const RED = 'layout(location = 0) out vec4 color; void main() { color = vec4(1, 0, 0, 1); }';

const shader = (device: Device, code: string, stage: 'compute' | 'vertex' | 'fragment' = 'compute') =>
  device.compile(code, { label: stage, stage });

// With the layer, as threads that compile without it call the driver by themselves.
gpuTest('pipelines of which a part cannot be made leave no other part', { layer: true }, async ({ device }) => {
  const spirv = await shader(device, INCREMENT);
  const other = await shader(device, TEXELS);
  const vertex = { spirv: await shader(device, COVER, 'vertex') };
  const fragment = { spirv: await shader(device, RED, 'fragment') };
  const { failed, wrong } = await failEachCall(device, async () => {
    using _one = device.createPipeline({ label: 'one', spirv });
    using _drawn = device.createGraphicsPipeline({ label: 'drawn', vertex, fragment, color: ['rgba8unorm'] });
    const several = await device.createPipelines([
      { label: 'first', spirv },
      { label: 'second', spirv: other },
    ]);
    for (const each of several) each[Symbol.dispose]();
  });
  expect(wrong).toEqual([]);
  expect(failed).toEqual(expect.arrayContaining(['vkCreateComputePipelines 3', 'vkCreateGraphicsPipelines 1']));
  expect(failed).toEqual(expect.arrayContaining(['vkCreateDescriptorSetLayout 5', 'vkCreatePipelineLayout 4']));
});

gpuTest('recordings that cannot be made, or submitted, leave nothing behind', {}, async ({ device }) => {
  using pipeline = device.createPipeline({ label: 'increment', spirv: await shader(device, INCREMENT) });
  using fetches = device.createPipeline({ label: 'texels', spirv: await shader(device, TEXELS) });
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using texels = device.createBuffer({ label: 'texels', byteLength: 64, usage: ['texel', 'transfer-target'] });
  const { failed, wrong } = await failEachCall(device, async () => {
    using part = device.recordSecondary('part', (encoder) =>
      encoder.pipeline(fetches).bind(0, texels, { format: 'r32uint' }).bind(1, words).dispatch(1),
    );
    await device.submitOnce('steps', (encoder) =>
      encoder
        .barrier(['storage-write', READS_TEXELS], ['transfer-target'])
        .fill(texels, 0, 64, 7)
        .barrier(['storage-write', 'transfer-target'], ['storage-read', 'storage-write', READS_TEXELS])
        .execute(part)
        .barrier(['storage-write'], ['storage-read', 'storage-write'])
        .pipeline(pipeline)
        .bind(0, words, { set: 1 })
        .dispatch(1)
        .barrier(['storage-write'], ['storage-read', 'storage-write'])
        .pipeline(fetches)
        .bind(0, texels, { format: 'r32uint' })
        .bind(1, words)
        .dispatch(1),
    );
  });
  expect(wrong).toEqual([]);
  const calls = ['vkBeginCommandBuffer 2', 'vkEndCommandBuffer 2', 'vkCreateBufferView 1', 'vkQueueSubmit2 1'];
  expect(failed).toEqual(expect.arrayContaining([...calls, 'vkAllocateDescriptorSets 1']));
});

// Bounded, so that 3 MiB are not cut from memory that is there.
gpuTest('what cannot be made of memory, images and timelines is not there', { memoryLimit: 2 ** 26 }, async (test) => {
  const { device } = test;
  const { failed, wrong } = await failEachCall(device, async () => {
    using pool = device.createPool({ label: 'fields', byteLength: 2 ** 20, grows: true });
    using _first = pool.createBuffer({ label: 'first', byteLength: 900_000 });
    using _second = pool.createBuffer({ label: 'second', byteLength: 900_000 });
    using mapped = device.createBuffer({ label: 'mapped', byteLength: 3 * 2 ** 20, memory: 'upload' });
    mapped.mapped[0] = 1;
    using image = device.createImage({ label: 'image', size: [8, 8], format: 'rgba8unorm' });
    image.view();
    using _sampler = device.createSampler({ label: 'smooth' });
    using timeline = device.createTimeline('steps');
    timeline.signal(1);
    using queries = device.createQueryPool({ label: 'times', count: 2 });
    await device.submitOnce('times', (encoder) => encoder.resetQueries(queries).timestamp(queries, 0));
    queries.ticks();
  });
  expect(wrong).toEqual([]);
  const calls = [
    'vkCreateBuffer 4',
    'vkBindBufferMemory2 3',
    'vkAllocateMemory 1',
    'vkCreateImage 1',
    'vkBindImageMemory 1',
  ];
  const others = ['vkCreateImageView 1', 'vkCreateSampler 1', 'vkCreateSemaphore 1', 'vkSignalSemaphore 1'];
  expect(failed).toEqual(expect.arrayContaining([...calls, ...others]));
  expect(failed).toEqual(expect.arrayContaining(['vkCreateQueryPool 1', 'vkGetQueryPoolResults 1', 'vkMapMemory 1']));
});

gpuTest('an image that cannot be brought up, drawn or brought down is so at the next time', {}, async ({ device }) => {
  const vertex = { spirv: await shader(device, COVER, 'vertex') };
  const fragment = { spirv: await shader(device, RED, 'fragment') };
  using pipeline = device.createGraphicsPipeline({ label: 'paint', vertex, fragment, color: ['rgba8unorm'] });
  using image = device.createImage({ label: 'image', size: [2, 2], format: 'rgba8unorm', role: 'render-target' });
  using picture = device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm', role: 'texture' });
  const { wrong, failed } = await failEachCall(device, async () => {
    using draws = device.recordDraws('draws', { color: ['rgba8unorm'], size: [2, 2] }, (to) =>
      to.pipeline(pipeline).draw(3),
    );
    await device.submitOnce('paint', (encoder) =>
      encoder
        .transition(image, { before: 'undefined', after: 'color-attachment' })
        .rendering({ color: [{ image, clear: 0 }], secondary: true }, (to) => to.execute(draws)),
    );
    const bytes = await device.downloadImage(image, { before: 'color-attachment' });
    expect([...bytes.subarray(12)]).toEqual([255, 0, 0, 255]);
    await device.uploadImage(
      picture,
      Uint8Array.from({ length: 16 }, (_, at) => at),
    );
    expect((await device.downloadImage(picture, { before: 'sampled' }))[13]).toBe(13);
  });
  expect(wrong).toEqual([]);
  expect(failed).toEqual(expect.arrayContaining(['vkQueueSubmit2 2', 'vkCreateBuffer 1', 'vkEndCommandBuffer 3']));
});

gpuTest('a plan of which a part cannot be made has the right values at the next time', {}, async ({ device }) => {
  const graph = new Graph();
  const byteLength = 1024;
  const [first, second] = ['first', 'second'].map((name) => graph.transientBuffer(name, { byteLength }));
  const picture = graph.transientImage('picture', { size: [16, 16], format: 'rgba8unorm' });
  const to = graph.importBuffer('to', { byteLength });
  graph
    .pass({
      name: 'fill',
      writes: [use(first!, 'transfer-target')],
      record: (encoder, at) => encoder.fill(at.buffer(first!), 0, byteLength, 5),
    })
    .pass({
      name: 'copy',
      reads: [use(first!, 'transfer-source')],
      writes: [use(second!, 'transfer-target')],
      record: (encoder, at) => encoder.copy(at.buffer(first!), 0, at.buffer(second!), 0, byteLength),
    })
    .pass({
      name: 'in',
      reads: [use(second!, 'transfer-source')],
      writes: [use(picture, 'transfer-target')],
      record: (encoder, at) => encoder.copyBufferToImage(at.buffer(second!), at.image(picture)),
    })
    .pass({
      name: 'out',
      reads: [use(picture, 'transfer-source')],
      writes: [use(to, 'transfer-target')],
      record: (encoder, at) => encoder.copyImageToBuffer(at.image(picture), at.buffer(to)),
    });
  using words = device.createBuffer({ label: 'words', byteLength });
  const { wrong, failed } = await failEachCall(device, async () => {
    using plan = graph.compile();
    for (let round = 0; round < 2; round++) {
      await device.submitOnce('clear', (encoder) =>
        encoder.barrier(['transfer-target'], ['transfer-target']).fill(words, 0, byteLength, 0),
      );
      await plan.execute({ device, imports: { to: words }, reuse: true });
      const read = new Uint32Array((await device.staging.download(words)).buffer);
      expect(read.every((word) => word === 5)).toBe(true);
    }
  });
  expect(wrong).toEqual([]);
  expect(failed).toEqual(expect.arrayContaining(['vkQueueSubmit2 5', 'vkCreateImage 1', 'vkCreateBuffer 2']));
});

gpuTest('transfers and frames that cannot be submitted are so at the next time', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using step = device.record('step', (encoder) =>
    encoder.barrier(['transfer-target'], ['transfer-source', 'transfer-target']).fill(words, 0, 32, 7),
  );
  const { wrong, failed } = await failEachCall(device, async () => {
    const up = device.staging.upload(words, 0, new Uint32Array(16).fill(3));
    const told = up.then(
      () => undefined,
      (error: unknown) => error,
    );
    try {
      device.compute.submit([step]);
    } catch (error) {
      // On a queue of its own it may have gone ahead.
      if (device.transfer === device.compute) expect(await told).toBe(error);
      throw error;
    }
    await up;
    const read = new Uint32Array((await device.staging.download(words)).buffer);
    expect([read[0], read[8]]).toEqual([7, 3]);
    const frame = await device.beginFrame();
    try {
      frame.record('fill', (encoder) =>
        encoder.barrier(['transfer-source', 'transfer-target'], ['transfer-target']).fill(words, 0, 64, 5),
      );
    } finally {
      const { timeline, value } = device.endFrame(frame);
      await timeline.wait(value);
    }
    expect(new Uint32Array((await device.staging.download(words, 0, 4)).buffer)[0]).toBe(5);
  });
  expect(wrong).toEqual([]);
  expect(failed).toEqual(
    expect.arrayContaining(['vkEndCommandBuffer 3', 'vkBeginCommandBuffer 3', 'vkQueueSubmit2 4']),
  );
});

gpuTest(
  'memory of the host that cannot be shared is given back',
  { extensions: ['VK_EXT_external_memory_host'] },
  async ({ device }) => {
    const { wrong, failed } = await failEachCall(device, async () => {
      using _host = device.hostArray(8192, { label: 'host' });
      const shared = shareHostMemory([device, device], { label: 'shared', byteLength: 8192 });
      for (const each of shared) each[Symbol.dispose]();
      await device.idle();
    });
    expect(wrong).toEqual([]);
    expect(failed).toEqual(expect.arrayContaining(['vkCreateBuffer 3', 'vkAllocateMemory 3', 'vkBindBufferMemory2 3']));
  },
);

gpuTest(
  'memory of the device that cannot be shared is given back',
  { extensions: ['VK_KHR_external_memory_fd'] },
  async ({ device }) => {
    const { wrong, failed } = await failEachCall(device, async () => {
      const shared = shareDeviceMemory([device, device], { label: 'shared', byteLength: 65_536 });
      for (const each of shared) each[Symbol.dispose]();
      await device.idle();
    });
    expect(wrong).toEqual([]);
    expect(failed).toEqual(expect.arrayContaining(['vkCreateBuffer 2', 'vkAllocateMemory 2', 'vkBindBufferMemory2 2']));
  },
);
