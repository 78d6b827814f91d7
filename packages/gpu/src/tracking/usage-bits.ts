/**
 * @file Usages as bits. Each word of `access.ts` has one; each other pair of stages and accesses gets one when it first comes
 * along. Beside them stands what a set of usages, as one side of a barrier, covers: Vulkan unites a side's stages and unites
 * its accesses, so a side of two words may cover a third.
 */

import { accessesOf } from '../access.ts';
import type { ImageLayout, Usage } from '../access.ts';
import { accessMask, dispatchUsage, drawingUsage, writesMemory } from '../convert.ts';
import { wholeAccesses, wholeStages } from './whole-masks.ts';

/** The change of an image's layout, which is a write of the barrier's own; no side of a barrier covers it. */
export const TRANSITION: number = 1 << 30;

/** Every usage, those that come along later and changes of layouts too: what a barrier waits for that names none. */
export const EVERYTHING: number = 2 ** 31 - 1;

const WORDS = accessesOf(-1);
const MOST = 30;

interface Known {
  readonly usage: Usage;
  readonly stages: bigint;
  readonly accesses: bigint;
}

const known: Known[] = [];
const bits = new Map<string, number>();
let writing = TRANSITION;
let coveredBy = new Map<number, number>();
let executedBy = new Map<number, number>();
let unitedBy = new Map<number, number>();
const dispatched = new Map<string, number>();
const drawn = new Map<string, number>();

for (const word of WORDS) add(word, word);
for (const word of WORDS) for (const narrow of [dispatchUsage(word), drawingUsage(word)]) if (narrow) usageBit(narrow);
/** From here on bits are dealt out in the order in which usages come along. */
const FIRST_RAW = known.length;

/** The bit of a usage. As many raw usages are told apart in a process as there are bits left, eleven: one more is a RangeError. */
export function usageBit(usage: Usage): number {
  const key = typeof usage === 'string' ? usage : `${usage.stage} ${usage.access}`;
  return bits.get(key) ?? add(key, usage);
}

/** The bits of usages as a set. */
export function bitsOf(usages: readonly Usage[]): number {
  let set = 0;
  for (const usage of usages) set |= usageBit(usage);
  return set;
}

/** The bit of what a command does: a word that all shaders share means, in a dispatch, compute shaders, in a draw those that draw. */
export function commandBit(usage: Usage, drawing: boolean): number {
  if (typeof usage !== 'string') return usageBit(usage);
  const table = drawing ? drawn : dispatched;
  let bit = table.get(usage);
  if (bit === undefined) {
    bit = usageBit((drawing ? drawingUsage(usage) : dispatchUsage(usage)) ?? usage);
    table.set(usage, bit);
  }
  return bit;
}

function add(key: string, usage: Usage): number {
  if (known.length === MOST) {
    throw new RangeError(`Cannot track raw usage ${key}: ${MOST - FIRST_RAW} others are known; use words`);
  }
  const bit = 1 << known.length;
  const { stages, accesses } = accessMask([usage]);
  known.push({ usage, stages: wholeStages(stages), accesses: wholeAccesses(accesses) });
  bits.set(key, bit);
  if (writesMemory(usage)) writing |= bit;
  coveredBy = new Map();
  executedBy = new Map();
  unitedBy = new Map();
  return bit;
}

/** The usages that no word says, in the order of their bits. */
export function rawUsages(): readonly Usage[] {
  return known.slice(FIRST_RAW).map(({ usage }) => usage);
}

/** A set of bits of another thread, whose raw usages are these. */
export function translated(set: number, raw: readonly Usage[]): number {
  if (raw.length === 0 || set === EVERYTHING) return set;
  const dealt = ((1 << raw.length) - 1) << FIRST_RAW;
  let result = set & ~dealt;
  for (const [index, usage] of raw.entries()) if ((set & (1 << (FIRST_RAW + index))) !== 0) result |= usageBit(usage);
  return result;
}

/** How many usages have a bit. */
export function usagesKnown(): number {
  return known.length;
}

/** Those of these bits that write. */
export function writesOf(set: number): number {
  return set & writing;
}

/** The usages of a set of bits; raw ones get the layout, where one is given. */
export function usagesOfBits(set: number, layout?: ImageLayout): Usage[] {
  const usages = known.filter((_, index) => (set & (1 << index)) !== 0).map(({ usage }) => usage);
  if (layout === undefined) return usages;
  return usages.map((usage) => (typeof usage === 'string' ? usage : { ...usage, layout }));
}

/** A set of bits as code that a barrier takes: `['storage-write']`. */
export function usagesText(set: number): string {
  return `[${usagesOfBits(set).map(usageText).join(', ')}]`;
}

/** A usage as code. */
export function usageText(usage: Usage): string {
  if (typeof usage === 'string') return `'${usage}'`;
  return `{ stage: 0x${usage.stage.toString(16)}n, access: 0x${usage.access.toString(16)}n }`;
}

/** Everything whose stages and accesses lie within this side of a barrier. */
export function covered(side: number): number {
  let result = coveredBy.get(side);
  if (result === undefined) coveredBy.set(side, (result = within(side, true)));
  return result;
}

/** Everything whose stages lie within this side of a barrier: for order alone, without memory. */
export function executed(side: number): number {
  let result = executedBy.get(side);
  if (result === undefined) executedBy.set(side, (result = within(side, false)));
  return result;
}

/** Everything that usages cover one by one, each of its stages by other ones perhaps: what several barriers made visible. */
export function united(set: number): number {
  let result = unitedBy.get(set);
  if (result === undefined) unitedBy.set(set, (result = unite(set)));
  return result;
}

function unite(set: number): number {
  const own = known.filter((_, index) => (set & (1 << index)) !== 0);
  const isCovered = ({ stages, accesses }: Known): boolean => {
    for (let stage = 1n; stage <= stages; stage <<= 1n) {
      if ((stages & stage) === 0n) continue;
      let seen = 0n;
      for (const each of own) if ((each.stages & stage) !== 0n) seen |= each.accesses;
      if ((accesses & ~seen) !== 0n) return false;
    }
    return true;
  };
  let result = set;
  for (const [index, each] of known.entries()) if (isCovered(each)) result |= 1 << index;
  return result;
}

/** Every usage that has a stage in common with one of a set, and, with memory, an access. */
export function sharing(set: number, memory: boolean): number {
  const own = known.filter((_, index) => (set & (1 << index)) !== 0);
  let result = 0;
  for (const [index, { stages, accesses }] of known.entries()) {
    const isShared = (each: Known): boolean =>
      (each.stages & stages) !== 0n && (!memory || (each.accesses & accesses) !== 0n);
    if (own.some(isShared)) result |= 1 << index;
  }
  return result;
}

function within(side: number, memory: boolean): number {
  if (side === EVERYTHING) return side;
  let [stages, accesses, result] = [0n, 0n, 0];
  for (const [index, each] of known.entries()) {
    if ((side & (1 << index)) === 0) continue;
    stages |= each.stages;
    accesses |= each.accesses;
  }
  for (const [index, each] of known.entries()) {
    if ((each.stages & ~stages) !== 0n) continue;
    if (!memory || (each.accesses & ~accesses) === 0n) result |= 1 << index;
  }
  return result;
}
