/** @file The value types of OpenVDB trees: their names in files, their width, and what holds them in memory. */
import { floatToHalf, halfToFloat } from './half.ts';
import type { GridType, Values } from './types.ts';

/** One value type as files hold it. */
export interface OpenVdbType {
  /** Name inside the tree's name: `float` in `Tree_float_5_4_3`. */
  readonly name: string;
  /** Type of the grid in memory. */
  readonly type: GridType;
  readonly components: number;
  /** Bytes of one component in a file. */
  readonly componentBytes: number;
  /** Whether a grid may be saved as half floats (`_HalfFloat`). */
  readonly halves: boolean;
  /** The numbers that whole components in a file's order hold, good until the next call; takes any alignment. */
  readonly decode: (bytes: Uint8Array) => Values;
  /** The bytes of numbers in memory's order. */
  readonly encode: (values: Values) => Uint8Array;
}

const treeName = /^Tree_(\w+?)_5_4_3(_HalfFloat)?$/;

/** `bytes` themselves where they lie on a multiple of `width`, else a copy. */
function aligned(bytes: Uint8Array, width: number): Uint8Array {
  return bytes.byteOffset % width === 0 ? bytes : bytes.slice();
}

interface ArrayMaker {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Values;
}

function plain(name: string, type: GridType, components: number, Maker: ArrayMaker, halves = false): OpenVdbType {
  const width = Maker.BYTES_PER_ELEMENT;
  return {
    name,
    type,
    components,
    componentBytes: width,
    halves,
    decode: (bytes) => {
      const source = aligned(bytes, width);
      return new Maker(source.buffer, source.byteOffset, source.length / width);
    },
    encode: bytesOf,
  };
}

function truths(bytes: Uint8Array): Values {
  return bytes.map((byte) => (byte === 0 ? 0 : 1));
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Tree types whose leaves hold values; `mask` and `bool` have leaves of their own shape, and values of one byte elsewhere. */
const OPENVDB_TYPES: readonly OpenVdbType[] = [
  plain('float', 'float', 1, Float32Array, true),
  plain('double', 'double', 1, Float64Array, true),
  plain('int32', 'int32', 1, Int32Array),
  plain('int64', 'int64', 1, BigInt64Array),
  { ...plain('bool', 'bool', 1, Uint8Array), decode: truths },
  { ...plain('mask', 'mask', 1, Uint8Array), decode: truths },
  plain('vec3s', 'vec3f', 3, Float32Array, true),
  plain('vec3d', 'vec3d', 3, Float64Array, true),
  plain('vec3i', 'vec3i', 3, Int32Array),
  { ...savedAsHalf(plain('half', 'float', 1, Float32Array)), name: 'half' },
];

/** The same type with its values as half floats, which is how a grid saved as half holds what is not background. */
export function savedAsHalf(type: OpenVdbType): OpenVdbType {
  return {
    ...type,
    componentBytes: 2,
    decode: (bytes) => {
      const floats = halfToFloat(bytes);
      return type.componentBytes === 8 ? Float64Array.from(floats) : floats;
    },
    encode: (values) => bytesOf(floatToHalf(Float32Array.from(values as Float32Array))),
  };
}

/** What a tree's name says: the type and whether its values are saved as half floats; undefined where it is none of ours. */
export function parseTreeName(name: string): { readonly type: OpenVdbType; readonly half: boolean } | undefined {
  const match = treeName.exec(name);
  const type = OPENVDB_TYPES.find((candidate) => candidate.name === match?.[1]);
  if (!type) return undefined;
  return { type, half: match?.[2] !== undefined && type.halves };
}

/** The type that holds a grid's values without loss, or undefined where OpenVDB has none. */
export function openVdbTypeOf(type: GridType): OpenVdbType | undefined {
  const name = wider[type] ?? type;
  return OPENVDB_TYPES.find((candidate) => candidate.type === name);
}

/** Types that OpenVDB has not, and one that holds their values. */
const wider: Partial<Record<GridType, GridType>> = {
  int16: 'int32',
  uint8: 'int32',
  uint32: 'int64',
  fp4: 'float',
  fp8: 'float',
  fp16: 'float',
  fpn: 'float',
};
