import fc from 'fast-check';
import { expect, test } from 'vitest';
import { activeVoxelsByLeaf, coarsenCut, cutLeaves } from '../src/cut/cut.ts';
import { CUT_ORDERS, orderLeaves } from '../src/cut/curve.ts';
import { listExchanges } from '../src/cut/exchange.ts';
import { boundaryLeaves, edgeLeaves, findGhosts, ownLeaves } from '../src/cut/ghosts.ts';
import { REDUCTION_CHUNK, stageOffset } from '../src/reduction-plan.ts';
import { shareSums } from '../src/shared-sums.ts';
import { coarsenTopology } from '../src/coarsen.ts';
import { boxTopology, leafCountOf, sortTopology, type IndexBox, type Topology } from '../src/topology.ts';

const box = (i: number, j: number, k: number): Topology => boxTopology({ min: [0, 0, 0], max: [i, j, k] });

/** Leaves at random places of a small box, with random voxels. */
const topologies = fc
  .uniqueArray(
    fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 }), fc.integer({ min: -1, max: 1 })),
    {
      minLength: 1,
      maxLength: 24,
      selector: String,
    },
  )
  .chain((leaves) =>
    fc
      .array(fc.integer({ min: 1, max: 0xffffffff }), { minLength: leaves.length, maxLength: leaves.length })
      .map((words) =>
        sortTopology({
          origins: Int32Array.from(leaves.flat(), (value) => 8 * value),
          masks: Uint32Array.from(
            leaves.flatMap((_, leaf) => Array.from({ length: 16 }, (_, n) => words[leaf]! ^ (n * 0x9e3779b1))),
          ),
        }),
      ),
  );

const voxelsOf = (topology: Topology, rank: number): { bit: number; at: number[] }[] =>
  Array.from({ length: 512 }, (_, bit) => bit)
    .filter((bit) => ((topology.masks[16 * rank + (bit >> 5)]! >>> (bit & 31)) & 1) === 1)
    .map((bit) => ({
      bit,
      at: [bit >> 6, (bit >> 3) & 7, bit & 7].map((v, axis) => v + topology.origins[3 * rank + axis]!),
    }));

test('a cut gives every leaf one owner, in ranges of the order, of nearly equal weight', () => {
  const { owners } = cutLeaves(box(64, 32, 16), 3);
  expect([...owners]).toEqual([...Array(21).fill(0), ...Array(22).fill(1), ...Array(21).fill(2)]);
});

test('more subdomains than leaves leave some empty', () => {
  expect([...cutLeaves(box(16, 8, 8), 5).owners]).toEqual([1, 3]);
  expect([...cutLeaves(box(0, 0, 0), 4).owners]).toEqual([]);
});

test('weights and shares move the cut', () => {
  const line = box(64, 8, 8);
  expect([...cutLeaves(line, 2, { weights: [9, 1, 1, 1, 1, 1, 1, 1] }).owners]).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
  expect([...cutLeaves(line, 2, { shares: [3, 1] }).owners]).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  expect([...cutLeaves(line, 2, { shares: [0, 1] }).owners]).toEqual(Array(8).fill(1));
});

test('impossible cuts are refused', () => {
  expect(() => cutLeaves(box(8, 8, 8), 0)).toThrow(
    'Cannot cut the domain into 0 subdomains; give a whole number, at least 1',
  );
  expect(() => cutLeaves(box(8, 8, 8), 2, { shares: [0, 0] })).toThrow(
    'Cannot cut the domain into 2 subdomains by shares 0, 0; give a number for each, at least 0, and one above',
  );
});

test('neighbours on the Hilbert curve share a face', () => {
  const topology = box(64, 64, 64);
  const order = orderLeaves(topology, 'hilbert');
  expect(new Set(order).size).toBe(512);
  const steps = Array.from(order.subarray(1), (rank, place) =>
    [0, 1, 2].reduce(
      (sum, axis) => sum + Math.abs(topology.origins[3 * rank + axis]! - topology.origins[3 * order[place]! + axis]!),
      0,
    ),
  );
  expect(new Set(steps)).toEqual(new Set([8]));
});

