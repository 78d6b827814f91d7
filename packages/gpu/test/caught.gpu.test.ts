import { gpuTest, vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { Device, Encoder } from '../src/index.ts';
import { judged } from './judged-device.ts';
import { trianglePipeline, wordsIn } from './kernels.ts';

const COVER = `void main() { gl_Position = vec4(gl_VertexIndex == 1 ? 3 : -1, gl_VertexIndex == 2 ? 3 : -1, 0.5, 1); }`;
const RED = `layout(location = 0) out vec4 color; void main() { color = vec4(1, 0, 0, 1); }`;

/** Runs what throws, as a caller does who knows what to do instead. */
function caught(body: () => unknown): string {
  try {
    body();
    return 'no error';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Records a rendering, a pass and a drawing of a deeper pass that throw in their midst, and goes on; gives the picture's words. */
async function goOn(device: Device): Promise<number[]> {
  using pipeline = await trianglePipeline(device, COVER, RED);
  using image = device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm' });
  using vertices = device.createBuffer({ label: 'vertices', byteLength: 64, role: 'vertex' });
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const said: string[] = [];
  await device.submitOnce('step', (encoder) => {
    encoder.transition(image, { before: 'undefined', after: 'color-attachment' });
    const target = { image, clear: 0 };
    said.push(
      caught(() =>
        encoder.label('draw', () =>
          encoder.rendering({ color: [target] }, (render) =>
            render.pipeline(pipeline).draw(3).vertexBuffer(vertices).draw(-1),
          ),
        ),
      ),
      caught(() => encoder.rendering({ color: [{ image, clear: [0, 0, 0, 0, 0] }] }, () => undefined)),
      caught(() => encoder.label('fill', () => encoder.fill(words, 0, 16, 7).fill(words, 2, 4, 9))),
    );
    encoder
      .barrier(['transfer-target'], ['transfer-target'])
      .transition(image, { before: 'color-attachment', after: 'transfer-source' })
      .copyImageToBuffer(image, words);
  });
  expect(said).toEqual([
    'Cannot draw: vertices is -1; give a whole number from 0',
    'Cannot clear image "picture": 5 numbers are given; give up to 4',
    'Cannot fill buffer "words": offset 2 is no multiple of 4',
  ]);
  return (await wordsIn(device, words)).slice(0, 4);
}

gpuTest('an error that is caught leaves a recording that goes on', {}, async ({ device }) => {
  expect(await goOn(device)).toEqual([0xff0000ff, 0xff0000ff, 0xff0000ff, 0xff0000ff]);
});

vulkanTest('the same with automatic barriers', async () => {
  let words: number[] = [];
  const run = async (device: Device): Promise<void> => void (words = await goOn(device));
  expect(await judged({ autoBarriers: true, checks: false }, run)).toEqual([]);
  expect(words).toEqual([0xff0000ff, 0xff0000ff, 0xff0000ff, 0xff0000ff]);
});

vulkanTest('a draw that needs a barrier where none may stand is taken back', async () => {
  const shader = RED.replace('color = vec4(1, 0, 0, 1)', 'color = texelFetch(from, ivec2(0), 0)');
  const sampling = `layout(set = 0, binding = 0) uniform sampler2D from; ${shader}`;
  let words: number[] = [];
  const said = await judged({ autoBarriers: true, checks: false }, async (device) => {
    using pipeline = await trianglePipeline(device, COVER, sampling);
    using sampler = device.createSampler({ label: 'between' });
    using from = device.createImage({ label: 'from', size: [2, 2], format: 'rgba8unorm' });
    using image = device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm' });
    using to = device.createBuffer({ label: 'to', byteLength: 16 });
    const draw = (encoder: Encoder): Encoder =>
      encoder.rendering({ color: [{ image, clear: 0 }] }, (render) =>
        render.pipeline(pipeline).bind(0, from, { sampler }).draw(3),
      );
    await device.submitOnce('step', (encoder) => {
      encoder.clear(from, [1, 0, 0, 1]);
      expect(caught(() => draw(encoder))).toContain(
        'it needs a barrier for image "from", and none can stand within rendering',
      );
      draw(encoder.touches(from, 'sampled')).copyImageToBuffer(image, to);
    });
    words = await wordsIn(device, to);
  });
  expect(said).toEqual([]);
  expect(words).toEqual([0xff0000ff, 0xff0000ff, 0xff0000ff, 0xff0000ff]);
});

gpuTest('a conditional whose body throws ends', { features: ['conditionalRendering'] }, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 16 });
  using condition = device.createBuffer({ label: 'condition', byteLength: 16, role: 'indirect' });
  await device.submitOnce('step', (encoder) => {
    encoder.fill(condition, 0, 16, 1).barrier(['transfer-target'], ['conditional']);
    const failing = (): unknown => encoder.conditional(condition, () => encoder.fill(words, 2, 4, 9));
    expect(caught(failing)).toBe('Cannot fill buffer "words": offset 2 is no multiple of 4');
    encoder.conditional(condition, () => undefined).fill(words, 0, 16, 7);
  });
  expect(await wordsIn(device, words)).toEqual([7, 7, 7, 7]);
});
