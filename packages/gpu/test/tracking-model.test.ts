/**
 * Trackers beside a naive model of Vulkan's memory, on random programs of recordings and submits over three queues: nothing is missing
 * of what automatic barriers put in, and checks find what the model finds.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drive } from './driven-programs.ts';
import type { Outcome } from './driven-programs.ts';
import { EVERYTHING, inTurn, judge } from './memory-model.ts';
import type { Event, Problem } from './memory-model.ts';
import { leftOut, perturbed, programs, programsAhead, QUEUES, RESOURCES } from './random-programs.ts';
import type { Fate, Program } from './random-programs.ts';

const runs = process.env['HALOCLINE_LONG'] === '1' ? 20_000 : 400;
/** Few recordings' barriers are kept, so that they are worked in between. */
const longest = fc.integer({ min: 1, max: 4 });

const isInserted = (label: string): boolean => /^(?:put in|ahead) /u.test(label);

/** What automatic barriers take for unused at a place where something touched it before. */
function lost(events: readonly Event[]): string[] {
  const touched = new Set<string>();
  const found: string[] = [];
  for (const event of events) {
    const parts = event.kind === 'touch' ? [event] : event.kind === 'barrier' ? event.images : [];
    for (const { resource, cells, ...each } of parts) {
      for (const cell of cells) {
        const isNew =
          event.kind === 'barrier' && isInserted(event.label) && 'from' in each && each.from === 'undefined';
        if (isNew && touched.has(`${resource} ${cell}`)) {
          found.push(event.label);
        }
        touched.add(`${resource} ${cell}`);
      }
    }
  }
  return found;
}

/** Inserted barriers that wait for stages which nothing on their queue has: it may have no such stages. */
function strange(events: readonly Event[]): string[] {
  const stages = Array.from({ length: QUEUES }, () => 0);
  return events.flatMap((event): string[] => {
    if (event.kind === 'touch') stages[event.queue]! |= event.scope.stages;
    if (event.kind !== 'barrier') return [];
    const { queue, memory, images, label } = event;
    const sides = [...(memory ? [memory] : []), ...images];
    const isStrange = sides.some(
      ({ before }) => before.stages !== EVERYTHING.stages && (before.stages & ~stages[queue]!) !== 0,
    );
    for (const { after } of sides) stages[queue]! |= after.stages;
    return isInserted(label) && isStrange ? [label] : [];
  });
}

test('automatic barriers and waits order whatever collides, and lose nothing', () => {
  fc.assert(
    fc.property(programs, longest, (program, kept) => {
      const { events } = drive(program, { automatic: true, longest: kept });
      expect(judge(events, QUEUES, true)).toEqual([]);
      expect([lost(events), strange(events)]).toEqual([[], []]);
    }),
    { numRuns: runs },
  );
});

/** Which pass is told of which resource. */
const nameOf = ({ label, resource }: Problem): string => `${label} ${RESOURCES[resource]!.label}`;

/** What checks find of what the model judges, in the same words. */
function told({ told: findings }: Outcome): string[] {
  const rules = ['missing-barrier', 'missing-wait', 'wrong-layout'];
  return findings
    .filter(({ rule }) => rules.includes(rule))
    .map(
      ({ message }) => `${/pass "([^"]*)"/u.exec(message)![1]!} ${/(?:buffer|image) "([^"]*)"/u.exec(message)![1]!}`,
    );
}

test('checks find nothing wrong with what automatic barriers and waits put in', () => {
  fc.assert(
    fc.property(programs, longest, (program, kept) => {
      const { byHand } = drive(program, { automatic: true, longest: kept });
      const outcome = drive(byHand, { automatic: false, longest: kept });
      expect(told(outcome)).toEqual([]);
    }),
    { numRuns: runs },
  );
});

/** What becomes of some barriers and waits, counted through a program, and of all others. */
const fate = fc.constantFrom<Fate>('goes', 'weaker', 'other');
const fates = fc.record({
  some: fc.array(fc.record({ at: fc.nat(24), fate }), { maxLength: 3 }),
  others: fc.oneof({ weight: 4, arbitrary: fc.constant<Fate>('stays') }, { weight: 1, arbitrary: fate }),
});

type Fates = typeof fates extends fc.Arbitrary<infer T> ? T : never;

/** A program with what automatic barriers put in, less some of it. */
function byHandWith(program: Program, { some, others }: Fates, kept: number): Program {
  let at = 0;
  const fateOf = (): Fate => {
    const here = at++;
    return some.find((each) => each.at === here)?.fate ?? others;
  };
  return perturbed(drive(program, { automatic: true, longest: kept }).byHand, fateOf);
}

/**
 * Checks are stricter than Vulkan in that no stage stands for logically earlier or later ones. They take what a pass reaches by address
 * for reached behind all barriers within the pass: `perturbed` puts it there. Of what collides with several touches, or again once it
 * was told of, they tell less than the model.
 */
test('checks find what the model finds where barriers and waits are missing, and nothing else', () => {
  fc.assert(
    fc.property(programs, longest, fates, (program, kept, fated) => {
      const outcome = drive(byHandWith(program, fated, kept), { automatic: false, longest: kept });
      const found = told(outcome);
      const [first] = judge(outcome.events, QUEUES, true);
      const strict = judge(outcome.events, QUEUES, false);
      if (first) expect(found).toContain(nameOf(first));
      // Behind a wrong layout nothing is as it seems.
      if (strict.some(({ kind }) => kind === 'layout')) return;
      expect(strict.map(nameOf)).toEqual(expect.arrayContaining(found));
    }),
    { numRuns: runs },
  );
});

/** Of programs in which nothing is wrong: elsewhere a barrier may stand where another is missing, and serve what comes behind that. */
test('barriers that checks tell to be of no use can be left out, one by one and all together', () => {
  fc.assert(
    fc.property(programs, longest, fates, (program, kept, fated) => {
      const given = byHandWith(program, fated, kept);
      const { events, useless } = drive(given, { automatic: false, longest: kept });
      if (useless.size === 0 || judge(events, QUEUES, false).length > 0) return;
      for (const barriers of [...[...useless].map((each) => new Set([each])), useless]) {
        const fewer = drive(leftOut(given, barriers), { automatic: false, longest: kept });
        expect(judge(fewer.events, QUEUES, true)).toEqual([]);
      }
    }),
    { numRuns: runs },
  );
});

/** Where a submit is put behind one that waits for what is signalled later still, it may wait for ever: those programs are passed over. */
test('where queues wait for what is signalled later, automatic barriers and waits order whatever collides', () => {
  fc.assert(
    fc.property(programsAhead, longest, (program, kept) => {
      const { events, byHand } = drive(program, { automatic: true, longest: kept });
      const ran = inTurn(events);
      fc.pre(ran !== undefined);
      expect(judge(ran, QUEUES, true)).toEqual([]);
      expect(told(drive(byHand, { automatic: false, longest: kept }))).toEqual([]);
    }),
    { numRuns: runs },
  );
});
