import { expect, test } from 'vitest';
import { isAlike } from '../src/transport/prober.ts';
import { estimate, PeerAccess, type TransportReport } from '../src/transport/peer-access.ts';

const times = (...list: readonly (readonly [number, number])[]) =>
  list.map(([byteLength, microseconds]) => ({ byteLength, microseconds }));

const report = (name: TransportReport['name'], list: TransportReport['times']): TransportReport => ({
  name,
  refusal: null,
  failed: false,
  times: list,
});

test('the time of a message lies on the lines between those that were measured', () => {
  const measured = times([1000, 10], [3000, 20], [11_000, 100]);
  expect([16, 1000, 2000, 3000, 7000, 11_000, 21_000].map((bytes) => estimate(measured, bytes))).toEqual([
    10, 10, 15, 20, 60, 100, 200,
  ]);
  expect(estimate([], 16)).toBe(Infinity);
  expect(estimate(times([1000, 10]), 10 ** 9)).toBe(10);
  // A longer message that was faster by chance makes no still longer one faster than it.
  expect(estimate(times([1000, 10], [2000, 8]), 10_000)).toBe(10);
});

test('a pair is like one that was measured if a message takes about as long', () => {
  const measured = times([4096, 10], [2 ** 20, 100], [2 ** 24, 1000]);
  const alike = [49, 51, 100, 199, 201].map((microseconds) => isAlike(measured, { byteLength: 2 ** 20, microseconds }));
  expect(alike).toEqual([false, true, true, true, false]);
});

test('the bandwidth of times that noise has turned around is a plain one, not endless', () => {
  const bandwidth = (...list: readonly (readonly [number, number])[]): number =>
    PeerAccess.bandwidth(report('shared', times(...list)));
  expect(bandwidth([4096, 100], [4096 + 10 ** 6, 600])).toBe(2e9);
  expect(bandwidth([4096, 4885], [2 ** 20, 4096])).toBe(2 ** 8 * 1e6);
  expect(bandwidth([4096, 1023], [2 ** 20, 1024])).toBe(2 ** 10 * 1e6);
  expect(bandwidth([4096, 40])).toBe(0);
});

test('each size takes the transport that is the fastest for it', () => {
  const access = new PeerAccess('A', 'B', [
    { name: 'same-device', refusal: 'they are two cards', failed: false, times: [] },
    report('shared', times([4096, 40], [2 ** 23, 400])),
    report('cuda', times([4096, 90], [2 ** 23, 110])),
    report('staged', times([4096, 60], [2 ** 23, 4000])),
  ]);
  expect(access.ranking(16)).toEqual(['shared', 'staged', 'cuda']);
  expect(access.ranking(2 ** 20)).toEqual(['shared', 'cuda', 'staged']);
  expect(access.ranking(2 ** 22)).toEqual(['cuda', 'shared', 'staged']);
  expect(access.ranking(2 ** 30)).toEqual(['cuda', 'shared', 'staged']);
  for (const [given, text] of [
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    ['x', '"x"'],
  ]) {
    expect(() => access.ranking(given as number)).toThrow(
      new RangeError(`Cannot rank transports: byteLength is ${text}; give bytes, at least 0`),
    );
  }
  const waits = new PeerAccess('A', 'B', [
    report('shared', times([4096, 40], [2 ** 23, 400])),
    report('cuda', times([4096, 350], [2 ** 23, 370])),
  ]);
  expect([2 ** 12, 2 ** 22, 2 ** 24].map((bytes) => waits.ranking(bytes)[0])).toEqual(['shared', 'shared', 'cuda']);
  // A large message among many small ones: what they take together counts.
  expect(waits.ranking(2 ** 24, ...Array<number>(40).fill(4096))[0]).toBe('shared');
  expect(waits.ranking(4096, 2 ** 24, 2 ** 24)[0]).toBe('cuda');
  expect(String(access)).toMatchInlineSnapshot(`
    "A → B
      same-device  no: they are two cards
      shared       4 KiB 40 µs, 8 MiB 400 µs; 23.3 GB/s; taken for 4 KiB
      cuda         4 KiB 90 µs, 8 MiB 110 µs; 419.2 GB/s; taken for 8 MiB
      staged       4 KiB 60 µs, 8 MiB 4000 µs; 2.1 GB/s"
  `);
});
