/**
 * @file Voxel sets at half and at twice the resolution: coarse voxel I covers fine voxels 2I and 2I + 1 on each axis.
 *
 * A leaf of 8³ makes one octant of 4³ of its coarse leaf, and eight fine leaves are made of the eight octants of a leaf. Rows along z
 * are bytes: coarsening ors four rows into one and squeezes pairs of bits, refining spreads four bits into eight and copies the row.
 */
import { LeafTable, sortTopology } from '../topology.ts';
import type { Topology } from '../topology.ts';
import { compact } from './morphology.ts';

/** For each byte, the 4 bits that say whether bits 2n or 2n + 1 are set. */
const SQUEEZED = Uint8Array.from({ length: 256 }, (_, b) =>
  [0, 1, 2, 3].reduce((out, n) => out | (((b >> (2 * n)) & 3) === 0 ? 0 : 1 << n), 0),
);
/** For each 4 bits, the byte with each of them twice. */
const SPREAD = Uint8Array.from({ length: 16 }, (_, b) =>
  [0, 1, 2, 3].reduce((out, n) => out | (((b >> n) & 1) === 0 ? 0 : 3 << (2 * n)), 0),
);

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** The coarse voxels that hold any voxel of the set. */
export function coarsenTopology(topology: Topology): Topology {
  const { origins } = topology;
  const table = new LeafTable();
  const count = origins.length / 3;
  const parents = new Int32Array(count);
  for (let leaf = 0; leaf < count; leaf++) {
    const [x, y, z] = [0, 1, 2].map((a) => (origins[3 * leaf + a]! >> 4) << 3) as [number, number, number];
    parents[leaf] = table.at(x, y, z);
  }
  const masks = table.leaves.masks.slice(0, 16 * table.leaves.count);
  const [fine, coarse] = [bytesOf(topology.masks), bytesOf(masks)];
  for (let leaf = 0; leaf < count; leaf++) {
    const [dx, dy, dz] = [0, 1, 2].map((a) => (origins[3 * leaf + a]! >> 1) & 4) as [number, number, number];
    const [from, to] = [64 * leaf, 64 * parents[leaf]! + 8 * dx + dy];
    for (let x = 0; x < 4; x++) {
      for (let y = 0; y < 4; y++) {
        const at = from + 16 * x + 2 * y;
        coarse[to + 8 * x + y]! |= SQUEEZED[fine[at]! | fine[at + 1]! | fine[at + 8]! | fine[at + 9]!]! << dz;
      }
    }
  }
  return compact(table.leaves.origins, masks, table.leaves.count);
}

/** The fine voxels that lie in the voxels of the set. Leaves whose fine ones would lie outside 32-bit coordinates are refused. */
export function refineTopology(topology: Topology): Topology {
  const { origins } = topology;
  const far = origins.findIndex((v) => v < -(2 ** 30) || v >= 2 ** 30);
  if (far >= 0) {
    const leaf = origins.subarray(3 * Math.floor(far / 3), 3 * Math.floor(far / 3) + 3).join(', ');
    throw new RangeError(`Cannot refine voxels: a leaf stands at (${leaf}); give coordinates from −2³⁰ to 2³⁰ − 1`);
  }
  const count = origins.length / 3;
  const out = { origins: new Int32Array(24 * count), masks: new Uint32Array(128 * count) };
  for (let leaf = 0; leaf < count; leaf++) {
    for (let octant = 0; octant < 8; octant++) {
      const to = 8 * leaf + octant;
      [octant & 4, (octant & 2) << 1, (octant & 1) << 2].forEach((d, a) => {
        out.origins[3 * to + a] = 2 * (origins[3 * leaf + a]! + d);
      });
      refineMask(topology.masks, leaf, octant, out.masks.subarray(16 * to, 16 * to + 16));
    }
  }
  return compact(out.origins, out.masks, 8 * count);
}

/** Writes the fine mask of octant `octant` (x·4 + y·2 + z) of the leaf mask at word 16 · `leaf` into `out`, 16 words. */
export function refineMask(masks: Uint32Array, leaf: number, octant: number, out: Uint32Array): void {
  const [coarse, fine] = [bytesOf(masks), bytesOf(out)];
  const first = 64 * leaf + 8 * (octant & 4) + ((octant & 2) << 1);
  const dz = (octant & 1) << 2;
  for (let x = 0; x < 4; x++) {
    for (let y = 0; y < 4; y++) {
      const at = 16 * x + 2 * y;
      fine[at] = fine[at + 1] = fine[at + 8] = fine[at + 9] = SPREAD[(coarse[first + 8 * x + y]! >> dz) & 15]!;
    }
  }
}

/** Numbers of the leaves in Morton order of their origins (x the most significant of each three bits). */
function mortonOrder(origins: Int32Array): Uint32Array {
  const order = Uint32Array.from({ length: origins.length / 3 }, (_, leaf) => leaf);
  return order.sort((a, b) => {
    // The axis whose coordinates differ in the highest bit decides (Chan 2002); signs are turned so that negative ones come first.
    let [axis, most] = [0, 0];
    for (let k = 0; k < 3; k++) {
      const differing = (origins[3 * a + k]! ^ origins[3 * b + k]!) >>> 0;
      if (differing > most && (differing ^ most) >>> 0 > most) [axis, most] = [k, differing];
    }
    return origins[3 * a + axis]! - origins[3 * b + axis]!;
  });
}

/** `parts` pieces of whole leaves that follow one another in Morton order, of as nearly the same number of leaves as can be. */
export function splitTopology(topology: Topology, parts: number): Topology[] {
  const order = mortonOrder(topology.origins);
  return Array.from({ length: parts }, (_, p) => {
    const from = Math.floor((order.length * p) / parts);
    const own = order.subarray(from, Math.floor((order.length * (p + 1)) / parts));
    const piece = { origins: new Int32Array(3 * own.length), masks: new Uint32Array(16 * own.length) };
    own.forEach((leaf, to) => {
      piece.origins.set(topology.origins.subarray(3 * leaf, 3 * leaf + 3), 3 * to);
      piece.masks.set(topology.masks.subarray(16 * leaf, 16 * leaf + 16), 16 * to);
    });
    return sortTopology(piece);
  });
}
