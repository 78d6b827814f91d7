/** @file Host passes as they run: each when those that it waits for are done, and all that wait for nothing at once. */

import { GraphError } from '../errors.ts';
import type { Bound } from './bindings.ts';
import type { PassNode } from './model.ts';
import type { Step } from './steps.ts';

/** Runs a host pass, behind promises: other host passes, and points of timelines where the device writes what it reads. */
export async function runHostPass(pass: PassNode, behind: readonly Promise<unknown>[], at: Bound): Promise<void> {
  await Promise.all(behind);
  try {
    await pass.pass.run?.(at);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new GraphError(`Cannot run pass "${pass.name}": ${message}`, { cause: error });
  }
}

/** The host passes among steps, in order. */
export function hostSteps(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ passes }) => passes[0]?.queue === 'host');
}
