/**
 * @file A halo of one's own: what lies at the cuts of subdomains goes from those who own it to those who read it, in commands that
 * are recorded into whatever one records, with no simulation. A round, on each device:
 *
 *     pack      what other devices read goes into messages; its submit is `send`
 *     exchange  what subdomains of the same device read of each other is copied
 *     unpack    what has come goes to the ghosts; its submit is `receive`, which waits on the device for the messages
 *
 * Every device sends before any receives, and receives before it sends again. Messages have two rooms, taken in turns; commands
 * belong to the turn that they are recorded for, so whoever keeps them records them twice. Each recording is held against the turn
 * when it is submitted, and what is unpacked against what was packed: ghosts are never of another round than the fields.
 *
 * Active voxels travel, and no others (but those that share an active one's four bytes): a ghost that isn't active stays as it was, so
 * a kernel leaves alone what isn't active (`SubdomainPart.masks`), or its domain is of whole leaves.
 */
import type { Buffer, CommandBuffer, Device, Encoder, TimelinePoint } from '@halocline/gpu';
import { elementBytes, type FieldType } from '@halocline/stencil';
import type { FieldDeclaration } from '../declarations.ts';
import { checkFieldType } from '../field-type.ts';
import { HaloLists, type ComponentExchange } from '../halo-lists.ts';
import { Link, TURNS } from '../links.ts';
import { onDevice, onDeviceNow } from '../loss/on-device.ts';
import { layoutMessages, type MessageLayout, type Parcel } from '../message-layout.ts';
import { checkOptions, shown } from '../options/kinds.ts';
import { HALO_OPTIONS, HALO_PART } from '../options/known.ts';
import { OwnedBuffers } from '../owned-buffers.ts';
import { componentNames } from '../pass-facts.ts';
import { EntryTables, type Entry } from './entry-tables.ts';
import { machineryOf, type Machinery, type Subdomains } from './subdomains.ts';

/** A field of one's own. */
export interface HaloField {
  /** 'float32', 'vec3', …, as `Simulation.addField` takes it. */
  readonly type: string;
  /** One a subdomain, in their order, as `Subdomains.createField` makes them; they stay the caller's, and don't move. */
  readonly buffers: readonly Buffer[];
}

/** What a halo is made for: the active voxels of these fields. */
export interface HaloOptions {
  /** By name. */
  readonly fields: Readonly<Record<string, HaloField>>;
  /** Voxels around one's own: faces, edges and corners. At most the subdomains' thickness, which is the default. */
  readonly thickness?: number;
}

/** What is recorded. */
export interface HaloPart {
  /** Names; default: all. The receivers' are the senders'. */
  readonly fields?: readonly string[];
  /**
   * The room of the messages, 0 or 1. Default: that of the device's next `send`; to unpack, that of the round that it received and has
   * not unpacked, else of its next `receive`.
   */
  readonly turn?: number;
}

/** One device's side. */
interface Side {
  readonly device: Device;
  readonly tables: EntryTables;
  /** A word that says that copies happen. */
  readonly args: bigint;
  sent: number;
  received: number;
  /** Rounds that were received up to the last that was unpacked. */
  unpacked: number;
  /** Within `receive`: what is submitted belongs to the round after those that were received. */
  receiving: boolean;
  /** What each room of its messages was packed with last: the round, from 0, and the fields. */
  readonly packed: { round: number; readonly fields: Set<string> }[];
  /** Points of messages that have come or will, and were not received yet, by round. */
  readonly arrivals: TimelinePoint[][];
}

/**
 * Moves the active voxels that lie at the cuts, and of float16 and uint8 fields those that share their four bytes; other ghosts that
 * aren't active keep what they hold. Dispose it before its subdomains, with `await using`.
 */
export class Halo implements AsyncDisposable {
  /** Resolves when lists and tables are on the devices: `send` and `receive` wait for it, submits of one's own must. */
  readonly ready: Promise<void>;
  readonly #subdomains: Subdomains;
  readonly #machinery: Machinery;
  readonly #fields: ReadonlyMap<
    string,
    HaloField & { readonly element: FieldType; readonly components: readonly string[] }
  >;
  readonly #exchanges: readonly ComponentExchange[];
  readonly #layout: MessageLayout;
  readonly #links: Link[] = [];
  readonly #sides: Side[] = [];
  readonly #owned = new DisposableStack();
  /** By member: what its device was lost with. */
  readonly #losses = new Map<number, unknown>();
  #disposed = false;

