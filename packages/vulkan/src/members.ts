/** @file Writers and readers of a struct's members: one closure for each kind of member, made once. */
import { reserve, reserveBytes, reservedIn, reserveString } from './arena.ts';
import { bytesOf, type Shape } from './layout.ts';
import type { Region } from './region.ts';
import type { StructCode } from './struct.ts';
import { TYPED_ARRAYS } from './typed-arrays.ts';

/** Writes a value (never undefined) at a byte offset of a region. */
export type Writer = (region: Region, at: number, value: unknown) => void;

/** Reads the value at a byte offset of a region. */
export type Reader = (region: Region, at: number) => unknown;

type Bits = { readonly shift: number; readonly width: number };
type CodeOf = (name: string) => StructCode;

/** 2³²: an address is written as two words. */
const WORD = 0x1_0000_0000;

function writeNumber64(region: Region, at: number, value: number): void {
  region.view.setUint32(at, value >>> 0, true);
  region.view.setInt32(at + 4, Math.floor(value / WORD), true);
}

const write64: Writer = (region, at, value) => {
  if (typeof value === 'bigint') region.view.setBigUint64(at, value, true);
  else writeNumber64(region, at, value as number);
};

const SCALAR_WRITERS: Readonly<Record<string, Writer>> = {
  b: ({ view }, at, value) => view.setUint8(at, value as number),
  B: ({ view }, at, value) => view.setInt8(at, value as number),
  h: ({ view }, at, value) => view.setUint16(at, value as number, true),
  H: ({ view }, at, value) => view.setInt16(at, value as number, true),
  i: ({ view }, at, value) => view.setInt32(at, value as number, true),
  I: ({ view }, at, value) => view.setUint32(at, value as number, true),
  f: ({ view }, at, value) => view.setFloat32(at, value as number, true),
  d: ({ view }, at, value) => view.setFloat64(at, value as number, true),
  l: write64,
  L: write64,
  P: write64,
};

const SCALAR_READERS: Readonly<Record<string, Reader>> = {
  b: ({ view }, at) => view.getUint8(at),
  B: ({ view }, at) => view.getInt8(at),
  h: ({ view }, at) => view.getUint16(at, true),
  H: ({ view }, at) => view.getInt16(at, true),
  i: ({ view }, at) => view.getInt32(at, true),
  I: ({ view }, at) => view.getUint32(at, true),
  f: ({ view }, at) => view.getFloat32(at, true),
  d: ({ view }, at) => view.getFloat64(at, true),
  l: ({ view }, at) => view.getBigInt64(at, true),
  L: ({ view }, at) => view.getBigUint64(at, true),
  P: ({ view }, at) => view.getBigUint64(at, true),
};

function scalar<T>(table: Readonly<Record<string, T>>, code: string): T {
  const entry = table[code];
  if (entry === undefined) throw new Error(`Bug in a struct's table: no type is called "${code}"`);
  return entry;
}

/** The same of addresses, as they are written. */
const ARRAYS: Readonly<Record<string, string>> = { ...TYPED_ARRAYS, P: 'BigUint64Array' };

/** The writer for a type; `name` is the member's, for errors. */
export function writerOf(shape: Shape, codeOf: CodeOf, name: string, bits?: Bits): Writer {
  switch (shape.kind) {
    case 'scalar':
      return bits === undefined ? scalar(SCALAR_WRITERS, shape.code) : bitsWriter(bits);
    case 'struct': {
      const code = codeOf(shape.name);
      return (region, at, value) => code.write(region, at, value as Readonly<Record<string, unknown>>);
    }
    case 'array':
      return arrayWriter(shape.length, shape.of, codeOf, name);
    case 'string':
      return (region, at, value) => {
        if (typeof value === 'string') writeNumber64(region, at, reserveString(value));
        else write64(region, at, value);
      };
    case 'data':
      return (region, at, value) => {
        if (ArrayBuffer.isView(value)) writeNumber64(region, at, reserveBytes(value));
        else write64(region, at, value);
      };
    case 'pointer':
      return pointerWriter(shape.to, codeOf, name);
  }
}

