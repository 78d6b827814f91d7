/**
 * @file The team: all members of a simulation, and the links between them. Subdomains go to members in contiguous runs, so that
 * what is near on the curve is near in memory.
 */
import type { Defragmentation, Device } from '@halocline/gpu';
import { elementBytes, type ScalarType } from '@halocline/stencil';
import type { Decomposition } from './decomposition.ts';
import type { FieldDeclaration } from './declarations.ts';
import { scalarBytes } from './engine-kernels.ts';
import { HaloLists, wordsOf, type ComponentExchange } from './halo-lists.ts';
import type { HaloNeeds } from './halo-needs.ts';
import { Link, type LinkOptions } from './links.ts';
import { placesByRank } from './local-level.ts';
import { Mail } from './mail/mail.ts';
import { onDevice, onDeviceNow, type Place } from './loss/on-device.ts';
import { Member, type LeafParts, type MemberHolding } from './member.ts';
import { layoutMessages, linkKey, type MessageLayout, type SumShare } from './message-layout.ts';
import { shareName } from './segments.ts';
import { shareSums, type SharedSums } from './shared-sums.ts';
import { messageSizes, type StepMessages } from './step-messages.ts';
import type { Subdomain } from './subdomain.ts';
import type { Tracer } from './trace/tracer.ts';
import type { Channel, ChannelOptions, Endpoint } from './transport/channel.ts';
import type { Routes } from './transport/routes.ts';

/** What travels between members, and how. */
export interface Traffic {
  readonly components: readonly ComponentExchange[];
  readonly layout: MessageLayout;
  readonly links: readonly Link[];
  /** What brings messages over the links. */
  readonly mail: Mail;
  /** By level. */
  readonly sums: readonly SharedSums[];
}

/** How members work together. */
export interface TeamOptions {
  readonly routes: Routes;
  /** Where what happens is noted, if it is. */
  readonly tracer: Tracer | null;
}

/** The members of a simulation. */
export class Team implements AsyncDisposable {
  readonly members: readonly Member[];
  /** The members as ends of channels. */
  readonly ends: readonly Endpoint[];
  /** All subdomains, by number. */
  readonly subdomains: readonly Subdomain[];
  readonly #decomposition: Decomposition;
  readonly #routes: Routes;
  #lists: HaloLists;
  #links: Link[] = [];
  #mail: Mail | null = null;
  readonly #tracer: Tracer | null;

  constructor(devices: readonly Device[], decomposition: Decomposition, options: TeamOptions) {
    const { count } = decomposition;
    this.#decomposition = decomposition;
    this.#routes = options.routes;
    this.#tracer = options.tracer;
    const numbers = Array.from({ length: count }, (_, index) => index);
    using undo = new DisposableStack();
    this.members = devices.map((device, number) => {
      const own = numbers.filter((index) => Math.floor((index * devices.length) / count) === number);
      const place = { number, count: devices.length, device };
      return undo.use(onDeviceNow(place, () => new Member(place, decomposition, own)));
    });
    this.ends = this.members.map((member, number) => endOf(member, this.place(number)));
    this.subdomains = this.members.flatMap((member) => member.subdomains);
    this.#lists = new HaloLists(decomposition, this.subdomains);
    undo.move();
  }

  /** The member that has a subdomain. */
  memberOf(subdomain: Subdomain): Member {
    return this.members.find((member) => member.subdomains.includes(subdomain))!;
  }

  /** Where a member stands among all. */
  place(number: number): Place {
    return { number, count: this.members.length, device: this.members[number]!.device };
  }

  /** Where the device of a subdomain stands among all. */
  placeOf(subdomain: Subdomain): Place {
    return this.place(this.members.indexOf(this.memberOf(subdomain)));
  }

  /** Levels that are on the devices. */
  get levelCount(): number {
    return this.members[0]!.levelCount;
  }

  /** The links of now. */
  get links(): readonly Link[] {
    return this.#links;
  }

  /** Brings levels that were made since to the devices. Waits for the upload. */
  async prepare(rings: number): Promise<void> {
    for (const [number, member] of this.members.entries()) {
      await onDevice(this.place(number), () => member.prepare(rings));
    }
  }

  /** Gives what the subdomains hold to whoever asks: they begin anew. */
  detach(): readonly MemberHolding[] {
    this.#lists = new HaloLists(this.#decomposition, this.subdomains);
    return this.members.map((member) => member.detach());
  }

  /** The subdomains hold again what they gave away; what they hold now goes. */
  adopt(held: readonly MemberHolding[]): void {
    for (const [number, member] of this.members.entries()) member.adopt(held[number]!);
    this.#lists = new HaloLists(this.#decomposition, this.subdomains);
  }

  /** A channel from a member to another, by their numbers. */
  open(from: number, to: number, options: ChannelOptions): Channel {
    return this.#routes.open(this.ends[from]!, this.ends[to]!, options).channel;
  }

