/** What draws are given that no device takes, and what is at its edge. */
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { makerOf } from '../src/memory/buffer.ts';
import type { Device, RenderEncoder } from '../src/index.ts';
import { pipelineProperties } from '../src/command/driver-properties.ts';
import { messageOf } from './message-of.ts';

const TRIANGLE = 'layout(location = 0) in vec2 p; void main() { gl_Position = vec4(p, 0, 1); }';
const PAINT = 'layout(location = 0) out vec4 color; void main() { color = vec4(1); }';

/** Records what is drawn to four texels, and tells what was refused. */
function recorder(device: Device, stack: DisposableStack): (body: (to: RenderEncoder) => unknown) => string {
  const image = stack.use(device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm' }));
  return (body) =>
    messageOf(() => {
      using _ = device.record('step', (encoder) =>
        encoder
          .transition(image, { before: 'undefined', after: 'color-attachment' })
          .rendering({ color: [{ image, clear: 0 }] }, (to) => void body(to)),
      );
    });
}

gpuTest('viewports and scissors that no device takes are refused, and those at the edge are not', {}, ({ device }) => {
  using stack = new DisposableStack();
  const told = recorder(device, stack);
  const { mostViewport, viewportBounds } = pipelineProperties(makerOf(device).driver);
  const [[width, height], [least, most]] = [mostViewport, viewportBounds];
  const bounds = `device "${device.name}" takes ${width}×${height}, from ${least} to ${most}`;
  const beyond = (what: string): string => `Cannot set the viewport in "step": it is ${what}; ${bounds}`;
  const square = { width: 2, height: 2 };
  expect([
    told((to) => to.viewport({ width: width + 1, height: 2 })),
    told((to) => to.viewport({ width: 2, height: -height - 1 })),
    told((to) => to.viewport({ ...square, x: least - 1 })),
    told((to) => to.viewport({ ...square, y: most - 1 })),
    told((to) => to.viewport({ ...square, farDepth: 2 })),
    told((to) => to.scissor(0, 0, 2 ** 31, 8)),
    told((to) => to.scissor(1, 2 ** 31 - 2, 8, 2)),
  ]).toEqual([
    beyond(`${width + 1}×2 at (0, 0)`),
    beyond(`2×${-height - 1} at (0, 0)`),
    beyond(`2×2 at (${least - 1}, 0)`),
    beyond(`2×2 at (0, ${most - 1})`),
    'Cannot set the viewport in "step": its depths are 0 and 2; give 0 to 1',
    'Cannot set the scissor in "step": it is 2147483648×8 at (0, 0); end at 2147483647, or before',
    'Cannot set the scissor in "step": it is 8×2 at (1, 2147483646); end at 2147483647, or before',
  ]);
  const flipped = { x: least, y: 2, width, height: -2, nearDepth: 1, farDepth: 0 };
  expect(told((to) => to.viewport(flipped).scissor(2 ** 31 - 3, 0, 2, 2 ** 31 - 1))).toBe('no error');
});

gpuTest('indices of a width that there is none of, and offsets beyond 32 bits, are refused', {}, async ({ device }) => {
  using stack = new DisposableStack();
  const told = recorder(device, stack);
  const stages = {
    vertex: { spirv: await device.compile(TRIANGLE, { label: 'v', stage: 'vertex' }) },
    fragment: { spirv: await device.compile(PAINT, { label: 'f', stage: 'fragment' }) },
  };
  const pipeline = stack.use(device.createGraphicsPipeline({ label: 'draw', ...stages, color: ['rgba8unorm'] }));
  const vertices = stack.use(device.createBuffer({ label: 'vertices', byteLength: 24, role: 'vertex' }));
  const indices = stack.use(device.createBuffer({ label: 'indices', byteLength: 12, role: 'index' }));
  const draw = (vertexOffset: number): string =>
    told((to) => to.pipeline(pipeline).vertexBuffer(vertices).indexBuffer(indices).drawIndexed(3, 1, { vertexOffset }));
  expect(told((to) => to.indexBuffer(indices, 'uint8' as 'uint16'))).toBe(
    'Cannot draw from buffer "indices": index type "uint8" is none of uint16, uint32',
  );
  expect([2 ** 31, 1.5, 2 ** 31 - 1, -(2 ** 31)].map(draw)).toEqual([
    'Cannot draw: vertexOffset is 2147483648; give a whole number of 32 bits',
    'Cannot draw: vertexOffset is 1.5; give a whole number of 32 bits',
    'no error',
    'no error',
  ]);
});

gpuTest('vertices of doubles are refused, whatever layout is given', { features: ['shaderFloat64'] }, async (test) => {
  const { device } = test;
  const wide = TRIANGLE.replace('in vec2', 'in dvec2');
  const vertex = { spirv: await device.compile(wide, { label: 'v', stage: 'vertex' }) };
  const fragment = { spirv: await device.compile(PAINT, { label: 'f', stage: 'fragment' }) };
  const options = { label: 'draw', vertex, fragment, color: ['rgba8unorm'] } as const;
  const vertexBuffers = [{ attributes: [{ location: 0, format: 'float32x2' }] }] as const;
  const what = 'its vertex shader reads float of 64 bits at location 0 p';
  for (const more of [{}, { vertexBuffers }]) {
    expect(messageOf(() => device.createGraphicsPipeline({ ...options, ...more }))).toBe(
      `Cannot create pipeline "draw": ${what}, which no vertex format has; read two uint for each, and put them together there`,
    );
  }
});

gpuTest('a vertex buffer of which nothing is read need not be there', {}, async ({ device }) => {
  using image = device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm' });
  using vertices = device.createBuffer({ label: 'vertices', byteLength: 24, role: 'vertex' });
  const at = (location: number) => ({ attributes: [{ location, format: 'float32x2' as const }] });
  using pipeline = device.createGraphicsPipeline({
    label: 'draw',
    vertex: { spirv: await device.compile(TRIANGLE, { label: 'v', stage: 'vertex' }) },
    fragment: { spirv: await device.compile(PAINT, { label: 'f', stage: 'fragment' }) },
    color: ['rgba8unorm'],
    vertexBuffers: [at(3), at(0), { ...at(4), step: 'instance' }, { attributes: [] }],
  });
  await device.staging.upload(vertices, 0, Float32Array.of(-1, -1, 3, -1, -1, 3));
  using bytes = device.createBuffer({ label: 'bytes', byteLength: 16 });
  const draw = (slot: number, instances: number): Promise<void> =>
    device.submitOnce('draw', (encoder) =>
      encoder
        .transition(image, { before: 'undefined', after: 'color-attachment' })
        .rendering({ color: [{ image, clear: 0 }] }, (to) =>
          to.pipeline(pipeline).vertexBuffer(vertices, { slot }).draw(3, instances),
        )
        .transition(image, { before: 'color-attachment', after: 'transfer-source' })
        .copyImageToBuffer(image, bytes),
    );
  await draw(1, 7);
  expect(await device.staging.download(bytes)).toEqual(new Uint8Array(16).fill(255));
  await expect(async () => draw(0, 1)).rejects.toThrow(
    'Cannot draw pipeline "draw" in "draw": vertex buffer 1 is not set; call encoder.vertexBuffer',
  );
});
