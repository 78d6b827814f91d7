/**
 * @file A member: one device of a simulation, with the subdomains that it computes. What they share stands here: the scalars, and
 * the indirect arguments of every pass.
 *
 *     counts    16 bytes an entry, as in `tables.ts`: subdomain by subdomain its levels, with an entry for each part where
 *               there are parts, once for each size of workgroups; then, for each level, the leaf count of the whole domain in word 3
 *
 * Where there are other members, the leaves of a level stand twice: in order of rank, and in order of slots in three parts, the
 * boundary that others read, the interior, and the ghosts that are computed too.
 */
import type { Buffer, Device, Relay } from '@halocline/gpu';
import { GROUP_LEAVES, type GroupLeaves } from '@halocline/stencil';
import type { Decomposition } from './decomposition.ts';
import { EngineKernels } from './engine-kernels.ts';
import type { Place } from './loss/on-device.ts';
import { OwnedBuffers } from './owned-buffers.ts';
import { Pools } from './pools.ts';
import { Subdomain, type Holding } from './subdomain.ts';
import type { Part } from './segments.ts';
import { leafArguments, visitsOf, type LevelTables } from './tables.ts';
import { OwnRelay } from './transport/own-relay.ts';
import { SCALARS_BYTES } from './uniforms.ts';

/** Bytes of one entry of the counts. */
export const COUNT_BYTES = 16;

/** Leaves of one subdomain and level that a pass runs over. */
export interface LeafSet {
  readonly subdomain: Subdomain;
  readonly level: number;
  readonly part: Part;
}

/** The leaves of a level in parts: where they and their visits stand, and how many of the boundary come first. */
interface LevelParts {
  readonly leaves: bigint;
  readonly visits: bigint;
  readonly boundary: number;
}

/** The parts of a subdomain's leaves of a level, by slots. */
export interface LeafParts {
  /** Of its own leaves, those that others read. */
  readonly boundary: ReadonlySet<number>;
  /** Leaves of others that are computed too. */
  readonly ghosts: Uint32Array;
}

/** What passes are dispatched with: the counts, and the leaves of each level in parts. */
interface Passes {
  /** The counts and parts. */
  readonly buffers: readonly Buffer[];
  readonly counts: Buffer | null;
  /** Where the parts of each level stand, and how many leaves of boundary come first. */
  readonly split: ReadonlyMap<Subdomain, readonly LevelParts[]>;
  /** Leaves of each set, in the order of the counts' first entries. */
  readonly leafCounts: readonly number[];
}

const NO_PASSES: Passes = Object.freeze({ buffers: [], counts: null, split: new Map(), leafCounts: [] });

/** What a member held until its subdomains were made anew. */
export interface MemberHolding {
  /** One for each of its subdomains. */
  readonly held: readonly Holding[];
  readonly passes: Passes;
}

const WHOLE: readonly Part[] = Object.freeze(['all']);
const PARTS: readonly Part[] = Object.freeze(['all', 'boundary', 'interior', 'extended', 'rest']);

