/**
 * @file The shared memory between a device and its waiter's thread.
 *
 *     byte   0  int32     bell: counts requests; the thread sleeps on it
 *            4  int32     turn: odd from when the thread is given a device, even from when that goes
 *            8  int32     the turn that the thread knows of: it is in no call for a device before
 *           12  int32     nothing
 *           16  uint64    the instance and the device that it waits for
 *           32  int32     64 states: FREE, PENDING, CANCELLING, or the negative VkResult that a wait ended with
 *          288  uint64    64 semaphore handles
 *          800  uint64    64 values
 */

export const SLOTS = 64;
export const BELL = 0;
export const TURN = 1;
export const KNOWN_TURN = 2;
export const FREE = 0;
export const PENDING = 1;
/** The main side gives a wait up; the thread answers CANCELLED when it lets go of the semaphore. */
export const CANCELLING = 2;
/** No VkResult: they are far above. */
export const CANCELLED: number = -(2 ** 31);

const DEVICE_AT = 16;
const STATES_AT = DEVICE_AT + 16;
const SEMAPHORES_AT = STATES_AT + SLOTS * 4;
const VALUES_AT = SEMAPHORES_AT + SLOTS * 8;
export const TABLE_BYTES: number = VALUES_AT + SLOTS * 8;

/** Views of the table's parts. */
export interface RequestTable {
  readonly control: Int32Array<SharedArrayBuffer>;
  /** Instance, device. */
  readonly device: BigUint64Array<SharedArrayBuffer>;
  readonly states: Int32Array<SharedArrayBuffer>;
  readonly semaphores: BigUint64Array<SharedArrayBuffer>;
  readonly values: BigUint64Array<SharedArrayBuffer>;
}

export function requestTable(buffer: SharedArrayBuffer): RequestTable {
  return {
    control: new Int32Array(buffer, 0, 3),
    device: new BigUint64Array(buffer, DEVICE_AT, 2),
    states: new Int32Array(buffer, STATES_AT, SLOTS),
    semaphores: new BigUint64Array(buffer, SEMAPHORES_AT, SLOTS),
    values: new BigUint64Array(buffer, VALUES_AT, SLOTS),
  };
}
