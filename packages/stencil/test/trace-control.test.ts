import { describe, expect, test } from 'vitest';
import { StencilError, compileStencil, formatIr } from '../src/index.ts';
import type { Environment, FieldPlace, FieldType, ScalarType, ValueType } from '../src/index.ts';
import { GLSL_FUNCTIONS } from '../src/language/glsl-functions.ts';
import { LIBRARY_FUNCTIONS } from '../src/language/library.ts';
import {
  array,
  atCenter,
  atFaces,
  breakWhen,
  compileTraced,
  coord,
  divergence,
  dmat2,
  double,
  dt,
  dvec2,
  exit,
  f16mat3,
  f16vec3,
  float,
  gradient,
  half,
  int,
  isActive,
  loop,
  mat2,
  mat3,
  math,
  positionOf,
  reduceMax,
  stencil,
  uint,
  variable,
  vec2,
  vec3,
  when,
  where,
  written,
} from '../src/trace/index.ts';
import type { TracedStencil, Value } from '../src/trace/index.ts';

const environment: Environment = {
  fields: new Map<string, FieldType>([
    ['u', 'float32'],
    ['v', 'vec3'],
    ['m', 'vec3'],
    ['n', 'int32'],
  ]),
  places: new Map<string, FieldPlace>([['m', 'faces']]),
  parameters: new Map<string, ValueType>([['k', 'float']]),
  scalars: new Map<string, ScalarType>(),
};

function traced(body: TracedStencil): string {
  return formatIr(compileTraced({ name: 's' }, body, environment, { optimize: false }));
}

function inText(code: string, { inputs, outputs }: TracedStencil): string {
  const source = { name: 's', inputs: Object.keys(inputs), outputs: Object.keys(outputs), code };
  return formatIr(compileStencil(source, environment, { optimize: false }));
}

const U = { inputs: { u: 'float32' }, outputs: { u: 'float32' }, parameters: { k: 'float' } } as const;
const ALL = {
  inputs: { u: 'float32', v: 'vec3', m: 'vec3', n: 'int32' },
  outputs: { u: 'float32', v: 'vec3' },
} as const;

