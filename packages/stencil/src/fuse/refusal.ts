/**
 * @file When a stencil may not join those before it, in words for people. What is asked here is whether one pass can do the
 * same as several; whether it is worth it is asked by `bytesPerVoxel`.
 */
import { bytesOf, elementBytes } from '../field-types.ts';
import type { Stencil } from '../ir.ts';
import { visitExpressions } from '../walk.ts';
import { computedAgain } from './again.ts';
import { componentKey, fieldOf, ownReads, ownWrites } from './own-reads.ts';
import { keptAnswer } from './kept-answer.ts';
import { endsInLoop } from './returns.ts';
import { whyNoSharedRadius } from './shared-radius.ts';

/** The most IR nodes of one stencil that several became: beyond it registers run short, and the text is not emitted four times. */
const MAX_NODES = 1500;

/** The most IR nodes before the passes make them fewer: what is computed again in several places is there as often. */
const MAX_JOINED = 8000;

/**
 * Why `next` cannot run in one pass with `parts`, which are in order and can; null where it can. What it reads of other voxels
 * is computed again there where the field is among `again`; by default that isn't done.
 */
export function whyNotFused(
  parts: readonly Stencil[],
  next: Stencil,
  again: ReadonlySet<string> = new Set(),
): string | null {
  const before = parts.at(-1)!;
  const debugged = [...parts, next].find(({ debug }) => debug);
  if (debugged !== undefined) return `"${debugged.name}" is debugged`;
  if (before.color !== next.color) {
    return `"${before.name}" runs on ${colorOf(before)}, "${next.name}" on ${colorOf(next)}`;
  }
  const reads = ownReads(next);
  for (const part of parts) {
    const reason = whyNotAfter(part, next, reads, again);
    if (reason !== null) return reason;
  }
  const early = parts.find(returnsFromLoop);
  if (early !== undefined) return `"${early.name}" returns from within a loop`;
  const all = [...parts, next];
  const radii = whyNoSharedRadius(all);
  if (radii !== null) return radii;
  const nodes = all.reduce((sum, each) => sum + nodesOf(each), 0);
  if (nodes > MAX_NODES) return `together they have ${nodes} operations, and ${MAX_NODES} fit into a pass`;
  const repeated = computedAgain(all);
  if (typeof repeated === 'string') return repeated;
  const joined = repeated.reduce((sum, { place }) => sum + nodesOf(all[place]!), nodes);
  return joined > MAX_JOINED ? `computed again for ${repeated.length} voxels, they have ${joined} operations` : null;
}

function whyNotAfter(
  part: Stencil,
  next: Stencil,
  { own, around, far }: ReturnType<typeof ownReads>,
  again: ReadonlySet<string>,
): string | null {
  const written = ownWrites(part);
  const beyond = [...far, ...[...around.keys()].filter((component) => !again.has(fieldOf(component)))];
  const other = beyond.find((component) => written.has(component));
  if (other !== undefined) {
    return `"${next.name}" reads "${fieldOf(other)}" of other voxels, which "${part.name}" writes`;
  }
  const types = new Map(part.writes.map(({ field, type }) => [field, type]));
  const narrow = [...own, ...around.keys()].find(
    (component) => written.has(component) && elementBytes(types.get(fieldOf(component))!) < 4,
  );
  if (narrow !== undefined) {
    const field = fieldOf(narrow);
    return `"${next.name}" reads "${field}", which is stored as ${types.get(field)!} and so isn't what "${part.name}" writes`;
  }
  const scalar = part.reductions.find((each) => next.scalars.has(each.scalar));
  if (scalar !== undefined)
    return `"${next.name}" reads the scalar "${scalar.scalar}", which "${part.name}" reduces into`;
  const both = part.reductions.find((each) => next.reductions.some((reduction) => reduction.scalar === each.scalar));
  if (both !== undefined) return `"${part.name}" and "${next.name}" both reduce into "${both.scalar}"`;
  return null;
}

function colorOf({ color }: Stencil): string {
  return color === null ? 'all voxels' : `${color} voxels`;
}

/** IR nodes of a stencil's expressions: a measure of what it computes. */
const nodesOf = keptAnswer(({ body, functions }) => {
  let count = 0;
  for (const each of [body, ...functions.map((one) => one.body)]) visitExpressions(each, () => void count++);
  return count;
});

const returnsFromLoop = keptAnswer(({ body }) => endsInLoop(body));

/** Bytes that one voxel's run moves at the least: each component read once, each written once. */
export const bytesPerVoxel: (stencil: Stencil) => number = keptAnswer(({ reads, writes }) =>
  bytesOf([...reads, ...writes]),
);

/** The same of several stencils in one pass, before they are one: what one always writes, those after it needn't load. */
export function bytesTogether(parts: readonly Stencil[]): number {
  const known = new Set<string>();
  const moved = new Map<string, number>();
  for (const { reads, writes } of parts) {
    for (const { field, level, type, components } of reads) {
      for (const index of components) {
        const component = componentKey(field, index);
        if (level !== 'same' || !known.has(component)) moved.set(`${level} ${component}`, elementBytes(type));
      }
    }
    for (const { field, type, components, always } of writes) {
      for (const index of components) {
        moved.set(`to ${componentKey(field, index)}`, elementBytes(type));
        if (always) known.add(componentKey(field, index));
      }
    }
  }
  return [...moved.values()].reduce((sum, bytes) => sum + bytes, 0);
}
