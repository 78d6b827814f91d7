/**
 * @file Compressed values of OpenVDB nodes (`openvdb/io/Compression.h`): a byte that says what inactive values are,
 * what it needs to say so, then the active values or all of them, as they are or packed.
 *
 * | code | before the values | an inactive value is |
 * |---|---|---|
 * | 0 | | background |
 * | 1 | | −background |
 * | 2 | v0 | v0 |
 * | 3 | selection mask | background where its bit is set, else −background |
 * | 4 | v0, selection mask | background where its bit is set, else v0 |
 * | 5 | v0, v1, selection mask | v1 where its bit is set, else v0 |
 * | 6 | | stored like an active one |
 *
 * v0, v1 and the background are whole values even where the others are saved as half floats.
 * Files before version 222 have no such byte: all values are stored.
 */
import { countBits } from './bits.ts';
import type { ByteBuilder } from './byte-builder.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { decodeBlosc, decodeZip, encodeBlosc, encodeZip } from './codec.ts';
import type { OpenVdbType } from './openvdb-types.ts';
import { rebased } from './rebase.ts';
import { asBits, TYPES } from './types.ts';
import type { GridType, Scalar, Values } from './types.ts';

/** Bits of a grid's compression word. */
export const COMPRESS: { readonly zip: 1; readonly activeMask: 2; readonly blosc: 4 } = {
  zip: 1,
  activeMask: 2,
  blosc: 4,
};

/** First file version whose nodes say what their inactive values are. */
export const NODE_MASK_VERSION = 222;

const CODE = { background: 0, minus: 1, one: 2, sign: 3, oneOrBackground: 4, two: 5, all: 6 } as const;

/** What is the same for all nodes of a grid. */
export interface ValueCoding {
  /** The type whose whole values stand as background, tile values, v0 and v1. */
  readonly type: OpenVdbType;
  /** The type that the other values are stored as: `type`, or its halves. */
  readonly stored: OpenVdbType;
  /** Sum of `COMPRESS` bits. */
  readonly compression: number;
  readonly fileVersion: number;
  /** One number a component. */
  readonly background: readonly Scalar[];
}

/** Where a node's values are, or go: one array a component, the first at `at`. */
export interface ValueRun {
  readonly values: readonly Values[];
  readonly at: number;
  readonly count: number;
  /** Bit n of the words from 0: value n is active. */
  readonly mask: Uint32Array;
}

/** Reads one whole value: one number a component. */
export function readWholeValue(cursor: ByteCursor, type: OpenVdbType, thing: string): Scalar[] {
  const bytes = cursor.take(type.components * type.componentBytes, thing);
  return [...(type.decode(bytes) as Iterable<Scalar>)];
}

/** Writes one whole value. */
export function writeWholeValue(out: ByteBuilder, type: OpenVdbType, value: readonly Scalar[]): void {
  const numbers = TYPES[type.type].array(type.components);
  value.forEach((number, c) => (numbers[c] = number));
  out.put(type.encode(numbers));
}

/** What stands before a node's values. */
interface Preamble {
  /** The inactive values where the selection has no bit, and where it has. */
  readonly zero: readonly Scalar[];
  readonly one: readonly Scalar[];
  readonly selection: Uint8Array | undefined;
  readonly storedCount: number;
}

function readPreamble(
  cursor: ByteCursor,
  coding: ValueCoding,
  { count, mask }: Pick<ValueRun, 'count' | 'mask'>,
): Preamble {
  const { type, compression, background } = coding;
  const from = cursor.at;
  const code = coding.fileVersion >= NODE_MASK_VERSION ? cursor.u8('value code of a node') : CODE.all;
  if (code > CODE.all) throw cursor.fault(from, 'a value code from 0 to 6', `${code}`);
  let one: readonly Scalar[] = background;
  let zero: readonly Scalar[] = code === CODE.background ? background : negative(background, type.type);
  if (code === CODE.one || code === CODE.oneOrBackground || code === CODE.two) {
    zero = readWholeValue(cursor, type, 'inactive value of a node');
    if (code === CODE.two) one = readWholeValue(cursor, type, 'inactive value of a node');
  }
  const selects = code === CODE.sign || code === CODE.oneOrBackground || code === CODE.two;
  const selection = selects ? cursor.take(count >> 3, 'selection mask of a node') : undefined;
  const sparse = code !== CODE.all && (compression & COMPRESS.activeMask) !== 0;
  return { zero, one, selection, storedCount: sparse ? countBits(mask, 0, count >> 5) : count };
}

