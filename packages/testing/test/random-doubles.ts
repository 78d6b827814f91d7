/**
 * @file Random stencils in double precision: fields, parameters and scalars of doubles, in operations that shader and interpreter
 * compute alike, bit for bit. Constants are multiplied by a parameter, as in `random-stencil.ts`, and for the same reason.
 */
import type { StencilSource } from '@halocline/stencil';
import fc from 'fast-check';
import type { Names } from './oracle.ts';

type Arbitrary = fc.Arbitrary<string>;

/** What these stencils may name. */
export const DOUBLES: Names = {
  fields: new Map([
    ['d', 'float64'],
    ['e', 'float64'],
    ['w', 'dvec3'],
    ['q', 'dvec2'],
    ['a', 'float32'],
    ['n', 'int32'],
  ]),
  parameters: new Map([
    ['one', ['double', [1]]],
    ['k', ['double', [1.5000000000000002]]],
    ['four', ['dvec4', [0.1, -0.2, 1e-17, 3]]],
    ['none', ['int', [0]]],
  ]),
  scalars: new Map([['s', ['double', 2.2500000000000004]]]),
};

const small = fc.integer({ min: -2, max: 2 });
const offset = fc.tuple(small, small, small).map((values) => `coord + ivec3(${values.join(', ')})`);
const place = fc.oneof(fc.constant('idx'), offset);
const constants = fc
  .constantFrom(1, -1, 0.5, 2, 0.1, 1e-3, 1e20, 1e-30, 1e-17, 1e300, 4503599627370497, 1 / 3)
  .map((value) => `(one * ${value < 0 ? `(${literal(value)})` : literal(value)})`);

function literal(value: number): string {
  const plain = String(value);
  return `${/[.e]/.test(plain) ? plain : `${plain}.0`}lf`;
}

const binary = (operators: readonly string[], left: Arbitrary, right: Arbitrary): Arbitrary =>
  fc
    .tuple(left, fc.constantFrom(...operators), right)
    .map(([a, operator, b]) => (operator === '-' && a === b ? `(${a} + ${b})` : `(${a} ${operator} ${b})`));
const call = (names: readonly string[], ...args: readonly Arbitrary[]): Arbitrary =>
  fc.tuple(fc.constantFrom(...names), fc.tuple(...args)).map(([name, given]) => `${name}(${given.join(', ')})`);

const LEAVES = {
  double: fc.oneof(
    fc.tuple(fc.constantFrom('d', 'e', 'w_x', 'w_z', 'q_y'), place).map(([f, at]) => `ReadField("${f}", ${at})`),
    constants,
    fc.constantFrom('k', 's', 't0', 't1', 'four.x', 'four.w', 'double(dt)', 'four.z'),
  ),
  dvec3: fc.oneof(
    place.map((at) => `ReadField("w", ${at})`),
    fc.constantFrom('w0', 'four.zyx', 'dvec3(coord)'),
  ),
  int: fc.oneof(
    place.map((at) => `ReadField("n", ${at})`),
    fc.constantFrom('n0', 'coord.x', '3'),
  ),
  bool: fc.constantFrom('k > one', 't0 < t1', 'n0 < coord.x'),
} satisfies Record<string, Arbitrary>;
type Kind = keyof typeof LEAVES;

function nodes(kind: Kind, e: (kind: Kind) => Arbitrary): readonly Arbitrary[] {
  const d = e('double');
  const near = e('int').map((n) => `ivec3(coord.x + (${n} & 7), coord.yz)`);
  switch (kind) {
    case 'double':
      return [
        binary(['+', '-', '*'], d, d),
        binary(['+', '-', '*'], d, d),
        call(['abs', 'floor', 'ceil', 'fract', 'trunc', 'round', 'sign'], d),
        d.map((x) => `(-${x})`),
        call(['min', 'max', 'step'], d, d),
        call(['mix', 'clamp', 'fma'], d, d, d),
        call(['dot'], e('dvec3'), e('dvec3')),
        e('int').map((n) => `double(${n} + none)`),
        d.map((x) => `double(float(${x}))`),
        e('int').map((n) => `list[n0 + ${n}]`),
        e('int').map((n) => `w0[n0 + ${n}]`),
        call(['twice'], d),
        d.map((x) => `packDouble2x32(unpackDouble2x32(${x}) ^ 3u)`),
        near.map((at) => `ReadField("d", ${at})`),
        near.map((at) => `ReadCoarse("e", ${at} / 2)`),
        near.map((at) => `ReadFine("e", ${at} * 2)`),
        d.map((x) => `SampleField("d", CoordToWorld(coord) + float(${x}) * 0.25)`),
        d.map((x) => `SampleField("w_y", CoordToWorld(coord) - float(${x}), "nearest")`),
        // voxelSize is a half in these tests: what is divided by it has no rounding to differ in.
        fc.constantFrom('Laplacian("d")', 'Divergence("w")', 'Gradient("e", "faces").y', 'Curl("w").x'),
        fc.tuple(d, d).map(([a, b]) => `(m0 * dvec2(${a}, ${b})).y`),
      ];
    case 'dvec3':
      return [
        binary(['+', '-', '*'], e('dvec3'), e('dvec3')),
        binary(['*'], e('dvec3'), d),
        call(['dvec3'], d, d, d),
        call(['cross', 'min', 'max', 'reflect'], e('dvec3'), e('dvec3')),
        call(['abs', 'floor', 'fract'], e('dvec3')),
        e('dvec3').map((v) => `(${v}).zxy`),
        d.map((x) => `SampleField("w", CoordToWorld(coord) + float(${x}))`),
        fc.constantFrom('AtFaces("w")', 'AtFaces("d")', 'Gradient("d")', 'Laplacian("w")'),
      ];
    case 'int':
      return [
        binary(['+', '-', '*', '^'], e('int'), e('int')),
        d.map((x) => `int(${x})`),
        d.map((x) => `int(uint(${x}) >> 1)`),
      ];
    default:
      return [
        binary(['<', '<=', '>', '>=', '==', '!='], d, d),
        binary(['==', '!='], e('dvec3'), e('dvec3')),
        d.map((x) => `(isnan(${x}) || isinf(${x}))`),
        e('bool').map((b) => `!(${b})`),
      ];
  }
}

