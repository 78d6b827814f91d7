/** @file Which of several devices it was that is lost or full: devices of one model bear one name. */
import { DeviceLostError, OutOfMemoryError, type Device } from '@halocline/gpu';

/** A member among so many. */
export interface Place {
  /** From 0. */
  readonly number: number;
  readonly count: number;
  readonly device: Device;
}

/** Errors of a device → its number. */
const named = new WeakMap<Error, number>();

/** The number of the device that is lost, if the error says so of one that `onDevice` had to do with. */
export function lostDevice(error: unknown): number | undefined {
  return error instanceof DeviceLostError ? named.get(error) : undefined;
}

/** Whether a device is lost: it says so when it is asked how far it is. */
export function isLost({ compute }: Device): boolean {
  try {
    compute.timeline.value();
    return false;
  } catch (error) {
    return error instanceof DeviceLostError;
  }
}

/** Runs an act of one device. If that device is lost, or has no memory left, the error says which of several it is. */
export async function onDevice<T>(place: Place, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    nameDevice(place, error);
    throw error;
  }
}

/** `onDevice`, for an act that doesn't wait. */
export function onDeviceNow<T>(place: Place, act: () => T): T {
  try {
    return act();
  } catch (error) {
    nameDevice(place, error);
    throw error;
  }
}

/** Says in the error of a device which of several it was. */
export function nameDevice({ number, count, device }: Place, error: unknown): void {
  if (!(error instanceof DeviceLostError || error instanceof OutOfMemoryError) || named.has(error)) return;
  named.set(error, number);
  if (count > 1) error.message += ` (device ${number + 1} of ${count}: "${device.name}")`;
}
