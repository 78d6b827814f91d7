/**
 * @file What a stencil is lowered onto: a machine of typed values, variables, structured control flow and memory behind
 * 64-bit addresses. There are two of them, `spirv-target.ts` (what devices run) and `glsl-target.ts` (what people read),
 * and one lowering that speaks to either, so the two texts can't say different things.
 */
import type { ScalarType, ValueType } from '../ir.ts';
import { scalarOf, sizeOf, vectorOf } from '../ir.ts';

/** A value of the machine: an identifier in SPIR-V, an expression in GLSL. */
export interface Value {
  readonly type: ValueType;
  readonly ref: number | string;
  /** The components, where they are known. */
  readonly constant?: readonly number[];
}

/** A mutable local, of one function; with a length, an array of so many values of the type. */
export interface Variable {
  readonly type: ValueType;
  readonly length?: number;
  readonly ref: number | string;
}

/** An array that a workgroup shares. */
export interface SharedArray {
  readonly type: ScalarType;
  readonly ref: number | string;
}

/** A function of the module. `pointers` tells which of its parameters are variables of the caller. */
export interface FunctionReference {
  readonly returns: ValueType | 'void';
  readonly ref: number | string;
}

export interface FunctionParameter {
  readonly name: string;
  readonly type: ValueType;
  /** Whether the caller's variable is passed instead of a value. */
  readonly variable: boolean;
  /** Of a variable that is an array. */
  readonly length?: number;
}

/** How elements lie in memory. `f16` is read and written as float, `u8` as uint. */
export type ElementKind = 'f32' | 'f64' | 'i32' | 'u32' | 'f16' | 'u8';

/** Elements of one load or store. */
export type Width = 1 | 2 | 4;

/** Where an operation stands in SPIR-V: an opcode for each scalar type, or a number of the `GLSL.std.450` set. */
interface Opcodes {
  readonly float?: number;
  readonly int?: number;
  readonly uint?: number;
  readonly bool?: number;
  readonly extended?: boolean;
  /** Whether the result is bool, whatever the operands are. */
  readonly compares?: boolean;
  /** GLSL: an infix operator, or a function's name. */
  readonly infix?: string;
  readonly prefix?: string;
  readonly name?: string;
}

const each = (code: number): Pick<Opcodes, 'int' | 'uint'> => ({ int: code, uint: code });
const extended = (float: number, name: string): Opcodes => ({ float, extended: true, name });

/** The componentwise operations of both targets, by name. */
export type Operation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'neg'
  | 'and'
  | 'or'
  | 'xor'
  | 'not'
  | 'shl'
  | 'shr'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'eq'
  | 'ne'
  | 'isnan'
  | 'isinf'
  | 'min'
  | 'max'
  | 'abs'
  | 'sign'
  | 'roundEven'
  | 'trunc'
  | 'floor'
  | 'ceil'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'atan2'
  | 'pow'
  | 'exp'
  | 'log'
  | 'exp2'
  | 'log2'
  | 'sqrt'
  | 'inversesqrt';

const OPERATIONS: Readonly<Record<Operation, Opcodes>> = {
  add: { float: 129, ...each(128), infix: '+' },
  sub: { float: 131, ...each(130), infix: '-' },
  mul: { float: 133, ...each(132), infix: '*' },
  div: { float: 136, int: 135, uint: 134, infix: '/' },
  neg: { float: 127, ...each(126), prefix: '-' },
  and: { ...each(199), bool: 167, infix: '&' },
  or: { ...each(197), bool: 166, infix: '|' },
  xor: { ...each(198), bool: 165, infix: '^' },
  not: { ...each(200), bool: 168, prefix: '~' },
  shl: { ...each(196), infix: '<<' },
  shr: { int: 195, uint: 194, infix: '>>' },
  lt: { float: 184, int: 177, uint: 176, compares: true, infix: '<', name: 'lessThan' },
  le: { float: 188, int: 179, uint: 178, compares: true, infix: '<=', name: 'lessThanEqual' },
  gt: { float: 186, int: 173, uint: 172, compares: true, infix: '>', name: 'greaterThan' },
  ge: { float: 190, int: 175, uint: 174, compares: true, infix: '>=', name: 'greaterThanEqual' },
  eq: { float: 180, ...each(170), bool: 164, compares: true, infix: '==', name: 'equal' },
  ne: { float: 183, ...each(171), bool: 165, compares: true, infix: '!=', name: 'notEqual' },
  isnan: { float: 156, compares: true, name: 'isnan' },
  isinf: { float: 157, compares: true, name: 'isinf' },
  min: { float: 79, int: 39, uint: 38, extended: true, name: 'min' },
  max: { float: 80, int: 42, uint: 41, extended: true, name: 'max' },
  abs: { float: 4, int: 5, extended: true, name: 'abs' },
  sign: { float: 6, int: 7, extended: true, name: 'sign' },
  roundEven: extended(2, 'roundEven'),
  trunc: extended(3, 'trunc'),
  floor: extended(8, 'floor'),
  ceil: extended(9, 'ceil'),
  sin: extended(13, 'sin'),
  cos: extended(14, 'cos'),
  tan: extended(15, 'tan'),
  asin: extended(16, 'asin'),
  acos: extended(17, 'acos'),
  atan: extended(18, 'atan'),
  sinh: extended(19, 'sinh'),
  cosh: extended(20, 'cosh'),
  tanh: extended(21, 'tanh'),
  asinh: extended(22, 'asinh'),
  acosh: extended(23, 'acosh'),
  atanh: extended(24, 'atanh'),
  atan2: extended(25, 'atan'),
  pow: extended(26, 'pow'),
  exp: extended(27, 'exp'),
  log: extended(28, 'log'),
  exp2: extended(29, 'exp2'),
  log2: extended(30, 'log2'),
  sqrt: extended(31, 'sqrt'),
  inversesqrt: extended(32, 'inversesqrt'),
};

