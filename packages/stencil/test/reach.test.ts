import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileStencil, interpret } from '../src/index.ts';
import type { Elements, FieldRead, InterpreterLevel, Offset, Stencil, StencilSource } from '../src/index.ts';
import { environment } from './compile-text.ts';

const SCALE = process.env['HALOCLINE_LONG'] === '1' ? 50 : 1;

function compiled(code: string, more: Partial<StencilSource> = {}, optimize: boolean = false): Stencil {
  const source = { name: 's', inputs: ['density', 'velocity', 'ids'], outputs: ['made'], code, ...more };
  return compileStencil(source, environment, { optimize });
}

/** How "density" is read: `low … high` on each axis, or anywhere. */
function reachOf(code: string, more: Partial<StencilSource> = {}): string {
  const read = compiled(`${code}\nWriteField("made", idx, 0.0);`, more).reads.find(({ field }) => field === 'density')!;
  return shown(read);
}

function shown({ reach, gather }: Pick<FieldRead, 'reach' | 'gather'>): string {
  if (gather) return 'anywhere';
  return [0, 1, 2].map((axis) => `${reach!.low[axis]} … ${reach!.high[axis]}`).join(', ');
}

describe('computed coordinates have a reach', () => {
  test.each([
    ['a choice', 'float a = ReadField("density", coord + ivec3(open ? 1 : -2, 0, 0));', '-2 … 1, 0 … 0, 0 … 0'],
    [
      'the sign of a number, as upwind differences have it',
      'vec3 v = ReadField("velocity", idx); float a = ReadField("density", coord - ivec3(sign(v)));',
      '-1 … 1, -1 … 1, -1 … 1',
    ],
    [
      'min, max and clamp',
      'int n = clamp(steps, -3, 2); float a = ReadField("density", coord + ivec3(n, max(n, 0), min(abs(n), 1)));',
      '-3 … 2, 0 … 2, 0 … 1',
    ],
    [
      'a place that is held near the voxel',
      'ivec3 p = ivec3(steps); float a = ReadField("density", clamp(p, coord - 2, coord + 3));',
      '-2 … 3, -2 … 3, -2 … 3',
    ],
    [
      'remainders, masks and bits',
      'float a = ReadField("density", coord + ivec3(steps % 3, steps & 7, coord.z & 1));',
      '-2 … 2, 0 … 7, 0 … 1',
    ],
    [
      'the corner of a block',
      'float a = ReadField("density", ivec3(coord.x & ~1, coord.y | 1, coord.z ^ 1));',
      '-1 … 0, 0 … 1, -1 … 1',
    ],
    [
      'products and quotients of what is bounded',
      'int n = clamp(steps, -4, 4); float a = ReadField("density", coord + ivec3(n * 2, n / 2, n >> 1));',
      '-8 … 8, -2 … 2, -2 … 2',
    ],
    [
      'a loop that counts',
      'float s = 0.0; for (int i = -40; i <= 40; i++) s += ReadField("density", coord + ivec3(i, 0, 0));',
      '-40 … 40, 0 … 0, 0 … 0',
    ],
    [
      'a loop that breaks, and goes on from where it is',
      'ivec3 p = coord; for (int i = 0; i < 5; i++) { p += ivec3(1, 0, -2); if (ReadField("density", p) > 0.0) break; }',
      '1 … 5, 0 … 0, -10 … -2',
    ],
    [
      'a loop whose count is not known, through its condition',
      'int i = 0; while (i < min(steps, 20)) { float a = ReadField("density", coord + ivec3(i, 0, 0)); i++; }',
      '0 … 19, 0 … 0, 0 … 0',
    ],
    [
      'a table that a counter indexes, in a loop that breaks',
      `const int c[6] = int[](0, 1, -1, 2, 0, 1); float s = 0.0;
       for (int q = 0; q < 6; q++) { if (s > 9.0) break; s += ReadField("density", coord + ivec3(c[q], 0, -c[q])); }`,
      '-1 … 2, 0 … 0, -2 … 1',
    ],
    [
      'conditions',
      'if (steps > -3 && steps <= 4) { float a = ReadField("density", coord + ivec3(steps, 0, 0)); }',
      'anywhere',
    ],
    [
      'conditions on a variable',
      'int n = steps; if (n > -3 && n <= 4) { float a = ReadField("density", coord + ivec3(n, n + 1, 0)); }',
      '-2 … 4, -1 … 5, 0 … 0',
    ],
    [
      'conditions that leave',
      'int n = steps; if (n < 0 || !(n < 3)) return; float a = ReadField("density", coord + ivec3(n, 0, 0));',
      '0 … 2, 0 … 0, 0 … 0',
    ],
    [
      'functions, with out and inout',
      `int near(int n, inout ivec3 p) { p.y += n; return n * 2; }
       ivec3 p = coord; int n = near(open ? 1 : 2, p); float a = ReadField("density", p + ivec3(n, 0, 0));`,
      '2 … 4, 1 … 2, 0 … 0',
    ],
    [
      'reads in functions, of all calls together',
      `float at(int n) { return ReadField("density", coord + ivec3(n, 0, 0)); }
       float a = at(clamp(steps, 0, 1)) + at(clamp(steps, 4, 5));`,
      '0 … 5, 0 … 0, 0 … 0',
    ],
    [
      'a place that is assigned later',
      'ivec3 p = coord; float a = ReadField("density", p); p = ivec3(0);',
      '0 … 0, 0 … 0, 0 … 0',
    ],
    ['an absolute place', 'float a = ReadField("density", ivec3(1, 2, 3));', 'anywhere'],
    ['a parameter', 'float a = ReadField("density", coord + ivec3(steps, 0, 0));', 'anywhere'],
    ['what may wrap', 'int n = max(steps, 0) + 1; float a = ReadField("density", coord + min(n, 3));', 'anywhere'],
    [
      'a float that may be NaN',
      'int n = int(clamp(dt, 0.0, 3.0)); float a = ReadField("density", coord + n);',
      'anywhere',
    ],
    [
      'what goes on for ever',
      'ivec3 p = coord; while (open) { p.x++; float a = ReadField("density", p); }',
      'anywhere',
    ],
    ['what is far', 'float a = ReadField("density", coord + ivec3(open ? 100 : 0, 0, 0));', 'anywhere'],
  ])('%s', (_, code, reach) => {
    expect(reachOf(code)).toBe(reach);
  });

  test('each component of a field its own', () => {
    const code = `vec3 v = vec3(0.0); for (int i = 0; i < 2; i++) { if (v.x > 1.0) break;
      v.x += ReadField("velocity_x", coord + ivec3(i, 0, 0)); v.z += ReadField("velocity_z", coord - ivec3(0, 0, i)); }
      v.y = ReadField("velocity_y", ivec3(steps)); WriteField("made", idx, v.x);`;
    const [read] = compiled(code).reads;
    expect(read!.parts.map((part) => shown(part))).toEqual(['0 … 1, 0 … 0, 0 … 0', 'anywhere', '0 … 0, 0 … 0, -1 … 0']);
  });

  test('no further than neighborRadius, which the shader sees to; a tap beyond it is an error', () => {
    const code = 'float a = ReadField("density", coord + clamp(steps, -5, 5));';
    expect(reachOf(code, { neighborRadius: 3 })).toBe('-3 … 3, -3 … 3, -3 … 3');
    expect(() => reachOf('float a = ReadField("density", coord + 5);', { neighborRadius: 3 })).toThrow(
      'this reads "density" 5 voxels away, and neighborRadius is 3; set neighborRadius to 5 or more',
    );
    expect(reachOf('float a = ReadField("density", coord + 1);', { neighborRadius: 3 })).toBe('1 … 1, 1 … 1, 1 … 1');
    expect(compiled('WriteField("made", idx, 0.0);', { neighborRadius: 3 }).neighborRadius).toBe(3);
  });

  test('and are taps where it is a single offset, within neighborRadius', () => {
    const code = `ivec3 p = coord; p.x += 2; float a = ReadField("density", p); p.y -= 1;
      WriteField("made", idx, a + ReadField("density", p));`;
    const taps = (more: Partial<StencilSource>): number =>
      JSON.stringify(compiled(code, more, true).body).split('"tap"').length - 1;
    expect(taps({})).toBe(2);
    expect(taps({ neighborRadius: 1 })).toBe(0);
  });

  test('and loops in loops, deeper than anybody writes, end without one', () => {
    const open = Array.from(
      { length: 14 },
      (_, n) => `for (int i${n} = 0; i${n} < steps; i${n}++) { j += i${n}; `,
    ).join('');
    const code = `int j = 0; float s = 0.0; ${open} s += ReadField("density", coord + ivec3(j & 3, 0, 0)); ${'}'.repeat(14)}`;
    expect(reachOf(code)).toBe('anywhere');
  });

  test('and a chain of functions that call each other twice ends, without one', () => {
    const chain = Array.from({ length: 40 }, (_, n) => `int f${n + 1}(int x) { return f${n}(x) + f${n}(x + 1); }`);
    const code = `int f0(int x) { return x & 1; } ${chain.join('\n')}
      float a = ReadField("density", coord + clamp(f40(steps), 0, 1));`;
    expect(reachOf(code)).toBe('anywhere');
  });
});