  /**
   * What a program's exchanges and reductions (scalar and level) send, with links that have room for it, and suit a step's messages.
   * Nothing is in flight.
   */
  async traffic(
    fields: Iterable<FieldDeclaration>,
    needs: HaloNeeds,
    reductions: Iterable<{ readonly scalar: string; readonly type: ScalarType; readonly level: number }>,
    messages: StepMessages,
  ): Promise<Traffic> {
    const components = this.#lists.of(fields, needs);
    const sums = this.members.length === 1 ? [] : this.#sums();
    const shares = new Map<string, SumShare>();
    for (const { scalar, type, level } of this.members.length === 1 ? [] : reductions) {
      const name = shareName(scalar, level);
      const sent = sums[level]!.sent.map((places) => wordsOf(places, scalarBytes(type)));
      shares.set(name, { name, sent });
    }
    const numbers = this.subdomains.map((each) => this.members.indexOf(this.memberOf(each)));
    const layout = layoutMessages(components, [...shares.values()], (subdomain) => numbers[subdomain]!);
    if (this.members.length > 1) await this.#splitLeaves(components, numbers, needs);
    const links = this.#link(layout, messages);
    this.#mail?.[Symbol.dispose]();
    const mail = (this.#mail = new Mail({ members: this.members, links, layout, tracer: this.#tracer }));
    return { components, layout, links, mail, sums };
  }

  /** Links with room for a layout's messages; those that are large enough, and suit them, stay. */
  #link(layout: MessageLayout, messages: StepMessages): readonly Link[] {
    const old = this.#links;
    const optionsOf = (from: number, to: number): LinkOptions | null => {
      const words = layout.words.get(linkKey(from, to));
      const sizes = messageSizes(messages, layout, [from, to]);
      return words === undefined ? null : { routes: this.#routes, byteLength: 4 * words, sizes };
    };
    this.#links = old.filter((link) => {
      const options = optionsOf(link.from, link.to);
      return options !== null && link.suits(this.ends, options);
    });
    for (const link of old) if (!this.#links.includes(link)) link[Symbol.dispose]();
    for (const from of this.members.keys()) {
      for (const to of this.members.keys()) {
        const options = optionsOf(from, to);
        if (options === null || this.#links.some((link) => link.from === from && link.to === to)) continue;
        this.#links.push(new Link(this.ends, from, to, options));
      }
    }
    return this.#links;
  }

  /** Tells every member which of its leaves other members read, and which of theirs it computes too. */
  async #splitLeaves(
    components: readonly ComponentExchange[],
    numbers: readonly number[],
    { work }: HaloNeeds,
  ): Promise<void> {
    const read = new Map<string, Set<number>>();
    for (const { field, pairs } of components) {
      const perSlot = 128 * elementBytes(field.type);
      for (const { from, to, sources } of pairs) {
        if (numbers[from] === numbers[to]) continue;
        const key = `${from} ${field.level}`;
        const slots = read.get(key) ?? new Set();
        for (const word of sources) slots.add(Math.floor(word / perSlot));
        read.set(key, slots);
      }
    }
    const depths = new Map<number, number>();
    for (const [{ facts }, { depth }] of work) {
      depths.set(facts.level, Math.max(depth, depths.get(facts.level) ?? 0));
    }
    const ghostsOf = ({ index, levels }: Subdomain, level: number): Uint32Array => {
      const depth = depths.get(level);
      if (depth === undefined) return new Uint32Array();
      const { tables, ...held } = levels[level]!;
      const places = placesByRank(held);
      return this.#decomposition.around(index, level, depth).map((rank) => tables.slots[places[rank]!]!);
    };
    const partsOf = (subdomain: Subdomain, level: number): LeafParts => ({
      boundary: read.get(`${subdomain.index} ${level}`) ?? new Set(),
      ghosts: ghostsOf(subdomain, level),
    });
    for (const [number, member] of this.members.entries()) {
      await onDevice(this.place(number), () => member.splitLeaves(partsOf));
    }
  }

  #sums(): SharedSums[] {
    return this.#decomposition.domain.levels.map((_, level) => {
      const { owners } = this.#decomposition.cut(level);
      const numbers = this.subdomains.map((each) => this.members.indexOf(this.memberOf(each)));
      return shareSums(
        owners.map((owner) => numbers[owner]!),
        this.members.length,
      );
    });
  }

  /** Lays the fields of every member together: their addresses are others then. Waits for the devices. */
  async defragment(): Promise<Defragmentation> {
    const all: Defragmentation[] = [];
    for (const [number, { pools }] of this.members.entries()) {
      all.push(await onDevice(this.place(number), () => pools.defragment()));
    }
    const sum = (of: (each: Defragmentation) => number): number => all.reduce((total, each) => total + of(each), 0);
    return {
      buffers: sum(({ buffers }) => buffers),
      byteLength: sum(({ byteLength }) => byteLength),
      givenBack: sum(({ givenBack }) => givenBack),
      largestHoleBefore: Math.max(...all.map(({ largestHoleBefore }) => largestHoleBefore)),
      largestHole: Math.max(...all.map(({ largestHole }) => largestHole)),
    };
  }

  /** A member's device is lost: what the others wait for of it is let go, so that they end. */
  release(member: number): void {
    this.members[member]!.abandonRelay();
    this.#mail?.release(member);
    for (const link of this.#links) if (link.from === member) link.release();
  }

  /** Bytes of tables and scalars. */
  get topologyBytes(): number {
    return this.members.reduce((sum, member) => sum + member.topologyBytes, 0);
  }

  /** Gives everything back. Nothing is in flight. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.members) await member.endRelay();
    this.#mail?.[Symbol.dispose]();
    for (const link of this.#links) link[Symbol.dispose]();
    for (const member of this.members) member[Symbol.dispose]();
  }
}

function endOf(member: Member, place: Place): Endpoint {
  const { device, pools } = member;
  return {
    device,
    pools,
    place,
    get relay() {
      return member.relay;
    },
  };
}
