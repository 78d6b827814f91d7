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
  readonly #fields = new Map<string, FieldStore>();
  readonly #grids = new Map<number, Buffer>();
  #levels: SubdomainLevel[] = [];
  #counts: Buffer | null = null;

  constructor(device: Device, domain: Domain, index: number) {
    this.device = device;
    this.index = index;
    this.#domain = domain;
    this.scalars = device.createBuffer({ label: 'scalars', owner: 'scalars', byteLength: SCALARS_BYTES });
  }

  /** The levels that are on the device. */
  get levels(): readonly SubdomainLevel[] {
    return this.#levels;
  }

  /** The indirect arguments of every level's passes. */
  get counts(): Buffer {
    return this.#counts!;
  }

  /** Brings the domain's levels to the device; those that are there stay. Waits for the upload. */
  async prepare(): Promise<void> {
    const known = this.#levels.length;
    const levels = this.#domain.levels;
    if (known === levels.length) return;
    const all = buildTables(levels.map((level) => level.topology));
    const uploads: Promise<void>[] = [];
    const upload = (buffer: Buffer, words: Uint32Array<ArrayBuffer>): Buffer => {
      uploads.push(this.device.staging.upload(buffer, 0, words));
      return buffer;
    };
    const make = (label: string, level: number, words: Uint32Array<ArrayBuffer>): Buffer => {
      const byteLength = Math.max(16, words.byteLength);
      return upload(
        this.device.createBuffer({ label: `${label} of level ${level}`, owner: 'topology', byteLength }),
        words,
      );
    };
    // The coarsest level that was there has a parent level now.
    if (known > 0) {
      const level = this.#levels[known - 1]!;
      this.#levels[known - 1] = { ...level, tables: all[known - 1]! };
      upload(level.leafTable, all[known - 1]!.leafTable);
    }
    for (let k = known; k < levels.length; k++) {
      const tables = all[k]!;
      this.#levels.push({
        domain: levels[k]!,
        tables,
        leaves: make('leaves', k, tables.leaves),
        leafTable: make('leaf table', k, tables.leafTable),
        masks: make('masks', k, tables.masks),
        children: make('children', k, tables.children),
      });
    }
    this.#counts?.[Symbol.dispose]();
    const words = Uint32Array.from(all.flatMap((tables) => [...tables.count]));
    const counts = { label: 'counts', owner: 'topology', byteLength: words.byteLength };
    this.#counts = upload(this.device.createBuffer(counts), words);
    await Promise.all(uploads);
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
    const buffer = this.device.createBuffer({ label, owner: 'topology', byteLength: bytes.byteLength });
    this.#grids.set(level, buffer);
    await this.device.staging.upload(buffer, 0, bytes);
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
    if (known !== undefined) return known;
    const store = await FieldStore.create(this.device, declaration, this.#levels[level]!.tables.capacity);
    this.#fields.set(key, store);
    return store;
  }

  /** The memory of a field, if there is any yet. */
  existingField(key: string): FieldStore | undefined {
    return this.#fields.get(key);
  }

  /** Bytes of the tables. */
  get topologyBytes(): number {
    const buffers = this.#levels.flatMap((level) => [level.leaves, level.leafTable, level.masks, level.children]);
    const more = [...this.#grids.values(), this.#counts, this.scalars].filter((buffer) => buffer !== null);
    return [...buffers, ...more].reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }

  [Symbol.dispose](): void {
    for (const store of this.#fields.values()) store[Symbol.dispose]();
    for (const level of this.#levels) {
      for (const buffer of [level.leaves, level.leafTable, level.masks, level.children]) buffer[Symbol.dispose]();
    }
    for (const buffer of this.#grids.values()) buffer[Symbol.dispose]();
    this.#counts?.[Symbol.dispose]();
    this.scalars[Symbol.dispose]();
  }
}
