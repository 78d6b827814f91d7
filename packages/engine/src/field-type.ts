/**
 * @file What the engine knows of a field's type: spelling, the typed array of one component, and how a number is kept in
 * that array's bits.
 */
import {
  FIELD_PLACES,
  componentsOf,
  componentTypeOf,
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
const SCALAR_FIELDS = ['float32', 'float16', 'float64', 'int32', 'uint32', 'uint8'] as const;
const VECTOR_KINDS = ['', 'f16', 'd', 'i', 'u', 'u8'] as const;
const FIELD_TYPES: readonly FieldType[] = [
  ...SCALAR_FIELDS,
  ...VECTOR_KINDS.flatMap((kind) => ([2, 3, 4] as const).map((size): FieldType => `${kind}vec${size}`)),
];
const FIELD_TYPES_TEXT = [...SCALAR_FIELDS, ...VECTOR_KINDS.map((kind) => `${kind}vec2 … ${kind}vec4`)].join(', ');

/** Elements that a field's array may have. */
const MAX_LENGTH = 32;

/** A typed array that holds one component of a field. */
export type FieldArray =
  | Float32Array<ArrayBuffer>
  | Float16Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
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
    `Cannot add field "${name}": "${given}" is no field type${didYouMean(given, FIELD_TYPES)}; use one of ${FIELD_TYPES_TEXT}`,
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
    const what =
      componentTypeOf(type) === 'float' || componentTypeOf(type) === 'double'
        ? 'says itself how it is kept'
        : 'has no floats';
    throw new TypeError(`Cannot add field "${name}": its storage is ${given}, and ${type} ${what}; leave storage out`);
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
  if (given !== 'faces' || type === 'vec3' || type === 'f16vec3' || type === 'dvec3') return;
  throw new TypeError(
    `Cannot add field "${name}": only a vec3 lives on faces, and this is ${type}; use vec3, or face-x, face-y or face-z`,
  );
}

/** Wraps memory as the typed array of one component. */
export function arrayOver(type: FieldType, buffer: ArrayBuffer, byteOffset: number, length: number): FieldArray {
  if (isHalf(type)) return new Float16Array(buffer, byteOffset, length);
  if (elementBytes(type) === 1) return new Uint8Array(buffer, byteOffset, length);
  switch (componentTypeOf(type)) {
    case 'double':
      return new Float64Array(buffer, byteOffset, length);
    case 'int':
      return new Int32Array(buffer, byteOffset, length);
    case 'uint':
      return new Uint32Array(buffer, byteOffset, length);
    default:
      return new Float32Array(buffer, byteOffset, length);
  }
}

/** A zeroed array of `length` elements of one component. */
export function makeArray(type: FieldType, length: number): FieldArray {
  return arrayOver(type, new ArrayBuffer(length * elementBytes(type)), 0, length);
}

/** The 32-bit word that, repeated, fills memory with `value` of this type; null where no one word does. */
export function fillWord(type: FieldType, value: number): number | null {
  const bytes = new ArrayBuffer(8);
  arrayOver(type, bytes, 0, 8 / elementBytes(type)).fill(value);
  const [low, high] = new Uint32Array(bytes);
  return low === high ? low! : null;
}

/** The value as one number for each component, rounded to what the field can hold; a single number is repeated. */
export function spreadValue(verb: string, name: string, type: FieldType, value: FieldValue): readonly number[] {
  const components = componentsOf(type);
  const given = typeof value === 'number' ? Array.from({ length: components }, () => value) : listed(value);
  if (given.length !== components || given.some((entry) => typeof entry !== 'number')) {
    const wanted = components === 1 ? 'a number' : `a number or ${components} of them`;
    throw new TypeError(`Cannot ${verb} field "${name}": a ${type} takes ${wanted}, and ${describe(value)} was given`);
  }
  const numbers = componentTypeOf(type);
  if (numbers === 'int' || numbers === 'uint') {
    checkWhole(`Cannot ${verb} field "${name}"`, type, given, elementBytes(type) === 1 ? 'byte' : numbers);
  }
  const cell = makeArray(type, 1);
  return given.map((entry) => {
    cell[0] = entry;
    return cell[0];
  });
}

