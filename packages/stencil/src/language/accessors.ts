/** @file The accessors: how a stencil reads and writes fields, samples, asks for places, and reduces. */

import { componentTypeOf, isArrayField, valueTypeOf } from '../field-types.ts';
import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { Expression, LevelRelation, ReduceKind, Span, ValueType } from '../ir.ts';
import { offsetOf } from './affine.ts';
import { readElements, writeElements } from './array-fields.ts';
import { wantType } from './constructors.ts';
import { derivativeOf, isDerivative } from './derivatives.ts';
import { lowerAll } from './effects.ts';
import { lowerValue } from './expressions.ts';
import { inputOrArray, inputPart, outputPart, resolveField } from './field-names.ts';
import type { FieldPart } from './field-names.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';
import { isPlaceMean, placeMeanOf } from './places.ts';
import { printValues } from './printf.ts';
import { randomOf } from './random.ts';
import { placeOf, readAt, sampleAt, wantCoordinate, wantPosition } from './reads.ts';
import type { PlaceAccessor } from './reads.ts';
import { reduceInto } from './reductions.ts';
import type { CallNode, ExpressionNode } from './syntax.ts';
import type { Value } from './values.ts';

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
  Laplacian: 'Laplacian("name")',
  Gradient: 'Gradient("name")',
  AtCenter: 'AtCenter("name")',
  AtFaces: 'AtFaces("name")',
  PositionOf: 'PositionOf("name")',
  Divergence: 'Divergence("name")',
  Curl: 'Curl("name")',
  Random: 'Random(coord, seed)',
  ReduceSum: 'ReduceSum("name", value)',
  ReduceMin: 'ReduceMin("name", value)',
  ReduceMax: 'ReduceMax("name", value)',
  ReduceAny: 'ReduceAny("name", condition)',
  ReduceAll: 'ReduceAll("name", condition)',
  printf: 'printf("x %f", x)',
};

/** Names of the accessors. */
export const ACCESSORS: readonly string[] = Object.keys(USAGE);

/** Accessors that are statements and have no value. */
const EFFECTS: ReadonlySet<string> = new Set(ACCESSORS.filter((name) => /^(?:Write|Reduce|printf)/.test(name)));

export function isAccessor(name: string): boolean {
  return Object.hasOwn(USAGE, name);
}

/** Whether a call is a write or a reduction: a statement of its own. */
export function isEffect(name: string): boolean {
  return EFFECTS.has(name);
}

