/** @file Which functions a piece of a program calls, by name. */

import { forEachExpression } from './assigned-names.ts';
import { operandsOf } from './syntax.ts';
import type { ExpressionNode, StatementNode } from './syntax.ts';

/** Names of all functions, accessors and constructors that a statement calls. */
export function callsOf(statement: StatementNode): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ExpressionNode): void => {
    if (node.kind === 'call') names.add(node.callee);
    operandsOf(node).forEach(visit);
  };
  forEachExpression(statement, visit);
  return names;
}
