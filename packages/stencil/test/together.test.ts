/** Stencils of many loads and many results: how they are cut, and what their texts look like. */
import { describe, expect, test } from 'vitest';
import { shapeOfStencil } from '../src/emit/emit.ts';
import { compileStencil, emitGlsl, emitSpirv, groupsOf } from '../src/index.ts';
import type { FieldType, Placement, Stencil } from '../src/index.ts';

const nowhere: Placement = { parameters: new Map(), scalars: new Map() };

/** Populations that come from the voxel before, each from its own side, and what becomes of each. */
function lattice(count: number, type: FieldType, last = '', more: object = {}): Stencil {
  const populations = Array.from({ length: count }, (_, n) => n);
  const from = (n: number): string => [(n % 3) - 1, (Math.floor(n / 3) % 3) - 1, (Math.floor(n / 9) % 3) - 1].join();
  const code = [
    ...populations.map(
      (n) => `${type === 'float64' ? 'double' : 'float'} q${n} = ReadField("f${n}", coord - ivec3(${from(n)}));`,
    ),
    `${type === 'float64' ? 'double' : 'float'} sum = ${populations.map((n) => `q${n}`).join(' + ')};`,
    ...populations.map((n) => `WriteField("f${n}", idx, 0.5 * (q${n} + sum));`),
    last,
  ].join('\n');
  const names = populations.map((n) => `f${n}`);
  const fields = new Map<string, FieldType>(names.map((name) => [name, type]));
  const environment = { fields, parameters: new Map(), scalars: new Map() };
  return compileStencil({ name: 'lattice', inputs: names, outputs: names, code, ...more }, environment);
}

describe('the shape that suits', () => {
  const both = (stencil: Stencil, placement = nowhere): string[] =>
    (['memory', 'caches'] as const).map((bound) => shapeOfStencil(stencil, placement, { bound }));

  test('many results of as many loads are two voxels a thread, but not of halves', () => {
    expect(both(lattice(19, 'float32'))).toEqual(['twin', 'twin']);
    expect(both(lattice(19, 'float64'))).toEqual(['twin', 'twin']);
    expect(both(lattice(19, 'float16'))).toEqual(['quad', 'quad']);
    expect(both(lattice(13, 'float32'))).toEqual(['twin', 'twin']);
    expect(both(lattice(12, 'float32'))).toEqual(['quad', 'quad']);
  });

  test('a text that branches, or leaves a voxel as it was, keeps its quads', () => {
    expect(both(lattice(19, 'float32', 'if (sum > 0.0) WriteField("f3", idx, 0.0);'))).toEqual(['quad', 'quad']);
    expect(both(lattice(19, 'float32', '', { color: 'red' }))).toEqual(['quad', 'quad']);
  });

  test('so do leaves whose inactive voxels are filled', () => {
    const backgrounds = new Map([['f3', [0]]]);
    expect(both(lattice(19, 'float32'), { ...nowhere, backgrounds })).toEqual(['quad', 'quad']);
    expect(both(lattice(19, 'float32'), { ...nowhere, backgrounds: new Map() })).toEqual(['twin', 'twin']);
  });
});

test('eight workgroups share eight leaves, and all of them come', () => {
  expect(emitSpirv(lattice(19, 'float32'), nowhere).groupLeaves).toBe(1);
  expect([0, 1, 8, 9].map((leaves) => groupsOf(leaves, 1))).toEqual([0, 8, 8, 16]);
  expect([0, 1, 8, 9].map((leaves) => groupsOf(leaves, 2))).toEqual([0, 1, 4, 5]);
});

test('in a whole leaf each result is stored before the next is computed', () => {
  const stencil = compileStencil(
    {
      name: 'two',
      inputs: ['a', 'b'],
      outputs: ['a', 'b'],
      code: `float sum = ReadField("a", coord - ivec3(0, 0, 1)) + ReadField("b", idx);
        WriteField("a", idx, 0.5 * sum); float more = sum * sum; WriteField("b", idx, more);`,
    },
    {
      fields: new Map([
        ['a', 'float32'],
        ['b', 'float32'],
      ]),
      parameters: new Map(),
      scalars: new Map(),
    },
  );
  const text = emitGlsl(stencil, nowhere, { shape: 'twin' });
  const main = text.slice(text.indexOf('uint local ='), text.indexOf('} else {'));
  expect(main).toMatchInlineSnapshot(`
    "uint local = gl_LocalInvocationIndex;
      uvec3 group = gl_WorkGroupID;
      uint place = ((((group.y * gl_NumWorkGroups.x) + group.x) >> 3u) << 3u) + (local >> 5u);
      uint thread = ((((group.y * gl_NumWorkGroups.x) + group.x) & 7u) << 5u) | (local & 31u);
      bool here = place < (Read_uint(count).d[3u]);
      precise float new_a_0;
      precise float new_b_0;
      if (here) {
        uvec4 visit = Read_uvec4(visits).d[place << 1u];
        uvec4 beyond = Read_uvec4(visits).d[(place << 1u) + 1u];
        uint slot = visit.x;
        bool whole = visit.y != 0u;
        uint zq = thread & 3u;
        uint x = thread >> 5u;
        uint y = (thread >> 2u) & 7u;
        if (whole) {
          uint n = thread << 1u;
          uint leaf = (zq < 1u) ? beyond.z : slot;
          uint at = (leaf << 8u) + (((x << 5u) | (y << 2u)) | ((zq + 3u) & 3u));
          precise float a = Read_float(old_a_0).d[(at << 1u) + 1u];
          uint at_1 = (slot << 8u) + thread;
          precise float a_1 = Read_float(old_a_0).d[at_1 << 1u];
          precise vec2 b = Read_vec2(old_b_0).d[at_1];
          uint n_1 = n + 1u;
          uint quad = (slot << 8u) + thread;
          precise float sum_1;
          precise float more_1;
          sum = a + b.x;
          sum_1 = a_1 + b.y;
          precise float written = 0.5 * sum;
          precise float written_1 = 0.5 * sum_1;
          uvec2 new_a_0_1 = PassBlock(push.block).d[4];
          precise vec2 stored = vec2(written, written_1);
          Write_vec2(new_a_0_1).d[quad] = stored;
          more = sum * sum;
          more_1 = sum_1 * sum_1;
          precise float written_2 = more;
          precise float written_3 = more_1;
          uvec2 new_b_0_1 = PassBlock(push.block).d[5];
          precise vec2 stored_1 = vec2(written_2, written_3);
          Write_vec2(new_b_0_1).d[quad] = stored_1;
        "
  `);
});
