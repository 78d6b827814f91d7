import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { messageOf } from './message-of.ts';

// A process tells so many apart: no other test may stand in this file, as each file has a process of its own.
gpuTest('raw usages are followed as long as there are bits for them, and refused in words beyond', {}, ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const touched = (access: bigint): string =>
    messageOf(() => {
      using _ = device.record('step', (encoder) =>
        encoder.touches(words, { stage: 0x1000n, access }).copy(words, 0, words, 32, 32),
      );
    });
  // Each a pair of a copy's stage and of accesses that no word has: bits of no meaning make them many.
  const access = (at: number): bigint => 0x800n | (BigInt(at + 1) << 32n);
  const told = Array.from({ length: 32 }, (_, at) => touched(access(at)));
  const first = told.findIndex((each) => each !== 'no error');
  expect(first).toBeGreaterThanOrEqual(10);
  for (const each of told.slice(first)) {
    expect(each).toMatch(/^Cannot track raw usage 4096 \d+: \d+ others are known; use words$/u);
  }
  expect([touched(access(0)), touched(access(first - 1))]).toEqual(['no error', 'no error']);
});
