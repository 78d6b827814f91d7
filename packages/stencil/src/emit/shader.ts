/** @file What the emitters get of the engine beside a stencil, and the shader that they make. */

import type { LevelRelation } from '../ir.ts';

/** Byte offsets, given by the engine, of parameters in the `uniforms` block and of scalars in the `scalars` block. */
export interface Placement {
  readonly parameters: ReadonlyMap<string, number>;
  readonly scalars: ReadonlyMap<string, number>;
  /**
   * What happens where a computed read goes further than the radius in the record of faults: the domain is cut. Without it
   * everything may be read.
   */
  readonly beyondRadius?: 'error' | 'clamp';
  /**
   * Whether the maps between index space and the world have no numbers but those on their diagonals and in their last columns, and no
   * −0 in these: then what is 0 needn't be multiplied. By default maps may be any.
   */
  readonly aligned?: boolean;
  /**
   * Of fields of the stencil's own level whose inactive voxels hold one value everywhere, that value, component by component, as
   * it is stored. Then they may be written with it, and memory gets whole sectors.
   */
  readonly backgrounds?: ReadonlyMap<string, readonly number[]>;
}

/** One 64-bit address of a pass block; the emitted shader reads them in the order of the list it came with. */
export type Binding =
  | { readonly kind: 'leaves' | 'visits' | 'count' | 'children' | 'uniforms' | 'scalars' }
  | { readonly kind: 'leafTable' | 'masks' | 'grid'; readonly level: LevelRelation }
  /** The array of one component that is read (the old copy). */
  | { readonly kind: 'read'; readonly field: string; readonly component: number; readonly level: LevelRelation }
  /** The array of one component that is written: the second copy where the write is double-buffered, else the first. */
  | { readonly kind: 'write'; readonly field: string; readonly component: number }
  /** The buffer of `debug.ts`. */
  | { readonly kind: 'debug' }
  /** The stencil's record of `faults.ts`. */
  | { readonly kind: 'faults' }
  /** One 32-bit value for each leaf rank. */
  | { readonly kind: 'partials'; readonly scalar: string };

/** How many leaves there may be for each workgroup: passes have a count of groups for each. The first is that of views of fields. */
export const GROUP_LEAVES = [2, 1, 4, 8] as const;

/** One of those numbers. */
export type GroupLeaves = (typeof GROUP_LEAVES)[number];

/** Leaves that are shared by as many workgroups, where there is one leaf for each. */
const SHARED_LEAVES = 8;

/** Workgroups of a pass over some leaves; of those that share leaves, all that share the last. */
export function groupsOf(leafCount: number, groupLeaves: GroupLeaves): number {
  return groupLeaves === 1 ? SHARED_LEAVES * Math.ceil(leafCount / SHARED_LEAVES) : Math.ceil(leafCount / groupLeaves);
}

/** Addresses that a shader is pushed, where it isn't pushed that of its pass block: as many as every device takes. */
export const PUSHED_ADDRESSES = 15;

/** What a shader is pushed that reads its addresses there; in the place of that of the count, the count itself. */
export function pushedWords(
  bindings: readonly { readonly kind: string }[],
  addresses: readonly bigint[],
  leafCount: number,
): BigUint64Array<ArrayBuffer> {
  if (addresses.length > PUSHED_ADDRESSES)
    throw new RangeError(
      `Cannot push ${addresses.length} addresses: there is room for ${PUSHED_ADDRESSES}; push that of a pass block`,
    );
  const words = new BigUint64Array(PUSHED_ADDRESSES);
  addresses.forEach((address, at) => (words[at] = bindings[at]!.kind === 'count' ? BigInt(leafCount) : address));
  return words;
}

/** A compiled shader: SPIR-V words, and what its pass block must hold. */
export interface StencilShader {
  readonly spirv: Uint32Array<ArrayBuffer>;
  readonly bindings: readonly Binding[];
  /** Leaves for each workgroup. */
  readonly groupLeaves: GroupLeaves;
  /** What is pushed: the address of its pass block, or what that would hold (`pushedWords`). */
  readonly pushes: 'block' | 'addresses';
}
