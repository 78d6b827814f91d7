/**
 * @file Reading at constant offsets, one value at a time: the neighbour's leaf from the table of 27 where the offset
 * leaves this leaf, its slot 0 (background) where there is none. Offsets beyond eight voxels, which may pass over a
 * whole leaf, are looked up as computed coordinates are.
 */
import type { Offset } from '../ir.ts';
import { noteRead } from './debug.ts';
import { tableWord } from './frame.ts';
import type { Frame, Voxel } from './frame.ts';
import type { Leaf } from './kernel.ts';
import { gather, loadElement } from './lookup.ts';
import { TABLE_REACH } from './scan.ts';
import type { Value } from './target.ts';

/** Whether a position leaves its leaf along one axis (a bool, or always), and in which direction. */
export interface Crossing {
  readonly crosses: Value | 'always' | null;
  readonly sign: number;
}

/** Position + d along one axis: the place in its leaf, and whether and whither it leaves this one. */
function step(frame: Frame, position: Value, d: number): Crossing & { readonly place: Value } {
  const { code, target } = frame.lowering;
  if (d === 0) return { place: position, crosses: null, sign: 0 };
  const place = code.mask(code.add(position, code.uint(d & 7)), 7);
  const crosses = d > 0 ? target.apply('ge', position, code.uint(8 - d)) : target.apply('lt', position, code.uint(-d));
  return { place, crosses, sign: Math.sign(d) };
}

/**
 * A neighbour leaf's slot, given for each axis whether it is crossed and in which direction. Word 13 of the row is the
 * leaf itself: over edges and corners it is read without a branch (27 taps on an H100: 10 % faster, and in the loop shape
 * 45 %), over a face only where it is crossed (no difference there, a third of the time on a software driver).
 */
export function neighborSlot(
  frame: Frame,
  { slot, faces }: { readonly slot: Value; readonly faces: Leaf['faces'] | null },
  axes: readonly Crossing[],
): Value {
  const { code, target } = frame.lowering;
  const strides = [9, 3, 1];
  const moved = axes.flatMap(({ crosses, sign }, axis) =>
    crosses === null ? [] : [{ crosses, by: sign * strides[axis]!, face: 2 * axis + (sign > 0 ? 1 : 0) }],
  );
  if (moved.length === 0) return slot;
  const table = { kind: 'leafTable', level: 'same' } as const;
  const row = code.left(slot, 5);
  const [first] = moved;
  if (moved.length === 1 && faces) {
    if (first!.crosses === 'always') return faces(first!.face);
    return target.keep(target.select(first!.crosses, faces(first!.face), slot), 'leaf');
  }
  if (moved.length === 1 && first!.crosses !== 'always') {
    const result = target.variable('uint', 'leaf');
    target.set(result, slot);
    target.branch(first!.crosses, () =>
      target.set(result, tableWord(frame, table, code.add(row, code.uint(13 + first!.by)))),
    );
    return target.keep(target.get(result), 'leaf');
  }
  const fixed = moved.reduce((sum, { crosses, by }) => (crosses === 'always' ? sum + by : sum), 13);
  const index = moved.reduce(
    (sum, { crosses, by }) =>
      crosses === 'always' ? sum : code.add(sum, target.select(crosses, code.int(by), code.int(0))),
    code.int(fixed),
  );
  return target.keep(tableWord(frame, table, code.add(row, code.asUint(index))), 'leaf');
}

/**
 * The slot beyond a leaf's upper face along z, or its lower one, and beyond others that are crossed too: along x, and along y, which
 * may be crossed either way.
 */
export function edgeSlot(
  frame: Frame,
  { slot, faces }: Pick<Leaf, 'slot' | 'faces'>,
  axes: readonly Crossing[],
  upper: Value,
): Value {
  const { code, target } = frame.lowering;
  const strides = [9, 3, 3];
  const moved = axes.flatMap(({ crosses, sign }, axis) =>
    crosses === null ? [] : [{ crosses, by: sign * strides[axis]! }],
  );
  if (moved.length === 0) return target.keep(target.select(upper, faces(5), faces(4)), 'leaf');
  const fixed = moved.reduce((sum, { crosses, by }) => (crosses === 'always' ? sum + by : sum), 13);
  const index = moved.reduce(
    (sum, { crosses, by }) =>
      crosses === 'always' ? sum : code.add(sum, target.select(crosses, code.int(by), code.int(0))),
    target.select(upper, code.int(fixed + 1), code.int(fixed - 1)),
  );
  const table = { kind: 'leafTable', level: 'same' } as const;
  return target.keep(tableWord(frame, table, code.add(code.left(slot, 5), code.asUint(index))), 'leaf');
}

/** The slot beyond one of two faces along y, of which one is crossed or none, in the leaves that lie `along` x: −1, 0, 1. */
export function sideSlot(
  frame: Frame,
  { slot, faces }: Pick<Leaf, 'slot' | 'faces'>,
  along: number,
  [below, above]: readonly [Value, Value],
): Value {
  const { code, target } = frame.lowering;
  if (along === 0) return target.keep(target.select(below, faces(2), target.select(above, faces(3), slot)), 'leaf');
  const middle = 13 + 9 * along;
  const lower = target.select(below, code.int(middle - 3), code.int(middle));
  const index = code.add(lower, target.select(above, code.int(3), code.int(0)));
  const table = { kind: 'leafTable', level: 'same' } as const;
  return target.keep(tableWord(frame, table, code.add(code.left(slot, 5), code.asUint(index))), 'leaf');
}

/** A voxel that reads scalars: place `index` of leaf `slot`. */
export function scalarVoxel(frame: Frame, slot: Value, index: Value, coord: Value | null): Voxel {
  const { code, target } = frame.lowering;
  const n = target.keep(index, 'n');
  const x = target.keep(code.right(n, 6), 'x');
  const y = target.keep(code.mask(code.right(n, 3), 7), 'y');
  const z = target.keep(code.mask(n, 7), 'z');
  const around = (offset: Offset): { leaf: Value; place: Value } => {
    const steps = [step(frame, x, offset[0]), step(frame, y, offset[1]), step(frame, z, offset[2])];
    const leaf = neighborSlot(frame, { slot, faces: null }, steps);
    const [a, b, c] = steps.map(({ place }) => place) as [Value, Value, Value];
    return { leaf, place: code.or(code.or(code.left(a, 6), code.left(b, 3)), c) };
  };
  const voxel: Voxel = {
    slot,
    index: n,
    coord,
    active(offset: Offset) {
      if (offset.every((d) => d === 0)) return code.bool(true);
      const { leaf, place } = around(offset);
      const at = target.keep(place, 'place');
      const word = tableWord(frame, { kind: 'masks', level: 'same' }, code.add(code.left(leaf, 4), code.right(at, 5)));
      return target.keep(code.bit(word, code.mask(at, 31)), 'active');
    },
    tap(field, component, offset: Offset) {
      if (offset.some((d) => Math.abs(d) > TABLE_REACH)) {
        const at = code.add(coord!, target.constant('ivec3', offset));
        return gather({ ...frame, voxel }, field, component, 'same', at);
      }
      const { leaf, place: there } = around(offset);
      const place = offset.every((d) => d === 0) ? n : there;
      if (offset.some((d) => d !== 0)) noteRead(frame, leaf, place);
      return loadElement(frame, field, component, 'same', leaf, place);
    },
  };
  return voxel;
}
