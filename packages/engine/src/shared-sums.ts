/**
 * @file Reductions over several members. Each has the partial values of its own leaves, at their ranks; the tree over ranks is the
 * same for all (`reduction-plan.ts`), and its first stage takes chunks of 1,024. A member reduces the chunks of which it
 * owns every leaf, and sends their values; of the other chunks, the **borders**, it sends its leaves' partials. Then every
 * member has all that the rest of the tree takes, and computes it: the same bits everywhere, and one message.
 */
import { REDUCTION_CHUNK, stageOffset } from './reduction-plan.ts';

/** Consecutive chunks: [first, end). */
export type ChunkRun = readonly [first: number, end: number];

/** Who reduces what of one level, in the first stage. */
export interface SharedSums {
  /** By member: the chunks that it owns whole. */
  readonly own: readonly (readonly ChunkRun[])[];
  /** The chunks that no member owns whole. */
  readonly borders: readonly ChunkRun[];
  /** By member: places in the partials and in the scratch behind them that it sends to every other. */
  readonly sent: readonly Uint32Array<ArrayBuffer>[];
}

/** Splits the chunks of a level whose leaves belong to `members` (by rank) of `count`. */
export function shareSums(members: Uint32Array, count: number): SharedSums {
  const chunks = Math.max(1, Math.ceil(members.length / REDUCTION_CHUNK));
  const own: number[][] = Array.from({ length: count }, () => []);
  const borders: number[] = [];
  const sent: number[][] = Array.from({ length: count }, () => []);
  const scratch = stageOffset(members.length, 1);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const ranks = members.subarray(REDUCTION_CHUNK * chunk, REDUCTION_CHUNK * (chunk + 1));
    const whole = chunks > 1 && ranks.every((member) => member === ranks[0]);
    if (whole) {
      own[ranks[0]!]!.push(chunk);
      sent[ranks[0]!]!.push(scratch + chunk);
    } else {
      borders.push(chunk);
      ranks.forEach((member, rank) => sent[member]!.push(REDUCTION_CHUNK * chunk + rank));
    }
  }
  return { own: own.map(runs), borders: runs(borders), sent: sent.map((words) => Uint32Array.from(words)) };
}

function runs(chunks: readonly number[]): ChunkRun[] {
  const all: [number, number][] = [];
  for (const chunk of chunks) {
    const last = all.at(-1);
    if (last !== undefined && last[1] === chunk) last[1]++;
    else all.push([chunk, chunk + 1]);
  }
  return all;
}
