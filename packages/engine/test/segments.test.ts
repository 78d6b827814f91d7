import { describe, expect, test } from 'vitest';
import { splitPlan, type Overlap, type Segment } from '../src/segments.ts';
import type { PlannedPass, StepPlan } from '../src/step-plan.ts';
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

const textOf = ({ before, passes, after, queue, waits }: Segment): string => {
  const where = `${queue === 'side' ? 'beside' : ''}${waits ? '+' : ''}`;
  const words = [
    ...(before === null ? [] : [`[unpack ${before.names.join(' ')}]`]),
    ...passes.map(({ pass, part }) => (part === 'all' ? pass.name : `${pass.name} ${part}`)),
    ...(after === null ? [] : [`[pack ${after.names.join(' ')}${after.hidden ? '' : ', nothing beside it'}]`]),
  ];
  return `${where === '' ? '' : `${where}: `}${words.join(' · ')}`;
};

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

  test('a long one runs on two queues, and what comes after waits for both', () => {
    expect(cut(LONG, before, sweep, exchange('u:1'), after)).toEqual([
      'before',
      'beside+: sweep boundary · [pack u:1]',
      'sweep interior',
      'beside: [unpack u:1]',
      '+: exchange u:1 · after',
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
      '',
      'beside+: sweep boundary · [pack u:1]',
      'sweep interior',
      'beside: [unpack u:1]',
      '+: exchange u:1',
      'beside+: next boundary · [pack p:1]',
      'next interior',
      'beside: [unpack p:1]',
      '+: exchange p:1',
    ]);
  });

  test('nothing is cut where nothing shall be', () => {
    expect(cut(NONE, sweep, exchange('u:1'), after)).toEqual([
      'sweep · exchange u:1 · [pack u:1, nothing beside it]',
      '[unpack u:1] · after',
    ]);
  });
});
