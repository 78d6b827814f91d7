/** @file Order of evaluation: operands left to right, each unharmed by the effects of those after it. */

import type { Expression } from '../ir.ts';
import type { Lowering } from './lowering.ts';
import type { ExpressionNode } from './syntax.ts';

/** Values of several expressions, in order. */
export function lowerAll(
  lowering: Lowering,
  nodes: readonly ExpressionNode[],
  lower: (lowering: Lowering, node: ExpressionNode) => Expression,
): Expression[] {
  const values: Expression[] = [];
  for (const node of nodes) {
    const start = lowering.frame.block.length;
    const value = lower(lowering, node);
    if (lowering.frame.block.length > start) keepValues(lowering, values, start);
    values.push(value);
  }
  return values;
}

/** Moves values into temporaries at an earlier place of the block, ahead of the effects that stand there now. */
export function keepValues(lowering: Lowering, values: Expression[], at: number): void {
  let place = at;
  for (const [i, value] of values.entries()) {
    if (value.op === 'constant') continue;
    values[i] = lowering.spill(value, place);
    place++;
  }
}
