/**
 * @file The types of traced stencils: what a field's type gives when it is read, which operands an operator takes, and what
 * stands behind a dot. All of it is checked again when the stencil is traced, since plain JavaScript may come here too.
 */

import type { FieldType, ScalarType, ValueType } from '../ir.ts';
import type { OutputHandle, written } from './control.ts';

/** The type that a read of a field gives. */
export type ValueOf<F extends FieldType> = F extends keyof ScalarValues
  ? ScalarValues[F]
  : F extends `f16${infer V extends FloatVector}`
    ? V
    : F extends `u8${infer V extends FloatVector}`
      ? `u${V}`
      : F extends ValueType
        ? F
        : never;

interface ScalarValues {
  readonly float32: 'float';
  readonly float16: 'float';
  readonly float64: 'double';
  readonly int32: 'int';
  readonly uint32: 'uint';
  readonly uint8: 'uint';
}

type FloatVector = 'vec2' | 'vec3' | 'vec4';

/** The type of a value's components. */
export type ScalarOf<T extends ValueType> = T extends `i${string}`
  ? 'int'
  : T extends `u${string}`
    ? 'uint'
    : T extends `b${string}`
      ? 'bool'
      : T extends `d${string}`
        ? 'double'
        : T extends `f16${string}` | 'float16_t'
          ? 'float16_t'
          : 'float';

export type FloatType = 'float' | FloatVector | 'double' | `d${FloatVector}` | 'float16_t';
/** Apart from the others: one union with them is more than TypeScript works out. */
export type HalfVector = `f16${FloatVector}`;
export type IntegerType = 'int' | 'uint' | 'ivec2' | 'ivec3' | 'ivec4' | 'uvec2' | 'uvec3' | 'uvec4';
export type NumberType = FloatType | IntegerType;

interface Vectors {
  readonly float: { readonly 1: 'float'; readonly 2: 'vec2'; readonly 3: 'vec3'; readonly 4: 'vec4' };
  readonly int: { readonly 1: 'int'; readonly 2: 'ivec2'; readonly 3: 'ivec3'; readonly 4: 'ivec4' };
  readonly uint: { readonly 1: 'uint'; readonly 2: 'uvec2'; readonly 3: 'uvec3'; readonly 4: 'uvec4' };
  readonly bool: { readonly 1: 'bool'; readonly 2: 'bvec2'; readonly 3: 'bvec3'; readonly 4: 'bvec4' };
  readonly double: { readonly 1: 'double'; readonly 2: 'dvec2'; readonly 3: 'dvec3'; readonly 4: 'dvec4' };
  readonly float16_t: { readonly 1: 'float16_t'; readonly 2: 'f16vec2'; readonly 3: 'f16vec3'; readonly 4: 'f16vec4' };
}

type Size = 1 | 2 | 3 | 4;

/** Vectors of a scalar type; none of a vector. */
export type VectorsOf<T extends ValueType> = T extends ScalarType ? Vectors[T][2 | 3 | 4] : never;

type Letters<T extends ValueType> = T extends `${string}2`
  ? 'x' | 'y'
  : T extends `${string}3`
    ? 'x' | 'y' | 'z'
    : T extends `${string}4`
      ? 'x' | 'y' | 'z' | 'w'
      : never;

type SwizzleSize<S extends string> = S extends `${infer _A}${infer Rest}`
  ? Rest extends ''
    ? 1
    : Rest extends `${infer _B}${infer Third}`
      ? Third extends ''
        ? 2
        : Third extends `${infer _C}${infer Fourth}`
          ? Fourth extends ''
            ? 3
            : 4
          : never
      : never
  : never;

type Swizzles<L extends string> = L | `${L}${L}` | `${L}${L}${L}` | `${L}${L}${L}${L}`;

/** What stands behind a dot: `.x`, `.zyx` and their like. */
export type Components<T extends ValueType> = {
  readonly [S in Swizzles<Letters<T>>]: Value<Vectors[ScalarOf<T>][SwizzleSize<S> & Size]>;
};

/** What may stand beside a value: one like it, a scalar that is spread, or a plain number. */
export type Operand<T extends ValueType> = Value<T> | Value<ScalarOf<T>> | number;

/** What every value can do. */
interface Whole<T extends ValueType> {
  /** The value's type, by its GLSL name. */
  readonly type: T;
  /** Keeps the value in a variable of this name, which the IR and the GLSL text show. */
  named(name: string): Value<T>;
  /** Whether both are equal; of vectors, in all components. */
  eq(other: Operand<T>): Value<'bool'>;
  ne(other: Operand<T>): Value<'bool'>;
}

/** Arithmetic: each operation is rounded by itself. */
interface Arithmetic<T extends ValueType> {
  add(other: Operand<T>): Value<T>;
  add<B extends VectorsOf<T>>(other: Value<B>): Value<B>;
  sub(other: Operand<T>): Value<T>;
  sub<B extends VectorsOf<T>>(other: Value<B>): Value<B>;
  mul(other: Operand<T>): Value<T>;
  mul<B extends VectorsOf<T>>(other: Value<B>): Value<B>;
  div(other: Operand<T>): Value<T>;
  div<B extends VectorsOf<T>>(other: Value<B>): Value<B>;
  neg(): Value<T>;
}

