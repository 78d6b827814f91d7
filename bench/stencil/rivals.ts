/** @file The rivals: programs that are built and run where CUDA, NanoVDB's headers or Warp are; else a line says what is missing. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GridMap, indexGrid } from '@halocline/vdb';
import { boxTopology } from '../../packages/engine/src/topology.ts';

/** What a rival tells of one launch. */
export interface Rival {
  readonly name: string;
  readonly edge: number;
  /** Who, and in which way. */
  readonly by: string;
  readonly voxelsPerSecond: number;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Runs a program; gives what it wrote, or the last line of its complaint. */
function attempt(command: string, args: readonly string[], cwd: string): { output: string } | { trouble: string } {
  const ended = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 240_000 });
  if (ended.error) return { trouble: `${command} is not there (${(ended.error as NodeJS.ErrnoException).code})` };
  if (ended.status === 0) return { output: ended.stdout };
  const lines = ended.stderr.trim().split('\n');
  return { trouble: `${command} ended with ${ended.status}: ${lines.at(-1)}` };
}

function parse(output: string, by: (line: { block?: string; way?: string }) => string): Rival[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const told = JSON.parse(line) as Rival & { block?: string; way?: string };
    return { name: told.name, edge: told.edge, by: by(told), voxelsPerSecond: told.voxelsPerSecond };
  });
}

/** All rivals that can be had. `say` gets a line for each that can't. */
export function runRivals(edge: number, say: (line: string) => void): Rival[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'halocline-rivals-'));
  try {
    return [...denseCuda(folder, say), ...nanoVdb(folder, edge, say), ...warp(folder, edge, say)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function denseCuda(folder: string, say: (line: string) => void): Rival[] {
  const built = attempt('nvcc', ['-O3', '-arch=native', here('dense.cu'), '-o', 'dense'], folder);
  const ran = 'trouble' in built ? built : attempt(path.join(folder, 'dense'), [], folder);
  if ('output' in ran) return parse(ran.output, ({ block }) => `dense CUDA, ${block}`);
  say(`No dense CUDA: ${ran.trouble}`);
  return [];
}

function nanoVdb(folder: string, edge: number, say: (line: string) => void): Rival[] {
  const headers = process.env['NANOVDB_INCLUDE'] ?? '/usr/include';
  const built = attempt('nvcc', ['-O3', '-arch=native', '-I', headers, here('nanovdb.cu'), '-o', 'nanovdb'], folder);
  if ('trouble' in built) {
    say(`No NanoVDB: ${built.trouble}`);
    return [];
  }
  const { origins, masks } = boxTopology({ min: [0, 0, 0], max: [edge, edge, edge] });
  const offsets = (leaf: number): number => 512 * (leaf + 1);
  const grid = indexGrid({ name: 'bench', map: GridMap.scale(1), origins, masks, offsets });
  writeFileSync(path.join(folder, 'grid'), grid);
  const ran = attempt(path.join(folder, 'nanovdb'), ['grid', String(edge)], folder);
  if ('output' in ran) return parse(ran.output, ({ way }) => `NanoVDB, ${way}`);
  say(`No NanoVDB: ${ran.trouble}`);
  return [];
}

function warp(folder: string, edge: number, say: (line: string) => void): Rival[] {
  const ran = attempt('python3', [here('warp_laplacian.py'), String(edge)], folder);
  if ('output' in ran) return parse(ran.output, ({ way }) => way!);
  say(`No Warp: ${ran.trouble}`);
  return [];
}