/** Reads a node's values into `run`. */
export function readValues(cursor: ByteCursor, coding: ValueCoding, run: ValueRun): void {
  const preamble = readPreamble(cursor, coding, run);
  const packed = takePacked(cursor, coding, preamble.storedCount);
  const numbers = coding.stored.decode(unpack(cursor, coding, packed));
  if (preamble.storedCount === run.count) gather(run, numbers);
  else spread(run, numbers, preamble);
}

/** Passes over a node's values; their sizes are checked, their packed bytes are not. */
export function skipValues(cursor: ByteCursor, coding: ValueCoding, run: Pick<ValueRun, 'count' | 'mask'>): void {
  takePacked(cursor, coding, readPreamble(cursor, coding, run).storedCount);
}

function negative(value: readonly Scalar[], type: GridType): Scalar[] {
  if (type === 'bool' || type === 'mask') return value.map((v) => (v ? 0 : 1));
  return value.map((v) => -v);
}

/** The bytes of values as they stand in a file. */
interface Packed {
  readonly bytes: Uint8Array;
  readonly isPacked: boolean;
  /** Bytes when unpacked. */
  readonly byteLength: number;
}

function takePacked(cursor: ByteCursor, { type, stored, compression }: ValueCoding, count: number): Packed {
  const byteLength = count * stored.components * stored.componentBytes;
  const plain = (): Packed => ({ bytes: cursor.take(byteLength, 'values of a node'), isPacked: false, byteLength });
  // Half floats, of which there are none, leave no trace at all.
  if ((compression & (COMPRESS.zip | COMPRESS.blosc)) === 0 || (count === 0 && stored !== type)) return plain();
  const from = cursor.at;
  const size = cursor.i64('packed size of values');
  if (size <= 0n) {
    if (-size !== BigInt(byteLength)) throw cursor.fault(from, `a size of −${byteLength}, not packed`, `${size}`);
    return plain();
  }
  return { bytes: cursor.take(Number(size), 'packed values of a node'), isPacked: true, byteLength };
}

function unpack(cursor: ByteCursor, { compression }: ValueCoding, { bytes, isPacked, byteLength }: Packed): Uint8Array {
  if (!isPacked) return bytes;
  try {
    return compression & COMPRESS.blosc ? decodeBlosc(bytes, byteLength) : decodeZip(bytes, byteLength);
  } catch (error) {
    throw rebased(error, cursor.what, cursor.at - bytes.length);
  }
}

function gather(run: ValueRun, numbers: Values): void {
  const { values, at, count } = run;
  const components = values.length;
  if (components === 1) {
    (values[0] as Float64Array).set(numbers as Float64Array, at);
    return;
  }
  const from = asBits(numbers);
  values.forEach((array, c) => {
    const out = asBits(array);
    for (let n = 0, k = c; n < count; n++, k += components) out[at + n] = from[k]!;
  });
}

function spread({ values, at, count, mask }: ValueRun, found: Values, { zero, one, selection }: Preamble): void {
  const numbers = asBits(found);
  for (let c = 0; c < values.length; c++) {
    const out = values[c]!;
    const [v0, v1] = [zero[c]!, one[c]!];
    if (!selection) (out as Float64Array).fill(v0 as number, at, at + count);
    else for (let n = 0; n < count; n++) out[at + n] = (selection[n >> 3]! >> (n & 7)) & 1 ? v1 : v0;
    spreadActive(asBits(out), at, mask, { numbers, from: c, step: values.length });
  }
}

/** Writes every `step`-th number from `from` on to the active slots; runs of 32 of them, which are most, without a look at bits. */
function spreadActive(
  out: Values,
  at: number,
  mask: Uint32Array,
  { numbers, from, step }: { readonly numbers: Values; readonly from: number; readonly step: number },
): void {
  let k = from;
  for (let w = 0; w < mask.length; w++) {
    const base = at + (w << 5);
    let word = mask[w]!;
    if (word === 0xffffffff) {
      for (let n = base; n < base + 32; n++, k += step) out[n] = numbers[k]!;
      continue;
    }
    for (; word !== 0; word &= word - 1, k += step) out[base + 31 - Math.clz32(word & -word)] = numbers[k]!;
  }
}

/**
 * Writes the values of `run`, the inactive ones as cheaply as they allow. Slots in `children` hold no value.
 */
