import { gpuTest } from '@halocline/testing';
import { describe, expect, test } from 'vitest';
import type { FieldDeclaration } from '../src/declarations.ts';
import { FieldStore, spacedBytes } from '../src/field-store.ts';

const MiB = 2 ** 20;
/** Bytes of a leaf of floats. */
const LEAF = 2048;
const heat: FieldDeclaration = {
  key: 'heat',
  name: 'heat',
  level: 0,
  type: 'float32',
  default: [3],
  at: 'center',
  transient: false,
  implicit: false,
};

describe('buffers of fields', () => {
  test('that would lie 2ⁿ + 1 pages of 2 MiB apart, from 32 on, are a page longer', () => {
    expect(spacedBytes(64 * MiB + LEAF)).toBe(66 * MiB + LEAF);
    expect(spacedBytes(512 * MiB + LEAF)).toBe(514 * MiB + LEAF);
    expect(spacedBytes(2 ** 40 + 2 * MiB)).toBe(2 ** 40 + 4 * MiB);
  });

  test('of other lengths, and small ones, are as long as their arrays', () => {
    for (const bytes of [LEAF, 32 * MiB + LEAF, 62 * MiB, 64 * MiB, 66 * MiB + 1, 512 * MiB, 516 * MiB]) {
      expect(spacedBytes(bytes)).toBe(bytes);
    }
  });

  gpuTest('hold their arrays as before, and tell the bytes that they take', {}, async ({ device }) => {
    using pool = device.createPool({ label: 'fields', byteLength: 0, grows: true });
    const capacity = (64 * MiB) / LEAF + 1;
    using store = await FieldStore.create({ number: 0, count: 1, device }, pool, heat, capacity);
    await store.ensureSecondCopy();
    expect([store.componentBytes, store.byteLength, pool.used]).toEqual([
      64 * MiB + LEAF,
      2 * (66 * MiB + LEAF),
      2 * (66 * MiB + LEAF),
    ]);
    const { range } = store.memory(0, 1);
    const last = await device.staging.download(store.copies[1]!, range.byteLength - LEAF, LEAF);
    expect([range, new Set(new Float32Array(last.buffer))]).toEqual([
      { byteOffset: 0, byteLength: 64 * MiB + LEAF },
      new Set([3]),
    ]);
  });
});
