/**
 * @file Leaves on their way to other subdomains: when the cut shifts, or other ghosts or more levels are held, every subdomain is made
 * anew, and each leaf that it holds then comes from who owned it before. On one device that is a copy in its memory; between devices
 * leaves go through the transports, in rooms of a few megabytes. Field by field: no more than one is there twice.
 *
 * A field is in one of three places until all have arrived: in what was held before, in what is held now, or on the host. So whatever
 * fails, they can be brought back from there; tables stay where they were until then, and want no memory to be held again.
 */
import { DeviceLostError, type Access, type Buffer, type CommandBuffer, type TimelinePoint } from '@halocline/gpu';
import { componentsOf, elementBytes } from '@halocline/stencil';
import type { FieldDeclaration } from '../declarations.ts';
import type { FieldStore } from '../field-store.ts';
import { TURNS } from '../links.ts';
import { onDevice } from '../loss/on-device.ts';
import type { Member, MemberHolding } from '../member.ts';
import type { Holding, Subdomain } from '../subdomain.ts';
import { submitOnce } from '../submit-once.ts';
import type { Team } from '../team.ts';
import type { Channel } from '../transport/channel.ts';
import { gatherField, scatterField, type WholeField } from '../whole-field.ts';
import { FieldsLostError } from './fields-lost.ts';

/** Bytes of a room that leaves travel in, at most. */
const ROOM = 2 ** 23;
/** Bytes that are to be free on a device for a move, besides a field three times: tables, rooms, a program. */
const SPARE = 2 ** 27;

const ALL: readonly Access[] = ['storage-read', 'storage-write', 'transfer-source', 'transfer-target'];

/** Whose fields are moved. */
export interface FieldOwner {
  /** Which copy of each component of a field is current. */
  copiesOf(field: FieldDeclaration): readonly number[];
  /** From now on the first copies of a field are current, wherever it goes. */
  arrived(field: FieldDeclaration): void;
}

/** Gives subdomains that hold nothing what they are to hold, fields apart. */
type Bring = () => Promise<void> | void;

/** Consecutive leaves: slots where they were and where they are to be. */
interface Run {
  readonly from: number;
  readonly to: number;
  count: number;
}

/** Rooms that are open from a member to another. */
interface OpenRooms {
  readonly channel: Channel;
  /** Of one room. */
  readonly byteLength: number;
}

/** A room that is on its way from a member to another, by their numbers. */
interface Hop {
  readonly from: number;
  readonly to: number;
  readonly sent: TimelinePoint;
  readonly taken: TimelinePoint;
}

/** Bytes of one buffer that go to another. */
interface Piece {
  readonly source: Buffer;
  readonly sourceAt: number;
  readonly target: Buffer;
  readonly targetAt: number;
  readonly byteLength: number;
}

/** Whether every device has room for a field twice, and what else a move takes. */
export function roomToMove({ members, subdomains }: Team): boolean {
  return members.every((member) => {
    const own = subdomains.filter((each) => member.subdomains.includes(each));
    const largest = Math.max(0, ...own.flatMap((each) => each.fieldBytes));
    const { limit, used } = member.device.heap.report();
    return limit - used > 3 * largest + SPARE;
  });
}

/** All fields of a team, between what its subdomains held and what they are to hold. Disposed, it gives back what wasn't moved. */
export class Moving implements Disposable {
  readonly #team: Team;
  readonly #fields: readonly FieldDeclaration[];
  readonly #owner: FieldOwner;
  /** What was held, by member; null where that is held still. */
  #before: readonly MemberHolding[] | null = null;
  /** Whether the subdomains hold what they are to hold. */
  #brought = false;
  readonly #moved = new Set<FieldDeclaration>();
  /** All fields, once they are on the host. */
  #values: readonly WholeField[] | null = null;
  /** By level: runs by the subdomain that had them and the one that gets them. */
  readonly #runs = new Map<number, ReadonlyMap<string, readonly Run[]>>();
  readonly #channels = new Map<string, OpenRooms>();
  /** By subdomain: the number of its member. */
  readonly #members: readonly number[];

