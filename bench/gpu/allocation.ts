/** @file The sub-allocator: how many ranges a second it hands out and takes back, while thousands are held. */
import { Tlsf } from '@halocline/gpu';
import type { TlsfAllocation } from '@halocline/gpu';
import { nanosecondsEach, type Row } from './row.ts';

const HELD = 4096;
const COUNT = 200_000;
const SPACE = 2 ** 36;

/** A plain generator of numbers below 2³², the same in every run. */
function numbers(): () => number {
  let state = 1;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
}

/** One range is given back and another taken, again and again, in a space of 64 GiB where 4,096 ranges are held. */
export function allocation(): readonly Row[] {
  const next = numbers();
  const sizes = Array.from({ length: COUNT }, () => 256 + 2 ** (8 + (next() % 14)) + (next() % 1000));
  const places = Array.from({ length: COUNT }, () => next() % HELD);
  const space = new Tlsf(SPACE);
  const held: TlsfAllocation[] = Array.from({ length: HELD }, (_, i) => space.allocate(sizes[i]!, 256)!);
  const nanoseconds = nanosecondsEach(COUNT, (count) => {
    for (let i = 0; i < count; i++) {
      const place = places[i]!;
      space.release(held[place]!);
      held[place] = space.allocate(sizes[i]!, 256)!;
    }
  });
  const { holes } = space.report();
  const note = `each with a range given back; ${HELD} held, ${holes} holes, 64 GiB`;
  return [{ name: 'TLSF allocations', value: 1e3 / nanoseconds, unit: 'M/s', note }];
}
