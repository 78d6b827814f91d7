/** @file `halocline inspect`: what a grid file holds. Needs no Vulkan. */
import type { Grid } from '@halocline/vdb';
import { UsageError, type Words } from './command.ts';
import { readGridFile } from './files.ts';
import { figure } from './table.ts';

type Triple = readonly [number, number, number];
type Value = number | bigint | readonly (number | bigint)[];

/** Everything that `inspect` says of a grid; vectors are x, y, z, boxes are inclusive. */
interface Report {
  readonly name: string;
  readonly type: string;
  readonly class: string;
  readonly voxelSize: readonly number[];
  readonly map: { readonly matrix: readonly number[]; readonly translation: readonly number[] };
  readonly background: Value;
  readonly activeVoxels: number;
  readonly leafCount: number;
  readonly indexBBox: { readonly min: readonly number[]; readonly max: readonly number[] } | null;
  readonly worldBBox: { readonly min: readonly number[]; readonly max: readonly number[] } | null;
  /** Of vectors, those of least and of greatest length. */
  readonly min: Value | null;
  readonly max: Value | null;
  readonly mean: Value | null;
  readonly checksum: string;
  readonly probes: readonly { readonly ijk: Triple; readonly value: Value; readonly active: boolean }[];
}

const single = (values: readonly (number | bigint)[]): Value => (values.length === 1 ? values[0]! : [...values]);

function parseProbe(text: string): Triple {
  const parts = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (parts.length !== 3 || !parts.every((part) => Number.isInteger(part) && Math.abs(part) <= 2 ** 31)) {
    throw new UsageError(`Cannot read option "--probe": "${text}" is not i,j,k of whole numbers`);
  }
  return [parts[0]!, parts[1]!, parts[2]!];
}

function report(grid: Grid, probes: readonly Triple[]): Report {
  const statistics = grid.activeVoxelCount === 0 ? null : grid.statistics();
  return {
    name: grid.name,
    type: grid.type,
    class: grid.gridClass,
    voxelSize: [...grid.voxelSize],
    map: { matrix: [...grid.map.matrix], translation: [...grid.map.translation] },
    background: single(grid.background),
    activeVoxels: grid.activeVoxelCount,
    leafCount: grid.leafCount,
    indexBBox: grid.indexBounds,
    worldBBox: grid.worldBounds,
    min: statistics === null ? null : single(statistics.min),
    max: statistics === null ? null : single(statistics.max),
    mean: statistics === null ? null : single(statistics.mean),
    checksum: grid.checksum,
    probes: probes.map((ijk) => {
      const { value, active } = grid.probe(...ijk);
      return { ijk, value: Array.isArray(value) ? single(value) : value, active };
    }),
  };
}

function print(made: Report): string {
  const box = (bounds: Report['indexBBox']): string =>
    bounds === null ? 'empty' : `${figure(bounds.min)} to ${figure(bounds.max)}`;
  const value = (given: Value | null): string => (given === null ? 'none' : figure(given));
  const byLength = Array.isArray(made.min) ? ' (by length)' : '';
  const rows: [string, string][] = [
    ['type', `${made.type}, ${made.class}`],
    ['voxel size', `${figure(made.voxelSize)} m`],
    ['map', `matrix ${figure(made.map.matrix)}, translation ${figure(made.map.translation)}`],
    ['background', value(made.background)],
    ['active voxels', `${made.activeVoxels.toLocaleString('en')} in ${made.leafCount.toLocaleString('en')} leaves`],
    ['index box', box(made.indexBBox)],
    ['world box', `${box(made.worldBBox)}${made.worldBBox === null ? '' : ' m'}`],
    ['values', `min ${value(made.min)}, max ${value(made.max)}${byLength}, mean ${value(made.mean)}`],
    ['checksum', made.checksum],
    ...made.probes.map(({ ijk, value: found, active }): [string, string] => [
      `at ${ijk.join(',')}`,
      `${value(found)} (${active ? 'active' : 'inactive'})`,
    ]),
  ];
  return `${made.name === '' ? '(no name)' : made.name}\n${rows.map(([name, text]) => `  ${name.padEnd(14)} ${text}`).join('\n')}\n`;
}

/** Does what the words ask for, and gives the exit code. */
export async function run(words: Words): Promise<number> {
  const probes = words.all('probe').map((text) => parseProbe(text));
  const path = words.positionals[0]!;
  const { grids, skipped } = await readGridFile(path);
  const reports = grids.map((grid) => report(grid, probes));
  if (words.has('json')) {
    const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);
    process.stdout.write(`${JSON.stringify({ file: path, grids: reports, skipped }, plain, 2)}\n`);
    return 0;
  }
  const passed = skipped.map(({ name, type, reason }) => `${name} (${type}) is passed over: ${reason}\n`);
  process.stdout.write([...reports.map((made) => print(made)), ...passed].join('\n'));
  return 0;
}
