/**
 * @file Hazards → barriers and waits. Walks the levels with a small state for each cell, and puts passes into steps.
 *
 * Within a queue a hazard (from, to] is an interval of its steps, and needs one barrier somewhere within. Barriers are put
 * as late as can be, and only where no earlier one lies in the interval: then that one takes the hazard too, so there are as
 * few as can be (stabbing intervals, greedily by their right end). Across queues the later step waits for the earlier one's
 * timeline, unless that is known through another wait; a semaphore makes all memory visible, so only an image's layout or
 * owner still needs a barrier: released by the queue that has it, acquired by the one that takes it.
 */

import * as V from '@halocline/vulkan';
import { writesMemory } from '../convert.ts';
import { arrivalOf, CellState } from './cell-state.ts';
import type { Placed } from './cell-state.ts';
import { hazardKind, needsArrival } from './hazards.ts';
import type { GraphModel, PassNode, ResourceNode, Touch } from './model.ts';
import { HOST_LANE, laneOf } from './queues.ts';
import type { QueueTable } from './queues.ts';
import { Rows } from './rows.ts';
import { Call } from './steps.ts';
import type { Hazard, Step } from './steps.ts';
import { addSide, bitsOf, includesSide, isEmptySide, joinSides, NO_SIDE } from './usage.ts';
import type { Side } from './usage.ts';

/** What the walk needs beside the levels. */
export interface WalkOptions {
  readonly queues: QueueTable;
  /** A barrier at each queue's start orders the plan behind its last run. */
  readonly repeats: boolean;
  /** Pairs of passes that wait without a resource, by index. */
  readonly wishes: readonly (readonly [before: number, after: number])[];
  /** For a transient resource those whose memory it takes over. */
  readonly heirs: ReadonlyMap<ResourceNode, readonly ResourceNode[]>;
  /** Passes that other queues wait for, or the host. */
  readonly awaited: ReadonlySet<number>;
  /** Passes of one level and queue stay in their order, though some wait for other queues. */
  readonly keepsOrder: boolean;
}

/** A hazard within one queue, to be ended by a barrier behind step `from` and not behind the step at hand. */
interface Demand {
  readonly from: number;
  readonly before: Side;
  readonly after: Side;
  readonly hazard: Hazard;
  /** The image's cell that must move. */
  readonly moves?: { readonly state: CellState; readonly touch: Touch };
}

const EVERYTHING: Side = Object.freeze({
  words: 0,
  stage: V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
  access: V.VK_ACCESS_2_MEMORY_WRITE_BIT,
});
/** The name of what stands behind a graph, in hazards. */
export const AFTERWARDS = 'what comes after';
/** Behind a semaphore: all that it waited for. */
const AFTER_WAIT: Side = Object.freeze({ words: 0, stage: V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, access: 0n });

/** The steps of ordered levels, in order of submission. */
export function walkLevels(
  model: GraphModel,
  levels: readonly (readonly PassNode[])[],
  options: WalkOptions,
): readonly Step[] {
  return new Walk(model, levels, options).steps();
}

class Walk {
  readonly #model: GraphModel;
  readonly #levels: readonly (readonly PassNode[])[];
  readonly #options: WalkOptions;
  readonly #rows = new Rows();
  readonly #cells: (CellState | undefined)[];
  readonly #wishes = new Map<number, number[]>();
  /** For each lane all that its passes do: what a plan that repeats waits for. */
  readonly #whole = new Map<number, Side>();

  constructor(model: GraphModel, levels: readonly (readonly PassNode[])[], options: WalkOptions) {
    this.#model = model;
    this.#levels = levels;
    this.#options = options;
    this.#cells = Array.from({ length: model.cellCount });
    for (const [before, after] of options.wishes) {
      const list = this.#wishes.get(after);
      if (list) list.push(before);
      else this.#wishes.set(after, [before]);
    }
    if (!options.repeats) return;
    for (const { queue, side } of levels.flat()) {
      const lane = laneOf(options.queues, queue);
      this.#whole.set(lane, joinSides(this.#whole.get(lane) ?? NO_SIDE, side));
    }
  }

  steps(): readonly Step[] {
    for (const [level, passes] of this.#levels.entries()) this.#walkLevel(level, passes);
    this.#showNext();
    this.#leave();
    return this.#rows.steps;
  }

  #walkLevel(level: number, passes: readonly PassNode[]): void {
    const lanes = new Map<number, PassNode[]>();
    for (const pass of passes) {
      const lane = this.#laneOf(pass);
      for (const touch of pass.touches) this.#enter(touch, lane);
      const list = lanes.get(lane);
      if (list) list.push(pass);
      else lanes.set(lane, [pass]);
    }
    for (const [lane, list] of lanes) {
      if (lane === HOST_LANE) for (const pass of list) this.#hostStep(level, pass);
      else this.#deviceSteps(level, lane, list);
    }
  }

