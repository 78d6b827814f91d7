/**
 * @file Sampling at world positions, trilinear or nearest. Values on faces have a lattice of their own, half a voxel lower
 * along one axis: a point in it is the point in index space plus a half there. A field on `faces` has three lattices, and
 * each of its components is sampled on its own.
 */
import { faceAxis, placeOfComponent } from '../field-place.ts';
import type { FieldPlace } from '../field-place.ts';
import type { ScalarType } from '../ir.ts';
import { vectorOf } from '../ir.ts';
import { cellAt } from './cell.ts';
import type { Start } from './cell.ts';
import { clampToInt } from './convert.ts';
import { noteRead } from './debug.ts';
import { applyMap, fieldType, sampledType } from './frame.ts';
import type { Frame } from './frame.ts';
import { boundsOf, guardCoord, ownOf, prepareGuard, type Bounds } from './guard.ts';
import {
  componentsRead,
  home,
  leafAtFunction,
  loadElement,
  newFrame,
  placeInLeaf,
  shared,
  walkFunction,
} from './lookup.ts';
import { placeInGroup } from './sample-groups.ts';
import type { Sample, SampledField, SampleGroup } from './sample-groups.ts';
import type { Value } from './target.ts';

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

/** Components of fields that share a lattice, and where their look-up starts. */
interface Sampling extends Start {
  readonly parts: readonly Part[];
  /** What all of them are computed in. */
  readonly scalar: ScalarType;
}

/** One component of a field. */
interface Part {
  readonly field: string;
  readonly part: number;
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
  const { parts, scalar, bounds } = sampling;
  const point = heldPoint(frame, bounds, given);
  const floor = target.keep(target.apply('floor', point), 'floor');
  const fraction = target.keep(code.sub(point, floor), 'fraction');
  const weights = target.keep(target.convert(vectorOf(scalar, 3), fraction), 'weights');
  const [fx, fy, fz] = code.components(weights) as [Value, Value, Value];
  const base = guardCoord(frame, bounds, target.keep(clampToInt(code, floor), 'base'), 1);
  const { slots, places } = cellAt(frame, base, sampling);
  slots.forEach((corner, n) => noteRead(frame, corner, places[n]!));
  return parts.map(({ field, part }) => {
    const value = slots.map((slot, n) =>
      target.convert(scalar, loadElement(frame, field, part, 'same', slot, places[n]!)),
    );
    const z = [0, 2, 4, 6].map((n) => lerp(frame, value[n]!, value[n + 1]!, fz));
    return lerp(frame, lerp(frame, z[0]!, z[1]!, fy), lerp(frame, z[2]!, z[3]!, fy), fx);
  });
}

/** The values nearest to a point of the lattice. */
function nearest(frame: Frame, { parts, slot, own, bounds }: Sampling, point: Value): Value[] {
  const { code, target } = frame.lowering;
  const voxel = target.apply('floor', code.add(point, code.all('vec3', 0.5)));
  const coord = guardCoord(frame, bounds, target.keep(clampToInt(code, voxel), 'at'));
  const leafAt = leafAtFunction(frame.lowering, 'same');
  const leaf = target.keep(target.call(leafAt, [slot, own, code.right(coord, 3)])!, 'leaf');
  const place = target.keep(placeInLeaf(frame, coord), 'n');
  noteRead(frame, leaf, place);
  return parts.map(({ field, part }) => loadElement(frame, field, part, 'same', leaf, place));
}

/** What a function must be told of the voxel that samples, where that has an end. */
const OWN_PARAMETERS = [
  { name: 'coord', type: 'ivec3', variable: false },
  { name: 'n', type: 'uint', variable: false },
] as const;

/** What a function of samples takes, and where. */
interface Samples extends Pick<Sample, 'filter' | 'at'> {
  readonly fields: readonly SampledField[];
}

/** The components that a sample takes. */
function partsOf(frame: Frame, { field, component }: SampledField): Part[] {
  return componentsRead(frame, field, component, 'same').map((part) => ({ field, part }));
}

/** Fields at a vec3 of world metres, one after the other in a vector, by a function of its own for each choice of them. */
function sampleFields(frame: Frame, { filter, at, fields }: Samples, position: Value): Value {
  const { lowering } = frame;
  const { code, target } = lowering;
  const parts = fields.flatMap((each) => partsOf(frame, each));
  const { field } = fields[0]!;
  const scalar = sampledType(fieldType(lowering, field), filter);
  // Both are made before the function that calls them.
  if (filter === 'nearest') leafAtFunction(lowering, 'same');
  else walkFunction(lowering, 'same');
  prepareGuard(lowering);
  const guarded = lowering.placement.beyondRadius !== undefined;
  const names = fields.map((each) => `${each.field}${each.component < 0 ? '' : `_${each.component}`}`);
  const parameters = [
    { name: 'slot', type: 'uint', variable: false },
    { name: 'own', type: 'ivec3', variable: false },
    { name: 'position', type: 'vec3', variable: false },
    ...(guarded ? OWN_PARAMETERS : []),
  ] as const;
  const lattices = at === 'faces' ? parts.map((part) => [part]) : [parts];
  const name = `sample_${filter}_${names.join('_')}`;
  const key = `sample ${filter} ${fields.map((each) => `${each.field} ${each.component}`).join()}`;
  const callee = shared(lowering, key, () =>
    target.function(name, vectorOf(scalar, parts.length), parameters, ([slot, own, given, coord, index]) => {
      const inner = newFrame(lowering);
      // Where a number of the point isn't finite, background is sampled, or no number, whatever the others are. (A box that such a
      // point is held in has been left to the driver.)
      const point = applyMap(inner, 'worldToIndex', given as Value, true);
      const here = guarded ? { coord: coord as Value, index: index as Value } : null;
      const start = { slot: slot as Value, own: own as Value, bounds: here && boundsOf(inner, field, 'same', here) };
      const values = lattices.flatMap((group) => {
        const on = onLattice(inner, point, placeOfComponent(at, group[0]!.part));
        const sampling: Sampling = { ...start, parts: group, scalar };
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

/** A field at a vec3 of world metres; of a group, all of its fields at the first of its samples. */
export function sample(frame: Frame, node: Sample, position: () => Value): Value {
  const { code, samples, sampled } = frame.lowering;
  const group = samples.get(node);
  if (group === undefined) return sampleFields(frame, { ...node, fields: [node] }, position());
  const voxel = frame.voxel!;
  const known = sampled.get(voxel) ?? new Map<SampleGroup, readonly Value[]>();
  sampled.set(voxel, known);
  const values = known.get(group) ?? code.components(sampleFields(frame, { ...node, ...group }, position()));
  known.set(group, values);
  const place = placeInGroup(group, node);
  const [before, own] = [group.fields.slice(0, place), [node]].map((fields) =>
    fields.flatMap((each) => partsOf(frame, each)),
  );
  return code.join(values.slice(before!.length, before!.length + own!.length));
}