export function writeValues(out: ByteBuilder, coding: ValueCoding, run: ValueRun, children?: Uint32Array): void {
  const { type, stored, background } = coding;
  const { values, at, count, mask } = run;
  const found = inactiveValues(run, children);
  const minus = negative(background, type.type);
  const code = chooseCode(found, background, minus);
  out.u8(code);
  const others = found?.filter((value) => !same(value, background)) ?? [];
  if (code === CODE.one || code === CODE.oneOrBackground || code === CODE.two) {
    for (const value of others) writeWholeValue(out, type, value);
  }
  if (code === CODE.sign || code === CODE.oneOrBackground || code === CODE.two) {
    const set = code === CODE.two ? others[1]! : background;
    const selection = new Uint8Array(count >> 3);
    for (let n = 0; n < count; n++) {
      if (holds(values, at + n, set)) selection[n >> 3]! |= 1 << (n & 7);
    }
    out.put(selection);
  }
  const all = code === CODE.all;
  const storedCount = all ? count : countBits(mask, 0, count >> 5);
  const numbers = TYPES[type.type].array(storedCount * values.length);
  const bits = asBits(numbers);
  values.forEach((own, c) => {
    const array = asBits(own);
    let k = c;
    for (let w = 0; w < count >> 5; w++) {
      const base = at + (w << 5);
      for (let word = all ? -1 : mask[w]!; word !== 0; word &= word - 1) {
        bits[k] = array[base + 31 - Math.clz32(word & -word)]!;
        k += values.length;
      }
    }
  });
  writePacked(out, coding, { bytes: stored.encode(numbers), count: storedCount });
}

/** Writes the values of a node that has children and inactive background alone. */
export function writePlainNode(out: ByteBuilder, coding: ValueCoding): void {
  out.u8(CODE.background);
  writePacked(out, coding, { bytes: new Uint8Array(0), count: 0 });
}

/** The values of inactive slots that are no children: at most two, or undefined where there are more. */
function inactiveValues({ values, at, count, mask }: ValueRun, children?: Uint32Array): Scalar[][] | undefined {
  const found: Scalar[][] = [];
  for (let w = 0; w < count >> 5; w++) {
    for (let word = ~(mask[w]! | (children?.[w] ?? 0)); word !== 0; word &= word - 1) {
      const n = at + (w << 5) + 31 - Math.clz32(word & -word);
      if (found.length > 0 && holds(values, n, found[0]!)) continue;
      if (found.length > 1 && holds(values, n, found[1]!)) continue;
      if (found.length === 2) return undefined;
      found.push(values.map((array) => array[n]!));
    }
  }
  return found;
}

/** Whether entry `n` is `value`, bit for bit but for the payload of NaN. */
function holds(values: readonly Values[], n: number, value: readonly Scalar[]): boolean {
  for (let c = 0; c < values.length; c++) if (!Object.is(values[c]![n], value[c])) return false;
  return true;
}

function chooseCode(found: readonly Scalar[][] | undefined, background: readonly Scalar[], minus: Scalar[]): number {
  if (!found) return CODE.all;
  const hasBackground = found.some((value) => same(value, background));
  const others = found.filter((value) => !same(value, background));
  if (others.length === 0) return CODE.background;
  const isMinus = same(others[0]!, minus);
  if (others.length === 2) return CODE.two;
  if (hasBackground) return isMinus ? CODE.sign : CODE.oneOrBackground;
  return isMinus ? CODE.minus : CODE.one;
}

function same(a: readonly Scalar[], b: readonly Scalar[]): boolean {
  return a.every((value, c) => Object.is(value, b[c]));
}

function writePacked(
  out: ByteBuilder,
  coding: ValueCoding,
  { bytes, count }: { bytes: Uint8Array; count: number },
): void {
  const { stored, compression } = coding;
  if (count === 0 && stored !== coding.type) return;
  const zip = (compression & COMPRESS.zip) !== 0;
  if (!zip && (compression & COMPRESS.blosc) === 0) {
    out.put(bytes);
    return;
  }
  const packed =
    count === 0
      ? bytes
      : zip
        ? encodeZip(bytes)
        : encodeBlosc(bytes, { typeSize: stored.componentBytes, blockSize: bytes.length });
  const gain = packed.length < bytes.length;
  out.i64(gain ? packed.length : -bytes.length);
  out.put(gain ? packed : bytes);
}
