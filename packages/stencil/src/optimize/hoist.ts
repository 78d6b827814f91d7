/**
 * @file Loop-invariant values: what a loop computes in every round from what it never assigns is computed before it. Only
 * what is cheap and has no end of its own (no look-up, no call) goes: the loop may run no round at all, and what it would
 * not have done must cost nothing and tell of nothing.
 */

import { isCheap } from '../emit/scan.ts';
import type { Expression, Local, Statement, ValueType } from '../ir.ts';
import { offsetOf } from '../language/affine.ts';
import { local } from '../language/build.ts';
import { mapOperands, mapStatement } from '../rebuild.ts';
import { operands } from '../walk.ts';
import { assignedIn, eachBody, localsReadAt } from './program.ts';
import type { Pass } from './program.ts';

/** Computes before a loop what is the same in all of its rounds. */
export const hoistInvariants: Pass = eachBody((one) => {
  const locals: Local[] = [...one.locals];
  const block = (body: readonly Statement[]): readonly Statement[] =>
    body.flatMap((node) => {
      if (node.op !== 'loop' || node.limit <= 1) return [mapStatement(node, (value) => value, block)];
      const ahead: Statement[] = [];
      const hoisted = hoistFrom(node, (value) => {
        const keeper = locals.length;
        const type = value.type as ValueType;
        locals.push({ name: 'value', type });
        ahead.push({ op: 'assign', local: keeper, value });
        return local(type, keeper);
      });
      return [...ahead, mapStatement(hoisted, (value) => value, block)];
    });
  const body = block(one.body);
  return { locals, body };
});

const NO_LOCALS: Parameters<typeof offsetOf>[1] = new Map();

/** The loop with its largest invariant expressions given to `keep`, which says what stands in their place. */
function hoistFrom(loop: Statement, keep: (value: Expression) => Expression): Statement {
  const assigned = assignedIn([loop]);
  const isInvariant = (node: Expression): boolean =>
    localsReadAt(node).every((one) => !assigned.has(one)) && operands(node).every(isInvariant);
  const value = (node: Expression): Expression => {
    // A tap too far for the neighbour table, and an activity, are known by their coordinate: it stays as it is.
    const placed = node.op === 'gather' || node.op === 'isActive';
    if (placed && offsetOf(node.coord, NO_LOCALS) !== undefined) return node;
    if (isCostly(node) && isCheap(node, false) && isInvariant(node)) return keep(node);
    return mapOperands(node, value);
  };
  const rebuild = (body: readonly Statement[]): readonly Statement[] =>
    body.map((node) => mapStatement(node, value, rebuild));
  return mapStatement(loop, value, rebuild);
}

/** Whether there is anything to compute: more than a sign, a conversion or a choice of components. */
function isCostly(node: Expression): boolean {
  switch (node.op) {
    case 'binary':
    case 'call':
    case 'select':
    case 'index':
    case 'indexToWorld':
    case 'worldToIndex':
    case 'tap':
      return true;
    default:
      return false;
  }
}
