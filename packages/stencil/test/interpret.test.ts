import { expect, test } from 'vitest';
import { compileStencil, interpret } from '../src/index.ts';
import type { Elements, FieldType, InterpreterWorld, Offset, StencilSource } from '../src/index.ts';

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
const fields = new Map<string, FieldType>([
  ['f', 'float32'],
  ['v', 'vec3'],
  ['n', 'int32'],
]);

/** Two leaves, at the origin (slot 2) and at (8, 0, 0) (slot 1), every voxel active; f = 100 i + 10 j + k, background −1. */
function world(overrides: Partial<InterpreterWorld> = {}): InterpreterWorld & { f: Float32Array; n: Int32Array } {
  const origins: readonly Offset[] = [
    [0, 0, 0],
    [8, 0, 0],
    [0, 0, 0],
  ];
  const f = new Float32Array(3 * 512).fill(-1);
  for (const slot of [1, 2])
    for (let at = 0; at < 512; at++)
      f[512 * slot + at] = 100 * (origins[slot]![0] + (at >> 6)) + 10 * ((at >> 3) & 7) + (at & 7);
  const n = new Int32Array(3 * 512);
  const v = [f, f, f].map((array) => array.slice());
  const masks = new Uint32Array(48).fill(0xffffffff, 16);
  const slotAt = (i: number, j: number, k: number): number => {
    if (j >> 3 !== 0 || k >> 3 !== 0) return 0;
    return i >> 3 === 0 ? 2 : i >> 3 === 1 ? 1 : 0;
  };
  return {
    same: {
      leaves: [2, 1],
      slotAt,
      origin: (slot) => origins[slot]!,
      masks,
      fields: new Map<string, readonly Elements[]>([
        ['f', [f]],
        ['v', v],
        ['n', [n]],
      ]),
    },
    outputs: new Map<string, readonly Elements[]>([
      ['f', [new Float32Array(3 * 512)]],
      ['v', [0, 1, 2].map(() => new Float32Array(3 * 512))],
      ['n', [new Int32Array(3 * 512)]],
    ]),
    dt: 0.1,
    time: 0,
    frame: 3,
    voxelSize: 1,
    indexToWorld: IDENTITY,
    worldToIndex: IDENTITY,
    parameters: new Map(),
    scalars: new Map(),
    f,
    n,
    ...overrides,
  };
}

function run(code: string, outputs: readonly string[], declared: Partial<StencilSource> = {}, on = world()) {
  const source: StencilSource = { name: 's', inputs: ['f', 'v', 'n'], outputs, code, ...declared };
  const stencil = compileStencil(source, { fields, parameters: new Map(), scalars: new Map() });
  const reductions = interpret(stencil, on);
  const at = (field: string, i: number, j: number, k: number, component = 0): number =>
    on.outputs.get(field)![component]![512 * on.same.slotAt(i, j, k) + (((i & 7) << 6) | ((j & 7) << 3) | (k & 7))]!;
  return { at, reductions };
}

test('a tap crosses into the neighbour leaf, and into background where there is none', () => {
  const { at } = run('WriteField("f", idx, ReadField("f", coord + ivec3(1, 0, 0)));', ['f']);
  expect([at('f', 3, 2, 1), at('f', 7, 2, 1), at('f', 15, 2, 1)]).toEqual([421, 821, -1]);
});

test('a gather reads anywhere', () => {
  const { at } = run('WriteField("f", idx, ReadField("f", ivec3(15 - coord.x, coord.z, coord.y)));', ['f']);
  expect([at('f', 0, 1, 2), at('f', 15, 7, 0)]).toEqual([1521, 7]);
});

test('each operation is rounded to float32', () => {
  const { at } = run('WriteField("f", idx, (0.1 + 0.2) * dt);', ['f']);
  expect(at('f', 0, 0, 0)).toBe(Math.fround(Math.fround(Math.fround(0.1) + Math.fround(0.2)) * Math.fround(0.1)));
});

test('a read sees the field as it was', () => {
  const { at } = run('WriteField("f", idx, 5.0); WriteField("f", idx, ReadField("f", idx) + 1.0);', ['f']);
  expect(at('f', 1, 2, 3)).toBe(124);
});

