/**
 * @file Lowering of expressions. Evaluation goes from left to right; what is cheap on both sides of a choice is computed
 * on both, what isn't gets a branch. Integer operations have a meaning for every input: n ÷ 0 = n and n % 0 = 0,
 * INT_MIN ÷ −1 wraps, shifts take the amount modulo 32, % has the sign of the dividend.
 */
import type { Expression, ValueType } from '../ir.ts';
import { isFloating, sizeOf } from '../ir.ts';
import { lowerCall } from './calls.ts';
import { lowerConvert } from './convert.ts';
import { applyMap, blockValue, once } from './frame.ts';
import type { Frame } from './frame.ts';
import { boundsOf, guardCoord, ownOf } from './guard.ts';
import { gather, isActive } from './lookup.ts';
import { sample } from './sample.ts';
import { activeOffset, componentList, isCheap } from './scan.ts';
import { sameForAll } from './same.ts';
import { scalarOfValue } from './target.ts';
import type { Operation, Value, Variable } from './target.ts';

type Node<Op extends Expression['op']> = Extract<Expression, { op: Op }>;

const BINARY: Readonly<Record<string, Operation>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
  '^^': 'xor',
};

function keepInOrder(frame: Frame, value: Value): Value {
  return frame.uses.passesVariables ? frame.lowering.target.keep(value, 'read') : value;
}

/** A computed coordinate that is read, as far as it may go. */
function guarded(frame: Frame, node: Node<'gather' | 'isActive'>): Value {
  const at = lowerExpression(frame, node.coord);
  // What has a reach needs no guard: the halo is as thick.
  if (node.op === 'gather' && frame.lowering.near.has(node)) return at;
  const [field, level] = node.op === 'gather' ? ([node.field, node.level] as const) : ([null, 'same'] as const);
  const bounds = boundsOf(frame, field, level, ownOf(frame.voxel!));
  return bounds === null ? at : guardCoord(frame, bounds, frame.lowering.target.keep(at, 'at'));
}

/** Integer ÷: the divisor 0 counts as 1, and −1 negates. */
function divideIntegers(frame: Frame, left: Value, right: Value): Value {
  const { code, target } = frame.lowering;
  const known = right.constant?.every((component) => component !== 0 && component !== -1);
  if (known) return target.apply('div', left, right);
  if (sizeOf(right.type) > 1) return perComponent(frame, left, right, divideIntegers);
  const by = target.keep(right, 'by');
  const zero = code.equals(by, 0);
  if (scalarOfValue(by) === 'uint') return target.apply('div', left, target.select(zero, code.like(by, 1), by));
  const minus = target.keep(code.equals(by, -1), 'minus');
  const numerator = target.keep(left, 'numerator');
  const odd = target.apply('or', zero, minus);
  const quotient = target.apply('div', numerator, target.select(odd, code.like(by, 1), by));
  return target.select(minus, target.apply('neg', numerator), quotient);
}

function perComponent(
  frame: Frame,
  left: Value,
  right: Value,
  operate: (frame: Frame, left: Value, right: Value) => Value,
): Value {
  const { code } = frame.lowering;
  const b = code.components(code.target.keep(right, 'b'));
  return code.join(code.components(code.target.keep(left, 'a')).map((a, at) => operate(frame, a, b[at]!)));
}

function remainder(frame: Frame, left: Value, right: Value): Value {
  const { code, target } = frame.lowering;
  const [a, b] = [target.keep(left, 'a'), target.keep(right, 'b')];
  if (sizeOf(a.type) > 1) return perComponent(frame, a, b, remainder);
  const quotient = divideIntegers(frame, a, b);
  const rest = code.sub(a, target.apply('mul', quotient, b));
  if (b.constant && b.constant[0] !== 0) return rest;
  return target.select(code.equals(b, 0), code.like(a, 0), rest);
}

function lazy(frame: Frame, node: Node<'binary'>): Value {
  const { target } = frame.lowering;
  const and = node.operator === '&&';
  const left = lowerExpression(frame, node.left);
  if (isCheap(node.right, frame.lowering.stencil.debug))
    return target.apply(and ? 'and' : 'or', left, lowerExpression(frame, node.right));
  const result = target.variable('bool', 'both');
  target.set(result, left);
  const run = (): void => target.set(result, lowerExpression(frame, node.right));
  const first = target.get(result);
  target.branch(and ? first : target.apply('not', first), run);
  return target.keep(target.get(result), 'condition');
}