/** Operators of integers; `mod` has the sign of the dividend. */
interface Integers<T extends ValueType> {
  mod(other: Operand<T>): Value<T>;
  bitAnd(other: Operand<T>): Value<T>;
  bitOr(other: Operand<T>): Value<T>;
  bitXor(other: Operand<T>): Value<T>;
  shiftLeft(bits: Operand<T>): Value<T>;
  shiftRight(bits: Operand<T>): Value<T>;
}

/** Comparisons of scalars. */
interface Order<T extends ValueType> {
  lt(other: Value<T> | number): Value<'bool'>;
  le(other: Value<T> | number): Value<'bool'>;
  gt(other: Value<T> | number): Value<'bool'>;
  ge(other: Value<T> | number): Value<'bool'>;
}

interface Logic {
  and(other: Value<'bool'> | boolean): Value<'bool'>;
  or(other: Value<'bool'> | boolean): Value<'bool'>;
  not(): Value<'bool'>;
}

/** A value of a stencil under way. It is no number yet: it has methods instead of operators. */
export type Value<T extends ValueType> = Whole<T> &
  Components<T> &
  (T extends NumberType ? Arithmetic<T> : T extends HalfVector ? Arithmetic<T> : unknown) &
  (T extends IntegerType ? Integers<T> : unknown) &
  (T extends 'float' | 'int' | 'uint' | 'double' | 'float16_t' ? Order<T> : unknown) &
  (T extends 'bool' ? Logic : unknown);

/** A value of any type, by what all have: a union of them all is too much for TypeScript. */
export type AnyValue = Pick<Whole<ValueType>, 'type'> & { named(name: string): unknown };

/** A coordinate of voxels: an offset from this voxel in plain whole numbers, or any ivec3. */
type Place = [i: number, j: number, k: number] | [coord: Value<'ivec3'>];

/** A field: its value at this voxel, and what it is elsewhere. */
export type FieldHandle<F extends FieldType> = Value<ValueOf<F>> & {
  readonly field: F;
  /** The field as it was before the stencil: at an offset in voxels, a tap, or at a computed coordinate. */
  at(...place: Place): Value<ValueOf<F>>;
  /** The field of the coarser level, at a coordinate of that level. */
  coarse(coord: Value<'ivec3'>): Value<ValueOf<F>>;
  /** The field of the finer level, at a coordinate of that level. */
  fine(coord: Value<'ivec3'>): Value<ValueOf<F>>;
  /** Mixed trilinearly, or the nearest voxel's, at world metres. Integers can only be sampled `'nearest'`. */
  sample(position: Value<'vec3'>, filter?: 'trilinear' | 'nearest'): Value<ValueOf<F>>;
};

/** Fields that hold an array of floats at each voxel. */
export type ArrayField = Extract<FieldType, `${string}]`>;

/** A field of arrays: its elements, each like a field of its own. */
export interface ElementsHandle<F extends ArrayField> {
  readonly field: F;
  /** How many elements there are at each voxel. */
  readonly length: number;
  /** The element of a plain whole number, from 0 on. */
  element(index: number): FieldHandle<'float32'>;
}

/** What an output takes: a value, a plain number where that is enough, or one of these for each element of an array. */
export type Given<F extends FieldType> = F extends ArrayField
  ? readonly (Value<'float'> | number)[]
  : Value<ValueOf<F>> | ScalarNumber<F>;

/** What a traced stencil names: fields with their types, parameters and scalars with theirs. */
export interface TraceOptions<
  I extends Readonly<Record<string, FieldType>>,
  O extends Readonly<Record<string, FieldType>>,
  P extends Readonly<Record<string, ValueType>>,
  S extends Readonly<Record<string, ScalarType>>,
> {
  readonly inputs?: I;
  /** Fields that it writes; one that nobody declared is made, with this type and default 0. */
  readonly outputs?: O;
  readonly parameters?: P;
  /** Scalars that it reads, which an earlier stencil reduced into or the host set. */
  readonly scalars?: S;
}

/** Handles by name: inputs as fields, parameters and scalars as values. */
export type Handles<
  I extends Readonly<Record<string, FieldType>>,
  P extends Readonly<Record<string, ValueType>>,
  S extends Readonly<Record<string, ScalarType>>,
> = (string extends keyof I
  ? unknown
  : { readonly [K in keyof I]: I[K] extends ArrayField ? ElementsHandle<I[K]> : FieldHandle<I[K]> }) &
  ValuesOf<P> &
  ValuesOf<S>;

/** Lists that are left out have no names of their own. */
type ValuesOf<P extends Readonly<Record<string, ValueType>>> = string extends keyof P
  ? unknown
  : { readonly [K in keyof P]: Value<P[K]> };

/** The outputs, to be written by hand. */
export type Outputs<O extends Readonly<Record<string, FieldType>>> = string extends keyof O
  ? unknown
  : { readonly [K in keyof O]: OutputHandle<O[K]> };

/**
 * What the body gives: each output's new value, or `written` for one that it wrote by hand. A stencil without outputs, which only
 * reduces, gives nothing.
 */
export type Results<O extends Readonly<Record<string, FieldType>>> = string extends keyof O
  ? void
  : { readonly [K in keyof O]: Given<O[K]> | typeof written };

type ScalarNumber<F extends FieldType> = ValueOf<F> extends ScalarType ? number : never;
