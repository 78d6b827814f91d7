import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { Device, Encoder, GraphicsPipelineOptions, Image, RenderEncoder, VertexFormat } from '../src/index.ts';
import { messageOf } from './message-of.ts';

const TRIANGLE = `
  layout(location = 0) in vec2 at;
  layout(location = 1) in vec4 color;
  layout(location = 0) out vec4 paint;
  void main() { gl_Position = vec4(at, 0.5, 1); paint = color; }`;
const PAINT = `
  layout(location = 0) in vec4 paint;
  layout(location = 0) out vec4 color;
  void main() { color = paint; }`;
/** Covers everything, at a depth and in a colour that push constants of both stages say. */
const COVER = `
  layout(push_constant) uniform Push { float depth; float red; } push;
  void main() { gl_Position = vec4(gl_VertexIndex == 1 ? 3 : -1, gl_VertexIndex == 2 ? 3 : -1, push.depth, 1); }`;
const FLAT = `
  layout(push_constant) uniform Push { float depth; float red; } push;
  layout(location = 0) out vec4 color;
  void main() { color = vec4(push.red, 0, 0, 0.5); }`;

type More = Partial<GraphicsPipelineOptions>;

async function pipelineOf(device: Device, [vertex, fragment]: readonly [string, string], more: More = {}) {
  const label = more.label ?? 'draw';
  return device.createGraphicsPipeline({
    label,
    vertex: { spirv: await device.compile(vertex, { label, stage: 'vertex' }) },
    fragment: { spirv: await device.compile(fragment, { label, stage: 'fragment' }) },
    color: ['rgba8unorm'],
    ...more,
  });
}

async function reds(device: Device, image: Image): Promise<number[]> {
  const bytes = await device.downloadImage(image, { before: 'color-attachment' });
  return Array.from(bytes.filter((_, at) => at % 4 === 0));
}

gpuTest('a triangle covers the pixels whose centres lie in it', {}, async ({ device }) => {
  using pipeline = await pipelineOf(device, [TRIANGLE, PAINT]);
  using image = device.createImage({ label: 'picture', size: [8, 8], format: 'rgba8unorm', role: 'render-target' });
  using vertices = device.createBuffer({ label: 'corners', byteLength: 72, role: 'vertex' });
  const corner = (x: number, y: number) => [x, y, 1, 0, 0.2, 1];
  void device.staging.upload(vertices, 0, Float32Array.of(...corner(-1, -1), ...corner(0.9, -1), ...corner(-1, 0.9)));
  await device.submitOnce('draw', (encoder) =>
    encoder
      .barrier(['transfer-target'], ['vertex'])
      .transition(image, { before: 'undefined', after: 'color-attachment' })
      .rendering({ color: [{ image, clear: [0, 0, 1, 1] }] }, (render) =>
        render.pipeline(pipeline).vertexBuffer(vertices).draw(3),
      ),
  );
  const bytes = await device.downloadImage(image, { before: 'color-attachment' });
  // The long edge is x + y = 7.6 in pixels: centres, half a pixel further, lie in it up to 6.
  const expected = Array.from({ length: 64 }, (_, at) =>
    (at % 8) + Math.floor(at / 8) < 7 ? [255, 0, 51, 255] : [0, 0, 255, 255],
  );
  expect([...bytes]).toEqual(expected.flat());
});

gpuTest('depth decides, and both stages see the push constants', {}, async ({ device }) => {
  using pipeline = await pipelineOf(device, [COVER, FLAT], { depth: 'depth32float' });
  using image = device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm' });
  using depth = device.createImage({ label: 'depth', size: [2, 2], format: 'depth32float' });
  await device.submitOnce('draw', (encoder) =>
    encoder
      .transition(image, { before: 'undefined', after: 'color-attachment' })
      .transition(depth, { before: 'undefined', after: 'depth-attachment' })
      .rendering({ color: [{ image, clear: 0 }], depth: { image: depth, clear: 1 } }, (render) =>
        render
          .pipeline(pipeline)
          .push(Float32Array.of(0.5, 0.6))
          .draw(3)
          .push(Float32Array.of(0.75, 1))
          .draw(3)
          .push(Float32Array.of(0.25, 0.2))
          .scissor(1, 0, 1, 2)
          .draw(3),
      ),
  );
  expect(await reds(device, image)).toEqual([153, 51, 153, 51]);
  const depths = new Float32Array((await device.downloadImage(depth, { before: 'depth-attachment' })).buffer);
  expect([...depths]).toEqual([0.5, 0.25, 0.5, 0.25]);
});

