/**
 * @file `Random(coord, seed)`: a number that hangs on nothing but its arguments, the same bits on every device. The hash is
 * O'Neill's PCG, output RXS-M-XS on 32 bits ("PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for
 * Random Number Generation", 2014), chained over seed, x, y and z as Jarzynski and Olano advise ("Hash Functions for GPU
 * Rendering", JCGT 9(3), 2020, nested hashes). Its upper 24 bits are a float in [0, 1), exactly.
 */

import { article } from './operators.ts';
import { wantCoordinate } from './reads.ts';
import type { Expression, Span } from '../ir.ts';
import { binary, convert, filled, swizzle } from './build.ts';
import type { Lowering } from './lowering.ts';

const uint = (value: number): Expression => filled('uint', value);

/** An argument with its place. */
interface Given {
  readonly value: Expression;
  readonly span: Span;
}

/** A float in [0, 1) of an ivec3 and an int or uint. */
export function randomOf(lowering: Lowering, given: Given, salt: Given): Expression {
  const coord = wantCoordinate(lowering, given.span, 'Random', given.value);
  const seed = salt.value;
  if (seed.type !== 'int' && seed.type !== 'uint') {
    const problem = `the seed of Random is an int or uint, and this is ${article(seed.type)}; give a whole number`;
    throw lowering.fail(salt.span, problem);
  }
  const place = coord.op === 'builtin' || coord.op === 'constant' ? coord : lowering.spill(coord);
  let hash = hashOf(lowering, convert('uint', seed));
  for (const axis of [0, 1, 2]) {
    const component = convert('uint', swizzle(place, [axis]));
    hash = hashOf(lowering, binary('+', component, hash));
  }
  const upper = convert('float', binary('>>', hash, uint(8)));
  return binary('*', upper, filled('float', 2 ** -24));
}

function hashOf(lowering: Lowering, input: Expression): Expression {
  const state = keep(lowering, binary('+', binary('*', input, uint(747796405)), uint(2891336453)));
  const shift = binary('+', binary('>>', state, uint(28)), uint(4));
  const word = keep(lowering, binary('*', binary('^', binary('>>', state, shift), state), uint(277803737)));
  return binary('^', binary('>>', word, uint(22)), word);
}

/** A value that is used twice stands in a local, a constant does not. */
function keep(lowering: Lowering, value: Expression): Expression {
  return value.op === 'constant' ? value : lowering.spill(value);
}
