import { describe, expect, test } from 'vitest';
import { compileStencil } from '../src/index.ts';
import type { StencilSource } from '../src/index.ts';
import { compileTraced, stencil } from '../src/trace/index.ts';
import { environment, errorOf, expectedError } from './compile-text.ts';

/** The first line of an error. */
const head = (message: string): string => message.split('\n')[0]!;

/** Functions that each call the one before: deep, though no text is nested. */
const chain = (length: number): string =>
  Array.from({ length }, (_, n) => `float f${n}(float x) { return ${n === 0 ? 'x' : `f${n - 1}(x)`}; }`).join(' ');

describe('errors of what is too deep, and of what cannot stand where it does', () => {
  const cases: readonly (readonly [string, string, Partial<StencilSource>?])[] = [
    ['«continue»;', 'continue stands outside of any loop; remove it, or use return'],
    ['float a = 1.0 + «while»;', 'the word while cannot stand here; write a value'],
  ];
  for (const [marked, problem, declared] of cases) {
    test(marked, () => expect(errorOf(marked, declared)).toBe(expectedError(marked, problem)));
  }

  test('parentheses in parentheses', () => {
    expect(head(errorOf(`float a = ${'('.repeat(300)}1.0${')'.repeat(300)};`))).toBe(
      'Cannot compile stencil "s": line 1, column 210: this is nested more than 200 deep; use variables or functions',
    );
  });

  test('a long sum', () => {
    expect(head(errorOf(`float a = dt${' + dt'.repeat(2000)};`))).toBe(
      'Cannot compile stencil "s": line 1, column 11: this expression is more than 1000 operators deep; use variables',
    );
  });

  test('functions that call functions', () => {
    expect(head(errorOf(`${chain(400)} float a = f399(1.0);`))).toMatch(
      /^Cannot compile stencil "s": line 1, column \d+: expressions and functions nest too deep here; use variables, or fewer functions that call others$/,
    );
  });
});

describe('errors of what a stencil is given', () => {
  const source = { name: 's', inputs: [], outputs: ['density'] } as const;

  test('a code that is no text', () => {
    expect(() => compileStencil({ ...source, code: 7 as never }, environment)).toThrow(
      expect.objectContaining({
        message: 'Cannot compile stencil "s": its code is not a text; give the statements as a string',
      }),
    );
  });

  test('a level that has no fields', () => {
    const code = 'WriteField("density", idx, ReadFine("density", 2 * coord));';
    const alone = { ...environment, fineFields: new Map() };
    expect(() => compileStencil({ ...source, inputs: ['density'], code }, alone)).toThrow(
      expect.objectContaining({
        message: `Cannot compile stencil "s": line 1, column 37: there are no fields on the finer level; add the level and its fields first
    1 | ${code}
      | ${' '.repeat(36)}^^^^^^^^^`,
      }),
    );
  });

  test('a body that is no function', () => {
    expect(() => stencil({ inputs: {}, outputs: { density: 'float32' } }, 'x' as never)).toThrow(
      expect.objectContaining({
        message: "Cannot make a traced stencil: its body is of type string; give a function of the fields' handles",
      }),
    );
  });

  test('a scalar that the simulation lacks', () => {
    const body = stencil(
      { inputs: {}, outputs: { density: 'float32' }, scalars: { lowest: 'float' } },
      ({ lowest }) => ({ density: lowest }),
    );
    expect(() => compileTraced(source, body, environment)).toThrow(
      expect.objectContaining({
        message: 'Cannot compile stencil "s": there is no scalar "lowest" in the simulation; add it first',
      }),
    );
  });
});