const PAIRS: readonly (readonly [string, string, TracedStencil])[] = [
  [
    'a write under a condition',
    'if (ReadField("u", idx) > k) WriteField("u", idx, 2.0 * k); else { WriteField("u", idx, 0.0); }',
    stencil(U, ({ u, k }, out) => {
      when(
        u.gt(k),
        () => out.u.write(float(2).mul(k)),
        () => out.u.write(0),
      );
      return { u: written };
    }),
  ],
  [
    'an early end',
    'if (coord.x < 3) return; WriteField("u", idx, ReadField("u", idx) * k);',
    stencil(U, ({ u, k }) => {
      when(coord.x.lt(3), exit);
      return { u: u.mul(k) };
    }),
  ],
  [
    'a reduction under a condition that is known',
    'if (true) ReduceMax("most", ReadField("u", idx)); WriteField("u", idx, 1.0);',
    stencil(U, ({ u }) => {
      when(true, () => reduceMax('most', u));
      when(false, () => reduceMax('most', 9));
      return { u: 1 };
    }),
  ],
  [
    'a field on faces',
    `WriteField("u", idx, Divergence("m")); WriteField("v", idx, AtCenter("m") + AtFaces("v") + Gradient("u", "faces"));`,
    stencil(ALL, ({ u, v, m }) => ({
      u: divergence(m),
      v: atCenter(m).add(atFaces(v)).add(gradient(u, 'faces')),
    })),
  ],
  [
    'a sample where a field lives',
    'WriteField("u", idx, SampleField("m", PositionOf("u")).y); WriteField("v", idx, SampleField("m", PositionOf("v")));',
    stencil(ALL, ({ u, v, m }) => ({ u: m.sample(positionOf(u)).y, v: m.sample(positionOf(v)) })),
  ],
  [
    'bits and halves of words',
    `WriteField("u", idx, float(bitCount(ReadField("n", idx)) + findMSB(coord.x)));
     WriteField("v", idx, vec3(unpackHalf2x16(packHalf2x16(vec2(dt, 1.0))), ldexp(dt, 3)));`,
    stencil(ALL, ({ n }) => ({
      u: float(math.bitCount(n).add(math.findMSB(coord.x))),
      v: vec3(math.unpackHalf2x16(math.packHalf2x16(vec2(dt, 1))), math.ldexp(dt, 3)),
    })),
  ],
  [
    'doubles',
    'WriteField("u", idx, float(sqrt(double(ReadField("u", idx)) + 0.1lf)));',
    stencil(U, ({ u }) => ({ u: float(math.sqrt(double(u).add(0.1))) })),
  ],
  [
    'a product of matrices',
    'WriteField("u", idx, determinant(mat2(k, 0.0, 1.0, ReadField("u", idx)) * mat2(dt)));',
    stencil(U, ({ u, k }) => ({ u: mat2(k, 0, 1, u).mul(mat2(dt)).determinant() })),
  ],
  [
    'comparisons of vectors, and fields of bits',
    `WriteField("v", idx, refract(ReadField("v", idx), vec3(0.0, 1.0, 0.0), 0.5) * unpackUnorm4x8(7u).x
       * (any(lessThan(ReadField("v", idx), vec3(dt))) ? 1.0 : float(bitfieldExtract(coord.x, 1, 3))));`,
    stencil({ inputs: { v: 'vec3' }, outputs: { v: 'vec3' } }, ({ v }) => ({
      v: math
        .refract(v, vec3(0, 1, 0), 0.5)
        .mul(math.unpackUnorm4x8(uint(7)).x)
        .mul(where(math.any(math.lessThan(v, vec3(dt))), float(1), float(math.bitfieldExtract(coord.x, 1, 3)))),
    })),
  ],
  [
    'a matrix of doubles',
    'WriteField("u", idx, float((inverse(dmat2(double(k), 0.1lf, 1.0lf, 2.0lf)) * dvec2(double(ReadField("u", idx)), 0.5lf)).y));',
    stencil(U, ({ u, k }) => ({
      u: float(
        dmat2(double(k), 0.1, 1, 2)
          .inverse()
          .mul(dvec2(double(u), 0.5)).y,
      ),
    })),
  ],
  [
    'vectors and a matrix of halves',
    `f16vec3 h = f16vec3(ReadField("v", idx));
     WriteField("v", idx, vec3(transpose(f16mat3(h, h.yzx, abs(h))) * max(h, h.yzx) + ldexp(dot(h, h * 0.5hf), 3)));`,
    stencil({ inputs: { v: 'vec3' }, outputs: { v: 'vec3' } }, ({ v }) => {
      const h = f16vec3(v).named('h');
      const turned = f16mat3(h, h.yzx, math.abs(h)).transpose();
      return { v: vec3(turned.mul(math.max(h, h.yzx)).add(math.ldexp(math.dot(h, h.mul(0.5)), 3))) };
    }),
  ],
];

/** The IR with locals by number alone: a value that is kept has another name in each way of writing. */
function unnamed(text: string): string {
  return text.replaceAll(/%(\d+)\.\w+/g, '%$1');
}

/** Functions with several results, which the language gives back in variables. */
const SEVERAL: readonly [string, TracedStencil] = [
  `int exponent; float mantissa = frexp(ReadField("u", idx), exponent); float whole; float part = modf(k * 3.0, whole);
     uint lower; uint upper; umulExtended(uint(ReadField("n", idx)), 77777u, upper, lower);
     WriteField("u", idx, mantissa * float(exponent) + part - whole); WriteField("v", idx, vec3(float(upper), float(lower), 1.0));`,
  stencil({ ...ALL, inputs: { ...ALL.inputs, n: 'int32' }, parameters: { k: 'float' } }, ({ u, n, k }) => {
    const { mantissa, exponent } = math.frexp(u);
    const { part, whole } = math.modf(k.mul(3));
    const { upper, lower } = math.umulExtended(uint(n), uint(77777));
    return { u: mantissa.mul(float(exponent)).add(part).sub(whole), v: vec3(float(upper), float(lower), 1) };
  }),
];

