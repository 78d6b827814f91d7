/** @file One direction of a transport under test: messages of one size, whose bytes are looked at, or that are timed. */
import { Buffer as Bytes } from 'node:buffer';
import type { Buffer, CommandBuffer, TimelinePoint } from '@halocline/gpu';
import type { Channel, Endpoint, Transport } from './channel.ts';

const TURNS = 2;

/** A message did not arrive. What is on its way may stay so: neither the channel nor its devices can be closed. */
export class StallError extends Error {
  override readonly name = 'StallError';

  /** `patienceMs`: how long it was waited for. */
  constructor(patienceMs: number) {
    super(`it stalls: a message is not there after ${patienceMs} ms`);
  }
}

/** One direction under test. */
export class Way implements Disposable {
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
      if (Bytes.compare(new Uint8Array(words.buffer), read) !== 0)
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
    throw new StallError(patienceMs);
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
