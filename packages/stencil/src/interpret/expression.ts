/**
 * @file Expressions as closures. A scalar is a function that gives a number; a vector is a function that fills an array
 * of its own and gives it, valid until it is asked again. Evaluation goes from left to right, as in the shader.
 */
import { faceAxis } from '../field-place.ts';
import type { Argument, Expression, ValueType } from '../ir.ts';
import { isFloating, roundingOf, scalarOf, sizeOf } from '../ir.ts';
import { binaryOperation, conversion, unaryOperation } from './arithmetic.ts';
import { componentwise, whole } from './calls.ts';
import type { Componentwise } from './calls.ts';
import { applyRows } from './machine.ts';
import type { Machine } from './machine.ts';
import type { Elements } from './world.ts';

type Node<Op extends Expression['op']> = Extract<Expression, { op: Op }>;

/** A compiled expression: `one` where it is a scalar, `many` where it is a vector. */
export interface Evaluator {
  readonly type: ValueType;
  readonly one: () => number;
  readonly many: () => Float64Array;
}

/** A function of the stencil, callable: where its parameters are, and what it left. */
export interface Callable {
  readonly parameters: readonly { readonly mode: 'in' | 'out' | 'inout'; readonly at: number; readonly size: number }[];
  /** First element, and length, of its locals. */
  readonly start: number;
  readonly length: number;
  readonly result: Float64Array;
  run: () => void;
}

/** What an expression is compiled in: where its function's locals are, and the functions. */
export interface Scope {
  readonly machine: Machine;
  /** Place of each local in the machine's array. */
  readonly places: readonly number[];
  readonly types: readonly ValueType[];
  /** Numbers that each local takes: its type's size, times the length of an array. */
  readonly sizes: readonly number[];
  readonly callables: readonly Callable[];
}

const none = (): never => {
  throw new Error('Bug in the interpreter: a vector was read as a scalar, or a scalar as a vector');
};

function scalar(type: ValueType, one: () => number): Evaluator {
  return { type, one, many: none };
}

function vector(type: ValueType, fill: (out: Float64Array) => void): Evaluator {
  const out = new Float64Array(sizeOf(type));
  return {
    type,
    one: none,
    many() {
      fill(out);
      return out;
    },
  };
}

/** A value whose every component is a function of the same component of its operands. */
function mapped(type: ValueType, operation: Componentwise, operands: readonly Evaluator[]): Evaluator {
  const [a, b, c] = operands;
  if (sizeOf(type) === 1) {
    const first = a!.one;
    if (!b) return scalar(type, () => operation(first(), 0, 0));
    const second = b.one;
    if (!c) return scalar(type, () => operation(first(), second(), 0));
    return scalar(type, () => operation(first(), second(), c.one()));
  }
  return vector(type, (out) => {
    const [p, q, r] = [a!.many(), b?.many(), c?.many()];
    for (let at = 0; at < out.length; at++) out[at] = operation(p[at]!, q ? q[at]! : 0, r ? r[at]! : 0);
  });
}

function fixed(type: ValueType, values: ArrayLike<number>): Evaluator {
  const value = values[0]!;
  return sizeOf(type) === 1 ? scalar(type, () => value) : vector(type, (out) => out.set(values));
}

/** A number of the host as the device holds it. */
function stored(type: ValueType, value: number): number {
  const kind = scalarOf(type);
  if (isFloating(kind)) return roundingOf(kind)(value);
  return kind === 'int' ? value | 0 : kind === 'uint' ? value >>> 0 : Number(value !== 0);
}

function local(scope: Scope, node: Node<'local'>): Evaluator {
  const { machine } = scope;
  const at = scope.places[node.local]!;
  if (sizeOf(node.type) === 1) return scalar(node.type, () => machine.locals[at]!);
  return vector(node.type, (out) => {
    for (let c = 0; c < out.length; c++) out[c] = machine.locals[at + c]!;
  });
}

function builtin(scope: Scope, node: Node<'builtin'>): Evaluator {
  const { machine } = scope;
  if (node.name !== 'coord') return fixed(node.type, [stored(node.type, machine.world[node.name])]);
  return vector('ivec3', (out) => {
    out[0] = machine.i + machine.x;
    out[1] = machine.j + machine.y;
    out[2] = machine.k + machine.z;
  });
}

function given(scope: Scope, node: Node<'parameter'> | Node<'scalar'>): Evaluator {
  const { world } = scope.machine;
  const values = node.op === 'parameter' ? world.parameters.get(node.name) : [world.scalars.get(node.name) ?? none()];
  if (!values)
    throw new TypeError(
      `Cannot interpret stencil "${scope.machine.stencil.name}": parameter "${node.name}" has no value; give it one`,
    );
  return fixed(
    node.type,
    values.map((value) => stored(node.type, value)),
  );
}

