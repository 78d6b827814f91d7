import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeSchedule } from '../src/schedule.ts';
import { orderUnits } from '../src/units.ts';
import { declare } from './facts.ts';

const order = (...texts: string[]): string => {
  const { declarations, facts } = declare(...texts);
  return String(orderUnits(declarations, facts).schedule);
};

describe('the order of a step', () => {
  test('keeps declaration order where a stencil reads what an earlier one writes', () => {
    expect(order('a: → x', 'b: x → y', 'c: y → z')).toBe('a | b | c');
  });

  test('lets stencils without a hazard share a level', () => {
    expect(order('a: → x', 'b: → y', 'c: x y → z', 'd: w → v')).toBe('a b d | c');
  });

  test('makes a writer wait for earlier readers and writers', () => {
    expect(order('a: x → y', 'b: → x', 'c: → y')).toBe('a | b c');
  });

  test('tells components of one field apart', () => {
    expect(order('a: → velocity.x', 'b: velocity.y → p', 'c: velocity.x → q')).toBe('a b | c');
  });

  test('knows scalars as resources', () => {
    expect(order('a: x → !sum', 'b: ?sum → y', 'c: → z !sum')).toBe('a | b | c');
  });

  test('runs a repeat where the first of its stencils stands', () => {
    const { declarations, facts } = declare('a: → x', 'b: x → y*', 'c: y → z', 'd: y → x');
    declarations.repeat({ name: 'solve', body: ['d', 'b'], times: 3 });
    const { units, schedule } = orderUnits(declarations, facts);
    expect(String(schedule)).toBe('a | solve | c');
    expect(units[1]!.passes.map((pass) => pass.label)).toEqual(['d', 'b']);
  });

  test('unrolls a repeat in the body of another', () => {
    const { declarations, facts } = declare('red: p → p', 'black: p → p', 'rest: p → r');
    declarations.repeat({ name: 'smooth', body: ['red', 'black'], times: 2 });
    declarations.repeat({ name: 'cycle', body: ['smooth', 'rest'], times: 10 });
    const { units } = orderUnits(declarations, facts);
    expect(units.map((unit) => unit.passes.map((pass) => pass.label).join(' '))).toEqual([
      'red black red 2 black 2 rest',
    ]);
  });
});

