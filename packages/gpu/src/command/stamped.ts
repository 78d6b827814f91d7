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
 * Throws where submits that are about to be made write queries that those before them wrote; else gives what notes that they were
 * made, if anything. `held` tells whether they wait for what nobody was told to signal yet: then resets that are submitted later may
 * run before them, and nothing is known.
 */
export function checkStamps(
  batches: readonly { readonly commands: readonly Submittable[] }[],
  held: () => boolean,
): (() => void) | undefined {
  let after: Map<QueryPool, ReadonlySet<number>> | undefined;
  for (const { commands } of batches) {
    for (const { label, stamped } of commands) {
      if (!stamped) continue;
      after ??= new Map();
      for (const [pool, { first, since }] of stamped) {
        const written = after.get(pool) ?? pool.written;
        const twice = [...first].find((index) => written.has(index));
        if (twice !== undefined && !held()) throw writtenTwice(label, pool, twice);
        after.set(pool, since ?? new Set([...written, ...first]));
      }
    }
  }
  if (after === undefined) return undefined;
  const known = after;
  return () => {
    for (const [pool, written] of known) pool.written = written;
  };
}

function writtenTwice(label: string, pool: QueryPool, index: number): VulkanError {
  return new VulkanError(
    `Cannot submit "${label}": it writes timestamp ${index} of query pool "${pool.label}", which was written since it was made unset; record encoder.resetQueries before`,
    { kind: 'execution', labels: [label, pool.label] },
  );
}
