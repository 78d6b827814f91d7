/** @file Calls of the user's functions: choosing among overloads, and passing `out` and `inout` by copy. */

import { scalarOf } from '../ir.ts';
import type { Argument, Expression, Span, ValueType } from '../ir.ts';
import { affineOf } from './affine.ts';
import { lowerTarget, readTarget, writeTarget } from './assign.ts';
import type { Target } from './assign.ts';
import { filled, local } from './build.ts';
import { converted, isConvertible } from './conversions.ts';
import { keepValues } from './effects.ts';
import type { Lowering, UserFunction } from './lowering.ts';
import { lowerFunction } from './user-functions.ts';
import type { KnownArgument } from './user-functions.ts';
import type { CallNode, ExpressionNode, ParameterNode } from './syntax.ts';

type Lower = (lowering: Lowering, node: ExpressionNode) => Expression;

/** An argument, before its overload is known: a value, or a place to be written. */
type Given = { readonly value: Expression } | { readonly target: Target };

/**
 * The call's value. A function without `out` has no effects, and stays an expression; one with them becomes statements.
 * A function that returns nothing gives a value of type void, which nobody may use.
 */
export function lowerInvoke(lowering: Lowering, node: CallNode, lower: Lower): Expression {
  const named = lowering.functions.filter((one) => one.node.name === node.callee);
  const candidates = named.filter((one) => one.node.parameters.length === node.args.length);
  if (candidates.length === 0) throw lowering.fail(node.span, wrongCount(node, named));
  const given = lowerArguments(lowering, node, candidates[0]!.node.parameters, lower);
  const chosen = choose(lowering, node, candidates, given);
  const index = indexOf(lowering, chosen, node.calleeSpan, given);
  return emitCall(lowering, chosen, index, given);
}

function wrongCount(node: CallNode, named: readonly UserFunction[]): string {
  const count = node.args.length;
  const known = named.map(({ signature }) => signature).join(' or ');
  return `"${node.callee}" does not take ${count} argument${count === 1 ? '' : 's'}; it is ${known}`;
}

function lowerArguments(
  lowering: Lowering,
  node: CallNode,
  parameters: readonly ParameterNode[],
  lower: Lower,
): readonly Given[] {
  const values: Expression[] = [];
  const targets: (Target | null)[] = [];
  for (const [i, arg] of node.args.entries()) {
    const start = lowering.frame.block.length;
    const target = parameters[i]!.mode === 'in' ? null : lowerTarget(lowering, arg, lower);
    const value = target === null ? lower(lowering, arg) : readTarget(target);
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
function keepIn(lowering: Lowering, values: Expression[], targets: readonly (Target | null)[], at: number): void {
  const places = values.flatMap((_, i) => (targets[i] === null ? [i] : []));
  const kept = places.map((i) => values[i]!);
  keepValues(lowering, kept, at);
  places.forEach((place, i) => (values[place] = kept[i]!));
}

function typeOf(given: Given): ValueType {
  return 'target' in given ? given.target.type : (given.value.type as ValueType);
}

/** GLSL's choice: an exact overload, else the one whose every argument needs no worse a conversion than any other's. */
function choose(
  lowering: Lowering,
  node: CallNode,
  candidates: readonly UserFunction[],
  given: readonly Given[],
): UserFunction {
  const types = given.map(typeOf);
  const fitting = candidates.filter(({ node: { parameters } }) =>
    parameters.every(({ mode, type }, i) => (mode === 'in' ? isConvertible(types[i]!, type) : types[i] === type)),
  );
  const exactness = ({ node: { parameters } }: UserFunction): readonly boolean[] =>
    parameters.map(({ type }, i) => type === types[i]);
  const best = fitting.filter((one) => {
    const mine = exactness(one);
    return fitting.every((other) => exactness(other).every((exact, i) => !exact || mine[i]!));
  });
  if (best.length === 1) return best[0]!;
  const list = candidates.map(({ signature }) => signature).join(' or ');
  if (fitting.length === 0) {
    throw lowering.fail(node.span, `"${node.callee}" does not take (${types.join(', ')}); it is ${list}`);
  }
  const several = fitting.map(({ signature }) => signature).join(' and ');
  throw lowering.fail(
    node.span,
    `(${types.join(', ')}) fits ${several} alike; convert the arguments to the types of one`,
  );
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
    if ('target' in one || scalarOf(one.value.type as ValueType) !== 'int') return null;
    return affineOf(one.value, lowering.frame.affine) ?? null;
  });
}

function emitCall(lowering: Lowering, chosen: UserFunction, index: number, given: readonly Given[]): Expression {
  const { parameters, returns } = chosen.node;
  const writeBack: (() => void)[] = [];
  const used = new Set<number>();
  const args = given.map((one, i): Argument => {
    const { mode, type } = parameters[i]!;
    if (!('target' in one)) return { mode: 'in', value: converted(one.value, type) };
    const { target } = one;
    const out = mode === 'inout' ? 'inout' : 'out';
    if (target.components === null && target.index === null && !used.has(target.local)) {
      used.add(target.local);
      return { mode: out, local: target.local };
    }
    const copy = lowering.newLocal('temporary', type);
    const value: Expression = mode === 'inout' ? readTarget(target) : filled(type, 0);
    lowering.emit({ op: 'assign', local: copy, value });
    writeBack.push(() => writeTarget(lowering, target, local(type, copy)));
    return { mode: out, local: copy };
  });
  const invoke: Expression = { op: 'invoke', type: returns, function: index, args };
  if (args.every(({ mode }) => mode === 'in')) return invoke;
  const result = returns === 'void' ? invoke : lowering.spill(invoke);
  if (returns === 'void') lowering.emit({ op: 'evaluate', value: invoke });
  for (const write of writeBack) write();
  return result;
}
