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
import type { Place } from './loss/on-device.ts';
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

/** What a subdomain holds. One that is made anew gives it away whole, and may take it back. */
export class Holding implements Disposable {
  levels: readonly SubdomainLevel[] = [];
  readonly fields: Map<string, FieldStore> = new Map();
  /** Index grids by level. */
  readonly grids: Map<number, Buffer> = new Map();
  /** Of tables and grids. */
  readonly buffers: OwnedBuffers;

  constructor(device: Device) {
    this.buffers = new OwnedBuffers(device, 'topology');
  }

  /** The memory of a field, if there is any. */
  existingField(key: string): FieldStore | undefined {
    return this.fields.get(key);
  }

  /** Gives the memory of a field back. */
  drop(key: string): void {
    this.fields.get(key)?.[Symbol.dispose]();
    this.fields.delete(key);
  }

  /** Gives the memory of all fields back. */
  dropAll(): void {
    for (const key of this.fields.keys()) this.drop(key);
  }

  [Symbol.dispose](): void {
    this.dropAll();
    this.buffers[Symbol.dispose]();
  }
}

/** What one device owns of the domain, or a part of that. */
export class Subdomain implements Disposable {
  readonly device: Device;
  /** Its number among all subdomains. */
  readonly index: number;
  readonly #place: Place;
  readonly #decomposition: Decomposition;
  readonly #pools: Pools;
  #held: Holding;

  constructor(place: Place, pools: Pools, decomposition: Decomposition, index: number) {
    const { device } = place;
    this.device = device;
    this.#place = place;
    this.#pools = pools;
    this.index = index;
    this.#decomposition = decomposition;
    this.#held = new Holding(device);
  }

  /** The levels that are on the device. */
  get levels(): readonly SubdomainLevel[] {
    return this.#held.levels;
  }

  /**
   * Brings the domain's levels to the device, all or none, with `rings` rings of ghost leaves; those that are there stay. Tells
   * whether there was anything to bring. Waits for the upload.
   */
  async prepare(rings: number): Promise<boolean> {
    const known = this.#held.levels.length;
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
      const buffer = this.#held.buffers.make({ label, byteLength: Math.max(16, words.byteLength) });
      made.push(buffer);
      return upload(buffer, words);
    };
    try {
      const next = this.#held.levels.map((level, k) => ({ ...level, tables: all[k]! }));
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
      this.#held.levels = next;
      return true;
    } catch (error) {
      await Promise.allSettled(uploads);
      for (const buffer of made) this.#held.buffers.release(buffer);
      throw error;
    }
  }

  /** The index grid of a level, for look-ups of any coordinate; made when first asked for. Waits for the upload. */
  async grid(level: number): Promise<Buffer> {
    const made = this.#held.grids.get(level);
    if (made !== undefined) return made;
    const { domain, topology, tables } = this.#held.levels[level]!;
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
    const buffer = this.#held.buffers.make({ label, byteLength: bytes.byteLength });
    try {
      await this.device.staging.upload(buffer, 0, bytes);
    } catch (error) {
      this.#held.buffers.release(buffer);
      throw error;
    }
    this.#held.grids.set(level, buffer);
    return buffer;
  }

  /** The index grid of a level that `grid` has made. */
  gridOf(level: number): Buffer {
    return this.#held.grids.get(level)!;
  }

  /** The memory of a field, made when it is first asked for and filled with the default: then it waits for the device. */
  async field(declaration: FieldDeclaration): Promise<FieldStore> {
    const { key, level } = declaration;
    const known = this.#held.fields.get(key);
    if (known?.declaration === declaration) return known;
    // What was removed, and added anew under its name, is another field.
    this.drop(key);
    const { capacity } = this.#held.levels[level]!.tables;
    const store = await FieldStore.create(this.#place, this.#pools.fields, declaration, capacity);
    this.#held.fields.set(key, store);
    return store;
  }

  /** The memory of a field, if there is any yet. */
  existingField(key: string): FieldStore | undefined {
    return this.#held.fields.get(key);
  }

  /** Bytes of each field that has memory. */
  get fieldBytes(): number[] {
    return [...this.#held.fields.values()].map(({ byteLength }) => byteLength);
  }

  /** Gives back the memory of fields that are no longer declared. */
  retire(declared: ReadonlyMap<string, FieldDeclaration>): void {
    for (const [key, store] of this.#held.fields) {
      if (declared.get(key) === store.declaration) continue;
      this.drop(key);
    }
  }

  /** Bytes of the tables. */
  get topologyBytes(): number {
    return this.#held.buffers.byteLength;
  }

  /** Gives all that it holds to whoever asks: it begins anew. */
  detach(): Holding {
    const held = this.#held;
    this.#held = new Holding(this.device);
    return held;
  }

  /** Holds again what it gave away; what it holds now goes. */
  adopt(held: Holding): void {
    this.#held[Symbol.dispose]();
    this.#held = held;
  }

  /** Gives the memory of a field back. */
  drop(key: string): void {
    this.#held.drop(key);
  }

  [Symbol.dispose](): void {
    this.detach()[Symbol.dispose]();
  }
}
