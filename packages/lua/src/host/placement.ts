/** @file Where a script's simulation runs, and into how many parts it is cut: what the command line says of devices wins. */
import type { LuaOptions } from '../script-options.ts';

/** What a script asks for. */
interface Asked {
  readonly device?: string | undefined;
  readonly devices?: readonly string[] | undefined;
  readonly deviceCount?: number | undefined;
  readonly subdomains?: number | undefined;
}

/** The same for `Simulation.create`. */
export interface Placement {
  readonly device?: string;
  readonly devices?: number | readonly string[];
  readonly subdomains?: number;
}

/** Both together: where they run, and the parts. Throws where a script says in two ways on what it runs; `act` is the sentence's beginning. */
export function placement(act: string, said: LuaOptions, asked: Asked): Placement {
  const { device, devices, deviceCount } = asked;
  const twice = Object.entries({ device, devices, device_count: deviceCount }).filter(
    ([, value]) => value !== undefined,
  );
  if (twice.length > 1) {
    throw new TypeError(`Cannot ${act}: both ${twice[0]![0]} and ${twice[1]![0]} are given; give one of them`);
  }
  if (deviceCount !== undefined && !(Number.isInteger(deviceCount) && deviceCount >= 1)) {
    throw new RangeError(`Cannot ${act}: device_count is ${deviceCount}; give a whole number, at least 1`);
  }
  const parts = said.subdomains ?? asked.subdomains;
  const cut = parts === undefined ? {} : { subdomains: parts };
  if (said.device !== undefined) return { device: said.device, ...cut };
  if (said.devices !== undefined) return { devices: said.devices, ...cut };
  if (device !== undefined) return { device, ...cut };
  const several = devices ?? deviceCount;
  return several === undefined ? cut : { devices: several, ...cut };
}
