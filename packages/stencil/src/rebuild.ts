/** @file Rebuilding IR with other operands. */

import type { Argument, Expression, Statement } from './ir.ts';

type Map1 = (value: Expression) => Expression;

/** The node with each operand replaced. */
export function mapOperands(node: Expression, map: Map1): Expression {
  switch (node.op) {
    case 'unary':
    case 'convert':
    case 'swizzle':
    case 'indexToWorld':
    case 'worldToIndex':
      return { ...node, operand: map(node.operand) };
    case 'binary':
      return { ...node, left: map(node.left), right: map(node.right) };
    case 'select':
      return { ...node, condition: map(node.condition), then: map(node.then), else: map(node.else) };
    case 'call':
    case 'construct':
      return { ...node, args: node.args.map(map) };
    case 'invoke':
      return {
        ...node,
        args: node.args.map((arg): Argument => (arg.mode === 'in' ? { mode: 'in', value: map(arg.value) } : arg)),
      };
    case 'index':
      return { ...node, operand: map(node.operand), index: map(node.index) };
    case 'element':
      return { ...node, index: map(node.index) };
    case 'gather':
    case 'isActive':
      return { ...node, coord: map(node.coord) };
    case 'sample':
      return { ...node, position: map(node.position) };
    default:
      return node;
  }
}

/** What a statement holds itself: its values, and the blocks in it. */
export function statementOperands(node: Statement): {
  readonly values: readonly Expression[];
  readonly blocks: readonly (readonly Statement[])[];
} {
  switch (node.op) {
    case 'loop':
      return { values: [node.condition], blocks: [node.body, node.continuing] };
    case 'if':
      return { values: [node.condition], blocks: [node.then, node.else] };
    case 'assignIndex':
    case 'assignElement':
      return { values: [node.index, node.value], blocks: [] };
    case 'print':
      return { values: node.values, blocks: [] };
    case 'break':
    case 'continue':
    case 'clear':
      return { values: [], blocks: [] };
    default:
      return { values: node.value === undefined ? [] : [node.value], blocks: [] };
  }
}

/** The statement with its values and its blocks replaced. */
export function mapStatement(
  node: Statement,
  map: Map1,
  rebuild: (block: readonly Statement[]) => readonly Statement[],
): Statement {
  switch (node.op) {
    case 'loop':
      // The condition comes first: what it needs is made before the loop.
      return {
        ...node,
        condition: map(node.condition),
        body: rebuild(node.body),
        continuing: rebuild(node.continuing),
      };
    case 'if':
      return { ...node, condition: map(node.condition), then: rebuild(node.then), else: rebuild(node.else) };
    case 'assignIndex':
    case 'assignElement':
      return { ...node, index: map(node.index), value: map(node.value) };
    case 'print':
      return { ...node, values: node.values.map(map) };
    case 'break':
    case 'continue':
    case 'clear':
      return node;
    default:
      return node.value === undefined ? node : { ...node, value: map(node.value) };
  }
}