  /** Passes that wait for nobody first, so that the others wait late; of each those first that others wait for. */
  #deviceSteps(level: number, lane: number, passes: readonly PassNode[]): void {
    const { keepsOrder, awaited } = this.#options;
    const groups: PassNode[][] = [[], [], [], []];
    let late = false;
    for (const pass of passes) {
      const waits = this.#rows.unknown(lane, this.#predecessors(pass, lane)).length > 0;
      late = waits || (keepsOrder && late);
      groups[(late ? 2 : 0) + (keepsOrder || awaited.has(pass.index) ? 0 : 1)]!.push(pass);
    }
    for (const group of groups) if (group.length > 0) this.#deviceStep(level, lane, group);
  }

  #deviceStep(level: number, lane: number, passes: readonly PassNode[]): void {
    const step = this.#rows.add(
      lane,
      level,
      passes,
      passes.flatMap((pass) => this.#predecessors(pass, lane)),
    );
    const whole = this.#whole.get(lane);
    if (whole && step.ordinal === 0) this.#startAgain(step, whole);
    const demands: Demand[] = [];
    for (const pass of passes) this.#collect(pass, step, demands);
    this.#settle(step, demands);
    for (const pass of passes) this.#place(pass, step);
  }

  #hostStep(level: number, pass: PassNode): void {
    const before = this.#predecessors(pass, HOST_LANE);
    const step = this.#rows.add(HOST_LANE, level, [pass], before);
    for (const touch of pass.touches) {
      for (const earlier of this.#cells[touch.cell]!.previous) {
        if (!earlier.step || earlier.touch?.pass === pass.index) continue;
        const hazard = hazardBetween(earlier, touch, pass.name);
        step.reasons.push(hazard);
        this.#show(earlier, touch, hazard);
      }
    }
    this.#place(pass, step);
  }

  /** The timeline alone doesn't make memory visible to the host: the specification wants a barrier on the device. */
  #show(earlier: Placed, touch: Touch, hazard: Hazard): void {
    if (!earlier.step || earlier.step.lane === HOST_LANE || !(earlier.writes || touch.reads)) return;
    const producer = this.#rows.at(earlier.step);
    const call = (producer.after ??= new Call());
    call.memory(pending(earlier, touch), touch.side);
    call.reasons.push(hazard);
  }

  /** What the device writes behind the host's last read of it, the host reads in the next execution. */
  #showNext(): void {
    if (!this.#options.repeats) return;
    for (const { name, queue, touches } of this.#levels.flat()) {
      if (queue !== 'host') continue;
      for (const touch of touches) {
        if (!touch.reads || touch.node.origin === 'transient') continue;
        const { members, previous } = this.#cells[touch.cell]!;
        if (members.some(({ writes, step }) => !writes && step?.lane === HOST_LANE)) continue;
        const writers = members.some(({ writes }) => writes) ? members : previous;
        for (const earlier of writers) this.#show(earlier, touch, hazardBetween(earlier, touch, name));
      }
    }
  }

  #laneOf({ queue }: PassNode): number {
    return laneOf(this.#options.queues, queue);
  }

  #enter(touch: Touch, lane: number): void {
    const state = (this.#cells[touch.cell] ??= new CellState());
    state.enter(touch, lane, this.#options.queues, () => [
      ...this.#testators(touch),
      ...arrivalOf(touch, EVERYTHING, this.#whole.get(lane)),
    ]);
  }

  /** The last touches of those whose memory a transient resource takes over. */
  #testators({ node }: Touch): Placed[] {
    const placed: Placed[] = [];
    for (const { firstCell, cellCount } of this.#options.heirs.get(node) ?? []) {
      for (let cell = firstCell; cell < firstCell + cellCount; cell++)
        placed.push(...(this.#cells[cell]?.members ?? []));
    }
    return placed;
  }

  /** The steps on other lanes that a pass waits for. */
  #predecessors(pass: PassNode, lane: number): Step[] {
    const steps: Step[] = [];
    for (const { cell } of pass.touches) {
      for (const { step } of this.#cells[cell]!.previous) {
        if (step && (step.lane !== lane || lane === HOST_LANE)) steps.push(this.#rows.at(step));
      }
    }
    for (const before of this.#wishes.get(pass.index) ?? []) {
      const step = this.#rows.of(before);
      if (step && (step.lane !== lane || lane === HOST_LANE)) steps.push(step);
    }
    return steps;
  }

  #startAgain(step: Step, whole: Side): void {
    if (isEmptySide(whole)) return;
    const passes = this.#levels.flat().filter((pass) => this.#laneOf(pass) === step.lane);
    const [first, last] = [passes[0]!, passes.at(-1)!];
    step.before = new Call();
    step.before.memory(whole, whole);
    step.before.reasons.push({ kind: 'last run', resource: '', earlier: last.name, later: first.name });
  }

  #collect(pass: PassNode, step: Step, demands: Demand[]): void {
    for (const touch of pass.touches) this.#collectTouch(touch, step, pass.name, demands);
    for (const before of this.#wishes.get(pass.index) ?? []) {
      const earlier = this.#model.passes[before]!;
      const place = this.#rows.of(before);
      if (!place || isEmptySide(earlier.side) || isEmptySide(pass.side)) continue;
      const hazard: Hazard = { kind: 'asked for', resource: '', earlier: earlier.name, later: pass.name };
      if (place.lane === step.lane) {
        demands.push({ from: place.ordinal, before: earlier.side, after: pass.side, hazard });
      } else step.reasons.push(hazard);
    }
  }

  #collectTouch(touch: Touch, step: Step, name: string, demands: Demand[]): void {
    const state = this.#cells[touch.cell]!;
    if (state.move) demands.push(...this.#moveDemands(state, touch, step, name));
    else for (const earlier of state.previous) this.#memoryDemand(earlier, touch, step, name, demands);
  }

  #memoryDemand(earlier: Placed, touch: Touch, step: Step, name: string, demands: Demand[]): void {
    if (earlier.touch ? earlier.touch.pass === touch.pass : !needsArrival(touch)) return;
    const hazard = hazardBetween(earlier, touch, name);
    if (earlier.step && earlier.step.lane !== step.lane) step.reasons.push(hazard);
    else {
      const before = pending(earlier, touch);
      demands.push({ from: earlier.step?.ordinal ?? -1, before, after: touch.side, hazard });
    }
  }

  #moveDemands(state: CellState, touch: Touch, step: Step, name: string): Demand[] {
    let [from, before, crosses] = [-1, NO_SIDE, false];
    for (const earlier of state.previous) {
      if (earlier.step && earlier.step.lane !== step.lane) {
        crosses = true;
        step.reasons.push(hazardBetween(earlier, touch, name, state));
      } else {
        before = joinSides(before, earlier.side);
        from = Math.max(from, earlier.step?.ordinal ?? -1);
      }
    }
    if (crosses) [from, before] = [step.ordinal - 1, joinSides(before, AFTER_WAIT)];
    const reasons = state.previous.map((earlier) => hazardBetween(earlier, touch, name, state));
    if (reasons.length === 0) {
      const { layouts } = state.move!;
      reasons.push({ kind: 'layout change', resource: touch.node.label, earlier: '', later: name, layouts });
    }
    if (state.move!.handOver && !state.released) this.#release(state, touch, reasons);
    return reasons.map((hazard) => ({ from, before, after: touch.side, hazard, moves: { state, touch } }));
  }

  /** The half of a hand-over that stands on the queue that has the image, behind its last touch there. */
  #release(state: CellState, { node, cell }: Touch, reasons: readonly Hazard[]): void {
    const { previous, elsewhere, move } = state;
    state.released = true;
    let [last, side]: [Step | undefined, Side] = [undefined, NO_SIDE];
    for (const earlier of previous) {
      if (!earlier.step) continue;
      side = joinSides(side, earlier.side);
      const step = this.#rows.at(earlier.step);
      if (!last || step.ordinal > last.ordinal) last = step;
    }
    if (!last) return;
    for (const earlier of elsewhere) side = joinSides(side, earlier.side);
    const call = (last.after ??= new Call());
    call.images.push({ node, cell, before: { ...side }, after: { ...NO_SIDE }, ...move! });
    call.reasons.push(...reasons);
  }

  /** Finds for each demand its barrier: an earlier one that ends it already, that of this step, or an earlier one that grows. */
  #settle(step: Step, demands: readonly Demand[]): void {
    const open: Demand[] = [];
    for (const demand of demands) {
      if (demand.moves === undefined && this.#isMet(demand, step)) step.ended.push(demand.hazard);
      else open.push(demand);
    }
    const row = this.#rows.row(step.lane);
    const earlier = (from: number): Call | undefined => {
      for (let at = step.ordinal - 1; at > from; at--) if (row[at]!.before) return row[at]!.before;
      return undefined;
    };
    const isMoved = ({ moves }: Demand): boolean => moves !== undefined && moves.state.entry !== undefined;
    if (!step.before && open.some((demand) => !isMoved(demand) && !earlier(demand.from))) step.before = new Call();
    for (const demand of open) {
      const call = demand.moves?.state.call ?? step.before ?? earlier(demand.from)!;
      if (demand.moves) move(demand, demand.moves, call);
      else call.memory(demand.before, demand.after);
      call.reasons.push(demand.hazard);
    }
  }

  #isMet({ from, before, after }: Demand, step: Step): boolean {
    if (from >= 0 && (step.known.get(step.lane) ?? -1) >= from) return true;
    const row = this.#rows.row(step.lane);
    for (let at = from + 1; at < step.ordinal; at++) {
      const call = row[at]!.before;
      if (call?.hasMemory && includesSide(call.before, before) && includesSide(call.after, after)) return true;
    }
    return false;
  }

  #place(pass: PassNode, step: Step): void {
    this.#rows.put(pass.index, step);
    for (const touch of pass.touches) {
      const { name } = pass;
      this.#cells[touch.cell]!.members.push({ name, touch, side: touch.side, writes: touch.writes, step });
    }
  }

  /** Brings imported resources into the state that the graph must leave them in, as one more step of the queue that had them last. */
  #leave(): void {
    const ends = new Map<number, Touch[]>();
    for (const node of this.#model.nodes) {
      if (!node.leaves) continue;
      for (let cell = node.firstCell; cell < node.firstCell + node.cellCount; cell++) {
        const end = this.#lastTouch(node, cell);
        if (end) ends.set(end.lane, [...(ends.get(end.lane) ?? []), end.touch]);
      }
    }
    for (const [lane, touches] of ends) {
      const before = touches.flatMap(({ cell }) => this.#cells[cell]!.previous);
      const waits = before.flatMap(({ step }) => (step && step.lane !== lane ? [this.#rows.at(step)] : []));
      const step = this.#rows.add(lane, this.#levels.length, [], waits);
      const demands: Demand[] = [];
      for (const touch of touches) this.#collectTouch(touch, step, AFTERWARDS, demands);
      this.#settle(step, demands);
      this.#rows.dropIfIdle(step);
    }
  }

  /** A touch that stands for what comes after the graph; nothing where that needs no barrier. */
  #lastTouch(node: ResourceNode, cell: number): { readonly lane: number; readonly touch: Touch } | undefined {
    const state = this.#cells[cell];
    const last = state?.members.findLast(({ step }) => step && step.lane !== HOST_LANE);
    if (!state || !last?.step || !last.touch || !node.leaves) return undefined;
    const { side, layout, usage } = node.leaves;
    const { lane } = last.step;
    const writes = writesMemory(usage);
    const quiet = { reads: !writes, writes, discards: false, written: writes ? side : NO_SIDE };
    const touch: Touch = { pass: -1, cell, node, ...quiet, side, layout, epoch: Infinity };
    const isRead = !writes && !last.writes && (node.kind !== 'image' || state.layout === layout);
    // A read among reads comes behind what they come behind.
    if (isRead) return { lane, touch };
    state.enter(touch, lane, this.#options.queues, () => []);
    return { lane, touch };
  }
}

/**
 * What of an earlier touch a later one must wait for: a read only for its writes, unless it reads in stages of its own; what writes
 * behind the later one waits for that alone.
 */
function pending({ touch, side }: Placed, later: Touch): Side {
  if (!touch?.writes || later.writes) return side;
  return (bitsOf(side).stage & ~bitsOf(touch.written).stage) === 0n ? touch.written : side;
}

function move({ before }: Demand, { state, touch }: NonNullable<Demand['moves']>, call: Call): void {
  if (state.entry) {
    addSide(state.entry.after, touch.side);
    return;
  }
  const { node, cell, side } = touch;
  state.entry = { node, cell, before: { ...before }, after: { ...side }, ...state.move! };
  state.call = call;
  call.images.push(state.entry);
}

function hazardBetween(earlier: Placed, later: Touch, name: string, state?: CellState): Hazard {
  const shared = earlier.touch !== undefined && earlier.touch.node !== later.node;
  const known = earlier.touch ? hazardKind(earlier.touch, later) : arrivalKind(earlier, later, state);
  const layouts = state?.move && state.move.layouts[0] !== state.move.layouts[1] ? { layouts: state.move.layouts } : {};
  const kind = shared ? 'shared memory' : known;
  return { kind, resource: later.node.label, earlier: earlier.name, later: name, ...layouts };
}

/** Against the state in which a resource comes. */
function arrivalKind(earlier: Placed, later: Touch, state: CellState | undefined): Hazard['kind'] {
  if (state?.move) return 'layout change';
  if (!later.writes) return 'read after write';
  return earlier.writes ? 'write after write' : 'write after read';
}
