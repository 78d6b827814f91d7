/**
 * @file What a transport does between two devices: whether the bytes that one writes are those that the other reads (an import that
 * succeeds may show other memory), and how long a message takes, by its size: from the sender's submit until the
 * receiver has copied it to memory of its own.
 */
import type { CommandBuffer, TimelinePoint } from '@halocline/gpu';
import type { Channel, Endpoint, Transport } from './channel.ts';

/** How long a message of a size takes. */
export interface MessageTime {
  readonly byteLength: number;
  readonly microseconds: number;
}

/** How a measurement is made. */
export interface MeasureOptions {
  /** Bytes of messages, ascending, each a multiple of 16. */
  readonly sizes: readonly number[];
  /** Messages of each size that count; the middle one is taken. */
  readonly rounds: number;
  /** Milliseconds after which a message counts as lost. */
  readonly patienceMs: number;
}

const WARM_UP = 3;
const TURNS = 2;

/** A message did not arrive. What is on its way may stay so: neither the channel nor its devices can be closed. */
export class StallError extends Error {
  override readonly name = 'StallError';
}

/** Sends messages of each size. Throws what the transport throws, an Error for wrong bytes, StallError. */
export async function measureTransport(
  transport: Transport,
  from: Endpoint,
  to: Endpoint,
  { sizes, rounds, patienceMs }: MeasureOptions,
): Promise<MessageTime[]> {
  const times: MessageTime[] = [];
  for (const byteLength of sizes) {
    const label = `${transport.name} probe of ${byteLength} bytes`;
    const channel = transport.open(from, to, { label, byteLength, turns: TURNS });
    let probe: Probe | undefined;
    try {
      probe = new Probe(channel, from, to, byteLength);
      await probe.checkBytes(patienceMs);
      const microseconds = rounds === 0 ? 0 : await probe.time(rounds, patienceMs);
      times.push({ byteLength, microseconds });
    } catch (error) {
      if (error instanceof StallError) throw error;
      await settle(from, to);
      throw error;
    } finally {
      // After a stall the objects stay: the devices may yet use them.
      if (probe?.stalled !== true) {
        await settle(from, to);
        probe?.[Symbol.dispose]();
        channel[Symbol.dispose]();
      }
    }
  }
  return times;
}

async function settle(from: Endpoint, to: Endpoint): Promise<void> {
  await Promise.all([from, to].map(({ device }) => device.idle()));
}

/** One channel under test. */
class Probe implements Disposable {
  stalled = false;
  readonly #channel: Channel;
  readonly #from: Endpoint;
  readonly #to: Endpoint;
  readonly #byteLength: number;
  readonly #owned = new DisposableStack();
  readonly #source;
  readonly #target;
  readonly #puts: CommandBuffer[] = [];
  readonly #takes: CommandBuffer[] = [];
  #turn = 0;

  constructor(channel: Channel, from: Endpoint, to: Endpoint, byteLength: number) {
    this.#channel = channel;
    this.#from = from;
    this.#to = to;
    this.#byteLength = byteLength;
    this.#source = this.#owned.use(from.device.createBuffer({ label: 'probe source', byteLength }));
    this.#target = this.#owned.use(to.device.createBuffer({ label: 'probe target', byteLength }));
    for (let turn = 0; turn < TURNS; turn++) {
      const at = turn * byteLength;
      const put = from.device.record('probe put', (encoder) =>
        encoder
          .copy(this.#source, 0, channel.out, at, byteLength)
          .barrier(['transfer-target'], ['host-read', 'transfer-source']),
      );
      const take = to.device.record('probe take', (encoder) =>
        encoder.barrier(['host-write'], ['transfer-source']).copy(channel.in, at, this.#target, 0, byteLength),
      );
      this.#puts.push(this.#owned.use(put));
      this.#takes.push(this.#owned.use(take));
    }
  }

  /** Sends a pattern through each room, the receiver's submit only when the message is there. */
  async checkBytes(patienceMs: number): Promise<void> {
    for (let round = 0; round < TURNS; round++) {
      const words = pattern(this.#byteLength / 4, round);
      await this.#from.device.staging.upload(this.#source, 0, words);
      const arrival = await this.#send();
      await this.#within(arrival, patienceMs);
      const taken = this.#to.device.compute.submit([this.#takes[this.#turn]!], { wait: [arrival] });
      await this.#within(taken, patienceMs);
      const read = await this.#to.device.staging.download(this.#target);
      if (!same(new Uint32Array(read.buffer), words))
        throw new Error('the bytes that arrive are others than were sent');
      this.#turn = (this.#turn + 1) % TURNS;
    }
  }

  /** Microseconds of the middle one of so many messages, one after the other. */
  async time(rounds: number, patienceMs: number): Promise<number> {
    const times: number[] = [];
    for (let round = 0; round < WARM_UP + rounds; round++) {
      const start = performance.now();
      const arrival = await this.#send();
      const taken = this.#to.device.compute.submit([this.#takes[this.#turn]!], { wait: [arrival] });
      if (!taken.timeline.waitBlocking(taken.value, patienceMs)) throw this.#stall(patienceMs);
      if (round >= WARM_UP) times.push(1000 * (performance.now() - start));
      this.#turn = (this.#turn + 1) % TURNS;
    }
    return times.sort((a, b) => a - b)[rounds >> 1]!;
  }

  #send(): Promise<TimelinePoint> {
    const point = this.#from.device.compute.submit([this.#puts[this.#turn]!], { signal: this.#channel.signals() });
    return this.#channel.pass(point, this.#turn);
  }

  async #within({ timeline, value }: TimelinePoint, patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, patienceMs, 'late')));
    const wait = timeline.wait(value);
    const ended = await Promise.race([wait, late]).finally(() => clearTimeout(timer));
    if (ended === 'late') {
      // Whoever closes the device at last ends the wait, and nobody asks for it then.
      wait.catch(() => undefined);
      this.#channel.check();
      throw this.#stall(patienceMs);
    }
    this.#channel.check();
  }

  #stall(patienceMs: number): StallError {
    this.stalled = true;
    return new StallError(`it stalls: a message is not there after ${patienceMs} ms`);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

/** Words that no fresh memory holds, others in each round. */
function pattern(words: number, round: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(
    { length: words },
    (_, index) => Math.imul(index + 1, 0x9e3779b1) ^ (0x5bd1e995 * (round + 1)),
  );
}

function same(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}
