/** @file How the active values of a grid are spread. */
import type { Grid } from '../grid.ts';

/** Counts of active values in bins of equal width. */
export interface Histogram {
  /** Lower end of the first bin and upper end of the last; the last bin holds its upper end too. */
  readonly min: number;
  readonly max: number;
  /** Voxels a bin, tiles with all their voxels. */
  readonly counts: Float64Array;
  /** Voxels below `min`, above `max`, and with a value that is no number. */
  readonly below: number;
  readonly above: number;
  readonly notANumber: number;
}

/** Counts the active values of one component in `bins` bins from `min` to `max` (by default the least and the greatest). */
export function histogram(
  grid: Grid,
  options: { readonly bins?: number; readonly min?: number; readonly max?: number; readonly component?: number } = {},
): Histogram {
  const { bins = 64, component = 0 } = options;
  if (!Number.isInteger(bins) || bins < 1) {
    throw new RangeError(
      `Cannot make histogram of grid "${grid.name}": ${bins} bins are asked for; give an integer from 1 on`,
    );
  }
  const range = options.min === undefined || options.max === undefined ? extent(grid, component) : { min: 0, max: 0 };
  const [min, max] = [options.min ?? range.min, options.max ?? range.max];
  const counts = new Float64Array(bins);
  let [below, above, notANumber] = [0, 0, 0];
  const scale = max > min ? bins / (max - min) : 0;
  const add = (value: number, weight: number): void => {
    if (Number.isNaN(value)) notANumber += weight;
    else if (value < min) below += weight;
    else if (value > max) above += weight;
    else counts[Math.min(bins - 1, Math.floor((value - min) * scale))]! += weight;
  };
  forEachActiveValue(grid, component, add);
  return { min, max, counts, below, above, notANumber };
}

function extent(grid: Grid, component: number): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity];
  forEachActiveValue(grid, component, (value) => {
    if (value < min) min = value;
    if (value > max) max = value;
  });
  return min <= max ? { min, max } : { min: 0, max: 0 };
}

function forEachActiveValue(grid: Grid, component: number, visit: (value: number, weight: number) => void): void {
  const { tree } = grid;
  const values = tree.values[component];
  const tileValues = tree.tileValues[component];
  if (values === undefined || tileValues === undefined) {
    const is = `it has ${tree.values.length} components`;
    throw new RangeError(
      `Cannot make histogram of grid "${grid.name}": ${is}, none numbered ${component}; give one of them`,
    );
  }
  const { masks } = tree.leaf;
  for (let w = 0; w < masks.length; w++) {
    for (let word = masks[w]!; word !== 0; word &= word - 1) {
      visit(Number(values[(w << 5) + 31 - Math.clz32(word & -word)]), 1);
    }
  }
  tree.forEachTile((span, _x, _y, _z, tile, active) => {
    if (active) visit(Number(tileValues[tile]), span ** 3);
  });
}
