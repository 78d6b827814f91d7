/**
 * @file Statistics of the active values. Means and deviations are reckoned in float64 with Welford's running update
 * (Welford 1962) and the pairwise merge of Chan, Golub and LeVeque (1979), tiles weighted by their voxels.
 * Vectors have no order: their min and max are those of least and greatest length, as in NanoVDB; their mean is by component.
 */
import type { Tree } from './tree.ts';

/** Statistics of active values. `min`, `max` and `mean` have one number a component and are zero when `count` is 0. */
export interface Statistics {
  /** Number of active voxels. */
  readonly count: number;
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly mean: readonly number[];
  /** Root of the mean squared distance from the mean (population). */
  readonly deviation: number;
}

/** Reckons the statistics of a tree's active voxels and tiles. */
export function computeStatistics(tree: Tree): Statistics {
  const { values, tileValues } = tree;
  const components = tileValues.length;
  const zeros = (): number[] => Array.from({ length: components }, () => 0);
  const [min, max, mean, value] = [zeros(), zeros(), zeros(), zeros()];
  let [count, aux, least, greatest] = [0, 0, Infinity, -Infinity];
  const add = (weight: number): void => {
    let size = 0;
    if (components === 1) size = value[0]!;
    else for (let c = 0; c < components; c++) size += value[c]! * value[c]!;
    if (size < least) {
      least = size;
      for (let c = 0; c < components; c++) min[c] = value[c]!;
    }
    if (size > greatest) {
      greatest = size;
      for (let c = 0; c < components; c++) max[c] = value[c]!;
    }
    const scale = weight / (count + weight);
    for (let c = 0; c < components; c++) {
      const delta = value[c]! - mean[c]!;
      mean[c]! += delta * scale;
      aux += delta * delta * count * scale;
    }
    count += weight;
  };
  const { masks } = tree.leaf;
  for (let w = 0; w < masks.length; w++) {
    let word = masks[w]!;
    while (word !== 0) {
      const at = (w << 5) + 31 - Math.clz32(word & -word);
      for (let c = 0; c < components; c++) value[c] = Number(values[c]![at]);
      add(1);
      word &= word - 1;
    }
  }
  tree.forEachTile((span, _x, _y, _z, tile, active) => {
    if (!active) return;
    for (let c = 0; c < components; c++) value[c] = Number(tileValues[c]![tile]);
    add(span ** 3);
  });
  return { count, min, max, mean, deviation: count === 0 ? 0 : Math.sqrt(aux / count) };
}
