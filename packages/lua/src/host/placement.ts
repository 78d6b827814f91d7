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

/** Both together. Throws where a script says in two ways on what it runs; `act` is the sentence's beginning. */
export function placement(act: string, said: LuaOptions, asked: Asked): Placement {
  const { device, devices, deviceCount } = asked;
  const twice = Object.entries({ device, devices, device_count: deviceCount }).filter(
    ([, value]) => value !== undefined,
  );
  if (twice.length > 1) {
    throw new TypeError(`Cannot ${act}: both ${twice[0]![0]} and ${twice[1]![0]} are given; give one of them`);
  }
  const parts = said.subdomains ?? asked.subdomains;
  const cut = parts === undefined ? {} : { subdomains: parts };
  if (said.device === undefined && said.devices === undefined) {
    if (device !== undefined) return { device, ...cut };
    const several = devices ?? deviceCount;
    return several === undefined ? cut : { devices: several, ...cut };
  }
  // A script that asks for more devices, or parts, than it gets is cut as it would have been.
  const wanted = parts ?? devices?.length ?? deviceCount;
  const least = said.devices === undefined ? 1 : countOf(said.devices);
  const subdomains = said.subdomains ?? (wanted === undefined ? undefined : Math.max(wanted, least));
  return {
    ...(said.devices === undefined ? { device: said.device! } : { devices: said.devices }),
    ...(subdomains === undefined ? {} : { subdomains }),
  };
}

function countOf(devices: number | readonly string[]): number {
  return typeof devices === 'number' ? devices : devices.length;
}