/** The value of an accessor that reads. */
export function lowerRead(lowering: Lowering, node: CallNode, lower: Lower): Value {
  const name = node.callee;
  if (isEffect(name)) throw lowering.fail(node.span, `${name} has no value; call it as a statement of its own`);
  if (name === 'SampleField') return lowerSample(lowering, node, lower);
  if (name === 'ReadField' || name === 'ReadCoarse' || name === 'ReadFine')
    return lowerFieldRead(lowering, node, lower);
  if (name === 'Random') return lowerRandom(lowering, node, lower);
  takeArguments(lowering, node, 1, name === 'Gradient' ? 2 : 1);
  if (isDerivative(name)) return derivativeOf(lowering, name, takeName(lowering, node), takeFaces(lowering, node));
  if (isPlaceMean(name)) return placeMeanOf(lowering, name, takeName(lowering, node));
  const argument = node.args[0]!;
  return placeOf(lowering, name as PlaceAccessor, lower(argument), argument.span);
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

/** Where Gradient's second argument says that the faces are wanted. */
function takeFaces(lowering: Lowering, { args }: CallNode): Span | null {
  const second = args[1];
  if (second === undefined) return null;
  if (second.kind === 'string' && second.value === 'faces') return second.span;
  throw lowering.fail(second.span, 'the second argument of Gradient is "faces", or left out; write "faces"');
}

const LEVELS: Readonly<Record<string, LevelRelation>> = { ReadField: 'same', ReadCoarse: 'coarse', ReadFine: 'fine' };

function lowerFieldRead(lowering: Lowering, node: CallNode, lower: Lower): Value {
  takeArguments(lowering, node, 2);
  const level = LEVELS[node.callee]!;
  const { name, span } = takeName(lowering, node);
  const part = inputOrArray(lowering, span, name, level);
  const each = (read: (part: FieldPart) => Expression): Value =>
    isArrayField(part.storage) ? readElements(part, read) : read(part);
  const place = node.args[1]!;
  if (place.kind === 'name' && place.name === 'idx') {
    if (level === 'same')
      return each(({ field, component, type }) => ({ op: 'tap', type, field, component, offset: [0, 0, 0] }));
    throw lowering.fail(
      place.span,
      `idx is a place on the stencil's own level; give ${node.callee} an ivec3 of the other`,
    );
  }
  const coord = wantCoordinate(lowering, place.span, node.callee, lower(place));
  return each((one) => readAt(lowering, { name, span, part: one, level }, coord, place.span));
}

function lowerSample(lowering: Lowering, node: CallNode, lower: Lower): Expression {
  takeArguments(lowering, node, 2, 3);
  const { name, span } = takeName(lowering, node);
  const part = inputPart(lowering, span, name, 'same');
  const place = node.args[1]!;
  const position = wantPosition(lowering, place.span, 'SampleField', lower(place));
  const mode = node.args[2];
  if (mode !== undefined && (mode.kind !== 'string' || !['nearest', 'trilinear'].includes(mode.value))) {
    throw lowering.fail(mode.span, 'SampleField samples "trilinear" or "nearest"; write one of the two names');
  }
  const filter = mode?.kind === 'string' && mode.value === 'nearest' ? 'nearest' : 'trilinear';
  return sampleAt(lowering, { name, span, part, level: 'same' }, position, filter);
}

function lowerRandom(lowering: Lowering, node: CallNode, lower: Lower): Expression {
  takeArguments(lowering, node, 2);
  const [place, seedNode] = node.args as [ExpressionNode, ExpressionNode];
  const [coord, seed] = lowerAll(lowering, node.args, (_, arg) => lower(arg)) as [Expression, Expression];
  return randomOf(lowering, { value: coord, span: place.span }, { value: seed, span: seedNode.span });
}

/** A write or a reduction, as a statement. */
export function lowerEffect(lowering: Lowering, node: CallNode, lower: Lower): void {
  if (!lowering.frame.main) {
    const problem = `${node.callee} stands in the function "${lowering.frame.name}"; return the value, and use it in the main code`;
    throw lowering.fail(node.span, problem);
  }
  if (node.callee === 'printf') lowerPrint(lowering, node, lower);
  else if (node.callee === 'WriteField') lowerWrite(lowering, node, lower);
  else lowerReduce(lowering, node, lower);
}

function lowerWrite(lowering: Lowering, node: CallNode, lower: Lower): void {
  takeArguments(lowering, node, 3);
  const { name, span } = takeName(lowering, node);
  const part = outputPart(lowering, span, name);
  markWritten(lowering, part, name);
  checkOwnVoxel(lowering, node.args[1]!, lower);
  const given = node.args[2]!;
  if (part !== null && isArrayField(part.storage)) {
    writeElements(lowering, part, lowerValue(lowering, given), given.span);
    return;
  }
  const value = lower(given);
  if (part === null) {
    storableType(lowering, given.span, name, value.type as ValueType);
    const statement = { op: 'write' as const, field: name, component: -1, value };
    lowering.emit(statement);
    lowering.writes.push({ field: name, span: given.span, statement });
    return;
  }
  const { field, component, storage } = part;
  const type = component < 0 ? valueTypeOf(storage) : componentTypeOf(storage);
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
  if (scalar !== 'bool' && scalar !== 'float16_t') return;
  const vector = sizeOf(type) > 1;
  const other = vectorOf(scalar === 'bool' ? 'uint' : 'float', sizeOf(type));
  const advice = scalar === 'bool' && !vector ? 'write 1.0 or 0.0, or 1u or 0u' : `write ${other}(…)`;
  throw lowering.fail(span, `the output "${name}" is not declared, and no field can hold ${article(type)}; ${advice}`);
}

function lowerPrint(lowering: Lowering, node: CallNode, lower: Lower): void {
  const [first, ...rest] = node.args;
  if (first?.kind !== 'string') {
    throw lowering.fail(
      first?.span ?? node.span,
      `printf starts with a text in double quotes; write ${USAGE['printf']}`,
    );
  }
  const values = lowerAll(lowering, rest, (_, arg) => lower(arg));
  printValues(lowering, { span: node.span, text: first.span }, first.value, values);
}

function lowerReduce(lowering: Lowering, node: CallNode, lower: Lower): void {
  takeArguments(lowering, node, 2);
  const { name, span } = takeName(lowering, node);
  const kind = node.callee.slice('Reduce'.length).toLowerCase() as ReduceKind;
  const given = node.args[1]!;
  reduceInto(lowering, { kind, name, span }, { value: lower(given), span: given.span });
}
