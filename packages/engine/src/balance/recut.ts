/** @file Another cut while a simulation runs: leaves go to other devices, with all their fields. */
import { DeviceLostError } from '@halocline/gpu';
import type { Runtime } from '../runtime.ts';
import { roomToMove, type Moving } from './moving.ts';

/** What the runtime brings to a cut beside itself. */
export interface Recutting {
  /** Rings of ghosts that are held. */
  readonly rings: number;
  /** All fields that have memory, to be moved. */
  readonly moving: () => Moving;
}

/**
 * Cuts by other shares of the devices, moves leaves with all their fields, and compiles; gives how many leaves moved. Where that fails,
 * of memory or of a transport, the cut stays as it was, with a word. Within the lane. Waits for the devices.
 */
export async function recut(
  runtime: Runtime,
  shares: readonly number[],
  { rings, moving }: Recutting,
): Promise<number> {
  const { decomposition, team } = runtime;
  await runtime.settle();
  const bySubdomain = team.members.flatMap((member, number) =>
    member.subdomains.map(() => shares[number]! / member.subdomains.length),
  );
  const before = decomposition.shares;
  const moved = decomposition.recut(bySubdomain);
  if (moved === 0) return 0;
  using way = moving();
  try {
    const bring = (): Promise<void> => team.prepare(rings);
    await (roomToMove(team) ? way.move(bring) : way.throughHost(bring));
    await runtime.compile();
    return moved;
  } catch (error) {
    decomposition.recut(before);
    await way.undo(error);
    if (error instanceof DeviceLostError) throw error;
    // The next step compiles for the cut that stays, and is told where that fails.
    runtime.warn(`The cut stays as it is: ${error instanceof Error ? error.message : String(error)}`);
    return 0;
  }
}
