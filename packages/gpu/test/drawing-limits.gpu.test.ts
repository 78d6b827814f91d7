/** What pipelines that draw are refused for: words that there are none of, and what the device doesn't have. */
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import type { BlendMode, ColorTarget, Device, ImageFormat, VertexBufferLayout } from '../src/index.ts';
import { changeFeatures } from './changed-driver.ts';
import { messageOf } from './message-of.ts';

const PLACE = `layout(location = 0) in vec2 at;
  void main() { gl_Position = vec4(at, 0.5, 1); gl_PointSize = 1; }`;
const COVER = `void main() { gl_Position = vec4(gl_VertexIndex == 1 ? 3 : -1, gl_VertexIndex == 2 ? 3 : -1, 0.5, 1); }`;
const HALVES = `layout(location = 0) out vec4 first; layout(location = 1) out vec4 second;
  void main() { first = vec4(0.5); second = vec4(0.5); }`;

/** What pipelines are refused with, by what of their options is another. */
async function refusals(device: Device, text: string = PLACE): Promise<(more: object) => string> {
  const vertex = { spirv: await device.compile(text, { label: 'v', stage: 'vertex' }) };
  return (more) => messageOf(() => device.createGraphicsPipeline({ label: 'p', vertex, ...more })[Symbol.dispose]());
}

function limitsOf({ raw }: Device) {
  return V.arena.scope(() => {
    const out = V.VkPhysicalDeviceProperties.allocate();
    raw.instance.vkGetPhysicalDeviceProperties(raw.physicalDevice, out);
    return V.VkPhysicalDeviceProperties.read(out).limits;
  });
}

gpuTest('words that there are none of are told with those that there are', {}, async ({ device }) => {
  const refused = await refusals(device);
  const none = (what: string): string => `Cannot create pipeline "p": ${what}`;
  const at = (more: object, format: string = 'float32x2'): object => ({
    vertexBuffers: [{ attributes: [{ location: 0, format }], ...more }],
  });
  expect(refused({ topology: 'quads' })).toBe(
    none('topology "quads" is none of points, lines, line-strip, triangles, triangle-strip'),
  );
  expect(refused({ cull: 'both' })).toBe(none('cull "both" is none of none, front, back'));
  expect(refused({ color: [{ format: 'rgba8unorm', blend: 'screen' }] })).toBe(
    none('blend "screen" is none of replace, alpha, premultiplied, add, multiply'),
  );
  expect(refused({ depth: { format: 'depth32float', compare: 'toString' } })).toBe(
    none('compare "toString" is none of never, less, equal, less-equal, greater, not-equal, greater-equal, always'),
  );
  expect(refused(at({ step: 'once' }))).toBe(none('step "once" is none of vertex, instance'));
  expect(refused(at({}, 'float33x2'))).toMatch(
    /^Cannot create pipeline "p": format "float33x2" is none of float32, float32x2, /,
  );
  expect(refused({ color: 'rgba8unorm' })).toBe(none('color is rgba8unorm; give a list'));
  expect(refused({ vertexBuffers: { attributes: [] } })).toBe(
    none('vertexBuffers is a value of type Object; give a list'),
  );
  expect(refused({ vertexBuffers: [{}] })).toBe(none('attributes of vertex buffer 0 is undefined; give a list'));
  expect(refused({ ...at({ step: 'instance' }), topology: 'points', cull: 'back' })).toBe('no error');
});

