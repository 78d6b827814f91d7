/**
 * @file What one member records for an exchange: copies between its own subdomains, packing of what goes to others, unpacking
 * of what has come. Each is one dispatch where the components' entries are neighbours in the tables (`halo/entry-tables.ts`): all
 * that is sent of one copy and turn stands together.
 */
import type { Encoder } from '@halocline/gpu';
import { EntryTables, type Entry } from './halo/entry-tables.ts';
import type { ComponentExchange } from './halo-lists.ts';
import { TURNS, type Link } from './links.ts';
import type { Member } from './member.ts';
import type { Hop } from './segments.ts';
import type { MessageLayout, Parcel } from './message-layout.ts';
import { plainName } from './pass-facts.ts';
import type { Subdomain } from './subdomain.ts';

/** Where a message lies: the turn's room, and whether work hides it, by which large parcels lie elsewhere. */
interface Room {
  readonly turn: number;
  readonly hidden: boolean;
}

const ROOMS: readonly Room[] = Object.freeze(
  Array.from({ length: TURNS }, (_, turn) => [true, false].map((hidden) => ({ turn, hidden }))).flat(),
);

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

/** The exchanges of one member. */
export class Exchanges implements Disposable {
  readonly #parts: ExchangeParts;
  readonly #tables: EntryTables;

  private constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#tables = new EntryTables(parts.member);
  }

  /** Makes tables of all that may be exchanged; the fields' memory is there. Waits for the upload. */
  static async create(parts: ExchangeParts): Promise<Exchanges> {
    const exchanges = new Exchanges(parts);
    try {
      exchanges.#addLocal();
      exchanges.#addParcels();
      await exchanges.#tables.upload();
    } catch (error) {
      await exchanges.#tables.settle();
      exchanges[Symbol.dispose]();
      throw error;
    }
    return exchanges;
  }

  /** Bytes of lists and tables. */
  get byteLength(): number {
    return this.#tables.byteLength;
  }

  /** Whether the member's own subdomains copy anything of these from each other. */
  hasLocal(names: readonly string[]): boolean {
    return this.#tables.has(names);
  }

  /** Copies between the member's own subdomains; names are copies, `density:1`. `args` is the address of the scope's arguments. */
  recordLocal(encoder: Encoder, names: readonly string[], args: bigint): void {
    this.#tables.record(encoder, names, args);
  }

  /** Packs what others need of these copies, or of a reduction, into a turn's messages. */
  recordPack(encoder: Encoder, { names, hidden }: Hop, args: bigint, turn: number): void {
    const keys = names.map((name) => packKey({ turn, hidden }, name));
    this.#tables.record(encoder, keys, args);
  }

  /** Unpacks what has come. */
  recordUnpack(encoder: Encoder, { names, hidden }: Hop, args: bigint, turn: number): void {
    const keys = names.map((name) => unpackKey({ turn, hidden }, name));
    this.#tables.record(encoder, keys, args);
  }

  /** Whether kernels write (`out`) or read (`in`) any of a hop's messages where others than queues of this device reach them too. */
  reachesOut({ names, hidden }: Hop, side: 'out' | 'in'): boolean {
    const plain = new Set(names.map(plainName));
    const { layout, number } = this.#parts;
    return layout.parcels.some((parcel) => {
      if (!plain.has(parcel.name) || number !== (side === 'out' ? parcel.from : parcel.to)) return false;
      const link = this.#link(parcel);
      const copied = side === 'out' ? link.moves?.out : link.moves?.into;
      return (copied ?? null) === null || link.isNear(4 * parcel.sources.length, hidden);
    });
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
            sourceWords: sources,
            targetWords: targets,
            count: sources.length,
          });
        }
        this.#tables.add(`${name}:${copy}`, entries);
      }
    }
  }

  #addParcels(): void {
    const parcels = Map.groupBy(this.#parts.layout.parcels, (parcel) => parcel.name);
    const known = new Set(this.#parts.components.map(({ name }) => name));
    const sums = [...parcels].filter(([name]) => !known.has(name));
    for (const room of ROOMS) {
      for (const side of ['out', 'in'] as const) {
        for (const copy of [0, 1]) {
          for (const { name, field, component } of this.#parts.components) {
            if (copy >= this.#copies(field.key)) continue;
            const base = (subdomain: number): bigint =>
              this.#own(subdomain)!.existingField(field.key)!.address(component, copy);
            this.#addSide(`${name}:${copy}`, parcels.get(name) ?? [], side, room, base);
          }
        }
        for (const [name, shares] of sums) this.#addSide(name, shares, side, room, () => this.#parts.partials(name));
      }
    }
  }

  /** The table of one name, one side and one room; `base` is the address of a subdomain's array. */
  #addSide(
    name: string,
    parcels: readonly Parcel[],
    side: 'out' | 'in',
    room: Room,
    base: (subdomain: number) => bigint,
  ): void {
    const { number } = this.#parts;
    if (side === 'out') {
      const out = parcels.filter((parcel) => parcel.from === number);
      this.#tables.add(
        packKey(room, name),
        out.map((parcel) => this.#packEntry(parcel, base(parcel.pair?.[0] ?? 0), room)),
      );
    } else {
      const into = parcels.filter((parcel) => parcel.to === number);
      this.#tables.add(
        unpackKey(room, name),
        into.map((parcel) => this.#unpackEntry(parcel, base(parcel.pair?.[1] ?? 0), room)),
      );
    }
  }

  #packEntry(parcel: Parcel, source: bigint, { turn, hidden }: Room): Entry {
    const link = this.#link(parcel);
    const near = link.isNear(4 * parcel.sources.length, hidden);
    return {
      source,
      target: link.outAddress(turn, near) + BigInt(4 * parcel.offset),
      sourceWords: parcel.sources,
      targetWords: null,
      count: parcel.sources.length,
    };
  }

  #unpackEntry(parcel: Parcel, target: bigint, { turn, hidden }: Room): Entry {
    const link = this.#link(parcel);
    const near = link.isNear(4 * parcel.sources.length, hidden);
    return {
      source: link.inAddress(turn, near) + BigInt(4 * parcel.offset),
      target,
      sourceWords: null,
      targetWords: parcel.targets,
      count: parcel.targets.length,
    };
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

  [Symbol.dispose](): void {
    this.#tables[Symbol.dispose]();
  }
}

function packKey({ turn, hidden }: Room, name: string): string {
  return `pack ${turn} ${hidden} ${name}`;
}

function unpackKey({ turn, hidden }: Room, name: string): string {
  return `unpack ${turn} ${hidden} ${name}`;
}
