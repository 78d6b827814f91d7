/**
 * @file The values that a traced body computes with. Each holds an IR expression, and each method builds another by the
 * language's own rules, so types, folding and errors are the same in both ways of writing.
 */

import { componentFieldOf, componentsOf, readsAlike } from '../field-types.ts';
import { isFloating, roundingOf, scalarOf, sizeOf } from '../ir.ts';
import type { BinaryOperator, Expression, FieldType, LevelRelation, ScalarType, ValueType } from '../ir.ts';
import { affineOf } from '../language/affine.ts';
import { constant, filled, swizzle } from '../language/build.ts';
import { inputOrArray, inputPart } from '../language/field-names.ts';
import { article, lowerBinary, lowerUnary } from '../language/operators.ts';
import { readAt, sampleAt, wantCoordinate, wantPosition } from '../language/reads.ts';
import { swizzleComponents } from '../language/swizzles.ts';
import { currentTrace, NOWHERE } from './trace.ts';
import type { Trace } from './trace.ts';
import type { Value } from './types.ts';

/** A traced value as the machinery sees it. */
export class TracedValue {
  readonly #expression: () => Expression;

  constructor(expression: Expression | (() => Expression)) {
    this.#expression = typeof expression === 'function' ? expression : () => expression;
  }

  get expression(): Expression {
    return this.#expression();
  }

  get type(): ValueType {
    return this.expression.type as ValueType;
  }

  named(name: string): TracedValue {
    const trace = currentTrace('named(…)');
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw trace.fail(`"${name}" is no name of a variable; use letters, digits and _, not a digit first`);
    }
    const given = expressionOf(trace, this, null);
    if (given.op === 'constant') return this;
    const { index, value } = trace.declare(name, given);
    const { affine } = trace.lowering.frame;
    const known = affineOf(given, affine);
    if (known !== undefined && known.length === sizeOf(given.type as ValueType)) affine.set(index, known);
    return new TracedValue(value);
  }

  add(other: unknown): TracedValue {
    return operate('+', this, other);
  }
  sub(other: unknown): TracedValue {
    return operate('-', this, other);
  }
  mul(other: unknown): TracedValue {
    return operate('*', this, other);
  }
  div(other: unknown): TracedValue {
    return operate('/', this, other);
  }
  mod(other: unknown): TracedValue {
    return operate('%', this, other);
  }
  bitAnd(other: unknown): TracedValue {
    return operate('&', this, other);
  }
  bitOr(other: unknown): TracedValue {
    return operate('|', this, other);
  }
  bitXor(other: unknown): TracedValue {
    return operate('^', this, other);
  }
  shiftLeft(other: unknown): TracedValue {
    return operate('<<', this, other);
  }
  shiftRight(other: unknown): TracedValue {
    return operate('>>', this, other);
  }
  lt(other: unknown): TracedValue {
    return operate('<', this, other);
  }
  le(other: unknown): TracedValue {
    return operate('<=', this, other);
  }
  gt(other: unknown): TracedValue {
    return operate('>', this, other);
  }
  ge(other: unknown): TracedValue {
    return operate('>=', this, other);
  }
  eq(other: unknown): TracedValue {
    return operate('==', this, other);
  }
  ne(other: unknown): TracedValue {
    return operate('!=', this, other);
  }
  and(other: unknown): TracedValue {
    return operate('&&', this, other);
  }
  or(other: unknown): TracedValue {
    return operate('||', this, other);
  }
  neg(): TracedValue {
    return negate('-', this);
  }
  not(): TracedValue {
    return negate('!', this);
  }

  /** A value has no number before the stencil runs: `a + b` would glue texts together. */
  [Symbol.toPrimitive](): never {
    throw currentTrace('an operator').fail(
      'JavaScript operators do not work on traced values; write a.add(b), a.mul(b), a.lt(b), where(c, a, b)',
    );
  }
}

