import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { formatMeaning } from '../src/image/format.ts';
import type { Bindable, BindOptions, BufferUsage, ComputePipeline, Device, ImageFormat } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { messageOf } from './message-of.ts';

/** A compute pipeline of these declarations, each of which its shader uses as `use` says. */
async function pipelineOf(device: Device, label: string, declared: string, use: string): Promise<ComputePipeline> {
  const code = `layout(local_size_x = 1) in;\n${declared}\nvoid main() { ${use} }`;
  return device.createPipeline({ label, spirv: await device.compile(code, { label }) });
}

/** What binding one thing, in a recording that is then dropped, is refused with. */
function bound(pipeline: ComputePipeline, device: Device) {
  return (binding: number, resource: Bindable, options: BindOptions = {}): string =>
    messageOf(() => {
      device.record('bad', (encoder) => encoder.pipeline(pipeline).bind(binding, resource, options))[Symbol.dispose]();
    });
}

const OUT = 'layout(binding = 1) buffer Out { vec4 to; };';

gpuTest('a texel buffer is bound with a format, of whole texels', {}, async ({ device }) => {
  using pipeline = await pipelineOf(
    device,
    'texels',
    `layout(binding = 0) uniform samplerBuffer from; ${OUT}`,
    'to = texelFetch(from, 0);',
  );
  using words = device.createBuffer({ label: 'words', byteLength: 256 });
  using texels = device.createBuffer({ label: 'texels', byteLength: 256, usage: ['texel'] });
  using picture = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  const told = bound(pipeline, device);
  const lacks = 'to pipeline "texels": binding 0.0 is a uniform-texel-buffer; give a buffer, and the option format';
  expect(told(0, texels, { format: 'rgba32float', byteLength: 32 })).toBe('no error');
  expect(told(0, texels)).toBe(`Cannot bind buffer "texels" ${lacks}`);
  expect(told(0, picture, { format: 'rgba32float' })).toBe(`Cannot bind image "picture" ${lacks}`);
  expect(told(0, texels, { format: 'rgba32float', byteLength: 20 })).toBe(
    'Cannot bind buffer "texels": 20 bytes; give whole texels of 16',
  );
  expect(told(0, texels, { format: 'r64double' as ImageFormat })).toMatch(
    /^Cannot use format "r64double": it is none /u,
  );
  expect(told(0, words, { format: 'rgba32float' })).toBe(
    `Cannot bind buffer "words": it was made without usage 'texel' or 'uniform-texel'; create it with one of them`,
  );
});

gpuTest('a uniform block is not bound to fewer bytes than it has', {}, async ({ device }) => {
  using pipeline = await pipelineOf(
    device,
    'block',
    `layout(binding = 0) uniform From { vec4 from[64]; }; ${OUT}`,
    'to = from[63];',
  );
  using words = device.createBuffer({ label: 'words', byteLength: 2048 });
  const told = bound(pipeline, device);
  const most = device.limits.maxUniformBytes;
  expect(told(0, words, { byteLength: 1024 })).toBe('no error');
  expect(told(0, words, { byteLength: 1023 })).toBe(
    `Cannot bind buffer "words" to pipeline "block": 1023 bytes; binding 0.0 takes 1024 to ${most}`,
  );
});

gpuTest('textures, samplers and both together are told apart', {}, async ({ device }) => {
  using apart = await pipelineOf(
    device,
    'apart',
    `layout(binding = 0) uniform texture2D map; ${OUT} layout(binding = 2) uniform sampler between;`,
    'to = texture(sampler2D(map, between), vec2(0));',
  );
  using together = await pipelineOf(
    device,
    'together',
    `layout(binding = 0) uniform sampler2D map; ${OUT}`,
    'to = texture(map, vec2(0));',
  );
  using picture = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  using sampler = device.createSampler({ label: 'smooth' });
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const told = bound(apart, device);
  expect([told(0, picture), told(2, sampler), bound(together, device)(0, picture, { sampler })]).toEqual([
    'no error',
    'no error',
    'no error',
  ]);
  const toApart = 'to pipeline "apart": binding';
  expect(told(2, picture)).toBe(`Cannot bind image "picture" ${toApart} 0.2 is a sampler; give one`);
  expect(told(2, words)).toBe(`Cannot bind buffer "words" ${toApart} 0.2 is a sampler; give one`);
  expect(told(0, sampler)).toBe(
    `Cannot bind sampler "smooth" ${toApart} 0.0 is a sampled-image; give an image or a view of one`,
  );
  expect(told(0, picture, { sampler })).toBe(
    `Cannot bind image "picture" ${toApart} 0.0 takes no sampler; leave it out`,
  );
  expect(bound(together, device)(0, picture)).toBe(
    'Cannot bind image "picture" to pipeline "together": binding 0.0 is sampled with a sampler; give the option sampler',
  );
});

