/**
 * @file Random stencils as source text, typed, through fast-check: so a failure shrinks to a program that a person can
 * read. Only operations that shader and interpreter compute alike, bit for bit, occur.
 *
 * Float literals are multiplied by a parameter `one` (0 is `float(none)`: lavapipe's `_div` gives 0 for x ÷ 0 where it
 * knows the 0), conversions of integers pass through a parameter `none` (0), and no
 * text is subtracted from itself: lavapipe (Mesa 22.3, `lp_build_add`, `_mul`, `_sub`) takes x + 0 for x, x × 0 for 0 and
 * x − x for 0 where it sees that from its compiler's constants, which is wrong for −0, infinities and NaN.
 */
import type { StencilSource, ValueType } from '@halocline/stencil';
import fc from 'fast-check';
import type { Names } from './oracle.ts';

type Arbitrary = fc.Arbitrary<string>;

/** What random stencils may name. */
export const RANDOM: Names = {
  fields: new Map([
    ['a', 'float32'],
    ['b', 'float32'],
    ['v', 'vec3'],
    ['n', 'int32'],
    ['u', 'uint32'],
    ['byte', 'uint8'],
    ['m', 'vec3'],
    ['g', 'float32'],
  ]),
  places: new Map([
    ['m', 'faces'],
    ['g', 'face-y'],
  ]),
  parameters: new Map([
    ['k', ['float', [1.5]]],
    ['one', ['float', [1]]],
    ['none', ['int', [0]]],
    ['centre', ['vec3', [1, 2, 3]]],
  ]),
  scalars: new Map([['s', ['float', 2.25]]]),
};

const small = fc.integer({ min: -2, max: 2 });
const offset = fc.tuple(small, small, small).map((values) => `coord + ivec3(${values.join(', ')})`);
const place = fc.oneof({ weight: 2, arbitrary: fc.constant('idx') }, { weight: 3, arbitrary: offset });
const floatConstant = fc
  .oneof(
    fc.constantFrom(0, 1, -1, 0.5, 2, 3, 0.1, 1e-3, 100, 1e20, 1e-30),
    fc.integer({ min: -64, max: 64 }).map((value) => value / 16),
  )
  .map((value) => (value === 0 ? 'float(none)' : `(one * ${value < 0 ? `(${text(value)})` : text(value)})`));
const intConstant = fc
  .oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(31, 255, 65537, 2147483647, -2147483647))
  .map((value) => (value < 0 ? `(${value})` : String(value)));
const uintConstant = fc.constantFrom(0, 1, 2, 3, 7, 31, 255, 65536, 4294967295).map((value) => `${value}u`);

function text(value: number): string {
  const plain = String(value);
  return /[.e]/.test(plain) ? plain : `${plain}.0`;
}

function leaf(type: ValueType): Arbitrary {
  switch (type) {
    case 'float':
      return fc.oneof(
        {
          weight: 3,
          arbitrary: fc.tuple(fc.constantFrom('a', 'b'), place).map(([f, at]) => `ReadField("${f}", ${at})`),
        },
        {
          weight: 1,
          arbitrary: fc.tuple(fc.constantFrom('v_x', 'v_z'), place).map(([f, at]) => `ReadField("${f}", ${at})`),
        },
        { weight: 2, arbitrary: floatConstant },
        { weight: 2, arbitrary: fc.constantFrom('k', 's', 't0', 't1', 'dt', 'time', 'one') },
      );
    case 'int':
      return fc.oneof(
        place.map((at) => `ReadField("n", ${at})`),
        intConstant,
        fc.constantFrom('n0', 'coord.x', 'coord.y', 'coord.z', 'count'),
      );
    case 'uint':
      return fc.oneof(
        place.map((at) => `ReadField("u", ${at})`),
        place.map((at) => `ReadField("byte", ${at})`),
        uintConstant,
        fc.constantFrom('u0', 'frame'),
      );
    case 'vec3':
      return fc.oneof(
        place.map((at) => `ReadField("v", ${at})`),
        fc.constantFrom('w0', 'vec3(coord)', 'centre'),
      );
    case 'ivec3':
      return fc.constantFrom('coord', 'ivec3(w0)');
    default:
      return fc.constantFrom('k > one', '(coord.z & 1) == 0', 'n0 < coord.x');
  }
}

