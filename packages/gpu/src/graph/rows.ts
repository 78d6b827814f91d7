/** @file The rows of steps, one for each queue, and what each step surely comes after: a vector clock for each. */

import type { PassNode } from './model.ts';
import { HOST_LANE } from './queues.ts';
import type { Step, StepPoint } from './steps.ts';

/** Steps in order of submission, and by queue. */
export class Rows {
  readonly steps: Step[] = [];
  readonly #rows = new Map<number, Step[]>();
  readonly #places = new Map<number, Step>();

  /** The steps of a lane, in order. */
  row(lane: number): readonly Step[] {
    return this.#row(lane);
  }

  at({ lane, ordinal }: StepPoint): Step {
    return this.#row(lane)[ordinal]!;
  }

  /** Where a pass stands, if it does. */
  of(pass: number): Step | undefined {
    return this.#places.get(pass);
  }

  put(pass: number, step: Step): void {
    this.#places.set(pass, step);
  }

  /** Those of these steps that a next step on the lane doesn't surely come after. */
  unknown(lane: number, before: readonly Step[]): Step[] {
    if (before.length === 0) return [];
    const last = lane === HOST_LANE ? undefined : this.#row(lane).at(-1);
    return before.filter((step) =>
      step.lane === HOST_LANE
        ? !last?.knownHosts.has(step.passes[0]!.index)
        : (last?.known.get(step.lane) ?? -1) < step.ordinal,
    );
  }

  /** A next step on a lane, behind these of other lanes: as few waits as say that. */
  add(lane: number, level: number, passes: readonly PassNode[], before: readonly Step[]): Step {
    const row = this.#row(lane);
    const last = lane === HOST_LANE ? undefined : row.at(-1);
    const needed = needs(this.unknown(lane, before));
    const { known, knownHosts } = needed.length === 0 ? (last ?? NOTHING) : learn(last ?? NOTHING, needed);
    const step: Step = {
      lane,
      ordinal: row.length,
      level,
      passes: [...passes],
      waits: needed.filter((each) => each.lane !== HOST_LANE),
      hostWaits: needed.filter((each) => each.lane === HOST_LANE).map((each) => each.passes[0]!.index),
      before: undefined,
      after: undefined,
      reasons: [],
      ended: [],
      known,
      knownHosts,
      finished: {},
      awaited: false,
    };
    row.push(step);
    this.steps.push(step);
    return step;
  }

  /** Takes the last step away again if there is nothing in it. */
  dropIfIdle(step: Step): void {
    if (step.before || step.passes.length > 0 || step.waits.length + step.hostWaits.length > 0) return;
    this.#row(step.lane).pop();
    this.steps.splice(this.steps.indexOf(step), 1);
  }

  #row(lane: number): Step[] {
    let row = this.#rows.get(lane);
    if (!row) this.#rows.set(lane, (row = []));
    return row;
  }
}

type Knowledge = Pick<Step, 'known' | 'knownHosts'>;

const NOTHING: Knowledge = { known: new Map(), knownHosts: new Set() };

/** What is known behind these steps. */
function learn(last: Knowledge, needed: readonly Step[]): Knowledge {
  const known = new Map(last.known);
  const knownHosts = new Set(last.knownHosts);
  for (const step of needed) {
    step.awaited = true;
    for (const [other, ordinal] of step.known) raise(known, other, ordinal);
    for (const host of step.knownHosts) knownHosts.add(host);
    if (step.lane === HOST_LANE) knownHosts.add(step.passes[0]!.index);
    else raise(known, step.lane, step.ordinal);
  }
  return { known, knownHosts };
}

/** The last step of each lane and each host pass, without those that another of them comes after. */
function needs(steps: readonly Step[]): readonly Step[] {
  if (steps.length === 0) return steps;
  const latest = new Map<number | string, Step>();
  for (const step of steps) {
    const key = step.lane === HOST_LANE ? `host ${step.ordinal}` : step.lane;
    const before = latest.get(key);
    if (!before || before.ordinal < step.ordinal) latest.set(key, step);
  }
  const list = [...latest.values()];
  return list.filter((step) => !list.some((other) => other !== step && comesAfter(other, step)));
}

function comesAfter(later: Step, earlier: Step): boolean {
  if (earlier.lane === HOST_LANE) return later.knownHosts.has(earlier.passes[0]!.index);
  return later.lane !== earlier.lane && (later.known.get(earlier.lane) ?? -1) >= earlier.ordinal;
}

function raise(clock: Map<number, number>, lane: number, ordinal: number): void {
  if ((clock.get(lane) ?? -1) < ordinal) clock.set(lane, ordinal);
}
