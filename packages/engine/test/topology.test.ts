import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { coarsenTopology } from '../src/coarsen.ts';
import { compareMorton, mortonOrder } from '../src/morton.ts';
import { LeafIndex } from '../src/leaf-index.ts';
import {
  activeBoundsOf,
  activeVoxelsOf,
  boxTopology,
  leafBoundsOf,
  sortTopology,
  type Topology,
} from '../src/topology.ts';

/** Interleaved bits of three small non-negative numbers, x first. */
function key(x: number, y: number, z: number): bigint {
  let result = 0n;
  for (let bit = 28; bit >= 0; bit--) {
    for (const value of [x, y, z]) result = (result << 1n) | BigInt((value >> bit) & 1);
  }
  return result;
}

const bit = (mask: Uint32Array, at: number, n: number): number => (mask[at + (n >> 5)]! >>> (n & 31)) & 1;

/** The active voxels as strings. */
function voxels(topology: Topology): Set<string> {
  const all = new Set<string>();
  for (let leaf = 0; leaf < topology.origins.length / 3; leaf++) {
    const [i, j, k] = topology.origins.subarray(3 * leaf, 3 * leaf + 3);
    for (let n = 0; n < 512; n++) {
      if (bit(topology.masks, 16 * leaf, n)) all.add([i! + (n >> 6), j! + ((n >> 3) & 7), k! + (n & 7)].join());
    }
  }
  return all;
}

const coordinate = fc.integer({ min: -3, max: 3 });
const leaf = fc.tuple(coordinate, coordinate, coordinate);
const randomTopology = fc
  .tuple(fc.uniqueArray(leaf, { selector: String, minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat(0xffffffff)))
  .map(([leaves, words]) => {
    const origins = Int32Array.from(leaves.flat().map((value) => 8 * value));
    return { origins, masks: Uint32Array.from({ length: 16 * leaves.length }, () => words.next().value! as number) };
  });

describe('Morton order', () => {
  test('agrees with interleaved keys', () => {
    const part = fc.integer({ min: 0, max: 2 ** 28 - 1 });
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (a, b) => {
        const naive = key(...a) < key(...b) ? -1 : key(...a) > key(...b) ? 1 : 0;
        expect(Math.sign(compareMorton(...a, ...b))).toBe(naive);
      }),
    );
  });

  test('puts the octants of a box in order, x first', () => {
    const origins = Int32Array.of(8, 8, 8, 0, 0, 8, 8, 0, 0, 0, 8, 0, -8, 0, 0, 0, 0, 0);
    expect([...mortonOrder(origins)]).toEqual([4, 5, 1, 3, 2, 0]);
  });
});

describe('a box', () => {
  test('is half-open, and its leaves are whole where it covers them', () => {
    const box = boxTopology({ min: [-1, 0, 0], max: [9, 8, 3] });
    expect([...box.origins]).toEqual([-8, 0, 0, 0, 0, 0, 8, 0, 0]);
    expect(activeVoxelsOf(box)).toBe(10 * 8 * 3);
    expect(activeBoundsOf(box)).toEqual({ min: [-1, 0, 0], max: [8, 7, 2] });
    expect(leafBoundsOf(box)).toEqual({ min: [-8, 0, 0], max: [15, 7, 7] });
  });

  test('that is empty has no leaf and no bounds', () => {
    const box = boxTopology({ min: [4, 4, 4], max: [4, 4, 4] });
    expect(box.origins.length).toBe(0);
    expect(activeBoundsOf(box)).toBeNull();
  });
});

describe('a leaf index', () => {
  test('finds each leaf, and nothing where there is none', () => {
    fc.assert(
      fc.property(randomTopology, leaf, (topology, [x, y, z]) => {
        const index = new LeafIndex(topology.origins);
        const all = [...topology.origins].map((value) => value / 8);
        const naive = all.findIndex((_, at) => at % 3 === 0 && all[at] === x && all[at + 1] === y && all[at + 2] === z);
        expect(index.find(x, y, z)).toBe(naive < 0 ? -1 : naive / 3);
      }),
    );
  });
});

describe('coarsening', () => {
  test('makes a coarse voxel active where any of its eight is', () => {
    fc.assert(
      fc.property(randomTopology, (topology) => {
        const naive = new Set(
          [...voxels(topology)].map((name) =>
            name
              .split(',')
              .map((v) => Number(v) >> 1)
              .join(),
          ),
        );
        expect(voxels(coarsenTopology(topology))).toEqual(naive);
      }),
    );
  });

  test('leaves the leaves in Morton order, each once', () => {
    fc.assert(
      fc.property(randomTopology, (topology) => {
        const coarse = coarsenTopology(topology);
        expect([...mortonOrder(coarse.origins)]).toEqual([...Array(coarse.origins.length / 3).keys()]);
      }),
    );
  });
});

test('sorting drops leaves without an active voxel', () => {
  const masks = new Uint32Array(32);
  masks[16] = 1;
  expect([...sortTopology({ origins: Int32Array.of(0, 0, 0, -8, 0, 0), masks }).origins]).toEqual([-8, 0, 0]);
});
