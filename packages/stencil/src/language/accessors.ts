/** @file The accessors: how a stencil reads and writes fields, samples, asks for places, and reduces. */

import { scalarOf, sizeOf, valueTypeOf } from '../ir.ts';
import type { Expression, LevelRelation, Offset, ReduceKind, Span, ValueType } from '../ir.ts';
import { offsetOf } from './affine.ts';
import { binary, call, convert, filled } from './build.ts';
import { wantType } from './constructors.ts';
import { inputPart, outputPart, resolveField } from './field-names.ts';
import type { FieldPart } from './field-names.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';
import type { CallNode, ExpressionNode } from './syntax.ts';

/** Turns an argument into IR. */
type Lower = (node: ExpressionNode) => Expression;

/** How each accessor is written. */
const USAGE: Readonly<Record<string, string>> = {
  ReadField: 'ReadField("name", coord)',
  SampleField: 'SampleField("name", position)',
  ReadCoarse: 'ReadCoarse("name", coordinate)',
  ReadFine: 'ReadFine("name", coordinate)',
  WriteField: 'WriteField("name", idx, value)',
  IsActive: 'IsActive(coord)',
  CoordToWorld: 'CoordToWorld(coord)',
  WorldToCoord: 'WorldToCoord(position)',
  WorldToIndex: 'WorldToIndex(position)',
  ReduceSum: 'ReduceSum("name", value)',
  ReduceMin: 'ReduceMin("name", value)',
  ReduceMax: 'ReduceMax("name", value)',
  ReduceAny: 'ReduceAny("name", condition)',
  ReduceAll: 'ReduceAll("name", condition)',
};

/** Names of the accessors. */
export const ACCESSORS: readonly string[] = Object.keys(USAGE);

/** Accessors that are statements and have no value. */
const EFFECTS: ReadonlySet<string> = new Set(ACCESSORS.filter((name) => /^(?:Write|Reduce)/.test(name)));

export function isAccessor(name: string): boolean {
  return Object.hasOwn(USAGE, name);
}

/** Whether a call is a write or a reduction: a statement of its own. */
export function isEffect(name: string): boolean {
  return EFFECTS.has(name);
}

/** Taps farther than a leaf's width leave the 27 neighbour leaves, and are looked up like computed coordinates. */
const TAP_LIMIT = 8;

/** The value of an accessor that reads. */
export function lowerRead(lowering: Lowering, node: CallNode, lower: Lower): Expression {
  const name = node.callee;
  if (isEffect(name)) throw lowering.fail(node.span, `${name} has no value; call it as a statement of its own`);
  if (name === 'SampleField') return lowerSample(lowering, node, lower);
  if (name === 'ReadField' || name === 'ReadCoarse' || name === 'ReadFine')
    return lowerFieldRead(lowering, node, lower);
  takeArguments(lowering, node, 1);
  const argument = node.args[0]!;
  const value = lower(argument);
  switch (name) {
    case 'IsActive':
      return { op: 'isActive', type: 'bool', coord: wantCoordinate(lowering, argument.span, name, value) };
    case 'CoordToWorld':
      return { op: 'indexToWorld', type: 'vec3', operand: indexPosition(lowering, argument.span, value) };
    default: {
      const operand = wantPosition(lowering, argument.span, name, value);
      const index: Expression = { op: 'worldToIndex', type: 'vec3', operand };
      if (name === 'WorldToIndex') return index;
      return convert('int', call('floor', 'vec3', [binary('+', index, filled('vec3', 0.5))]));
    }
  }
}

function takeArguments(lowering: Lowering, node: CallNode, least: number, most: number = least): void {
  const count = node.args.length;
  if (count >= least && count <= most) return;
  const expected = `${least === most ? least : `${least} or ${most}`} argument${most === 1 ? '' : 's'}`;
  throw lowering.fail(node.span, `${node.callee} takes ${expected}, and gets ${count}; write ${USAGE[node.callee]}`);
}

function takeName(lowering: Lowering, node: CallNode): { readonly name: string; readonly span: Span } {
  const first = node.args[0]!;
  if (first.kind === 'string') return { name: first.value, span: first.span };
  const quoted = first.kind === 'name' ? ` "${first.name}"` : '';
  const problem = `the first argument of ${node.callee} is a name in double quotes; write${quoted === '' ? ` ${USAGE[node.callee]}` : quoted}`;
  throw lowering.fail(first.span, problem);
}