function startsWithBoundary(part: Part): boolean {
  return part === 'boundary' || part === 'extended';
}

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
  readonly #alone: boolean;
  /** Those of now. */
  #passes: Passes = NO_PASSES;
  /** Levels came whose leaves are in no parts yet. */
  #unsplit = false;
  /** The scalars are zeros. */
  readonly #zeroed: Promise<void>;
  readonly #relay: OwnRelay;

  /** `owners` are the numbers of the subdomains that the device computes; all of them, where there is no other member. */
  constructor(place: Place, decomposition: Decomposition, owners: readonly number[]) {
    const { device } = place;
    this.device = device;
    this.#relay = new OwnRelay(device, `messages of ${device.name}`);
    this.#alone = owners.length === decomposition.count;
    this.#decomposition = decomposition;
    using undo = new DisposableStack();
    this.kernels = undo.use(new EngineKernels(device));
    this.#buffers = undo.use(new OwnedBuffers(device, 'topology'));
    this.scalars = this.#buffers.make({ label: 'scalars', byteLength: SCALARS_BYTES });
    this.#zeroed = device.staging.upload(this.scalars, 0, new Uint8Array(SCALARS_BYTES)); // what no step has set is 0
    this.#zeroed.catch(() => undefined); // `prepare` waits for it
    this.pools = undo.use(new Pools(device));
    this.subdomains = owners.map((owner) => new Subdomain(place, this.pools, decomposition, owner));
    undo.move();
  }

  /** Passes on to other members what happens here; made when it is first asked for, and another once that was abandoned. */
  get relay(): Relay {
    return this.#relay.now;
  }

  /** Levels that are on the device. */
  get levelCount(): number {
    return this.subdomains[0]!.levels.length;
  }

  /** The indirect arguments of the passes over each subdomain and level. */
  get counts(): Buffer {
    return this.#passes.counts!;
  }

  /** The parts that passes may run over. */
  get parts(): readonly Part[] {
    return this.#alone ? WHOLE : PARTS;
  }

  /** Entries of the counts that passes are dispatched with: one a size of workgroups, subdomain, level and part. */
  get entryCount(): number {
    return GROUP_LEAVES.length * this.#leafSets;
  }

  get #leafSets(): number {
    return this.subdomains.length * this.levelCount * this.parts.length;
  }

  /** Entry of some leaves, for workgroups that take so many each. */
  entry({ subdomain, level, part }: LeafSet, groupLeaves: GroupLeaves = 2): number {
    const set = (this.subdomains.indexOf(subdomain) * this.levelCount + level) * this.parts.length;
    return GROUP_LEAVES.indexOf(groupLeaves) * this.#leafSets + set + PARTS.indexOf(part);
  }

  /** How many there are of some leaves. */
  leafCount(leaves: LeafSet): number {
    return this.#passes.leafCounts[this.entry(leaves, GROUP_LEAVES[0])]!;
  }

  /** Address of the counts of some leaves. */
  countAddress(leaves: LeafSet): bigint {
    return this.counts.address + BigInt(COUNT_BYTES * this.entry(leaves));
  }

  /** Address of the slots of some leaves. */
  leavesAddress({ subdomain, level, part }: LeafSet): bigint {
    const { leaves } = subdomain.levels[level]!;
    if (part === 'all') return leaves.address;
    const parts = this.#passes.split.get(subdomain)![level]!;
    return startsWithBoundary(part) ? parts.leaves : parts.leaves + BigInt(4 * parts.boundary);
  }

  /** Address of the visits of some leaves. */
  visitsAddress({ subdomain, level, part }: LeafSet): bigint {
    if (part === 'all') return subdomain.levels[level]!.visits.address;
    const parts = this.#passes.split.get(subdomain)![level]!;
    return startsWithBoundary(part) ? parts.visits : parts.visits + BigInt(32 * parts.boundary);
  }

  /** Address of the entry that tells how many leaves the whole level has. */
  totalAddress(level: number): bigint {
    return this.counts.address + BigInt(COUNT_BYTES * (this.entryCount + level));
  }

  /** Brings levels that were made since to the device. Waits for the upload. */
  async prepare(rings: number): Promise<void> {
    await this.#zeroed;
    const preparing = this.subdomains.map((subdomain) => subdomain.prepare(rings));
    // Where there is no memory for one, the others are not left in the middle.
    await Promise.allSettled(preparing);
    const changed = await Promise.all(preparing);
    this.#unsplit ||= changed.includes(true);
    if (this.#unsplit) await this.splitLeaves(null);
  }

  /** Puts the leaves of each level in parts; null: that comes later, with the program. Nothing is in flight. Waits for the upload. */
  async splitLeaves(split: ((subdomain: Subdomain, level: number) => LeafParts) | null): Promise<void> {
    const made: Buffer[] = [];
    using undo = new DisposableStack();
    undo.defer(() => {
      for (const buffer of made) this.#buffers.release(buffer);
    });
    const upload = async (label: string, words: Uint32Array<ArrayBuffer>): Promise<Buffer> => {
      const buffer = this.#buffers.make({ label, byteLength: Math.max(16, words.byteLength) });
      made.push(buffer);
      await this.device.staging.upload(buffer, 0, words);
      return buffer;
    };
    const all = new Map<Subdomain, LevelParts[]>();
    const leafCounts: number[] = [];
    for (const subdomain of this.subdomains) {
      const levels: LevelParts[] = [];
      for (const [level, { tables }] of subdomain.levels.entries()) {
        leafCounts.push(tables.leafCount);
        if (this.#alone) continue;
        if (split === null) {
          leafCounts.push(0, 0, 0, 0);
          continue;
        }
        const { boundary, ghosts } = split(subdomain, level);
        const { slots, first, last } = partsOf(tables, boundary, ghosts);
        const leaves = await upload(`parts of level ${level}`, slots);
        const visits = await upload(`visits of the parts of level ${level}`, visitsOf(tables, slots));
        levels.push({ leaves: leaves.address, visits: visits.address, boundary: first });
        leafCounts.push(first, last, tables.leafCount + ghosts.length, last + ghosts.length);
      }
      all.set(subdomain, levels);
    }
    const entries = GROUP_LEAVES.flatMap((size) => leafCounts.map((count) => leafArguments(count, size)));
    const totals = this.#decomposition.domain.levels.slice(0, this.levelCount);
    for (const { leafCount } of totals) entries.push(Uint32Array.of(0, 0, 0, leafCount));
    const counts = await upload('counts', Uint32Array.from(entries.flatMap((entry) => [...entry])));
    undo.move();
    this.#release(this.#passes);
    this.#passes = { buffers: made, counts, split: all, leafCounts };
    this.#unsplit = false;
  }

  #release({ buffers }: Passes): void {
    for (const buffer of buffers) this.#buffers.release(buffer);
  }

  /** Gives what its subdomains hold to whoever asks: they begin anew. */
  detach(): MemberHolding {
    const before = { held: this.subdomains.map((subdomain) => subdomain.detach()), passes: this.#passes };
    this.#passes = NO_PASSES;
    return before;
  }

  /** Holds again what it gave away; what it holds now goes. */
  adopt({ held, passes }: MemberHolding): void {
    for (const [number, subdomain] of this.subdomains.entries()) subdomain.adopt(held[number]!);
    this.#release(this.#passes);
    this.#passes = passes;
    this.#unsplit = false;
  }

  /** Gives back what it gave away, and nobody wants any more. */
  giveUp({ held, passes }: MemberHolding): void {
    for (const each of held) each[Symbol.dispose]();
    this.#release(passes);
  }

  /** Bytes of the tables and scalars. */
  get topologyBytes(): number {
    return this.subdomains.reduce((sum, each) => sum + each.topologyBytes, this.#buffers.byteLength);
  }

  /** The device is lost: the thread lets those go who wait for what it would pass on. */
  abandonRelay(): void {
    this.#relay.abandon();
  }

  /** Ends the thread that relays, once it has passed on everything. The links that use it are disposed after it. */
  async endRelay(): Promise<void> {
    await this.#relay[Symbol.asyncDispose]();
  }

  [Symbol.dispose](): void {
    this.kernels[Symbol.dispose]();
    for (const subdomain of this.subdomains) subdomain[Symbol.dispose]();
    this.#buffers[Symbol.dispose]();
    this.pools[Symbol.dispose]();
  }
}

/** The slots of a level in its three parts, each ascending, and how many are in the first and the second. */
function partsOf(
  { leaves, leafCount, capacity }: LevelTables,
  boundary: ReadonlySet<number>,
  ghosts: Uint32Array,
): { readonly slots: Uint32Array<ArrayBuffer>; readonly first: number; readonly last: number } {
  const own = leaves.slice(0, leafCount).sort();
  const isRead = new Uint8Array(capacity);
  for (const slot of boundary) isRead[slot] = 1;
  const slots = new Uint32Array(leafCount + ghosts.length);
  let at = 0;
  for (const slot of own) if (isRead[slot] === 1) slots[at++] = slot;
  const first = at;
  for (const slot of own) if (isRead[slot] === 0) slots[at++] = slot;
  slots.set(ghosts.toSorted(), at);
  return { slots, first, last: leafCount - first };
}

/** Makes one of each for all members; if one fails, those that were made are given back. */
export async function createAll<T extends Disposable>(
  members: readonly Member[],
  make: (member: Member, number: number) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  try {
    for (const [number, member] of members.entries()) made.push(await make(member, number));
    return made;
  } catch (error) {
    for (const each of made) each[Symbol.dispose]();
    throw error;
  }
}
