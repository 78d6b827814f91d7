/** Grids that the tests render: boxes, balls, and a plume that no solver made. */
import { GridMap, denseBoxTopology, gridFromLeaves } from '@halocline/vdb';
import type { Grid, Topology } from '@halocline/vdb';

/** A float grid of a function of index coordinates over a topology; inactive voxels are 0. */
export function gridOf(
  name: string,
  topology: Topology,
  value: (i: number, j: number, k: number) => number,
  map: GridMap = GridMap.scale(1),
): Grid {
  const { origins, masks } = topology;
  const values = new Float32Array((origins.length / 3) * 512);
  for (let leaf = 0; leaf * 3 < origins.length; leaf += 1) {
    for (let n = 0; n < 512; n += 1) {
      if (((masks[leaf * 16 + (n >> 5)]! >>> (n & 31)) & 1) === 0) continue;
      const [i, j, k] = [origins[leaf * 3]!, origins[leaf * 3 + 1]!, origins[leaf * 3 + 2]!];
      values[leaf * 512 + n] = value(i + (n >> 6), j + ((n >> 3) & 7), k + (n & 7));
    }
  }
  return gridFromLeaves({ name, type: 'float', map, background: [0], origins, masks, values: [values] });
}

/** A box of voxels, both ends inclusive, with a value in each. */
export function boxGrid(
  name: string,
  min: readonly [number, number, number],
  max: readonly [number, number, number],
  value: (i: number, j: number, k: number) => number,
  map?: GridMap,
): Grid {
  return gridOf(name, denseBoxTopology({ min, max }), value, map);
}

function hash(i: number, j: number, k: number): number {
  let h = Math.imul(i, 374761393) ^ Math.imul(j, 668265263) ^ Math.imul(k, 2147483647);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** Value noise, −1 … 1. */
function noise(x: number, y: number, z: number): number {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const fade = (t: number): number => t * t * t * (t * (6 * t - 15) + 10);
  const [u, v, w] = [fade(x - i), fade(y - j), fade(z - k)];
  let sum = 0;
  for (let corner = 0; corner < 8; corner += 1) {
    const [a, b, c] = [corner >> 2, (corner >> 1) & 1, corner & 1];
    sum += hash(i + a, j + b, k + c) * (a ? u : 1 - u) * (b ? v : 1 - v) * (c ? w : 1 - w);
  }
  return 2 * sum - 1;
}

function turbulence(x: number, y: number, z: number, octaves: number): number {
  let [sum, height, scale] = [0, 1, 1];
  for (let octave = 0; octave < octaves; octave += 1) {
    sum += height * noise(x * scale + 17 * octave, y * scale, z * scale - 31 * octave);
    height *= 0.55;
    scale *= 2.1;
  }
  return sum;
}

/** Density (0 … 1.2) of a plume in a box of 64·s × 128·s × 64·s voxels that rises from below and parts around a ball. */
function plumeDensity(size: number, time = 0): (i: number, j: number, k: number) => number {
  return (i, j, k) => {
    const [x, y, z] = [i / size - 32, j / size, k / size - 32];
    const swirl = (turbulence(x / 26, y / 26 - time, z / 26, 3) * y) / 10;
    const wave = (turbulence(x / 24 + 50, y / 26 - time, z / 24, 3) * y) / 10;
    const away = Math.hypot(x, y - 56, z);
    const part = 13 * Math.exp(-(((away - 14) / 9) ** 2));
    const radius = 5.5 + y * 0.13 + part;
    const distance = Math.hypot(x + swirl, z + wave) - radius;
    const crinkle = 4.5 * turbulence(x / 7, y / 7 - 3 * time, z / 7, 4) * Math.min(1, y / 16 + 0.3);
    const edge = Math.min(1, Math.max(0, 0.4 - (distance + crinkle) / 7));
    const cap = Math.hypot(x + swirl, z + wave) ** 2 / 40;
    const top = Math.min(1, Math.max(0, (112 - cap + 1.5 * crinkle - y) / 10));
    return away < 14 || y < 3 ? 0 : edge * edge * (3 - 2 * edge) * top * (1.1 - 0.006 * y);
  };
}

/** The plume as a grid; `time` moves its billows. */
export function plumeGrid(size = 1, time = 0): Grid {
  const max = [64 * size - 1, 128 * size - 1, 64 * size - 1] as const;
  return boxGrid('density', [0, 0, 0], max, plumeDensity(size, time), GridMap.scale(0.01 / size));
}
