/**
 * @file Which names a program assigns after their declaration. By name alone, so a name that is assigned anywhere counts
 * everywhere: what is left is certainly constant for its lifetime, and its value may stand in its place.
 */

import { operandsOf } from './syntax.ts';
import type { ConditionNode, ExpressionNode, FunctionNode, StatementNode } from './syntax.ts';

/** Names that are a target of `=` and its like, of `++`, `--`, or an argument that a function may write. */
export function assignedNames(
  statements: readonly StatementNode[],
  functions: readonly FunctionNode[],
): ReadonlySet<string> {
  const names = new Set<string>();
  const writable = new Map<string, Set<number>>();
  for (const { name, parameters } of functions) {
    const places = writable.get(name) ?? new Set();
    parameters.forEach(({ mode }, i) => mode !== 'in' && places.add(i));
    writable.set(name, places);
  }
  const visit = (node: ExpressionNode): void => {
    if (node.kind === 'assign' || node.kind === 'update') addTarget(node.target, names);
    if (node.kind === 'call') {
      const places = writable.get(node.callee);
      node.args.forEach((arg, i) => places?.has(i) === true && addTarget(arg, names));
    }
    operandsOf(node).forEach(visit);
  };
  statements.forEach((statement) => forEachExpression(statement, visit));
  return names;
}

function addTarget(target: ExpressionNode, names: Set<string>): void {
  if (target.kind === 'name') names.add(target.name);
  else if (target.kind === 'member' || target.kind === 'index') addTarget(target.operand, names);
}

/** Calls back for each whole expression of a statement and of those inside it. */
export function forEachExpression(node: StatementNode, visit: (expression: ExpressionNode) => void): void {
  const inside = (statement: StatementNode): void => forEachExpression(statement, visit);
  const test = (condition: ConditionNode): void =>
    condition.kind === 'declaration' ? inside(condition) : visit(condition);
  switch (node.kind) {
    case 'declaration':
      for (const { initializer } of node.declarators) if (initializer !== null) visit(initializer);
      break;
    case 'expression':
      visit(node.expression);
      break;
    case 'if':
      visit(node.condition);
      inside(node.then);
      if (node.else !== null) inside(node.else);
      break;
    case 'for':
      if (node.initial !== null) inside(node.initial);
      if (node.condition !== null) test(node.condition);
      if (node.step !== null) visit(node.step);
      inside(node.body);
      break;
    case 'switch':
      visit(node.selector);
      for (const { labels, body } of node.cases) {
        for (const { value } of labels) if (value !== null) visit(value);
        body.forEach(inside);
      }
      break;
    case 'while':
    case 'do':
      test(node.condition);
      inside(node.body);
      break;
    case 'return':
      if (node.value !== null) visit(node.value);
      break;
    case 'block':
      node.body.forEach(inside);
      break;
    case 'function':
      node.body?.forEach(inside);
      break;
    default:
      break;
  }
}
