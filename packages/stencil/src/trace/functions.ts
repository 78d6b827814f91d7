/** @file What a traced body calls: built-in quantities, constructors, GLSL's functions, places, choices and loops. */

import { scalarOf } from '../ir.ts';
import type { BuiltinName, Expression, FieldType, ReduceKind, Span, ValueType } from '../ir.ts';
import { binary, constant, filled, local, select } from '../language/build.ts';
import { wantType, lowerConstructor } from '../language/constructors.ts';
import { commonType, converted } from '../language/conversions.ts';
import { derivativeOf } from '../language/derivatives.ts';
import type { Derivative } from '../language/derivatives.ts';
import { article } from '../language/operators.ts';
import { placeMeanOf } from '../language/places.ts';
import type { PlaceMean } from '../language/places.ts';
import { randomOf } from '../language/random.ts';
import { placeOf } from '../language/reads.ts';
import type { PlaceAccessor } from '../language/reads.ts';
import { reduceInto } from '../language/reductions.ts';
import { checkDevice } from '../language/resolve-type.ts';
import { operands } from '../walk.ts';
import { currentTrace, NOWHERE } from './trace.ts';
import type { Trace } from './trace.ts';
import type { AnyValue, FieldHandle, NumberType, ScalarOf, Value } from './types.ts';
import { asValue, expressionOf, made, TracedField, TracedValue } from './value.ts';

function builtin<T extends ValueType>(name: BuiltinName, type: T): Value<T> {
  return asValue(new TracedValue({ op: 'builtin', type, name }));
}

/** The voxel's index coordinate. */
export const coord: Value<'ivec3'> = builtin('coord', 'ivec3');
/** The step's length in seconds. */
export const dt: Value<'float'> = builtin('dt', 'float');
/** Simulated seconds at the start of the step. */
export const time: Value<'float'> = builtin('time', 'float');
/** The number of steps before this one. */
export const frame: Value<'uint'> = builtin('frame', 'uint');
/** The edge of a voxel in metres. */
export const voxelSize: Value<'float'> = builtin('voxelSize', 'float');

/** A part of a vector under construction. */
type Part = AnyValue | number | boolean;
type Constructor<T extends ValueType> = (...parts: readonly [Part, ...Part[]]) => Value<T>;

function constructor<T extends ValueType>(type: T): Constructor<T> {
  return (...parts) => {
    const trace = currentTrace(`${type}(…)`);
    const scalar = scalarOf(type);
    const like = scalar === 'bool' ? 'int' : scalar;
    checkDevice({ environment: trace.lowering.environment, fail: (_, problem) => trace.fail(problem) }, NOWHERE, type);
    const args = parts.map((part) => expressionOf(trace, part, like));
    const node = { span: NOWHERE, args: args.map(() => ({ span: NOWHERE })) };
    return asValue(made(trace, lowerConstructor(trace.lowering, node, type, args)));
  };
}

/** A float of a number or of a value of another scalar type. */
export const float: Constructor<'float'> = constructor('float');
/** An int; floats are truncated. */
export const int: Constructor<'int'> = constructor('int');
/** A uint; floats are truncated. */
export const uint: Constructor<'uint'> = constructor('uint');
/** Two floats, of their parts or one for both. */
export const vec2: Constructor<'vec2'> = constructor('vec2');
/** Three floats, of their parts or one for all. */
export const vec3: Constructor<'vec3'> = constructor('vec3');
/** Four floats, of their parts or one for all. */
export const vec4: Constructor<'vec4'> = constructor('vec4');
/** Two ints, of their parts or one for both. */
export const ivec2: Constructor<'ivec2'> = constructor('ivec2');
/** Three ints, of their parts or one for all. */
export const ivec3: Constructor<'ivec3'> = constructor('ivec3');
/** Four ints, of their parts or one for all. */
export const ivec4: Constructor<'ivec4'> = constructor('ivec4');
/** Two uints, of their parts or one for both. */
export const uvec2: Constructor<'uvec2'> = constructor('uvec2');
/** Three uints, of their parts or one for all. */
export const uvec3: Constructor<'uvec3'> = constructor('uvec3');
/** Four uints, of their parts or one for all. */
export const uvec4: Constructor<'uvec4'> = constructor('uvec4');
/** A bool: whether a number is not 0. */
export const bool: Constructor<'bool'> = constructor('bool');
/** A double, for devices that have them. */
export const double: Constructor<'double'> = constructor('double');
/** Two doubles, of their parts or one for both. */
export const dvec2: Constructor<'dvec2'> = constructor('dvec2');
/** Three doubles, of their parts or one for all. */
export const dvec3: Constructor<'dvec3'> = constructor('dvec3');
/** Four doubles, of their parts or one for all. */
export const dvec4: Constructor<'dvec4'> = constructor('dvec4');
/** A float of 16 bits, for devices that have them. */
export const half: Constructor<'float16_t'> = constructor('float16_t');

