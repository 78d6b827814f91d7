import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import {
  openDevice,
  type Buffer,
  type ComputePipeline,
  type Device,
  type Encoder,
  type GraphicsPipeline,
  type Image,
  type RenderEncoder,
} from '../src/index.ts';
import { messageOf } from './message-of.ts';

const SHADER = `layout(local_size_x = 1) in;
layout(binding = 0) buffer Words { uint at[]; };
void main() { at[0] += 1; }`;

const PUSHED = SHADER.replace(
  'void main() { at[0] += 1',
  'layout(push_constant) uniform Push { uint more; };\nvoid main() { at[0] += more',
);
const USUAL = ['storage', 'uniform', 'indirect', 'address', 'transfer-source', 'transfer-target'] as const;

gpuTest('a device that was closed refuses in words, and the process lives on', {}, async ({ device: open }) => {
  const device = await openDevice({ validation: false });
  await device[Symbol.asyncDispose]();
  const spirv = await open.compile(SHADER, { label: 'add' });
  const uses: readonly ((device: Device) => unknown)[] = [
    (each) => each.createBuffer({ label: 'words', byteLength: 64 }),
    (each) => each.createPool({ label: 'pool', byteLength: 1024 }),
    (each) => each.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' }),
    (each) => each.createSampler({ label: 'between' }),
    (each) => each.createPipeline({ label: 'add', spirv }),
    (each) => each.createTimeline('steps'),
    (each) => each.createQueryPool({ label: 'times', count: 2 }),
    (each) => each.record('nothing', () => undefined),
    (each) => each.recordSecondary('nothing', () => undefined),
    (each) => each.beginFrame(),
  ];
  for (const use of uses) {
    expect(messageOf(() => use(device))).toBe(`Cannot use device "${device.name}": it was closed; open it again`);
  }
  await expect(device.submitOnce(() => undefined)).rejects.toThrow('it was closed');
});

gpuTest('what belongs to another device is refused wherever it is used', {}, async ({ device }) => {
  await using other = await openDevice({ validation: false });
  const spirv = await device.compile(SHADER, { label: 'add' });
  using pipeline = device.createPipeline({ label: 'add', spirv });
  using theirPipeline = other.createPipeline({ label: 'their add', spirv });
  using mine = device.createBuffer({ label: 'mine', byteLength: 64 });
  using theirs = other.createBuffer({ label: 'theirs', byteLength: 64 });
  using picture = other.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  using commands = other.record('their commands', () => undefined);
  using secondary = other.recordSecondary('their part', () => undefined);
  const whose = `is of another device, "${other.name}"; make one of this device`;
  const recordings: readonly [what: string, (encoder: Encoder) => unknown][] = [
    ['pipeline "their add"', (encoder) => encoder.pipeline(theirPipeline)],
    ['buffer "theirs"', (encoder) => encoder.pipeline(pipeline).bind(0, theirs)],
    ['buffer "theirs"', (encoder) => encoder.pipeline(pipeline).bind(0, mine).dispatchIndirect(theirs)],
    ['buffer "theirs"', (encoder) => encoder.copy(mine, 0, theirs, 0, 64)],
    ['buffer "theirs"', (encoder) => encoder.fill(theirs, 0, 64, 0)],
    ['image "picture"', (encoder) => encoder.clear(picture, [0, 0, 0, 0])],
    ['secondary commands "their part"', (encoder) => encoder.execute(secondary)],
  ];
  for (const [what, body] of recordings) {
    expect(messageOf(() => device.record('step', (encoder) => void body(encoder)))).toBe(
      `Cannot record "step": ${what} ${whose}`,
    );
  }
  expect(() => device.record('step', (encoder) => encoder.fill(theirs, 0, 64, 0))).toThrow(
    expect.objectContaining({ labels: ['theirs', 'step'] }),
  );
  expect(messageOf(() => device.compute.submit([commands]))).toBe(
    `Cannot submit to queue "compute": command buffer "their commands" ${whose}`,
  );
  expect(messageOf(() => device.staging.upload(theirs, 0, new Uint8Array(64)))).toBe(
    `Cannot upload to device "${device.name}": buffer "theirs" ${whose}`,
  );
  expect(messageOf(() => device.staging.download(theirs))).toBe(
    `Cannot download from device "${device.name}": buffer "theirs" ${whose}`,
  );
});

