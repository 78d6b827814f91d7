/**
 * @file A naive model of Vulkan's memory, by which tests judge what was recorded, submitted and waited for: every two touches of one
 * byte or subresource, one of them a write, one pair at a time. It shares nothing with the trackers that it judges, not even what
 * words mean.
 *
 * Specification, "Synchronization and Cache Control" and appendix "Memory Model". Touches are taken apart into *atoms*, one stage and
 * one access each; what became of an earlier atom is followed through all that came after it, in order of submission:
 *
 * - a barrier has it before itself where its first scope names the atom's stage, and it was submitted to the same queue before; or
 *   where its first scope shares a stage with what is ordered behind the atom already (a chain). What its second scope names is then
 *   ordered behind the atom;
 * - a write is *available* behind a barrier whose first scope names its stage and its access; it is *visible* to the second
 *   scope of that, and of what chains on it. Reads and writes of the same memory need that of a write before; writes after reads need
 *   order alone;
 * - a change of a layout reads and writes between the two scopes of its barrier;
 * - barriers of one call don't chain with each other;
 * - a signal covers everything before it on its queue, with what that waited for; whatever comes behind a wait for it on the queue that
 *   waits, or is submitted after the host saw it, is ordered behind that, and sees it.
 *
 * Stricter than Vulkan in one thing, as trackers are: an image barrier is taken to order its own part of the image alone.
 */
import * as V from '@halocline/vulkan';

/** Stages and accesses, as bits of this file's own. */
export interface Scope {
  readonly stages: number;
  readonly accesses: number;
}

/** Layouts as texts; `undefined`: what was there may be lost. */
export interface Transition {
  readonly resource: number;
  readonly cells: readonly number[];
  readonly before: Scope;
  readonly after: Scope;
  readonly from: string;
  readonly to: string;
}

/** What happens, in order of submission; a queue and its timeline have one number. */
export type Event =
  | {
      readonly kind: 'touch';
      readonly queue: number;
      readonly resource: number;
      readonly cells: readonly number[];
      readonly scope: Scope;
      /** Of images: the layout that it needs. */
      readonly layout: string | undefined;
      readonly label: string;
      /** Touches of one command don't collide. */
      readonly command: object;
    }
  | {
      readonly kind: 'barrier';
      readonly queue: number;
      readonly memory: { readonly before: Scope; readonly after: Scope } | undefined;
      readonly images: readonly Transition[];
      readonly label: string;
    }
  | { readonly kind: 'wait' | 'signal'; readonly queue: number; readonly timeline: number; readonly value: number }
  /** The host saw that a timeline reached a value. */
  | { readonly kind: 'seen'; readonly timeline: number; readonly value: number }
  /** Something wrote these cells that orders itself behind all before and ahead of all after. */
  | { readonly kind: 'external'; readonly resource: number; readonly cells: readonly number[] };

/** Two touches that nothing orders, or one in a wrong layout. */
export interface Problem {
  readonly kind: 'order' | 'layout';
  readonly resource: number;
  /** Which cannot be where it is, and behind which. */
  readonly label: string;
  readonly earlier: string;
}

const STAGES: readonly (readonly [bigint, number])[] = [
  [V.VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, 1],
  [V.VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT, 2],
  [V.VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT, 4],
  [V.VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT, 8],
  [V.VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT, 16],
  [V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, 32],
  [V.VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT, 64],
  [V.VK_PIPELINE_STAGE_2_HOST_BIT, 128],
  [V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, 127],
];
const WRITES = 2 | 128 | 512 | 2048;
const ACCESSES: readonly (readonly [bigint, number])[] = [
  [V.VK_ACCESS_2_SHADER_READ_BIT, 1],
  [V.VK_ACCESS_2_SHADER_WRITE_BIT, 2],
  [V.VK_ACCESS_2_UNIFORM_READ_BIT, 4],
  [V.VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT, 8],
  [V.VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT, 16],
  [V.VK_ACCESS_2_INDEX_READ_BIT, 32],
  [V.VK_ACCESS_2_TRANSFER_READ_BIT, 64],
  [V.VK_ACCESS_2_TRANSFER_WRITE_BIT, 128],
  [V.VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT, 256],
  [V.VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT, 512],
  [V.VK_ACCESS_2_HOST_READ_BIT, 1024],
  [V.VK_ACCESS_2_HOST_WRITE_BIT, 2048],
  [V.VK_ACCESS_2_MEMORY_WRITE_BIT, WRITES],
];
/** Every stage of the device, and every access: what waits for `undefined` to be lost waits for. */
export const EVERYTHING: Scope = { stages: 127, accesses: 4095 };