/** Two halves, of their parts or one for both. */
export const f16vec2: Constructor<'f16vec2'> = constructor('f16vec2');
/** Three halves, of their parts or one for all. */
export const f16vec3: Constructor<'f16vec3'> = constructor('f16vec3');
/** Four halves, of their parts or one for all. */
export const f16vec4: Constructor<'f16vec4'> = constructor('f16vec4');

function named(what: string, handle: unknown): { readonly trace: Trace; readonly name: string; readonly span: Span } {
  const trace = currentTrace(`${what}(…)`);
  if (handle instanceof TracedField) return { trace, name: handle.fieldName, span: NOWHERE };
  throw trace.fail(`${what}(…) takes a field among the inputs, not a value; give the field's handle`);
}

function derivative(which: Derivative, handle: unknown, to?: unknown): TracedValue {
  const { trace, ...field } = named(which.toLowerCase(), handle);
  if (to !== undefined && to !== 'faces') throw trace.fail('the second argument of gradient is "faces", or left out');
  return made(trace, derivativeOf(trace.lowering, which, field, to === undefined ? null : NOWHERE));
}

function placed(which: PlaceMean, handle: unknown): TracedValue {
  const { trace, ...field } = named(`${which[0]!.toLowerCase()}${which.slice(1)}`, handle);
  return made(trace, placeMeanOf(trace.lowering, which, field));
}

type SingleField = FieldHandle<'float32'> | FieldHandle<'float16'>;
type ScalarField = SingleField | FieldHandle<'float64'>;
type VectorField = FieldHandle<'vec3'> | FieldHandle<'dvec3'>;
type FloatField =
  | ScalarField
  | VectorField
  | FieldHandle<'vec2'>
  | FieldHandle<'vec4'>
  | FieldHandle<'dvec2'>
  | FieldHandle<'dvec4'>;

/** Three components of a field's kind. */
type Three<F extends FloatField> = ScalarOf<F['type']> extends 'double' ? 'dvec3' : 'vec3';

/** ∇²u at the voxel: its six neighbours and itself, over voxelSize². */
export function laplacian<F extends FloatField>(u: F): Value<F['type']> {
  return asValue(derivative('Laplacian', u));
}

/** ∇u at the voxel, by central differences; with `'faces'` on its lower faces, by differences of neighbours. */
export function gradient<F extends ScalarField>(u: F, to?: 'faces'): Value<Three<F>> {
  return asValue(derivative('Gradient', u, to));
}

/** The means of a field on faces, at the voxel's centre. */
export function atCenter<F extends FloatField>(u: F): Value<F['type']> {
  return asValue(placed('AtCenter', u));
}

/** The means of a field at centres, on the voxel's lower faces: of a vec3 each component on its own. */
export function atFaces<F extends ScalarField | VectorField>(u: F): Value<Three<F>> {
  return asValue(placed('AtFaces', u));
}

/** World metres of where a field's value of this voxel is. */
export function positionOf<F extends FieldType>(u: FieldHandle<F>): Value<'vec3'> {
  return asValue(placed('PositionOf', u));
}

/** ∇·v at the voxel: of a field at centres by central differences, of one on faces by those of its six faces. */
export function divergence<F extends VectorField>(v: F): Value<ScalarOf<F['type']>> {
  return asValue(derivative('Divergence', v));
}

