import { expect, test } from 'vitest';
import { placement } from '../src/host/placement.ts';

const act = 'create simulation';

test('what the command line says of devices wins over the script, which keeps its parts', () => {
  const scripts = [
    {},
    { device: '#0' },
    { devices: ['#0', '#1'] },
    { deviceCount: 2 },
    { devices: ['#0', '#1'], subdomains: 5 },
    { subdomains: 2 },
  ];
  const words = [
    {},
    { device: '#1' },
    { devices: 3 },
    { devices: ['a', 'b', 'c'] },
    { subdomains: 4 },
    { device: '#1', subdomains: 4 },
  ];
  const placed = words.map((said) => scripts.map((asked) => placement(act, said, asked)));
  expect(placed).toEqual([
    [
      {},
      { device: '#0' },
      { devices: ['#0', '#1'] },
      { devices: 2 },
      { devices: ['#0', '#1'], subdomains: 5 },
      { subdomains: 2 },
    ],
    [
      { device: '#1' },
      { device: '#1' },
      { device: '#1' },
      { device: '#1' },
      { device: '#1', subdomains: 5 },
      { device: '#1', subdomains: 2 },
    ],
    [
      { devices: 3 },
      { devices: 3 },
      { devices: 3 },
      { devices: 3 },
      { devices: 3, subdomains: 5 },
      { devices: 3, subdomains: 2 },
    ],
    [
      { devices: ['a', 'b', 'c'] },
      { devices: ['a', 'b', 'c'] },
      { devices: ['a', 'b', 'c'] },
      { devices: ['a', 'b', 'c'] },
      { devices: ['a', 'b', 'c'], subdomains: 5 },
      { devices: ['a', 'b', 'c'], subdomains: 2 },
    ],
    [
      { subdomains: 4 },
      { device: '#0', subdomains: 4 },
      { devices: ['#0', '#1'], subdomains: 4 },
      { devices: 2, subdomains: 4 },
      { devices: ['#0', '#1'], subdomains: 4 },
      { subdomains: 4 },
    ],
    scripts.map(() => ({ device: '#1', subdomains: 4 })),
  ]);
});

test('a number of devices that is none is told by its name', () => {
  for (const deviceCount of [0, 2.5, -1]) {
    expect(() => placement(act, {}, { deviceCount })).toThrow(
      `Cannot create simulation: device_count is ${deviceCount}; give a whole number, at least 1`,
    );
  }
});

test('a script says in one way on what it runs', () => {
  const both = (asked: Parameters<typeof placement>[2]) => () => placement(act, { device: '#0' }, asked);
  expect(both({ deviceCount: 2, devices: ['no such card'] })).toThrow(
    'Cannot create simulation: both devices and device_count are given; give one of them',
  );
  expect(both({ device: '#0', deviceCount: 1 })).toThrow('both device and device_count are given');
  expect(both({ device: '#0', devices: ['#0'] })).toThrow('both device and devices are given');
});
