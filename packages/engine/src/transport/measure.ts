/**
 * @file What a transport does between two devices: whether the bytes that one writes are those that the other reads (an import that
 * succeeds may show other memory), and how long a round takes, by the size of its messages: both pack, send each other, and
 * unpack to memory of their own, with no work beside it. That is what a solver's exchanges are like, and the hardest case: both
 * queues wait, and a driver may let whoever works for them wait as well (CUDA's copies, two milliseconds on an H200).
 */
import type { Buffer, CommandBuffer, TimelinePoint } from '@halocline/gpu';
import type { Channel, Endpoint, Transport } from './channel.ts';

/** How long a round with messages of a size takes. */
export interface MessageTime {
  readonly byteLength: number;
  readonly microseconds: number;
}

/** How a measurement is made. */
export interface MeasureOptions {
  /** Bytes of messages, ascending, each a multiple of 16. */
  readonly sizes: readonly number[];
  /** Rounds of each size that count; the middle one is taken. */
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

/** Sends messages of each size both ways. Throws what the transport throws, an Error for wrong bytes, StallError. */
export async function measureTransport(
  transport: Transport,
  one: Endpoint,
  other: Endpoint,
  { sizes, rounds, patienceMs }: MeasureOptions,
): Promise<MessageTime[]> {
  const times: MessageTime[] = [];
  for (const byteLength of sizes) {
    const owned = new DisposableStack();
    const ways: Way[] = [];
    const close = async (): Promise<void> => {
      await Promise.all([one, other].map(({ device }) => device.idle()));
      owned.dispose();
    };
    try {
      ways.push(owned.use(new Way(transport, one, other, byteLength)));
      ways.push(owned.use(new Way(transport, other, one, byteLength)));
      for (const way of ways) await way.checkBytes(patienceMs);
      times.push({ byteLength, microseconds: await timeRounds(ways, rounds, patienceMs) });
    } catch (error) {
      // After a stall the objects stay: the devices may yet use them.
      if (!(error instanceof StallError)) await close();
      throw error;
    }
    await close();
  }
  return times;
}

/** Microseconds of the middle one of so many rounds, one after the other. */
async function timeRounds(ways: readonly Way[], rounds: number, patienceMs: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    const start = performance.now();
    const arrivals: TimelinePoint[] = [];
    for (const way of ways) arrivals.push(way.send());
    const taken = ways.map((way, index) => way.take(arrivals[index]!));
    for (const { timeline, value } of taken) {
      if (!timeline.waitBlocking(value, patienceMs)) throw stall(patienceMs);
    }
    if (round >= WARM_UP) times.push(1000 * (performance.now() - start));
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}

function stall(patienceMs: number): StallError {
  return new StallError(`it stalls: a message is not there after ${patienceMs} ms`);
}

/** One direction under test. */
class Way implements Disposable {
  readonly #channel: Channel;
  readonly #from: Endpoint;
  readonly #to: Endpoint;
  readonly #byteLength: number;
  readonly #owned: DisposableStack;
  readonly #source: Buffer;
  readonly #target: Buffer;
  readonly #puts: CommandBuffer[] = [];
  readonly #takes: CommandBuffer[] = [];
  #sent = 0;

  constructor(transport: Transport, from: Endpoint, to: Endpoint, byteLength: number) {
    this.#from = from;
    this.#to = to;
    this.#byteLength = byteLength;
    const label = `${transport.name} probe of ${byteLength} bytes`;
    using undo = new DisposableStack();
    const channel = undo.use(transport.open(from, to, { label, byteLength, turns: TURNS }));
    this.#channel = channel;
    this.#source = undo.use(from.device.createBuffer({ label: 'probe source', byteLength }));
    this.#target = undo.use(to.device.createBuffer({ label: 'probe target', byteLength }));
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
      this.#puts.push(undo.use(put));
      this.#takes.push(undo.use(take));
    }
    this.#owned = undo.move();
  }

  /** Sends a pattern through each room, the receiver's submit only when the message is there. */
  async checkBytes(patienceMs: number): Promise<void> {
    for (let round = 0; round < TURNS; round++) {
      const words = pattern(this.#byteLength / 4, round);
      await this.#from.device.staging.upload(this.#source, 0, words);
      const arrival = this.send();
      await this.#within(arrival, patienceMs);
      await this.#within(this.take(arrival), patienceMs);
      const read = await this.#to.device.staging.download(this.#target);
      if (!same(new Uint32Array(read.buffer), words))
        throw new Error('the bytes that arrive are others than were sent');
    }
  }

  /** Sends the next message; what it gives is reached when it is there. */
  send(): TimelinePoint {
    const turn = this.#sent++ % TURNS;
    const point = this.#from.device.compute.submit([this.#puts[turn]!], { signal: this.#channel.signals() });
    return this.#channel.pass(point, turn);
  }

  /** Takes the message that was sent last. */
  take(arrival: TimelinePoint): TimelinePoint {
    return this.#to.device.compute.submit([this.#takes[(this.#sent - 1) % TURNS]!], { wait: [arrival] });
  }

  async #within({ timeline, value }: TimelinePoint, patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, patienceMs, 'late')));
    const wait = timeline.wait(value);
    const ended = await Promise.race([wait, late]).finally(() => clearTimeout(timer));
    this.#channel.check();
    if (ended !== 'late') return;
    // Whoever closes the device at last ends the wait, and nobody asks for it then.
    wait.catch(() => undefined);
    throw stall(patienceMs);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

/** Words that no fresh memory holds, others in each round. */
function pattern(words: number, round: number): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(words);
  for (let index = 0; index < words; index++)
    all[index] = Math.imul(index + 1, 0x9e3779b1) ^ (0x5bd1e995 * (round + 1));
  return all;
}

function same(a: Uint32Array, b: Uint32Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
