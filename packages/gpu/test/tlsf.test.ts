import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Tlsf } from '../src/memory/tlsf.ts';
import type { TlsfAllocation } from '../src/memory/tlsf.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** Every test ends so: everything was given back, so the whole space is one hole at 0. */
function expectWhole(space: Tlsf): void {
  const whole = space.allocate(space.byteLength);
  expect(whole?.offset).toBe(0);
  space.release(whole!);
  expect(space.report()).toEqual({
    byteLength: space.byteLength,
    used: 0,
    free: space.byteLength,
    largestHole: space.byteLength,
    holes: 1,
    allocations: 0,
  });
}

test('ranges follow one another and come back whole', () => {
  const space = new Tlsf(100);
  const [a, b, c] = [space.allocate(10)!, space.allocate(20)!, space.allocate(70)!];
  expect([a.offset, b.offset, c.offset]).toEqual([0, 10, 30]);
  expect(space.allocate(1)).toBeUndefined();
  for (const each of [a, c, b]) space.release(each);
  expectWhole(space);
});

test('a freed hole is used again, and neighbours merge on both sides', () => {
  const space = new Tlsf(64 * MiB);
  const [a, b, c] = [space.allocate(MiB)!, space.allocate(MiB)!, space.allocate(MiB)!];
  space.release(b);
  expect(space.report().holes).toBe(2);
  const again = space.allocate(MiB)!;
  expect(again.offset).toBe(MiB);
  space.release(a);
  space.release(c);
  space.release(again);
  expectWhole(space);
});

test('an aligned range leaves its lead as a hole', () => {
  const space = new Tlsf(1024);
  const a = space.allocate(3)!;
  const b = space.allocate(100, 256)!;
  expect(b.offset).toBe(256);
  const lead = space.allocate(252)!;
  expect(lead.offset).toBe(3);
  for (const each of [a, b, lead]) space.release(each);
  expectWhole(space);
});

test('sizes past 4 GiB are exact', () => {
  const space = new Tlsf(80 * GiB);
  const a = space.allocate(5 * GiB + 1)!;
  const b = space.allocate(7 * GiB, 65536)!;
  expect(b.offset).toBe(5 * GiB + 65536);
  expect(space.largestHole).toBe(68 * GiB - 65536);
  space.release(a);
  space.release(b);
  expectWhole(space);
});

test('the largest safe integer is a space like another', () => {
  const space = new Tlsf(Number.MAX_SAFE_INTEGER);
  const a = space.allocate(2 ** 52)!;
  const b = space.allocate(2 ** 52 - 1)!;
  expect([a.offset, b.offset, space.free]).toEqual([0, 2 ** 52, 0]);
  space.release(a);
  space.release(b);
  expectWhole(space);
});

test('a slip of the caller is named', () => {
  const space = new Tlsf(64);
  const range = space.allocate(8)!;
  expect(() => space.allocate(0)).toThrow('Cannot allocate 0 bytes: the size must be an integer from 1 to 2⁵³−1');
  expect(() => space.allocate(1, 3)).toThrow('Cannot align to 3 bytes: an alignment is a power of two');
  expect(() => space.allocateLowest(-8)).toThrow(
    'Cannot allocate -8 bytes: the size must be an integer from 1 to 2⁵³−1',
  );
  expect(() => space.allocateLowest(1, 0)).toThrow('Cannot align to 0 bytes: an alignment is a power of two');
  expect(() => space.lowestOffset(range, 3)).toThrow('Cannot align to 3 bytes: an alignment is a power of two');
  expect(() => new Tlsf(1.5)).toThrow(
    'Cannot make an allocator of 1.5 bytes: the size must be an integer from 1 to 2⁵³−1',
  );
  space.release(range);
  expect(() => space.release(range)).toThrow(
    'Cannot free the range at 0: it is not allocated here; free each range once, where it came from',
  );
  expect(() => space.lowestOffset(range)).toThrow(
    'Cannot move the range at 0: it is not allocated here; move a range before it is freed, where it came from',
  );
  expectWhole(space);
});