test('functions of several results give them by name, and once the passes have run the same IR', () => {
  const [code, body] = SEVERAL;
  const { inputs, outputs, parameters } = body;
  const names = { inputs: Object.keys(inputs), outputs: Object.keys(outputs), parameters: Object.keys(parameters) };
  const text = formatIr(compileStencil({ name: 's', ...names, code }, environment));
  const numbered = (ir: string): string => {
    const found = new Map<string, number>();
    return unnamed(ir).replaceAll(/%\d+/g, (name) => {
      if (!found.has(name)) found.set(name, found.size);
      return `%${found.get(name)}`;
    });
  };
  expect(numbered(formatIr(compileTraced({ name: 's' }, body, environment)))).toBe(numbered(text));
});

test("GLSL's functions of numbers and vectors are all in math", () => {
  expect([...GLSL_FUNCTIONS, ...LIBRARY_FUNCTIONS].filter((name) => !(name in math))).toEqual([]);
});

describe('the same stencil in TypeScript and in the language gives the same IR', () => {
  test.each(PAIRS)('%s', (_, code, body) => {
    expect(unnamed(traced(body))).toBe(unnamed(inText(code, body)));
  });
});

/** The lines of the body. */
function bodyOf(body: TracedStencil): readonly string[] {
  const text = traced(body);
  return text
    .slice(text.indexOf('body\n') + 5)
    .trimEnd()
    .split('\n');
}

describe('variables', () => {
  test('hold at each place what was set last, whatever is made of them', () => {
    const body = stencil(U, ({ u }) => {
      const x = variable(u, 'x');
      const before = x.mul(2);
      when(u.gt(1), () => x.set(x.add(1)));
      return { u: before.add(x) };
    });
    expect(bodyOf(body)).toEqual([
      '  %0.x = "u"[0,0,0]',
      '  %1.now = %0.x',
      '  if ("u"[0,0,0] > 1.0)',
      '    %2.now = %0.x',
      '    %0.x = (%2.now + 1.0)',
      '  %3.now = %0.x',
      '  write "u" ((%1.now * 2.0) + %3.now)',
    ]);
  });

  test('live through loops, which may end early', () => {
    const body = stencil(U, ({ k }) => {
      const sum = variable(0, 'sum');
      loop(8, { x: k }, (i, { x }) => {
        breakWhen(x.gt(100));
        sum.set(sum.add(float(i)));
        return { x: x.mul(2) };
      });
      return { u: sum };
    });
    expect(bodyOf(body)).toEqual([
      '  %0.sum = 0.0',
      '  %1.x = k',
      '  %2.i = 0',
      '  while (%2.i < 8) limit 8',
      '    if (%1.x > 100.0)',
      '      break',
      '    %3.now = %0.sum',
      '    %0.sum = (%3.now + float←(%2.i))',
      '    %1.x = (%1.x * 2.0)',
      '  continuing',
      '    %2.i = (%2.i + 1)',
      '  %4.now = %0.sum',
      '  write "u" %4.now',
    ]);
  });
});

