/**
 * @file Steps on their way: submits recordings, keeps count of what the device has done, and finishes steps that stalled.
 *
 * A step is one submit, and nothing here waits for it. Before a step takes the slot of an earlier one, that one must be
 * done: the only wait there is, at the start of a step, when as many are in flight as may be. Then half of them are waited for
 * at once (`steps-in-flight.ts`).
 *
 * A loop that ran out of recorded iterations leaves the device stalled (see `step-plan.ts`): its step's tail, and every
 * step behind it, did nothing. When the report says so, the rest of the loop and of its step are submitted, then the
 * later steps again, in order. Nothing else is to be undone.
 */
import type { Timeline, TimelinePoint } from '@halocline/gpu';
import type { Balance } from './balance/balance.ts';
import type { CflRadii } from './cfl/cfl-radius.ts';
import { forecastIterations, MOST_ITERATIONS } from './forecast.ts';
import type { FarReaders } from './far-readers.ts';
import { faultError, firstFault, type Fault } from './faults.ts';
import { onDevice, onDeviceNow, type Place } from './loss/on-device.ts';
import type { Mail, Sending, TracedCopies } from './mail/mail.ts';
import { Outboxes } from './mail/outboxes.ts';
import { deliverAll, StepCalls } from './mail/step-calls.ts';
import type { Program, Recording, RecordingRequest } from './program.ts';
import { StepStart, type Copies } from './step-plan.ts';
import { FlightLimit, stepsAwaited, type Flight } from './steps-in-flight.ts';
import type { Tracer } from './trace/tracer.ts';
import { StepWords, type StepClock, type StepNumbers } from './uniforms.ts';

interface StepInFlight {
  readonly slot: number;
  readonly start: StepStart;
  iterations: readonly number[];
  readonly number: number;
  /** By member: the value of its compute queue's timeline when it is done. */
  ends: readonly number[];
  /** By member. */
  recordings: readonly Recording[];
  /** What the queues of transfers ran, where that is traced. */
  copies: readonly TracedCopies[];
}

type Submitted = Pick<StepInFlight, 'ends' | 'recordings' | 'copies'>;

const NO_COPIES: readonly TracedCopies[] = Object.freeze([]);

/** Submits the steps of a program that runs on one member or several. */
export class Stepper {
  readonly #programs: readonly Program[];
  /** The first member's: what a step does, all of them agree on. */
  readonly #program: Program;
  readonly #mail: Mail;
  /** By member. */
  readonly #places: readonly Place[];
  readonly #timelines: readonly Timeline[];
  readonly #limit: FlightLimit;
  readonly #log: (message: string) => void;
  readonly #balance: Balance | null;
  readonly #radii: CflRadii;
  readonly #whose: (fault: Fault) => FarReaders;
  /** Whether there is anything to be read of a step that is done, besides what its loops ran. */
  readonly #tells: boolean;
  readonly #inFlight: StepInFlight[] = [];
  /** Iterations that each loop ran in the last step that is known to be done. */
  #previous: readonly (number | null)[];
  #recorded: readonly number[];
  /** What `#recorded` follows from. */
  #forecast: readonly (number | null)[] | null = null;
  /** What the next step begins with. */
  #start: StepStart;
  /** The first member's of the step before. */
  #before: Recording | null = null;
  readonly #words: StepWords;
  #next = 0;
  /** The room of messages that the next hop takes. */
  #turn = 0;
  #fault: Fault | null = null;
  #told = false;

  constructor(
    programs: readonly Program[],
    options: {
      flight: Flight;
      log: (message: string) => void;
      previous: ReadonlyMap<string, number>;
      balance: Balance | null;
      radii: CflRadii;
      /** Who may have read so, of all that run in a pass. */
      whose: (fault: Fault) => FarReaders;
    },
  ) {
    const program = programs[0]!;
    this.#programs = programs;
    this.#program = program;
    this.#mail = program.parts.mail;
    this.#places = programs.map(({ device }, number) => ({ number, count: programs.length, device }));
    this.#timelines = programs.map(({ device }) => device.compute.timeline);
    this.#limit = new FlightLimit(options.flight);
    this.#log = options.log;
    this.#balance = options.balance;
    this.#radii = options.radii;
    this.#whose = options.whose;
    this.#tells = this.#balance !== null || programs.some(({ faults, speeds }) => faults.exist || speeds.exist);
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
    this.#forecast = null;
  }

