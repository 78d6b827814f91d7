/** @file Arrays with computed indices, and matrices, in traced stencils. Structs are objects of TypeScript. */

import { scalarOf } from '../ir.ts';
import type { Expression, ScalarType, ValueType } from '../ir.ts';
import { constant } from '../language/build.ts';
import { wantType } from '../language/constructors.ts';
import { lowerAggregateBinary, lowerMatrixCall, lowerMatrixConstructor } from '../language/matrices.ts';
import { article } from '../language/operators.ts';
import { checkDevice } from '../language/resolve-type.ts';
import { allocate, indexRef, readRef, refTo, writeRef } from '../language/storage.ts';
import type { Ref } from '../language/storage.ts';
import { leafCount, matrixOf } from '../language/types.ts';
import type { MatrixType, Type } from '../language/types.ts';
import { leavesOf, mapLeaves } from '../language/values.ts';
import type { Value as LoweredValue } from '../language/values.ts';
import { currentTrace, NOWHERE } from './trace.ts';
import type { Trace } from './trace.ts';
import type { AnyValue, Operand, Value } from './types.ts';
import { expressionOf, made, TracedValue } from './value.ts';

/** An array of values of one type, of a length that is known; a computed index is held within it. */
export interface ArrayHandle<T extends ValueType> {
  readonly length: number;
  /** What an element holds now. */
  at(index: number | Value<'int'> | Value<'uint'>): Value<T>;
  /** Makes an element hold another value from here on. */
  set(index: number | Value<'int'> | Value<'uint'>, value: Operand<T> | (T extends 'bool' ? boolean : never)): void;
}

/** Elements that one array may have. */
const LENGTH_LIMIT = 1024;

class TracedArray {
  readonly length: number;
  readonly #type: ValueType;
  readonly #ref: Ref;

  constructor(type: ValueType, length: number, ref: Ref) {
    this.#type = type;
    this.length = length;
    this.#ref = ref;
  }

