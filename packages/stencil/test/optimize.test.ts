import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileStencil, formatIr, verifyStencil } from '../src/index.ts';
import type { Stencil, StencilSource } from '../src/index.ts';
import { passes } from '../src/optimize/optimize.ts';
import { compileText, environment, resultOf } from './compile-text.ts';
import { RandomProgram } from './random-program.ts';
import { resultsOn } from './small-world.ts';

/** How many times as many programs as are named below: a quarter, and ten times as many with HALOCLINE_LONG=1. */
const SCALE = process.env['HALOCLINE_LONG'] === '1' ? 10 : 0.25;

const choices = fc.array(fc.nat(1000), { minLength: 0, maxLength: 400, size: 'max' });
const declared = { inputs: ['density', 'velocity', 'flags'], outputs: ['density', 'made'] };

describe('a random program', () => {
  test.each([...passes(Infinity)])('means the same after the pass: %s', (_, pass) => {
    fc.assert(
      fc.property(choices, (list) => {
        const before = compileText(new RandomProgram(list).text(), declared);
        const after: Stencil = { ...before, ...pass(before) };
        verifyStencil(after);
        expect(resultsOn(after, environment)).toBe(resultsOn(before, environment));
      }),
      { numRuns: 200 * SCALE },
    );
  });

  test('means the same after all passes, each of which gives what the spec asks for', () => {
    fc.assert(
      fc.property(choices, (list) => {
        const code = new RandomProgram(list).text();
        const plain = compileText(code, declared);
        let stencil = plain;
        for (const pass of passes(Infinity).values()) {
          stencil = { ...stencil, ...pass(stencil) };
          verifyStencil(stencil);
        }
        const optimized = compileStencil({ name: 's', code, ...declared }, environment);
        expect(resultsOn(stencil, environment)).toBe(resultsOn(plain, environment));
        expect(resultsOn(optimized, environment)).toBe(resultsOn(plain, environment));
      }),
      { numRuns: 800 * SCALE },
    );
  });
});

/** The body after all passes, line by line. */
function optimized(code: string, more: Partial<StencilSource> = {}): readonly string[] {
  const source = { name: 's', inputs: ['density', 'velocity', 'ids'], outputs: ['density'], code, ...more };
  const text = formatIr(compileStencil(source, environment));
  return text
    .slice(text.indexOf('\nbody\n') + '\nbody\n'.length)
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(2));
}

describe('constants', () => {
  test('go through variables that are assigned, and decide conditions', () => {
    expect(
      optimized('float a = 1.0; a += 2.0; int n = 0; if (n == 0) a *= dt; WriteField("density", idx, a);'),
    ).toEqual(['%0.a = (3.0 * dt)', 'write "density" %0.a']);
  });

  test('are forgotten where paths that disagree meet, and in loops that assign them', () => {
    const code = `int a = 1; int b = 1; if (open) { a = 2; b = 3; } else { a = 2; }
      for (int i = 0; i < steps; i++) b += a; WriteField("density", idx, float(b * a));`;
    expect(optimized(code).join('\n')).toContain('%0.b = (%0.b + 2)');
  });

  test('are not folded where devices differ: infinities, denormals, zeros with a sign', () => {
    const code = `float a = 3.0e38; float b = 1.0e-38; a *= 10.0; b *= 0.001; float c = 0.0; c += dt;
      WriteField("density", idx, a + b + c);`;
    expect(optimized(code)).toEqual([
      `%0.a = (${Math.fround(3e38)} * 10.0)`,
      `%1.b = (${Math.fround(1e-38)} * ${Math.fround(0.001)})`,
      '%2.c = (0.0 + dt)',
      'write "density" ((%0.a + %1.b) + %2.c)',
    ]);
  });

  test('of integers disappear where they change nothing', () => {
    const code = 'int n = 0; n += steps * 1; n = (n | 0) << 0; WriteField("density", idx, float(n + 0 * steps) * 1.0);';
    expect(optimized(code)).toEqual(['%0.n = steps', 'write "density" (float←(%0.n) * 1.0)']);
  });

  test('that index arrays make locals of them', () => {
    const code = 'float a[3]; int i = 1; a[i] = dt; i++; a[i] = a[i - 1] * dt; WriteField("density", idx, a[2]);';
    expect(optimized(code)).toEqual(['%0.a_1 = dt', '%1.a_2 = (%0.a_1 * %0.a_1)', 'write "density" %1.a_2']);
  });

  test('that divide are factors where they are powers of two, which changes nothing for any number', () => {
    const tiny = [1e-45, -3e-42, 5.9e-39, 1.2e-38, 2 ** -126, -0, 0];
    const hard = [...tiny, 1, 3, -1e30, 3.4028234663852886e38, Infinity, -Infinity, NaN].map(Math.fround);
    for (const divisor of [2, -0.5, 4, 2 ** 64, 2 ** 126, -(2 ** 126), 2 ** -126]) {
      const by = divisor.toExponential();
      const [line] = optimized(`WriteField("density", idx, buoyancy / ${by});`);
      expect(line).toMatch(/^write "density" \(buoyancy \* .*\)$/u);
      for (const one of hard) {
        const [bits] = new Uint32Array(Float32Array.of(one).buffer);
        const body = `return uintBitsToFloat(${bits}u + uint(steps - 3)) / ${by};`;
        expect(resultOf('float', body)).toEqual([Math.fround(one / divisor)]);
      }
    }
    expect(optimized('WriteField("density", idx, (wind / vec3(2, 4, -8)).y);')).toEqual([
      'write "density" (wind * vec3{0.5, 0.25, -0.125}).y',
    ]);
  });

  test('that divide stay where the reciprocal is rounded, or no normal number', () => {
    for (const divisor of [3, 2e38, 2 ** 127, 2 ** -127, 0]) {
      const [line] = optimized(`WriteField("density", idx, buoyancy / ${divisor.toExponential()});`);
      expect(line).toContain('buoyancy / ');
    }
    expect(optimized('WriteField("density", idx, (wind / vec3(2, 3, 4)).y);')[0]).toContain('wind / ');
  });

  test('keep a branch that writes, since an output is declared by it', () => {
    const code = 'int n = 1; if (n == 0) WriteField("made", idx, 1.0); WriteField("density", idx, dt);';
    const source = { name: 's', inputs: [], outputs: ['density', 'made'], code };
    expect(compileStencil(source, environment).writes).toMatchObject([{ field: 'made' }, { field: 'density' }]);
  });
});

