/**
 * @file What one member records for an exchange: copies between its own subdomains, packing of what goes to others, unpacking
 * of what has come. Each is one dispatch of the `exchange` kernel where the components' entries are neighbours in one table in
 * device memory, which is made once: all that is sent of one copy and turn stands together.
 *
 *     entry  12 words: source base, target base, source words, target words (addresses, low word first), count, 0, 0, 0;
 *            a list whose address is 0 counts 0, 1, 2 …: the message's side
 */
import type { Buffer, Encoder } from '@halocline/gpu';
import type { ComponentExchange } from './halo-lists.ts';
import { TURNS, type Link } from './links.ts';
import type { Member } from './member.ts';
import type { MessageLayout, Parcel } from './message-layout.ts';
import { OwnedBuffers } from './owned-buffers.ts';
import type { Subdomain } from './subdomain.ts';

const ENTRY_WORDS = 12;
const THREADS = 256;
/** Workgroups along the list; a thread goes on from there in strides. */
const MOST_GROUPS = 1024;

/** What a member's exchanges are made of. */
export interface ExchangeParts {
  readonly member: Member;
  /** Its number. */
  readonly number: number;
  readonly components: readonly ComponentExchange[];
  readonly layout: MessageLayout;
  readonly links: readonly Link[];
  /** Address of a reduction's partials, by the name of its share. */
  readonly partials: (name: string) => bigint;
}

interface Entry {
  readonly source: bigint;
  readonly target: bigint;
  readonly sourceWords: bigint;
  readonly targetWords: bigint;
  readonly count: number;
}

interface EntryTable {
  /** Byte offset of the first entry. */
  readonly byteOffset: number;
  readonly entries: number;
  /** Words of the longest entry. */
  readonly words: number;
}

/** The exchanges of one member. */
export class Exchanges implements Disposable {
  readonly #parts: ExchangeParts;
  readonly #owned: OwnedBuffers;
  readonly #tables = new Map<string, EntryTable>();
  readonly #lists = new Map<Uint32Array, bigint>();
  readonly #uploads: Promise<void>[] = [];
  readonly #words: number[] = [];
  #entries: Buffer | null = null;

