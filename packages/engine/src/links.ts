/**
 * @file Links: how a message gets from one member to another, over the transport that suits it (`transport/`).
 *
 * Each link has room for two messages, taken in turns. A member unpacks message n before it packs message n + 1, and packs
 * n + 2 only after it has waited for everybody's n + 1: so the room of n is free by then.
 */
import type { TimelinePoint } from '@halocline/gpu';
import type { Channel, Endpoint, MessageRange, Moves, TransportName } from './transport/channel.ts';
import type { Routes } from './transport/routes.ts';

/** Rooms of a link. */
export const TURNS = 2;

/** Rooms begin on so many bytes: no line of a device's cache holds bytes of two, which are written at different times. */
const ROOM = 256;

/** One direction between two members. */
export class Link implements Disposable {
  readonly from: number;
  readonly to: number;
  readonly transport: TransportName;
  /** What was to be, by the messages that it was opened for. */
  readonly #best: TransportName;
  /** Of one message. */
  readonly byteLength: number;
  readonly #channel: Channel;

  constructor(members: readonly Endpoint[], from: number, to: number, options: LinkOptions) {
    this.from = from;
    this.to = to;
    this.byteLength = ROOM * Math.max(1, Math.ceil(options.byteLength / ROOM));
    const label = `messages ${from + 1} → ${to + 1}`;
    const room = { label, byteLength: this.byteLength, turns: TURNS };
    const { transport, best, channel } = options.routes.open(members[from]!, members[to]!, room, options.sizes);
    this.transport = transport;
    this.#best = best;
    this.#channel = channel;
  }

  /** Whether it has room for messages, and would take the transport that it was opened with for them. */
  suits(members: readonly Endpoint[], { byteLength, routes, sizes }: LinkOptions): boolean {
    if (this.byteLength < byteLength) return false;
    const [size, ...others] = sizes;
    if (size === undefined) return true;
    const [from, to] = [members[this.from]!.device, members[this.to]!.device];
    return routes.ranking(from, to, [size, ...others])[0] === this.#best;
  }

  /** Whether a parcel of so many bytes is packed and unpacked in memory that both devices reach: what is small, or nothing hides. */
  isNear(byteLength: number, hidden: boolean): boolean {
    const { near } = this.#channel;
    return near !== undefined && (!hidden || byteLength < near.most);
  }

  /** Address of a turn's room on the sender: the near one, where `near`. */
  outAddress(turn: number, near: boolean = false): bigint {
    const room = near ? this.#channel.near! : this.#channel;
    return room.out.address + BigInt(turn * this.byteLength);
  }

  /** Address of a turn's room on the receiver: the near one, where `near`. */
  inAddress(turn: number, near: boolean = false): bigint {
    const room = near ? this.#channel.near! : this.#channel;
    return room.in.address + BigInt(turn * this.byteLength);
  }

  /** What queues of transfers record for its messages, where the mail puts them in order; null where it does so by itself. */
  get moves(): Moves | null {
    return this.#channel.moves;
  }

  /** What the sender's submit signals besides its own timeline: nothing, if it goes another way. */
  signals(): TimelinePoint[] {
    return this.#channel.signals();
  }

  /** The sender's submit ends at `point`; returns what the receiver's waits for, if it reads `range` alone. See `Channel.pass`. */
  pass(point: TimelinePoint, turn: number, range?: MessageRange): TimelinePoint {
    return this.#channel.pass(point, turn, range);
  }

  /** Throws if what passes messages on has failed. */
  check(): void {
    this.#channel.check();
  }

  /** The sender is lost: the receiver goes on without its messages. */
  release(): void {
    this.#channel.release();
  }

  [Symbol.dispose](): void {
    this.#channel[Symbol.dispose]();
  }
}

/** What a link is made for. */
export interface LinkOptions {
  readonly routes: Routes;
  /** Bytes of one message that has all that ever travels. */
  readonly byteLength: number;
  /** Bytes of messages as they come, by which the transport is chosen; that of all, where there are none. */
  readonly sizes: readonly number[];
}
