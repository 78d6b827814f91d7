/**
 * @file What the engine knows of a field's type: spelling, the typed array of one component, and how a number is kept in
 * that array's bits.
 */
import {
  FIELD_PLACES,
  componentsOf,
  elementBytes,
  isArrayField,
  isHalf,
  type FieldPlace,
  type FieldType,
  type ScalarType,
  type ValueType,
} from '@halocline/stencil';
import { didYouMean } from './names.ts';

/** Every field type, in the order in which errors list them. */
const FIELD_TYPES: readonly FieldType[] = ['float32', 'float16', 'int32', 'uint32', 'uint8', 'vec2', 'vec3', 'vec4'];

/** Elements that a field's array may have. */
const MAX_LENGTH = 32;

/** A typed array that holds one component of a field. */
export type FieldArray =
  | Float32Array<ArrayBuffer>
  | Float16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** One number for each component: a field's default, or one voxel's value. */
export type FieldValue = number | readonly number[];

/** Throws unless `type` is a field type. */
export function checkFieldType(name: string, type: unknown): asserts type is FieldType {
  const given = String(type);
  if ((FIELD_TYPES as readonly unknown[]).includes(type)) return;
  const length = Number(/^float(?:32|16)\[(\d+)\]$/.exec(given)?.[1]);
  if (length >= 2 && length <= MAX_LENGTH) return;
  if (!Number.isNaN(length)) {
    throw new RangeError(
      `Cannot add field "${name}": its array has ${length} elements; give 2 to ${MAX_LENGTH}, or use several fields`,
    );
  }
  throw new TypeError(
    `Cannot add field "${name}": "${given}" is no field type${didYouMean(given, FIELD_TYPES)}; use one of ${FIELD_TYPES.join(', ')}`,
  );
}

/** How a field's floats may be kept. */
const STORAGES = ['float32', 'float16'] as const;

/** How a field's floats are kept: whole, or as halves, which stencils read and write as float32. */
export type FieldStorage = (typeof STORAGES)[number];

const HALVES: Readonly<Partial<Record<FieldType, FieldType>>> = {
  float32: 'float16',
  float16: 'float16',
  vec2: 'f16vec2',
  vec3: 'f16vec3',
  vec4: 'f16vec4',
};

/** The type of a field of `type` whose floats are kept as `storage`. */
export function storedType(name: string, type: FieldType, storage: unknown): FieldType {
  const given = String(storage);
  if (!(STORAGES as readonly unknown[]).includes(storage)) {
    throw new TypeError(
      `Cannot add field "${name}": "${given}" is no storage${didYouMean(given, STORAGES)}; use float32 or float16`,
    );
  }
  const halves = isArrayField(type) ? (type.replace('32', '16') as FieldType) : HALVES[type];
  if (halves === undefined) {
    throw new TypeError(
      `Cannot add field "${name}": its storage is ${given}, and ${type} has no floats; leave storage out`,
    );
  }
  if (storage === 'float16') return halves;
  if (!type.startsWith('float16')) return type;
  throw new TypeError(
    `Cannot add field "${name}": its type is ${type}, and its storage float32; leave one of them out`,
  );
}

/** Throws unless a field of `type` can live at `at`. */
export function checkFieldPlace(name: string, type: FieldType, at: unknown): asserts at is FieldPlace {
  const given = String(at);
  if (!(FIELD_PLACES as readonly unknown[]).includes(at)) {
    throw new TypeError(
      `Cannot add field "${name}": "${given}" is no place${didYouMean(given, FIELD_PLACES)}; use one of ${FIELD_PLACES.join(', ')}`,
    );
  }
  if (given !== 'faces' || type === 'vec3' || type === 'f16vec3') return;
  throw new TypeError(
    `Cannot add field "${name}": only a vec3 lives on faces, and this is ${type}; use vec3, or face-x, face-y or face-z`,
  );
}

/** Wraps memory as the typed array of one component. */
export function arrayOver(type: FieldType, buffer: ArrayBuffer, byteOffset: number, length: number): FieldArray {
  if (isHalf(type)) return new Float16Array(buffer, byteOffset, length);
  switch (type) {
    case 'int32':
      return new Int32Array(buffer, byteOffset, length);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, length);
    case 'uint8':
      return new Uint8Array(buffer, byteOffset, length);
    default:
      return new Float32Array(buffer, byteOffset, length);
  }
}

/** A zeroed array of `length` elements of one component. */
export function makeArray(type: FieldType, length: number): FieldArray {
  return arrayOver(type, new ArrayBuffer(length * elementBytes(type)), 0, length);
}

/** The 32-bit word that, repeated, fills memory with `value` of this type. */
export function fillWord(type: FieldType, value: number): number {
  const bytes = new ArrayBuffer(4);
  arrayOver(type, bytes, 0, 4 / elementBytes(type)).fill(value);
  return new Uint32Array(bytes)[0]!;
}

/** The value as one number for each component, rounded to what the field can hold; a single number is repeated. */
export function spreadValue(verb: string, name: string, type: FieldType, value: FieldValue): readonly number[] {
  const components = componentsOf(type);
  const given = typeof value === 'number' ? Array.from({ length: components }, () => value) : [...value];
  if (given.length !== components || given.some((entry) => typeof entry !== 'number')) {
    const wanted = components === 1 ? 'a number' : `a number or ${components} of them`;
    throw new TypeError(`Cannot ${verb} field "${name}": a ${type} takes ${wanted}, and ${describe(value)} was given`);
  }
  const cell = makeArray(type, 1);
  return given.map((entry) => {
    cell[0] = entry;
    return cell[0];
  });
}

function describe(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : `${typeof value} ${String(value)}`;
}

const VALUE_TYPES: readonly ValueType[] = ['float', 'int', 'uint', 'bool'].flatMap((scalar) => {
  const prefix = scalar === 'float' ? '' : scalar[0];
  return [scalar, ...[2, 3, 4].map((size) => `${prefix}vec${size}`)] as ValueType[];
});
const ALIASES: Readonly<Record<string, ValueType>> = { float32: 'float', int32: 'int', uint32: 'uint' };

/** The type of a parameter, by GLSL's name or a field's. */
export function parseValueType(kind: string, name: string, type: string): ValueType {
  const known = ALIASES[type] ?? VALUE_TYPES.find((candidate) => candidate === type);
  if (known !== undefined) return known;
  throw new TypeError(
    `Cannot add ${kind} "${name}": "${type}" is no type${didYouMean(type, VALUE_TYPES)}; use one of ${VALUE_TYPES.join(', ')}`,
  );
}

/** The type of a scalar: float, int, uint or bool. */
export function parseScalarType(name: string, type: string): ScalarType {
  const known = ALIASES[type] ?? type;
  if (known === 'float' || known === 'int' || known === 'uint' || known === 'bool') return known;
  throw new TypeError(`Cannot add scalar "${name}": "${type}" is no scalar type; use float, int, uint or bool`);
}

/** The 32-bit pattern of a number kept as `type`. */
export function scalarBits(type: ScalarType, value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  if (type === 'float') view.setFloat32(0, value, true);
  else if (type === 'bool') view.setUint32(0, value === 0 ? 0 : 1, true);
  else view.setInt32(0, value, true);
  return view.getUint32(0, true);
}

/** The number that a 32-bit pattern means. */
export function scalarFromBits(type: ScalarType, bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits, true);
  return type === 'float' ? view.getFloat32(0, true) : type === 'int' ? view.getInt32(0, true) : bits;
}
