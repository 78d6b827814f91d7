/** @file Drives random programs through the trackers, without a device. */
import type { BarrierBatch, ImagePart } from '../src/graph/sink.ts';
import { carry } from '../src/tracking/carried.ts';
import type { Finding } from '../src/tracking/findings.ts';
import type { Recorded } from '../src/tracking/local.ts';
import type { RecordingTracker } from '../src/tracking/recording.ts';
import { SubmitTracker } from '../src/tracking/submits.ts';
import type { Remedy } from '../src/tracking/submits.ts';
import type { TrackedResource } from '../src/tracking/tracker.ts';
import { EVERYTHING } from './memory-model.ts';
import type { Event, Transition } from './memory-model.ts';
import { cellsOf, IMAGE, layoutOf, meant, QUEUES, rangeOf, RESOURCES, sideOf } from './random-programs.ts';
import type { Act, How, Point, Program, Step, Submit, Touch } from './random-programs.ts';

/** The timelines of the queues, and one more that they signal. */
const TIMELINES = [...Array.from({ length: QUEUES }, (_, at) => ({ label: `queue ${at}` })), { label: 'order' }];

/** How a program is followed. */
export interface Follow {
  readonly automatic: boolean;
  /** So many recordings' barriers are kept before they are worked in. */
  readonly longest: number;
}

/** What came of a program. */
export interface Outcome {
  readonly events: readonly Event[];
  readonly told: readonly Finding[];
  /** The program with what was put in, as if it were made by hand, and without what was refused. */
  readonly byHand: Program;
  /** Barriers by hand that checks tell to be of no use. */
  readonly useless: ReadonlySet<Step>;
}

/** What a recording does, and its steps with what was put in. */
interface Sink {
  readonly label: string;
  /** Barriers by hand so far. */
  barriers: number;
  readonly ops: Event[];
  steps: Step[];
  /** Of nested recordings that are executed next. */
  readonly waiting: Event[];
}

interface Kept {
  readonly recorded: Recorded;
  readonly ops: readonly Event[];
  /** Its place in the program by hand. */
  readonly at: number;
}

const NOBODY = -1;

class Bench {
  readonly events: Event[] = [];
  readonly told: Finding[] = [];
  readonly recordings: (readonly Step[])[] = [];
  readonly acts: Act[] = [];
  readonly tracker: SubmitTracker;
  /** As findings name them. */
  readonly barriers = new Map<string, Step>();
  readonly #kept = new Map<number, Kept>();
  readonly #seen = new Map<object, number>();
  readonly #last = TIMELINES.map(() => 0);
  #labels = 0;
  #commands = 0;

  constructor({ automatic, longest }: Follow) {
    const seen = (timeline: object): number => this.#seen.get(timeline) ?? 0;
    const report = (finding: Finding): unknown => this.told.push(finding);
    this.tracker = new SubmitTracker({ automatic, longest, seen, report: automatic ? undefined : report });
  }

  run({ recordings, acts }: Program): void {
    for (const act of acts) {
      if (act.act === 'submit') this.#submit(recordings, act.submit, act.refused);
      else if (act.act === 'external') {
        const { touch, undone } = act;
        const undo = this.tracker.external(RESOURCES[touch.resource]!, rangeOf(touch));
        if (undone) undo();
        else {
          this.acts.push(act);
          this.events.push({ kind: 'external', resource: touch.resource, cells: cellsOf(touch) });
        }
      } else {
        const { timeline, value } = act.point;
        this.#seen.set(TIMELINES[timeline]!, Math.max(value, this.#seen.get(TIMELINES[timeline]!) ?? 0));
        this.acts.push(act);
        this.events.push({ kind: 'seen', ...act.point });
      }
    }
  }

