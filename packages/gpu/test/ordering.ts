/** @file Whether barriers order two touches of one memory, by the rules of the specification (7.1 "Execution and Memory Dependencies"). */
import type { Usage } from '../src/access.ts';
import { accessMask, writesMemory } from '../src/convert.ts';

/** The two sides of a barrier. */
export interface Barrier {
  readonly before: readonly Usage[];
  readonly after: readonly Usage[];
}

const holds = (all: bigint, part: bigint): boolean => (part & ~all) === 0n;

/** Whether the barriers that were recorded between order the earlier touch before the later one, step by step. */
export function isOrdered(earlier: Usage, later: Usage, between: readonly Barrier[]): boolean {
  const [first, second] = [accessMask([earlier]), accessMask([later])];
  let [stages, available] = [first.stages, !writesMemory(earlier)];
  const visible: (typeof first)[] = [];
  for (const { before, after } of between) {
    const [from, to] = [accessMask(before), accessMask(after)];
    const meets = stages === first.stages ? holds(from.stages, stages) : (from.stages & stages) !== 0n;
    if (!meets) continue;
    available ||= holds(from.stages, first.stages) && holds(from.accesses, first.accesses);
    stages |= to.stages;
    if (available) visible.push(to);
  }
  return visible.some(
    (to) => holds(to.stages, second.stages) && (!writesMemory(earlier) || holds(to.accesses, second.accesses)),
  );
}