describe('arrays', () => {
  test('are indexed by what is computed', () => {
    const body = stencil(ALL, ({ n }) => {
      const weights = array('float', [0.25, dt, 0.5], 'weights');
      weights.set(n, 1);
      return { u: weights.at(n.add(1)), v: vec3(float(weights.length)) };
    });
    expect(bodyOf(body)).toEqual([
      '  %0.weights[0] = 0.25',
      '  %0.weights[1] = dt',
      '  %0.weights[2] = 0.5',
      '  %0.weights["n"[0,0,0]] = 1.0',
      '  %1.element = %0.weights[("n"[0,0,0] + 1)]',
      '  write "u" %1.element',
      '  write "v" vec3{3, 3, 3}',
    ]);
  });

  test('start at zero, and become locals where all indices are known', () => {
    const body = stencil(U, ({ u }) => {
      const pair = array('float', 2);
      pair.set(1, u);
      return { u: pair.at(0).add(pair.at(1)) };
    });
    expect(bodyOf(body).slice(0, 3)).toEqual(['  %0.array_0 = 0.0', '  %1.array_1 = 0.0', '  %1.array_1 = "u"[0,0,0]']);
  });
});

test('matrices add, multiply, transpose and invert', () => {
  const body = stencil(ALL, ({ v }) => {
    const m = mat3(v, v.zxy, vec3(1, 2, 3)).add(mat3(dt));
    return { u: m.inverse().column(1).x, v: m.transpose().mul(v) };
  });
  const { locals } = compileTraced({ name: 's' }, body, environment);
  expect(locals.every(({ length }) => length === undefined)).toBe(true);
  // v from the left of a transpose is a product with columns: three sums of three.
  expect(bodyOf(body).at(-1)).toContain('write "v" (((');
});

