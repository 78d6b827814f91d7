/** @file Usages as a graph reckons with them: which memory a touch reads and writes, in which stages, and the layout that it needs. */

import type { Access, ImageLayout, RawUsage, Usage } from '../access.ts';
import { accessBit, accessesOf } from '../access.ts';
import { accessMask, dispatchUsage, drawingUsage } from '../convert.ts';
import { roleMeaning } from '../role.ts';
import type { Role } from '../role.ts';

/** The queue that a pass runs on; 'host' is JavaScript itself. */
export type PassQueue = 'compute' | 'transfer' | 'graphics' | 'host';

/** One side of a dependency: words as bits (`accessBit`), and what no word says as Vulkan's masks. */
export interface Side {
  readonly words: number;
  readonly stage: bigint;
  readonly access: bigint;
}

/** A side that still grows. */
export interface MutableSide {
  words: number;
  stage: bigint;
  access: bigint;
}

/** A usage, resolved for one queue. */
export interface Resolved {
  readonly side: Side;
  readonly layout: ImageLayout;
  /** As it was declared, for people. */
  readonly text: string;
  readonly usage: Usage;
}

/** Nothing at all. */
export const NO_SIDE: Side = Object.freeze({ words: 0, stage: 0n, access: 0n });

/** Whether everything of `b` is in `a`. */
export function includesSide(a: Side, b: Side): boolean {
  return (a.words & b.words) === b.words && (a.stage & b.stage) === b.stage && (a.access & b.access) === b.access;
}

/** Whether what `a` stands for, words and bits together, holds all that `b` stands for. */
export function coversSide(a: Side, b: Side): boolean {
  if (includesSide(a, b)) return true;
  return includesSide(bitsOf(a), bitsOf(b));
}

/** A side without words. */
export function bitsOf(side: Side): Side {
  const { stages, accesses } = accessMask(usagesOf(side));
  return { words: 0, stage: stages, access: accesses };
}

/** Adds `b` to `a`. */
export function addSide(a: MutableSide, b: Side): void {
  a.words |= b.words;
  if (b.stage !== 0n) a.stage |= b.stage;
  if (b.access !== 0n) a.access |= b.access;
}

/** Both together. */
export function joinSides(a: Side, b: Side): Side {
  if (includesSide(a, b)) return a;
  return { words: a.words | b.words, stage: a.stage | b.stage, access: a.access | b.access };
}

/** Whether it says nothing. */
export function isEmptySide({ words, stage, access }: Side): boolean {
  return words === 0 && stage === 0n && access === 0n;
}

const wordLists = new Map<number, readonly Access[]>();

function listOf(words: number): readonly Access[] {
  let list = wordLists.get(words);
  if (!list) wordLists.set(words, (list = Object.freeze(accessesOf(words))));
  return list;
}

/** A side as usages: its words, and at most one raw usage behind them. */
export function usagesOf({ words, stage, access }: Side, layout?: ImageLayout): readonly Usage[] {
  if (words !== 0 && stage === 0n && access === 0n) return listOf(words);
  const usages: Usage[] = [...accessesOf(words)];
  if (stage !== 0n || access !== 0n || usages.length === 0) {
    usages.push(layout === undefined ? { stage, access } : { stage, access, layout });
  }
  return usages;
}

const LAYOUTS: Readonly<Partial<Record<Access, ImageLayout>>> = Object.freeze({
  'storage-read': 'general',
  'storage-write': 'general',
  sampled: 'sampled',
  'color-attachment': 'color-attachment',
  'depth-attachment': 'depth-attachment',
  'transfer-source': 'transfer-source',
  'transfer-target': 'transfer-target',
});

/** The layout that a usage needs of an image; undefined for a word that no image can be used as. */
export function layoutOf(usage: Usage): ImageLayout | undefined {
  return typeof usage === 'string' ? LAYOUTS[usage] : (usage.layout ?? 'general');
}

/** The usage of a pass that says no more than that it reads or writes. */
export function defaultUsage(role: Role, queue: PassQueue, writes: boolean): Access {
  if (queue === 'host') return writes ? 'host-write' : 'host-read';
  if (queue === 'transfer') return writes ? 'transfer-target' : 'transfer-source';
  const { read, write } = roleMeaning(role);
  return writes ? write : read;
}

const resolvedWords: Readonly<Record<PassQueue | 'any', Map<Access, Resolved>>> = Object.freeze({
  compute: new Map(),
  transfer: new Map(),
  graphics: new Map(),
  host: new Map(),
  any: new Map(),
});

/** A usage in a pass of a queue (or of any). Words that any shader may mean are narrowed to the stages that the queue's passes run. */
export function resolveUsage(usage: Usage, queue: PassQueue | 'any'): Resolved {
  if (typeof usage !== 'string') return resolveRaw(usage, rawText(usage));
  const known = resolvedWords[queue];
  let resolved = known.get(usage);
  if (!resolved) known.set(usage, (resolved = resolveWord(usage, queue)));
  return resolved;
}

function resolveWord(word: Access, queue: PassQueue | 'any'): Resolved {
  const bit = accessBit(word); // first: an unknown word is an error
  const layout = layoutOf(word) ?? 'undefined';
  const narrow = queue === 'graphics' ? drawingUsage(word) : queue === 'compute' ? dispatchUsage(word) : undefined;
  if (narrow) return { ...resolveRaw({ ...narrow, layout }, word), usage: word };
  return { side: { words: bit, stage: 0n, access: 0n }, layout, text: word, usage: word };
}

function resolveRaw(usage: RawUsage, text: string): Resolved {
  const side = { words: 0, stage: usage.stage, access: usage.access };
  return { side, layout: usage.layout ?? 'general', text, usage };
}

function rawText({ stage, access, layout }: RawUsage): string {
  return `raw stage 0x${stage.toString(16)}, access 0x${access.toString(16)}${layout ? `, ${layout}` : ''}`;
}
