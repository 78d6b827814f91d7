/**
 * @file A plan as nodes and arrows, whoever draws them: passes by level, a node for each barrier, and one for each resource where it
 * comes in and where it goes out.
 *
 *     (points) ──▶ [move] ──points──▶ ⟨barrier⟩ ──points──▶ [draw] ──▶ (picture)
 */

import { AFTERWARDS } from './barriers.ts';
import type { CompiledGraph } from './compile.ts';
import { barrierText, layoutText } from './explain.ts';
import type { PassNode, ResourceNode } from './model.ts';
import { queueName } from './queues.ts';
import type { GraphBarrier, Hazard } from './steps.ts';

/** What stands in a drawing: `id` is a word of letters and digits, `title` may be any text. */
export interface FlowNode {
  readonly id: string;
  readonly title: string;
}

/** An arrow between two nodes, by their ids. */
export interface FlowArrow {
  readonly from: string;
  readonly to: string;
  /** The resources that go along it; '' at a resource's own node. */
  readonly label: string;
  /** One queue, or the host, waits for another's. */
  readonly wait: boolean;
}

/** A plan as nodes and arrows. */
export interface Flow {
  /** By level. */
  readonly passes: readonly (readonly FlowNode[])[];
  readonly barriers: readonly FlowNode[];
  /** One where a resource is read of which no pass has written that part, one where something is left in it. */
  readonly resources: readonly FlowNode[];
  readonly arrows: readonly FlowArrow[];
}

/** The nodes and arrows of a plan. */
export function flowOf(compiled: CompiledGraph): Flow {
  const flow = new FlowBuilder(compiled);
  for (const { finished, reasons } of compiled.steps) {
    if (finished.before) flow.barrier(finished.before);
    if (finished.after) flow.barrier(finished.after);
    for (const reason of reasons) flow.wait(reason);
  }
  flow.ends();
  return flow;
}

class FlowBuilder implements Flow {
  readonly passes: readonly (readonly FlowNode[])[];
  readonly barriers: FlowNode[] = [];
  readonly #compiled: CompiledGraph;
  /** Passes that stand on several queues are told with theirs. */
  readonly #several: boolean;
  readonly #ids: ReadonlyMap<string, string>;
  readonly #resources = new Map<string, FlowNode>();
  readonly #arrows = new Map<string, { from: string; to: string; labels: Set<string>; wait: boolean }>();
  readonly #transients: ReadonlySet<string>;
  /** Which resource comes to, or goes from, which pass through a barrier. */
  readonly #through = new Set<string>();

  constructor(compiled: CompiledGraph) {
    const { levels, steps, model } = compiled;
    this.#compiled = compiled;
    this.#several = steps.some(({ lane }) => lane !== steps[0]!.lane);
    this.#ids = new Map(levels.flat().map(({ name }, index) => [name, `p${index}`]));
    this.#transients = new Set(model.nodes.filter(({ origin }) => origin === 'transient').map(({ label }) => label));
    this.passes = levels.map((passes) =>
      passes.map((pass) => ({ id: this.#ids.get(pass.name)!, title: this.#titleOf(pass) })),
    );
  }

  get resources(): FlowNode[] {
    return [...this.#resources.values()];
  }

  get arrows(): FlowArrow[] {
    return [...this.#arrows.values()].map(({ labels, ...arrow }) => ({ ...arrow, label: [...labels].join(', ') }));
  }

  /** A barrier, between those that it separates. */
  barrier(barrier: GraphBarrier): void {
    const id = `b${this.barriers.length}`;
    const where = this.#several ? ` on ${barrier.queue}` : '';
    this.barriers.push({ id, title: `barrier${where}: ${barrierText(barrier, layoutText)}` });
    for (const { kind, earlier, later, resource } of barrier.reasons) {
      if (kind === 'last run') {
        this.#join(id, this.#ids.get(later), '');
        continue;
      }
      if (earlier !== '') this.#join(this.#ids.get(earlier), id, resource);
      else if (!this.#transients.has(resource)) {
        this.#join(this.#end('in', resource), id, '');
        this.#through.add(`in ${resource} ${later}`);
      }
      if (later !== AFTERWARDS) this.#join(id, this.#ids.get(later), resource);
      else {
        this.#join(id, this.#end('out', resource), '');
        this.#through.add(`out ${resource} ${earlier}`);
      }
    }
  }

  /** A wait of one queue, or of the host, for another. */
  wait({ kind, earlier, later, resource }: Hazard): void {
    if (kind !== 'last run') this.#join(this.#ids.get(earlier), this.#ids.get(later), resource, true);
  }

  /** What comes in and goes out without a barrier. */
  ends(): void {
    const writers = new Map<number, { readonly node: ResourceNode; readonly pass: string }>();
    for (const { name, touches } of this.#compiled.steps.flatMap(({ passes }) => passes)) {
      for (const { cell, node, reads } of touches) {
        if (!reads || writers.has(cell) || node.origin === 'transient') continue;
        if (this.#through.has(`in ${node.label} ${name}`)) continue;
        this.#join(this.#end('in', node.label), this.#ids.get(name), '');
      }
      for (const { cell, node, writes } of touches) if (writes) writers.set(cell, { node, pass: name });
    }
    for (const { node, pass } of writers.values()) {
      if (!node.kept || this.#through.has(`out ${node.label} ${pass}`)) continue;
      this.#join(this.#ids.get(pass), this.#end('out', node.label), '');
    }
  }

  /** The node of a resource where it comes in or goes out. */
  #end(way: 'in' | 'out', title: string): string {
    const key = `${way} ${title}`;
    const node = this.#resources.get(key) ?? { id: `r${this.#resources.size}`, title };
    this.#resources.set(key, node);
    return node.id;
  }

  /** An arrow, unless one of its ends isn't drawn; arrows of the same ends are one. */
  #join(from: string | undefined, to: string | undefined, label: string, wait: boolean = false): void {
    if (from === undefined || to === undefined) return;
    const key = `${from} ${to} ${wait}`;
    const arrow = this.#arrows.get(key) ?? { from, to, labels: new Set<string>(), wait };
    this.#arrows.set(key, arrow);
    if (label !== '') arrow.labels.add(label);
  }

  /** The pass's name, and its queue where there are several. */
  #titleOf({ name, queue }: PassNode): string {
    if (!this.#several) return name;
    const { queues } = this.#compiled;
    return `${name} (${queue === 'host' ? queue : queueName(queues, queues[queue].queue)})`;
  }
}
