/**
 * @file What a transport does between two devices: whether the bytes that one writes are those that the other reads (an import that
 * succeeds may show other memory), and how long a round takes, by the size of its messages: both pack, send each other, and
 * unpack to memory of their own, with no work beside it. That is what a solver's exchanges are like, and the hardest case: both
 * queues wait, and a driver may let whoever works for them wait as well. Between rounds both devices work, as they do in a simulation, and
 * what they work is taken off: cards that idle keep a slow clock, and a card that gives its time in slices shows it.
 */
import type { CommandBuffer, TimelinePoint } from '@halocline/gpu';
import type { Endpoint, Transport } from './channel.ts';
import { StallError, Way } from './way.ts';

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

/** What is sent, and beside what. */
export interface SendOptions extends Omit<MeasureOptions, 'workBytes'> {
  /** What both do between rounds; null: nothing. */
  readonly load: Load | null;
}

const WARM_UP = 1;
/** Rounds with work between them that are submitted at once. */
const CHAIN = 4;
/** A round's work fills its bytes in so many times. */
const WORK_FILLS = 16;
/** Both work for so long before anything is timed. */
const WARM_MILLISECONDS = 300;
/** And for so long, where both have worked within the last seconds. */
const AGAIN_MILLISECONDS = 30;
const AWAKE_MILLISECONDS = 3000;

/** Sends messages of each size both ways, beside a load of its own. Throws as `sendBothWays` does. */
export async function measureTransport(
  transport: Transport,
  one: Endpoint,
  other: Endpoint,
  { workBytes, ...options }: MeasureOptions,
): Promise<MessageTime[]> {
  const busy = workBytes > 0 ? [one, other].map((end) => new Work(end, workBytes)) : [];
  let stalled = false;
  try {
    const load = busy.length > 0 ? new Load(busy, options.patienceMs) : null;
    return await sendBothWays(transport, one, other, { ...options, load });
  } catch (error) {
    stalled = error instanceof StallError;
    throw error;
  } finally {
    // After a stall they stay: the devices may yet use them.
    if (!stalled) for (const each of busy) each[Symbol.dispose]();
  }
}

/** Sends messages of each size both ways. Throws what the transport throws, an Error for wrong bytes, StallError. */
export async function sendBothWays(
  transport: Transport,
  one: Endpoint,
  other: Endpoint,
  { sizes, rounds, patienceMs, load }: SendOptions,
): Promise<MessageTime[]> {
  const times: MessageTime[] = [];
  const open: DisposableStack[] = [];
  try {
    for (const byteLength of sizes) {
      const owned = new DisposableStack();
      open.push(owned);
      const ways = [owned.use(new Way(transport, one, other, byteLength))];
      ways.push(owned.use(new Way(transport, other, one, byteLength)));
      for (const way of ways) await way.checkBytes(patienceMs);
      const microseconds =
        load === null ? timeRounds(ways, rounds, patienceMs) : load.timeBeside(ways, rounds, patienceMs);
      times.push({ byteLength, microseconds });
      await close([one, other], [open.pop()!]);
    }
  } catch (error) {
    // After a stall the objects stay: the devices may yet use them.
    if (!(error instanceof StallError)) await close([one, other], open);
    throw error;
  }
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

/** All send, and then all take; the points at which they have taken. */
function sendAll(ways: readonly Way[], busy: readonly Work[]): TimelinePoint[] {
  const arrivals = ways.map((way, index) => way.send(busy[index]?.commands));
  return ways.map((way, index) => way.take(arrivals[index]!));
}

function waitAll(points: readonly TimelinePoint[], patienceMs: number): void {
  for (const { timeline, value } of points)
    if (!timeline.waitBlocking(value, patienceMs)) throw new StallError(patienceMs);
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

/** What two devices do between rounds, from the moment when their clocks are up. */
export class Load {
  readonly #busy: readonly Work[];
  readonly #alone = new Map<number, number>();

  /** Keeps both at work until their clocks are up, for as long as that takes. Blocks. */
  constructor(busy: readonly Work[], patienceMs: number) {
    this.#busy = busy;
    const now = performance.now();
    const until =
      now + (busy.every(({ worked }) => now - worked < AWAKE_MILLISECONDS) ? AGAIN_MILLISECONDS : WARM_MILLISECONDS);
    while (performance.now() < until)
      waitAll(
        busy.map((each) => each.submit()),
        patienceMs,
      );
  }

  /** Microseconds that the middle one of so many rounds adds to the work before it. */
  timeBeside(ways: readonly Way[], rounds: number, patienceMs: number): number {
    const chain = (submit: () => TimelinePoint[]): void => {
      let last: TimelinePoint[] = [];
      for (let round = 0; round < CHAIN; round++) last = submit();
      waitAll(last, patienceMs);
    };
    const alone = (): number => middle(rounds, () => chain(() => this.#busy.map((each) => each.submit())));
    if (!this.#alone.has(rounds)) this.#alone.set(rounds, alone());
    const sent = middle(rounds, () => chain(() => sendAll(ways, this.#busy)));
    return Math.max(0.1, (sent - this.#alone.get(rounds)!) / CHAIN);
  }
}

/** What a device does between rounds. Dispose it when the device is idle. */
export class Work implements Disposable {
  readonly commands: CommandBuffer;
  /** When it was submitted last by itself, by performance.now(). */
  worked: number = -Infinity;
  readonly #device: Endpoint['device'];
  readonly #owned: DisposableStack;

  /** Fills so many bytes. */
  constructor({ device }: Pick<Endpoint, 'device'>, bytes: number) {
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

  /** Sets it going. */
  submit(): TimelinePoint {
    this.worked = performance.now();
    return this.#device.compute.submit([this.commands]);
  }

  /** Nothing of it is in flight. */
  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
