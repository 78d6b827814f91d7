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
import type { TimelinePoint } from '@halocline/gpu';
import type { Balance } from './balance/balance.ts';
import type { CflRadii } from './cfl/cfl-radius.ts';
import { forecastIterations } from './forecast.ts';
import { faultError, firstFault, type Fault } from './faults.ts';
import { onDevice, onDeviceNow, type Place } from './loss/on-device.ts';
import type { Mail, Sending, TracedCopies } from './mail/mail.ts';
import { Outboxes } from './mail/outboxes.ts';
import { deliverAll, StepCalls } from './mail/step-calls.ts';
import type { Program, Recording, RecordingRequest } from './program.ts';
import { StepStart, type Copies } from './step-plan.ts';
import { StepWords, type StepClock, type StepNumbers } from './uniforms.ts';

interface StepInFlight {
  readonly slot: number;
  readonly start: StepStart;
  iterations: readonly number[];
  readonly number: number;
  points: readonly TimelinePoint[];
  /** By member. */
  recordings: readonly Recording[];
  copies: readonly TracedCopies[];
}

interface Submitted {
  /** By member: when it is done. */
  readonly points: readonly TimelinePoint[];
  readonly recordings: readonly Recording[];
  /** What the queues of transfers ran, where that is traced. */
  readonly copies: readonly TracedCopies[];
}

/** Submits the steps of a program that runs on one member or several. */
export class Stepper {
  readonly #programs: readonly Program[];
  /** The first member's: what a step does, all of them agree on. */
  readonly #program: Program;
  readonly #mail: Mail;
  /** By member. */
  readonly #places: readonly Place[];
  readonly #slots: number;
  readonly #log: (message: string) => void;
  readonly #balance: Balance | null;
  readonly #radii: CflRadii;
  readonly #inFlight: StepInFlight[] = [];
  /** Iterations that each loop ran in the last step that is known to be done. */
  #previous: readonly (number | null)[];
  #recorded: number[];
  /** What the next step begins with. */
  #start: StepStart;
  readonly #words: StepWords;
  #next = 0;
  /** The room of messages that the next hop takes. */
  #turn = 0;
  #fault: Fault | null = null;
  #told = false;

  constructor(
    programs: readonly Program[],
    options: {
      slots: number;
      log: (message: string) => void;
      previous: ReadonlyMap<string, number>;
      balance: Balance | null;
      radii: CflRadii;
    },
  ) {
    const program = programs[0]!;
    this.#programs = programs;
    this.#program = program;
    this.#mail = program.parts.mail;
    this.#places = programs.map(({ device }, number) => ({ number, count: programs.length, device }));
    this.#slots = options.slots;
    this.#log = options.log;
    this.#balance = options.balance;
    this.#radii = options.radii;
    this.#previous = program.loops.map((loop) => options.previous.get(loop.name) ?? null);
    this.#recorded = program.loops.map(() => 0);
    this.#start = new StepStart(program.parts.start, program.allStale);
    this.#words = new StepWords(program.parts.declarations);
  }

  /** The copies that are current once all submitted steps are done. */
  get copies(): Copies {
    return this.#start.copies;
  }

  /** Iterations that each loop ran in the last step known to be done, by name. */
  get iterations(): Map<string, number> {
    const known = this.#program.loops.map((loop, index) => [loop.name, this.#previous[index]!] as const);
    return new Map(known.filter(([, count]) => count !== null));
  }

  /** Records loops from now on as if each had run so many iterations in the step before. Nothing is in flight. */
  expect(iterations: ReadonlyMap<string, number>): void {
    this.#previous = this.#program.loops.map((loop) => iterations.get(loop.name) ?? null);
    this.#recorded = this.#program.loops.map(() => 0);
  }