const LEVELS: Readonly<Record<string, LevelRelation>> = { ReadField: 'same', ReadCoarse: 'coarse', ReadFine: 'fine' };

function lowerFieldRead(lowering: Lowering, node: CallNode, lower: Lower): Expression {
  takeArguments(lowering, node, 2);
  const level = LEVELS[node.callee]!;
  const { name, span } = takeName(lowering, node);
  const { field, component, type } = inputPart(lowering, span, name, level);
  const place = node.args[1]!;
  if (place.kind === 'name' && place.name === 'idx') {
    if (level === 'same') return { op: 'tap', type, field, component, offset: [0, 0, 0] };
    throw lowering.fail(
      place.span,
      `idx is a place on the stencil's own level; give ${node.callee} an ivec3 of the other`,
    );
  }
  const coord = wantCoordinate(lowering, place.span, node.callee, lower(place));
  const offset = level === 'same' ? offsetOf(coord, lowering.frame.affine) : undefined;
  if (offset === undefined) return { op: 'gather', type, field, component, level, coord };
  checkRadius(lowering, place.span, name, offset);
  if (offset.some((distance) => Math.abs(distance) > TAP_LIMIT)) {
    const here: Expression = { op: 'builtin', type: 'ivec3', name: 'coord' };
    const far = binary('+', here, { op: 'constant', type: 'ivec3', value: offset });
    return { op: 'gather', type, field, component, level, coord: far };
  }
  return { op: 'tap', type, field, component, offset };
}

function checkRadius(lowering: Lowering, span: Span, name: string, offset: Offset): void {
  const radius = lowering.stencil.neighborRadius;
  const distance = Math.max(...offset.map((one) => Math.abs(one)));
  if (radius === undefined || distance <= radius) return;
  const reads = `this reads "${name}" ${distance} voxel${distance === 1 ? '' : 's'} away`;
  throw lowering.fail(span, `${reads}, and neighborRadius is ${radius}; set neighborRadius to ${distance} or more`);
}

function wantCoordinate(lowering: Lowering, span: Span, name: string, value: Expression): Expression {
  if (value.type === 'ivec3') return value;
  const advice =
    value.type === 'vec3'
      ? 'use WorldToCoord(position) or ivec3(…), or SampleField for positions'
      : 'give coord, or coord + ivec3(…)';
  throw lowering.fail(span, `${name} takes an ivec3 coordinate, and this is ${article(value.type)}; ${advice}`);
}

function wantPosition(lowering: Lowering, span: Span, name: string, value: Expression): Expression {
  if (value.type === 'vec3') return value;
  const advice =
    value.type === 'ivec3' ? 'use CoordToWorld(coord) to make one' : 'give a position such as CoordToWorld(coord)';
  throw lowering.fail(span, `${name} takes a vec3 of world metres, and this is ${article(value.type)}; ${advice}`);
}

function indexPosition(lowering: Lowering, span: Span, value: Expression): Expression {
  if (value.type === 'ivec3' || value.type === 'vec3') return value;
  const problem = `CoordToWorld takes an ivec3 or vec3 in index space, and this is ${article(value.type)}; give coord`;
  throw lowering.fail(span, problem);
}

function lowerSample(lowering: Lowering, node: CallNode, lower: Lower): Expression {
  takeArguments(lowering, node, 2, 3);
  const { name, span } = takeName(lowering, node);
  const { field, component, type } = inputPart(lowering, span, name, 'same');
  const place = node.args[1]!;
  const position = wantPosition(lowering, place.span, 'SampleField', lower(place));
  const mode = node.args[2];
  if (mode !== undefined && (mode.kind !== 'string' || !['nearest', 'trilinear'].includes(mode.value))) {
    throw lowering.fail(mode.span, 'SampleField samples "trilinear" or "nearest"; write one of the two names');
  }
  const filter = mode?.kind === 'string' && mode.value === 'nearest' ? 'nearest' : 'trilinear';
  if (filter === 'trilinear' && scalarOf(type) !== 'float') {
    const problem = `the field "${name}" holds integers, which SampleField cannot mix; add "nearest" as a third argument`;
    throw lowering.fail(span, problem);
  }
  return { op: 'sample', type, field, component, filter, position };
}

