import { describe, expect, test } from 'vitest';
import { pushedWords } from '../src/emit/shader.ts';
import { emitGlsl, emitSpirv, shapeOfStencil } from '../src/emit/emit.ts';
import { compileCase, placement } from './emit-cases.ts';

const NEAR = ['1, 0, 0', '-1, 0, 0', '0, 1, 0', '0, -1, 0', '0, 0, 1', '0, 0, -1'];
const near = (field: string): string => NEAR.map((d) => `ReadField("${field}", coord + ivec3(${d}))`).join(' + ');
const shapeOf = (inputs: readonly string[], output: string, code: string, more: object = {}): string =>
  shapeOfStencil(compileCase({ inputs, outputs: [output], code, ...more }), placement);

describe('the shape that suits', () => {
  test('one value in and one out is two quads a thread', () => {
    expect(shapeOf(['density'], 'pressure', 'WriteField("pressure", idx, k * ReadField("density", idx));')).toBe(
      'pair',
    );
  });

  test('several fields, or neighbours on one side alone, are a quad', () => {
    const subtract = `WriteField("density", idx, ReadField("density", idx) - k * (ReadField("pressure", idx)
      - ReadField("pressure", coord - ivec3(1, 0, 0))));`;
    expect(shapeOf(['density', 'pressure'], 'density', subtract)).toBe('quad');
  });

  test('neighbours on both sides along x are a column of rows', () => {
    expect(shapeOf(['density'], 'pressure', `WriteField("pressure", idx, ${near('density')});`)).toBe('column');
  });

  test('those of a vector hold too many values for a column', () => {
    expect(shapeOf(['velocity'], 'velocity', `WriteField("velocity", idx, ${near('velocity')});`)).toBe('pair');
  });

  test('all 27 neighbours are a box, unless its text branches', () => {
    const sum = `float sum = 0.0;
      for (int x = -1; x < 2; x++) for (int y = -1; y < 2; y++) for (int z = -1; z < 2; z++)
        sum += ReadField("density", coord + ivec3(x, y, z));`;
    expect(shapeOf(['density'], 'pressure', `${sum} WriteField("pressure", idx, sum);`)).toBe('box');
    const branch = `${sum} if (sum > k) sum = k; WriteField("pressure", idx, sum);`;
    expect(shapeOf(['density'], 'pressure', branch)).toBe('column');
  });

  test('halves are eight rows to a thread, or eight in a row where a text has branches', () => {
    expect(shapeOf(['half'], 'half', `WriteField("half", idx, ${near('half')});`)).toBe('box');
    const branch = `float sum = ${near('half')}; if (sum > k) sum = k; WriteField("half", idx, sum);`;
    expect(shapeOf(['half'], 'half', branch)).toBe('row');
  });

  test('where caches are what is waited for, values are exchanged', () => {
    const source = (field: string) => ({
      inputs: [field],
      outputs: [field],
      code: `WriteField("${field}", idx, ${near(field)});`,
    });
    const caches = (field: string): string =>
      shapeOfStencil(compileCase(source(field)), placement, { bound: 'caches' });
    expect(caches('density')).toBe('box');
    expect(caches('velocity')).toBe('column');
  });

  test('there, a box of floats counts places from its first row, looks leaves up at once, and takes two along y in step', () => {
    const textOf = (field: string, backgrounds = placement.backgrounds): string => {
      const stencil = compileCase({
        inputs: [field],
        outputs: [field],
        code: `WriteField("${field}", idx, ${near(field)});`,
      });
      return emitGlsl(stencil, { ...placement, ...(backgrounds && { backgrounds }) }, { bound: 'caches' });
    };
    const text = textOf('density');
    expect(text.indexOf('uvec4 visit =')).toBeLessThan(text.indexOf('bool here ='));
    expect(text).toContain('(((local >> 4u) & 1u) << 2u) | ((local >> 4u) >> 1u)');
    expect(text).toContain('uniform Push { uvec2 at[15]; } push;');
    expect(text).toContain('bool here = place < count.x;');
    const ragged = (of: string): string => of.slice(of.indexOf('} else {'));
    expect(
      text.slice(text.indexOf('if (whole)'), text.indexOf('} else {')).match(/uint behind\w* = \w+ \+ \d+u;/g)!.length,
    ).toBeGreaterThan(14);
    // Rows are loaded further ahead where few leaves have inactive voxels.
    const loadsBefore = (of: string): number =>
      ragged(of)
        .slice(0, ragged(of).indexOf('Write_vec4'))
        .match(/Read_vec4/g)!.length;
    expect(loadsBefore(text)).toBeGreaterThan(loadsBefore(textOf('density', new Map([['density', [0]]]))) + 5);
    const halves = textOf('half');
    expect(halves.indexOf('uvec4 visit =')).toBeGreaterThan(halves.indexOf('bool here ='));
    expect(halves).not.toContain('behind');
  });

  test('and is given its addresses, with the count in the place of its address, unless there are too many', () => {
    const compiled = (field: string, more: string = ''): ReturnType<typeof emitSpirv> => {
      const code = `WriteField("${field}", idx, ${near(field)}${more});`;
      return emitSpirv(compileCase({ inputs: [field], outputs: [field], code }), placement, { bound: 'caches' });
    };
    const { pushes, bindings } = compiled('density');
    expect(pushes).toBe('addresses');
    const words = pushedWords(
      bindings,
      bindings.map((_, at) => BigInt(100 + at)),
      7,
    );
    expect(words.length).toBe(15);
    expect([...words].slice(0, bindings.length)).toEqual(
      bindings.map(({ kind }, at) => (kind === 'count' ? 7n : BigInt(100 + at))),
    );
    expect(() => pushedWords([], [...new BigUint64Array(16)], 7)).toThrow(
      'Cannot push 16 addresses: there is room for 15; push that of a pass block',
    );
    expect(compiled('velocity').pushes).toBe('block');
    expect(compiled('half').pushes).toBe('block');
  });

  test('but not where its memory is bound: there are no addresses then', () => {
    const code = `WriteField("pressure", idx, ${near('density')});`;
    const stencil = compileCase({ inputs: ['density'], outputs: ['pressure'], code });
    const pushes = (access: 'address' | 'descriptor'): string =>
      emitSpirv(stencil, placement, { bound: 'caches', access }).pushes;
    expect([pushes('address'), pushes('descriptor')]).toEqual(['addresses', 'block']);
  });

  test('a text that exchanges values asks for no leaf that it reads nothing of', () => {
    const sum = `float sum = 0.0;
      for (int x = -1; x < 2; x++) for (int y = -1; y < 2; y++) for (int z = -1; z < 2; z++)
        sum += ReadField("density", coord + ivec3(x, y, z));
      WriteField("pressure", idx, sum);`;
    const stencil = compileCase({ inputs: ['density'], outputs: ['pressure'], code: sum });
    const text = emitGlsl(stencil, placement, { bound: 'caches' });
    const slots = [...text.matchAll(/^ *uint (leaf\w*) = /gm)].map(([, slot]) => slot!);
    expect(slots.length).toBeGreaterThan(9);
    for (const slot of slots) expect([...text.matchAll(new RegExp(`\\b${slot}\\b`, 'g'))].length).toBeGreaterThan(1);
  });

  test('there, of many loads, a row and its end are given by the threads beside, others load both', () => {
    const wholeOf = (bound: 'memory' | 'caches', code: string, output: string = 'pressure'): string => {
      const stencil = compileCase({ inputs: ['density', 'half'], outputs: [output], code });
      const text = emitGlsl(stencil, placement, { bound, shape: 'box' });
      return text.slice(text.indexOf('if (whole)'), text.indexOf('} else {'));
    };
    const countsOf = (text: string): number[] =>
      [/Read_vec4\(/g, /Read_float\(/g, /QuadSwapHorizontal/g, /QuadSwapVertical/g].map(
        (each) => text.match(each)?.length ?? 0,
      );
    const sum = `float sum = 0.0;
      for (int x = -1; x < 2; x++) for (int y = -1; y < 2; y++) for (int z = -1; z < 2; z++)
        sum += ReadField("density", coord + ivec3(x, y, z));
      WriteField("pressure", idx, sum);`;
    // Ten planes of three rows, with an end each: four values of a row are given, and one beyond it.
    expect(countsOf(wholeOf('caches', sum))).toEqual([20, 20, 30, 50]);
    expect(countsOf(wholeOf('memory', sum))).toEqual([30, 30, 30, 0]);
    expect(countsOf(wholeOf('caches', `WriteField("pressure", idx, ${near('density')});`))).toEqual([26, 8, 8, 0]);
    const halves = sum.replaceAll('density', 'half').replaceAll('pressure', 'half');
    expect(wholeOf('caches', halves, 'half')).not.toContain('Vertical');
  });

  test('where caches are what is waited for, workgroups take more leaves that share what they read', () => {
    const leaves = (field: string, code: string, bound: 'memory' | 'caches'): number =>
      emitSpirv(compileCase({ inputs: [field], outputs: [field], code }), placement, { bound }).groupLeaves;
    const all = (bound: 'memory' | 'caches'): number[] => [
      ...['density', 'velocity', 'half'].map((field) =>
        leaves(field, `WriteField("${field}", idx, ${near(field)});`, bound),
      ),
      leaves('half', 'WriteField("half", idx, 2.0 * ReadField("half", idx));', bound),
    ];
    expect(all('caches')).toEqual([8, 4, 8, 2]);
    expect(all('memory')).toEqual([2, 2, 2, 2]);
  });

  test('colours and reductions keep to quads, whose order is fixed', () => {
    const code = `WriteField("density", idx, ${near('density')});`;
    expect(shapeOf(['density'], 'density', code, { color: 'red' })).toBe('quad');
    expect(
      shapeOf(
        ['density'],
        'pressure',
        'WriteField("pressure", idx, 1.0); ReduceSum("sum", ReadField("density", idx));',
      ),
    ).toBe('quad');
  });

  test('computed coordinates, and what is debugged, go voxel by voxel', () => {
    const gather = 'WriteField("pressure", idx, ReadField("density", coord * 2));';
    expect(shapeOf(['density'], 'pressure', gather)).toBe('loop');
    expect(shapeOf(['density'], 'pressure', 'WriteField("pressure", idx, 1.0);', { debug: true })).toBe('loop');
  });
});
