/**
 * @file Leaves on their way to other subdomains: when the cut shifts, or more ghosts are held, every subdomain is made anew, and each
 * leaf that it holds then comes from who owned it before. On one device that is a copy in its memory; between devices leaves go
 * through the transports, in rooms of a few megabytes. Field by field: no more than one is there twice.
 */
import { OutOfMemoryError, type Access, type Buffer, type CommandBuffer, type TimelinePoint } from '@halocline/gpu';
import { elementBytes } from '@halocline/stencil';
import type { FieldDeclaration } from '../declarations.ts';
import type { FieldStore } from '../field-store.ts';
import { TURNS } from '../links.ts';
import type { Member } from '../member.ts';
import { componentNames } from '../pass-facts.ts';
import type { Subdomain, SubdomainBefore } from '../subdomain.ts';
import { submitOnce } from '../submit-once.ts';
import type { Team } from '../team.ts';
import type { Channel } from '../transport/channel.ts';
import { gatherField, scatterField, type WholeField } from '../whole-field.ts';

/** Bytes of a room that leaves travel in. */
const ROOM = 2 ** 23;
/** Bytes that are to be free on a device for a move, besides a field three times: tables, rooms, a program. */
const SPARE = 2 ** 27;

const ALL: readonly Access[] = ['storage-read', 'storage-write', 'transfer-source', 'transfer-target'];

/** What was moved stands in first copies. */
const FIRST = (field: FieldDeclaration): number[] => componentNames(field).map(() => 0);

/** Tells which copy of each component of a field is current. */
type CopiesOf = (field: FieldDeclaration) => readonly number[];

/** Consecutive leaves: slots where they were and where they are to be. */
interface Run {
  readonly from: number;
  readonly to: number;
  count: number;
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

/** The values of those fields that have memory, on the host. Waits for the devices. */
export async function fieldValues(
  subdomains: readonly Pick<Subdomain, 'levels' | 'existingField'>[],
  fields: Iterable<FieldDeclaration>,
  copiesOf: CopiesOf,
): Promise<WholeField[]> {
  const values: WholeField[] = [];
  for (const field of fields) {
    if (subdomains[0]!.existingField(field.key) === undefined) continue;
    values.push({ field, components: await gatherField(subdomains, field, copiesOf(field)) });
  }
  return values;
}

/** Makes a team's subdomains anew, as they are cut now, with these values. Waits for the devices. */
export async function putValues(team: Team, rings: number, values: readonly WholeField[]): Promise<void> {
  team.clear();
  await team.prepare(rings);
  for (const { field, components } of values) await scatterField(team.subdomains, field, components);
}

/** All fields of a team, between what its subdomains held and what they are to hold. Disposed, it gives back what wasn't moved. */
export class Moving implements Disposable {
  readonly #team: Team;
  readonly #fields: readonly FieldDeclaration[];
  readonly #copiesOf: CopiesOf;
  readonly #before: readonly SubdomainBefore[];
  readonly #moved = new Set<FieldDeclaration>();
  /** By level: runs by the subdomain that had them and the one that gets them. */
  readonly #runs = new Map<number, ReadonlyMap<string, readonly Run[]>>();
  readonly #channels = new Map<string, Channel>();

  /** Takes the subdomains' memory; nothing is in flight. `copiesOf` tells which copy of each component is current. */
  constructor(team: Team, fields: Iterable<FieldDeclaration>, copiesOf: CopiesOf) {
    this.#team = team;
    this.#copiesOf = copiesOf;
    this.#fields = [...fields].filter(({ key }) => team.subdomains[0]!.existingField(key) !== undefined);
    this.#before = team.detach();
  }