// The layer tells of attributes that no shader reads.
gpuTest(
  'vertex buffers are as many, and as large, as the device takes',
  { expected: /not consumed/ },
  async ({ device }) => {
    const refused = await refusals(device);
    const { maxVertexInputBindings, maxVertexInputAttributes, ...limits } = limitsOf(device);
    const read = (attribute: object = {}, layout: object = {}): object => ({
      vertexBuffers: [{ attributes: [{ location: 0, format: 'float32x2', ...attribute }], ...layout }],
    });
    const many = (count: number): object => ({
      vertexBuffers: Array.from({ length: count }, (_, location): VertexBufferLayout => ({
        attributes: location < maxVertexInputAttributes ? [{ location, format: 'float32x2' }] : [],
      })),
    });
    const last = [0, maxVertexInputAttributes - 1].map((location) => ({ location, format: 'float32x2' }));
    const { maxVertexInputBindingStride: byteStride, maxVertexInputAttributeOffset: byteOffset } = limits;
    for (const most of [many(maxVertexInputBindings), { vertexBuffers: [{ attributes: last }] }]) {
      expect(refused(most)).toBe('no error');
    }
    expect(refused(read({ byteOffset }, { byteStride }))).toBe('no error');
    expect(refused(read({}, { byteStride: 0 }))).toBe('no error');
    const takes = (what: string, most: number): string =>
      `Cannot create pipeline "p": ${what}; device "${device.name}" takes whole numbers from 0 to ${most}`;
    for (const wrong of [-8, 0.5, byteStride + 1, Number.NaN]) {
      expect(refused(read({}, { byteStride: wrong }))).toBe(
        takes(`byteStride of vertex buffer 0 is ${wrong}`, byteStride),
      );
    }
    for (const wrong of [-4_000_000, 1.5, byteOffset + 1]) {
      const what = `byteOffset of the attribute at location 0 is ${wrong}`;
      expect(refused(read({ byteOffset: wrong }, { byteStride: 8 }))).toBe(takes(what, byteOffset));
    }
    for (const location of [-1, 0.5, maxVertexInputAttributes]) {
      const what = `the location of an attribute is ${location}`;
      expect(refused(read({ location }))).toBe(takes(what, maxVertexInputAttributes - 1));
    }
    expect(refused({ vertexBuffers: [{ attributes: [last[0], last[0]] }] })).toBe(
      'Cannot create pipeline "p": two attributes have location 0; give each its own',
    );
    expect(refused(many(maxVertexInputBindings + 1))).toBe(
      `Cannot create pipeline "p": it reads ${maxVertexInputBindings + 1} vertex buffers, and device "${device.name}" allows ${maxVertexInputBindings}; put attributes side by side`,
    );
  },
);

gpuTest(
  'each location that a vertex shader reads has an attribute, which may be of several inputs',
  {},
  async ({ device }) => {
    const matrix = await refusals(
      device,
      'layout(location = 0) in mat3x2 m; void main() { gl_Position = vec4(m[0], m[2]); }',
    );
    const columns = (count: number): object => ({
      vertexBuffers: [{ attributes: [2, 0, 1].slice(0, count).map((location) => ({ location, format: 'float32x2' })) }],
    });
    expect(matrix(columns(3))).toBe('no error');
    expect(matrix({})).toBe('no error');
    expect(matrix(columns(1))).toBe(
      'Cannot create pipeline "p": no vertex buffer has what its vertex shader reads at location 0 m, 1 m; add attributes',
    );
    const shared = `layout(location = 1) in float a; layout(location = 0) in vec2 b; layout(location = 1, component = 1) in vec2 c;
    void main() { gl_Position = vec4(a, b, c.y); }`;
    const vertex = { spirv: await device.compile(shared, { label: 'v', stage: 'vertex' }) };
    using pipeline = device.createGraphicsPipeline({ label: 'p', vertex });
    expect(pipeline.vertexBuffers).toEqual([{ step: 'vertex', byteStride: 20, byteEnd: 20 }]);
  },
);

// The layer tells of the two that a feature which isn't turned on would allow.
gpuTest('points have a size that the vertex shader writes', { expected: /PointSize/ }, async ({ device, messages }) => {
  const refused = async (text: string, topology: string = 'points'): Promise<string> =>
    (await refusals(device, text))({ topology });
  const placed = 'gl_Position = vec4(0);';
  const unwritten = [`void main() { ${placed} }`, `out gl_PerVertex { vec4 gl_Position; }; void main() { ${placed} }`];
  const sized = [
    `void main() { ${placed} if (gl_VertexIndex > 2) gl_PointSize = 2; }`,
    `void size(out float to) { to = 2; } void main() { ${placed} size(gl_PointSize); }`,
    `out gl_PerVertex { float gl_PointSize; vec4 gl_Position; }; void main() { gl_PointSize = 2; ${placed} }`,
  ];
  for (const text of sized) expect(await refused(text)).toBe('no error');
  for (const text of unwritten) {
    expect(await refused(text, 'lines')).toBe('no error');
    expect(await refused(text)).toBe(
      `Cannot create pipeline "p": its vertex shader doesn't write gl_PointSize, and its topology is 'points'; write how large they are`,
    );
  }
  expect(messages).toEqual([]);
  changeFeatures(device, { maintenance5: true });
  for (const text of unwritten) expect(await refused(text)).toBe('no error');
});

