/**
 * @file `switch`, as GLSL has it, with falling through. One whose every group of cases ends by leaving, and leaves nowhere else,
 * becomes conditions. Any other becomes a loop of one round, which `break` leaves, with a bool that says whether a group
 * before has fallen through; a `continue` in it sets another, for the loop around.
 */

import type { Expression, Statement, ValueType } from '../ir.ts';
import { binary, convert, filled, local, unary } from './build.ts';
import { lowerAny, lowerExpression } from './expressions.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';
import type { CaseNode, StatementNode, SwitchNode } from './syntax.ts';

/** Lowers a statement inside the switch; gives whether control never passes it. */
type LowerStatement = (lowering: Lowering, node: StatementNode) => boolean;

/** A group of cases: the values that come to it (null for all that no other group names), and its statements. */
interface Group {
  readonly values: readonly Expression[] | null;
  readonly body: readonly StatementNode[];
}

/** A switch. Gives whether control never passes it. */
export function lowerSwitch(lowering: Lowering, node: SwitchNode, lowerStatement: LowerStatement): boolean {
  const given = lowerExpression(lowering, node.selector);
  const type = given.type as ValueType;
  if (type !== 'int' && type !== 'uint') {
    throw lowering.fail(
      node.selector.span,
      `switch takes an int or a uint, and this is ${article(type)}; convert it first`,
    );
  }
  const selector = given.op === 'constant' ? given : lowering.spill(given);
  const groups = groupsOf(lowering, node, type);
  const plain = groups.every(({ body }, at) => isPlain(body, at === groups.length - 1));
  return lowering.scoped(() =>
    plain
      ? lowerPlain(lowering, selector, groups, lowerStatement)
      : lowerFalling(lowering, selector, groups, lowerStatement),
  );
}

function groupsOf(lowering: Lowering, { cases }: SwitchNode, type: 'int' | 'uint'): readonly Group[] {
  const seen = new Set<number | null>();
  return cases.map(({ labels, body }) => {
    const values = labels.map((label) => labelValue(lowering, label, type, seen));
    return { values: values.includes(null) ? null : values.filter((value) => value !== null), body };
  });
}

/** The value of a label, null for `default`; it is noted in `seen`. */
function labelValue(
  lowering: Lowering,
  { value: node, span }: CaseNode['labels'][number],
  type: 'int' | 'uint',
  seen: Set<number | null>,
): Expression | null {
  if (node === null) {
    if (seen.has(null)) throw lowering.fail(span, 'this switch has a default already; keep one of the two');
    seen.add(null);
    return null;
  }
  const { result } = lowering.capture(() => lowerAny(lowering, node));
  if (result.op !== 'constant' || (result.type !== 'int' && result.type !== 'uint')) {
    const what = result.op === 'constant' ? article(result.type) : 'computed';
    throw lowering.fail(node.span, `a case takes a constant int, and this is ${what}; compare it by if and else`);
  }
  const value = convert(type, result);
  const number = value.op === 'constant' ? value.value[0]! : 0;
  if (seen.has(number)) {
    throw lowering.fail(node.span, `the case ${number} stands in this switch already; keep one of the two`);
  }
  seen.add(number);
  return value;
}

/** Whether statements end by leaving (the last group of a switch always does), and leave the switch nowhere else. */
function isPlain(body: readonly StatementNode[], last: boolean): boolean {
  const end = body.at(-1);
  const leaves = end?.kind === 'break' || end?.kind === 'return' || end?.kind === 'continue';
  return (leaves || last) && !withoutBreak(body).some(breaks);
}

function withoutBreak(body: readonly StatementNode[]): readonly StatementNode[] {
  return body.at(-1)?.kind === 'break' ? body.slice(0, -1) : body;
}

/** Whether a `break` of this switch stands in a statement. */
function breaks(node: StatementNode): boolean {
  if (node.kind === 'break') return true;
  if (node.kind === 'if') return breaks(node.then) || (node.else !== null && breaks(node.else));
  return node.kind === 'block' && node.body.some(breaks);
}

function isOneOf(selector: Expression, values: readonly Expression[]): Expression {
  const tests = values.map((value) => binary('==', selector, value));
  return tests.length === 0 ? filled('bool', 0) : tests.reduce((any, one) => binary('||', any, one));
}

/** Conditions in a row; `default` comes last, wherever it stands. */
function lowerPlain(
  lowering: Lowering,
  selector: Expression,
  groups: readonly Group[],
  lowerStatement: LowerStatement,
): boolean {
  const lowered = groups.map(({ values, body }) => ({
    values,
    ...lowering.capture(() => lowerAll(lowering, withoutBreak(body), lowerStatement)),
  }));
  const otherwise = lowered.find(({ values }) => values === null);
  let block: readonly Statement[] = otherwise?.statements ?? [];
  let ended = otherwise?.result === true;
  for (const { values, statements, result } of lowered.toReversed()) {
    if (values === null) continue;
    block = [{ op: 'if', condition: isOneOf(selector, values), then: statements, else: block }];
    ended &&= result;
  }
  for (const statement of block) lowering.emit(statement);
  return ended;
}

/** Statements in order, to the first that control never passes; what stands behind it is checked and dropped. */
function lowerAll(lowering: Lowering, body: readonly StatementNode[], lowerStatement: LowerStatement): boolean {
  let ended = false;
  for (const node of body) {
    if (ended) lowering.capture(() => lowerStatement(lowering, node));
    else ended = lowerStatement(lowering, node);
  }
  return ended;
}

/** A loop of one round, whose groups run where the selector is theirs or the group before fell through. */
function lowerFalling(
  lowering: Lowering,
  selector: Expression,
  groups: readonly Group[],
  lowerStatement: LowerStatement,
): boolean {
  const { frame } = lowering;
  const falls = lowering.newLocal('falls', 'bool');
  const goesOn = lowering.newLocal('goes_on', 'bool');
  for (const one of [falls, goesOn]) lowering.emit({ op: 'assign', local: one, value: filled('bool', 0) });
  const named = groups.flatMap(({ values }) => values ?? []);
  const outer = frame.switches;
  frame.switches = { goesOn };
  const body = lowering.capture(() => {
    for (const { values, body: statements } of groups) {
      const here = values === null ? unary('!', isOneOf(selector, named)) : isOneOf(selector, values);
      lowering.emit({ op: 'assign', local: falls, value: binary('||', local('bool', falls), here) });
      const { statements: then } = lowering.capture(() => lowerAll(lowering, statements, lowerStatement));
      lowering.emit({ op: 'if', condition: local('bool', falls), then, else: [] });
    }
  }).statements;
  frame.switches = outer;
  lowering.emit({ op: 'loop', testFirst: true, condition: filled('bool', 1), body, continuing: [], limit: 1 });
  if (frame.loops > 0) {
    const then = lowering.capture(() => lowerContinue(lowering)).statements;
    lowering.emit({ op: 'if', condition: local('bool', goesOn), then, else: [] });
  }
  return false;
}

/** `continue` of the loop around, out of the switches that stand in it. */
export function lowerContinue(lowering: Lowering): void {
  const { switches } = lowering.frame;
  if (switches === null) {
    lowering.emit({ op: 'continue' });
    return;
  }
  lowering.emit({ op: 'assign', local: switches.goesOn, value: filled('bool', 1) });
  lowering.emit({ op: 'break' });
}
