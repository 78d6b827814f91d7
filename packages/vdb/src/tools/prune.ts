/** @file Blocks of one value made tiles again: leaves first, then lower and upper nodes whose slots are all alike. */
import type { Grid } from '../grid.ts';
import { TreeBuilder } from '../tree-builder.ts';
import { TYPES } from '../types.ts';
import type { Scalar, Values } from '../types.ts';
import { storedComponents } from './fill.ts';

/** What a slot of a node came to: a child that stays, or a tile. */
interface Slot {
  readonly value: readonly Scalar[];
  readonly active: boolean;
}

/**
 * The same grid with leaves of one state and one value (within `tolerance` of their first voxel's, in every component) made tiles, and
 * nodes all of whose slots are the same tile made one. With tolerance 0 no voxel changes.
 */
export function prune(grid: Grid, tolerance = 0): Grid {
  storedComponents('prune', grid.name, grid.type);
  const { tree } = grid;
  const { root, upper, lower, leaf } = tree;
  const builder = new TreeBuilder(tree.type, tree.background);
  const tileAt = (entry: number, active: boolean): Slot => ({
    value: tree.tileValues.map((array) => array[~entry]!),
    active,
  });
  const stored = TYPES[tree.type].leaf === 'stored';
  const keepLeaf = (l: number): void => {
    const [x, y, z] = [leaf.origins[3 * l]!, leaf.origins[3 * l + 1]!, leaf.origins[3 * l + 2]!];
    builder.addLeaf(x, y, z, leaf.masks, stored ? tree.values : undefined, 16 * l, 512 * l);
  };
  const slotOfLeaf = (l: number): Slot | undefined => uniformLeaf(leaf.masks, l, tree.values, tolerance, !stored);
  /** The slot that a node comes to; where it stays a node, its leaves and tiles are added. */
  const node = (level: 'lower' | 'upper', n: number): Slot | undefined => {
    const [nodes, bits, span] = level === 'lower' ? ([lower, 4, 8] as const) : ([upper, 5, 128] as const);
    const count = 1 << (3 * bits);
    const last = (1 << bits) - 1;
    const slots: (Slot | undefined)[] = [];
    for (let s = 0; s < count; s++) {
      const entry = nodes.table[n * count + s]!;
      const active = ((nodes.valueMask[(n * count + s) >> 5]! >>> (s & 31)) & 1) === 1;
      slots.push(entry < 0 ? tileAt(entry, active) : level === 'lower' ? slotOfLeaf(entry) : node('lower', entry));
    }
    const first = slots[0];
    if (first !== undefined && slots.every((slot) => slot !== undefined && same(slot, first))) return first;
    slots.forEach((slot, s) => {
      const [x, y, z] = [s >> (2 * bits), (s >> bits) & last, s & last].map(
        (v, a) => nodes.origins[3 * n + a]! + v * span,
      );
      if (slot !== undefined) builder.addTile(span, x!, y!, z!, slot.value, slot.active);
      else if (level === 'lower') keepLeaf(nodes.table[n * count + s]!);
    });
    return undefined;
  };
  for (let r = 0; r < root.count; r++) {
    const entry = root.table[r]!;
    const slot = entry < 0 ? tileAt(entry, root.active[r] === 1) : node('upper', entry);
    const [x, y, z] = [root.origins[3 * r]!, root.origins[3 * r + 1]!, root.origins[3 * r + 2]!];
    const background = slot !== undefined && same(slot, { value: tree.background, active: false });
    if (slot !== undefined && !background) builder.addTile(4096, x, y, z, slot.value, slot.active);
  }
  return grid.with({ tree: builder.build() });
}

function same(a: Slot, b: Slot): boolean {
  return a.active === b.active && a.value.every((v, c) => v === b.value[c]);
}

/** The tile that a leaf comes to, or undefined where it is not all alike. */
function uniformLeaf(
  masks: Uint32Array,
  leaf: number,
  values: readonly Values[],
  tolerance: number,
  maskOnly: boolean,
): Slot | undefined {
  const word = masks[16 * leaf]!;
  if (word !== 0 && word !== 0xffffffff) return undefined;
  for (let w = 1; w < 16; w++) if (masks[16 * leaf + w] !== word) return undefined;
  if (maskOnly) return { value: [0], active: word !== 0 };
  for (const array of values) {
    const first = array[512 * leaf]!;
    for (let n = 1; n < 512; n++) {
      const value = array[512 * leaf + n]!;
      if (value !== first && !(Math.abs(Number(value) - Number(first)) <= tolerance)) return undefined;
    }
  }
  return { value: values.map((array) => array[512 * leaf]!), active: word !== 0 };
}
