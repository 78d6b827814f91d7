import { describe, expect, test } from 'vitest';
import { bodyOf, errorOf, expectedError, resultOf } from './compile-text.ts';

/** What a switch on the value of `n` gives, in a function that counts in `r`; `steps` is 3. */
function given(n: string, cases: string): number {
  return resultOf('float', `float r = 0.0; switch (${n}) { ${cases} } return r;`)[0]!;
}

describe('a switch', () => {
  const plain = 'case 1: r = 10.0; break; case 2: case 3: r = 20.0; break; default: r = 30.0;';
  test.each([
    ['the case of its value', 'steps - 2', plain, 10],
    ['one of several cases in a row', 'steps', plain, 20],
    ['the default, where no case is its value', 'steps + 5', plain, 30],
    [
      'the default, wherever it stands',
      'steps',
      'case 1: r = 1.0; break; default: r = 2.0; break; case 2: r = 3.0;',
      2,
    ],
    ['nothing, without a default', 'steps', 'case 1: r = 1.0; break; case 2: r = 2.0;', 0],
    [
      'what stands behind, where no break is',
      'steps - 2',
      'case 1: r += 1.0; case 2: r += 2.0; break; case 3: r += 4.0;',
      3,
    ],
    ['what stands behind the default', 'steps', 'default: r += 1.0; case 1: r += 2.0; break; case 2: r += 4.0;', 3],
    ['a case behind the default', 'steps - 1', 'default: r += 1.0; case 1: r += 2.0; break; case 2: r += 4.0;', 4],
    [
      'what stands before a break in a condition',
      'steps',
      'case 3: r = 1.0; if (steps > 2) break; r = 2.0; default: r = 3.0;',
      1,
    ],
    ['a uint by ints', 'uint(steps)', 'case 3: r = 1.0; break; default: r = 2.0;', 1],
    ['a negative case', '-steps', 'case -3: r = 1.0; break; default: r = 2.0;', 1],
    [
      'its value before the cases change it',
      'steps',
      'case 3: r += 1.0; case 4: r += 1.0; case 5: r += 1.0; break;',
      3,
    ],
    [
      'the first of what is nested',
      'steps',
      'case 3: switch (steps) { case 3: r += 1.0; default: r += 1.0; } r += 1.0; break; case 4: r = 9.0;',
      3,
    ],
  ])('takes %s', (_, n, cases, value) => {
    expect(given(n, cases)).toBe(value);
  });

  test('sees a constant by its name, and takes what returns', () => {
    const code =
      'const int WALL = 3; switch (steps) { case WALL: return 1.0; case WALL + 1: return 2.0; default: return 3.0; }';
    expect(resultOf('float', code)).toEqual([1]);
  });

  test('lets a loop around it go on, from where cases fall through', () => {
    const loop = (jump: string): string => `float r = 0.0; for (int i = 0; i < 6; i++) {
      switch (i) { case 1: r += 1.0; case 2: r += 10.0; if (i == 2) ${jump}; r += 100.0; break; case 4: ${jump}; default: r += 1000.0; }
      r += 10000.0; } return r;`;
    // i = 0, 3, 5 add 11000, i = 1 adds 10111, i = 2 adds 10 and i = 4 nothing; a break adds what follows the switch too.
    expect(resultOf('float', loop('continue'))).toEqual([43121]);
    expect(resultOf('float', loop('break'))).toEqual([63121]);
  });

  test('becomes conditions where every case ends by leaving', () => {
    const code = `float r; switch (steps) { case 1: r = dt; break; default: r = time; break; case 2: case 3: r = 1.0; }
      WriteField("density", idx, r);`;
    expect(bodyOf(code).split('\n')).toEqual([
      '%0.r = 0.0',
      '%1.temporary = steps',
      'if (%1.temporary == 1)',
      '  %0.r = dt',
      'else',
      '  if ((%1.temporary == 2) || (%1.temporary == 3))',
      '    %0.r = 1.0',
      '  else',
      '    %0.r = time',
      'write "density" %0.r',
    ]);
  });
});

describe('a switch is refused', () => {
  test.each([
    ['switch («dt») { case 1: break; }', 'switch takes an int or a uint, and this is a float; convert it first'],
    [
      'switch (1) { case «steps»: break; }',
      'a case takes a constant int, and this is computed; compare it by if and else',
    ],
    [
      'switch (1) { case «1.0»: break; }',
      'a case takes a constant int, and this is a float; compare it by if and else',
    ],
    [
      'switch (1) { case 2: break; case «1 + 1»: break; }',
      'the case 2 stands in this switch already; keep one of the two',
    ],
    ['switch (1) { default: break; «default»: break; }', 'this switch has a default already; keep one of the two'],
    ['switch (1) { case 1: «continue»; }', 'continue stands outside of any loop; remove it, or use return'],
  ])('%s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});
