/**
 * @file Which ranges move where, so that blocks become empty and holes one. Pure: the spaces are changed at once, and the
 * moves that it returns must be made in their order, each when the one before is done; or none of them, and `undo` called.
 *
 *     before   |aaaa  bb    |   |cc      |          evacuate: c goes into a's block, its own is empty
 *     after    |aaaabbcc    |   |        |          slide: what may move goes as low as it can
 *
 * A range that slides over its own place is copied in parts as long as the distance. Below 1/256 of its length that takes
 * too many parts, and it stays.
 */

import { rangeAt } from './heap.ts';
import type { MemoryBlock, MemoryRange } from './heap.ts';
import type { TlsfAllocation } from './tlsf.ts';

/** A range whose bytes go to another; the two may overlap, the target being the lower one then. */
export interface Move {
  readonly from: MemoryRange;
  readonly to: MemoryRange;
}

/** The most parts that one range is copied in. */
const MOST_PARTS = 256;

/** Compacts blocks of one memory type; ranges without a resident stay where they are. */
export function compact(blocks: readonly MemoryBlock[]): Move[] {
  const moves: Move[] = [];
  const byUse = blocks.filter((block) => block.ranges.size > 0).sort((a, b) => a.space.used - b.space.used);
  for (const [i, block] of byUse.entries()) moves.push(...evacuate(block, byUse.slice(i + 1).toReversed()));
  for (const block of byUse) moves.push(...slideAll(block));
  return moves;
}

/** Gives the ranges that were to move their places back: none of the moves is made. Nothing else may have been taken since. */
export function undo(moves: readonly Move[]): void {
  for (const { from, to } of moves.toReversed()) {
    forget(to);
    from.block.space.retake(from.allocation);
    from.block.ranges.add(from);
  }
}

/** Moves everything out of a block, if it may move and there is room for it elsewhere: all or nothing. */
function evacuate(block: MemoryBlock, others: readonly MemoryBlock[]): Move[] {
  const ranges = [...block.ranges].sort((a, b) => b.byteLength - a.byteLength);
  if (ranges.some((range) => range.resident === undefined)) return [];
  const moves: Move[] = [];
  for (const from of ranges) {
    const to = placeIn(others, from);
    if (to) moves.push({ from, to });
    else {
      for (const move of moves) forget(move.to);
      return [];
    }
  }
  for (const { from } of moves) forget(from);
  return moves;
}

function placeIn(blocks: readonly MemoryBlock[], range: MemoryRange): MemoryRange | undefined {
  for (const block of blocks) {
    const allocation = block.space.allocateLowest(range.byteLength, range.alignment);
    if (allocation) return remember(block, allocation, range);
  }
  return undefined;
}

function slideAll(block: MemoryBlock): Move[] {
  const moves: Move[] = [];
  for (const from of [...block.ranges].sort((a, b) => a.byteOffset - b.byteOffset)) {
    const { allocation, byteLength, alignment } = from;
    if (from.resident === undefined) continue;
    const distance = allocation.offset - block.space.lowestOffset(allocation, alignment);
    if (distance * MOST_PARTS < byteLength) continue;
    forget(from);
    moves.push({ from, to: remember(block, block.space.allocateLowest(byteLength, alignment)!, from) });
  }
  return moves;
}

function remember(block: MemoryBlock, allocation: TlsfAllocation, from: MemoryRange): MemoryRange {
  const to = rangeAt(block, allocation, from);
  block.ranges.add(to);
  return to;
}

function forget(range: MemoryRange): void {
  range.block.space.release(range.allocation);
  range.block.ranges.delete(range);
}