gpuTest('blending adds, mixes and multiplies', {}, async ({ device }) => {
  const results: number[] = [];
  for (const blend of ['replace', 'add', 'alpha', 'premultiplied', 'multiply'] as const) {
    using pipeline = await pipelineOf(device, [COVER, FLAT], { color: [{ format: 'rgba32float', blend }] });
    using image = device.createImage({ label: 'picture', size: [1, 1], format: 'rgba32float' });
    await device.submitOnce('draw', (encoder) =>
      encoder
        .transition(image, { before: 'undefined', after: 'color-attachment' })
        .rendering({ color: [{ image, clear: [0.25, 0, 0, 1] }] }, (render) =>
          render.pipeline(pipeline).push(Float32Array.of(0, 0.5)).draw(3),
        ),
    );
    const bytes = await device.downloadImage(image, { before: 'color-attachment' });
    results.push(new Float32Array(bytes.buffer)[0]!);
  }
  expect(results).toEqual([0.5, 0.75, 0.375, 0.625, 0.125]);
});

gpuTest('indexed, instanced and indirect draws draw the same', {}, async ({ device }) => {
  const vertex = `
    layout(location = 0) in vec2 at;
    layout(location = 1) in float shift;
    void main() { gl_Position = vec4((at + vec2(shift, 0) + 0.5) / 2.0 - 1.0, 0, 1); gl_PointSize = 1; }`;
  const fragment = 'layout(location = 0) out vec4 color; void main() { color = vec4(1); }';
  using pipeline = await pipelineOf(device, [vertex, fragment], {
    topology: 'points',
    vertexBuffers: [
      { attributes: [{ location: 0, format: 'float32x2' }] },
      { step: 'instance', attributes: [{ location: 1, format: 'float32' }] },
    ],
  });
  using corners = device.createBuffer({ label: 'corners', byteLength: 16, role: 'vertex' });
  using shifts = device.createBuffer({ label: 'shifts', byteLength: 8, role: 'vertex' });
  using indices = device.createBuffer({ label: 'indices', byteLength: 16, role: 'index' });
  using draws = device.createBuffer({ label: 'draws', byteLength: 64 });
  void device.staging.upload(corners, 0, Float32Array.of(0, 1, 1, 3));
  void device.staging.upload(shifts, 0, Float32Array.of(0, 2));
  void device.staging.upload(indices, 0, Uint32Array.of(9, 1, 0));
  void device.staging.upload(draws, 0, Uint32Array.of(2, 2, 0, 0, 2, 2, 1, 0, 0));
  const drawn = async (body: (render: RenderEncoder) => void): Promise<string> => {
    using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
    await device.submitOnce('draw', (encoder) =>
      encoder
        .transition(image, { before: 'undefined', after: 'color-attachment' })
        .rendering({ color: [{ image, clear: 0 }] }, (render) =>
          body(render.pipeline(pipeline).vertexBuffer(corners).vertexBuffer(shifts, { slot: 1 }).indexBuffer(indices)),
        ),
    );
    const lit = (await reds(device, image)).map((red) => (red === 255 ? '#' : '.'));
    return [0, 4, 8, 12].map((at) => lit.slice(at, at + 4).join('')).join(' ');
  };
  const all = '.... #.#. .... .#.#';
  expect(await drawn((render) => void render.draw(2, 2))).toBe(all);
  expect(await drawn((render) => void render.drawIndexed(2, 2, { firstIndex: 1 }))).toBe(all);
  expect(await drawn((render) => void render.drawIndirect(draws))).toBe(all);
  expect(await drawn((render) => void render.drawIndexedIndirect(draws, { byteOffset: 16 }))).toBe(all);
  expect(await drawn((render) => void render.draw(1, 1, 1, 1))).toBe('.... .... .... ...#');
});

