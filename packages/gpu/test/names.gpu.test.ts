import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import type { Device } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';

/** Commands that make objects, whose handles stand at their last argument. */
const MAKERS = [
  'vkCreateBuffer',
  'vkCreateBufferView',
  'vkCreateImage',
  'vkCreateImageView',
  'vkCreateSampler',
  'vkCreateShaderModule',
  'vkCreateDescriptorSetLayout',
  'vkCreatePipelineLayout',
  'vkCreateComputePipelines',
  'vkCreateGraphicsPipelines',
  'vkCreateDescriptorPool',
  'vkCreateQueryPool',
  'vkCreateCommandPool',
  'vkCreateSemaphore',
  'vkAllocateMemory',
  'vkAllocateDescriptorSets',
  'vkAllocateCommandBuffers',
] as const;

/** What those commands made from here on, by command, and which handles got names. */
function watch(device: Device): { readonly made: Map<string, bigint[]>; readonly named: Set<bigint> } {
  const { driver } = makerOf(device);
  const bare = V.loadDevice(device.raw.instance, device.raw.commands.handle);
  const made = new Map<string, bigint[]>(MAKERS.map((name) => [name, []]));
  const watching: PropertyDescriptorMap = {};
  for (const name of MAKERS) {
    const value = (...words: readonly bigint[]): unknown => {
      const result = (bare[name] as (...words: readonly bigint[]) => unknown)(...words);
      made.get(name)!.push(V.arena.readU64(words.at(-1) as V.Pointer<bigint>));
      return result;
    };
    watching[name] = { value };
  }
  driver.commands = Object.create(driver.commands, watching) as V.Device;
  const named = new Set<bigint>();
  const setName = driver.setName.bind(driver);
  driver.setName = (type, handle, label) => {
    if (label !== '') named.add(handle);
    setName(type, handle, label);
  };
  return { made, named };
}

const COMPUTE = `
layout(local_size_x = 1) in;
layout(set = 0, binding = 0) uniform utextureBuffer texels;
layout(set = 1, binding = 0) buffer Words { uint words[]; };
layout(set = 1, binding = 1) uniform sampler2D picture;
void main() { words[0] = texelFetch(texels, 0).x + uint(textureLod(picture, vec2(0.5), 0.0).x); }`;

gpuTest('whatever is made has a name, for the messages of the layer', { layer: true }, async ({ device }) => {
  const { made, named } = watch(device);
  const compile = (source: string, stage: 'compute' | 'vertex' | 'fragment') =>
    device.compile(source, { label: stage, stage });
  using pipeline = device.createPipeline({ label: 'compute', spirv: await compile(COMPUTE, 'compute') });
  using drawing = device.createGraphicsPipeline({
    label: 'drawing',
    vertex: { spirv: await compile('void main() { gl_Position = vec4(0.0); }', 'vertex') },
    fragment: {
      spirv: await compile('layout(location = 0) out vec4 color; void main() { color = vec4(1.0); }', 'fragment'),
    },
    color: ['rgba8unorm'],
  });
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using texels = device.createBuffer({ label: 'texels', byteLength: 64, usage: ['texel', 'transfer-target'] });
  using picture = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm', role: 'texture' });
  using sampler = device.createSampler({ label: 'sampler' });
  using queries = device.createQueryPool({ label: 'queries', count: 2 });
  using timeline = device.createTimeline('timeline');
  await device.uploadImage(picture, new Uint8Array(64));
  await device.staging.upload(texels, 0, new Uint32Array(16));
  await device.submitOnce('all', (encoder) =>
    encoder
      .resetQueries(queries)
      .pipeline(pipeline)
      .bind(0, texels, { format: 'r32uint' })
      .bind(0, words, { set: 1 })
      .bind(1, picture, { set: 1, sampler })
      .dispatch(1),
  );
  device.endFrame(await device.beginFrame());
  expect([drawing.disposed, timeline.label]).toEqual([false, 'timeline']);
  for (const [command, handles] of made) {
    expect(handles.length, command).toBeGreaterThan(0);
    for (const handle of handles) expect(named.has(handle), `what ${command} made`).toBe(true);
  }
});
