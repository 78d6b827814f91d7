/**
 * @file Derivatives of fields at the voxel, over `voxelSize` h. They are taps, so their reach is known.
 *
 * Values that live at one place are differenced centrally along the grid's axes, second order (Fornberg 1988, table 1):
 * ∂u/∂x ≈ (u(i+1) − u(i−1)) / 2h, and ∇²u ≈ (Σ of the six neighbours − 6 u) / h²; the result lives where the field does.
 * Between centres and faces (Harlow and Welch, 1965) differences are of neighbours: `Gradient("p", "faces")` is
 * (p(i) − p(i−1)) / h on each lower face, and the divergence of a field on faces is Σ (u(i+1) − u(i)) / h at the centre. Each
 * is the other's negative transpose, and their product is the Laplacian. The curl of a field on faces is that of its means
 * at the centres.
 *
 * Differences are multiplied by 1/2h or 1/h (the Laplacian's twice by 1/h), divided once: it is the same for all voxels. A correctly
 * rounded division by h would be slow where its numerator is 0 or tiny, as differences are wherever a field is still: NVIDIA's
 * leaves for a subroutine where operands are beyond ordinary exponents. Where h is a power of two, and neither 1/h nor a result is
 * below the normal numbers, the bits are those of a division. Voxels below the smallest normal number, 2⁻¹²⁶ m, count as that: 1/h is
 * finite, and a field that is still has derivatives of 0 whatever h is.
 */

