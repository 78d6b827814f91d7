/** @file The devices that a user asks for: one, so many, or these. Those that the simulation opened, it closes. */
import { listDevices, openDevice, type Device, type DeviceOptions } from '@halocline/gpu';
import { shown } from './options/kinds.ts';
import { unheard } from './unheard.ts';

/** What options carry along when they are spread, and a scene doesn't say itself. */
export const FROM_OUTSIDE: unique symbol = Symbol('from outside');

/** What whoever runs a scene wants beside what the scene wants. */
export interface FromOutside {
  /** Parts that the domain is cut into where neither they nor several devices are asked for; default: 1. */
  readonly usualSubdomains?: number;
  /** The devices are not the scene's: a number of subdomains that is less than theirs, which is the scene's, doesn't count. */
  readonly overrules?: boolean;
}

/** Where a simulation runs. At most one of `device` and `devices` is given. */
export interface DeviceChoice {
  /** Name part, `#index` or uuid prefix; or a device that is open already, and stays open. Default: `HALOCLINE_DEVICE`, else the best. */
  readonly device?: string | Device;
  /**
   * How many devices of one model, that of `HALOCLINE_DEVICE` or the best; or which: names (as for `device`) or open devices. A name
   * that is given twice makes two logical devices. More than there are puts several subdomains on a device, and says so.
   */
  readonly devices?: number | readonly (string | Device)[];
  /** Parts that the domain is cut into; default: one a device. The results are the same, bit for bit. */
  readonly subdomains?: number;
  readonly [FROM_OUTSIDE]?: FromOutside;
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

type Log = (message: string) => void;

/** Opens what is asked for; what was opened is closed if the rest can't be. */
export async function openDevices(choice: DeviceChoice, log: Log | undefined): Promise<OpenedDevices> {
  const count = typeof choice.devices === 'number' ? choice.devices : 1;
  const wanted = wishes(choice);
  const { usualSubdomains, overrules = false } = choice[FROM_OUTSIDE] ?? {};
  checkSubdomains(choice, overrules ? 1 : wanted.length);
  const devices: Device[] = [];
  const own: Device[] = [];
  const open = async (wish: string | Device | undefined): Promise<void> => {
    if (typeof wish === 'object') return void devices.push(wish);
    const device = await openDevice(deviceOptions(choice, wish, log));
    own.push(device);
    devices.push(device);
  };
  try {
    for (const wish of wanted) await open(wish);
    if (count > 1) for (const wish of likeFirst(devices[0]!, count, log)) await open(wish);
    const each = Math.max(devices.length, count);
    const usual = choice.devices === undefined ? (usualSubdomains ?? each) : each;
    const subdomains = choice.subdomains ?? usual;
    if (overrules) return { devices, own, subdomains: Math.max(subdomains, devices.length) };
    checkSubdomains(choice, devices.length);
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

/** The devices that are named; the best, where none is. */
function wishes({ device, devices }: DeviceChoice): readonly (string | Device | undefined)[] {
  if (device !== undefined && devices !== undefined) {
    throw new TypeError('Cannot create simulation: both device and devices are given; give one of them');
  }
  if (typeof devices === 'number' && !(Number.isInteger(devices) && devices >= 1)) {
    throw new RangeError(`Cannot create simulation: devices is ${shown(devices)}; give a whole number, at least 1`);
  }
  const named = typeof devices === 'object' ? devices : [device];
  if (named.length === 0) {
    throw new TypeError('Cannot create simulation: devices is empty; name at least one, or give a number');
  }
  if (named.some((each) => typeof each === 'string' && each.trim() === '')) {
    throw new TypeError(
      "Cannot create simulation: the name of a device is empty; give part of its name, or '#0' for the first",
    );
  }
  return named;
}

/** The others of the first one's model, at most so many with it. */
function likeFirst({ report }: Device, count: number, log: Log | undefined): string[] {
  const usable = listDevices().filter(({ name, missing }) => name === report.name && missing.length === 0);
  const others = usable.filter(({ index }) => index !== report.index);
  const there = 1 + others.length;
  if (there < count) {
    const has = there === 1 ? 'there is one' : `there are ${there}`;
    (log ?? unheard)(
      `${count} devices are asked for, and ${has} of "${report.name}": several subdomains share a device`,
    );
  }
  return others.slice(0, count - 1).map(({ index }) => `#${index}`);
}

/** Throws unless there is a subdomain for each of so many devices. */
function checkSubdomains({ subdomains }: DeviceChoice, deviceCount: number): void {
  if (subdomains === undefined || (Number.isInteger(subdomains) && subdomains >= deviceCount)) return;
  const is = `Cannot create simulation: subdomains is ${shown(subdomains)}`;
  if (deviceCount === 1) throw new RangeError(`${is}; give a whole number, at least 1`);
  throw new RangeError(
    `${is}, and there are ${deviceCount} devices; give a whole number, at least ${deviceCount}, one a device, or fewer devices`,
  );
}

function deviceOptions(choice: DeviceChoice, device: string | undefined, log: Log | undefined): DeviceOptions {
  const { validation, memoryLimit } = choice;
  return {
    ...(log === undefined ? {} : { log }),
    ...(device === undefined ? {} : { device }),
    ...(validation === undefined ? {} : { validation }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
  };
}
