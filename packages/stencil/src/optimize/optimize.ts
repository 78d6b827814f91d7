/**
 * @file The passes in their order. Constants first, since known indices make registers of arrays; calls that say the same are shared
 * before functions go in their place, where they would be no more alike; known coordinates make taps of look-ups. Then dead
 * code, since a local that one statement assigns is known to keep its value; what loops repeat, so that several copies of one
 * value stand beside each other when common values are shared; and what all these leave over.
 */

import { splitArrays } from '../language/split-arrays.ts';
import { shareCommon } from './common.ts';
import { dropDead } from './dead.ts';
import { foldConstants } from './fold.ts';
import { hoistInvariants } from './hoist.ts';
import { placeFunctions } from './inline.ts';
import { settleTaps } from '../reach/reach.ts';
import { eachBody } from './program.ts';
import type { Pass, Program } from './program.ts';

/** Arrays that only constants index become plain locals. */
const splitPass: Pass = eachBody((one) => splitArrays(one, one.kept));

/** Every pass by name, in the order in which they run. Taps may be `radius` voxels away. */
export function passes(radius: number): ReadonlyMap<string, Pass> {
  return new Map([
    ['fold constants', foldConstants],
    ['split arrays', splitPass],
    ['share common values', shareCommon],
    ['place functions', placeFunctions],
    ['fold again', foldConstants],
    ['settle taps', settleTaps(radius)],
    ['drop dead code', dropDead],
    ['hoist invariants', hoistInvariants],
    ['share again', shareCommon],
    ['drop what is left over', dropDead],
  ]);
}

/** The program after all passes. One that is debugged tells of what its text says, read by read, and is not for this. */
export function optimize(program: Program, radius: number = Infinity): Program {
  return [...passes(radius).values()].reduce((one, pass) => pass(one), program);
}
