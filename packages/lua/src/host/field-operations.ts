/** @file What a script may ask of fields and scalars. Values cross as bytes, and functions of a voxel run in Lua alone. */
import type { Field, Scalar } from '@halocline/engine';
import type { Grid } from '@halocline/vdb';
import type { LuaValue } from '../machine/values.ts';
import { toLua, type Call, type Operations } from './call.ts';
import { readOptions, vectorOf } from './options.ts';
import { numbersOf } from './declaration-operations.ts';
import { statisticsOf } from './simulation-operations.ts';

/** Values that `read` gives at once at most: each takes 16 bytes in Lua. */
const MOST_VALUES = 8_000_000;

/** A field that a function is writing: its voxels in the order of the function's values, and those that came so far. */
interface Filling {
  readonly grid: Grid;
  readonly values: Float64Array;
  filled: number;
}

/** Operations of fields and scalars. */
export function fieldOperations(): Operations {
  const fillings = new Map<Field, Filling>();
  const field = (call: Call, act: string): Field => call.object<Field>(0, act, 'field');
  return {
    'field.read': async (call) => ({ value: await readBox(field(call, 'read'), call.at(1)) }),
    'field.get': async (call) => {
      const at = field(call, 'get a value');
      const [i, j, k] = [1, 2, 3].map((place) => call.number(place, 'get a value', 'ijk'[place - 1]!));
      return { value: (await at.read()).get(i!, j!, k!) };
    },
    'field.fill': async (call) => {
      const act = `fill field "${field(call, 'fill').name}"`;
      await field(call, act).fill(numbersOf(act, 'value', call.at(1)) as number | readonly number[]);
    },
    'field.clear': async (call) => field(call, 'clear').clear(),
    'field.statistics': async (call) => ({ value: statisticsOf(await field(call, 'tell facts').statistics()) }),
    'field.info': (call) => {
      const { name, level, type, at, components, default: value, bytes } = field(call, 'tell facts');
      return { value: toLua({ name, level, type, at, components, default: value, bytes }) };
    },
    'field.write': async (call) => field(call, 'write').write(numbersIn(call.bytes!)),
    'field.cells': async (call) => {
      const target = field(call, 'write');
      const grid = await target.read();
      fillings.set(target, { grid, values: new Float64Array(grid.activeVoxelCount * target.components), filled: 0 });
      const about = { name: target.name, components: target.components };
      const matrix = [...grid.map.matrix, ...grid.map.translation];
      return { value: toLua({ ...about, matrix }), bytes: cellsOf(grid) };
    },
    'field.put': (call) => {
      const filling = fillings.get(field(call, 'write'));
      if (filling === undefined) throw new TypeError('Cannot write field: no function is writing it; call write anew');
      const values = numbersIn(call.bytes!);
      filling.values.set(values, filling.filled);
      filling.filled += values.length;
    },
    'field.place': async (call) => {
      const target = field(call, 'write');
      const filling = fillings.get(target)!;
      fillings.delete(target);
      await target.write(filled(filling, target.components));
    },
    'scalar.read': async (call) => ({ value: await call.object<Scalar>(0, 'read', 'scalar').read() }),
  };
}

function numbersIn(bytes: Uint8Array<ArrayBuffer>): Float64Array {
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
}

/** For each leaf its origin (three int32) and its mask (64 bytes, bit n for voxel n). */
function cellsOf(grid: Grid): Uint8Array<ArrayBuffer> {
  const { origins, masks } = grid.tree.leaf;
  const count = origins.length / 3;
  const bytes = new Uint8Array(76 * count);
  const view = new DataView(bytes.buffer);
  for (let leaf = 0; leaf < count; leaf++) {
    for (let axis = 0; axis < 3; axis++) view.setInt32(76 * leaf + 4 * axis, origins[3 * leaf + axis]!, true);
    for (let word = 0; word < 16; word++) view.setUint32(76 * leaf + 12 + 4 * word, masks[16 * leaf + word]!, true);
  }
  return bytes;
}

/** A function of a voxel that gives what the script's gave: leaf by leaf in any order, within one in the order of its voxels. */
function filled({ grid, values }: Filling, components: number): (i: number, j: number, k: number) => number | number[] {
  const { origins, masks } = grid.tree.leaf;
  const starts = new Map<string, number>();
  const keyOf = (i: number, j: number, k: number): string => `${i >> 3} ${j >> 3} ${k >> 3}`;
  let start = 0;
  for (let leaf = 0; leaf < origins.length / 3; leaf++) {
    starts.set(keyOf(origins[3 * leaf]!, origins[3 * leaf + 1]!, origins[3 * leaf + 2]!), start);
    for (let word = 0; word < 16; word++) start += components * popCount(masks[16 * leaf + word]!);
  }
  let [leaf, next] = ['', 0];
  return (i, j, k) => {
    const here = keyOf(i, j, k);
    if (here !== leaf) [leaf, next] = [here, starts.get(here)!];
    next += components;
    return components === 1 ? values[next - 1]! : [...values.subarray(next - components, next)];
  };
}

/** Bits of a word that are set. */
function popCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The values of a box, x slowest, z fastest, the components of a voxel side by side; by default of the field's whole box. */
async function readBox(field: Field, box: LuaValue): Promise<LuaValue> {
  const act = `read field "${field.name}"`;
  const options = readOptions(act, box, { min: 'any', max: 'any' });
  const grid = await field.read();
  const bounds = grid.indexBounds!;
  const corner = (value: LuaValue, usual: readonly number[], name: string): readonly number[] => {
    if (value === undefined) return usual;
    const vector = vectorOf(value);
    if (vector?.every((each) => Number.isInteger(each)) === true) return vector;
    throw new TypeError(`Cannot ${act}: its ${name} is no three whole numbers; give them, as in {0, 0, 0}`);
  };
  const min = corner(options.min, bounds.min, 'min');
  const max = corner(
    options.max,
    bounds.max.map((each) => each + 1),
    'max',
  );
  const size = min.map((low, axis) => Math.max(0, max[axis]! - low));
  const count = size[0]! * size[1]! * size[2]! * field.components;
  if (count > MOST_VALUES) {
    throw new RangeError(
      `Cannot ${act}: the box has ${count} values; read ${MOST_VALUES} at once at most, by min and max`,
    );
  }
  const values: number[] = [];
  for (let i = min[0]!; i < max[0]!; i++) {
    for (let j = min[1]!; j < max[1]!; j++) {
      for (let k = min[2]!; k < max[2]!; k++) {
        const value = grid.get(i, j, k);
        if (typeof value === 'number') values.push(value);
        else values.push(...value);
      }
    }
  }
  return values;
}
