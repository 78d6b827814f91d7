import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compact, undo } from '../src/memory/compaction.ts';
import type { Move } from '../src/memory/compaction.ts';
import { cut } from '../src/memory/heap.ts';
import type { MemoryBlock, MemoryRange } from '../src/memory/heap.ts';
import { Tlsf } from '../src/memory/tlsf.ts';

function blockOf(byteLength: number, handle: bigint): MemoryBlock {
  const memory = { handle, byteLength, bytes: undefined };
  return { type: 0, memory, byteOffset: 0, space: new Tlsf(byteLength), dedicated: false, ranges: new Set() };
}

function take(block: MemoryBlock, byteLength: number, movable = true, alignment = 1): MemoryRange {
  return cut(block, { owner: 'a', byteLength, alignment, resident: movable ? {} : undefined })!;
}

function drop(range: MemoryRange): void {
  range.block.space.release(range.allocation);
  range.block.ranges.delete(range);
}

/** Where the ranges of a block lie: `offset+length`. */
function drawn(block: MemoryBlock): string {
  const ranges = [...block.ranges].sort((a, b) => a.byteOffset - b.byteOffset);
  return ranges.map((range) => `${range.byteOffset}+${range.byteLength}`).join(' ');
}

test('ranges slide down over the holes, and over themselves', () => {
  const block = blockOf(1000, 1n);
  const [a, , c, , ,] = [10, 20, 30, 40, 50].map((length) => take(block, length));
  drop(a!);
  drop(c!);
  const moves = compact([block]);
  expect(drawn(block)).toBe('0+20 20+40 60+50');
  expect(moves.map(({ from, to }) => `${from.byteOffset}→${to.byteOffset}`)).toEqual(['10→0', '60→20', '100→60']);
  expect([block.space.largestHole, compact([block])]).toEqual([890, []]);
});

test('what may not move stays, and others go around it', () => {
  const block = blockOf(1000, 1n);
  const first = take(block, 100);
  const fixed = take(block, 50, false);
  take(block, 60);
  drop(first);
  compact([block]);
  expect([drawn(block), block.ranges.has(fixed)]).toEqual(['0+60 100+50', true]);
});

test('the emptier block goes into the fuller one, whole or not at all', () => {
  const [full, poor, fixed] = [blockOf(100, 1n), blockOf(100, 2n), blockOf(100, 3n)];
  take(full, 60);
  take(poor, 20);
  take(poor, 15);
  take(fixed, 10);
  take(fixed, 1, false);
  compact([full, poor, fixed]);
  expect([drawn(full), drawn(poor), drawn(fixed)]).toEqual(['0+60 60+20 80+15', '', '0+10 10+1']);
});

test('a long range does not move by a little', () => {
  const block = blockOf(2000, 1n);
  const gap = take(block, 3);
  take(block, 1000);
  drop(gap);
  expect([compact([block]), drawn(block)]).toEqual([[], '3+1000']);
});

/** Bytes as the moves leave them: each is made whole, front to back, in parts that don't overlap. */
function play(memories: ReadonlyMap<bigint, Int32Array>, moves: readonly Move[]): void {
  for (const { from, to } of moves) {
    const [source, target] = [memories.get(from.memory.handle)!, memories.get(to.memory.handle)!];
    for (let i = 0; i < from.byteLength; i++) target[to.byteOffset + i] = source[from.byteOffset + i]!;
  }
}

const plan = fc.record({
  sizes: fc.array(fc.record({ length: fc.integer({ min: 1, max: 60 }), shift: fc.integer({ min: 0, max: 4 }) }), {
    maxLength: 60,
  }),
  dropped: fc.array(fc.nat(), { maxLength: 50 }),
  fixed: fc.array(fc.nat(), { maxLength: 3 }),
});

test('what is undone lies as before; contents are kept, nothing overlaps, holes grow, and a second time moves nothing more in its block', () => {
  fc.assert(
    fc.property(plan, ({ sizes, dropped, fixed }) => {
      const blocks = [blockOf(400, 1n), blockOf(400, 2n), blockOf(400, 3n)];
      const live: MemoryRange[] = [];
      for (const [i, { length, shift }] of sizes.entries()) {
        const request = {
          owner: String(i),
          byteLength: length,
          alignment: 2 ** shift,
          resident: fixed.some((each) => each % sizes.length === i) ? undefined : { owner: i },
        };
        for (const block of blocks) {
          const range = cut(block, request);
          if (range) live.push(range);
          if (range) break;
        }
      }
      for (const each of dropped) if (live.length > 0) drop(live.splice(each % live.length, 1)[0]!);
      const memories = new Map(blocks.map(({ memory }) => [memory.handle, new Int32Array(400).fill(-1)]));
      for (const range of live) {
        const bytes = memories.get(range.memory.handle)!;
        for (let i = 0; i < range.byteLength; i++) bytes[range.byteOffset + i] = Number(range.owner) * 1000 + i;
      }
      const used = blocks.reduce((sum, { space }) => sum + space.used, 0);
      const drawing = blocks.map(drawn);
      undo(compact(blocks));
      expect([
        blocks.map(drawn),
        blocks.every(({ ranges }) => [...ranges].every((each) => live.includes(each))),
      ]).toEqual([drawing, true]);
      expect(blocks.reduce((sum, { space }) => sum + space.used, 0)).toBe(used);
      const whole = blocks.filter(({ ranges }) => ranges.size === 0).length;
      play(memories, compact(blocks));
      const after = blocks.flatMap(({ ranges }) => [...ranges]);
      expect([after.length, blocks.reduce((sum, { space }) => sum + space.used, 0)]).toEqual([live.length, used]);
      expect(blocks.filter(({ ranges }) => ranges.size === 0).length).toBeGreaterThanOrEqual(whole);
      for (const range of after) {
        expect(range.byteOffset % range.alignment).toBe(0);
        const bytes = memories.get(range.memory.handle)!;
        for (let i = 0; i < range.byteLength; i++)
          expect(bytes[range.byteOffset + i]).toBe(Number(range.owner) * 1000 + i);
      }
      for (const block of blocks) for (const range of block.ranges) drop(range);
      for (const { space } of blocks) expect(space.largestHole).toBe(400);
    }),
    { numRuns: 200 },
  );
});