/** A write or a reduction, as a statement. */
export function lowerEffect(lowering: Lowering, node: CallNode, lower: Lower): void {
  if (!lowering.frame.main) {
    const problem = `${node.callee} stands in the function "${lowering.frame.name}"; return the value, and use it in the main code`;
    throw lowering.fail(node.span, problem);
  }
  if (node.callee === 'WriteField') lowerWrite(lowering, node, lower);
  else lowerReduce(lowering, node, lower);
}

function lowerWrite(lowering: Lowering, node: CallNode, lower: Lower): void {
  takeArguments(lowering, node, 3);
  const { name, span } = takeName(lowering, node);
  const part = outputPart(lowering, span, name);
  markWritten(lowering, part, name);
  checkOwnVoxel(lowering, node.args[1]!, lower);
  const given = node.args[2]!;
  const value = lower(given);
  if (part === null) {
    storableType(lowering, given.span, name, value.type as ValueType);
    const statement = { op: 'write' as const, field: name, component: -1, value };
    lowering.emit(statement);
    lowering.writes.push({ field: name, span: given.span, statement });
    return;
  }
  const { field, component, storage } = part;
  const type = component < 0 ? valueTypeOf(storage) : 'float';
  const ready = wantType(lowering, given.span, `the field "${name}"`, { value, type });
  lowering.emit({ op: 'write', field, component, value: ready });
}

/** Every output that a write touches counts as written: a whole field's write touches its components' too, and back. */
function markWritten(lowering: Lowering, part: FieldPart | null, name: string): void {
  for (const output of lowering.stencil.outputs) {
    const other = resolveField(lowering.environment.fields, output);
    const touched =
      part === null || other === undefined
        ? output === name
        : other.field === part.field &&
          (other.component === part.component || other.component === -1 || part.component === -1);
    if (touched) lowering.written.add(output);
  }
}

function checkOwnVoxel(lowering: Lowering, place: ExpressionNode, lower: Lower): void {
  if (place.kind === 'name' && place.name === 'idx') return;
  const offset = offsetOf(lower(place), lowering.frame.affine);
  if (offset?.every((distance) => distance === 0) === true) return;
  throw lowering.fail(place.span, 'a voxel writes itself and nothing else; give idx as the second argument');
}

function storableType(lowering: Lowering, span: Span, name: string, type: ValueType): void {
  const scalar = scalarOf(type);
  if (scalar === 'float' || (sizeOf(type) === 1 && scalar !== 'bool')) return;
  const advice =
    sizeOf(type) > 1
      ? 'write a vector of floats, or declare one field for each component'
      : 'write 1.0 or 0.0, or 1u or 0u';
  throw lowering.fail(span, `the output "${name}" is not declared, and no field can hold ${article(type)}; ${advice}`);
}

function lowerReduce(lowering: Lowering, node: CallNode, lower: Lower): void {
  takeArguments(lowering, node, 2);
  const { name, span } = takeName(lowering, node);
  const kind = node.callee.slice('Reduce'.length).toLowerCase() as ReduceKind;
  const given = node.args[1]!;
  const value = lower(given);
  const type = value.type as ValueType;
  const logical = kind === 'any' || kind === 'all';
  if (logical && type !== 'bool') {
    throw lowering.fail(given.span, `${node.callee} takes a bool, and this is ${article(type)}; compare it first`);
  }
  const declared = lowering.environment.scalars.get(name);
  if (logical && declared !== undefined && declared !== 'bool') {
    const problem = `${node.callee} gives a bool, and the scalar "${name}" is ${article(declared)}; declare it as bool`;
    throw lowering.fail(span, problem);
  }
  if (!logical && (sizeOf(type) > 1 || type === 'bool')) {
    const advice =
      type === 'bool' ? 'use ReduceAny or ReduceAll' : 'reduce length(…), or each component into a scalar of its own';
    throw lowering.fail(
      given.span,
      `${node.callee} takes a float, int or uint, and this is ${article(type)}; ${advice}`,
    );
  }
  const other = lowering.reductions.find((one) => one.scalar === name && one.kind !== kind);
  if (other !== undefined) {
    const problem = `the scalar "${name}" is reduced by ${other.kind} already, and here by ${kind}; use two scalars`;
    throw lowering.fail(span, problem);
  }
  const statement = { op: 'reduce' as const, scalar: name, kind, value };
  lowering.emit(statement);
  lowering.reductions.push({ scalar: name, kind, span: given.span, statement });
}
