/**
 * @file What a compiled graph is made of. A step is a run of passes of one queue between two barriers; each queue is a row
 * of steps, and a step may wait for steps of other queues (their timelines) and for host passes:
 *
 *     compute    [ a ]──▌──[ c ]────────⌛──[ e ]          ▌ barrier, one call
 *     transfer   [ b ]─────────[ d ]──┘                   ⌛ wait for a timeline: late, and signalled early
 */

import type { ImageLayout, Usage } from '../access.ts';
import type { HazardKind } from './hazards.ts';
import type { PassNode, ResourceNode } from './model.ts';
import { addSide, usagesOf } from './usage.ts';
import type { MutableSide, PassQueue, Side } from './usage.ts';
import type { ImagePart } from './sink.ts';

/** Why a barrier is there: `later` touches `resource` that `earlier` touched. */
export interface Hazard {
  readonly kind: HazardKind;
  readonly resource: string;
  readonly earlier: string;
  readonly later: string;
  /** Of images whose layout changes. */
  readonly layouts?: readonly [before: ImageLayout, after: ImageLayout];
}

/** One image's part of a barrier. */
export interface GraphImageBarrier {
  readonly node: ResourceNode;
  readonly layouts: readonly [before: ImageLayout, after: ImageLayout];
  readonly before: readonly Usage[];
  readonly after: readonly Usage[];
  /** Absent: the whole image. */
  readonly range?: ImagePart;
  readonly handOver?: { readonly from: number; readonly to: number };
}

/** One vkCmdPipelineBarrier2: at most one global memory barrier, and image barriers. */
export interface GraphBarrier {
  readonly level: number;
  readonly queue: PassQueue;
  /** Whether it stands before the passes of its level, or behind them: what another queue or the host waits for. */
  readonly place: 'before' | 'after';
  /** Of the global memory barrier; both empty where only images change. */
  readonly before: readonly Usage[];
  readonly after: readonly Usage[];
  readonly images: readonly GraphImageBarrier[];
  readonly reasons: readonly Hazard[];
}

/** An image's entry in a call, for one cell. */
export interface ImageEntry {
  readonly node: ResourceNode;
  readonly cell: number;
  readonly before: MutableSide;
  readonly after: MutableSide;
  readonly layouts: readonly [before: ImageLayout, after: ImageLayout];
  readonly handOver: { readonly from: number; readonly to: number } | undefined;
}

/** A barrier that still grows. */
export class Call {
  readonly before: MutableSide = { words: 0, stage: 0n, access: 0n };
  readonly after: MutableSide = { words: 0, stage: 0n, access: 0n };
  hasMemory = false;
  readonly images: ImageEntry[] = [];
  readonly reasons: Hazard[] = [];

  memory(before: Side, after: Side): void {
    this.hasMemory = true;
    addSide(this.before, before);
    addSide(this.after, after);
  }

  finish(level: number, queue: PassQueue, place: GraphBarrier['place']): GraphBarrier {
    return {
      level,
      queue,
      place,
      before: this.hasMemory ? usagesOf(this.before) : [],
      after: this.hasMemory ? usagesOf(this.after) : [],
      images: mergeEntries(this.images),
      reasons: this.reasons,
    };
  }
}

/** A moment on a row of steps. */
export interface StepPoint {
  readonly lane: number;
  readonly ordinal: number;
}

/** Passes of one queue between two barriers; a host pass is a step alone. */
export interface Step extends StepPoint {
  readonly level: number;
  readonly passes: PassNode[];
  /** Steps of other queues that must be done; at most one for each. */
  readonly waits: readonly Step[];
  /** Indices of host passes that must be done. */
  readonly hostWaits: readonly number[];
  before: Call | undefined;
  after: Call | undefined;
  /** What these two came to. */
  finished: { readonly before?: GraphBarrier; readonly after?: GraphBarrier };
  /** Why it waits. */
  readonly reasons: Hazard[];
  /** Hazards that a barrier or a wait before it has ended already. */
  readonly ended: Hazard[];
  /** For each lane the last step that is surely done when this one begins. */
  readonly known: ReadonlyMap<number, number>;
  /** Host passes that are surely done when this one begins. */
  readonly knownHosts: ReadonlySet<number>;
  /** Somebody waits for it. */
  awaited: boolean;
}

function mergeEntries(entries: readonly ImageEntry[]): GraphImageBarrier[] {
  const groups = new Map<string, ImageEntry[]>();
  const numbers = new Map<ResourceNode, number>();
  for (const entry of entries) {
    const { node, layouts, before, after, handOver } = entry;
    if (!numbers.has(node)) numbers.set(node, numbers.size);
    const sides = [before, after].map(({ words, stage, access }) => `${words} ${stage} ${access}`);
    const key = [numbers.get(node), ...layouts, ...sides, handOver?.from, handOver?.to].join('|');
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()].flatMap(mergeGroup);
}

/** Entries of one image that say the same → as few barriers as boxes of mips and layers are needed. */
function mergeGroup(entries: readonly ImageEntry[]): GraphImageBarrier[] {
  const { node, layouts, before, after, handOver } = entries[0]!;
  const [old, next] = layouts;
  const common = {
    node,
    layouts,
    before: usagesOf(before, old),
    after: usagesOf(after, next),
    ...(handOver ? { handOver } : {}),
  };
  if (entries.length === node.cellCount) return [common];
  return boxesOf(node, new Set(entries.map(({ cell }) => cell - node.firstCell))).map((range) => ({
    ...common,
    range,
  }));
}

function boxesOf({ cuts, layers, object }: ResourceNode, cells: ReadonlySet<number>): ImagePart[] {
  if (typeof object === 'string' || object.kind !== 'image') return [];
  const columns = cuts.length;
  const mipEnd = (column: number): number => cuts[column + 1] ?? object.mips;
  const layerEnd = (row: number): number => layers[row + 1] ?? object.layers;
  const boxes: { mip: number; mips: number; layer: number; layers: number }[] = [];
  for (const [row, layer] of layers.entries()) {
    for (let column = 0; column < columns; column++) {
      if (!cells.has(row * columns + column)) continue;
      const mip = cuts[column]!;
      while (column + 1 < columns && cells.has(row * columns + column + 1)) column++;
      const mips = mipEnd(column) - mip;
      const above = boxes.find((box) => box.mip === mip && box.mips === mips && box.layer + box.layers === layer);
      if (above) above.layers = layerEnd(row) - above.layer;
      else boxes.push({ mip, mips, layer, layers: layerEnd(row) - layer });
    }
  }
  return boxes.map(({ mip, mips, layer, layers: count }) => ({
    ...(mips === object.mips ? {} : { mip, mips }),
    ...(count === object.layers ? {} : { layer, layers: count }),
  }));
}