function operate(operator: BinaryOperator, value: TracedValue, other: unknown): TracedValue {
  const trace = currentTrace(`the operator ${operator}`);
  const left = expressionOf(trace, value, null);
  const whole = left.type as ValueType;
  // GLSL compares whole vectors, and spreads scalars everywhere else.
  const like = operator === '==' || operator === '!=' ? whole : scalarOf(whole);
  const right = expressionOf(trace, other, like);
  return made(trace, lowerBinary(trace.lowering, NOWHERE, operator, { left, right }));
}

function negate(operator: '-' | '!', value: TracedValue): TracedValue {
  const trace = currentTrace(`the operator ${operator}`);
  return made(trace, lowerUnary(trace.lowering, NOWHERE, operator, expressionOf(trace, value, null)));
}

/** A new value, whose place of making the trace knows. */
export function made(trace: Trace, expression: Expression): TracedValue {
  const value = trace.note(expression);
  if (value.type === 'bool') trace.awaitUse(value);
  return new TracedValue(value);
}

/** The type of the machinery's value as users see it. */
export function asValue<T extends ValueType>(value: TracedValue): Value<T> {
  return value as unknown as Value<T>;
}

/** The expression of a value, or of a plain number or boolean as a constant of the type beside it. */
export function expressionOf(trace: Trace, given: unknown, like: ValueType | null): Expression {
  if (given instanceof TracedValue) {
    const { expression } = given;
    trace.checkOpen(expression);
    trace.use(expression);
    return expression;
  }
  if (typeof given === 'boolean') return filled('bool', given ? 1 : 0);
  if (typeof given === 'number' && like !== null) return literal(trace, given, like);
  const what = typeof given === 'number' ? 'a plain number' : given === null ? 'null' : `of type ${typeof given}`;
  throw trace.fail(`an operand is ${what}; give a traced value${like === null ? '' : ' or a number'}`);
}

/** A plain number as a constant. */
function literal(trace: Trace, value: number, type: ValueType): Expression {
  const scalar: ScalarType = scalarOf(type);
  if (scalar === 'bool')
    throw trace.fail(`${value} is a number where a bool is wanted; write true, false or a comparison`);
  if (isFloating(scalar)) {
    const rounded = roundingOf(scalar)(value);
    if (Number.isFinite(rounded)) return filled(type, rounded);
    const largest = { float: '3.4028234e38', double: '1.7976931348623157e308', float16_t: '65504' }[scalar as 'float'];
    throw trace.fail(`${value} does not fit a ${scalar}; the largest is ${largest}`);
  }
  const [least, most] = scalar === 'int' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  if (Number.isInteger(value) && value >= least && value <= most) return filled(type, value);
  throw trace.fail(`${value} is no ${scalar}; give a whole number from ${least} to ${most}, or use float(…)`);
}

/** A field that a body reads. */
export class TracedField extends TracedValue {
  /** The name among the inputs. */
  readonly fieldName: string;
  /** The storage type that the stencil declares. */
  readonly field: FieldType;

  /** Which element of a field of arrays it is; null of any other. */
  readonly #element: number | null;

