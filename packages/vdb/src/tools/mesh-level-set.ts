/** @file A triangle mesh as a level set: exact distances in a narrow band, tiles inside. */
import { setBit } from '../bits.ts';
import { Grid } from '../grid.ts';
import { GridMap } from '../map.ts';
import { TreeBuilder } from '../tree-builder.ts';
import { meshDistances } from './mesh-distance.ts';
import type { Distances } from './mesh-distance.ts';
import { Crossings } from './mesh-inside.ts';
import type { InsideRule } from './mesh-inside.ts';
import { edgesOf, weld } from './mesh.ts';
import type { Mesh } from './mesh.ts';

/** Choices for the level set of a mesh. */
export interface MeshOptions {
  readonly name?: string;
  /** Edge of a voxel in metres. */
  readonly voxelSize?: number;
  /** Half the width of the band in voxels, from 1 on. */
  readonly halfWidth?: number;
  /**
   * What is inside. 'winding': overlapping parts are one body; needs triangles that all turn the same way. 'even-odd': an overlap is
   * a hollow. 'auto': winding where the triangles turn the same way, else even-odd. 'none': distances without sign, for open meshes.
   */
  readonly inside?: InsideRule | 'auto' | 'none';
}

/** The options' defaults. */
export const MESH_DEFAULTS: Required<MeshOptions> = Object.freeze({
  name: 'mesh',
  voxelSize: 1,
  halfWidth: 3,
  inside: 'auto',
});

/**
 * The signed distance (metres) to a closed mesh, negative inside, in a band of `halfWidth` voxels about it; tiles inside.
 * A mesh with open edges is refused unless `inside` is 'none'.
 */
export function meshToLevelSet(mesh: Mesh, options: MeshOptions = {}): Grid {
  const { name, voxelSize, halfWidth, inside } = { ...MESH_DEFAULTS, ...options };
  const fail = (problem: string): never => {
    throw new RangeError(`Cannot make level set of mesh "${name}": ${problem}`);
  };
  if (!(voxelSize > 0)) fail(`the voxel size is ${voxelSize} m; give a number above 0`);
  if (!(halfWidth >= 1)) fail(`the half width is ${halfWidth} voxels; give 1 or more`);
  const points = Float64Array.from(mesh.positions, (v) => v / voxelSize);
  const beyond = points.findIndex((v) => !(Math.abs(v) < 2 ** 30));
  if (beyond >= 0) {
    fail(`vertex ${Math.floor(beyond / 3)} stands at voxel ${points[beyond]}; give positions within ±2³⁰ voxels`);
  }
  const wrong = mesh.triangles.findIndex((v) => 3 * v >= points.length);
  if (wrong >= 0) {
    fail(
      `triangle ${Math.floor(wrong / 3)} has vertex ${mesh.triangles[wrong]}; give numbers below ${points.length / 3}`,
    );
  }
  const { triangles } = weld({ positions: points, triangles: mesh.triangles });
  const voxels = bandVoxels(points, triangles, halfWidth);
  if (!(voxels <= BAND_LIMIT)) {
    fail(
      `its band would hold some ${voxels.toExponential(1)} voxels, more than ${BAND_LIMIT}; give a larger voxelSize`,
    );
  }
  const edges = edgesOf({ positions: points, triangles });
  if (inside !== 'none' && edges.open > 0) {
    fail(`${edges.open} of its edges are open; close it, or give inside: 'none' for distances without sign`);
  }
  if (inside === 'winding' && !edges.oriented) fail("its triangles turn both ways; give inside: 'even-odd'");
  const rule = inside === 'auto' ? (edges.oriented ? 'winding' : 'even-odd') : inside;
  const crossings = rule === 'none' ? undefined : new Crossings(points, triangles, rule);
  const distances = meshDistances(points, triangles, halfWidth);
  const builder = new TreeBuilder('float', [Math.fround(halfWidth * voxelSize)]);
  addLeaves(builder, distances, crossings, { voxelSize, halfWidth });
  if (crossings !== undefined) addInside(builder, distances, crossings, -Math.fround(halfWidth * voxelSize));
  const tree = builder.build();
  return new Grid({ name, tree, map: GridMap.scale(voxelSize), gridClass: rule === 'none' ? 'unknown' : 'level set' });
}

/** Most voxels of a band: 2³⁰, which are 4 GiB of distances. */
const BAND_LIMIT = 2 ** 30;

/** About how many voxels lie within `halfWidth` of the triangles: area times width. */
function bandVoxels(points: Float64Array, triangles: Uint32Array, halfWidth: number): number {
  let area = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    const edge = (to: number, axis: number): number => points[to + axis]! - points[a + axis]!;
    const x = edge(b, 1) * edge(c, 2) - edge(b, 2) * edge(c, 1);
    const y = edge(b, 2) * edge(c, 0) - edge(b, 0) * edge(c, 2);
    const z = edge(b, 0) * edge(c, 1) - edge(b, 1) * edge(c, 0);
    area += Math.hypot(x, y, z) / 2;
  }
  return area * 2 * halfWidth;
}

function addLeaves(
  builder: TreeBuilder,
  distances: Distances,
  crossings: Crossings | undefined,
  band: { readonly voxelSize: number; readonly halfWidth: number },
): void {
  const { count, origins } = distances.table.leaves;
  const values = new Float32Array(512);
  const mask = new Uint32Array(16);
  for (let leaf = 0; leaf < count; leaf++) {
    const [x, y, z] = [origins[3 * leaf]!, origins[3 * leaf + 1]!, origins[3 * leaf + 2]!];
    mask.fill(0);
    for (let n = 0; n < 512; n++) {
      const squared = distances.squared[512 * leaf + n]!;
      const near = squared !== Infinity;
      const distance = (near ? Math.sqrt(squared) : band.halfWidth) * band.voxelSize;
      const within = crossings?.inside(x + (n >> 6), y + ((n >> 3) & 7), z + (n & 7)) === true;
      values[n] = within ? -distance : distance;
      if (near) setBit(mask, 0, n);
    }
    builder.addLeaf(x, y, z, mask, [values]);
  }
}

/** Blocks without any voxel of the band lie on one side: tiles where that is the inside. */
function addInside(builder: TreeBuilder, distances: Distances, crossings: Crossings, value: number): void {
  const { table } = distances;
  const { count, origins } = table.leaves;
  if (count === 0) return;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const blocks = new Set<string>();
  for (let i = 0; i < 3 * count; i += 3) {
    const block = [origins[i]! >> 7, origins[i + 1]! >> 7, origins[i + 2]! >> 7];
    blocks.add(block.join());
    block.forEach((b, a) => {
      low[a] = Math.min(low[a]!, b);
      high[a] = Math.max(high[a]!, b);
    });
  }
  for (let bx = low[0]!; bx <= high[0]!; bx++) {
    for (let by = low[1]!; by <= high[1]!; by++) {
      for (let bz = low[2]!; bz <= high[2]!; bz++) {
        const [x, y, z] = [128 * bx, 128 * by, 128 * bz];
        if (!blocks.has(`${bx},${by},${bz}`)) {
          if (crossings.inside(x, y, z)) builder.addTile(128, x, y, z, [value], false);
          continue;
        }
        for (let n = 0; n < 4096; n++) {
          const [i, j, k] = [x + ((n >> 8) << 3), y + (((n >> 4) & 15) << 3), z + ((n & 15) << 3)];
          if (table.find(i, j, k) < 0 && crossings.inside(i, j, k)) builder.addTile(8, i, j, k, [value], false);
        }
      }
    }
  }
}
