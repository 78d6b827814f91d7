/**
 * @file Structs as callable values: `VkBufferCreateInfo({ size: 1024 })` writes into the arena and returns the address.
 *
 * The generator gives each struct one line of text; nothing is done with it until the struct is first used, so that
 * hundreds of them cost nothing at start-up. Then the text becomes one writer and one reader for each member. A struct
 * that is written often gets a function of its own: see hot-writer.ts.
 */
import { reserve, reservedIn } from './arena.ts';
import { makeHotWriter, type StructWriter } from './hot-writer.ts';
import { parseFields, type Field } from './layout.ts';
import { readerOf, writerOf, type Reader, type Writer } from './members.ts';
import { withMemory, type Region } from './region.ts';
import type { Fitting, Link, Next, Pointer, Read } from './types.ts';

/** A struct or union of C. Calling it writes one, or an array of them, into the arena; members left out are zero. */
export interface Struct<T> {
  (init?: T | readonly T[]): Pointer<T>;
  /** The C name. */
  readonly typeName: string;
  /** Bytes. */
  readonly size: number;
  /** The value of its sType, or −1. */
  readonly sType: number;
  /** Zeroed structs in the arena, with their sType, for a command to fill; init (pNext, say) is written to the first. */
  allocate(init?: T, count?: number): Pointer<T>;
  /** Writes over what stands at an address; members left out keep their value. */
  write(address: bigint, init: T): void;
  /** Every member of the struct at an address. Nested structs and fixed arrays are read, addresses are not followed. */
  read(address: bigint): Read<T>;
  /** `count` structs that stand one behind the other. */
  readArray(address: bigint, count: number): Read<T>[];
}

/**
 * A struct that may stand in chains. Its address tells the type checker in whose: each of `Heads` that what follows it may
 * extend too. `Own` is its name where it begins chains as well: then it is a T only with a chain of its own behind it.
 */
export interface LinkStruct<T, Heads extends string, Own extends string = never> extends Struct<T> {
  <N extends Next<Heads | Own> = Pointer<never>>(
    init?: T & { pNext?: N },
  ): Pointer<[Own] extends [Fitting<Own, N>] ? T : unknown> & Link<Fitting<Heads, N>>;
  allocate<N extends Link<Own> | Pointer<never> = Pointer<never>>(
    init?: T & { pNext?: N },
    count?: number,
  ): Pointer<T> & Link<Fitting<Heads, N>>;
}

/** What a struct's text becomes at its first use. */
interface Compiled {
  readonly fields: readonly Field[];
  readonly names: readonly string[];
  readonly offsets: readonly number[];
  readonly writers: readonly Writer[];
  readonly readers: readonly Reader[];
  /** For each member, the index of the member that counts it, or −1; and the factor, 0 for bytes. */
  readonly counters: readonly number[];
  readonly factors: readonly number[];
}

/** From this many writes on, a struct is written often. */
const HOT = 64;

/** One struct's code, shared by all who nest it or point to it. */
export class StructCode {
  readonly size: number;
  readonly sType: number;
  #text: string;
  #compiled: Compiled | undefined;
  #writes = 0;
  #hot: StructWriter | undefined;

  constructor(size: number, sType: number, text: string) {
    this.size = size;
    this.sType = sType;
    this.#text = text;
  }

  get compiled(): Compiled {
    if (this.#compiled === undefined) {
      const fields = parseFields(this.sType < 0 ? this.#text : `sType=i@0 pNext=P@8 ${this.#text}`.trimEnd());
      const indexOf = (name: string): number => fields.findIndex((it) => it.name === name);
      this.#compiled = {
        fields,
        names: fields.map((it) => it.name),
        offsets: fields.map((it) => it.offset),
        writers: fields.map((it) => writerOf(it.shape, codeOf, it.name, it.bits)),
        readers: fields.map((it) => readerOf(it.shape, codeOf, it.bits)),
        counters: fields.map((it) => (it.counter === undefined ? -1 : indexOf(it.counter.name))),
        factors: fields.map((it) => (it.shape.kind === 'data' ? 0 : (it.counter?.factor ?? 1))),
      };
    }
    return this.#compiled;
  }