  constructor(name: string, field: FieldType, element: number | null = null) {
    super(() => this.#read('same', constant('ivec3', [0, 0, 0]), true));
    this.fieldName = name;
    this.field = field;
    this.#element = element;
  }

  at(...place: readonly unknown[]): TracedValue {
    const trace = currentTrace('at(…)');
    if (place.length === 1) return this.#elsewhere(trace, 'same', place[0]);
    if (place.length === 3 && place.every((one) => Number.isInteger(one))) {
      return made(trace, this.#read('same', constant('ivec3', place as number[]), true));
    }
    const problem = 'takes three whole numbers, or one ivec3 coordinate; write u.at(1, 0, 0) or u.at(coord)';
    throw trace.fail(`at(…) of the field "${this.fieldName}" ${problem}`);
  }

  coarse(coord: unknown): TracedValue {
    return this.#elsewhere(currentTrace('coarse(…)'), 'coarse', coord);
  }

  fine(coord: unknown): TracedValue {
    return this.#elsewhere(currentTrace('fine(…)'), 'fine', coord);
  }

  sample(position: unknown, filter: unknown = 'trilinear'): TracedValue {
    const trace = currentTrace('sample(…)');
    if (filter !== 'trilinear' && filter !== 'nearest') {
      throw trace.fail('sample(…) takes "trilinear" or "nearest"; write one of the two names');
    }
    const where = expressionOf(trace, position, null);
    return made(
      trace,
      sampleAt(trace.lowering, this.#part('same'), wantPosition(trace.lowering, NOWHERE, 'sample', where), filter),
    );
  }

  #elsewhere(trace: Trace, level: LevelRelation, place: unknown): TracedValue {
    const coord = wantCoordinate(trace.lowering, NOWHERE, 'at', expressionOf(trace, place, null));
    return made(trace, this.#read(level, coord, false));
  }

  #read(level: LevelRelation, coord: Expression, relative: boolean): Expression {
    const trace = currentTrace(`the field "${this.fieldName}"`);
    const here: Expression = { op: 'builtin', type: 'ivec3', name: 'coord' };
    const place: Expression = relative
      ? { op: 'binary', type: 'ivec3', operator: '+', left: here, right: coord }
      : coord;
    return readAt(trace.lowering, this.#part(level), place, NOWHERE);
  }

  #part(level: LevelRelation): Parameters<typeof readAt>[1] {
    const trace = currentTrace(`the field "${this.fieldName}"`);
    const name = this.fieldName;
    const whole = (this.#element === null ? inputPart : inputOrArray)(trace.lowering, NOWHERE, name, level);
    const part = this.#element === null ? whole : { ...whole, component: this.#element };
    const storage = whole.component < 0 ? whole.storage : componentFieldOf(whole.storage);
    if (!readsAlike(storage, this.field)) {
      const problem = `the input "${name}" is ${article(this.field)} in the stencil, and ${article(storage)} in the simulation`;
      throw trace.fail(`${problem}; write ${name}: '${storage}'`);
    }
    return { name, span: NOWHERE, part, level };
  }
}

/** A field of arrays that a body reads, element by element. */
export class TracedElements {
  /** The name among the inputs. */
  readonly fieldName: string;
  /** The storage type that the stencil declares. */
  readonly field: FieldType;
  readonly length: number;

  constructor(name: string, field: FieldType) {
    this.fieldName = name;
    this.field = field;
    this.length = componentsOf(field);
  }

  element(index: unknown): TracedField {
    if (Number.isInteger(index) && (index as number) >= 0 && (index as number) < this.length) {
      return new TracedField(this.fieldName, this.field, index as number);
    }
    const trace = currentTrace('element(…)');
    const problem = `element(…) of the field "${this.fieldName}" takes a plain whole number from 0 to ${this.length - 1}`;
    throw trace.fail(`${problem}, and this is ${String(index)}; count with a for of TypeScript`);
  }
}

/** Every name of up to four letters x, y, z, w is a getter; what a type lacks is an error that says so. */
function defineSwizzles(): void {
  let names: readonly string[] = [''];
  for (let length = 1; length <= 4; length++) {
    names = names.flatMap((name) => ['x', 'y', 'z', 'w'].map((letter) => name + letter));
    for (const name of names) {
      Object.defineProperty(TracedValue.prototype, name, {
        get(this: TracedValue) {
          const trace = currentTrace(`.${name}`);
          const operand = expressionOf(trace, this, null);
          const components = swizzleComponents(trace.lowering, NOWHERE, name, operand.type as ValueType);
          return made(trace, swizzle(operand, components));
        },
      });
    }
  }
}
defineSwizzles();
