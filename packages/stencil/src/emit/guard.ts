/**
 * @file How far computed reads may go: within a box around the thread's own voxel, whose radius the host writes into the
 * record of faults. Beyond it a coordinate is clamped, or the first thread that went there tells of it. Over a whole domain nobody need
 * be told: there a stencil that clamps has boxes alone, so that it has the bits that it has over parts.
 *
 * A read that goes too far is noted in a variable of the thread, without a branch or a store, so that the loads of the next
 * one may begin before it is known; what was noted is told once, where the thread's work ends.
 */
import { FAULT_WORDS } from '../faults.ts';
import type { LevelRelation } from '../ir.ts';
import { beyondRadiusAt } from '../reach/held.ts';
import { address, addressHere, tableWord } from './frame.ts';
import type { Frame, Lowering, Voxel } from './frame.ts';
import { shared } from './lookup.ts';
import type { FunctionReference, Value, Variable } from './target.ts';

const BUFFER = { kind: 'faults' } as const;

/** Bits of a note that say which of the leaf's voxels read; those above say which read it was, counted from 1. */
const PLACE_BITS = 9;

/** Where the thread's voxel is. */
export interface Own {
  /** Index coordinate, ivec3. */
  readonly coord: Value;
  /** Place in its leaf. */
  readonly index: Value;
}

/** That of a voxel whose coordinate is asked for. */
export function ownOf({ coord, index }: Voxel): Own {
  return { coord: coord!, index };
}

/** The voxels, of the level that is read, that a computed read may reach. */
export interface Bounds {
  readonly own: Own;
  /** The voxel around which the box is, ivec3; where it is two along each axis, the lower. */
  readonly first: Value;
  /** Voxels in the box on either side, int. */
  readonly radius: Value;
  /** Voxels in its middle along each axis: 1, or 2 on the finer level. */
  readonly middle: number;
  /** The corners of the box, inclusive ivec3, where coordinates are clamped to it. */
  readonly clamp: { readonly low: Value; readonly high: Value } | null;
  /** Which of the stencil's reads it is; their count for an activity. */
  readonly read: number;
}

/** A variable of the thread that everything about far reads uses, made at its first use. */
function ownVariable({ guard, target }: Lowering, type: 'int' | 'uint', name: string): Variable {
  const known = guard.get(name);
  if (known) return known;
  const made = target.global(type, name);
  guard.set(name, made);
  return made;
}

const RADII = { radius: FAULT_WORDS.radius, active_radius: FAULT_WORDS.activeRadius } as const;

/** The box of a read (`heldBox`) around the voxel `own`; null where everything may be read. `field` is null for an activity. */
export function boundsOf(frame: Frame, field: string | null, level: LevelRelation, own: Own): Bounds | null {
  const { lowering } = frame;
  const { code, target, stencil, placement } = lowering;
  if (placement.beyondRadius === undefined) return null;
  const found = stencil.reads.findIndex((read) => read.field === field && read.level === level);
  const read = found < 0 ? stencil.reads.length : found;
  const further = found < 0 ? 0 : beyondRadiusAt(stencil.reads[read]!.at);
  const voxels = target.get(ownVariable(lowering, 'int', found < 0 ? 'active_radius' : 'radius'));
  const radius = target.keep(code.add(voxels, code.int(further)), 'held');
  const { coord } = own;
  const first = level === 'fine' ? code.left(coord, 1) : level === 'coarse' ? code.right(coord, 1) : coord;
  const middle = level === 'fine' ? 2 : 1;
  const bounds = { own, first, radius, middle, read };
  if (placement.beyondRadius !== 'clamp') return { ...bounds, clamp: null };
  const around = code.join([radius, radius, radius]);
  const low = target.keep(code.sub(first, around), 'low');
  const last = middle === 1 ? first : code.add(first, code.all('ivec3', 1));
  return { ...bounds, clamp: { low, high: target.keep(code.add(last, around), 'high') } };
}

/**
 * `void beyond(ivec3 d, uint voxels, uint note)`: notes a read whose voxel isn't 0 … voxels − 1 away from the least of its box, along
 * each axis; the thread's first such read stands.
 */
