/**
 * @file A stencil's whole shader, on either target. A workgroup takes some leaves of the pass; `shape.ts` says how many, how
 * many threads share one, and what each does. Places beyond the pass's leaves do nothing, but come to the reductions' barriers.
 */
import { addOutside, checkWrite } from './debug.ts';
import type { EmitOptions } from './emit.ts';
import { address, keepAddresses, newLowering, tableWord } from './frame.ts';
import type { Code } from './code.ts';
import type { Effects, Frame, Lowering, Voxel } from './frame.ts';
import { beginGuard, tellFarRead } from './guard.ts';
import { emitLoop } from './loop-shape.ts';
import { beginOutputs, newOutputs, writeOutput } from './outputs.ts';
import type { Output } from './outputs.ts';
import { emitQuad } from './quad-shape.ts';
import { combine, emitTrees, newAccumulators } from './reduce.ts';
import type { Accumulator } from './reduce.ts';
import type { Tap } from './scan.ts';
import { allTaps, cutOf, reachedFunctions, shapeOf, threadsPerLeaf } from './shape.ts';
import { declareLocals, lowerBody, lowerFunction } from './statement.ts';
import { scalarOfValue } from './target.ts';
import type { Target, Value } from './target.ts';
import type { Offset, Stencil } from '../ir.ts';
import { componentsOf } from '../field-types.ts';
import { PUSHED_ADDRESSES } from './shader.ts';
import type { Placement, StencilShader } from './shader.ts';

/** What a visit says of a leaf whose voxels are all active, as are those of the 26 around it; 1 where only its own are. */
const WHOLE_AROUND = 3;

/** The leaf that a thread works on. */
export interface Leaf {
  readonly slot: Value;
  /** The thread's number among those of the leaf. */
  readonly thread: Value;
  /** Emits the slot of the leaf beyond a face: 0 … 5 are −x, +x, −y, +y, −z, +z. */
  readonly faces: (face: number) => Value;
  /** Whether all of its voxels are active; null where that was asked before, and they are not. */
  readonly whole: Value | null;
  /** Emits whether all of its voxels are, and those of the 26 leaves around it. */
  readonly inside: () => Value;
}

/** What both shapes work with. */
export interface Parts {
  readonly outputs: readonly Output[];
  readonly accumulators: readonly Accumulator[];
  /** Taps of the text, and of old values. */
  readonly taps: readonly Tap[];
  /** Offsets whose voxels' activity the text asks for. */
  readonly actives: readonly Offset[];
  readonly usesCoord: boolean;
}

/**
 * The leaf at a place of the pass, from its row of the visits: a slot, whether it is whole, and the slots beyond the faces that
 * taps cross.
 */
function leafAt(frame: Frame, place: Value, thread: Value, offsets: readonly Offset[] = []): Leaf {
  const { code, target } = frame.lowering;
  const from = address(frame, { kind: 'visits' });
  const row = code.left(place, 1);
  const first = target.keep(target.load('u32', 4, from, row), 'visit');
  const far = offsets.some((offset) => offset[1] !== 0 || offset[2] !== 0);
  const second = far ? target.keep(target.load('u32', 4, from, code.add(row, code.uint(1))), 'beyond') : first;
  const faces = (face: number): Value =>
    face < 2 ? target.swizzle(first, [2 + face]) : target.swizzle(second, [face - 2]);
  return {
    slot: target.keep(target.swizzle(first, [0]), 'slot'),
    thread,
    faces,
    whole: target.keep(code.differs(target.swizzle(first, [1]), 0), 'whole'),
    inside: () => code.equals(target.swizzle(first, [1]), WHOLE_AROUND),
  };
}

/**
 * Of the eight leaves of a workgroup, 2 along y by 4 along z, the one that is worked on in place of another: the threads that run
 * in step have two beside each other along y, which share more lines of memory than two along z.
 */
function crosswise(code: Code, number: Value): Value {
  return code.or(code.left(code.mask(number, 1), 2), code.right(number, 1));
}

/** What a stencil of one level may ask for besides its fields: a binding each (`Binding`). */
const OTHER_BINDINGS = 9;

/** Whether all that a stencil may ask for can be pushed, so that no address has to be fetched before the first row. */
function fitsPush({ reads, writes, reductions }: Stencil): boolean {
  if (reductions.length > 0 || reads.some(({ level }) => level !== 'same')) return false;
  const components = [...reads, ...writes].reduce((sum, { type }) => sum + componentsOf(type), 0);
  return components + OTHER_BINDINGS <= PUSHED_ADDRESSES;
}

/** The coordinate of a leaf's first voxel: three ints. */
export function originOf(frame: Frame, leaf: Leaf): Value[] {
  const { code, target } = frame.lowering;
  const row = code.left(leaf.slot, 5);
  return [27, 28, 29].map((word) =>
    target.keep(
      code.asInt(tableWord(frame, { kind: 'leafTable', level: 'same' }, code.add(row, code.uint(word)))),
      'origin',
    ),
  );
}

