/**
 * @file Sampling at world positions, trilinear or nearest. Values on faces have a lattice of their own, half a voxel lower
 * along one axis: a point in it is the point in index space plus a half there. A field on `faces` has three lattices, and
 * each of its components is sampled on its own.
 */
import { faceAxis, placeOfComponent } from '../field-place.ts';
import type { FieldPlace } from '../field-place.ts';
import type { Expression, Offset, ScalarType, ValueType } from '../ir.ts';
import { componentTypeOf } from '../field-types.ts';
import { isFloating, vectorOf } from '../ir.ts';
import { clampToInt } from './convert.ts';
import { noteRead } from './debug.ts';
import { applyMap, fieldType, tableWord } from './frame.ts';
import type { Frame } from './frame.ts';
import { boundsOf, guardCoord, ownOf, prepareGuard, type Bounds } from './guard.ts';
import {
  componentsRead,
  home,
  leafAtFunction,
  loadElement,
  neighborWord,
  newFrame,
  placeInLeaf,
  shared,
  walkFunction,
} from './lookup.ts';
import type { Value, Variable } from './target.ts';

const CORNERS: readonly Offset[] = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [n >> 2, (n >> 1) & 1, n & 1]);

/** A corner (ivec3 offset) of the cell whose least corner is `base`; held within the bounds where reads are clamped. */
function cornerOf(frame: Frame, base: Value, corner: Value, bounds: Bounds | null): Value {
  const { code, target } = frame.lowering;
  const at = code.add(base, corner);
  return bounds?.clamp ? target.apply('min', at, bounds.clamp.high) : at;
}

/**
 * The slots of a cell's corners from the table of neighbours, `low` and `high` being its least and greatest corners' places there.
 * Voxels beside each other cross a leaf's faces in x and y together, if at all: most find four slots, or two, and copy the rest.
 */
