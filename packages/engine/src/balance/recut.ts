/** @file Another cut while a simulation runs: leaves go to other devices, with all their fields. */
import { OutOfMemoryError } from '@halocline/gpu';
import type { Runtime } from '../runtime.ts';
import { fieldValues, putValues, roomToMove, type Moving } from './moving.ts';

/** What the runtime brings to a cut beside itself. */
export interface Recutting {
  /** Rings of ghosts that are held. */
  readonly rings: number;
  /** All fields that have memory, to be moved. */
  readonly moving: () => Moving;
  /** Fields lie elsewhere than the program has it. */
  readonly moved: () => void;
  /** All fields lie in their first copies. */
  readonly arrived: () => void;
}

/**
 * Cuts by other shares of the devices, moves leaves with all their fields, and compiles; gives how many leaves moved. Where memory
 * runs out the cut stays as it was. Within the lane. Waits for the devices.
 */
export async function recut(
  runtime: Runtime,
  shares: readonly number[],
  { rings, moving, moved: fieldsMoved, arrived }: Recutting,
): Promise<number> {
  const { declarations, decomposition, subdomains, team } = runtime;
  await runtime.settle();
  const bySubdomain = team.members.flatMap((member, number) =>
    member.subdomains.map(() => shares[number]! / member.subdomains.length),
  );
  const before = decomposition.shares;
  const moved = decomposition.recut(bySubdomain);
  if (moved === 0) return 0;
  using owned = new DisposableStack();
  let back: (() => Promise<void>) | null = null;
  try {
    if (roomToMove(team)) {
      const way = owned.use(moving());
      back = () => way.undo(rings);
      fieldsMoved();
      await way.move(rings);
    } else {
      const copies = (field: Parameters<Runtime['copiesOf']>[0]): readonly number[] => runtime.copiesOf(field);
      const values = await fieldValues(subdomains, declarations.fields.values(), copies);
      back = () => putValues(team, rings, values);
      fieldsMoved();
      await putValues(team, rings, values);
    }
    arrived();
    await runtime.compile();
    return moved;
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    decomposition.recut(before);
    await back?.();
    await runtime.compile();
    runtime.log(`The cut stays as it is: ${error.message}`);
    return 0;
  }
}
