/** @file What follows from a field's type: its components, what a read of it gives, and how many bytes it takes. */
import {
  scalarOf,
  sizeOf,
  type FieldRead,
  type FieldType,
  type FieldWrite,
  type ScalarType,
  type ValueType,
} from './ir.ts';

/** Number of component arrays of a field type: 1 to 4, or the length of an array. */
export function componentsOf(type: FieldType): number {
  const [, vector, array] = /vec(\d)$|\[(\d+)\]$/.exec(type) ?? [];
  return Number(vector ?? array ?? 1);
}

/** Whether a field holds an array of floats at each voxel, whose elements are its components: `float32[19]`. */
export function isArrayField(type: FieldType): boolean {
  return type.endsWith(']');
}

const SCALARS: Readonly<Record<string, ScalarType>> = {
  float64: 'double',
  int32: 'int',
  uint32: 'uint',
  uint8: 'uint',
};

/** The type that a read of a field gives. */
export function valueTypeOf(type: FieldType): ValueType {
  if (isArrayField(type)) return 'float';
  if (componentsOf(type) > 1) return type.replace('f16', '').replace('u8', 'u') as ValueType;
  return SCALARS[type] ?? 'float';
}

/** The type that a read of one of a field's components gives. */
export function componentTypeOf(type: FieldType): ScalarType {
  return scalarOf(valueTypeOf(type));
}

/** How one component of a field would be stored as a field of its own. */
export function componentFieldOf(type: FieldType): FieldType {
  if (isHalf(type)) return 'float16';
  if (elementBytes(type) === 1) return 'uint8';
  return SCALAR_FIELDS[componentTypeOf(type)] ?? 'float32';
}

const SCALAR_FIELDS: Readonly<Partial<Record<ScalarType, FieldType>>> = {
  double: 'float64',
  int: 'int32',
  uint: 'uint32',
};

/** The type of a field that is made for values of a type; neither bools nor halves have one. */
export function fieldTypeOf(type: ValueType): FieldType {
  return sizeOf(type) > 1 ? (type as FieldType) : (SCALAR_FIELDS[type as ScalarType] ?? 'float32');
}

/** Whether a field's components are halves. */
export function isHalf(type: FieldType): boolean {
  return type.startsWith('float16') || type.startsWith('f16');
}

/** Whether two fields are the same to a stencil: halves or floats, what is read and written is float32. */
export function readsAlike(one: FieldType, other: FieldType): boolean {
  if (one === other) return true;
  const alike = valueTypeOf(one) === valueTypeOf(other) && componentsOf(one) === componentsOf(other);
  return (isHalf(one) || isHalf(other)) && alike;
}

/** Bytes of one element of a component array. */
export function elementBytes(type: FieldType): number {
  if (type.startsWith('u8') || type === 'uint8') return 1;
  return isHalf(type) ? 2 : componentTypeOf(type) === 'double' ? 8 : 4;
}

/** Bytes that the components of some reads and writes have at one voxel, each once. */
export function bytesOf(accesses: readonly Pick<FieldRead | FieldWrite, 'type' | 'components'>[]): number {
  return accesses.reduce((sum, { type, components }) => sum + components.length * elementBytes(type), 0);
}
