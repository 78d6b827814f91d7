/**
 * @file Fields on faces and at centres, from one to the other by means of two, and where their values are in the world:
 * `AtCenter`, `AtFaces`, `PositionOf`.
 */

import { faceAxis } from '../field-place.ts';
import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { Expression, Span } from '../ir.ts';
import { binary, construct, constant, convert, filled, splat } from './build.ts';
import { besides, wantFloats } from './derivatives.ts';
import type { Operand } from './derivatives.ts';
import { inputPart, placeOfPart, resolveField } from './field-names.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';

/** The accessors of places. */
export type PlaceMean = 'AtCenter' | 'AtFaces' | 'PositionOf';

/** Whether an accessor's name is one of them. */
export function isPlaceMean(name: string): name is PlaceMean {
  return name === 'AtCenter' || name === 'AtFaces' || name === 'PositionOf';
}

interface Named {
  readonly name: string;
  readonly span: Span;
}

/** The value of one of these accessors. */
export function placeMeanOf(lowering: Lowering, which: PlaceMean, named: Named): Expression {
  if (which === 'PositionOf') return positionOf(lowering, named);
  const operand: Operand = { ...named, part: inputPart(lowering, named.span, named.name, 'same') };
  wantFloats(lowering, which, operand);
  return which === 'AtCenter' ? atCenter(lowering, operand) : atFaces(lowering, operand);
}

/** The mean of the two faces of the voxel, each component's own. */
function atCenter(lowering: Lowering, operand: Operand): Expression {
  const { name, span, part } = operand;
  const place = placeOfPart(lowering, part);
  if (place === 'center') {
    throw lowering.fail(span, `the field "${name}" lives at centers already; read it with ReadField("${name}", idx)`);
  }
  const scalar = scalarOf(part.type);
  const half = filled(scalar, 0.5);
  if (place !== 'faces') {
    const axis = faceAxis(place);
    const sum = binary('+', besides(lowering, operand, axis, 0), besides(lowering, operand, axis, 1));
    return binary('*', splat(sizeOf(part.type), half), sum);
  }
  const sums = [0, 1, 2].map((axis) =>
    binary('+', besides(lowering, operand, axis, 0, axis), besides(lowering, operand, axis, 1, axis)),
  );
  return binary('*', splat(3, half), construct(vectorOf(scalar, 3), sums));
}

/** The mean with the voxel before, on each lower face: of a vec3 each component on its own, of a scalar on all three. */
function atFaces(lowering: Lowering, operand: Operand): Expression {
  const { name, span, part } = operand;
  const place = placeOfPart(lowering, part);
  if (place !== 'center') {
    throw lowering.fail(span, `AtFaces takes a field at centers, and "${name}" lives at ${place}; use ReadField`);
  }
  const size = sizeOf(part.type);
  if (size !== 1 && size !== 3) {
    throw lowering.fail(span, `AtFaces takes a scalar or vec3 field, and "${name}" is ${article(part.type)}; give one`);
  }
  const type = vectorOf(scalarOf(part.type), 3);
  const before = [0, 1, 2].map((axis) => besides(lowering, operand, axis, -1, size === 3 ? axis : -1));
  const sum = binary('+', splat(3, besides(lowering, operand, 0, 0)), construct(type, before));
  return binary('*', filled(type, 0.5), sum);
}

/** World metres of where a field's value of this voxel is. It reads nothing, so an output has one too. */
function positionOf(lowering: Lowering, { name, span }: Named): Expression {
  const { fields } = lowering.environment;
  const part = resolveField(fields, name) ?? inputPart(lowering, span, name, 'same');
  const place = placeOfPart(lowering, part);
  if (place === 'faces') {
    const problem = `the components of "${name}" live on three faces; give one, as in PositionOf("${name}_x")`;
    throw lowering.fail(span, problem);
  }
  const here: Expression = { op: 'builtin', type: 'ivec3', name: 'coord' };
  const axis = faceAxis(place);
  if (axis < 0) return { op: 'indexToWorld', type: 'vec3', operand: here };
  const half = constant(
    'vec3',
    [0, 1, 2].map((each) => (each === axis ? 0.5 : 0)),
  );
  return { op: 'indexToWorld', type: 'vec3', operand: binary('-', convert('float', here), half) };
}
