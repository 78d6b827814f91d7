/** @file Calls of the user's functions: choosing among overloads, and passing `out` and `inout` by copy. */

import { scalarOf } from '../ir.ts';
import type { Argument, Expression, Span, ValueType } from '../ir.ts';
import { affineOf } from './affine.ts';
import { lowerTarget, readTarget, writeTarget } from './assign.ts';
import type { Target } from './assign.ts';
import { local } from './build.ts';
import { converted, isConvertible } from './conversions.ts';
import { keepValues } from './effects.ts';
import type { Lowering, UserFunction, UserParameter } from './lowering.ts';
import type { Lowerers } from './parts.ts';
import { allocate, leafStorages, readRef, refTo, writeRef } from './storage.ts';
import type { CallNode } from './syntax.ts';
import { isAggregate, typeName } from './types.ts';
import type { Type } from './types.ts';
import { lowerFunction } from './user-functions.ts';
import type { KnownArgument } from './user-functions.ts';
import { zeroOf } from './values.ts';
import type { Value } from './values.ts';

/** An argument, before its overload is known: a value, or a place to be written. */
type Given = { readonly value: Value } | { readonly target: Target };

/**
 * The call's value. A function without `out` has no effects, and stays an expression; one with them becomes statements.
 * A function that returns nothing gives a value of type void, which nobody may use.
 */
export function lowerInvoke(lowering: Lowering, node: CallNode, lower: Lowerers): Value {
  const named = lowering.functions.filter((one) => one.node.name === node.callee);
  const candidates = named.filter((one) => one.parameters.length === node.args.length);
  if (candidates.length === 0) throw lowering.fail(node.span, wrongCount(node, named));
  const given = lowerArguments(lowering, node, candidates[0]!.parameters, lower);
  const chosen = choose(lowering, node, candidates, given);
  const index = indexOf(lowering, chosen, node.calleeSpan, given);
  return emitCall(lowering, chosen, index, given);
}

/** The call of a function by its name, on values; it has no `out` parameters. */
export function callNamed(lowering: Lowering, span: Span, callee: string, given: readonly Expression[]): Expression {
  return callWithOuts(lowering, span, callee, { given, outs: [] }).value;
}

/** The call of a function by its name, on values that are followed by `out` parameters of these types; what it gives, and what it wrote. */
export function callWithOuts(
  lowering: Lowering,
  span: Span,
  callee: string,
  { given: values, outs }: { readonly given: readonly Expression[]; readonly outs: readonly ValueType[] },
): { readonly value: Expression; readonly written: readonly Expression[] } {
  const node = { callee, span, args: values };
  const named = lowering.functions.filter((one) => one.node.name === callee);
  const candidates = named.filter(({ parameters }) => parameters.length === values.length + outs.length);
  if (candidates.length === 0) throw lowering.fail(span, wrongCount(node, named));
  const targets = outs.map((type): Target => {
    const ref = refTo(type, allocate(lowering, 'result', type));
    return { ref, type, components: null, index: null };
  });
  const given = [...values.map((value): Given => ({ value })), ...targets.map((target): Given => ({ target }))];
  const chosen = choose(lowering, node, candidates, given);
  const value = emitCall(lowering, chosen, indexOf(lowering, chosen, span, given), given) as Expression;
  return { value, written: targets.map(({ ref }) => readRef(ref) as Expression) };
}

/** What is said of a call in errors. */
type Called = Pick<CallNode, 'callee' | 'span'> & { readonly args: readonly unknown[] };

function wrongCount(node: Called, named: readonly UserFunction[]): string {
  const count = node.args.length;
  const known = named.map(({ signature }) => signature).join(' or ');
  return `"${node.callee}" does not take ${count} argument${count === 1 ? '' : 's'}; it is ${known}`;
}

function lowerArguments(
  lowering: Lowering,
  node: CallNode,
  parameters: readonly UserParameter[],
  lower: Lowerers,
): readonly Given[] {
  const values: Value[] = [];
  const targets: (Target | null)[] = [];
  for (const [i, arg] of node.args.entries()) {
    const start = lowering.frame.block.length;
    const target = parameters[i]!.mode === 'in' ? null : lowerTarget(lowering, arg, lower);
    const value = target === null ? lower.value(lowering, arg) : readTarget(target);
    if (lowering.frame.block.length > start) keepIn(lowering, values, targets, start);
    values.push(value);
    targets.push(target);
  }
  return values.map((value, i) => {
    const target = targets[i];
    return target ? { target } : { value };
  });
}

/** Keeps the earlier arguments that are values; places stay places. */
function keepIn(lowering: Lowering, values: Value[], targets: readonly (Target | null)[], at: number): void {
  const places = values.flatMap((_, i) => (targets[i] === null ? [i] : []));
  const kept = places.map((i) => values[i]!);
  keepValues(lowering, kept, at);
  places.forEach((place, i) => (values[place] = kept[i]!));
}

function typeOf(given: Given): Type {
  return 'target' in given ? given.target.type : (given.value.type as Type);
}

/** Whether a value of one type is taken where another is wanted. */
function isTaken(from: Type, to: Type): boolean {
  return isAggregate(from) || isAggregate(to) ? typeName(from) === typeName(to) : isConvertible(from, to);
}