  /** Submits a step. Waits only while too many are in flight. */
  async step(clock: StepClock, numbers: StepNumbers): Promise<void> {
    await this.#drain(this.#slots - 1);
    this.tellFault();
    const slot = this.#next;
    this.#next = (this.#next + 1) % this.#slots;
    this.#recorded = this.#program.loops.map((loop, index) =>
      forecastIterations(this.#previous[index]!, this.#recorded[index]!, loop.times),
    );
    this.#words.set(clock, numbers);
    for (const program of this.#programs) program.writeSlot(slot, this.#words);
    const start = this.#start;
    const iterations = [...this.#recorded];
    const submitted = this.#submit({ start, slot, iterations });
    this.#inFlight.push({ slot, start, iterations, number: clock.frame, ...submitted });
    this.#start = submitted.recordings[0]!.next;
  }

  /** Waits until there is room for a step: then all but the last few are done. */
  async room(): Promise<void> {
    await this.#drain(this.#slots - 1);
  }

  /** Waits until every submitted step is done, stalled ones included. */
  async settle(): Promise<void> {
    await this.#drain(0);
  }

  /** Throws where a step that is known to be done read further than its halo: what it made, and all since, is wrong. */
  tellFault(): void {
    if (this.#fault === null) return;
    this.#told = true;
    throw faultError(this.#fault);
  }

  /** `tellFault`, unless it has been told. */
  tellFaultOnce(): void {
    if (!this.#told) this.tellFault();
  }

  /** Whether reading what the steps made needs `settle` first: without loops the queue's order is enough. */
  get mayStall(): boolean {
    return this.#program.loops.length > 0 && this.#inFlight.length > 0;
  }

  /** Waits while more than `most` steps are in flight; else takes notice of those that are done. */
  async #drain(most: number): Promise<void> {
    if (this.#inFlight.length <= most) {
      while (this.#inFlight.length > 0 && this.#isDone(this.#inFlight[0]!)) this.#finish(this.#inFlight[0]!);
    }
    while (this.#inFlight.length > most) {
      await this.#wait(this.#inFlight[0]!);
      this.#finish(this.#inFlight[0]!);
    }
  }

  #isDone({ points }: StepInFlight): boolean {
    return points.every(({ timeline, value }, member) =>
      onDeviceNow(this.#places[member]!, () => timeline.value() >= value),
    );
  }

  /** Waits until a step is done on all devices. */
  async #wait({ points }: StepInFlight): Promise<void> {
    this.#mail.check();
    const waits = points.map(({ timeline, value }, member) =>
      onDevice(this.#places[member]!, () => timeline.wait(value)),
    );
    await (waits.length === 1 ? waits[0]! : Promise.all(waits));
    this.#mail.check();
  }

  /** A step that the device has run through: done, or stalled and to be gone on with. */
  #finish(step: StepInFlight): void {
    const program = this.#program;
    this.#trace(step);
    if (program.loops.length === 0) {
      this.#note(step);
      this.#inFlight.shift();
      return;
    }
    const report = program.report(step.slot);
    if (report.stalled === null) {
      this.#previous = report.iterations;
      this.#note(step);
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

  /** Takes the first read that went too far, of a step that is done. */
  #note({ slot, number }: StepInFlight): void {
    const speeds = this.#program.speeds.read(slot);
    if (speeds !== null) this.#radii.note(number, speeds);
    this.#balance?.note(slot);
    this.#fault ??= firstFault(this.#programs.map(({ faults }) => faults.read(slot)));
  }

  #resubmit(what: StepInFlight, resume: number | undefined, entry: StepInFlight): void {
    const { start, slot, iterations } = what;
    const request = { start, slot, iterations, ...(resume === undefined ? {} : { resume }) };
    const { points, recordings, copies } = this.#submit(request);
    entry.points = points;
    entry.recordings = recordings;
    entry.copies = copies;
  }

  /** Takes what the devices wrote of a step that is done. */
  #trace({ recordings, copies, number }: StepInFlight): void {
    const { tracer } = this.#program.parts;
    if (tracer === null) return;
    for (const [member, { stamps }] of recordings.entries()) tracer.collect(member, 'compute', stamps!, number);
    for (const { member, track, stamps } of copies) tracer.collect(member, track, stamps, number);
    for (const each of copies) each[Symbol.dispose]();
  }

  /**
   * Submits a recording: all its segments on all members, each queue in one call; what they wait for of each other, the mail brings.
   * What is submitted often is written once.
   */
  #submit(request: Omit<RecordingRequest, 'turn'>): Submitted {
    const wanted = { ...request, turn: this.#turn };
    const first = this.#program.recording(wanted);
    const recordings = first.again?.recordings ?? this.#programs.map((program) => program.recording(wanted));
    if (first.again === null) this.#submitAnew(recordings, request.slot);
    else {
      const { calls } = first.again;
      for (const member of recordings.keys()) this.#balance?.times.again(member, request.slot, first.segments.length);
      calls.submit(this.#mail, this.#deliver);
      this.#turn ^= calls.hops & 1;
    }
    // Compute queues alone: a step's last segment ends no hop, so each copy of its messages is one that an unpack here waits for.
    const points = this.#programs.map(({ device }) => ({
      timeline: device.compute.timeline,
      value: device.compute.timeline.last,
    }));
    return { points, recordings, copies: this.#mail.takeTraced() };
  }

  #submitAnew(recordings: readonly Recording[], slot: number): void {
    const [first] = recordings as [Recording];
    const outboxes = new Outboxes(recordings.length === 1);
    const { hop } = this.#mail;
    let arrivals: readonly (readonly TimelinePoint[])[] = [];
    let travelling: { readonly packed: readonly TimelinePoint[]; readonly sending: Sending } | null = null;
    for (const [number, { before, after }] of first.segments.entries()) {
      // Everything until something is waited for has been said by now.
      if (before !== null) arrivals = this.#mail.pass(travelling!.packed, travelling!.sending, outboxes);
      const sending: Sending | null = after === null ? null : { hop: after, turn: this.#turn };
      const last = number === first.segments.length - 1;
      const packed = this.#programs.map(({ device }, member) => {
        const recorded = recordings[member]!.commands[number]!;
        const commands = this.#balance?.times.around(member, slot, number, recorded) ?? [recorded];
        const wait = before === null ? [] : arrivals[member]!;
        const signal = sending === null ? [] : this.#mail.signals(member, sending);
        const quiet = !last && (sending === null || !this.#mail.asks(member, sending));
        return outboxes.add(member, device.compute, { commands, wait, signal, quiet });
      });
      if (sending === null) continue;
      travelling = { packed, sending };
      this.#turn ^= 1;
    }
    deliverAll(outboxes, this.#deliver);
    const once = first.submits++ === 0 || this.#program.parts.tracer !== null;
    if (!once) first.again = { recordings, calls: new StepCalls(outboxes, hop) };
  }

  readonly #deliver = (member: number, call: () => void): void => {
    const { tracer } = this.#program.parts;
    const place = this.#places[member]!;
    if (tracer === null) onDeviceNow(place, call);
    else tracer.host(`submit to device ${member}`, 'host', () => onDeviceNow(place, call));
  };
}