function translate(table: readonly (readonly [bigint, number])[], bits: bigint): number {
  let [left, result] = [bits, 0];
  for (const [theirs, ours] of table) {
    if ((bits & theirs) === 0n) continue;
    result |= ours;
    left &= ~theirs;
  }
  if (left !== 0n) throw new Error(`Bug in the model: it knows no bits 0x${left.toString(16)}`);
  return result;
}

/** Vulkan's masks as a scope. */
export function scopeOf(stages: bigint, accesses: bigint): Scope {
  return { stages: translate(STAGES, stages), accesses: translate(ACCESSES, accesses) };
}

interface Atom {
  readonly stage: number;
  readonly access: number;
}

function atomsOf({ stages, accesses }: Scope): Atom[] {
  const atoms: Atom[] = [];
  for (let stage = 1; stage <= stages; stage *= 2)
    for (let access = 1; access <= accesses; access *= 2)
      if ((stages & stage) !== 0 && (accesses & access) !== 0) atoms.push({ stage, access });
  return atoms;
}

/** Stages in their logical order, those of draws and those of dispatches: a first scope holds earlier ones too, a second one later ones. */
const PIPELINES: readonly (readonly number[])[] = [
  [8, 16, 2, 4, 64],
  [8, 1],
];

function widened(stages: number, to: 'earlier' | 'later'): number {
  let wide = stages;
  for (const pipeline of PIPELINES) {
    const [first, last] = [pipeline.findIndex(isIn(stages)), pipeline.findLastIndex(isIn(stages))];
    for (const [at, stage] of pipeline.entries()) {
      if (last >= 0 && (to === 'earlier' ? at <= last : at >= first)) wide |= stage;
    }
  }
  return wide;
}

const isIn =
  (stages: number) =>
  (stage: number): boolean =>
    (stages & stage) !== 0;

/** One touch of one cell, in the order of events. */
interface Touch {
  readonly at: number;
  readonly queue: number;
  readonly label: string;
  readonly command: object;
  /** Undefined: a change of layout. */
  readonly scope: Scope | undefined;
  readonly transition: Transition | undefined;
  readonly needs: string | undefined;
}

/** What became of an atom that lies back. */
class Past {
  readonly #queue: number;
  readonly #atom: Atom | undefined;
  /** By queue: stages that are ordered behind it, and those of them that come behind its being available. */
  readonly #ordered: number[] = [];
  readonly #available: number[] = [];
  /** What sees it, by queue. */
  readonly #visible: Scope[][] = [];
  readonly #awaited = new Set<number>();
  /** By timeline: the least value that covers it. */
  readonly #covers = new Map<number, number>();
  readonly #values: Map<number, number[]>;
  readonly #logical: boolean;

  constructor({ queue, transition }: Touch, atom: Atom | undefined, { values, logical }: Court) {
    this.#queue = queue;
    this.#atom = atom;
    this.#values = values;
    this.#logical = logical;
    if (transition) this.take(queue, transition.after, true);
  }

