import { describe, expect, test } from 'vitest';
import { StencilError, compileStencil, componentsOf, formatIr, fuseStencils } from '../src/index.ts';
import type { Environment, FieldType, Stencil } from '../src/index.ts';
import { compileTraced, stencil } from '../src/trace/index.ts';
import { resultsOn } from './small-world.ts';

const environment: Environment = {
  fields: new Map<string, FieldType>([
    ['f', 'float32[5]'],
    ['half', 'float16[2]'],
    ['u', 'float32'],
  ]),
  parameters: new Map([['steps', 'int']]),
  scalars: new Map(),
};

function compiled(code: string, outputs: readonly string[] = ['f']): Stencil {
  return compileStencil({ name: 's', inputs: ['f', 'half', 'u'], outputs, code }, environment);
}

function errorOf(code: string, outputs: readonly string[] = ['u']): string {
  try {
    compiled(code, outputs);
  } catch (error) {
    if (error instanceof StencilError) return error.message.split('\n')[0]!.replace(/^.*?column \d+: /, '');
  }
  return 'no error';
}

const LATTICE = `const ivec3 c[5] = ivec3[](ivec3(0), ivec3(1, 0, 0), ivec3(-1, 0, 0), ivec3(0, 1, 0), ivec3(0, -1, 0));
  float g[5]; float rho = 0.0;
  for (int q = 0; q < 5; q++) { g[q] = ReadField("f", coord - c[q])[q]; rho += g[q]; }
  for (int q = 0; q < 5; q++) g[q] += 0.5 * (0.2 * rho - g[q]);
  WriteField("f", idx, g);`;