  at(index: unknown): TracedValue {
    const trace = currentTrace('at(…) of an array');
    const read = readRef(indexRef(this.#ref, this.#index(trace, index))) as Expression;
    return new TracedValue(trace.declare('element', read).value);
  }

  set(index: unknown, value: unknown): void {
    const trace = currentTrace('set(…) of an array');
    const at = this.#index(trace, index);
    const given = expressionOf(trace, value, this.#type);
    const ready = wantType(trace.lowering, NOWHERE, 'the element', { value: given, type: this.#type });
    writeRef(trace.lowering, indexRef(this.#ref, at), ready);
    trace.changed();
  }

  #index(trace: Trace, index: unknown): Expression {
    const at = expressionOf(trace, index, 'int');
    if (at.type !== 'int' && at.type !== 'uint') {
      throw trace.fail(`an index is an int, and this is ${article(at.type)}; convert it with int(…)`);
    }
    const value = at.op === 'constant' ? at.value[0]! : 0;
    if (value >= 0 && value < this.length) return at;
    throw trace.fail(`an array of ${this.length} has no element ${value}; use 0 to ${this.length - 1}`);
  }
}

/** An array of a type: of so many zeros, or of the values given. */
export function array<T extends ValueType>(
  type: T,
  content: number | readonly (Value<NoInfer<T>> | number)[],
  name: string = 'array',
): ArrayHandle<T> {
  const trace = currentTrace('array(…)');
  const length = typeof content === 'number' ? content : content.length;
  if (!Number.isInteger(length) || length < 1 || length > LENGTH_LIMIT) {
    throw trace.fail(`the length of an array is ${length}; give 1 to ${LENGTH_LIMIT}`);
  }
  const whole: Type = { kind: 'array', element: type, length };
  const ref = refTo(whole, allocate(trace.lowering, name, whole));
  if (typeof content === 'number') {
    trace.lowering.emit({ op: 'clear', local: ref.storage.kind === 'leaf' ? ref.storage.local : -1 });
  } else {
    for (const [at, one] of content.entries()) {
      const given = expressionOf(trace, one, type);
      const ready = wantType(trace.lowering, NOWHERE, `element ${at}`, { value: given, type });
      writeRef(trace.lowering, indexRef(ref, constant('int', [at])), ready);
    }
  }
  return new TracedArray(type, length, ref) as unknown as ArrayHandle<T>;
}

type MatrixScalar = 'float' | 'double' | 'float16_t';
type Vector<N extends 2 | 3 | 4, S extends MatrixScalar> = {
  float: { 2: 'vec2'; 3: 'vec3'; 4: 'vec4' };
  double: { 2: 'dvec2'; 3: 'dvec3'; 4: 'dvec4' };
  float16_t: { 2: 'f16vec2'; 3: 'f16vec3'; 4: 'f16vec4' };
}[S][N];

/** A square matrix of floats, doubles or halves, by columns. */
export interface Matrix<N extends 2 | 3 | 4, S extends MatrixScalar = 'float'> {
  readonly size: N;
  add(other: Matrix<N, S> | Value<S> | number): Matrix<N, S>;
  sub(other: Matrix<N, S> | Value<S> | number): Matrix<N, S>;
  /** The product of linear algebra; of a number, of each component. */
  mul(other: Matrix<N, S> | Value<S> | number): Matrix<N, S>;
  mul(vector: Value<Vector<N, S>>): Value<Vector<N, S>>;
  column(index: number): Value<Vector<N, S>>;
  transpose(): Matrix<N, S>;
  inverse(): Matrix<N, S>;
  determinant(): Value<S>;
}

class TracedMatrix {
  readonly size: number;
  readonly #value: LoweredValue;
  readonly #scalar: ScalarType;

  constructor(value: LoweredValue) {
    this.#value = value;
    this.size = leafCount(value.type as Type);
    this.#scalar = scalarOf((value.type as MatrixType).column);
  }

  get value(): LoweredValue {
    return this.#value;
  }

  add(other: unknown): unknown {
    return this.#operate('+', other);
  }
  sub(other: unknown): unknown {
    return this.#operate('-', other);
  }
  mul(other: unknown): unknown {
    return this.#operate('*', other);
  }
  transpose(): unknown {
    return this.#call('transpose');
  }
  inverse(): unknown {
    return this.#call('inverse');
  }
  determinant(): unknown {
    return this.#call('determinant');
  }

  column(index: unknown): TracedValue {
    const trace = currentTrace('column(…)');
    const column = typeof index === 'number' ? leavesOf(this.#value)[index] : undefined;
    if (column !== undefined) return new TracedValue(column);
    throw trace.fail(`a matrix of ${this.size} columns has no column ${String(index)}; use 0 to ${this.size - 1}`);
  }

  #operate(operator: '+' | '-' | '*', other: unknown): unknown {
    const trace = currentTrace(`the operator ${operator}`);
    const right = other instanceof TracedMatrix ? other.value : expressionOf(trace, other, this.#scalar);
    return wrapped(trace, lowerAggregateBinary(trace.lowering, NOWHERE, operator, { left: this.#value, right }));
  }

  #call(name: string): unknown {
    const trace = currentTrace(`${name}()`);
    return wrapped(trace, lowerMatrixCall(trace.lowering, NOWHERE, name, [this.#value]));
  }
}

/** A result as its handle; a matrix's columns are values of the trace each. */
function wrapped(trace: Trace, value: LoweredValue): TracedMatrix | TracedValue {
  if (value.op !== 'aggregate') return made(trace, value);
  return new TracedMatrix(mapLeaves(value, (leaf) => trace.note(leaf)));
}

type AnyMatrix<S extends MatrixScalar> = Matrix<2, S> | Matrix<3, S> | Matrix<4, S>;
type Part = AnyValue | AnyMatrix<'float'> | AnyMatrix<'double'> | AnyMatrix<'float16_t'> | number;
type MatrixConstructor<N extends 2 | 3 | 4, S extends MatrixScalar> = (
  ...parts: readonly [Part, ...Part[]]
) => Matrix<N, S>;

function constructor<N extends 2 | 3 | 4, S extends MatrixScalar>(size: N, scalar: S): MatrixConstructor<N, S> {
  const name = `${{ float: '', double: 'd', float16_t: 'f16' }[scalar]}mat${size}`;
  const type: MatrixType = matrixOf(name)!;
  return (...parts) => {
    const trace = currentTrace(`${name}(…)`);
    checkDevice(
      { environment: trace.lowering.environment, fail: (_, problem) => trace.fail(problem) },
      NOWHERE,
      scalar,
    );
    const args = parts.map((part) => (part instanceof TracedMatrix ? part.value : expressionOf(trace, part, scalar)));
    const node = { span: NOWHERE, args: args.map(() => ({ span: NOWHERE })) };
    return wrapped(trace, lowerMatrixConstructor(trace.lowering, node, type, args)) as unknown as Matrix<N, S>;
  };
}

/** Two columns of two floats: of its parts by columns, or one number for the diagonal. */
export const mat2: MatrixConstructor<2, 'float'> = constructor(2, 'float');
/** Three columns of three floats. */
export const mat3: MatrixConstructor<3, 'float'> = constructor(3, 'float');
/** Four columns of four floats. */
export const mat4: MatrixConstructor<4, 'float'> = constructor(4, 'float');
/** Two columns of two doubles, for devices that have them. */
export const dmat2: MatrixConstructor<2, 'double'> = constructor(2, 'double');
/** Three columns of three doubles. */
export const dmat3: MatrixConstructor<3, 'double'> = constructor(3, 'double');
/** Four columns of four doubles. */
export const dmat4: MatrixConstructor<4, 'double'> = constructor(4, 'double');
/** Two columns of two halves, for devices that have them. */
export const f16mat2: MatrixConstructor<2, 'float16_t'> = constructor(2, 'float16_t');
/** Three columns of three halves. */
export const f16mat3: MatrixConstructor<3, 'float16_t'> = constructor(3, 'float16_t');
/** Four columns of four halves. */
export const f16mat4: MatrixConstructor<4, 'float16_t'> = constructor(4, 'float16_t');