  /** Nothing is in flight. Fields that lack memory anywhere have no values yet, and stay behind. */
  constructor(team: Team, fields: Iterable<FieldDeclaration>, owner: FieldOwner) {
    this.#team = team;
    this.#owner = owner;
    this.#members = team.subdomains.map((each) => team.members.indexOf(team.memberOf(each)));
    this.#fields = [...fields].filter((field) =>
      team.subdomains.every((each) => each.existingField(field.key)?.declaration === field),
    );
  }

  /**
   * Makes the subdomains anew, with every field: by `move`, and through the host where that fails; where that fails too all is as it
   * was, and it throws. Waits for the devices.
   */
  async carry(bring: Bring): Promise<void> {
    try {
      await this.#carry(bring);
    } catch (error) {
      await this.undo(error);
      throw error;
    }
  }

  async #carry(bring: Bring): Promise<void> {
    try {
      await this.move(bring);
    } catch (error) {
      if (error instanceof DeviceLostError) throw error;
      await this.throughHost(bring);
    }
  }

  /** Makes the subdomains anew and moves every field, on the devices and between them. Waits for them. */
  async move(bring: Bring): Promise<void> {
    try {
      await this.#bring(bring);
      for (const field of this.#fields) {
        await this.#moveField(field);
        this.#moved.add(field);
        this.#owner.arrived(field);
        for (const held of this.#held) held.drop(field.key);
      }
    } finally {
      await Promise.allSettled(this.#team.members.map(({ device }) => device.idle()));
      for (const { channel } of this.#channels.values()) channel[Symbol.dispose]();
      this.#channels.clear();
    }
  }

  /** Makes the subdomains anew, unless they are by now, and brings every field there through the host. Waits for the devices. */
  async throughHost(bring: Bring): Promise<void> {
    this.#dropUnmoved();
    const values: WholeField[] = [];
    for (const field of this.#fields) {
      const { subdomains } = this.#team;
      const from = this.#before === null || this.#moved.has(field) ? subdomains : this.#held;
      values.push({ field, components: await gatherField(from, field, this.#owner.copiesOf(field)) });
    }
    this.#values = values;
    for (const each of this.#held) each.dropAll();
    for (const field of this.#fields) {
      this.#owner.arrived(field);
      // Where they return to, there are others: those that never left.
      for (const subdomain of this.#team.subdomains) subdomain.drop(field.key);
    }
    await this.#bring(bring);
    await this.#putValues(values);
  }

  /**
   * Gives the subdomains back what they held, and all fields, after what failed. Waits for the devices. Throws where it can't:
   * FieldsLostError, or the loss of a device, which gives nothing back.
   */
  async undo(failure: unknown): Promise<void> {
    const before = this.#before;
    if (before === null) return;
    if (failure instanceof DeviceLostError) throw failure;
    this.#dropUnmoved();
    this.#before = null;
    const adopt = (): void => this.#team.adopt(before);
    try {
      if (this.#values !== null) {
        adopt();
        return await this.#putValues(this.#values);
      }
      using back = new Moving(this.#team, this.#moved, this.#owner);
      await back.#carry(adopt);
    } catch (error) {
      throw error instanceof DeviceLostError ? error : new FieldsLostError(error);
    }
  }

  /** What each subdomain held. */
  get #held(): readonly Holding[] {
    return this.#before?.flatMap(({ held }) => held) ?? [];
  }

  async #bring(bring: Bring): Promise<void> {
    this.#before ??= this.#team.detach();
    if (this.#brought) return;
    await bring();
    this.#brought = true;
  }

  async #putValues(values: readonly WholeField[]): Promise<void> {
    for (const { field, components } of values) await scatterField(this.#team.subdomains, field, components);
  }

  /** Gives back what was made for fields that didn't get there. */
  #dropUnmoved(): void {
    if (this.#before === null) return;
    for (const field of this.#fields) {
      if (!this.#moved.has(field)) for (const subdomain of this.#team.subdomains) subdomain.drop(field.key);
    }
  }

  [Symbol.dispose](): void {
    for (const [number, held] of this.#before?.entries() ?? []) this.#team.members[number]!.giveUp(held);
    this.#before = null;
  }

  async #moveField(field: FieldDeclaration): Promise<void> {
    const { subdomains, members } = this.#team;
    const stores: FieldStore[] = [];
    for (const [index, subdomain] of subdomains.entries()) {
      const place = this.#team.place(this.#members[index]!);
      stores.push(await onDevice(place, () => subdomain.field(field)));
    }
    const pieces = new Map<string, Piece[]>();
    for (const [pair, runs] of this.#runsOf(field.level)) {
      const [from, to] = pair.split(' ').map(Number) as [number, number];
      const key = this.#membersOf(pair);
      const all = pieces.get(key) ?? [];
      pieces.set(key, all);
      const old = this.#held[from]!.existingField(field.key)!;
      for (const run of runs) all.push(...this.#piecesOf(field, run, old, stores[to]!));
    }
    const moves = [...pieces].map(([key, all]) => {
      const [from, to] = key.split(' ').map(Number) as [number, number];
      return from === to ? copyWithin(members[from]!, field.key, all) : this.#send(from, to, all);
    });
    // Where one fails, the others are not left in the middle.
    await Promise.allSettled(moves);
    await Promise.all(moves);
  }

  #piecesOf(field: FieldDeclaration, { from, to, count }: Run, old: FieldStore, next: FieldStore): Piece[] {
    const leafBytes = leafBytesOf(field.type);
    return this.#owner.copiesOf(field).map((copy, component) => ({
      source: old.copies[copy]!,
      sourceAt: component * old.componentBytes + from * leafBytes,
      target: next.copies[0]!,
      targetAt: component * next.componentBytes + to * leafBytes,
      byteLength: count * leafBytes,
    }));
  }

  /** The numbers of the members between which a pair of subdomains lies. */
  #membersOf(pair: string): string {
    const [from, to] = pair.split(' ').map((index) => this.#members[Number(index)]!);
    return `${from} ${to}`;
  }

  /** Rooms for what goes from a member to another: no larger than what is to go there of any field. */
  #open(from: number, to: number): OpenRooms {
    const key = `${from} ${to}`;
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const sizes = this.#fields.map(({ level, type }) => {
      const runs = [...this.#runsOf(level)].flatMap(([pair, all]) => (this.#membersOf(pair) === key ? all : []));
      return runs.reduce((sum, { count }) => sum + count, 0) * componentsOf(type) * leafBytesOf(type);
    });
    const byteLength = Math.min(ROOM, Math.max(...sizes));
    const channel = this.#team.open(from, to, { label: 'leaves that move', byteLength, turns: TURNS });
    const opened = { channel, byteLength };
    this.#channels.set(key, opened);
    return opened;
  }

  /** Sends pieces from a member to another, a room at a time; two rooms are on their way at most. */
  async #send(fromNumber: number, toNumber: number, pieces: readonly Piece[]): Promise<void> {
    const { channel, byteLength: roomBytes } = this.#open(fromNumber, toNumber);
    const [from, to] = [this.#team.members[fromNumber]!, this.#team.members[toNumber]!];
    using recorded = new DisposableStack();
    const underWay: Hop[] = [];
    try {
      for (const [number, room] of rooms(pieces, roomBytes).entries()) {
        const turn = number % TURNS;
        const before = underWay[number - TURNS];
        if (before !== undefined) await this.#done(before);
        const { pack, unpack } = this.#record(channel, from, to, room, turn * roomBytes);
        recorded.use(pack);
        recorded.use(unpack);
        const byteLength = room.reduce((sum, piece) => sum + piece.byteLength, 0);
        const sent = from.device.compute.submit([pack], { signal: channel.signals() });
        const arrival = channel.pass(sent, turn, { offset: 0, byteLength });
        const taken = to.device.compute.submit([unpack], { wait: [arrival] });
        underWay.push({ from: fromNumber, to: toNumber, sent, taken });
      }
      for (const hop of underWay) await this.#done(hop);
      channel.check();
    } catch (error) {
      // What is to be taken of a sender that is lost never comes.
      if (error instanceof DeviceLostError) {
        from.abandonRelay();
        channel.release();
      }
      await Promise.allSettled(underWay.map(({ taken }) => taken.timeline.wait(taken.value)));
      throw error;
    }
  }

  /** Waits for the sender first: if it is lost, nobody is to wait for what it would have sent. */
  async #done({ from, to, sent, taken }: Hop): Promise<void> {
    await onDevice(this.#team.place(from), () => sent.timeline.wait(sent.value));
    await onDevice(this.#team.place(to), () => taken.timeline.wait(taken.value));
  }

  #record(
    channel: Channel,
    from: Member,
    to: Member,
    room: readonly Piece[],
    at: number,
  ): { readonly pack: CommandBuffer; readonly unpack: CommandBuffer } {
    const pack = from.device.record('leaves that go', (encoder) => {
      encoder.barrier(ALL, ALL);
      let offset = at;
      for (const { source, sourceAt, byteLength } of room) {
        encoder.copy(source, sourceAt, channel.out, offset, byteLength);
        offset += byteLength;
      }
      encoder.barrier(['transfer-target'], ['host-read', 'transfer-source']);
    });
    const unpack = to.device.record('leaves that come', (encoder) => {
      encoder.barrier(['host-write', 'transfer-target'], ['transfer-source', 'transfer-target']);
      let offset = at;
      for (const { target, targetAt, byteLength } of room) {
        encoder.copy(channel.in, offset, target, targetAt, byteLength);
        offset += byteLength;
      }
      encoder.barrier(ALL, ALL);
    });
    return { pack, unpack };
  }

  /** What goes from each old subdomain to each new one: of all that the new one holds, ghosts included. */
  #runsOf(level: number): ReadonlyMap<string, readonly Run[]> {
    const known = this.#runs.get(level);
    if (known !== undefined) return known;
    const { leafCount } = this.#held[0]!.levels[level]!.domain;
    const [owners, homes] = [new Uint32Array(leafCount), new Uint32Array(leafCount)];
    for (const [number, { levels }] of this.#held.entries()) {
      const { ranks, ownCount, tables } = levels[level]!;
      for (let place = 0; place < ownCount; place++) {
        owners[ranks[place]!] = number;
        homes[ranks[place]!] = tables.slots[place]!;
      }
    }
    const runs = new Map<string, Run[]>();
    for (const subdomain of this.#team.subdomains) addRuns(runs, subdomain, level, { owners, homes });
    this.#runs.set(level, runs);
    return runs;
  }
}

function addRuns(
  runs: Map<string, Run[]>,
  { index, levels }: Subdomain,
  level: number,
  { owners, homes }: { readonly owners: Uint32Array; readonly homes: Uint32Array },
): void {
  const { ranks, tables } = levels[level]!;
  // In the order of slots, so that neighbours in memory go together.
  const places = Uint32Array.from(ranks.keys()).sort((one, other) => tables.slots[one]! - tables.slots[other]!);
  for (const place of places) {
    const rank = ranks[place]!;
    const [from, to] = [homes[rank]!, tables.slots[place]!];
    const key = `${owners[rank]} ${index}`;
    const all = runs.get(key) ?? [];
    if (all.length === 0) runs.set(key, all);
    const last = all.at(-1);
    if (last !== undefined && last.from + last.count === from && last.to + last.count === to) last.count++;
    else all.push({ from, to, count: 1 });
  }
}

/** Pieces in rooms, cut where a room is full. */
function rooms(pieces: readonly Piece[], roomBytes: number): Piece[][] {
  const all: Piece[][] = [];
  let left = 0;
  for (const piece of pieces) {
    for (let done = 0; done < piece.byteLength;) {
      if (left === 0) {
        all.push([]);
        left = roomBytes;
      }
      const byteLength = Math.min(left, piece.byteLength - done);
      const [sourceAt, targetAt] = [piece.sourceAt + done, piece.targetAt + done];
      all.at(-1)!.push({ ...piece, sourceAt, targetAt, byteLength });
      left -= byteLength;
      done += byteLength;
    }
  }
  return all;
}

async function copyWithin({ device }: Member, label: string, pieces: readonly Piece[]): Promise<void> {
  await submitOnce(device, `move ${label}`, (encoder) => {
    for (const { source, sourceAt, target, targetAt, byteLength } of pieces) {
      encoder.copy(source, sourceAt, target, targetAt, byteLength);
    }
  });
}

/** Bytes of a leaf in one component's array. */
function leafBytesOf(type: FieldDeclaration['type']): number {
  return 512 * elementBytes(type);
}
