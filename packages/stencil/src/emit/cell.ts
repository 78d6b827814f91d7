/**
 * @file The cell of eight voxels around a point: in which leaves they lie, and where there. The 27 leaves around a voxel's own are one
 * box of 24 voxels along each axis; places count from its first voxel, so that both follow from the same bits.
 */
import type { Offset } from '../ir.ts';
import { tableWord } from './frame.ts';
import type { Frame } from './frame.ts';
import type { Bounds } from './guard.ts';
import { walkFunction } from './lookup.ts';
import type { Value, Variable } from './target.ts';

const CORNERS: readonly Offset[] = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [n >> 2, (n >> 1) & 1, n & 1]);
/** Voxels of the box along an axis. */
const BOX = 24;

/** The corners of a cell, z fastest: the slot of each one's leaf, and its place in it. */
export interface Cell {
  readonly slots: readonly Value[];
  readonly places: readonly Value[];
}

/** Where look-ups start, and how far they may go. */
export interface Start {
  /** A leaf's slot and leaf coordinates. */
  readonly slot: Value;
  readonly own: Value;
  /** Null where everything may be read. */
  readonly bounds: Bounds | null;
}

type Three = readonly [Value, Value, Value];

/** A corner (ivec3 offset) of the cell whose least corner is `base`; held within the bounds where reads are clamped. */
function cornerOf(frame: Frame, base: Value, corner: Value, bounds: Bounds | null): Value {
  const { code, target } = frame.lowering;
  const at = code.add(base, corner);
  return bounds?.clamp ? target.apply('min', at, bounds.clamp.high) : at;
}

/**
 * The slots of a cell's corners from the table of neighbours, `low` and `high` being its least and greatest corners in the box.
 * Voxels beside each other cross a leaf's faces in x and y together, if at all: most find four slots, or two, and copy the rest.
 */
function nearSlots(frame: Frame, slot: Value, [low, high]: readonly [Value, Value], found: readonly Variable[]): void {
  const { code, target } = frame.lowering;
  const leaf = (corner: Value): Three =>
    code.components(target.keep(code.right(corner, 3), 'd')) as [Value, Value, Value];
  const [[x, y, z], [xs, ys, zs]] = [leaf(low), leaf(high)];
  const row = target.keep(code.left(slot, 5), 'row');
  const copy = (to: number, count: number, from: number): void => {
    for (let n = 0; n < count; n++) target.set(found[to + n]!, target.get(found[from + n]!));
  };
  const pair = (to: number, plane: Value, j: Value): void => {
    const line = target.keep(code.add(plane, code.mul(j, code.uint(3))), 'line');
    [z, zs].forEach((k, n) => {
      target.set(found[to + n]!, tableWord(frame, { kind: 'leafTable', level: 'same' }, code.add(line, k)));
    });
  };
  const four = (to: number, i: Value): void => {
    const plane = target.keep(code.add(row, code.mul(i, code.uint(9))), 'plane');
    pair(to, plane, y);
    target.branch(
      target.apply('ne', y, ys),
      () => pair(to + 2, plane, ys),
      () => copy(to + 2, 2, to),
    );
  };
  four(0, x);
  target.branch(
    target.apply('ne', x, xs),
    () => four(4, xs),
    () => copy(4, 4, 0),
  );
}

/** The slots of the corners by the index grid: one walk in a loop, since a shader samples many times, and compilers inline every one. */
function farSlots(frame: Frame, base: Value, bounds: Bounds | null, found: readonly Variable[]): void {
  const { code, target } = frame.lowering;
  const walk = walkFunction(frame.lowering, 'same');
  for (const each of found) target.set(each, code.uint(0));
  const corner = target.variable('uint', 'n');
  target.set(corner, code.uint(0));
  target.loop(
    () => target.apply('lt', target.get(corner), code.uint(8)),
    () => {
      const n = target.keep(target.get(corner), 'n');
      const bits = [code.right(n, 2), code.mask(code.right(n, 1), 1), code.mask(n, 1)];
      const offset = target.construct(
        'ivec3',
        bits.map((bit) => target.convert('int', bit)),
      );
      const at = code.right(cornerOf(frame, base, offset, bounds), 3);
      const leaf = target.keep(target.call(walk, [at])!, 'leaf');
      for (const [m, each] of found.entries()) {
        target.set(each, target.select(code.equals(n, m), leaf, target.get(each)));
      }
    },
    () => target.set(corner, code.add(target.get(corner), code.uint(1))),
  );
}

/** The cell whose least corner is `base` (ivec3): near its start without a walk. */
export function cellAt(frame: Frame, base: Value, { slot, own, bounds }: Start): Cell {
  const { code, target } = frame.lowering;
  const first = target.keep(code.left(code.sub(own, code.all('ivec3', 1)), 3), 'first');
  const inBox = (corner: Value): Value => target.keep(code.asUint(code.sub(corner, first)), 'place');
  const low = inBox(base);
  const high = bounds?.clamp
    ? inBox(cornerOf(frame, base, code.all('ivec3', 1), bounds))
    : target.keep(code.add(low, code.all('uvec3', 1)), 'beside');
  const found = CORNERS.map(() => target.variable('uint', 'corner'));
  target.branch(
    target.quantify('all', target.apply('lt', low, code.all('uvec3', BOX - 1))),
    () => nearSlots(frame, slot, [low, high], found),
    () => farSlots(frame, base, bounds, found),
  );
  const [[x, y, z], [xs, ys, zs]] = [low, high].map((corner) => inLeaf(frame, corner)) as [Three, Three];
  const lines = [x, xs].flatMap((i) => [y, ys].map((j) => target.keep(code.or(i, j), 'line')));
  const places = lines.flatMap((line) => [z, zs].map((k) => target.keep(code.or(line, k), 'n')));
  return { slots: found.map((each) => target.keep(target.get(each), 'slot')), places };
}

/** What the coordinates of a corner are of its place in a leaf. */
function inLeaf(frame: Frame, corner: Value): Three {
  const { code, target } = frame.lowering;
  const [x, y, z] = code.components(target.keep(code.mask(corner, 7), 'within')) as [Value, Value, Value];
  return [target.keep(code.left(x, 6), 'x'), target.keep(code.left(y, 3), 'y'), z];
}
