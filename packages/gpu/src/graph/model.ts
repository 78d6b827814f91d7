/**
 * @file Passes → numbers. Every resource is cut into cells, the smallest parts that some pass touches apart from the rest:
 *
 *     buffer, bytes   0         64        128              image   mip 0 │ mips 1-3
 *     pass a          ├──────────┤                         layer 0   c0  │   c1
 *     pass b                    ├─────────┤                layer 1   c2  │   c3
 *     cells           │    0     │    1    │ 2 …
 *
 * From here on hazards are between touches of one cell, and cells are whole numbers.
 */

import type { Access, ImageLayout, Usage } from '../access.ts';
import { GraphError } from '../errors.ts';
import { roleMeaning } from '../role.ts';
import type { ImageRole } from '../role.ts';
import { labelOf, settleUses } from './pass.ts';
import type { Pass, SettledUse } from './pass.ts';
import { GraphBuffer, GraphImage } from './resource.ts';
import type { BufferLike, ImageLike } from './resource.ts';
import { joinSides, NO_SIDE, resolveUsage } from './usage.ts';
import type { PassQueue, Resolved, Side } from './usage.ts';

/** One resource of a graph. */
export interface ResourceNode {
  readonly label: string;
  /** 'memory': known by name alone. */
  readonly kind: 'memory' | 'buffer' | 'image' | 'host value';
  /** 'given': the same object at each execution. */
  readonly origin: 'named' | 'given' | 'imported' | 'transient' | 'host';
  readonly object: SettledUse['resource'];
  /** Where cells begin, ascending, 0 first: bytes of a buffer; mips of an image, with `layers` beside. */
  readonly cuts: readonly number[];
  readonly layers: readonly number[];
  readonly firstCell: number;
  readonly cellCount: number;
  /** Read after the execution: its memory isn't shared, its passes aren't culled. */
  readonly kept: boolean;
  readonly arrives: Resolved | 'undefined' | undefined;
  readonly leaves: Resolved | undefined;
}

/** What one pass does with one cell. */
export interface Touch {
  readonly pass: number;
  readonly cell: number;
  readonly node: ResourceNode;
  reads: boolean;
  writes: boolean;
  /** It leaves nothing of what was there. */
  discards: boolean;
  side: Side;
  /** The part of `side` that writes: all that a later read must see. */
  written: Side;
  readonly layout: ImageLayout;
  /** Touches of one cell with the same number need no order among them; those of a smaller one come before. */
  epoch: number;
}

/** A pass in numbers. */
export interface PassNode {
  readonly index: number;
  readonly name: string;
  readonly queue: PassQueue;
  readonly pass: Pass<never>;
  readonly uses: readonly SettledUse[];
  readonly touches: readonly Touch[];
  /** Everything that it does to memory. */
  readonly side: Side;
}

/** A graph in numbers. */
export interface GraphModel {
  readonly passes: readonly PassNode[];
  readonly nodes: readonly ResourceNode[];
  readonly cellCount: number;
}

const UNCUT = new Set([0]);

interface Draft {
  readonly object: SettledUse['resource'];
  readonly cuts: Set<number>;
  readonly layers: Set<number>;
  /** Its first use, in declaration order. */
  readonly first: SettledUse;
}

/**
 * The model of passes in declaration order; `uses` are theirs, as `settleUses` gave them. `loose`: the states in which
 * resources come and go don't matter.
 */
export function buildModel(
  passes: readonly Pass<never>[],
  uses: readonly (readonly SettledUse[])[],
  loose: boolean = false,
): GraphModel {
  const drafts = new Map<SettledUse['resource'], Draft>();
  for (const list of uses) for (const each of list) cut(drafts, each);
  const nodes = new Map<SettledUse['resource'], ResourceNode>();
  let cellCount = 0;
  for (const draft of drafts.values()) {
    const node = resourceNode(draft, cellCount, loose);
    cellCount += node.cellCount;
    nodes.set(draft.object, node);
  }
  const models = passes.map((pass, index) => passNode(pass, index, uses[index]!, nodes));
  return { passes: models, nodes: [...nodes.values()], cellCount };
}

/** The model of one pass, alone. */
export function soloModel(pass: Pass<never>): GraphModel {
  return buildModel([pass], [settleUses(pass)], true);
}

function cut(drafts: Map<SettledUse['resource'], Draft>, use: SettledUse): void {
  const { resource, part } = use;
  let draft = drafts.get(resource);
  if (!draft) {
    const whole = typeof resource === 'string';
    draft = { object: resource, cuts: whole ? UNCUT : new Set([0]), layers: whole ? UNCUT : new Set([0]), first: use };
    drafts.set(resource, draft);
  }
  if (typeof resource === 'string') return;
  if (resource.kind === 'buffer') {
    const { byteOffset = 0, byteLength = resource.byteLength - byteOffset } = part;
    draft.cuts.add(byteOffset);
    if (byteOffset + byteLength < resource.byteLength) draft.cuts.add(byteOffset + byteLength);
  } else if (resource.kind === 'image') {
    const { mip, mipEnd, layer, layerEnd } = imageBox(resource, part);
    draft.cuts.add(mip);
    if (mipEnd < resource.mips) draft.cuts.add(mipEnd);
    draft.layers.add(layer);
    if (layerEnd < resource.layers) draft.layers.add(layerEnd);
  }
}

function imageBox(
  image: ImageLike,
  part: SettledUse['part'],
): { mip: number; mipEnd: number; layer: number; layerEnd: number } {
  const { mip = 0, mips = image.mips - mip, layer = 0, layers = image.layers - layer } = part;
  return { mip, mipEnd: mip + mips, layer, layerEnd: layer + layers };
}

