/**
 * @file The shared memory between a relay and its thread.
 *
 *     byte   0  int32    bell: counts messages; the thread sleeps on it
 *            4  int32    quit: not 0 when the thread shall end
 *            8  int32    posted: messages so far
 *           12  int32    done: messages that the thread is done with
 *           16  int32    failure: 0, or the negative VkResult that a wait or signal ended with
 *           20  int32    failure of CUDA: 0, or the CUresult that a copy ended with
 *           24  uint64   a ring of messages, ten words each: the value to wait for; from, to and length of a copy (length 0:
 *                        none); device, semaphore and value of a signal (semaphore 0: none); CUDA's contexts that the copy
 *                        goes from and to (0: the processor copies); nothing
 */

/** Messages that fit in the ring. */
export const RING = 8192;
export const WORDS = 10;
export const BELL = 0;
export const QUIT = 1;
export const POSTED = 2;
export const DONE = 3;
export const FAILURE = 4;
export const CUDA_FAILURE = 5;

const MESSAGES_AT = 24;
export const TABLE_BYTES: number = MESSAGES_AT + RING * WORDS * 8;

/** Views of the table's parts. */
export interface RelayTable {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly messages: BigUint64Array<SharedArrayBuffer>;
}

export function relayTable(buffer: SharedArrayBuffer): RelayTable {
  return {
    control: new Int32Array(buffer, 0, 6),
    messages: new BigUint64Array(buffer, MESSAGES_AT, RING * WORDS),
  };
}
