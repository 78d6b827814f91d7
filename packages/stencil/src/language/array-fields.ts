/**
 * @file Fields that hold an array of floats at each voxel, such as the populations of a lattice. `ReadField("f", coord)` is
 * a `float[19]`, of which `[q]` takes one: the others are never read. `WriteField("f", idx, g)` takes a `float[19]`.
 */

import { componentsOf } from '../field-types.ts';
import type { Expression, Span } from '../ir.ts';
import { wantValue } from './aggregates.ts';
import type { FieldPart } from './field-names.ts';
import type { Lowering } from './lowering.ts';
import type { ArrayType } from './types.ts';
import { aggregate, leavesOf } from './values.ts';
import type { Aggregate, Value } from './values.ts';

function arrayOf({ storage }: FieldPart): ArrayType {
  return { kind: 'array', element: 'float', length: componentsOf(storage) };
}

/** Every element of a field, each as `read` reads it. */
export function readElements(part: FieldPart, read: (element: FieldPart) => Expression): Aggregate {
  const type = arrayOf(part);
  const elements = Array.from({ length: type.length }, (_, component) => read({ ...part, component }));
  return aggregate(type, elements);
}

/** Writes every element of a field. `span` is the value's place. */
export function writeElements(lowering: Lowering, part: FieldPart, value: Value, span: Span): void {
  const whole = wantValue(lowering, span, `the field "${part.field}"`, { value, type: arrayOf(part) });
  for (const [component, element] of leavesOf(whole).entries()) {
    lowering.emit({ op: 'write', field: part.field, component, value: element });
  }
}
