/** Shaders that sample: images and samplers that give what they ask for, and those that don't. */
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { formatMeaning } from '../src/image/format.ts';
import type { ComputePipeline, Device, Image, ImageFormat, Sampler } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { messageOf } from './message-of.ts';

async function pipelineOf(device: Device, label: string, declared: string, use: string): Promise<ComputePipeline> {
  const code = `layout(local_size_x = 1) in; layout(binding = 0) buffer Out { vec4 to; };\n${declared}\nvoid main() { ${use} }`;
  return device.createPipeline({ label, spirv: await device.compile(code, { label }) });
}

const SHADOW = 'layout(binding = 1) uniform sampler2DShadow shadow;';
const APART = `layout(binding = 1) uniform texture2D map; layout(binding = 2) uniform sampler plain;
  layout(binding = 3) uniform samplerShadow comparing;`;

/** What a dispatch with these is refused with; with an image alone, its sampler is bound with it. */
function dispatcher(device: Device, pipeline: ComputePipeline, out: Parameters<ComputePipeline['run']>[0][number]) {
  return (image: Image, sampler: Sampler, comparing?: Sampler): string =>
    messageOf(() => {
      using _ = device.record('step', (encoder) => {
        encoder
          .pipeline(pipeline)
          .bind(0, out)
          .bind(1, image, comparing ? {} : { sampler });
        if (comparing) encoder.bind(2, sampler).bind(3, comparing);
        encoder.dispatch(1);
      });
    });
}

gpuTest('depths are compared by samplers that do, in images of depth, and by no others', {}, async ({ device }) => {
  using owned = new DisposableStack();
  const shadows = owned.use(await pipelineOf(device, 'shadows', SHADOW, 'to = vec4(texture(shadow, vec3(0.5)));'));
  const plain = owned.use(
    await pipelineOf(
      device,
      'plain',
      SHADOW.replace('Shadow', ''),
      'to = texture(shadow, vec2(0.5)) + textureGather(shadow, vec2(0.5));',
    ),
  );
  const out = owned.use(device.createBuffer({ label: 'out', byteLength: 16 }));
  const depth = owned.use(device.createImage({ label: 'depth', size: [4, 4], format: 'depth32float' }));
  const color = owned.use(device.createImage({ label: 'color', size: [4, 4], format: 'r32float' }));
  const filter = 'nearest';
  const nearest = owned.use(device.createSampler({ label: 'nearest', filter }));
  const less = owned.use(device.createSampler({ label: 'less', compare: 'less' }));
  const [shadow, read] = [dispatcher(device, shadows, out), dispatcher(device, plain, out)];
  expect([shadow(depth, less), read(depth, nearest), read(color, nearest)]).toEqual(Array(3).fill('no error'));
  const act = (image: string, sampler: string, pipeline: string): string =>
    `Cannot sample image "${image}" with sampler "${sampler}" in pipeline "${pipeline}": binding 0.1 shadow`;
  expect([shadow(depth, nearest), shadow(color, less), read(color, less)]).toEqual([
    `${act('depth', 'nearest', 'shadows')} compares depths, and the sampler doesn't; give it compare, as in { compare: 'less-equal' }`,
    `${act('color', 'less', 'shadows')} compares depths, and texels of r32float are none; give an image of depth`,
    `${act('color', 'less', 'plain')} reads texels, and the sampler compares depths; give one without compare`,
  ]);
  expect(messageOf(() => device.createSampler({ label: 'bad', compare: 'smaller' as 'less' }))).toBe(
    'Cannot create sampler "bad": compare "smaller" is none of never, less, equal, less-equal, greater, not-equal, greater-equal, always',
  );
});

gpuTest('a sampler that compares gives 1 where the shader’s depth is such, and 0 elsewhere', {}, async ({ device }) => {
  using pipeline = await pipelineOf(
    device,
    'shadows',
    SHADOW,
    'to = vec4(texture(shadow, vec3(0.5, 0.5, 0.25)), texture(shadow, vec3(0.5, 0.5, 0.5)), texture(shadow, vec3(0.5, 0.5, 0.75)), 7);',
  );
  using out = device.createBuffer({ label: 'out', byteLength: 16 });
  using depth = device.createImage({ label: 'depth', size: [1, 1], format: 'depth32float' });
  const told: number[][] = [];
  for (const compare of ['less', 'less-equal', 'greater', 'always'] as const) {
    using sampler = device.createSampler({ label: compare, compare });
    await device.submitOnce('step', (encoder) =>
      encoder
        .transition(depth, { before: 'undefined', after: 'transfer-target' })
        .clear(depth, 0.5)
        .transition(depth, { before: 'transfer-target', after: 'sampled' })
        .pipeline(pipeline)
        .bind(0, out)
        .bind(1, depth, { sampler })
        .dispatch(1),
    );
    told.push([...new Float32Array((await device.staging.download(out)).buffer, 0, 3)]);
  }
  expect(told).toEqual([
    [1, 0, 0],
    [1, 1, 0],
    [0, 0, 1],
    [1, 1, 1],
  ]);
});