  /** Throws TypeError or RangeError for fields that don't fit the subdomains. Uploads go on after it: `ready`. */
  constructor(subdomains: Subdomains, options: HaloOptions) {
    this.#subdomains = subdomains;
    this.#machinery = machineryOf(subdomains);
    checkOptions('Cannot make halo', options, HALO_OPTIONS);
    const { fields, thickness = subdomains.thickness } = options;
    const { decomposition, routes, team } = this.#machinery;
    if (!(Number.isInteger(thickness) && thickness >= 1 && thickness <= subdomains.thickness)) {
      throw new RangeError(
        `Cannot make halo: thickness is ${shown(thickness)}; give whole voxels from 1 to ${subdomains.thickness}, the subdomains' own`,
      );
    }
    const declared = Object.entries(fields).map(([name, field]) => declare(subdomains, name, field));
    this.#fields = new Map(
      declared.map((declaration) => {
        const { name, type: element } = declaration;
        return [name, { ...fields[name]!, element, components: componentNames(declaration) }];
      }),
    );
    const [low, high] = [-thickness, thickness];
    const around = [{ from: 'same', reach: { min: [low, low, low], max: [high, high, high] } }] as const;
    const reads = new Map(declared.flatMap((field) => componentNames(field).map((name) => [name, around] as const)));
    this.#exchanges = new HaloLists(decomposition, team.subdomains).of(declared, {
      thickness,
      reads,
      foreign: new Set(),
      byStencil: new Map(),
      work: new Map(),
      radius: new Map(),
    });
    this.#layout = layoutMessages(this.#exchanges, [], (index) => this.#memberOf(index));
    try {
      for (const [pair, words] of this.#layout.words) {
        const [from, to] = pair.split(' → ').map(Number) as [number, number];
        const link = new Link(team.ends, from, to, { routes, byteLength: 4 * words, sizes: [] });
        this.#links.push(this.#owned.use(link));
      }
      const sides = team.members.map((_, number) => onDevice(team.place(number), () => this.#addSide(number)));
      this.ready = Promise.all(sides).then(() => undefined);
      // Whoever sends or receives hears of it.
      this.ready.catch(() => undefined);
    } catch (error) {
      this.#owned.dispose();
      throw error;
    }
  }

  /** Bytes of one round's messages, over all devices. */
  get messageBytes(): number {
    return 4 * [...this.#layout.words.values()].reduce((sum, words) => sum + words, 0);
  }

  /** Records what other devices read of the encoder's device into messages; what it reads is written before. */
  pack(encoder: Encoder, part: HaloPart = {}): void {
    const side = this.#side(encoder, part);
    const turn = turnOf(part, side.sent);
    encoder.barrier(['storage-write', 'transfer-target'], ['storage-read']);
    const fields = this.#record(encoder, side, `pack ${turn}`, part);
    encoder.beforeSubmit(() => this.#checkPack(side, turn, fields));
    encoder.barrier(['storage-write'], ['host-read', 'transfer-source']);
  }

  /** Records the copies between subdomains of the encoder's device. */
  exchange(encoder: Encoder, part: HaloPart = {}): void {
    const side = this.#side(encoder, part);
    encoder.barrier(['storage-write', 'transfer-target'], ['storage-read', 'storage-write']);
    this.#record(encoder, side, 'local', part);
    encoder.barrier(['storage-write'], ['storage-read']);
  }

  /** Records what has come to the encoder's device into the ghosts: for `receive`, or to be submitted after it by whoever else does. */
  unpack(encoder: Encoder, part: HaloPart = {}): void {
    const side = this.#side(encoder, part);
    const turn = turnOf(part, side.unpacked < side.received ? side.received - 1 : side.received);
    encoder.barrier(['host-write', 'transfer-target'], ['storage-read']);
    const fields = this.#record(encoder, side, `unpack ${turn}`, part);
    encoder.beforeSubmit(() => this.#checkUnpack(side, turn, fields));
    encoder.barrier(['storage-write'], ['storage-read']);
  }

  /**
   * Submits commands that end with `pack`, and passes the messages on. Resolves when they are submitted; the point that it gives
   * is when they are done. Throws where the device hasn't received what it was sent, where they pack for another turn, and where
   * a device of the halo is lost.
   */
  async send(device: Device, commands: readonly CommandBuffer[]): Promise<TimelinePoint> {
    await this.ready;
    const [side, number] = this.#sideOf(device);
    this.#checkWhole();
    if (side.sent !== side.received) {
      throw new Error(
        `Cannot send from device "${device.name}": it has sent round ${side.sent} and not received it; call receive first`,
      );
    }
    const turn = side.sent % TURNS;
    const out = this.#links.filter(({ from }) => from === number);
    return this.#watched(() => {
      const signal = out.flatMap((link) => link.signals());
      const point = device.compute.submit(commands, { signal });
      const round = side.sent++;
      for (const link of out) {
        const { arrivals } = this.#sides[link.to]!;
        (arrivals[round % TURNS] ??= []).push(link.pass(point, turn));
      }
      return point;
    });
  }

  /**
   * Submits commands that begin with `unpack`, which wait on the device for the messages. Throws where a device hasn't sent, where
   * they unpack for another turn, or fields that weren't packed, and where a device of the halo is lost. What it gives is when they
   * are done.
   */
  async receive(device: Device, commands: readonly CommandBuffer[]): Promise<TimelinePoint> {
    await this.ready;
    const [side, number] = this.#sideOf(device);
    this.#checkWhole();
    const round = side.received;
    const into = this.#links.filter(({ to }) => to === number);
    const late = into.find(({ from }) => this.#sides[from]!.sent <= round);
    if (late !== undefined || side.sent <= round) {
      const who = late === undefined ? number : late.from;
      throw new Error(
        `Cannot receive on device "${device.name}": device ${who + 1} of the halo has not sent round ${round + 1}; send from all devices first`,
      );
    }
    side.receiving = true;
    try {
      return this.#watched(() => {
        for (const link of into) link.check();
        const point = device.compute.submit(commands, { wait: side.arrivals[round % TURNS] ?? [] });
        side.arrivals[round % TURNS] = [];
        side.received++;
        return point;
      });
    } finally {
      side.receiving = false;
    }
  }

  /** Runs what fails where a device is lost, which may be the one at the other end. */
  #watched<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.#checkWhole();
      throw error;
    }
  }

  /** Asks each device how far it is: one that is lost may take work, and says so then. Throws for the first that was. */
  #checkWhole(): void {
    for (const number of this.#sides.keys()) this.#checkDevice(number);
    for (const loss of this.#losses.values()) throw loss;
  }

  /** Where the device is lost, the others are let go: they wait for no message of its. */
  #checkDevice(number: number): void {
    if (this.#losses.has(number)) return;
    const { team } = this.#machinery;
    const { timeline } = this.#sides[number]!.device.compute;
    try {
      onDeviceNow(team.place(number), () => timeline.value());
    } catch (error) {
      this.#losses.set(number, error);
      team.release(number);
      for (const link of this.#links) if (link.from === number) link.release();
    }
  }

  /** Throws unless the next send is of this turn; else its messages have these fields. */
  #checkPack({ device, sent, received, packed }: Side, turn: number, fields: readonly string[]): void {
    const now = sent % TURNS;
    if (sent !== received) {
      throw new Error(
        `Cannot pack halo on device "${device.name}": it has sent round ${sent} and not received it; call receive first`,
      );
    }
    if (turn !== now) {
      throw new Error(
        `Cannot pack halo on device "${device.name}": the commands were recorded for turn ${turn}, and its next send is of turn ${now}; ${BOTH_TURNS}`,
      );
    }
    if (packed[turn]?.round !== sent) packed[turn] = { round: sent, fields: new Set() };
    for (const field of fields) packed[turn].fields.add(field);
  }

  /** Throws unless the round that is received, or was received last, is of this turn, and came with these fields. */
  #checkUnpack(side: Side, turn: number, fields: readonly string[]): void {
    const { device, received, receiving } = side;
    const act = `Cannot unpack halo on device "${device.name}"`;
    const round = receiving ? received : received - 1;
    if (round < 0) throw new Error(`${act}: it has received nothing; give the commands to receive`);
    if (turn !== round % TURNS) {
      throw new Error(
        `${act}: the commands were recorded for turn ${turn}, and what it received is of turn ${round % TURNS}; ${BOTH_TURNS}`,
      );
    }
    for (const { from, to } of this.#links) {
      if (this.#sides[to] !== side) continue;
      const room = this.#sides[from]!.packed[turn];
      const missing = fields.find((field) => room?.round !== round || !room.fields.has(field));
      if (missing === undefined) continue;
      throw new Error(
        `${act}: device ${from + 1} of the halo has sent round ${round + 1} without field "${missing}"; pack the fields that are unpacked`,
      );
    }
    side.unpacked = round + 1;
  }

  /** Gives the names of the fields. */
  #record(encoder: Encoder, { device, tables, args }: Side, what: string, { fields }: HaloPart): readonly string[] {
    const keys: string[] = [];
    const names = [...(fields ?? this.#fields.keys())];
    for (const name of names) {
      const field = this.#fields.get(name);
      if (field === undefined) {
        const names = [...this.#fields.keys()].join(', ');
        throw new RangeError(`Cannot record field "${name}" of the halo: there is none of that name; one of ${names}`);
      }
      for (const component of field.components) keys.push(`${what} ${component}`);
      for (const { index, device: its } of this.#subdomains.parts)
        if (its === device) encoder.uses(field.buffers[index]!);
    }
    tables.record(encoder, keys, args);
    return names;
  }

  /** Makes the lists and tables of one device. */
  async #addSide(number: number): Promise<void> {
    const member = this.#machinery.team.members[number]!;
    const tables = this.#owned.use(new EntryTables(member));
    const buffers = this.#owned.use(new OwnedBuffers(member.pools.halos, 'halo'));
    const args = buffers.make({ label: 'halo arguments', byteLength: 16 });
    const { device } = member;
    this.#sides[number] = {
      device,
      tables,
      args: args.address,
      sent: 0,
      received: 0,
      unpacked: 0,
      receiving: false,
      packed: [],
      arrivals: [],
    };
    const upload = device.staging.upload(args, 0, Uint32Array.of(1, 1, 1, 1));
    for (const { name, field, component, pairs } of this.#exchanges) {
      const own = pairs.filter(({ from, to }) => this.#memberOf(from) === number && this.#memberOf(to) === number);
      const entries = own.map(({ from, to, sources, targets }) => ({
        source: this.#address(field, component, from),
        target: this.#address(field, component, to),
        sourceWords: sources,
        targetWords: targets,
        count: sources.length,
      }));
      tables.add(`local ${name}`, entries);
    }
    for (let turn = 0; turn < TURNS; turn++) {
      for (const exchange of this.#exchanges) {
        const parcels = this.#layout.parcels.filter(({ name }) => name === exchange.name);
        const out = parcels.filter(({ from }) => from === number);
        const into = parcels.filter(({ to }) => to === number);
        tables.add(
          `pack ${turn} ${exchange.name}`,
          out.map((parcel) => this.#packed(exchange, parcel, turn)),
        );
        tables.add(
          `unpack ${turn} ${exchange.name}`,
          into.map((parcel) => this.#unpacked(exchange, parcel, turn)),
        );
      }
    }
    await Promise.all([upload, tables.upload()]);
  }

  #packed({ field, component }: ComponentExchange, parcel: Parcel, turn: number): Entry {
    const { pair, sources, offset } = parcel;
    return {
      source: this.#address(field, component, pair![0]),
      target: this.#link(parcel).outAddress(turn) + BigInt(4 * offset),
      sourceWords: sources,
      targetWords: null,
      count: sources.length,
    };
  }

  #unpacked({ field, component }: ComponentExchange, parcel: Parcel, turn: number): Entry {
    const { pair, targets, offset } = parcel;
    return {
      source: this.#link(parcel).inAddress(turn) + BigInt(4 * offset),
      target: this.#address(field, component, pair![1]),
      sourceWords: null,
      targetWords: targets,
      count: targets.length,
    };
  }

  /** Where a component of a field begins on a subdomain. */
  #address({ name }: FieldDeclaration, component: number, subdomain: number): bigint {
    const { buffers, element } = this.#fields.get(name)!;
    const { capacity } = this.#subdomains.parts[subdomain]!;
    return buffers[subdomain]!.address + BigInt(component * 512 * capacity * elementBytes(element));
  }

  #link({ from, to }: Parcel): Link {
    return this.#links.find((link) => link.from === from && link.to === to)!;
  }

  #memberOf(subdomain: number): number {
    const { team } = this.#machinery;
    return team.members.indexOf(team.memberOf(team.subdomains[subdomain]!));
  }

  /** The side that an encoder records for. Throws for what can't be recorded. */
  #side(encoder: Encoder, part: HaloPart): Side {
    this.#checkAlive();
    checkOptions('Cannot record halo', part, HALO_PART);
    const found = this.#sides.find(({ device }) => device.raw.commands.handle === encoder.device);
    if (found !== undefined) return found;
    throw new RangeError(
      "Cannot record halo: the encoder's device holds none of its subdomains; record on one that does",
    );
  }

  #checkAlive(): void {
    if (this.#disposed) throw new TypeError('Cannot use the halo: it has been disposed; make another');
  }

  #sideOf(device: Device): [Side, number] {
    this.#checkAlive();
    const number = this.#sides.findIndex((side) => side.device === device);
    if (number >= 0) return [this.#sides[number]!, number];
    if (!isObject(device) || !('compute' in device)) {
      throw new TypeError(
        `Cannot use halo: its device is ${shown(device)}; give an open one that holds its subdomains`,
      );
    }
    throw new RangeError(
      `Cannot use halo on device "${device.name}": it holds none of its subdomains; take a device that does`,
    );
  }

  toString(): string {
    return `Halo(${[...this.#fields.keys()].join(', ')}; ${this.messageBytes} bytes a round between devices)`;
  }

  /**
   * Waits until everything on its way has arrived. Where a device is lost, the others end without it, and it throws unless `send` or
   * `receive` has told so.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await Promise.allSettled([this.ready]);
    const isTold = this.#losses.size > 0;
    const ends = this.#sides.map((side, number) => this.#end(side, number));
    const failed = (await Promise.allSettled(ends)).find(({ status }) => status === 'rejected');
    // Their threads may yet signal what is disposed now.
    if (failed !== undefined) for (const member of this.#machinery.team.members) await member.endRelay();
    this.#owned.dispose();
    if (failed !== undefined && !isTold) await Promise.all(ends);
  }

  /** Waits until a device has received what comes to it, and is done. */
  async #end({ device, arrivals }: Side, number: number): Promise<void> {
    try {
      await Promise.all(arrivals.flat().map(({ timeline, value }) => timeline.wait(value)));
      await device.idle();
    } catch (error) {
      this.#checkDevice(number);
      throw this.#losses.get(number) ?? error;
    }
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const BOTH_TURNS = 'record them twice, with { turn: 0 } and { turn: 1 }, and submit the two in turns';

