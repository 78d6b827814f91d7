/**
 * @file Transient resources share memory when they don't live at the same time. Lifetimes are levels, so what shares memory
 * never stands on one level, and the barrier that lies between two levels anyway ends the hazard between them.
 *
 *     level      0   1   2   3               bytes
 *     blur       ├───────┤                   0 ─ 64     blur, then bloom
 *     edges          ├───────┤               64 ─ 96    edges
 *     bloom                  ├───┤           in all 96 instead of 160
 *
 * Packing is greedy, the largest first, each into the lowest gap that it fits: the order that Pisarchyk and Lee found best
 * for tensors ("Efficient memory management for deep neural net inference", 2020). Only resources whose passes all run on
 * one queue take part: levels order nothing across queues.
 */

import type { GraphModel, PassNode, ResourceNode } from './model.ts';
import { HOST_LANE, laneOf } from './queues.ts';
import type { QueueTable } from './queues.ts';
import { GraphBuffer } from './resource.ts';

/** Something that needs room from one moment to another, both included. */
export interface Lifetime {
  readonly first: number;
  readonly last: number;
  readonly byteLength: number;
  /** A power of two. */
  readonly alignment: number;
}

/** Where each of the lifetimes lies, in bytes, and how many they need in all. */
export interface Packing {
  readonly offsets: readonly number[];
  readonly byteLength: number;
}

/** Packs lifetimes so that those that overlap in time don't in memory. */
export function packLifetimes(items: readonly Lifetime[]): Packing {
  const offsets = items.map(() => 0);
  const order = [...items.keys()].sort((a, b) => items[b]!.byteLength - items[a]!.byteLength || a - b);
  const placed: number[] = [];
  let byteLength = 0;
  for (const index of order) {
    const item = items[index]!;
    const beside = placed
      .filter((other) => items[other]!.first <= item.last && item.first <= items[other]!.last)
      .sort((a, b) => offsets[a]! - offsets[b]!);
    let at = 0;
    for (const other of beside) {
      if (at + item.byteLength <= offsets[other]!) break;
      at = Math.max(at, alignUp(offsets[other]! + items[other]!.byteLength, item.alignment));
    }
    offsets[index] = at;
    byteLength = Math.max(byteLength, at + item.byteLength);
    placed.push(index);
  }
  return { offsets, byteLength };
}

function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** What a transient resource needs of memory, in bytes. */
export type MemoryNeeds = (node: ResourceNode) => { readonly byteLength: number; readonly alignment: number };

/** Memory that transient resources of one kind share. */
export interface TransientArena {
  readonly kind: 'buffer' | 'image';
  readonly byteLength: number;
  readonly places: readonly TransientPlace[];
}

/** Where one of them lies in it. */
export interface TransientPlace {
  readonly node: ResourceNode;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** Levels. */
  readonly first: number;
  readonly last: number;
}

/** The arenas of a graph. What stays out of them (kept, mapped, or used by several queues) gets memory of its own. */
export function shareMemory(
  model: GraphModel,
  levels: readonly (readonly PassNode[])[],
  queues: QueueTable,
  needs: MemoryNeeds,
): TransientArena[] {
  const arenas: TransientArena[] = [];
  if (!model.nodes.some(({ origin }) => origin === 'transient')) return arenas;
  const lives = lifetimes(levels, queues);
  for (const kind of ['buffer', 'image'] as const) {
    const nodes = model.nodes.filter((node) => node.kind === kind && node.origin === 'transient' && !node.kept);
    const sharing = nodes.filter((node) => (lives.get(node)?.lane ?? HOST_LANE) !== HOST_LANE && !isMapped(node));
    if (sharing.length === 0) continue;
    const items = sharing.map((node) => ({ ...lives.get(node)!, ...needs(node) }));
    const { offsets, byteLength } = packLifetimes(items);
    const places = sharing.map((node, index) => {
      const { first, last, byteLength } = items[index]!;
      return { node, first, last, byteLength, byteOffset: offsets[index]! };
    });
    arenas.push({ kind, byteLength, places });
  }
  return arenas;
}

/** Memory that the host sees is of another kind. */
function isMapped({ object }: ResourceNode): boolean {
  return object instanceof GraphBuffer && (object.role === 'upload' || object.role === 'download');
}

interface Life {
  readonly lane: number;
  readonly first: number;
  readonly last: number;
}

/** From the first level to the last; lane `HOST_LANE` where there are several. */
function lifetimes(levels: readonly (readonly PassNode[])[], queues: QueueTable): Map<ResourceNode, Life> {
  const lives = new Map<ResourceNode, Life>();
  for (const [level, passes] of levels.entries()) {
    for (const { queue, touches } of passes) {
      const lane = laneOf(queues, queue);
      for (const { node } of touches) {
        const life = lives.get(node);
        if (!life) lives.set(node, { lane, first: level, last: level });
        else lives.set(node, { ...life, lane: life.lane === lane ? lane : HOST_LANE, last: level });
      }
    }
  }
  return lives;
}

/** For each resource those that had some of its memory right before it. */
export function heirsOf(arenas: readonly TransientArena[]): Map<ResourceNode, ResourceNode[]> {
  const heirs = new Map<ResourceNode, ResourceNode[]>();
  for (const { places } of arenas) {
    for (const place of places) {
      const before = places.filter((other) => other.last < place.first && overlap(other, place));
      const latest = before.filter(
        (other) => !before.some((between) => other.last < between.first && covers(between, other, place)),
      );
      if (latest.length > 0)
        heirs.set(
          place.node,
          latest.map(({ node }) => node),
        );
    }
  }
  return heirs;
}

function overlap(a: TransientPlace, b: TransientPlace): boolean {
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

/** Whether what `between` holds includes all that `a` and `b` share. */
function covers(between: TransientPlace, a: TransientPlace, b: TransientPlace): boolean {
  const start = Math.max(a.byteOffset, b.byteOffset);
  const end = Math.min(a.byteOffset + a.byteLength, b.byteOffset + b.byteLength);
  return between.byteOffset <= start && between.byteOffset + between.byteLength >= end;
}