describe('common values', () => {
  test('are computed once, look-ups and calls of functions too', () => {
    const code = `float twice(float x) { for (int i = 0; i < steps; i++) if (x > 3.0) return x; return x + x; }
      vec3 p = CoordToWorld(coord) - dt * ReadField("velocity", idx);
      float a = SampleField("density", p) + twice(dt);
      float b = SampleField("density", p) * twice(dt);
      WriteField("density", idx, a / b);`;
    const text = optimized(code).join('\n');
    expect(text.match(/trilinear/g)).toHaveLength(1);
    expect(text.match(/@0\.twice/g)).toHaveLength(1);
  });

  test('are known through copies, and not through what was assigned between', () => {
    const code = `float a = dt * time; float b = a; float c = b + 1.0; a = a + 1.0; float d = a + 1.0;
      WriteField("density", idx, c * d);`;
    expect(optimized(code)).toEqual([
      '%0.a = (dt * time)',
      '%1.c = (%0.a + 1.0)',
      '%2.d = (%1.c + 1.0)',
      'write "density" (%1.c * %2.d)',
    ]);
  });

  test('are taken into branches and loops, and not out of them', () => {
    const code = `float a = sqrt(dt); float s = 0.0;
      if (open) s += sqrt(dt) + sqrt(time); else s += sqrt(time);
      for (int i = 0; i < steps; i++) s += sqrt(dt) * sqrt(float(i));
      WriteField("density", idx, a + s + sqrt(time));`;
    const text = optimized(code).join('\n');
    expect(text.match(/sqrt\(dt\)/g)).toHaveLength(1);
    expect(text.match(/sqrt\(time\)/g)).toHaveLength(3);
  });

  test('are not computed in a side that may not be chosen, if they cost a look-up', () => {
    const code = `float a = open ? SampleField("density", vec3(dt)) : 0.0;
      WriteField("density", idx, a + SampleField("density", vec3(dt)));`;
    expect(
      optimized(code)
        .join('\n')
        .match(/trilinear/g),
    ).toHaveLength(2);
  });

  test('leave a stencil that is debugged as its text says it', () => {
    const code = 'float a = ReadField("density", coord + 1) + ReadField("density", coord + 1); printf("%f", a);';
    const source = { debug: true, code: `${code} WriteField("density", idx, 1.0);` };
    expect(
      optimized(source.code, source)
        .join('\n')
        .match(/"density"\[1,1,1\]/g),
    ).toHaveLength(2);
  });
});