function binary(frame: Frame, node: Node<'binary'>): Value {
  const { code, target } = frame.lowering;
  const { operator } = node;
  if (operator === '&&' || operator === '||') return lazy(frame, node);
  const left = lowerExpression(frame, node.left);
  const right = lowerExpression(frame, node.right);
  const scalar = scalarOfValue(left);
  if (operator === '/' && !isFloating(scalar)) return divideIntegers(frame, left, right);
  if (operator === '/') return target.apply('div', left, right);
  if (operator === '%') return remainder(frame, left, right);
  if (operator === '<<' || operator === '>>') {
    const small = right.constant?.every((amount) => amount >= 0 && amount < 32);
    return target.apply(operator === '<<' ? 'shl' : 'shr', left, small ? right : code.mask(right, 31));
  }
  if (operator === '==' || operator === '!=') {
    const each = target.apply(operator === '==' ? 'eq' : 'ne', left, right);
    return sizeOf(left.type) === 1 ? each : target.quantify(operator === '==' ? 'all' : 'any', each);
  }
  return target.apply(BINARY[operator]!, left, right);
}

function select(frame: Frame, node: Node<'select'>): Value {
  const { target } = frame.lowering;
  const condition = lowerExpression(frame, node.condition);
  const { debug } = frame.lowering.stencil;
  if (isCheap(node.then, debug) && isCheap(node.else, debug))
    return target.select(condition, lowerExpression(frame, node.then), lowerExpression(frame, node.else));
  const result = target.variable(node.type, 'chosen');
  target.branch(
    condition,
    () => target.set(result, lowerExpression(frame, node.then)),
    () => target.set(result, lowerExpression(frame, node.else)),
  );
  return target.keep(target.get(result), 'chosen');
}

function unary(frame: Frame, node: Node<'unary'>): Value {
  const operand = lowerExpression(frame, node.operand);
  return frame.lowering.target.apply(node.operator === '-' ? 'neg' : 'not', operand);
}

/** Calls a user function; `out` and `inout` variables are copied in and out, in order. */
export function invoke(frame: Frame, node: Node<'invoke'>): Value | null {
  const { lowering } = frame;
  const { code, target } = lowering;
  const callee = lowering.functions.get(node.function)!;
  const args: (Value | Variable)[] = [];
  const back: (() => void)[] = [];
  if (lowering.uses.needsVoxel[node.function]) {
    const voxel = frame.voxel!;
    args.push(voxel.slot, voxel.index, voxel.coord!);
  }
  for (const argument of node.args) {
    if (argument.mode === 'in') args.push(lowerExpression(frame, argument.value));
    else {
      const local = frame.locals[argument.local]!;
      const copy = target.variable(local.type, 'argument', local.length);
      if (argument.mode === 'inout') target.copy(copy, local);
      else if (local.length === undefined) target.set(copy, code.all(local.type, 0));
      else target.clear(copy);
      args.push(copy);
      back.push(() => target.copy(local, copy));
    }
  }
  const value = target.call(callee, args);
  const kept = value && target.keep(value, 'result');
  for (const copy of back) copy();
  return kept;
}

function builtin(frame: Frame, node: Node<'builtin'>): Value {
  switch (node.name) {
    case 'coord':
      return frame.voxel!.coord!;
    case 'dt':
      return blockValue(frame, 'uniforms', 0, 'float', 'dt');
    case 'time':
      return blockValue(frame, 'uniforms', 4, 'float', 'time');
    case 'frame':
      return blockValue(frame, 'uniforms', 8, 'uint', 'frame');
    default:
      return blockValue(frame, 'uniforms', 12, 'float', 'voxelSize');
  }
}

function placed(frame: Frame, kind: 'parameters' | 'scalars', name: string, type: ValueType): Value {
  const offset = frame.lowering.placement[kind].get(name);
  if (offset === undefined) throw new Error(`Bug in the engine: no place is given for "${name}" among ${kind}`);
  return blockValue(frame, kind === 'parameters' ? 'uniforms' : 'scalars', offset, type, name);
}

