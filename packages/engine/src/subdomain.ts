/**
 * @file A subdomain: the leaves of the domain that one device owns, with the ghosts around them, as tables in that device's
 * memory, and the fields over them.
 */
import type { Buffer, Device } from '@halocline/gpu';
import { indexGrid } from '@halocline/vdb';
import type { Decomposition } from './decomposition.ts';
import { FieldStore } from './field-store.ts';
import type { FieldDeclaration } from './declarations.ts';
import type { LocalLevel } from './local-level.ts';
import { OwnedBuffers } from './owned-buffers.ts';
import type { Pools } from './pools.ts';
import type { LevelTables } from './tables.ts';

/** What a subdomain holds of a level, with its tables, on the host and on the device. */
export interface SubdomainLevel extends LocalLevel {
  readonly tables: LevelTables;
  readonly leaves: Buffer;
  readonly visits: Buffer;
  readonly leafTable: Buffer;
  readonly masks: Buffer;
  readonly children: Buffer;
}

/** What a subdomain held until it was made anew: tables that are on the host alone, and the fields, in whoever's keeping. */
export interface SubdomainBefore {
  readonly levels: readonly SubdomainLevel[];
  readonly fields: Map<string, FieldStore>;
}

/** What one device owns of the domain, or a part of that. */
export class Subdomain implements Disposable {
  readonly device: Device;
  /** Its number among all subdomains. */
  readonly index: number;
  readonly #decomposition: Decomposition;
  readonly #pools: Pools;
  readonly #buffers: OwnedBuffers;
  readonly #fields = new Map<string, FieldStore>();
  readonly #grids = new Map<number, Buffer>();
  #levels: SubdomainLevel[] = [];

  constructor(device: Device, pools: Pools, decomposition: Decomposition, index: number) {
    this.device = device;
    this.#pools = pools;
    this.index = index;
    this.#decomposition = decomposition;
    this.#buffers = new OwnedBuffers(device, 'topology');
  }

  /** The levels that are on the device. */
  get levels(): readonly SubdomainLevel[] {
    return this.#levels;
  }

  /**
   * Brings the domain's levels to the device, all or none, with `rings` rings of ghost leaves; those that are there stay. Tells
   * whether there was anything to bring. Waits for the upload.
   */
  async prepare(rings: number): Promise<boolean> {
    const known = this.#levels.length;
    if (known === this.#decomposition.domain.levels.length) return false;
    const held = this.#decomposition.held(this.index, rings);
    const all = this.#decomposition.tables(this.index, rings);
    const made: Buffer[] = [];
    const uploads: Promise<void>[] = [];
    const upload = (buffer: Buffer, words: Uint32Array<ArrayBuffer>): Buffer => {
      uploads.push(this.device.staging.upload(buffer, 0, words));
      return buffer;
    };
    const make = (label: string, words: Uint32Array<ArrayBuffer>): Buffer => {
      const buffer = this.#buffers.make({ label, byteLength: Math.max(16, words.byteLength) });
      made.push(buffer);
      return upload(buffer, words);
    };
    try {
      const next = this.#levels.map((level, k) => ({ ...level, tables: all[k]! }));
      // The coarsest level that was there has a parent level now.
      if (known > 0) upload(next[known - 1]!.leafTable, all[known - 1]!.leafTable);
      for (let k = known; k < held.length; k++) {
        const tables = all[k]!;
        next.push({
          ...held[k]!,
          tables,
          leaves: make(`leaves of level ${k}`, tables.leaves),
          visits: make(`visits of level ${k}`, tables.visits),
          leafTable: make(`leaf table of level ${k}`, tables.leafTable),
          masks: make(`masks of level ${k}`, tables.masks),
          children: make(`children of level ${k}`, tables.children),
        });
      }
      await Promise.all(uploads);
      this.#levels = next;
      return true;
    } catch (error) {
      await Promise.allSettled(uploads);
      for (const buffer of made) this.#buffers.release(buffer);
      throw error;
    }
  }

  /** The index grid of a level, for look-ups of any coordinate; made when first asked for. Waits for the upload. */
  async grid(level: number): Promise<Buffer> {
    const made = this.#grids.get(level);
    if (made !== undefined) return made;
    const { domain, topology, tables } = this.#levels[level]!;
    const { map } = domain;
    const what = `index grid of ${this.index}, level ${level}, ${tables.slots.length} leaves, ${map.matrix.join()} ${map.translation.join()}`;
    const bytes = this.#decomposition.kept.get(what, () =>
      indexGrid({
        name: `level ${level}`,
        origins: topology.origins,
        masks: topology.masks,
        offsets: (place: number) => 512 * tables.slots[place]!,
        map,
      }),
    );
    const label = `index grid of level ${level}`;
    const buffer = this.#buffers.make({ label, byteLength: bytes.byteLength });
    try {
      await this.device.staging.upload(buffer, 0, bytes);
    } catch (error) {
      this.#buffers.release(buffer);
      throw error;
    }
    this.#grids.set(level, buffer);
    return buffer;
  }

  /** The index grid of a level that `grid` has made. */
  gridOf(level: number): Buffer {
    return this.#grids.get(level)!;
  }

  /** The memory of a field, made when it is first asked for and filled with the default: then it waits for the device. */
  async field(declaration: FieldDeclaration): Promise<FieldStore> {
    const { key, level } = declaration;
    const known = this.#fields.get(key);
    if (known?.declaration === declaration) return known;
    // What was removed, and added anew under its name, is another field.
    known?.[Symbol.dispose]();
    this.#fields.delete(key);
    const { capacity } = this.#levels[level]!.tables;
    const store = await FieldStore.create(this.device, this.#pools.fields, declaration, capacity);
    this.#fields.set(key, store);
    return store;
  }

  /** The memory of a field, if there is any yet. */
  existingField(key: string): FieldStore | undefined {
    return this.#fields.get(key);
  }

  /** Bytes of each field that has memory. */
  get fieldBytes(): number[] {
    return [...this.#fields.values()].map(({ byteLength }) => byteLength);
  }

  /** Gives back the memory of fields that are no longer declared. */
  retire(declared: ReadonlyMap<string, FieldDeclaration>): void {
    for (const [key, store] of this.#fields) {
      if (declared.get(key) === store.declaration) continue;
      store[Symbol.dispose]();
      this.#fields.delete(key);
    }
  }

  /** Bytes of the tables. */
  get topologyBytes(): number {
    return this.#buffers.byteLength;
  }

  /** Gives the tables' memory back, and the fields to whoever asks: it begins anew. */
  detach(): SubdomainBefore {
    const before = { levels: this.#levels, fields: new Map(this.#fields) };
    this.#fields.clear();
    this.clear();
    return before;
  }

  /** Takes fields that it had, when it held the same. */
  adopt(fields: ReadonlyMap<string, FieldStore>): void {
    for (const [key, store] of fields) this.#fields.set(key, store);
  }

  /** Gives the memory of a field back. */
  drop(key: string): void {
    this.#fields.get(key)?.[Symbol.dispose]();
    this.#fields.delete(key);
  }

  /** Gives all memory back, fields included: it begins anew. */
  clear(): void {
    for (const store of this.#fields.values()) store[Symbol.dispose]();
    this.#fields.clear();
    this.#grids.clear();
    this.#levels = [];
    this.#buffers[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}
