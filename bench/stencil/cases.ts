/** @file The stencils that are measured: their fields, their text, and the bytes that a voxel moves at least. */
import type { FieldType } from '@halocline/stencil';

/** One stencil over some fields. */
export interface StencilCase {
  readonly name: string;
  readonly what: string;
  readonly fields: Readonly<Record<string, FieldType>>;
  /** Fills what is read, once. */
  readonly start: string;
  readonly outputs: readonly string[];
  readonly code: string;
  /** Each field that is read and each that is written, once. */
  readonly bytesPerVoxel: number;
  /** The share of the copy that is to be reached; or billions of lattice updates a second. */
  readonly goal?: number;
  readonly lattice?: boolean;
  /** Of a lattice: the same on an H200. */
  readonly goalOnH200?: number;
  /** Voxels an edge, where they aren't 512. */
  readonly edge?: number;
  readonly gathers?: boolean;
}

const wave = (shift: string): string =>
  `(sin(0.1 * float(coord.x) + ${shift}) * cos(0.07 * float(coord.y)) + 0.01 * float(coord.z & 63))`;
const read = (field: string, x: number, y: number, z: number): string =>
  `ReadField("${field}", coord + ivec3(${x}, ${y}, ${z}))`;

const NEAR = [
  [1, 0, 0],
  [-1, 0, 0],
  [0, 1, 0],
  [0, -1, 0],
  [0, 0, 1],
  [0, 0, -1],
] as const;
const CUBE = [-1, 0, 1].flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z) => [x, y, z] as const)));

const laplacian: StencilCase = {
  name: 'laplacian',
  what: '7-point Laplacian',
  fields: { a: 'float32', b: 'float32' },
  start: `WriteField("a", idx, ${wave('0.0')});`,
  outputs: ['b'],
  code: `WriteField("b", idx, ${NEAR.map(([x, y, z]) => read('a', x, y, z)).join(' + ')} - 6.0 * ReadField("a", coord));`,
  bytesPerVoxel: 8,
  goal: 0.92,
};

/** Directions of D3Q19: rest, faces, edges (Qian, d'Humières, Lallemand 1992). */
const DIRECTIONS = CUBE.filter((d) => d.filter((one) => one !== 0).length < 3);
const weight = (d: readonly number[]): number => [1 / 3, 1 / 18, 1 / 36][d.filter((one) => one !== 0).length]!;

/** D3Q19, BGK, pull; populations are stored as `type`. */
function lattice(name: string, type: FieldType, edge: number): StencilCase {
  const goals = type === 'float16' ? { goal: 32, goalOnH200: 44 } : { goal: 18.2, goalOnH200: 25.6 };
  const sum = (axis: number): string =>
    DIRECTIONS.flatMap((d, n) => (d[axis] === 0 ? [] : [`${d[axis]! < 0 ? '-' : '+'} q${n}`])).join(' ');
  const collide = DIRECTIONS.map((d, n) => {
    const along = ['x', 'y', 'z'].flatMap((letter, axis) =>
      d[axis] === 0 ? [] : [`${d[axis]! < 0 ? '-' : '+'} u${letter}`],
    );
    const equilibrium =
      along.length === 0 ? `${weight(d)} * rho * rest` : `${weight(d)} * rho * (rest + (3.0 + 4.5 * c${n}) * c${n})`;
    const dot = along.length === 0 ? '' : `float c${n} = ${along.join(' ').replace(/^\+ /, '')};\n`;
    return `${dot}WriteField("f${n}", idx, q${n} - 1.2 * (q${n} - ${equilibrium}));`;
  });
  return {
    name,
    what: `D3Q19 lattice, BGK, ${type}, ${edge}³`,
    fields: Object.fromEntries(DIRECTIONS.map((_, n) => [`f${n}`, type])),
    start: DIRECTIONS.map((d, n) => `WriteField("f${n}", idx, ${weight(d)} * (1.0 + 0.01 * ${wave('0.0')}));`).join(
      '\n',
    ),
    outputs: DIRECTIONS.map((_, n) => `f${n}`),
    code: [
      ...DIRECTIONS.map((d, n) => `float q${n} = ReadField("f${n}", coord - ivec3(${d.join(', ')}));`),
      `float rho = ${DIRECTIONS.map((_, n) => `q${n}`).join(' + ')};`,
      'float inverse = 1.0 / rho;',
      ...['x', 'y', 'z'].map((letter, axis) => `float u${letter} = (${sum(axis).replace(/^\+ /, '')}) * inverse;`),
      'float rest = 1.0 - 1.5 * (ux * ux + uy * uy + uz * uz);',
      ...collide,
    ].join('\n'),
    bytesPerVoxel: 2 * 19 * (type === 'float16' ? 2 : 4),
    ...goals,
    lattice: true,
    edge,
  };
}

