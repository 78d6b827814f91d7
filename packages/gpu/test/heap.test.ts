import { expect, test } from 'vitest';
import { OutOfMemoryError } from '../src/errors.ts';
import { DeviceHeap } from '../src/memory/heap.ts';
import type { MemoryRange, MemoryRequest, MemorySource, Refusal, SourceMemory } from '../src/memory/heap.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** Memory without a device: types 0 and 1 come from heap 0 (1 GiB), type 2 from heap 1 (64 MiB); numbers what it gives. */
class NullMemory implements MemorySource {
  readonly live = new Map<bigint, { type: number; byteLength: number }>();
  #next = 1n;
  refuseAbove = Infinity;
  heapOf = (type: number): number => (type === 2 ? 1 : 0);
  sizeOf = (heap: number): number => (heap === 1 ? 64 * MiB : GiB);
  freeOf = (heap: number, taken: number): number => this.sizeOf(heap) - taken;
  take(type: number, byteLength: number): SourceMemory | Refusal {
    if (byteLength > this.refuseAbove) return { command: 'vkAllocateMemory', result: 'VK_ERROR_OUT_OF_DEVICE_MEMORY' };
    const handle = this.#next++;
    this.live.set(handle, { type, byteLength });
    return { handle, byteLength, bytes: undefined };
  }
  giveBack(memory: SourceMemory): void {
    expect(this.live.delete(memory.handle)).toBe(true);
  }
  get taken(): number[] {
    return [...this.live.values()].map((each) => each.byteLength / MiB);
  }
}

function asking(byteLength: number, more: Partial<MemoryRequest> = {}): MemoryRequest {
  return { what: 'buffer "a"', owner: 'a', byteLength, alignment: 256, types: [0], ...more };
}

function expectEmpty(heap: DeviceHeap, source: NullMemory, ranges: readonly MemoryRange[]): void {
  for (const range of ranges) heap.release(range);
  heap.trim();
  expect(source.live.size).toBe(0);
  expect(heap.report()).toMatchObject({ used: 0, taken: 0, allocations: 0, blocks: 0, owners: [] });
}

test('small ranges share a block, a large one has its own', () => {
  const source = new NullMemory();
  const heap = new DeviceHeap(source);
  const ranges = [heap.allocate(asking(1000)), heap.allocate(asking(1000)), heap.allocate(asking(100 * MiB))];
  expect(source.taken).toEqual([64, 100]);
  expect(ranges.map((range) => range.byteOffset)).toEqual([0, 1024, 0]);
  expectEmpty(heap, source, ranges);
});

test('an empty block is given back, but one is kept as a spare', () => {
  const source = new NullMemory();
  const heap = new DeviceHeap(source);
  const ranges = Array.from({ length: 5 }, () => heap.allocate(asking(30 * MiB)));
  expect(source.taken).toEqual([64, 64, 64]);
  for (const range of ranges.splice(0)) heap.release(range);
  expect(source.taken).toEqual([64]);
  expectEmpty(heap, source, ranges);
});

test('the limit holds, blocks shrink to fit, spares are given up', () => {
  const source = new NullMemory();
  const heap = new DeviceHeap(source, 40 * MiB);
  const small = heap.allocate(asking(MiB));
  expect(source.taken).toEqual([2]);
  const large = heap.allocate(asking(38 * MiB));
  heap.release(small);
  const rest = heap.allocate(asking(1.5 * MiB, { types: [1] }));
  expect(source.taken).toEqual([38, 1.5]);
  expectEmpty(heap, source, [large, rest]);
});

test('out of memory says what was asked, what is free, the largest hole and the biggest owners', () => {
  const source = new NullMemory();
  const heap = new DeviceHeap(source, 100 * MiB);
  const ranges = [1, 2, 3, 4, 5, 6].map((size) => heap.allocate(asking(size * 4 * MiB, { owner: `field ${size}` })));
  let error: unknown;
  try {
    heap.allocate(asking(20 * MiB, { what: 'buffer "pressure"' }));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect((error as Error).message).toBe(
    'Cannot allocate buffer "pressure": 20 MiB requested, 16 MiB free, the largest hole is 16 MiB; the biggest owners are ' +
      'field 6 24 MiB in 1 buffer, field 5 20 MiB in 1 buffer, field 4 16 MiB in 1 buffer, field 3 12 MiB in 1 buffer, field 2 8 MiB in 1 buffer',
  );
  expectEmpty(heap, source, ranges);
});

test('the next memory type serves when the best is full', () => {
  const source = new NullMemory();
  const heap = new DeviceHeap(source);
  const ranges = [
    heap.allocate(asking(60 * MiB, { types: [2, 0] })),
    heap.allocate(asking(60 * MiB, { types: [2, 0] })),
  ];
  expect([...source.live.values()].map((each) => each.type)).toEqual([2, 0]);
  expectEmpty(heap, source, ranges);
});

test('a driver that refuses large blocks is asked for smaller ones', () => {
  const source = new NullMemory();
  const heap = new DeviceHeap(source);
  source.refuseAbove = 10 * MiB;
  const range = heap.allocate(asking(3 * MiB));
  expect(source.taken).toEqual([8]);
  expect(() => heap.allocate(asking(11 * MiB))).toThrow(OutOfMemoryError);
  expectEmpty(heap, source, [range]);
});

test('what the driver refuses is told with its words, what the limit does without; both name the thing, not its owner', () => {
  const source = new NullMemory();
  const heap = new DeviceHeap(source);
  source.refuseAbove = 10 * MiB;
  const ranges = [heap.allocate(asking(3 * MiB))];
  const failure = (byteLength: number): Partial<OutOfMemoryError> => {
    const request = asking(byteLength, { what: 'buffer "halo"', owner: 'ghosts', label: 'halo' });
    try {
      ranges.push(heap.allocate(request));
      return {};
    } catch (error) {
      const { message, command, result, labels } = error as OutOfMemoryError;
      return { message, command, result, labels };
    }
  };
  expect(failure(11 * MiB)).toEqual({
    message:
      'Cannot allocate buffer "halo": 11 MiB requested, 1021 MiB free, the largest hole is 1016 MiB, and ' +
      'vkAllocateMemory gave VK_ERROR_OUT_OF_DEVICE_MEMORY; the biggest owners are a 3 MiB in 1 buffer',
    command: 'vkAllocateMemory',
    result: 'VK_ERROR_OUT_OF_DEVICE_MEMORY',
    labels: ['halo'],
  });
  expect(failure(2 * GiB)).toEqual({
    message:
      'Cannot allocate buffer "halo": 2 GiB requested, 1021 MiB free, the largest hole is 1016 MiB; ' +
      'the biggest owners are a 3 MiB in 1 buffer',
    command: undefined,
    result: undefined,
    labels: ['halo'],
  });
  expectEmpty(heap, source, ranges);
});

test('a buffer that wants memory of its own gets it', () => {
  const source = new NullMemory();
  const heap = new DeviceHeap(source);
  const ranges = [
    heap.allocate(asking(5000, { dedicatedTo: { kind: 'buffer', handle: 9n } })),
    heap.allocate(asking(5000)),
  ];
  expect([...source.live.values()].map((each) => each.byteLength)).toEqual([5000, 64 * MiB]);
  expect(String(heap)).toBe('DeviceHeap(9.77 KiB in 2 ranges, 64 MiB taken in 2 blocks)');
  expectEmpty(heap, source, ranges);
});
