import { expect, test } from 'vitest';
import { GridMap } from '@halocline/vdb';
import { Domain } from '../src/domain.ts';
import { wholeLevel } from '../src/local-level.ts';
import { buildTables, leafArguments, visitsOf } from '../src/tables.ts';
import { boxTopology, type Topology } from '../src/topology.ts';

/** A cross of leaves with a gap, unequal in its axes. */
const fine: Topology = boxTopology({ min: [-16, 0, 0], max: [24, 16, 8] });
const domain = new Domain(fine, GridMap.scale(1));
domain.level(1);
const levels = domain.levels.map(wholeLevel);
const [tables, coarse] = buildTables(levels) as [ReturnType<typeof buildTables>[0], ReturnType<typeof buildTables>[0]];

const origin = (table: { leafTable: Uint32Array }, slot: number): number[] =>
  [27, 28, 29].map((word) => table.leafTable[32 * slot + word]! | 0);
const slotAt = (table: { leafTable: Uint32Array; capacity: number }, at: number[]): number => {
  for (let slot = 1; slot < table.capacity; slot++) if (String(origin(table, slot)) === String(at)) return slot;
  return 0;
};

test('slot 0 is the leaf of background: no neighbours, no active voxel, no rank', () => {
  expect([...tables.leafTable.subarray(0, 32)]).toEqual(Array(32).fill(0));
  expect([...tables.masks.subarray(0, 16)]).toEqual(Array(16).fill(0));
});

test('each slot knows its 27 neighbours, itself the fourteenth', () => {
  for (let slot = 1; slot < tables.capacity; slot++) {
    const at = origin(tables, slot);
    for (let n = 0; n < 27; n++) {
      const offset = [Math.floor(n / 9) - 1, (Math.floor(n / 3) % 3) - 1, (n % 3) - 1];
      const neighbour = slotAt(
        tables,
        at.map((value, axis) => value + 8 * offset[axis]!),
      );
      expect(tables.leafTable[32 * slot + n]).toBe(neighbour);
    }
    expect(tables.leafTable[32 * slot + 13]).toBe(slot);
  }
});

test('ranks and slots point at each other', () => {
  for (let rank = 0; rank < tables.leafCount; rank++) {
    expect(tables.leafTable[32 * tables.leaves[rank]! + 31]).toBe(rank);
  }
});

test('parents and children point at each other', () => {
  for (let slot = 1; slot < tables.capacity; slot++) {
    const at = origin(tables, slot);
    const parent = tables.leafTable[32 * slot + 30]!;
    expect(origin(coarse, parent)).toEqual(at.map((value) => Math.floor(value / 16) * 8));
    const [x, y, z] = at.map((value) => (value >> 3) & 1);
    expect(coarse.children[8 * parent + 4 * x! + 2 * y! + z!]).toBe(slot);
  }
  expect([...tables.children].every((word) => word === 0)).toBe(true);
  expect(coarse.children.filter((word) => word !== 0).length).toBe(tables.leafCount);
});

/** Slots in the order of the visits, but those behind them that are nobody's. */
const visited = ({ visits, leafCount }: typeof tables): number[] =>
  [...visits].filter((_, word) => word % 8 === 0).slice(0, leafCount);

test('in boxes, rows of two leaves along y follow each other by four along z', () => {
  const wide = boxTopology({ min: [-16, 8, 480], max: [8, 48, 552] });
  const ranks = Uint32Array.from({ length: wide.origins.length / 3 }, (_, rank) => rank);
  const level = { topology: wide, ranks, ownCount: ranks.length, domain: domain.levels[0]! };
  const [boxes] = buildTables([level], 'boxes') as [typeof tables];
  const placed = Array.from({ length: boxes.leafCount }, (_, at) => origin(boxes, at + 1).map((value) => value >> 3));
  const keyOf = ([x, y, z]: number[]): number[] => [x! >> 6, y! >> 6, z! >> 6, x!, y! >> 1, z! >> 2, y!, z!];
  const sorted = placed.toSorted((a, b) => {
    const [one, other] = [keyOf(a), keyOf(b)];
    const at = one.findIndex((value, n) => value !== other[n]);
    return one[at]! - other[at]!;
  });
  // Morton order tells which brick comes first, and so the order of bricks is not asked.
  for (const inBrick of Map.groupBy(placed, (leaf) => keyOf(leaf).slice(0, 3).join()).values()) {
    const brick = keyOf(inBrick[0]!).slice(0, 3).join();
    expect(inBrick).toEqual(sorted.filter((leaf) => keyOf(leaf).slice(0, 3).join() === brick));
  }
  expect(visited(boxes)).toEqual(Array.from(placed, (_, at) => at + 1));
});

