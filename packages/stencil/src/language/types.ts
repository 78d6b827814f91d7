/**
 * @file The types of the language: the IR's value types, and over them matrices, arrays of constant size, and structs.
 * Those three exist in the front end alone: `storage.ts` lays them out as locals of value types, `values.ts` holds their
 * values as the values of their parts.
 */

import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { ScalarType, ValueType } from '../ir.ts';

/** Columns of a vector type each. */
export interface MatrixType {
  readonly kind: 'matrix';
  readonly columns: number;
  readonly column: ValueType;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly element: Type;
  readonly length: number;
}

export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly type: Type }[];
}

export type AggregateType = MatrixType | ArrayType | StructType;
export type Type = ValueType | AggregateType;

/** Whether a type is a matrix, an array or a struct. */
export function isAggregate(type: Type | 'void'): type is AggregateType {
  return typeof type !== 'string';
}

const MATRIX = /^(d|f16)?mat([234])(?:x([234]))?$/;
const MATRIX_SCALARS: Readonly<Record<string, ScalarType>> = { d: 'double', f16: 'float16_t' };

/** The matrix type of a name such as `mat3` or `mat2x4`. */
export function matrixOf(name: string): MatrixType | undefined {
  const found = MATRIX.exec(name);
  if (found === null) return undefined;
  const [, prefix, columns, rows] = found;
  const scalar = prefix === undefined ? 'float' : MATRIX_SCALARS[prefix]!;
  return { kind: 'matrix', columns: Number(columns), column: vectorOf(scalar, Number(rows ?? columns)) };
}

/** Number of a matrix's rows. */
export function rowsOf({ column }: MatrixType): number {
  return Number(column.at(-1));
}

/** A type as the language writes it; equal names are equal types. */
export function typeName(type: Type | 'void'): string {
  if (!isAggregate(type)) return type;
  if (type.kind === 'struct') return type.name;
  if (type.kind === 'matrix') {
    const rows = rowsOf(type);
    const prefix = { float: '', double: 'd', float16_t: 'f16' }[scalarOf(type.column) as 'float'];
    return `${prefix}mat${type.columns}${rows === type.columns ? '' : `x${rows}`}`;
  }
  // float[2][3] is two arrays of three floats: the outer length stands first.
  const inner = typeName(type.element);
  const at = inner.indexOf('[');
  return at < 0 ? `${inner}[${type.length}]` : `${inner.slice(0, at)}[${type.length}]${inner.slice(at)}`;
}

/** The types of an aggregate's parts: columns, elements or members. */
export function partTypes(type: AggregateType): readonly Type[] {
  if (type.kind === 'struct') return type.members.map((member) => member.type);
  const { length, part } =
    type.kind === 'matrix' ? { length: type.columns, part: type.column } : { length: type.length, part: type.element };
  return Array.from({ length }, () => part);
}

/** What `.length()` gives: the number of an array's elements, a matrix's columns, a vector's components; undefined for all else. */
export function lengthOfType(type: Type): number | undefined {
  if (isAggregate(type)) return type.kind === 'struct' ? undefined : partTypes(type).length;
  const size = sizeOf(type);
  return size > 1 ? size : undefined;
}

/** Number of vectors and scalars that a type is made of. */
export function leafCount(type: Type): number {
  if (!isAggregate(type)) return 1;
  if (type.kind === 'struct') return type.members.reduce((sum, member) => sum + leafCount(member.type), 0);
  return type.kind === 'matrix' ? type.columns : type.length * leafCount(type.element);
}
