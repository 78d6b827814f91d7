/**
 * @file Mail: brings the messages of one hop from all members to all others. Every member packs, in a submit of its own; what comes
 * after, stands here:
 *
 *     sender     compute queue    … pack │ interior …
 *                transfer queue          └ out: to host memory, all neighbours' messages in one submit
 *     receiver   transfer queue               └ in: from host memory, in one submit, when all neighbours' are there
 *                compute queue    … interior      └ unpack …
 *
 * What the kernels have written in place (small parcels, what no work hides, memory that both hold) needs neither copy: then the packing
 * submit signals, and the unpacking one waits. A member has two timelines, which all others know, the number of the hop their value: one for
 * either way, as a message in place may overtake the copies of the hop before. Channels that have an order of their own (`moves` is null,
 * or the drivers share no timelines) say by themselves what to wait for.
 */
import type { CommandBuffer, Encoder, Timeline, TimelinePoint } from '@halocline/gpu';
import type { Link } from '../links.ts';
import type { Member } from '../member.ts';
import type { MessageLayout } from '../message-layout.ts';
import { plainName } from '../pass-facts.ts';
import type { Hop } from '../segments.ts';
import type { Stamps } from '../trace/stamps.ts';
import type { TrackOf, Tracer } from '../trace/tracer.ts';
import type { MessageRange } from '../transport/channel.ts';
import type { Outboxes, Post } from './outboxes.ts';

/** What is sent in a hop, and the room of the messages. */
export interface Sending {
  readonly hop: Hop;
  readonly turn: number;
}

/** A step's copies, where they are traced: to be read when the step is done. */
export interface TracedCopies extends Disposable {
  readonly member: number;
  readonly track: TrackOf;
  readonly stamps: Stamps;
}

/** What mail is made for. */
export interface MailOptions {
  readonly members: readonly Member[];
  readonly links: readonly Link[];
  readonly layout: MessageLayout;
  /** Where what happens is noted, if it is. */
  readonly tracer: Tracer | null;
}

type Side = 'out' | 'into';

/** What of a hop goes by a link. */
interface Move {
  readonly link: Link;
  readonly range: MessageRange;
}

/** How far a member's messages are, as one device knows it. */
interface Ways {
  /** What its compute queue has written in place. */
  readonly inPlace: Timeline;
  /** What its queue of transfers has copied. */
  readonly copied: Timeline;
}

/** What is known of hops that send the same. */
interface Route {
  /** By member. */
  readonly out: readonly (readonly Move[])[];
  readonly into: readonly (readonly Move[])[];
  /** What links that order themselves bring. */
  readonly others: readonly Move[];
  /** By side, member and room of the messages. */
  readonly commands: Map<string, CommandBuffer>;
}

/** The mail of a simulation's members. Dispose it when nothing is on its way. */
export class Mail implements Disposable {
  readonly #options: MailOptions;
  /** Those that are ordered here, and those that order themselves. */
  readonly #ordered: readonly Link[];
  readonly #others: readonly Link[];
  /** By member: the hop that it has sent. */
  readonly #sent: readonly (Ways | null)[];
  /** By ordered link: the same on the receiver's device. */
  readonly #seen: ReadonlyMap<Link, Ways>;
  /** By member: the ordered links that its messages come by. */
  readonly #incoming: readonly (readonly Link[])[];
  readonly #routes = new Map<string, Route>();
  /** The same by the hop itself, which recordings keep. */
  readonly #known = new WeakMap<Hop, Route>();
  #traced: TracedCopies[] = [];
  #hop = 0;