describe('functions', () => {
  /** The functions that are left. */
  function left(code: string): readonly string[] {
    const source = { name: 's', inputs: ['density'], outputs: ['density'], code };
    return compileStencil(source, environment).functions.map(({ name }) => name);
  }

  test('stand in place of their calls, with their arguments and what they write', () => {
    const code = `float mixed(float x, inout float y, out float z) { y += x; z = y * x; return z - 1.0; }
      float a = dt; float b; float c = mixed(time, a, b); WriteField("density", idx, a + b * c);`;
    expect(left(code)).toEqual([]);
    expect(optimized(code)).toEqual([
      '%0.a = dt',
      '%1.y = %0.a',
      '%1.y = (%1.y + time)',
      '%2.z = (%1.y * time)',
      '%3.mixed = (%2.z - 1.0)',
      '%0.a = %1.y',
      'write "density" (%0.a + (%2.z * %3.mixed))',
    ]);
  });

  test('that return early become branches', () => {
    const code = `float held(float x) { if (x > 1.0) return 1.0; float y = x * x; if (y < 0.5) { return y; } else y += 1.0; return y; }
      WriteField("density", idx, held(dt));`;
    expect(optimized(code)).toEqual([
      'if (dt > 1.0)',
      '  %1.held = 1.0',
      'else',
      '  %0.y = (dt * dt)',
      '  if (%0.y < 0.5)',
      '    %1.held = %0.y',
      '  else',
      '    %0.y = (%0.y + 1.0)',
      '    %1.held = %0.y',
      'write "density" %1.held',
    ]);
  });

  test('that read fields let their reads be taps of the main code', () => {
    const code = `float at(int n) { return ReadField("density", coord + ivec3(n, 0, 0)); }
      int n = 1; n += 1; WriteField("density", idx, at(n) + at(-1));`;
    expect(optimized(code)).toEqual([
      '%0.at = "density"[2,0,0]',
      '%1.at = "density"[-1,0,0]',
      'write "density" (%0.at + %1.at)',
    ]);
  });

  test('are called where they return from a loop, take arrays, or cost something and may not be needed', () => {
    expect(left('float f(float x[2]) { return x[1]; } float a[2]; WriteField("density", idx, f(a));')).toEqual(['f']);
    const loop = 'float f(float x) { for (int i = 0; i < steps; i++) if (x > 2.0) return x; return x; }';
    expect(left(`${loop} WriteField("density", idx, f(dt));`)).toEqual(['f']);
    const look = 'float f(float x) { return SampleField("density", vec3(x)); }';
    expect(left(`${look} WriteField("density", idx, open ? f(dt) : dt);`)).toEqual(['f']);
    expect(left(`${look} WriteField("density", idx, f(dt));`)).toEqual([]);
  });
});

describe('what a loop repeats', () => {
  test('is computed before it, if it is cheap', () => {
    const code = `float s = 0.0; for (int i = 0; i < steps; i++) s += sqrt(dt * time) * float(i);
      WriteField("density", idx, s);`;
    expect(optimized(code)[2]).toBe('%2.value = sqrt((dt * time))');
  });

  test('stays in it if it is looked up', () => {
    const code = `float s = 0.0; for (int i = 0; i < steps; i++) s += SampleField("density", vec3(dt));
      WriteField("density", idx, s);`;
    expect(optimized(code).findIndex((line) => line.includes('trilinear'))).toBe(3);
  });
});

describe('dead code', () => {
  test('goes: variables that nobody reads, what they hang on, loops that leave nothing', () => {
    const code = `float a = sqrt(dt); float b = a * 2.0; float c = 0.0;
      for (int i = 0; i < steps; i++) { c += b; if (c > 3.0) break; }
      WriteField("density", idx, dt);`;
    expect(optimized(code)).toEqual(['write "density" dt']);
  });

  test('goes with its reads: they are no reach', () => {
    const code = 'float a = ReadField("density", coord + 3); WriteField("density", idx, dt);';
    const source = { name: 's', inputs: ['density'], outputs: ['density'], code };
    expect(compileStencil(source, environment)).toMatchObject({ reads: [], requiresHalos: false });
  });

  test('goes with the functions that it called; a call stays for the sake of one output', () => {
    const code = `float one(inout float x, out float y) { for (;;) { x += 1.0; y = x; if (x > 3.0) return 3.0; } return x; }
      float two(float x) { return x; }
      float a = dt; float b; float c = one(a, b); float d = two(c); WriteField("density", idx, b);`;
    const source = { name: 's', inputs: [], outputs: ['density'], code };
    expect(compileStencil(source, environment).functions.map(({ name }) => name)).toEqual(['one']);
    expect(optimized(code)).toEqual(['%0.a = dt', '@0.one(inout %0.a, out %1.b)', 'write "density" %1.b']);
  });

  test('goes from a branch, whose condition turns where only the other side is left', () => {
    const code = 'float a = 0.0; float b; if (open) b = 1.0; else a = dt; WriteField("density", idx, a);';
    expect(optimized(code)).toEqual(['%0.a = 0.0', 'if !open', '  %0.a = dt', 'write "density" %0.a']);
  });
});
