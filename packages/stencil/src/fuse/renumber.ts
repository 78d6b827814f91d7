/**
 * @file A body that moves into another stencil: its locals and functions get the numbers that they have there.
 */
import type { Argument, Expression, Statement } from '../ir.ts';
import { mapOperands, mapStatement } from '../rebuild.ts';

/** What is added to the numbers of locals and of functions. */
export interface Shift {
  readonly locals: number;
  readonly functions: number;
}

/** A body with other numbers. */
export function renumber(body: readonly Statement[], shift: Shift): Statement[] {
  const value = (node: Expression): Expression => renumberExpression(node, shift);
  return body.map((node) => {
    const inner = mapStatement(node, value, (block) => renumber(block, shift));
    return 'local' in inner ? { ...inner, local: inner.local + shift.locals } : inner;
  });
}

function renumberExpression(node: Expression, shift: Shift): Expression {
  const inner = mapOperands(node, (operand) => renumberExpression(operand, shift));
  if (inner.op === 'local' || inner.op === 'element') return { ...inner, local: inner.local + shift.locals };
  if (inner.op !== 'invoke') return inner;
  const args = inner.args.map((arg): Argument =>
    arg.mode === 'in' ? arg : { ...arg, local: arg.local + shift.locals },
  );
  return { ...inner, function: inner.function + shift.functions, args };
}