function bitsWriter({ shift, width }: Bits): Writer {
  const mask = width === 32 ? 0xffffffff : 2 ** width - 1;
  return ({ view }, at, value) => {
    const rest = view.getUint32(at, true) & ~(mask << shift);
    view.setUint32(at, rest | (((value as number) & mask) << shift), true);
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function arrayWriter(length: number, of: Shape, codeOf: CodeOf, name: string): Writer {
  if (of.kind === 'scalar' && of.code === 'c') {
    return ({ bytes }, at, value) => {
      bytes.fill(0, at, at + length);
      encoder.encodeInto(value as string, bytes.subarray(at, at + length - 1));
    };
  }
  const write = writerOf(of, codeOf, name);
  const stride = bytesOf(of, (struct) => codeOf(struct).size);
  return (region, at, value) => {
    const items = value as ArrayLike<unknown>;
    const count = Math.min(items.length, length);
    for (let i = 0; i < count; i++) write(region, at + i * stride, items[i]);
  };
}

/** An address is written as it is; an array, a typed array of the type's own or an object is copied into the arena. */
function pointerWriter(to: Shape, codeOf: CodeOf, name: string): Writer {
  let write: Writer | undefined; // made late: a struct may point to its own kind
  const stride = bytesOf(to, (struct) => codeOf(struct).size);
  const fitting = to.kind === 'scalar' ? ARRAYS[to.code] : undefined;
  return (region, at, value) => {
    if (typeof value === 'bigint') {
      region.view.setBigUint64(at, value, true);
      return;
    }
    if (ArrayBuffer.isView(value)) {
      const given = (value as Uint8Array)[Symbol.toStringTag]; // a subclass, such as Buffer, has its parent's
      if (fitting === undefined || integer(given) !== integer(fitting)) throw unfitting(name, fitting, given);
      writeNumber64(region, at, reserveBytes(value));
      return;
    }
    const items = (Array.isArray(value) ? value : [value]) as readonly unknown[];
    if (items.length === 0) return;
    write ??= writerOf(to, codeOf, name);
    const offset = reserve(items.length * stride);
    const target = reservedIn();
    for (let i = 0; i < items.length; i++) write(target, offset + i * stride, items[i]);
    writeNumber64(region, at, target.base + offset);
  };
}

/** A typed array's name without the sign of its integers: the bits are the same. */
function integer(name: string): string {
  return name.replace(/Ui|I/, 'I');
}

function unfitting(name: string, fitting: string | undefined, given: string): TypeError {
  const wanted = fitting === undefined ? 'an array of objects' : `${fitting} or an array`;
  return new TypeError(`Cannot write member "${name}": ${given} holds values of another type; give ${wanted}`);
}

/** The reader for a type. */
export function readerOf(shape: Shape, codeOf: CodeOf, bits?: Bits): Reader {
  switch (shape.kind) {
    case 'scalar': {
      if (bits === undefined) return scalar(SCALAR_READERS, shape.code);
      const mask = bits.width === 32 ? 0xffffffff : 2 ** bits.width - 1;
      return ({ view }, at) => ((view.getUint32(at, true) >>> bits.shift) & mask) >>> 0;
    }
    case 'struct': {
      const code = codeOf(shape.name);
      return (region, at) => code.read(region, at);
    }
    case 'array':
      return arrayReader(shape.length, shape.of, codeOf);
    default:
      return scalar(SCALAR_READERS, 'P');
  }
}

function arrayReader(length: number, of: Shape, codeOf: CodeOf): Reader {
  if (of.kind === 'scalar' && of.code === 'c') {
    return ({ bytes }, at) => {
      const text = bytes.subarray(at, at + length);
      const end = text.indexOf(0);
      return decoder.decode(end < 0 ? text : text.subarray(0, end));
    };
  }
  const read = readerOf(of, codeOf);
  const stride = bytesOf(of, (name) => codeOf(name).size);
  return (region, at) => Array.from({ length }, (_, i) => read(region, at + i * stride));
}
