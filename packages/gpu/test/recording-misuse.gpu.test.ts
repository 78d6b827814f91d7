import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { Device, PassEncoder, ThreadedRecorder } from '../src/index.ts';
import { wordsIn } from './kernels.ts';

const module = new URL('./recorded-passes.ts', import.meta.url);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const thrown = (body: () => unknown): string => {
  try {
    body();
    return 'no error';
  } catch (error) {
    return messageOf(error);
  }
};

/** One frame in which `passes` gives work to the threads; what went wrong with that. */
async function frame(device: Device, recorder: ThreadedRecorder, passes: () => unknown): Promise<string> {
  const open = await device.beginFrame();
  try {
    passes();
    await recorder.finalize();
    return 'no error';
  } catch (error) {
    return messageOf(error);
  } finally {
    device.endFrame(open);
  }
}

gpuTest('a recorder whose thread ends again and again says so at once, and never hangs', {}, async ({ device }) => {
  await using recorder = device.createRecorder({ workers: 1 });
  const exit = (): unknown => recorder.encoderFor('leave').record({ module, export: 'exit' });
  const lost = 'Cannot record pass "leave" on a thread: its thread ended while it recorded; record it again';
  for (let turn = 0; turn < 3; turn++) expect(await frame(device, recorder, exit)).toBe(lost);
  const why = 'thread 0 ended 4 times; make another recorder';
  expect(await frame(device, recorder, exit)).toBe(`Cannot record pass "leave" on a thread: ${why}`);
  for (let turn = 0; turn < 2; turn++) {
    expect(await frame(device, recorder, exit)).toBe(`Cannot record pass "leave" on threads: ${why}`);
  }
});

gpuTest('the other threads of a recorder go on without one that is given up', {}, async ({ device }) => {
  const lines: string[] = [];
  using words = device.createBuffer({ label: 'words', byteLength: 16 });
  await using recorder = device.createRecorder({ workers: 2, log: (line) => lines.push(line) });
  const exit = (): unknown => recorder.encoderFor('leave').record({ module, export: 'exit' });
  const isGivenUp = (): boolean => lines.some((line) => line.endsWith('ended 4 times; the others go on without it'));
  for (let turn = 0; turn < 8 && !isGivenUp(); turn++) {
    expect(await frame(device, recorder, exit)).toContain('its thread ended while it recorded; record it again');
  }
  expect(isGivenUp()).toBe(true);
  const mark = (): unknown =>
    recorder.encoderFor('mark').record({ module, export: 'mark', data: { words, at: 0, word: 7 } });
  expect(await frame(device, recorder, mark)).toBe('no error');
  expect((await wordsIn(device, words))[0]).toBe(7);
});

gpuTest('a thread that records in each of its lives may end as often as it likes', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 16 });
  await using recorder = device.createRecorder({ workers: 1 });
  const mark = (word: number): unknown =>
    recorder.encoderFor('mark').record({ module, export: 'mark', data: { words, at: 0, word } });
  for (let life = 1; life <= 5; life++) {
    const passes = (): void => {
      mark(life);
      recorder.encoderFor('leave').record({ module, export: 'exit' });
    };
    expect(await frame(device, recorder, passes)).toBe(
      'Cannot record pass "leave" on a thread: its thread ended while it recorded; record it again',
    );
  }
  expect(await frame(device, recorder, () => mark(6))).toBe('no error');
  expect((await wordsIn(device, words))[0]).toBe(6);
});

gpuTest('a recorder that is disposed as it tells of a thread leaves none behind', {}, async ({ device }) => {
  const told = Promise.withResolvers<Promise<void>>();
  const recorder = device.createRecorder({ workers: 1, log: () => told.resolve(recorder[Symbol.asyncDispose]()) });
  await recorder.threads[0]!.terminate();
  // A promise that is resolved with another takes that one's time.
  await told.promise;
  expect(recorder.threads.map(({ threadId }) => threadId)).toEqual([-1]);
});

gpuTest('who finalizes while somebody else does waits for the same', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 16 });
  await using recorder = device.createRecorder({ workers: 1 });
  const open = await device.beginFrame();
  recorder.encoderFor('mark').record({ module, export: 'mark', data: { words, at: 0, word: 7 } });
  const [, second] = [recorder.finalize(), recorder.finalize()];
  await second;
  device.endFrame(open);
  expect((await wordsIn(device, words))[0]).toBe(7);
  const next = await device.beginFrame();
  recorder.encoderFor('broken').record({ module, export: 'fail' });
  const both = await Promise.allSettled([recorder.finalize(), recorder.finalize()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  device.endFrame(next);
});

gpuTest('a pass takes nothing more once it is being finalized', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 16 });
  const recorder = device.createRecorder({ workers: 1 });
  const work = (word: number) => ({ module, export: 'mark', data: { words, at: 0, word } });
  const late = (pass: PassEncoder): string[] => [
    thrown(() => pass.record(work(9))),
    thrown(() => pass.inline(() => undefined)),
  ];
  const open = await device.beginFrame();
  const pass = recorder.encoderFor('first').record(work(1));
  const finalized = recorder.finalize();
  const waits = 'Cannot record pass "first" on threads: recorder "recorder" is being finalized; wait for it';
  expect(late(pass)).toEqual([waits, waits]);
  await finalized;
  const again = 'Cannot record pass "first" on threads: it was finalized; call encoderFor again';
  expect(late(pass)).toEqual([again, again]);
  const barrier = recorder
    .encoderFor('barrier')
    .inline((encoder) => encoder.barrier(['transfer-target'], ['transfer-target']));
  expect(late(pass)).toEqual([again, again]);
  recorder.encoderFor('second').record(work(2));
  await recorder.finalize();
  device.endFrame(open);
  expect((await wordsIn(device, words))[0]).toBe(2);
  await recorder[Symbol.asyncDispose]();
  const gone = 'Cannot record pass "barrier" on threads: recorder "recorder" was disposed';
  expect(late(barrier)).toEqual([gone, gone]);
});

