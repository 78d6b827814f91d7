import { describe, expect, test } from 'vitest';
import { forecastIterations, ladder } from '../src/forecast.ts';
import { partialsLength, reductionStages, stageOffset } from '../src/reduction-plan.ts';
import type { Program } from '../src/program.ts';
import { segmentPlans } from '../src/recording.ts';
import { whole } from '../src/segments.ts';
import { planStep, type PlanRequest, type StepPlan } from '../src/step-plan.ts';
import { orderUnits, type Unit } from '../src/units.ts';
import { declare } from './facts.ts';

const request = (change: Partial<PlanRequest> = {}): PlanRequest => ({
  start: new Map(),
  iterations: [],
  stages: [1],
  ...change,
});

const units = (...texts: string[]): readonly Unit[] => {
  const { declarations, facts } = declare(...texts);
  return orderUnits(declarations, facts).units;
};

/** What the stencils of a plan read and write: `a x:0>y:1`. */
const copies = (plan: StepPlan): string =>
  plan.passes
    .filter((pass) => pass.kind === 'stencil')
    .map(({ pass, uses }) => `${pass.label} ${fields(uses.reads)}>${fields(uses.writes)}`)
    .join(', ');
const fields = (names: readonly string[]): string => names.filter((name) => name.includes(':')).join('+');

describe('copies', () => {
  test('swap where a stencil reads around what it writes', () => {
    const plan = planStep(units('a: x → x*', 'b: x → y'), request());
    expect(copies(plan)).toBe('a x:0>x:1, b x:1>y:0');
    expect([...plan.after]).toEqual([['x', 1]]);
  });

  test('start where the step before ended', () => {
    const step = units('a: x → x*', 'b: y → y*', 'c: y → y*');
    const first = planStep(step, request());
    const second = planStep(step, request({ start: first.after }));
    expect(copies(second)).toBe('a x:1>x:0, b y:0>y:1, c y:1>y:0');
    expect([...second.after]).toEqual([
      ['x', 0],
      ['y', 0],
    ]);
  });

  test('alternate through the iterations of a repeat', () => {
    const { declarations, facts } = declare('sweep: p r → p*', 'use: p → u');
    declarations.repeat({ body: ['sweep'], times: 3 });
    const plan = planStep(orderUnits(declarations, facts).units, request());
    expect(copies(plan)).toBe('sweep p:0+r:0>p:1, sweep p:1+r:0>p:0, sweep p:0+r:0>p:1, use p:1>u:0');
  });
});

describe('a repeat with until', () => {
  const { declarations, facts } = declare('first: → r', 'sweep: p r → p* !error', 'use: p → u');
  declarations.repeat({ name: 'solve', body: ['sweep'], times: 50, until: { scalar: 'error', below: 1 } });
  const step = orderUnits(declarations, facts).units;

  test('is gated after each iteration, settled and checked', () => {
    expect(String(planStep(step, request({ iterations: [2] })))).toBe(
      'begin · open · first · sweep · reduce error · gate solve · sweep (2) · reduce error · gate solve · settle p · check solve · use · status',
    );
  });

  test('leaves the copies as they were', () => {
    const plan = planStep(step, request({ iterations: [2] }));
    expect(copies(plan)).toBe('first >r:0, sweep p:0+r:0>p:1, sweep p:1+r:0>p:0, use p:0>u:0');
    expect(plan.after.get('p')).toBe(0);
  });

  test('is resumed from its own first pass', () => {
    expect(String(planStep(step, request({ iterations: [2], resume: 0 })))).toBe(
      'begin · resume · sweep · reduce error · gate solve · sweep (2) · reduce error · gate solve · settle p · check solve · use · status',
    );
  });
});

test('each gate sees what the gate before it wrote, whatever lies between them', () => {
  const { declarations, facts } = declare('sweep: p → q');
  declarations.repeat({ name: 'solve', body: ['sweep'], times: 50, until: 'stop' });
  const { units: step, schedule } = orderUnits(declarations, facts);
  const plan = planStep(step, request({ iterations: [4] }));
  const groups = { memory: () => null };
  const compiled = new Map([['sweep', { name: 'sweep', kernel: null, bindings: [] }]]);
  const program = { parts: { units: step, schedule, compiled }, groups, loops: [] } as unknown as Program;
  const segments = [{ before: null, passes: plan.passes.map(whole), after: null }];
  const { levels, barriers } = segmentPlans(program, segments, { slot: 0, turn: 0, stamps: null })[0]!;
  const gates = plan.passes.filter((pass) => pass.kind === 'gate').map((pass) => pass.name);
  const levelOf = (name: string): number => levels.findIndex((level) => level.includes(name));
  for (const [before, after] of gates.slice(1).map((name, index) => [gates[index]!, name] as const)) {
    const between = barriers.filter(({ level }) => level > levelOf(before) && level <= levelOf(after));
    const seen = between.some((each) => each.before.includes('storage-write') && each.after.includes('storage-read'));
    expect(`${before}, ${after}: ${seen}`).toBe(`${before}, ${after}: true`);
  }
  expect(gates.length).toBe(6);
});

test('a forecast leaves a margin and does not wander', () => {
  expect([1, 3, 9, 13, 17, 33, 65].map(ladder)).toEqual([2, 4, 12, 16, 24, 48, 96]);
  expect(forecastIterations(null, 0, 500)).toBe(32);
  expect(forecastIterations(null, 0, 7)).toBe(8);
  expect(forecastIterations(10, 32, 500)).toBe(16);
  expect(forecastIterations(11, 16, 500)).toBe(16);
  expect(forecastIterations(16, 16, 500)).toBe(24);
  expect(forecastIterations(5000, 1024, 1_000_000)).toBe(1024);
});

test('reductions run in stages of whole subtrees', () => {
  expect(reductionStages(0)).toEqual([{ inputs: 1, groups: 1 }]);
  expect(reductionStages(1024)).toEqual([{ inputs: 1024, groups: 1 }]);
  expect(reductionStages(3000)).toEqual([
    { inputs: 3000, groups: 3 },
    { inputs: 3, groups: 1 },
  ]);
  expect(partialsLength(3000)).toBe(3004);
  expect([0, 1].map((stage) => stageOffset(3000, stage))).toEqual([0, 3000]);
});
