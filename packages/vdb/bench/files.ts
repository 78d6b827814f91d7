/**
 * @file Reading and writing, timed: each job several times in this process, the least and the first told; against Debian's
 * `nanovdb_convert` as a process and a C++ program on NanoVDB's headers, where they are installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync, inflateSync } from 'node:zlib';
import { unzlibSync } from 'fflate';

import { readGrid, readGrids, writeNanoVdb, writeVdb } from '@halocline/vdb';
import { decodeZip } from '../src/codec.ts';
import { timed, unasked } from './table.ts';
import type { Row } from './table.ts';

const shared = process.env['HALOCLINE_SHARED'] ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
const folder = join(shared, 'data/grids/real');

/** What `sum.ts` and `sum.cpp` print: the sum, the least milliseconds and the first. */
function summedBy(command: string, args: readonly string[]): { sum: number; best: number; first: number } {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Cannot run ${command}: it ends with ${status}; ${stderr}`);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  const times = lines.map((line) => line[1]!);
  return { sum: lines[0]![0]!, best: Math.min(...times), first: times[0]! };
}

/** Reading and summing beside C++ on Debian's NanoVDB headers, each in processes of its own, turn by turn. */
function summing(): Row {
  const file = join(folder, 'fvdb_smoke-blosc.nvdb');
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const out = mkdtempSync(join(tmpdir(), 'vdb-bench-'));
  try {
    const program = join(out, 'sum');
    const flags = ['-O3', '-std=c++17', '-DNANOVDB_USE_BLOSC', '-DNANOVDB_USE_ZIP'];
    const isThere = spawnSync('c++', [...flags, here('sum.cpp'), '-o', program, '-lblosc', '-lz']).status === 0;
    const [ours, theirs] = [{ best: Infinity, first: NaN }, { best: Infinity }];
    for (let turn = 0; turn < 5; turn++) {
      const own = summedBy(process.execPath, ['--conditions=@halocline/source', here('sum.ts'), file, '100']);
      ours.best = Math.min(ours.best, own.best);
      ours.first = own.first;
      if (!isThere) continue;
      const other = summedBy(program, [file, '100']);
      theirs.best = Math.min(theirs.best, other.best);
      if (own.sum !== other.sum) throw new Error(`Bug in the benchmark: the sum is ${own.sum}, in C++ ${other.sum}`);
    }
    const said = `C++ ${theirs.best.toFixed(1)} ms, ours ${(ours.best / theirs.best).toFixed(2)} times it; LZ4 and memory`;
    return {
      job: 'fvdb_smoke-blosc.nvdb: read, every active voxel summed',
      ...ours,
      unit: 'ms',
      goal: 'at most 1.5 × C++',
      reached: isThere ? ours.best <= 1.5 * theirs.best : null,
      note: isThere ? said : 'no C++ compiler with libnanovdb-dev, libblosc-dev and zlib1g-dev is installed',
    };
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** The least milliseconds of each of these processes, run turn by turn; undefined for one that can't be started. */
function timedProcesses(commands: readonly (readonly string[])[], cache: string): (number | undefined)[] {
  const env = { NODE_COMPILE_CACHE: cache, ...process.env };
  const least = commands.map(([name]) => (spawnSync(name!, ['--version']).error === undefined ? Infinity : undefined));
  for (let turn = 0; turn < 12; turn++) {
    commands.forEach(([name, ...args], n) => {
      if (least[n] === undefined) return;
      const start = performance.now();
      const { status, stderr } = spawnSync(name!, args, { encoding: 'utf8', env });
      if (status !== 0) throw new Error(`Cannot run ${name}: it ends with ${status}; ${stderr}`);
      least[n] = Math.min(least[n], performance.now() - start);
    });
  }
  return least;
}

/** Smoke from `.vdb` to `.nvdb`, in this process and by the command line as one of its own. */
function conversion(): Row[] {
  const file = join(folder, 'openvdb_smoke.vdb');
  const bytes = new Uint8Array(readFileSync(file));
  const inside = timed(() => writeNanoVdb(readGrids(bytes)), 20);
  const out = mkdtempSync(join(tmpdir(), 'vdb-bench-'));
  try {
    const main = fileURLToPath(new URL('../../halocline/dist/main.js', import.meta.url));
    if (!existsSync(main)) throw new Error('Cannot measure halocline convert: nothing is built; run npm run build');
    const [theirs, ours, empty] = timedProcesses(
      [
        ['nanovdb_convert', '-f', file, join(out, 'a.nvdb')],
        [process.execPath, main, 'convert', file, join(out, 'b.nvdb'), '--codec', 'none'],
        [process.execPath, '-e', '0'],
      ],
      out,
    );
    const isThere = theirs !== undefined;
    const said = isThere ? `nanovdb_convert as a process: ${theirs.toFixed(0)} ms` : 'nanovdb_convert is not installed';
    const share = isThere ? `${(ours! / theirs).toFixed(2)} times it` : said;
    return [
      {
        job: 'openvdb_smoke.vdb → .nvdb, after start-up',
        ...inside,
        unit: 'ms',
        goal: 'no slower than nanovdb_convert',
        reached: isThere ? inside.best <= theirs : null,
        note: `${said}; statistics and checksum of every voxel`,
      },
      {
        job: 'openvdb_smoke.vdb → .nvdb, halocline convert as a process',
        best: ours!,
        first: ours!,
        unit: 'ms',
        goal: 'within 2.5 × nanovdb_convert',
        reached: isThere ? ours! <= 2.5 * theirs : null,
        note: `${share}; Node alone takes ${empty!.toFixed(0)} ms, its modules 30, the rest runs before it is compiled`,
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
    return { job, ...times, ...unasked, note: speed(times.best) };
  });
}

/** What is asked of files; none where they are not beside the checkout. */
export function askedFileRows(): Row[] {
  return existsSync(folder) ? [...conversion(), summing()] : [];
}

/** What else is done with files; none where they are not beside the checkout. */
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
    { job: 'openvdb_smoke.vdb read (half floats)', ...timed(() => readGrids(vdb)), ...unasked },
    ...files.map(([name, bytes]) => ({
      job: `smoke as ${name}: read, with values`,
      ...timed(() => readGrids(bytes)[0]!.tree.values, 6),
      ...unasked,
      note: `${(bytes.length / 2 ** 20).toFixed(1)} MiB`,
    })),
    ...files.map(([name, bytes]) => ({
      job: `smoke as ${name}: 24³ voxels of it read`,
      ...timed(() => readGrid(bytes, { box }).tree.values, 6),
      ...unasked,
    })),
    ...(['none', 'zip', 'blosc'] as const).flatMap((codec) => [
      { job: `smoke written as .nvdb, ${codec}`, ...timed(() => writeNanoVdb(grids, { codec }), 5), ...unasked },
      { job: `smoke written as .vdb, ${codec}`, ...timed(() => writeVdb(grids, { codec }), 5), ...unasked },
    ]),
    ...inflating(files[0]![1]),
  ];
}
