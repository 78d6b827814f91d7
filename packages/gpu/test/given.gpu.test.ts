/** What nobody can use: options that are none, lists that are none, functions that are none, told in one sentence each. */
import { writeFileSync } from 'node:fs';
import { gpuTest, vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import {
  Graph,
  Heap,
  openDevice,
  delaySubmits,
  readCache,
  reflect,
  shareDeviceMemory,
  shareHostMemory,
  use,
  writeCache,
} from '../src/index.ts';
import type { Device, Encoder, Image, RenderEncoder } from '../src/index.ts';
import { compileGlsl } from '../src/shader/compile.ts';
import { cacheFolder } from './cache-folder.ts';
import { messageOf } from './message-of.ts';

/** What each call is refused with, and with which class of error. */
async function refusals(calls: readonly (() => unknown)[]): Promise<string[]> {
  const told: string[] = [];
  for (const call of calls) {
    try {
      await call();
      told.push('no error');
    } catch (error) {
      told.push(`${(error as Error).name}: ${(error as Error).message}`);
    }
  }
  return told;
}

/** Calls that record a command, or draw one into an image, and drop what was recorded. */
function recordings(device: Device, image: Image) {
  const recorded = (body: (encoder: Encoder) => unknown) => () =>
    device.record('step', (encoder) => void body(encoder))[Symbol.dispose]();
  const drawn = (body: (to: RenderEncoder) => unknown) =>
    recorded((encoder) => encoder.rendering({ color: [{ image }] }, (to) => void body(to)));
  return { recorded, drawn };
}

// oxlint-disable-next-line typescript/no-explicit-any -- what types refuse is what is tested
const none = (value: unknown): any => value;

gpuTest('what things are made from is an object', {}, async ({ device }) => {
  const gone = device.createPool({ label: 'gone', byteLength: 65_536 });
  gone[Symbol.dispose]();
  const told = await refusals([
    () => device.createBuffer(none(null)),
    () => device.createBuffer({ label: 'words', byteLength: 4, usage: none('storage') }),
    () => device.createBuffer({ label: 'words', byteLength: 4, usage: [] }),
    () => device.createBuffer({ label: 'words', byteLength: 4, onMoved: none(7) }),
    () => device.createImage(none(undefined)),
    () => device.createImage({ label: 'picture', size: [4, 4], format: 'r32float', usage: none(7) }),
    () => device.createSampler(none('linear')),
    () => device.createPool(none(null)),
    () => gone.createBuffer(none(undefined)),
    () => new Heap(none({}), { memoryType: 'device', byteLength: 4096 }),
    () => device.hostArray(4096, none(null)),
    () => device.createPipeline(none(null)),
    () => device.createPipelines(none([undefined])),
    () => device.createGraphicsPipeline({ label: 'draw', vertex: none(null) }),
    () => device.watchPipeline({ file: none(undefined) }),
    () => device.watchGraphicsPipeline({ label: 'draw', vertex: none(undefined), fragment: { file: 'a.frag' } }),
    () => device.compile('void main() {}', none(null)),
    () => compileGlsl('void main() {}', none(undefined)),
    () => compileGlsl('void main() {}', { label: 'nothing', defines: none(7) }),
    () => compileGlsl('void main() {}', { label: 'nothing', defines: { A: NaN } }),
    () => compileGlsl('void main() {}', { label: 'nothing', defines: { A: '1\n2' } }),
    () => compileGlsl('void main() {}', { label: 'nothing', defines: { 'A B': 1 } }),
    () => reflect(new Uint32Array(8), none(null)),
    () => device.createQueryPool(none(null)),
    () => device.createRecorder(none(null)),
    () => openDevice(none(null)),
    () => openDevice({ log: none('console') }),
    () => device.createRecorder({ log: none(true) }),
    () => device.compile('void main() {}', { label: 'nothing', include: none('.') }),
  ]);
  expect(told).toMatchInlineSnapshot(`
    [
      "TypeError: Cannot create buffer: its options are null; give an object",
      "TypeError: Cannot use usage storage: it is no list; give one, as in ['storage']",
      "TypeError: Cannot create buffer "words": its usage is empty; say what it is for, or leave usage out",
      "TypeError: Cannot create buffer "words": 7 is given for onMoved; give a function",
      "TypeError: Cannot create image: its options are undefined; give an object",
      "TypeError: Cannot create image "picture": its usage is 7; give a list, or leave it out",
      "TypeError: Cannot create sampler: its options are linear; give an object",
      "TypeError: Cannot create memory pool: its options are null; give an object",
      "TypeError: Cannot create buffer: its options are undefined; give an object",
      "TypeError: Cannot take memory of a value of type Object: it is no device; give one that openDevice opened",
      "TypeError: Cannot make host array: its options are null; give an object",
      "TypeError: Cannot create pipeline: its options are null; give an object",
      "TypeError: Cannot create pipelines: what they are made from has undefined at 0; give objects alone",
      "TypeError: Cannot create pipeline "draw": the options of its vertex shader are null; give an object",
      "TypeError: Cannot watch a pipeline: undefined is given for the file of a shader; give its path",
      "TypeError: Cannot watch a pipeline: undefined is given for the file of a shader; give its path",
      "TypeError: Cannot compile shader: its options are null; give an object",
      "TypeError: Cannot compile shader: its options are undefined; give an object",
      "TypeError: Cannot compile shader "nothing": defines are 7; give an object",
      "TypeError: Cannot compile shader "nothing": defines has NaN for A; give a number, true, false or a text of one line",
      "TypeError: Cannot compile shader "nothing": defines has 1 2 for A; give a number, true, false or a text of one line",
      "TypeError: Cannot compile shader "nothing": defines has "A B", which is no name of a macro; give such as A",
      "TypeError: Cannot read SPIR-V: its options are null; give an object",
      "TypeError: Cannot create query pool: its options are null; give an object",
      "TypeError: Cannot create a recorder: its options are null; give an object",
      "TypeError: Cannot open a device: the options are null; give an object",
      "TypeError: Cannot open a device: console is given for log; give a function",
      "TypeError: Cannot create a recorder: true is given for log; give a function",
      "TypeError: Cannot compile shader "nothing": . is given for include; give a function",
    ]
  `);
});

gpuTest('options that there are none of, such as mistyped ones, are refused', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'r32float' });
  const told = await refusals([
    () => openDevice(none({ vaildation: true })),
    () => openDevice({ frames: none({ cuont: 3 }) }),
    () => openDevice({ frames: none(3) }),
    () => openDevice({ extensions: none({ requierd: [] }) }),
    () => device.createBuffer(none({ label: 'words', byteLength: 4, useage: ['vertex'] })),
    () => device.createImage(none({ label: 'picture', size: [4, 4], format: 'r32float', mip: 2 })),
    () => device.createSampler(none({ label: 'smooth', fliter: 'nearest' })),
    () => device.createPool(none({ label: 'pool', byteLength: 4096, grow: true })),
    () => new Heap(device, none({ memory: 'device', byteLength: 4096 })),
    () => device.createQueryPool(none({ label: 'times', count: 2, qeue: 'transfer' })),
    () => device.compile('void main() {}', none({ label: 'nothing', define: { A: 1 } })),
    () => device.createPipeline(none({ label: 'nothing', specialisation: { 0: 1 } })),
    () => device.createGraphicsPipeline(none({ label: 'draw', depht: 'd32float' })),
    () => device.compute.submit([], none({ wiat: [] })),
    () => device.staging.upload(words, 0, new Uint8Array(4), none({ concurent: true })),
    () => device.staging.download(words, 0, 4, none({ itno: new Uint8Array(4) })),
    () => device.uploadImage(image, new Uint8Array(64), none({ befor: 'sampled' })),
    () => device.downloadImage(image, none({ before: 'sampled', lyer: 0 })),
  ]);
  expect(told).toMatchInlineSnapshot(`
    [
      "TypeError: Cannot open a device: "vaildation" is no option of it; there are device, features, extensions, validation, onValidation, log, memoryLimit, checks, autoBarriers, frames",
      "TypeError: Cannot have frames in flight: "cuont" is no option of it; there are count, byteLength",
      "TypeError: Cannot have frames in flight: their options are 3; give an object",
      "TypeError: Cannot open a device: extensions has "requierd"; give { required: [names], wished: [names] }",
      "TypeError: Cannot create buffer: "useage" is no option of it; there are label, byteLength, owner, role, usage, memory, onMoved",
      "TypeError: Cannot create image: "mip" is no option of it; there are label, size, format, role, usage, mips, layers, samples, owner",
      "TypeError: Cannot create sampler: "fliter" is no option of it; there are label, filter, edge, compare",
      "TypeError: Cannot create memory pool: "grow" is no option of it; there are label, byteLength, memory, grows",
      "TypeError: Cannot create heap: "memory" is no option of it; there are label, memoryType, byteLength",
      "TypeError: Cannot create query pool: "qeue" is no option of it; there are label, count, queue",
      "TypeError: Cannot compile shader: "define" is no option of it; there are label, stage, defines, include, file, cache, log",
      "TypeError: Cannot create pipeline: "specialisation" is no option of it; there are label, spirv, entry, specialization, bindingCounts, subgroupSize, fullSubgroups, statistics",
      "TypeError: Cannot create pipeline: "depht" is no option of it; there are label, vertex, fragment, color, depth, topology, vertexBuffers, cull, samples, bindingCounts",
      "TypeError: Cannot submit to queue "compute": "wiat" is no option of it; there are wait, signal, groupDevice",
      "TypeError: Cannot upload to buffer "words": "concurent" is no option of it; there are concurrent",
      "TypeError: Cannot download from buffer "words": "itno" is no option of it; there are into, concurrent",
      "TypeError: Cannot upload to image "picture": "befor" is no option of it; there are mip, layer, after",
      "TypeError: Cannot download from image "picture": "lyer" is no option of it; there are mip, layer, before",
    ]
  `);
});