gpuTest('an encoder that is kept records nothing after its recording', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const kept: Encoder[] = [];
  using commands = device.record('step', (encoder) => void kept.push(encoder));
  using part = device.recordSecondary('part', (encoder) => void kept.push(encoder));
  for (const [index, label] of ['step', 'part'].entries()) {
    const ended = `Cannot record in "${label}": its recording has ended; record within the function that got the encoder`;
    expect(messageOf(() => kept[index]!.fill(words, 0, 64, 1))).toBe(ended);
    expect(messageOf(() => kept[index]!.barrier(['storage-write'], ['storage-read']))).toBe(ended);
  }
  expect(String(part)).toBe('SecondaryCommands("part")');
  device.compute.submit([commands]);
  await device.idle();
});

gpuTest('a function that records is refused when it waits, and its rest does no harm', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const body = async (encoder: Encoder): Promise<void> => {
    await Promise.resolve();
    encoder.fill(words, 0, 64, 1);
  };
  await expect(device.submitOnce('late', body as (encoder: Encoder) => void)).rejects.toThrow(
    'Cannot record "late": its function returned a promise; wait before, and record without waiting',
  );
});

gpuTest('values of other kinds are refused in words, not taken for bytes', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const spirv = await device.compile(SHADER, { label: 'add' });
  using pipeline = device.createPipeline({ label: 'add', spirv });
  const wrong = <T>(value: unknown): T => value as T;
  const rest = 'is given for its bytes; give a typed array, as in Float32Array.of(1, 2)';
  const told = (body: () => unknown): string => messageOf(body);
  expect(told(() => device.staging.upload(words, 0, wrong([1, 2])))).toBe(
    `Cannot upload to buffer "words": a value of type Array ${rest}`,
  );
  expect(told(() => device.staging.upload(words, 0, wrong(new ArrayBuffer(8))))).toBe(
    `Cannot upload to buffer "words": a value of type ArrayBuffer ${rest}`,
  );
  for (const into of [[], new Float32Array(16), new DataView(new ArrayBuffer(64))]) {
    expect(told(() => device.staging.download(words, 0, 64, { into: wrong(into) }))).toBe(
      `Cannot download from buffer "words": a value of type ${into.constructor.name} is given for its bytes; ` +
        'give a Uint8Array, as in new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength)',
    );
  }
  expect(told(() => device.createBuffer({ label: 'x', byteLength: 16, memory: wrong('vram') }))).toBe(
    'Cannot use memory "vram": it is none of device, upload, download',
  );
  expect(told(() => device.createPipeline({ label: 'x', spirv: wrong(new Uint8Array(spirv.buffer)) }))).toBe(
    'Cannot read SPIR-V of pipeline "x": it is no Uint32Array; give its words, as in new Uint32Array(bytes.buffer)',
  );
  expect(told(() => device.record('step', (encoder) => encoder.pipeline(wrong<ComputePipeline>({}))))).toBe(
    'Cannot dispatch in "step": the pipeline is a value of type Object; give a compute pipeline',
  );
  for (const [value, name] of [
    [undefined, 'undefined'],
    [5, '5'],
    [{}, 'a value of type Object'],
  ] as const) {
    const bind = (encoder: Encoder): void => void encoder.pipeline(pipeline).bind(0, wrong<Buffer>(value));
    expect(told(() => device.record('step', bind))).toBe(
      `Cannot bind to 0 in "step": ${name} is given; give a buffer, an image or a sampler`,
    );
  }
  await expect(openDevice({ device: wrong(0) })).rejects.toThrow(
    'Cannot open device 0: a device is named by text; give part of its name, or "#0" for the first',
  );
});