/** The least and the largest number of each kind of integers. */
const WHOLE_RANGES: Readonly<Record<'int' | 'uint' | 'byte', readonly [number, number]>> = Object.freeze({
  int: [-(2 ** 31), 2 ** 31 - 1],
  uint: [0, 2 ** 32 - 1],
  byte: [0, 255],
});

/** Throws RangeError for numbers that integers of a kind can't hold; `act` is the sentence's beginning, `what` takes them. */
export function checkWhole(act: string, what: string, given: readonly number[], kind: keyof typeof WHOLE_RANGES): void {
  const [least, most] = WHOLE_RANGES[kind];
  const odd = given.find((entry) => !(Number.isInteger(entry) && entry >= least && entry <= most));
  if (odd === undefined) return;
  throw new RangeError(`${act}: ${what} takes whole numbers from ${least} to ${most}, and ${odd} was given`);
}

/** A list's entries; none of what is no list. */
function listed(value: unknown): readonly number[] {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  return isList ? [...(value as Iterable<number>)] : [];
}

function describe(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : `${typeof value} ${String(value)}`;
}

const VALUE_TYPES: readonly ValueType[] = ['float', 'int', 'uint', 'bool', 'double'].flatMap((scalar) => {
  const prefix = scalar === 'float' ? '' : scalar[0];
  return [scalar, ...[2, 3, 4].map((size) => `${prefix}vec${size}`)] as ValueType[];
});
const ALIASES: Readonly<Record<string, ValueType>> = {
  float32: 'float',
  float64: 'double',
  int32: 'int',
  uint32: 'uint',
};

/** The type of a parameter, by GLSL's name or a field's. */
export function parseValueType(kind: string, name: string, type: string): ValueType {
  const known = ALIASES[type] ?? VALUE_TYPES.find((candidate) => candidate === type);
  if (known !== undefined) return known;
  throw new TypeError(
    `Cannot add ${kind} "${name}": "${type}" is no type${didYouMean(type, VALUE_TYPES)}; use one of ${VALUE_TYPES.join(', ')}`,
  );
}

/** The type of a scalar: float, double, int, uint or bool. */
export function parseScalarType(name: string, type: string): ScalarType {
  const known = ALIASES[type] ?? type;
  if (known === 'float' || known === 'double' || known === 'int' || known === 'uint' || known === 'bool') return known;
  throw new TypeError(`Cannot add scalar "${name}": "${type}" is no scalar type; use float, double, int, uint or bool`);
}

/** Who computes with numbers. */
interface Computer {
  readonly device: { readonly name: string; readonly features: Readonly<Record<string, boolean>> };
}

/** Throws where a field, parameter or scalar is of doubles, and a device has none. `what` is as in `field "u"`. */
export function checkDoubles(what: string, type: string, computers: readonly Computer[]): void {
  if (!/^(?:float64|double|dvec[234])$/.test(type)) return;
  const without = computers.find(({ device }) => device.features['shaderFloat64'] !== true);
  if (without === undefined) return;
  const single = type.startsWith('dvec') ? type.slice(1) : type === 'double' ? 'float' : 'float32';
  throw new TypeError(
    `Cannot add ${what}: it is ${type}, and device "${without.device.name}" has no float64 (shaderFloat64); use ${single}, or another device`,
  );
}

/** The words of a number kept as `type`, the lowest first: two of a double, else one. */
export function scalarWords(type: ScalarType, value: number): readonly number[] {
  if (type === 'float') return [...new Uint32Array(Float32Array.of(value).buffer)];
  if (type === 'double') return [...new Uint32Array(Float64Array.of(value).buffer)];
  if (type === 'bool') return [value === 0 ? 0 : 1];
  return [Int32Array.of(value)[0]! >>> 0];
}

/** The number that words mean. */
export function scalarFromWords(type: ScalarType, words: readonly number[]): number {
  const { buffer } = Uint32Array.from(words);
  if (type === 'float') return new Float32Array(buffer)[0]!;
  if (type === 'double') return new Float64Array(buffer)[0]!;
  return type === 'int' ? words[0]! | 0 : words[0]!;
}

/** The number as a scalar of that type holds it. */
export function heldScalar(type: ScalarType, value: number): number {
  return scalarFromWords(type, scalarWords(type, value));
}