gpuTest('and so they are in graphs and their passes', {}, async () => {
  const graph = (): Graph => new Graph();
  const plan = graph().compile();
  const told = await refusals([
    () => graph().pass(none({ name: 'blur', read: ['photo'] })),
    () => graph().stage('late', none({ behind: ['early'] })),
    () => graph().importBuffer('words', none({ byteLength: 4, kept: true })),
    () => graph().importImage('photo', none({ size: [4, 4], format: 'r32float', arrivs: 'sampled' })),
    () => graph().transientBuffer('words', none({ byteLength: 4, leaves: 'uniform' })),
    () => graph().transientImage('photo', none({ size: [4, 4], format: 'r32float', mip: 2 })),
    () => graph().compile(none({ repeat: true })),
    () => plan.record(none(undefined), none({ import: {} })),
    () => plan.execute(none({ reused: true })),
    () => reflect(new Uint32Array(8), none({ entries: 'main' })),
  ]);
  expect(told).toMatchInlineSnapshot(`
    [
      "TypeError: Cannot add pass "blur": "read" is no option of it; there are name, queue, reads, writes, after, stage, sideEffects, record, run",
      "TypeError: Cannot add stage "late": "behind" is no option of it; there are after",
      "TypeError: Cannot declare buffer "words": "kept" is no option of it; there are role, byteLength, arrives, leaves",
      "TypeError: Cannot declare image "photo": "arrivs" is no option of it; there are role, size, format, mips, layers, samples, arrives, leaves",
      "TypeError: Cannot declare buffer "words": "leaves" is no option of it; there are role, byteLength, kept",
      "TypeError: Cannot declare image "photo": "mip" is no option of it; there are role, size, format, mips, layers, samples, kept",
      "TypeError: Cannot compile the graph: "repeat" is no option of it; there are repeats, queues, cull",
      "TypeError: Cannot record the plan: "import" is no option of it; there are device, imports, memory, stage",
      "TypeError: Cannot execute the plan: "reused" is no option of it; there are device, imports, reuse",
      "TypeError: Cannot read SPIR-V: "entries" is no option of it; there are entry, stage, specialization",
    ]
  `);
});

