import { describe, expect, test } from 'vitest';
import { compileStencil, formatIr } from '../src/index.ts';
import type { Environment, FieldType, ScalarType, StencilSource, ValueType } from '../src/index.ts';
import {
  compileTraced,
  coord,
  coordToWorld,
  curl,
  divergence,
  dt,
  float,
  frame,
  gradient,
  int,
  isActive,
  ivec3,
  laplacian,
  loop,
  math,
  random,
  reduceAny,
  reduceMax,
  reduceSum,
  stencil,
  time,
  vec3,
  voxelSize,
  where,
  worldToCoord,
} from '../src/trace/index.ts';
import type { TracedStencil, Value } from '../src/trace/index.ts';

const environment: Environment = {
  fields: new Map<string, FieldType>([
    ['u', 'float32'],
    ['p', 'float32'],
    ['v', 'vec3'],
    ['n', 'int32'],
    ['h', 'float16'],
  ]),
  coarseFields: new Map<string, FieldType>([['p', 'float32']]),
  parameters: new Map<string, ValueType>([
    ['k', 'float'],
    ['wind', 'vec3'],
    ['rounds', 'int'],
  ]),
  scalars: new Map<string, ScalarType>([
    ['largest', 'float'],
    ['some', 'bool'],
  ]),
};

function traced(body: TracedStencil, declared: Partial<StencilSource> = {}): string {
  return formatIr(compileTraced({ name: 's', ...declared }, body, environment, { optimize: false }));
}

function written(code: string, body: TracedStencil): string {
  const { inputs, outputs } = body;
  return formatIr(
    compileStencil({ name: 's', inputs: Object.keys(inputs), outputs: Object.keys(outputs), code }, environment, {
      optimize: false,
    }),
  );
}

const upwind = (a: Value<'float'>, b: Value<'float'>): Value<'float'> => where(a.gt(0), a, b);