gpuTest('counts and words that are none are told, not cut', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const spirv = await device.compile(SHADER, { label: 'add' });
  using pipeline = device.createPipeline({ label: 'add', spirv });
  const wrong = <T>(value: unknown): T => value as T;
  const told = (body: (encoder: Encoder) => void): string => messageOf(() => device.record('step', body));
  for (const [threads, what] of [
    [-5, '-5'],
    ['1000', '1000'],
    [undefined, 'undefined'],
    [[64, -1], '64 × -1 × 1'],
  ] as const) {
    expect(told((encoder) => encoder.pipeline(pipeline).dispatchThreads(wrong(threads)))).toBe(
      `Cannot dispatch in "step": ${what} threads are asked for; give a number from 0 for each axis, as in [64, 64]`,
    );
  }
  for (const word of [-1, 2 ** 32, 1.5, Number.NaN]) {
    expect(told((encoder) => encoder.fill(words, 0, 64, word))).toBe(
      `Cannot fill buffer "words": the word is ${word}; give a whole number from 0 to 4294967295`,
    );
  }
  expect(messageOf(() => pipeline.run([words], wrong(undefined)))).toBe(
    'Cannot run pipeline "add": no threads are given; say how many, as in { threads: 1024 }',
  );
  await expect(device.compile(wrong(5), { label: 'add' })).rejects.toThrow(
    'Cannot compile shader "add": 5 is given for its text; give GLSL',
  );
  await expect(device.compile('', { label: 'add', stage: wrong('geometry') })).rejects.toThrow(
    'Cannot compile shader "add": stage "geometry" is none of vertex, fragment, compute',
  );
});

gpuTest('a frame that was ended gives no memory, and what does not open a device says why', {}, async ({ device }) => {
  const frame = await device.beginFrame();
  frame.linear.take(16);
  await expect(device.beginFrame()).rejects.toThrow(expect.objectContaining({ labels: ['frame 0'] }));
  device.endFrame(frame);
  expect(messageOf(() => frame.linear)).toBe('Cannot use "linear" in frame 0: it was ended; begin another');
  const wrong = <T>(value: unknown): T => value as T;
  await expect(openDevice({ memoryLimit: wrong('100') })).rejects.toThrow(
    'Cannot limit memory: memoryLimit is "100"; give bytes, above 0',
  );
  await expect(openDevice({ validation: wrong('foo') })).rejects.toThrow(
    `Cannot open a device: validation is "foo"; give true, false, 'synchronization' or 'gpu-assisted'`,
  );
});

gpuTest('a size that is left out, a list that is none and a role that is none are told', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64, role: 'storage' });
  using commands = device.record('step', (encoder) => encoder.fill(words, 0, 64, 1));
  const wrong = <T>(value: unknown): T => value as T;
  const draws = (targets: object): string => messageOf(() => device.recordDraws('draws', wrong(targets), () => {}));
  expect(draws({ color: ['rgba8unorm'] })).toBe(
    'Cannot record "draws": the size of its targets is undefined; give texels, as in size: [640, 480]',
  );
  expect(draws({ color: ['rgba8unorm'], size: [640] })).toBe(
    'Cannot record "draws": the size of its targets is [640]; give texels, as in size: [640, 480]',
  );
  const rest = 'commands; give a list of what was recorded, as in submit([commands])';
  for (const [given, what] of [
    [commands, 'a value of type CommandBuffer is given for its'],
    [undefined, 'undefined is given for its'],
    [[commands, undefined], 'undefined is given among its'],
    [[words], 'a value of type Buffer is given among its'],
  ] as const) {
    expect(messageOf(() => device.compute.submit(wrong(given)))).toBe(
      `Cannot submit to queue "compute": ${what} ${rest}`,
    );
  }
  expect(messageOf(() => device.createBuffer({ label: 'b', byteLength: 16, role: wrong<'any'>('x') }))).toBe(
    'Cannot create buffer "b": role "x" is none of any, storage, uniform, vertex, index, indirect, upload, download',
  );
  device.compute.submit([commands]);
  await device.idle();
});

const VERTEX = `void main() { gl_Position = vec4(float(gl_VertexIndex & 1), float(gl_VertexIndex >> 1), 0.0, 1.0); }`;
const FRAGMENT = `layout(location = 0) out vec4 color; void main() { color = vec4(1.0); }`;

/** A pipeline that draws without vertex buffers, and a picture for it. */
async function drawing(device: Device): Promise<DisposableStack & { pipeline: GraphicsPipeline; picture: Image }> {
  const stack = new DisposableStack();
  const spirv = async (text: string, stage: 'vertex' | 'fragment'): Promise<{ spirv: Uint32Array }> => ({
    spirv: await device.compile(text, { label: stage, stage }),
  });
  const [vertex, fragment] = [await spirv(VERTEX, 'vertex'), await spirv(FRAGMENT, 'fragment')];
  const options = { label: 'shapes', vertex, fragment, color: ['rgba8unorm'] } as const;
  const pipeline = stack.use(device.createGraphicsPipeline(options));
  const picture = stack.use(device.createImage({ label: 'picture', size: [8, 8], format: 'rgba8unorm' }));
  return Object.assign(stack, { pipeline, picture });
}

