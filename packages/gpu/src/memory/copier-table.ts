/**
 * @file The shared memory between the copiers' threads and those who ask them.
 *
 *     byte    0  int32     bell: counts requests; idle threads sleep on it
 *             4  int32     quit: not 0 when the threads shall end
 *             8  int32     how many threads have begun
 *            64  int32     32 states: FREE or PENDING
 *           192  int32     32 counts of chunks that nobody has taken; 0 or less: none
 *           320  int32     32 counts of chunks that are not done
 *           448  uint64    32 × 4 words: target, source, bytes, bytes of a chunk
 *
 * A thread takes a chunk by taking 1 from the job's `untaken`: what it finds above 0 is a chunk of its own, without which
 * the job can't end, so only then it reads what the job is.
 */

export const SLOTS = 32;
export const BELL = 0;
export const QUIT = 1;
export const BEGUN = 2;
export const FREE = 0;
export const PENDING = 1;

const STATES_AT = 64;
const UNTAKEN_AT = STATES_AT + SLOTS * 4;
const LEFT_AT = UNTAKEN_AT + SLOTS * 4;
const JOBS_AT = LEFT_AT + SLOTS * 4;
export const TABLE_BYTES: number = JOBS_AT + SLOTS * 32;

/** Copies `byteLength` bytes between two addresses. */
export type Memcpy = (target: bigint, source: bigint, byteLength: bigint) => unknown;

/** Views of the table's parts. */
export interface CopierTable {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly states: Int32Array<SharedArrayBuffer>;
  readonly untaken: Int32Array<SharedArrayBuffer>;
  readonly left: Int32Array<SharedArrayBuffer>;
  readonly jobs: BigUint64Array<SharedArrayBuffer>;
}

export function copierTable(buffer: SharedArrayBuffer): CopierTable {
  return {
    control: new Int32Array(buffer, 0, 3),
    states: new Int32Array(buffer, STATES_AT, SLOTS),
    untaken: new Int32Array(buffer, UNTAKEN_AT, SLOTS),
    left: new Int32Array(buffer, LEFT_AT, SLOTS),
    jobs: new BigUint64Array(buffer, JOBS_AT, SLOTS * 4),
  };
}

/** Takes chunks of a job and copies them until none is left to take; whoever copies the last one ends the job. */
export function copyChunks({ states, untaken, left, jobs }: CopierTable, slot: number, memcpy: Memcpy): void {
  while (Atomics.load(states, slot) === PENDING) {
    const before = Atomics.sub(untaken, slot, 1);
    if (before <= 0) return;
    const byteLength = jobs[slot * 4 + 2]!;
    const chunkBytes = jobs[slot * 4 + 3]!;
    const end = BigInt(before) * chunkBytes; // the chunks are taken from the last to the first
    const start = end - chunkBytes;
    memcpy(jobs[slot * 4]! + start, jobs[slot * 4 + 1]! + start, (end < byteLength ? end : byteLength) - start);
    if (Atomics.sub(left, slot, 1) !== 1) continue;
    Atomics.store(states, slot, FREE);
    Atomics.notify(states, slot);
  }
}
