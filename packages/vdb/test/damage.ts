/** What the tests of damaged files and `npm run fuzz -- vdb` share: which files, which damage, and what may come of it. */
import * as fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import {
  fogSphere,
  FormatError,
  gridFromLeaves,
  levelSetSphere,
  listGrids,
  readGrid,
  readGridFile,
  toOnIndex,
  writeNanoVdb,
  writeVdb,
} from '@halocline/vdb';
import type { Grid } from '@halocline/vdb';
import { hasShared, sharedFile } from './shared.ts';

/** A file that is whole. */
export interface WholeFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));
const shared = process.env['HALOCLINE_SHARED'] ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
const isGridFile = (name: string): boolean => /\.n?vdb$/.test(name);

/** The fixtures of the reference writers. */
export function fixtureFiles(): WholeFile[] {
  const names = readdirSync(fixtures).filter(isGridFile);
  return names.map((name) => ({ name, bytes: new Uint8Array(readFileSync(`${fixtures}${name}`)) }));
}

/** What the fuzzer found once: bytes that made a reader fail in another way than it may. */
export function foundFiles(): WholeFile[] {
  const names = readdirSync(`${fixtures}found`).filter((name) => name.endsWith('.bin'));
  return names.map((name) => ({ name, bytes: new Uint8Array(readFileSync(`${fixtures}found/${name}`)) }));
}

/** All files of the reference writers, where they lie beside the checkout; else the fixtures. */
export function referenceFiles(): WholeFile[] {
  if (!hasShared) return fixtureFiles();
  const names = readdirSync(`${shared}/data/grids/reference`).filter(isGridFile);
  return names.map((name) => ({ name, bytes: sharedFile(`reference/${name}`) }));
}

/** Small files whose every byte is structure or values: nothing is hidden by a codec. */
export function plainFiles(): WholeFile[] {
  const fog = fogSphere([20, 20, 20], 5);
  const { origins, masks } = fog.tree.leaf;
  const { name, map, background } = fog;
  const fpn = gridFromLeaves({ name, type: 'fpn', map, background, origins, masks, values: [...fog.tree.values] });
  // Without offsets the reader has to go through all there is: nothing tells beforehand that a file was cut off.
  const onward = writeVdb([levelSetSphere([0, 0, 0], 4, { name: 'surface' })]);
  onward[20] = 0;
  const files: [string, Uint8Array][] = [
    ['fog.nvdb', writeNanoVdb([fog])],
    ['index.nvdb', writeNanoVdb([toOnIndex(fog, { channel: true })])],
    ['long-name.nvdb', writeNanoVdb([fog.with({ name: 'x'.repeat(280) })], { compat: true })],
    ['fpn.nvdb', writeNanoVdb([fpn])],
    ['two.vdb', writeVdb([fog, levelSetSphere([0, 0, 0], 4, { name: 'surface' }), fog.with({ name: 'twin' })])],
    ['onward.vdb', onward],
    ['half-zip.vdb', writeVdb([fog], { half: true, codec: 'zip' })],
  ];
  return files.map(([fileName, bytes]) => ({ name: fileName, bytes }));
}

function readAll(grid: Grid): void {
  const { leaf } = grid.tree;
  if (leaf.count > 0) grid.get(leaf.origins[0]!, leaf.origins[1]!, leaf.origins[2]!);
  void grid.indexBounds;
  String(grid);
}

/** What came of a reading: grids, or the error. Any error but `FormatError` (of `readGrid`, `RangeError` too) is thrown on. */
export function outcome(bytes: Uint8Array): number | FormatError {
  try {
    const { grids } = readGridFile(bytes);
    for (const grid of grids) readAll(grid);
    return grids.length;
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}

/** Milliseconds that this thread has worked: what waits for other programs is no fault of a reader's. */
function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Reads damaged bytes in every way there is, and demands a grid or a whole FormatError each time, within `limitMs` of work in all. */
export function survives(bytes: Uint8Array, limitMs = 4000): void {
  const start = workedMs();
  const result = outcome(bytes);
  if (
    result instanceof FormatError &&
    !/^Cannot read .+ at byte \d+: found .+; expected .+[^.]$/s.test(result.message)
  ) {
    throw new Error(`The error is not whole: ${result.message}`);
  }
  const box = { min: [16, 16, 16], max: [23, 23, 23] } as const;
  const readings = [
    () => void listGrids(bytes),
    () => readAll(readGrid(bytes)),
    () => readAll(readGrid(bytes, { index: 1 })),
    () => readAll(readGrid(bytes, { box })),
  ];
  for (const read of readings) {
    try {
      read();
    } catch (error) {
      const isMissing = error instanceof RangeError && error.message.startsWith('Cannot read grid');
      if (!(error instanceof FormatError) && !isMissing) throw error;
    }
  }
  const took = workedMs() - start;
  if (took > limitMs) throw new Error(`Reading ${bytes.length} bytes took ${took.toFixed(0)} ms`);
}

/** One thing done to bytes. Places are shares of the file, most of them near its start, where the structure is. */
export type Damage =
  | { readonly kind: 'set'; readonly at: number; readonly value: number; readonly length: number }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'word'; readonly at: number; readonly value: number }
  | { readonly kind: 'long'; readonly at: number; readonly value: bigint }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'move'; readonly at: number; readonly from: number; readonly length: number };

const place = fc.oneof(fc.double({ min: 0, max: 0.02, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    at: place,
    value: fc.nat(255),
    length: fc.constantFrom(1, 2, 4, 8, 64),
  }),
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('word' as const), at: place, value: fc.constantFrom(...extremes) }),
  fc.record({
    kind: fc.constant('long' as const),
    at: place,
    value: fc.constantFrom(0n, -1n, 1n << 32n, 1n << 53n, 1n << 62n, -(1n << 63n), -32n, 736n, 64n),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('move' as const), at: place, from: place, length: fc.constantFrom(4, 8, 32, 64, 512) }),
);

/** One to four damages. */
export const damages: fc.Arbitrary<Damage[]> = fc.array(damage, { minLength: 1, maxLength: 4 });

/** The bytes, damaged. */
export function damaged(bytes: Uint8Array, changes: readonly Damage[]): Uint8Array {
  let out = bytes.slice();
  for (const change of changes) {
    if (out.length < 16) return out;
    // Fields stand on multiples of four, by and large.
    const at = Math.min(out.length - 8, Math.floor(change.at * out.length));
    const view = new DataView(out.buffer, out.byteOffset, out.length);
    if (change.kind === 'set') out.fill(change.value, at, at + change.length);
    else if (change.kind === 'flip') out[at]! ^= 1 << change.bit;
    else if (change.kind === 'word') view.setUint32(at & ~3, change.value, true);
    else if (change.kind === 'long') view.setBigInt64(at & ~3, change.value, true);
    else if (change.kind === 'cut') out = out.slice(0, at);
    else {
      const from = Math.floor(change.from * out.length);
      out.copyWithin(at, from, Math.min(out.length, from + change.length));
    }
  }
  return out;
}
