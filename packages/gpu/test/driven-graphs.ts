/** @file Follows random graphs as they are recorded and submitted, execution after execution, without a device. */
import { accessMask } from '../src/convert.ts';
import { Bound } from '../src/graph/bindings.ts';
import type { CompiledGraph } from '../src/graph/compile.ts';
import type { PassNode, ResourceNode } from '../src/graph/model.ts';
import { familyOf, HOST_LANE, laneOf } from '../src/graph/queues.ts';
import { recordSteps } from '../src/graph/record.ts';
import type { BarrierBatch, ImageBarrier } from '../src/graph/sink.ts';
import type { Step } from '../src/graph/steps.ts';
import { impliedLayout } from '../src/image/layout.ts';
import type { Usage } from '../src/access.ts';
import { judge } from './memory-model.ts';
import type { Event, Scope, Transition } from './memory-model.ts';
import { build, CELLS, cellsOf, isWriting, writesIn, layoutFor, meaning, scope, wishesOf } from './random-graphs.ts';
import type { Declared, Drawn, Touch } from './random-graphs.ts';

/** What may be brought for an import. */
const BROUGHT = 2;
const LANES = 3;
const NOTHING: Scope = { stages: 0, accesses: 0 };
const ALL: Scope = { stages: 127, accesses: 4095 };
const LOST = 'lost';
const BEFORE = 'what came before';

/** What came of a graph. */
export interface Followed {
  readonly compiled: CompiledGraph;
  readonly events: readonly Event[];
  readonly queues: number;
  /** What is wrong beside the order of touches, in words. */
  readonly wrong: readonly string[];
}

/** Two transients that have bytes in common: what one does to a cell meets each cell of the other that has some of its bytes. */
interface Shared {
  readonly resource: number;
  readonly ends: readonly [a: number, b: number];
  readonly pairs: readonly (readonly [a: number, b: number])[];
}

interface Tag {
  readonly resource: number;
  readonly number: number;
}

class Bench {
  readonly events: Event[] = [];
  readonly wrong: string[] = [];
  readonly contents = new Map<string, string>();
  /** What passes read, by execution. */
  readonly seen = new Map<string, string>();
  queues = LANES;
  readonly #drawn: Drawn;
  readonly #declared: readonly Declared[];
  readonly #compiled: CompiledGraph;
  readonly #nodes: readonly (ResourceNode | undefined)[];
  readonly #shared: readonly Shared[];
  readonly #values = new Map<number, number>();
  readonly #owners = new Map<string, number>();
  readonly #released = new Map<string, number>();
  readonly #met = new Set<number>();
  /** By index of passes. */
  #hosts = new Map<number, number>();
  #earlierHosts: number[] = [];
  #last = new Map<number, number>();
  #execution = 0;
  #lane = 0;
  #wishes = 20_000;
  readonly #wished = new Map<string, number>();
  #labels = 0;

  constructor(drawn: Drawn, declared: readonly Declared[], compiled: CompiledGraph) {
    this.#drawn = drawn;
    this.#declared = declared;
    this.#compiled = compiled;
    this.#nodes = declared.map((each) => compiled.model.nodes.find(({ object }) => object === each));
    this.#shared = this.#overlaps();
  }

