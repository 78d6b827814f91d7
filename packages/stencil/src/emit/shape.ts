/**
 * @file How a shader is cut into threads, and which cut suits a stencil. The rule is measured (README.md of this package has
 * the figures): what counts is how much of what one thread reads its neighbours along x read too, and how much each thread
 * has in flight.
 */
import type { Lowering } from './frame.ts';
import { fieldType } from './frame.ts';
import { oldTaps, plainOutputs } from './outputs.ts';
import type { Tap } from './scan.ts';
import { tapKey } from './scan.ts';
import { planWindow, windowSize } from './window.ts';
import type { Patch } from './window.ts';
import { elementBytes } from '../field-types.ts';
import type { GroupLeaves } from './shader.ts';

/**
 * `loop`: one voxel after the other, for gathers, control flow and long texts. All others run patches of voxels side by side:
 * `twin` two voxels along z (8 bytes of float32), in whole leaves statement by statement, with each result stored at once, and eight
 * leaves shared by as many workgroups; `quad` four along z (16 bytes of float32); `pair` two quads; `row` eight along z (16 bytes of
 * float16); `column` four quads along x, whose rows stay in registers; `box` eight of them, with whole leaves apart, and values
 * exchanged between threads.
 */
export type Shape = 'loop' | 'twin' | 'quad' | 'pair' | 'row' | 'column' | 'box';

/** A shape's threads. */
export interface Cut {
  readonly patch: Patch;
  /** Whether rows are loaded as they are needed, and not all at first; and how many before that. */
  readonly rolling: boolean;
  readonly ahead: number;
  /** Whether whole leaves have a text of their own, without masks. */
  readonly apart: boolean;
  /** Whether a thread's voxels run side by side there, statement by statement, where the text allows it (`together.ts`). */
  readonly together?: boolean;
  /** Whether threads exchange values there. */
  readonly exchanges?: boolean;
  /** Of columns as long as a leaf: whether places count from those of the first row. */
  readonly based?: boolean;
  /** Of such: whether they also give each other rows beside each other along y, and what is beyond the ends of those. */
  readonly givesRows?: boolean;
  /** Whether each operation is done for all voxels of a row before the next: less is kept in registers. */
  readonly abreast?: boolean;
  /** How many rows before they are needed those of leaves are loaded that aren't whole, where it is another number. */
  readonly raggedAhead?: number;
  /** Whether threads that run in step have two leaves along y (`kernel.ts`). */
  readonly crosswise?: boolean;
  /** Whether leaves are looked up before it is known how many there are, by addresses that are pushed where there is room. */
  readonly early?: boolean;
  /** Leaves for each workgroup; `sharedBy` workgroups share that many times as many, each some rows of all of them. */
  readonly groupLeaves: GroupLeaves;
  readonly sharedBy: 1 | 8;
}

const CUTS: Readonly<Record<Exclude<Shape, 'loop'>, Cut>> = {
  twin: {
    patch: { rows: 1, quads: 0.5 },
    rolling: false,
    ahead: 0,
    apart: true,
    together: true,
    groupLeaves: 1,
    sharedBy: 8,
  },
  quad: { patch: { rows: 1, quads: 1 }, rolling: false, ahead: 0, apart: false, groupLeaves: 2, sharedBy: 1 },
  pair: { patch: { rows: 2, quads: 1 }, rolling: false, ahead: 0, apart: false, groupLeaves: 2, sharedBy: 1 },
  row: { patch: { rows: 1, quads: 2 }, rolling: false, ahead: 0, apart: false, groupLeaves: 2, sharedBy: 1 },
  column: { patch: { rows: 4, quads: 1 }, rolling: true, ahead: 0, apart: false, groupLeaves: 2, sharedBy: 1 },
  box: { patch: { rows: 8, quads: 1 }, rolling: true, ahead: 0, apart: true, groupLeaves: 2, sharedBy: 1 },
};

/**
 * How a stencil is cut in a shape; null for the loop. Where caches are what is waited for, workgroups are larger, so that more of what
 * their leaves share is loaded once, and rows of few loads are loaded one ahead, so that more of them are on their way.
 */
export function cutOf(lowering: Lowering, shape: Shape, bound: Bound = 'memory'): Cut | null {
  if (shape === 'loop') return null;
  const cut = CUTS[shape];
  if (bound === 'memory' || !cut.rolling) return cut;
  const taps = allTaps(lowering, true);
  const loads = planWindow(taps).length;
  if (loads <= 1) return cut;
  if (shape === 'column') return { ...cut, apart: true, groupLeaves: 4 };
  const light = loads <= LIGHT_LOADS;
  const box: Cut = { ...cut, ahead: light ? 1 : 0, groupLeaves: 8 };
  if (allHalves(lowering, taps)) return box;
  const all: Cut = { ...box, based: true, crosswise: true, early: true };
  return light ? { ...all, raggedAhead: RAGGED_AHEAD } : { ...all, abreast: true, givesRows: true };
}

/**
 * So many registers for what is kept of these rows leave room for four workgroups of eight leaves on a multiprocessor of an H200,
 * instead of seven: memory is read in longer runs then.
 */
