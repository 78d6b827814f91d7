import { describe, expect, test } from 'vitest';
import { compileStencil, emitSpirv, formatDebug, formatIr, newDebugWords, readDebugWords } from '../src/index.ts';
import { printf, compileTraced, coord, stencil } from '../src/trace/index.ts';
import { errorOf, environment, expectedError } from './compile-text.ts';

const CODE =
  'float d = ReadField("density", idx); printf("d %.2f at %v, %d%%", d, coord, steps); WriteField("density", idx, d);';
const source = { name: 's', inputs: ['density'], outputs: ['density'], code: CODE };

describe('printf', () => {
  test('stands in the IR of a stencil that is debugged, and of no other', () => {
    const debugged = compileStencil({ ...source, debug: true }, environment);
    expect(formatIr(debugged)).toContain('stencil "s" (debug)');
    expect(formatIr(debugged)).toContain('  print 0 %0.d, coord, steps\n');
    expect(debugged.prints).toEqual([{ format: 'd %.2f at %v, %d%%', types: ['float', 'ivec3', 'int'] }]);
    expect(formatIr(compileStencil(source, environment))).not.toContain('print');
  });

  test('is the same in TypeScript', () => {
    const body = stencil(
      { inputs: { density: 'float32' }, outputs: { density: 'float32' }, parameters: { steps: 'int' } },
      (fields) => {
        const d = fields.density.named('d');
        printf('d %.2f at %v, %d%%', d, coord, fields.steps);
        return { density: d };
      },
    );
    const traced = compileTraced({ name: 's', debug: true }, body, environment);
    expect(formatIr(traced)).toBe(formatIr(compileStencil({ ...source, debug: true }, environment)));
  });

  test.each([
    ['printf(«steps»);', 'printf starts with a text in double quotes; write printf("x %f", x)'],
    ['«printf()»;', 'printf starts with a text in double quotes; write printf("x %f", x)'],
    ['«printf("%d and %d", steps)»;', 'printf has 2 placeholders and gets 1 value; give one value for each %'],
    ['«printf("100%%", steps)»;', 'printf has 0 placeholders and gets 1 value; give one value for each %'],
    ['printf(«"%s"», steps);', '"%s" is no placeholder of printf; use %d, %u, %f, %e, %x or %v'],
    [
      'float a[2]; printf("%v", «a»);',
      'this is a float[2], and a scalar or vector is wanted; choose an element, as in a[0]',
    ],
    ['int n = «printf("%d", 1)»;', 'printf has no value; call it as a statement of its own'],
    [
      'void f() { «printf("in f")»; } f();',
      'printf stands in the function "f"; return the value, and use it in the main code',
    ],
  ])('%s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

test('a stencil asks for the debug buffer only where it is debugged', () => {
  const placement = { parameters: new Map([['steps', 128]]), scalars: new Map<string, number>() };
  const kinds = (debug: boolean): readonly string[] =>
    emitSpirv(compileStencil({ ...source, debug }, environment), placement).bindings.map(({ kind }) => kind);
  expect(kinds(true)).toContain('debug');
  expect(kinds(false)).not.toContain('debug');
});

test('doubles print as the numbers that they are', () => {
  const words = newDebugWords([0, 0, 0]);
  const bits = (...values: readonly number[]): number[] => [...new Uint32Array(Float64Array.from(values).buffer)];
  words.set([0, ...bits(Math.PI, 1e300), 7, ...bits(NaN, -Infinity), ...bits(1 / 3, -0)], 136);
  const types = ['dvec2', 'int', 'double', 'double', 'double', 'double'] as const;
  const prints = [{ format: '%v %d %f %.3f %.20f %v', types }];
  const report = readDebugWords({ name: 's', writes: [], prints }, words.with(2, 14));
  expect(report.prints).toEqual(['(3.141592653589793, 1e+300) 7 NaN -Infinity 0.33333333333333331483 -0']);
  const hex = [{ format: '%x %e', types: ['double', 'double'] as const }];
  words.set([0, ...bits(-1.5, 0.1)], 136);
  expect(readDebugWords({ name: 's', writes: [], prints: hex }, words.with(2, 5)).prints).toEqual([
    'bff8000000000000 1e-1',
  ]);
});

test('the words of a run read as a report, and as lines', () => {
  const words = newDebugWords([1, -2, 3]);
  expect([...words.subarray(0, 8)]).toEqual([0, 0, 0, 0, 1, 0xfffffffe, 3, 1]);
  const bits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;
  words.set([17, 5, 5]);
  words.set([1, 2, -4 >>> 0, 0, 7, 12, bits(NaN)], 8);
  words.set([0, bits(0.125), 1, 0xffffffff, 0], 136);
  const types = ['float', 'bvec2', 'int'] as const;
  const writes = ['u', 'v'].map((field) => ({ field }) as never);
  const report = readDebugWords({ name: 's', writes, prints: [{ format: 'a %.1f b %v c %x', types }] }, words);
  expect(report).toMatchObject({ nonFinite: 17, outside: 5, prints: ['a 0.1 b (true, true) c 0'] });
  expect(report.writes[0]).toEqual({ field: 'v', component: 2, coord: [-4, 0, 7], step: 12, value: NaN });
  expect(formatDebug({ ...report, writes: report.writes.slice(0, 1) })).toEqual([
    'Stencil "s": a 0.1 b (true, true) c 0',
    'Stencil "s", step 12: wrote NaN to field "v" component z at (-4, 0, 7)',
    'Stencil "s": 16 more writes were not finite',
    'Stencil "s": 5 reads went to voxels that are not active',
  ]);
});
