import { describe, expect, test } from 'vitest';
import { StencilError, compileStencil, formatIr, interpret, verifyStencil } from '../src/index.ts';
import type { Elements, Environment, FieldPlace, FieldType, ScalarType, Stencil, ValueType } from '../src/index.ts';
import { expectedError } from './compile-text.ts';

const N = 8;
const H = 0.5;

const environment: Environment = {
  fields: new Map<string, FieldType>([
    ['p', 'float32'],
    ['c', 'vec3'],
    ['u', 'vec3'],
    ['g', 'float32'],
    ['pair', 'vec2'],
    ['ids', 'int32'],
  ]),
  places: new Map<string, FieldPlace>([
    ['u', 'faces'],
    ['g', 'face-y'],
  ]),
  parameters: new Map<string, ValueType>(),
  scalars: new Map<string, ScalarType>(),
};

function compiled(code: string, outputs: readonly string[] = ['out']): Stencil {
  return compileStencil({ name: 's', inputs: [...environment.fields.keys()], outputs, code }, environment);
}

type Formula = (i: number, j: number, k: number) => readonly number[];

/** Runs a text on one full leaf at the origin, h = ½, and gives component arrays of what it writes to `out`. */
function run(code: string, fields: Readonly<Record<string, Formula>>): readonly Float32Array[] {
  const stencil = compiled(code);
  const arrays = (formula: Formula): readonly Elements[] => {
    const made = formula(0, 0, 0).map(() => new Float32Array(1024));
    for (let at = 0; at < 512; at++)
      formula(at >> 6, (at >> 3) & 7, at & 7).forEach((value, component) => (made[component]![512 + at] = value));
    return made;
  };
  const count = stencil.writes[0]!.type === 'vec3' ? 3 : 1;
  const out = Array.from({ length: count }, () => new Float32Array(1024));
  interpret(stencil, {
    same: {
      leaves: [1],
      slotAt: (i, j, k) => ((i | j | k) >> 3 === 0 ? 1 : 0),
      origin: () => [0, 0, 0],
      masks: new Uint32Array(32).fill(0xffffffff, 16),
      fields: new Map(Object.entries(fields).map(([name, formula]) => [name, arrays(formula)])),
    },
    outputs: new Map([['out', out]]),
    dt: 0.1,
    time: 0,
    frame: 0,
    voxelSize: H,
    indexToWorld: [H, 0, 0, 1, 0, H, 0, 0, 0, 0, H, 0],
    worldToIndex: [1 / H, 0, 0, -1 / H, 0, 1 / H, 0, 0, 0, 0, 1 / H, 0],
    parameters: new Map(),
    scalars: new Map(),
  });
  return out.map((array) => array.subarray(512));
}

const at = (values: Float32Array, i: number, j: number, k: number): number => values[(i << 6) | (j << 3) | k]!;

/** A linear function of the place, as it stands on each component's own face. */
const linear = (x: number, y: number, z: number): number => 3 * x - 2 * y + 5 * z;
const onFaces: Formula = (i, j, k) => [linear(i - 0.5, j, k), linear(i, j - 0.5, k), linear(i, j, k - 0.5)];

