/** What a threaded recorder has room for, and what it lets go of. */
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { Buffer, Device, ThreadedRecorder } from '../src/index.ts';
import { wordsIn } from './kernels.ts';
import { messageOf } from './message-of.ts';

const module = new URL('./recorded-passes.ts', import.meta.url);

/** One frame in which `passes` gives work to the threads. */
async function frame(device: Device, recorder: ThreadedRecorder, passes: () => unknown): Promise<void> {
  const open = await device.beginFrame();
  try {
    passes();
    await recorder.finalize();
  } finally {
    device.endFrame(open);
  }
}

gpuTest('a recorder has as many threads, and secondaries at once, as there is room for', {}, ({ device }) => {
  for (const workers of [0, -1, 1.5, 65, Number.NaN]) {
    expect(messageOf(() => device.createRecorder({ workers }))).toBe(
      `Cannot create a recorder with ${workers} workers: give a whole number from 1 to 64`,
    );
  }
  for (const secondaries of [0, 0.5, 4097]) {
    expect(messageOf(() => device.createRecorder({ workers: 1, secondaries }))).toBe(
      `Cannot create a recorder with ${secondaries} secondaries: give a whole number from 1 to 4096`,
    );
  }
  expect(device.children.size).toBe(0);
});

gpuTest('one frame takes 4,096 functions, and no more', { validation: false }, async ({ device }) => {
  await using recorder = device.createRecorder({ workers: 2 });
  using words = device.createBuffer({ label: 'words', byteLength: 4096 * 4 });
  await frame(device, recorder, () => {
    const pass = recorder.encoderFor('marks');
    const mark = (at: number): unknown => pass.record({ module, export: 'mark', data: { words, at, word: at + 1 } });
    for (let at = 0; at < 4096; at++) mark(at);
    expect(messageOf(() => mark(0))).toBe(
      'Cannot record pass "marks" on threads: 4096 functions wait already; give each more to record',
    );
  });
  expect(await wordsIn(device, words)).toEqual(Array.from({ length: 4096 }, (_, at) => at + 1));
});

gpuTest('data that is larger than the memory for it makes that grow', {}, async ({ device }) => {
  await using recorder = device.createRecorder({ workers: 1 });
  using words = device.createBuffer({ label: 'words', byteLength: 16 });
  const read: (number | undefined)[] = [];
  for (const length of [10, 100_000, 20_000_000, 5]) {
    const data = { words, text: 'x'.repeat(length) };
    await frame(device, recorder, () => recorder.encoderFor('measure').record({ module, export: 'measure', data }));
    read.push((await wordsIn(device, words))[0]);
  }
  expect(read).toEqual([10, 100_000, 20_000_000, 5]);
});

gpuTest('threads forget what was disposed between two frames', {}, async ({ device }) => {
  await using recorder = device.createRecorder({ workers: 1 });
  using words = device.createBuffer({ label: 'words', byteLength: 16 });
  const known = async (others: readonly Buffer[]): Promise<number | undefined> => {
    await frame(device, recorder, () => {
      const pass = recorder.encoderFor('count');
      for (const each of others) pass.record({ module, export: 'mark', data: { words: each, at: 0, word: 1 } });
      pass.record({ module, export: 'countBuffers', data: { words } });
    });
    return (await wordsIn(device, words))[0];
  };
  const before = (await known([]))!;
  using stack = new DisposableStack();
  const others = Array.from({ length: 5 }, () => stack.use(device.createBuffer({ label: 'other', byteLength: 16 })));
  expect(await known(others)).toBe(before + 5);
  expect(await known([])).toBe(before + 5);
  stack.dispose();
  expect(await known([])).toBe(before);
});

gpuTest(
  'images of any number go from layout to layout, each in its pass',
  { validation: false },
  async ({ device }) => {
    await using recorder = device.createRecorder({ workers: 1 });
    using buffer = device.createBuffer({ label: 'pixels', byteLength: 64 });
    for (let crossed = 0; crossed < 65_536; crossed += 4096) {
      using stack = new DisposableStack();
      const others = Array.from({ length: 4096 }, () =>
        stack.use(device.createBuffer({ label: 'other', byteLength: 16 })),
      );
      const data = { words: buffer, at: 0, word: 1, others };
      await frame(device, recorder, () => recorder.encoderFor('mark').record({ module, export: 'mark', data }));
    }
    using image = device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm' });
    recorder.imageWas(image, 'undefined');
    await frame(device, recorder, () => {
      recorder.encoderFor('clear').record({ module, export: 'clear', data: { image, to: 1 } });
      recorder.encoderFor('copy').record({ module, export: 'copyOut', data: { image, buffer, at: 0 } });
    });
    expect((await wordsIn(device, buffer)).slice(0, 4)).toEqual([0xff0000ff, 0xff0000ff, 0xff0000ff, 0xff0000ff]);
  },
);
