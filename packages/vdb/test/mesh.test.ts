import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '@halocline/vdb';
import { type Mesh, meshToLevelSet, readMesh } from '@halocline/vdb/tools';

const encoder = new TextEncoder();

type Point = readonly [number, number, number];

const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n): Point => [n >> 2, (n >> 1) & 1, n & 1]);
/** The faces of a cube whose corner n stands at (n >> 2, n >> 1 & 1, n & 1), counterclockwise from outside. */
const faces = [
  [0, 1, 3, 2],
  [4, 6, 7, 5],
  [0, 4, 5, 1],
  [2, 3, 7, 6],
  [0, 2, 6, 4],
  [1, 5, 7, 3],
];

/** A cube of edge `edge`, turned by `angle` about (1, 2, 3) and moved. */
function cube(center: Point, edge: number, angle = 0): Mesh {
  const positions = corners.flatMap((corner) => {
    const p = turn(corner.map((v) => (v - 0.5) * edge) as unknown as Point, angle);
    return p.map((v, a) => v + center[a]!);
  });
  const triangles = faces.flatMap(([a, b, c, d]) => [a!, b!, c!, a!, c!, d!]);
  return { positions: Float64Array.from(positions), triangles: Uint32Array.from(triangles) };
}

/** Rodrigues' rotation about (1, 2, 3). */
function turn(p: Point, angle: number): Point {
  const k = [1, 2, 3].map((v) => v / Math.sqrt(14)) as unknown as Point;
  const along = k[0] * p[0] + k[1] * p[1] + k[2] * p[2];
  const cross = [k[1] * p[2] - k[2] * p[1], k[2] * p[0] - k[0] * p[2], k[0] * p[1] - k[1] * p[0]];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return p.map((v, a) => v * c + cross[a]! * s + k[a]! * along * (1 - c)) as unknown as Point;
}

function both(a: Mesh, b: Mesh): Mesh {
  const shift = a.positions.length / 3;
  return {
    positions: Float64Array.of(...a.positions, ...b.positions),
    triangles: Uint32Array.of(...a.triangles, ...b.triangles.map((v) => v + shift)),
  };
}

/** Signed distance to a cube about the origin. */
function cubeDistance(p: Point, edge: number): number {
  const q = p.map((v) => Math.abs(v) - edge / 2);
  return Math.hypot(...q.map((v) => Math.max(v, 0))) + Math.min(Math.max(...q), 0);
}

function sphere(radius: number, rings: number): Mesh {
  const at = (v: number, u: number): Point => {
    const [t, p] = [(Math.PI * v) / rings, (Math.PI * u) / rings];
    return [radius * Math.sin(t) * Math.cos(p), radius * Math.sin(t) * Math.sin(p), radius * Math.cos(t)];
  };
  const positions: number[] = [];
  const triangles: number[] = [];
  for (let v = 0; v <= rings; v++) for (let u = 0; u < 2 * rings; u++) positions.push(...at(v, u));
  for (let v = 0; v < rings; v++) {
    for (let u = 0; u < 2 * rings; u++) {
      const [a, b] = [v * 2 * rings + u, v * 2 * rings + ((u + 1) % (2 * rings))];
      triangles.push(a, a + 2 * rings, b + 2 * rings, a, b + 2 * rings, b);
    }
  }
  return { positions: Float64Array.from(positions), triangles: Uint32Array.from(triangles) };
}

const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Distance to a triangle in another way than the source's: the foot on the plane where it lies within, else the edges. */
function triangleDistance(p: Point, corners: readonly [Point, Point, Point]): number {
  const edges = corners.map((corner, n) => [corner, corners[(n + 1) % 3]!] as const);
  const normal = cross(minus(corners[1], corners[0]), minus(corners[2], corners[0]));
  if (edges.every(([a, b]) => dot(cross(minus(b, a), minus(p, a)), normal) >= 0)) {
    return Math.abs(dot(minus(p, corners[0]), normal)) / Math.hypot(...normal);
  }
  const lengths = edges.map(([a, b]) => {
    const [along, to] = [minus(b, a), minus(p, a)];
    const t = Math.min(1, Math.max(0, dot(along, to) / dot(along, along)));
    return Math.hypot(to[0] - t * along[0], to[1] - t * along[1], to[2] - t * along[2]);
  });
  return Math.min(...lengths);
}