  #submit(recordings: Program['recordings'], submit: Submit, refused: boolean): void {
    const { queue } = submit;
    const kept = submit.recordings.map((each) => this.#record(recordings, each));
    const value = this.#last[queue]! + 1;
    const remedy = this.tracker.submit({
      place: { timeline: TIMELINES[queue]!, value },
      wait: submit.wait.map(momentOf),
      signal: submit.signal.map(momentOf),
      recordings: kept.map(({ recorded }) => recorded),
    });
    if (refused) return remedy.undo();
    this.#last[queue] = value;
    this.acts.push({ act: 'submit', submit: this.#made(submit, kept, remedy, value), refused: false });
  }

  #made(
    { queue, wait, signal }: Submit,
    kept: readonly Kept[],
    { barriers, wait: more }: Remedy,
    value: number,
  ): Submit {
    const waits = [
      ...wait,
      ...more.map(({ timeline, value: at }) => ({ timeline: TIMELINES.indexOf(timeline as never), value: at })),
    ];
    for (const point of waits) this.events.push({ kind: 'wait', queue, ...point });
    const recordings: number[] = [];
    for (const [index, { ops, at }] of kept.entries()) {
      const batch = barriers[index];
      if (batch) {
        const step = stepOf(batch);
        recordings.push(this.recordings.push([step]) - 1);
        this.events.push(barrierEvent(step, `ahead ${this.#labels++}`, queue));
      }
      recordings.push(at);
      const commands = new Map<object, object>();
      for (const op of ops) {
        if (op.kind === 'touch') {
          if (!commands.has(op.command)) commands.set(op.command, {});
          this.events.push({ ...op, queue, command: commands.get(op.command)! });
        } else if (op.kind === 'barrier') this.events.push({ ...op, queue });
      }
    }
    for (const point of [{ timeline: queue, value }, ...signal]) this.events.push({ kind: 'signal', queue, ...point });
    return { queue, wait: waits, signal, recordings };
  }

  #record(recordings: Program['recordings'], index: number): Kept {
    let kept = this.#kept.get(index);
    if (!kept) {
      const sink = this.#sink();
      const tracker = this.#begin(sink, false);
      for (const step of recordings[index]!) this.#follow(tracker, sink, step);
      flush(sink);
      const at = this.recordings.push(sink.steps) - 1;
      kept = { recorded: tracker.finish(), ops: sink.ops, at };
      this.#kept.set(index, kept);
    }
    return kept;
  }

  #begin(sink: Sink, isNested: boolean): RecordingTracker {
    const emit = (batch: BarrierBatch<TrackedResource>): void => {
      const step = stepOf(batch);
      sink.steps.push(step);
      sink.ops.push(barrierEvent(step, `put in ${this.#labels++}`, NOBODY));
    };
    return this.tracker.begin(sink.label, emit, isNested);
  }

  #sink(): Sink {
    return { label: `recording ${this.#labels++}`, barriers: 0, ops: [], steps: [], waiting: [] };
  }

  #follow(tracker: RecordingTracker, sink: Sink, step: Step): void {
    // Labels of commands stay where barriers are left out.
    const label = step.step === 'barrier' ? `barrier behind ${this.#commands}` : `command ${++this.#commands}`;
    if (step.step === 'nested') return this.#execute(tracker, sink, step);
    flush(sink);
    if (step.step === 'rendering') return this.#render(tracker, sink, step);
    if (step.step === 'pass') return this.#pass(tracker, sink, step, label);
    if (step.step === 'address') {
      tracker.byAddress();
      tracker.settle();
      sink.steps.push(step);
      return;
    }
    tracker.beginPass(label);
    if (step.step === 'barrier') {
      tracker.barrier(batchOf(step));
      this.barriers.set(`barrier ${++sink.barriers} of "${sink.label}"`, step);
      sink.ops.push(barrierEvent(step, label, NOBODY));
    } else {
      const { how, touches } = step;
      for (const each of touches) tracker.touch(RESOURCES[each.resource]!, rangeOf(each), each.word, how);
      if (how === 'draw') {
        tracker.rendering(true);
        tracker.rendering(false);
      } else tracker.settle();
      sink.ops.push(...touches.map((each) => touchEvent(each, how, label, step)));
    }
    tracker.endPass();
    sink.steps.push(step);
  }

  #pass(tracker: RecordingTracker, sink: Sink, step: Step & { step: 'pass' }, label: string): void {
    const declared = step.declared.map((each) => ({
      resource: RESOURCES[each.resource]!,
      access: each.word,
      range: rangeOf(each),
    }));
    tracker.beginPass(label, declared);
    const { steps } = sink;
    sink.steps = [];
    for (const each of step.steps) {
      this.#follow(tracker, sink, each);
      if (each.step === 'address')
        sink.ops.push(...step.declared.map((one) => touchEvent(one, 'dispatch', label, each)));
    }
    tracker.endPass();
    steps.push({ ...step, steps: sink.steps });
    sink.steps = steps;
  }

  #render(tracker: RecordingTracker, sink: Sink, step: Step & { step: 'rendering' }): void {
    const inners = step.draws.map((touches) => {
      const inner = this.#sink();
      const nested = this.#begin(inner, true);
      nested.rendering(true);
      const label = `command ${++this.#commands}`;
      nested.beginPass(label);
      for (const each of touches) nested.touch(RESOURCES[each.resource]!, rangeOf(each), each.word, 'draw');
      nested.settle();
      nested.endPass();
      inner.ops.push(...touches.map((each) => touchEvent(each, 'draw', label, inner)));
      return { inner, recorded: this.#crossed(nested.finish(), step.carried) };
    });
    tracker.expects(inners.map(({ recorded }) => recorded));
    tracker.rendering(true);
    for (const { inner, recorded } of inners) {
      tracker.execute(recorded, () => flush(sink));
      sink.ops.push(...inner.ops);
    }
    tracker.rendering(false);
    sink.steps.push(step);
  }

  /** To another thread and back. */
  #crossed(recorded: Recorded, carried: boolean): Recorded {
    if (!carried) return recorded;
    const plain = structuredClone(carry(recorded, (resource) => RESOURCES.indexOf(resource)));
    return this.tracker.adopt(plain, [], (id) => RESOURCES[id]);
  }

  #execute(tracker: RecordingTracker, sink: Sink, { steps, carried, step }: Step & { step: 'nested' }): void {
    const inner = this.#sink();
    const nested = this.#begin(inner, true);
    for (const each of steps) this.#follow(nested, inner, each);
    const recorded = this.#crossed(nested.finish(), carried);
    tracker.execute(recorded, () => flush(sink));
    sink.waiting.push(...inner.ops);
    sink.steps.push({ step, steps: inner.steps, carried });
  }
}

