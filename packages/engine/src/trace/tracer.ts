/**
 * @file The tracer: gathers what the devices and the host did, on one clock, and writes it when the simulation ends. Tracks: the
 * host's own thread; of each device the compute queue, and the queues that messages travel on. While a step is traced, each of
 * its passes ends before the next begins, which costs a little.
 */
import type { Device } from '@halocline/gpu';
import { writeWhole } from '../files.ts';
import { DeviceClock } from './device-clock.ts';
import { chromeTrace, type Span, type SpanKind, type TrackName } from './events.ts';
import { Stamps } from './stamps.ts';

/** A queue of a device as a trace shows it: thread number and name. */
const TRACKS = { compute: 0, out: 1, into: 2 } as const;
export type TrackOf = keyof typeof TRACKS;

const TRACK_NAMES: Readonly<Record<TrackOf, string>> = Object.freeze({
  compute: 'compute queue',
  out: 'messages out',
  into: 'messages in',
});

/** Spans that a trace holds at most; what comes later is left out, with a word. */
const MOST_SPANS = 1_000_000;

/** What happened, on all devices and on the host. */
export class Tracer {
  readonly #file: string;
  readonly #devices: readonly Device[];
  readonly #clocks: readonly DeviceClock[];
  readonly #log: (message: string) => void;
  readonly #spans: (() => Span)[] = [];
  readonly #steps = new Set<number>();
  /** When the last submit on a track ended. */
  readonly #ends = new Map<string, bigint>();
  #leftOut = 0;

  private constructor(
    file: string,
    devices: readonly Device[],
    clocks: readonly DeviceClock[],
    log: (message: string) => void,
  ) {
    this.#file = file;
    this.#devices = devices;
    this.#clocks = clocks;
    this.#log = log;
  }

  /**
   * Begins a trace that `close` writes to a file; where that can't be written, an empty trace tells so now. May wait for the
   * devices.
   */
  static async open(file: string, devices: readonly Device[], log: (message: string) => void): Promise<Tracer> {
    await writeWhole(file, chromeTrace([], [], {}));
    const clocks = await Promise.all(devices.map((device) => DeviceClock.open(device)));
    for (const [number, clock] of clocks.entries()) {
      if (clock.calibrated) continue;
      log(
        `Trace: device "${devices[number]!.name}" has no VK_EXT_calibrated_timestamps for this host's clock; its times are set by the host's, and may be off by ${Math.ceil(clock.deviation / 1000)} µs`,
      );
    }
    return new Tracer(file, devices, clocks, log);
  }

  /** Room for the timestamps of so many spans on a device. */
  stamps(member: number, options: { label: string; spans: number; queue?: 'compute' | 'transfer' }): Stamps {
    return new Stamps(this.#devices[member]!, options);
  }

  /** Runs `body` as a span of the host. */
  host<T>(name: string, kind: SpanKind, body: () => T): T {
    const start = process.hrtime.bigint();
    try {
      return body();
    } finally {
      this.hostSpan(name, kind, start, process.hrtime.bigint());
    }
  }

  /** Notes a span of the host, or of a thread of it, in `process.hrtime`'s nanoseconds. */
  hostSpan(name: string, kind: SpanKind, start: bigint, end: bigint, thread: number = 0): void {
    const span = { track: { process: 0, thread }, name, kind, start: Number(start), end: Number(end) };
    this.#add(() => span);
  }

  /** Takes what a device wrote in a step; a later call with the same track is of what ran later. */
  collect(member: number, track: TrackOf, stamps: Stamps, step: number): void {
    this.#steps.add(step);
    const clock = this.#clocks[member]!;
    const place = { process: 1 + member, thread: TRACKS[track] };
    const key = `${member} ${track}`;
    for (const { name, kind, about, start, end } of stamps.read()) {
      if (kind === 'submit') {
        const from = this.#ends.get(key);
        if (about?.['waits'] !== undefined && from !== undefined && from < start) {
          this.#add(() => ({
            track: place,
            name: `wait for ${about['waits']}`,
            kind: 'wait',
            start: clock.toHost(from),
            end: clock.toHost(start),
            about: { step },
          }));
        }
        this.#ends.set(key, end);
      }
      const more = { ...about, step };
      const span = { track: place, name, kind, about: more };
      this.#add(() => ({ ...span, start: clock.toHost(start), end: clock.toHost(end) }));
    }
  }

  #add(span: () => Span): void {
    if (this.#spans.length < MOST_SPANS) this.#spans.push(span);
    else this.#leftOut++;
  }

  /** Writes the file, whole or not at all, and says so. Nothing is in flight. */
  async close(): Promise<void> {
    // A device that is lost tells no time any more: what its clock told at the beginning holds.
    for (const clock of this.#clocks) await clock.read().catch(() => undefined);
    const spans = this.#spans.map((span) => span());
    const tracks = this.#tracks(spans);
    const about = {
      devices: this.#devices.map(({ name }, number) => ({
        name,
        clock: this.#clocks[number]!.calibrated ? 'calibrated' : 'set by the host',
        deviationNanoseconds: this.#clocks[number]!.deviation,
      })),
    };
    await writeWhole(this.#file, chromeTrace(tracks, spans, about));
    const more = this.#leftOut === 0 ? '' : `; ${this.#leftOut} more were left out`;
    const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
    this.#log(
      `Trace: ${count(spans.length, 'span')} of ${count(this.#steps.size, 'step')} in ${this.#file}${more}; open it in ui.perfetto.dev or chrome://tracing`,
    );
  }

  #tracks(spans: readonly Span[]): TrackName[] {
    const used = new Map(spans.map(({ track }) => [`${track.process} ${track.thread}`, track]));
    const queues = Object.keys(TRACKS) as TrackOf[];
    return [...used.values()].map((track) => {
      if (track.process === 0) {
        return { ...track, processName: 'host', threadName: track.thread === 0 ? 'simulation' : 'messages' };
      }
      const member = track.process - 1;
      const queue = queues.find((each) => TRACKS[each] === track.thread)!;
      return {
        ...track,
        processName: `device ${track.process}: ${this.#devices[member]!.name}`,
        threadName: TRACK_NAMES[queue],
      };
    });
  }
}
