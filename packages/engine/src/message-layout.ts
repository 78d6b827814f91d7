/**
 * @file Where everything stands in the messages between members: one message for each pair, with a place for every list that may
 * travel. A message carries those that are wanted at the moment; places never change, so nothing is recorded anew.
 */
import type { ComponentExchange } from './halo-lists.ts';

/** Words that travel from one place to another. */
export interface Parcel {
  /** What it belongs to: a component, or a reduction. */
  readonly name: string;
  /** Members. */
  readonly from: number;
  readonly to: number;
  /** Subdomains, for a component's words. */
  readonly pair: readonly [from: number, to: number] | null;
  /** Words of the source's and of the target's arrays. */
  readonly sources: Uint32Array<ArrayBuffer>;
  readonly targets: Uint32Array<ArrayBuffer>;
  /** First word in the message. */
  readonly offset: number;
}

/** All parcels, and the messages that they make up. */
export interface MessageLayout {
  readonly parcels: readonly Parcel[];
  /** Words of the message from a member to another; every pair that has anything to say in one direction has both. */
  readonly words: ReadonlyMap<string, number>;
}

/** The key of a pair of members in `words`. */
export function linkKey(from: number, to: number): string {
  return `${from} → ${to}`;
}

/** A reduction's share: what each member sends to all others. */
export interface SumShare {
  readonly name: string;
  /** By member. */
  readonly sent: readonly Uint32Array<ArrayBuffer>[];
}

/** Lays out the messages; `memberOf` tells a subdomain's member. */
export function layoutMessages(
  components: readonly ComponentExchange[],
  sums: readonly SumShare[],
  memberOf: (subdomain: number) => number,
): MessageLayout {
  const parcels: Parcel[] = [];
  const words = new Map<string, number>();
  const add = (parcel: Omit<Parcel, 'offset'>): void => {
    const key = linkKey(parcel.from, parcel.to);
    const offset = words.get(key) ?? 0;
    parcels.push({ ...parcel, offset });
    // Each begins on 16 bytes, so that kernels move four words at once.
    words.set(key, offset + 4 * Math.ceil(parcel.sources.length / 4));
    const back = linkKey(parcel.to, parcel.from);
    if (!words.has(back)) words.set(back, 0);
  };
  for (const { name, pairs } of components) {
    for (const { from, to, sources, targets } of pairs) {
      const [sender, receiver] = [memberOf(from), memberOf(to)];
      if (sender !== receiver) add({ name, from: sender, to: receiver, pair: [from, to], sources, targets });
    }
  }
  for (const { name, sent } of sums) {
    for (const [from, list] of sent.entries()) {
      for (let to = 0; to < sent.length; to++) {
        if (to !== from) add({ name, from, to, pair: null, sources: list, targets: list });
      }
    }
  }
  return { parcels, words };
}