gpuTest('several samples are resolved into one', {}, async ({ device }) => {
  using pipeline = await pipelineOf(device, [COVER, FLAT], { samples: 4 });
  const size = [2, 2] as const;
  using many = device.createImage({ label: 'many', size, format: 'rgba8unorm', samples: 4, role: 'render-target' });
  using image = device.createImage({ label: 'picture', size, format: 'rgba8unorm' });
  await device.submitOnce('draw', (encoder) =>
    encoder
      .transition(image, { before: 'undefined', after: 'color-attachment' })
      .transition(many, { before: 'undefined', after: 'color-attachment' })
      .rendering({ color: [{ image: many, clear: 0, store: false, resolve: image }] }, (render) =>
        render.pipeline(pipeline).push(Float32Array.of(0, 0.4)).draw(3),
      ),
  );
  expect(await reds(device, image)).toEqual([102, 102, 102, 102]);
});

const HANDS_ON = `layout(location = 0) in vec2 at;
layout(location = 0) out vec2 place;
layout(location = 1) out Block { flat uint number; layout(component = 1, location = 2) vec2 part; float rest[2]; };
layout(location = 7) out float left;
layout(location = 7, component = 1) flat out int right;
void main() { gl_Position = vec4(at, 0.5, 1); place = at; left = 1; right = 1; number = 5u; part = at; rest = float[2](1, 2); }`;

gpuTest('a stage reads what the one before it writes, as what it was written', {}, async ({ device }) => {
  const vertex = { spirv: await device.compile(HANDS_ON, { label: 'vertex', stage: 'vertex' }) };
  const made = async (inputs: string, format: VertexFormat = 'float32x2'): Promise<string> => {
    const text = `${inputs}\nlayout(location = 0) out vec4 color; void main() { color = vec4(1); }`;
    const fragment = { spirv: await device.compile(text, { label: 'fragment', stage: 'fragment' }) };
    const vertexBuffers = [{ attributes: [{ location: 0, format }] }];
    const options = { label: 'p', vertex, fragment, color: ['rgba8unorm'] as const, vertexBuffers };
    return messageOf(() => device.createGraphicsPipeline(options)[Symbol.dispose]());
  };
  const refused = 'Cannot create pipeline "p": its ';
  const whole = `layout(location = 0) in vec2 place; layout(location = 1) flat in uint number;
    layout(location = 2, component = 1) in vec2 part; layout(location = 3) in float rest[2];
    layout(location = 7) in float left;`;
  expect(await made(whole)).toBe('no error');
  expect(await made('layout(location = 0) in float place;', 'unorm16x4')).toBe('no error');
  expect(await made('', 'uint32x2')).toBe(
    `${refused}vertex shader reads float at location 0 at, of which the attribute has format uint32x2; give a format of float`,
  );
  expect(await made('layout(location = 5) in float z;')).toBe(
    `${refused}fragment shader reads 1 float at location 5 z, which its vertex shader doesn't write; write it there`,
  );
  expect(await made('layout(location = 0) in vec4 c;')).toBe(
    `${refused}fragment shader reads 4 float at location 0 c, where its vertex shader writes 2; write as many`,
  );
  expect(await made('layout(location = 1) flat in int number;')).toBe(
    `${refused}fragment shader reads 1 int at location 1 number, where its vertex shader writes uint; write what is read`,
  );
});

