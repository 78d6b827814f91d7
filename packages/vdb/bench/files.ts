/**
 * @file Reading and writing, timed: each job several times in this process, the least and the first (before the engine has
 * compiled anything) told; against Debian's `nanovdb_convert` as a process where it is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync, inflateSync } from 'node:zlib';
import { unzlibSync } from 'fflate';

import { readGrid, readGrids, writeNanoVdb, writeVdb } from '@halocline/vdb';
import type { Grid } from '@halocline/vdb';
import { decodeZip } from '../src/codec.ts';

/** One line of the table. */
export interface Row {
  readonly job: string;
  /** Milliseconds: the least, and the first run's; of a process, both the least. */
  readonly best: number;
  readonly first: number;
  /** What is to be reached, in words, and whether it is; null where nothing is asked. */
  readonly goal: string;
  readonly reached: boolean | null;
  readonly note: string;
}

const shared = process.env['HALOCLINE_SHARED'] ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
const folder = join(shared, 'data/grids/real');

/** Milliseconds of each of `runs` runs. */
function timed(job: () => unknown, runs = 12): { best: number; first: number } {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    job();
    return performance.now() - start;
  });
  return { best: Math.min(...times), first: times[0]! };
}

/** The least milliseconds that a process takes; undefined where it can't be started. Node keeps what it compiles, as in the scripts. */
function timedProcess(command: string, args: readonly string[], cache: string, runs = 7): number | undefined {
  const env = { NODE_COMPILE_CACHE: cache, ...process.env };
  if (spawnSync(command, ['--version']).error !== undefined) return undefined;
  return timed(() => {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`Cannot run ${command}: it ends with ${status}; ${stderr}`);
  }, runs).best;
}

function sumActive(grid: Grid): number {
  const [values] = grid.tree.values;
  let sum = 0;
  grid.forEachActive((_i, _j, _k, n) => void (sum += Number(values![n])));
  return sum;
}

const plain = { goal: '', reached: null, note: '' } as const;

/** Smoke from `.vdb` to `.nvdb`, in this process and as one of its own. */
function conversion(): Row[] {
  const file = join(folder, 'openvdb_smoke.vdb');
  const bytes = new Uint8Array(readFileSync(file));
  const inside = timed(() => writeNanoVdb(readGrids(bytes)), 20);
  const out = mkdtempSync(join(tmpdir(), 'vdb-bench-'));
  try {
    const theirs = timedProcess('nanovdb_convert', ['-f', file, join(out, 'a.nvdb')], out);
    const script = fileURLToPath(new URL('convert.ts', import.meta.url));
    const ours = timedProcess(
      process.execPath,
      ['--conditions=@halocline/source', script, file, join(out, 'b.nvdb')],
      out,
    )!;
    const isThere = theirs !== undefined;
    const said = isThere ? `nanovdb_convert as a process: ${theirs.toFixed(0)} ms` : 'nanovdb_convert is not installed';
    return [
      {
        job: 'openvdb_smoke.vdb → .nvdb, after start-up',
        ...inside,
        goal: 'no slower than nanovdb_convert',
        reached: isThere ? inside.best <= theirs : null,
        note: said,
      },
      {
        job: 'openvdb_smoke.vdb → .nvdb, whole process',
        best: ours,
        first: ours,
        goal: 'within 2.5 × nanovdb_convert',
        reached: isThere ? ours <= 2.5 * theirs : null,
        note: isThere ? `${(ours / theirs).toFixed(2)} × its time` : said,
      },
    ];
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** Unfolding of zlib streams beside fflate and Node's own. */
function inflating(bytes: Uint8Array): Row[] {
  const packed = new Uint8Array(deflateSync(bytes));
  const out = new Uint8Array(bytes.length);
  const speed = (ms: number): string => `${(bytes.length / ms / 1000).toFixed(0)} MB/s`;
  const rows: [string, () => unknown][] = [
    ['zlib stream, ours with its checksum', () => decodeZip(packed, bytes.length)],
    ['zlib stream, fflate', () => unzlibSync(packed, { out })],
    ['zlib stream, Node (C)', () => inflateSync(packed)],
  ];
  return rows.map(([job, run]) => {
    const times = timed(run);
    return { job, ...times, ...plain, note: speed(times.best) };
  });
}

/** All rows; none where the files are not beside the checkout. */
export function fileRows(): Row[] {
  if (!existsSync(folder)) return [];
  const nvdb = new Uint8Array(readFileSync(join(folder, 'fvdb_smoke-blosc.nvdb')));
  const vdb = new Uint8Array(readFileSync(join(folder, 'openvdb_smoke.vdb')));
  const grids = readGrids(nvdb);
  const files: [string, Uint8Array][] = [
    ['.nvdb, none', writeNanoVdb(grids)],
    ['.nvdb, zip', writeNanoVdb(grids, { codec: 'zip' })],
    ['.nvdb, blosc', writeNanoVdb(grids, { codec: 'blosc' })],
    ['.vdb, none', writeVdb(grids)],
    ['.vdb, zip', writeVdb(grids, { codec: 'zip' })],
    ['.vdb, blosc', writeVdb(grids, { codec: 'blosc' })],
  ];
  const box = { min: [40, 100, 40], max: [63, 123, 63] } as const;
  return [
    ...conversion(),
    {
      job: 'fvdb_smoke-blosc.nvdb, every active voxel summed',
      ...timed(() => sumActive(readGrids(nvdb)[0]!)),
      goal: 'at most 1.5 × C++',
      reached: null,
      note: 'the C++ headers of NanoVDB are not installed here',
    },
    { job: 'openvdb_smoke.vdb read (half floats)', ...timed(() => readGrids(vdb)), ...plain },
    ...files.map(([name, bytes]) => ({
      job: `smoke as ${name}: read, with values`,
      ...timed(() => readGrids(bytes)[0]!.tree.values, 6),
      ...plain,
      note: `${(bytes.length / 2 ** 20).toFixed(1)} MiB`,
    })),
    ...files.map(([name, bytes]) => ({
      job: `smoke as ${name}: 24³ voxels of it read`,
      ...timed(() => readGrid(bytes, { box }).tree.values, 6),
      ...plain,
    })),
    ...(['none', 'zip', 'blosc'] as const).flatMap((codec) => [
      { job: `smoke written as .nvdb, ${codec}`, ...timed(() => writeNanoVdb(grids, { codec }), 5), ...plain },
      { job: `smoke written as .vdb, ${codec}`, ...timed(() => writeVdb(grids, { codec }), 5), ...plain },
    ]),
    ...inflating(files[0]![1]),
  ];
}
