/**
 * @file What a device copies in one dispatch of the `exchange` kernel: entries of words from one list of places to another, in tables
 * that lie in one buffer in device memory, made once. Tables that stand together are recorded as one.
 *
 *     entry  12 words: source base, target base, source list, target list (addresses, low word first), count, whole, 0, 0;
 *            a list whose address is 0 counts 0, 1, 2 …: the message's side
 *
 * A list tells the place of each word. Where an entry is **whole**, four words that stand side by side on 16 bytes on both sides each
 * time, as those of a face across x or y do, it tells the place of each four: a quarter of the list to read.
 */
import type { Buffer, BufferOptions, Device, Encoder } from '@halocline/gpu';
import type { EngineKernels } from '../engine-kernels.ts';
import { OwnedBuffers } from '../owned-buffers.ts';

const ENTRY_WORDS = 12;
const THREADS = 256;
/** Workgroups along the list; a thread goes on from there in strides. */
const MOST_GROUPS = 1024;
/** From so many on, a thread of a whole entry has up to so many quads on their way at once: then a card runs all workgroups at once. */
const FEW_GROUPS = 64;
const AT_ONCE = 4;

/** Words that are copied. */
export interface Entry {
  /** Addresses of arrays of words. */
  readonly source: bigint;
  readonly target: bigint;
  /** Places in them, in words; null: one after the other. */
  readonly sourceWords: List | null;
  readonly targetWords: List | null;
  readonly count: number;
}

/** Places of words, or of four words each. */
type List = Uint32Array<ArrayBuffer>;

interface EntryTable {
  /** Byte offset of the first entry. */
  readonly byteOffset: number;
  readonly entries: number;
  /** Workgroups for each of them: as many as the one needs that needs most. */
  readonly groups: number;
}

/** The device that copies. */
export interface EntryPlace {
  readonly device: Device;
  readonly kernels: EngineKernels;
  readonly pools: { readonly halos: { createBuffer(options: BufferOptions): Buffer } };
}

/** Tables by key: first all are added, then they are uploaded, then recorded. */
export class EntryTables implements Disposable {
  readonly #place: EntryPlace;
  readonly #owned: OwnedBuffers;
  readonly #tables = new Map<string, EntryTable>();
  readonly #lists = new Map<List, bigint>();
  readonly #uploads: Promise<void>[] = [];
  readonly #words: number[] = [];
  #entries: Buffer | null = null;

  constructor(place: EntryPlace) {
    this.#place = place;
    this.#owned = new OwnedBuffers(place.pools.halos, 'halo');
  }

  /** Bytes of lists and tables. */
  get byteLength(): number {
    return this.#owned.byteLength;
  }

  /** Adds the table of a key, behind those before. */
  add(key: string, entries: readonly Entry[]): void {
    const filled = entries.filter(({ count }) => count > 0);
    if (filled.length === 0) return;
    const byteOffset = 4 * this.#words.length;
    let groups = 0;
    for (const { source, target, sourceWords, targetWords, count } of filled) {
      const even = ((source | target) & 15n) === 0n && count % 4 === 0;
      const [from, to] = even ? [quadsOf(sourceWords), quadsOf(targetWords)] : [undefined, undefined];
      const whole = from !== undefined && to !== undefined;
      const lists = whole ? [from, to] : [sourceWords, targetWords];
      const addresses = [source, target, ...lists.map((list) => (list === null ? 0n : this.#list(list)))];
      const words = addresses.flatMap((address) => [Number(address & 0xffffffffn), Number(address >> 32n)]);
      this.#words.push(...words, count, Number(whole), ...Array<number>(ENTRY_WORDS - 10).fill(0));
      groups = Math.max(groups, groupsFor(Math.ceil(count / 4), whole));
    }
    this.#tables.set(key, { byteOffset, entries: filled.length, groups });
  }

  /** The address of a list in device memory; equal arrays share it. */
  #list(words: List): bigint {
    let address = this.#lists.get(words);
    if (address === undefined) {
      // Whole quads are read.
      const byteLength = 16 * Math.max(1, Math.ceil(words.byteLength / 16));
      const buffer = this.#owned.make({ label: 'exchange list', byteLength });
      this.#uploads.push(this.#place.device.staging.upload(buffer, 0, words));
      address = buffer.address;
      this.#lists.set(words, address);
    }
    return address;
  }

  /** Brings the tables to the device; then nothing is added any more. Waits for the upload, also where it throws. */
  async upload(): Promise<void> {
    try {
      if (this.#words.length > 0) {
        this.#entries = this.#owned.make({ label: 'exchange entries', byteLength: 4 * this.#words.length });
        this.#uploads.push(this.#place.device.staging.upload(this.#entries, 0, Uint32Array.from(this.#words)));
      }
      await Promise.all(this.#uploads);
    } catch (error) {
      await Promise.allSettled(this.#uploads);
      throw error;
    }
  }

  /** Waits for uploads that are on their way, whatever becomes of them. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#uploads);
  }

  /** Whether there is anything to copy for one of these keys. */
  has(keys: readonly string[]): boolean {
    return keys.some((key) => this.#tables.has(key));
  }

  /** Records the tables of these keys; those that there aren't are nothing. At `args`, word 2 is 0 where nothing shall happen. */
  record(encoder: Encoder, keys: readonly string[], args: bigint): void {
    const { kernels } = this.#place;
    if (this.#entries !== null) encoder.uses(this.#entries);
    for (const { byteOffset, entries, groups } of joined(keys.flatMap((key) => this.#tables.get(key) ?? []))) {
      kernels.bind(encoder, 'exchange', [this.#entries!.address + BigInt(byteOffset), args]);
      encoder.dispatch(groups, entries);
    }
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}

/** Workgroups for so many quads, of a whole entry or of one in which a thread has one on its way at a time. */
function groupsFor(quads: number, whole: boolean): number {
  const each = Math.ceil(quads / THREADS);
  return Math.min(MOST_GROUPS, whole ? Math.min(each, Math.max(FEW_GROUPS, Math.ceil(each / AT_ONCE))) : each);
}

const knownQuads = new WeakMap<List, List | undefined>();

/** Places of four words each, in fours; null: one after the other; undefined where some four don't stand so. */
function quadsOf(words: List | null): List | null | undefined {
  if (words === null) return null;
  if (!knownQuads.has(words)) knownQuads.set(words, makeQuads(words));
  return knownQuads.get(words);
}

function makeQuads(words: List): List | undefined {
  if (words.length % 4 !== 0) return undefined;
  const quads = new Uint32Array(words.length / 4);
  for (let quad = 0; quad < quads.length; quad++) {
    const first = words[4 * quad]!;
    if (first % 4 !== 0) return undefined;
    for (let n = 1; n < 4; n++) if (words[4 * quad + n] !== first + n) return undefined;
    quads[quad] = first / 4;
  }
  return quads;
}

/** Tables in order, neighbours made one. */
function joined(tables: readonly EntryTable[]): EntryTable[] {
  const all: EntryTable[] = [];
  for (const table of tables.toSorted((a, b) => a.byteOffset - b.byteOffset)) {
    const last = all.at(-1);
    if (last !== undefined && last.byteOffset + 4 * ENTRY_WORDS * last.entries === table.byteOffset) {
      const groups = Math.max(last.groups, table.groups);
      all[all.length - 1] = { byteOffset: last.byteOffset, entries: last.entries + table.entries, groups };
    } else all.push(table);
  }
  return all;
}