  /** Makes the subdomains anew, as they are cut now, with `rings` rings of ghosts, and moves every field. Waits for the devices. */
  async move(rings: number): Promise<void> {
    try {
      await this.#team.prepare(rings);
      for (const field of this.#fields) {
        await this.#moveField(field);
        this.#moved.add(field);
        for (const { fields } of this.#before) {
          fields.get(field.key)![Symbol.dispose]();
          fields.delete(field.key);
        }
      }
    } finally {
      await Promise.all(this.#team.members.map(({ device }) => device.idle()));
      for (const channel of this.#channels.values()) channel[Symbol.dispose]();
      this.#channels.clear();
    }
  }

  /** The cut is again what it was, with as many rings: gives all fields back to whom they belonged. Waits for the devices. */
  async undo(rings: number): Promise<void> {
    this.#dropUnmoved();
    using back = new Moving(this.#team, this.#moved, FIRST);
    try {
      await back.move(rings);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      await back.throughHost(rings);
    }
    for (const [number, subdomain] of this.#team.subdomains.entries()) subdomain.adopt(this.#before[number]!.fields);
    for (const { fields } of this.#before) fields.clear();
  }

  /** Gives back what was made for fields that didn't get there. */
  #dropUnmoved(): void {
    for (const field of this.#fields) {
      if (!this.#moved.has(field)) for (const subdomain of this.#team.subdomains) subdomain.drop(field.key);
    }
  }

  /** Makes the subdomains anew, as they are cut now, and brings every field there through the host. Waits for the devices. */
  async throughHost(rings: number): Promise<void> {
    this.#dropUnmoved();
    const before = this.#before.map(({ levels, fields }) => ({
      levels,
      existingField: (key: string) => fields.get(key),
    }));
    const left = this.#fields.filter((field) => !this.#moved.has(field));
    const values = [
      ...(await fieldValues(this.#team.subdomains, this.#moved, FIRST)),
      ...(await fieldValues(before, left, this.#copiesOf)),
    ];
    this[Symbol.dispose]();
    await putValues(this.#team, rings, values);
  }

  [Symbol.dispose](): void {
    for (const { fields } of this.#before) {
      for (const store of fields.values()) store[Symbol.dispose]();
      fields.clear();
    }
  }

  async #moveField(field: FieldDeclaration): Promise<void> {
    const { subdomains, members } = this.#team;
    const stores: FieldStore[] = [];
    for (const subdomain of subdomains) stores.push(await subdomain.field(field));
    const numbers = subdomains.map((each) => members.indexOf(this.#team.memberOf(each)));
    const pieces = new Map<string, Piece[]>();
    for (const [pair, runs] of this.#runsOf(field.level)) {
      const [from, to] = pair.split(' ').map(Number) as [number, number];
      const key = `${numbers[from]} ${numbers[to]}`;
      const all = pieces.get(key) ?? [];
      pieces.set(key, all);
      const old = this.#before[from]!.fields.get(field.key)!;
      for (const run of runs) all.push(...this.#piecesOf(field, run, old, stores[to]!));
    }
    const moves = [...pieces].map(([key, all]) => {
      const [from, to] = key.split(' ').map((number) => members[Number(number)]!) as [Member, Member];
      return from === to ? copyWithin(from, field.key, all) : this.#send(key, from, to, all);
    });
    await Promise.all(moves);
  }

  #piecesOf(field: FieldDeclaration, { from, to, count }: Run, old: FieldStore, next: FieldStore): Piece[] {
    const leafBytes = 512 * elementBytes(field.type);
    return this.#copiesOf(field).map((copy, component) => ({
      source: old.copies[copy]!,
      sourceAt: component * old.componentBytes + from * leafBytes,
      target: next.copies[0]!,
      targetAt: component * next.componentBytes + to * leafBytes,
      byteLength: count * leafBytes,
    }));
  }

  /** Sends pieces from a member to another, a room at a time; two rooms are on their way at most. */
  async #send(key: string, from: Member, to: Member, pieces: readonly Piece[]): Promise<void> {
    let channel = this.#channels.get(key);
    if (channel === undefined) {
      const options = { label: 'leaves that move', byteLength: ROOM, turns: TURNS };
      channel = this.#team.open(from, to, options);
      this.#channels.set(key, channel);
    }
    using recorded = new DisposableStack();
    const taken: TimelinePoint[] = [];
    for (const [number, room] of rooms(pieces).entries()) {
      const turn = number % TURNS;
      const free = taken[number - TURNS];
      if (free !== undefined) await free.timeline.wait(free.value);
      const { pack, unpack } = this.#record(channel, from, to, room, turn * ROOM);
      recorded.use(pack);
      recorded.use(unpack);
      const byteLength = room.reduce((sum, piece) => sum + piece.byteLength, 0);
      const sent = from.device.compute.submit([pack], { signal: channel.signals() });
      const arrival = channel.pass(sent, turn, { offset: 0, byteLength });
      taken.push(to.device.compute.submit([unpack], { wait: [arrival] }));
    }
    for (const { timeline, value } of taken) await timeline.wait(value);
    channel.check();
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
    const { leafCount } = this.#before[0]!.levels[level]!.domain;
    const [owners, homes] = [new Uint32Array(leafCount), new Uint32Array(leafCount)];
    for (const [number, { levels }] of this.#before.entries()) {
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
function rooms(pieces: readonly Piece[]): Piece[][] {
  const all: Piece[][] = [];
  let left = 0;
  for (const piece of pieces) {
    for (let done = 0; done < piece.byteLength;) {
      if (left === 0) {
        all.push([]);
        left = ROOM;
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