test('slabs are cut across the longest axis', () => {
  const topology = box(16, 32, 8);
  const { owners } = cutLeaves(topology, 2, { order: 'slabs' });
  owners.forEach((owner, rank) => expect(owner).toBe(topology.origins[3 * rank + 1]! >= 16 ? 1 : 0));
});

test('a coarse leaf goes to the owner of its first fine leaf', () => {
  const fine = box(64, 32, 16);
  const coarse = coarsenTopology(fine);
  const cut = cutLeaves(fine, 3);
  const { owners } = coarsenCut(fine, cut, coarse);
  for (let rank = 0; rank < leafCountOf(coarse); rank++) {
    const above = [0, 1, 2].map((axis) => coarse.origins[3 * rank + axis]! >> 3);
    const first = cut.owners.findIndex((_, leaf) =>
      above.every((value, axis) => fine.origins[3 * leaf + axis]! >> 4 === value),
    );
    expect(owners[rank]).toBe(cut.owners[first]);
  }
});

const reachesTo = (max: number): fc.Arbitrary<IndexBox> =>
  fc
    .array(fc.integer({ min: 0, max }), { minLength: 6, maxLength: 6 })
    .map(([a, b, c, d, e, f]): IndexBox => ({ min: [-a!, -b!, -c!], max: [d!, e!, f!] }));
const ahead = reachesTo(20).map(({ min, max }): IndexBox => {
  const low = min.map((v) => -v) as unknown as IndexBox['min'];
  return { min: low, max: max.map((v, axis) => low[axis]! + v) as unknown as IndexBox['max'] };
});
const reaches = fc.oneof(reachesTo(10), reachesTo(60), ahead);

test('ghosts are exactly the active voxels of others within reach of an own leaf', () => {
  fc.assert(
    fc.property(topologies, fc.integer({ min: 1, max: 5 }), reaches, (topology, count, reach) => {
      const { owners } = cutLeaves(topology, count);
      for (let owner = 0; owner < count; owner++) {
        const ghosts = findGhosts({ topology, owners, owner, reach });
        const found = new Set(
          Array.from(ghosts.ranks).flatMap((rank, at) =>
            voxelsOf({ origins: topology.origins, masks: ghosts.masks }, at).map(({ bit }) => `${rank} ${bit}`),
          ),
        );
        const expected = new Set<string>();
        owners.forEach((whose, rank) => {
          if (whose === owner) return;
          for (const { bit, at } of voxelsOf(topology, rank)) {
            const near = owners.some(
              (mine, own) =>
                mine === owner &&
                at.every((value, axis) => {
                  const low = topology.origins[3 * own + axis]! + reach.min[axis]!;
                  const high = topology.origins[3 * own + axis]! + 7 + reach.max[axis]!;
                  return value >= low && value <= high;
                }),
            );
            if (near) expected.add(`${rank} ${bit}`);
          }
        });
        expect(found).toEqual(expected);
      }
    }),
    { numRuns: 40 },
  );
});

test('leaves at the edge and the boundary have a leaf of another around, also where whole blocks are one owner’s', () => {
  const sparse = (size: number, modulus: number): Topology => {
    const all = boxTopology({ min: [-40, 0, 0], max: [8 * size, 8 * size, 64] });
    const kept = Array.from({ length: leafCountOf(all) }, (_, rank) => rank).filter((rank) => rank % modulus !== 1);
    return {
      origins: Int32Array.from(kept.flatMap((rank) => [...all.origins.subarray(3 * rank, 3 * rank + 3)])),
      masks: new Uint32Array(16 * kept.length).fill(1),
    };
  };
  for (const topology of [box(160, 160, 128), sparse(20, 7), sparse(12, 2)]) {
    const { origins } = topology;
    for (const [count, leaves] of [
      [2, 1],
      [3, 2],
      [2, 4],
      [5, 5],
    ] as const) {
      const { owners } = cutLeaves(topology, count);
      for (let owner = 0; owner < count; owner++) {
        const others = [...owners.keys()].filter((rank) => owners[rank] !== owner);
        const isNear = (rank: number): boolean =>
          others.some((other) =>
            [0, 1, 2].every((axis) => Math.abs(origins[3 * other + axis]! - origins[3 * rank + axis]!) <= 8 * leaves),
          );
        const edge = edgeLeaves(ownLeaves(owners, owner), { topology, owners, owner, leaves });
        expect([...edge]).toEqual([...ownLeaves(owners, owner)].filter(isNear));
      }
      const reach: IndexBox = { min: [-8 * leaves, -3, 0], max: [1, 8, 8 * leaves] };
      const lent = new Set(
        Array.from({ length: count }, (_, owner) => [...findGhosts({ topology, owners, owner, reach }).ranks]).flat(),
      );
      for (let owner = 0; owner < count; owner++) {
        const boundary = boundaryLeaves(topology, owners, owner, reach);
        expect([...boundary]).toEqual([...ownLeaves(owners, owner)].filter((rank) => lent.has(rank)));
      }
    }
  }
});