gpuTest('and in what is recorded and drawn', {}, async ({ device }) => {
  using words = device.createBuffer({
    label: 'words',
    byteLength: 64,
    usage: ['vertex', 'index', 'indirect', 'conditional'],
  });
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'r32float' });
  using pipeline = device.createPipeline({
    label: 'nothing',
    spirv: await device.compile('layout(local_size_x = 1) in; void main() {}', { label: 'nothing' }),
  });
  const vertex = await device.compile('void main() {}', { label: 'nothing', stage: 'vertex' });
  const { recorded, drawn } = recordings(device, image);
  await using recorder = device.createRecorder({ workers: 1 });
  const told = await refusals([
    () => device.record('step', () => undefined, none({ qeue: 'transfer' })),
    () => device.createRecorder(none({ worker: 2 })),
    () => recorder.encoderFor('draws', none({ renderings: {} })),
    () => device.hostArray(4096, none({ lable: 'shared' })),
    () => pipeline.run([], none({ thread: 4 })),
    () =>
      device.createGraphicsPipeline({
        label: 'draw',
        vertex: { spirv: vertex },
        color: [none({ format: 'r32float', blending: 'add' })],
      }),
    () =>
      device.createGraphicsPipeline({
        label: 'draw',
        vertex: { spirv: vertex },
        depth: none({ format: 'd32float', writes: false }),
      }),
    () => device.recordDraws('draws', none({ size: [4, 4], colors: ['r32float'] }), () => undefined),
    recorded((encoder) => encoder.rendering(none({ colour: [{ image }] }), () => undefined)),
    recorded((encoder) => encoder.rendering({ color: [none({ image, clean: 0 })] }, () => undefined)),
    recorded((encoder) => encoder.pipeline(pipeline).bind(0, words, none({ offset: 4 }))),
    recorded((encoder) => encoder.conditional(words, () => undefined, none({ invert: true }))),
    recorded((encoder) => encoder.blit(image, image, none({ form: {} }))),
    recorded((encoder) => encoder.copyImage(image, image, none({ source: {} }))),
    recorded((encoder) => encoder.copyImage(image, image, { from: none({ byteOffset: 4 }) })),
    drawn((to) => to.viewport(none({ width: 4, height: 4, far: 1 }))),
    drawn((to) => to.vertexBuffer(words, none({ offset: 4 }))),
    drawn((to) => to.drawIndexed(3, 1, none({ first: 3 }))),
    drawn((to) => to.drawIndirect(words, none({ stride: 16 }))),
  ]);
  expect(told).toMatchInlineSnapshot(`
    [
      "TypeError: Cannot record "step": "qeue" is no option of it; there are queue",
      "TypeError: Cannot create a recorder: "worker" is no option of it; there are label, workers, secondaries, log",
      "TypeError: Cannot record pass "draws" on threads: "renderings" is no option of it; there are rendering, declared",
      "TypeError: Cannot make host array: "lable" is no option of it; there are label, usage",
      "TypeError: Cannot run pipeline "nothing": "thread" is no option of it; there are threads, push",
      "TypeError: Cannot create pipeline "draw": "blending" is no option of it; there are format, blend",
      "TypeError: Cannot create pipeline "draw": "writes" is no option of it; there are format, compare, write",
      "TypeError: Cannot record "draws": "colors" is no option of it; there are color, depth, samples, size",
      "TypeError: Cannot render in "step": "colour" is no option of it; there are color, depth, area, secondary",
      "TypeError: Cannot render in "step": "clean" is no option of it; there are image, load, clear, store, resolve",
      "TypeError: Cannot bind to 0 in "step": "offset" is no option of it; there are set, byteOffset, byteLength, sampler, format, layout",
      "TypeError: Cannot record "step": "invert" is no option of it; there are byteOffset, inverted",
      "TypeError: Cannot blit an image: "form" is no option of it; there are from, to, filter",
      "TypeError: Cannot copy image "picture" to image "picture": "source" is no option of it; there are from, to",
      "TypeError: Cannot copy from image "picture": "byteOffset" is no option of it; there are mip, layer, layers, origin, size",
      "TypeError: Cannot set the viewport in "step": "far" is no option of it; there are x, y, width, height, nearDepth, farDepth",
      "TypeError: Cannot draw from a buffer: "offset" is no option of it; there are slot, byteOffset",
      "TypeError: Cannot draw: "first" is no option of it; there are firstIndex, vertexOffset, firstInstance",
      "TypeError: Cannot draw: "stride" is no option of it; there are byteOffset, count, byteStride",
    ]
  `);
});