function construct(frame: Frame, node: Node<'construct'>): Value {
  const { code, target } = frame.lowering;
  const values = node.args.map((argument) => lowerExpression(frame, argument));
  const size = sizeOf(node.type);
  if (values.length === 1 && size > 1 && sizeOf(values[0]!.type) === 1) {
    const splat = target.keep(values[0]!, 'splat');
    return target.swizzle(
      splat,
      Array.from({ length: size }, () => 0),
    );
  }
  return code.join(
    values.flatMap((value) => code.components(sizeOf(value.type) > 1 ? target.keep(value, 'v') : value)),
  );
}

/** Whether a point is the voxel's own, or as far from it as a constant says: then it has finite numbers. */
function isNearCoord(node: Expression): boolean {
  if (node.op === 'builtin') return node.name === 'coord';
  if (node.op === 'convert') return isNearCoord(node.operand);
  if (node.op !== 'binary' || (node.operator !== '+' && node.operator !== '-')) return false;
  const { left, right } = node;
  return isNearCoord(left) && right.op === 'constant' && right.value.every((one) => Math.abs(one) < 2 ** 31);
}

/** An index held within a vector's size, as uint. */
export function clampIndex(frame: Frame, index: Value, size: number): Value {
  const { code, target } = frame.lowering;
  if (scalarOfValue(index) === 'uint') return target.apply('min', index, code.uint(size - 1));
  return code.asUint(target.apply('min', target.apply('max', index, code.int(0)), code.int(size - 1)));
}

function read(frame: Frame, node: Node<'tap'>): Value {
  const { code } = frame.lowering;
  const parts = componentList(node.component, node.component < 0 ? sizeOf(node.type) : 1);
  return code.join(parts.map((component) => frame.voxel!.tap(node.field, component, node.offset)));
}

/** Lowers an expression where the target stands; what the thread computes once, for all of its voxels, at its start. */
export function lowerExpression(frame: Frame, node: Expression): Value {
  const same = frame.top ? sameForAll(node) : null;
  if (same === null || !frame.lowering.same.has(same)) return lowerHere(frame, node);
  return once(frame, same, () => frame.lowering.target.keep(lowerHere(frame, node), 'same'));
}

function lowerHere(frame: Frame, node: Expression): Value {
  const { code, target } = frame.lowering;
  switch (node.op) {
    case 'constant':
      return target.constant(node.type, node.value);
    case 'local':
      return keepInOrder(frame, target.get(frame.locals[node.local]!));
    case 'builtin':
      return builtin(frame, node);
    case 'parameter':
      return placed(frame, 'parameters', node.name, node.type);
    case 'scalar':
      return placed(frame, 'scalars', node.name, node.type);
    case 'unary':
      return unary(frame, node);
    case 'binary':
      return binary(frame, node);
    case 'select':
      return select(frame, node);
    case 'call':
      return lowerCall(
        code,
        node.name,
        node.type,
        node.args.map((argument) => lowerExpression(frame, argument)),
      );
    case 'invoke':
      return invoke(frame, node)!;
    case 'construct':
      return construct(frame, node);
    case 'convert':
      return lowerConvert(code, node.type, lowerExpression(frame, node.operand));
    case 'swizzle':
      return target.swizzle(lowerExpression(frame, node.operand), node.components);
    case 'index': {
      const operand = target.keep(lowerExpression(frame, node.operand), 'vector');
      return target.extract(operand, clampIndex(frame, lowerExpression(frame, node.index), sizeOf(operand.type)));
    }
    case 'element': {
      const array = frame.locals[node.local]!;
      const index = clampIndex(frame, lowerExpression(frame, node.index), array.length!);
      return keepInOrder(frame, target.getElement(array, index));
    }
    case 'tap':
      return read(frame, node);
    case 'gather':
      return gather(frame, node.field, node.component, node.level, guarded(frame, node));
    case 'sample':
      return lowerConvert(
        code,
        node.type,
        sample(frame, node, () => lowerExpression(frame, node.position)),
      );
    case 'isActive': {
      const offset = activeOffset(node);
      return offset === null ? isActive(frame, guarded(frame, node)) : frame.voxel!.active(offset);
    }
    case 'indexToWorld': {
      const point = lowerExpression(frame, node.operand);
      return applyMap(frame, 'indexToWorld', code.asFloat(point), isNearCoord(node.operand));
    }
    case 'worldToIndex':
      return applyMap(frame, 'worldToIndex', lowerExpression(frame, node.operand), false);
  }
}