const made = new Map<string, Arbitrary>();

function expression(kind: Kind, depth: number): Arbitrary {
  if (depth === 0) return LEAVES[kind];
  const key = `${kind} ${depth}`;
  const known = made.get(key);
  if (known) return known;
  const down = (inner: Kind): Arbitrary => expression(inner, depth - 1);
  const choice = fc.tuple(down('bool'), down(kind), down(kind)).map(([c, a, b]) => `(${c} ? ${a} : ${b})`);
  const all = fc.oneof(LEAVES[kind], ...nodes(kind, down), choice);
  made.set(key, all);
  return all;
}

const assignment = fc.oneof(
  fc
    .tuple(fc.constantFrom('t0', 't1'), fc.constantFrom('=', '+=', '*='), expression('double', 2))
    .map(([name, operator, value]) => `${name} ${operator} ${value};`),
  expression('int', 2).map((value) => `n0 = ${value};`),
  expression('dvec3', 2).map((value) => `w0 = ${value};`),
  fc.tuple(expression('int', 1), expression('double', 1)).map(([at, value]) => `list[n0 + ${at}] = ${value};`),
  expression('double', 1).map((x) => `m0[n0] = dvec2(${x}, t0);`),
);
const write = fc.oneof(
  expression('double', 1).map((value) => `WriteField("d", idx, ${value});`),
  expression('double', 1).map((value) => `WriteField("made", idx, ${value});`),
  expression('dvec3', 1).map((value) => `WriteField("w", idx, ${value});`),
  expression('double', 1).map((value) => `WriteField("q_x", idx, ${value});`),
  expression('double', 1).map((value) => `WriteField("a", idx, float(${value}));`),
);
const statement = fc.oneof(
  { weight: 4, arbitrary: assignment },
  {
    weight: 2,
    arbitrary: fc
      .tuple(expression('bool', 2), fc.oneof(assignment, write), assignment)
      .map(([c, yes, no]) => `if (${c}) { ${yes} } else { ${no} }`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 4 }), assignment, expression('bool', 1))
      .map(([n, inner, c]) => `for (int i = 0; i < ${n}; i++) { if (${c}) break; ${inner} }`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('Sum', 'Min', 'Max'), expression('double', 1))
      .map(([kind, value]) => `Reduce${kind}("r${kind}", ${value});`),
  },
);

const HEAD = `double twice(double x) { if (x > 1.0lf) return x - 0.25lf; return x * 2.0lf + k; }
double t0 = ReadField("d", idx); double t1 = k; int n0 = coord.x + coord.z; dvec3 w0 = ReadField("w", idx);
double list[4] = double[](t0, k, one, t1); dmat2 m0 = dmat2(one, t0, k, t1);`;

/** Programs of a few statements; every output is written somewhere. */
export const randomDoubles: fc.Arbitrary<StencilSource> = fc
  .tuple(
    fc.array(statement, { minLength: 1, maxLength: 4 }),
    fc.array(write, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(undefined, undefined, undefined, 'red' as const),
  )
  .map(([statements, writes, color]) => {
    const code = [HEAD, ...statements, ...writes, 'WriteField("made", idx, t0 + t1 + w0.x);'].join('\n');
    const outputs = ['d', 'made', 'w', 'q', 'a'].filter((name) => code.includes(`WriteField("${name}`));
    return { name: 'random', inputs: [...DOUBLES.fields.keys()], outputs, code, ...(color ? { color } : {}) };
  });
