/**
 * @file Loops. Every loop is bounded: a `for` that counts by constants gets its exact number of rounds, any other the
 * limit of the language, after which it ends as if its condition were false.
 */

import { scalarOf } from '../ir.ts';
import type { BinaryOperator, Expression, Statement } from '../ir.ts';
import { binaryValue } from './arithmetic.ts';
import { assignedNames } from './assigned-names.ts';
import { filled, unary } from './build.ts';
import { lowerAny, lowerCondition } from './expressions.ts';
import type { Lowering } from './lowering.ts';
import type { ExpressionNode, ForNode, StatementNode } from './syntax.ts';

/** Rounds after which a loop ends whose count is not known beforehand. */
export const LOOP_LIMIT = 65536;

/** Rounds that a loop with a known count may have. */
const COUNT_LIMIT = 1 << 20;

type LoopNode = StatementNode & { readonly kind: 'for' | 'while' | 'do' };

/** Lowers a statement inside the loop; gives whether control never passes it. */
type LowerStatement = (lowering: Lowering, node: StatementNode) => boolean;

/** A loop. Gives whether control never passes it: no loop is sure enough for that. */
export function lowerLoop(lowering: Lowering, node: LoopNode, lowerStatement: LowerStatement): boolean {
  lowering.scoped(() => {
    if (node.kind === 'for') lowerFor(lowering, node, lowerStatement);
    else if (node.kind === 'while') emitLoop(lowering, { ...node, step: null }, lowerStatement, LOOP_LIMIT);
    else lowerDo(lowering, node, lowerStatement);
  });
  return false;
}

function lowerFor(lowering: Lowering, node: ForNode, lowerStatement: LowerStatement): void {
  if (node.initial !== null) lowerStatement(lowering, node.initial);
  const count = tripCount(lowering, node);
  emitLoop(lowering, node, lowerStatement, count ?? LOOP_LIMIT);
}

function inLoop<T>(lowering: Lowering, part: () => T): { readonly statements: Statement[]; readonly result: T } {
  lowering.frame.loops++;
  try {
    return lowering.capture(() => lowering.scoped(part));
  } finally {
    lowering.frame.loops--;
  }
}

interface Parts {
  readonly condition: ExpressionNode | null;
  readonly step: ExpressionNode | null;
  readonly body: StatementNode;
}

/** `for` and `while`. A condition with effects moves into the body, where its effects have a place. */
function emitLoop(lowering: Lowering, parts: Parts, lowerStatement: LowerStatement, limit: number): void {
  const test = lowering.capture(() =>
    parts.condition === null ? filled('bool', 1) : lowerCondition(lowering, parts.condition, 'a loop'),
  );
  const body = inLoop(lowering, () => lowerStatement(lowering, parts.body));
  const step = lowering.capture(() => {
    if (parts.step !== null)
      lowerStatement(lowering, { kind: 'expression', span: parts.step.span, expression: parts.step });
  });
  const plain = test.statements.length === 0;
  const leave: Statement = { op: 'if', condition: unary('!', test.result), then: [{ op: 'break' }], else: [] };
  lowering.emit({
    op: 'loop',
    testFirst: true,
    condition: plain ? test.result : filled('bool', 1),
    body: plain ? body.statements : [...test.statements, leave, ...body.statements],
    continuing: step.statements,
    limit,
  });
}

function lowerDo(
  lowering: Lowering,
  node: StatementNode & { readonly kind: 'do' },
  lowerStatement: LowerStatement,
): void {
  const body = inLoop(lowering, () => lowerStatement(lowering, node.body));
  const test = lowering.capture(() => lowerCondition(lowering, node.condition, 'a loop'));
  lowering.emit({
    op: 'loop',
    testFirst: false,
    condition: test.result,
    body: body.statements,
    continuing: test.statements,
    limit: LOOP_LIMIT,
  });
}

/** A counter: its start, the comparison that goes on, and the step. */
interface Counter {
  readonly name: string;
  readonly scalar: 'float' | 'int' | 'uint';
  readonly start: number;
  readonly comparison: BinaryOperator;
  readonly bound: number;
  readonly step: { readonly operator: '+' | '-'; readonly amount: number };
}

/** How often the body of a `for` runs, if that is certain; an error if it is certain to run too often. */
function tripCount(lowering: Lowering, node: ForNode): number | undefined {
  const counter = counterOf(lowering, node);
  if (counter === undefined) return undefined;
  const { scalar, comparison, bound, step } = counter;
  let value = counter.start;
  for (let count = 0; count <= COUNT_LIMIT; count++) {
    if (binaryValue(comparison, scalar, value, bound) === 0) return count;
    const next = binaryValue(step.operator, scalar, value, step.amount);
    if (next === undefined) return undefined;
    value = next;
  }
  const problem = `this loop runs more than ${COUNT_LIMIT} times; check its condition and its step`;
  throw lowering.fail(node.condition!.span, problem);
}

function counterOf(lowering: Lowering, node: ForNode): Counter | undefined {
  const { initial, condition, step } = node;
  if (initial?.kind !== 'declaration' || initial.declarators.length !== 1 || step === null) return undefined;
  const { name } = initial.declarators[0]!;
  const scalar = scalarOf(initial.type);
  if (scalar !== initial.type || scalar === 'bool') return undefined;
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
  scalar: Counter['scalar'],
): Counter['step'] | undefined {
  if (step.kind !== 'update' && step.kind !== 'assign') return undefined;
  if (step.target.kind !== 'name' || step.target.name !== name) return undefined;
  if (step.kind === 'update') return { operator: step.operator, amount: 1 };
  if (step.operator !== '+' && step.operator !== '-') return undefined;
  const amount = constantOf(lowering, step.value, scalar);
  return amount === undefined ? undefined : { operator: step.operator, amount };
}

/** The value of an expression that is a constant of a scalar type, without leaving a trace. */
function constantOf(lowering: Lowering, node: ExpressionNode | null, scalar: Counter['scalar']): number | undefined {
  if (node === null) return undefined;
  const { result, statements } = lowering.capture((): Expression => lowerAny(lowering, node));
  if (statements.length > 0 || result.op !== 'constant' || result.type !== scalar) {
    const whole = result.op === 'constant' && result.type === 'int' && scalar !== 'int';
    return whole ? (scalar === 'uint' ? result.value[0]! >>> 0 : result.value[0]) : undefined;
  }
  return result.value[0];
}
