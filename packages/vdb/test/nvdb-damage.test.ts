import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, fogSphere, readGridFile, readGrids, toOnIndex, writeNanoVdb } from '@halocline/vdb';
import type { Grid } from '@halocline/vdb';
import { fixture } from './shared.ts';

/** Reads everything that a file offers; anything but a FormatError is a fault of ours. */
function readAll(bytes: Uint8Array): readonly Grid[] | FormatError {
  try {
    const { grids } = readGridFile(bytes);
    for (const grid of grids) {
      if (grid.tree.leaf.count > 0)
        grid.tree.get(...([...grid.tree.leaf.origins.subarray(0, 3)] as [number, number, number]));
      grid.statistics();
      String(grid);
    }
    return grids;
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}

const packed = [
  'multi_2segments_3grids_zip',
  'tiles_float_longname_zip',
  'fog_onindex_nostats_tiles_ch1_zip',
  'old_vel_vec3f_zip',
];
/** Small unpacked files: every byte of them is structure or values, none is hidden by a codec. */
const plain = [
  writeNanoVdb([fogSphere([20, 20, 20], 5)]),
  writeNanoVdb([toOnIndex(fogSphere([20, 20, 20], 9), { channel: true })]),
  writeNanoVdb([fogSphere([20, 20, 20], 4, { name: 'x'.repeat(280) })], { compat: true }),
];

describe('damaged .nvdb', () => {
  test.each(packed)('%s cut off anywhere is an error that says where', (name) => {
    const file = fixture(`${name}.nvdb`);
    const cuts = [
      ...Array.from({ length: 64 }, (_, i) => 64 * i),
      ...Array.from({ length: 200 }, (_, i) => Math.floor((i * file.length) / 200)),
    ];
    const wholeSegments = name.startsWith('multi') ? 1 : 0;
    let fine = 0;
    for (const cut of new Set(cuts.filter((at) => at < file.length))) {
      const result = readAll(file.slice(0, cut));
      if (result instanceof FormatError) expect(result.offset).toBeLessThanOrEqual(file.length);
      else fine++;
    }
    expect(fine).toBeLessThanOrEqual(wholeSegments);
  });

  test('an unpacked file cut off anywhere is an error', () => {
    for (const file of plain) {
      for (let i = 0; i < 200; i++)
        expect(readAll(file.slice(0, Math.floor((i * file.length) / 200)))).toBeInstanceOf(FormatError);
    }
  });

  test(
    'bytes changed in heads and nodes give an error or a grid, never a crash, a hang or a flood',
    { timeout: 60_000 },
    () => {
      const change = fc.record({
        at: fc.oneof(fc.nat(1200), fc.nat(400_000)),
        value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)),
        length: fc.constantFrom(1, 1, 4, 8),
      });
      fc.assert(
        fc.property(fc.constantFrom(...plain), fc.array(change, { minLength: 1, maxLength: 4 }), (file, changes) => {
          const bytes = file.slice();
          for (const { at, value, length } of changes)
            bytes.fill(value, at % bytes.length, (at % bytes.length) + length);
          readAll(bytes);
        }),
        { numRuns: 400 },
      );
    },
  );

  test('a checksum tells of a changed value', () => {
    const file = writeNanoVdb([fogSphere([20, 20, 20], 5)]);
    file[file.length - 20]! ^= 1;
    expect(readGrids(file)[0]!.checksum).toBe('bad');
  });

  test('messages are whole', () => {
    const message = (bytes: Uint8Array): string => {
      const result = readAll(bytes);
      return result instanceof FormatError ? result.message : 'no error';
    };
    const file = plain[0]!;
    const changed = (at: number, ...values: number[]): Uint8Array => {
      const bytes = file.slice();
      bytes.set(values, at);
      return bytes;
    };
    const grid = 16 + 176 + 7;
    expect(message(new Uint8Array(0))).toMatchInlineSnapshot(
      `"Cannot read grids: the file at byte 0: found no bytes; expected a NanoVDB or OpenVDB file"`,
    );
    expect(message(new TextEncoder().encode('not a grid'))).toMatchInlineSnapshot(
      `"Cannot read grids: the file at byte 0: found bytes 6e 6f 74 20 61 20 67 72; expected a NanoVDB or OpenVDB file"`,
    );
    expect(message(file.slice(0, 100))).toMatchInlineSnapshot(
      `"Cannot read NanoVDB file: its grid metadata at byte 16: found the end of the file after 84; expected 176 bytes"`,
    );
    expect(message(file.slice(0, 5000))).toMatchInlineSnapshot(
      `"Cannot read NanoVDB file: its payload of grid "sphere" at byte 199: found the end of the file after 4801; expected 354400 bytes"`,
    );
    expect(message(changed(8, 0, 0, 32, 8))).toMatchInlineSnapshot(
      `"Cannot read NanoVDB file: its version at byte 8: found 65.0.0; expected a version 32.x"`,
    );
    expect(message(changed(14, 7))).toMatchInlineSnapshot(
      `"Cannot read NanoVDB file: its codec at byte 14: found 7; expected 0 (none), 1 (zip) or 2 (blosc)"`,
    );
    expect(message(changed(grid + 32, 255, 255, 255, 255, 255, 255, 255, 255))).toMatchInlineSnapshot(
      `"Cannot read grid "sphere": its size at byte 231: found 18446744073709551615; expected a number below 2^53"`,
    );
    expect(message(changed(grid + 636, 99))).toMatchInlineSnapshot(
      `"Cannot read grid "sphere": its type at byte 835: found 99; expected a type from 0 to 26"`,
    );
    expect(message(changed(grid + 736 + 24, 255, 255, 255, 255))).toMatchInlineSnapshot(
      `"Cannot read grid "sphere": its root table at byte 999: found 353600 bytes to the grid's end; expected 137438953440 bytes"`,
    );
    expect(message(changed(grid + 736 + 64 + 8, 8))).toMatchInlineSnapshot(
      `"Cannot read grid "sphere": its upper node at byte 943: found 744; expected an offset that is a multiple of 32"`,
    );
    expect(message(changed(grid + 672 + 32, 77))).toMatchInlineSnapshot(
      `"Cannot read grid "sphere": its count of leaves at byte 903: found 77; expected the 23 that its tree has"`,
    );
  });

  test('a node that many slots name is refused, not read many times', () => {
    const bytes = plain[0]!.slice();
    const upper = 16 + 176 + 7 + 736 + 64 + 32;
    // Every slot of the first upper node becomes a child at the same place.
    bytes.fill(255, upper + 4128, upper + 4128 + 4096);
    expect(readAll(bytes)).toBeInstanceOf(FormatError);
  });

  test('a points grid is passed over with a word while the others load', () => {
    const file = writeNanoVdb([
      fogSphere([20, 20, 20], 4, { name: 'points' }),
      fogSphere([20, 20, 20], 4, { name: 'fog' }),
    ]);
    const first = 16 + 2 * 176 + 7 + 4;
    file[first + 636] = 23;
    const { grids, skipped } = readGridFile(file);
    expect(grids.map((grid) => grid.name)).toEqual(['fog']);
    expect(skipped).toEqual([
      { name: 'points', type: 'PointIndex', reason: 'it holds points; grids of values are read' },
    ]);
  });
});
