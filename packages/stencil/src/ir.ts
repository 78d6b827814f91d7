/**
 * @file The typed intermediate representation of a stencil: what the parser and the tracer produce, what the emitters
 * and the interpreter consume. Expressions are trees, statements are structured, locals are mutable and numbered;
 * user functions stay functions. Every node carries its type, so that no consumer infers one again.
 *
 * The meaning of each node is written beside it; `verify.ts` holds a whole stencil against these words.
 *
 * The language has more than the IR: matrices are columns here, structs are their members, functions that return either
 * have `out` parameters for them, GLSL's functions of bits and packing are functions of the stencil, and GLSL's rules of
 * conversion are `convert`s. What is left of arrays are locals with a length, of scalars or vectors.
 */

import type { Print } from './debug.ts';
import type { FieldPlace } from './field-place.ts';

/** Scalar kinds of the language; `double` and `float16_t` are for devices that have them. */
export type ScalarType = 'float' | 'int' | 'uint' | 'bool' | 'double' | 'float16_t';

/** Value types, by their GLSL names. */
export type ValueType =
  | ScalarType
  | 'vec2'
  | 'vec3'
  | 'vec4'
  | 'ivec2'
  | 'ivec3'
  | 'ivec4'
  | 'uvec2'
  | 'uvec3'
  | 'uvec4'
  | 'bvec2'
  | 'bvec3'
  | 'bvec4'
  | 'dvec2'
  | 'dvec3'
  | 'dvec4'
  | 'f16vec2'
  | 'f16vec3'
  | 'f16vec4';

/**
 * How a field is stored: `vec2` … `vec4` are two to four arrays of float32, `f16vec2` … `f16vec4` of halves, and so on. What is
 * computed with has 32 bits at least: `float16` reads as `float`, `f16vec3` as `vec3`; `uint8` reads as `uint`, `u8vec3` as `uvec3`;
 * `float64` reads as `double`. `float32[19]` are nineteen arrays, of which the IR reads and writes single components only, as
 * `float`.
 */
export type FieldType =
  | 'float32'
  | 'float16'
  | 'float64'
  | 'int32'
  | 'uint32'
  | 'uint8'
  | `${'' | 'f16' | 'd' | 'i' | 'u' | 'u8'}vec${2 | 3 | 4}`
  | `float32[${number}]`
  | `float16[${number}]`;

/** Which level a read reaches: the stencil's own, the one of twice its voxel size, or the one of half of it. */
export type LevelRelation = 'same' | 'coarse' | 'fine';

/** An offset or coordinate in voxels: x, y, z. */
export type Offset = readonly [number, number, number];

/** Which voxels of a checkerboard a stencil runs on: red where i + j + k is even, black where it is odd. */
export type Color = 'red' | 'black';

export type ReduceKind = 'sum' | 'min' | 'max' | 'any' | 'all';

/**
 * Built-in quantities. `coord` ivec3 is the voxel's index coordinate, `dt` and `time` float seconds, `frame` uint,
 * `voxelSize` float metres (of the stencil's own level).
 */
export type BuiltinName = 'coord' | 'dt' | 'time' | 'frame' | 'voxelSize';

export type UnaryOperator = '-' | '!' | '~';
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '<'
  | '<='
  | '>'
  | '>='
  | '=='
  | '!='
  | '&&'
  | '||'
  | '^^'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>';

/**
 * GLSL's functions that the IR keeps as calls, with GLSL's meaning; `fma(a, b, c)` is a multiply and an add, each rounded,
 * and `round` takes halves to even. The third argument of `mix` may be a bool vector, which chooses.
 */
export type CallName =
  | 'abs'
  | 'sign'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'trunc'
  | 'fract'
  | 'mod'
  | 'min'
  | 'max'
  | 'clamp'
  | 'mix'
  | 'step'
  | 'smoothstep'
  | 'sqrt'
  | 'inversesqrt'
  | 'pow'
  | 'exp'
  | 'exp2'
  | 'log'
  | 'log2'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'atan2'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'radians'
  | 'degrees'
  | 'dot'
  | 'length'
  | 'distance'
  | 'normalize'
  | 'cross'
  | 'reflect'
  | 'fma'
  | 'any'
  | 'all'
  | 'not'
  | 'isnan'
  | 'isinf'
  | 'lessThan'
  | 'lessThanEqual'
  | 'greaterThan'
  | 'greaterThanEqual'
  | 'equal'
  | 'notEqual'
  | 'floatBitsToInt'
  | 'floatBitsToUint'
  | 'intBitsToFloat'
  | 'uintBitsToFloat'
  | 'packDouble2x32'
  | 'unpackDouble2x32';

