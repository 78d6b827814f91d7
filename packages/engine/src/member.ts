/**
 * @file A member: one device of a simulation, with the subdomains that it computes. What they share stands here: the scalars, and
 * the indirect arguments of every pass.
 *
 *     counts    16 bytes an entry, as in `tables.ts`: subdomain by subdomain its levels, then, for each level, the leaf
 *               count of the whole domain in word 3
 */
import type { Buffer, Device, Relay } from '@halocline/gpu';
import type { Decomposition } from './decomposition.ts';
import { EngineKernels } from './engine-kernels.ts';
import { OwnedBuffers } from './owned-buffers.ts';
import { Pools } from './pools.ts';
import { Subdomain } from './subdomain.ts';
import { SCALARS_BYTES } from './uniforms.ts';

/** Bytes of one entry of the counts. */
export const COUNT_BYTES = 16;

/** A device and its subdomains. */
export class Member implements Disposable {
  readonly device: Device;
  readonly kernels: EngineKernels;
  readonly pools: Pools;
  readonly subdomains: readonly Subdomain[];
  /** 16 bytes for each scalar, its value first. */
  readonly scalars: Buffer;
  readonly #decomposition: Decomposition;
  readonly #buffers: OwnedBuffers;
  #counts: Buffer | null = null;
  #relay: Relay | null = null;

  /** `owners` are the numbers of the subdomains that the device computes. */
  constructor(device: Device, decomposition: Decomposition, owners: readonly number[]) {
    this.device = device;
    this.#decomposition = decomposition;
    this.kernels = new EngineKernels(device);
    this.#buffers = new OwnedBuffers(device, 'topology');
    this.scalars = this.#buffers.make({ label: 'scalars', byteLength: SCALARS_BYTES });
    this.pools = new Pools(device);
    this.subdomains = owners.map((owner) => new Subdomain(device, this.pools, decomposition, owner));
  }

  /** Passes on to other members what happens here; made when it is first asked for. */
  get relay(): Relay {
    this.#relay ??= this.device.createRelay(`messages of ${this.device.name}`);
    return this.#relay;
  }

  /** Levels that are on the device. */
  get levelCount(): number {
    return this.subdomains[0]!.levels.length;
  }

  /** The indirect arguments of the passes over each subdomain and level. */
  get counts(): Buffer {
    return this.#counts!;
  }

  /** Entries of the counts that passes are dispatched with: one a subdomain and level. */
  get entryCount(): number {
    return this.subdomains.length * this.levelCount;
  }

  /** Entry of a subdomain's level. */
  entry(subdomain: Subdomain, level: number): number {
    return this.subdomains.indexOf(subdomain) * this.levelCount + level;
  }

  /** Address of the counts of a subdomain's level. */
  countAddress(subdomain: Subdomain, level: number): bigint {
    return this.counts.address + BigInt(COUNT_BYTES * this.entry(subdomain, level));
  }

  /** Address of the entry that tells how many leaves the whole level has. */
  totalAddress(level: number): bigint {
    return this.counts.address + BigInt(COUNT_BYTES * (this.entryCount + level));
  }

  /** Brings levels that were made since to the device. Waits for the upload. */
  async prepare(rings: number): Promise<void> {
    const changed = await Promise.all(this.subdomains.map((subdomain) => subdomain.prepare(rings)));
    if (!changed.includes(true)) return;
    const own = this.subdomains.flatMap(({ levels }) => levels.map(({ tables }) => tables.count));
    const totals = this.#decomposition.domain.levels
      .slice(0, this.levelCount)
      .map(({ leafCount }) => Uint32Array.of(0, 0, 0, leafCount));
    const words = Uint32Array.from([...own, ...totals].flatMap((entry) => [...entry]));
    const counts = this.#buffers.make({ label: 'counts', byteLength: words.byteLength });
    try {
      await this.device.staging.upload(counts, 0, words);
    } catch (error) {
      this.#buffers.release(counts);
      throw error;
    }
    if (this.#counts !== null) this.#buffers.release(this.#counts);
    this.#counts = counts;
  }

  /** Gives the subdomains' memory back, fields included: they begin anew. */
  clear(): void {
    for (const subdomain of this.subdomains) subdomain.clear();
  }

  /** Bytes of the tables and scalars. */
  get topologyBytes(): number {
    return this.subdomains.reduce((sum, each) => sum + each.topologyBytes, this.#buffers.byteLength);
  }

  /** Ends the thread that relays, once it has passed on everything. The links that use it are disposed after it. */
  async endRelay(): Promise<void> {
    await this.#relay?.[Symbol.asyncDispose]();
    this.#relay = null;
  }

  [Symbol.dispose](): void {
    this.kernels[Symbol.dispose]();
    for (const subdomain of this.subdomains) subdomain[Symbol.dispose]();
    this.#buffers[Symbol.dispose]();
    this.pools[Symbol.dispose]();
  }
}