/** ∇×v at the voxel, by central differences. */
export function curl<F extends VectorField>(v: F): Value<F['type']> {
  return asValue(derivative('Curl', v));
}

/** A float in [0, 1) that hangs on its arguments alone: the same bits on every device. */
export function random(place: Value<'ivec3'>, seed: Value<'int'> | Value<'uint'> | number): Value<'float'> {
  const trace = currentTrace('random(…)');
  const at = { value: expressionOf(trace, place, null), span: NOWHERE };
  const salt = { value: expressionOf(trace, seed, 'int'), span: NOWHERE };
  return asValue(made(trace, randomOf(trace.lowering, at, salt)));
}

function place(name: PlaceAccessor, given: unknown): TracedValue {
  const trace = currentTrace(`${name[0]!.toLowerCase()}${name.slice(1)}(…)`);
  return made(trace, placeOf(trace.lowering, name, expressionOf(trace, given, null), NOWHERE));
}

/** Whether a voxel is active. */
export function isActive(at: Value<'ivec3'>): Value<'bool'> {
  return asValue(place('IsActive', at));
}

/** World metres of a place in index space. */
export function coordToWorld(at: Value<'ivec3'> | Value<'vec3'>): Value<'vec3'> {
  return asValue(place('CoordToWorld', at));
}

/** The voxel that holds a point of world metres. */
export function worldToCoord(position: Value<'vec3'>): Value<'ivec3'> {
  return asValue(place('WorldToCoord', position));
}

/** The place in index space of a point of world metres. */
export function worldToIndex(position: Value<'vec3'>): Value<'vec3'> {
  return asValue(place('WorldToIndex', position));
}

/**
 * `then` where the condition holds, else `otherwise`; only the chosen one is computed where nothing else needs it. Two plain numbers
 * give a `float`.
 */
export function where(condition: Value<'bool'>, then: number, otherwise: number): Value<'float'>;
export function where<T extends ValueType>(
  condition: Value<'bool'>,
  then: Value<T>,
  otherwise: Value<NoInfer<T>> | (T extends NumberType ? number : boolean),
): Value<T>;
export function where(condition: Value<'bool'>, then: unknown, otherwise: unknown): unknown {
  const trace = currentTrace('where(…)');
  const test = expressionOf(trace, condition, null);
  if (test.type !== 'bool') {
    throw trace.fail(`the condition of where is a bool, and this is ${article(test.type)}; compare it, as in a.gt(0)`);
  }
  const a = expressionOf(trace, then, then instanceof TracedValue ? null : 'float');
  const b = expressionOf(trace, otherwise, a.type as ValueType);
  const type = commonType(a.type as ValueType, b.type as ValueType);
  if (type === undefined) {
    throw trace.fail(`the values of where are ${article(a.type)} and ${article(b.type)}; give both one type`);
  }
  return asValue(made(trace, select(test, converted(a, type), converted(b, type))));
}

type State<S extends Readonly<Record<string, ValueType>>> = { readonly [K in keyof S]: Value<S[K]> };

/** Rounds after which a loop ends whose count is computed. */
const LOOP_LIMIT = 65536;

/**
 * Runs `body` for i = 0 … count − 1, each round with what the round before it gave, from `initial` on; gives what the last
 * one gave. A count that is computed ends after 65,536 rounds. A plain `for` of TypeScript is unrolled instead.
 */
export function loop<S extends Readonly<Record<string, ValueType>>>(
  count: number | Value<'int'>,
  initial: State<S>,
  body: (i: Value<'int'>, state: State<S>) => State<NoInfer<S>>,
): State<S> {
  const trace = currentTrace('loop(…)');
  const rounds = countOf(trace, count);
  if (!isState(initial)) throw trace.fail('loop(…) starts with no state; give its values by name, as in { x: u }');
  const kept = Object.entries(initial).map(([name, value]) => {
    const given = expressionOf(trace, value, null);
    return { name, ...trace.declare(name, given), type: given.type as ValueType };
  });
  const limit = rounds.op === 'constant' ? rounds.value[0]! : LOOP_LIMIT;
  const counter = trace.declare('i', constant('int', [0]));
  const i = local('int', counter.index);
  const states = Object.fromEntries(kept.map((one) => [one.name, new TracedValue(one.value)]));
  const statements = trace.inBlock(() => {
    const next = body(asValue(new TracedValue(i)), states as unknown as State<S>) as Readonly<Record<string, unknown>>;
    assignAll(trace, kept, next);
  });
  trace.lowering.emit({
    op: 'loop',
    testFirst: true,
    condition: binary('<', i, rounds),
    body: statements,
    continuing: [{ op: 'assign', local: counter.index, value: binary('+', i, filled('int', 1)) }],
    limit,
  });
  return states as unknown as State<S>;
}

