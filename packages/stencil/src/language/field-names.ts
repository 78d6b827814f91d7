/**
 * @file From a name in quotes to a field and its component. `velocity_x` is velocity's first component, unless a field
 * bears that name. What may be read are the inputs, what may be written the outputs; all else is an error that helps.
 */

import { placeOfComponent } from '../field-place.ts';
import type { FieldPlace } from '../field-place.ts';
import { componentsOf, componentTypeOf, isArrayField, valueTypeOf } from '../field-types.ts';
import type { FieldType, LevelRelation, Span, ValueType } from '../ir.ts';
import type { Lowering } from './lowering.ts';
import { nearestName, quotedList } from './nearest-name.ts';

/** A field or one component of it (−1: the whole), with the type that a read gives. */
export interface FieldPart {
  readonly field: string;
  readonly component: number;
  readonly type: ValueType;
  readonly storage: FieldType;
}

type Fields = ReadonlyMap<string, FieldType>;

const SUFFIXES = ['_x', '_y', '_z', '_w'];

/** The field or component that a name means among some fields. */
export function resolveField(fields: Fields, name: string): FieldPart | undefined {
  const storage = fields.get(name);
  if (storage !== undefined) return { field: name, component: -1, type: valueTypeOf(storage), storage };
  const component = SUFFIXES.indexOf(name.slice(-2));
  const field = name.slice(0, -2);
  const whole = component < 0 ? undefined : fields.get(field);
  if (whole === undefined || isArrayField(whole) || componentsOf(whole) < 2 || component >= componentsOf(whole))
    return undefined;
  return { field, component, type: componentTypeOf(whole), storage: whole };
}

/** Where the values of a field's part live, on the stencil's own level. */
export function placeOfPart(lowering: Lowering, { field, component }: FieldPart): FieldPlace {
  return placeOfComponent(lowering.environment.places?.get(field) ?? 'center', component);
}

/** Fields of a level. */
function fieldsOf(lowering: Lowering, level: LevelRelation): Fields {
  const { environment } = lowering;
  const fields = { same: environment.fields, coarse: environment.coarseFields, fine: environment.fineFields }[level];
  return fields ?? new Map();
}

/** Names of fields, and of the components of those that have several. */
export function fieldNames(fields: Fields): readonly string[] {
  const names: string[] = [];
  for (const [name, type] of fields) {
    names.push(name);
    const count = isArrayField(type) ? 1 : componentsOf(type);
    if (count > 1) names.push(...SUFFIXES.slice(0, count).map((suffix) => name + suffix));
  }
  return names;
}

/** Whether a list of inputs or outputs holds a field's part: itself, its field, or all of its components. */
function holds(list: readonly string[], fields: Fields, part: FieldPart): boolean {
  const parts = list.map((name) => resolveField(fields, name)).filter((one) => one?.field === part.field);
  const has = (component: number): boolean =>
    parts.some((one) => one!.component === -1 || one!.component === component);
  if (part.component >= 0) return has(part.component);
  return Array.from({ length: componentsOf(part.storage) }, (_, i) => i).every((component) => has(component));
}

/** Names that a list opens: a field's own and its components'. */
function opened(list: readonly string[], fields: Fields): readonly string[] {
  return fieldNames(fields).filter((name) => {
    const part = resolveField(fields, name);
    return part !== undefined && holds(list, fields, part);
  });
}

const LEVEL_WORDS: Readonly<Record<LevelRelation, string>> = {
  same: '',
  coarse: ' on the coarser level',
  fine: ' on the finer level',
};

/** The part that a read names, or an error at its name; a field of arrays is refused. */
export function inputPart(lowering: Lowering, span: Span, name: string, level: LevelRelation): FieldPart {
  const part = inputOrArray(lowering, span, name, level);
  if (!isArrayField(part.storage)) return part;
  const count = componentsOf(part.storage);
  throw lowering.fail(
    span,
    `"${name}" holds ${count} floats at each voxel; read one of them with ReadField("${name}", coord)[0]`,
  );
}

/** The part that a read names, be it a field of arrays, or an error at its name. */
export function inputOrArray(lowering: Lowering, span: Span, name: string, level: LevelRelation): FieldPart {
  const fields = fieldsOf(lowering, level);
  const { inputs } = lowering.stencil;
  const part = resolveField(fields, name);
  if (part !== undefined && holds(inputs, fields, part)) return part;
  if (part !== undefined) {
    const list = quotedList(inputs);
    throw lowering.fail(span, `"${name}" is a field, but not among the inputs (${list}); add it to inputs`);
  }
  if (fields.size === 0 && level !== 'same') {
    throw lowering.fail(span, `there are no fields${LEVEL_WORDS[level]}; add the level and its fields first`);
  }
  if (level !== 'same' && resolveField(fieldsOf(lowering, 'same'), name) !== undefined) {
    throw lowering.fail(span, `the field "${name}" is not${LEVEL_WORDS[level]}; add it there`);
  }
  const candidates = opened(inputs, fields);
  throw lowering.fail(span, `there is no input "${name}"${LEVEL_WORDS[level]}; ${advise(name, candidates, fields)}`);
}

function advise(name: string, candidates: readonly string[], fields: Fields): string {
  const nearest = nearestName(name, candidates) ?? nearestName(name, fieldNames(fields));
  if (nearest !== undefined) return `did you mean "${nearest}"?`;
  if (candidates.length === 0) return 'the stencil has no inputs, add the field to them';
  const whole = candidates.filter((one) => fields.has(one) || !candidates.includes(one.slice(0, -2)));
  return `the inputs are ${quotedList(whole)}`;
}

/** The part that a write names; a field that nobody declared has no type yet. */
export function outputPart(lowering: Lowering, span: Span, name: string): FieldPart | null {
  const { outputs } = lowering.stencil;
  const { fields } = lowering.environment;
  const part = resolveField(fields, name);
  if (part !== undefined && holds(outputs, fields, part)) return part;
  if (part === undefined && outputs.includes(name)) return null;
  if (part !== undefined) {
    const list = quotedList(outputs);
    throw lowering.fail(span, `"${name}" is a field, but not among the outputs (${list}); add it to outputs`);
  }
  const nearest = nearestName(name, [...outputs, ...opened(outputs, fields)]);
  const advice = nearest === undefined ? `the outputs are ${quotedList(outputs)}` : `did you mean "${nearest}"?`;
  throw lowering.fail(span, `there is no output "${name}"; ${advice}`);
}
