/**
 * @file A part of a NanoVDB grid that stands unpacked in a file: the nodes and leaves that meet a box are read, nothing else,
 * and put together as a grid of their own, whose bytes are then read like any other's. So a grid far larger than memory can be looked into.
 *
 * What is left out becomes background, inactive. The numbers of an index grid stay; its channels come along whole.
 */
import { hasBit } from './bits.ts';
import { FormatError } from './errors.ts';
import { meets } from './grid.ts';
import type { IndexBox } from './grid.ts';
import { NO_CRC } from './nvdb-checksum.ts';
import { blindElementBytes, whyNot } from './nvdb-grid.ts';
import { setU64 } from './nvdb-head.ts';
import {
  align,
  BLIND_BYTES,
  GRID_BYTES,
  type GridLayout,
  layoutOf,
  type NodeLayout,
  ROOT_OFFSET,
  TYPE_OF_ID,
} from './nvdb-layout.ts';
import { findOverlap } from './nvdb-nodes.ts';
import type { Reading } from './reading.ts';
import type { GridType } from './types.ts';

/** Where the grid stands, and what is wanted of it. */
export interface Crop {
  readonly name: string;
  /** Offset of its first byte in the file. */
  readonly at: number;
  readonly byteLength: number;
  readonly box: IndexBox;
}

/** A node that is kept, or a leaf. */
interface Kept {
  /** Offset in the grid. */
  readonly start: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Where the offset to it is written: the node above and the place in it. */
  readonly parent: Block;
  readonly slot: number;
}

/** Bytes of the new grid, and later where they stand in it. */
interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  /** The node above and the place of the offset to this one in it. */
  readonly up: Pick<Kept, 'parent' | 'slot'> | undefined;
}

/** Most bytes of leaves that are asked for at a time. */
const RUN_BYTES = 1 << 22;

/** A copy: what `slice` of some arrays gives is a view. */
function block(bytes: Uint8Array, up?: Block['up']): Block {
  const own = new Uint8Array(bytes);
  return { bytes: own, view: new DataView(own.buffer), at: 0, up };
}

/** The bytes of a smaller grid with what meets the box. */
export function* cropGrid(crop: Crop): Reading<Uint8Array> {
  const head = block(yield* take(crop, 'head', 0, ROOT_OFFSET));
  const typeId = head.view.getUint32(636, true);
  const version = head.view.getUint32(16, true);
  const blinds: Block[] = [];
  const kept: Block[] = [];
  const counts = [0, 0, 0];
  if (whyNot(typeId, head.view.getUint32(632, true)) === undefined) {
    const layout = layoutOf(TYPE_OF_ID.get(typeId) as Exclude<GridType, 'vec3i'>);
    const hasBlind = head.view.getUint32(648, true) > 0;
    const blindAt = hasBlind ? Number(head.view.getBigInt64(640, true)) : Infinity;
    const levels = yield* cropTree(crop, head, layout, { oldMasks: typeId === 21 || typeId === 22, blindAt });
    levels.nodes.forEach((level, i) => (counts[2 - i] = level.length));
    kept.push(levels.root, ...levels.nodes.flat());
    blinds.push(...(yield* takeBlind(crop, head, version)));
  }
  return assemble(head, kept, blinds, counts);
}

/** Bytes `offset` … of the grid; an error where it has not that many. */
function* take(crop: Crop, part: string, offset: number, length: number, forget = 0): Reading<Uint8Array> {
  const end = offset + length;
  const want = { offset: crop.at + offset, length, forget: crop.at + forget };
  const bytes = offset >= 0 && end <= crop.byteLength ? yield want : new Uint8Array(0);
  if (bytes.length === length) return bytes;
  const what = `Cannot read grid "${crop.name}": its ${part}`;
  const found = `an offset of ${offset} in a grid of ${crop.byteLength} bytes`;
  throw new FormatError(what, { offset: crop.at + Math.max(0, offset), expected: `${length} bytes`, found });
}