function nearSlots(frame: Frame, slot: Value, [low, high]: readonly [Value, Value], found: readonly Variable[]): void {
  const { code, target } = frame.lowering;
  const [[x, y, z], [xs, ys, zs]] = [low, high].map((d) => code.components(d)) as [Value[], Value[]] as [
    [Value, Value, Value],
    [Value, Value, Value],
  ];
  const copy = (to: number, count: number, from: number): void => {
    for (let n = 0; n < count; n++) target.set(found[to + n]!, target.get(found[from + n]!));
  };
  const pair = (to: number, i: Value, j: Value): void =>
    [z, zs].forEach((k, n) => {
      const word = neighborWord(frame, slot, target.construct('uvec3', [i, j, k]));
      target.set(found[to + n]!, tableWord(frame, { kind: 'leafTable', level: 'same' }, word));
    });
  const four = (to: number, i: Value): void => {
    pair(to, i, y);
    const crosses = target.apply('ne', y, ys);
    target.branch(
      crosses,
      () => pair(to + 2, i, ys),
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

/**
 * Slots of the eight corners of the cell whose least corner is `base`, seen from the leaf `slot` at leaf coordinates
 * `own`. Near it all eight come from the table of neighbours without a branch; else one walk in a loop finds them: a
 * shader samples many times, and compilers inline every one.
 */
function cornerSlots(frame: Frame, base: Value, { slot, own, bounds }: Sampling): Value[] {
  const { code, target } = frame.lowering;
  const from = (corner: Value): Value => code.right(cornerOf(frame, base, corner, bounds), 3);
  const step = (leaf: Value): Value =>
    target.keep(code.asUint(code.add(code.sub(leaf, own), code.all('ivec3', 1))), 'd');
  const [low, high] = [step(from(code.all('ivec3', 0))), step(from(code.all('ivec3', 1)))];
  const within = (d: Value): Value => target.quantify('all', target.apply('le', d, code.all('uvec3', 2)));
  const found = CORNERS.map(() => target.variable('uint', 'corner'));
  const near = (): void => nearSlots(frame, slot, [low, high], found);
  const far = (): void => {
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
        const leaf = target.keep(target.call(walk, [from(offset)])!, 'leaf');
        for (const [m, each] of found.entries()) {
          target.set(each, target.select(code.equals(n, m), leaf, target.get(each)));
        }
      },
      () => target.set(corner, code.add(target.get(corner), code.uint(1))),
    );
  };
  target.branch(code.and(within(low), within(high)), near, far);
  return found.map((each) => target.keep(target.get(each), 'slot'));
}

/** a + t·(c − a). */
function lerp(frame: Frame, from: Value, to: Value, t: Value): Value {
  const { code, target } = frame.lowering;
  return target.keep(code.add(from, code.mul(t, code.sub(to, from))), 'mixed');
}

/** A point of index space on the lattice of values that live at `at`. */
function onLattice(frame: Frame, point: Value, at: FieldPlace): Value {
  const { code, target } = frame.lowering;
  const axis = faceAxis(at);
  if (axis < 0) return point;
  const parts = code.components(target.keep(point, 'point'));
  parts[axis] = code.add(parts[axis]!, code.float(0.5));
  return target.keep(code.join(parts), 'lattice');
}

/** Components of a field that share a lattice, sampled from the leaf `slot` at leaf coordinates `own`. */
interface Sampling {
  readonly field: string;
  readonly parts: readonly number[];
  readonly slot: Value;
  readonly own: Value;
  /** Null where everything may be read. */
  readonly bounds: Bounds | null;
}

/** A point of the lattice; within the bounds where reads are clamped. */
function heldPoint(frame: Frame, bounds: Bounds | null, point: Value): Value {
  const { code, target } = frame.lowering;
  if (!bounds?.clamp) return point;
  const within = target.apply('min', point, code.asFloat(bounds.clamp.high));
  return target.keep(target.apply('max', within, code.asFloat(bounds.clamp.low)), 'held');
}

/** Trilinear values at a point of the lattice: along z first, then y, then x. */
function trilinear(frame: Frame, sampling: Sampling, given: Value): Value[] {
  const { code, target } = frame.lowering;
  const { field, parts, bounds } = sampling;
  const point = heldPoint(frame, bounds, given);
  const floor = target.keep(target.apply('floor', point), 'floor');
  const fraction = target.keep(code.sub(point, floor), 'fraction');
  const scalar = sampledType(frame, field, 'trilinear');
  const weights = target.keep(target.convert(vectorOf(scalar, 3), fraction), 'weights');
  const [fx, fy, fz] = code.components(weights) as [Value, Value, Value];
  const base = guardCoord(frame, bounds, target.keep(clampToInt(code, floor), 'base'), 1);
  const slots = cornerSlots(frame, base, sampling);
  const places = CORNERS.map((corner) =>
    target.keep(placeInLeaf(frame, cornerOf(frame, base, target.constant('ivec3', corner), bounds)), 'n'),
  );
  slots.forEach((corner, n) => noteRead(frame, corner, places[n]!));
  return parts.map((part) => {
    const value = CORNERS.map((_, n) =>
      target.convert(scalar, loadElement(frame, field, part, 'same', slots[n]!, places[n]!)),
    );
    const z = [0, 2, 4, 6].map((n) => lerp(frame, value[n]!, value[n + 1]!, fz));
    return lerp(frame, lerp(frame, z[0]!, z[1]!, fy), lerp(frame, z[2]!, z[3]!, fy), fx);
  });
}

/** The values nearest to a point of the lattice. */
function nearest(frame: Frame, { field, parts, slot, own, bounds }: Sampling, point: Value): Value[] {
  const { code, target } = frame.lowering;
  const voxel = target.apply('floor', code.add(point, code.all('vec3', 0.5)));
  const coord = guardCoord(frame, bounds, target.keep(clampToInt(code, voxel), 'at'));
  const leafAt = leafAtFunction(frame.lowering, 'same');
  const leaf = target.keep(target.call(leafAt, [slot, own, code.right(coord, 3)])!, 'leaf');
  const place = target.keep(placeInLeaf(frame, coord), 'n');
  noteRead(frame, leaf, place);
  return parts.map((part) => loadElement(frame, field, part, 'same', leaf, place));
}

/** What samples of a field are computed in: nothing but floats and doubles can be mixed. */
function sampledType({ lowering }: Frame, field: string, filter: 'trilinear' | 'nearest'): ScalarType {
  const stored = componentTypeOf(fieldType(lowering, field));
  return filter === 'nearest' || isFloating(stored) ? stored : 'float';
}

/** What a function must be told of the voxel that samples, where that has an end. */
const OWN_PARAMETERS = [
  { name: 'coord', type: 'ivec3', variable: false },
  { name: 'n', type: 'uint', variable: false },
] as const;

/** A field at a vec3 of world metres, by a function of its own for each field, component and filter. */
export function sample(frame: Frame, node: Extract<Expression, { op: 'sample' }>, position: Value): Value {
  const { lowering } = frame;
  const { code, target } = lowering;
  const { field, component, filter, at } = node;
  const parts = componentsRead(frame, field, component, 'same');
  const type: ValueType = vectorOf(sampledType(frame, field, filter), parts.length);
  // Both are made before the function that calls them.
  if (filter === 'nearest') leafAtFunction(lowering, 'same');
  else walkFunction(lowering, 'same');
  prepareGuard(lowering);
  const guarded = lowering.placement.beyondRadius !== undefined;
  const name = `sample_${filter}_${field}${component < 0 ? '' : `_${component}`}`;
  const parameters = [
    { name: 'slot', type: 'uint', variable: false },
    { name: 'own', type: 'ivec3', variable: false },
    { name: 'position', type: 'vec3', variable: false },
    ...(guarded ? OWN_PARAMETERS : []),
  ] as const;
  const lattices = at === 'faces' ? parts.map((part) => [part]) : [parts];
  const callee = shared(lowering, name, () =>
    target.function(name, type, parameters, ([slot, own, given, coord, index]) => {
      const inner = newFrame(lowering);
      const point = applyMap(inner, 'worldToIndex', given as Value);
      const here = guarded ? { coord: coord as Value, index: index as Value } : null;
      const bounds = here && boundsOf(inner, field, 'same', here);
      const values = lattices.flatMap((group) => {
        const sampling: Sampling = { field, parts: group, slot: slot as Value, own: own as Value, bounds };
        const on = onLattice(inner, point, placeOfComponent(at, group[0]!));
        return filter === 'nearest' ? nearest(inner, sampling, on) : trilinear(inner, sampling, on);
      });
      target.return(code.join(values));
    }),
  );
  const [slot, own] = home(frame, 'same');
  const here = ownOf(frame.voxel!);
  const given = [slot, own, position, ...(guarded ? [here.coord, here.index] : [])];
  return target.keep(target.call(callee, given)!, 'sampled');
}