/** GLSL's choice: an exact overload, else the one whose every argument needs no worse a conversion than any other's. */
function choose(
  lowering: Lowering,
  node: Called,
  candidates: readonly UserFunction[],
  given: readonly Given[],
): UserFunction {
  const types = given.map(typeOf);
  const names = types.map(typeName).join(', ');
  const exact = (type: Type, i: number): boolean => typeName(type) === typeName(types[i]!);
  const fitting = candidates.filter(({ parameters }) =>
    parameters.every(({ mode, type }, i) => (mode === 'in' ? isTaken(types[i]!, type) : exact(type, i))),
  );
  const exactness = ({ parameters }: UserFunction): readonly boolean[] =>
    parameters.map(({ type }, i) => exact(type, i));
  const best = fitting.filter((one) => {
    const mine = exactness(one);
    return fitting.every((other) => exactness(other).every((same, i) => !same || mine[i]!));
  });
  if (best.length === 1) return best[0]!;
  const list = candidates.map(({ signature }) => signature).join(' or ');
  if (fitting.length === 0) throw lowering.fail(node.span, `"${node.callee}" does not take (${names}); it is ${list}`);
  const several = fitting.map(({ signature }) => signature).join(' and ');
  throw lowering.fail(node.span, `(${names}) fits ${several} alike; convert the arguments to the types of one`);
}

/** The function's number, lowering it first if need be. A function that is under way would call itself. */
function indexOf(lowering: Lowering, chosen: UserFunction, span: Span, given: readonly Given[]): number {
  const { name } = chosen.node;
  if (chosen.underWay) {
    const through = lowering.frame.name === name ? '' : `, through "${lowering.frame.name}"`;
    throw lowering.fail(span, `the function "${name}" calls itself${through}; a stencil has no recursion, use a loop`);
  }
  const known = chosen.reads ? knownArguments(lowering, given) : [];
  const key = JSON.stringify(known);
  const place = chosen.variants.size < VARIANT_LIMIT ? { key, known } : { key: '[]', known: [] };
  const built = chosen.variants.get(key) ?? chosen.variants.get(place.key);
  if (built !== undefined) return built;
  const index = lowering.nested(span, () => lowerFunction(lowering, chosen, place.known));
  chosen.variants.set(place.key, index);
  return index;
}

/** Sets of offsets for which a function is built on its own; beyond, its reads are at computed coordinates. */
const VARIANT_LIMIT = 128;

/** Arguments that are integers affine in `coord`, so that reads in the function can be taps. */
function knownArguments(lowering: Lowering, given: readonly Given[]): readonly KnownArgument[] {
  return given.map((one) => {
    if ('target' in one || one.value.op === 'aggregate' || scalarOf(one.value.type as ValueType) !== 'int') return null;
    return affineOf(one.value, lowering.frame.affine) ?? null;
  });
}

/** Arguments of the IR's call, and what follows it: places that could not be passed themselves get their values back. */
interface Passing {
  readonly args: Argument[];
  readonly after: (() => void)[];
  /** Locals that are passed already: no two parameters write one. */
  readonly used: Set<number>;
}

function emitCall(lowering: Lowering, chosen: UserFunction, index: number, given: readonly Given[]): Value {
  const passing: Passing = { args: [], after: [], used: new Set() };
  given.forEach((one, i) => {
    const parameter = chosen.parameters[i]!;
    if ('target' in one) passTarget(lowering, passing, parameter, one.target);
    else passValue(lowering, passing, parameter, one.value);
  });
  const { args, after } = passing;
  const { returns } = chosen;
  const returned = isAggregate(returns) ? refTo(returns, allocate(lowering, 'temporary', returns)) : null;
  if (returned !== null) {
    for (const leaf of leafStorages(returned.storage)) args.push({ mode: 'out', local: leaf.local });
  }
  const type = isAggregate(returns) ? 'void' : returns;
  const invoke: Expression = { op: 'invoke', type, function: index, args };
  if (args.every(({ mode }) => mode === 'in')) return invoke;
  const result = type === 'void' ? invoke : lowering.spill(invoke);
  if (type === 'void') lowering.emit({ op: 'evaluate', value: invoke });
  for (const write of after) write();
  return returned === null ? result : readRef(returned);
}

/** A value for an `in` parameter. Its arrays are passed as variables, which the function may change as it likes. */
function passValue(lowering: Lowering, { args }: Passing, { type }: UserParameter, value: Value): void {
  if (!isAggregate(type)) {
    args.push({ mode: 'in', value: converted(value as Expression, type) });
    return;
  }
  const ref = refTo(type, allocate(lowering, 'temporary', type));
  writeRef(lowering, ref, value);
  for (const leaf of leafStorages(ref.storage)) {
    if (leaf.lengths.length > 0) args.push({ mode: 'inout', local: leaf.local });
    else args.push({ mode: 'in', value: local(leaf.type, leaf.local) });
  }
}

/** A place for an `out` or `inout` parameter: itself where it is a whole variable, else a copy that is brought back. */
function passTarget(
  lowering: Lowering,
  { args, after, used }: Passing,
  parameter: UserParameter,
  target: Target,
): void {
  const mode = parameter.mode === 'inout' ? 'inout' : 'out';
  const { ref } = target;
  const leaves = leafStorages(ref.storage);
  const entire = ref.indices.length === 0 && target.components === null && target.index === null;
  if (entire && leaves.every((leaf) => !used.has(leaf.local))) {
    for (const { local: own } of leaves) {
      used.add(own);
      args.push({ mode, local: own });
    }
    return;
  }
  const copy = refTo(target.type, allocate(lowering, 'temporary', target.type));
  writeRef(lowering, copy, mode === 'inout' ? readTarget(target) : zeroOf(target.type));
  for (const leaf of leafStorages(copy.storage)) args.push({ mode, local: leaf.local });
  after.push(() => writeTarget(lowering, target, readRef(copy)));
}