describe('fields on faces', () => {
  test('are sampled where they live: a linear function comes back exactly', () => {
    const code = 'WriteField("out", idx, SampleField("u", CoordToWorld(vec3(coord) + vec3(0.25, -0.25, 0.0))));';
    const out = run(code, { u: onFaces });
    for (const component of [0, 1, 2]) expect(at(out[component]!, 3, 4, 5)).toBe(linear(3.25, 3.75, 5));
  });

  test('have components that are sampled on their own face, whole or alone', () => {
    const alone = run('WriteField("out", idx, SampleField("u_y", CoordToWorld(coord)));', { u: onFaces });
    const part = run('WriteField("out", idx, SampleField("u", CoordToWorld(coord)).y);', { u: onFaces });
    expect(at(alone[0]!, 3, 4, 5)).toBe(linear(3, 4, 5));
    expect(part).toEqual(alone);
  });

  test('on one face are sampled half a voxel lower', () => {
    const out = run('WriteField("out", idx, SampleField("g", CoordToWorld(coord)));', {
      g: (i, j) => [10 * i + j - 0.5],
    });
    expect(at(out[0]!, 3, 4, 5)).toBe(34);
  });

  test('give the value of the nearest face', () => {
    const code = (dy: number): string =>
      `WriteField("out", idx, SampleField("g", CoordToWorld(vec3(coord) + vec3(0.0, ${dy}, 0.0)), "nearest"));`;
    const g: Formula = (_, j) => [j];
    expect(at(run(code(-0.25), { g })[0]!, 3, 4, 5)).toBe(4);
    expect(at(run(code(0.25), { g })[0]!, 3, 4, 5)).toBe(5);
    expect(at(run(code(-1.25), { g })[0]!, 3, 4, 5)).toBe(3);
  });

  test('have positions, from which a sample gives the value itself', () => {
    const out = run('WriteField("out", idx, SampleField("g", PositionOf("g")));', { g: (i, j, k) => [i * j + k] });
    expect(at(out[0]!, 3, 4, 5)).toBe(17);
    const where = run('WriteField("out", idx, PositionOf("u_x") - PositionOf("p"));', {});
    expect(where.map((values) => at(values, 3, 4, 5))).toEqual([-0.25, 0, 0]);
  });

  test('say in the IR where they live', () => {
    const text = formatIr(compiled('WriteField("out", idx, SampleField("u", vec3(0.0)).x + ReadField("g", idx));'));
    expect(text).toContain('reads vec3 "u".x at faces gather');
    expect(text).toContain('reads float32 "g" at face-y [0,0,0 … 0,0,0]');
    expect(text).toContain('"u".x trilinear at face-x[vec3{0, 0, 0}]');
  });

  test('whose sample says another place break the spec', () => {
    const stencil = compiled('WriteField("out", idx, SampleField("g", vec3(0.0)));');
    const wrong = { ...stencil, reads: stencil.reads.map((read) => ({ ...read, at: 'center' as const })) };
    expect(() => verifyStencil(wrong)).toThrow(
      'Bug in stencil "s": its IR is wrong: a sample of "g" at face-y, which lives at center',
    );
  });
});

