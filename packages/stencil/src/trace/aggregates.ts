/** @file Arrays with computed indices, and matrices, in traced stencils. Structs are objects of TypeScript. */

import type { Expression, ValueType } from '../ir.ts';
import { constant } from '../language/build.ts';
import { wantType } from '../language/constructors.ts';
import { lowerAggregateBinary, lowerMatrixCall, lowerMatrixConstructor } from '../language/matrices.ts';
import { article } from '../language/operators.ts';
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

type Vector<N extends 2 | 3 | 4> = { 2: 'vec2'; 3: 'vec3'; 4: 'vec4' }[N];

/** A square matrix of floats, by columns. */
export interface Matrix<N extends 2 | 3 | 4> {
  readonly size: N;
  add(other: Matrix<N> | Value<'float'> | number): Matrix<N>;
  sub(other: Matrix<N> | Value<'float'> | number): Matrix<N>;
  /** The product of linear algebra; of a number, of each component. */
  mul(other: Matrix<N> | Value<'float'> | number): Matrix<N>;
  mul(vector: Value<Vector<N>>): Value<Vector<N>>;
  column(index: number): Value<Vector<N>>;
  transpose(): Matrix<N>;
  inverse(): Matrix<N>;
  determinant(): Value<'float'>;
}

class TracedMatrix {
  readonly size: number;
  readonly #value: LoweredValue;

  constructor(value: LoweredValue) {
    this.#value = value;
    this.size = leafCount(value.type as Type);
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
    const right = other instanceof TracedMatrix ? other.value : expressionOf(trace, other, 'float');
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

type Part = AnyValue | Matrix<2> | Matrix<3> | Matrix<4> | number;

function constructor<N extends 2 | 3 | 4>(size: N): (...parts: readonly [Part, ...Part[]]) => Matrix<N> {
  return (...parts) => {
    const trace = currentTrace(`mat${size}(…)`);
    const type: MatrixType = matrixOf(`mat${size}`)!;
    const args = parts.map((part) => (part instanceof TracedMatrix ? part.value : expressionOf(trace, part, 'float')));
    const node = { span: NOWHERE, args: args.map(() => ({ span: NOWHERE })) };
    return wrapped(trace, lowerMatrixConstructor(trace.lowering, node, type, args)) as unknown as Matrix<N>;
  };
}

/** Two columns of two floats: of its parts by columns, or one number for the diagonal. */
export const mat2: (...parts: readonly [Part, ...Part[]]) => Matrix<2> = constructor(2);
/** Three columns of three floats. */
export const mat3: (...parts: readonly [Part, ...Part[]]) => Matrix<3> = constructor(3);
/** Four columns of four floats. */
export const mat4: (...parts: readonly [Part, ...Part[]]) => Matrix<4> = constructor(4);