gpuTest('within a rendering only draws may stand, and none behind it', {}, async ({ device }) => {
  using scene = await drawing(device);
  const { pipeline, picture } = scene;
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const render = (body: (render: RenderEncoder, encoder: Encoder) => void): string =>
    messageOf(() =>
      device.record('frame', (encoder) => {
        encoder.transition(picture, { before: 'undefined', after: 'color-attachment' });
        encoder.rendering({ color: [{ image: picture, clear: 0 }] }, (each) => body(each, encoder));
      }),
    );
  const rest = 'in "frame": it stands within a rendering, where only draws may; record it before or behind';
  expect(render((_, encoder) => encoder.fill(words, 0, 64, 1))).toBe(`Cannot fill ${rest}`);
  expect(render((_, encoder) => encoder.dispatch(1))).toBe(`Cannot dispatch ${rest}`);
  expect(render((_, encoder) => encoder.barrier(['storage-write'], ['vertex']))).toBe(`Cannot put a barrier ${rest}`);
  expect(render((_, encoder) => encoder.rendering({ color: [{ image: picture }] }, () => undefined))).toBe(
    `Cannot render ${rest}`,
  );
  expect(render((each) => each.pipeline(pipeline).draw(-1))).toBe(
    'Cannot draw: vertices is -1; give a whole number from 0',
  );
  expect(render((each) => each.pipeline(pipeline).draw(3, NaN))).toBe(
    'Cannot draw: instances is NaN; give a whole number from 0',
  );
  expect(render((each) => each.viewport({ width: NaN, height: 8 }))).toBe(
    'Cannot set the viewport in "frame": it is NaN×8 at (0, 0); give finite numbers, and a width above 0',
  );
  expect(render((each) => each.scissor(-1, 0, 8, 8))).toBe(
    'Cannot set the scissor in "frame": it is 8×8 at (-1, 0); give whole numbers from 0',
  );
  const wide = (encoder: Encoder): void => {
    encoder.transition(picture, { before: 'undefined', after: 'color-attachment' });
    encoder.rendering({ color: [{ image: picture }], area: [4, 0, 8, 8] }, () => undefined);
  };
  expect(messageOf(() => device.record('frame', wide))).toBe(
    'Cannot render in "frame": its area is 8×8 at (4, 0); the targets have 8×8',
  );
  const late = (): unknown =>
    device.record('frame', (encoder) => {
      const kept: RenderEncoder[] = [];
      encoder.transition(picture, { before: 'undefined', after: 'color-attachment' });
      encoder.rendering({ color: [{ image: picture, clear: 0 }] }, (each) => void kept.push(each));
      kept[0]!.pipeline(pipeline).draw(3);
    });
  expect(messageOf(late)).toBe(
    'Cannot draw in "frame": its rendering has ended; draw within the function that got the encoder',
  );
});

gpuTest('a pipeline of another kind, and a transition without its ends, are refused', {}, async ({ device }) => {
  using scene = await drawing(device);
  const { pipeline, picture } = scene;
  using compute = device.createPipeline({ label: 'add', spirv: await device.compile(SHADER, { label: 'add' }) });
  const record = (body: (encoder: Encoder) => void): string => messageOf(() => device.record('step', body));
  expect(record((encoder) => encoder.pipeline(pipeline as unknown as ComputePipeline))).toBe(
    'Cannot dispatch in "step": the pipeline is "shapes", of another kind; give a compute pipeline',
  );
  const draw = (encoder: Encoder): void => {
    encoder.transition(picture, { before: 'undefined', after: 'color-attachment' });
    encoder.rendering({ color: [{ image: picture }] }, (render) =>
      render.pipeline(compute as unknown as GraphicsPipeline),
    );
  };
  expect(record(draw)).toBe('Cannot draw in "step": the pipeline is "add", of another kind; give a graphics pipeline');
  const from = { from: 'undefined', to: 'sampled' } as never;
  expect(record((encoder) => encoder.transition(picture, from))).toBe(
    `Cannot bring image "picture" over: before is not given; give both, as in { before: 'undefined', after: 'transfer-target' }`,
  );
});

