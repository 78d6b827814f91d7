import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import type { Bindable, Device } from '../src/index.ts';
import { expect } from 'vitest';
import { pipelineProperties } from '../src/command/driver-properties.ts';
import { makerOf } from '../src/memory/buffer.ts';

async function pipelineOf(device: Device, label: string, code: string, more: object = {}) {
  return device.createPipeline({ label, spirv: await device.compile(code, { label }), ...more });
}

gpuTest('images of every kind are bound and read as the shader says', {}, async ({ device }) => {
  const code = `layout(local_size_x = 4, local_size_y = 2) in;
    layout(binding = 0) uniform sampler2D map;
    layout(binding = 1) uniform texture2D plain;
    layout(binding = 2) uniform sampler nearest;
    layout(binding = 3, rgba8) readonly uniform image2D source;
    layout(binding = 4, rgba32f) writeonly uniform image2D target;
    void main() {
      ivec2 at = ivec2(gl_GlobalInvocationID.xy);
      vec2 uv = (vec2(at) + 0.5) / vec2(4, 2);
      imageStore(target, at, texture(map, uv) + 10.0 * texture(sampler2D(plain, nearest), uv) + 100.0 * imageLoad(source, at));
    }`;
  using pipeline = await pipelineOf(device, 'kinds', code);
  using map = device.createImage({ label: 'map', size: [4, 2], format: 'rgba8unorm' });
  using storage = device.createImage({ label: 'storage', size: [4, 2], format: 'rgba8unorm' });
  using target = device.createImage({ label: 'target', size: [4, 2], format: 'rgba32float' });
  using nearest = device.createSampler({ label: 'nearest', filter: 'nearest' });
  const texels = Uint8Array.from({ length: 32 }, (_, at) => ((at % 3) * 255) / 5);
  await device.uploadImage(map, texels);
  await device.uploadImage(storage, texels, { after: 'storage-read' });
  await device.submitOnce('kinds', (encoder) =>
    encoder
      .transition(target, { before: 'undefined', after: 'storage-write' })
      .pipeline(pipeline)
      .bind(0, map, { sampler: nearest })
      .bind(1, map)
      .bind(2, nearest)
      .bind(3, storage)
      .bind(4, target)
      .dispatch(1),
  );
  const floats = new Float32Array((await device.downloadImage(target, { before: 'storage-write' })).buffer);
  expect([...floats].map((each) => Math.round(each * 1000) / 1000)).toEqual(
    [...texels].map((each) => (each * 111) / 255),
  );
});

gpuTest('arrays of bindings and texel buffers are bound', {}, async ({ device }) => {
  const code = `layout(local_size_x = 2) in;
    layout(binding = 0) readonly buffer From { uint at[]; } from[3];
    layout(binding = 1) uniform utextureBuffer bytes;
    layout(binding = 2) writeonly buffer To { uint to[]; };
    void main() {
      uint i = gl_LocalInvocationID.x;
      to[i] = from[0].at[i] + 10 * from[1].at[i] + 100 * from[2].at[i] + 1000 * texelFetch(bytes, int(i)).g;
    }`;
  using pipeline = await pipelineOf(device, 'arrays', code);
  const make = (label: string) => device.createBuffer({ label, byteLength: 16 });
  using a = make('a');
  using b = make('b');
  using to = make('to');
  using texels = device.createBuffer({ label: 'texels', byteLength: 8, usage: ['texel', 'transfer-target'] });
  void device.staging.upload(a, 0, Uint32Array.of(1, 2));
  void device.staging.upload(b, 0, Uint32Array.of(3, 4));
  void device.staging.upload(texels, 0, Uint8Array.of(0, 7, 0, 0, 0, 8, 0, 0));
  await device.submitOnce('arrays', (encoder) =>
    encoder.pipeline(pipeline).bind(0, [a, b, a]).bind(1, texels, { format: 'rgba8uint' }).bind(2, to).dispatch(1),
  );
  const words = new Uint32Array((await device.staging.download(to)).buffer);
  expect(Array.from(words.subarray(0, 2))).toEqual([7131, 8242]);
  expect(() => device.record('bad', (encoder) => encoder.pipeline(pipeline).bind(0, [a, b]))).toThrow(
    'Cannot bind to pipeline "arrays": 2 are given for binding 0.0 from; it has 3',
  );
});