describe('mesh to level set', { timeout: 120_000 }, () => {
  test('every voxel of the band has the distance to the nearest of all triangles, and no voxel of the band is missing', () => {
    const mesh = both(sphere(9, 7), cube([6, 2, -3], 9, 0.7));
    const at = (v: number): Point => [mesh.positions[3 * v]!, mesh.positions[3 * v + 1]!, mesh.positions[3 * v + 2]!];
    const triangles = Array.from({ length: mesh.triangles.length / 3 }, (_, t) => {
      const [a, b, c] = mesh.triangles.subarray(3 * t, 3 * t + 3);
      return [at(a!), at(b!), at(c!)] as const;
    }).filter((corners) => Math.hypot(...cross(minus(corners[1], corners[0]), minus(corners[2], corners[0]))) > 1e-9);
    const grid = meshToLevelSet(mesh, { halfWidth: 2 });
    for (let n = 0; n < 3000; n++) {
      const p = [7, 11, 13].map((prime) => ((n * prime * 977) % 33) - 15) as unknown as Point;
      const nearest = Math.min(...triangles.map((corners) => triangleDistance(p, corners)));
      expect(Math.abs(grid.get(...p) as number)).toBeCloseTo(Math.min(2, nearest), 5);
      expect(grid.isActive(...p)).toBe(nearest < 2);
    }
  });

  test('a turned cube has the distances of geometry, inside and outside', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6, noNaN: true }),
        fc.double({ min: 4, max: 15, noNaN: true }),
        (angle, edge) => {
          const grid = meshToLevelSet(cube([0.3, -0.2, 0.1], edge, angle));
          let worst = 0;
          for (let i = -16; i <= 16; i++) {
            for (let j = -16; j <= 16; j++) {
              for (let k = -16; k <= 16; k++) {
                const d = cubeDistance(turn([i - 0.3, j + 0.2, k - 0.1], -angle), edge);
                worst = Math.max(worst, Math.abs((grid.get(i, j, k) as number) - Math.max(-3, Math.min(3, d))));
              }
            }
          }
          expect(worst).toBeLessThan(1e-5);
        },
      ),
      { numRuns: process.env['HALOCLINE_LONG'] === '1' ? 200 : 4 },
    );
  });

  test('a large body is tiles inside, negative to its heart, and nothing outside', () => {
    const grid = meshToLevelSet(sphere(20, 24), { voxelSize: 0.2, halfWidth: 2, name: 'ball' });
    expect(grid.get(0, 0, 0)).toBe(-Math.fround(0.4));
    expect(grid.get(75, -30, 35)).toBe(-Math.fround(0.4));
    expect(grid.get(125, 0, 0)).toBe(Math.fround(0.4));
    expect(grid.get(400, 0, 0)).toBe(Math.fround(0.4));
    expect(grid.gridClass).toBe('level set');
    let wrong = 0;
    for (let n = 0; n < 20_000; n++) {
      const [i, j, k] = [3, 5, 7].map((p) => ((n * p * 7919) % 227) - 113) as [number, number, number];
      const r = Math.hypot(i, j, k);
      // The flat faces lie up to 0.4 m below the round surface.
      if (r < 97 && !((grid.get(i, j, k) as number) < 0)) wrong++;
      if (r > 100 && !((grid.get(i, j, k) as number) > 0)) wrong++;
    }
    expect(wrong).toBe(0);
  });

  test('overlapping bodies are one by winding, and hollow where they overlap by even-odd', () => {
    const mesh = both(cube([0, 0, 0], 16), cube([6, 6, 6], 16));
    expect(meshToLevelSet(mesh).get(3, 3, 3)).toBe(-3);
    expect(meshToLevelSet(mesh, { inside: 'even-odd' }).get(3, 3, 3)).toBe(3);
  });

  test('a body in a body turned inside out is a cavity', () => {
    const inner = cube([0, 0, 0], 10);
    const mesh = both(cube([0, 0, 0], 30), { ...inner, triangles: inner.triangles.toReversed() });
    const grid = meshToLevelSet(mesh);
    expect([grid.get(0, 0, 0), grid.get(10, 0, 0), grid.get(17, 0, 0)]).toEqual([3, -3, 2]);
  });

  test('triangles that turn at random still have an inside', () => {
    const mesh = cube([0.5, 0.5, 0.5], 12, 1);
    mesh.triangles.subarray(6, 9).reverse();
    expect(meshToLevelSet(mesh).get(0, 0, 0)).toBe(-3);
    expect(() => meshToLevelSet(mesh, { inside: 'winding' })).toThrow(
      `Cannot make level set of mesh "mesh": its triangles turn both ways; give inside: 'even-odd'`,
    );
  });

  test('an open mesh is refused, or has distances without sign', () => {
    const whole = cube([0, 0, 0], 12);
    const open = { ...whole, triangles: whole.triangles.slice(6) };
    expect(() => meshToLevelSet(open, { name: 'box' })).toThrow(
      `Cannot make level set of mesh "box": 4 of its edges are open; close it, or give inside: 'none' for distances without sign`,
    );
    const grid = meshToLevelSet(open, { inside: 'none' });
    expect([grid.get(4, 0, 0), grid.get(0, 0, 0), grid.get(8, 0, 0), grid.get(-5, 0, 0)]).toEqual([2, 3, 2, 3]);
  });

  test('what would fill the memory is refused before it does', () => {
    expect(() => meshToLevelSet(cube([0, 0, 0], 100), { voxelSize: 0.001, inside: 'none' })).toThrow(
      'Cannot make level set of mesh "mesh": its band would hold some 3.6e+11 voxels, more than 1073741824; give a larger voxelSize',
    );
    const broken = cube([0, 0, 0], 1);
    broken.positions[4] = NaN;
    expect(() => meshToLevelSet(broken)).toThrow('vertex 1 stands at voxel NaN; give positions within ±2³⁰ voxels');
    const empty = meshToLevelSet({ positions: new Float32Array(0), triangles: new Uint32Array(0) });
    expect([empty.activeVoxelCount, empty.get(0, 0, 0)]).toEqual([0, 3]);
  });
});