gpuTest('a storage image is one mip, and many samples go where many are read', {}, async ({ device }) => {
  using stores = await pipelineOf(
    device,
    'stores',
    'layout(binding = 0, rgba8) uniform image2D map;',
    'imageStore(map, ivec2(0), vec4(1));',
  );
  using fetches = await pipelineOf(
    device,
    'fetches',
    `layout(binding = 0) uniform texture2DMS map; ${OUT} layout(binding = 2) uniform sampler between;`,
    'to = texelFetch(sampler2DMS(map, between), ivec2(0), 0);',
  );
  using samples = await pipelineOf(
    device,
    'samples',
    `layout(binding = 0) uniform sampler2D map; ${OUT}`,
    'to = texture(map, vec2(0));',
  );
  using sampler = device.createSampler({ label: 'smooth' });
  using single = device.createImage({ label: 'single', size: [4, 4], format: 'rgba8unorm', mips: 2 });
  using many = device.createImage({ label: 'many', size: [4, 4], format: 'rgba8unorm', samples: 4 });
  expect(bound(stores, device)(0, single.view({ mip: 1, mips: 1 }))).toBe('no error');
  expect(bound(stores, device)(0, single)).toBe(
    'Cannot bind image "single" to pipeline "stores": binding 0.0 is a storage-image, the view has 2 mips; view one of them',
  );
  expect(bound(fetches, device)(0, many)).toBe('no error');
  expect(bound(fetches, device)(0, single)).toBe(
    'Cannot bind image "single" to pipeline "fetches": it has 1 samples a texel, binding 0.0 is multisampled; change either',
  );
  expect(bound(samples, device)(0, many, { sampler })).toBe(
    'Cannot bind image "many" to pipeline "samples": it has 4 samples a texel, binding 0.0 is not multisampled; change either',
  );
});

gpuTest('texels are of the numbers, and of the format, that the shader takes them for', {}, async ({ device }) => {
  using reads = await pipelineOf(
    device,
    'reads',
    `layout(binding = 0) uniform samplerBuffer from; ${OUT} layout(binding = 2) uniform usampler2D map;
    layout(binding = 3) uniform isampler2D signs;`,
    'to = texelFetch(from, 0) + vec4(texture(map, vec2(0))) + vec4(texture(signs, vec2(0)));',
  );
  using stores = await pipelineOf(
    device,
    'stores',
    `layout(binding = 0, rgba8) uniform writeonly image2D map; layout(binding = 1) uniform writeonly image2D any;
    layout(binding = 2, r32ui) uniform writeonly uimageBuffer words;`,
    'imageStore(map, ivec2(0), vec4(1)); imageStore(any, ivec2(0), vec4(1)); imageStore(words, 0, uvec4(1));',
  );
  const image = (label: string, format: ImageFormat) => device.createImage({ label, size: [4, 4], format });
  using texels = device.createBuffer({ label: 'texels', byteLength: 256, usage: ['texel'] });
  using bytes = image('bytes', 'rgba8unorm');
  using floats = image('floats', 'r32float');
  using words = image('words', 'r32uint');
  using swapped = image('swapped', 'bgra8unorm');
  using sampler = device.createSampler({ label: 'nearest', filter: 'nearest' });
  const [read, store] = [bound(reads, device), bound(stores, device)];
  expect([
    read(0, texels, { format: 'rgba32float' }),
    read(2, words, { sampler }),
    read(3, words, { sampler }),
    store(0, bytes),
    store(1, floats),
    store(2, texels, { format: 'r32uint' }),
  ]).toEqual(Array.from({ length: 6 }, () => 'no error'));
  const to = (label: string): string => `to pipeline "${label}": binding`;
  expect([
    read(0, texels, { format: 'rgba32uint' }),
    read(2, bytes, { sampler }),
    store(0, floats),
    store(0, swapped),
    store(1, words),
    store(2, texels, { format: 'rgba32uint' }),
  ]).toEqual([
    `Cannot bind buffer "texels" ${to('reads')} 0.0 reads float, and texels of rgba32uint are uint; change either`,
    `Cannot bind image "bytes" ${to('reads')} 0.2 reads uint, and texels of rgba8unorm are float; change either`,
    `Cannot bind image "floats" ${to('stores')} 0.0 declares rgba8, and its texels are r32float; declare r32f, or none`,
    `Cannot bind image "swapped" ${to('stores')} 0.0 declares rgba8, and its texels are bgra8unorm; declare no format`,
    `Cannot bind image "words" ${to('stores')} 0.1 reads float, and texels of r32uint are uint; change either`,
    `Cannot bind buffer "texels" ${to('stores')} 0.2 declares r32ui, and its texels are rgba32uint; declare rgba32ui, or none`,
  ]);
  expect(read(0, texels, { format: 'depth32float' })).toBe(
    `Cannot bind buffer "texels": device "${device.name}" has no texel buffers of depth32float that are read; choose another format`,
  );
  expect(read(0, texels, { format: 'rgba32float', byteLength: 0 })).toBe(
    'Cannot bind buffer "texels": 0 bytes; give whole texels of 16',
  );
});