function countOf(trace: Trace, count: unknown): Expression {
  if (typeof count === 'number' && (count < 0 || count > LOOP_LIMIT)) {
    throw trace.fail(`loop(…) has a count of ${count}; give a whole number from 0 to ${LOOP_LIMIT}`);
  }
  const rounds = expressionOf(trace, count, 'int');
  if (rounds.type !== 'int')
    throw trace.fail(`the count of loop is an int, and this is ${article(rounds.type)}; use int(…)`);
  if (operands(rounds).length === 0 && rounds.op !== 'tap') return rounds;
  return trace.declare('count', rounds).value;
}

/** Whether something is values by name, and not a value itself. */
function isState(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !(given instanceof TracedValue);
}

interface Kept {
  readonly name: string;
  readonly index: number;
  readonly type: ValueType;
}

/** Assigns the next round's state, all at once: a value that needs another's old one is kept before. */
function assignAll(trace: Trace, kept: readonly Kept[], next: Readonly<Record<string, unknown>>): void {
  if (!isState(next)) throw trace.fail('a round of loop gives no state; give each part of it by name, as in { x: … }');
  const extra = Object.keys(next).find((name) => !kept.some((one) => one.name === name));
  if (extra !== undefined)
    throw trace.fail(`a round of loop gives "${extra}", which is not in its state; start with it`);
  const values = kept.map(({ name, type }) => {
    const given = next[name];
    if (given === undefined) throw trace.fail(`a round of loop does not give "${name}"; give each part of the state`);
    return wantType(trace.lowering, NOWHERE, `"${name}"`, { value: expressionOf(trace, given, type), type });
  });
  const needed = values.some((value, at) => usesLocals(value, new Set(kept.slice(0, at).map(({ index }) => index))));
  const ready = needed ? values.map((value) => trace.lowering.spill(value)) : values;
  for (const [at, { index }] of kept.entries()) {
    const value = ready[at]!;
    if (value.op === 'local' && value.local === index) continue;
    trace.lowering.emit({ op: 'assign', local: index, value });
  }
}

function usesLocals(value: Expression, locals: ReadonlySet<number>): boolean {
  const seen = new Set<Expression>();
  const visit = (node: Expression): boolean => {
    if (seen.has(node)) return false;
    seen.add(node);
    return (node.op === 'local' && locals.has(node.local)) || operands(node).some(visit);
  };
  return visit(value);
}

function reduce(kind: ReduceKind, name: string, given: unknown): void {
  const trace = currentTrace('a reduction');
  const value = { value: expressionOf(trace, given, 'float'), span: NOWHERE };
  reduceInto(trace.lowering, { kind, name, span: NOWHERE }, value);
}

type Reduced = Value<'float'> | Value<'double'> | Value<'int'> | Value<'uint'> | number;

/** Adds the values of all voxels into a scalar. */
export function reduceSum(scalar: string, value: Reduced): void {
  reduce('sum', scalar, value);
}

/** The least of the values of all voxels, into a scalar. */
export function reduceMin(scalar: string, value: Reduced): void {
  reduce('min', scalar, value);
}

/** The largest of the values of all voxels, into a scalar. */
export function reduceMax(scalar: string, value: Reduced): void {
  reduce('max', scalar, value);
}

/** Whether the condition holds in any voxel, into a bool scalar. */
export function reduceAny(scalar: string, condition: Value<'bool'>): void {
  reduce('any', scalar, condition);
}

/** Whether the condition holds in every voxel, into a bool scalar. */
export function reduceAll(scalar: string, condition: Value<'bool'>): void {
  reduce('all', scalar, condition);
}
