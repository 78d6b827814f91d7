import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { FormatError, fogSphere, readGrid, readGrids, writeNanoVdb, writeVdb } from '@halocline/vdb';
import { damaged, damages, fixtureFiles, foundFiles, outcome, plainFiles, referenceFiles, survives } from './damage.ts';
import { hasShared } from './shared.ts';

const isLong = process.env['HALOCLINE_LONG'] === '1';

describe('files cut off', () => {
  const words = hasShared ? '' : ' (of the fixtures: no grids beside the checkout)';
  test(`every reference file${words}, at every 64th byte of its first 4 KiB and at 200 places, is a FormatError`, () => {
    // Where its first segment ends, a file of two is whole.
    const whole = { 'multi_2segments_3grids_zip.nvdb': 3901 } as Readonly<Record<string, number>>;
    for (const { name, bytes } of referenceFiles()) {
      const cuts = new Set([
        ...Array.from({ length: 65 }, (_, i) => 64 * i),
        ...Array.from({ length: 200 }, (_, i) => Math.floor((i * bytes.length) / 200)),
      ]);
      const fine = [...cuts].filter(
        (cut) => cut < bytes.length && cut !== whole[name] && !(outcome(bytes.slice(0, cut)) instanceof FormatError),
      );
      expect(`${name}: ${fine.join()}`).toBe(`${name}: `);
    }
  });

  test('small files at every byte leave a grid or a FormatError, however they are read', () => {
    for (const { bytes } of fixtureFiles().filter((file) => file.bytes.length < 3500)) {
      for (let cut = 0; cut < bytes.length; cut += isLong ? 1 : 7) survives(bytes.slice(0, cut));
    }
  });
});

describe('bytes changed', () => {
  const files = [...fixtureFiles(), ...plainFiles()];
  // Seconds in the suite; hours by `npm run fuzz -- vdb`.
  const limit = isLong ? 60_000 : 1500;
  test('leave a grid or a FormatError, and soon', { timeout: limit + 30_000 }, () => {
    fc.assert(
      fc.property(fc.constantFrom(...files), damages, ({ bytes }, changes) => survives(damaged(bytes, changes))),
      { numRuns: 1_000_000, interruptAfterTimeLimit: limit, markInterruptAsFailure: false },
    );
  });

  test.each(foundFiles())('$name, found by the fuzzer, leaves a grid or a FormatError', ({ bytes }) => survives(bytes));
});

describe('lies', () => {
  const fog = fogSphere([20, 20, 20], 5);
  const head = 16 + 176 + 7;

  /** The file with a 64-bit number changed. */
  const changed = (at: number, value: bigint, bytes = writeNanoVdb([fog])): Uint8Array => {
    new DataView(bytes.buffer).setBigInt64(at, value, true);
    return bytes;
  };

  test.each([-1n, 1n << 32n, 1n << 52n, -(1n << 63n)])(
    'of size %i are refused before anything is allocated',
    (value) => {
      const sizes = [16, 24, head + 32, head + 640, head + 672 + 24, head + 736 + 64 + 8];
      const before = process.memoryUsage().arrayBuffers;
      for (const at of sizes) {
        const bytes = changed(at, value);
        expect([at, outcome(bytes) instanceof FormatError || at === head + 640]).toEqual([at, true]);
        survives(bytes);
      }
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 28);
    },
  );

  test.each(['zip', 'blosc'] as const)('a bomb of %s is refused for its claim', (codec) => {
    const bytes = changed(16, 1n << 36n, writeNanoVdb([fog], { codec }));
    expect(outcome(bytes)).toBeInstanceOf(FormatError);
    survives(bytes);
  });

  test('nodes that point at one another or at themselves are refused', () => {
    const upper = head + 736 + 64 + 32;
    const lower = upper + 270_400;
    const bytes = writeNanoVdb([fog]);
    const view = new DataView(bytes.buffer);
    // The first child of the lower node: the upper node, and the lower node itself.
    const slot = Array.from({ length: 4096 }, (_, n) => n).find(
      (n) => (bytes[lower + 544 + (n >> 3)]! >> (n & 7)) & 1,
    )!;
    for (const target of [upper - lower, 0, -lower]) {
      view.setBigInt64(lower + 1088 + 8 * slot, BigInt(target), true);
      expect(outcome(bytes)).toBeInstanceOf(FormatError);
      expect(() => readGrid(bytes, { box: { min: [0, 0, 0], max: [99, 99, 99] } }).leafCount).toThrow(FormatError);
    }
  });

  test('a box in metadata that asks for terabytes is not asked for', () => {
    const huge = {
      file_bbox_min: Int32Array.of(-(2 ** 31), 0, 0),
      file_bbox_max: Int32Array.of(2 ** 31 - 1, 2 ** 30, 9),
    };
    const [grid] = readGrids(writeVdb([fog.with({ metadata: huge })]));
    expect(grid!.activeVoxelCount).toBe(fog.activeVoxelCount);
    const bytes = writeNanoVdb([fog]);
    new DataView(bytes.buffer).setInt32(16 + 100, 2 ** 31 - 1, true);
    new DataView(bytes.buffer).setInt32(head + 736 + 12, 2 ** 31 - 1, true);
    expect(readGrids(bytes)[0]!.indexBounds).toEqual(fog.indexBounds);
  });

  test('a wrong checksum is said, in .nvdb of the grid, in .vdb of the packed values', () => {
    const bytes = writeNanoVdb([fog]);
    bytes[bytes.length - 9]! ^= 4;
    expect(readGrids(bytes)[0]!.checksum).toBe('bad');
    const zipped = writeVdb([fog], { codec: 'zip' });
    zipped[zipped.length - 9]! ^= 4;
    expect(outcome(zipped)).toBeInstanceOf(FormatError);
  });
});