function beyondFunction(lowering: Lowering): FunctionReference {
  const { code, target } = lowering;
  const parameters = [
    { name: 'd', type: 'ivec3', variable: false },
    { name: 'voxels', type: 'uint', variable: false },
    { name: 'note', type: 'uint', variable: false },
  ] as const;
  return shared(lowering, 'beyond', () =>
    target.function('beyond', 'void', parameters, (given) => {
      const [d, voxels, note] = given as readonly Value[] as [Value, Value, Value];
      const far = ownVariable(lowering, 'uint', 'far_read');
      // A voxel below the least is a great number as uint: one comparison is enough for both sides.
      const outside = target.quantify('any', target.apply('ge', code.asUint(d), code.join([voxels, voxels, voxels])));
      const noted = target.keep(target.get(far), 'noted');
      target.set(far, target.select(code.and(code.equals(noted, 0), outside), note, noted));
    }),
  );
}

/** Makes the function that notes, before one that calls it. */
export function prepareGuard(lowering: Lowering): void {
  if (lowering.placement.beyondRadius === 'error') beyondFunction(lowering);
}

/**
 * The coordinate (ivec3) that is read for `coord`, held within the bounds, or noted where it, or the one `further` on along an axis,
 * lies beyond them. Differences may wrap around: the box has fewer voxels along an axis than there are numbers, and lies
 * among an int's, so that no other number is as far from its least voxel as one in it.
 */
export function guardCoord(frame: Frame, bounds: Bounds | null, coord: Value, further = 0): Value {
  const { lowering } = frame;
  const { code, target } = lowering;
  if (bounds === null) return coord;
  const { own, first, radius, middle, clamp, read } = bounds;
  if (clamp) return target.keep(target.apply('max', target.apply('min', coord, clamp.high), clamp.low), 'held');
  const fromLeast = code.add(code.sub(coord, first), code.join([radius, radius, radius]));
  const voxels = code.add(code.left(code.asUint(radius), 1), code.uint(middle - further));
  const note = code.add(own.index, code.uint((read + 1) * 2 ** PLACE_BITS));
  target.call(beyondFunction(lowering), [fromLeast, voxels, note]);
  return coord;
}

/** Tells of a read that was noted, at the end of the work of a thread on the leaf `slot`; of all threads, the first does. */
export function tellFarRead(frame: Frame, slot: Value): void {
  const { lowering } = frame;
  const { code, target, guard } = lowering;
  const variable = guard.get('far_read');
  if (variable === undefined) return;
  const far = target.keep(target.get(variable), 'far');
  target.branch(code.differs(far, 0), () => {
    // Nothing of this is asked for before: each address is read here.
    const record = addressHere(frame, BUFFER);
    const before = target.keep(target.atomicAdd(record, code.uint(FAULT_WORDS.count), code.uint(1)), 'before');
    target.branch(code.equals(before, 0), () => {
      const table = addressHere(frame, { kind: 'leafTable', level: 'same' });
      const row = target.keep(code.add(code.left(slot, 5), code.uint(27)), 'row');
      const n = target.keep(code.mask(far, 2 ** PLACE_BITS - 1), 'n');
      const voxel = [code.right(n, 6), code.mask(code.right(n, 3), 7), code.mask(n, 7)].map((part, axis) =>
        code.add(target.load('u32', 1, table, code.add(row, code.uint(axis))), part),
      );
      const step = target.load('u32', 1, addressHere(frame, { kind: 'uniforms' }), code.uint(2));
      const read = code.sub(code.right(far, PLACE_BITS), code.uint(1));
      const words = [step, ...voxel, read].map((word) => target.keep(word, 'word'));
      words.forEach((word, at) => target.store('u32', 1, record, code.uint(FAULT_WORDS.step + at), word));
    });
  });
}

/** Gives the variables of far reads their first values, at the start of the top function. */
export function beginGuard(frame: Frame): void {
  const { code, target, guard } = frame.lowering;
  for (const [name, word] of Object.entries(RADII)) {
    const variable = guard.get(name);
    if (variable === undefined) continue;
    address(frame, BUFFER);
    target.prologue(() => target.set(variable, code.asInt(tableWord(frame, BUFFER, code.uint(word)))));
  }
  const far = guard.get('far_read');
  if (far) target.prologue(() => target.set(far, code.uint(0)));
}
