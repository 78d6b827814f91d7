/**
 * @file How far computed reads may go: within a box around the thread's own voxel, whose radius the host writes into the
 * record of faults. Beyond it a coordinate is clamped, or the first thread to go there tells of it. Over a whole domain nobody need be
 * told: there a stencil that clamps has boxes alone, so that it has the bits that it has over parts.
 */
import { FAULT_WORDS } from '../faults.ts';
import type { LevelRelation } from '../ir.ts';
import { beyondRadiusAt } from '../reach/held.ts';
import { address, blockValue, once, tableWord } from './frame.ts';
import type { Frame, Lowering } from './frame.ts';
import { newFrame, shared } from './lookup.ts';
import type { FunctionReference, Value } from './target.ts';

const BUFFER = { kind: 'faults' } as const;

/** The voxels, of the level that is read, that a computed read may reach: inclusive ivec3. */
export interface Bounds {
  readonly low: Value;
  readonly high: Value;
  /** The thread's own voxel, ivec3. */
  readonly own: Value;
  /** Which of the stencil's reads it is; their count for an activity. */
  readonly read: number;
}

/** The box of a read (`heldBox`) around voxel `own`; null where everything may be read. `field` is null for an activity. */
export function boundsOf(frame: Frame, field: string | null, level: LevelRelation, own: Value): Bounds | null {
  const { code, target, stencil, placement } = frame.lowering;
  if (placement.beyondRadius === undefined) return null;
  const found = stencil.reads.findIndex((read) => read.field === field && read.level === level);
  const read = found < 0 ? stencil.reads.length : found;
  const further = found < 0 ? 0 : beyondRadiusAt(stencil.reads[read]!.at);
  address(frame, BUFFER);
  const word = found < 0 ? FAULT_WORDS.activeRadius : FAULT_WORDS.radius;
  const radius = once(frame, `radius ${word} ${further}`, () => {
    const voxels = code.asInt(tableWord(frame, BUFFER, code.uint(word)));
    return target.keep(code.add(voxels, code.int(further)), 'radius');
  });
  const around = code.join([radius, radius, radius]);
  const [first, last] =
    level === 'fine'
      ? [code.left(own, 1), code.add(code.left(own, 1), code.all('ivec3', 1))]
      : level === 'coarse'
        ? [code.right(own, 1), code.right(own, 1)]
        : [own, own];
  const low = target.keep(code.sub(first, around), 'low');
  return { low, high: target.keep(code.add(last, around), 'high'), own, read };
}

/**
 * `void beyond(ivec3 first, ivec3 last, ivec3 low, ivec3 high, ivec3 own, uint read)`: tells where first … last isn't within low …
 * high.
 */
function beyondFunction(lowering: Lowering): FunctionReference {
  const { code, target } = lowering;
  const parameters = [
    ...['first', 'last', 'low', 'high', 'own'].map((name) => ({ name, type: 'ivec3', variable: false }) as const),
    { name: 'read', type: 'uint', variable: false } as const,
  ];
  return shared(lowering, 'beyond', () =>
    target.function('beyond', 'void', parameters, (given) => {
      const frame = newFrame(lowering);
      const [first, last, low, high, own, read] = given as readonly Value[] as [
        Value,
        Value,
        Value,
        Value,
        Value,
        Value,
      ];
      const faults = address(frame, BUFFER);
      const step = blockValue(frame, 'uniforms', 8, 'uint', 'frame');
      const under = target.quantify('any', target.apply('lt', first, low));
      const over = target.quantify('any', target.apply('gt', last, high));
      target.branch(code.or(under, over), () => {
        const before = target.keep(target.atomicAdd(faults, code.uint(FAULT_WORDS.count), code.uint(1)), 'before');
        target.branch(code.equals(before, 0), () => {
          const words = [step, ...code.components(code.asUint(own)), read];
          words.forEach((word, at) => target.store('u32', 1, faults, code.uint(FAULT_WORDS.step + at), word));
        });
      });
    }),
  );
}

/** Makes the function that tells, before one that calls it. */
export function prepareGuard(lowering: Lowering): void {
  if (lowering.placement.beyondRadius === 'error') beyondFunction(lowering);
}

/** Whether reads beyond the box are clamped into it. */
export function clamps(frame: Frame): boolean {
  return frame.lowering.placement.beyondRadius === 'clamp';
}

/** The coordinate (ivec3) that is read for `coord`; `last`, where it is given, is the highest corner of the cell whose lowest it is. */
export function guardCoord(frame: Frame, bounds: Bounds | null, coord: Value, last: Value = coord): Value {
  const { code, target } = frame.lowering;
  if (bounds === null) return coord;
  const { low, high, own, read } = bounds;
  if (clamps(frame)) return target.keep(target.apply('max', target.apply('min', coord, high), low), 'held');
  target.call(beyondFunction(frame.lowering), [coord, last, low, high, own, code.uint(read)]);
  return coord;
}
