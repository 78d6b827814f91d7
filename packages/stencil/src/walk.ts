/** @file Walking IR: the parts right under a node, and visits of whole bodies. */

import type { Expression, Statement } from './ir.ts';

/** The expressions right under an expression, in the order of their evaluation. */
export function operands(node: Expression): readonly Expression[] {
  switch (node.op) {
    case 'unary':
    case 'convert':
    case 'swizzle':
    case 'indexToWorld':
    case 'worldToIndex':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'select':
      return [node.condition, node.then, node.else];
    case 'call':
    case 'construct':
      return node.args;
    case 'invoke':
      return node.args.flatMap((arg) => (arg.mode === 'in' ? [arg.value] : []));
    case 'index':
      return [node.operand, node.index];
    case 'element':
      return [node.index];
    case 'gather':
    case 'isActive':
      return [node.coord];
    case 'sample':
      return [node.position];
    default:
      return [];
  }
}

/** Expressions that a statement holds itself, not those of statements inside it. */
function expressionsOf(node: Statement): readonly Expression[] {
  switch (node.op) {
    case 'assignIndex':
    case 'assignElement':
      return [node.index, node.value];
    case 'if':
    case 'loop':
      return [node.condition];
    case 'print':
      return node.values;
    case 'break':
    case 'continue':
    case 'clear':
      return [];
    default:
      return node.value === undefined ? [] : [node.value];
  }
}

/** Statements right inside a statement. */
function blocksOf(node: Statement): readonly (readonly Statement[])[] {
  if (node.op === 'if') return [node.then, node.else];
  return node.op === 'loop' ? [node.body, node.continuing] : [];
}

/** Visits every statement of a body, outer before inner, in order. */
export function visitStatements(body: readonly Statement[], visit: (node: Statement) => void): void {
  for (const statement of body) {
    visit(statement);
    for (const block of blocksOf(statement)) visitStatements(block, visit);
  }
}

/** Visits every expression of a body, outer before inner. */
export function visitExpressions(body: readonly Statement[], visit: (node: Expression) => void): void {
  const walk = (node: Expression): void => {
    visit(node);
    operands(node).forEach(walk);
  };
  visitStatements(body, (statement) => expressionsOf(statement).forEach(walk));
}