  /** One execution: what comes, batches and host passes as they are submitted and run, what goes. */
  execute(execution: number): void {
    this.#execution = execution;
    this.#wished.clear();
    this.#owners.clear();
    this.#earlierHosts.push(...this.#hosts.values());
    this.#hosts = new Map();
    this.#arrive();
    const before = [...this.#last];
    const { steps, batches, batchOf } = this.#compiled;
    const points: number[] = [];
    for (let lane = 0; lane < LANES; lane++) for (const host of this.#earlierHosts) this.#wait(lane, host, 1);
    for (const step of steps) {
      if (step.lane === HOST_LANE) {
        const waits = step.waits.map((each) => [each.lane, points[batchOf.get(each)!]!] as const);
        this.#runHost(step, waits, before);
        continue;
      }
      const index = batchOf.get(step)!;
      if (points[index] !== undefined) continue;
      const { lane, waits, hostWaits, steps: own } = batches[index]!;
      for (const each of waits) this.#wait(lane, batches[each]!.lane, points[each]!);
      for (const each of hostWaits) this.#wait(lane, this.#hosts.get(each)!, 1);
      if (own[0]!.ordinal === 0)
        for (const [other, value] of before) if (other !== lane) this.#wait(lane, other, value);
      points[index] = this.#submit(lane, () => this.#record(own));
    }
    this.#leave();
  }

  /** Stages, each submitted apart. */
  executeStages(names: readonly string[]): void {
    this.#arrive();
    for (const stage of names)
      this.#submit(this.#compiled.steps[0]!.lane, () => this.#record(this.#compiled.steps, stage));
    this.#leave();
  }

  #submit(lane: number, body: () => void): number {
    this.#lane = lane;
    body();
    const value = (this.#values.get(lane) ?? 0) + 1;
    this.#values.set(lane, value);
    this.#last.set(lane, value);
    this.events.push({ kind: 'signal', queue: lane, timeline: lane, value });
    return value;
  }

  #wait(queue: number, timeline: number, value: number): void {
    this.events.push({ kind: 'wait', queue, timeline, value });
  }

  #record(steps: readonly Step[], stage?: string): void {
    const table = new Map<unknown, never>();
    for (const [resource, object] of this.#declared.entries()) {
      table.set(object, { resource, number: this.#numberOf(resource) } as never);
    }
    const sink = {
      barrier: (before: readonly Usage[], after: readonly Usage[]) => this.#barrier({ memory: { before, after } }),
      barriers: (batch: BarrierBatch<never>) => this.#barrier(batch),
    };
    recordSteps(steps, sink, new Bound(table), { stage });
  }

  #barrier({ memory, images = [] }: BarrierBatch<Tag>): void {
    const moves = images.flatMap((each) => this.#moves(each));
    const sides = memory && { before: sideOf(memory.before), after: sideOf(memory.after) };
    const label = `barrier ${++this.#labels} on ${this.#lane}`;
    this.events.push({ kind: 'barrier', queue: this.#lane, memory: sides, images: moves, label });
  }

  /** An image barrier; the second half of a hand-over finds the layout changed. */
  #moves({ image, before, after, range = {}, discard, handOver }: ImageBarrier<Tag>): Transition[] {
    const { resource, number } = image;
    const { mip = 0, mips = 2 - mip, layer = 0, layers = 2 - layer } = range;
    const cells: number[] = [];
    for (let row = layer; row < layer + layers; row++)
      for (let column = mip; column < mip + mips; column++) cells.push(2 * row + column);
    const label = this.#drawn.resources[resource]!.label;
    const isLost = before === 'undefined' || discard === true;
    let from = isLost ? 'undefined' : impliedLayout(label, before);
    const to = impliedLayout(label, after);
    const family = familyOf(this.#compiled.queues, this.#lane);
    for (const cell of cells) {
      const key = `${number} ${cell}`;
      if (isLost) this.contents.set(key, LOST);
      const owner = this.#owners.get(key) ?? family;
      const handed = handOver && `${key} ${from} ${to} ${handOver.from} ${handOver.to}`;
      if (handed !== undefined && this.#released.get(handed) !== undefined) this.#released.delete(handed);
      else if (handed !== undefined && handOver!.from === family) this.#released.set(handed, this.#lane);
      else if (handed !== undefined) this.wrong.push(`${label} is taken over and was not given: ${handed}`);
      if (owner !== family && !isLost && handOver?.from !== owner)
        this.wrong.push(`${label} is moved by a family that hasn't got it`);
      this.#owners.set(key, handOver?.to ?? family);
    }
    if (handOver?.to === family) from = to;
    const sides = {
      before: before === 'undefined' ? ALL : sideOf(before),
      after: handOver?.from === family ? NOTHING : sideOf(after),
      from,
      to,
    };
    if (isLost) for (const cell of cells) this.#overwrite(resource, cell);
    return [
      { resource: number, cells, ...sides },
      ...this.#alsoIn(resource, cells).map((each) => ({ ...each, ...sides })),
    ];
  }

  /** A pass is recorded. */
  touch(index: number): void {
    this.#touches(index, this.#lane);
  }

  #touches(index: number, queue: number): void {
    const { touches, queue: on, after } = this.#drawn.passes[index]!;
    const label = `pass ${index} on ${queue} in ${this.#execution}`;
    const command = {};
    const family = familyOf(this.#compiled.queues, queue);
    const all: Scope[] = [];
    for (const each of touches) {
      const { resource, usage, writes } = each;
      const number = this.#numberOf(resource);
      const cells = cellsOf(each);
      const isImage = this.#drawn.resources[resource]!.kind === 'image';
      const common = { kind: 'touch', queue, scope: meaning(usage, on, writes), label, command } as const;
      all.push(common.scope);
      this.events.push({ ...common, resource: number, cells, layout: isImage ? layoutFor(usage) : undefined });
      for (const part of this.#alsoIn(resource, cells)) this.events.push({ ...common, ...part, layout: undefined });
      for (const cell of isImage ? cells : []) {
        const owner = this.#owners.get(`${number} ${cell}`) ?? family;
        if (owner !== family) this.wrong.push(`${label} has image ${resource} that belongs to family ${owner}`);
        this.#owners.set(`${number} ${cell}`, family);
      }
    }
    const whole = all.reduce((a, b) => ({ stages: a.stages | b.stages, accesses: a.accesses | b.accesses }), NOTHING);
    for (const before of this.#wishedBefore(index, after)) {
      const resource = this.#wished.get(`${before}`);
      if (resource === undefined) this.wrong.push(`pass ${index} comes before ${before}`);
      else
        this.events.push({
          kind: 'touch',
          queue,
          resource,
          cells: [index],
          scope: whole,
          layout: undefined,
          label,
          command,
        });
    }
    this.#wished.set(`${index}`, ++this.#wishes);
    const cells = [...this.#drawn.passes.keys()];
    this.events.push({
      kind: 'touch',
      queue,
      resource: this.#wishes,
      cells,
      scope: whole,
      layout: undefined,
      label,
      command,
    });
    this.seen.set(`${this.#execution} ${index}`, compute(index, touches, this.contents, this.#keyOf));
    for (const each of touches.filter(({ writes }) => writes))
      for (const cell of cellsOf(each)) this.#overwrite(each.resource, cell);
  }

  /** Passes that are recorded among those that one was asked to follow, or that those were which are not. */
  #wishedBefore(index: number, after: readonly number[], known: Set<number> = new Set()): number[] {
    const culled = new Set(this.#compiled.culled.map(({ index: each }) => each));
    return wishesOf(this.#drawn.passes, index, after).flatMap((each) => {
      if (known.has(each)) return [];
      known.add(each);
      return culled.has(each) ? this.#wishedBefore(each, this.#drawn.passes[each]!.after, known) : [each];
    });
  }

  #runHost(
    { passes, hostWaits }: Step,
    waits: readonly (readonly [number, number])[],
    before: readonly (readonly [number, number])[],
  ): void {
    const { index, touches } = passes[0]!;
    const queue = this.queues++;
    const touchesDevice = touches.some(({ node }) => node.kind !== 'host value');
    const points = [...waits, ...(touchesDevice ? before : [])];
    for (const each of hostWaits) this.#wait(queue, this.#hosts.get(each)!, 1);
    for (const each of this.#earlierHosts) this.#wait(queue, each, 1);
    for (const [lane, value] of points) this.#wait(queue, lane, value);
    this.#checkView(passes[0]!);
    this.#touches(index, queue);
    this.events.push({ kind: 'signal', queue, timeline: queue, value: 1 });
    this.#hosts.set(index, queue);
  }

  /** A timeline alone makes nothing visible to the host: a barrier on the queue that wrote it does. */
  #checkView({ index }: PassNode): void {
    for (const each of this.#drawn.passes[index]!.touches.filter(({ writes }) => !writes)) {
      const resource = this.#numberOf(each.resource);
      for (const cell of cellsOf(each)) {
        const written = this.events.findLast(
          (event) =>
            event.kind === 'touch' &&
            event.resource === resource &&
            event.cells.includes(cell) &&
            writesIn(event.scope),
        );
        if (written?.kind !== 'touch' || written.queue >= LANES || written.label === BEFORE) continue;
        if (this.#isShownElsewhere(resource, cell, written)) continue;
        const events = this.events.filter((event) => event.kind !== 'touch' || event === written);
        const scope = meaning('host-read', 'host', false);
        const view: Event = {
          kind: 'touch',
          queue: written.queue,
          resource,
          cells: [cell],
          scope,
          layout: undefined,
          label: 'view',
          command: {},
        };
        if (judge([...events, view], this.queues, true).some(({ label }) => label === 'view'))
          this.wrong.push(`the host's pass ${index} sees nothing of ${written.label}`);
      }
    }
  }

  /** Whether a queue that waited for a write, and read it, shows it to the host. */
  #isShownElsewhere(resource: number, cell: number, written: Event & { kind: 'touch' }): boolean {
    const readers = new Set<number>();
    for (const event of this.events.slice(this.events.indexOf(written))) {
      if (event.kind === 'touch' && event.resource === resource && event.cells.includes(cell)) {
        if (event.queue !== written.queue) readers.add(event.queue);
      } else if (event.kind === 'barrier' && readers.has(event.queue)) {
        if (((event.memory?.after.stages ?? 0) & meaning('host-read', 'host', false).stages) !== 0) return true;
      }
    }
    return false;
  }

  /** The state in which imports come, unless the execution before has left them so. */
  #arrive(): void {
    for (const [resource, { kind, origin }] of this.#drawn.resources.entries()) {
      const node = this.#nodes[resource];
      if (!node) continue;
      const number = this.#numberOf(resource);
      for (let cell = 0; cell < CELLS; cell++) {
        const key = `${number} ${cell}`;
        const isLost = origin === 'transient' || (kind === 'image' && node.arrives === 'undefined');
        if (isLost || !this.contents.has(key)) this.contents.set(key, isLost ? LOST : key);
      }
      if (origin !== 'imported' || node.arrives === undefined) continue;
      const { arrives, leaves } = node;
      const isLeft = arrives === 'undefined' || (leaves !== undefined && leaves.text === arrives.text);
      if (this.#met.has(number) && isLeft) continue;
      this.#met.add(number);
      for (let cell = 0; cell < CELLS; cell++)
        this.#bring(resource, cell, arrives === 'undefined' ? arrives : arrives.usage);
    }
  }

  /** Somebody wrote the cell, and used it as is told, on the queue that has it first. */
  #bring(resource: number, cell: number, arrives: Usage | 'undefined'): void {
    const lane = this.#firstLane(resource, cell);
    const number = this.#numberOf(resource);
    const part = { resource: number, cells: [cell] };
    const isImage = this.#drawn.resources[resource]!.kind === 'image';
    const common = { queue: lane ?? 0, label: BEFORE };
    const touch = (each: Scope, layout?: string): unknown =>
      this.events.push({ kind: 'touch', ...common, ...part, scope: each, layout, command: {} });
    this.events.push({ kind: 'external', ...part });
    touch(ALL);
    if (arrives !== 'undefined') {
      const to = layoutFor(arrives);
      const usual = { before: ALL, after: meaning(arrives, undefined, true) };
      const images: Transition[] = isImage ? [{ ...part, ...usual, from: 'undefined', to }] : [];
      this.events.push({ kind: 'barrier', ...common, memory: usual, images });
      touch(usual.after, isImage ? to : undefined);
    }
    if (lane === undefined) this.events.push({ kind: 'external', ...part });
  }

  /** Where readers on several queues, or the host, have it first, whoever brings it sees to that. */
  #firstLane(resource: number, cell: number): number | undefined {
    const lanes = new Set<number>();
    for (const { index, queue } of this.#compiled.levels.flat().toSorted((a, b) => a.index - b.index)) {
      const touches = this.#drawn.passes[index]!.touches.filter(
        (each) => each.resource === resource && cellsOf(each).includes(cell),
      );
      if (touches.length === 0) continue;
      const isWritten = touches.some(({ writes }) => writes);
      if (lanes.size === 0 || !isWritten) lanes.add(laneOf(this.#compiled.queues, queue));
      if (isWritten) break;
    }
    const [first] = lanes;
    return lanes.size > 1 || lanes.has(HOST_LANE) ? undefined : first;
  }

  /** What comes behind the graph uses what it leaves, on the queue that had it last. */
  #leave(): void {
    for (const [resource, { origin, kind }] of this.#drawn.resources.entries()) {
      const leaves = this.#nodes[resource]?.leaves;
      if (origin !== 'imported' || !leaves) continue;
      const number = this.#numberOf(resource);
      const later = this.#drawn.executions.map((_, at) => at > this.#execution && numberOf(this.#drawn, resource, at));
      if (later.includes(number)) continue;
      for (let cell = 0; cell < CELLS; cell++) {
        const queue = this.#lastQueue(number, cell);
        if (queue === undefined) continue;
        const layout = kind === 'image' ? layoutFor(leaves.usage) : undefined;
        const touch = meaning(leaves.usage, undefined, isWriting(leaves.usage));
        this.events.push({
          kind: 'touch',
          queue,
          resource: number,
          cells: [cell],
          scope: touch,
          layout,
          label: 'what comes after',
          command: {},
        });
      }
    }
    for (const each of this.#released.keys()) this.wrong.push(`given and not taken over: ${each}`);
  }

  /** The queue that had a cell last, unless several did at once. */
  #lastQueue(resource: number, cell: number): number | undefined {
    const touches = this.events.filter(
      (each) => each.kind === 'touch' && each.resource === resource && each.cells.includes(cell),
    );
    const queues = new Set<number>();
    for (const each of touches.toReversed()) {
      if (each.kind !== 'touch' || each.label === BEFORE) break;
      if (queues.size === 0 || !writesIn(each.scope)) queues.add(each.queue);
      if (writesIn(each.scope)) break;
    }
    const [queue] = queues;
    return queues.size !== 1 || queue! >= LANES ? undefined : queue;
  }

  readonly #keyOf = (resource: number, cell: number): string => `${this.#numberOf(resource)} ${cell}`;

  #numberOf(resource: number): number {
    return numberOf(this.#drawn, resource, this.#execution);
  }

  /** Nothing stays of what shares memory with a cell that is written. */
  #overwrite(resource: number, cell: number): void {
    for (const { ends, pairs } of this.#shared) {
      const at = ends.indexOf(resource);
      if (at < 0) continue;
      for (const pair of pairs)
        if (pair[at] === cell) this.contents.set(this.#keyOf(ends[1 - at]!, pair[1 - at]!), LOST);
    }
  }

  #alsoIn(resource: number, cells: readonly number[]): { resource: number; cells: number[] }[] {
    return this.#shared.flatMap(({ resource: number, ends, pairs }) => {
      const at = ends.indexOf(resource);
      const own = [...pairs.keys()].filter((index) => cells.includes(pairs[index]![at]!));
      return at < 0 || own.length === 0 ? [] : [{ resource: number, cells: own }];
    });
  }

  #overlaps(): Shared[] {
    const shared: Shared[] = [];
    for (const { kind, places } of this.#compiled.arenas) {
      for (const [at, a] of places.entries()) {
        for (const b of places.slice(at + 1)) {
          const spans = [a, b].map(({ byteOffset, byteLength, node }) =>
            Array.from({ length: CELLS }, (_, cell): readonly [number, number] => {
              if (kind === 'image') return [byteOffset, byteOffset + byteLength];
              const length = (node.object as { byteLength: number }).byteLength / CELLS;
              return [byteOffset + cell * length, byteOffset + (cell + 1) * length];
            }),
          );
          const pairs = spans[0]!.flatMap(([from, to], one) =>
            spans[1]!.flatMap(([start, end], other) => (from < end && start < to ? [[one, other] as const] : [])),
          );
          const ends = [a, b].map(({ node }) => this.#declared.indexOf(node.object as Declared)) as [number, number];
          if (pairs.length > 0) shared.push({ resource: 10_000 + shared.length, ends, pairs });
        }
      }
    }
    return shared;
  }
}

/** What a resource is in an execution: for imports what is brought. */
function numberOf({ resources, executions }: Drawn, resource: number, execution: number): number {
  const imports = [...resources.keys()].filter((each) => resources[each]!.origin === 'imported');
  const at = imports.indexOf(resource);
  return BROUGHT * resource + (at < 0 ? 0 : (executions[execution]?.[at] ?? 0));
}

const sideOf = (usages: readonly Usage[]): Scope => {
  const { stages, accesses } = accessMask(usages);
  return scope(stages, accesses);
};

/** What a pass makes of what it finds, as a text; gives what it found. */
function compute(
  index: number,
  touches: readonly Touch[],
  contents: Map<string, string>,
  keyOf: (resource: number, cell: number) => string,
): string {
  const found: string[] = [];
  const written = new Map<string, boolean>();
  for (const each of touches) {
    for (const cell of cellsOf(each)) {
      const key = keyOf(each.resource, cell);
      if (!each.writes) found.push(`${key}: ${contents.get(key) ?? ''}`);
      else written.set(key, (written.get(key) ?? false) || each.discard);
    }
  }
  const inputs = found.join(', ');
  const next = [...written].map(
    ([key, drops]) => [key, short(`${index} ${inputs} ${drops ? '' : (contents.get(key) ?? '')}`)] as const,
  );
  for (const [key, value] of next) contents.set(key, value);
  return inputs;
}

const shorts = new Map<string, string>();
const short = (text: string): string => {
  let found = shorts.get(text);
  if (found === undefined) shorts.set(text, (found = `#${shorts.size}`));
  return found;
};

/** What passes find, and what stays, where all of them run in the order in which they were declared. */
function plainly(
  drawn: Drawn,
  nodes: readonly (ResourceNode | undefined)[],
  count: number,
): { seen: Map<string, string>; contents: Map<string, string> } {
  const [seen, contents] = [new Map<string, string>(), new Map<string, string>()];
  for (let execution = 0; execution < count; execution++) {
    for (const [resource, { kind, origin }] of drawn.resources.entries()) {
      const node = nodes[resource];
      const isLost = origin === 'transient' || (kind === 'image' && node?.arrives === 'undefined');
      for (let cell = 0; cell < CELLS; cell++) {
        const key = `${numberOf(drawn, resource, execution)} ${cell}`;
        if (isLost || !contents.has(key)) contents.set(key, isLost ? LOST : key);
      }
    }
    const keyOf = (resource: number, cell: number): string => `${numberOf(drawn, resource, execution)} ${cell}`;
    for (const [index, { touches }] of drawn.passes.entries()) {
      seen.set(`${execution} ${index}`, compute(index, touches, contents, keyOf));
    }
  }
  return { seen, contents };
}

/** Follows a graph; undefined where nothing can be compiled, or stages can't be recorded apart. */
export function follow(drawn: Drawn): Followed {
  const made: Bench[] = [];
  const { graph, declared } = build(drawn, (index) => made[0]!.touch(index));
  const { cull, queues, staged, executions, passes } = drawn;
  const compiled = graph.compile({ cull, queues, repeats: true }).compiled;
  const bench = new Bench(drawn, declared, compiled);
  made.push(bench);
  const isOne = compiled.batches.length === 1 && compiled.batches[0]!.steps.length === compiled.steps.length;
  const isApart = staged === 'apart' && isOne && compiled.steps.every((step) => step.passes.length > 0);
  let count = 1;
  if (isApart) bench.executeStages([...compiled.stages.keys()]);
  else for (count = 0; count < executions.length; count++) bench.execute(count);
  const nodes = declared.map((each) => compiled.model.nodes.find(({ object }) => object === each));
  const plain = plainly(drawn, nodes, count);
  const wrong = [...bench.wrong];
  for (const [key, inputs] of bench.seen) {
    if (plain.seen.get(key) !== inputs)
      wrong.push(`execution and pass ${key} finds ${inputs}, not ${plain.seen.get(key)}`);
  }
  const culled = new Set(compiled.culled.map(({ index }) => index));
  for (let execution = 0; execution < count; execution++) {
    for (const index of passes.keys()) {
      if (culled.has(index) === bench.seen.has(`${execution} ${index}`)) wrong.push(`pass ${index} ran, or did not`);
    }
  }
  for (const [resource, { origin, kept, kind }] of drawn.resources.entries()) {
    if (origin === 'transient' && kept !== true) continue;
    for (let cell = 0; cell < CELLS; cell++) {
      const key = `${numberOf(drawn, resource, count - 1)} ${cell}`;
      if (nodes[resource] && bench.contents.get(key) !== plain.contents.get(key))
        wrong.push(`${kind} ${resource} is left as ${bench.contents.get(key)}, not ${plain.contents.get(key)}`);
    }
  }
  return { compiled, events: bench.events, queues: bench.queues, wrong };
}
