/**
 * @file Which radius stencils share that run as one: that of those whose computed reads may go beyond their own. Reads that stay
 * within their radius must stay within that one too, since shaders hold what doesn't.
 */
import type { Stencil } from '../ir.ts';
import { nearReads } from '../reach/held.ts';
import { reachOfGathers } from '../reach/reach.ts';
import { visitExpressions } from '../walk.ts';
import { keptAnswer } from './kept-answer.ts';

const boxesOf = keptAnswer(reachOfGathers);
const nearOf = keptAnswer((stencil) => nearReads(stencil, undefined, boxesOf(stencil)));

/** Whether a stencil has computed reads that may go beyond its radius, or beyond the halo where it has none: shaders hold those. */
export const exceedsRadius: (stencil: Stencil) => boolean = keptAnswer((stencil) => {
  const near = nearOf(stencil);
  let exceeds = false;
  for (const each of [stencil.body, ...stencil.functions.map((one) => one.body)]) {
    visitExpressions(each, (node) => {
      exceeds ||= node.op === 'sample' || (node.op === 'gather' && !near.has(node));
    });
  }
  return exceeds;
});

/** The radius of parts that can run as one; null where nobody gave one that matters. */
export function sharedRadius(parts: readonly Stencil[]): number | null {
  return parts.find(exceedsRadius)?.neighborRadius ?? null;
}

/** Why parts share no radius; null where they do. */
export function whyNoSharedRadius(parts: readonly Stencil[]): string | null {
  const held = parts.filter(exceedsRadius);
  const one = held[0];
  if (one === undefined) return null;
  const other = held.find(({ neighborRadius }) => neighborRadius !== one.neighborRadius);
  if (other !== undefined) return `"${one.name}" and "${other.name}" have different radii`;
  const radius = one.neighborRadius ?? Infinity;
  const farther = parts.find((part) => !nearOf(part).isSubsetOf(nearReads(part, radius, boxesOf(part))));
  return farther === undefined
    ? null
    : `"${farther.name}" reads further than ${radius} ${radius === 1 ? 'voxel' : 'voxels'}, which "${one.name}" is held within`;
}
