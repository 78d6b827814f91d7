/**
 * @file The order of messages between two devices: a timeline that both know, where their drivers share timelines, else a relay's
 * thread, which waits for the sender's compute queue and signals a timeline of the receiver's.
 */
import type { RelayCopy, Timeline, TimelinePoint } from '@halocline/gpu';
import type { Endpoint } from './channel.ts';

/** Whether two devices know each other's timelines. */
export function shareTimelines(from: Pick<Endpoint, 'device'>, to: Pick<Endpoint, 'device'>): boolean {
  return from.device.sharesTimelines && to.device.sharesTimelines;
}

/** Counts the messages of a channel, and makes each a point. */
export class Crossing implements Disposable {
  /** The sender's, which its queues signal; null where a relay does. */
  readonly sent: Timeline | null;
  /** The receiver's. */
  readonly arrived: Timeline;
  readonly #from: Endpoint;
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
    this.#from.relay.post({ value: point.value, signal, ...(copy === undefined ? {} : { copy }) });
    return signal;
  }

  /** Throws if the thread has failed. */
  check(): void {
    if (this.sent === null) this.#from.relay.check();
  }

  /** Lets whoever waits on the receiver's side go on: the sender is lost, and nothing of its comes any more. A relay does so itself. */
  release(): void {
    if (this.sent !== null) this.arrived.signal(Math.max(this.#count, this.arrived.last) + 1);
  }

  [Symbol.dispose](): void {
    this.sent?.[Symbol.dispose]();
    this.arrived[Symbol.dispose]();
  }
}