describe('a field of arrays', () => {
  test('is read by element, each where it is read', () => {
    const [read] = compiled(LATTICE).reads;
    expect(read).toMatchObject({ type: 'float32[5]', components: [0, 1, 2, 3, 4], gather: false });
    expect(read!.parts.map(({ reach }) => reach!.low)).toEqual([
      [0, 0, 0],
      [-1, 0, 0],
      [1, 0, 0],
      [0, -1, 0],
      [0, 1, 0],
    ]);
  });

  test('is written whole, and prints its elements', () => {
    const lines = formatIr(compiled(LATTICE)).split('\n');
    expect(lines[1]).toBe('  reads float32[5] "f" [-1,-1,0 … 1,1,0]');
    expect(lines.slice(2, 5)).toEqual([
      '    [0] [0,0,0 … 0,0,0]',
      '    [1] [-1,0,0 … -1,0,0]',
      '    [2] [1,0,0 … 1,0,0]',
    ]);
    expect(lines[7]).toBe('  writes float32[5] "f" always double');
    expect(lines.filter((line) => line.includes('write "f"[3]'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('"f"[4][0,1,0]'))).toHaveLength(1);
  });

  test('loses what nobody asks of it', () => {
    const stencil = compiled('WriteField("u", idx, ReadField("f", coord + 1)[3] + ReadField("half", idx)[1]);', ['u']);
    expect(stencil.reads.map(({ components }) => components)).toEqual([[3], [1]]);
    expect(formatIr(stencil)).toContain('reads float32[5] "f"[3] [1,1,1 … 1,1,1]');
  });

  test('may be kept as a variable, and indexed by what is computed', () => {
    const code = 'float g[5] = ReadField("f", idx); WriteField("u", idx, g[steps] + g[4]);';
    const constant = 'float g[5] = ReadField("f", idx); WriteField("u", idx, g[3] + g[4]);';
    expect(resultsOn(compiled(code, ['u']), environment)).toBe(resultsOn(compiled(constant, ['u']), environment));
  });

  test('has as many components as elements', () => {
    expect([componentsOf('float32[19]'), componentsOf('float16[2]'), componentsOf('vec3')]).toEqual([19, 2, 3]);
  });

  test.each([
    [
      'WriteField("u", idx, ReadField("f", idx));',
      'this is a float[5], and a scalar or vector is wanted; choose an element, as in a[0]',
    ],
    [
      'WriteField("u", idx, SampleField("f", vec3(dt)));',
      '"f" holds 5 floats at each voxel; read one of them with ReadField("f", coord)[0]',
    ],
    [
      'WriteField("u", idx, Laplacian("f"));',
      '"f" holds 5 floats at each voxel; read one of them with ReadField("f", coord)[0]',
    ],

    ['WriteField("f", idx, 1.0);', 'the field "f" is a float[5], and this is a float; make one with float[5](…)'],
    [
      'WriteField("f", idx, float[2](1.0, 2.0));',
      'the field "f" is a float[5], and this is a float[2]; make one with float[5](…)',
    ],
  ])('is refused where it does not fit: %s', (code, problem) => {
    expect(errorOf(code, code.includes('WriteField("f"') ? ['f'] : ['u'])).toBe(problem);
  });

  test('joins other stencils, by element', () => {
    const more = (outputs: string[], code: string): Stencil =>
      compileStencil({ name: outputs[0]!, inputs: ['f', 'u'], outputs, code }, environment);
    const fused = fuseStencils(
      'both',
      [
        more(['f'], 'float g[5] = ReadField("f", idx); g[3] *= 2.0; WriteField("f", idx, g);'),
        more(['u'], 'WriteField("u", idx, ReadField("f", idx)[3] + ReadField("f", idx)[0]);'),
      ],
      { unstored: new Set(), inactive: new Map() },
    );
    const alone = compiled(
      'float g[5] = ReadField("f", idx); g[3] *= 2.0; WriteField("f", idx, g); WriteField("u", idx, g[3] + g[0]);',
      ['f', 'u'],
    );
    expect(resultsOn(fused, environment)).toBe(resultsOn(alone, environment));
  });

  test('is read and written by traced stencils, with the same IR', () => {
    const body = stencil(
      { inputs: { f: 'float32[5]', half: 'float16[2]' }, outputs: { half: 'float16[2]' } },
      ({ f, half }) => {
        let sum = f.element(0).at(0, 0, 0);
        for (let q = 1; q < f.length; q++) sum = sum.add(f.element(q).at(0, q, 0));
        return { half: [half.element(1).at(1, 0, 0), sum.mul(half.element(0))] };
      },
    );
    const code = `WriteField("half", idx, float[2](ReadField("half", coord + ivec3(1, 0, 0))[1],
      (ReadField("f", idx)[0] + ReadField("f", coord + ivec3(0, 1, 0))[1] + ReadField("f", coord + ivec3(0, 2, 0))[2]
        + ReadField("f", coord + ivec3(0, 3, 0))[3] + ReadField("f", coord + ivec3(0, 4, 0))[4]) * ReadField("half", idx)[0]));`;
    const source = { name: 's', inputs: ['f', 'half'], outputs: ['half'], code };
    expect(formatIr(compileTraced({ name: 's' }, body, environment))).toBe(
      formatIr(compileStencil(source, environment)),
    );
  });

  test.each([
    [
      'element(…) of the field "f" takes a plain whole number from 0 to 4, and this is 5; count with a for of TypeScript',
      stencil({ inputs: { f: 'float32[5]' }, outputs: { u: 'float32' } }, ({ f }) => ({ u: f.element(5) })),
    ],
    [
      'the output "half" takes a list of 2 values, and gets 1 values; give one for each element',
      stencil({ inputs: { u: 'float32' }, outputs: { half: 'float16[2]' } }, ({ u }) => ({ half: [u] })),
    ],
    [
      'the input "f" is a float32[4] in the stencil, and a float32[5] in the simulation; write f: \'float32[5]\'',
      stencil({ inputs: { f: 'float32[4]' }, outputs: { u: 'float32' } }, ({ f }) => ({ u: f.element(0) })),
    ],
  ])('is refused by traced stencils where it does not fit: %s', (problem, body) => {
    expect(() => compileTraced({ name: 's' }, body, environment)).toThrow(`Cannot compile stencil "s": ${problem}`);
  });

  test('may be made by a stencil that writes it', () => {
    const body = stencil({ inputs: { u: 'float32' }, outputs: { made: 'float32[3]' } }, ({ u }) => ({
      made: [u, 1, u.mul(2)],
    }));
    expect(compileTraced({ name: 's' }, body, environment).writes).toMatchObject([
      { field: 'made', type: 'float32[3]', undeclared: true, components: [0, 1, 2], always: true },
    ]);
  });
});
