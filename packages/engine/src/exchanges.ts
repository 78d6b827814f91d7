/**
 * @file Exchanges between the subdomains of one device: for each copy of each component that somebody reads around, a table of
 * entries in device memory, which one dispatch of the `exchange` kernel works through.
 *
 *     entry  12 words: source base, target base, source words, target words (addresses, low word first), count, 0, 0, 0
 *
 * Values travel as 32-bit words, and so the lists count words: a word of a float16 or uint8 field holds neighbours along z,
 * which are alike on both sides or go along.
 */
import { elementBytes } from '@halocline/stencil';
import type { Buffer, Encoder } from '@halocline/gpu';
import { listExchanges, type Exchange } from './cut/exchange.ts';
import type { Decomposition, ReadReach } from './decomposition.ts';
import type { FieldDeclaration } from './declarations.ts';
import type { HaloNeeds } from './halo-needs.ts';
import { placesByRank } from './local-level.ts';
import type { Member } from './member.ts';
import { OwnedBuffers } from './owned-buffers.ts';
import { componentNames } from './pass-facts.ts';
import type { FieldStore } from './field-store.ts';
import type { Subdomain } from './subdomain.ts';

const ENTRY_WORDS = 12;
const THREADS = 256;
/** Workgroups along the list; a thread goes on from there in strides. */
const MOST_GROUPS = 1024;

interface EntryTable {
  /** Byte offset of the first entry. */
  readonly byteOffset: number;
  readonly entries: number;
  /** Words of the longest entry. */
  readonly words: number;
}

/** The exchanges of one member. */
export class Exchanges implements Disposable {
  readonly #member: Member;
  readonly #owned: OwnedBuffers;
  readonly #tables = new Map<string, EntryTable>();
  readonly #bytes = new Map<string, number>();
  #entries: Buffer | null = null;

  private constructor(member: Member) {
    this.#member = member;
    this.#owned = new OwnedBuffers(member.pools.halos, 'halo');
  }

  /** Makes lists and tables of all that these needs name; the fields' memory is there. Waits for the upload. */
  static async create(
    member: Member,
    decomposition: Decomposition,
    needs: HaloNeeds,
    fields: Iterable<FieldDeclaration>,
  ): Promise<Exchanges> {
    const exchanges = new Exchanges(member);
    if (decomposition.count === 1) return exchanges;
    try {
      await exchanges.#upload(decomposition, needs, fields);
    } catch (error) {
      exchanges[Symbol.dispose]();
      throw error;
    }
    return exchanges;
  }

  /** Bytes that the exchange of one component moves. */
  bytesOf(component: string): number {
    return this.#bytes.get(component) ?? 0;
  }

  /** Bytes of lists and tables. */
  get byteLength(): number {
    return this.#owned.byteLength;
  }

  /** Records the exchange of one copy, `density:1`; `args` is the address of the arguments whose scope it belongs to. */
  record(encoder: Encoder, name: string, args: bigint): void {
    const table = this.#tables.get(name);
    if (table === undefined || table.entries === 0) return;
    this.#member.kernels.bind(encoder, 'exchange', [this.#entries!.address + BigInt(table.byteOffset), args]);
    encoder.dispatch(Math.min(MOST_GROUPS, Math.ceil(table.words / THREADS)), table.entries);
  }

  async #upload(decomposition: Decomposition, needs: HaloNeeds, fields: Iterable<FieldDeclaration>): Promise<void> {
    const lists = new ListCache(this.#member, this.#owned, decomposition);
    const words: number[] = [];
    for (const field of fields) {
      for (const [component, name] of componentNames(field).entries()) {
        const reads = needs.reads.get(name);
        if (reads === undefined) continue;
        const pairs = lists.of(field, reads);
        this.#bytes.set(
          name,
          pairs.reduce((sum, { count }) => sum + 4 * count, 0),
        );
        const stores = this.#member.subdomains.map((each) => each.existingField(field.key)!);
        for (let copy = 0; copy < stores[0]!.copies.length; copy++) {
          this.#tables.set(`${name}:${copy}`, {
            byteOffset: 4 * words.length,
            entries: pairs.length,
            words: Math.max(0, ...pairs.map(({ count }) => count)),
          });
          for (const pair of pairs) words.push(...entryWords(pair, stores, component, copy));
        }
      }
    }
    this.#entries = this.#owned.make({ label: 'exchange entries', byteLength: Math.max(16, 4 * words.length) });
    await lists.uploads();
    if (words.length > 0) await this.#member.device.staging.upload(this.#entries, 0, Uint32Array.from(words));
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}

