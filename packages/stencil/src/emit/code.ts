/**
 * @file Short words for the arithmetic of addresses, over either target. Sums and products with 0 and 1 fold away, so
 * that the text that people read says what a person would have written.
 */
import type { ValueType } from '../ir.ts';
import { isFloating, roundingOf, scalarOf, sizeOf, vectorOf } from '../ir.ts';
import { scalarOfValue } from './target.ts';
import type { Target, Value } from './target.ts';

const is = (value: Value, number: number): boolean =>
  value.constant !== undefined && value.constant.every((component) => component === number);

/** Arithmetic on values of a target. */
export class Code {
  readonly target: Target;

  constructor(target: Target) {
    this.target = target;
  }

  uint(value: number): Value {
    return this.target.constant('uint', [value]);
  }

  int(value: number): Value {
    return this.target.constant('int', [value]);
  }

  float(value: number): Value {
    return this.target.constant('float', [value]);
  }

  bool(value: boolean): Value {
    return this.target.constant('bool', [value ? 1 : 0]);
  }

  /** The same number in every component of a type. */
  all(type: ValueType, value: number): Value {
    const scalar = scalarOf(type);
    const held = isFloating(scalar) ? roundingOf(scalar)(value) : value;
    return this.target.constant(
      type,
      Array.from({ length: sizeOf(type) }, () => held),
    );
  }

  /** The same number in every component of another value's type. */
  like(other: Value, value: number): Value {
    return this.all(other.type, value);
  }

  add(left: Value, right: Value): Value {
    if (!isFloating(scalarOfValue(left))) {
      if (is(left, 0)) return right;
      if (is(right, 0)) return left;
    }
    return this.target.apply('add', left, right);
  }

  sub(left: Value, right: Value): Value {
    return this.target.apply('sub', left, right);
  }

  mul(left: Value, right: Value): Value {
    if (!isFloating(scalarOfValue(left))) {
      if (is(left, 1)) return right;
      if (is(right, 1)) return left;
    }
    return this.target.apply('mul', left, right);
  }

  /** Shifts an int or uint by a constant. */
  left(value: Value, bits: number): Value {
    return bits === 0 ? value : this.target.apply('shl', value, this.like(value, bits));
  }

  right(value: Value, bits: number): Value {
    return bits === 0 ? value : this.target.apply('shr', value, this.like(value, bits));
  }

  mask(value: Value, bits: number): Value {
    return this.target.apply('and', value, this.like(value, bits));
  }

  and(left: Value, right: Value): Value {
    return this.target.apply('and', left, right);
  }

  or(left: Value, right: Value): Value {
    if (scalarOfValue(left) !== 'bool') {
      if (is(left, 0)) return right;
      if (is(right, 0)) return left;
    }
    return this.target.apply('or', left, right);
  }

  equals(left: Value, number: number): Value {
    return this.target.apply('eq', left, this.like(left, number));
  }

  differs(left: Value, number: number): Value {
    return this.target.apply('ne', left, this.like(left, number));
  }

  /** GLSL's y < x ? y : x; said so for floats, since instructions differ in NaN and −0. */
  min(x: Value, y: Value): Value {
    return this.#extreme('min', 'lt', x, y);
  }

  /** x < y ? y : x. */
  max(x: Value, y: Value): Value {
    return this.#extreme('max', 'gt', x, y);
  }

  #extreme(operation: 'min' | 'max', beats: 'lt' | 'gt', x: Value, y: Value): Value {
    const { target } = this;
    if (!isFloating(scalarOfValue(x))) return target.apply(operation, x, y);
    const [a, b] = [target.keep(x, 'x'), target.keep(y, 'y')];
    return target.select(target.apply(beats, b, a), b, a);
  }

  /** Whether bit `bit` of a uint is set. */
  bit(value: Value, bit: Value): Value {
    const { target } = this;
    return this.differs(this.mask(target.apply('shr', value, bit), 1), 0);
  }

  component(value: Value, index: number): Value {
    return sizeOf(value.type) === 1 ? value : this.target.swizzle(value, [index]);
  }

  components(value: Value): Value[] {
    return Array.from({ length: sizeOf(value.type) }, (_, index) => this.component(value, index));
  }

  /** A vector (or scalar) of scalar values of one type. */
  join(parts: readonly Value[]): Value {
    return this.target.construct(vectorOf(scalarOfValue(parts[0]!), parts.length), parts);
  }

  asInt(value: Value): Value {
    return this.target.convert(vectorOf('int', sizeOf(value.type)), value);
  }

  asUint(value: Value): Value {
    return this.target.convert(vectorOf('uint', sizeOf(value.type)), value);
  }

  asFloat(value: Value): Value {
    return this.target.convert(vectorOf('float', sizeOf(value.type)), value);
  }
}
