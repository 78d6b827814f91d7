/**
 * @file Pairs of stencils of which the later reads around what the earlier one writes: two passes over memory, or one that computes
 * the earlier one again at each voxel that is read. Where the one wins is where the rule of fusing has its bound.
 */
import type { Device } from '@halocline/gpu';
import {
  bytesPerVoxel,
  compileStencil,
  fieldsAgain,
  fuseStencils,
  whyNotFused,
  whyNotWorth,
  type EmitOptions,
  type Environment,
  type FieldType,
  type Stencil,
} from '@halocline/stencil';
import { raggedShareOf } from '../../packages/engine/src/topology.ts';
import { shapeOfStencil } from '../../packages/stencil/src/emit/emit.ts';
import { priceOf } from '../../packages/stencil/src/fuse/worth.ts';
import { Kernel } from './measure.ts';
import { World, type Filling } from './world.ts';

const FIELDS: Readonly<Record<string, FieldType>> = {
  u: 'float32',
  v: 'float32',
  w: 'float32',
  a: 'float32',
  f: 'vec3',
};
const environment: Environment = { fields: new Map(Object.entries(FIELDS)), parameters: new Map(), scalars: new Map() };
const NOWHERE = { parameters: new Map<string, number>(), scalars: new Map<string, number>() };

const read = (field: string, x: number, y: number, z: number): string =>
  `ReadField("${field}", coord + ivec3(${x}, ${y}, ${z}))`;
const scaled = (rounds: number, from = 'u', to = 'v'): string =>
  `float x = ReadField("${from}", coord); ${'x = 0.75 * x + 0.25; '.repeat(rounds)} WriteField("${to}", idx, x);`;
const seven = (from: string, to: string): string => `WriteField("${to}", idx, Laplacian("${from}"));`;
const CUBE = Array.from({ length: 27 }, (_, n) =>
  read('v', Math.floor(n / 9) - 1, (Math.floor(n / 3) % 3) - 1, (n % 3) - 1),
);
const box = `WriteField("w", idx, (${CUBE.join(' + ')}) * ${1 / 27});`;
const difference = `WriteField("w", idx, ${read('v', 0, 0, 0)} - ${read('v', -1, 0, 0)});`;

const scaledInto = (name: string, later: string, rounds: readonly number[]): Record<string, readonly string[]> =>
  Object.fromEntries(rounds.map((each) => [`${2 * each} operations → ${name}`, [scaled(each), later]]));
const ahead = (axis: number): string => {
  const part = `f_${'xyz'[axis]}`;
  const [x, y, z] = [0, 1, 2].map((other) => (other === axis ? 1 : 0)) as [number, number, number];
  return `${read(part, x, y, z)} - ${read(part, 0, 0, 0)}`;
};

/** Stencils in order, and the field of the last. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  ...scaledInto('2 points', difference, [1, 16]),
  ...scaledInto('7 points', seven('v', 'w'), [1, 2, 4, 6, 8, 16]),
  ...scaledInto('27 points', box, [1, 4]),
  '2 points → 2 points': [`WriteField("v", idx, ${read('u', 0, 1, 0)} - ${read('u', 0, 0, 0)});`, difference],
  '7 points → 2 points': [seven('u', 'v'), difference],
  '7 points → 7 points': [seven('u', 'v'), seven('v', 'w')],
  'force on a vec3 → divergence': [
    'WriteField("f", idx, vec3(ReadField("u", idx) * 0.5, ReadField("a", idx) + 0.1, ReadField("u", idx) - ReadField("a", idx)));',
    `WriteField("w", idx, ${[0, 1, 2].map((axis) => ahead(axis)).join(' + ')});`,
  ],
  'three: 2 operations → 2 points → 7 points': [
    scaled(1, 'u', 'a'),
    `WriteField("v", idx, 0.5 * (${read('a', 0, 0, 1)} + ${read('a', 0, 0, 0)}));`,
    seven('v', 'w'),
  ],
};

/** What one pair, or chain, takes apart and together. */
export interface Again {
  readonly name: string;
  readonly by: string;
  readonly seconds: number;
  readonly bytesPerVoxel: number;
  readonly goal: string;
  /** Whether it takes no longer than the passes apart, where the rule of fusing takes it. */
  readonly reached: boolean;
}

/** Measures all cases on one topology. Waits for the device. */
export async function measureAgain(
  device: Device,
  {
    filling,
    edge,
    passes,
    runs,
  }: { readonly filling: Filling; readonly edge: number; readonly passes: number; readonly runs: number },
  variants: readonly (EmitOptions & { readonly label?: string })[],
  tell: (row: Again) => void,
): Promise<number> {
  using world = await World.create(device, filling, edge, false);
  for (const [name, type] of Object.entries(FIELDS)) world.addField(name, type);
  const raggedShare = raggedShareOf(world.topology);
  const inputs = Object.keys(FIELDS);
  const fill = 'float x = Random(coord, 1); WriteField("u", idx, x); WriteField("a", idx, 1.0 - x);';
  const start = compileStencil({ name: 'start', inputs, outputs: ['u', 'a'], code: fill }, environment);
  const time = async (stencil: Stencil, options: EmitOptions = {}): Promise<number> => {
    using kernel = await Kernel.create(world, stencil, options);
    return await kernel.time(passes, runs);
  };
  await time(start);
  for (const [name, texts] of Object.entries(CASES)) {
    const parts = texts.map((code, at): Stencil => {
      const outputs = [/WriteField\("(\w+)"/.exec(code)![1]!];
      return compileStencil({ name: `part ${at}`, inputs, outputs, code }, environment);
    });
    const between = new Set(parts.slice(0, -1).map(({ writes }) => writes[0]!.field));
    const reason = parts
      .slice(1)
      .map((part, at) => whyNotFused(parts.slice(0, at + 1), part, between))
      .find((each) => each !== null);
    if (reason !== undefined) throw new Error(`Cannot measure "${name}": ${reason}`);
    const inactive = new Map([...between].map((field) => [field, field === 'f' ? [0, 0, 0] : [0]]));
    const each: number[] = [];
    for (const part of parts) each.push(await time(part));
    const apart = each.reduce((sum, seconds) => sum + seconds, 0);
    const bytes = parts.reduce((sum, part) => sum + bytesPerVoxel(part), 0);
    const shapes = parts.map((part) => shapeOfStencil(part, NOWHERE)).join(', ');
    tell({ name, by: `apart (${shapes})`, seconds: apart, bytesPerVoxel: bytes, goal: '', reached: true });
    const voxels = fieldsAgain(parts)
      .map((field) => field.voxels)
      .join(' + ');
    for (const [label, unstored] of [['', between] as const, [', stored too', new Set<string>()] as const]) {
      const together = fuseStencils(name, parts, { unstored, inactive });
      const { bytes: saved, operations, taps } = priceOf(parts, together);
      for (const options of label === '' ? variants : [{}]) {
        const shape = options.shape ?? shapeOfStencil(together, NOWHERE);
        const seconds = await time(together, options);
        const taken = whyNotWorth(parts, together, { raggedShare, stored: label !== '' }) === null;
        const rule = taken ? 'taken' : 'left apart';
        const goal = `${(seconds / apart).toFixed(2)} of apart, ${rule}; again at ${voxels}, ${operations} operations and ${taps} taps more, ${saved} bytes less`;
        tell({
          name,
          by: `together (${shape}${label})`,
          seconds,
          bytesPerVoxel: bytesPerVoxel(together),
          goal,
          reached: !taken || seconds <= apart,
        });
      }
    }
  }
  return world.activeVoxels;
}
