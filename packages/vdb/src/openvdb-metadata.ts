/**
 * @file Metadata maps of OpenVDB: a count, then name, type name, size and value of each item.
 * In memory a bool is a boolean, a string a string, int64 a bigint, other scalars numbers; vectors and matrices are typed
 * arrays, whose kind and length say which. What a number or an array was in its file (int32, float or double; vec4s or quats)
 * is remembered beside the map, so that it is written again as the same.
 */
import type { ByteBuilder } from './byte-builder.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { decodeText, encodeText } from './text.ts';

/** Items by name. */
export type Metadata = Record<string, unknown>;

interface ItemType {
  readonly byteLength: number;
  readonly read: (bytes: Uint8Array) => unknown;
}

const float32 = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer);
const float64 = (bytes: Uint8Array): Float64Array => new Float64Array(bytes.slice().buffer);
const int32 = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.slice().buffer);
const int64 = (bytes: Uint8Array): BigInt64Array => new BigInt64Array(bytes.slice().buffer);

const itemTypes: Readonly<Record<string, ItemType>> = {
  bool: { byteLength: 1, read: (bytes) => bytes[0] !== 0 },
  int32: { byteLength: 4, read: (bytes) => int32(bytes)[0] },
  int64: { byteLength: 8, read: (bytes) => int64(bytes)[0] },
  float: { byteLength: 4, read: (bytes) => float32(bytes)[0] },
  double: { byteLength: 8, read: (bytes) => float64(bytes)[0] },
  ...vectors(2),
  ...vectors(3),
  ...vectors(4),
  quats: { byteLength: 16, read: float32 },
  quatd: { byteLength: 32, read: float64 },
  mat3s: { byteLength: 36, read: float32 },
  mat3d: { byteLength: 72, read: float64 },
  mat4s: { byteLength: 64, read: float32 },
  mat4d: { byteLength: 128, read: float64 },
};

function vectors(length: number): Record<string, ItemType> {
  return {
    [`vec${length}i`]: { byteLength: 4 * length, read: int32 },
    [`vec${length}s`]: { byteLength: 4 * length, read: float32 },
    [`vec${length}d`]: { byteLength: 8 * length, read: float64 },
  };
}

const knownTypes = new WeakMap<Readonly<Metadata>, ReadonlyMap<string, string>>();

/** The types by name that the items of a map had in the file that it was read from; none for one that was not. */
export function metadataTypes(metadata: Readonly<Metadata>): ReadonlyMap<string, string> {
  return knownTypes.get(metadata) ?? new Map<string, string>();
}

/** Reads a metadata map; items of types that are not in the table are passed over by their size. */
export function readMetadata(cursor: ByteCursor): Metadata {
  const metadata: Metadata = {};
  const types = new Map<string, string>();
  knownTypes.set(metadata, types);
  const count = cursor.count(12, 'items of metadata');
  for (let i = 0; i < count; i++) {
    const name = cursor.string('name of metadata');
    const typeName = cursor.string('type of metadata');
    const from = cursor.at;
    const byteLength = cursor.u32('size of metadata');
    const bytes = cursor.take(byteLength, `metadata "${name}"`);
    const type = Object.hasOwn(itemTypes, typeName) ? itemTypes[typeName] : undefined;
    if (type && type.byteLength !== byteLength) {
      throw cursor.fault(from, `${type.byteLength} bytes of ${typeName} metadata "${name}"`, `${byteLength}`);
    }
    const value = typeName === 'string' ? decodeText(bytes) : type?.read(bytes);
    // A name such as __proto__ is a name like any other.
    if (value === undefined) continue;
    types.set(name, typeName);
    Object.defineProperty(metadata, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return metadata;
}

/**
 * Writes a metadata map, names in order, as the `types` that are given where the values still fit them;
 * values that are none of the kinds above are left out.
 */
export function writeMetadata(
  out: ByteBuilder,
  metadata: Readonly<Metadata>,
  types: ReadonlyMap<string, string> = new Map<string, string>(),
): void {
  const items = Object.entries(metadata)
    .map(([name, value]) => ({ name, item: encodeAs(value, types.get(name)) ?? encodeItem(value) }))
    .filter((entry) => entry.item !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  out.u32(items.length);
  for (const { name, item } of items) {
    out.string(name);
    out.string(item!.type);
    out.u32(item!.bytes.byteLength);
    out.array(item!.bytes);
  }
}

/** A number or an array as the type that is asked for; undefined where that cannot hold it, or where its kind says all. */
function encodeAs(value: unknown, type: string | undefined): { type: string; bytes: ArrayBufferView } | undefined {
  if (type === 'double' && typeof value === 'number') return { type, bytes: Float64Array.of(value) };
  if (type === 'float' && Object.is(Math.fround(Number(value)), value))
    return { type, bytes: Float32Array.of(Number(value)) };
  const isQuaternion =
    (type === 'quats' && value instanceof Float32Array) || (type === 'quatd' && value instanceof Float64Array);
  return isQuaternion && value.length === 4 ? { type, bytes: value } : undefined;
}

function encodeItem(value: unknown): { type: string; bytes: ArrayBufferView } | undefined {
  if (typeof value === 'boolean') return { type: 'bool', bytes: Uint8Array.of(value ? 1 : 0) };
  if (typeof value === 'string') return { type: 'string', bytes: encodeText(value) };
  if (typeof value === 'bigint') return { type: 'int64', bytes: BigInt64Array.of(value) };
  if (typeof value === 'number') {
    if (Object.is(value | 0, value)) return { type: 'int32', bytes: Int32Array.of(value) };
    if (Object.is(Math.fround(value), value)) return { type: 'float', bytes: Float32Array.of(value) };
    return { type: 'double', bytes: Float64Array.of(value) };
  }
  const kind =
    value instanceof Int32Array ? 'i' : value instanceof Float32Array ? 's' : value instanceof Float64Array ? 'd' : '';
  if (!kind) return undefined;
  const array = value as Int32Array | Float32Array | Float64Array;
  const { length } = array;
  const type = length === 9 || length === 16 ? `mat${Math.sqrt(length)}${kind}` : `vec${length}${kind}`;
  return Object.hasOwn(itemTypes, type) ? { type, bytes: array } : undefined;
}
