/**
 * @file Reading a field at a coordinate or a position, and asking for places: the builders under the accessors, which the
 * traced stencils share.
 */

import { isFloating, scalarOf } from '../ir.ts';
import type { Expression, LevelRelation, Offset, Span } from '../ir.ts';
import { offsetOf } from './affine.ts';
import { binary, call, convert, filled } from './build.ts';
import { TAP_LIMIT } from '../reach/reach.ts';
import { placeOfPart } from './field-names.ts';
import type { FieldPart } from './field-names.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';

/** A field, or a component of one, as the user named it. */
export interface NamedPart {
  readonly name: string;
  readonly span: Span;
  readonly part: FieldPart;
  readonly level: LevelRelation;
}

/** The field at an ivec3: a tap where that is `coord` and a constant, else a gather. `span` is the coordinate's place. */
export function readAt(lowering: Lowering, named: NamedPart, coord: Expression, span: Span): Expression {
  const { name, part, level } = named;
  const { field, component, type } = part;
  const offset = level === 'same' ? offsetOf(coord, lowering.frame.affine) : undefined;
  if (offset === undefined) return { op: 'gather', type, field, component, level, coord };
  checkRadius(lowering, span, name, offset);
  if (offset.some((distance) => Math.abs(distance) > TAP_LIMIT)) {
    const here: Expression = { op: 'builtin', type: 'ivec3', name: 'coord' };
    const far = binary('+', here, { op: 'constant', type: 'ivec3', value: offset });
    return { op: 'gather', type, field, component, level, coord: far };
  }
  return { op: 'tap', type, field, component, offset };
}

function checkRadius(lowering: Lowering, span: Span, name: string, offset: Offset): void {
  const radius = lowering.stencil.neighborRadius;
  const distance = Math.max(...offset.map((one) => Math.abs(one)));
  if (radius === undefined || distance <= radius) return;
  const reads = `this reads "${name}" ${distance} voxel${distance === 1 ? '' : 's'} away`;
  throw lowering.fail(span, `${reads}, and neighborRadius is ${radius}; set neighborRadius to ${distance} or more`);
}

/** The field at a vec3 of world metres. */
export function sampleAt(
  lowering: Lowering,
  { name, span, part }: NamedPart,
  position: Expression,
  filter: 'trilinear' | 'nearest',
): Expression {
  const { field, component, type } = part;
  if (filter === 'trilinear' && !isFloating(scalarOf(type))) {
    const problem = `the field "${name}" holds integers, which SampleField cannot mix; add "nearest" as a third argument`;
    throw lowering.fail(span, problem);
  }
  return { op: 'sample', type, field, component, at: placeOfPart(lowering, part), filter, position };
}

/** The accessors that ask for a place. */
export type PlaceAccessor = 'IsActive' | 'CoordToWorld' | 'WorldToCoord' | 'WorldToIndex';

/** What is known of a place. */
export function placeOf(lowering: Lowering, name: PlaceAccessor, value: Expression, span: Span): Expression {
  switch (name) {
    case 'IsActive':
      return { op: 'isActive', type: 'bool', coord: wantCoordinate(lowering, span, name, value) };
    case 'CoordToWorld':
      return { op: 'indexToWorld', type: 'vec3', operand: indexPosition(lowering, span, value) };
    default: {
      const operand = wantPosition(lowering, span, name, value);
      const index: Expression = { op: 'worldToIndex', type: 'vec3', operand };
      if (name === 'WorldToIndex') return index;
      return convert('int', call('floor', 'vec3', [binary('+', index, filled('vec3', 0.5))]));
    }
  }
}

/** Holds a coordinate against ivec3. */
export function wantCoordinate(lowering: Lowering, span: Span, name: string, value: Expression): Expression {
  if (value.type === 'ivec3') return value;
  const advice =
    value.type === 'vec3'
      ? 'use WorldToCoord(position) or ivec3(…), or SampleField for positions'
      : 'give coord, or coord + ivec3(…)';
  throw lowering.fail(span, `${name} takes an ivec3 coordinate, and this is ${article(value.type)}; ${advice}`);
}

/** Holds a position against vec3. */
export function wantPosition(lowering: Lowering, span: Span, name: string, value: Expression): Expression {
  if (value.type === 'vec3') return value;
  const advice =
    value.type === 'ivec3' ? 'use CoordToWorld(coord) to make one' : 'give a position such as CoordToWorld(coord)';
  throw lowering.fail(span, `${name} takes a vec3 of world metres, and this is ${article(value.type)}; ${advice}`);
}

function indexPosition(lowering: Lowering, span: Span, value: Expression): Expression {
  if (value.type === 'ivec3' || value.type === 'vec3') return value;
  const problem = `CoordToWorld takes an ivec3 or vec3 in index space, and this is ${article(value.type)}; give coord`;
  throw lowering.fail(span, problem);
}