function binary(scope: Scope, node: Node<'binary'>): Evaluator {
  const [left, right] = [compileExpression(scope, node.left), compileExpression(scope, node.right)];
  const { operator, type } = node;
  if (operator === '&&') return scalar(type, () => (left.one() ? right.one() : 0));
  if (operator === '||') return scalar(type, () => (left.one() ? 1 : right.one()));
  const operation = binaryOperation(operator, scalarOf(left.type));
  if ((operator === '==' || operator === '!=') && sizeOf(left.type) > 1) {
    const wanted = operator === '==' ? 1 : 0;
    return scalar(type, () => {
      const [a, b] = [left.many(), right.many()];
      return a.every((component, at) => component === b[at]!) ? wanted : 1 - wanted;
    });
  }
  return mapped(type, operation, [left, right]);
}

function select(scope: Scope, node: Node<'select'>): Evaluator {
  const condition = compileExpression(scope, node.condition);
  const [yes, no] = [compileExpression(scope, node.then), compileExpression(scope, node.else)];
  if (sizeOf(node.type) === 1) return scalar(node.type, () => (condition.one() ? yes.one() : no.one()));
  return vector(node.type, (out) => out.set(condition.one() ? yes.many() : no.many()));
}

function call(scope: Scope, node: Node<'call'>): Evaluator {
  const args = node.args.map((argument) => compileExpression(scope, argument));
  const last = args.at(-1)!;
  const each = componentwise(node.name, scalarOf(args[0]!.type), scalarOf(last.type) === 'bool');
  if (each) return mapped(node.type, each, args);
  const operation = whole(node.name, scalarOf(args[0]!.type));
  if (!operation) throw new Error(`Bug in the interpreter: ${node.name} of ${args[0]!.type}`);
  const vectors = args.map(asVector);
  const run = (out: Float64Array): void => {
    const a = vectors[0]!();
    operation(out, a, vectors[1] ? vectors[1]() : a);
  };
  if (sizeOf(node.type) > 1) return vector(node.type, run);
  const out = new Float64Array(1);
  return scalar(node.type, () => {
    run(out);
    return out[0]!;
  });
}

/** A value as an array, whatever its size. */
export function asVector(value: Evaluator): () => Float64Array {
  if (sizeOf(value.type) > 1) return value.many;
  const out = new Float64Array(1);
  return () => {
    out[0] = value.one();
    return out;
  };
}

function argumentReader(scope: Scope, argument: Argument): () => Float64Array {
  if (argument.mode === 'in') return asVector(compileExpression(scope, argument.value));
  const values = new Float64Array(scope.sizes[argument.local]!);
  if (argument.mode === 'out') return () => values;
  const { machine } = scope;
  const at = scope.places[argument.local]!;
  return () => {
    values.set(machine.locals.subarray(at, at + values.length));
    return values;
  };
}

/** Calls a function: arguments first, then its parameters are set, and `out` variables are copied back in order. */
export function compileInvoke(scope: Scope, node: Node<'invoke'>): () => Float64Array {
  const { machine } = scope;
  const callee = scope.callables[node.function]!;
  const readers = node.args.map((argument) => argumentReader(scope, argument));
  const returned = new Float64Array(callee.result.length);
  return () => {
    const values = readers.map((read) => read());
    machine.locals.fill(0, callee.start, callee.start + callee.length);
    callee.parameters.forEach(({ at }, number) => machine.locals.set(values[number]!, at));
    callee.result.fill(0);
    callee.run();
    returned.set(callee.result);
    node.args.forEach((argument, number) => {
      const { at, size, mode } = callee.parameters[number]!;
      if (argument.mode !== 'in' && mode !== 'in')
        machine.locals.copyWithin(scope.places[argument.local]!, at, at + size);
    });
    return returned;
  };
}

function element(scope: Scope, node: Node<'element'>): Evaluator {
  const { machine } = scope;
  const start = scope.places[node.local]!;
  const size = sizeOf(node.type);
  const index = clampedIndex(compileExpression(scope, node.index).one, scope.sizes[node.local]! / size);
  if (size === 1) return scalar(node.type, () => machine.locals[start + index()]!);
  return vector(node.type, (out) => {
    const at = start + size * index();
    for (let c = 0; c < out.length; c++) out[c] = machine.locals[at + c]!;
  });
}

function fromArray(type: ValueType, read: () => Float64Array): Evaluator {
  return sizeOf(type) === 1 ? scalar(type, () => read()[0]!) : vector(type, (out) => out.set(read()));
}

function construct(scope: Scope, node: Node<'construct'>): Evaluator {
  const parts = node.args.map((argument) => asVector(compileExpression(scope, argument)));
  const splat = node.args.length === 1 && sizeOf(node.args[0]!.type as ValueType) === 1;
  return fromParts(node.type, (out) => {
    let at = 0;
    for (const part of parts) {
      const values = part();
      if (splat) out.fill(values[0]!);
      else out.set(values, at);
      at += values.length;
    }
  });
}

function fromParts(type: ValueType, fill: (out: Float64Array) => void): Evaluator {
  const made = vector(type, fill);
  return sizeOf(type) === 1 ? scalar(type, () => made.many()[0]!) : made;
}