  /** Whether a barrier with this first scope has it before itself. */
  isBefore(queue: number, side: Scope): boolean {
    const stages = this.#logical ? widened(side.stages, 'earlier') : side.stages;
    if (this.#awaited.has(queue) || ((this.#ordered[queue] ?? 0) & stages) !== 0) return true;
    return queue === this.#queue && this.#atom !== undefined && (stages & this.#atom.stage) !== 0;
  }

  /** Whether a barrier with this first scope has it available. */
  isAvailable(queue: number, { stages, accesses }: Scope): boolean {
    const wide = this.#logical ? widened(stages, 'earlier') : stages;
    if (this.#awaited.has(queue) || ((this.#available[queue] ?? 0) & wide) !== 0) return true;
    const atom = this.#atom;
    return queue === this.#queue && atom !== undefined && (stages & atom.stage) !== 0 && (accesses & atom.access) !== 0;
  }

  isOrdered(queue: number, { stage }: Atom): boolean {
    return this.#awaited.has(queue) || ((this.#ordered[queue] ?? 0) & stage) !== 0;
  }

  isVisible(queue: number, { stage, access }: Atom): boolean {
    if (this.#awaited.has(queue)) return true;
    return (this.#visible[queue] ?? []).some((each) => (each.stages & stage) !== 0 && (each.accesses & access) !== 0);
  }

  /** A barrier that has it before itself. */
  take(queue: number, after: Scope, isAvailable: boolean): void {
    const stages = this.#logical ? widened(after.stages, 'later') : after.stages;
    this.#ordered[queue] = (this.#ordered[queue] ?? 0) | stages;
    if (!isAvailable) return;
    this.#available[queue] = (this.#available[queue] ?? 0) | stages;
    (this.#visible[queue] ??= []).push(after);
  }

  signal(queue: number, timeline: number, value: number): void {
    if (queue !== this.#queue && !this.#awaited.has(queue)) return;
    if (!this.#covers.has(timeline)) this.#covers.set(timeline, value);
  }

  #isCovered(timeline: number, value: number): boolean {
    const least = this.#covers.get(timeline);
    if (least === undefined) return false;
    const reached = this.#values.get(timeline)!.find((each) => each >= value);
    return reached !== undefined && least <= reached;
  }

  wait(queue: number, timeline: number, value: number): void {
    if (this.#isCovered(timeline, value)) this.#awaited.add(queue);
  }

  seen(timeline: number, value: number, queues: number): void {
    if (!this.#isCovered(timeline, value)) return;
    for (let queue = 0; queue < queues; queue++) this.#awaited.add(queue);
  }
}

/**
 * Events of queues alone in an order in which they may run, where some wait for what is submitted later; undefined if they wait for
 * ever.
 */
export function inTurn(events: readonly Event[]): Event[] | undefined {
  const reached = new Map<number, number>();
  const done: Event[] = [];
  for (let left = [...events]; left.length > 0;) {
    const held = new Set<number>();
    const later: Event[] = [];
    for (const event of left) {
      if (event.kind === 'seen' || event.kind === 'external')
        throw new Error(`Bug in a test: ${event.kind} has no queue`);
      const { queue } = event;
      if (event.kind === 'wait' && event.value > (reached.get(event.timeline) ?? 0)) held.add(queue);
      if (held.has(queue)) later.push(event);
      else {
        done.push(event);
        if (event.kind === 'signal') reached.set(event.timeline, event.value);
      }
    }
    if (later.length === left.length) return undefined;
    left = later;
  }
  return done;
}

/**
 * Everything that is wrong with what happens on so many queues, in the order of the later touches. `logical`: stages that a barrier
 * names stand for logically earlier and later ones too, as Vulkan has it; trackers don't reckon with that.
 */
export function judge(events: readonly Event[], queues: number, logical: boolean): Problem[] {
  const values = new Map<number, number[]>();
  for (const each of events) {
    if (each.kind !== 'signal') continue;
    values.set(each.timeline, [...(values.get(each.timeline) ?? []), each.value]);
  }
  const found: Found[] = [];
  const judged = new Set<string>();
  for (const [resource, cell] of cellsIn(events)) {
    const touches = touchesOf(events, resource, cell);
    // Cells that met the same are judged once.
    const key = `${resource} ${touches.map(keyOf).join()}`;
    if (judged.has(key)) continue;
    judged.add(key);
    found.push(...judgeCell({ events, queues, logical, values, resource, cell }, touches));
  }
  return found.toSorted((a, b) => a.at - b.at).map(({ problem }) => problem);
}

interface Found {
  readonly at: number;
  readonly problem: Problem;
}

interface Court {
  readonly events: readonly Event[];
  readonly queues: number;
  readonly logical: boolean;
  readonly values: Map<number, number[]>;
  readonly resource: number;
  readonly cell: number;
}

const keyOf = (touch: Touch | number): string =>
  typeof touch === 'number' ? `external ${touch}` : `${touch.at} ${touch.transition?.cells[0] ?? ''}`;

type Part = { readonly resource: number; readonly cells: readonly number[] };

function partsOf(event: Event): readonly Part[] {
  return event.kind === 'touch' ? [event] : event.kind === 'barrier' ? event.images : [];
}

function* cellsIn(events: readonly Event[]): Generator<readonly [number, number]> {
  const known = new Set<string>();
  for (const { resource, cells } of events.flatMap(partsOf)) {
    for (const cell of cells) {
      if (known.has(`${resource} ${cell}`)) continue;
      known.add(`${resource} ${cell}`);
      yield [resource, cell];
    }
  }
}

/** What touches a cell; a number is the place of something external. */
function touchesOf(events: readonly Event[], resource: number, cell: number): (Touch | number)[] {
  const isHere = (each: Part): boolean => each.resource === resource && each.cells.includes(cell);
  return events.flatMap((event, at): (Touch | number)[] => {
    if (event.kind === 'external') return isHere(event) ? [at] : [];
    if (event.kind === 'touch') {
      return isHere(event) ? [{ ...event, at, transition: undefined, needs: event.layout }] : [];
    }
    const transition = event.kind === 'barrier' ? event.images.find(isHere) : undefined;
    if (event.kind !== 'barrier' || !transition) return [];
    const { queue, label } = event;
    return [{ at, queue, label, command: event, scope: undefined, transition, needs: transition.from }];
  });
}

/** An atom that lies back, and how far it was followed. */
interface Followed {
  readonly of: Touch;
  readonly writes: boolean;
  readonly past: Past;
  at: number;
}

function judgeCell(court: Court, touches: readonly (Touch | number)[]): Found[] {
  const found: Found[] = [];
  let layout = 'undefined';
  let back: Followed[] = [];
  for (const touch of touches) {
    if (typeof touch === 'number') {
      back = [];
      continue;
    }
    const { at, label, transition, needs } = touch;
    const { resource } = court;
    if (needs !== undefined && needs !== layout && !(transition && needs === 'undefined')) {
      found.push({ at, problem: { kind: 'layout', resource, label, earlier: `layout ${layout}` } });
    }
    layout = transition?.to ?? needs ?? layout;
    const collides = new Set<Touch>();
    for (const each of back) {
      if (each.of.command === touch.command || collides.has(each.of)) continue;
      for (; each.at < at; each.at++) happen(court, each.past, court.events[each.at]!);
      if (!isSafe(each, touch)) collides.add(each.of);
    }
    for (const { label: earlier } of collides) {
      found.push({ at, problem: { kind: 'order', resource, label, earlier } });
    }
    for (const atom of touch.scope ? atomsOf(touch.scope) : [undefined]) {
      const past = new Past(touch, atom, court);
      back.push({ of: touch, writes: isWrite(atom), past, at: at + 1 });
    }
  }
  return found;
}

/** A change of layout writes. */
function isWrite(atom: Atom | undefined): boolean {
  return atom === undefined || (atom.access & WRITES) !== 0;
}

function isSafe({ writes, past }: Followed, { queue, scope, transition }: Touch): boolean {
  if (transition) {
    if (!past.isBefore(queue, transition.before)) return false;
    return !writes || past.isAvailable(queue, transition.before);
  }
  return atomsOf(scope!).every((atom) => {
    if (writes) return past.isVisible(queue, atom);
    return !isWrite(atom) || past.isOrdered(queue, atom);
  });
}

/** What something that comes later does to what lies back. */
function happen({ queues, resource, cell }: Court, past: Past, event: Event): void {
  if (event.kind === 'signal') past.signal(event.queue, event.timeline, event.value);
  else if (event.kind === 'wait') past.wait(event.queue, event.timeline, event.value);
  else if (event.kind === 'seen') past.seen(event.timeline, event.value, queues);
  else if (event.kind === 'barrier') {
    const { queue, memory, images } = event;
    const own = images.find((each) => each.resource === resource && each.cells.includes(cell));
    // Barriers of one call: each meets what was before the call.
    const met = [...(memory ? [memory] : []), ...(own ? [own] : [])]
      .filter(({ before }) => past.isBefore(queue, before))
      .map(({ before, after }) => ({ after, isAvailable: past.isAvailable(queue, before) }));
    for (const { after, isAvailable } of met) past.take(queue, after, isAvailable);
  }
}