function resourceNode({ object, cuts, layers, first }: Draft, firstCell: number, loose: boolean): ResourceNode {
  const label = labelOf(object);
  const base = { label, object, firstCell };
  const lone = { cuts: [0], layers: [0], cellCount: 1, kept: true, arrives: undefined, leaves: undefined };
  if (typeof object === 'string') return { ...base, ...lone, kind: 'memory', origin: 'named' };
  if (object.kind === 'host value') return { ...base, ...lone, kind: 'host value', origin: 'host' };
  const declared = object instanceof GraphBuffer || object instanceof GraphImage ? object : undefined;
  const sorted = (set: Set<number>): number[] => [...set].sort((a, b) => a - b);
  return {
    ...base,
    kind: object.kind,
    origin: declared?.origin ?? 'given',
    cuts: sorted(cuts),
    layers: sorted(layers),
    cellCount: cuts.size * layers.size,
    kept: declared?.origin !== 'transient' || declared.options.kept === true,
    ...(loose ? { arrives: undefined, leaves: undefined } : ends(object, declared, first)),
  };
}

/** In which state a resource comes and goes. */
function ends(
  object: BufferLike | ImageLike,
  declared: GraphBuffer | GraphImage | undefined,
  first: SettledUse,
): Pick<ResourceNode, 'arrives' | 'leaves'> {
  if (declared?.origin === 'transient') return { arrives: 'undefined', leaves: undefined };
  const { arrives, leaves } = declared?.options ?? {};
  const resolve = (usage: Usage): Resolved => resolveUsage(usage, 'any');
  if (object.kind === 'buffer') {
    const known = arrives === undefined || arrives === 'undefined' ? undefined : resolve(arrives);
    return { arrives: known, leaves: leaves === undefined ? undefined : resolve(leaves) };
  }
  if (arrives === undefined && object.role === 'any') {
    throw new GraphError(
      `Cannot compile the graph: nothing says in which state image "${object.label}" comes; ` +
        `give it a role, or import it with arrives: 'undefined' or its last use`,
    );
  }
  const state = arrives ?? imageArrival(object.role, first);
  const usual = object.role === 'any' ? undefined : roleMeaning(object.role).read;
  const left = leaves ?? (state === 'undefined' ? usual : state);
  return {
    arrives: state === 'undefined' ? state : resolve(state),
    leaves: left === undefined ? undefined : resolve(left),
  };
}

/** A target that is written first is drawn anew; every other image comes as its role is read. */
function imageArrival(role: ImageRole, first: SettledUse): Access | 'undefined' {
  const target = role === 'render-target' || role === 'depth-target';
  return first.writes && (target || first.part.discard === true) ? 'undefined' : roleMeaning(role).read;
}

function passNode(
  pass: Pass<never>,
  index: number,
  uses: readonly SettledUse[],
  nodes: ReadonlyMap<SettledUse['resource'], ResourceNode>,
): PassNode {
  const queue = pass.queue ?? 'compute';
  const touches: Touch[] = [];
  let whole = NO_SIDE;
  for (const use of uses) {
    const node = nodes.get(use.resource)!;
    const { side, layout } = use.resolved;
    whole = joinSides(whole, side);
    for (const cell of cellsOf(node, use.part)) {
      const touch = touches.find((each) => each.cell === cell);
      if (touch) mergeTouch(touch, use, side, layout, pass.name);
      else touches.push(firstTouch(index, cell, node, use, side, layout));
    }
  }
  return { index, name: pass.name, queue, pass, uses, touches, side: whole };
}

function firstTouch(
  pass: number,
  cell: number,
  node: ResourceNode,
  { writes, part }: SettledUse,
  side: Side,
  layout: ImageLayout,
): Touch {
  const discards = writes && part.discard === true;
  const settled = node.kind === 'image' ? layout : 'general';
  const written = writes ? side : NO_SIDE;
  return { pass, cell, node, reads: !writes, writes, discards, side, written, layout: settled, epoch: 0 };
}

function mergeTouch(touch: Touch, { writes }: SettledUse, side: Side, layout: ImageLayout, name: string): void {
  if (touch.node.kind === 'image' && touch.layout !== layout) {
    throw new GraphError(
      `Cannot compile pass "${name}": it needs image "${touch.node.label}" in layouts "${touch.layout}" and "${layout}" at once; ` +
        `use one of them, other mips or layers, or two passes`,
    );
  }
  touch.side = joinSides(touch.side, side);
  if (writes) touch.written = joinSides(touch.written, side);
  if (writes) touch.writes = true;
  else touch.reads = true;
  touch.discards &&= writes;
}

/** The cells of a resource that a part of it covers. */
function cellsOf(node: ResourceNode, part: SettledUse['part']): number[] {
  const { object, firstCell, cuts, layers } = node;
  if (typeof object === 'string' || object.kind === 'host value') return [firstCell];
  const cells: number[] = [];
  if (object.kind === 'buffer') {
    const { byteOffset = 0, byteLength = object.byteLength - byteOffset } = part;
    for (const [index, start] of cuts.entries()) {
      if (start >= byteOffset && start < byteOffset + byteLength) cells.push(firstCell + index);
    }
    return cells;
  }
  const { mip, mipEnd, layer, layerEnd } = imageBox(object, part);
  for (const [row, layerAt] of layers.entries()) {
    if (layerAt < layer || layerAt >= layerEnd) continue;
    for (const [column, mipAt] of cuts.entries()) {
      if (mipAt >= mip && mipAt < mipEnd) cells.push(firstCell + row * cuts.length + column);
    }
  }
  return cells;
}