/** An index held within 0 … size − 1. */
export function clampedIndex(index: () => number, size: number): () => number {
  return () => Math.min(Math.max(index(), 0), size - 1);
}

function componentsOfRead(parts: readonly Elements[], component: number): readonly Elements[] {
  return component < 0 ? parts : [parts[component]!];
}

function tap(scope: Scope, node: Node<'tap'>): Evaluator {
  const { machine } = scope;
  const parts = componentsOfRead(machine.elements(node.field, 'same'), node.component);
  const [dx, dy, dz] = node.offset;
  const place = (): number => {
    const [x, y, z] = [machine.x + dx, machine.y + dy, machine.z + dz];
    if (((x | y | z) & ~7) === 0) return machine.base + ((x << 6) | (y << 3) | z);
    return machine.element(x, y, z);
  };
  const noted = (): number => {
    const at = place();
    machine.noteRead(at);
    return at;
  };
  const element = machine.stencil.debug && node.offset.some((d) => d !== 0) ? noted : place;
  const first = parts[0]!;
  if (parts.length === 1) return scalar(node.type, () => first[element()]!);
  return vector(node.type, (out) => {
    const at = element();
    for (let c = 0; c < out.length; c++) out[c] = parts[c]![at]!;
  });
}

function gather(scope: Scope, node: Node<'gather'>): Evaluator {
  const { machine } = scope;
  const parts = componentsOfRead(machine.elements(node.field, node.level), node.component);
  const coord = compileExpression(scope, node.coord).many;
  return fromParts(node.type, (out) => {
    const at = coord();
    const element = machine.elementAt(node.level, at[0]!, at[1]!, at[2]!);
    if (node.level === 'same') machine.noteRead(element);
    for (let c = 0; c < out.length; c++) out[c] = parts[c]![element]!;
  });
}

function sample(scope: Scope, node: Node<'sample'>): Evaluator {
  const { machine } = scope;
  const parts = componentsOfRead(machine.elements(node.field, 'same'), node.component);
  const position = compileExpression(scope, node.position).many;
  const type = scalarOf(node.type);
  const mix = node.filter === 'nearest' ? 'nearest' : type === 'double' ? 'double' : 'float';
  const axes = parts.map((_, component) => faceAxis(node.at, component));
  return fromParts(node.type, (out) => machine.sample(parts, axes, mix, position(), out));
}

function mapRows(scope: Scope, node: Node<'indexToWorld'> | Node<'worldToIndex'>): Evaluator {
  const rows = Float32Array.from(scope.machine.world[node.op]);
  const operand = compileExpression(scope, node.operand);
  return vector('vec3', (out) => {
    const p = operand.many();
    applyRows(rows, out, Math.fround(p[0]!), Math.fround(p[1]!), Math.fround(p[2]!));
  });
}

function swizzle(scope: Scope, node: Node<'swizzle'>): Evaluator {
  const operand = asVector(compileExpression(scope, node.operand));
  const { components } = node;
  return fromParts(node.type, (out) => {
    const values = operand();
    for (let c = 0; c < out.length; c++) out[c] = values[components[c]!]!;
  });
}

/** Compiles an expression. */
export function compileExpression(scope: Scope, node: Expression): Evaluator {
  switch (node.op) {
    case 'constant':
      return fixed(node.type, node.value);
    case 'local':
      return local(scope, node);
    case 'builtin':
      return builtin(scope, node);
    case 'parameter':
    case 'scalar':
      return given(scope, node);
    case 'unary': {
      const operand = compileExpression(scope, node.operand);
      return mapped(node.type, unaryOperation(node.operator, scalarOf(operand.type)), [operand]);
    }
    case 'binary':
      return binary(scope, node);
    case 'select':
      return select(scope, node);
    case 'call':
      return call(scope, node);
    case 'invoke':
      return fromArray(node.type as ValueType, compileInvoke(scope, node));
    case 'construct':
      return construct(scope, node);
    case 'convert': {
      const operand = compileExpression(scope, node.operand);
      return mapped(node.type, conversion(scalarOf(operand.type), scalarOf(node.type)), [operand]);
    }
    case 'swizzle':
      return swizzle(scope, node);
    case 'index': {
      const operand = compileExpression(scope, node.operand);
      const at = clampedIndex(compileExpression(scope, node.index).one, sizeOf(operand.type));
      return scalar(node.type, () => operand.many()[at()]!);
    }
    case 'element':
      return element(scope, node);
    case 'tap':
      return tap(scope, node);
    case 'gather':
      return gather(scope, node);
    case 'sample':
      return sample(scope, node);
    case 'isActive': {
      const coord = compileExpression(scope, node.coord).many;
      return scalar('bool', () => {
        const [i, j, k] = coord() as unknown as [number, number, number];
        return scope.machine.isActive(i, j, k);
      });
    }
    case 'indexToWorld':
    case 'worldToIndex':
      return mapRows(scope, node);
  }
}
