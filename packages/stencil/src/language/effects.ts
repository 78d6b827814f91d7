/** @file Order of evaluation: operands left to right, each unharmed by the effects of those after it. */

import type { Expression } from '../ir.ts';
import type { Lowering } from './lowering.ts';
import type { ExpressionNode } from './syntax.ts';
import { spillValue } from './values.ts';
import type { Value } from './values.ts';

/** Values of several expressions, in order. */
export function lowerAll<V extends Value = Expression>(
  lowering: Lowering,
  nodes: readonly ExpressionNode[],
  lower: (lowering: Lowering, node: ExpressionNode) => V,
): V[] {
  const values: V[] = [];
  for (const node of nodes) {
    const start = lowering.frame.block.length;
    const value = lower(lowering, node);
    if (lowering.frame.block.length > start) keepValues(lowering, values, start);
    values.push(value);
  }
  return values;
}

/** Moves values into temporaries at an earlier place of the block, ahead of the effects that stand there now. */
export function keepValues(lowering: Lowering, values: Value[], at: number): void {
  let place = at;
  for (const [i, value] of values.entries()) {
    if (value.op === 'constant') continue;
    const kept = spillValue(lowering, value, place);
    values[i] = kept.value;
    place += kept.count;
  }
}
