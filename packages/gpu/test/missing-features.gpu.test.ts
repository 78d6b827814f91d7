/** What a device of lesser means refuses, in words. */
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import type { Device, Encoder, VulkanError } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { changeCommands, changeFeatures } from './changed-driver.ts';

/** The kind and the message of what a body throws. */
function refusal(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    const { kind, message } = error as VulkanError;
    return `${kind}: ${message}`;
  }
  return 'nothing was thrown';
}

/** Changes what the device's report says of the family that it computes on. */
function changeFamily(device: Device, changed: Partial<Device['report']['queues'][number]>): void {
  Object.assign(device.report.queues[device.compute.family]!, changed);
}

gpuTest('conditions, and many draws at once, are refused where the device has none', {}, async ({ device }) => {
  changeFeatures(device, { conditionalRendering: false, multiDrawIndirect: false });
  using words = device.createBuffer({ label: 'words', byteLength: 64, usage: ['indirect'] });
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  const lacks = `not-available: Cannot record "step": device "${device.name}" lacks feature conditionalRendering; dispatch indirectly instead`;
  const nothing = (): undefined => undefined;
  expect(refusal(() => device.record('step', (encoder) => encoder.conditional(words, nothing)))).toBe(lacks);
  const vertex = {
    spirv: await device.compile('void main() { gl_Position = vec4(0); }', { label: 'v', stage: 'vertex' }),
  };
  using pipeline = device.createGraphicsPipeline({ label: 'draw', vertex, color: ['rgba8unorm'] });
  const rendered = (count: number): string =>
    refusal(() => {
      using _ = device.record('step', (encoder) =>
        encoder
          .transition(image, { before: 'undefined', after: 'color-attachment' })
          .rendering({ color: [{ image }] }, (to) => to.pipeline(pipeline).drawIndirect(words, { count })),
      );
    });
  expect(rendered(1)).toBe('nothing was thrown');
  expect(rendered(2)).toBe(
    `not-available: Cannot draw 2 times from buffer "words": device "${device.name}" lacks feature multiDrawIndirect; draw once each`,
  );
  expect(
    refusal(() =>
      device.record('step', (encoder) =>
        encoder.rendering({ color: [{ image }] }, (to) => to.conditional(words, nothing)),
      ),
    ),
  ).toBe(lacks);
});

gpuTest('a query pool is refused where the queue has no clock, and reset by commands alone', {}, async ({ device }) => {
  changeFeatures(device, { hostQueryReset: false });
  using pool = device.createQueryPool({ label: 'times', count: 2 });
  expect(refusal(() => pool.reset())).toBe(
    `not-available: Cannot reset query pool "times": device "${device.name}" has no hostQueryReset; record resetQueries instead`,
  );
  await device.submitOnce('times', (encoder) => encoder.resetQueries(pool).timestamp(pool, 0));
  expect(pool.ticks().map((each) => typeof each)).toEqual(['bigint', 'undefined']);
  changeFamily(device, { timestampBits: 0 });
  expect(refusal(() => device.createQueryPool({ label: 'later', count: 2 }))).toBe(
    `not-available: Cannot create query pool "later": device "${device.name}" has no timestamps on that queue`,
  );
});

gpuTest('a device of which no queue draws says so wherever something would', {}, async ({ device }) => {
  expect(device.graphics).toBe(device.compute);
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  using depth = device.createImage({ label: 'depth', size: [4, 4], format: 'depth32float' });
  const spirv = await device.compile('void main() { gl_Position = vec4(0); }', { label: 'v', stage: 'vertex' });
  changeFamily(device, { flags: ['compute', 'transfer'] });
  await using recorder = device.createRecorder({ workers: 1 });
  const frame = await device.beginFrame();
  const step = (body: (encoder: Encoder) => unknown) => (): unknown =>
    device.record('step', (encoder) => void body(encoder));
  const rendering = { color: [{ image }] };
  const acts: readonly (readonly [act: string, body: () => unknown])[] = [
    ['draw', () => device.graphics],
    ['create pipeline "draw"', () => device.createGraphicsPipeline({ label: 'draw', vertex: { spirv } })],
    ['render in "step"', step((encoder) => encoder.rendering(rendering, () => undefined))],
    ['blit in "step"', step((encoder) => encoder.blit(image, image))],
    ['clear depths in "step"', step((encoder) => encoder.clear(depth, 1))],
    ['record "apart"', () => device.recordDraws('apart', { color: ['rgba8unorm'], size: [4, 4] }, () => undefined)],
    ['render in "threads"', () => recorder.encoderFor('threads', { rendering })],
  ];
  for (const [act, body] of acts) {
    expect(refusal(body)).toBe(
      `not-available: Cannot ${act}: no queue of device "${device.name}" draws; choose another device`,
    );
  }
  const module = new URL('recorded-passes.ts', import.meta.url);
  recorder.encoderFor('blits').record({ module, export: 'blit', data: { image } });
  await expect(recorder.finalize()).rejects.toThrow(`no queue of device "${device.name}" draws; choose another device`);
  device.endFrame(frame);
  using _ = device.record('clear', (encoder) =>
    encoder.transition(image, { before: 'undefined', after: 'transfer-target' }).clear(image, 0),
  );
});

gpuTest('a queue that there is none of is told with those that there are', {}, ({ device }) => {
  const queue = 'graphics' as 'compute';
  expect(() => device.record('step', () => undefined, { queue })).toThrow(
    new TypeError('Cannot record "step": queue "graphics" is none of compute, transfer'),
  );
  expect(() => device.createQueryPool({ label: 'times', count: 2, queue })).toThrow(
    new TypeError('Cannot create query pool "times": queue "graphics" is none of compute, transfer'),
  );
});

gpuTest(
  'a host array is refused where no memory type takes it, and leaves no buffer behind',
  { extensions: ['VK_EXT_external_memory_host'] },
  ({ device }) => {
    using _ = changeCommands(device, {
      vkGetMemoryHostPointerPropertiesEXT: (_device, _type, _at, out) => {
        V.VkMemoryHostPointerPropertiesEXT.write(out, { memoryTypeBits: 0 });
        return V.VK_SUCCESS;
      },
    });
    expect(refusal(() => device.hostArray(4096, { label: 'shared' }))).toBe(
      `allocation: Cannot make host array "shared": no coherent memory type of device "${device.name}" takes it; use a buffer with memory 'upload' or 'download'`,
    );
    expect([device.children.size, makerOf(device).heap.used]).toEqual([0, 0]);
  },
);