gpuTest('what is recorded, submitted and transferred is there', {}, async ({ device }) => {
  using buffer = device.createBuffer({
    label: 'words',
    byteLength: 64,
    usage: ['vertex', 'transfer-source', 'transfer-target'],
  });
  using image = device.createImage({
    label: 'picture',
    size: [4, 4],
    format: 'r32float',
    usage: ['color-attachment', 'transfer-target'],
  });
  const { recorded, drawn } = recordings(device, image);
  const told = await refusals([
    () => device.record('step', none(undefined)),
    () => device.record('step', () => undefined, none(7)),
    () => device.recordDraws('step', none(null), () => undefined),
    () => device.compute.submit([], { wait: none(7) }),
    () => device.compute.submit([], { signal: none(null) }),
    () => device.compute.submit([], none('now')),
    () => device.compute.submitAll(none([null])),
    () => device.staging.upload(none(null), 0, new Uint8Array(4)),
    () => device.staging.upload(none(undefined), 0, none([1])),
    () => device.staging.upload(buffer, 0, none([1])),
    () => device.staging.download(none(undefined)),
    () => device.staging.upload(buffer, 0, new Uint8Array(4), none(null)),
    () => device.uploadImage(none({}), new Uint8Array(64)),
    () => device.uploadImage(image, none(null)),
    recorded((encoder) => encoder.fill(none(7), 0, 4, 0)),
    recorded((encoder) => encoder.uses(none('words'))),
    recorded((encoder) => encoder.touches(buffer, none(null))),
    recorded((encoder) => encoder.label('pass', () => undefined, none([null]))),
    recorded((encoder) => encoder.label('pass', () => undefined, none([{ access: 'uniform' }]))),
    recorded((encoder) => encoder.dispatchThreads(none([null]))),
    recorded((encoder) => encoder.timestamp(none({ count: 9 }), 0)),
    recorded((encoder) => encoder.beforeSubmit(none(true))),
    recorded((encoder) => encoder.barrier([none(null)], ['storage-read'])),
    recorded((encoder) => encoder.barrier([none({ stage: 1 })], ['storage-read'])),
    recorded((encoder) => encoder.barriers({ images: none([null]) })),
    recorded((encoder) => encoder.transition(none(null), { before: 'undefined', after: 'sampled' })),
    recorded((encoder) => encoder.transition(image, none(null))),
    recorded((encoder) => encoder.clear(image, none({ red: 1 }))),
    recorded((encoder) => encoder.copyBufferToImage(buffer, image, { size: none(4) })),
    recorded((encoder) => encoder.execute(none({}))),
    recorded((encoder) => encoder.label('pass', none(null))),
    recorded((encoder) => encoder.rendering(none(null), () => undefined)),
    recorded((encoder) => encoder.rendering({ color: [none(null)] }, () => undefined)),
    recorded((encoder) => encoder.rendering({ color: [{ image: none({}) }] }, () => undefined)),
    recorded((encoder) => encoder.rendering({ color: [{ image }], area: none({ x: 0, y: 0 }) }, () => undefined)),
    recorded((encoder) => encoder.rendering({ color: [{ image }] }, none(undefined))),
    drawn((to) => to.vertexBuffer(buffer, none(1))),
    drawn((to) => to.vertexBuffer(none(null))),
    drawn((to) => to.viewport(none(null))),
  ]);
  expect(told).toMatchInlineSnapshot(`
    [
      "TypeError: Cannot record "step": undefined is given for what it records; give a function",
      "TypeError: Cannot record "step": its options are 7; give an object",
      "TypeError: Cannot record "step": its targets are null; give an object",
      "TypeError: Cannot submit to queue "compute": it waits for 7; give a list of points, as in [{ timeline, value: 1 }]",
      "TypeError: Cannot submit to queue "compute": it signals null; give a list of points, as in [{ timeline, value: 1 }]",
      "TypeError: Cannot submit to queue "compute": its options are now; give an object",
      "TypeError: Cannot submit to queue "compute": the list of batches has null at 0; give objects alone",
      "TypeError: Cannot upload to null: it is no buffer; give one that the device made",
      "TypeError: Cannot upload to undefined: it is no buffer; give one that the device made",
      "TypeError: Cannot upload to buffer "words": a value of type Array is given for its bytes; give a typed array, as in Float32Array.of(1, 2)",
      "TypeError: Cannot download from undefined: it is no buffer; give one that the device made",
      "TypeError: Cannot upload to buffer "words": its options are null; give an object",
      "TypeError: Cannot upload to a value of type Object: it is no image; give one that the device made",
      "TypeError: Cannot upload to image "picture": null is given for its texels; give a typed array",
      "TypeError: Cannot fill 7: it is no buffer; give one that the device made",
      "TypeError: Cannot record "step": words is nothing that commands use; give a buffer or an image",
      "TypeError: Cannot use usage null: it is no word, and has no bits; give such as 'storage-read', or { stage, access }",
      "TypeError: Cannot record pass "pass": what it declares has null at 0; give objects alone",
      "TypeError: Cannot record pass "pass": it declares undefined; declare buffers, images, or their labels",
      "TypeError: Cannot dispatch in "step": null × 1 × 1 threads are asked for; give a number from 0 for each axis, as in [64, 64]",
      "TypeError: Cannot record "step": a value of type Object is no query pool; give one that the device made",
      "TypeError: Cannot record "step": true is given for a check before submits; give a function",
      "TypeError: Cannot use usage null: it is no word, and has no bits; give such as 'storage-read', or { stage, access }",
      "TypeError: Cannot use usage a value of type Object: it is no word, and has no bits; give such as 'storage-read', or { stage, access }",
      "TypeError: Cannot put a barrier: images has null at 0; give objects alone",
      "TypeError: Cannot bring over null: it is no image; give one that the device made",
      "TypeError: Cannot bring image "picture" over: its options are null; give an object",
      "TypeError: Cannot clear image "picture": the value is a value of type Object; give up to 4 numbers, as in [0, 0, 0, 1]",
      "TypeError: Cannot copy to image "picture": size is 4; give x, y and z, as in [16, 16]",
      "TypeError: Cannot execute in "step": a value of type Object is given; give what device.recordSecondary or device.recordDraws made",
      "TypeError: Cannot record pass "pass" in "step": null is given for what it records; give a function",
      "TypeError: Cannot render in "step": its options are null; give an object",
      "TypeError: Cannot render in "step": color has null at 0; give objects alone",
      "TypeError: Cannot render in "step": a target's image is a value of type Object; give an image or a view of one",
      "TypeError: Cannot render in "step": its area is a value of type Object; give x, y, width and height, as in [0, 0, 640, 480]",
      "TypeError: Cannot render in "step": undefined is given for what it draws; give a function",
      "TypeError: Cannot draw from a buffer: its options are 1; give an object",
      "TypeError: Cannot draw from null: it is no buffer; give one that the device made",
      "TypeError: Cannot set the viewport in "step": its numbers are null; give an object",
    ]
  `);
});

