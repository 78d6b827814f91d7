/**
 * @file Quantised leaves (Fp4, Fp8, Fp16, FpN): value = code · quantum + least, over all 512 voxels of a leaf.
 *
 * A code is trunc((v − min) · (2ᵇ − 1) / (max − min) + ½) as upstream reckons it. With dither the ½ becomes a number from 0 to 1
 * that changes from voxel to voxel, so that a smooth slope does not turn into steps; the error may then be a whole quantum.
 * FpN takes the least b of 1, 2, 4, 8, 16 bits whose decoded values all lie within the tolerance.
 */
import type { Grid } from './grid.ts';

/** How values are quantised. */
export interface Quantize {
  /**
   * Greatest error of an FpN value, absolute, in the unit of the values: each leaf takes as few bits as hold it, 16 at most
   * (an error of 1/131070 of the leaf's range). By default as upstream: a thirtieth of a level set's background, 0.01 in fog, else 0.
   */
  readonly tolerance: number | undefined;
  /** Whether rounding is dithered, the same way each time. */
  readonly dither: boolean;
}

/** No tolerance of its own, no dither. */
export const QUANTIZE_DEFAULTS: Quantize = Object.freeze({ tolerance: undefined, dither: false });

/** Codes of one leaf, and what turns them into values. */
export interface LeafCodes {
  readonly min: number;
  readonly quantum: number;
  readonly codes: Uint16Array;
}

/** Least and greatest of the 512 values of a leaf; 0 and 0 where none is a number. */
export function leafRange(values: Float32Array, leaf: number): readonly [min: number, max: number] {
  let [min, max] = [Infinity, -Infinity];
  for (let n = 512 * leaf; n < 512 * leaf + 512; n++) {
    const v = values[n]!;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return min > max ? [0, 0] : [min, max];
}

const codes = new Uint16Array(512);

/** The codes of one leaf; the array is used again by the next call. */
export function encodeCodes(
  values: Float32Array,
  leaf: number,
  {
    bits,
    range,
    dither,
  }: { readonly bits: number; readonly range: readonly [number, number]; readonly dither: boolean },
): LeafCodes {
  const [min, max] = range;
  const levels = 2 ** bits - 1;
  const round = bits === 16 ? (v: number): number => v : Math.fround;
  const quantum = Math.fround(Math.fround(max - min) / levels);
  const encode = max > min ? round(levels / round(max - min)) : 0;
  for (let n = 0; n < 512; n++) {
    const half = dither ? ditherAt(n) : 0.5;
    const code = Math.trunc(round(round(encode * round(values[512 * leaf + n]! - min)) + half));
    codes[n] = code > 0 ? Math.min(levels, code) : 0;
  }
  return { min, quantum, codes };
}

/**
 * A number in (0, 1) for voxel n of a leaf, evenly spread in space: the additive recurrence in three dimensions
 * (M. Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018).
 */
function ditherAt(n: number): number {
  const sum = 0.5 + (n >> 6) * 0.8191725133961645 + ((n >> 3) & 7) * 0.6710436067037893 + (n & 7) * 0.5497004779019703;
  return sum - Math.floor(sum);
}

/** The tolerance of an FpN grid. */
function toleranceOf(grid: Grid, { tolerance }: Quantize): number {
  if (tolerance !== undefined) {
    if (tolerance >= 0) return tolerance;
    throw new RangeError(
      `Cannot write grid "${grid.name}" to .nvdb: its tolerance is ${tolerance}; give 0 or more, in the unit of its values`,
    );
  }
  if (grid.gridClass === 'level set') return Math.abs(Number(grid.background[0])) / 30;
  return grid.gridClass === 'fog volume' ? 0.01 : 0;
}

/** Where each leaf of an FpN grid ends, from the start of the first: 96 bytes and 64 a bit. */
export function fpnLeafEnds(grid: Grid, quantize: Quantize): Float64Array {
  const tolerance = toleranceOf(grid, quantize);
  const values = grid.tree.values[0] as Float32Array;
  const ends = new Float64Array(grid.tree.leaf.count);
  let end = 0;
  for (let leaf = 0; leaf < ends.length; leaf++) {
    end += 96 + 64 * bitsFor(values, leaf, { tolerance, dither: quantize.dither });
    ends[leaf] = end;
  }
  return ends;
}

function bitsFor(
  values: Float32Array,
  leaf: number,
  { tolerance, dither }: { readonly tolerance: number; readonly dither: boolean },
): number {
  const range = leafRange(values, leaf);
  if (range[0] === range[1]) return 1;
  for (let bits = 1; bits < 16; bits *= 2) {
    const { min, quantum, codes: found } = encodeCodes(values, leaf, { bits, range, dither });
    let n = 0;
    while (
      n < 512 &&
      Math.abs(Math.fround(Math.fround(found[n]! * quantum) + min) - values[512 * leaf + n]!) <= tolerance
    ) {
      n++;
    }
    if (n === 512) return bits;
  }
  return 16;
}
