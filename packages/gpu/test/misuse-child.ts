/**
 * @file Misuses a device in a way that could end the process, and prints what was said of it as JSON: the errors, and what the
 * validation layer told where that is installed. Started by `misuse.gpu.test.ts`, with the name of the case.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isValidationAvailable, openDevice, type CommandBuffer, type Device } from '../src/index.ts';
import { bufferAlloc, bufferFree, deviceCreate, deviceFree, kernelCompile, kernelFree } from '../src/flat.ts';
import { messageOf } from './message-of.ts';

const EMPTY = 'layout(local_size_x = 1) in; void main() {}';

const CASES: Readonly<Record<string, (device: Device) => unknown>> = {
  async 'a check that disposes'(device) {
    const told: string[] = [];
    for (const what of ['buffer', 'other', 'itself']) {
      using words = device.createBuffer({ label: 'words', byteLength: 2 ** 24 });
      using fill = device.record('fill', (encoder) => encoder.fill(words, 0, 2 ** 24, 1));
      const gone = (): Disposable => ({ buffer: words, other: fill, itself: gate })[what]!;
      using gate: CommandBuffer = device.record('gate', (encoder) =>
        encoder.beforeSubmit(() => gone()[Symbol.dispose]()),
      );
      told.push(messageOf(() => device.compute.submit([fill, gate])));
    }
    using words = device.createBuffer({ label: 'words', byteLength: 64 });
    const frame = await device.beginFrame();
    frame.record('fill', (encoder) => encoder.fill(words, 0, 64, 1));
    frame.record('gate', (encoder) => encoder.beforeSubmit(() => words[Symbol.dispose]()));
    told.push(messageOf(() => device.endFrame(frame)));
    return told;
  },
  async 'a listener that disposes'() {
    const heard: (() => void)[] = [];
    const onValidation = (): void => {
      for (const each of heard) each();
    };
    await using device = await openDevice({ validation: false, checks: true, onValidation });
    using words = device.createBuffer({ label: 'words', byteLength: 2 ** 24 });
    using first = device.record('first', (encoder) => encoder.fill(words, 0, 2 ** 24, 1));
    using second = device.record('second', (encoder) => encoder.fill(words, 0, 2 ** 24, 2));
    device.compute.submit([first]);
    heard.push(() => words[Symbol.dispose]()); // of the barrier that is missing between them
    return [messageOf(() => device.compute.submit([second]))];
  },
  async 'ids of a shader with a bit flipped'(device) {
    const spirv = await device.compile(`layout(binding = 0) buffer B { float b; }; ${EMPTY}`, { label: 'ids' });
    const told = new Set<string>();
    const targets = new Map([5, 6, 15, 16, 71, 72].map((opcode) => [opcode, opcode === 15 ? 2 : 1])); // OpEntryPoint: 15
    for (let at = 5; at < spirv.length; at += spirv[at]! >>> 16) {
      const operand = targets.get(spirv[at]! & 0xffff);
      if (operand === undefined) continue;
      for (let bit = 12; bit < 32; bit++) {
        const flipped = spirv.with(at + operand, (spirv[at + operand]! ^ (2 ** bit)) >>> 0);
        told.add(messageOf(() => device.createPipeline({ label: 'flipped', spirv: flipped })[Symbol.dispose]()));
      }
    }
    const entry = spirv.findIndex((word, at) => at >= 5 && (word & 0xffff) === 15) + 2;
    const other = spirv.with(entry, spirv[entry]! + 1);
    told.add(messageOf(() => device.createPipeline({ label: 'flipped', spirv: other })[Symbol.dispose]()));
    return [...new Set([...told].map((each) => each.replaceAll(/\d+/g, '#')))];
  },
  async 'labels that are no strings'(device) {
    const five = 5 as unknown as string;
    using buffer = device.createBuffer({ label: five, byteLength: 64 });
    const spirv = await device.compile(EMPTY, { label: 'empty' });
    using pipeline = device.createPipeline({ label: five, spirv });
    await device.submitOnce('step', (encoder) => encoder.label(five, () => encoder.pipeline(pipeline).dispatch(1)));
    const open = await deviceCreate({ validation: isValidationAvailable() });
    bufferFree(bufferAlloc(open, 16, five));
    kernelFree(await kernelCompile(open, spirv, { label: five }));
    await deviceFree(open);
    return [String(buffer), String(pipeline)];
  },
  async 'what was disposed'(device) {
    const timeline = device.createTimeline('steps');
    timeline.signal(3);
    timeline.value();
    const queries = device.createQueryPool({ label: 'times', count: 2 });
    using nothing = device.record('nothing', () => undefined);
    timeline[Symbol.dispose]();
    queries[Symbol.dispose]();
    await device.idle();
    const points = [{ timeline, value: 9 }];
    return [
      String(timeline.value()),
      ...[
        () => timeline.signal(9),
        () => timeline.waitBlocking(9, 1),
        () => timeline.exportFd(),
        () => device.compute.submit([nothing], { wait: points }),
        () => device.compute.submit([nothing], { signal: points }),
        () => queries.ticks(),
        () => queries.nanoseconds(),
        () => queries.reset(),
      ].map(messageOf),
    ];
  },
  async 'values that are none'(device) {
    using words = device.createBuffer({ label: 'words', byteLength: 64 });
    using timeline = device.createTimeline('steps');
    using nothing = device.record('nothing', () => undefined);
    const { timeline: own } = device.compute;
    const { compute } = device;
    timeline.signal(5);
    const told: string[] = [];
    for (const value of [Number.NaN, 2 ** 70, 6.5, '7' as unknown as number]) {
      told.push(messageOf(() => timeline.signal(value)));
      told.push(messageOf(() => compute.submit([nothing], { signal: [{ timeline, value }] })));
      told.push(messageOf(() => compute.submit([nothing], { wait: [{ timeline, value }] })));
      told.push(messageOf(() => timeline.waitBlocking(value, 1)));
      told.push(await timeline.wait(value).then(String, ({ message }: Error) => message));
    }
    const twice = [{ timeline, value: 6 }];
    for (const call of [
      () => compute.submit([nothing], { signal: [{ timeline, value: 5 }] }),
      () =>
        compute.submitAll([
          { commands: [nothing], signal: twice },
          { commands: [nothing], signal: twice },
        ]),
      () => compute.submit([nothing], { signal: [...twice, ...twice] }),
      () => compute.submit([nothing], { signal: [{ timeline: own, value: 1000 }] }),
      () => compute.submit([nothing], { wait: [null as never] }),
      () => own.signal(1000),
      () => own[Symbol.dispose](),
    ])
      told.push(messageOf(call));
    await device.submitOnce((encoder) => encoder.fill(words, 0, 64, 2));
    return [...told, (await device.staging.download(words))[0], timeline.last];
  },
  async 'a frame of another device'(device) {
    await using other = await openDevice({ validation: isValidationAvailable() });
    using words = device.createBuffer({ label: 'words', byteLength: 64 });
    const frame = await device.beginFrame();
    frame.record('fill', (encoder) => encoder.fill(words, 0, 64, 5));
    const told = [messageOf(() => other.endFrame(frame)), messageOf(() => other.endFrame(undefined as never))];
    const theirs = await other.beginFrame();
    told.push(messageOf(() => other.endFrame(frame)));
    other.endFrame(theirs);
    told.push(messageOf(() => other.endFrame(theirs)));
    device.endFrame(frame);
    device.endFrame(await device.beginFrame());
    return [...told, (await device.staging.download(words))[0]];
  },
  async 'made while the device closes'(device) {
    const spirv = await device.compile(EMPTY, { label: 'empty' });
    const folder = mkdtempSync(join(tmpdir(), 'halocline-'));
    const file = join(folder, 'empty.comp');
    writeFileSync(file, EMPTY);
    device.endFrame(await device.beginFrame());
    const told = (act: () => unknown): Promise<string> =>
      (async () => act())().then(String, ({ message }: Error) => message);
    const late = told(() => device.watchPipeline({ file }));
    const closing = device[Symbol.asyncDispose]();
    const acts = [
      () => device.createBuffer({ label: 'late', byteLength: 64 }),
      () => device.hostArray(4096),
      () => device.createPool({ label: 'late', byteLength: 4096 }),
      () => device.createImage({ label: 'late', size: [4, 4], format: 'rgba8unorm' }),
      () => device.createSampler({ label: 'late' }),
      () => device.createPipeline({ label: 'late', spirv }),
      () => device.createPipelines([{ label: 'late', spirv }]),
      () => device.createGraphicsPipeline({ label: 'late', vertex: { spirv }, color: [] }),
      () => device.createTimeline('late'),
      () => device.createQueryPool({ label: 'late', count: 2 }),
      () => device.createRelay('late'),
      () => device.record('late', () => undefined),
      () => device.recordSecondary('late', () => undefined),
      () => device.createRecorder({ workers: 1 }),
      () => device.beginFrame(),
    ];
    const answers = await Promise.all([late, ...acts.map(told)]);
    await closing;
    rmSync(folder, { recursive: true });
    return [...answers, await told(() => device.createRelay('late'))];
  },
  async 'threads that are killed as they take back a frame'(device) {
    using words = device.createBuffer({ label: 'words', byteLength: 16 });
    const module = new URL('./recorded-passes.ts', import.meta.url);
    const codes: number[] = [];
    for (let round = 0; round < 40; round++) {
      await using recorder = device.createRecorder({ workers: 1, log: () => undefined });
      const frame = await device.beginFrame();
      recorder.encoderFor('mark').record({ module, export: 'mark', data: { words, at: 0, word: round } });
      await recorder.finalize();
      const { timeline, value } = device.endFrame(frame);
      timeline.waitBlocking(value);
      device.endFrame(await device.beginFrame()); // the thread hears now that the device is done with the first
      const until = performance.now() + round / 100;
      while (performance.now() < until);
      codes.push(await recorder.threads[0]!.terminate());
    }
    return [...new Set(codes)];
  },
  async 'a thread that is ended while a frame is finalized'(device) {
    await using recorder = device.createRecorder({ workers: 1 });
    const module = new URL('./recorded-passes.ts', import.meta.url);
    using words = device.createBuffer({ label: 'words', byteLength: 16 });
    const frame = await device.beginFrame();
    const folder = mkdtempSync(join(tmpdir(), 'halocline-'));
    const data = { words, file: join(folder, 'waits') };
    recorder.encoderFor('fill').record({ module, export: 'fillAndWait', data });
    await recorder.finalize();
    while (!existsSync(data.file)) await new Promise((resolve) => setTimeout(resolve, 5));
    rmSync(folder, { recursive: true });
    const code = recorder.threads[0]!.terminate();
    recorder.encoderFor('nothing').inline(() => undefined);
    await recorder.finalize(); // lets go of the thread; nothing else keeps the process alive now
    device.endFrame(frame);
    return [await code];
  },
  async 'a recorder that is disposed in finalize'(device) {
    const recorder = device.createRecorder({ workers: 1 });
    const frame = await device.beginFrame();
    const slice = frame.linear.take(16);
    slice.bytes!.fill(0);
    const module = new URL('./recorded-passes.ts', import.meta.url);
    using words = device.createBuffer({ label: 'words', byteLength: 16 });
    recorder.encoderFor('fill').record({ module, export: 'fillWhenTold', data: { words, slice } });
    const finalized = recorder.finalize().then(String, ({ message }: Error) => message);
    while (slice.bytes![0] === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const disposed = recorder[Symbol.asyncDispose]();
    const told = await finalized;
    setTimeout(() => (slice.bytes![1] = 1), 200).unref(); // nothing else keeps the process alive meanwhile
    await disposed;
    device.endFrame(frame);
    return [told];
  },
};

const messages: string[] = [];
const device = await openDevice({
  validation: isValidationAvailable(),
  checks: false, // several submits go in one call then
  onValidation: ({ message }) => messages.push(message),
});
const told = await CASES[process.argv[2]!]!(device);
await device[Symbol.asyncDispose]();
process.stdout.write(`${JSON.stringify({ told, messages })}\n`);
