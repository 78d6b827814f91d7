/**
 * @file Makers of IR expressions that fold as they build: a node whose operands are constants becomes a constant, where
 * `arithmetic.ts` has a certain answer. Types are the caller's business; nothing here converts by itself.
 */

import { placeOfComponent } from '../field-place.ts';
import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { BinaryOperator, CallName, Expression, ScalarType, UnaryOperator, ValueType } from '../ir.ts';
import { binaryValue, callValue, convertedValue, unaryValue } from './arithmetic.ts';

export type Constant = Expression & { readonly op: 'constant' };

/** A constant of a type, one number for each component. */
export function constant(type: ValueType, value: readonly number[]): Constant {
  return { op: 'constant', type, value };
}

/** The constant whose components are all one number. */
export function filled(type: ValueType, value: number): Constant {
  return constant(
    type,
    Array.from({ length: sizeOf(type) }, () => value),
  );
}

export function local(type: ValueType, index: number): Expression {
  return { op: 'local', type, local: index };
}

/** A constant if every component has a certain value. */
function folded(type: ValueType, components: readonly (number | undefined)[]): Constant | undefined {
  const value: number[] = [];
  for (const component of components) {
    if (component === undefined) return undefined;
    value.push(component);
  }
  return constant(type, value);
}

export function unary(operator: UnaryOperator, operand: Expression): Expression {
  const { type } = operand;
  if (operand.op === 'constant') {
    const scalar = scalarOf(operand.type);
    const result = folded(
      operand.type,
      operand.value.map((a) => unaryValue(operator, scalar, a)),
    );
    if (result !== undefined) return result;
  }
  return { op: 'unary', type: type as ValueType, operator, operand };
}

const COMPARISONS: ReadonlySet<BinaryOperator> = new Set(['<', '<=', '>', '>=', '==', '!=']);

/** Both sides have one type (shifts: one size). */
export function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  const type = COMPARISONS.has(operator) ? 'bool' : (left.type as ValueType);
  if (left.op === 'constant' && right.op === 'constant') {
    const scalar = scalarOf(left.type);
    const each = left.value.map((a, i) => binaryValue(operator, scalar, a, right.value[i]!));
    const certain = !each.includes(undefined);
    if (operator === '==' && certain) return filled('bool', each.every((one) => one === 1) ? 1 : 0);
    if (operator === '!=' && certain) return filled('bool', each.some((one) => one === 1) ? 1 : 0);
    const result = each.length === sizeOf(type) ? folded(type, each) : undefined;
    if (result !== undefined) return result;
  }
  if (left.op === 'constant' && (operator === '&&' || operator === '||')) {
    const decides = (left.value[0] === 1) === (operator === '||');
    return decides ? left : right;
  }
  return { op: 'binary', type, operator, left, right };
}

/** Another scalar type, the same size. */
export function convert(scalar: ScalarType, operand: Expression): Expression {
  const from = scalarOf(operand.type as ValueType);
  if (from === scalar) return operand;
  const type = vectorOf(scalar, sizeOf(operand.type as ValueType));
  if (operand.op === 'constant') {
    const result = folded(
      type,
      operand.value.map((a) => convertedValue(from, scalar, a)),
    );
    if (result !== undefined) return result;
  }
  return { op: 'convert', type, operand };
}

/** Components of the arguments fill the type; a single scalar is a splat. */
export function construct(type: ValueType, args: readonly Expression[]): Expression {
  if (args.length === 1 && args[0]!.type === type) return args[0]!;
  if (args.every((arg) => arg.op === 'constant')) {
    const components = args.flatMap((arg) => [...arg.value]);
    return components.length === 1 ? filled(type, components[0]!) : constant(type, components);
  }
  return wholeOf(type, args) ?? { op: 'construct', type, args };
}

/** The vector whose components, one by one and in order, are put together again. */
function wholeOf(type: ValueType, args: readonly Expression[]): Expression | undefined {
  const [first] = args;
  if (first?.op !== 'swizzle' || first.operand.op !== 'local' || first.operand.type !== type) return undefined;
  const { local: index } = first.operand;
  const inOrder = args.every(
    (arg, at) =>
      arg.op === 'swizzle' &&
      arg.operand.op === 'local' &&
      arg.operand.local === index &&
      arg.components.length === 1 &&
      arg.components[0] === at,
  );
  return inOrder && args.length === sizeOf(type) ? first.operand : undefined;
}

/** A scalar spread to the size of a type; what has the size already stays. */
export function splat(size: number, operand: Expression): Expression {
  const type = operand.type as ValueType;
  if (sizeOf(type) === size) return operand;
  return construct(vectorOf(scalarOf(type), size), [operand]);
}

/** Components of a vector. One component of a field's read reads only that component. */
export function swizzle(operand: Expression, components: readonly number[]): Expression {
  const whole = operand.type as ValueType;
  const type = vectorOf(scalarOf(whole), components.length);
  if (components.length === sizeOf(whole) && components.every((component, i) => component === i)) return operand;
  if (operand.op === 'constant') {
    return constant(
      type,
      components.map((component) => operand.value[component]!),
    );
  }
  if (operand.op === 'swizzle') {
    return swizzle(
      operand.operand,
      components.map((component) => operand.components[component]!),
    );
  }
  const field = operand.op === 'tap' || operand.op === 'gather' || operand.op === 'sample';
  if (field && operand.component === -1 && components.length === 1) {
    const part = { type: scalarOf(whole), component: components[0]! };
    if (operand.op !== 'sample') return { ...operand, ...part };
    return { ...operand, ...part, at: placeOfComponent(operand.at, part.component) };
  }
  if (operand.op === 'tap' && operand.component === -1) {
    return construct(
      type,
      components.map((component) => swizzle(operand, [component])),
    );
  }
  return { op: 'swizzle', type, operand, components };
}

/** One component of a vector by a computed index. */
export function indexed(operand: Expression, index: Expression): Expression {
  const type = operand.type as ValueType;
  if (index.op === 'constant') return swizzle(operand, [index.value[0]!]);
  return { op: 'index', type: scalarOf(type), operand, index };
}

/** `condition` is a bool scalar, both values have one type. */
export function select(condition: Expression, then: Expression, otherwise: Expression): Expression {
  if (condition.op === 'constant') return condition.value[0] === 1 ? then : otherwise;
  return { op: 'select', type: then.type as ValueType, condition, then, else: otherwise };
}

/** A function of GLSL whose arguments are converted and spread already. */
export function call(name: CallName, type: ValueType, args: readonly Expression[]): Expression {
  const first = args[0]!;
  if (args.every((arg) => arg.op === 'constant') && sizeOf(type) === sizeOf(first.type as ValueType)) {
    const scalar = scalarOf(first.type as ValueType);
    const each = first.op === 'constant' ? first.value : [];
    const result = folded(
      type,
      each.map((_, i) =>
        callValue(
          name,
          scalar,
          args.map((arg) => arg.value[i]!),
        ),
      ),
    );
    if (result !== undefined) return result;
  }
  return { op: 'call', type, name, args };
}
