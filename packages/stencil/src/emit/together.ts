/**
 * @file A thread's voxels side by side: each statement for all of them, and each result stored as soon as it is known. A text
 * of many results keeps fewer of them in registers then, and its stores begin while it still computes.
 */
import type { Effects, Frame, Voxel } from './frame.ts';
import type { Parts } from './kernel.ts';
import { writtenOutputs } from './outputs.ts';
import type { Output } from './outputs.ts';
import { declareLocals, lowerTogether } from './statement.ts';
import type { Value } from './target.ts';
import type { Statement } from '../ir.ts';

/** Whether a text can be run so: it never branches, and every voxel writes all that is stored. */
export function runsTogether({ lowering }: Frame, { outputs, accumulators }: Parts): boolean {
  const { color, body } = lowering.stencil;
  if (color || accumulators.length > 0 || outputs.some(({ mode }) => mode !== 'plain')) return false;
  return body.every(({ op }) => op === 'assign' || op === 'write');
}

function writes(statement: Statement, { field, component }: Output): boolean {
  return (
    statement.op === 'write' &&
    statement.field === field &&
    (statement.component < 0 || statement.component === component)
  );
}

/** Emits the text for some voxels; `store` gets each output once, with a value for each of them. */
export function runTogether(
  frame: Frame,
  { outputs }: Parts,
  voxels: readonly Voxel[],
  store: (output: Output, values: readonly Value[]) => void,
): void {
  const { lowering } = frame;
  const { stencil, target } = lowering;
  const results = new Map<Output, Value[]>(outputs.map((output) => [output, []]));
  const frames = voxels.map((voxel, lane): Frame => {
    const effects: Effects = {
      write(field, component, value) {
        for (const [output, part] of writtenOutputs(lowering, outputs, field, component, value))
          results.get(output)![lane] = target.keep(part, 'result');
      },
      reduce() {
        throw new Error('Bug in the stencil compiler: a text with reductions is run side by side');
      },
    };
    const locals = lane === 0 ? frame.locals : declareLocals(lowering, stencil.locals);
    return { ...frame, locals, voxel, effects };
  });
  const last = new Map(outputs.map((output) => [output, stencil.body.findLast((each) => writes(each, output))]));
  lowerTogether(frames, (statement) => {
    for (const [output, of] of last) if (of === statement) store(output, results.get(output)!);
  });
}
