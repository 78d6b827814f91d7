/** @file The devices that a user asks for: one, so many, or these. Those that the simulation opened, it closes. */
import { listDevices, openDevice, type Device, type DeviceOptions } from '@halocline/gpu';
import { shown } from './options/kinds.ts';

/** Where a simulation runs. At most one of `device` and `devices` is given. */
export interface DeviceChoice {
  /** Name part, `#index` or uuid prefix; or a device that is open already, and stays open. Default: `HALOCLINE_DEVICE`, else the best. */
  readonly device?: string | Device;
  /**
   * How many devices of the best's model, or which: names (as for `device`) or open devices. A name that is given twice makes two
   * logical devices. More than there are puts several subdomains on a device, and says so.
   */
  readonly devices?: number | readonly (string | Device)[];
  /** Parts that the domain is cut into; default: one a device. The results are the same, bit for bit. */
  readonly subdomains?: number;
  /** Validation layers; default `HALOCLINE_VALIDATION`. */
  readonly validation?: boolean;
  /** Bytes that each of the simulation's own devices may use. */
  readonly memoryLimit?: number;
}

/** Devices, those of them that are the simulation's own, and the number of subdomains. */
export interface OpenedDevices {
  readonly devices: readonly Device[];
  readonly own: readonly Device[];
  readonly subdomains: number;
}

/** Opens what is asked for; what was opened is closed if the rest can't be. */
export async function openDevices(choice: DeviceChoice, log: (message: string) => void): Promise<OpenedDevices> {
  const wanted = wishes(choice, log);
  const { subdomains = Math.max(wanted.length, typeof choice.devices === 'number' ? choice.devices : 1) } = choice;
  if (!(Number.isInteger(subdomains) && subdomains >= wanted.length)) {
    const least = wanted.length === 1 ? '1' : `${wanted.length}, one a device`;
    throw new RangeError(
      `Cannot create simulation: subdomains is ${shown(subdomains)}; give a whole number, at least ${least}`,
    );
  }
  const devices: Device[] = [];
  const own: Device[] = [];
  try {
    for (const wish of wanted) {
      if (typeof wish === 'object') devices.push(wish);
      else {
        const device = await openDevice(deviceOptions(choice, wish, log));
        own.push(device);
        devices.push(device);
      }
    }
    return { devices, own, subdomains };
  } catch (error) {
    await closeAll(own);
    throw error;
  }
}

/** Closes devices after something failed; what can't be closed says less than that did. */
export async function closeAll(devices: readonly Device[]): Promise<void> {
  await Promise.allSettled(devices.map(async (device) => device[Symbol.asyncDispose]()));
}

function wishes({ device, devices }: DeviceChoice, log: (message: string) => void): (string | Device | undefined)[] {
  if (device !== undefined && devices !== undefined) {
    throw new TypeError('Cannot create simulation: both device and devices are given; give one of them');
  }
  if (devices === undefined) return [device];
  if (typeof devices === 'object') {
    if (devices.length > 0) return [...devices];
    throw new TypeError('Cannot create simulation: devices is empty; name at least one, or give a number');
  }
  if (!(Number.isInteger(devices) && devices >= 1)) {
    throw new RangeError(`Cannot create simulation: devices is ${shown(devices)}; give a whole number, at least 1`);
  }
  const usable = listDevices().filter(({ missing }) => missing.length === 0);
  const alike = usable.filter(({ name }) => name === usable[0]?.name);
  const there = Math.min(devices, alike.length);
  if (there < devices) {
    const has = alike.length === 1 ? 'there is one' : `there are ${alike.length}`;
    log(`${devices} devices are asked for, and ${has} of "${usable[0]?.name}": several subdomains share a device`);
  }
  return devices === 1 ? [undefined] : alike.slice(0, there).map(({ index }) => `#${index}`);
}

function deviceOptions(
  choice: DeviceChoice,
  device: string | undefined,
  log: (message: string) => void,
): DeviceOptions {
  const { validation, memoryLimit } = choice;
  return {
    log,
    ...(device === undefined ? {} : { device }),
    ...(validation === undefined ? {} : { validation }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
  };
}