gpuTest('images and samplers of their own are held against each other', {}, async ({ device }) => {
  using owned = new DisposableStack();
  const both =
    'to = texture(sampler2D(map, plain), vec2(0.5)) + vec4(texture(sampler2DShadow(map, comparing), vec3(0.5)));';
  const pipeline = owned.use(await pipelineOf(device, 'both', APART, both));
  const out = owned.use(device.createBuffer({ label: 'out', byteLength: 16 }));
  const depth = owned.use(device.createImage({ label: 'depth', size: [4, 4], format: 'depth32float' }));
  const nearest = owned.use(device.createSampler({ label: 'nearest', filter: 'nearest' }));
  const less = owned.use(device.createSampler({ label: 'less', compare: 'less' }));
  const dispatch = dispatcher(device, pipeline, out);
  expect([dispatch(depth, nearest, less), dispatch(depth, less, less), dispatch(depth, nearest, nearest)]).toEqual([
    'no error',
    'Cannot sample image "depth" with sampler "less" in pipeline "both": binding 0.1 map reads texels, and the sampler compares depths; give one without compare',
    'Cannot sample image "depth" with sampler "nearest" in pipeline "both": binding 0.1 map compares depths, and the sampler doesn\'t; give it compare, as in { compare: \'less-equal\' }',
  ]);
});

// The layer takes the whole text for sampled.
const TEXT = { expected: /magFilter-04553/ };
gpuTest('what a specialization constant turns off is not held against what is bound', TEXT, async ({ device }) => {
  using owned = new DisposableStack();
  const code = `layout(local_size_x = 1) in; layout(binding = 0) buffer Out { uvec4 to; }; layout(binding = 1) uniform usampler2D map;
    layout(constant_id = 0) const bool soft = true;
    void main() { if (soft) to = texture(map, vec2(0.5)); else to = texelFetch(map, ivec2(0), 0); }`;
  const spirv = await device.compile(code, { label: 'chosen' });
  const out = owned.use(device.createBuffer({ label: 'out', byteLength: 16 }));
  const image = owned.use(device.createImage({ label: 'numbers', size: [4, 4], format: 'r32uint' }));
  const linear = owned.use(device.createSampler({ label: 'linear' }));
  const told = [true, false].map((soft) => {
    const pipeline = owned.use(device.createPipeline({ label: `${soft}`, spirv, specialization: { 0: soft } }));
    return dispatcher(device, pipeline, out)(image, linear);
  });
  expect(told).toEqual([
    'Cannot sample image "numbers" with sampler "linear" in pipeline "true": binding 0.1 map is filtered, and texels of r32uint are integers, which have no mean; give a sampler with filter: \'nearest\'',
    'no error',
  ]);
});

