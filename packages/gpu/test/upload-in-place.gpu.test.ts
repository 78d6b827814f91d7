import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { INCREMENT, wordsPush } from './kernels.ts';

const BYTES = 8 * 2 ** 20;

gpuTest(
  'a large upload comes in its turn, without a submit where the host sees the memory too',
  { memoryLimit: 2 ** 26 },
  async ({ device }) => {
    using buffer = device.createBuffer({ label: 'words', byteLength: BYTES });
    using pipeline = device.createPipeline({
      label: 'increment',
      spirv: await device.compile(INCREMENT, { label: 'increment' }),
    });
    const words = BYTES / 4;
    const increment = () =>
      device.submitOnce('increment', (encoder) =>
        encoder
          .pipeline(pipeline)
          .push(wordsPush(buffer.address, words))
          .dispatch(Math.ceil(words / 64)),
      );
    await device.staging.upload(buffer, 0, new Uint32Array(words).fill(5));
    const { submits } = device.counters;
    const running = increment();
    await device.staging.upload(
      buffer,
      8,
      Uint32Array.from({ length: words - 4 }, () => 40),
    );
    await running;
    await increment();
    if (buffer.visible) expect(device.counters.submits).toBe(submits + 2);
    const read = new Uint32Array((await device.staging.download(buffer)).buffer);
    expect([...read.subarray(0, 4), ...read.subarray(words - 4)]).toEqual([7, 7, 41, 41, 41, 41, 7, 7]);
  },
);

gpuTest('a buffer may be disposed while threads write into it', { memoryLimit: 2 ** 26 }, async ({ device }) => {
  for (let round = 0; round < 8; round++) {
    const buffer = device.createBuffer({ label: 'words', byteLength: 2 * BYTES });
    const upload = device.staging.upload(buffer, 0, new Uint8Array(2 * BYTES));
    for (let turn = 0; turn < round; turn++) await Promise.resolve();
    buffer[Symbol.dispose]();
    await upload.catch((error: unknown) => expect(String(error)).toContain('it was disposed'));
  }
});