function errorOf(body: TracedStencil, missing: Environment['missing'] = []): string {
  try {
    compileTraced({ name: 's' }, body, { ...environment, ...(missing === undefined ? {} : { missing }) });
  } catch (error) {
    if (error instanceof StencilError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('what is wrong is an error when it is traced, and a type error where types can say it', () => {
  test.each<readonly [string, TracedStencil]>([
    [
      'the condition of when is a bool, and this is a float; compare it, as in a.gt(0)',
      stencil(U, ({ u }) => {
        // @ts-expect-error a float is no condition
        when(u, exit);
        return { u: 1 };
      }),
    ],
    [
      'a branch of when gives a value; use where(c, a, b) for values, or set a variable(…)',
      stencil(U, ({ u }) => {
        when(u.gt(0), () => u as unknown as void);
        return { u: 1 };
      }),
    ],
    [
      'this value is made inside of when(…), and used after it; set a variable(…) there',
      stencil(U, ({ u }) => {
        let leaked: Value<'float'> = dt;
        when(u.gt(0), () => void (leaked = u.add(1)));
        return { u: leaked };
      }),
    ],
    [
      'breakWhen(…) stands outside of any loop(…); use when(c, exit) to end the voxel',
      stencil(U, ({ u }) => {
        breakWhen(u.gt(0));
        return { u: 1 };
      }),
    ],
    [
      'the variable is a float, and this is a vec3; choose a component, as in .x',
      stencil(U, ({ u }) => {
        // @ts-expect-error a vec3 is no float
        variable(u).set(vec3(1));
        return { u: 1 };
      }),
    ],
    [
      'the output "u" is a float, and this is a vec3; choose a component, as in .x',
      stencil(U, (_, out) => {
        // @ts-expect-error a vec3 is no float
        out.u.write(vec3(1));
        return { u: written };
      }),
    ],
    [
      'the output "u" is never written; add WriteField("u", idx, value), or remove it from outputs',
      stencil(U, () => ({ u: written })),
    ],
    [
      'the output "u" is never written, since control never comes to WriteField("u", …); move it before the return, or out of the condition',
      stencil(U, ({ u }) => {
        exit();
        return { u };
      }),
    ],
    ['an array of 2 has no element 2; use 0 to 1', stencil(U, () => ({ u: array('float', 2).at(2) }))],
    [
      'an index is an int, and this is a float; convert it with int(…)',
      // @ts-expect-error a float is no index
      stencil(U, ({ u }) => ({ u: array('float', 2).at(u) })),
    ],
    ['the length of an array is 0; give 1 to 1024', stencil(U, () => ({ u: array('float', 0).at(0) }))],
    ['a matrix of 2 columns has no column 2; use 0 to 1', stencil(U, () => ({ u: mat2(1).column(2).x }))],
    [
      'the operator * does not take a mat2 and a vec3; the columns of the left must be as many as the rows of the right',
      // @ts-expect-error sizes differ
      stencil(U, () => ({ u: mat2(1).mul(vec3(1)).x })),
    ],
    [
      'mat3(…) needs 9 components and gets 6; give 3 columns of 3, or one number for the diagonal',
      stencil(U, ({ u }) => ({ u: mat3(vec3(u), vec3(1)).determinant() })),
    ],
    [
      'Gradient gives faces of a field at centers, and "m_x" lives at face-x; leave "faces" out',
      stencil({ inputs: { m_x: 'float32' }, outputs: { v: 'vec3' } }, ({ m_x }) => ({ v: gradient(m_x, 'faces') })),
    ],
    [
      'the second argument of gradient is "faces", or left out',
      // @ts-expect-error there are no edges
      stencil(ALL, ({ u }) => ({ u: 1, v: gradient(u, 'edges') })),
    ],
    [
      '"bitCount" does not take (float); it is bitCount(uint) or bitCount(int) or bitCount(ivec2) or bitCount(ivec3) or bitCount(ivec4) or bitCount(uvec2) or bitCount(uvec3) or bitCount(uvec4)',
      // @ts-expect-error bits of a float
      stencil(U, ({ u }) => ({ u: float(math.bitCount(u)) })),
    ],
  ])('%s', (problem, body) => {
    expect(errorOf(body)).toBe(`Cannot compile stencil "s": ${problem}`);
  });

  test('a number that the device does not have', () => {
    const body = stencil(U, ({ u }) => ({ u: float(half(u)).add(float(double(int(1)))) }));
    expect(errorOf(body, ['float16_t'])).toBe(
      'Cannot compile stencil "s": this device has no float16_t numbers; use float',
    );
  });
});

describe('a condition that an if of JavaScript swallowed is an error', () => {
  const swallowed =
    'Cannot compile stencil "s": a condition is made and nothing uses it; JavaScript\'s if, ?:, && and ! see no voxel: write where(c, a, b), when(c, () => …), c.and(d) or c.not()';
  const told = (body: TracedStencil): unknown => {
    try {
      return traced(body);
    } catch (error) {
      return error;
    }
  };
  const bodies: readonly (readonly [string, TracedStencil])[] = [
    ['if', stencil(U, ({ u, k }) => ({ u: u.gt(k) ? u : u.add(1) }))],
    ['!', stencil(U, ({ u }) => ({ u: u.mul(!u.gt(1) ? 2 : 3) }))],
    ['&&', stencil(U, ({ u, k }) => ({ u: where(u.gt(1) && k.gt(2), u, 0) }))],
    ['isActive', stencil(U, ({ u }) => ({ u: isActive(coord) ? u : 0 }))],
  ];
  test.each(bodies)('%s', (_, body) => {
    const error = told(body);
    expect(error).toBeInstanceOf(StencilError);
    expect((error as StencilError).message).toBe(swallowed);
    expect((error as StencilError).stack).toContain('trace-control.test.ts');
  });

  test('one that is used, by whatever it may be, is none', () => {
    const body = stencil(U, ({ u, k }) => {
      const x = variable(0);
      when(u.lt(k).and(k.gt(0)).not(), () => x.set(1));
      const flips = loop(3, { on: u.gt(0) }, (_i, { on }) => ({ on: on.not() }));
      reduceMax('odd', where(flips.on, 1, 0));
      return { u: where(u.eq(k), x.add(float(u.ne(2))), u) };
    });
    expect(told(body)).toBeTypeOf('string');
  });
});
