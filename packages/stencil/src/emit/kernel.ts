/**
 * @file A stencil's whole shader, on either target. Workgroups of 256 threads take two leaves each; a thread takes four
 * voxels along z of its leaf. Leaf ranks beyond the count do nothing, but come to the reductions' barriers. The shape is
 * chosen here: `quad` where reads are at constant offsets and the text is small, else `loop`.
 */
import { addOutside, checkWrite } from './debug.ts';
import { newLowering, tableWord } from './frame.ts';
import type { Effects, Frame, Lowering, Voxel } from './frame.ts';
import { emitLoop } from './loop-shape.ts';
import { beginOutputs, newOutputs, oldTaps, writeOutput } from './outputs.ts';
import type { Output } from './outputs.ts';
import { emitQuad, planWindow, windowSize } from './quad-shape.ts';
import { combine, emitTrees, newAccumulators } from './reduce.ts';
import type { Accumulator } from './reduce.ts';
import type { Tap } from './scan.ts';
import { tapKey } from './scan.ts';
import { declareLocals, lowerBody, lowerFunction } from './statement.ts';
import { scalarOfValue } from './target.ts';
import type { Target, Value } from './target.ts';
import type { Binding, Placement, Stencil } from '../ir.ts';

/** Which of the two shapes a shader has. */
export type Shape = 'quad' | 'loop';

/** The most IR nodes that are worth emitting four times, and the most loaded values that a thread may hold. */
const QUAD_NODES = 1500;
const QUAD_VALUES = 192;

/** The leaf that a thread works on. */
export interface Leaf {
  readonly slot: Value;
  /** 0 … 127 within the leaf. */
  readonly thread: Value;
}

/** What both shapes work with. */
export interface Parts {
  readonly outputs: readonly Output[];
  readonly accumulators: readonly Accumulator[];
  /** Taps of the text, and of old values. */
  readonly taps: readonly Tap[];
  readonly usesCoord: boolean;
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

/** The shape that suits a stencil. */
function shapeOf(lowering: Lowering): Shape {
  const { stencil, uses } = lowering;
  if (stencil.debug) return 'loop';
  const reached = [uses.top, ...[...reachedFunctions(lowering)].map((number) => uses.functions[number]!)];
  const straight =
    !uses.top.lookups && reached.every((each, at) => at === 0 || (!each.lookups && each.taps.size === 0));
  const nodes = reached.reduce((sum, each) => sum + each.nodes, 0);
  const values = windowSize(planWindow([...uses.top.taps.values(), ...oldTaps(stencil, true)]));
  return straight && nodes <= QUAD_NODES && values <= QUAD_VALUES ? 'quad' : 'loop';
}

function reachedFunctions(lowering: Lowering): Set<number> {
  const reached = new Set<number>();
  const visit = (number: number): void => {
    if (reached.has(number)) return;
    reached.add(number);
    lowering.uses.functions[number]!.invokes.forEach(visit);
  };
  lowering.uses.top.invokes.forEach(visit);
  return reached;
}

/** The taps of the text and of the outputs' old values, each once. */
function allTaps(lowering: Lowering, shape: Shape): Tap[] {
  const taps = new Map(lowering.uses.top.taps);
  for (const tap of oldTaps(lowering.stencil, shape === 'quad'))
    taps.set(tapKey(tap.field, tap.component, tap.offset), tap);
  return [...taps.values()];
}

/** Emits a stencil onto a target, as the text of its entry point; gives the bindings in the order of the pass block. */
export function lowerStencil(
  stencil: Stencil,
  placement: Placement,
  target: Target,
  shape?: Shape,
): readonly Binding[] {
  const lowering = newLowering(stencil, placement, target);
  const { code, uses } = lowering;
  const chosen = stencil.debug ? 'loop' : (shape ?? shapeOf(lowering));
  const reached = reachedFunctions(lowering);
  for (const number of reached) lowerFunction(lowering, number);
  const frame: Frame = {
    lowering,
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
  const first = code.left(code.add(row, code.component(group, 0)), 1);
  const place = target.keep(code.add(first, code.right(local, 7)), 'place');
  const thread = target.keep(code.mask(local, 127), 'thread');
  const here = target.keep(target.apply('lt', place, tableWord(frame, { kind: 'count' }, code.uint(3))), 'here');
  const parts: Parts = {
    outputs: newOutputs(lowering, chosen === 'quad'),
    accumulators: newAccumulators(code, stencil.reductions),
    taps: allTaps(lowering, chosen),
    usesCoord: stencil.debug || uses.top.coord || [...reached].some((number) => uses.needsVoxel[number]),
  };
  target.branch(here, () => {
    const slot = target.keep(tableWord(frame, { kind: 'leaves' }, place), 'slot');
    const leaf: Leaf = { slot, thread };
    if (chosen === 'loop') return emitLoop(frame, parts, leaf);
    emitQuad(frame, parts, leaf);
  });
  addOutside(frame);
  emitTrees(frame, parts.accumulators, place, here);
  return lowering.bindings;
}
