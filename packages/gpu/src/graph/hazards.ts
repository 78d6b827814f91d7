/**
 * @file Which passes must wait for which. For each cell, in declaration order, touches are gathered into epochs: a write
 * is an epoch of its own, and so is a run of reads that go together (of one layout; where an image changed its layout for
 * them, or its queue family, on one queue). Every touch waits for all touches of the epoch before:
 *
 *     declared   w₀   r₁ r₂   w₃   r₄        w₀ ─▶ r₁ ─▶ w₃ ─▶ r₄     write after read, read after write
 *     epochs      0     1      2    3         └──▶ r₂ ──┘              r₁ and r₂ in any order
 *
 * Terms are those of the Vulkan specification, chapter "Synchronization and Cache Control".
 */

import type { ImageLayout } from '../access.ts';
import type { PassNode, ResourceNode, Touch } from './model.ts';
import { familyOf, laneOf } from './queues.ts';
import type { QueueTable } from './queues.ts';
import { writesMemory } from '../convert.ts';
import { coversSide } from './usage.ts';

/** Why one pass waits for another. */
export type HazardKind =
  | 'read after write'
  | 'write after read'
  | 'write after write'
  | 'layout change'
  | 'queue hand-over'
  | 'shared memory'
  | 'asked for'
  | 'last run';

/** `to` waits for `from`: a barrier or a timeline stands between them if `weight` is 1; 0 only orders. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly weight: 0 | 1;
}

/** The passes' hazards. */
export interface Dependencies {
  readonly edges: readonly Edge[];
  /** Passes that a barrier must come before even if no pass does: what they touch must first be made ready. */
  readonly initial: ReadonlySet<number>;
}

interface Epoch {
  members: Touch[];
  previous: readonly Touch[];
  number: number;
  writes: boolean;
  layout: ImageLayout;
  lane: number;
  /** The image had to change its layout or owner for it. */
  moved: boolean;
}

/** The hazards among passes (those that were not culled), in declaration order; numbers the touches' epochs. */
export function findDependencies(passes: readonly PassNode[], queues: QueueTable, cellCount: number): Dependencies {
  const epochs: (Epoch | undefined)[] = Array.from({ length: cellCount });
  const edges: Edge[] = [];
  const initial = new Set<number>();
  const wanderers = wanderingImages(passes, queues);
  for (const { index, queue, touches } of passes) {
    const lane = laneOf(queues, queue);
    for (const touch of touches) {
      const epoch = epochs[touch.cell];
      if (epoch && joins(epoch, touch, lane, wanderers)) {
        epoch.members.push(touch);
        touch.epoch = epoch.number;
      } else {
        epochs[touch.cell] = nextEpoch(epoch, touch, lane, queues);
      }
      const { previous, number } = epochs[touch.cell]!;
      for (const { pass } of previous) if (pass !== index) edges.push({ from: pass, to: index, weight: 1 });
      if (number === 0 && needsArrival(touch)) initial.add(index);
    }
  }
  return { edges, initial };
}

function joins(epoch: Epoch, touch: Touch, lane: number, wanderers: ReadonlySet<ResourceNode>): boolean {
  if (epoch.writes || touch.writes) return false;
  if (touch.node.kind !== 'image') return true;
  if (epoch.layout !== touch.layout) return false;
  return epoch.lane === lane || (!epoch.moved && !wanderers.has(touch.node));
}

function nextEpoch(before: Epoch | undefined, touch: Touch, lane: number, queues: QueueTable): Epoch {
  const { writes, layout, node } = touch;
  const number = before ? before.number + 1 : 0;
  touch.epoch = number;
  const moved =
    node.kind === 'image' &&
    (before ? before.layout !== layout || familyOf(queues, before.lane) !== familyOf(queues, lane) : needsMove(touch));
  return { members: [touch], previous: before?.members ?? [], number, writes, layout, lane, moved };
}

/** Images that passes of several queue families touch: they are handed over from one to the next. */
function wanderingImages(passes: readonly PassNode[], queues: QueueTable): ReadonlySet<ResourceNode> {
  const families = new Map<ResourceNode, number>();
  const wanderers = new Set<ResourceNode>();
  for (const { queue, touches } of passes) {
    const family = familyOf(queues, laneOf(queues, queue));
    for (const { node } of touches) {
      if (node.kind !== 'image') continue;
      if ((families.get(node) ?? family) !== family) wanderers.add(node);
      families.set(node, family);
    }
  }
  return wanderers;
}

/**
 * Whether the first touch of a resource needs a barrier against the state in which it comes: two reads don't, unless the later one is
 * in stages or accesses of its own. What the earlier one was made to see, it would not.
 */
export function needsArrival(touch: Touch): boolean {
  const { node, side, writes } = touch;
  const { arrives } = node;
  if (arrives === undefined) return false;
  if (arrives === 'undefined') return node.kind === 'image';
  return writes || writesMemory(arrives.usage) || needsMove(touch) || !coversSide(arrives.side, side);
}

/** Whether an image comes in another layout than its first touch needs. */
export function needsMove({ node, layout }: Touch): boolean {
  const { arrives, kind } = node;
  if (arrives === undefined || kind !== 'image') return false;
  return arrives === 'undefined' || arrives.layout !== layout;
}

/** What lies between two touches of one cell, the later waiting for the earlier. */
export function hazardKind(earlier: Touch, later: Touch): HazardKind {
  if (earlier.writes) return later.reads ? 'read after write' : 'write after write';
  if (later.writes) return 'write after read';
  return earlier.layout === later.layout ? 'queue hand-over' : 'layout change';
}
