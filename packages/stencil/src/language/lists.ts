/** @file Values in braces: `float a[2] = {1.0, 2.0}`, one for each element, member, column or component, and braces in braces. */

import { scalarOf, sizeOf } from '../ir.ts';
import { lowerParts } from './aggregates.ts';
import { lowerConstructor, wantType } from './constructors.ts';
import { lowerAll } from './effects.ts';
import { lowerExpression, lowerValue } from './expressions.ts';
import type { Lowering } from './lowering.ts';
import type { ListNode } from './syntax.ts';
import { isAggregate, partTypes } from './types.ts';
import type { Type } from './types.ts';
import type { Value } from './values.ts';

/** The value of a list, as a type. */
export function lowerList(lowering: Lowering, node: ListNode, type: Type): Value {
  const places = new Map(node.items.map((item, at) => [item, at]));
  if (isAggregate(type)) {
    const parts = partTypes(type);
    const values = lowerAll<Value>(lowering, node.items, (_, item) => {
      const wanted = parts[places.get(item)!];
      return item.kind === 'list' && wanted !== undefined
        ? lowerList(lowering, item, wanted)
        : lowerValue(lowering, item);
    });
    return lowerParts(lowering, { span: node.span, args: node.items }, type, values);
  }
  const size = sizeOf(type);
  if (node.items.length !== size) {
    const components = `${size} component${size === 1 ? '' : 's'}`;
    throw lowering.fail(node.span, `a ${type} takes ${components}, and gets ${node.items.length}; give one for each`);
  }
  const scalar = scalarOf(type);
  const values = lowerAll(lowering, node.items, (_, item) =>
    wantType(lowering, item.span, `component ${places.get(item)}`, {
      value: lowerExpression(lowering, item),
      type: scalar,
    }),
  );
  return lowerConstructor(lowering, { span: node.span, args: node.items }, type, values);
}