test('behind the visits stand zeros, as many rows as the workgroups of a pass may read', () => {
  expect([...tables.visits.subarray(8 * tables.leafCount)].every((word) => word === 0)).toBe(true);
  const empty = { leafTable: new Uint32Array(32), masks: new Uint32Array(16) };
  for (const leafCount of [1, 8, 15, 16, 524_280, 524_281, 1_048_561]) {
    const { length } = visitsOf(empty, new Uint32Array(leafCount));
    for (const start of [0, 1, 5, 7, 9]) {
      const [x, y, z] = leafArguments(Math.max(0, leafCount - start), 8);
      expect(length).toBeGreaterThanOrEqual(8 * (Math.min(start, leafCount) + 8 * x! * y! * z!));
    }
    expect(length).toBeLessThan(8 * (leafCount + 64));
  }
});

test('in bricks, leaves stand row by row along z in cubes of 64, the ghosts behind them, and tables say the same', () => {
  const wide = boxTopology({ min: [-16, 0, 496], max: [8, 24, 544] });
  const count = wide.origins.length / 3;
  const ranks = Uint32Array.from({ length: count }, (_, rank) => rank);
  const level = { topology: wide, ranks, ownCount: count - 5, domain: domain.levels[0]! };
  const [byRank] = buildTables([level]) as [typeof tables];
  const [bricks] = buildTables([level], 'bricks') as [typeof tables];
  const own = Array.from({ length: level.ownCount }, (_, at) => origin(bricks, at + 1).map((value) => value >> 3));
  const keyOf = ([x, y, z]: number[]): number[] => [x! >> 6, y! >> 6, z! >> 6, x!, y!, z!];
  const isAfter = (a: number[], b: number[]): boolean =>
    a[a.findIndex((value, at) => value !== b[at])]! > b[a.findIndex((value, at) => value !== b[at])]!;
  own.slice(1).forEach((leaf, at) => expect(isAfter(keyOf(leaf), keyOf(own[at]!))).toBe(true));
  expect(bricks.slots.toSorted()).toEqual(byRank.slots);
  expect(visited(bricks)).toEqual(Array.from(own, (_, at) => at + 1));
  ranks.forEach((rank) => {
    const [one, other] = [byRank.slots[rank]!, bricks.slots[rank]!];
    const row = (table: typeof tables, slot: number): (string | number)[] =>
      [...table.leafTable.subarray(32 * slot, 32 * slot + 32)].map((word, at) =>
        at < 27 && word > 0 ? String(origin(table, word)) : word,
      );
    expect(row(bricks, other)).toEqual(row(byRank, one));
    expect(bricks.masks.subarray(16 * other, 16 * other + 16)).toEqual(byRank.masks.subarray(16 * one, 16 * one + 16));
  });
});

test('arguments fold past 65,535 groups into y', () => {
  expect([...leafArguments(0, 2)]).toEqual([0, 1, 1, 0]);
  expect([...leafArguments(5, 2)]).toEqual([3, 1, 1, 5]);
  expect([...leafArguments(131_070, 2)]).toEqual([65_535, 1, 1, 131_070]);
  expect([...leafArguments(131_072, 2)]).toEqual([32_768, 2, 1, 131_072]);
  expect([...leafArguments(9, 8)]).toEqual([2, 1, 1, 9]);
});

test('workgroups that share eight leaves are all there where the last eight are fewer', () => {
  expect([...leafArguments(0, 1)]).toEqual([0, 1, 1, 0]);
  expect([...leafArguments(8, 1)]).toEqual([8, 1, 1, 8]);
  expect([...leafArguments(9, 1)]).toEqual([16, 1, 1, 9]);
  expect([...leafArguments(65_529, 1)]).toEqual([32_768, 2, 1, 65_529]);
});
