/**
 * @file What the command was told and a scene has not taken: it runs on, as it would have without those words, and they are told of.
 */
import type { Simulation } from '@halocline/engine';
import type { SceneOptions } from '../scene.ts';

/** Options of a scene that are meant for `Simulation.create`. */
type Handed = Exclude<keyof SceneOptions & string, 'values' | 'log'>;

/** How each stands on the command line. */
const TYPED: { readonly [Name in Handed]: (value: NonNullable<SceneOptions[Name]>) => string } = {
  device: (name) => `--device ${name}`,
  devices: (value) => (typeof value === 'number' ? `--devices ${value}` : `--device ${value.join(' --device ')}`),
  subdomains: (value) => `--subdomains ${value}`,
  cutOrder: (word) => `--cut-order ${word}`,
  rebalance: (word) => `--rebalance ${word}`,
  stepsInFlight: (value) => `--steps-in-flight ${value}`,
  fusion: () => '--no-fusion',
  overlap: () => '--no-overlap',
  validation: () => '--validation',
  trace: (file) => `--trace ${file}`,
};

const NAMES = Object.keys(TYPED) as Handed[];

/** What a scene that opens its devices itself does with these can't be seen: that it reads them counts. */
const OF_DEVICES: ReadonlySet<Handed> = new Set(['device', 'devices', 'validation']);

/** The options, and the names of those that were read by name: what is only copied along with all others isn't. */
export function namedIn(given: SceneOptions): { options: SceneOptions; named: ReadonlySet<string> } {
  const named = new Set<string>();
  let copied: string | symbol | null = null;
  const options = new Proxy(given, {
    get: (all, key) => {
      if (key !== copied && typeof key === 'string') named.add(key);
      copied = null;
      return all[key as keyof SceneOptions];
    },
    // `{ ...options }` asks for each property's descriptor right before it reads it.
    getOwnPropertyDescriptor: (all, key) => {
      copied = key;
      return Reflect.getOwnPropertyDescriptor(all, key);
    },
  });
  return { options, named };
}

/** Tells of each option that the simulation was made without; `simulation` is null where the scene has none. */
export function tellUntaken(given: SceneOptions, simulation: Simulation | null, named: ReadonlySet<string>): void {
  for (const name of NAMES) {
    const value = given[name];
    if (value === undefined) continue;
    const typed = (TYPED[name] as (value: unknown) => string)(value);
    if (simulation === null) {
      if (name !== 'device' && name !== 'validation') given.log(`${typed}: the scene has no simulation to take it`);
    } else if (!isTaken(name, given, simulation, named)) {
      given.log(`${typed}: the scene has not taken it; hand the options to Simulation.create, as in { ...options, … }`);
    }
  }
}

function isTaken(name: Handed, given: SceneOptions, { options }: Simulation, named: ReadonlySet<string>): boolean {
  const wish = [options.device ?? options.devices].flat();
  const opened = wish.some((each) => typeof each === 'object');
  if (opened && OF_DEVICES.has(name) && named.has(name)) return true;
  if (name !== 'device' && name !== 'devices') return options[name] === given[name];
  const asked = [given[name]].flat();
  return asked.length === wish.length && asked.every((each, at) => each === wish[at]);
}
