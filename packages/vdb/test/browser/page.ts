/**
 * @file What a page does with grids: reads a file of each format from a File and a part of one from a stream, works with them, and
 * writes them again. It uses nothing but what browsers have, and runs in Node, in Node stripped of all that is Node's,
 * and in Chromium, and has to say the same everywhere.
 */
import {
  fogSphere,
  levelSetSphere,
  listGridsFrom,
  readGridFileFrom,
  readGridFrom,
  readGrids,
  toOnIndex,
  writeNanoVdb,
  writeVdb,
} from '@halocline/vdb';
import type { Grid } from '@halocline/vdb';
import { Sampler, validate, VoxelSet } from '@halocline/vdb/tools';

/** A short word on bytes: their number and a sum that tells them apart. */
function digest(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${bytes.length} bytes, ${(hash >>> 0).toString(16)}`;
}

/** What a grid says of itself, and of the values of its voxels. */
function told(grid: Grid): unknown[] {
  const { min, max, mean } = grid.activeVoxelCount > 0 ? grid.statistics() : { min: [], max: [], mean: [] };
  return [String(grid), grid.checksum, [...min, ...max, ...mean].map(Number), validate(grid).length];
}

/** Reads the files (name → bytes), and tells what came of it as plain values. */
export async function run(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): Promise<Record<string, unknown>> {
  const report: Record<string, unknown> = {};
  for (const [name, bytes] of Object.entries(files)) {
    const file = new File([bytes], name);
    const { grids, skipped } = await readGridFileFrom(file);
    const listed = await listGridsFrom(file);
    const box = { min: [0, 0, 0], max: [15, 15, 15] } as const;
    const part = await readGridFrom(file.stream(), { box });
    report[name] = [grids.map(told), skipped, listed.map((entry) => entry.name), told(part)];
  }
  const fog = fogSphere([60, 60, 60], 12, { name: 'density' });
  const surface = levelSetSphere([61, 62, 63], 9, { name: 'surface' });
  for (const codec of ['none', 'zip', 'blosc'] as const) {
    const written = [writeNanoVdb([fog, surface], { codec }), writeVdb([fog, surface], { codec })];
    report[`written, ${codec}`] = written.map(digest);
    report[`read again, ${codec}`] = written.map((bytes) => readGrids(bytes).map(told));
  }
  report['worked'] = [
    new VoxelSet(fog.tree.leaf).dilate(2, 18).voxelCount,
    new Sampler(surface).at(61.5, 62.25, 71.125),
    toOnIndex(fog).coordOf(1000),
  ];
  return report;
}