gpuTest('what is disposed while a thread records with it stays until the thread is done', {}, async ({ device }) => {
  const words = device.createBuffer({ label: 'words', byteLength: 16 });
  await using recorder = device.createRecorder({ workers: 1 });
  const open = await device.beginFrame();
  const slice = open.linear.take(16);
  slice.bytes!.fill(0);
  const used = device.heap.used;
  recorder.encoderFor('fill').record({ module, export: 'fillWhenTold', data: { words, slice } });
  while (slice.bytes![0] === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  words[Symbol.dispose]();
  expect(device.heap.used).toBe(used);
  slice.bytes![1] = 1;
  await expect(recorder.finalize()).rejects.toThrow(
    'Cannot execute "fill" in "recorder": it uses buffer "words", which was disposed; record it again',
  );
  expect(device.heap.used).toBeLessThan(used);
  device.endFrame(open);
});

gpuTest('a pass that draws to nothing is refused when it is made', {}, async ({ device }) => {
  await using recorder = device.createRecorder({ workers: 1 });
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  const open = await device.beginFrame();
  expect(thrown(() => recorder.encoderFor('draw', { rendering: {} }))).toBe(
    'Cannot render in "draw": no target is given; give color or depth',
  );
  expect(thrown(() => recorder.encoderFor('draw', { rendering: { depth: { image } } }))).toBe(
    'Cannot draw to image "picture": rgba8unorm is given as depth; give it as color',
  );
  await recorder.finalize();
  device.endFrame(open);
});

gpuTest('work that is none is refused', {}, async ({ device }) => {
  await using recorder = device.createRecorder({ workers: 1 });
  const open = await device.beginFrame();
  const pass = recorder.encoderFor('pass');
  expect(thrown(() => pass.record(undefined as never))).toBe(
    'Cannot record pass "pass" on threads: its module is no URL; give one, as in new URL(\'./passes.ts\', import.meta.url)',
  );
  expect(thrown(() => pass.inline(undefined as never))).toBe(
    'Cannot record inline in pass "pass": undefined is given; give a function',
  );
  await recorder.finalize();
  device.endFrame(open);
});

gpuTest('what a thread leaves behind is given back when its frame is refused', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 16 });
  await using recorder = device.createRecorder({ workers: 1 });
  const open = await device.beginFrame();
  recorder.encoderFor('mark').record({ module, export: 'mark', data: { words, at: 0, word: 7 } });
  await recorder.finalize();
  const [thread] = recorder.threads;
  await thread!.terminate();
  while (recorder.threads[0] === thread) await new Promise((resolve) => setTimeout(resolve, 5));
  const why = 'Cannot pass: the gate is closed; open it';
  const refuse = (): never => {
    throw new Error(why);
  };
  open.record('gate', (encoder) => encoder.beforeSubmit(refuse));
  expect(thrown(() => device.endFrame(open))).toBe(why);
  const mark = (): unknown =>
    recorder.encoderFor('mark').record({ module, export: 'mark', data: { words, at: 0, word: 8 } });
  expect(await frame(device, recorder, mark)).toBe('no error');
  expect((await wordsIn(device, words))[0]).toBe(8);
});

gpuTest('a recorder forgets the transitions of passes that were dropped', {}, async ({ device }) => {
  using image = device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm' });
  using buffer = device.createBuffer({ label: 'pixels', byteLength: 32 });
  await using recorder = device.createRecorder({ workers: 1 });
  recorder.imageWas(image, 'undefined');
  const clear = (): unknown => recorder.encoderFor('clear').record({ module, export: 'clear', data: { image, to: 1 } });
  const fail = (): never => {
    throw new Error('Cannot pass: the gate is closed; open it');
  };
  const dropped = (): void => {
    clear();
    recorder.encoderFor('gate').inline(fail);
  };
  expect(await frame(device, recorder, dropped)).toBe('Cannot pass: the gate is closed; open it');
  const refused = await device.beginFrame();
  clear();
  await recorder.finalize();
  refused.record('gate', (encoder) => encoder.beforeSubmit(fail));
  expect(thrown(() => device.endFrame(refused))).toBe('Cannot pass: the gate is closed; open it');
  const both = (turn: number): void => {
    clear();
    recorder.encoderFor('copy').record({ module, export: 'copyOut', data: { image, buffer, at: 16 * turn } });
  };
  for (let turn = 0; turn < 2; turn++) expect(await frame(device, recorder, () => both(turn))).toBe('no error');
  expect([...new Set(await wordsIn(device, buffer))]).toEqual([0xff0000ff]);
  // The test fails if a layout is another than the validation layer, or the checks, expect.
});
