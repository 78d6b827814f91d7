/** @file Moments of timelines: what came before each, as far as submits tell, and what they wait for that nobody signals yet. */

/** A moment of a timeline: a queue is known by its own. */
export interface Moment {
  readonly timeline: object;
  readonly value: number;
}

/** A moment of a timeline, and what came before it. */
export interface Past {
  readonly value: number;
  readonly clock: ReadonlyMap<object, number>;
  readonly open: readonly Moment[];
}

/** The last moments of a timeline. */
export interface Moments {
  /** In order of value. */
  readonly list: readonly Past[];
  /** What came before moments up to this value is forgotten. */
  readonly forgotten: number;
}

const MOMENTS = 64;
export const NOTHING: readonly Moment[] = Object.freeze([]);
export const NO_MOMENTS: Moments = Object.freeze({ list: [], forgotten: 0 });

/** A timeline's moments with one more, which comes after `past`; `own`: of the queue's own timeline, so after the last one anyhow. */
export function signalled(
  { list, forgotten }: Moments,
  value: number,
  past: Omit<Past, 'value'>,
  own: boolean,
): Moments {
  // A timeline only grows: a moment comes after all that smaller ones do, whichever was submitted first.
  const smaller = own ? undefined : list.findLast((each) => each.value < value);
  const later = list.filter((each) => each.value > value);
  const behind = later.map((each) => ({ value: each.value, ...joined(each, past) }));
  const moment = { value, ...(smaller ? joined(smaller, past) : past) };
  const all = [...(later.length === 0 ? list : list.slice(0, -later.length)), moment, ...behind];
  if (all.length <= MOMENTS) return { list: all, forgotten };
  return { list: all.slice(1), forgotten: Math.max(forgotten, all[0]!.value) };
}

/** What came before either. */
function joined(a: Omit<Past, 'value'>, b: Omit<Past, 'value'>): Omit<Past, 'value'> {
  const clock = new Map(a.clock);
  for (const [timeline, value] of b.clock) raise(clock, timeline, value);
  return { clock, open: opened(a.open, b.open) };
}

/** Moments that nobody was told to signal, the largest of each timeline. */
export function opened(before: readonly Moment[], more: readonly Moment[]): readonly Moment[] {
  if (more.length === 0) return before;
  const values = new Map<object, number>();
  for (const { timeline, value } of [...before, ...more]) raise(values, timeline, value);
  return [...values].map(([timeline, value]) => ({ timeline, value }));
}

/** Notes that a timeline reached a value. */
export function raise(clock: Map<object, number>, timeline: object, value: number): void {
  if (value > (clock.get(timeline) ?? 0)) clock.set(timeline, value);
}
