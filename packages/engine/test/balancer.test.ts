/** When the cut is shifted, on machines that are made up: a device's time is its share over its speed. */
import { expect, test } from 'vitest';
import { Balancer, type Shift } from '../src/balance/balancer.ts';

/** Steps of made-up devices; `time` gives the milliseconds of each for these shares. */
function run(
  balancer: Balancer,
  steps: number,
  time: (shares: readonly number[], step: number) => number[],
  { cost = 50, moves = () => 10 }: { cost?: number; moves?: (shift: Shift) => number } = {},
): void {
  for (let step = 0; step < steps; step++) {
    const shift = balancer.note(time(balancer.shares, step), cost);
    if (shift !== null) balancer.shifted(shift, { cost, leaves: moves(shift), frame: step });
  }
}

const even = (devices: number): number[] => Array.from({ length: devices }, () => 1 / devices);

const rounded = (shares: readonly number[]): number[] => shares.map((share) => Math.round(100 * share));

test('devices of other speeds get shares like their speeds', () => {
  const balancer = new Balancer(even(3));
  const speeds = [1, 2, 5];
  run(balancer, 400, (shares) => shares.map((share, device) => (80 * share) / speeds[device]!));
  expect(rounded(balancer.shares).map((share, device) => Math.abs(share - 12.5 * speeds[device]!) < 2)).toEqual([
    true,
    true,
    true,
  ]);
  expect(balancer.made.length).toBeLessThan(4);
  expect(balancer.made[0]!.found! / balancer.made[0]!.promised).toBeCloseTo(1, 0);
});

test('even devices are left alone, though their times waver', () => {
  const balancer = new Balancer(even(4));
  run(balancer, 2000, (shares, step) =>
    shares.map((share, device) => 40 * share * (1 + 0.04 * Math.sin(7 * step + device))),
  );
  expect(balancer.made).toEqual([]);
});

test('a shift waits until as much was lost as it costs', () => {
  const steps = [100, 1000, 10_000].map((cost) => {
    const balancer = new Balancer(even(2));
    run(balancer, 5000, (shares) => [10 * shares[0]!, 20 * shares[1]!], { cost });
    return balancer.made[0]!.frame;
  });
  // 10 ms against an even 6.67: 3.33 a step are lost, once eight steps are known.
  expect(steps).toEqual([37, 306, 3006]);
});

test('what made things worse is taken back, and tried again ever later', () => {
  const balancer = new Balancer(even(2));
  // The second device looks faster and is slower as soon as it has more.
  const time = (shares: readonly number[]): number[] => (shares[1]! > 0.5 ? [8, 30] : [12, 8]);
  run(balancer, 3000, time);
  const { made } = balancer;
  expect(made.slice(0, 2).map(({ promised }) => promised > 0)).toEqual([true, false]);
  expect(made.length).toBeLessThan(16);
  const gaps = made.filter(({ promised }) => promised > 0).map(({ frame }) => frame);
  expect(gaps[2]! - gaps[1]!).toBeGreaterThan(1.5 * (gaps[1]! - gaps[0]!));
  expect(balancer.times![0]).toBe(12);
});

test('where leaves are too coarse to shift, it asks ever less', () => {
  const balancer = new Balancer(even(2));
  let asked = 0;
  run(balancer, 10_000, () => [10, 12.5], { moves: () => (asked++, 0) });
  expect(balancer.made).toEqual([]);
  expect(asked).toBeLessThan(14);
});

test('a load that wanders is followed', () => {
  const balancer = new Balancer(even(2));
  run(balancer, 3000, (shares, step) => [20 * shares[0]! * (step < 1500 ? 1 : 3), 20 * shares[1]!]);
  expect(rounded(balancer.shares)[0]).toBeGreaterThan(22);
  expect(rounded(balancer.shares)[0]).toBeLessThan(30);
  expect(balancer.made.length).toBeLessThan(5);
});

test('what is cut unevenly goes even among even devices, and brings what was promised', () => {
  const balancer = new Balancer([2 / 3, 1 / 3]);
  run(balancer, 2000, (shares) => shares.map((share) => 20 * share), { cost: 300 });
  const [first, ...others] = balancer.made;
  // Of 13.3 ms to an even 10, four fifths of the way.
  expect([first!.promised, first!.found!].map((ms) => Number(ms.toFixed(3)))).toEqual([2.667, 2.667]);
  expect(others.every(({ promised }) => promised > 0 && promised < 1)).toBe(true);
  expect(rounded(balancer.shares)).toEqual([51, 49]);
});

test('a shift that made things worse goes back to where it came from', () => {
  const balancer = new Balancer([2 / 3, 1 / 3]);
  run(balancer, 60, (shares) => (shares[0]! > 0.6 ? [12, 8] : [8, 30]));
  expect(balancer.made.map(({ shares }) => rounded(shares))[1]).toEqual([67, 33]);
});
