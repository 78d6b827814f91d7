/**
 * @file The proof of a channel: before anybody relies on it, a few words go through each of its rooms, and have to come out as they
 * went in. What was measured may be kept from an earlier start, or be another pair's: this isn't.
 */
import { randomBytes } from 'node:crypto';
import type { Buffer, Device, Encoder, TimelinePoint } from '@halocline/gpu';
import { bufferAt, type Channel, type ChannelOptions, type Endpoint } from './channel.ts';
import { StallError } from './way.ts';

/** Bytes at the beginning, in the middle and at the end of a message. */
const SPAN = 16;
const PATIENCE_MS = 2000;
/** How long what the devices were given before may take: it may be another simulation's, and is no fault of the channel. */
const EARLIER_MS = 60_000;

/** Where a message is looked at. */
interface Place {
  readonly out: Buffer;
  readonly in: Buffer;
  readonly offset: number;
  readonly word: number;
}

/**
 * Sends words through each room of a channel. Throws an Error where others come out, or none do; StallError where what waits for them
 * can't be let go. Blocks for as long as a message takes, and what was submitted before. Nothing is on its way after it.
 */
export function proveChannel(channel: Channel, from: Endpoint, to: Endpoint, options: ChannelOptions): void {
  for (const { device } of [from, to]) finishEarlier(device);
  using owned = new DisposableStack();
  for (let turn = 0; turn < options.turns; turn++) {
    const places = placesOf(channel, turn, options);
    const byteLength = SPAN * places.length;
    const seen = owned.use(bufferAt(to, { label: 'proof of messages', byteLength, memory: 'download' }));
    const put = owned.use(from.device.record('proof', (encoder) => write(encoder, places)));
    const take = owned.use(to.device.record('proof', (encoder) => read(encoder, places, seen)));
    const packed = from.device.compute.submit([put], { signal: channel.signals() });
    const arrival = channel.pass(packed, turn);
    const taken = to.device.compute.submit([take], { wait: [arrival] });
    waitFor(taken, channel, from.device);
    const words = new Uint32Array(seen.mapped.slice().buffer);
    if (words.some((word, at) => word !== places[Math.floor((4 * at) / SPAN)]!.word))
      throw new Error('the bytes that arrive are others than were sent');
  }
}

/** Waits for all that was submitted so far. */
function finishEarlier({ compute, transfer }: Device): void {
  compute.sendCompanion();
  for (const { timeline } of [compute, transfer])
    if (!timeline.waitBlocking(timeline.last, EARLIER_MS)) throw new StallError(EARLIER_MS);
}

function placesOf(channel: Channel, turn: number, { byteLength }: ChannelOptions): Place[] {
  const first = turn * byteLength;
  const middle = SPAN * Math.floor(byteLength / 2 / SPAN);
  const offsets = new Set([0, middle, byteLength - SPAN].map((offset) => first + Math.min(offset, byteLength - SPAN)));
  const rooms = channel.near === undefined ? [channel] : [channel, channel.near];
  const chance = randomBytes(4 * rooms.length * offsets.size);
  const places = rooms.flatMap((room) => [...offsets].map((offset) => ({ out: room.out, in: room.in, offset })));
  return places.map((place, index) => ({ ...place, word: chance.readUInt32LE(4 * index) }));
}

function write(encoder: Encoder, places: readonly Place[]): void {
  for (const { out, offset, word } of places) encoder.fill(out, offset, SPAN, word);
  encoder.barrier(['transfer-target'], ['host-read', 'transfer-source']);
}

function read(encoder: Encoder, places: readonly Place[], seen: Buffer): void {
  encoder.barrier(['host-write'], ['transfer-source']);
  for (const [at, place] of places.entries()) encoder.copy(place.in, place.offset, seen, SPAN * at, SPAN);
  encoder.barrier(['transfer-target'], ['host-read']);
}

/** Waits until it has been taken; who stands in its way for too long is let go, and told. */
function waitFor({ timeline, value }: TimelinePoint, channel: Channel, from: Device): void {
  if (timeline.waitBlocking(value, PATIENCE_MS)) {
    channel.check();
    return;
  }
  const stall = new StallError(PATIENCE_MS);
  channel.release();
  const isFree =
    timeline.waitBlocking(value, PATIENCE_MS) &&
    from.compute.timeline.waitBlocking(from.compute.timeline.last, PATIENCE_MS);
  throw isFree ? new Error(stall.message) : stall;
}
