import { describe, expect, test } from 'vitest';
import { splitPlan, type Segment } from '../src/segments.ts';
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

const textOf = ({ before, passes, after }: Segment): string =>
  [
    ...(before === null ? [] : [`[unpack ${before.names.join(' ')}]`]),
    ...passes.map(({ pass, part }) => (part === 'all' ? pass.name : `${pass.name} ${part}`)),
    ...(after === null ? [] : [`[pack ${after.names.join(' ')}${after.hidden ? '' : ', nothing beside it'}]`]),
  ].join(' · ');

function cut(overlaps: boolean, ...passes: readonly PlannedPass[]): string[] {
  const plan: StepPlan = { passes, after: new Map(), stale: new Set(), toString: () => '' };
  return splitPlan(
    plan,
    () => true,
    () => overlaps,
  ).map(textOf);
}

const before = stencil('before: → v', ['v:0']);
const sweep = stencil('sweep: u → u*', ['u:1']);
const after = stencil('after: u → w', ['w:0']);

describe('a stencil and the message of what it writes', () => {
  test('what others read is computed first, and the rest while it travels', () => {
    expect(cut(true, before, sweep, exchange('u:1'), after)).toEqual([
      'before · sweep boundary · [pack u:1]',
      'sweep interior · exchange u:1',
      '[unpack u:1] · after',
    ]);
  });

  test('what comes between the stencil and the message follows its interior, and ghosts that it runs in go with that', () => {
    expect(cut(true, sweep, after, exchange('u:1'))).toEqual([
      'sweep boundary · [pack u:1]',
      'sweep interior · after · exchange u:1',
      '[unpack u:1]',
    ]);
    expect(cut(true, stencil('sweep: u → u*', ['u:1'], true), exchange('u:1'))).toEqual([
      'sweep boundary · [pack u:1]',
      'sweep rest · exchange u:1',
      '[unpack u:1]',
    ]);
  });

  test('nothing is cut where nothing shall be', () => {
    expect(cut(false, before, sweep, exchange('u:1'), after)).toEqual([
      'before · sweep · exchange u:1 · [pack u:1, nothing beside it]',
      '[unpack u:1] · after',
    ]);
  });
});
