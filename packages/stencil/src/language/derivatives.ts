/**
 * @file Derivatives of fields at the voxel, by central differences along the grid's axes over `voxelSize` h, second order
 * (Fornberg 1988, table 1): ∂u/∂x ≈ (u(i+1) − u(i−1)) / 2h, and ∇²u ≈ (Σ of the six neighbours − 6 u) / h². They are taps,
 * so their reach is known. Fields live at voxel centres.
 */

import { scalarOf, sizeOf } from '../ir.ts';
import type { Expression, Offset, Span, ValueType } from '../ir.ts';
import { binary, construct, filled, splat, swizzle } from './build.ts';
import { inputPart } from './field-names.ts';
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

/** A derivative of a field or a component of one, by its name. */
export function derivativeOf(lowering: Lowering, which: Derivative, name: string, span: Span): Expression {
  const part = inputPart(lowering, span, name, 'same');
  checkOperand(lowering, which, name, { part, span });
  const at = (axis: number, side: number): Expression => {
    const offset = [0, 0, 0];
    offset[axis] = side;
    return readAt(lowering, { name, span, part, level: 'same' }, tapPlace(offset as [number, number, number]), span);
  };
  const difference = (axis: number, component: number): Expression => {
    const [plus, minus] = [at(axis, 1), at(axis, -1)];
    const pick = (value: Expression): Expression => (component < 0 ? value : swizzle(value, [component]));
    return binary('-', pick(plus), pick(minus));
  };
  const twice = binary('*', filled('float', 2), SIZE);
  switch (which) {
    case 'Laplacian':
      return laplacian(at, part.type);
    case 'Gradient':
      return binary('/', construct('vec3', [difference(0, -1), difference(1, -1), difference(2, -1)]), splat(3, twice));
    case 'Divergence':
      return binary('/', binary('+', binary('+', difference(0, 0), difference(1, 1)), difference(2, 2)), twice);
    default: {
      const turn = (a: number, b: number): Expression => binary('-', difference(a, b), difference(b, a));
      return binary('/', construct('vec3', [turn(1, 2), turn(2, 0), turn(0, 1)]), splat(3, twice));
    }
  }
}

function tapPlace(offset: Offset): Expression {
  const here: Expression = { op: 'builtin', type: 'ivec3', name: 'coord' };
  return binary('+', here, { op: 'constant', type: 'ivec3', value: offset });
}

function laplacian(at: (axis: number, side: number) => Expression, type: ValueType): Expression {
  const sides = [0, 1, 2].flatMap((axis) => [at(axis, 1), at(axis, -1)]);
  const sum = sides.reduce((left, right) => binary('+', left, right));
  const rest = binary('-', sum, binary('*', filled(type, 6), at(0, 0)));
  return binary('/', rest, splat(sizeOf(type), binary('*', SIZE, SIZE)));
}

function checkOperand(
  lowering: Lowering,
  which: Derivative,
  name: string,
  { part, span }: { readonly part: FieldPart; readonly span: Span },
): void {
  const { type } = part;
  if (scalarOf(type) !== 'float') {
    throw lowering.fail(span, `the field "${name}" holds integers, and ${which} divides; keep it in a float field`);
  }
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