// The layer holds the whole of an array against each use of one of its elements.
const ARRAYS = { expected: /None-06479/ };
gpuTest(
  'of arrays some elements must suit what the shader does, as it may take any of them',
  ARRAYS,
  async ({ device }) => {
    using owned = new DisposableStack();
    const out = owned.use(device.createBuffer({ label: 'out', byteLength: 16 }));
    const depth = owned.use(device.createImage({ label: 'depth', size: [4, 4], format: 'depth32float' }));
    const color = owned.use(device.createImage({ label: 'color', size: [4, 4], format: 'rgba8unorm' }));
    const linear = owned.use(device.createSampler({ label: 'linear' }));
    const nearest = owned.use(device.createSampler({ label: 'nearest', filter: 'nearest' }));
    const less = owned.use(device.createSampler({ label: 'less', compare: 'less' }));
    type Bound = Parameters<Parameters<Parameters<Device['record']>[1]>[0]['bind']>[1];
    const told = (pipeline: ComputePipeline, ...bound: Bound[]): string =>
      messageOf(() => {
        using _ = device.record('step', (encoder) => {
          encoder.pipeline(pipeline).bind(0, out);
          for (const [index, each] of bound.entries()) encoder.bind(index + 1, each);
          encoder.dispatch(1);
        });
      });
    const maps = owned.use(
      await pipelineOf(
        device,
        'maps',
        APART.replace('map;', 'map[2];'),
        'to = texture(sampler2D(map[0], plain), vec2(0.5)) + vec4(texture(sampler2DShadow(map[1], comparing), vec3(0.5)));',
      ),
    );
    expect([told(maps, [color, depth], linear, less), told(maps, [color, depth], nearest, less)]).toEqual([
      'no error',
      'no error',
    ]);
    const act = 'Cannot sample image "color" with sampler "less" in pipeline';
    expect(told(maps, [color, color], linear, less)).toBe(
      `${act} "maps": binding 0.1 map compares depths, and texels of rgba8unorm are none; give an image of depth`,
    );
    const table = owned.use(
      await pipelineOf(
        device,
        'table',
        `layout(binding = 1) uniform texture2D map[2];
      layout(binding = 2) uniform sampler s[2]; layout(binding = 2) uniform samplerShadow c[2];`,
        'to = texture(sampler2D(map[0], s[0]), vec2(0.5)) + vec4(texture(sampler2DShadow(map[1], c[1]), vec3(0.5)));',
      ),
    );
    expect(told(table, [color, depth], [nearest, less])).toBe('no error');
    // Which of both a command does may be chosen by what it reads.
    const one = owned.use(
      await pipelineOf(
        device,
        'one',
        'layout(binding = 1) uniform texture2D map; layout(binding = 2) uniform sampler s; layout(binding = 2) uniform samplerShadow c;',
        'to.x = to.y > 0 ? texture(sampler2D(map, s), vec2(0.5)).x : texture(sampler2DShadow(map, c), vec3(0.5));',
      ),
    );
    expect([told(one, depth, nearest), told(one, depth, less)]).toEqual(['no error', 'no error']);
  },
);

gpuTest(
  'texels are filtered where the device filters their format, and fetched and gathered anywhere',
  {},
  async (test) => {
    const { device } = test;
    using owned = new DisposableStack();
    const out = owned.use(device.createBuffer({ label: 'out', byteLength: 16 }));
    const linear = owned.use(device.createSampler({ label: 'linear' }));
    const nearest = owned.use(device.createSampler({ label: 'nearest', filter: 'nearest' }));
    const { driver } = makerOf(device);
    for (const format of ['rgba8unorm', 'r32float', 'r32uint', 'r32sint', 'depth32float'] as const) {
      const { reads } = formatMeaning(format);
      const type = { float: 'sampler2D', uint: 'usampler2D', sint: 'isampler2D' }[reads];
      const declared = `layout(binding = 1) uniform ${type} map;`;
      const of = async (use: string): Promise<(image: Image, sampler: Sampler) => string> =>
        dispatcher(device, owned.use(await pipelineOf(device, use, declared, `to = vec4(${use});`)), out);
      const image = owned.use(device.createImage({ label: format, size: [4, 4], format }));
      const features = V.arena.scope(() => {
        const found = V.VkFormatProperties.allocate();
        driver.instance.vkGetPhysicalDeviceFormatProperties(driver.physicalDevice, formatMeaning(format).vk, found);
        return V.VkFormatProperties.read(found).optimalTilingFeatures;
      });
      const isFiltered = (features & V.VK_FORMAT_FEATURE_SAMPLED_IMAGE_FILTER_LINEAR_BIT) !== 0;
      const sample = await of('texture(map, vec2(0.5))');
      const told = sample(image, linear);
      expect([sample(image, nearest), told === 'no error']).toEqual(['no error', isFiltered]);
      if (!isFiltered) expect(told).toBe(unfiltered(device, format, reads === 'float'));
      // The layer takes every use of a sampler for one that filters.
      if (!isFiltered && device.validation !== false) continue;
      for (const use of ['texelFetch(map, ivec2(0), 0)', 'textureGather(map, vec2(0.5))'])
        expect((await of(use))(image, linear)).toBe('no error');
    }
  },
);

function unfiltered(device: Device, format: ImageFormat, isFloat: boolean): string {
  const why = isFloat
    ? `device "${device.name}" filters no texels of ${format}`
    : `texels of ${format} are integers, which have no mean`;
  return `Cannot sample image "${format}" with sampler "linear" in pipeline "texture(map, vec2(0.5))": binding 0.1 map is filtered, and ${why}; give a sampler with filter: 'nearest'`;
}