const binary = (operators: readonly string[], left: Arbitrary, right: Arbitrary): Arbitrary =>
  fc
    .tuple(left, fc.constantFrom(...operators), right)
    .map(([a, operator, b]) => (operator === '-' && a === b ? `(${a} + ${b})` : `(${a} ${operator} ${b})`));
const call = (names: readonly string[], ...args: readonly Arbitrary[]): Arbitrary =>
  fc.tuple(fc.constantFrom(...names), fc.tuple(...args)).map(([name, given]) => `${name}(${given.join(', ')})`);

/**
 * The nodes above a type's leaves. `e` gives expressions one level down; `divides` allows ÷ and √ of floats, and what is made
 * of them.
 */
function nodes(type: ValueType, e: (type: ValueType) => Arbitrary, divides: boolean): readonly Arbitrary[] {
  const f = e('float');
  const only = (...names: readonly string[]): readonly string[] => (divides ? names : []);
  switch (type) {
    case 'float':
      return [
        binary(['+', '-', '*', ...only('/')], f, f),
        binary(['+', '-', '*'], f, f),
        call(['abs', 'floor', 'ceil', 'fract', 'trunc', 'round', 'sign'], f),
        f.map((x) => (divides ? `sqrt(abs(${x}))` : `abs(${x})`)),
        f.map((x) => `(-${x})`),
        call(['min', 'max', 'step', ...only('mod')], f, f),
        call(['mix', 'clamp', 'fma', ...only('smoothstep')], f, f, f),
        call(['dot', ...only('distance')], e('vec3'), e('vec3')),
        ...(divides ? [call(['length'], e('vec3'))] : []),
        e('int').map((n) => `float(${n} + none)`),
        fc.oneof(e('uint'), e('bool')).map((n) => `float(int(${n}) | none)`),
        call(['twice'], f),
        e('int').map((n) => `list[n0 + ${n}]`),
        fc.tuple(e('int'), e('int')).map(([i, j]) => `m0[n0 + ${i}][n0 ^ ${j}]`),
        fc.tuple(f, f, fc.constantFrom('x', 'y')).map(([a, b, c]) => `(m0 * vec2(${a}, ${b})).${c}`),
        fc.constantFrom('p0.x', 'p0.v.y', 'm0[1].x', 'swapped(p0, t0).x'),
        fc.tuple(e('vec3'), fc.constantFrom('x', 'y', 'z')).map(([v, c]) => `(${v}).${c}`),
        fc.tuple(e('vec3'), e('int')).map(([v, at]) => `(${v})[n0 + ${at}]`),
        e('ivec3').map((at) => `ReadField("a", ${at})`),
        e('ivec3').map((at) => `ReadCoarse("b", ${at} / 2)`),
        e('ivec3').map((at) => `ReadFine("b", ${at} * 2 + ivec3(1, 0, 1))`),
        e('vec3').map((v) => `SampleField("a", CoordToWorld(coord) + ${v} * 0.25)`),
        fc.constantFrom('a', 'b', 'v_x').map((field) => `SampleField("${field}", w0)`),
        e('vec3').map((v) => `SampleField("g", PositionOf("m_x") - ${v})`),
        // voxelSize is a half in these tests: what is divided by it has no rounding to differ in.
        fc.constantFrom('Divergence("m")', 'AtCenter("g")', 'Laplacian("a")', 'Gradient("a", "faces").z'),
      ];
    case 'int':
      return [
        binary(['+', '-', '*', '/', '%', '&', '|', '^'], e('int'), e('int')),
        binary(['<<', '>>'], e('int'), e('int')),
        call(['abs', 'sign', '-', '~'], e('int')),
        call(['min', 'max'], e('int'), e('int')),
        call(['clamp'], e('int'), e('int'), e('int')),
        call(['int'], fc.oneof(f, e('uint'), e('bool'))),
        call(['bitCount', 'findMSB', 'findLSB', 'bitfieldReverse'], e('int')),
        call(['bitfieldExtract'], e('int'), e('int'), e('int')),
      ];
    case 'uint':
      return [
        binary(['+', '-', '*', '/', '%', '&', '|', '^'], e('uint'), e('uint')),
        binary(['<<', '>>'], e('uint'), e('uint')),
        call(['min', 'max'], e('uint'), e('uint')),
        call(['uint'], fc.oneof(f, e('int'), e('bool'))),
      ];
    case 'vec3':
      return [
        binary(['+', '-', '*', ...only('/')], e('vec3'), e('vec3')),
        binary(['*', ...only('/')], e('vec3'), f),
        call(['vec3'], f, f, f),
        f.map((x) => `swapped(p0, ${x}).v`),
        call(['cross', 'reflect', 'min', 'max'], e('vec3'), e('vec3')),
        call([...only('normalize'), 'abs', 'floor', 'CoordToWorld'], e('vec3')),
        e('vec3').map((v) => `(${v}).zxy`),
        e('vec3').map((v) => `SampleField("v", CoordToWorld(coord) - ${v} * dt)`),
        e('vec3').map((v) => `SampleField("m", PositionOf("a") - ${v})`),
        fc.constantFrom('AtCenter("m")', 'AtFaces("v")', 'AtFaces("b")', 'Curl("m")', 'Gradient("b", "faces")'),
      ];
    case 'ivec3':
      return [
        binary(['+', '-', '*'], e('ivec3'), e('ivec3')),
        e('vec3').map((v) => `WorldToCoord(CoordToWorld(coord) + ${v})`),
        fc.tuple(e('int'), e('int'), e('int')).map(([i, j, k]) => `(coord + ivec3(${i} & 15, ${j} % 9, ${k} >> 30))`),
      ];
    default:
      return [
        binary(['<', '<=', '>', '>=', '==', '!='], f, f),
        binary(['<', '>=', '==', '!='], e('int'), e('int')),
        binary(['&&', '||', '^^'], e('bool'), e('bool')),
        e('bool').map((b) => `!(${b})`),
        e('ivec3').map((at) => `IsActive(${at})`),
        binary(['==', '!='], e('vec3'), e('vec3')),
      ];
  }
}

