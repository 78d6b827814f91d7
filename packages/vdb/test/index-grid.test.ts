import { describe, expect, test } from 'vitest';
import {
  coordinatesTopology,
  fogSphere,
  GridMap,
  indexGrid,
  readGrids,
  sphereTopology,
  toOnIndex,
  writeNanoVdb,
} from '@halocline/vdb';

/** Looks a voxel up as a shader does: root tiles one by one, then upper, lower, leaf; null where there is no leaf. */
function lookUp(bytes: Uint8Array, i: number, j: number, k: number): number | null {
  const u32 = new Uint32Array(bytes.buffer);
  const root = 736;
  const tiles = u32[(root + 24) / 4]!;
  const [low, high] = [((k >>> 12) | ((j >>> 12) << 21)) >>> 0, (((j >>> 12) >>> 11) | ((i >>> 12) << 10)) >>> 0];
  for (let t = 0; t < tiles; t++) {
    const tile = (832 + 32 * t) / 4;
    if (u32[tile] !== low || u32[tile + 1] !== high) continue;
    const upper = root + u32[tile + 2]!;
    const un = (((i >> 7) & 31) << 10) | (((j >> 7) & 31) << 5) | ((k >> 7) & 31);
    if (((u32[(upper + 4128) / 4 + (un >> 5)]! >>> (un & 31)) & 1) === 0) return null;
    const lower = upper + u32[(upper + 8256) / 4 + 2 * un]!;
    const ln = (((i >> 3) & 15) << 8) | (((j >> 3) & 15) << 4) | ((k >> 3) & 15);
    if (((u32[(lower + 544) / 4 + (ln >> 5)]! >>> (ln & 31)) & 1) === 0) return null;
    const leaf = lower + u32[(lower + 1088) / 4 + 2 * ln]!;
    return u32[(leaf + 80) / 4]!;
  }
  return null;
}

describe('index grids', () => {
  test('every leaf is found in the bytes with the word that the caller gave, wherever it stands', () => {
    const far = 2 ** 31 - 1;
    const { origins, masks } = coordinatesTopology(
      Int32Array.of(far, far, far, -far - 1, 0, 0, 0, 0, -1, 5, 6, 7, 300, -200, 100, 0, 0, 1),
    );
    const bytes = indexGrid({
      name: 'look-up',
      map: GridMap.scale(0.5),
      origins,
      masks,
      offsets: (leaf) => 512 * (leaf + 7),
    });
    for (let l = 0; l < origins.length / 3; l++) {
      expect(lookUp(bytes, origins[3 * l]! + 3, origins[3 * l + 1]! + 7, origins[3 * l + 2]!)).toBe(512 * (l + 7));
    }
    expect(lookUp(bytes, 8, 0, 0)).toBe(null);
    expect(lookUp(bytes, 100_000, 0, 0)).toBe(null);
  });

  test('leaves given in another order keep their own words', () => {
    const { origins, masks } = sphereTopology([0, 0, 0], 20);
    const count = origins.length / 3;
    const turned = { origins: new Int32Array(origins.length), masks: new Uint32Array(masks.length) };
    for (let l = 0; l < count; l++) {
      turned.origins.set(origins.subarray(3 * l, 3 * l + 3), 3 * (count - 1 - l));
      turned.masks.set(masks.subarray(16 * l, 16 * l + 16), 16 * (count - 1 - l));
    }
    const straight = indexGrid({ name: 'g', map: GridMap.scale(1), origins, masks, offsets: (leaf) => 512 * leaf });
    const back = indexGrid({
      name: 'g',
      map: GridMap.scale(1),
      ...turned,
      offsets: (leaf) => 512 * (count - 1 - leaf),
    });
    expect(back).toEqual(straight);
  });

  test('the bytes are a grid that reads back, with root at 736 and whole checksum', () => {
    const { origins, masks } = sphereTopology([1, 2, 3], 12);
    const [grid] = readGrids(
      indexGrid({ name: 'g', map: GridMap.scale(1), origins, masks, offsets: (leaf) => 512 * (leaf + 1) }),
    );
    expect([grid!.type, grid!.gridClass, grid!.checksum]).toEqual(['index', 'index grid', 'ok']);
    expect(grid!.tree.leaf.origins).toEqual(origins);
    expect(grid!.get(origins[3]! + 1, origins[4]!, origins[5]! + 2)).toBe(1024 + 66);
  });

  test('offsets that are no numbers of slots are refused', () => {
    const { origins, masks } = sphereTopology([0, 0, 0], 3);
    expect(() => indexGrid({ name: 'g', map: GridMap.scale(1), origins, masks, offsets: () => -1 })).toThrow(
      'Cannot make index grid "g": the offset of leaf 0 is -1; give integers from 0 to 2^53',
    );
  });

  test('an OnIndex grid numbers tiles, then voxels, and its channel holds their values', () => {
    const fog = fogSphere([0, 0, 0], 40);
    const [index] = readGrids(writeNanoVdb([toOnIndex(fog, { channel: true })], { codec: 'zip' }));
    const [channel] = index!.channels;
    const values = new Float32Array(channel!.bytes.buffer, channel!.bytes.byteOffset, channel!.count);
    expect(channel!.count).toBe(1 + fog.tree.tileCounts[0] + fog.tree.leafVoxelCount);
    expect(values[0]).toBe(0);
    for (let i = -45; i <= 45; i += 3) {
      const number = index!.get(i, i >> 1, -3) as number;
      expect(values[number]).toBe(fog.get(i, i >> 1, -3));
      expect(number > 0).toBe(fog.isActive(i, i >> 1, -3));
    }
  });
});