test('a range that was given back is taken again at its place, and freed by the same key', () => {
  const space = new Tlsf(1024);
  const [a, b, c] = [space.allocate(100)!, space.allocate(200)!, space.allocate(300)!];
  for (const each of [a, b, c]) space.release(each);
  space.retake(b);
  expect([b.offset, space.used, space.report().holes]).toEqual([100, 200, 2]);
  expect(space.allocate(150)!.offset).toBe(300);
  expect(() => space.retake(c)).toThrow(
    'Cannot take the range at 300 again: its 300 bytes are not free; give back what was taken there since',
  );
  expect(() => space.retake(b)).toThrow('Cannot take the range at 100 again: its 200 bytes are not free');
  space.retake(a);
  for (const each of [b, a]) space.release(each);
  expect(space.report()).toMatchObject({ used: 150, holes: 2, allocations: 1 });
});

/** The naive model: an ordered list of ranges; a request fits where some gap holds it aligned. */
function fits(live: readonly TlsfAllocation[], total: number, byteLength: number, alignment: number): boolean {
  let at = 0;
  for (const range of [...live.toSorted((a, b) => a.offset - b.offset), { offset: total, byteLength: 0 }]) {
    if (Math.ceil(at / alignment) * alignment + byteLength <= range.offset) return true;
    at = range.offset + range.byteLength;
  }
  return false;
}

/** How many gaps there are. */
function holesOf(live: readonly TlsfAllocation[], total: number): number {
  let [at, holes] = [0, 0];
  for (const range of [...live.toSorted((a, b) => a.offset - b.offset), { offset: total, byteLength: 0 }]) {
    if (range.offset > at) holes++;
    at = range.offset + range.byteLength;
  }
  return holes;
}

const step = fc.oneof(
  fc.record({
    size: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 5000 })),
    alignment: fc.constantFrom(1, 1, 2, 16, 256, 1024),
  }),
  fc.record({ drop: fc.nat() }),
);

/** What sizes are multiples of: up to terabytes, and odd. */
const unit = fc.constantFrom(1, 1, MiB, 1_000_003, 3 * GiB + 1);

test('it allocates whenever a hole would do, never overlaps, and forgets nothing', () => {
  fc.assert(
    fc.property(unit, fc.integer({ min: 1, max: 20_000 }), fc.array(step, { maxLength: 120 }), (unit, units, steps) => {
      const total = units * unit;
      const space = new Tlsf(total);
      const live: TlsfAllocation[] = [];
      for (const each of steps) {
        if ('drop' in each) {
          const [range] = live.length > 0 ? live.splice(each.drop % live.length, 1) : [];
          if (range) space.release(range);
          continue;
        }
        const size = each.size * unit;
        const possible = fits(live, total, size, each.alignment);
        const range = space.allocate(size, each.alignment);
        expect(range !== undefined).toBe(possible);
        if (!range) continue;
        expect(range.offset % each.alignment).toBe(0);
        expect(range.offset + range.byteLength).toBeLessThanOrEqual(total);
        for (const other of live) {
          expect(
            range.offset >= other.offset + other.byteLength || range.offset + range.byteLength <= other.offset,
          ).toBe(true);
        }
        live.push(range);
        expect(space.used).toBe(live.reduce((sum, other) => sum + other.byteLength, 0));
      }
      expect(space.report()).toMatchObject({ holes: holesOf(live, total), allocations: live.length });
      expect(space.largestHole === 0 || fits(live, total, space.largestHole, 1)).toBe(true);
      expect(fits(live, total, space.largestHole + 1, 1)).toBe(false);
      for (const range of live) space.release(range);
      expectWhole(space);
    }),
    { numRuns: 300 },
  );
});
