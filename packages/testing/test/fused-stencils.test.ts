/**
 * Several stencils as one against the same ones, one after the other, both interpreted: the same bits everywhere, also where
 * a later one reads of other voxels what an earlier one writes, over ragged leaves.
 */
import {
  compileStencil,
  fieldsAgain,
  fuseStencils,
  whyNotFused,
  type Elements,
  type Environment,
  type Stencil,
} from '@halocline/stencil';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstDifference, runInterpreter, VALUES, type RunValues } from '../src/stencil-harness.ts';
import { makeWorld, type HostWorld } from '../src/stencil-world.ts';

/** How many random chains: ten times as many with HALOCLINE_LONG=1. */
const CHAINS = process.env['HALOCLINE_LONG'] === '1' ? 600 : 30;

const TYPES = new Map([
  ['a', 'float32'],
  ['b', 'float32'],
  ['c', 'float32'],
  ['v', 'vec3'],
  ['n', 'int32'],
  ['h', 'float16'],
] as const);
const environment: Environment = {
  fields: TYPES,
  parameters: new Map([['k', 'float']] as const),
  scalars: new Map([['largest', 'float']] as const),
};
const values: RunValues = { ...VALUES, parameters: new Map([['k', [0.75]]]), scalars: new Map([['largest', 3]]) };
const AGAIN = new Set(TYPES.keys());
const FLOATS = ['a', 'b', 'c', 'v_x', 'v_y', 'v_z', 'h'];
const WRITTEN = ['a', 'b', 'c', 'v_x', 'v_z', 'h'];

const NEAR = ['coord + ivec3(1, 0, 0)', 'coord - ivec3(0, 1, 0)', 'coord + ivec3(0, 0, 1)', 'coord - ivec3(1, -1, 2)'];

/** A stencil's text by a list of choices; fields in `written` are read where `places` says. */
function textOf(
  choices: readonly number[],
  written: ReadonlySet<string>,
  near: readonly string[],
): { code: string; outputs: string[] } {
  let at = 0;
  const pick = <T>(list: readonly T[]): T => list[choices[at++ % choices.length]! % list.length]!;
  const places = ['idx', 'idx', 'coord', 'coord + ivec3(1, 0, 0)', 'coord - ivec3(0, 1, 2)', 'coord.zxy'];
  const far = (field: string): string => pick(written.has(field.split('_')[0]!) ? near : places);
  const value = (depth: number): string => {
    const field = pick(FLOATS);
    if (depth === 0) {
      const read = `ReadField("${field}", ${far(field)})`;
      return pick([read, read, 'k', 'float(coord.y)', 'float(ReadField("n", idx))', 'Random(coord, 3)']);
    }
    const [one, other] = [value(depth - 1), value(depth - 1)];
    return pick([
      `(${one} + ${other})`,
      `(${one} * ${other})`,
      `(${one} - k)`,
      `(${one} < ${other} ? ${one} : k)`,
      `half_of(${one})`,
    ]);
  };
  const outputs = new Set<string>();
  const write = (): string => {
    const field = pick(WRITTEN);
    outputs.add(field);
    return `WriteField("${field}", idx, ${value(pick([0, 1, 2]))});`;
  };
  const statements = Array.from({ length: 1 + (choices[0]! % 3) }, () => {
    const shapes = [
      write,
      () => `if (ReadField("n", idx) > 0) { ${write()} } else { ${write()} }`,
      () => `if (coord.x % 2 == 0) { ${write()} }`,
      () => `if (coord.z % 3 == 0) return; ${write()}`,
      () => `for (int i = 0; i < 3; i++) { if (i == coord.y % 4) break; ${write()} }`,
      () => {
        outputs.add('v');
        return `WriteField("v", idx, vec3(${value(1)}, ${value(0)}, 1.5));`;
      },
      () => {
        outputs.add('n');
        return `WriteField("n", idx, int(${value(0)}) + ReadField("n", idx));`;
      },
    ];
    return pick(shapes)();
  });
  const named = [...outputs].filter((name) => !(name.startsWith('v_') && outputs.has('v')));
  return {
    code: `float half_of(float x) { return x * ${pick(['0.5', '0.25', '3.0'])}; }\n${statements.join('\n')}`,
    outputs: named,
  };
}

/** The chain of stencils, each of which can join those before it; `near` is where they read what earlier ones write. */
function chainOf(lists: readonly (readonly number[])[], near: readonly string[] = ['idx']): Stencil[] {
  const parts: Stencil[] = [];
  for (const choices of lists) {
    const written = new Set(parts.flatMap(({ writes }) => writes.map(({ field }) => field)));
    const { code, outputs } = textOf(choices, written, near);
    const inputs = [...TYPES.keys()];
    const stencil = compileStencil({ name: `s${parts.length}`, inputs, outputs, code }, environment);
    if (parts.length === 0 || whyNotFused(parts, stencil, AGAIN) === null) parts.push(stencil);
  }
  return parts;
}

/** The world after a stencil. */
function after(stencil: Stencil, world: HostWorld): HostWorld {
  const fields = new Map<string, readonly Elements[]>(world.levels.same.fields);
  for (const [field, arrays] of runInterpreter(stencil, world, values).outputs) fields.set(field, arrays);
  return { ...world, levels: { ...world.levels, same: { ...world.levels.same, fields } } };
}

test('random chains of stencils give the same bits as one stencil', () => {
  const lengths: number[] = [];
  const choices = fc.array(fc.nat(1000), { minLength: 4, maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(fc.array(choices, { minLength: 2, maxLength: 5 }), fc.nat(50), (lists, seed) => {
      const parts = chainOf(lists);
      lengths.push(parts.length);
      const world = makeWorld(TYPES, seed, 1);
      const wanted = parts.reduce((state, part) => after(part, state), world).levels.same.fields;
      const fused = after(fuseStencils('all', parts, { unstored: new Set(), inactive: new Map() }), world).levels.same
        .fields;
      const result = (outputs: ReadonlyMap<string, readonly Elements[]>) => ({ outputs, partials: new Map() });
      expect(firstDifference(world, result(fused), result(wanted))).toBeNull();
    }),
    { numRuns: CHAINS },
  );
  // Chains of one say nothing: most must be longer.
  expect(lengths.filter((length) => length > 1).length).toBeGreaterThan(CHAINS / 2);
});

test('random chains that read around what they write give the same bits as one stencil that computes it again', () => {
  const counts: number[] = [];
  const choices = fc.array(fc.nat(1000), { minLength: 4, maxLength: 40, size: 'max' });
  const lists = fc.array(choices, { minLength: 2, maxLength: 3 });
  fc.assert(
    fc.property(lists, fc.nat(50), fc.boolean(), (all, seed, told) => {
      const parts = chainOf(all, NEAR);
      counts.push(fieldsAgain(parts).length);
      const world = makeWorld(TYPES, seed, 1);
      const wanted = parts.reduce((state, part) => after(part, state), world).levels.same.fields;
      // Inactive voxels hold the background: it may be told, or is read.
      const background = [...world.levels.same.fields].map(
        ([name, arrays]) => [name, arrays.map((a) => a[0]!)] as const,
      );
      const inactive = new Map(told ? background : []);
      const fused = after(fuseStencils('all', parts, { unstored: new Set(), inactive }), world).levels.same.fields;
      const result = (outputs: ReadonlyMap<string, readonly Elements[]>) => ({ outputs, partials: new Map() });
      expect(firstDifference(world, result(fused), result(wanted))).toBeNull();
    }),
    { numRuns: CHAINS },
  );
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(CHAINS / 4);
});
