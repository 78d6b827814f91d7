/**
 * @file The shared memory between a threaded recorder and its threads: a table of jobs, and behind each the bytes of its
 * message in memory that grows.
 *
 *     int32    0  quit: not 0 when the threads shall end
 *              1  bell: counts posted jobs; idle threads sleep on it
 *              2  posted: jobs of the table that were posted
 *              3  next: where to look for the next job
 *              4  finished: jobs that were recorded, failed or lost; the main side sleeps on it
 *              5  news: counts what was sent to the threads' ports
 *              8  a state for each job: FREE, READY, RECORDED, FAILED, LOST, or 1 + CLAIMED + the thread that records it
 *         +4096  where each job's message begins, in bytes
 *         +4096  how many bytes it has
 *         +4096  for each thread and frame, how many secondary command buffers its pool has
 *           +16  for each place of a frame, 1 + the number of the last frame there that the device is done with
 *          +256  for each thread, 1 + the core that it was on when it last had nothing to do
 *          +256  for each thread, 1 if it has recorded a job since it was started
 *     uint64      the command buffer that each job was recorded into
 */

/** Jobs between two `finalize`s, at most. */
export const JOBS = 4096;
/** Threads, at most. */
export const THREADS = 64;
/** Frames in flight, at most. */
export const SLOTS = 16;

export const QUIT = 0;
export const BELL = 1;
export const POSTED = 2;
export const NEXT = 3;
export const FINISHED = 4;
export const NEWS = 5;

export const FREE = 0;
export const READY = 1;
export const RECORDED = 2;
export const FAILED = 3;
export const LOST = 4;
/** A job's state while thread 0 records it; thread 1 the next number, and so on. */
export const CLAIMED = 16;

const STATES_AT = 8 * 4;
const BEGINS_AT = STATES_AT + JOBS * 4;
const LENGTHS_AT = BEGINS_AT + JOBS * 4;
const CAPACITIES_AT = LENGTHS_AT + JOBS * 4;
const DONE_AT = CAPACITIES_AT + THREADS * SLOTS * 4;
const PLACES_AT = DONE_AT + SLOTS * 4;
const PROVEN_AT = PLACES_AT + THREADS * 4;
const HANDLES_AT = PROVEN_AT + THREADS * 4;

/** Bytes of a table. */
export const TABLE_BYTES: number = HANDLES_AT + JOBS * 8;
const FIRST_MESSAGE_BYTES = 2 ** 16;
const MOST_MESSAGE_BYTES = 2 ** 30;

/** Views of the table's parts. */
export interface JobTable {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly states: Int32Array<SharedArrayBuffer>;
  readonly begins: Int32Array<SharedArrayBuffer>;
  readonly lengths: Int32Array<SharedArrayBuffer>;
  readonly capacities: Int32Array<SharedArrayBuffer>;
  readonly done: Int32Array<SharedArrayBuffer>;
  readonly places: Int32Array<SharedArrayBuffer>;
  readonly proven: Int32Array<SharedArrayBuffer>;
  readonly handles: BigUint64Array<SharedArrayBuffer>;
}

export function jobTable(buffer: SharedArrayBuffer): JobTable {
  return {
    control: new Int32Array(buffer, 0, 8),
    states: new Int32Array(buffer, STATES_AT, JOBS),
    begins: new Int32Array(buffer, BEGINS_AT, JOBS),
    lengths: new Int32Array(buffer, LENGTHS_AT, JOBS),
    capacities: new Int32Array(buffer, CAPACITIES_AT, THREADS * SLOTS),
    done: new Int32Array(buffer, DONE_AT, SLOTS),
    places: new Int32Array(buffer, PLACES_AT, THREADS),
    proven: new Int32Array(buffer, PROVEN_AT, THREADS),
    handles: new BigUint64Array(buffer, HANDLES_AT, JOBS),
  };
}

/** Memory for messages, which grows in place. */
export function messageMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(FIRST_MESSAGE_BYTES, { maxByteLength: MOST_MESSAGE_BYTES });
}

/** Takes the next job that nobody has, for this thread; -1 if there is none. */
export function claimJob({ control, states }: JobTable, thread: number): number {
  const posted = Atomics.load(control, POSTED);
  for (let job = Atomics.load(control, NEXT); job < posted; job++) {
    if (Atomics.compareExchange(states, job, READY, CLAIMED + thread) !== READY) continue;
    Atomics.compareExchange(control, NEXT, job, job + 1);
    return job;
  }
  return -1;
}

/** Notes what became of a job; the last one wakes the main side. */
export function finishJob({ control, states }: JobTable, job: number, state: number): void {
  Atomics.store(states, job, state);
  const finished = Atomics.add(control, FINISHED, 1) + 1;
  if (finished >= Atomics.load(control, POSTED)) Atomics.notify(control, FINISHED);
}
