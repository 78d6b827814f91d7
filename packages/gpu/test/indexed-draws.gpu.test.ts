import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { Device, GraphicsPipeline, Image, RenderEncoder } from '../src/index.ts';
import { messageOf } from './message-of.ts';

const COVER = 'void main() { gl_Position = vec4(gl_VertexIndex == 1 ? 3 : -1, gl_VertexIndex == 2 ? 3 : -1, 0, 1); }';
const RED = 'layout(location = 0) out vec4 color; void main() { color = vec4(1, 0, 0, 1); }';

/** A pipeline that paints all of what three vertices of the numbers 0, 1 and 2 are drawn to. */
async function paint(device: Device): Promise<GraphicsPipeline> {
  return device.createGraphicsPipeline({
    label: 'paint',
    vertex: { spirv: await device.compile(COVER, { label: 'paint', stage: 'vertex' }) },
    fragment: { spirv: await device.compile(RED, { label: 'paint', stage: 'fragment' }) },
    color: ['rgba8unorm'],
  });
}

/** The red of each pixel that draws leave of an image which was black. */
async function reds(device: Device, image: Image, body: (to: RenderEncoder) => unknown): Promise<number[]> {
  await device.submitOnce('step', (encoder) =>
    encoder
      .transition(image, { before: 'undefined', after: 'color-attachment' })
      .rendering({ color: [{ image, clear: [0, 0, 0, 1] }] }, (to) => void body(to)),
  );
  const bytes = await device.downloadImage(image, { before: 'color-attachment' });
  return Array.from(bytes.filter((_, at) => at % 4 === 0));
}

gpuTest('an indexed draw wants an index buffer, and whole numbers', {}, async ({ device }) => {
  using pipeline = await paint(device);
  using image = device.createImage({ label: 'picture', size: [2, 1], format: 'rgba8unorm', role: 'render-target' });
  using indices = device.createBuffer({ label: 'order', byteLength: 6, role: 'index' });
  using numbers = device.createBuffer({ label: 'numbers', byteLength: 64, role: 'indirect' });
  const draw = (body: (to: RenderEncoder) => unknown): string =>
    messageOf(() => {
      using _ = device.record('step', (encoder) =>
        encoder
          .transition(image, { before: 'undefined', after: 'color-attachment' })
          .rendering({ color: [{ image }] }, (to) => void body(to.pipeline(pipeline))),
      );
    });
  const none = 'Cannot draw pipeline "paint" in "step": no index buffer is set; call encoder.indexBuffer';
  expect(draw((to) => to.drawIndexed(3))).toBe(none);
  expect(draw((to) => to.drawIndexed(0))).toBe(none);
  expect(draw((to) => to.drawIndexedIndirect(numbers))).toBe(none);
  for (const vertexOffset of [1.5, Number.NaN]) {
    expect(draw((to) => to.indexBuffer(indices, 'uint16').drawIndexed(3, 1, { vertexOffset }))).toBe(
      `Cannot draw: vertexOffset is ${vertexOffset}; give a whole number of 32 bits`,
    );
  }
  expect(draw((to) => to.indexBuffer(indices, 'uint16').drawIndexed(4))).toBe(
    'Cannot draw pipeline "paint" in "step": indices 0 to 3 are drawn, and index buffer "order" has 3 from byte 0 on; draw fewer, or give a longer buffer',
  );
  expect(draw((to) => to.indexBuffer(indices, 'uint16').drawIndexed(3, 0))).toBe('no error');
});

gpuTest('an offset of vertices may be below 0, and a draw of no instances draws nothing', {}, async ({ device }) => {
  using pipeline = await paint(device);
  using image = device.createImage({ label: 'picture', size: [2, 1], format: 'rgba8unorm', role: 'render-target' });
  using indices = device.createBuffer({ label: 'order', byteLength: 12, role: 'index' });
  await device.staging.upload(indices, 0, Uint32Array.of(5, 6, 7));
  const drawn = (instances: number, vertexOffset: number): Promise<number[]> =>
    reds(device, image, (to) => to.pipeline(pipeline).indexBuffer(indices).drawIndexed(3, instances, { vertexOffset }));
  expect(await drawn(1, -5)).toEqual([255, 255]);
  expect(await drawn(1, 0)).toEqual([0, 0]);
  expect(await drawn(0, -5)).toEqual([0, 0]);
});

gpuTest(
  'a word in memory decides whether draws of a rendering run, either way round',
  { features: ['conditionalRendering'] },
  async ({ device }) => {
    using pipeline = await paint(device);
    using image = device.createImage({ label: 'picture', size: [2, 1], format: 'rgba8unorm', role: 'render-target' });
    using words = device.createBuffer({ label: 'conditions', byteLength: 8, role: 'indirect' });
    await device.staging.upload(words, 0, Uint32Array.of(0, 7));
    const drawn = async (byteOffset: number, inverted?: boolean): Promise<string> => {
      const options = inverted === undefined ? { byteOffset } : { byteOffset, inverted };
      const [left, right] = await reds(device, image, (to) =>
        to
          .pipeline(pipeline)
          .scissor(0, 0, 1, 1)
          .conditional(words, (some) => void some.draw(3), options)
          .scissor(1, 0, 1, 1)
          .draw(3),
      );
      return `${left} ${right}`;
    };
    expect([await drawn(0), await drawn(4), await drawn(0, false)]).toEqual(['0 255', '255 255', '0 255']);
    expect([await drawn(0, true), await drawn(4, true)]).toEqual(['255 255', '0 255']);
  },
);
