import { gpuTest, vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import type {
  Device,
  Encoder,
  Image,
  ImageOptions,
  RenderTarget,
  RenderEncoder,
  RenderingOptions,
} from '../src/index.ts';
import { judged } from './judged-device.ts';
import { wordsIn } from './kernels.ts';
import { messageOf } from './message-of.ts';

const COVER = `void main() { gl_Position = vec4(gl_VertexIndex == 1 ? 3 : -1, gl_VertexIndex == 2 ? 3 : -1, 0.5, 1); }`;
const RED = `layout(location = 0) out vec4 color; void main() { color = vec4(1, 0, 0, 1); }`;
const FETCH = `layout(local_size_x = 1) in;
  layout(set = 0, binding = 0) uniform sampler2D picture;
  layout(set = 0, binding = 1) writeonly buffer To { float to[]; };
  void main() { to[0] = texelFetch(picture, ivec2(0), 0).r; }`;

async function redPipeline(device: Device, samples: number = 1) {
  return device.createGraphicsPipeline({
    label: 'red',
    vertex: { spirv: await device.compile(COVER, { label: 'cover', stage: 'vertex' }) },
    fragment: { spirv: await device.compile(RED, { label: 'red', stage: 'fragment' }) },
    color: ['rgba8unorm'],
    samples,
  });
}

/** Draws in four samples, resolves them, and has a dispatch sample the result; gives what it read. */
async function resolved(device: Device): Promise<number> {
  using pipeline = await redPipeline(device, 4);
  using fetch = device.createPipeline({ label: 'fetch', spirv: await device.compile(FETCH, { label: 'fetch' }) });
  using sampler = device.createSampler({ label: 'between' });
  using many = device.createImage({ label: 'many', size: [4, 4], format: 'rgba8unorm', samples: 4 });
  using one = device.createImage({ label: 'one', size: [4, 4], format: 'rgba8unorm' });
  using to = device.createBuffer({ label: 'to', byteLength: 16 });
  await device.submitOnce('step', (encoder) => {
    encoder.label(
      'draw',
      () =>
        encoder.rendering({ color: [{ image: many, clear: 0, store: false, resolve: one }] }, (render) =>
          render.pipeline(pipeline).draw(3),
        ),
      [{ resource: many, access: 'color-attachment' }],
    );
    encoder.pipeline(fetch).bind(0, one, { sampler }).bind(1, to).dispatch(1);
  });
  return new Float32Array((await device.staging.download(to, 0, 4)).buffer)[0]!;
}

vulkanTest('with automatic barriers, what was resolved is sampled behind the resolve', async () => {
  let red = 0;
  const run = async (device: Device): Promise<void> => void (red = await resolved(device));
  expect(await judged({ autoBarriers: true, checks: false }, run)).toEqual([]);
  expect(red).toBe(1);
});

vulkanTest('the checks know the image that samples are resolved into', async () => {
  const run = async (device: Device): Promise<void> => void (await resolved(device));
  expect(await judged({ checks: true, validation: false }, run)).toMatchInlineSnapshot(`
    [
      "undeclared-use: Cannot let pass "draw" write image "one" in rendering: it declares no use of it; add ['color-attachment'] to its writes",
      "wrong-layout: Cannot use image "one" in dispatch of pass "step": it is in layout 'color-attachment', 'sampled' is expected; put encoder.transition between",
      "wrong-layout: Cannot use image "many" in rendering of pass "draw": it is in layout 'undefined', 'color-attachment' is expected; put encoder.transition between",
      "wrong-layout: Cannot use image "one" in rendering of pass "draw": it is in layout 'undefined', 'color-attachment' is expected; put encoder.transition between",
    ]
  `);
});

gpuTest('targets that do not fit together are refused before anything is recorded', {}, async ({ device }) => {
  using stack = new DisposableStack();
  const image = (label: string, more: Partial<ImageOptions> = {}) =>
    stack.use(device.createImage({ label, size: [4, 4], format: 'rgba8unorm', ...more }));
  const render = (options: RenderingOptions): string =>
    messageOf(() => device.record('frame', (encoder) => encoder.rendering(options, () => undefined)));
  const [a, b, many] = [image('a'), image('b'), image('many', { samples: 4 })];
  const [depth, words] = [image('depth', { format: 'depth32float' }), image('words', { format: 'r32uint' })];
  const [small, floats] = [image('small', { size: [2, 2] }), image('floats', { format: 'rgba16float' })];
  const nine = Array.from({ length: 9 }, (_, index) => ({ image: image(`target ${index}`) }));
  const mips = image('mips', { mips: 2, layers: 2 });
  const act = 'Cannot render in "frame":';
  const fewer = `and device "${device.name}" allows 8; draw to the rest in another rendering`;
  const into = (from: string, to: string): string => `${act} it resolves image "${from}" into image "${to}",`;
  const told: readonly [RenderingOptions, string][] = [
    [{}, `${act} no target is given; give color or depth`],
    [{ color: nine }, `${act} it draws to 9 colours, ${fewer}`],
    [{ color: [{ image: depth }] }, 'Cannot draw to image "depth": depth32float is given as color; give it as depth'],
    [{ depth: { image: a } }, 'Cannot draw to image "a": rgba8unorm is given as depth; give it as color'],
    [
      { color: [{ image: a }, { image: many }] },
      `${act} image "a" has 1 samples a texel, image "many" 4; give all the same`,
    ],
    [
      { color: [{ image: mips.view({ layers: 1 }) }] },
      'Cannot draw to image "mips": the view has 2 mips and 1 layers; give one of each',
    ],
    [
      { color: [{ image: mips.view({ mips: 1 }) }] },
      'Cannot draw to image "mips": the view has 1 mips and 2 layers; give one of each',
    ],
    [
      { color: [{ image: a, resolve: b }] },
      `${into('a', 'b')} which have 1 and 1 samples a texel; resolve several into one`,
    ],
    [
      { color: [{ image: many, resolve: many }] },
      `${into('many', 'many')} which have 4 and 4 samples a texel; resolve several into one`,
    ],
    [
      { color: [{ image: many, resolve: floats }] },
      `${into('many', 'floats')} which are rgba8unorm and rgba16float; give images of one format`,
    ],
    [
      { color: [{ image: words, resolve: words }] },
      `${into('words', 'words')} and texels of r32uint have no mean; resolve colours of floats`,
    ],
    [
      { depth: { image: depth, resolve: a } },
      `${into('depth', 'a')} and texels of depth32float have no mean; resolve colours of floats`,
    ],
    [
      { color: [{ image: many, resolve: small }] },
      `${act} its area is 4×4 at (0, 0); image "small", which it resolves into, has 2×2`,
    ],
    [
      { color: [{ image: a, load: 'keep' as 'load' }] },
      `${act} load of image "a" is "keep"; it is none of load, clear, discard`,
    ],
    [{ color: [{ image: a }], area: [1, 0, 4, 4] }, `${act} its area is 4×4 at (1, 0); the targets have 4×4`],
    [
      { color: [{ image: a }], area: [1, 0, 0, 4] },
      `${act} its area is 0×4 at (1, 0); give a width and a height above 0`,
    ],
    [
      { color: [{ image: a }], area: [0, 4, 4, 0] },
      `${act} its area is 4×0 at (0, 4); give a width and a height above 0`,
    ],
    [{ color: [{} as { image: typeof a }] }, `${act} a target's image is undefined; give an image or a view of one`],
  ];
  for (const [options, message] of told) expect(render(options)).toBe(message);
});

gpuTest('each target of a rendering is an image of its own, or another part of it', {}, async ({ device }) => {
  using image = device.createImage({ label: 'picture', size: [8, 8], format: 'rgba8unorm', mips: 2, layers: 2 });
  using many = device.createImage({ label: 'many', size: [8, 8], format: 'rgba8unorm', samples: 4, layers: 2 });
  const part = (of: Image, layer: number, mip: number = 0) => of.view({ mip, mips: 1, layer, layers: 1 });
  const [first, second] = [part(image, 0), part(image, 1)];
  const rendering = (...color: RenderTarget[]): string =>
    messageOf(() => device.record('step', (encoder) => encoder.rendering({ color }, () => {}))[Symbol.dispose]());
  expect(rendering({ image }, { image: first })).toBe(
    'Cannot render in "step": image "picture", mip 0 of layer 0, is given as two of its targets; give an image for each',
  );
  expect(rendering({ image: part(many, 0), resolve: second }, { image: part(many, 1), resolve: second })).toBe(
    'Cannot render in "step": image "picture", mip 0 of layer 1, is given as two of its targets; give an image for each',
  );
  expect(rendering({ image: first }, { image: second }, { image: part(image, 0, 1) })).toBe('no error');
});

gpuTest('pipelines and recorded draws for targets that there cannot be are refused', {}, async ({ device }) => {
  const spirv = await device.compile(COVER, { label: 'cover', stage: 'vertex' });
  const pipeline = (more: object): string =>
    messageOf(() => device.createGraphicsPipeline({ label: 'p', vertex: { spirv }, ...more }));
  const draws = (more: object): string =>
    messageOf(() => device.recordDraws('d', { size: [4, 4], ...more }, () => undefined));
  const twelve = Array.from({ length: 12 }, () => 'rgba8unorm');
  const told: readonly [color: object, rest: string][] = [
    [
      { color: twelve },
      `it draws to 12 colours, and device "${device.name}" allows 8; draw to the rest in another rendering`,
    ],
    [{ depth: 'rgba8unorm' }, 'rgba8unorm is given as depth; give it as color'],
  ];
  for (const [more, rest] of told) {
    expect(pipeline(more)).toBe(`Cannot create pipeline "p": ${rest}`);
    expect(draws(more)).toBe(`Cannot record "d": ${rest}`);
  }
  expect(draws({ color: ['rgba8unorm'], samples: 3 })).toBe(
    'Cannot record "d": samples is 3; give 1, 2, 4, 8, 16, 32 or 64',
  );
  expect(draws({ color: ['depth32float'] })).toBe(
    'Cannot record "d": depth32float is given as color; give it as depth',
  );
});

gpuTest(
  'in a rendering that only executes, nothing else may stand, and only there is anything executed',
  {},
  async ({ device }) => {
    using pipeline = await redPipeline(device);
    using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
    using floats = device.createImage({ label: 'floats', size: [4, 4], format: 'rgba16float' });
    using vertices = device.createBuffer({ label: 'vertices', byteLength: 64, usage: ['vertex', 'index', 'indirect'] });
    const targets = { color: ['rgba8unorm'], size: [4, 4] } as const;
    using draws = device.recordDraws('draws', targets, (render) => render.pipeline(pipeline).draw(3));
    using part = device.recordSecondary('part', () => undefined);
    const render = (options: RenderingOptions, body: (render: RenderEncoder) => unknown): string =>
      messageOf(() => device.record('frame', (encoder) => encoder.rendering(options, (each) => void body(each))));
    const target = { color: [{ image, clear: 0 }] };
    const only =
      'Cannot draw in "frame": its rendering is `secondary: true`, where only `execute` may stand; record draws by device.recordDraws';
    for (const body of [
      (each: RenderEncoder) => each.pipeline(pipeline),
      (each: RenderEncoder) => each.draw(3),
      (each: RenderEncoder) => each.drawIndirect(vertices),
      (each: RenderEncoder) => each.vertexBuffer(vertices),
      (each: RenderEncoder) => each.indexBuffer(vertices),
      (each: RenderEncoder) => each.viewport({ width: 4, height: 4 }),
      (each: RenderEncoder) => each.scissor(0, 0, 4, 4),
      (each: RenderEncoder) => each.conditional(vertices, () => each.execute(draws)),
    ]) {
      expect(render({ ...target, secondary: true }, body)).toBe(only);
    }
    expect(render(target, (each) => each.execute(draws))).toBe(
      'Cannot execute "draws" in "frame": its rendering isn\'t `secondary: true`; say that, and execute all that it draws',
    );
    expect(render({ color: [{ image: floats }], secondary: true }, (each) => each.execute(draws))).toBe(
      'Cannot execute "draws" in "frame": it draws to rgba8unorm, the targets are rgba16float',
    );
    const itself = 'is itself executed, and so executes no other; execute both in turn';
    expect(messageOf(() => device.recordSecondary('whole', (encoder) => encoder.execute(part)))).toBe(
      `Cannot execute "part" in "whole": "whole" ${itself}`,
    );
    expect(messageOf(() => device.recordDraws('whole', targets, (each) => each.execute(draws)))).toBe(
      `Cannot execute "draws" in "whole": "whole" ${itself}`,
    );
  },
);

gpuTest(
  'a conditional has no say over what was recorded apart, and stands within no other',
  { features: ['conditionalRendering'] },
  async ({ device }) => {
    using words = device.createBuffer({ label: 'words', byteLength: 16 });
    using condition = device.createBuffer({ label: 'condition', byteLength: 16, role: 'indirect' });
    using part = device.recordSecondary('part', (encoder) => encoder.fill(words, 0, 16, 7));
    const record = (body: (encoder: Encoder) => void): string =>
      messageOf(() => device.record('frame', (encoder) => encoder.conditional(condition, body)));
    expect(record((encoder) => encoder.execute(part))).toBe(
      'Cannot execute "part" in "frame": it stands within a conditional, which has no say over what was recorded apart; record the conditional there',
    );
    expect(record((encoder) => encoder.conditional(condition, () => undefined))).toBe(
      'Cannot record "frame": a conditional stands within another; end that one first, or write both words into one',
    );
  },
);

gpuTest('draws whose numbers do not stand in memory as the device takes them are refused', {}, async ({ device }) => {
  using pipeline = await redPipeline(device);
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  using numbers = device.createBuffer({ label: 'numbers', byteLength: 64, role: 'indirect' });
  void device.staging.upload(numbers, 0, Uint32Array.of(3, 1, 0, 0));
  const options = { color: [{ image, clear: 0 }] };
  const draw = (body: (render: RenderEncoder) => unknown): string =>
    messageOf(() =>
      device.record('frame', (encoder) => encoder.rendering(options, (each) => void body(each.pipeline(pipeline)))),
    );
  expect(draw((each) => each.drawIndirect(numbers, { count: 1.5 }))).toBe(
    'Cannot draw: count is 1.5; give a whole number from 0',
  );
  expect(draw((each) => each.drawIndirect(numbers, { count: -1 }))).toBe(
    'Cannot draw: count is -1; give a whole number from 0',
  );
  for (const byteStride of [6, 8]) {
    expect(draw((each) => each.drawIndirect(numbers, { count: 2, byteStride }))).toBe(
      `Cannot draw: byteStride is ${byteStride}; give a multiple of 4 from 16`,
    );
  }
  await device.submitOnce('step', (encoder) =>
    encoder
      .barrier(['transfer-target'], ['indirect'])
      .transition(image, { before: 'undefined', after: 'color-attachment' })
      .rendering(options, (each) =>
        each.pipeline(pipeline).drawIndirect(numbers, { count: 1 }).drawIndirect(numbers, { count: 0 }),
      ),
  );
  using pixels = device.createBuffer({ label: 'pixels', byteLength: 64 });
  await device.submitOnce('save', (encoder) =>
    encoder
      .transition(image, { before: 'color-attachment', after: 'transfer-source' })
      .copyImageToBuffer(image, pixels),
  );
  expect([...new Set(await wordsIn(device, pixels))]).toEqual([0xff0000ff]);
});
