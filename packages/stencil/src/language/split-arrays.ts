/**
 * @file Arrays that only constants index become plain locals, one for each element: registers, that is, and text that
 * people would have written. Matrices come out of this as their columns.
 */

import type { Expression, Local, Statement } from '../ir.ts';
import { mapOperands, mapStatement } from '../rebuild.ts';
import { visitExpressions, visitStatements } from '../walk.ts';
import { filled } from './build.ts';

/** A function's locals and statements. */
export interface Body {
  readonly locals: readonly Local[];
  readonly body: readonly Statement[];
}

/** The arrays that a computed index, or a call, reaches. */
function computed({ locals, body }: Body): ReadonlySet<number> {
  const found = new Set<number>();
  const holds = (array: number, index: Expression): boolean =>
    index.op === 'constant' && index.value[0]! >= 0 && index.value[0]! < locals[array]!.length!;
  visitExpressions(body, (node) => {
    if (node.op === 'element' && !holds(node.local, node.index)) found.add(node.local);
    if (node.op !== 'invoke') return;
    for (const arg of node.args) if (arg.mode !== 'in') found.add(arg.local);
  });
  visitStatements(body, (node) => {
    if (node.op === 'assignElement' && !holds(node.local, node.index)) found.add(node.local);
  });
  return found;
}

/** The same function with those arrays split; the first `kept` locals, its parameters, stay as they are. */
export function splitArrays(one: Body, kept: number): Body {
  const whole = computed(one);
  const splits = (local: number): boolean =>
    local >= kept && one.locals[local]!.length !== undefined && !whole.has(local);
  if (!one.locals.some((_, at) => splits(at))) return one;
  const locals: Local[] = [];
  const places = one.locals.map((local, at) => {
    const first = locals.length;
    if (!splits(at)) locals.push(local);
    else for (let n = 0; n < local.length!; n++) locals.push({ name: `${local.name}_${n}`, type: local.type });
    return first;
  });
  const at = (local: number, index: Expression): number =>
    places[local]! + (index.op === 'constant' ? index.value[0]! : 0);
  const map = (node: Expression): Expression => {
    const mapped = mapOperands(node, map);
    if (mapped.op === 'local') return { ...mapped, local: places[mapped.local]! };
    if (mapped.op === 'invoke') {
      const args = mapped.args.map((arg) => (arg.mode === 'in' ? arg : { ...arg, local: places[arg.local]! }));
      return { ...mapped, args };
    }
    if (mapped.op !== 'element') return mapped;
    if (!splits(mapped.local)) return { ...mapped, local: places[mapped.local]! };
    return { op: 'local', type: mapped.type, local: at(mapped.local, mapped.index) };
  };
  const rebuild = (block: readonly Statement[]): readonly Statement[] => block.flatMap(renew);
  const renew = (node: Statement): readonly Statement[] => {
    const mapped = mapStatement(node, map, rebuild);
    if (!('local' in mapped)) return [mapped];
    const { local } = mapped;
    if (!splits(local)) return [{ ...mapped, local: places[local]! }];
    if (mapped.op === 'clear') {
      const { type, length } = one.locals[local]!;
      const value = filled(type, 0);
      return Array.from({ length: length! }, (_, n) => ({ op: 'assign', local: places[local]! + n, value }) as const);
    }
    if (mapped.op !== 'assignElement') throw new Error('Bug in splitArrays: an array is assigned whole');
    const { index, components, value } = mapped;
    return [{ op: 'assign', local: at(local, index), ...(components ? { components } : {}), value }];
  };
  return { locals, body: rebuild(one.body) };
}