import { isFloating, scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { Expression, Offset, ScalarType, Span, ValueType } from '../ir.ts';
import { binary, call, construct, convert, filled, splat, swizzle } from './build.ts';
import { inputPart, placeOfPart } from './field-names.ts';
import type { FieldPart } from './field-names.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';
import { readAt } from './reads.ts';

/** The derivatives that there are. */
export type Derivative = 'Laplacian' | 'Gradient' | 'Divergence' | 'Curl';

/** Whether an accessor's name is that of a derivative. */
export function isDerivative(name: string): name is Derivative {
  return name === 'Laplacian' || name === 'Gradient' || name === 'Divergence' || name === 'Curl';
}

const SIZE: Expression = { op: 'builtin', type: 'float', name: 'voxelSize' };

/** A field that is read around the voxel, as the user named it. */
export interface Operand {
  readonly name: string;
  readonly span: Span;
  readonly part: FieldPart;
}

/** A field's part at the voxel and `side` voxels along `axis`; a component of it where one is given. */
export function besides(
  lowering: Lowering,
  { name, span, part }: Operand,
  axis: number,
  side: number,
  component: number = -1,
): Expression {
  const offset: [number, number, number] = [0, 0, 0];
  offset[axis] = side;
  const value = readAt(lowering, { name, span, part, level: 'same' }, tapPlace(offset), span);
  return component < 0 ? value : swizzle(value, [component]);
}

function tapPlace(offset: Offset): Expression {
  const here: Expression = { op: 'builtin', type: 'ivec3', name: 'coord' };
  return binary('+', here, { op: 'constant', type: 'ivec3', value: offset });
}

/** A derivative of a field or a component of one. `toFaces` is the span of `"faces"` where the gradient is wanted there. */
export function derivativeOf(
  lowering: Lowering,
  which: Derivative,
  { name, span }: Omit<Operand, 'part'>,
  toFaces: Span | null = null,
): Expression {
  const operand: Operand = { name, span, part: inputPart(lowering, span, name, 'same') };
  checkOperand(lowering, which, operand);
  const place = placeOfPart(lowering, operand.part);
  if (toFaces !== null && place !== 'center') {
    const problem = `Gradient gives faces of a field at centers, and "${name}" lives at ${place}; leave "faces" out`;
    throw lowering.fail(toFaces, problem);
  }
  const difference = (axis: number, component: number, [high, low]: readonly [number, number]): Expression =>
    binary('-', besides(lowering, operand, axis, high, component), besides(lowering, operand, axis, low, component));
  const scalar = scalarOf(operand.part.type);
  const [once, twice] = [1, 2].map((times) => inverseSize(scalar, times)) as [Expression, Expression];
  switch (which) {
    case 'Laplacian':
      return laplacian(lowering, operand);
    case 'Gradient': {
      const sides = toFaces === null ? ([1, -1] as const) : ([0, -1] as const);
      const differences = [0, 1, 2].map((axis) => difference(axis, -1, sides));
      return binary('*', construct(vectorOf(scalar, 3), differences), splat(3, toFaces === null ? twice : once));
    }
    case 'Divergence': {
      const sides = place === 'faces' ? ([1, 0] as const) : ([1, -1] as const);
      const [x, y, z] = [0, 1, 2].map((axis) => difference(axis, axis, sides)) as [Expression, Expression, Expression];
      return binary('*', binary('+', binary('+', x, y), z), place === 'faces' ? once : twice);
    }
    default:
      return place === 'faces' ? curlOfFaces(lowering, operand) : curl((a, b) => difference(a, b, [1, -1]), twice);
  }
}

/** The smallest normal float. */
const SMALLEST = 2 ** -126;

/** 1 / (times · h). */
function inverseSize(scalar: ScalarType, times: number): Expression {
  const size = convert(scalar, call('max', 'float', [SIZE, filled('float', SMALLEST)]));
  return binary('/', filled(scalar, 1), times === 1 ? size : binary('*', filled(scalar, times), size));
}

/** ∇×v of ∂v_b/∂a · h for each axis a and component b, and 1 / h. */
function curl(difference: (axis: number, component: number) => Expression, inverse: Expression): Expression {
  const turn = (a: number, b: number): Expression => binary('-', difference(a, b), difference(b, a));
  const type = vectorOf(scalarOf(inverse.type as ValueType), 3);
  return binary('*', construct(type, [turn(1, 2), turn(2, 0), turn(0, 1)]), splat(3, inverse));
}

/** Central differences of the means at the centres: each mean is of two faces along the component's own axis. */
function curlOfFaces(lowering: Lowering, operand: Operand): Expression {
  const { name, span, part } = operand;
  const sum = (axis: number, side: number, component: number): Expression => {
    const at = (along: number): Expression => {
      const offset: [number, number, number] = [0, 0, 0];
      offset[axis] = side;
      offset[component] = along;
      return swizzle(readAt(lowering, { name, span, part, level: 'same' }, tapPlace(offset), span), [component]);
    };
    return binary('+', at(0), at(1));
  };
  const difference = (axis: number, component: number): Expression =>
    binary('-', sum(axis, 1, component), sum(axis, -1, component));
  return curl(difference, inverseSize(scalarOf(part.type), 4));
}

function laplacian(lowering: Lowering, operand: Operand): Expression {
  const { type } = operand.part;
  const sides = [0, 1, 2].flatMap((axis) => [
    besides(lowering, operand, axis, 1),
    besides(lowering, operand, axis, -1),
  ]);
  const sum = sides.reduce((left, right) => binary('+', left, right));
  const rest = binary('-', sum, binary('*', filled(type, 6), besides(lowering, operand, 0, 0)));
  const inverse = splat(sizeOf(type), inverseSize(scalarOf(type), 1));
  // Not by 1/h², which is infinite where h is below 2⁻⁶⁴ m.
  return binary('*', binary('*', rest, inverse), inverse);
}

/** Throws where a field holds integers, of which there are no fractions. */
export function wantFloats(lowering: Lowering, which: string, { name, part, span }: Operand): void {
  if (isFloating(scalarOf(part.type))) return;
  throw lowering.fail(span, `the field "${name}" holds integers, and ${which} divides; keep it in a float field`);
}

function checkOperand(lowering: Lowering, which: Derivative, operand: Operand): void {
  const { name, part, span } = operand;
  const type: ValueType = part.type;
  wantFloats(lowering, which, operand);
  const size = sizeOf(type);
  if (which === 'Laplacian') return;
  if (which === 'Gradient') {
    if (size === 1) return;
    const advice = `give a component, as in Gradient("${name}_x")`;
    throw lowering.fail(span, `Gradient takes a scalar field, and "${name}" is ${article(type)}; ${advice}`);
  }
  if (size === 3) return;
  const advice = size === 1 ? `use Gradient("${name}") for scalars` : 'its vectors have three components';
  throw lowering.fail(span, `${which} takes a vec3 field, and "${name}" is ${article(type)}; ${advice}`);
}