/** How often a device calls these commands from here on. */
function countCalls<N extends keyof V.Device>(device: Device, ...names: readonly N[]): Record<N, number> {
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<N, number>;
  const bare = V.loadDevice(device.raw.instance, device.raw.commands.handle);
  for (const name of names) {
    const value = (...words: readonly unknown[]): unknown => {
      counts[name]++;
      return (bare[name] as (...words: readonly unknown[]) => unknown)(...words);
    };
    Object.defineProperty(device.raw.commands, name, { value });
  }
  return counts;
}

gpuTest('the first set is pushed where sets can be, and needs no pool', {}, async ({ device }) => {
  const code = `layout(local_size_x = 1) in;
    layout(binding = 0) buffer Words { uint at[]; };
    void main() { at[0] += 1; }`;
  using pipeline = await pipelineOf(device, 'count', code);
  using buffer = device.createBuffer({ label: 'count', byteLength: 16 });
  await device.staging.upload(buffer, 0, new Uint32Array(4));
  const pushes = device.raw.commands.has('vkCmdPushDescriptorSet');
  const calls = countCalls(device, 'vkCmdPushDescriptorSet', 'vkAllocateDescriptorSets');
  await device.submitOnce('twice', (encoder) =>
    encoder
      .pipeline(pipeline)
      .bind(0, buffer)
      .dispatch(1)
      .barrier(['storage-write'], ['storage-read', 'storage-write'])
      .bind(0, buffer)
      .dispatch(1),
  );
  expect((await device.staging.download(buffer))[0]).toBe(2);
  expect([calls.vkCmdPushDescriptorSet, calls.vkAllocateDescriptorSets]).toEqual(pushes ? [2, 0] : [0, 2]);
});

gpuTest('one recording binds hundreds of sets, and the next one reuses the pools', {}, async ({ device }) => {
  const code = `layout(local_size_x = 1) in;
    layout(set = 1, binding = 0) buffer Words { uint at[]; };
    void main() { at[0] += 1; }`;
  using pipeline = await pipelineOf(device, 'count', code);
  using buffer = device.createBuffer({ label: 'counts', byteLength: 300 * 256 });
  await device.submitOnce('zero', (encoder) => encoder.fill(buffer, 0, buffer.byteLength, 0));
  const calls = countCalls(device, 'vkCreateDescriptorPool');
  const pools: number[] = [];
  for (let round = 0; round < 3; round++) {
    await device.submitOnce('many', (encoder) => {
      encoder.barrier(['transfer-target', 'storage-write'], ['storage-read', 'storage-write']).pipeline(pipeline);
      for (let at = 0; at < 300; at++) {
        encoder.bind(0, buffer, { set: 1, byteOffset: at * 256, byteLength: 256 }).dispatch(1);
      }
    });
    pools.push(calls.vkCreateDescriptorPool);
  }
  expect(pools[0]).toBeGreaterThan(0);
  expect(pools).toEqual([pools[0], pools[0], pools[0]]);
  const words = new Uint32Array((await device.staging.download(buffer)).buffer);
  expect(words.filter((_, at) => at % 64 === 0).every((word) => word === 3)).toBe(true);
});