function* cropTree(
  crop: Crop,
  head: Block,
  layout: GridLayout,
  { oldMasks, blindAt }: { readonly oldMasks: boolean; readonly blindAt: number },
): Reading<{ root: Block; nodes: readonly Block[][] }> {
  const rootAt = GRID_BYTES + Number(head.view.getBigInt64(GRID_BYTES + 24, true));
  const fixed = yield* take(crop, 'root', rootAt, layout.root.size);
  const count = new DataView(fixed.buffer, fixed.byteOffset).getUint32(24, true);
  const tiles = yield* take(crop, 'root table', rootAt + layout.root.size, count * layout.tile.size);
  const background = fixed.slice(layout.root.background, layout.root.background + layout.valueBytes);
  const wanted: { bytes: Uint8Array; child: number; x: number; y: number; z: number }[] = [];
  for (let t = 0; t < count; t++) {
    const bytes = tiles.subarray(t * layout.tile.size, (t + 1) * layout.tile.size);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const [low, high] = [view.getUint32(0, true), view.getUint32(4, true)];
    const [x, y, z] = [(high >>> 10) << 12, ((low >>> 21) | ((high & 0x3ff) << 11)) << 12, low << 12];
    if (meets(crop.box, x, y, z, 4096)) wanted.push({ bytes, child: Number(view.getBigInt64(8, true)), x, y, z });
  }
  const root = block(new Uint8Array(layout.root.size + wanted.length * layout.tile.size));
  root.bytes.set(fixed);
  root.view.setUint32(24, wanted.length, true);
  const uppers: Kept[] = [];
  wanted.forEach(({ bytes, child, x, y, z }, t) => {
    const to = layout.root.size + t * layout.tile.size;
    root.bytes.set(bytes, to);
    if (child !== 0) uppers.push({ start: rootAt + child, x, y, z, parent: root, slot: to + 8 });
  });
  const { upper, lower } = layout;
  const first = yield* cropLevel(crop, 'upper node', { kept: uppers, layout: upper, bits: 5, background });
  const second = yield* cropLevel(crop, 'lower node', { kept: first.below, layout: lower, bits: 4, background });
  const leafSize = oldMasks ? 160 : layout.leaf.size;
  const placed = [
    [uppers, upper.size],
    [first.below, lower.size],
    [second.below, leafSize || 160],
  ] as const;
  const starts = placed.flatMap(([kept]) => kept.map(({ start }) => start));
  const pair = findOverlap(
    starts,
    placed.flatMap(([kept, size]) => kept.map(() => size)),
  );
  if (pair !== undefined) {
    const found = `two at bytes ${pair[0]} and ${pair[1]} of the grid`;
    throw new FormatError(`Cannot read grid "${crop.name}": its nodes`, {
      offset: crop.at + pair[1],
      expected: 'nodes that do not overlap',
      found,
    });
  }
  const leaves = yield* takeLeaves(crop, second.below, layout, { size: leafSize, blindAt });
  return { root, nodes: [first.nodes, second.nodes, leaves] };
}

/** Refuses more nodes than fit into the grid, and one that is named twice. */
function checkNodes(crop: Crop, part: string, kept: readonly Kept[], size: number): void {
  const seen = new Set<number>();
  for (const { start } of kept) {
    if (!seen.has(start) && (seen.size + 1) * size <= crop.byteLength && start % 32 === 0) {
      seen.add(start);
      continue;
    }
    const what = `Cannot read grid "${crop.name}": its ${part}`;
    const expected = 'an offset that is a multiple of 32, and no other node there';
    throw new FormatError(what, { offset: crop.at + Math.max(0, start), expected, found: String(start) });
  }
}

function* cropLevel(
  crop: Crop,
  part: string,
  level: {
    readonly kept: readonly Kept[];
    readonly layout: NodeLayout;
    readonly bits: 4 | 5;
    readonly background: Uint8Array;
  },
): Reading<{ nodes: Block[]; below: Kept[] }> {
  const { kept, layout, bits, background } = level;
  checkNodes(crop, part, kept, layout.size);
  const [slots, last, shift] = [1 << (3 * bits), (1 << bits) - 1, bits === 5 ? 7 : 3];
  const nodes: Block[] = [];
  const below: Kept[] = [];
  for (const up of kept) {
    const { start, x, y, z } = up;
    const node = block(yield* take(crop, part, start, layout.size), up);
    nodes.push(node);
    const valueMask = new Uint32Array(node.bytes.buffer, 32, slots >> 5);
    const childMask = new Uint32Array(node.bytes.buffer, layout.childMask, slots >> 5);
    for (let n = 0; n < slots; n++) {
      const at = layout.table + n * layout.stride;
      const [i, j, k] = [
        x + ((n >> (2 * bits)) << shift),
        y + (((n >> bits) & last) << shift),
        z + ((n & last) << shift),
      ];
      if (meets(crop.box, i, j, k, 1 << shift)) {
        if (!hasBit(childMask, 0, n)) continue;
        below.push({
          start: start + Number(node.view.getBigInt64(at, true)),
          x: i,
          y: j,
          z: k,
          parent: node,
          slot: at,
        });
        continue;
      }
      valueMask[n >> 5]! &= ~(1 << (n & 31));
      childMask[n >> 5]! &= ~(1 << (n & 31));
      node.bytes.fill(0, at, at + layout.stride);
      node.bytes.set(background, at);
    }
  }
  return { nodes, below };
}