const PAIRS: readonly (readonly [string, string, TracedStencil])[] = [
  [
    'a decay',
    'WriteField("u", idx, ReadField("u", idx) * (1.0 - k * dt));',
    stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32' }, parameters: { k: 'float' } }, ({ u, k }) => ({
      u: u.mul(float(1).sub(k.mul(dt))),
    })),
  ],
  [
    'diffusion',
    'WriteField("u", idx, ReadField("u", idx) + k * Laplacian("u"));',
    stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32' }, parameters: { k: 'float' } }, ({ u, k }) => ({
      u: u.add(k.mul(laplacian(u))),
    })),
  ],
  [
    'a mean of taps',
    `WriteField("u", idx, 0.5 * (ReadField("u", coord + ivec3(1, 0, 0)) + ReadField("u", coord - ivec3(0, 2, 9))));`,
    stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32' } }, ({ u }) => ({
      u: float(0.5).mul(u.at(1, 0, 0).add(u.at(coord.sub(ivec3(0, 2, 9))))),
    })),
  ],
  [
    'advection back along the velocity',
    `vec3 back = CoordToWorld(coord) - dt * ReadField("v", idx);
     WriteField("u", idx, SampleField("u", back)); WriteField("n", idx, SampleField("n", back, "nearest"));`,
    stencil(
      { inputs: { u: 'float32', v: 'vec3', n: 'int32' }, outputs: { u: 'float32', n: 'int32' } },
      ({ u, v, n }) => {
        const back = coordToWorld(coord).sub(dt.mul(v)).named('back');
        return { u: u.sample(back), n: n.sample(back, 'nearest') };
      },
    ),
  ],
  [
    'buoyancy and wind, by components',
    'vec3 v = ReadField("v", idx); WriteField("v", idx, vec3(v.x, v.y + dt * ReadField("u", idx), v.z) + wind.zyx);',
    stencil({ inputs: { u: 'float32', v: 'vec3' }, outputs: { v: 'vec3' }, parameters: { wind: 'vec3' } }, (fields) => {
      const v = fields.v.named('v');
      return { v: vec3(v.x, v.y.add(dt.mul(fields.u)), v.z).add(fields.wind.zyx) };
    }),
  ],
  [
    'all derivatives',
    'WriteField("v", idx, Gradient("h") + Curl("v") * Divergence("v") / voxelSize);',
    stencil({ inputs: { h: 'float16', v: 'vec3' }, outputs: { v: 'vec3' } }, ({ h, v }) => ({
      v: gradient(h).add(curl(v).mul(divergence(v)).div(voxelSize)),
    })),
  ],
  [
    'a choice, and a function of two uses',
    `float left = ReadField("u", coord + ivec3(-1, 0, 0));
     WriteField("u", idx, left > 0.0 ? left : (ReadField("p", idx) > 0.0 ? ReadField("p", idx) : sin(time)));`,
    stencil({ inputs: { u: 'float32', p: 'float32' }, outputs: { u: 'float32' } }, ({ u, p }) => {
      const left = u.at(-1, 0, 0).named('left');
      return { u: upwind(left, upwind(p, math.sin(time))) };
    }),
  ],
  [
    'reductions beside a made output',
    `float e = 0.5 * dot(ReadField("v", idx), ReadField("v", idx));
     ReduceSum("energy", e); ReduceMax("largest", e); ReduceAny("some", e > 3.0);
     WriteField("energy_density", idx, e);`,
    stencil({ inputs: { v: 'vec3' }, outputs: { energy_density: 'float32' } }, ({ v }) => {
      const e = float(0.5).mul(math.dot(v, v)).named('e');
      reduceSum('energy', e);
      reduceMax('largest', e);
      reduceAny('some', e.gt(3));
      return { energy_density: e };
    }),
  ],
  [
    'a loop',
    `float a = ReadField("u", idx); float b = 1.0;
     for (int i = 0; i < 20; i++) { a = a * k + float(i); b = b + abs(dt); }
     WriteField("u", idx, max(a, b));`,
    stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32' }, parameters: { k: 'float' } }, ({ u, k }) => {
      const { a, b } = loop(20, { a: u, b: float(1) }, (i, state) => ({
        a: state.a.mul(k).add(float(i)),
        b: state.b.add(math.abs(dt)),
      }));
      return { u: math.max(a, b) };
    }),
  ],
  [
    'integers, bits and places',
    `ivec3 there = WorldToCoord(CoordToWorld(coord) + vec3(1.0, 2.0, 3.0));
     int bits = (ReadField("n", there) & 255) << 2;
     WriteField("n", idx, IsActive(there) && bits != 4 ? bits % 7 : -bits);`,
    stencil({ inputs: { n: 'int32' }, outputs: { n: 'int32' } }, ({ n }) => {
      const there = worldToCoord(coordToWorld(coord).add(vec3(1, 2, 3))).named('there');
      const bits = n.at(there).bitAnd(255).shiftLeft(2).named('bits');
      return { n: where(isActive(there).and(bits.ne(4)), bits.mod(7), bits.neg()) };
    }),
  ],
  [
    'random numbers, clamped and mixed',
    'WriteField("u", idx, clamp(mix(Random(coord, frame), ReadCoarse("p", coord / 2), 0.25), 0.0, k));',
    stencil({ inputs: { p: 'float32' }, outputs: { u: 'float32' }, parameters: { k: 'float' } }, ({ p, k }) => ({
      u: math.clamp(math.mix(random(coord, frame), p.coarse(coord.div(2)), 0.25), 0, k),
    })),
  ],
];

describe('the same stencil in TypeScript and in the language gives the same IR', () => {
  test.each(PAIRS)('%s', (_, code, body) => {
    expect(traced(body)).toBe(written(code, body));
  });
});

test('a value that several others use is computed once, in a local at the place where it was made', () => {
  const body = stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32', p: 'float32' } }, ({ u }) => {
    const root = math.sqrt(u);
    const unused = math.exp(root);
    expect(unused.type).toBe('float');
    return { u: root.add(1), p: root.mul(root) };
  });
  expect(traced(body).split('body\n')[1]).toBe(
    '  %0.value = sqrt("u"[0,0,0])\n  write "u" (%0.value + 1.0)\n  write "p" (%0.value * %0.value)\n',
  );
});

test('sixty doublings of one value are sixty locals, not 2⁶⁰ operations', () => {
  const body = stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32' } }, ({ u }) => {
    let value = u.add(1);
    for (let i = 0; i < 60; i++) value = value.add(value);
    return { u: value };
  });
  expect(compileTraced({ name: 's' }, body, environment).locals).toHaveLength(60);
});

test('a chain of ten thousand operations is cut into locals, and compiles', () => {
  const body = stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32' } }, ({ u }) => {
    let value: Value<'float'> = u;
    for (let i = 0; i < 10_000; i++) value = value.mul(0.5).add(1);
    return { u: value };
  });
  expect(compileTraced({ name: 's' }, body, environment).locals).toHaveLength(99);
});