  constructor(options: MailOptions) {
    const { members, links } = options;
    this.#options = options;
    const isOrdered = ({ moves, from, to }: Link): boolean =>
      moves !== null && [from, to].every((member) => members[member]!.device.sharesTimelines);
    this.#ordered = links.filter(isOrdered);
    this.#others = links.filter((link) => !isOrdered(link));
    using undo = new DisposableStack();
    this.#sent = members.map(({ device }, number) => {
      if (!this.#ordered.some(({ from }) => from === number)) return null;
      const make = (what: string): Timeline =>
        undo.use(device.createTimeline(`messages of device ${number + 1}, ${what}`, 'export'));
      return { inPlace: make('in place'), copied: make('copied') };
    });
    this.#seen = new Map(
      this.#ordered.map((link) => {
        const { inPlace, copied } = this.#sent[link.from]!;
        const see = (timeline: Timeline, what: string): Timeline => {
          const label = `messages ${link.from + 1} → ${link.to + 1}, ${what}`;
          return undo.use(members[link.to]!.device.createTimeline(label, { fd: timeline.exportFd() }));
        };
        return [link, { inPlace: see(inPlace, 'in place'), copied: see(copied, 'copied') }];
      }),
    );
    this.#incoming = members.map((_, to) => this.#ordered.filter((link) => link.to === to));
    undo.move();
  }

  /** What a member's submit that packs signals besides its own timeline. */
  signals(member: number, sending: Sending): TimelinePoint[] {
    const signals: TimelinePoint[] = [];
    for (const link of this.#others) if (link.from === member) signals.push(...link.signals());
    const sent = this.#sent[member]!;
    const inPlace = sent !== null && this.#route(sending.hop).out[member]!.length === 0;
    if (inPlace) signals.push({ timeline: sent.inPlace, value: this.#hop + 1 });
    return signals;
  }

  /** Whether anybody asks when a member's submit that packs is done: else what it signals tells all. */
  asks(member: number, { hop }: Sending): boolean {
    return this.#others.some(({ from }) => from === member) || this.#route(hop).out[member]!.length > 0;
  }

  /** All members' submits that pack are gathered, and end at `packed`; by member, what its next submit waits for. */
  pass(packed: readonly TimelinePoint[], sending: Sending, outboxes: Outboxes): TimelinePoint[][] {
    const arrivals: TimelinePoint[][] = packed.map(() => []);
    for (const { link, range } of this.#route(sending.hop).others) {
      const post = { link, packed: packed[link.from]!, turn: sending.turn, range };
      outboxes.posts.push(post);
      arrivals[link.to]!.push(link.pass(post.packed, post.turn, range));
    }
    const value = ++this.#hop;
    outboxes.hops++;
    this.#copyOut(packed, sending, value, outboxes);
    const { out } = this.#route(sending.hop);
    for (const [to, points] of arrivals.entries()) {
      const wait = this.#incoming[to]!.map((link) => {
        const { inPlace, copied } = this.#seen.get(link)!;
        return { timeline: out[link.from]!.length === 0 ? inPlace : copied, value };
      });
      const commands = this.#copies('into', to, sending);
      const { transfer } = this.#options.members[to]!.device;
      if (commands === null) points.push(...wait);
      else points.push(outboxes.add(to, transfer, { commands: [commands], wait }));
    }
    return arrivals;
  }

  /** Copies of large messages to where others reach them. */
  #copyOut(packed: readonly TimelinePoint[], sending: Sending, value: number, outboxes: Outboxes): void {
    for (const [from, sent] of this.#sent.entries()) {
      const commands = this.#copies('out', from, sending);
      if (sent === null || commands === null) continue;
      const { transfer } = this.#options.members[from]!.device;
      const signal = [{ timeline: sent.copied, value }];
      outboxes.add(from, transfer, { commands: [commands], wait: [packed[from]!], signal });
    }
  }

  /** Passes messages on as before, of so many hops: packed at points that are as far `ahead` as their timelines are by now. */
  repeat(posts: readonly Post[], hops: number, ahead: (timeline: Timeline) => number): void {
    for (const { link, packed, turn, range } of posts) {
      link.signals();
      link.pass({ timeline: packed.timeline, value: packed.value + ahead(packed.timeline) }, turn, range);
    }
    this.#hop += hops;
  }

  /** Hops so far. */
  get hop(): number {
    return this.#hop;
  }

  /** What the queues of transfers ran since the last call, where that is traced. */
  takeTraced(): TracedCopies[] {
    const traced = this.#traced;
    this.#traced = [];
    return traced;
  }

  /** Throws if what passes messages on has failed. */
  check(): void {
    for (const link of this.#others) link.check();
  }

  /** A member is lost: the others go on without its messages. */
  release(member: number): void {
    for (const [{ from }, { inPlace, copied }] of this.#seen) {
      if (from !== member) continue;
      for (const timeline of [inPlace, copied]) timeline.signal(Math.max(this.#hop, timeline.last) + 1);
    }
  }

  /** The copies of one hop, on a member's side of all its links; null where the kernels have done them. */
  #copies(side: Side, member: number, { hop, turn }: Sending): CommandBuffer | null {
    const route = this.#route(hop);
    const moves = route[side][member]!;
    if (moves.length === 0) return null;
    if (this.#options.tracer !== null) return this.#tracedCopies(side, member, turn, moves);
    const key = `${side} ${member} ${turn}`;
    let commands = route.commands.get(key);
    if (commands === undefined) {
      commands = this.#record(member, (encoder) => {
        for (const { link, range } of moves) link.moves![side]!(encoder, turn, range);
      });
      route.commands.set(key, commands);
    }
    return commands;
  }

  #route(hop: Hop): Route {
    let route = this.#known.get(hop);
    if (route === undefined) {
      const key = `${hop.hidden} ${hop.names.join()}`;
      route = this.#routes.get(key) ?? this.#makeRoute(hop);
      this.#routes.set(key, route);
      this.#known.set(hop, route);
    }
    return route;
  }

  #makeRoute(hop: Hop): Route {
    const all = this.#ordered.map((link) => ({ link, range: this.#rangeOf(link, hop) }));
    const of = (side: Side, end: 'from' | 'to'): Move[][] =>
      this.#options.members.map((_, member) =>
        all.filter(
          ({ link, range }) => link[end] === member && range.byteLength > 0 && (link.moves![side] ?? null) !== null,
        ),
      );
    const others = this.#others.map((link) => ({ link, range: this.#rangeOf(link, hop) }));
    return { out: of('out', 'from'), into: of('into', 'to'), others, commands: new Map() };
  }

  /** From the first byte that is sent to the last, without what the kernels write in place. */
  #rangeOf(link: Link, { names, hidden }: Hop): MessageRange {
    const plain = new Set(names.map(plainName));
    const own = this.#options.layout.parcels.filter(
      ({ from, to, name, sources }) =>
        from === link.from && to === link.to && plain.has(name) && !link.isNear(4 * sources.length, hidden),
    );
    if (own.length === 0) return { offset: 0, byteLength: 0 };
    const first = Math.min(...own.map(({ offset }) => offset));
    const end = Math.max(...own.map(({ offset, sources }) => offset + sources.length));
    return { offset: 4 * first, byteLength: 4 * (end - first) };
  }

  #record(member: number, body: (encoder: Encoder) => void): CommandBuffer {
    return this.#options.members[member]!.device.record('messages', body, { queue: 'transfer' });
  }

  /** Copies of this hop alone, with timestamps. */
  #tracedCopies(side: Side, member: number, turn: number, moves: readonly Move[]): CommandBuffer {
    const { tracer } = this.#options;
    const stamps = tracer!.stamps(member, { label: 'messages', spans: 1 + moves.length, queue: 'transfer' });
    stamps.reset();
    const commands = this.#record(member, (encoder) =>
      stamps.around(encoder, { name: `messages ${side}`, kind: 'submit' }, () => {
        for (const { link, range } of moves) {
          const name = `message ${link.from + 1} → ${link.to + 1}`;
          const copy = (): void => link.moves![side]!(encoder, turn, range);
          stamps.around(encoder, { name, kind: 'copy', about: { bytes: range.byteLength } }, copy);
        }
      }),
    );
    const dispose = (): void => {
      commands[Symbol.dispose]();
      stamps[Symbol.dispose]();
    };
    this.#traced.push({ member, track: side, stamps, [Symbol.dispose]: dispose });
    return commands;
  }

  [Symbol.dispose](): void {
    for (const each of this.#traced) each[Symbol.dispose]();
    for (const { commands } of this.#routes.values()) for (const each of commands.values()) each[Symbol.dispose]();
    for (const ways of [...this.#seen.values(), ...this.#sent]) {
      ways?.inPlace[Symbol.dispose]();
      ways?.copied[Symbol.dispose]();
    }
  }
}