gpuTest('frames, recorders, relays and what devices share are given what they can use', {}, async ({ device }) => {
  using nothing = device.record('nothing', () => undefined);
  const frame = await device.beginFrame();
  await using recorder = device.createRecorder({ workers: 1 });
  await using relay = device.createRelay('relay');
  const told = await refusals([
    () => frame.beforeEnd(none(7)),
    () => frame.afterEnd(none(null)),
    () => recorder.encoderFor('pass', none(null)),
    () => recorder.imageWas(none(null), 'sampled'),
    () => relay.post(none(null)),
    () => device.compute.prepare(none([null]), 1),
    () => device.compute.prepare([{ commands: none([null]) }], 1),
    () => device.compute.prepare([{ commands: [nothing] }, none({})], 1),
    () => shareHostMemory(none(null), { label: 'shared', byteLength: 4096 }),
    () => shareDeviceMemory([device], none(null)),
    () => device.importHostMemory({ label: 'mine', address: 0n, byteLength: 65_536, release: none(7) }),
    () => readCache(none('shaders'), 'key'),
    () => writeCache('spirv', none(7), new Uint8Array(4)),
  ]);
  device.endFrame(frame);
  expect(told).toMatchInlineSnapshot(`
    [
      "TypeError: Cannot record in frame 0: 7 is given for a check before its end; give a function",
      "TypeError: Cannot record in frame 0: null is given for what comes behind its end; give a function",
      "TypeError: Cannot record pass "pass" on threads: its options are null; give an object",
      "TypeError: Cannot say what an image was in recorder "recorder": null is given; give an image",
      "TypeError: Cannot relay "relay": the numbers of its message are null; give an object",
      "TypeError: Cannot prepare submits to queue "compute": the list of batches has null at 0; give objects alone",
      "TypeError: Cannot submit to queue "compute": null is given among its commands; give a list of what was recorded, as in submit([commands])",
      "TypeError: Cannot submit to queue "compute": undefined is given for its commands; give a list of what was recorded, as in submit([commands])",
      "TypeError: Cannot share memory "shared": the list of devices is null; give a list",
      "TypeError: Cannot share memory: its options are null; give an object",
      "TypeError: Cannot share memory "mine": 7 is given for its release; give a function",
      "TypeError: Cannot name a cache file: kind "shaders" is none of spirv, stencils, pipelines, transports; give a kind, and a text for its key",
      "TypeError: Cannot name a cache file: key is 7; give a kind, and a text for its key",
    ]
  `);
});