describe('differences between centers and faces', () => {
  test('are those of the two neighbours, over h', () => {
    const gradient = run('WriteField("out", idx, Gradient("p", "faces"));', {
      p: (i, j, k) => [i * i + 2 * j + k * k * k],
    });
    expect(gradient.map((values) => at(values, 3, 4, 5))).toEqual([5 / H, 2 / H, 61 / H]);
    const divergence = run('WriteField("out", idx, Divergence("u"));', { u: (i, j, k) => [i * i, 2 * j, k * k * k] });
    expect(at(divergence[0]!, 3, 4, 5)).toBe((7 + 2 + 91) / H);
  });

  test('read only the two neighbours', () => {
    expect(compiled('WriteField("out", idx, Divergence("u"));').reads[0]!.reach).toEqual({
      low: [0, 0, 0],
      high: [1, 1, 1],
    });
    expect(compiled('WriteField("out", idx, Gradient("p", "faces"));').reads[0]!.reach).toEqual({
      low: [-1, -1, -1],
      high: [0, 0, 0],
    });
  });

  test('are negative transposes of each other: ∑ u·∇p = −∑ p ∇·u, to the bit for small integers', () => {
    // Zero in the outermost layer, so that nothing leaves the box.
    const inner = (i: number, j: number, k: number): boolean => [i, j, k].every((one) => one > 0 && one < N - 1);
    const number = (seed: number) => (i: number, j: number, k: number) =>
      inner(i, j, k) ? ((i * 7 + j * 13 + k * 29 + seed) % 11) - 5 : 0;
    const p: Formula = (i, j, k) => [number(1)(i, j, k)];
    const u: Formula = (i, j, k) => [number(2)(i, j, k), number(5)(i, j, k), number(8)(i, j, k)];
    const sum = (code: string): number => run(code, { p, u })[0]!.reduce((total, value) => total + value, 0);
    const left = sum('WriteField("out", idx, dot(ReadField("u", idx), Gradient("p", "faces")));');
    const right = sum('WriteField("out", idx, ReadField("p", idx) * Divergence("u"));');
    expect(left).not.toBe(0);
    expect(left).toBe(-right);
  });

  test('make the Laplacian together', () => {
    const p: Formula = (i, j, k) => [(i * 3 + j * 5 + k * k) % 7];
    const faces = run('WriteField("out", idx, Gradient("p", "faces"));', { p });
    const u: Formula = (i, j, k) => faces.map((values) => at(values, i, j, k));
    const divergence = run('WriteField("out", idx, Divergence("u"));', { u })[0]!;
    const laplacian = run('WriteField("out", idx, Laplacian("p"));', { p })[0]!;
    for (const [i, j, k] of [
      [1, 1, 1],
      [3, 4, 5],
      [6, 2, 6],
    ] as const)
      expect(at(divergence, i, j, k)).toBe(at(laplacian, i, j, k));
  });

  test('give the curl at centres', () => {
    // Solid rotation ω = (1, 2, 3): v = ω × x, whose curl is 2 ω everywhere.
    const v = (x: number, y: number, z: number): readonly number[] => [2 * z - 3 * y, 3 * x - z, y - 2 * x];
    const u: Formula = (i, j, k) => [
      v(H * (i - 0.5), H * j, H * k)[0]!,
      v(H * i, H * (j - 0.5), H * k)[1]!,
      v(H * i, H * j, H * (k - 0.5))[2]!,
    ];
    const curl = run('WriteField("out", idx, Curl("u"));', { u });
    expect(curl.map((values) => at(values, 3, 4, 5))).toEqual([2, 4, 6]);
  });

  test('have means: faces at the centre, centers on the faces', () => {
    const center = run('WriteField("out", idx, AtCenter("u"));', { u: onFaces });
    for (const values of center) expect(at(values, 3, 4, 5)).toBe(linear(3, 4, 5));
    expect(at(run('WriteField("out", idx, AtCenter("g"));', { g: (_, j) => [j] })[0]!, 3, 4, 5)).toBe(4.5);
    const faces = run('WriteField("out", idx, AtFaces("c"));', { c: (i, j, k) => [i * i, j, k] });
    expect(faces.map((values) => at(values, 3, 4, 5))).toEqual([6.5, 3.5, 4.5]);
    const spread = run('WriteField("out", idx, AtFaces("p"));', { p: (i, j, k) => [i + 10 * j + 100 * k] });
    expect(spread.map((values) => at(values, 3, 4, 5))).toEqual([542.5, 538, 493]);
  });
});

describe('errors of places', () => {
  test.each([
    [
      'vec3 v = Gradient("g", «"faces"»);',
      'Gradient gives faces of a field at centers, and "g" lives at face-y; leave "faces" out',
    ],
    ['vec3 v = Gradient("p", «"edges"»);', 'the second argument of Gradient is "faces", or left out; write "faces"'],
    ['vec3 v = AtCenter(«"c"»);', 'the field "c" lives at centers already; read it with ReadField("c", idx)'],
    ['vec3 v = AtFaces(«"u"»);', 'AtFaces takes a field at centers, and "u" lives at faces; use ReadField'],
    ['vec2 v = AtFaces(«"pair"»);', 'AtFaces takes a scalar or vec3 field, and "pair" is a vec2; give one'],
    ['float v = AtFaces(«"ids"»).x;', 'the field "ids" holds integers, and AtFaces divides; keep it in a float field'],
    ['vec3 v = PositionOf(«"u"»);', 'the components of "u" live on three faces; give one, as in PositionOf("u_x")'],
    ['vec3 v = PositionOf(«"q"»);', 'there is no input "q"; the inputs are "p", "c", "u", "g", "pair" and "ids"'],
    ['vec3 v = «AtCenter("u", 1)»;', 'AtCenter takes 1 argument, and gets 2; write AtCenter("name")'],
    ['vec3 v = «Gradient("p", 1, 2)»;', 'Gradient takes 1 or 2 arguments, and gets 3; write Gradient("name")'],
  ])('%s', (marked, problem) => {
    let message = 'no error';
    try {
      compiled(`${marked.replace(/[«»]/g, '')}\nWriteField("out", idx, 0.0);`);
    } catch (error) {
      if (error instanceof StencilError) message = error.message;
      else throw error;
    }
    expect(message).toBe(expectedError(marked, problem));
  });
});
