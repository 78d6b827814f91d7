import { expect, test } from 'vitest';
import type { BufferMaker } from '../src/memory/buffer.ts';
import { findRoom, type Alone } from '../src/memory/find-room.ts';
import { DeviceHeap } from '../src/memory/heap.ts';
import type { MemoryRange, MemorySource, SourceMemory } from '../src/memory/heap.ts';

const MiB = 2 ** 20;

/** Type 0 comes from a heap of 32 MiB, type 1 from one of 1 GiB that is worse. */
class NullMemory implements MemorySource {
  heapOf = (type: number): number => type;
  sizeOf = (heap: number): number => (heap === 0 ? 32 : 1024) * MiB;
  freeOf = (heap: number, taken: number): number => this.sizeOf(heap) - taken;
  take(_type: number, byteLength: number): SourceMemory {
    return { handle: 1n, byteLength, bytes: undefined };
  }
  giveBack(): void {}
}

function placing(): (byteLength: number, alone: Alone) => MemoryRange {
  const heap = new DeviceHeap(new NullMemory());
  const maker = { heap, driver: { collect: () => undefined }, reclaim: () => undefined } as unknown as BufferMaker;
  return (byteLength, alone) =>
    findRoom(
      maker,
      { what: 'buffer "a"', owner: 'a', byteLength, alignment: 256, types: [0, 1] },
      { to: { kind: 'buffer', handle: 1n }, byteLength, alone },
    );
}

test('what the driver likes better alone lies with others of the best type before it lies alone in a worse one', () => {
  const place = placing();
  // A block of 2 MiB, and one range that leaves no room beside it.
  const first = place(MiB / 2, undefined);
  const rest = place(30 * MiB, undefined);
  expect([first.type, rest.type]).toEqual([0, 0]);
  const liked = place(MiB / 2, 'better');
  expect([liked.type, liked.block === first.block]).toEqual([0, true]);
  const wanted = place(MiB / 2, 'required');
  expect([wanted.type, wanted.block.dedicated]).toEqual([1, true]);
});
