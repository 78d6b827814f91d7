/** @file Names of components: `xyzw`, `rgba`, `stpq`. */

import { sizeOf } from '../ir.ts';
import type { Expression, Span, ValueType } from '../ir.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';

const SETS = ['xyzw', 'rgba', 'stpq'];

/** The component numbers that a swizzle names, held against the type that it stands behind. */
export function swizzleComponents(lowering: Lowering, span: Span, member: string, type: ValueType): readonly number[] {
  const size = sizeOf(type);
  if (size === 1) throw lowering.fail(span, `${article(type)} has no components; remove .${member}`);
  const has = `its components are ${'xyzw'.slice(0, size).split('').join(', ')}`;
  const set = SETS.find((letters) => [...member].every((letter) => letters.includes(letter)));
  if (set === undefined) {
    const mixed = [...member].every((letter) => SETS.some((letters) => letters.includes(letter)));
    const problem = mixed
      ? `.${member} mixes xyzw, rgba and stpq; use letters of one set`
      : `${article(type)} has no .${member}; ${has}`;
    throw lowering.fail(span, problem);
  }
  if (member.length > 4)
    throw lowering.fail(span, `.${member} has ${member.length} components; a vector has at most 4`);
  const components = [...member].map((letter) => set.indexOf(letter));
  if (components.every((component) => component < size)) return components;
  const missing = [...member].find((letter) => set.indexOf(letter) >= size)!;
  throw lowering.fail(span, `${article(type)} has no .${missing}; ${has}`);
}

/**
 * A known index, held within 0 … count − 1: out of range it is an error, but in the copies of an unrolled loop, where a
 * condition may keep control from coming there, what a computed index would be.
 */
export function heldIndex(lowering: Lowering, span: Span, index: Expression, count: number, what: string): Expression {
  if (index.op !== 'constant') return index;
  const value = index.value[0]!;
  if (value >= 0 && value < count) return index;
  if (lowering.copies === 1) throw lowering.fail(span, `${what} ${value}; use 0 to ${count - 1}`);
  return { ...index, value: [Math.min(Math.max(value, 0), count - 1)] };
}

/** Holds an index against the vector that it stands in, and gives it. */
export function checkIndex(lowering: Lowering, span: Span, vector: ValueType, index: Expression): Expression {
  const size = sizeOf(vector);
  if (size === 1) throw lowering.fail(span, `a ${vector} has no components to index; remove the index`);
  if (index.type !== 'int' && index.type !== 'uint') {
    throw lowering.fail(span, `an index is an int, and this is ${article(index.type)}; convert it with int(…)`);
  }
  return heldIndex(lowering, span, index, size, `${article(vector)} has no component`);
}