/** An operation's row of the table. */
export function opcodesOf(operation: Operation): Opcodes {
  return OPERATIONS[operation];
}

/** The opcode of an operation on a scalar type; all floating types share one. */
export function opcodeFor(operation: Operation, scalar: ScalarType): number | undefined {
  const row = OPERATIONS[operation];
  return scalar === 'double' || scalar === 'float16_t' ? row.float : row[scalar];
}

/** The type that an operation gives, by its first operand's. */
export function resultType(operation: Operation, operand: ValueType): ValueType {
  return opcodesOf(operation).compares ? vectorOf('bool', sizeOf(operand)) : operand;
}

/** The machine. Everything is appended where the machine stands; control flow takes closures that append their part. */
export interface Target {
  constant(type: ValueType, values: readonly number[]): Value;
  apply(operation: Operation, ...operands: readonly Value[]): Value;
  /** Whether any, or all, components of a bool vector are true. */
  quantify(which: 'any' | 'all', operand: Value): Value;
  /** `condition` is a bool, or a bool vector of the operands' size: then each component chooses. */
  select(condition: Value, then: Value, otherwise: Value): Value;
  /** Components in order; as many as the type has. */
  construct(type: ValueType, parts: readonly Value[]): Value;
  swizzle(operand: Value, components: readonly number[]): Value;
  /** One component by a computed index that is in range. */
  extract(operand: Value, index: Value): Value;
  /** The operand with one component replaced, by a computed index that is in range. */
  insert(operand: Value, index: Value, component: Value): Value;
  /** Between float, int and uint, in range. */
  convert(type: ValueType, operand: Value): Value;
  /** Same bits, other type of the same size. */
  bitcast(type: ValueType, operand: Value): Value;
  /** Two halves in the bits of a uint, the lower first, as vec2; and back, rounded to the nearest. */
  unpackHalf(operand: Value): Value;
  packHalf(operand: Value): Value;
  /** The same value, computed here and once. */
  keep(value: Value, name: string): Value;

  variable(type: ValueType, name: string, length?: number): Variable;
  get(variable: Variable): Value;
  set(variable: Variable, value: Value): void;
  /** An element of an array, by an index that is in range. */
  getElement(array: Variable, index: Value): Value;
  setElement(array: Variable, index: Value, value: Value): void;
  /** Sets every element of an array to zero. */
  clear(array: Variable): void;
  /** Gives a variable what another of its type and length holds. */
  copy(to: Variable, from: Variable): void;

  /** `if`: nothing is known of values made within, after it. */
  branch(condition: Value, then: () => void, otherwise?: () => void): void;
  /** `for (;; continuing) { if (!check()) break; body }`. */
  loop(check: () => Value, body: () => void, continuing: () => void): void;
  /** A body that `leave` may end early. */
  once(body: () => void): void;
  leave(): void;
  next(): void;
  return(value?: Value): void;

  /**
   * Bodies that don't hang on each other: where they are straight, the first operation of each, then the second of each, and so on;
   * else one body after the other.
   */
  abreast(bodies: readonly (() => void)[]): void;

  /** Runs `make` at the start of the current function: straight code only. */
  prologue<T>(make: () => T): T;
  function(
    name: string,
    returns: ValueType | 'void',
    parameters: readonly FunctionParameter[],
    body: (parameters: readonly (Value | Variable)[]) => void,
  ): FunctionReference;
  call(callee: FunctionReference, args: readonly (Value | Variable)[]): Value | null;

  /** Whether addresses are values, which variables can hold; where memory is bound they are not. */
  readonly namesAddresses: boolean;
  /** From now on, entries of the pass block are found in the push constants, in its stead. */
  pushAddresses(): void;
  /** Address (uvec2) of the n-th entry of the pass block. */
  address(entry: number): Value;
  /** `width` elements from element `index`·width of the array at `address`. */
  load(kind: ElementKind, width: Width, address: Value, index: Value): Value;
  store(kind: ElementKind, width: Width, address: Value, index: Value, value: Value): void;

  /** Adds to a u32 of an array, whatever other threads do; gives what it was. */
  atomicAdd(address: Value, index: Value, value: Value): Value;
  /** A variable that all functions see, of this thread alone. */
  global(type: ValueType, name: string): Variable;

  workgroupId(): Value;
  workgroupCount(): Value;
  localIndex(): Value;
  shared(type: ScalarType, length: number, name: string): SharedArray;
  getShared(array: SharedArray, index: Value): Value;
  setShared(array: SharedArray, index: Value, value: Value): void;
  barrier(): void;
  /**
   * The value that another thread of a quad has: the other of a pair, of numbers 2n and 2n + 1, or the same of the other pair. All
   * threads of the quad come here.
   */
  exchange(value: Value, between?: 'threads' | 'pairs'): Value;
  /** Threads of a workgroup. */
  setGroupThreads(count: number): void;
}

const REGISTERS: Readonly<Record<ElementKind, ScalarType>> = {
  f32: 'float',
  f64: 'double',
  i32: 'int',
  u32: 'uint',
  f16: 'float',
  u8: 'uint',
};

/** The type that an element is in registers. */
export function registerType(kind: ElementKind, width: Width): ValueType {
  return vectorOf(REGISTERS[kind], width);
}

/** The scalar type of a value's components. */
export function scalarOfValue(value: Value): ScalarType {
  return scalarOf(value.type);
}
