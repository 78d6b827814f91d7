/**
 * @file What a transport does between two devices: whether the bytes that one writes are those that the other reads (an import that
 * succeeds may show other memory), and how long a round takes, by the size of its messages: both pack, send each other, and
 * unpack to memory of their own, with no work beside it. That is what a solver's exchanges are like, and the hardest case: both
 * queues wait, and a driver may let whoever works for them wait as well. Between rounds both devices work, as they do in a simulation, and
 * what they work is taken off: cards that idle keep a slow clock, and a card that gives its time in slices shows it.
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
  /** Bytes that each device fills between rounds, as its work; 0 where the devices are processors, which messages need too. */
  readonly workBytes: number;
}

const WARM_UP = 3;
/** Rounds with work between them that are submitted at once. */
const CHAIN = 4;
/** A round's work fills its bytes in so many times. */
const WORK_FILLS = 16;
/** Both work for so long before anything is timed. */
const WARM_MILLISECONDS = 300;
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
  { sizes, rounds, patienceMs, workBytes }: MeasureOptions,
): Promise<MessageTime[]> {
  const times: MessageTime[] = [];
  const works = new DisposableStack();
  const open = [works];
  try {
    const busy = workBytes > 0 ? [one, other].map((end) => works.use(new Work(end, workBytes))) : null;
    if (busy !== null) warm(busy, patienceMs);
    for (const byteLength of sizes) {
      const owned = new DisposableStack();
      open.push(owned);
      const ways = [owned.use(new Way(transport, one, other, byteLength))];
      ways.push(owned.use(new Way(transport, other, one, byteLength)));
      for (const way of ways) await way.checkBytes(patienceMs);
      const microseconds =
        busy === null ? timeRounds(ways, rounds, patienceMs) : timeChains(ways, busy, rounds, patienceMs);
      times.push({ byteLength, microseconds });
      await close([one, other], [open.pop()!]);
    }
  } catch (error) {
    // After a stall the objects stay: the devices may yet use them.
    if (!(error instanceof StallError)) await close([one, other], open);
    throw error;
  }
  await close([one, other], open);
  return times;
}

/** Gives back what the devices don't use any more. Waits for them. */
async function close(ends: readonly Endpoint[], owned: readonly DisposableStack[]): Promise<void> {
  await Promise.all(ends.map(({ device }) => device.idle()));
  for (const each of owned.toReversed()) each.dispose();
}

/** Microseconds of the middle one of so many rounds, one after the other. */
function timeRounds(ways: readonly Way[], rounds: number, patienceMs: number): number {
  return middle(rounds, () => waitAll(sendAll(ways, []), patienceMs));
}

/** The same where both devices work before each round; their work without messages is taken off. */
function timeChains(ways: readonly Way[], busy: readonly Work[], rounds: number, patienceMs: number): number {
  const chain = (submit: () => TimelinePoint[]): void => {
    let last: TimelinePoint[] = [];
    for (let round = 0; round < CHAIN; round++) last = submit();
    waitAll(last, patienceMs);
  };
  const alone = middle(rounds, () => chain(() => busy.map((each) => each.submit())));
  const sent = middle(rounds, () => chain(() => sendAll(ways, busy)));
  return Math.max(0.1, (sent - alone) / CHAIN);
}

/** All send, and then all take; the points at which they have taken. */
function sendAll(ways: readonly Way[], busy: readonly Work[]): TimelinePoint[] {
  const arrivals = ways.map((way, index) => way.send(busy[index]?.commands));
  return ways.map((way, index) => way.take(arrivals[index]!));
}

function waitAll(points: readonly TimelinePoint[], patienceMs: number): void {
  for (const { timeline, value } of points) if (!timeline.waitBlocking(value, patienceMs)) throw stall(patienceMs);
}

/** Microseconds of the middle one of so many times. */
function middle(rounds: number, act: () => void): number {
  const times: number[] = [];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    const start = performance.now();
    act();
    if (round >= WARM_UP) times.push(1000 * (performance.now() - start));
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}

/** Keeps both at work until their clocks are up. */
function warm(busy: readonly Work[], patienceMs: number): void {
  const end = performance.now() + WARM_MILLISECONDS;
  while (performance.now() < end)
    waitAll(
      busy.map((each) => each.submit()),
      patienceMs,
    );
}

/** What a device does between rounds. */
class Work implements Disposable {
  readonly commands: CommandBuffer;
  readonly #device: Endpoint['device'];
  readonly #owned: DisposableStack;

  constructor({ device }: Endpoint, bytes: number) {
    using undo = new DisposableStack();
    const byteLength = 16 * Math.ceil(bytes / 16 / WORK_FILLS);
    const target = undo.use(device.createBuffer({ label: 'probe work', byteLength }));
    this.#device = device;
    this.commands = undo.use(
      device.record('probe work', (encoder) => {
        for (let pass = 0; pass < WORK_FILLS; pass++)
          encoder.fill(target, 0, byteLength, pass).barrier(['transfer-target'], ['transfer-target']);
      }),
    );
    this.#owned = undo.move();
  }

  submit(): TimelinePoint {
    return this.#device.compute.submit([this.commands]);
  }

  /** Nothing of it is in flight. */
  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
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

  /** Sends the next message, when what comes before is done; what it gives is reached when it is there. */
  send(...before: readonly (CommandBuffer | undefined)[]): TimelinePoint {
    const turn = this.#sent++ % TURNS;
    const commands = [...before.filter((each) => each !== undefined), this.#puts[turn]!];
    const point = this.#from.device.compute.submit(commands, { signal: this.#channel.signals() });
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
    wait.catch(() => undefined);
    timeline.giveUp();
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
