/**
 * @file Where parts of a fused stencil are computed again: a part that reads at an offset what an earlier one writes takes
 * what that one makes of the voxel there, and so on, back to fields that no part writes.
 */
import type { Offset, Stencil } from '../ir.ts';
import { visitExpressions } from '../walk.ts';
import { asksFar } from './activities.ts';
import { fieldOf, further, isHere, ownReads, ownWrites, type Component } from './own-reads.ts';

/** A part, by its place, as the voxel `at` away runs it. */
export interface Again {
  readonly place: number;
  readonly at: Offset;
}

/** The furthest tap along each axis that the IR has. */
const MAX_REACH = 8;
/** The most voxels that parts are computed again for: the rule of worth refuses much less already. */
const MAX_AGAIN = 150;

/** The last of the parts before `place` that writes a component; −1 where none does. */
export function writerBefore(parts: readonly Stencil[], component: Component, place: number): number {
  return parts.findLastIndex((part, at) => at < place && ownWrites(part).has(component));
}

/** Every part that must be computed again somewhere, each place once; or why that can't be done, in words. */
export function computedAgain(parts: readonly Stencil[]): readonly Again[] | string {
  const around = parts.some((part, place) =>
    ownReads(part)
      .around.keys()
      .some((component) => writerBefore(parts, component, place) >= 0),
  );
  if (!around) return [];
  const found = new Map<string, Again>();
  const waiting: Again[] = parts.map((_, place) => ({ place, at: [0, 0, 0] }));
  while (waiting.length > 0) {
    const { place, at } = waiting.pop()!;
    const { own, around } = ownReads(parts[place]!);
    const reads = [...[...own].map((component) => [component, [[0, 0, 0] as Offset]] as const), ...around];
    for (const [component, offsets] of reads) {
      const writer = writerBefore(parts, component, place);
      for (const offset of offsets) {
        const there = further(at, offset);
        if (there.some((distance) => Math.abs(distance) > MAX_REACH)) {
          return `computed again, "${fieldOf(component)}" would be read ${Math.max(...there.map(Math.abs))} voxels away, and ${MAX_REACH} is the most`;
        }
        const key = `${writer} ${there.join(' ')}`;
        if (writer < 0 || isHere(there) || found.has(key)) continue;
        const reason = whyNotAgain(parts[writer]!, there);
        if (reason !== null) return reason;
        const again = { place: writer, at: there };
        found.set(key, again);
        waiting.push(again);
        if (found.size > MAX_AGAIN) return `more than ${MAX_AGAIN} voxels would be computed again for each`;
      }
    }
  }
  return [...found.values()];
}

/** Why a stencil can't be evaluated for the voxel `there` away; null where it can. */
function whyNotAgain(stencil: Stencil, there: Offset): string | null {
  const { name, body, functions, color } = stencil;
  if (color !== null) return `"${name}" runs on ${color} voxels, and isn't computed again for others`;
  let computes = false;
  visitExpressions(body, ({ op }) => (computes ||= op === 'gather' || op === 'sample'));
  let looks = false;
  for (const each of functions) {
    visitExpressions(each.body, (node) => {
      computes ||= node.op === 'gather' || node.op === 'sample';
      looks ||= node.op === 'tap' || node.op === 'isActive' || (node.op === 'builtin' && node.name === 'coord');
    });
  }
  if (computes) return `"${name}" reads at computed coordinates, and isn't computed again for others`;
  if (looks) return `"${name}" has a function that knows its voxel, and isn't computed again for others`;
  return asksFar(stencil, there)
    ? `"${name}" asks whether voxels far away are active, and isn't computed again for others`
    : null;
}