/** A world of one voxel, at 3, 4, 5, that notes where around it "ids" is read. */
function readsAround(stencil: Stencil, steps: number): readonly Offset[] {
  const offsets: Offset[] = [];
  const slotOf = (i: number, j: number, k: number): number => {
    const [a, b, c] = [(i >> 3) + 12, (j >> 3) + 12, (k >> 3) + 12];
    return [a, b, c].every((at) => at >= 0 && at < 24) ? 1 + (a * 24 + b) * 24 + c : 0;
  };
  const home = slotOf(3, 4, 5);
  const elements = new Proxy([] as number[], {
    get: (_, key) => {
      const at = Number(key);
      const slot = (at >> 9) - 1;
      const origin = [Math.floor(slot / 576) - 12, (Math.floor(slot / 24) % 24) - 12, (slot % 24) - 12];
      const inside = [(at >> 6) & 7, (at >> 3) & 7, at & 7];
      const place = origin.map((leaf, axis) => (slot < 0 ? 1e6 : 8 * leaf + inside[axis]! - [3, 4, 5][axis]!));
      offsets.push(place as unknown as Offset);
      return at % 5;
    },
  });
  const masks = new Uint32Array(16 * (home + 1));
  const n = (3 << 6) | (4 << 3) | 5;
  masks[16 * home + (n >> 5)] = 1 << (n & 31);
  const same: InterpreterLevel = {
    leaves: [home],
    slotAt: slotOf,
    origin: () => [0, 0, 0],
    masks,
    fields: new Map<string, readonly Elements[]>([['ids', [elements]]]),
  };
  interpret(stencil, {
    same,
    outputs: new Map([['made', [{ length: 0 } as Elements]]]),
    dt: 0.5,
    time: 2,
    frame: 1,
    voxelSize: 1,
    indexToWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
    worldToIndex: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
    parameters: new Map([
      ['steps', [steps]],
      ['open', [steps & 1]],
    ]),
    scalars: new Map(),
  });
  return offsets;
}