  /** Writes sType and the members that are given. */
  write(region: Region, at: number, init: Readonly<Record<string, unknown>>): void {
    if (this.#hot !== undefined) this.#hot(region, at, init);
    else this.#writeByLoop(region, at, init);
  }

  #writeByLoop(region: Region, at: number, init: Readonly<Record<string, unknown>>): void {
    if (++this.#writes === HOT) this.#hot = this.#makeHot();
    const { names, offsets, writers, counters, factors } = this.compiled;
    if (this.sType >= 0) region.view.setInt32(at, this.sType, true);
    for (let i = 0; i < names.length; i++) {
      const value = init[names[i] as string];
      if (value === undefined || value === null) continue;
      (writers[i] as Writer)(region, at + (offsets[i] as number), value);
      const counter = counters[i] as number;
      if (counter >= 0 && typeof value === 'object' && init[names[counter] as string] === undefined) {
        const count = lengthOf(value, factors[i] as number);
        (writers[counter] as Writer)(region, at + (offsets[counter] as number), count);
      }
    }
  }

  #makeHot(): StructWriter | undefined {
    const { factors } = this.compiled;
    return makeHotWriter({
      ...this.compiled,
      sType: this.sType,
      lengthOf: (value, index) => lengthOf(value, factors[index] as number),
    });
  }

  read(region: Region, at: number): Record<string, unknown> {
    const { names, offsets, readers } = this.compiled;
    const result: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) {
      result[names[i] as string] = (readers[i] as Reader)(region, at + (offsets[i] as number));
    }
    return result;
  }
}

/** What a counter counts of a value: elements times the factor, bytes where the factor is 0; an object is one. */
function lengthOf(value: object, factor: number): number {
  const { length = 1, byteLength = 0 } = value as { length?: number; byteLength?: number };
  return factor === 0 ? byteLength : length * factor;
}

const codes = new Map<string, StructCode>();

function codeOf(name: string): StructCode {
  const code = codes.get(name);
  if (code === undefined) throw new Error(`Bug in the generated structs: there is no "${name}"`);
  return code;
}

/** Declares a struct, as the Struct or LinkStruct S: its C name, bytes, sType or −1, and members in layout.ts's notation. */
export function defineStruct<S>(typeName: string, size: number, sType: number, members: string): S {
  const code = new StructCode(size, sType, members);
  codes.set(typeName, code);
  type Init = Readonly<Record<string, unknown>>;
  const array = (items: readonly Init[]): bigint => {
    const at = reserve(items.length * size);
    const region = reservedIn();
    for (let i = 0; i < items.length; i++) code.write(region, at + i * size, items[i] as Init);
    return BigInt(region.base + at);
  };
  const create = (init: Init | readonly Init[] = {}): bigint => {
    if (Array.isArray(init)) return array(init as readonly Init[]);
    const at = reserve(size);
    const region = reservedIn();
    code.write(region, at, init as Init);
    return BigInt(region.base + at);
  };
  const read = (address: bigint): Record<string, unknown> =>
    withMemory(address, size, (region, at) => code.read(region, at));
  return Object.assign(create, {
    typeName,
    size,
    sType,
    allocate: (init: Init = {}, count = 1) => array(Array.from({ length: count }, (_, i) => (i === 0 ? init : {}))),
    write: (address: bigint, init: Init) => withMemory(address, size, (region, at) => code.write(region, at, init)),
    read,
    readArray: (address: bigint, count: number) =>
      withMemory(address, size * count, (region, at) =>
        Array.from({ length: count }, (_, i) => code.read(region, at + i * size)),
      ),
  }) as unknown as S;
}
