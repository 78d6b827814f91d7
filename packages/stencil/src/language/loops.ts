/**
 * @file Loops. Every loop is bounded: a `for` that counts by constants gets its exact number of rounds, any other the
 * limit of the language, after which it ends as if its condition were false. A short counting loop that reads fields, or
 * indexes an array or a matrix, is unrolled: then `coord + ivec3(i, 0, 0)` is a tap, and `a[i]` a register.
 */

import type { Expression, Statement } from '../ir.ts';
import { constant, filled, unary } from './build.ts';
import { forEachExpression } from './assigned-names.ts';
import { callsOf } from './calls.ts';
import { counterOf, countedValues } from './counters.ts';
import type { Counter } from './counters.ts';
import { lowerCondition } from './expressions.ts';
import type { Lowering } from './lowering.ts';
import { operandsOf } from './syntax.ts';
import type { ConditionNode, ExpressionNode, ForNode, StatementNode } from './syntax.ts';
import { isAggregate } from './types.ts';

/** Rounds after which a loop ends whose count is not known beforehand. */
const LOOP_LIMIT = 65536;

/** Rounds up to which a loop that reads fields or indexes arrays is unrolled. */
const UNROLL_LIMIT = 32;

/** Copies of one statement that unrolled loops inside each other may make. */
const COPY_LIMIT = 512;

type LoopNode = StatementNode & { readonly kind: 'for' | 'while' | 'do' };

/** Lowers a statement inside the loop; gives whether control never passes it. */
type LowerStatement = (lowering: Lowering, node: StatementNode) => boolean;

/** A loop. Gives whether control never passes it; only of an unrolled one is that ever certain. */
export function lowerLoop(lowering: Lowering, node: LoopNode, lowerStatement: LowerStatement): boolean {
  return lowering.scoped(() => {
    if (node.kind === 'for') return lowerFor(lowering, node, lowerStatement);
    if (node.kind === 'while') emitLoop(lowering, { ...node, node, step: null }, lowerStatement, LOOP_LIMIT);
    else lowerDo(lowering, node, lowerStatement);
    return false;
  });
}

function lowerFor(lowering: Lowering, node: ForNode, lowerStatement: LowerStatement): boolean {
  const counter = counterOf(lowering, node);
  if (counter !== undefined && isUnrollable(lowering, node, counter)) {
    return unroll(lowering, node, counter, lowerStatement);
  }
  if (node.initial !== null) lowerStatement(lowering, node.initial);
  emitLoop(lowering, { ...node, node }, lowerStatement, counter?.count ?? LOOP_LIMIT);
  return false;
}

/**
 * Whether a loop becomes as many copies of its body: few rounds, a read in it (whose place may then be a constant offset
 * in each copy) or an index into an array by the counter, and no jump that would leave one copy for the next.
 */
function isUnrollable(lowering: Lowering, node: ForNode, counter: Counter): boolean {
  const { count, name } = counter;
  if (count === 0 || count > UNROLL_LIMIT || lowering.copies * count > COPY_LIMIT) return false;
  if (name === 'coord' || name === 'idx' || jumps(node.body)) return false;
  const readers = lowering.functions.filter(({ reads }) => reads).map((one) => one.node.name);
  const calls = callsOf(node.body);
  return ['ReadField', ...readers].some((reader) => calls.has(reader)) || indexesBy(lowering, node.body, name);
}

/** Whether a statement indexes an array, a matrix or a struct's part by a name. */
function indexesBy(lowering: Lowering, statement: StatementNode, name: string): boolean {
  let found = false;
  const mentions = (node: ExpressionNode): boolean =>
    (node.kind === 'name' && node.name === name) || operandsOf(node).some(mentions);
  const rootOf = (node: ExpressionNode): ExpressionNode =>
    node.kind === 'index' || node.kind === 'member' ? rootOf(node.operand) : node;
  const visit = (node: ExpressionNode): void => {
    if (node.kind === 'index' && mentions(node.index)) {
      const root = rootOf(node.operand);
      const binding = root.kind === 'name' ? lowering.frame.scope.find(root.name) : undefined;
      found ||= binding?.kind === 'table' || (binding?.kind === 'local' && isAggregate(binding.type));
    }
    operandsOf(node).forEach(visit);
  };
  forEachExpression(statement, visit);
  return found;
}

