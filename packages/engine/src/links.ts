/**
 * @file Links: how a message gets from one member to another. The sender's kernels pack it, the receiver's unpack it, and nobody
 * waits on the host: the receiver's submit waits for a timeline that is signalled when the message is there.
 *
 * Each link has room for two messages, taken in turns. A member unpacks message n before it packs message n + 1, and packs
 * n + 2 only after it has waited for everybody's n + 1: so the room of n is free by then.
 *
 * | transport | the message lies in                       | it goes                                               |
 * | --------- | ----------------------------------------- | ----------------------------------------------------- |
 * | shared    | host memory that both devices have mapped | by the kernels themselves; or, where it is large, from device memory to device memory by the queues of transfers, beside the work |
 * | staged    | mapped memory of each                     | by a thread, which copies and signals                 |
 *
 * The order of shared messages is a timeline that both devices know, where the driver shares them, else a relay's.
 * Two H200, D3Q19 at 512³ a device (5 MiB a message): kernels that write and read host memory took 8.0 ms a step, where
 * one device alone takes 5.5.
 */
import {
  shareHostMemory,
  type Buffer,
  type CommandBuffer,
  type Device,
  type Encoder,
  type Relay,
  type Timeline,
  type TimelinePoint,
} from '@halocline/gpu';
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

/** Messages from this many bytes on go by the queues of transfers. */
const LARGE = 2 ** 17;

/** One direction between two members. */
export class Link implements Disposable {
  readonly from: number;
  readonly to: number;
  readonly transport: Transport;
  /** Of one message. */
  readonly byteLength: number;
  readonly #sender: Device;
  readonly #receiver: Device;
  readonly #out: Buffer;
  readonly #in: Buffer;
  readonly #relay: Relay | null;
  /** Known to the sender's device and, as `#arrived`, to the receiver's. */
  readonly #sent: Timeline | null;
  readonly #arrived: Timeline;
  /** For large messages: copies of each turn to host memory, and from there. */
  readonly #copies: { readonly out: readonly CommandBuffer[]; readonly into: readonly CommandBuffer[] } | null;
  readonly #owned: DisposableStack;
  #count = 0;

  constructor(members: readonly Member[], from: number, to: number, options: LinkOptions) {
    const [sender, receiver] = [members[from]!, members[to]!];
    this.from = from;
    this.to = to;
    this.#sender = sender.device;
    this.#receiver = receiver.device;
    this.byteLength = Math.max(16, 16 * Math.ceil(options.byteLength / 16));
    this.transport = options.transport;
    const label = `messages ${from} → ${to}`;
    const room = { label, owner: 'halo', byteLength: TURNS * this.byteLength };
    const shared = options.transport === 'shared';
    const direct = shared && sender.device.sharesTimelines && receiver.device.sharesTimelines;
    using undo = new DisposableStack();
    this.#sent = direct ? undo.use(sender.device.createTimeline(label, 'export')) : null;
    this.#arrived = undo.use(
      this.#sent === null
        ? receiver.device.createTimeline(label)
        : receiver.device.createTimeline(label, { fd: this.#sent.exportFd() }),
    );
    this.#relay = direct ? null : sender.relay;
    const apart = (device: Device): boolean => device.transfer !== device.compute;
    if (direct && this.byteLength >= LARGE && apart(sender.device) && apart(receiver.device)) {
      const [here, there] = shareHostMemory([sender.device, receiver.device], room) as [Buffer, Buffer];
      undo.use(here);
      undo.use(there);
      this.#out = undo.use(sender.pools.halos.createBuffer(room));
      this.#in = undo.use(receiver.pools.halos.createBuffer(room));
      const copies = (device: Device, source: Buffer, target: Buffer): CommandBuffer[] =>
        Array.from({ length: TURNS }, (_, turn) => {
          const at = turn * this.byteLength;
          const body = (encoder: Encoder): unknown => encoder.copy(source, at, target, at, this.byteLength);
          return undo.use(device.record(label, body, { queue: 'transfer' }));
        });
      this.#copies = { out: copies(sender.device, this.#out, here), into: copies(receiver.device, there, this.#in) };
    } else {
      this.#copies = null;
      const [here, there] = shared
        ? (shareHostMemory([sender.device, receiver.device], room) as [Buffer, Buffer])
        : [
            undo.use(sender.device.createBuffer({ ...room, memory: 'download' })),
            receiver.device.createBuffer({ ...room, memory: 'upload' }),
          ];
      [this.#out, this.#in] = [undo.use(here), undo.use(there)];
    }
    this.#owned = undo.move();
  }

  /** Address of a turn's room on the sender. */
  outAddress(turn: number): bigint {
    return this.#out.address + BigInt(turn * this.byteLength);
  }

  /** Address of a turn's room on the receiver. */
  inAddress(turn: number): bigint {
    return this.#in.address + BigInt(turn * this.byteLength);
  }

  /** What the sender's submit signals besides its own timeline: nothing, if it goes another way. */
  signals(): TimelinePoint[] {
    this.#count++;
    return this.#sent === null || this.#copies !== null ? [] : [{ timeline: this.#sent, value: this.#count }];
  }

  /** The sender's submit is on its way, and ends at `point`; returns what the receiver's submit waits for. */
  async pass(point: TimelinePoint, turn: number): Promise<TimelinePoint> {
    const arrived = { timeline: this.#arrived, value: this.#count };
    if (this.#copies !== null) {
      const sent = { timeline: this.#sent!, value: this.#count };
      this.#sender.transfer.submit([this.#copies.out[turn]!], { wait: [point], signal: [sent] });
      return this.#receiver.transfer.submit([this.#copies.into[turn]!], { wait: [arrived] });
    }
    if (this.#relay === null) return arrived;
    const offset = BigInt(turn * this.byteLength);
    const staged = this.transport === 'staged';
    const copy = {
      from: staged ? this.#out.mappedAddress + offset : 0n,
      to: staged ? this.#in.mappedAddress + offset : 0n,
      byteLength: staged ? this.byteLength : 0,
    };
    await this.#relay.post({ value: point.value, copy, signal: arrived });
    return arrived;
  }

  /** Throws if what passes messages on has failed. */
  check(): void {
    this.#relay?.check();
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

/** What a link is made for. */
export interface LinkOptions {
  readonly transport: Transport;
  /** Bytes of one message. */
  readonly byteLength: number;
}