gpuTest('a pipeline has as many samples as images of its targets', {}, async ({ device }) => {
  const refused = await refusals(device, COVER);
  const has = (format: ImageFormat, samples: number): boolean => {
    const usage = [format === 'depth32float' ? 'depth-attachment' : 'color-attachment'] as const;
    const create = (): void =>
      device.createImage({ label: 'i', size: [4, 4], format, usage, samples })[Symbol.dispose]();
    return messageOf(create) === 'no error';
  };
  const counts = [1, 2, 4, 8, 16, 32, 64];
  const [colors, depths] = (['rgba8unorm', 'depth32float'] as const).map((format) =>
    counts.filter((samples) => has(format, samples)),
  );
  const nothing = counts.filter((samples) => (limitsOf(device).framebufferNoAttachmentsSampleCounts & samples) !== 0);
  const both = colors!.filter((samples) => depths!.includes(samples));
  const told: readonly [targets: object, list: string, there: readonly number[]][] = [
    [{ color: ['rgba8unorm'] }, 'rgba8unorm', colors!],
    [{ color: ['rgba8unorm'], depth: 'depth32float' }, 'rgba8unorm, depth depth32float', both],
    [{}, 'nothing', nothing],
  ];
  for (const [targets, list, there] of told) {
    for (const samples of [...counts, 0, 3, 5, 2 ** 32 + 1]) {
      const what = `Cannot create pipeline "p": samples is ${samples}; device "${device.name}" draws to ${list} with ${there.join(', ')}`;
      expect(refused({ ...targets, samples })).toBe(there.includes(samples) ? 'no error' : what);
    }
  }
});

/** Draws 0.5 over 0.25 in two colours of different blends; what the first channel of each holds then. */
async function blended(device: Device, blends: readonly BlendMode[]): Promise<number[]> {
  using stack = new DisposableStack();
  const stage = async (text: string, name: 'vertex' | 'fragment') => ({
    spirv: await device.compile(text, { label: name, stage: name }),
  });
  const color = blends.map((blend): ColorTarget => ({ format: 'rgba16float', blend }));
  const [vertex, fragment] = [await stage(COVER, 'vertex'), await stage(HALVES, 'fragment')];
  const pipeline = stack.use(device.createGraphicsPipeline({ label: 'p', vertex, fragment, color }));
  const images = blends.map((label) =>
    stack.use(device.createImage({ label, size: [1, 1], format: 'rgba16float', role: 'render-target' })),
  );
  await device.submitOnce('draw', (encoder) => {
    for (const image of images) encoder.transition(image, { before: 'undefined', after: 'color-attachment' });
    const targets = images.map((image) => ({ image, clear: [0.25, 0, 0, 1] as const }));
    encoder.rendering({ color: targets }, (render) => render.pipeline(pipeline).draw(3));
  });
  const texels = images.map((image) => device.downloadImage(image, { before: 'color-attachment' }));
  return (await Promise.all(texels)).map((bytes) => new Float16Array(bytes.buffer)[0]!);
}

gpuTest('two colours are blended differently', { features: ['independentBlend'] }, async ({ device }) => {
  expect(await blended(device, ['add', 'replace'])).toEqual([0.75, 0.5]);
  expect(await blended(device, ['replace', 'multiply'])).toEqual([0.5, 0.125]);
});

gpuTest('what a device does not blend is refused', {}, async ({ device }) => {
  const refused = await refusals(device, COVER);
  const blend = 'add';
  expect(refused({ color: ['rgba8uint', { format: 'rgba8unorm', blend: 'replace' }] })).toBe('no error');
  expect(refused({ color: ['rgba8uint', { format: 'r32uint', blend }] })).toBe(
    `Cannot create pipeline "p": its colour 1 has blend 'add', and device "${device.name}" does not blend r32uint; replace, or choose another format`,
  );
  changeFeatures(device, { independentBlend: false });
  const alike = { format: 'rgba8unorm', blend };
  expect(refused({ color: [alike, alike] })).toBe('no error');
  expect(refused({ color: [alike, 'rgba8unorm'] })).toBe(
    `Cannot create pipeline "p": its colour 0 has blend 'add' and colour 1 'replace', and device "${device.name}" lacks feature independentBlend; blend all alike`,
  );
});
