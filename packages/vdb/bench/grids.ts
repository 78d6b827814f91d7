/**
 * @file How fast work with grids is, against what is asked of it. The mesh is also given to Debian's OpenVDB (python3-openvdb)
 * where that is installed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
import { timed, unasked } from './table.ts';
import type { Row } from './table.ts';

const rows: Row[] = [];

function time(body: () => unknown): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

/** Runs a job once, then `again` times. */
function measure(job: string, again: number, asked: { limitMs: number; note: string }, body: () => unknown): void {
  const { best, first } = timed(body, 1 + again);
  const { limitMs, note } = asked;
  rows.push({ job, best, first, unit: 'ms', goal: `under ${limitMs} ms`, reached: best < limitMs, note });
}

function dilation(): void {
  const note = 'hash look-ups of 26 leaves around each, then words';
  for (const [name, topology] of [
    ['ball', sphereTopology([0.2, 0.3, 0.1], 62.1)],
    ['shell', shellTopology([0.2, 0.3, 0.1], 117, 123)],
  ] as const) {
    const set = new VoxelSet(topology);
    for (const neighbours of [6, 26] as const) {
      const job = `dilate ${name}, ${(set.voxelCount / 1e6).toFixed(2)} M voxels, by 2 (${neighbours})`;
      measure(job, 7, { limitMs: 50, note }, () => set.dilate(2, neighbours));
    }
  }
}

/** A level set of 1.1 M active voxels, read voxel by voxel in the order of the leaves, and in no order. */
function access(): void {
  const grid = levelSetSphere([0, 0, 0], 120);
  const reads = 5_000_000;
  const lists: [string, number, Int32Array][] = [];
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
  lists.push(['in order of the leaves', 20, ordered], ['at random', 5, random]);
  for (const [name, least, list] of lists) {
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
    const note = name === 'at random' ? 'cache misses: table, then values' : 'arithmetic of the look-up';
    const goal = `at least ${least} M/s`;
    rows.push({ job: `get ${name}`, best, first, unit: 'M/s', goal, reached: best >= least, note });
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
  measure(job, 2, { limitMs: 5000, note: 'point–triangle distances' }, () => meshToLevelSet(source));
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
      ...unasked,
      job: '  the same by OpenVDB 10 (C++, all cores)',
      best: Math.min(...times),
      first: times[0]!,
    });
  } catch {
    // python3-openvdb is not installed: nothing to compare with.
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
  const { best, first } = timed(body, 2);
  const most = process.resourceUsage().maxRSS / 1024;
  rows.push({
    job: `OnIndex of 10 M coordinates, ${leaves} leaves`,
    best,
    first,
    unit: 'ms',
    goal: 'under 2000 ms and 1 GiB',
    reached: best < 2000 && most < 1024,
    note: `the process has had ${most.toFixed(0)} MiB at most; a hash look-up a change of leaf`,
  });
}

/** All rows. */
export function gridRows(): Row[] {
  build(); // first: it tells the most memory that the process ever had
  dilation();
  access();
  meshes();
  return rows;
}