const expressions = new Map<string, Arbitrary>();

type Expression = (type: ValueType, depth: number) => Arbitrary;

/** Expressions of a type, at most `depth` operations deep. */
function expression(type: ValueType, depth: number, divides: boolean): Arbitrary {
  const key = `${type} ${depth} ${divides}`;
  let made = expressions.get(key);
  if (!made) {
    if (depth === 0) made = leaf(type);
    else {
      const down = (inner: ValueType): Arbitrary => expression(inner, depth - 1, divides);
      const choice = fc.tuple(down('bool'), down(type), down(type)).map(([c, a, b]) => `(${c} ? ${a} : ${b})`);
      made = fc.oneof(leaf(type), ...nodes(type, down, divides), choice);
    }
    expressions.set(key, made);
  }
  return made;
}

const assignment = (expression: Expression, depth: number): Arbitrary =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom('t0', 't1'), fc.constantFrom('=', '+=', '*='), expression('float', depth))
      .map(([name, operator, value]) => `${name} ${operator} ${value};`),
    expression('int', depth).map((value) => `n0 = ${value};`),
    expression('uint', depth).map((value) => `u0 ^= ${value};`),
    expression('vec3', depth).map((value) => `w0 = ${value};`),
    expression('float', depth).map((value) => `w0.y = ${value};`),
    fc.tuple(expression('int', 1), expression('float', 1)).map(([at, value]) => `w0[n0 ^ ${at}] = ${value};`),
    fc.tuple(expression('float', 1)).map(([value]) => `t1 = apart(${value}, t0);`),
    fc
      .tuple(expression('int', 1), fc.constantFrom('=', '+=', '*='), expression('float', 1))
      .map(([at, operator, value]) => `list[n0 + ${at}] ${operator} ${value};`),
    fc.tuple(expression('int', 1), expression('float', 1)).map(([at, x]) => `m0[n0 - ${at}] = vec2(${x}, t0);`),
    fc.constantFrom('m0 *= m0 + one;', 'p0.v = m0[0].xyx;', 'list = float[](t1, list[n0], t0, list[0]);'),
    expression('float', 1).map((x) => `p0 = swapped(p0, ${x});`),
    expression('int', 1).map((at) => `p0.v[n0 + ${at}] = list[2];`),
  );