/** Whether a `break` or `continue` of this loop, not of one inside it, stands in its body. A switch takes each `break` in it. */
function jumps(node: StatementNode, inSwitch: boolean = false): boolean {
  const inside = (one: StatementNode): boolean => jumps(one, inSwitch);
  if (node.kind === 'break') return !inSwitch;
  if (node.kind === 'continue') return true;
  if (node.kind === 'if') return inside(node.then) || (node.else !== null && inside(node.else));
  if (node.kind === 'switch') return node.cases.some(({ body }) => body.some((one) => jumps(one, true)));
  return node.kind === 'block' && node.body.some(inside);
}

/** Whether a `return`, or a `break` of the loop around, stands in a statement. */
function leaves(node: StatementNode, inside: boolean = false): boolean {
  switch (node.kind) {
    case 'return':
      return true;
    case 'break':
      return !inside;
    case 'if':
      return leaves(node.then, inside) || (node.else !== null && leaves(node.else, inside));
    case 'block':
      return node.body.some((one) => leaves(one, inside));
    case 'switch':
      return node.cases.some(({ body }) => body.some((one) => leaves(one, true)));
    case 'for':
    case 'while':
    case 'do':
      return leaves(node.body, true);
    default:
      return false;
  }
}

/** Refuses a loop that would only end at the language's limit. */
function checkEnds(lowering: Lowering, node: LoopNode, condition: Expression): void {
  if (condition.op !== 'constant' || condition.value[0] !== 1 || leaves(node.body)) return;
  const problem = 'this loop never ends; write a condition that changes, or a break';
  throw lowering.fail(node.kind === 'for' ? node.span : node.condition.span, problem);
}

/** One copy of the body for each value of the counter. Gives whether a copy ends the path. */
function unroll(lowering: Lowering, node: ForNode, counter: Counter, lowerStatement: LowerStatement): boolean {
  const span = node.initial!.span;
  lowering.copies *= counter.count;
  let ended = false;
  for (const value of countedValues(counter)) {
    ended = lowering.scoped(() => {
      const names = lowering.frame.scope.names;
      names.set(counter.name, { kind: 'constant', value: constant(counter.scalar, [value]), span });
      return lowering.scoped(() => lowerStatement(lowering, node.body));
    });
    if (ended) break;
  }
  lowering.copies /= counter.count;
  return ended;
}

function inLoop<T>(lowering: Lowering, part: () => T): { readonly statements: Statement[]; readonly result: T } {
  const { frame } = lowering;
  const { switches } = frame;
  frame.loops++;
  frame.switches = null;
  try {
    return lowering.capture(() => lowering.scoped(part));
  } finally {
    frame.loops--;
    frame.switches = switches;
  }
}

interface Parts {
  readonly node: LoopNode;
  readonly condition: ConditionNode | null;
  readonly step: ExpressionNode | null;
  readonly body: StatementNode;
}

/** Whether a loop goes on. A variable that is declared for it can be seen in the body and the step. */
function lowerTest(lowering: Lowering, node: ConditionNode | null, lowerStatement: LowerStatement): Expression {
  if (node === null) return filled('bool', 1);
  if (node.kind !== 'declaration') return lowerCondition(lowering, node, 'a loop');
  lowerStatement(lowering, node);
  const { name, span } = node.declarators[0]!;
  return lowerCondition(lowering, { kind: 'name', name, span, depth: 1 }, 'a loop');
}

/** `for` and `while`. A condition with effects moves into the body, where its effects have a place. */
function emitLoop(lowering: Lowering, parts: Parts, lowerStatement: LowerStatement, limit: number): void {
  const test = lowering.capture(() => lowerTest(lowering, parts.condition, lowerStatement));
  checkEnds(lowering, parts.node, test.result);
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
  checkEnds(lowering, node, test.result);
}