/** Where in the user's text a node came from: offset of its first character, and length in characters. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

export type Expression =
  /** `value` has one number for each component; bool is 0 or 1; a float, double or float16_t is exactly representable in it. */
  | { readonly op: 'constant'; readonly type: ValueType; readonly value: readonly number[] }
  | { readonly op: 'local'; readonly type: ValueType; readonly local: number }
  | { readonly op: 'builtin'; readonly type: ValueType; readonly name: BuiltinName }
  | { readonly op: 'parameter'; readonly type: ValueType; readonly name: string }
  /** A scalar that an earlier pass reduced into, or that the host set. */
  | { readonly op: 'scalar'; readonly type: ScalarType; readonly name: string }
  | { readonly op: 'unary'; readonly type: ValueType; readonly operator: UnaryOperator; readonly operand: Expression }
  /**
   * Both sides have the same type (the front end splats and converts), except shifts, whose sides agree in size only.
   * Comparison operators take scalars, or whole vectors for `==` and `!=`, and give bool. `&&`, `||` evaluate lazily.
   */
  | {
      readonly op: 'binary';
      readonly type: ValueType;
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `condition` is a bool scalar; only the chosen side is evaluated. */
  | {
      readonly op: 'select';
      readonly type: ValueType;
      readonly condition: Expression;
      readonly then: Expression;
      readonly else: Expression;
    }
  /** Arguments are splat to the result's size where GLSL allows a scalar in their place. */
  | { readonly op: 'call'; readonly type: ValueType; readonly name: CallName; readonly args: readonly Expression[] }
  /**
   * A user function of this stencil. One that gets `out` or `inout` has effects, and stands only as the whole value of an
   * `assign`, or in an `evaluate`.
   */
  | {
      readonly op: 'invoke';
      readonly type: ValueType | 'void';
      readonly function: number;
      readonly args: readonly Argument[];
    }
  /** Components of `args`, in order, fill `type` exactly; all have its scalar type. A single scalar argument is a splat. */
  | { readonly op: 'construct'; readonly type: ValueType; readonly args: readonly Expression[] }
  /** Same size, other scalar type; GLSL's conversions (float → int truncates, anything → bool is ≠ 0). */
  | { readonly op: 'convert'; readonly type: ValueType; readonly operand: Expression }
  | {
      readonly op: 'swizzle';
      readonly type: ValueType;
      readonly operand: Expression;
      readonly components: readonly number[];
    }
  /** A vector's component by a computed index; out of range is clamped. */
  | { readonly op: 'index'; readonly type: ScalarType; readonly operand: Expression; readonly index: Expression }
  /** An element of a local that is an array, by a scalar int or uint; out of range is clamped. */
  | { readonly op: 'element'; readonly type: ValueType; readonly local: number; readonly index: Expression }
  /** The field at coord + offset, old copy. `component` −1 is the whole value. */
  | {
      readonly op: 'tap';
      readonly type: ValueType;
      readonly field: string;
      readonly component: number;
      readonly offset: Offset;
    }
  /** The field at a computed ivec3 coordinate of `level`. Background where there is no leaf. `component` −1 is the whole value. */
  | {
      readonly op: 'gather';
      readonly type: ValueType;
      readonly field: string;
      readonly component: number;
      readonly level: LevelRelation;
      readonly coord: Expression;
    }
  /**
   * Trilinear (or nearest) sample at a vec3 of world metres, on the stencil's own level. `at` is where the values live that
   * are sampled: their lattice is half a voxel lower than that of the centres along the axis of their face. The whole of a
   * field on `faces` is sampled component by component, each on its own lattice.
   */
  | {
      readonly op: 'sample';
      readonly type: ValueType;
      readonly field: string;
      readonly component: number;
      readonly at: FieldPlace;
      readonly filter: 'trilinear' | 'nearest';
      readonly position: Expression;
    }
  /** Whether the voxel at an ivec3 of the stencil's own level is active. */
  | { readonly op: 'isActive'; readonly type: 'bool'; readonly coord: Expression }
  /** World metres of an ivec3 or vec3 in index space (vec3 result), on the stencil's own level. */
  | { readonly op: 'indexToWorld'; readonly type: 'vec3'; readonly operand: Expression }
  /** Index-space vec3 of world metres. `WorldToCoord` is floor(x + 0.5) of it, as ivec3 (the voxel whose cell holds the point). */
  | { readonly op: 'worldToIndex'; readonly type: 'vec3'; readonly operand: Expression };

/** An argument of a user function: a value, or for `out`/`inout` the local that receives it. */
export type Argument =
  | { readonly mode: 'in'; readonly value: Expression }
  | { readonly mode: 'out' | 'inout'; readonly local: number };

export type Statement =
  /** Assigns a local, or some components of one (`components` in the order of the value's). */
  | {
      readonly op: 'assign';
      readonly local: number;
      readonly components?: readonly number[];
      readonly value: Expression;
    }
  /** Assigns an element of a local that is an array, or some components of one; an index out of range is clamped. */
  | {
      readonly op: 'assignElement';
      readonly local: number;
      readonly index: Expression;
      readonly components?: readonly number[];
      readonly value: Expression;
    }
  /** Sets every element of a local that is an array to zero. */
  | { readonly op: 'clear'; readonly local: number }
  /** Assigns one component by a computed index; out of range is clamped. */
  | { readonly op: 'assignIndex'; readonly local: number; readonly index: Expression; readonly value: Expression }
  | {
      readonly op: 'if';
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly else: readonly Statement[];
    }
  /**
   * `while (condition) { body; continuing }`, at most `limit` times (then it ends as if the condition were false).
   * `testFirst: false` is `do … while`. `continue` goes to `continuing`.
   */
  | {
      readonly op: 'loop';
      readonly testFirst: boolean;
      readonly condition: Expression;
      readonly body: readonly Statement[];
      readonly continuing: readonly Statement[];
      readonly limit: number;
    }
  | { readonly op: 'break' }
  | { readonly op: 'continue' }
  /** Leaves the function; at the top level, ends the voxel's work. */
  | { readonly op: 'return'; readonly value?: Expression }
  /** Evaluates an `invoke` for its effects. */
  | { readonly op: 'evaluate'; readonly value: Expression }
  /** The voxel's own new value, old value elsewhere. `component` −1 is the whole value. The last write wins. Only at the top function. */
  | { readonly op: 'write'; readonly field: string; readonly component: number; readonly value: Expression }
  /**
   * Prints values, in a stencil that is debugged, where this is the voxel that prints. `number` is that of `prints`. Only at the
   * top function.
   */
  | { readonly op: 'print'; readonly number: number; readonly values: readonly Expression[] }
  /** One contribution of this voxel; a later one in the same voxel is combined with it. Only at the top function. Any and all take bool. */
  | { readonly op: 'reduce'; readonly scalar: string; readonly kind: ReduceKind; readonly value: Expression };

/**
 * A variable of a function. One with a `length` is an array of so many values of the type: it is read by `element`, assigned by
 * `assignElement` and `clear`, and passed to functions as `out` or `inout`; never a value as a whole.
 */
export interface Local {
  readonly name: string;
  readonly type: ValueType;
  readonly length?: number;
}

/**
 * A user function; it calls only functions of a lower number. Its parameters are its first locals, in order (arrays among them are
 * `out` or `inout`). `coord` and the other built-ins are readable within.
 */
export interface StencilFunction {
  readonly name: string;
  readonly returns: ValueType | 'void';
  readonly parameters: readonly { readonly mode: 'in' | 'out' | 'inout'; readonly type: ValueType }[];
  readonly locals: readonly Local[];
  readonly body: readonly Statement[];
}

/** Inclusive box of integer offsets. */
export interface Reach {
  readonly low: Offset;
  readonly high: Offset;
}

export interface FieldRead {
  readonly field: string;
  readonly type: FieldType;
  /** Where its values live; `center` for fields of other levels, which are never sampled. */
  readonly at: FieldPlace;
  readonly level: LevelRelation;
  /** Union of the boxes of all reads that have one: taps, and computed coordinates that stay near; null where none has. */
  readonly reach: Reach | null;
  /** Whether a coordinate is computed that may be anywhere. */
  readonly gather: boolean;
  /** Components that are read, ascending. */
  readonly components: readonly number[];
  /** The same of each component by itself, in the order of `components`. */
  readonly parts: readonly ComponentRead[];
}

/** How one component of a field is read. */
export interface ComponentRead {
  readonly component: number;
  readonly reach: Reach | null;
  readonly gather: boolean;
}

export interface FieldWrite {
  readonly field: string;
  readonly type: FieldType;
  /** Whether nobody declared the field: it is made, with this type and default 0. */
  readonly undeclared: boolean;
  readonly components: readonly number[];
  /** Whether every voxel that runs writes every component on every path. */
  readonly always: boolean;
  /** Whether the new values go to a second copy, since other voxels may still read the old ones. */
  readonly doubleBuffered: boolean;
}

export interface Reduction {
  readonly scalar: string;
  readonly kind: ReduceKind;
  readonly type: ScalarType;
  /** Whether nobody declared the scalar: it is made. */
  readonly undeclared: boolean;
}

/** A parameter or scalar's type, and its place: byte offset in the `uniforms` or `scalars` block. */
export interface Slot {
  readonly type: ValueType;
  readonly byteOffset: number;
}

/** What a stencil may name, on its level and the neighbouring ones. */
export interface Environment {
  readonly fields: ReadonlyMap<string, FieldType>;
  /** Where fields of the stencil's own level live that do not live at voxel centres. */
  readonly places?: ReadonlyMap<string, FieldPlace>;
  /** Scalar types that the device does not have; all are there by default. */
  readonly missing?: readonly ('double' | 'float16_t')[];
  readonly coarseFields?: ReadonlyMap<string, FieldType>;
  readonly fineFields?: ReadonlyMap<string, FieldType>;
  readonly parameters: ReadonlyMap<string, ValueType>;
  readonly scalars: ReadonlyMap<string, ScalarType>;
}

/** What a user writes. */
export interface StencilSource {
  readonly name: string;
  /** Fields (or `NAME_x` components of them) that may be read. */
  readonly inputs: readonly string[];
  /** Fields that may be written. */
  readonly outputs: readonly string[];
  readonly code: string;
  /** Path of the file that the code came from: errors name it. */
  readonly file?: string;
  /** Names of the simulation's parameters that it uses; without it, all may be used. */
  readonly parameters?: readonly string[];
  /** How far, in voxels, computed reads may go across subdomains. Taps beyond it are an error where it is given. */
  readonly neighborRadius?: number;
  readonly requiresHalos?: boolean;
  readonly color?: Color;
  /** Whether writes that are not finite, reads outside of the topology and `printf` are told of: slower, for finding faults. */
  readonly debug?: boolean;
}

/** A whole, checked stencil. */
export interface Stencil {
  readonly name: string;
  readonly source: string;
  readonly color: Color | null;
  readonly locals: readonly Local[];
  readonly body: readonly Statement[];
  readonly functions: readonly StencilFunction[];
  readonly reads: readonly FieldRead[];
  readonly writes: readonly FieldWrite[];
  readonly reductions: readonly Reduction[];
  /** Parameters and scalars that are read, with their types; the emitters address them by a byte offset that the engine gives. */
  readonly parameters: ReadonlyMap<string, ValueType>;
  readonly scalars: ReadonlyMap<string, ScalarType>;
  readonly neighborRadius: number | null;
  readonly requiresHalos: boolean;
  readonly debug: boolean;
  /** The `printf`s of the text, by number. */
  readonly prints: readonly Print[];
}

const SIZES: Readonly<Record<string, number>> = { '2': 2, '3': 3, '4': 4 };

/** Number of components of a value type, 1 to 4. */
export function sizeOf(type: ValueType): number {
  return SIZES[type[type.length - 1]!] ?? 1;
}

/** Scalar type of a value type's components. */
export function scalarOf(type: ValueType): ScalarType {
  if (sizeOf(type) === 1) return type as ScalarType;
  return VECTOR_SCALARS[type[0]!] ?? 'float';
}

const VECTOR_SCALARS: Readonly<Record<string, ScalarType>> = {
  i: 'int',
  u: 'uint',
  b: 'bool',
  d: 'double',
  f: 'float16_t',
};

const PREFIXES: Readonly<Record<ScalarType, string>> = {
  float: '',
  int: 'i',
  uint: 'u',
  bool: 'b',
  double: 'd',
  float16_t: 'f16',
};

/** Whether a scalar type is float, double or float16_t. */
export function isFloating(scalar: ScalarType): boolean {
  return scalar === 'float' || scalar === 'double' || scalar === 'float16_t';
}

/** Rounds a number to what a floating type can hold. */
export function roundingOf(scalar: ScalarType): (value: number) => number {
  if (scalar === 'double') return (value) => value;
  return scalar === 'float16_t' ? Math.f16round : Math.fround;
}

/** The value type of `size` components of a scalar type. */
export function vectorOf(scalar: ScalarType, size: number): ValueType {
  if (size === 1) return scalar;
  return `${PREFIXES[scalar]}vec${size}` as ValueType;
}
