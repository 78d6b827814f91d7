/** Every type that a field may have: written, read by stencils, exchanged, read, saved, loaded, kept in a checkpoint. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { readGrids, type Grid } from '@halocline/vdb';
import { afterAll, expect, test } from 'vitest';
import { checkDoubles, fillWord, scalarFromWords, scalarWords } from '../src/field-type.ts';
import { Simulation } from '../src/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'halocline-types-'));
afterAll(() => rmSync(folder, { recursive: true }));
const domain = { min: [-5, 0, 0], max: [20, 19, 18] } as const;
const options = { features: ['shaderFloat64', 'storageBuffer16BitAccess'], timeoutMs: 300_000 } as const;

/** What a component of each kind holds at a voxel, its default, and the grid that it is read as. */
const KINDS = {
  f16: { value: (n: number) => Math.f16round(n / 7), start: Math.f16round(0.1), grid: 'f' },
  d: { value: (n: number) => n / 7 + 1e-13 * n, start: 0.1, grid: 'd' },
  i: { value: (n: number) => Math.imul(n, 715_827_883), start: -7, grid: 'd' },
  u: { value: (n: number) => Math.imul(n, 715_827_883) >>> 0, start: 4_000_000_000, grid: 'd' },
  u8: { value: (n: number) => (n * 13) & 255, start: 200, grid: 'f' },
  '': { value: (n: number) => Math.fround(n / 7), start: Math.fround(0.1), grid: 'f' },
} as const;
type Kind = keyof typeof KINDS;

const SCALARS: readonly (readonly [string, Kind, string])[] = [
  ['float32', '', 'float'],
  ['float16', 'f16', 'float'],
  ['float64', 'd', 'double'],
  ['int32', 'i', 'int32'],
  ['uint32', 'u', 'uint32'],
  ['uint8', 'u8', 'uint32'],
];
const TYPES = [
  ...SCALARS.map(([type, kind, grid]) => ({ type, kind, size: 1, grid })),
  ...(Object.keys(KINDS) as Kind[]).flatMap((kind) =>
    [2, 3, 4].map((size) => ({
      type: `${kind}vec${size}`,
      kind,
      size,
      grid: `vec${Math.max(3, size)}${KINDS[kind].grid}`,
    })),
  ),
];
type Row = (typeof TYPES)[number];

const numberAt = (i: number, j: number, k: number, component: number): number =>
  361 * i + 19 * j + k + 7000 * component + 1;

/** A row's value at a voxel. */
function valueAt({ kind, size }: Row, i: number, j: number, k: number): number[] {
  return Array.from({ length: size }, (_, component) => KINDS[kind].value(numberAt(i, j, k, component)));
}

async function withAll(device: Device, subdomains: number): Promise<Simulation> {
  const simulation = await Simulation.create({ device, domain, subdomains });
  for (const row of TYPES) {
    const field = simulation.addField(row.type, row.type, KINDS[row.kind].start);
    await field.write((i, j, k) => valueAt(row, i, j, k));
    const code = `WriteField("${row.type}", idx, ReadField("${row.type}", coord + ivec3(0, 1, 1)));`;
    simulation.addStencil(`move_${row.type}`, { inputs: [row.type], outputs: [row.type], code });
  }
  return simulation;
}

/** How many voxels of a grid are not what the row had `steps` voxels along, or its default beyond the domain. */
function wrongVoxels(grid: Grid, row: Row, steps: number): number {
  let wrong = 0;
  const start = Array.from({ length: row.size }, () => KINDS[row.kind].start);
  for (let i = domain.min[0]; i < domain.max[0]; i++)
    for (let j = 0; j < domain.max[1]; j++)
      for (let k = 0; k < domain.max[2]; k++) {
        const [y, z] = [j + steps, k + steps];
        const wanted = y < domain.max[1] && z < domain.max[2] ? valueAt(row, i, y, z) : start;
        const found = [grid.get(i, j, k)].flat();
        if (!wanted.every((value, at) => Object.is(value, found[at]))) wrong++;
      }
  return wrong;
}

async function check(simulation: Simulation, steps: number): Promise<void> {
  for (const row of TYPES) {
    const grid = await simulation.field(row.type).read();
    expect([row.type, grid.type, wrongVoxels(grid, row, steps)]).toEqual([row.type, row.grid, 0]);
  }
}