gpuTest(
  'texels are of formats that do what they are for: a buffer for one kind needs no more',
  {},
  async ({ device }) => {
    const [reads, stores] = [
      await pipelineOf(
        device,
        'reads',
        `layout(binding = 0) uniform samplerBuffer from; ${OUT}`,
        'to = texelFetch(from, 0);',
      ),
      await pipelineOf(
        device,
        'stores',
        'layout(binding = 0) uniform writeonly imageBuffer into;',
        'imageStore(into, 0, vec4(1));',
      ),
    ];
    using _ = reads;
    using __ = stores;
    const { driver } = makerOf(device);
    const texels = (usage: readonly BufferUsage[]) =>
      device.createBuffer({ label: usage.join(), byteLength: 256, usage });
    const [both, read, store] = [texels(['texel']), texels(['uniform-texel']), texels(['storage-texel'])];
    using ___ = both;
    using ____ = read;
    using _____ = store;
    const [reading, storing] = [bound(reads, device), bound(stores, device)];
    const [UNIFORM, STORAGE] = [
      V.VK_FORMAT_FEATURE_UNIFORM_TEXEL_BUFFER_BIT,
      V.VK_FORMAT_FEATURE_STORAGE_TEXEL_BUFFER_BIT,
    ];
    for (const format of ['rgba8unorm', 'rgba8unorm-srgb', 'rgb10a2unorm', 'r32float', 'depth32float'] as const) {
      const features = V.arena.scope(() => {
        const out = V.VkFormatProperties.allocate();
        driver.instance.vkGetPhysicalDeviceFormatProperties(driver.physicalDevice, formatMeaning(format).vk, out);
        return V.VkFormatProperties.read(out).bufferFeatures;
      });
      const [reads, stores] = [(features & UNIFORM) !== 0, (features & STORAGE) !== 0];
      const ok = (answer: string): boolean => answer === 'no error';
      const apart = driver.features['maintenance5'] === true;
      expect([
        ok(reading(0, both, { format })),
        ok(reading(0, read, { format })),
        ok(storing(0, both, { format })),
        ok(storing(0, store, { format })),
      ]).toEqual([reads && (stores || apart), reads, stores && (reads || apart), stores]);
      expect(reading(0, store, { format })).toBe(
        `Cannot bind buffer "storage-texel": it was made without usage 'texel' or 'uniform-texel'; create it with one of them`,
      );
      if (!reads || stores || apart) continue;
      expect(reading(0, both, { format })).toBe(
        `Cannot bind buffer "texel": device "${device.name}" has no texel buffers of ${format} that are stored, and it was made for that; create it with usage 'uniform-texel' alone`,
      );
    }
  },
);