describe('dependencies', () => {
  test('on a field mean its writers', () => {
    const { declarations, facts } = declare('a: → x', 'b: w → y', 'c: v → u');
    declarations.addDependency('x', 'c');
    expect(String(orderUnits(declarations, facts).schedule)).toBe('a b | c');
  });

  test('may name a vector field, a component, or a stencil', () => {
    const { declarations, facts } = declare('a: → v.x', 'b: → w', 'c: → u', 'd: → t');
    declarations.addDependency('v', 'b');
    declarations.addDependency('v_x', 'c');
    declarations.addDependency('c', 'd');
    expect(String(orderUnits(declarations, facts).schedule)).toBe('a | b c | d');
  });

  describe('within a repeat', () => {
    const ordered = (body: readonly string[], before: string, after: string, ...texts: string[]): string => {
      const { declarations, facts } = declare(...texts);
      if (body.includes('inner')) declarations.repeat({ name: 'inner', body: ['b', 'd'], times: 2 });
      declarations.repeat({ name: 'outer', body, times: 3 });
      declarations.addDependency(before, after);
      const { units, schedule } = orderUnits(declarations, facts);
      const passes = units.find(({ name }) => name === 'outer')!.passes.map(({ label }) => label);
      return `${String(schedule)}: ${passes.join(' ')}`;
    };
    const apart = ['a: w → w', 'b: x → x', 'c: z → z', 'd: y → y'];

    test('on a field mean its writers there, as on those themselves', () => {
      expect(ordered(['c', 'b'], 'b', 'c', ...apart)).toBe('a outer d: b c');
      expect(ordered(['c', 'b'], 'x', 'c', ...apart)).toBe('a outer d: b c');
      expect(ordered(['c', 'b'], 'z', 'c', ...apart)).toBe('a outer d: c b');
      const cycle = (before: string): string =>
        `Cannot order the stencils: c → b → c is a cycle (b writes "x", which c reads; addDependency("${before}", "c"))`;
      for (const before of ['b', 'x']) {
        expect(() => ordered(['c', 'b'], before, 'c', 'c: x → z', 'b: x → x')).toThrow(cycle(before));
      }
    });

    test('on a repeat within it mean all that is in that, of its runs the last one before', () => {
      expect(ordered(['inner', 'c'], 'inner', 'c', ...apart)).toBe('a outer: b d b 2 d 2 c');
      expect(ordered(['c', 'inner'], 'inner', 'c', ...apart)).toBe('a outer: b d c b 2 d 2');
      expect(ordered(['inner', 'c'], 'c', 'inner', ...apart)).toBe('a outer: c b d b 2 d 2');
      expect(ordered(['inner', 'c'], 'inner', 'a', ...apart)).toBe('outer | a: b d c b 2 d 2');
    });
  });

  test('that go in a circle are printed with their reasons', () => {
    const { declarations, facts } = declare('a: → x', 'b: x → y', 'c: y → z');
    declarations.addDependency('c', 'a');
    expect(() => orderUnits(declarations, facts)).toThrow(
      new TypeError(
        'Cannot order the stencils: a → b → c → a is a cycle (b reads "x", which a writes; c reads "y", which b writes; addDependency("c", "a")); remove one of these dependencies, or declare the stencils in the order in which they run',
      ),
    );
  });

  test('of a stencil on itself are a cycle', () => {
    const { declarations, facts } = declare('a: → x');
    declarations.addDependency('a', 'a');
    expect(() => orderUnits(declarations, facts)).toThrow(
      'Cannot order the stencils: a → a is a cycle (addDependency("a", "a"))',
    );
  });

  test('on names that nobody gave say which was meant', () => {
    const { declarations, facts } = declare('advect: → density', 'project: density → velocity');
    declarations.addDependency('densty', 'project');
    expect(() => orderUnits(declarations, facts)).toThrow(
      new TypeError(
        'Cannot add dependency "densty" → "project": "densty" is neither a field nor a stencil; name one that was added',
      ),
    );
    declarations.addField(0, 'density', 'float32', 0);
    expect(() => orderUnits(declarations, facts)).toThrow('is neither a field nor a stencil (did you mean "density"?)');
    declarations.dependencies[0] = { before: 'density', after: 'projekt' };
    expect(() => orderUnits(declarations, facts)).toThrow(
      'Cannot add dependency "density" → "projekt": "projekt" is no stencil (did you mean "project"?); the stencils are "advect", "project"',
    );
  });
});

test('a repeat names what its body may not', () => {
  const { declarations, facts } = declare('sweep: p → p*');
  declarations.repeat({ name: 'solve', body: ['swep'], times: 3 });
  expect(() => orderUnits(declarations, facts)).toThrow(
    new TypeError(
      'Cannot run repeat "solve": "swep" in its body is neither a stencil nor an earlier repeat (did you mean "sweep"?); the stencils are "sweep"',
    ),
  );
});

test('two units share a level or change places only if neither writes what the other touches', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(names, names), { maxLength: 14 }), (accesses) => {
      const units = accesses.map(([reads, writes], index) => ({
        name: `s${index}`,
        reads: new Set<string>(reads),
        writes: new Set<string>(writes),
      }));
      const { levels } = makeSchedule(units);
      const level = (unit: number): number => levels.findIndex((each) => each.includes(unit));
      for (let later = 0; later < units.length; later++) {
        for (let earlier = 0; earlier < later; earlier++) {
          const [a, b] = [units[earlier]!, units[later]!];
          const hazard = [...a.writes].some((name) => b.reads.has(name) || b.writes.has(name));
          const after = [...b.writes].some((name) => a.reads.has(name));
          if (hazard || after) expect(level(earlier)).toBeLessThan(level(later));
        }
      }
    }),
  );
});
