/**
 * @file The order of messages between two devices: a timeline that both know, where their drivers share timelines, else a relay's
 * thread, which waits for the sender's compute queue and signals a timeline of the receiver's.
 */
import { DeviceLostError, type Relay, type RelayCopy, type Timeline, type TimelinePoint } from '@halocline/gpu';
import type { Endpoint } from './channel.ts';

/** Whether two devices know each other's timelines. */
export function shareTimelines(from: Pick<Endpoint, 'device'>, to: Pick<Endpoint, 'device'>): boolean {
  return from.device.sharesTimelines && to.device.sharesTimelines;
}

/** How long a thread that was abandoned may take to let go. */
const PATIENCE_MS = 2000;

/** Counts the messages of a channel, and makes each a point. */
export class Crossing implements Disposable {
  /** The sender's, which its queues signal; null where a relay does. */
  readonly sent: Timeline | null;
  /** The receiver's. */
  readonly arrived: Timeline;
  readonly #from: Endpoint;
  /** What its messages were given to. */
  #relay: Relay | null = null;
  #count = 0;

  /** `direct`: the queues wait for each other, as `shareTimelines` says they may. */
  constructor(from: Endpoint, to: Endpoint, { label, direct }: { readonly label: string; readonly direct: boolean }) {
    this.#from = from;
    using undo = new DisposableStack();
    this.sent = direct ? undo.use(from.device.createTimeline(label, 'export')) : null;
    this.arrived = to.device.createTimeline(label, ...(this.sent === null ? [] : [{ fd: this.sent.exportFd() }]));
    undo.move();
  }

  /** Counts the next message. */
  next(): void {
    this.#count++;
  }

  /** The last message on the sender's side. */
  get departure(): TimelinePoint[] {
    return this.sent === null ? [] : [{ timeline: this.sent, value: this.#count }];
  }

  /** The last message on the receiver's side. */
  get arrival(): TimelinePoint {
    return { timeline: this.arrived, value: this.#count };
  }

  /** Lets the thread signal the arrival once the sender has reached `point`, and `copy` is made. */
  relay(point: TimelinePoint, copy?: RelayCopy): TimelinePoint {
    const signal = this.arrival;
    this.#relay = this.#from.relay;
    this.#relay.post({ value: point.value, signal, ...(copy === undefined ? {} : { copy }) });
    return signal;
  }

  /** Throws if the thread has failed. */
  check(): void {
    this.#relay?.check();
  }

  /** Lets whoever waits on the receiver's side go on: nothing of the sender's comes any more. Blocks until its thread has let go. */
  release(): void {
    this.#relay?.abandon();
    // A thread that doesn't let go may yet signal, and then nobody else must.
    if (this.#relay?.waitBlocking(PATIENCE_MS) === false) return;
    try {
      this.arrived.signal(Math.max(this.#count, this.arrived.last) + 1);
    } catch (error) {
      // A receiver that is lost too waits for nothing.
      if (!(error instanceof DeviceLostError)) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.sent?.[Symbol.dispose]();
    this.arrived[Symbol.dispose]();
  }
}