const { int, truth } = fc.letrec<{ int: string; truth: string }>((tie) => ({
  int: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom('i', 'j', 'steps', 'p.x - coord.x', 'coord.z - p.z', 't[j]', 'a[i]', 'coord.y', 'int(open)'),
    fc.integer({ min: -3, max: 4 }).map((value) => `(${value})`),
    fc
      .tuple(tie('int'), fc.constantFrom('+', '-', '*', '%', '&', '|', '^', '/', '>>', '<<'), tie('int'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(tie('int'), fc.constantFrom('& 3', '% 3', '& ~3', '^ 1', '>> 1', '/ 2'))
      .map(([a, rest]) => `(${a} ${rest})`),
    fc.tuple(fc.constantFrom('min', 'max'), tie('int'), tie('int')).map(([name, a, b]) => `${name}(${a}, ${b})`),
    tie('int').map((value) => `clamp(${value}, -2, 3)`),
    tie('int').map((value) => `abs(${value})`),
    tie('int').map((value) => `walk(${value}, i)`),
    fc.tuple(tie('truth'), tie('int'), tie('int')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
  ),
  truth: fc.oneof(
    { maxDepth: 2 },
    fc
      .tuple(
        fc.constantFrom('i', 'j', 'p.x', 'j + 1', 'steps'),
        fc.constantFrom('<', '<=', '>', '>=', '==', '!='),
        tie('int'),
      )
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.constantFrom('open', '(p.y > coord.y - 2)', '(p.z <= coord.z + 1)'),
    fc
      .tuple(tie('truth'), fc.constantFrom('&&', '||', '^^'), tie('truth'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    tie('truth').map((value) => `!${value}`),
  ),
}));

const { statement } = fc.letrec<{ statement: string; block: string }>((tie) => ({
  block: fc.array(tie('statement'), { minLength: 1, maxLength: 3 }).map((list) => `{ ${list.join(' ')} }`),
  statement: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    int.map((value) => `s += ReadField("ids", coord + ivec3(${value}, 0, 0));`),
    fc.constantFrom('s += ReadField("ids", p);', 's += ReadField("ids", clamp(p, coord - 2, coord + 3));'),
    fc
      .tuple(fc.constantFrom('i', 'j', 'p.x', 'p.z', 'a[i & 3]'), fc.constantFrom('=', '+=', '-='), int)
      .map((parts) => `${parts.join(' ')};`),
    fc.tuple(int, int).map(([a, b]) => `p = coord + ivec3(${a}, 0, ${b});`),
    fc.tuple(truth, tie('block'), tie('block')).map(([c, yes, no]) => `if (${c}) ${yes} else ${no}`),
    fc
      .tuple(
        fc.constantFrom('-3', '0', 'i'),
        fc.constantFrom('3', '50', 'steps'),
        truth,
        fc.constantFrom('break', 'continue', 'return'),
        tie('block'),
      )
      .map(([from, to, c, how, body]) => `for (int k = ${from}; k < ${to}; k++) { j = k; if (${c}) ${how}; ${body} }`),
    fc.tuple(truth, tie('block')).map(([c, body]) => `for (int n = 0; n < 70 && ${c}; n++) ${body}`),
    fc.tuple(truth, tie('block')).map(([c, body]) => `{ int n = 0; do { ${body} } while (n++ < 5 && ${c}); }`),
  ),
}));

test('random programs never read "ids" outside of its reach', () => {
  let bounded = 0;
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 6 }), fc.integer({ min: -6, max: 6 }), (list, steps) => {
      const code = `const int t[5] = int[](1, -1, 2, 0, 3);
        int walk(int x, int y) { if (x > 2) return x - 1; for (int m = 0; m < 3; m++) { x -= m; if (x < y) break; } return min(x, y); }
        int a[4]; int i = 0; int j = 1; int s = 0; ivec3 p = coord; ${list.join('\n')}
        WriteField("made", idx, float(s));`;
      // A return that control always comes to leaves the output unwritten.
      const stencil = compiled(code.replaceAll('return;', 'if (s < 99) return;'));
      for (const one of [stencil, compiled(code.replaceAll('return;', 'if (s < 99) return;'), {}, true)]) {
        const read = one.reads.find(({ field }) => field === 'ids');
        if (read === undefined || read.gather) continue;
        bounded++;
        const { low, high } = read.reach!;
        for (const offset of readsAround(one, steps)) {
          expect(offset.every((distance, axis) => low[axis]! <= distance && distance <= high[axis]!)).toBe(true);
        }
      }
    }),
    { numRuns: 180 * SCALE },
  );
  expect(bounded).toBeGreaterThan(10);
});