/** What one subdomain sends another, its lists in device memory. */
interface PairLists {
  readonly from: number;
  readonly to: number;
  readonly sources: bigint;
  readonly targets: bigint;
  /** Words. */
  readonly count: number;
}

function entryWords(pair: PairLists, stores: readonly FieldStore[], component: number, copy: number): number[] {
  const addresses = [
    stores[pair.from]!.address(component, copy),
    stores[pair.to]!.address(component, copy),
    pair.sources,
    pair.targets,
  ];
  return [
    ...addresses.flatMap((address) => [Number(address & 0xffffffffn), Number(address >> 32n)]),
    pair.count,
    0,
    0,
    0,
  ].slice(0, ENTRY_WORDS);
}

/** Lists by what they depend on: fields that are read alike share them. */
class ListCache {
  readonly #member: Member;
  readonly #owned: OwnedBuffers;
  readonly #decomposition: Decomposition;
  readonly #lists = new Map<string, readonly PairLists[]>();
  readonly #uploads: Promise<void>[] = [];

  constructor(member: Member, owned: OwnedBuffers, decomposition: Decomposition) {
    this.#member = member;
    this.#owned = owned;
    this.#decomposition = decomposition;
  }

  async uploads(): Promise<void> {
    await Promise.all(this.#uploads);
  }

  of(field: FieldDeclaration, reads: readonly ReadReach[]): readonly PairLists[] {
    const bytes = elementBytes(field.type);
    const key = JSON.stringify([field.level, bytes, reads]);
    let lists = this.#lists.get(key);
    if (lists === undefined) {
      lists = this.#make(field.level, bytes, reads);
      this.#lists.set(key, lists);
    }
    return lists;
  }

  #make(level: number, bytes: number, reads: readonly ReadReach[]): readonly PairLists[] {
    const { subdomains } = this.#member;
    const ghosts = subdomains.map((each) => this.#decomposition.ghosts(each.index, level, reads));
    const exchanges = listExchanges(
      this.#decomposition.cut(level).owners,
      ghosts,
      subdomains.map((each) => slotOf(each, level)),
    );
    return exchanges.map((exchange) => this.#bring(exchange, bytes, level));
  }

  #bring({ from, to, sources, targets }: Exchange, bytes: number, level: number): PairLists {
    const lists = [sources, targets].map((elements, side) => {
      const words = wordsOf(elements, bytes);
      const label = `exchange ${from} → ${to} of level ${level}, ${side === 0 ? 'sources' : 'targets'}`;
      const buffer = this.#owned.make({ label, byteLength: 4 * words.length });
      this.#uploads.push(this.#member.device.staging.upload(buffer, 0, words));
      return { address: buffer.address, count: words.length };
    });
    return { from, to, sources: lists[0]!.address, targets: lists[1]!.address, count: lists[0]!.count };
  }
}

function slotOf(subdomain: Subdomain, level: number): (rank: number) => number {
  const held = subdomain.levels[level]!;
  const places = placesByRank(held);
  return (rank) => held.tables.slots[places[rank]!]!;
}

/** Elements of `bytes` each → the 32-bit words that hold them; consecutive elements of one word count once. */
export function wordsOf(elements: Uint32Array, bytes: number): Uint32Array<ArrayBuffer> {
  if (bytes === 4) return Uint32Array.from(elements);
  const words: number[] = [];
  for (const element of elements) {
    const first = Math.floor((element * bytes) / 4);
    for (let word = first; word < first + Math.max(1, bytes / 4); word++) if (words.at(-1) !== word) words.push(word);
  }
  return Uint32Array.from(words);
}
