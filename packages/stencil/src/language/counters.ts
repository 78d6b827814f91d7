/** @file Loops that count by constants: `for (int i = a; i < b; i += c)`, whose body does not assign `i`. */

import type { BinaryOperator } from '../ir.ts';
import { binaryValue } from './arithmetic.ts';
import { assignedNames } from './assigned-names.ts';
import { lowerAny } from './expressions.ts';
import type { Lowering } from './lowering.ts';
import type { ExpressionNode, ForNode } from './syntax.ts';

/** A counter: its start, the comparison that goes on, and the step. */
interface Counting {
  readonly name: string;
  readonly scalar: 'float' | 'int' | 'uint';
  readonly start: number;
  readonly comparison: BinaryOperator;
  readonly bound: number;
  readonly step: { readonly operator: '+' | '-'; readonly amount: number };
}

/** A counter, and how often the body runs. */
export interface Counter extends Counting {
  readonly count: number;
}

/** Types that a counter may have. */
const COUNTED = ['float', 'int', 'uint'] as const;

/** Rounds that a loop with a known count may have. */
const COUNT_LIMIT = 1 << 20;

/** How a `for` counts, if that is certain; an error if it is certain to run too often. */
export function counterOf(lowering: Lowering, node: ForNode): Counter | undefined {
  const counting = countingOf(lowering, node);
  if (counting === undefined) return undefined;
  let count = 0;
  for (const value of valuesOf(counting)) {
    if (value === undefined) return undefined;
    if (count++ < COUNT_LIMIT) continue;
    const problem = `this loop runs more than ${COUNT_LIMIT} times; check its condition and its step`;
    throw lowering.fail(node.condition!.span, problem);
  }
  return { ...counting, count };
}

/** The values that a counter takes in the body, in order. */
export function countedValues(counter: Counter): readonly number[] {
  return [...valuesOf(counter)].filter((value) => value !== undefined);
}

/** Undefined where the next value is not certain. */
function* valuesOf({ scalar, start, comparison, bound, step }: Counting): Generator<number | undefined> {
  let value: number | undefined = start;
  for (;;) {
    const goesOn = value === undefined ? undefined : binaryValue(comparison, scalar, value, bound);
    if (goesOn === 0) return;
    yield goesOn === undefined ? undefined : value;
    if (goesOn === undefined || value === undefined) return;
    value = binaryValue(step.operator, scalar, value, step.amount);
  }
}

function countingOf(lowering: Lowering, node: ForNode): Counting | undefined {
  const { initial, condition, step } = node;
  if (initial?.kind !== 'declaration' || initial.declarators.length !== 1 || step === null) return undefined;
  const { name } = initial.declarators[0]!;
  const scalar = COUNTED.find((one) => one === initial.type.name);
  const plain = initial.type.lengths.length + initial.declarators[0]!.lengths.length === 0;
  if (scalar === undefined || !plain) return undefined;
  if (condition?.kind !== 'binary' || condition.left.kind !== 'name' || condition.left.name !== name) return undefined;
  if (!['<', '<=', '>', '>=', '!='].includes(condition.operator)) return undefined;
  const functions = lowering.functions.map((one) => one.node);
  if (assignedNames([node.body], functions).has(name)) return undefined;
  const start = constantOf(lowering, initial.declarators[0]!.initializer, scalar);
  const bound = constantOf(lowering, condition.right, scalar);
  const amount = stepOf(lowering, step, name, scalar);
  if (start === undefined || bound === undefined || amount === undefined) return undefined;
  return { name, scalar, start, comparison: condition.operator, bound, step: amount };
}

function stepOf(
  lowering: Lowering,
  step: ExpressionNode,
  name: string,
  scalar: Counting['scalar'],
): Counting['step'] | undefined {
  if (step.kind !== 'update' && step.kind !== 'assign') return undefined;
  if (step.target.kind !== 'name' || step.target.name !== name) return undefined;
  if (step.kind === 'update') return { operator: step.operator, amount: 1 };
  if (step.operator !== '+' && step.operator !== '-') return undefined;
  const amount = constantOf(lowering, step.value, scalar);
  return amount === undefined ? undefined : { operator: step.operator, amount };
}

/** The value of an expression that is a constant of a scalar type, without leaving a trace. */
function constantOf(lowering: Lowering, node: ExpressionNode | null, scalar: Counting['scalar']): number | undefined {
  if (node === null || node.kind === 'list') return undefined;
  const { result, statements } = lowering.capture(() => lowerAny(lowering, node));
  if (statements.length > 0 || result.op !== 'constant' || result.type !== scalar) {
    const whole = result.op === 'constant' && result.type === 'int' && scalar !== 'int';
    return whole ? (scalar === 'uint' ? result.value[0]! >>> 0 : result.value[0]) : undefined;
  }
  return result.value[0];
}