/** Every case but the lattices. */
const plain: readonly StencilCase[] = [
  {
    name: 'copy',
    what: 'b = 2a + 1',
    fields: { a: 'float32', b: 'float32' },
    start: `WriteField("a", idx, ${wave('0.0')});`,
    outputs: ['b'],
    code: 'WriteField("b", idx, 2.0 * ReadField("a", coord) + 1.0);',
    bytesPerVoxel: 8,
    goal: 0.97,
  },
  {
    name: 'axpy',
    what: 'y = a·x + y',
    fields: { x: 'float32', y: 'float32' },
    start: `WriteField("x", idx, ${wave('0.0')}); WriteField("y", idx, ${wave('1.0')});`,
    outputs: ['y'],
    code: 'WriteField("y", idx, 0.5 * ReadField("x", coord) + ReadField("y", coord));',
    bytesPerVoxel: 12,
    goal: 0.97,
  },
  laplacian,
  {
    name: 'sweep',
    what: '7-point sweep of a field over itself',
    fields: { a: 'float32' },
    start: `WriteField("a", idx, ${wave('0.0')});`,
    outputs: ['a'],
    code: `WriteField("a", idx, 0.4 * ReadField("a", coord) + 0.1 * (${NEAR.map(([x, y, z]) => read('a', x, y, z)).join(' + ')}));`,
    bytesPerVoxel: 8,
  },
  {
    name: 'box',
    what: '27-point box',
    fields: { a: 'float32', b: 'float32' },
    start: laplacian.start,
    outputs: ['b'],
    code: `WriteField("b", idx, (${CUBE.map(([x, y, z]) => read('a', x, y, z)).join(' + ')}) * ${1 / 27});`,
    bytesPerVoxel: 8,
    goal: 0.8,
  },
  {
    name: 'divergence',
    what: 'divergence of faces',
    fields: { v: 'vec3', b: 'float32' },
    start: `WriteField("v", idx, vec3(${wave('0.0')}, ${wave('1.0')}, ${wave('2.0')}));`,
    outputs: ['b'],
    code: `WriteField("b", idx, (ReadField("v_x", coord + ivec3(1, 0, 0)) - ReadField("v_x", coord))
      + (ReadField("v_y", coord + ivec3(0, 1, 0)) - ReadField("v_y", coord))
      + (ReadField("v_z", coord + ivec3(0, 0, 1)) - ReadField("v_z", coord)));`,
    bytesPerVoxel: 16,
    goal: 0.9,
  },
  {
    name: 'gradient',
    what: 'gradient subtract',
    fields: { v: 'vec3', p: 'float32' },
    start: `WriteField("v", idx, vec3(${wave('0.0')}, ${wave('1.0')}, ${wave('2.0')})); WriteField("p", idx, ${wave('3.0')});`,
    outputs: ['v'],
    code: `float p = ReadField("p", coord);
      WriteField("v", idx, ReadField("v", coord) - vec3(p - ReadField("p", coord - ivec3(1, 0, 0)),
        p - ReadField("p", coord - ivec3(0, 1, 0)), p - ReadField("p", coord - ivec3(0, 0, 1))));`,
    bytesPerVoxel: 28,
    goal: 0.9,
  },
  {
    name: 'viscosity',
    what: 'Laplacian of a vec3',
    fields: { v: 'vec3' },
    start: `WriteField("v", idx, vec3(${wave('0.0')}, ${wave('1.0')}, ${wave('2.0')}));`,
    outputs: ['v'],
    code: `WriteField("v", idx, 0.4 * ReadField("v", coord) + 0.1 * (${NEAR.map(([x, y, z]) => read('v', x, y, z)).join(' + ')}));`,
    bytesPerVoxel: 24,
  },
  {
    name: 'copy-half',
    what: 'b = 2a + 1, kept as float16',
    fields: { a: 'float16', b: 'float16' },
    start: `WriteField("a", idx, ${wave('0.0')});`,
    outputs: ['b'],
    code: 'WriteField("b", idx, 2.0 * ReadField("a", coord) + 1.0);',
    bytesPerVoxel: 4,
  },
  {
    ...laplacian,
    name: 'laplacian-half',
    what: '7-point Laplacian, kept as float16',
    fields: { a: 'float16', b: 'float16' },
    bytesPerVoxel: 4,
    goal: 0.8,
  },
  {
    name: 'advect',
    what: 'semi-Lagrangian advection of a scalar, CFL 2',
    fields: { v: 'vec3', a: 'float32' },
    start: `WriteField("v", idx, 4.0 * vec3(sin(0.02 * float(coord.y)), cos(0.015 * float(coord.z)), sin(0.01 * float(coord.x + coord.y))));
      WriteField("a", idx, ${wave('0.0')});`,
    outputs: ['a'],
    code: `vec3 back = CoordToWorld(coord) - dt * ReadField("v", coord);
      WriteField("a", idx, SampleField("a", back));`,
    bytesPerVoxel: 20,
    goal: 0.55,
    gathers: true,
  },
];

/** Every case, in the order of the table. */
export const stencilCases: readonly StencilCase[] = [
  ...plain,
  lattice('d3q19', 'float32', 256),
  lattice('d3q19-512', 'float32', 512),
  lattice('d3q19-half', 'float16', 256),
  lattice('d3q19-half-512', 'float16', 512),
];