test('what a loop needs and does not change is computed before it', () => {
  const body = stencil({ inputs: { v: 'vec3' }, outputs: { u: 'float32' } }, ({ v }) => {
    const direction = math.normalize(v);
    return { u: loop(3, { a: dt }, (_, { a }) => ({ a: a.mul(direction.y) })).a };
  });
  expect(traced(body).split('body\n')[1]).toBe(`  %2.value = normalize("v"[0,0,0])
  %0.a = dt
  %1.i = 0
  while (%1.i < 3) limit 3
    %0.a = (%0.a * %2.value.y)
  continuing
    %1.i = (%1.i + 1)
  write "u" %0.a
`);
});

test('the parts of a loop state change all at once', () => {
  const body = stencil({ outputs: { u: 'float32' }, parameters: { rounds: 'int' } }, ({ rounds }) => {
    const { a } = loop(rounds, { a: float(0), b: float(1) }, (_, { a, b }) => ({ a: b, b: a.add(b) }));
    return { u: a };
  });
  expect(traced(body)).toContain(`  while (%2.i < rounds) limit 65536
    %3.temporary = %1.b
    %4.temporary = (%0.a + %1.b)
    %0.a = %3.temporary
    %1.b = %4.temporary
  continuing`);
});

function errorOf(body: TracedStencil, declared: Partial<StencilSource> = {}): string {
  try {
    return traced(body, declared);
  } catch (error) {
    return (error as Error).message;
  }
}

const FIELDS = {
  inputs: { u: 'float32', v: 'vec3', n: 'int32' },
  outputs: { u: 'float32' },
  parameters: { k: 'float' },
} as const;

describe('what is wrong is a type error, and an error when it is traced', () => {
  const cases: readonly (readonly [string, TracedStencil])[] = [
    [
      'the body asks for "w", which is no input, parameter or scalar of the stencil; its handles are "u", "v", "n" and "k"',
      // @ts-expect-error there is no field w
      stencil(FIELDS, ({ w }) => ({ u: w })),
    ],
    [
      'a vec3 has no .w; its components are x, y, z',
      // @ts-expect-error a vec3 has no w
      stencil(FIELDS, ({ v }) => ({ u: v.w })),
    ],
    [
      'the output "u" is a float, and this is a vec3; choose a component, as in .x',
      // @ts-expect-error u is a scalar
      stencil(FIELDS, ({ v }) => ({ u: v })),
    ],
    [
      'the body does not give the output "u"; give its new value',
      // @ts-expect-error u is missing
      stencil(FIELDS, () => ({})),
    ],
    [
      'the operator + does not take a vec3 and a vec2; both sides need one size, or one of them is a scalar',
      // @ts-expect-error sizes differ
      stencil(FIELDS, ({ v }) => ({ u: v.add(v.xy).x })),
    ],
    [
      'at(…) of the field "u" takes three whole numbers, or one ivec3 coordinate; write u.at(1, 0, 0) or u.at(coord)',
      // @ts-expect-error two numbers
      stencil(FIELDS, ({ u }) => ({ u: u.at(1, 0) })),
    ],
    [
      'cross does not take (vec3, float); write cross(a, b) with two vec3',
      // @ts-expect-error cross takes vectors
      stencil(FIELDS, ({ u, v }) => ({ u: math.cross(v, u).x })),
    ],
    [
      'sqrt takes 1 argument, and gets 2; write sqrt(a)',
      // @ts-expect-error one argument
      stencil(FIELDS, ({ u, k }) => ({ u: math.sqrt(u, k) })),
    ],
    [
      'the values of where are a float and a vec3; give both one type',
      // @ts-expect-error two types
      stencil(FIELDS, ({ u, v }) => ({ u: where(u.gt(0), u, v) })),
    ],
    [
      'the condition of where is a bool, and this is a float; compare it, as in a.gt(0)',
      // @ts-expect-error a float is no condition
      stencil(FIELDS, ({ u }) => ({ u: where(u, u, 0) })),
    ],
    [
      'Divergence takes a vec3 field, and "u" is a float; use Gradient("u") for scalars',
      // @ts-expect-error divergence of a scalar
      stencil(FIELDS, ({ u }) => ({ u: divergence(u) })),
    ],
    [
      "laplacian(…) takes a field among the inputs, not a value; give the field's handle",
      // @ts-expect-error a value is no field
      stencil(FIELDS, ({ u }) => ({ u: laplacian(u.add(1)) })),
    ],
    [
      'JavaScript operators do not work on traced values; write a.add(b), a.mul(b), a.lt(b), where(c, a, b)',
      // @ts-expect-error no operators
      stencil(FIELDS, ({ u }) => ({ u: u * 2 })),
    ],
    [
      'an operand is of type undefined; give a traced value or a number',
      // @ts-expect-error nothing is added
      stencil(FIELDS, ({ u }) => ({ u: u.add(undefined) })),
    ],
    [
      'the operator & does not take a float and a float; it takes integers',
      // @ts-expect-error bits of a float
      stencil(FIELDS, ({ u, k }) => ({ u: u.bitAnd(k) })),
    ],
  ];
  test.each(cases)('%s', (problem, body) => {
    expect(errorOf(body)).toBe(`Cannot compile stencil "s": ${problem}`);
  });
});

