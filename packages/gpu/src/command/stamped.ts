/**
 * @file Which queries recordings write: each may be written once after each time that it was made unset, within a recording and
 * from submit to submit.
 */

import { VulkanError } from '../errors.ts';
import type { Submittable } from './command-buffer.ts';
import type { QueryPool } from './query-pool.ts';

/** What a recording does to the queries of one pool. */
export class Stamped {
  /** Those that it writes and that it doesn't make unset before. */
  readonly first: Set<number> = new Set();
  /** Those that it writes behind the last time that it makes all unset; undefined where it never does. */
  since: Set<number> | undefined;

  /** Makes all unset. */
  reset(): void {
    this.since = new Set();
  }

  /** Writes one; false where it is written already. */
  write(index: number): boolean {
    const written = this.since ?? this.first;
    if (written.has(index)) return false;
    written.add(index);
    return true;
  }

  /** Does what another recording does; the query that is written already, if one is. */
  execute({ first, since }: Stamped): number | undefined {
    for (const index of first) if (!this.write(index)) return index;
    if (since) this.since = new Set(since);
    return undefined;
  }
}

/** What a recording does to the queries of each pool that it writes, or makes unset. */
export type StampedPools = ReadonlyMap<QueryPool, Stamped>;

/**
 * Throws where commands that are about to be submitted write queries that those before them wrote; gives what notes that they were.
 * `stamped` are those, in order, that write any, or make them unset. `held` tells whether they wait for what nobody was told to signal
 * yet: then resets that are submitted later may run before them, and nothing is known. Takes time for what the commands write alone,
 * however many queries were written before: they go by hundreds, in each step.
 */
export function checkStamps(stamped: readonly Submittable[], held: () => boolean): () => void {
  const made = new Map<QueryPool, Stamped>();
  let isHeld: boolean | undefined;
  for (const { label, stamped: pools } of stamped) {
    for (const [pool, { first, since }] of pools ?? []) {
      let all = made.get(pool);
      if (all === undefined) made.set(pool, (all = new Stamped()));
      for (const index of first) {
        const before = all.since === undefined && pool.written.has(index);
        if (all.write(index) && !before) continue;
        if (!(isHeld ??= held())) throw writtenTwice(label, pool, index);
      }
      if (since) all.since = new Set(since);
    }
  }
  return () => {
    for (const [pool, { first, since }] of made) {
      if (since) pool.written = since;
      else for (const index of first) pool.written.add(index);
    }
  };
}

function writtenTwice(label: string, pool: QueryPool, index: number): VulkanError {
  return new VulkanError(
    `Cannot submit "${label}": it writes timestamp ${index} of query pool "${pool.label}", which was written since it was made unset; record encoder.resetQueries before`,
    { kind: 'execution', labels: [label, pool.label] },
  );
}
