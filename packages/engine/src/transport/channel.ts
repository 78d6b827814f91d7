/**
 * @file The one interface of all transports. A channel carries messages in one direction between two devices: the sender's kernels
 * pack a message into `out`, the receiver's unpack it from `in`, and nobody waits on the host: the receiver's submit waits
 * for a point that is reached when the message is there.
 *
 * | transport   | the message lies in                        | it goes                                                     |
 * | ----------- | ------------------------------------------ | ----------------------------------------------------------- |
 * | same-device | device memory that both hold               | not at all: two logical devices of one card                 |
 * | shared      | host memory that both have mapped          | by the kernels themselves; where it is large, from device memory to device memory by the queues of transfers, beside the work |
 * | cuda        | CUDA's memory of each, held by Vulkan too  | from card to card, started by a thread when it is packed    |
 * | group       | memory of each, held by a device group     | from card to card, by the group's own queue                 |
 * | staged      | mapped memory of each                      | by a thread, which copies                                   |
 */
import type { Buffer, BufferOptions, Device, Encoder, Relay, TimelinePoint } from '@halocline/gpu';
import { onDeviceNow, type Place } from '../loss/on-device.ts';

/** How messages travel. */
export type TransportName = 'same-device' | 'staged' | 'shared' | 'cuda' | 'group';

/** One end of a channel. */
export interface Endpoint {
  readonly device: Device;
  /** Which of several it is, for who is told that it is lost or full; absent where nobody is. */
  readonly place?: Place;
  /** Where memory for messages comes from. */
  readonly pools: { readonly halos: { createBuffer(options: BufferOptions): Buffer } };
  /** Passes on what happens on the device's compute queue; another once that was abandoned. It ends before the channels that use it. */
  readonly relay: Relay;
}

/** Runs an act of an end's device. Where that is lost, or has no memory left, the error says which of several it is. */
export function atEnd<T>({ place }: Endpoint, act: () => T): T {
  return place === undefined ? act() : onDeviceNow(place, act);
}

/** A buffer of an end's device. */
export function bufferAt(end: Endpoint, options: BufferOptions): Buffer {
  return atEnd(end, () => end.device.createBuffer(options));
}

/** What a channel is made for. */
export interface ChannelOptions {
  /** Its name in messages. */
  readonly label: string;
  /** Bytes of one message, a multiple of 16. */
  readonly byteLength: number;
  /** Messages that it has room for: they take turns. */
  readonly turns: number;
}

/** What queues of transfers record for the messages of a channel; null where the kernels write and read in place. */
export interface Moves {
  readonly out: ((encoder: Encoder, turn: number, range: MessageRange) => void) | null;
  readonly into: ((encoder: Encoder, turn: number, range: MessageRange) => void) | null;
}

/** The part of a message that is used, in bytes. */
export interface MessageRange {
  readonly offset: number;
  readonly byteLength: number;
}

/** Memory that both devices reach, laid out as the rooms are: what is small is packed and unpacked there, and isn't copied. */
export interface NearRoom {
  readonly out: Buffer;
  readonly in: Buffer;
  /** Bytes that a parcel may have. */
  readonly most: number;
}

/** One direction between two devices. Dispose it when nothing is on its way. */
export interface Channel extends Disposable {
  /** The sender's room: `turns` messages, one behind the other. */
  readonly out: Buffer;
  /** The receiver's room. */
  readonly in: Buffer;
  /**
   * Where this isn't null, the members' mail puts the messages in order and moves them, and calls neither `signals` nor `pass`;
   * else the channel does both by itself.
   */
  readonly moves: Moves | null;
  /** Where there are `moves` with copies. */
  readonly near?: NearRoom;
  /** To be signalled by the sender's submit that packs the next message, besides its own timeline. */
  signals(): TimelinePoint[];
  /**
   * The submit that packs ends at `point`: it is on its way, or will be before anybody else has a turn. What is returned is reached
   * when the message is there. No more than `range` need be.
   */
  pass(point: TimelinePoint, turn: number, range?: MessageRange): TimelinePoint;
  /** Throws if what passes messages on has failed. */
  check(): void;
  /** Nothing of the sender's comes any more: whoever waits for a message goes on without, so that it can end. May block. */
  release(): void;
}

/** A way between devices. */
export interface Transport {
  readonly name: TransportName;
  /** Why it can't be between these, in words that follow a colon; null if it may. Quick: nothing is tried. */
  refusal(from: Device, to: Device): string | null;
  /** Holds what the first channel at a device makes and the last one gives back, for who opens some one after another. */
  hold?(device: Device): Disposable;
  /** Throws where it can't be after all. */
  open(from: Endpoint, to: Endpoint, options: ChannelOptions): Channel;
}