describe('mesh files', () => {
  const mesh = cube([1, 2, 3], 4);
  const triangle = (t: number): Point[] =>
    [0, 1, 2].map((c) => {
      const v = 3 * mesh.triangles[3 * t + c]!;
      return [mesh.positions[v]!, mesh.positions[v + 1]!, mesh.positions[v + 2]!];
    });
  const expected = meshToLevelSet(mesh, { halfWidth: 2 });

  test('an .obj with polygons, textures and negative numbers is the same body', () => {
    const lines = ['# cube', 'o cube'];
    for (let v = 0; v < 24; v += 3) lines.push(`v ${mesh.positions.slice(v, v + 3).join(' ')}`);
    faces.forEach((face, f) => lines.push(`f ${face.map((v) => (f % 2 === 0 ? `${v + 1}/1/1` : v - 8)).join(' ')}`));
    const read = readMesh(`${lines.join('\r\n')}\r\n`);
    expect(read.triangles.length).toBe(36);
    expect(meshToLevelSet(read, { halfWidth: 2 }).tree.values).toEqual(expected.tree.values);
  });

  test('an .stl in either form is the same body', () => {
    const text = ['solid cube'];
    const bytes = new Uint8Array(84 + 50 * 12);
    const view = new DataView(bytes.buffer);
    bytes.set([115, 111, 108, 105, 100]); // a binary file may begin with "solid" too
    view.setUint32(80, 12, true);
    for (let t = 0; t < 12; t++) {
      text.push('facet normal 0 0 0', 'outer loop', ...triangle(t).map((p) => `vertex ${p.join(' ')}`), 'endloop');
      triangle(t)
        .flat()
        .forEach((v, c) => view.setFloat32(84 + 50 * t + 12 + 4 * c, v, true));
    }
    expect(meshToLevelSet(readMesh(text.join('\n')), { halfWidth: 2 }).tree.values).toEqual(expected.tree.values);
    expect(meshToLevelSet(readMesh(bytes), { halfWidth: 2 }).tree.values).toEqual(expected.tree.values);
  });

  test('bytes at random are a mesh or a FormatError', () => {
    const word = fc.constantFrom('v', 'f', '1', '-1', '2/3', '1e9', 'solid', 'vertex', '\n', ' ', 'x');
    const texts = fc.array(word, { maxLength: 40 }).map((words) => encoder.encode(words.join(' ')));
    fc.assert(
      fc.property(fc.oneof(texts, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        try {
          const { positions, triangles } = readMesh(bytes);
          expect(triangles.every((v) => 3 * v < positions.length)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: process.env['HALOCLINE_LONG'] === '1' ? 20_000 : 300 },
    );
  });

  test('what is no mesh is said to be none, and where', () => {
    expect(() => readMesh('v 0 0 x\n')).toThrow(
      'Cannot read mesh: its vertex at byte 0: found "x"; expected three numbers',
    );
    expect(() => readMesh('v 0 0 0\nf 1 2 3')).toThrow(
      'Cannot read mesh: its face at byte 8: found "2"; expected a vertex from 1 to 1',
    );
    expect(() => readMesh('hello')).toThrow(
      'Cannot read mesh: its text at byte 0: found none; expected faces of an .obj or .stl file',
    );
  });
});
