/**
 * @file The exchange lists of a decomposition in 32-bit words, and where each of them stands in the messages between members.
 * Lists depend on the level, on the bytes of an element, on how a component is read and on whether its inactive voxels
 * change: components that agree share them, and they are kept with the cut (`cut/kept-cut.ts`).
 *
 * A word of a float16 or uint8 field holds neighbours along z; the others in it are alike on both sides, or go along.
 */
import { elementBytes } from '@halocline/stencil';
import { listExchanges, type Exchange } from './cut/exchange.ts';
import type { Decomposition, ReadReach } from './decomposition.ts';
import type { FieldDeclaration } from './declarations.ts';
import type { HaloNeeds } from './halo-needs.ts';
import { placesByRank } from './local-level.ts';
import { componentNames } from './pass-facts.ts';
import type { Subdomain } from './subdomain.ts';

/** What one component's copies exchange. Elements are words. */
export interface ComponentExchange {
  readonly name: string;
  readonly field: FieldDeclaration;
  readonly component: number;
  readonly pairs: readonly Exchange[];
}

/** The lists of one decomposition, as its subdomains are held now. */
export class HaloLists {
  readonly #decomposition: Decomposition;
  readonly #subdomains: readonly Subdomain[];

  constructor(decomposition: Decomposition, subdomains: readonly Subdomain[]) {
    this.#decomposition = decomposition;
    this.#subdomains = subdomains;
  }

  /** What every component that is read around exchanges, in order of declaration. */
  of(fields: Iterable<FieldDeclaration>, needs: HaloNeeds): ComponentExchange[] {
    if (this.#decomposition.count === 1) return [];
    const all: ComponentExchange[] = [];
    for (const field of fields) {
      for (const [component, name] of componentNames(field).entries()) {
        const reads = needs.reads.get(name);
        if (reads === undefined) continue;
        all.push({ name, field, component, pairs: this.#pairs(field, reads, needs.foreign.has(name)) });
      }
    }
    return all;
  }

  #pairs(field: FieldDeclaration, reads: readonly ReadReach[], inactive: boolean): readonly Exchange[] {
    const bytes = elementBytes(field.type);
    // Slots are places among what is held, so lists are those of so many rings.
    const held = this.#subdomains.map(({ levels }) => levels[field.level]!.ranks.length);
    const key = `exchanges ${JSON.stringify([field.level, bytes, reads, inactive, held])}`;
    return this.#decomposition.kept.get(key, () => this.#make(field.level, { bytes, reads, inactive }));
  }

  #make(
    level: number,
    { bytes, reads, inactive }: { bytes: number; reads: readonly ReadReach[]; inactive: boolean },
  ): Exchange[] {
    const ghosts = this.#subdomains.map(({ index }) => this.#decomposition.ghosts(index, level, reads, inactive));
    const slots = this.#subdomains.map((subdomain) => slotOf(subdomain, level));
    return listExchanges(this.#decomposition.cut(level).owners, ghosts, slots).map((exchange) => ({
      ...exchange,
      sources: wordsOf(exchange.sources, bytes),
      targets: wordsOf(exchange.targets, bytes),
    }));
  }
}

function slotOf(subdomain: Subdomain, level: number): (rank: number) => number {
  const held = subdomain.levels[level]!;
  const places = placesByRank(held);
  return (rank) => held.tables.slots[places[rank]!]!;
}

/** Elements of `bytes` each → the 32-bit words that hold them; consecutive elements of one word count once. */
export function wordsOf(elements: Uint32Array, bytes: number): Uint32Array<ArrayBuffer> {
  if (bytes === 4) return Uint32Array.from(elements);
  const words: number[] = [];
  for (const element of elements) {
    const first = Math.floor((element * bytes) / 4);
    for (let word = first; word < first + Math.max(1, bytes / 4); word++) if (words.at(-1) !== word) words.push(word);
  }
  return Uint32Array.from(words);
}
