/**
 * @file Steps on their way: submits recordings, keeps count of what the device has done, and finishes steps that stalled.
 *
 * A step is one submit, and nothing here waits for it. Before a step takes the slot of an earlier one, that one must be
 * done: the only wait there is, at the start of a step, when as many are in flight as there are slots.
 *
 * A loop that ran out of recorded iterations leaves the device stalled (see `step-plan.ts`): its step's tail, and every
 * step behind it, did nothing. When the report says so, the rest of the loop and of its step are submitted, then the
 * later steps again, in order. Nothing else is to be undone.
 */
import type { Queue, TimelinePoint } from '@halocline/gpu';
import { forecastIterations } from './forecast.ts';
import type { Program } from './program.ts';
import type { Copies } from './step-plan.ts';
import type { StepClock, StepNumbers } from './uniforms.ts';

interface StepInFlight {
  readonly slot: number;
  readonly start: Copies;
  readonly stale: ReadonlySet<string>;
  iterations: readonly number[];
  readonly number: number;
  point: TimelinePoint;
}

/** Submits the steps of one program. */
export class Stepper {
  readonly #program: Program;
  readonly #queue: Queue;
  readonly #slots: number;
  readonly #log: (message: string) => void;
  readonly #inFlight: StepInFlight[] = [];
  /** Iterations that each loop ran in the last step that is known to be done. */
  #previous: readonly (number | null)[];
  #recorded: number[];
  #copies: Copies;
  #stale: ReadonlySet<string>;
  #next = 0;

  constructor(
    program: Program,
    options: { slots: number; log: (message: string) => void; previous: ReadonlyMap<string, number> },
  ) {
    this.#program = program;
    this.#queue = program.device.compute;
    this.#slots = options.slots;
    this.#log = options.log;
    this.#previous = program.loops.map((loop) => options.previous.get(loop.name) ?? null);
    this.#recorded = program.loops.map(() => 0);
    this.#copies = program.parts.start;
    this.#stale = program.allStale;
  }

  /** The copies that are current once all submitted steps are done. */
  get copies(): Copies {
    return this.#copies;
  }

  /** Iterations that each loop ran in the last step known to be done, by name. */
  get iterations(): Map<string, number> {
    const known = this.#program.loops.map((loop, index) => [loop.name, this.#previous[index]!] as const);
    return new Map(known.filter(([, count]) => count !== null));
  }

  /** Submits a step. Waits only while too many are in flight. */
  async step(clock: StepClock, numbers: StepNumbers): Promise<void> {
    await this.#drain(this.#slots - 1);
    const slot = this.#next;
    this.#next = (this.#next + 1) % this.#slots;
    this.#recorded = this.#program.loops.map((loop, index) =>
      forecastIterations(this.#previous[index]!, this.#recorded[index]!, loop.times),
    );
    this.#program.writeSlot(slot, clock, numbers);
    const [start, stale] = [this.#copies, this.#stale];
    const iterations = [...this.#recorded];
    const { commands, after, stale: staleAfter } = this.#program.recording({ start, stale, slot, iterations });
    const point = this.#queue.submit([commands]);
    this.#inFlight.push({ slot, start, stale, iterations, number: clock.frame, point });
    this.#copies = after;
    this.#stale = staleAfter;
  }

  /** Waits until every submitted step is done, stalled ones included. */
  async settle(): Promise<void> {
    await this.#drain(0);
  }

  /** Whether reading what the steps made needs `settle` first: without loops the queue's order is enough. */
  get mayStall(): boolean {
    return this.#program.loops.length > 0 && this.#inFlight.length > 0;
  }

  /** Takes notice of steps that are done, and waits for the oldest while more than `most` are in flight. */
  async #drain(most: number): Promise<void> {
    for (;;) {
      const oldest = this.#inFlight[0];
      if (oldest === undefined) return;
      const { timeline, value } = oldest.point;
      if (timeline.value() < value) {
        if (this.#inFlight.length <= most) return;
        await timeline.wait(value);
      }
      this.#finish(oldest);
    }
  }

  /** A step that the device has run through: done, or stalled and to be gone on with. */
  #finish(step: StepInFlight): void {
    const program = this.#program;
    if (program.loops.length === 0) {
      this.#inFlight.shift();
      return;
    }
    const report = program.report(step.slot);
    if (report.stalled === null) {
      this.#previous = report.iterations;
      this.#inFlight.shift();
      return;
    }
    const loop = program.loops[report.stalled]!;
    const done = report.iterations[loop.index]!;
    this.#log(
      `Step ${step.number}: repeat "${loop.name}" ran the ${done} iterations that were recorded and has not ended; the rest is submitted after`,
    );
    const iterations = step.iterations.map((count, index) =>
      index === loop.index ? forecastIterations(2 * done, 0, loop.times - done) : count,
    );
    this.#resubmit({ ...step, iterations }, loop.index, step);
    for (const later of this.#inFlight.slice(1)) this.#resubmit(later, undefined, later);
  }

  #resubmit(what: StepInFlight, resume: number | undefined, entry: StepInFlight): void {
    const { start, stale, slot, iterations } = what;
    const request = { start, stale, slot, iterations, ...(resume === undefined ? {} : { resume }) };
    entry.point = this.#queue.submit([this.#program.recording(request).commands]);
  }
}