gpuTest('an address that memory can’t have is refused, and let go', {}, ({ device }) => {
  if (!device.raw.commands.has('vkGetMemoryHostPointerPropertiesEXT')) return;
  let released = 0;
  const release = (): unknown => released++;
  for (const address of [0n, 1n, none(65_536)]) {
    expect(messageOf(() => device.importHostMemory({ label: 'mine', address, byteLength: 65_536, release }))).toContain(
      `Cannot share memory "mine": its address is ${address}; give a bigint above 0, a multiple of `,
    );
  }
  expect(released).toBe(3);
});

gpuTest('a device that is no group has no cards to submit to', {}, ({ device }) => {
  expect(messageOf(() => device.compute.submit([], { groupDevice: 0 }))).toBe('no error');
  for (const groupDevice of [1, -1, 0.5, none('0')]) {
    expect(messageOf(() => device.compute.submit([], { groupDevice }))).toBe(
      `Cannot submit to queue "compute": groupDevice is ${groupDevice}, and device "${device.name}" is no group; leave it out`,
    );
  }
});

gpuTest('graphs are made of objects and lists', {}, async ({ device }) => {
  const graph = (): Graph => new Graph();
  const told = await refusals([
    () => graph().pass(none(null)),
    () => graph().pass({ name: 'pass', reads: none(7) }),
    () => graph().stage('stage', { after: none('other') }),
    () => graph().pass(none({ reads: [] })),
    () => graph().pass({ name: 'pass', record: none('fill') }),
    () => graph().importBuffer('words', none(undefined)),
    () => graph().importBuffer('words', { byteLength: NaN }),
    () => graph().importBuffer('words', { byteLength: 4, role: none('words') }),
    () => graph().importBuffer('words', { byteLength: 4, arrives: none(7) }),
    () => graph().importImage('picture', { size: none(4), format: 'r32float' }),
    () => graph().importImage('picture', { size: [4, 0], format: 'r32float' }),
    () => graph().transientImage('picture', { size: [4, 4], format: none('r32') }),
    () => graph().transientImage('picture', { size: [4, 4], format: 'r32float', mips: -1 }),
    () => use(none(7), 'storage-read'),
    () => use(graph().transientBuffer('words', { byteLength: 4 }), 'storage-read', none(4)),
    () => delaySubmits(none(5)),
    () => graph().compile(none(null)),
    () => graph().compile({ queues: none({ compute: { queue: 0, family: 0 } }) }),
    () => graph().compile().execute(none(null)),
  ]);
  expect(told).toMatchInlineSnapshot(`
    [
      "TypeError: Cannot add a pass: what it does and touches are null; give an object",
      "TypeError: Cannot add pass "pass": reads is 7; give a list",
      "TypeError: Cannot add stage "stage": after is other; give a list of stages",
      "TypeError: Cannot add a pass: its name is undefined; give a text, which barriers and errors speak of",
      "TypeError: Cannot add pass "pass": fill is given for record; give a function",
      "TypeError: Cannot declare buffer "words": its options are undefined; give an object",
      "RangeError: Cannot declare buffer "words": its length is NaN; give a whole number of bytes above 0",
      "TypeError: Cannot declare buffer "words": role "words" is none of any, storage, uniform, vertex, index, indirect, upload, download",
      "TypeError: Cannot use usage 7: it is no word, and has no bits; give such as 'storage-read', or { stage, access }",
      "RangeError: Cannot declare image "picture": its size is 4; give [width, height] or [width, height, depth], in texels",
      "RangeError: Cannot declare image "picture": its size is [4, 0]; give [width, height] or [width, height, depth], in texels",
      "TypeError: Cannot use format "r32": it is none of r8unorm, rg8unorm, rgba8unorm, rgba8unorm-srgb, bgra8unorm, rgba8uint, r16float, rg16float, rgba16float, r32float, rg32float, rgba32float, r32uint, rg32uint, rgba32uint, r32sint, rgb10a2unorm, depth16unorm, depth32float",
      "RangeError: Cannot declare image "picture": mips is -1; give a whole number above 0",
      "TypeError: Cannot use a resource: its kind and role are 7; give an object",
      "TypeError: Cannot use "words": the numbers of its part are 4; give an object",
      "TypeError: Cannot delay submits: 5 is given for their milliseconds; give a function",
      "TypeError: Cannot compile the graph: its options are null; give an object",
      "TypeError: Cannot compile the graph: queue and family of queue 'graphics' are undefined; give an object",
      "TypeError: Cannot execute the plan: its options are null; give an object",
    ]
  `);
  expect(device.children.size).toBe(0);
});

