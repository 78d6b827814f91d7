/**
 * @file Exchange lists: which values travel from one subdomain to another, and where they go. Both sides list the same voxels in
 * the same order (leaf rank ascending, z fastest), so a message is the bare values; each side's list says where a
 * value lies in its own arrays, `512 · slot + voxel`.
 */
import type { Ghosts } from './ghosts.ts';
import { popCount } from '../topology.ts';

/** What one subdomain sends another. */
export interface Exchange {
  readonly from: number;
  readonly to: number;
  /** Elements of the sender's arrays, in the message's order. */
  readonly sources: Uint32Array<ArrayBuffer>;
  /** Elements of the receiver's arrays, in the same order. */
  readonly targets: Uint32Array<ArrayBuffer>;
}

/** A subdomain's leaf rank → slot; ranks that it doesn't hold have none. */
export type SlotOf = (rank: number) => number;

/**
 * The messages that fill the ghosts of every subdomain: one for each pair that has something to say, by sender and then
 * receiver. `ghosts` and `slots` are by subdomain.
 */
export function listExchanges(owners: Uint32Array, ghosts: readonly Ghosts[], slots: readonly SlotOf[]): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const [to, { ranks, masks }] of ghosts.entries()) {
    const senders = new Set(Array.from(ranks, (rank) => owners[rank]!));
    for (const from of senders) {
      const places = Array.from(ranks.keys()).filter((at) => owners[ranks[at]!] === from);
      const words = places.flatMap((at) => [...masks.subarray(16 * at, 16 * at + 16)]);
      const voxels = words.reduce((sum, word) => sum + popCount(word), 0);
      if (voxels === 0) continue;
      const sources = new Uint32Array(voxels);
      const targets = new Uint32Array(voxels);
      let next = 0;
      for (const at of places) {
        const rank = ranks[at]!;
        const [source, target] = [512 * slots[from]!(rank), 512 * slots[to]!(rank)];
        for (let bit = 0; bit < 512; bit++) {
          if (((masks[16 * at + (bit >> 5)]! >>> (bit & 31)) & 1) === 0) continue;
          sources[next] = source + bit;
          targets[next++] = target + bit;
        }
      }
      exchanges.push({ from, to, sources, targets });
    }
  }
  return exchanges.sort((a, b) => a.from - b.from || a.to - b.to);
}