test('leaves of another are at the edge of whoever looks around them, and so are ghosts', () => {
  const topology = box(320, 64, 64);
  const { owners } = cutLeaves(topology, 2);
  const whole = owners.map((_, rank) => rank);
  const edge = edgeLeaves(whole, { topology, owners, owner: 0, leaves: 1 });
  const others = ownLeaves(owners, 1);
  expect([others.every((rank) => edge.includes(rank)), edge.length < whole.length]).toEqual([true, true]);
  const reach: IndexBox = { min: [-8, -8, -8], max: [8, 8, 8] };
  expect([...findGhosts({ topology, owners, owner: 0, from: edge, reach }).ranks]).toEqual([...others]);
});

test('boundary leaves are those that are ghosts of somebody', () => {
  fc.assert(
    fc.property(topologies, fc.integer({ min: 1, max: 5 }), reaches, (topology, count, reach) => {
      const { owners } = cutLeaves(topology, count);
      const subdomains = Array.from({ length: count }, (_, owner) => owner);
      const lent = new Set(subdomains.flatMap((owner) => [...findGhosts({ topology, owners, owner, reach }).ranks]));
      const boundary = subdomains.flatMap((owner) => [...boundaryLeaves(topology, owners, owner, reach)]);
      expect(new Set(boundary)).toEqual(lent);
    }),
    { numRuns: 40 },
  );
});

test('messages carry every ghost voxel once, from its owner', () => {
  fc.assert(
    fc.property(topologies, fc.integer({ min: 2, max: 4 }), reaches, (topology, count, reach) => {
      const { owners } = cutLeaves(topology, count);
      const ghosts = Array.from({ length: count }, (_, owner) => findGhosts({ topology, owners, owner, reach }));
      const slots = ghosts.map((_, owner) => (rank: number) => rank + 1000 * owner);
      const arrays = ghosts.map(() => new Map<number, number>());
      // Every owner's voxel holds a number of its own; after the exchange its ghosts hold it too.
      owners.forEach((owner, rank) => {
        for (let bit = 0; bit < 512; bit++) arrays[owner]!.set(512 * slots[owner]!(rank) + bit, 512 * rank + bit);
      });
      for (const { from, to, sources, targets } of listExchanges(owners, ghosts, slots)) {
        expect(sources.length).toBe(targets.length);
        sources.forEach((source, n) => {
          expect(arrays[to]!.has(targets[n]!)).toBe(false);
          arrays[to]!.set(targets[n]!, arrays[from]!.get(source)!);
        });
      }
      ghosts.forEach(({ ranks, masks }, owner) =>
        ranks.forEach((rank, at) => {
          for (const { bit } of voxelsOf({ origins: topology.origins, masks }, at)) {
            expect(arrays[owner]!.get(512 * slots[owner]!(rank) + bit)).toBe(512 * rank + bit);
          }
        }),
      );
    }),
    { numRuns: 30 },
  );
});