gpuTest('timelines and data of another device are refused', {}, async ({ device }) => {
  await using other = await openDevice({ validation: false });
  using theirs = other.createTimeline('theirs');
  using buffer = other.createBuffer({ label: 'theirs', byteLength: 64 });
  theirs.signal(1);
  using commands = device.record('step', () => undefined);
  const message = `Cannot submit to queue "compute": timeline "theirs" is of another device, "${other.name}"; make one of this device`;
  expect(messageOf(() => device.compute.submit([commands], { wait: [{ timeline: theirs, value: 1 }] }))).toBe(message);
  expect(messageOf(() => device.compute.submit([commands], { signal: [{ timeline: theirs, value: 2 }] }))).toBe(
    message,
  );
  await using recorder = device.createRecorder({ workers: 1 });
  const frame = await device.beginFrame();
  const work = { module: new URL('recorded-passes.ts', import.meta.url), export: 'fill', data: { buffer } };
  expect(messageOf(() => recorder.encoderFor('pass').record(work))).toContain('buffer "theirs" is of another device');
  await recorder.finalize().catch(() => undefined);
  device.endFrame(frame);
});

gpuTest('every call of an encoder that is kept says so, with checks and without', {}, async ({ device: plain }) => {
  await using checking = await openDevice({ device: plain.uuid, validation: false, checks: true });
  for (const device of [plain, checking]) {
    using scene = await drawing(device);
    const { pipeline, picture } = scene;
    using words = device.createBuffer({ label: 'words', byteLength: 256, usage: [...USUAL, 'vertex', 'index'] });
    using compute = device.createPipeline({ label: 'add', spirv: await device.compile(PUSHED, { label: 'add' }) });
    using queries = device.createQueryPool({ label: 'times', count: 2 });
    using part = device.recordSecondary('part', () => undefined);
    let kept: Encoder | undefined;
    let drawer: RenderEncoder | undefined;
    using _ = device.record('step', (encoder) => {
      encoder.fill(words, 0, 256, 0).barrier(['transfer-target'], ['storage-read', 'storage-write']);
      kept = encoder.pipeline(compute).bind(0, words).push(new Uint32Array(1)).dispatch(1).bind(0, words);
      encoder.transition(picture, { before: 'undefined', after: 'color-attachment' });
      encoder.rendering(
        { color: [{ image: picture, clear: 0 }] },
        (render) => void (drawer = render.pipeline(pipeline)),
      );
    });
    const [encoder, render] = [kept!, drawer!];
    const calls: readonly (() => unknown)[] = [
      () => encoder.pipeline(compute),
      () => encoder.push(new Uint32Array(1)),
      () => encoder.bind(0, words),
      () => encoder.dispatch(1),
      () => encoder.dispatch(1e9),
      () => encoder.dispatchThreads(64),
      () => encoder.dispatchIndirect(words),
      () => encoder.copy(words, 0, words, 128, 64),
      () => encoder.copyBufferToImage(words, picture),
      () => encoder.copyImageToBuffer(picture, words),
      () => encoder.copyImage(picture, picture, { to: { mip: 0 } }),
      () => encoder.blit(picture, picture),
      () => encoder.clear(picture, 0),
      () => encoder.fill(words, 0, 64, 0),
      () => encoder.barrier(['storage-write'], ['storage-read']),
      () => encoder.transition(picture, { before: 'color-attachment', after: 'sampled' }),
      () => encoder.touches(words, 'storage-read'),
      () => encoder.uses(words),
      () => encoder.beforeSubmit(() => undefined),
      () => encoder.rendering({ color: [{ image: picture }] }, () => undefined),
      () => encoder.execute(),
      () => encoder.execute(part),
      () => encoder.resetQueries(queries),
      () => encoder.timestamp(queries, 0),
      () => encoder.label('more', () => undefined),
      () => render.pipeline(pipeline),
      () => render.vertexBuffer(words),
      () => render.indexBuffer(words),
      () => render.viewport({ width: 8, height: 8 }),
      () => render.scissor(0, 0, 8, 8),
    ];
    const ended = 'Cannot record in "step": its recording has ended; record within the function that got the encoder';
    const told = calls.map((call) => [String(call), messageOf(call)]);
    expect(told.filter(([, message]) => message !== ended)).toEqual([]);
  }
});
