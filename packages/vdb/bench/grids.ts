/**
 * @file How fast work with grids is, against what is asked of it: `node --conditions=@halocline/source packages/vdb/bench/grids.ts`.
 * Prints a table; the mesh is also given to Debian's OpenVDB (python3-openvdb) where that is installed. Times in milliseconds:
 * the first run of a job, with the compiler still at work, and the best of the next ones.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Accessor,
  coordinatesTopology,
  gridFromLeaves,
  GridMap,
  levelSetSphere,
  shellTopology,
  sphereTopology,
  toOnIndex,
} from '@halocline/vdb';
import { type Mesh, meshToLevelSet, VoxelSet } from '@halocline/vdb/tools';

interface Row {
  readonly job: string;
  readonly first: string;
  readonly best: string;
  readonly toReach: string;
  readonly bound: string;
}

const rows: Row[] = [];

function time(body: () => unknown): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

/** Runs a job once, then `again` times. */
function measure(job: string, again: number, limits: { toReach: string; bound: string }, body: () => unknown): void {
  const first = time(body);
  let best = first;
  for (let i = 0; i < again; i++) best = Math.min(best, time(body));
  rows.push({ job, first: `${first.toFixed(1)} ms`, best: `${best.toFixed(1)} ms`, ...limits });
}

function dilation(): void {
  const bound = 'hash look-ups of 26 leaves around each, then words';
  for (const [name, topology] of [
    ['ball', sphereTopology([0.2, 0.3, 0.1], 62.1)],
    ['shell', shellTopology([0.2, 0.3, 0.1], 117, 123)],
  ] as const) {
    const set = new VoxelSet(topology);
    for (const neighbours of [6, 26] as const) {
      const job = `dilate ${name}, ${(set.voxelCount / 1e6).toFixed(2)} M voxels, by 2 (${neighbours})`;
      measure(job, 7, { toReach: '50 ms', bound }, () => set.dilate(2, neighbours));
    }
  }
}

/** A level set of 1.1 M active voxels, read voxel by voxel in the order of the leaves, and in no order. */
function access(): void {
  const grid = levelSetSphere([0, 0, 0], 120);
  const reads = 5_000_000;
  const lists: [string, string, Int32Array][] = [];
  const ordered = new Int32Array(3 * reads);
  const random = new Int32Array(3 * reads);
  const active = grid.activeCoordinates();
  let state = 1;
  for (let n = 0; n < reads; n++) {
    const from = 3 * (n % (active.length / 3));
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const anywhere = 3 * ((state >>> 4) % (active.length / 3));
    for (let a = 0; a < 3; a++) {
      ordered[3 * n + a] = active[from + a]!;
      random[3 * n + a] = active[anywhere + a]!;
    }
  }
  lists.push(['in order of the leaves', '20 M/s', ordered], ['at random', '5 M/s', random]);
  for (const [name, toReach, list] of lists) {
    const accessor = new Accessor(grid.tree);
    let [first, best, sum] = [0, 0, 0];
    for (let run = 0; run < 5; run++) {
      const ms = time(() => {
        for (let n = 0; n < list.length; n += 3) sum += accessor.get(list[n]!, list[n + 1]!, list[n + 2]!);
      });
      const speed = reads / ms / 1000;
      if (run === 0) first = speed;
      best = Math.max(best, speed);
    }
    if (Number.isNaN(sum)) throw new Error('Bug in the benchmark: a value is no number');
    const bound = name === 'at random' ? 'cache misses: table, then values' : 'arithmetic of the look-up';
    rows.push({ job: `get ${name}`, first: `${first.toFixed(1)} M/s`, best: `${best.toFixed(1)} M/s`, toReach, bound });
  }
}

