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

/** Where fields that nothing before wrote are read. */
const CONSTANT = ['idx', 'idx', 'coord', 'coord + ivec3(1, 0, 0)', 'coord - ivec3(0, 1, 2)'];
const COMPUTED = 'coord.zxy';

/** Where a stencil reads. */
interface Reading {
  readonly written: ReadonlySet<string>;
  /** Where it reads fields in `written`. */
  readonly near: readonly string[];
  /** Where it reads others. */
  readonly places: readonly string[];
}

/**
 * A stencil's text by a list of choices. Halves that are written aren't read: what is stored isn't what was computed, so such
 * a pair is refused.
 */
function textOf(choices: readonly number[], { written, near, places }: Reading): { code: string; outputs: string[] } {
  let at = 0;
  const pick = <T>(list: readonly T[]): T => list[choices[at++ % choices.length]! % list.length]!;
  const readable = FLOATS.filter((field) => !(field === 'h' && written.has(field)));
  const far = (field: string): string => pick(written.has(field.split('_')[0]!) ? near : places);
  const value = (depth: number): string => {
    const field = pick(readable);
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

/**
 * The chain of stencils, each of which can join those before it. Where `around`, the second reads around itself what the first
 * writes, whatever else the choices make of them: the first, which is computed again, reads nowhere that is computed.
 */
function chainOf(lists: readonly (readonly number[])[], around: boolean): Stencil[] {
  const parts: Stencil[] = [];
  const first = lists[0]![0]!;
  const [one, other] = [FLOATS[first % 3]!, FLOATS[(first + 1) % 3]!];
  const certain = [
    { field: one, value: `ReadField("${other}", idx) * 0.75` },
    { field: other, value: `ReadField("${one}", ${NEAR[first % NEAR.length]!}) - k` },
  ];
  lists.forEach((choices, at) => {
    const written = new Set(parts.flatMap(({ writes }) => writes.map(({ field }) => field)));
    const places = around && at === 0 ? CONSTANT : [...CONSTANT, COMPUTED];
    const { code: text, outputs } = textOf(choices, { written, near: around ? NEAR : ['idx'], places });
    const more = around ? certain[at] : undefined;
    const code = more === undefined ? text : `${text}\nWriteField("${more.field}", idx, ${more.value});`;
    const all = new Set(more === undefined ? outputs : [...outputs, more.field]);
    const stencil = compileStencil({ name: `s${at}`, inputs: [...TYPES.keys()], outputs: [...all], code }, environment);
    if (parts.length === 0 || whyNotFused(parts, stencil, AGAIN) === null) parts.push(stencil);
  });
  return parts;
}

/** The world after a stencil. */
function after(stencil: Stencil, world: HostWorld): HostWorld {
  const fields = new Map<string, readonly Elements[]>(world.levels.same.fields);
  for (const [field, arrays] of runInterpreter(stencil, world, values).outputs) fields.set(field, arrays);
  return { ...world, levels: { ...world.levels, same: { ...world.levels.same, fields } } };
}

test('random chains of stencils give the same bits as one stencil', () => {
  const choices = fc.array(fc.nat(1000), { minLength: 4, maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(fc.array(choices, { minLength: 2, maxLength: 5 }), fc.nat(50), (lists, seed) => {
      const parts = chainOf(lists, false);
      expect(parts.length).toBeGreaterThan(1);
      const world = makeWorld(TYPES, seed, 1);
      const wanted = parts.reduce((state, part) => after(part, state), world).levels.same.fields;
      const fused = after(fuseStencils('all', parts, { unstored: new Set(), inactive: new Map() }), world).levels.same
        .fields;
      const result = (outputs: ReadonlyMap<string, readonly Elements[]>) => ({ outputs, partials: new Map() });
      expect(firstDifference(world, result(fused), result(wanted))).toBeNull();
    }),
    { numRuns: CHAINS },
  );
});

test('random chains that read around what they write give the same bits as one stencil that computes it again', () => {
  const choices = fc.array(fc.nat(1000), { minLength: 4, maxLength: 40, size: 'max' });
  const lists = fc.array(choices, { minLength: 2, maxLength: 3 });
  fc.assert(
    fc.property(lists, fc.nat(50), fc.boolean(), (all, seed, told) => {
      const parts = chainOf(all, true);
      expect(fieldsAgain(parts).length).toBeGreaterThan(0);
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
});
