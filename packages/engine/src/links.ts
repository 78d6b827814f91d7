/**
 * @file Links: how a message gets from one member to another. The sender's kernels pack it, the receiver's unpack it, and nobody
 * waits on the host: the receiver's submit waits for a timeline that is signalled when the message is there.
 *
 * Each link has room for two messages, taken in turns. A member unpacks message n before it packs message n + 1, and packs
 * n + 2 only after it has waited for everybody's n + 1: so the room of n is free by then.
 *
 * | transport | message lies in                          | order                                        |
 * | --------- | ---------------------------------------- | -------------------------------------------- |
 * | shared    | host memory that both devices have mapped | a timeline that both know, else a relay      |
 * | staged    | mapped memory of each; a thread copies    | the same thread signals                      |
 */
import { shareHostMemory, type Buffer, type Relay, type TimelinePoint, type Timeline } from '@halocline/gpu';
import type { Member } from './member.ts';

/** How messages travel. */
export type Transport = 'shared' | 'staged';

const TRANSPORTS: readonly Transport[] = Object.freeze(['shared', 'staged']);

/** The transport that HALOCLINE_TRANSPORT names, else shared memory where the system has it. */
export function chooseTransport(): Transport {
  const asked = process.env['HALOCLINE_TRANSPORT'];
  if (asked === undefined || asked === '') return process.platform === 'linux' ? 'shared' : 'staged';
  const transport = TRANSPORTS.find((each) => each === asked);
  if (transport !== undefined) return transport;
  throw new TypeError(
    `Cannot use transport "${asked}": HALOCLINE_TRANSPORT takes ${TRANSPORTS.join(' or ')}; leave it out to have one chosen`,
  );
}

/** Rooms of a link. */
export const TURNS = 2;

/** What a message's submits are told. */
export interface Passage {
  /** The sender's submit signals it, where the driver shares timelines. */
  readonly signal: TimelinePoint | null;
  /** The receiver's submit waits for it. */
  readonly wait: TimelinePoint;
}

/** One direction between two members. */
export class Link implements Disposable {
  readonly from: number;
  readonly to: number;
  readonly transport: Transport;
  readonly byteLength: number;
  readonly #out: Buffer;
  readonly #in: Buffer;
  readonly #relay: Relay | null;
  /** Known to the sender's device and, as `#arrived`, to the receiver's. */
  readonly #sent: Timeline | null;
  readonly #arrived: Timeline;
  #count = 0;

  constructor(members: readonly Member[], from: number, to: number, options: LinkOptions) {
    const [sender, receiver] = [members[from]!.device, members[to]!.device];
    this.from = from;
    this.to = to;
    this.byteLength = Math.max(16, 16 * Math.ceil(options.byteLength / 16));
    this.transport = options.transport;
    const label = `messages ${from} → ${to}`;
    const room = { label, byteLength: TURNS * this.byteLength };
    using undo = new DisposableStack();
    if (options.transport === 'shared') {
      const [here, there] = shareHostMemory([sender, receiver], room) as [Buffer, Buffer];
      [this.#out, this.#in] = [undo.use(here), undo.use(there)];
    } else {
      this.#out = undo.use(sender.createBuffer({ ...room, owner: 'halo', memory: 'download' }));
      this.#in = undo.use(receiver.createBuffer({ ...room, owner: 'halo', memory: 'upload' }));
    }
    const direct = options.transport === 'shared' && sender.sharesTimelines && receiver.sharesTimelines;
    this.#sent = direct ? undo.use(sender.createTimeline(label, 'export')) : null;
    this.#arrived = undo.use(
      this.#sent === null
        ? receiver.createTimeline(label)
        : receiver.createTimeline(label, { fd: this.#sent.exportFd() }),
    );
    this.#relay = direct ? null : members[from]!.relay;
    undo.move();
  }

  /** Address of a turn's room on the sender. */
  outAddress(turn: number): bigint {
    return this.#out.address + BigInt(turn * this.byteLength);
  }

  /** Address of a turn's room on the receiver. */
  inAddress(turn: number): bigint {
    return this.#in.address + BigInt(turn * this.byteLength);
  }

  /** What the submits of the next message are told. */
  next(): Passage {
    const value = ++this.#count;
    const wait = { timeline: this.#arrived, value };
    return { signal: this.#sent === null ? null : { timeline: this.#sent, value }, wait };
  }

  /** The sender's submit is on its way, and ends at `point`: the rest happens by itself. */
  async pass(point: TimelinePoint, turn: number, { wait }: Passage): Promise<void> {
    if (this.#relay === null) return;
    const offset = BigInt(turn * this.byteLength);
    const copy = {
      from: this.transport === 'staged' ? this.#out.mappedAddress + offset : 0n,
      to: this.transport === 'staged' ? this.#in.mappedAddress + offset : 0n,
      byteLength: this.transport === 'staged' ? this.byteLength : 0,
    };
    await this.#relay.post({ value: point.value, copy, signal: wait });
  }

  /** Throws if what passes messages on has failed. */
  check(): void {
    this.#relay?.check();
  }

  [Symbol.dispose](): void {
    this.#sent?.[Symbol.dispose]();
    this.#arrived[Symbol.dispose]();
    this.#out[Symbol.dispose]();
    this.#in[Symbol.dispose]();
  }
}

/** What a link is made for. */
export interface LinkOptions {
  readonly transport: Transport;
  /** Bytes of one message. */
  readonly byteLength: number;
}