test('a voxel that writes nothing keeps its value', () => {
  const { at } = run('if (coord.z == 0) WriteField("f", idx, 7.5);', ['f']);
  expect([at('f', 1, 1, 0), at('f', 1, 1, 1)]).toEqual([7.5, 111]);
});

test('red voxels are those whose coordinates have an even sum', () => {
  const { at } = run('WriteField("f", idx, 0.5);', ['f'], { color: 'red' });
  expect([at('f', 0, 0, 0), at('f', 0, 0, 1), at('f', 8, 1, 0), at('f', 8, 1, 1)]).toEqual([0.5, 1, 810, 0.5]);
});

test('a return ends the voxel, also out of a loop', () => {
  const { at } = run(`for (int i = 0; i < 9; i++) { if (i == coord.z) return; WriteField("n", idx, i + 1); }`, ['n']);
  expect([at('n', 0, 0, 0), at('n', 0, 0, 5)]).toEqual([0, 5]);
});

test('integers have a meaning for every input', () => {
  const on = world();
  on.n.fill(-2147483647 - 1);
  const { at } = run(
    `int n = ReadField("n", idx);
     int zero = coord.x;
     int r = coord.z == 0 ? n / zero : coord.z == 1 ? n / (zero - 1) : coord.z == 2 ? n % zero : coord.z == 3 ? n >> (zero + 33)
           : coord.z == 4 ? -7 % (zero + 3) : coord.z == 5 ? int(1.0e30 * float(zero + 1)) : n - 1;
     WriteField("n", idx, r);`,
    ['n'],
    {},
    on,
  );
  expect([0, 1, 2, 3, 4, 5, 6].map((k) => at('n', 0, 0, k))).toEqual([
    -2147483648, -2147483648, 0, -1073741824, -1, 2147483520, 2147483647,
  ]);
});

test('a sample is linear between voxels', () => {
  const { at } = run('WriteField("f", idx, SampleField("f", CoordToWorld(coord) + vec3(0.5, 0.25, 0.125)));', ['f']);
  expect(at('f', 1, 2, 3)).toBe(123 + 50 + 2.5 + 0.125);
});

test('out parameters are copied back after the call', () => {
  const { at } = run(
    `float half(float x, out float rest) { rest = x * 0.5; return x - rest; }
     float r; float h = half(ReadField("f", idx), r); WriteField("f", idx, h * 1000.0 + r);`,
    ['f'],
  );
  expect(at('f', 1, 0, 0)).toBe(50050);
});

test('a sum goes by pairs in a thread, by strides in a leaf, by pairs of leaves', () => {
  const { reductions } = run('ReduceSum("mass", 0.1 * float(1 + coord.x));', []);
  const { fround } = Math;
  const leaf = (first: number): number => {
    let sums = Array.from({ length: 128 }, (_, thread) => {
      const value = fround(fround(0.1) * (1 + first + (thread >> 4)));
      return fround(fround(value + value) + fround(value + value));
    });
    for (let stride = 64; stride > 0; stride >>= 1)
      sums = sums.slice(0, stride).map((sum, at) => fround(sum + sums[at + stride]!));
    return sums[0]!;
  };
  const mass = reductions.get('mass')!;
  expect([...mass.partials]).toEqual([leaf(0), leaf(8)]);
  expect(mass.value).toBe(fround(leaf(0) + leaf(8)));
});

test('a leaf without contributions gives the identity', () => {
  const { reductions } = run(
    'if (coord.x < 8) { ReduceMin("low", ReadField("f", idx)); ReduceAny("some", coord.z == 3); ReduceAll("every", coord.z < 8); }',
    [],
  );
  expect([...reductions].map(([name, { partials }]) => [name, ...partials])).toEqual([
    ['low', 0, Infinity],
    ['some', 1, 0],
    ['every', 1, 1],
  ]);
});

test('only the ranks that are asked for run', () => {
  const on = world({ ranks: [1] });
  const { at } = run('WriteField("f", idx, 0.5);', ['f'], {}, on);
  expect([at('f', 0, 0, 0), at('f', 8, 0, 0)]).toEqual([0, 0.5]);
});

test('a field without arrays is named', () => {
  const on = world({ outputs: new Map() });
  expect(() => run('WriteField("f", idx, 0.5);', ['f'], {}, on)).toThrow(
    'Cannot interpret stencil "s": field "f" is written and has no output; give its arrays',
  );
});