for (const subdomains of [1, 3]) {
  gpuTest(`every type keeps its bits through steps, in ${subdomains} subdomains`, options, async ({ device }) => {
    await using simulation = await withAll(device, subdomains);
    await check(simulation, 0);
    for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
    await check(simulation, 3);
  });
}

gpuTest('every type is saved and loaded with its bits, and goes on from a checkpoint', options, async ({ device }) => {
  await using simulation = await withAll(device, 2);
  await simulation.runTimestep(0.1);
  const checkpoint = path.join(folder, 'all.nvdb');
  await simulation.checkpoint(checkpoint);
  for (const row of TYPES) {
    // OpenVDB has no vectors of four.
    for (const ending of row.size === 4 ? ['.nvdb'] : ['.nvdb', '.vdb']) {
      const file = path.join(folder, `${row.type}${ending}`);
      await simulation.save(file, [row.type]);
      const [grid] = readGrids(readFileSync(file));
      expect([row.type, wrongVoxels(grid!, row, 1)]).toEqual([row.type, 0]);
      await simulation.field(row.type).clear();
      await simulation.load(file);
    }
  }
  await check(simulation, 1);
  await using other = await withAll(device, 3);
  await other.resume(checkpoint);
  await check(other, 1);
  await other.runTimestep(0.1);
  await check(other, 2);
});

gpuTest('statistics of every type are those of its numbers', options, async ({ device }) => {
  await using simulation = await withAll(device, 2);
  for (const row of TYPES) {
    const { min, max, mean, count } = await simulation.field(row.type).statistics();
    const all = Array.from({ length: row.size }, (_, component) => {
      const values: number[] = [];
      for (let i = -5; i < 20; i++)
        for (let j = 0; j < 19; j++) for (let k = 0; k < 18; k++) values.push(valueAt(row, i, j, k)[component]!);
      const held = row.kind === '' ? Math.fround : (value: number) => value;
      return [held(Math.min(...values)), held(Math.max(...values)), values.reduce((sum, value) => sum + value, 0)];
    });
    if (['i', 'u', 'u8'].includes(row.kind))
      expect([row.type, mean]).toEqual([row.type, all.map(([, , sum]) => sum! / 8550)]);
    expect([row.type, min, max, count]).toEqual([row.type, all.map(([low]) => low), all.map(([, high]) => high), 8550]);
  }
});

test('a device without doubles refuses them by name', () => {
  const without = [{ device: { name: 'Toy GPU', features: {} } }];
  expect(() => checkDoubles('field "u"', 'float64', without)).toThrow(
    'Cannot add field "u": it is float64, and device "Toy GPU" has no float64 (shaderFloat64); use float32, or another device',
  );
  expect(() => checkDoubles('field "v"', 'dvec3', without)).toThrow(
    'Cannot add field "v": it is dvec3, and device "Toy GPU" has no float64 (shaderFloat64); use vec3, or another device',
  );
  expect(() => checkDoubles('scalar "s"', 'double', without)).toThrow(
    'Cannot add scalar "s": it is double, and device "Toy GPU" has no float64 (shaderFloat64); use float, or another device',
  );
  expect(() => checkDoubles('field "u"', 'float32', without)).not.toThrow();
});

test('words hold every number of a scalar', () => {
  expect(scalarWords('double', 0.1)).toEqual([0x9999999a, 0x3fb99999]);
  expect(scalarWords('float', -0)).toEqual([0x80000000]);
  expect(scalarWords('int', -1)).toEqual([0xffffffff]);
  for (const [type, value] of [
    ['double', 1e-300],
    ['float', 0.5],
    ['int', -9],
    ['uint', 4e9],
    ['bool', 1],
  ] as const) {
    expect(scalarFromWords(type, scalarWords(type, value))).toBe(value);
  }
});

test('a word fills memory where one is enough', () => {
  expect(fillWord('uint8', 3)).toBe(0x03030303);
  expect(fillWord('float16', 1)).toBe(0x3c003c00);
  expect(fillWord('float64', 0)).toBe(0);
  expect(fillWord('float64', 1)).toBe(null);
});