gpuTest('what does not fit together is said before anything is drawn', {}, async ({ device }) => {
  using pipeline = await pipelineOf(device, [TRIANGLE, PAINT], { label: 'triangle' });
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba16float' });
  using other = device.createImage({ label: 'other', size: [4, 4], format: 'rgba8unorm' });
  using storage = device.createImage({ label: 'storage', size: [4, 4], format: 'rgba8unorm', usage: ['storage'] });
  const draw = (target: Image, body: (render: RenderEncoder) => void) => {
    return () => device.record('bad', (encoder) => encoder.rendering({ color: [{ image: target }] }, body));
  };
  expect(draw(image, (render) => void render.pipeline(pipeline))).toThrow(
    'Cannot draw with pipeline "triangle" in "bad": it draws to rgba8unorm, the targets are rgba16float',
  );
  expect(draw(other, (render) => void render.draw(3))).toThrow(
    'Cannot draw in "bad": no pipeline is set; call encoder.pipeline first',
  );
  expect(draw(other, (render) => void render.pipeline(pipeline).draw(3))).toThrow(
    'Cannot draw pipeline "triangle" in "bad": vertex buffer 0 is not set; call encoder.vertexBuffer',
  );
  expect(draw(storage, () => undefined)).toThrow(
    'Cannot draw to image "storage": it was made without usage \'color-attachment\'; create it with that',
  );
  await expect(pipelineOf(device, [TRIANGLE, PAINT], { color: ['r32uint'] })).rejects.toThrow(
    'Cannot create pipeline "draw": its fragment shader writes float to colour 0 of format r32uint; write uint',
  );
  await expect(pipelineOf(device, [TRIANGLE, PAINT], { vertexBuffers: [] })).rejects.toThrow(
    'Cannot create pipeline "draw": no vertex buffer has what its vertex shader reads at location 0 at, 1 color; add attributes',
  );
});

gpuTest(
  'draws that reach beyond their buffers are refused, and those that end with them are not',
  {},
  async ({ device }) => {
    const vertexBuffers = [
      { byteStride: 24, attributes: [{ location: 0, format: 'float32x2' }] },
      { step: 'instance', attributes: [{ location: 1, format: 'float32x4' }] },
    ] as const;
    using pipeline = await pipelineOf(device, [TRIANGLE, PAINT], { label: 'triangle', vertexBuffers });
    using image = device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm' });
    // Three vertices of 24 bytes, the last without its end, behind 4; two instances; four indices behind two bytes.
    using corners = device.createBuffer({ label: 'corners', byteLength: 60, role: 'vertex' });
    using colors = device.createBuffer({ label: 'colors', byteLength: 47, role: 'vertex' });
    using order = device.createBuffer({ label: 'order', byteLength: 11, role: 'index' });
    const draw = (body: (render: RenderEncoder) => unknown) => () => {
      using _ = device.record('step', (encoder) =>
        encoder
          .transition(image, { before: 'undefined', after: 'color-attachment' })
          .rendering({ color: [{ image }] }, (to) => {
            to.pipeline(pipeline).vertexBuffer(corners, { byteOffset: 4 }).vertexBuffer(colors, { slot: 1 });
            body(to.indexBuffer(order, 'uint16', 2));
          }),
      );
    };
    const why = 'Cannot draw pipeline "triangle" in "step":';
    const rest = 'draw fewer, or give a longer buffer';
    draw((to) =>
      to.draw(3, 2).draw(2, 1, 1, 1).drawIndexed(4, 2).drawIndexed(1, 1, { firstIndex: 3 }).draw(0, 1, 99),
    )();
    expect(draw((to) => to.draw(3, 1, 1))).toThrow(
      `${why} vertices 1 to 3 are drawn, and vertex buffer 0, "corners", has 3 from byte 4 on; ${rest}`,
    );
    expect(draw((to) => to.draw(3, 3))).toThrow(
      `${why} instances 0 to 2 are drawn, and vertex buffer 1, "colors", has 2 from byte 0 on; ${rest}`,
    );
    expect(draw((to) => to.drawIndexed(3, 1, { firstInstance: 2 }))).toThrow(
      `${why} instances 2 to 2 are drawn, and vertex buffer 1, "colors", has 2 from byte 0 on; ${rest}`,
    );
    expect(draw((to) => to.drawIndexed(5))).toThrow(
      `${why} indices 0 to 4 are drawn, and index buffer "order" has 4 from byte 2 on; ${rest}`,
    );
    expect(draw((to) => to.vertexBuffer(corners, { byteOffset: 28 }).draw(3))).toThrow(
      `${why} vertices 0 to 2 are drawn, and vertex buffer 0, "corners", has 2 from byte 28 on; ${rest}`,
    );
    expect(draw((to) => to.vertexBuffer(corners, { slot: 32 }))).toThrow(
      'Cannot draw from buffer "corners": its slot is 32; give 0 to 31',
    );
  },
);

