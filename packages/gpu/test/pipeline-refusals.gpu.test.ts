import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import type { ColorTarget, ComputePipelineOptions, Device, ImageFormat } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { changeFeatures } from './changed-driver.ts';
import { messageOf } from './message-of.ts';

const PLACE = 'void main() { gl_Position = vec4(0); }';
const PAINT = 'layout(location = 0) out vec4 color; void main() { color = vec4(1); }';

/** What a pipeline that draws with these shaders is refused with. */
async function drawing(
  device: Device,
  [vertex, fragment]: readonly [string, string],
  color: readonly (ImageFormat | ColorTarget)[] = ['rgba8unorm'],
): Promise<string> {
  const label = 'draw';
  const stages = {
    vertex: { spirv: await device.compile(vertex, { label, stage: 'vertex' }) },
    fragment: { spirv: await device.compile(fragment, { label, stage: 'fragment' }) },
  };
  return messageOf(() => device.createGraphicsPipeline({ label, ...stages, color })[Symbol.dispose]());
}

gpuTest('two stages agree on what a binding is', {}, async ({ device }) => {
  const block = 'layout(binding = 0) uniform Block { vec4 at; };';
  const both = (rest: string): Promise<string> =>
    drawing(device, [`${block} void main() { gl_Position = at; }`, `layout(location = 0) out vec4 color; ${rest}`]);
  expect(await both(`${block} void main() { color = at; }`)).toBe('no error');
  expect(await both('layout(binding = 0) uniform sampler2D map; void main() { color = texture(map, vec2(0)); }')).toBe(
    'Cannot create pipeline "draw": binding 0.0 is a uniform-buffer in one stage and a combined-image-sampler in another; number them apart',
  );
});

gpuTest('what a pipeline cannot draw to, or read while it draws, is refused', {}, async ({ device }) => {
  const input = `layout(input_attachment_index = 0, binding = 0) uniform subpassInput before;
    layout(location = 0) out vec4 color;
    void main() { color = subpassLoad(before); }`;
  expect(await drawing(device, [PLACE, PAINT])).toBe('no error');
  expect(await drawing(device, [PLACE, input])).toBe(
    'Cannot create pipeline "draw": its binding 0.0 is an input-attachment; bind buffers, images and samplers',
  );
  expect(await drawing(device, [PLACE, PAINT], ['depth32float'])).toBe(
    'Cannot create pipeline "draw": its colour 0 is of format depth32float; give that as depth',
  );
});

/** Lets a device have subgroups of 4 to 16 threads in compute shaders, two in a workgroup at most. */
function haveSmallSubgroups(device: Device): void {
  const { driver } = makerOf(device);
  changeFeatures(device, { subgroupSizeControl: true, computeFullSubgroups: true });
  const { instance } = driver;
  driver.instance = Object.create(instance, {
    vkGetPhysicalDeviceProperties2: {
      value: (...[physical, out]: Parameters<V.Instance['vkGetPhysicalDeviceProperties2']>) => {
        instance.vkGetPhysicalDeviceProperties2(physical, out);
        V.VkPhysicalDeviceSubgroupSizeControlProperties.write(V.VkPhysicalDeviceProperties2.read(out).pNext, {
          minSubgroupSize: 4,
          maxSubgroupSize: 16,
          maxComputeWorkgroupSubgroups: 2,
          requiredSubgroupSizeStages: V.VK_SHADER_STAGE_COMPUTE_BIT,
        });
      },
    },
  }) as V.Instance;
}

/** What a compute pipeline of so many threads in x is refused with. */
async function computing(device: Device, threads: number, more: Partial<ComputePipelineOptions>): Promise<string> {
  const label = 'groups';
  const spirv = await device.compile(`layout(local_size_x = ${threads}) in; void main() {}`, { label });
  return messageOf(() => device.createPipeline({ label, spirv, ...more }));
}

gpuTest('subgroups that a workgroup does not fill, or is too large for, are refused', {}, async ({ device }) => {
  haveSmallSubgroups(device);
  const refused = 'Cannot create pipeline "groups":';
  const powers = `device "${device.name}" has powers of two from 4 to 16`;
  for (const subgroupSize of [0, 2, 12, 32, Number.NaN]) {
    expect(await computing(device, 8, { subgroupSize })).toBe(
      `${refused} subgroups of ${subgroupSize} threads are asked for; ${powers}`,
    );
  }
  expect(await computing(device, 24, { subgroupSize: 8 })).toBe(
    `${refused} its workgroup has 24 threads, and subgroups of 8 allow 16; take larger subgroups`,
  );
  expect(await computing(device, 12, { subgroupSize: 8, fullSubgroups: true })).toBe(
    `${refused} its workgroup has 12 threads in x, and full subgroups want a multiple of 8; change local_size_x`,
  );
  expect(await computing(device, 24, { fullSubgroups: true })).toBe(
    `${refused} its workgroup has 24 threads in x, and full subgroups want a multiple of 16; change local_size_x`,
  );
});

gpuTest('wishes for subgroups name the feature that a device lacks', {}, async ({ device }) => {
  const lacks = (feature: string): string =>
    `Cannot create pipeline "groups": device "${device.name}" lacks feature ${feature}; leave its subgroups to the device`;
  changeFeatures(device, { subgroupSizeControl: true, computeFullSubgroups: false });
  expect(await computing(device, 8, { fullSubgroups: true })).toBe(lacks('computeFullSubgroups'));
  expect(await computing(device, 8, { fullSubgroups: true, subgroupSize: 8 })).toBe(lacks('computeFullSubgroups'));
  changeFeatures(device, { subgroupSizeControl: false });
  expect(await computing(device, 8, { subgroupSize: 8 })).toBe(lacks('subgroupSizeControl'));
});
