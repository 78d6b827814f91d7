import { describe, expect, test } from 'vitest';
import { splitPlan, type Overlap, type Segment } from '../src/segments.ts';
import type { PlannedPass, StepPlan } from '../src/step-plan.ts';
import { stretchesOf } from '../src/stretches.ts';
import { parseFacts } from './facts.ts';

function stencil(text: string, writes: readonly string[], inGhosts = false): PlannedPass {
  const facts = parseFacts(text);
  const pass = { label: facts.name, facts };
  const uses = { reads: facts.reads.map((name) => `${name}:0`), writes };
  return { kind: 'stencil', name: facts.name, pass, scope: 'count', inGhosts, copies: new Map(), uses };
}

function exchange(...sent: readonly string[]): PlannedPass {
  return {
    kind: 'exchange',
    name: `exchange ${sent.join(', ')}`,
    sent,
    scope: 'count',
    uses: { reads: sent, writes: sent },
  };
}

const LONG: Overlap = { overlaps: () => true, isLong: () => true };
const SHORT: Overlap = { overlaps: () => true, isLong: () => false };
const NONE: Overlap = { overlaps: () => false, isLong: () => true };

const textOf = ({ before, passes, after }: Segment): string =>
  [
    ...(before === null ? [] : [`[unpack ${before.names.join(' ')}]`]),
    ...passes.map(({ pass, part }) => (part === 'all' ? pass.name : `${pass.name} ${part}`)),
    ...(after === null ? [] : [`[pack ${after.names.join(' ')}${after.hidden ? '' : ', nothing beside it'}]`]),
  ].join(' · ');

function cut(overlap: Overlap, ...passes: readonly PlannedPass[]): string[] {
  const plan: StepPlan = { passes, after: new Map(), stale: new Set(), toString: () => '' };
  return splitPlan(plan, () => true, overlap).map(textOf);
}

const before = stencil('before: → v', ['v:0']);
const sweep = stencil('sweep: u → u*', ['u:1']);
const after = stencil('after: u → w', ['w:0']);

describe('a stencil and the message of what it writes', () => {
  test('a short one is cut in two', () => {
    expect(cut(SHORT, before, sweep, exchange('u:1'), after)).toEqual([
      'before · sweep boundary · [pack u:1]',
      'sweep interior · exchange u:1',
      '[unpack u:1] · after',
    ]);
  });

  test('a long one packs and unpacks beside leaves of its own', () => {
    expect(cut(LONG, before, sweep, exchange('u:1'), after)).toEqual([
      'before · sweep near · sweep packing · [pack u:1]',
      'sweep travelling',
      '[unpack u:1] · sweep unpacking · exchange u:1 · after',
    ]);
  });

  test('a long one is cut in two where something else comes before the message, or where it runs in ghosts', () => {
    expect(cut(LONG, sweep, after, exchange('u:1'))).toEqual([
      'sweep boundary · [pack u:1]',
      'sweep interior · after · exchange u:1',
      '[unpack u:1]',
    ]);
    expect(cut(LONG, stencil('sweep: u → u*', ['u:1'], true), exchange('u:1'))).toEqual([
      'sweep boundary · [pack u:1]',
      'sweep rest · exchange u:1',
      '[unpack u:1]',
    ]);
  });

  test('long ones follow each other', () => {
    const next = stencil('next: u → p*', ['p:1']);
    expect(cut(LONG, sweep, exchange('u:1'), next, exchange('p:1'))).toEqual([
      'sweep near · sweep packing · [pack u:1]',
      'sweep travelling',
      '[unpack u:1] · sweep unpacking · exchange u:1 · next near · next packing · [pack p:1]',
      'next travelling',
      '[unpack p:1] · next unpacking · exchange p:1',
    ]);
  });

  test('nothing is cut where nothing shall be', () => {
    expect(cut(NONE, sweep, exchange('u:1'), after)).toEqual([
      'sweep · exchange u:1 · [pack u:1, nothing beside it]',
      '[unpack u:1] · after',
    ]);
  });
});

describe('stretches', () => {
  const range = (first: number, end: number): number[] => Array.from({ length: end - first }, (_, at) => first + at);
  const lists = (count: number, read: readonly number[]): Record<string, number[]> =>
    Object.fromEntries(
      [...stretchesOf(Uint32Array.from(range(0, count)), (slot) => read.includes(slot))].map(([part, own]) => [
        part,
        [...own],
      ]),
    );

  test('chunks of 512 leaves go first where any of them is read', () => {
    expect(lists(4096, [600, 700])).toEqual({
      near: range(512, 1024),
      packing: range(0, 256),
      travelling: [...range(256, 512), ...range(1024, 3840)],
      unpacking: range(3840, 4096),
    });
  });

  test('smaller chunks where there are fewer leaves, down to the boundary alone', () => {
    expect(lists(32, [9])['near']).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect(lists(6, [0, 5])).toEqual({ near: [0, 5], packing: [1], travelling: [2, 3], unpacking: [4] });
    expect(lists(2, [0, 1])).toEqual({ near: [0, 1], packing: [], travelling: [], unpacking: [] });
  });

  test('every leaf stands in one of them, also where none is read', () => {
    expect(lists(48, [])).toEqual({ near: [], packing: [0, 1, 2], travelling: range(3, 45), unpacking: [45, 46, 47] });
  });
});
