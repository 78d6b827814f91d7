/**
 * @file A subdomain: the leaves of the domain that one device owns, as tables in that device's memory, and the fields over
 * them. A simulation on one device has one; nothing outside of this file assumes so.
 *
 * The indirect arguments of all levels stand in one buffer, four words each, level 0 first.
 */
import type { Buffer, Device } from '@halocline/gpu';
import { indexGrid } from '@halocline/vdb';
import type { Domain, DomainLevel } from './domain.ts';
import { FieldStore } from './field-store.ts';
import type { FieldDeclaration } from './declarations.ts';
import { OwnedBuffers } from './owned-buffers.ts';
import { buildTables, type LevelTables } from './tables.ts';
import { SCALARS_BYTES } from './uniforms.ts';

/** A level's tables, on the host and on the device. */
export interface SubdomainLevel {
  readonly domain: DomainLevel;
  readonly tables: LevelTables;
  readonly leaves: Buffer;
  readonly leafTable: Buffer;
  readonly masks: Buffer;
  readonly children: Buffer;
}

/** Bytes of one level's indirect arguments. */
export const COUNT_BYTES = 16;

/** What one device owns of the domain. */
export class Subdomain implements Disposable {
  readonly device: Device;
  readonly index: number;
  /** 16 bytes for each scalar, its value first. */
  readonly scalars: Buffer;
  readonly #domain: Domain;
  readonly #buffers: OwnedBuffers;
  readonly #fields = new Map<string, FieldStore>();
  readonly #grids = new Map<number, Buffer>();
  #levels: SubdomainLevel[] = [];
  #counts: Buffer | null = null;

  constructor(device: Device, domain: Domain, index: number) {
    this.device = device;
    this.index = index;
    this.#domain = domain;
    this.#buffers = new OwnedBuffers(device, 'topology');
    this.scalars = this.#buffers.make({ label: 'scalars', byteLength: SCALARS_BYTES });
  }

  /** The levels that are on the device. */
  get levels(): readonly SubdomainLevel[] {
    return this.#levels;
  }

  /** The indirect arguments of every level's passes. */
  get counts(): Buffer {
    return this.#counts!;
  }

  /** Brings the domain's levels to the device, all or none; those that are there stay. Waits for the upload. */
  async prepare(): Promise<void> {
    const known = this.#levels.length;
    const levels = [...this.#domain.levels];
    if (known === levels.length) return;
    const all = buildTables(levels.map((level) => level.topology));
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
      for (let k = known; k < levels.length; k++) {
        const tables = all[k]!;
        next.push({
          domain: levels[k]!,
          tables,
          leaves: make(`leaves of level ${k}`, tables.leaves),
          leafTable: make(`leaf table of level ${k}`, tables.leafTable),
          masks: make(`masks of level ${k}`, tables.masks),
          children: make(`children of level ${k}`, tables.children),
        });
      }
      const counts = make('counts', Uint32Array.from(all.flatMap((tables) => [...tables.count])));
      await Promise.all(uploads);
      if (this.#counts !== null) this.#buffers.release(this.#counts);
      this.#counts = counts;
      this.#levels = next;
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
    const { domain, tables } = this.#levels[level]!;
    const bytes = indexGrid({
      name: `level ${level}`,
      origins: domain.topology.origins,
      masks: domain.topology.masks,
      offsets: (rank: number) => 512 * tables.leaves[rank]!,
      map: domain.map,
    });
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
    const store = await FieldStore.create(this.device, declaration, this.#levels[level]!.tables.capacity);
    this.#fields.set(key, store);
    return store;
  }

  /** The memory of a field, if there is any yet. */
  existingField(key: string): FieldStore | undefined {
    return this.#fields.get(key);
  }

  /** Gives back the memory of fields that are no longer declared. */
  retire(declared: ReadonlyMap<string, FieldDeclaration>): void {
    for (const [key, store] of this.#fields) {
      if (declared.get(key) === store.declaration) continue;
      store[Symbol.dispose]();
      this.#fields.delete(key);
    }
  }

  /** Bytes of the tables and scalars. */
  get topologyBytes(): number {
    return this.#buffers.byteLength;
  }

  [Symbol.dispose](): void {
    for (const store of this.#fields.values()) store[Symbol.dispose]();
    this.#buffers[Symbol.dispose]();
  }
}
