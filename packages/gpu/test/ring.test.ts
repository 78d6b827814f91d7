import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ring } from '../src/memory/ring.ts';

test('ranges follow one another, wrap whole, and come back in order', () => {
  const ring = new Ring(100);
  expect([ring.reserve(40), ring.reserve(40)]).toEqual([0, 48]);
  ring.close(1);
  expect(ring.reserve(20)).toBe(-1);
  ring.release(1);
  expect(ring.reserve(100)).toBe(0);
  ring.close(2);
  ring.release(2);
  expect(ring.used).toBe(0);
});

test('a range that would pass the end starts at 0', () => {
  const ring = new Ring(100);
  ring.reserve(48);
  ring.close(1);
  ring.reserve(32);
  ring.close(2);
  ring.release(1);
  expect(ring.reserve(40)).toBe(0);
  expect(ring.reserve(16)).toBe(-1);
  expect(ring.oldestMark).toBe(2);
});

test('what nothing came of is free at once, or when those before it are', () => {
  const ring = new Ring(128);
  ring.reserve(64);
  ring.drop();
  expect([ring.used, ring.open, ring.oldestMark]).toEqual([0, 0, undefined]);
  ring.reserve(32);
  ring.close(1);
  ring.reserve(32);
  ring.reserve(16);
  ring.drop(32);
  expect([ring.used, ring.open]).toEqual([80, 16]);
  ring.release(1);
  expect([ring.used, ring.open]).toEqual([16, 16]);
});

test('live ranges never overlap', () => {
  const step = fc.oneof(
    fc.integer({ min: 1, max: 90 }),
    fc.constant('close' as const),
    fc.constant('release' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const ring = new Ring(128);
      let live: { offset: number; end: number; mark: number }[] = [];
      let [mark, released] = [1, 0];
      for (const each of steps) {
        if (each === 'close') ring.close(mark++);
        else if (each === 'release') {
          released = Math.min(released + 1, mark - 1);
          ring.release(released);
          live = live.filter((range) => range.mark > released);
        } else {
          const offset = ring.reserve(each);
          if (offset < 0) continue;
          expect(offset % 16).toBe(0);
          expect(offset + each).toBeLessThanOrEqual(128);
          for (const other of live) expect(offset >= other.end || offset + each <= other.offset).toBe(true);
          live.push({ offset, end: offset + each, mark });
        }
      }
      ring.close(mark);
      ring.release(mark);
      expect(ring.reserve(128)).toBe(0);
    }),
  );
});
