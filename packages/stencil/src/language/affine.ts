/** @file Coordinates that are `coord` and a constant offset: they make a read a tap, with a reach that is known. */

import { sizeOf } from '../ir.ts';
import type { Expression, Offset, ValueType } from '../ir.ts';
import type { AffineComponent } from './lowering.ts';

type Known = ReadonlyMap<number, readonly AffineComponent[]>;

/** Each component as a component of `coord` and a constant; undefined where one is anything else. */
export function affineOf(value: Expression, known: Known): readonly AffineComponent[] | undefined {
  switch (value.op) {
    case 'constant':
      return value.type === 'int' || value.type === 'ivec2' || value.type === 'ivec3' || value.type === 'ivec4'
        ? value.value.map((constant) => ({ axis: null, constant }))
        : undefined;
    case 'builtin':
      return value.name === 'coord' ? ([0, 1, 2] as const).map((axis) => ({ axis, constant: 0 })) : undefined;
    case 'local':
      return known.get(value.local);
    case 'swizzle': {
      const whole = affineOf(value.operand, known);
      return whole && value.components.map((component) => whole[component]!);
    }
    case 'construct':
      return affineConstruct(value.type, value.args, known);
    case 'binary':
      if (value.operator !== '+' && value.operator !== '-') return undefined;
      return affineSum(value.operator === '+' ? 1 : -1, affineOf(value.left, known), affineOf(value.right, known));
    default:
      return undefined;
  }
}

function affineConstruct(
  type: ValueType,
  args: readonly Expression[],
  known: Known,
): readonly AffineComponent[] | undefined {
  const components: AffineComponent[] = [];
  for (const arg of args) {
    const part = affineOf(arg, known);
    if (part === undefined) return undefined;
    components.push(...part);
  }
  return components.length === 1 ? Array.from({ length: sizeOf(type) }, () => components[0]!) : components;
}

function affineSum(
  sign: 1 | -1,
  left: readonly AffineComponent[] | undefined,
  right: readonly AffineComponent[] | undefined,
): readonly AffineComponent[] | undefined {
  if (left === undefined || right === undefined) return undefined;
  const sum: AffineComponent[] = [];
  for (const [i, a] of left.entries()) {
    const b = right[i]!;
    const constant = (a.constant + sign * b.constant) | 0;
    if (b.axis === null) sum.push({ axis: a.axis, constant });
    else if (sign === -1 && a.axis === b.axis) sum.push({ axis: null, constant });
    else if (sign === 1 && a.axis === null) sum.push({ axis: b.axis, constant });
    else return undefined;
  }
  return sum;
}

/** The constant offset of a coordinate from `coord`; undefined where it is computed otherwise. */
export function offsetOf(coordinate: Expression, known: Known): Offset | undefined {
  const components = affineOf(coordinate, known);
  if (components === undefined || components.length !== 3) return undefined;
  if (!components.every(({ axis }, i) => axis === i)) return undefined;
  const [x, y, z] = components;
  return [x!.constant, y!.constant, z!.constant];
}
