import { compileStencil, type StencilSource } from '@halocline/stencil';
import { describe, expect, test } from 'vitest';
import { sendEarly } from '../src/early-exchange.ts';
import { planGhostWork, type GhostLevels, type PlacedStencil } from '../src/ghost-work.ts';
import { factsOf } from '../src/pass-facts.ts';
import { planStep } from '../src/step-plan.ts';
import type { Unit } from '../src/units.ts';

const fields = new Map(['u', 'r', 'd', 'v'].map((name) => [name, 'float32'] as const));
const nothing = { parameters: new Map(), scalars: new Map([['total', 'float'] as const]) };
const environment = { fields, coarseFields: fields, fineFields: fields, ...nothing };

function placed(source: Partial<StencilSource> & { name: string; code: string }, level = 0): PlacedStencil {
  const outputs = [...new Set([...source.code.matchAll(/WriteField\("(\w)"/g)].map(([, name]) => name!))];
  const stencil = compileStencil({ inputs: ['u', 'r', 'd', 'v'], outputs, ...source }, environment);
  const { reads, writes } = stencil;
  return { stencil, level, facts: factsOf(stencil, level), bindings: [], reads, writes };
}

const around = (field: string): string =>
  `ReadField("${field}", coord - ivec3(1, 0, 0)) + ReadField("${field}", coord + ivec3(1, 0, 0))`;
const sweep = (color: 'red' | 'black', level = 0): PlacedStencil =>
  placed({ name: color, color, code: `WriteField("u", idx, ReadField("r", idx) + ${around('u')});` }, level);
const first = (level = 0): PlacedStencil =>
  placed({ name: 'first', code: 'WriteField("u", idx, ReadField("r", idx));' }, level);

const plain: GhostLevels = { isWhole: () => false, isCheap: () => true };

/** The passes of a body with the depth to which each runs in ghosts: `first 2 · black 1 · red`. */
function depths(body: readonly PlacedStencil[], levels: GhostLevels = plain, again: boolean = false): string {
  const compiled = new Map(body.map((each) => [each.facts.name, each]));
  const unit: Unit = {
    name: 'body',
    passes: body.map(({ facts }) => ({ label: facts.name, facts })),
    repeat: again ? { times: 2, until: null } : null,
  };
  const work = planGhostWork([unit], compiled, levels);
  return unit.passes
    .map((pass) => [pass.label, ...(work.has(pass) ? [work.get(pass)!.depth] : [])].join(' '))
    .join(' · ');
}

describe('work in ghosts', () => {
  test('goes a voxel deeper for each sweep that follows', () => {
    const use = placed({ name: 'use', code: `WriteField("v", idx, ${around('u')});` });
    expect(depths([first(), sweep('black'), sweep('red'), use])).toBe('first 3 · black 2 · red 1 · use');
  });

  test('is none where what is written is read in own voxels alone', () => {
    expect(depths([first(), placed({ name: 'use', code: 'WriteField("v", idx, ReadField("u", idx));' })])).toBe(
      'first · use',
    );
  });

  test('is none where nothing is wanted, and then no level is looked at', () => {
    const never = (): boolean => {
      throw new Error('it was looked at');
    };
    const use = placed({ name: 'use', code: 'WriteField("v", idx, ReadField("u", idx));' });
    expect(depths([first(), use], { ...plain, isCheap: never })).toBe('first · use');
  });

  test('ends where more than a ring of leaves would be needed, and begins anew before it', () => {
    const sweeps = Array.from({ length: 10 }, (_, turn) => sweep(turn % 2 === 0 ? 'black' : 'red'));
    expect(depths([first(), ...sweeps])).toBe(
      'first 2 · black 1 · red · black 7 · red 6 · black 5 · red 4 · black 3 · red 2 · black 1 · red',
    );
  });

  test('is never done by what reduces, nor by what reads a finer level', () => {
    const sum = placed({ name: 'sum', code: 'WriteField("u", idx, 1.0); ReduceSum("total", 1.0);' });
    const down = placed({ name: 'down', code: 'WriteField("u", idx, ReadFine("d", 2 * coord + ivec3(1, 0, 1)));' }, 1);
    expect(depths([sum, sweep('red')])).toBe('sum · red');
    expect(depths([down, sweep('red', 1), sweep('black', 1)])).toBe('down · red 1 · black');
  });

  test('reads half as deep on the coarser level', () => {
    const up = placed({ name: 'up', color: 'red', code: 'WriteField("u", idx, ReadCoarse("d", coord >> 1));' });
    const coarse = placed({ name: 'coarse', code: 'WriteField("d", idx, ReadField("r", idx));' }, 1);
    const use = placed({ name: 'use', code: 'WriteField("v", idx, ReadField("u", coord + ivec3(0, 3, 0)));' });
    expect(depths([coarse, up, use])).toBe('coarse 2 · up 3 · use');
  });

  test('is everything on a level that is held whole, but what reads a level that is not', () => {
    const whole: GhostLevels = { isWhole: (level) => level > 0, isCheap: () => true };
    const sum = placed({ name: 'sum', code: 'ReduceSum("total", ReadField("u", idx));' }, 2);
    const down = (level: number): PlacedStencil =>
      placed({ name: `down${level}`, code: 'WriteField("r", idx, ReadFine("d", 2 * coord));' }, level);
    expect(depths([down(1), sweep('red', 1), down(2), sum], whole)).toBe(
      'down1 · red Infinity · down2 Infinity · sum Infinity',
    );
  });

  test('goes once around a body that repeats', () => {
    expect(depths([first(), sweep('black')], plain, true)).toBe('first 1 · black');
    const turn = placed({ name: 'turn', code: 'WriteField("u", idx, ReadField("u", idx) + ReadField("r", idx));' });
    const use = placed({ name: 'use', code: `WriteField("v", idx, ${around('u')});` });
    expect(depths([use, turn], plain, true)).toBe('use · turn 1');
  });

  test('leaves a message between turns that each would go deeper than the one before', () => {
    expect(depths([sweep('red'), sweep('black')], plain, true)).toBe('red 1 · black');
    const jacobi = placed({ name: 'jacobi', code: `WriteField("u", idx, ${around('u')});` });
    expect(depths([jacobi], plain, true)).toBe('jacobi');
  });
});

test('a message goes before what the members wait for each other with', () => {
  const write = placed({ name: 'write', code: 'WriteField("u", idx, 1.0); ReduceSum("total", 1.0);' });
  const read = placed({ name: 'read', code: `WriteField("v", idx, ${around('u')} + total);`, inputs: ['u'] });
  const units: Unit[] = [write, read].map(({ facts }) => ({
    name: facts.name,
    passes: [{ label: facts.name, facts }],
    repeat: null,
  }));
  const reads = new Map([['read', [{ component: 'u', depth: 1 }]]]);
  const ghosts = { reads, work: new Map() };
  const plan = planStep(units, { start: new Map(), iterations: [], stages: [1], members: 2, ghosts });
  expect(String(plan)).toBe('begin · write · exchange u:0 · share total · reduce total · read');
  expect(sendEarly(plan.passes)).toEqual(plan.passes);
});