function turnOf({ turn }: HaloPart, count: number): number {
  if (turn === undefined) return count % TURNS;
  if (turn === 0 || turn === 1) return turn;
  throw new RangeError(`Cannot record halo: turn is ${shown(turn)}; give 0 or 1`);
}

/** A field as the lists know it, once its memory fits. */
function declare({ parts }: Subdomains, name: string, field: HaloField): FieldDeclaration {
  const given: unknown = field;
  if (!isObject(given) || !('type' in given) || !('buffers' in given) || !Array.isArray(given.buffers)) {
    const what = isObject(given) ? 'it lacks its type, or a list of buffers' : `it is ${shown(given)}`;
    throw new TypeError(
      `Cannot take field "${name}" into the halo: ${what}; give what createField makes, { type, buffers }`,
    );
  }
  const { type, buffers } = field;
  checkFieldType(name, type);
  const declaration: FieldDeclaration = {
    key: name,
    name,
    level: 0,
    type,
    default: [],
    at: 'center',
    transient: false,
    implicit: false,
  };
  const components = componentNames(declaration).length;
  for (const [index, { capacity, device }] of parts.entries()) {
    const needed = 512 * capacity * elementBytes(type) * components;
    const given = buffers[index]?.byteLength ?? 0;
    if (given >= needed) {
      const buffer = buffers[index]!;
      if (device.children.has(buffer)) continue;
      throw new RangeError(
        `Cannot take field "${name}" into the halo: buffer "${buffer.label}" of subdomain ${index} isn't alive on its device; make it by createField`,
      );
    }
    throw new RangeError(
      `Cannot take field "${name}" into the halo: on subdomain ${index} it has ${given} bytes, and ${type} takes ${needed}; make it by createField`,
    );
  }
  return declaration;
}