describe('what types cannot say is an error when it is traced', () => {
  test.each<readonly [string, TracedStencil]>([
    [
      '1.5 is no int; give a whole number from -2147483648 to 2147483647, or use float(…)',
      stencil(FIELDS, ({ n }) => ({ u: float(n.add(1.5)) })),
    ],
    [
      'the input "u" is a vec3 in the stencil, and a float32 in the simulation; write u: \'float32\'',
      stencil({ inputs: { u: 'vec3' }, outputs: { p: 'float32' } }, ({ u }) => ({ p: u.x })),
    ],
    [
      'the output "p" is a vec3 in the stencil, and a float32 in the simulation; write p: \'float32\'',
      stencil({ outputs: { p: 'vec3' } }, () => ({ p: vec3(1) })),
    ],
    [
      'the parameter "k" is an int in the stencil, and a float in the simulation; write \'float\'',
      stencil({ outputs: { p: 'float32' }, parameters: { k: 'int' } }, ({ k }) => ({ p: float(k) })),
    ],
    [
      'there is no field "q" for an input; the fields are "u", "p", "v", "n" and "h"',
      stencil({ inputs: { q: 'float32' } }, () => {}),
    ],
    [
      'this value is made inside of a loop, and used after it; hand it on in what the loop gives back',
      stencil({ outputs: { p: 'float32' } }, () => {
        let leaked: Value<'float'> = dt;
        loop(3, { a: dt }, (i, { a }) => {
          leaked = a.add(float(i));
          return { a };
        });
        return { p: leaked };
      }),
    ],
    [
      'loop(…) starts with no state; give its values by name, as in { x: u }',
      stencil({ outputs: { p: 'float32' } }, () => ({ p: loop(3, dt as never, (_, state) => state) as never })),
    ],
    [
      'a round of loop gives no state; give each part of it by name, as in { x: … }',
      stencil({ outputs: { p: 'float32' } }, () => ({ p: loop(3, { a: dt }, (_, { a }) => a as never).a })),
    ],
    [
      'loop(…) has a count of -1; give a whole number from 0 to 65536',
      stencil({ outputs: { p: 'float32' } }, () => ({ p: loop(-1, { a: dt }, (_, state) => state).a })),
    ],
    [
      'the count of loop is an int, and this is a float; use int(…)',
      stencil({ outputs: { p: 'float32' } }, () => ({ p: loop(dt as never, { a: dt }, (_, state) => state).a })),
    ],
  ])('%s', (problem, body) => {
    expect(errorOf(body)).toBe(`Cannot compile stencil "s": ${problem}`);
  });

  test('a tap beyond neighborRadius', () => {
    const body = stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32' } }, ({ u }) => ({ u: u.at(0, 3, 0) }));
    expect(errorOf(body, { neighborRadius: 1 })).toBe(
      'Cannot compile stencil "s": this reads "u" 3 voxels away, and neighborRadius is 1; set neighborRadius to 3 or more',
    );
  });

  test('a call outside of any body', () => {
    expect(() => vec3(1)).toThrow(
      'Cannot trace vec3(…): no stencil is being traced; call it in the body that is given to stencil(…)',
    );
  });

  test('one name for two handles', () => {
    expect(() => stencil({ inputs: { k: 'float32' }, parameters: { k: 'float' } }, () => {})).toThrow(
      'Cannot make a traced stencil: "k" names two of its inputs, parameters and scalars; rename one',
    );
  });
});

test('types follow the fields', () => {
  const body = stencil({ inputs: { v: 'vec3', n: 'uint8' }, outputs: { v: 'vec3' } }, ({ v, n }) => {
    const scalar: Value<'float'> = v.at(1, 0, 0).zyx.y;
    const pair: Value<'vec2'> = v.xy;
    const whole: Value<'uint'> = n;
    const product: Value<'vec3'> = scalar.mul(v);
    // @ts-expect-error a uint is no float
    const wrong: Value<'float'> = whole;
    expect(wrong).toBe(whole);
    return { v: product.add(pair.x).add(float(int(coord.x))) };
  });
  expect(Object.keys(body.inputs)).toEqual(['v', 'n']);
});