test('a reach far beyond the domain names all leaves of others, and costs what the domain does', () => {
  const topology = box(256, 256, 128);
  const { owners } = cutLeaves(topology, 3);
  for (const most of [100, 300, 1e9, 1e15]) {
    const reach: IndexBox = { min: [-most, -most, -most], max: [most, most, most] };
    const others = owners.keys().filter((rank) => owners[rank] !== 1);
    const { ranks, masks } = findGhosts({ topology, owners, owner: 1, reach });
    if (most > 100) {
      expect(ranks).toEqual(Uint32Array.from(others));
      expect(masks.every((word) => word === 0xffff_ffff)).toBe(true);
    }
    const own = ownLeaves(owners, 1);
    expect(edgeLeaves(own, { topology, owners, owner: 1, leaves: Math.ceil(most / 8) })).toEqual(own);
    expect(boundaryLeaves(topology, owners, 1, reach)).toEqual(own);
  }
});

test('far reaches of scattered leaves are found without their box', () => {
  const origins = Int32Array.from(
    { length: 300 },
    (_, at) => 8 * (at % 3 === 0 ? 40_000 * Math.floor(at / 3) : at % 7),
  );
  const topology = sortTopology({ origins, masks: new Uint32Array(1600).fill(1) });
  const { owners } = cutLeaves(topology, 2);
  const reach: IndexBox = { min: [-1e9, -1e9, -1e9], max: [1e9, 1e9, 1e9] };
  expect(findGhosts({ topology, owners, owner: 0, reach }).ranks).toEqual(ownLeaves(owners, 1));
});

test('a domain is cut into a few more parts than it has leaves, not into any number', () => {
  expect(cutLeaves(box(8, 8, 8), 64).count).toBe(64);
  expect(() => cutLeaves(box(8, 8, 8), 65)).toThrow(
    'Cannot cut the domain into 65 subdomains: it has one leaf of 8³ voxels; give at most 64',
  );
  expect(() => cutLeaves(box(128, 128, 144), 1_000_000)).toThrow(
    'Cannot cut the domain into 1000000 subdomains: it has 4608 leaves of 8³ voxels; give at most 4096',
  );
});

test('a leaf weighs as many voxels as are active', () => {
  expect(activeVoxelsByLeaf(box(12, 8, 8))).toEqual(Uint32Array.of(512, 256));
});

const orders = fc.constantFrom(...CUT_ORDERS);

test('along any order every leaf is owned, in runs of the order', () => {
  fc.assert(
    fc.property(topologies, fc.integer({ min: 1, max: 6 }), orders, (topology, count, order) => {
      const { owners } = cutLeaves(topology, count, { order });
      const along = Array.from(orderLeaves(topology, order), (rank) => owners[rank]!);
      expect(along).toEqual(along.toSorted((a, b) => a - b));
      expect(Math.max(...owners)).toBeLessThan(count);
    }),
  );
});

test('sums are shared whoever owns which ranks: each chunk is reduced by its owner, or sent leaf by leaf', () => {
  const owners = fc
    .uint8Array({ minLength: 1, maxLength: 6 })
    .chain((runs) =>
      fc
        .nat({ max: 2 * REDUCTION_CHUNK })
        .map((length) =>
          Uint32Array.from([...runs].flatMap((run) => Array.from({ length: length + run }, () => run % 3))),
        ),
    );
  fc.assert(
    fc.property(owners, (members) => {
      const { own, borders, sent } = shareSums(members, 3);
      const chunks = Math.max(1, Math.ceil(members.length / REDUCTION_CHUNK));
      const listed = [...own.flat(), ...borders].flatMap(([first, end]) =>
        Array.from({ length: end - first }, (_, n) => first + n),
      );
      expect(listed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: chunks }, (_, chunk) => chunk));
      const scratch = stageOffset(members.length, 1);
      for (const [member, places] of sent.entries()) {
        const leaves = [...places].filter((place) => chunks === 1 || place < scratch);
        expect(leaves.every((rank) => members[rank] === member)).toBe(true);
      }
      const all = sent.flatMap((places) => [...places]);
      expect(new Set(all).size).toBe(all.length);
      // A chunk's value for those that one owns, and every leaf of the others.
      const inBorders = borders.reduce(
        (sum, [first, end]) => sum + Math.min(end * REDUCTION_CHUNK, members.length) - first * REDUCTION_CHUNK,
        0,
      );
      expect(all.length).toBe(inBorders + own.flat().reduce((sum, [first, end]) => sum + end - first, 0));
    }),
    { numRuns: 50 },
  );
});