/** A wavy sphere of 2 · 447 · 224 triangles that fills 256³ voxels. */
function mesh(): Mesh {
  const [u, v] = [447, 224];
  const positions: number[] = [];
  const triangles: number[] = [];
  for (let b = 0; b <= v; b++) {
    for (let a = 0; a < u; a++) {
      const [t, p] = [(Math.PI * b) / v, (2 * Math.PI * a) / u];
      const r = 120 + 4 * Math.sin(9 * t) * Math.sin(t) * Math.cos(7 * p);
      positions.push(r * Math.sin(t) * Math.cos(p), r * Math.sin(t) * Math.sin(p), r * Math.cos(t));
      if (b === v) continue;
      const [i, j] = [b * u + a, b * u + ((a + 1) % u)];
      triangles.push(i, i + u, j + u, i, j + u, j);
    }
  }
  return { positions: Float64Array.from(positions), triangles: Uint32Array.from(triangles) };
}

function meshes(): void {
  const source = mesh();
  const job = `mesh of ${source.triangles.length / 3} triangles → level set at 256³`;
  measure(job, 2, { toReach: '5000 ms', bound: 'point–triangle distances' }, () => meshToLevelSet(source));
  const folder = mkdtempSync(join(tmpdir(), 'halocline-bench-'));
  try {
    writeFileSync(join(folder, 'p'), source.positions);
    writeFileSync(join(folder, 't'), source.triangles);
    const program = `
import numpy, time, pyopenvdb as vdb
p = numpy.fromfile('p', dtype=numpy.float64).reshape(-1, 3).astype(numpy.float32)
t = numpy.fromfile('t', dtype=numpy.uint32).reshape(-1, 3)
for i in range(3):
    start = time.perf_counter()
    vdb.FloatGrid.createLevelSetFromPolygons(p, triangles=t, halfWidth=3)
    print((time.perf_counter() - start) * 1000)`;
    const output = execFileSync('/usr/bin/python3', ['-c', program], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    const times = output.trim().split('\n').map(Number);
    rows.push({
      job: '  the same by OpenVDB 10 (C++, all cores)',
      first: `${times[0]!.toFixed(1)} ms`,
      best: `${Math.min(...times).toFixed(1)} ms`,
      toReach: '',
      bound: '',
    });
  } catch {
    rows.push({ job: '  OpenVDB 10: not installed (python3-openvdb)', first: '', best: '', toReach: '', bound: '' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ten million steps of a walk whose steps are long enough to touch some 50,000 leaves. */
function walk(): Int32Array {
  const out = new Int32Array(30_000_000);
  let [x, y, z, state] = [0, 0, 0, 7];
  const limit = (v: number): number => (v > 149 ? 149 : v < -150 ? -150 : v);
  for (let n = 0; n < out.length; n += 3) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    x = limit(x + ((state >>> 10) % 5) - 2);
    y = limit(y + ((state >>> 16) % 5) - 2);
    z = limit(z + ((state >>> 22) % 5) - 2);
    out[n] = x;
    out[n + 1] = y;
    out[n + 2] = z;
  }
  return out;
}

function build(): void {
  const coordinates = walk();
  let leaves = 0;
  const body = (): void => {
    const topology = coordinatesTopology(coordinates);
    const grid = gridFromLeaves({ name: 'walk', type: 'mask', map: GridMap.scale(1), background: [0], ...topology });
    leaves = toOnIndex(grid).leafCount;
  };
  const limits = { toReach: '2000 ms, 1 GiB', bound: 'one hash look-up a change of leaf' };
  const first = time(body);
  const best = Math.min(first, time(body));
  const most = process.resourceUsage().maxRSS / 1024;
  rows.push({
    job: `OnIndex of 10 M coordinates, ${leaves} leaves; process ${most.toFixed(0)} MiB`,
    first: `${first.toFixed(1)} ms`,
    best: `${best.toFixed(1)} ms`,
    ...limits,
  });
}

build(); // first: it tells the most memory that the process ever had
dilation();
access();
meshes();
const heading: Row = { job: 'job', first: 'first', best: 'best', toReach: 'to reach', bound: 'bound by' };
const width = (key: keyof Row): number => Math.max(...[heading, ...rows].map((row) => row[key].length));
process.stdout.write(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`);
for (const row of [heading, ...rows]) {
  const cells = (['job', 'first', 'best', 'toReach', 'bound'] as const).map((key, column) =>
    column === 0 || column === 4 ? row[key].padEnd(width(key)) : row[key].padStart(width(key)),
  );
  process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
}