/** The leaves; those that stand one after another are read together. `size` is 0 where leaves differ. */
function* takeLeaves(
  crop: Crop,
  kept: readonly Kept[],
  layout: GridLayout,
  { size, blindAt }: { readonly size: number; readonly blindAt: number },
): Reading<Block[]> {
  checkNodes(crop, 'leaf', kept, size || 160);
  const leaves: Block[] = [];
  // Leaves that rise are the last that is wanted, but for blind data, which may stand anywhere.
  const isRising = kept.every(({ start }, leaf) => leaf === 0 || start > kept[leaf - 1]!.start);
  const done = (start: number): number => (isRising ? Math.max(0, Math.min(start, blindAt)) : 0);
  const add = (bytes: Uint8Array, up: Kept): void => void leaves.push(block(bytes, up));
  for (let from = 0; from < kept.length;) {
    const { start } = kept[from]!;
    if (layout.leafKind === 'fpn') {
      const bytes = yield* take(
        crop,
        'leaf',
        start,
        Math.min(1120, Math.max(96, crop.byteLength - start)),
        done(start),
      );
      add(bytes.subarray(0, 96 + 64 * (1 << Math.min(4, bytes[15]! >> 5))), kept[from++]!);
      continue;
    }
    let to = from + 1;
    while (to < kept.length && kept[to]!.start === start + (to - from) * size && (to - from) * size < RUN_BYTES) to++;
    const run = yield* take(crop, 'leaf', start, (to - from) * size, done(start));
    for (let i = from; i < to; i++) add(run.subarray((i - from) * size, (i - from + 1) * size), kept[i]!);
    from = to;
  }
  return leaves;
}

/** The blind data: metadata, then each one's bytes. */
function* takeBlind(crop: Crop, head: Block, version: number): Reading<Block[]> {
  const at = Number(head.view.getBigInt64(640, true));
  const count = head.view.getUint32(648, true);
  if (count === 0) return [];
  const metas = block(yield* take(crop, 'blind metadata', at, count * BLIND_BYTES));
  const blocks = [metas];
  let data = metas.bytes.length;
  for (let b = 0; b < count; b++) {
    const meta = b * BLIND_BYTES;
    const from = at + meta + Number(metas.view.getBigInt64(meta, true));
    const length = Number(metas.view.getBigUint64(meta + 8, true)) * blindElementBytes(metas.view, meta, version);
    const bytes = yield* take(crop, 'blind data', from, length);
    const padded = block(new Uint8Array(align(length, 32)));
    padded.bytes.set(bytes);
    blocks.push(padded);
    setU64(metas.view, meta, data - meta);
    data += padded.bytes.length;
  }
  return blocks;
}

function assemble(
  head: Block,
  kept: readonly Block[],
  blinds: readonly Block[],
  counts: readonly number[],
): Uint8Array {
  let end = 0;
  for (const part of [head, ...kept, ...blinds]) {
    part.at = end;
    end += part.bytes.length;
  }
  for (const { up, at } of kept) if (up !== undefined) setU64(up.parent.view, up.slot, at - up.parent.at);
  const { view } = head;
  view.setUint32(8, NO_CRC, true);
  view.setUint32(12, NO_CRC, true);
  setU64(view, 32, end);
  setU64(view, GRID_BYTES + 24, ROOT_OFFSET - GRID_BYTES);
  counts.forEach((count, i) => view.setUint32(GRID_BYTES + 32 + 4 * i, count, true));
  setU64(view, 640, blinds[0]?.at ?? 0);
  view.setUint32(648, Math.max(0, blinds.length - 1), true);
  const out = new Uint8Array(end);
  for (const part of [head, ...kept, ...blinds]) out.set(part.bytes, part.at);
  return out;
}