const write = (expression: Expression): Arbitrary =>
  fc.oneof(
    expression('float', 1).map((value) => `WriteField("a", idx, ${value});`),
    expression('float', 1).map((value) => `WriteField("made", idx, ${value});`),
    expression('vec3', 1).map((value) => `WriteField("v", idx, ${value});`),
    expression('float', 1).map((value) => `WriteField("v_y", idx, ${value});`),
    expression('int', 1).map((value) => `WriteField("n", idx, ${value});`),
    expression('uint', 1).map((value) => `WriteField("byte", idx, ${value});`),
  );

const block = (statement: Arbitrary, most: number): Arbitrary =>
  fc.array(statement, { minLength: 1, maxLength: most }).map((list) => list.join('\n  '));

const statement = (expression: Expression): Arbitrary =>
  fc.oneof(
    { weight: 4, arbitrary: assignment(expression, 2) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          expression('bool', 2),
          block(fc.oneof(assignment(expression, 1), write(expression)), 2),
          block(assignment(expression, 1), 2),
        )
        .map(([c, yes, no]) => `if (${c}) {\n  ${yes}\n} else {\n  ${no}\n}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.integer({ min: 1, max: 4 }),
          assignment(expression, 1),
          expression('bool', 1),
          fc.constantFrom('break', 'continue', 'return'),
        )
        .map(
          ([n, inner, c, how]) =>
            `for (int i = 0; i < ${n}; i++) {\n  count += i;\n  if (${c}) { ${how}; }\n  ${inner}\n}`,
        ),
    },
    { weight: 1, arbitrary: expression('bool', 1).map((c) => `if (${c}) { t0 = 3.0; return; }`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('Sum', 'Min', 'Max'), expression('float', 1))
        .map(([kind, value]) => `Reduce${kind}("r${kind}", ${value});`),
    },
    { weight: 1, arbitrary: expression('int', 1).map((value) => `ReduceSum("whole", ${value});`) },
    { weight: 1, arbitrary: expression('bool', 1).map((value) => `ReduceAny("some", ${value});`) },
  );

const FUNCTIONS = `struct Pair { float x; vec3 v; };
Pair swapped(Pair p, float x) {
  if (x > p.x) p = Pair(p.v.x, p.v.zyx * x);
  return p;
}
float twice(float x) {
  if (x > 1.0) return x - 0.25;
  return x * 2.0 + k;
}
float apart(float x, inout float y) {
  y = y - x;
  for (int i = 0; i < 3; i++) {
    if (y > x) return y;
    y += ReadField("b", coord) * 0.5;
  }
  return x + y;
}`;

const LOCALS = `float t0 = ReadField("a", idx);
float t1 = k;
int n0 = coord.x + coord.z;
int count = 0;
uint u0 = 5u;
vec3 w0 = ReadField("v", idx);
float list[4] = float[](t0, k, one, t1);
mat2 m0 = mat2(one, t0, k, t1);
Pair p0 = Pair(t1, w0);`;

const OUTPUTS = ['a', 'made', 'v', 'n', 'byte'];

/** Programs of a few statements; every output is written somewhere. `divides`: whether ÷ and √ of floats occur. */
export function randomStencil(divides: boolean): fc.Arbitrary<StencilSource> {
  const own: Expression = (type, depth) => expression(type, depth, divides);
  return fc
    .tuple(
      fc.array(statement(own), { minLength: 1, maxLength: 5 }),
      fc.array(write(own), { minLength: 1, maxLength: 3 }),
      fc.constantFrom(undefined, undefined, undefined, 'red' as const, 'black' as const),
    )
    .map(([statements, writes, color]) => {
      const code = [FUNCTIONS, LOCALS, ...statements, ...writes, 'WriteField("made", idx, t0 + t1 + w0.x);'].join('\n');
      const outputs = OUTPUTS.filter((name) => code.includes(`WriteField("${name}`));
      return { name: 'random', inputs: [...RANDOM.fields.keys()], outputs, code, ...(color ? { color } : {}) };
    });
}