  /** Submits a step; there is room for it. */
  step(clock: StepClock, numbers: StepNumbers): void {
    this.tellFault();
    const slot = this.#freeSlot();
    this.#next = slot + 1;
    if (this.#forecast !== this.#previous) this.#lookAhead();
    this.#words.set(clock, numbers);
    for (const program of this.#programs) program.writeSlot(slot, this.#words);
    const start = this.#start;
    const iterations = this.#recorded;
    const { ends, recordings, copies } = this.#submit({ start, slot, iterations }, this.#before);
    this.#inFlight.push({ slot, start, iterations, number: clock.frame, ends, recordings, copies });
    this.#before = recordings[0]!;
    this.#start = this.#before.next;
  }

  /** The slot behind the last that was taken, in turns of as many as may be in flight now; of more, some may be under way yet. */
  #freeSlot(): number {
    const steps = this.#inFlight;
    const { most } = this.#limit;
    for (let turn = 0; turn < most; turn++) {
      const slot = (this.#next + turn) % most;
      if (!steps.some((step) => step.slot === slot)) return slot;
    }
    throw new Error('Bug in the steps in flight: there is no room for another');
  }

  /** Iterations to record from here on; the same list while they are the same. */
  #lookAhead(): void {
    const recorded = this.#program.loops.map((loop, index) =>
      forecastIterations(this.#previous[index]!, this.#recorded[index]!, loop.times),
    );
    if (recorded.some((count, index) => count !== this.#recorded[index])) this.#recorded = recorded;
    this.#forecast = this.#previous;
  }

  /** What to wait for before asking again; null where there is room for a step, all but the last few being done. */
  room(): Promise<unknown> | null {
    const steps = this.#inFlight;
    // A wait may tell that fewer are to be in flight: then there is no room yet. Behind one nobody asks once more.
    while (steps.length >= this.#limit.most) {
      const { most } = this.#limit;
      const waiting = this.#rest(most - stepsAwaited(most));
      if (waiting !== null) {
        this.#limit.waits(performance.now());
        return waiting;
      }
      this.#limit.waited(performance.now());
      if (steps.length < this.#limit.most) return null;
    }
    // Steps that are waited for together are asked after together.
    if (stepsAwaited(this.#limit.most) === 1)
      while (steps.length > 0 && this.#isDone(steps[0]!)) this.#finish(steps[0]!);
    return null;
  }

  /** Waits until every submitted step is done, stalled ones included. */
  async settle(): Promise<void> {
    for (let rest = this.#rest(0); rest !== null; rest = this.#rest(0)) await rest;
    this.#limit.rested();
  }

  /** Throws where a step that is known to be done read further than its halo: what it made, and all since, is wrong. */
  tellFault(): void {
    if (this.#fault === null) return;
    this.#told = true;
    throw faultError(this.#fault, this.#whose(this.#fault));
  }

  /** `tellFault`, unless it has been told. */
  tellFaultOnce(): void {
    if (!this.#told) this.tellFault();
  }

  /** Whether reading what the steps made needs `settle` first: without loops the queue's order is enough. */
  get mayStall(): boolean {
    return this.#program.loops.length > 0 && this.#inFlight.length > 0;
  }

  /** Finishes steps that were waited for; what to wait for next, where more than `most` are in flight: the last that is one too many. */
  #rest(most: number): Promise<unknown> | null {
    const steps = this.#inFlight;
    while (steps.length > most) {
      // None is finished before all are done: with fewer in flight `room` would take what is left of them for room.
      const last = steps[steps.length - most - 1]!;
      if (!this.#wasSeen(last)) return this.#ended(last);
      this.#finish(steps[0]!);
    }
    return null;
  }

  /** Whether the host has been told that a step is done. */
  #wasSeen({ ends }: StepInFlight): boolean {
    for (let member = 0; member < ends.length; member++) {
      if (this.#timelines[member]!.seen < ends[member]!) return false;
    }
    return true;
  }

  #isDone({ ends }: StepInFlight): boolean {
    return ends.every((value, member) =>
      onDeviceNow(this.#places[member]!, () => this.#timelines[member]!.value() >= value),
    );
  }

  /** Resolves when a step is done on all devices. */
  #ended({ ends }: StepInFlight): Promise<unknown> {
    if (ends.length === 1) return this.#timelines[0]!.wait(ends[0]!);
    const wait = (value: number, member: number): Promise<void> =>
      onDevice(this.#places[member]!, () => this.#timelines[member]!.wait(value));
    this.#mail.check();
    return Promise.all(ends.map(wait)).then(() => this.#mail.check());
  }

  /** A step that the device has run through: done, or stalled and to be gone on with. */
  #finish(step: StepInFlight): void {
    const program = this.#program;
    if (program.parts.tracer !== null) this.#trace(step, program.parts.tracer);
    const stalled = program.loops.length === 0 ? null : program.stalled(step.slot);
    if (stalled === null) {
      this.#previous = program.iterations(step.slot, this.#previous);
      if (this.#tells) this.#note(step);
      this.#inFlight.shift();
      this.#limit.done();
      return;
    }
    this.#limit.stalled();
    const loop = program.loops[stalled]!;
    const done = program.iterations(step.slot, [])[loop.index]!;
    this.#log(
      `Step ${step.number}: repeat "${loop.name}" ran the ${done} iterations that were recorded and has not ended; the rest is submitted after`,
    );
    const iterations = step.iterations.map((count, index) =>
      index === loop.index ? forecastIterations(2 * done, 0, loop.times - done) : count,
    );
    this.#resubmit({ ...step, iterations }, loop.index, step);
    const behind = this.#inFlight.slice(1);
    const counts = { loop: loop.index, least: Math.min(done + iterations[loop.index]!, MOST_ITERATIONS) };
    for (const [place, later] of behind.entries()) {
      if (behind.length > 1) this.#raise(later, behind[place + 1]?.start ?? this.#start, counts);
      this.#resubmit(later, undefined, later);
    }
  }

  /**
   * Gives a step behind one that stalled as many iterations as that has by now: each of several would stall in its turn, and all
   * behind it be submitted again. What follows it was planned already, and is to begin as it was.
   */
  #raise(later: StepInFlight, after: StepStart, { loop, least }: { loop: number; least: number }): void {
    const { start, slot } = later;
    const iterations = later.iterations.map((count, index) => (index === loop ? Math.max(count, least) : count));
    const wanted = { start, slot, iterations, turn: this.#turn };
    // All of them: a recording of the first member's keeps the others' alive only while each forgets the same as the others.
    const [first] = this.#programs.map((program) => program.recording(wanted)) as [Recording];
    if (first.next.name === after.name) later.iterations = iterations;
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
    // Copies that were traced are collected with the step, also those that ran before it stalled, or for nothing.
    const { copies } = entry;
    Object.assign(entry, this.#submit(request, null));
    if (copies.length > 0) entry.copies = [...copies, ...entry.copies];
  }

  /** Takes what the devices wrote of a step that is done. */
  #trace(step: StepInFlight, tracer: Tracer): void {
    const { recordings, copies, number } = step;
    for (const [member, { stamps }] of recordings.entries()) tracer.collect(member, 'compute', stamps!, number);
    for (const { member, track, stamps } of copies) tracer.collect(member, track, stamps, number);
    for (const each of copies) each[Symbol.dispose]();
    step.copies = NO_COPIES;
  }

  /**
   * Submits a recording: all its segments on all members, each queue in few calls; what they wait for of each other, the mail brings.
   * What is submitted often is written once. `before` is the recording of the step before.
   */
  #submit(request: Omit<RecordingRequest, 'turn'>, before: Recording | null): Submitted {
    const first = this.#first(request, before);
    const { again } = first;
    let recordings: readonly Recording[];
    if (again === null) {
      const wanted = { ...request, turn: this.#turn };
      recordings = this.#programs.map((program) => program.recording(wanted));
      this.#submitAnew(recordings, request.slot);
    } else {
      ({ recordings } = again);
      this.#balance?.times.again(request.slot, first.segments.length);
      again.calls.submit(this.#mail, this.#places);
      this.#turn ^= again.calls.hops & 1;
    }
    // Compute queues alone: a step's last segment ends no hop, so each copy of its messages is one that an unpack here waits for.
    const ends = this.#timelines.map(lastOf);
    return { ends, recordings, copies: this.#program.parts.tracer === null ? NO_COPIES : this.#mail.takeTraced() };
  }

  /** The first member's recording: the one that followed the step before when it was last submitted, if that is of the same. */
  #first(request: Omit<RecordingRequest, 'turn'>, before: Recording | null): Recording {
    const { slot, iterations } = request;
    const known = before?.follower ?? null;
    if (known?.slot === slot && known.turn === this.#turn && known.iterations === iterations) return known;
    const found = this.#program.recording({ ...request, turn: this.#turn });
    found.iterations = iterations;
    if (before !== null) before.follower = found;
    return found;
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
    else tracer.host(`submit to device ${member + 1}`, 'host', () => onDeviceNow(place, call));
  };
}

function lastOf({ last }: Timeline): number {
  return last;
}