gpuTest('what does not fit a binding is said', {}, async ({ device }) => {
  const code = `layout(local_size_x = 1) in;
    layout(binding = 0) uniform sampler2D map;
    layout(binding = 1, r32f) uniform image3D field;
    layout(binding = 2) buffer Words { uint at[]; };
    void main() { imageStore(field, ivec3(0), texture(map, vec2(0))); at[0] = 1; }`;
  using pipeline = await pipelineOf(device, 'strict', code);
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  using image = device.createImage({ label: 'flat', size: [4, 4], format: 'r32float', usage: ['storage'] });
  using solid = device.createImage({ label: 'solid', size: [4, 4, 4], format: 'r32float', usage: ['sampled'] });
  using sampler = device.createSampler({ label: 'smooth' });
  const bind = (binding: number, resource: Bindable) => {
    return () => device.record('bad', (encoder) => encoder.pipeline(pipeline).bind(binding, resource));
  };
  expect(bind(0, buffer)).toThrow(
    'Cannot bind buffer "words" to pipeline "strict": binding 0.0 is a combined-image-sampler; give an image or a view of one',
  );
  expect(bind(0, image)).toThrow(
    'Cannot bind image "flat" to pipeline "strict": it was made without usage \'sampled\'; create it with that',
  );
  expect(bind(1, solid)).toThrow("it was made without usage 'storage'; create it with that");
  expect(bind(1, image.view())).toThrow('binding 0.1 is of shape 3d, the view of shape 2d; view it as 3d');
  expect(bind(2, sampler)).toThrow(
    'Cannot bind sampler "smooth" to pipeline "strict": binding 0.2 is a storage-buffer; give a buffer',
  );
});

gpuTest(
  'a binding array of open length takes its length from the options',
  { features: ['runtimeDescriptorArray'] },
  async ({ device }) => {
    const code = `#version 460
    #extension GL_EXT_nonuniform_qualifier : require
    layout(local_size_x = 2) in;
    layout(binding = 0) buffer Words { uint at[]; } words[];
    void main() { words[gl_LocalInvocationID.x == 0 ? 0 : 1].at[0] = 5 + gl_LocalInvocationID.x; }`;
    const label = 'open';
    const spirv = await device.compile(code, { label });
    expect(() => device.createPipeline({ label, spirv })).toThrow(
      'Cannot create pipeline "open": the shader leaves the length of binding 0.0 words open; give bindingCounts',
    );
    using pipeline = device.createPipeline({ label, spirv, bindingCounts: { '0.0': 2 } });
    using a = device.createBuffer({ label: 'a', byteLength: 16 });
    using b = device.createBuffer({ label: 'b', byteLength: 16 });
    await device.submitOnce('open', (encoder) => encoder.pipeline(pipeline).bind(0, [a, b]).dispatch(1));
    expect([(await device.staging.download(a))[0], (await device.staging.download(b))[0]]).toEqual([5, 6]);
  },
);

/** The sizes of subgroups that may be asked for. */
function sizesOf(device: Device): number[] {
  const { leastSubgroup, mostSubgroup, sizedStages } = pipelineProperties(makerOf(device).driver);
  if ((sizedStages & V.VK_SHADER_STAGE_COMPUTE_BIT) === 0) return [];
  return [1, 2, 4, 8, 16, 32, 64, 128].filter((size) => size >= leastSubgroup && size <= mostSubgroup);
}

gpuTest(
  'the size of subgroups is asked for, and refused in words',
  { features: ['subgroupSizeControl'] },
  async ({ device }) => {
    const { subgroupSize } = device.limits;
    const code = `#extension GL_KHR_shader_subgroup_basic : require
    layout(local_size_x = 64) in;
    layout(binding = 0) buffer Words { uint size; };
    void main() { size = gl_SubgroupSize; }`;
    const spirv = await device.compile(`#version 460\n${code}`, { label: 'subgroups' });
    const make = (more: object) => () => device.createPipeline({ label: 'subgroups', spirv, ...more });
    expect(make({ subgroupSize: 3 })).toThrow(
      /^Cannot create pipeline "subgroups": (subgroups of 3 threads are asked for; device ".*" has powers of two from \d+ to \d+|device ".*" takes no subgroup size for compute; leave its subgroups to the device)$/,
    );
    using buffer = device.createBuffer({ label: 'size', byteLength: 16 });
    for (const wish of [{ fullSubgroups: true }, ...sizesOf(device).map((size) => ({ subgroupSize: size }))]) {
      using pipeline = make(wish)();
      await device.submitOnce('size', (encoder) =>
        encoder.barrier(['transfer-source'], ['storage-write']).pipeline(pipeline).bind(0, buffer).dispatch(1),
      );
      const [size] = new Uint32Array((await device.staging.download(buffer)).buffer);
      expect(size).toBe('subgroupSize' in wish ? wish.subgroupSize : subgroupSize);
    }
  },
);
