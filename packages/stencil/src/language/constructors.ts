/** @file `float(…)`, `vec3(…)` and their like: conversion, splat, and filling from parts. */

import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { Expression, Span, ValueType } from '../ir.ts';
import { construct, convert, splat, swizzle } from './build.ts';
import { becomes } from './conversions.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';
import { leavesOf, wantLeaf } from './values.ts';
import type { Value } from './values.ts';

/** Where a constructor and its arguments stand. */
interface Place {
  readonly span: Span;
  readonly args: readonly { readonly span: Span }[];
}

/** A constructor's value from its checked arguments, each with its place. */
export function lowerConstructor(
  lowering: Lowering,
  node: Place,
  type: ValueType,
  args: readonly Expression[],
): Expression {
  if (args.length === 0) {
    throw lowering.fail(node.span, `${type}() has no arguments; give ${wanted(type)}`);
  }
  const scalar = scalarOf(type);
  const size = sizeOf(type);
  const parts = args.map((arg) => convert(scalar, arg));
  const first = parts[0]!;
  if (parts.length === 1) {
    const given = sizeOf(first.type as ValueType);
    if (size === 1) return given === 1 ? first : swizzle(first, [0]);
    if (given === 1) return splat(size, first);
    if (given > size) return swizzle(first, [0, 1, 2, 3].slice(0, size));
  }
  return fill(lowering, node, type, parts);
}

/**
 * The scalars and vectors that a constructor's arguments are: of a matrix its columns in order, as many as there is room
 * for (GLSL 4.60 §5.4.2).
 */
export function constructorArguments(
  lowering: Lowering,
  node: Place,
  type: ValueType,
  values: readonly Value[],
): { readonly place: Place; readonly args: readonly Expression[] } {
  const args: Expression[] = [];
  const places: Place['args'][number][] = [];
  let count = 0;
  for (const [i, value] of values.entries()) {
    const place = node.args[i]!;
    const isMatrix = value.op === 'aggregate' && value.type.kind === 'matrix';
    const vectors = isMatrix ? leavesOf(value) : [wantLeaf(lowering, place.span, value)];
    for (const [column, vector] of vectors.entries()) {
      if (column > 0 && count >= sizeOf(type)) break;
      args.push(vector);
      places.push(place);
      count += sizeOf(vector.type as ValueType);
    }
  }
  return { place: { span: node.span, args: places }, args };
}

function fill(lowering: Lowering, node: Place, type: ValueType, parts: readonly Expression[]): Expression {
  const size = sizeOf(type);
  const filled: Expression[] = [];
  let count = 0;
  for (const [i, part] of parts.entries()) {
    const span = node.args[i]!.span;
    if (count >= size) throw lowering.fail(span, `${type}(…) is full before this argument; remove it`);
    const given = sizeOf(part.type as ValueType);
    filled.push(given > size - count ? swizzle(part, [0, 1, 2, 3].slice(0, size - count)) : part);
    count += given;
  }
  if (count < size) throw lowering.fail(node.span, tooFew(type, count));
  return construct(type, filled);
}

function tooFew(type: ValueType, count: number): string {
  return `${type}(…) needs ${sizeOf(type)} components and gets ${count}; give ${wanted(type)}`;
}

function wanted(type: ValueType): string {
  const scalar = scalarOf(type);
  const size = sizeOf(type);
  return size === 1 ? 'one value' : `${size} components, or one ${scalar} for all`;
}

/** A value as the type that a place wants, by an implicit conversion, or an error that says what the place is. */
export function wantType(
  lowering: Lowering,
  span: Span,
  place: string,
  wantedType: { readonly value: Expression; readonly type: ValueType },
): Expression {
  const { value, type } = wantedType;
  const given = value.type as ValueType;
  const [from, to] = [scalarOf(given), scalarOf(type)];
  if (sizeOf(given) === sizeOf(type)) {
    if (becomes(from, to)) return convert(to, value);
    throw lowering.fail(
      span,
      `${place} is ${article(type)}, and this is ${article(given)}; convert it with ${type}(…)`,
    );
  }
  throw lowering.fail(span, `${place} is ${article(type)}, and this is ${article(given)}; ${sizeAdvice(given, type)}`);
}

function sizeAdvice(given: ValueType, type: ValueType): string {
  if (sizeOf(given) === 1) return `write ${type}(…) to fill all components`;
  if (sizeOf(type) === 1) return 'choose a component, as in .x';
  if (sizeOf(given) > sizeOf(type)) return `choose components, as in .${'xyzw'.slice(0, sizeOf(type))}`;
  return `write ${vectorOf(scalarOf(type), sizeOf(type))}(…) with the components that are missing`;
}