vulkanTest('a compiler whose log is given as undefined takes its device’s', async () => {
  using folder = cacheFolder();
  const said: string[] = [];
  await using device = await openDevice({ log: (line) => void said.push(line) });
  const compile = (): Promise<Uint32Array> => device.compile('void main() {}', { label: 'nothing', log: undefined });
  await compile();
  const [file] = folder.files('spirv');
  writeFileSync(file!, 'no shader');
  await compile();
  expect(said).toEqual([
    `Cannot use cache file "${file}": its bytes are not those that were written; it was thrown away`,
  ]);
});

gpuTest('what is given as undefined is left out', {}, async ({ device }) => {
  using from = device.createImage({ label: 'from', size: [4, 4], format: 'r32float', layers: 2 });
  using to = device.createImage({ label: 'to', size: [4, 4], format: 'r32float', layers: 2 });
  const box = none({ mip: undefined, layer: undefined, layers: undefined, origin: undefined, size: undefined });
  const defines = { 'TWICE(x)': '(2 * (x))', WRONG: none(undefined) };
  const text = '#ifdef WRONG\n#error\n#endif\nlayout(local_size_x = TWICE(4)) in; void main() {}';
  await device.compile(text, { label: 'twice', defines, stage: none(undefined), cache: none(undefined) });
  using copy = device.record('copy', (encoder) =>
    encoder
      .transition(from, { before: 'undefined', after: 'transfer-source' })
      .transition(to, { before: 'undefined', after: 'transfer-target' })
      .copyImage(from, to, { from: { layers: 2 }, to: box }),
  );
  expect(copy.label).toBe('copy');
});