  private constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#owned = new OwnedBuffers(parts.member.pools.halos, 'halo');
  }

  /** Makes tables of all that may be exchanged; the fields' memory is there. Waits for the upload. */
  static async create(parts: ExchangeParts): Promise<Exchanges> {
    const exchanges = new Exchanges(parts);
    try {
      exchanges.#addLocal();
      exchanges.#addParcels();
      await exchanges.#upload();
    } catch (error) {
      await Promise.allSettled(exchanges.#uploads);
      exchanges[Symbol.dispose]();
      throw error;
    }
    return exchanges;
  }

  /** Bytes of lists and tables. */
  get byteLength(): number {
    return this.#owned.byteLength;
  }

  /** Copies between the member's own subdomains; names are copies, `density:1`. `args` is the address of the scope's arguments. */
  recordLocal(encoder: Encoder, names: readonly string[], args: bigint): void {
    this.#record(encoder, names, args);
  }

  /** Packs what others need of these copies, or of a reduction, into a turn's messages. */
  recordPack(encoder: Encoder, names: readonly string[], args: bigint, turn: number): void {
    this.#record(
      encoder,
      names.map((name) => packKey(turn, name)),
      args,
    );
  }

  /** Unpacks what has come. */
  recordUnpack(encoder: Encoder, names: readonly string[], args: bigint, turn: number): void {
    this.#record(
      encoder,
      names.map((name) => unpackKey(turn, name)),
      args,
    );
  }

  #record(encoder: Encoder, keys: readonly string[], args: bigint): void {
    const { kernels } = this.#parts.member;
    for (const { byteOffset, entries, words } of joined(keys.flatMap((key) => this.#tables.get(key) ?? []))) {
      kernels.bind(encoder, 'exchange', [this.#entries!.address + BigInt(byteOffset), args]);
      encoder.dispatch(Math.min(MOST_GROUPS, Math.ceil(words / THREADS)), entries);
    }
  }

  #addLocal(): void {
    for (const copy of [0, 1]) {
      for (const { name, field, component, pairs } of this.#parts.components) {
        if (copy >= this.#copies(field.key)) continue;
        const entries: Entry[] = [];
        for (const { from, to, sources, targets } of pairs) {
          const [sender, receiver] = [this.#own(from), this.#own(to)];
          if (sender === undefined || receiver === undefined) continue;
          entries.push({
            source: sender.existingField(field.key)!.address(component, copy),
            target: receiver.existingField(field.key)!.address(component, copy),
            sourceWords: this.#list(sources),
            targetWords: this.#list(targets),
            count: sources.length,
          });
        }
        this.#addTable(`${name}:${copy}`, entries);
      }
    }
  }

  #addParcels(): void {
    const parcels = Map.groupBy(this.#parts.layout.parcels, (parcel) => parcel.name);
    const known = new Set(this.#parts.components.map(({ name }) => name));
    const sums = [...parcels].filter(([name]) => !known.has(name));
    for (let turn = 0; turn < TURNS; turn++) {
      for (const side of ['out', 'in'] as const) {
        for (const copy of [0, 1]) {
          for (const { name, field, component } of this.#parts.components) {
            if (copy >= this.#copies(field.key)) continue;
            const base = (subdomain: number): bigint =>
              this.#own(subdomain)!.existingField(field.key)!.address(component, copy);
            this.#addSide(`${name}:${copy}`, parcels.get(name) ?? [], side, turn, base);
          }
        }
        for (const [name, shares] of sums) this.#addSide(name, shares, side, turn, () => this.#parts.partials(name));
      }
    }
  }

  /** The table of one name, one side and one turn; `base` is the address of a subdomain's array. */
  #addSide(
    name: string,
    parcels: readonly Parcel[],
    side: 'out' | 'in',
    turn: number,
    base: (subdomain: number) => bigint,
  ): void {
    const { number } = this.#parts;
    if (side === 'out') {
      const out = parcels.filter((parcel) => parcel.from === number);
      this.#addTable(
        packKey(turn, name),
        out.map((parcel) => this.#packEntry(parcel, base(parcel.pair?.[0] ?? 0), turn)),
      );
    } else {
      const into = parcels.filter((parcel) => parcel.to === number);
      this.#addTable(
        unpackKey(turn, name),
        into.map((parcel) => this.#unpackEntry(parcel, base(parcel.pair?.[1] ?? 0), turn)),
      );
    }
  }

  #packEntry(parcel: Parcel, source: bigint, turn: number): Entry {
    const target = this.#link(parcel).outAddress(turn) + BigInt(4 * parcel.offset);
    return { source, target, sourceWords: this.#list(parcel.sources), targetWords: 0n, count: parcel.sources.length };
  }

  #unpackEntry(parcel: Parcel, target: bigint, turn: number): Entry {
    const source = this.#link(parcel).inAddress(turn) + BigInt(4 * parcel.offset);
    return { source, target, sourceWords: 0n, targetWords: this.#list(parcel.targets), count: parcel.targets.length };
  }

  #addTable(key: string, entries: readonly Entry[]): void {
    const filled = entries.filter(({ count }) => count > 0);
    if (filled.length === 0) return;
    this.#tables.set(key, {
      byteOffset: 4 * this.#words.length,
      entries: filled.length,
      words: Math.max(...filled.map(({ count }) => count)),
    });
    for (const { source, target, sourceWords, targetWords, count } of filled) {
      const addresses = [source, target, sourceWords, targetWords];
      const words = addresses.flatMap((address) => [Number(address & 0xffffffffn), Number(address >> 32n)]);
      this.#words.push(...words, count, ...Array<number>(ENTRY_WORDS - 9).fill(0));
    }
  }

  /** A list in device memory; equal arrays share it. */
  #list(words: Uint32Array<ArrayBuffer>): bigint {
    let address = this.#lists.get(words);
    if (address === undefined) {
      const buffer = this.#owned.make({ label: 'exchange list', byteLength: Math.max(16, words.byteLength) });
      this.#uploads.push(this.#parts.member.device.staging.upload(buffer, 0, words));
      address = buffer.address;
      this.#lists.set(words, address);
    }
    return address;
  }

  #own(subdomain: number): Subdomain | undefined {
    return this.#parts.member.subdomains.find(({ index }) => index === subdomain);
  }

  #copies(key: string): number {
    return this.#parts.member.subdomains[0]!.existingField(key)!.copies.length;
  }

  #link({ from, to }: Parcel): Link {
    return this.#parts.links.find((link) => link.from === from && link.to === to)!;
  }

  async #upload(): Promise<void> {
    if (this.#words.length > 0) {
      this.#entries = this.#owned.make({ label: 'exchange entries', byteLength: 4 * this.#words.length });
      this.#uploads.push(this.#parts.member.device.staging.upload(this.#entries, 0, Uint32Array.from(this.#words)));
    }
    await Promise.all(this.#uploads);
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}

function packKey(turn: number, name: string): string {
  return `pack ${turn} ${name}`;
}

function unpackKey(turn: number, name: string): string {
  return `unpack ${turn} ${name}`;
}

/** Tables in order, neighbours made one. */
function joined(tables: readonly EntryTable[]): EntryTable[] {
  const all: EntryTable[] = [];
  for (const table of tables.toSorted((a, b) => a.byteOffset - b.byteOffset)) {
    const last = all.at(-1);
    if (last !== undefined && last.byteOffset + 4 * ENTRY_WORDS * last.entries === table.byteOffset) {
      const words = Math.max(last.words, table.words);
      all[all.length - 1] = { byteOffset: last.byteOffset, entries: last.entries + table.entries, words };
    } else all.push(table);
  }
  return all;
}
