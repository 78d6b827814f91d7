/** @file How far two rows of numbers are apart, with the place where they are farthest. */

/** The largest difference of two rows: `index` is −1 where they are equal. A NaN on one side only is infinitely far. */
export interface Difference {
  readonly absolute: number;
  readonly index: number;
  readonly actual: number;
  readonly expected: number;
}

/** The largest absolute difference between two rows of one length. */
export function maxDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  checkLengths(actual, expected);
  let worst: Difference = { absolute: 0, index: -1, actual: 0, expected: 0 };
  for (let index = 0; index < actual.length; index++) {
    const [a, b] = [actual[index]!, expected[index]!];
    const absolute = Object.is(a, b) || a === b ? 0 : Number.isNaN(a) || Number.isNaN(b) ? Infinity : Math.abs(a - b);
    if (absolute > worst.absolute) worst = { absolute, index, actual: a, expected: b };
  }
  return worst;
}

/** √(Σ(a−b)²/n) of two rows of one length. */
export function rootMeanSquare(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  checkLengths(actual, expected);
  let sum = 0;
  for (let index = 0; index < actual.length; index++) sum += (actual[index]! - expected[index]!) ** 2;
  return actual.length === 0 ? 0 : Math.sqrt(sum / actual.length);
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** How many float32 lie between two numbers (both rounded to float32 first); 0 for equal ones, −0 and +0 included, and for two NaN. */
export function ulpsBetween(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity;
  return Math.abs(ordered(a) - ordered(b));
}

/** Throws with the farthest place unless every pair is within `absolute`, or within `relative` of the expected value. */
export function closeTo(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: { readonly absolute?: number; readonly relative?: number },
): void {
  checkLengths(actual, expected);
  const { absolute = 0, relative = 0 } = tolerance;
  let worst = { excess: 0, index: -1 };
  for (let index = 0; index < actual.length; index++) {
    const [a, b] = [actual[index]!, expected[index]!];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const excess = Math.abs(a - b) - Math.max(absolute, relative * Math.abs(b));
    if (excess > worst.excess || Number.isNaN(excess))
      worst = { excess: Number.isNaN(excess) ? Infinity : excess, index };
  }
  if (worst.index < 0) return;
  throw new Error(
    `Cannot accept the row: at ${worst.index} it is ${actual[worst.index]}, not ${expected[worst.index]} ` +
      `(allowed: ${absolute} absolute, ${relative} relative)`,
  );
}

/** Float32 bits as an integer that grows with the number. */
function ordered(value: number): number {
  float[0] = value;
  const word = bits[0]!;
  return word < 0 ? -(word & 0x7fffffff) : word;
}

function checkLengths(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  if (actual.length === expected.length) return;
  throw new RangeError(`Cannot compare rows: one has ${actual.length} numbers, the other ${expected.length}`);
}