/** Follows a program to its end. */
export function drive(program: Program, how: Follow): Outcome {
  const bench = new Bench(how);
  bench.run(program);
  bench.tracker.close();
  const { events, told, recordings, acts, barriers } = bench;
  const useless = new Set<Step>();
  for (const { rule, message } of told) {
    if (rule === 'useless-barrier') useless.add(barriers.get(/barrier \d+ of "[^"]*"/u.exec(message)![0])!);
  }
  return { events, told, useless, byHand: { recordings, acts } };
}

function flush({ ops, waiting }: Sink): void {
  ops.push(...waiting.splice(0));
}

const momentOf = ({ timeline, value }: Point) => ({ timeline: TIMELINES[timeline]!, value });

function stepOf({ memory, images = [] }: BarrierBatch<TrackedResource>): Step & { step: 'barrier' } {
  const moves = images.map(({ image, before, after, range = {} }) => ({
    resource: RESOURCES.indexOf(image),
    part: range,
    before,
    after,
  }));
  return { step: 'barrier', memory, moves };
}

function batchOf({ memory, moves }: Step & { step: 'barrier' }): BarrierBatch<TrackedResource> {
  const images = moves.map((each) => ({
    image: RESOURCES[each.resource]!,
    before: each.before,
    after: each.after,
    range: each.part as ImagePart,
  }));
  return { ...(memory && { memory }), ...(images.length > 0 && { images }) };
}

function barrierEvent({ memory, moves }: Step & { step: 'barrier' }, label: string, queue: number): Event {
  const images = moves.map((each): Transition => {
    const { resource, before, after } = each;
    const [sides, from] = before === 'undefined' ? [EVERYTHING, before] : [sideOf(before), layoutOf(before[0]!)];
    return { resource, cells: cellsOf(each), before: sides, after: sideOf(after), from, to: layoutOf(after[0]!) };
  });
  const sides = memory && { before: sideOf(memory.before), after: sideOf(memory.after) };
  return { kind: 'barrier', queue, memory: sides, images, label };
}

function touchEvent(touch: Touch, how: How, label: string, command: object): Event {
  const { resource, word } = touch;
  const layout = resource === IMAGE ? layoutOf(word) : undefined;
  return {
    kind: 'touch',
    queue: NOBODY,
    resource,
    cells: cellsOf(touch),
    scope: meant(word, how),
    layout,
    label,
    command,
  };
}