const RAGGED_AHEAD = 4;

/** Threads that share a leaf. */
export function threadsPerLeaf(cut: Cut | null): number {
  return cut === null ? 128 : 128 / (cut.patch.rows * cut.patch.quads);
}

/** The most IR nodes that are worth emitting four times, and the most loaded values that a thread may hold. */
const QUAD_NODES = 1500;
const QUAD_VALUES = 192;
/** The same for a patch of several rows, which emits its text for each. */
const PATCH_NODES = 320;
const PATCH_VALUES = 96;
/** The same for a text that asks which voxels around are active. */
const AROUND_NODES = 700;
/** Loads up to which a thread of halves has too little in flight with eight bytes of each, and rows are worth keeping. */
const LIGHT_LOADS = 12;

/** The functions that are invoked, one by another. */
export function reachedFunctions(lowering: Lowering): Set<number> {
  const reached = new Set<number>();
  const visit = (number: number): void => {
    if (reached.has(number)) return;
    reached.add(number);
    lowering.uses.functions[number]!.invokes.forEach(visit);
  };
  lowering.uses.top.invokes.forEach(visit);
  return reached;
}

/** The taps of the text and of the outputs' old values, each once. `quads` tells whether whole quads are stored. */
export function allTaps({ stencil, uses }: Lowering, quads: boolean): Tap[] {
  const taps = new Map(uses.top.taps);
  for (const tap of oldTaps(stencil, quads)) taps.set(tapKey(tap.field, tap.component, tap.offset), tap);
  return [...taps.values()];
}

/** The widest extent along x of the taps of one component. */
function spanOf(taps: readonly Tap[]): number {
  const groups = Map.groupBy(taps, ({ field, component }) => `${field} ${component}`);
  const spans = [...groups.values()].map((group) => {
    const along = group.map(({ offset }) => offset[0]);
    return Math.max(...along) - Math.min(...along);
  });
  return Math.max(0, ...spans);
}

/** Whether everything that is read and written has elements of two bytes. */
function allHalves(lowering: Lowering, taps: readonly Tap[]): boolean {
  const { writes } = lowering.stencil;
  const types = [...taps.map(({ field }) => fieldType(lowering, field)), ...writes.map(({ type }) => type)];
  return types.every((type) => elementBytes(type) === 2);
}

/**
 * Whether a stencil reads and writes so much that a thread's registers are what is short: many loads of which the voxels along x share
 * none, and as many results, which every voxel has. Halves keep to quads, and so do leaves whose inactive voxels are filled
 * (`Placement.backgrounds`).
 */
function isLattice(lowering: Lowering, taps: readonly Tap[], loads: number): boolean {
  const { stencil, placement } = lowering;
  if (allHalves(lowering, taps) || stencil.writes.some(({ field }) => placement.backgrounds?.has(field))) return false;
  return loads > LIGHT_LOADS && spanOf(taps) < 2 && plainOutputs(stencil) > LIGHT_LOADS;
}

/** What most stencils wait for on a device: its memory, or the caches before it, where memory is as fast as an H200's. */
export type Bound = 'memory' | 'caches';

/** The shape that suits a stencil. */
export function shapeOf(lowering: Lowering, bound: Bound = 'memory'): Shape {
  const { stencil, uses } = lowering;
  if (stencil.debug) return 'loop';
  const reached = [...reachedFunctions(lowering)].map((number) => uses.functions[number]!);
  if (uses.top.lookups || reached.some((each) => each.lookups || each.taps.size > 0 || each.actives.size > 0))
    return 'loop';
  const nodes = reached.reduce((sum, each) => sum + each.nodes, uses.top.nodes);
  const taps = allTaps(lowering, true);
  const loads = planWindow(taps);
  const values = windowSize(loads);
  if (nodes > QUAD_NODES || values > QUAD_VALUES) return 'loop';
  // Reductions have their order by quads, and colours their pairs of voxels.
  if (stencil.color || stencil.reductions.length > 0) return 'quad';
  // Whole leaves within whole ones have a text of their own then (`kernel.ts`), and rows in registers serve it best.
  if (uses.top.actives.size > 0 && nodes <= AROUND_NODES && values <= PATCH_VALUES) return 'column';
  const straight = reached.length === 0 && stencil.body.every(({ op }) => op === 'assign' || op === 'write');
  if (straight && uses.top.actives.size === 0 && isLattice(lowering, taps, loads.length)) return 'twin';
  if (nodes > PATCH_NODES || values > PATCH_VALUES) return 'quad';
  if (loads.length <= LIGHT_LOADS && allHalves(lowering, taps)) return straight ? 'box' : 'row';
  if (loads.length <= 1) return 'pair';
  if (spanOf(taps) < 2) return 'quad';
  // How much less is loaded where eight rows are loaded together.
  const shared = (8 * loads.length) / planWindow(taps, CUTS.box.patch).length;
  if (shared >= 2) return straight ? 'box' : 'column';
  if (loads.length <= LIGHT_LOADS) return straight && bound === 'caches' ? 'box' : 'column';
  return bound === 'caches' ? 'column' : 'pair';
}