/** Emits the stencil's text for one voxel; results are in the outputs and accumulators. */
export function runVoxel(frame: Frame, parts: Parts, voxel: Voxel): void {
  const { lowering } = frame;
  const { code, target } = lowering;
  beginOutputs(lowering, parts.outputs, voxel);
  for (const { contribution, identity } of parts.accumulators) target.set(contribution, identity);
  const effects: Effects = {
    write(field, component, value) {
      const number = lowering.stencil.writes.findIndex((write) => write.field === field);
      if (lowering.stencil.debug) checkWrite(frame, number, component, value, voxel.coord!);
      writeOutput(lowering, parts.outputs, field, component, value);
    },
    reduce(scalar, value) {
      const { contribution, reduction, type } = parts.accumulators.find((each) => each.reduction.scalar === scalar)!;
      const given =
        scalarOfValue(value) === 'bool'
          ? target.select(value, code.uint(1), code.uint(0))
          : asTruth(lowering, reduction.kind, value, type);
      target.set(contribution, combine(code, reduction.kind, target.get(contribution), given));
    },
  };
  lowerBody({ ...frame, voxel, effects });
}

/** For `any` and `all`, numbers count as ≠ 0. */
function asTruth(lowering: Lowering, kind: string, value: Value, type: string): Value {
  const { code, target } = lowering;
  if (kind !== 'any' && kind !== 'all') return value;
  return type === 'uint' ? target.select(code.differs(value, 0), code.uint(1), code.uint(0)) : value;
}

/**
 * Emits a stencil onto a target, as the text of its entry point; gives the bindings in the order of the pass block, the leaves of a
 * workgroup, and what is pushed.
 */
export function lowerStencil(
  stencil: Stencil,
  placement: Placement,
  target: Target,
  options: EmitOptions = {},
): Omit<StencilShader, 'spirv'> {
  const lowering = newLowering(stencil, placement, target);
  const { code, uses } = lowering;
  const { bound } = options;
  const cut = cutOf(lowering, stencil.debug ? 'loop' : (options.shape ?? shapeOf(lowering, bound)), bound);
  const { groupLeaves, sharedBy } = cut ?? { groupLeaves: 2, sharedBy: 1 };
  const leaves = groupLeaves * sharedBy;
  const perLeaf = threadsPerLeaf(cut) / sharedBy;
  target.setGroupThreads(leaves * perLeaf);
  const pushes = cut?.early === true && target.namesAddresses && fitsPush(stencil);
  if (pushes) target.pushAddresses();
  const reached = reachedFunctions(lowering);
  for (const number of reached) lowerFunction(lowering, number);
  const frame: Frame = {
    lowering,
    top: true,
    uses: uses.top,
    once: new Map(),
    locals: declareLocals(lowering, stencil.locals),
    voxel: null,
    effects: null,
  };
  if (lowering.outside) target.set(lowering.outside, code.uint(0));
  const local = target.keep(target.localIndex(), 'local');
  const group = target.keep(target.workgroupId(), 'group');
  const counts = target.workgroupCount();
  const row = code.mul(code.component(group, 1), code.component(counts, 0));
  const number = code.add(row, code.component(group, 0));
  const first = code.left(code.right(number, Math.log2(sharedBy)), Math.log2(leaves));
  const numbered = code.right(local, Math.log2(perLeaf));
  const place = target.keep(code.add(first, cut?.crosswise ? crosswise(code, numbered) : numbered), 'place');
  const own = code.mask(local, perLeaf - 1);
  const part = (): Value => code.left(code.mask(number, sharedBy - 1), Math.log2(perLeaf));
  const thread = target.keep(sharedBy === 1 ? own : code.or(part(), own), 'thread');
  const offsets = [...allTaps(lowering, cut !== null).map(({ offset }) => offset), ...uses.top.actives.values()];
  const early = cut?.early ? leafAt(frame, place, thread, offsets) : null;
  const count = pushes
    ? code.component(address(frame, { kind: 'count' }), 0)
    : tableWord(frame, { kind: 'count' }, code.uint(3));
  const here = target.keep(target.apply('lt', place, count), 'here');
  const parts: Parts = {
    outputs: newOutputs(lowering, cut !== null),
    accumulators: newAccumulators(code, stencil.reductions),
    taps: allTaps(lowering, cut !== null),
    actives: [...uses.top.actives.values()],
    usesCoord: stencil.debug || uses.top.coord || [...reached].some((number) => uses.needsVoxel[number]),
  };
  target.branch(here, () => {
    const leaf = early ?? leafAt(frame, place, thread, cut === null ? [] : offsets);
    if (cut === null) emitLoop(frame, parts, leaf);
    else {
      const apart = cut.apart || parts.actives.length > 0;
      emitQuad(frame, parts, leaf, { ...cut, apart, exchanges: cut.apart && options.exchange !== false });
    }
    tellFarRead(frame, leaf.slot);
  });
  addOutside(frame);
  emitTrees(frame, parts.accumulators, () => leafAt(frame, place, thread).slot, here);
  keepAddresses(frame);
  beginGuard(frame);
  return { bindings: lowering.bindings, groupLeaves, pushes: pushes ? 'addresses' : 'block' };
}