gpuTest('a buffer that was made without the usage that a command wants is refused', {}, async ({ device }) => {
  using picture = device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm' });
  using pipeline = await pipelineOf(device, [COVER, FLAT], { label: 'cover' });
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using bare = device.createBuffer({ label: 'bare', byteLength: 64, usage: ['address'] });
  const without = (verb: string, buffer: string, usage: string): string =>
    `Cannot ${verb} buffer "${buffer}": it was made without usage '${usage}'; create it with that`;
  const draw = (body: (render: RenderEncoder) => unknown) => () =>
    void device.record('step', (encoder) =>
      encoder.rendering(
        { color: [{ image: picture }] },
        (to) => void body(to.pipeline(pipeline).push(new Float32Array(2))),
      ),
    );
  expect(draw((to) => to.vertexBuffer(words))).toThrow(without('draw from', 'words', 'vertex'));
  expect(draw((to) => to.indexBuffer(words))).toThrow(without('draw from', 'words', 'index'));
  expect(draw((to) => to.drawIndirect(bare))).toThrow(without('draw from', 'bare', 'indirect'));
  const record = (body: (encoder: Encoder) => unknown) => () =>
    void device.record('step', (encoder) => void body(encoder));
  expect(record((encoder) => encoder.copy(bare, 0, words, 0, 4))).toThrow(
    without('copy from', 'bare', 'transfer-source'),
  );
  expect(record((encoder) => encoder.copy(words, 0, bare, 0, 4))).toThrow(
    without('copy to', 'bare', 'transfer-target'),
  );
  expect(record((encoder) => encoder.fill(bare, 0, 4, 0))).toThrow(without('fill', 'bare', 'transfer-target'));
  expect(record((encoder) => encoder.copyBufferToImage(bare, picture))).toThrow(
    without('copy from', 'bare', 'transfer-source'),
  );
  expect(record((encoder) => encoder.copyImageToBuffer(picture, bare))).toThrow(
    without('copy to', 'bare', 'transfer-target'),
  );
  expect(() => device.staging.upload(bare, 0, new Uint32Array(1))).toThrow(
    without('upload to', 'bare', 'transfer-target'),
  );
  expect(() => device.staging.download(bare)).toThrow(without('download from', 'bare', 'transfer-source'));
  const source = `layout(local_size_x = 1) in; layout(set = 0, binding = 0) buffer To { uint to[]; };
    layout(set = 0, binding = 1) uniform From { uint from; };
    void main() { to[0] = from; }`;
  using compute = device.createPipeline({ label: 'set', spirv: await device.compile(source, { label: 'set' }) });
  expect(record((encoder) => encoder.pipeline(compute).bind(0, bare))).toThrow(without('bind', 'bare', 'storage'));
  expect(record((encoder) => encoder.pipeline(compute).bind(1, bare))).toThrow(without('bind', 'bare', 'uniform'));
  const bound = (encoder: Encoder): Encoder => encoder.pipeline(compute).bind(0, words).bind(1, words);
  expect(record((encoder) => bound(encoder).dispatchIndirect(bare))).toThrow(
    without('dispatch from', 'bare', 'indirect'),
  );
});
