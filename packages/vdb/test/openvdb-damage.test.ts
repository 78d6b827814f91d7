import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { FormatError, GridMap, readGridFile, readGrids, TreeBuilder, writeVdb } from '@halocline/vdb';
import { Grid } from '../src/grid.ts';
import { fixture } from './shared.ts';

const files = ['vel_vec3s_blosc_mask.vdb', 'tiles_float_mask.vdb', 'unk_float_zip_mask.vdb'];

/** Reads damaged bytes: a grid or a FormatError, nothing else, and soon. */
function survives(bytes: Uint8Array): void {
  const start = performance.now();
  try {
    for (const grid of readGridFile(bytes).grids) void grid.tree.values;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    expect(error.message).toMatch(/^Cannot read .+ at byte \d+: found .+; expected .+[^.]$/s);
  }
  expect(performance.now() - start).toBeLessThan(2000);
}

describe('damaged .vdb files', () => {
  test.each(files)('%s cut off anywhere is refused', (name) => {
    const bytes = fixture(name);
    const cuts = Array.from({ length: 64 }, (_, i) => i * 64);
    for (let i = 0; i < 60; i++) cuts.push(Math.floor((bytes.length * i) / 60), bytes.length - 1 - i);
    for (const cut of cuts) expect(() => readGridFile(bytes.subarray(0, cut))).toThrow(FormatError);
  });

  test.each(files)('%s with any bytes changed gives a grid or a FormatError', (name) => {
    const bytes = fixture(name);
    const place = fc.oneof(fc.nat(bytes.length - 1), fc.nat(1500));
    const value = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255));
    fc.assert(
      fc.property(fc.array(fc.tuple(place, value), { minLength: 1, maxLength: 4 }), (changes) => {
        const bad = bytes.slice();
        for (const [at, to] of changes) bad[at] = to;
        survives(bad);
      }),
      { numRuns: 150 },
    );
  });

  test('pieces moved, doubled or left out give a grid or a FormatError', () => {
    const bytes = fixture('vel_vec3s_blosc_mask.vdb');
    const place = fc.nat(bytes.length);
    fc.assert(
      fc.property(place, place, place, (a, b, c) => {
        const piece = bytes.subarray(Math.min(a, b), Math.max(a, b));
        survives(Uint8Array.from([...bytes.subarray(0, c), ...piece, ...bytes.subarray(Math.max(a, b))]));
      }),
      { numRuns: 150 },
    );
  });

  test('words of 32 bits set to extremes give a grid or a FormatError', () => {
    const bytes = fixture('vel_vec3s_blosc_mask.vdb');
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < 1100; at += 3) {
      const word = view.getUint32(at, true);
      for (const to of [0, 0x7fffffff, 0x80000000, 0xffffffff, word + 1, word - 1]) {
        view.setUint32(at, to, true);
        survives(bytes);
      }
      view.setUint32(at, word, true);
    }
  });
});

describe('faults are told whole', () => {
  const builder = new TreeBuilder('float', [0]);
  builder.addLeaf(0, 0, 0, new Uint32Array(16).fill(0xffffffff), [Float32Array.from({ length: 512 }, (_, n) => n)]);
  const grid = new Grid({ name: 'density', tree: builder.build(), map: GridMap.scale(1) });
  const bytes = writeVdb([grid], { codec: 'zip' });
  const bad = (change: (view: DataView, copy: Uint8Array) => void): (() => unknown) => {
    const copy = bytes.slice();
    change(new DataView(copy.buffer), copy);
    return () => readGrids(copy);
  };
  const [end] = [bytes.length];
  const find = (text: string): number => Buffer.from(bytes).indexOf(text);
  const offsets = find('Tree_float_5_4_3') + 16 + 4;

  test('another kind of file', () => {
    expect(() => readGrids(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9))).toThrow(FormatError);
  });

  test('a string that would not end', () => {
    expect(bad((view) => view.setUint32(find('density') - 4, 0xfffffff0, true))).toThrow(
      `Cannot read .vdb file at byte ${find('density')}: found ${end - find('density')} bytes to the end of the file; expected name of a grid (4294967280 bytes)`,
    );
  });

  test('offsets outside of the file', () => {
    expect(bad((view) => view.setBigInt64(offsets, -1n, true))).toThrow(
      `Cannot read .vdb file at byte ${offsets}: found -1; expected a grid offset from ${offsets + 24} to ${end}`,
    );
    expect(bad((view) => view.setBigInt64(offsets + 16, 1n << 60n, true))).toThrow(
      `Cannot read .vdb file at byte ${offsets + 16}: found 1152921504606846976; expected an end offset from ${offsets + 24} to ${end}`,
    );
  });

  test('compression of no known kind', () => {
    expect(bad((view) => view.setUint32(offsets + 24, 9, true))).toThrow(
      `Cannot read grid "density" at byte ${offsets + 24}: found 9; expected compression flags from 0 to 7`,
    );
  });

  test('more upper nodes than bytes', () => {
    const root = find('UniformScaleMap') + 15 + 120 + 4 + 4;
    expect(bad((view) => view.setUint32(root + 4, 70000, true))).toThrow(
      `Cannot read grid "density" at byte ${root + 4}: found 70000; expected at most 1 upper nodes in ${end - root - 8} bytes`,
    );
    expect(bad((view) => view.setUint32(root + 8, 5, true))).toThrow(
      `Cannot read grid "density" at byte ${root + 8}: found (5, 0, 0); expected multiples of 4096 as origin`,
    );
  });

  test('a zip stream whose checksum is another', () => {
    expect(bad((_view, copy) => void (copy[end - 1]! ^= 1))).toThrow(
      /^Cannot read grid "density" at byte \d+: found 0x[0-9a-f]{8}; expected checksum 0x[0-9a-f]{8}$/,
    );
  });

  test('a leaf whose two masks differ', () => {
    const blocks = Number(new DataView(bytes.buffer).getBigInt64(offsets + 8, true));
    expect(bad((_view, copy) => void (copy[blocks] = 0))).toThrow(
      `Cannot read grid "density" at byte ${blocks}: found another mask; expected the mask at byte ${blocks - 64} again`,
    );
    expect(bad((_view, copy) => void (copy[blocks + 64] = 7))).toThrow(
      `Cannot read grid "density" at byte ${blocks + 64}: found 7; expected a value code from 0 to 6`,
    );
  });

  test('an instance of a grid that is not there', () => {
    const twice = writeVdb([grid, grid.with({ name: 'copy' })]);
    const parent = Buffer.from(twice).indexOf('density', twice.length - 1000);
    twice.set(Buffer.from('DENSITY'), parent);
    expect(() => readGrids(twice)).toThrow(
      /^Cannot read .vdb file at byte \d+: found none; expected a Tree_float_5_4_3 grid "DENSITY" whose tree "copy" shares$/,
    );
  });
});
