/** @file What a script is run with. */
import type { CutOrder, FROM_OUTSIDE, FromOutside, Rebalance, Simulation, SimulationOptions } from '@halocline/engine';
import type { LuaScene } from './host/returned.ts';

/** How a script is run. What is left out: the best device, no frames of its own, files of this folder and of the script's. */
export interface LuaOptions {
  /** Device, or devices, that overrule what the script asks for; and parts that the domain is cut into. */
  readonly device?: string;
  readonly devices?: number | readonly string[];
  readonly subdomains?: number;
  /** How these go with the script's own. */
  readonly [FROM_OUTSIDE]?: FromOutside;
  /** These six overrule the script's too, as `SimulationOptions` has them. */
  readonly cutOrder?: CutOrder;
  readonly rebalance?: Rebalance;
  readonly stepsInFlight?: number;
  readonly fusion?: boolean;
  readonly overlap?: boolean;
  readonly validation?: boolean;
  /** A file for a trace of its simulation; see `SimulationOptions`. */
  readonly trace?: string;
  /** What `scene.value` gives, by name. */
  readonly values?: Readonly<Record<string, string>>;
  /** Takes warnings. */
  readonly log?: NonNullable<SimulationOptions['log']>;
  /** Takes what the script prints, line ends included; the script waits for it. */
  readonly print?: (text: string) => void | Promise<void>;
  /** Further folders whose files it may read and write. */
  readonly folders?: readonly string[];
  /** Makes a step of the script's own for its first simulation; default: the simulation's step, no more. The script waits for it. */
  readonly step?: (simulation: Simulation, dt: number) => Promise<void>;
  /** Is called with the script once its thread is started, for `interrupt`. */
  readonly started?: (script: { interrupt(): void }) => void;
  /** Is called before a simulation is closed: by the script, or at its end. */
  readonly closing?: (simulation: Simulation, isEnd: boolean) => Promise<void>;
  /** Takes what the script says of its files in the table `scene`, each time it does. */
  readonly said?: (scene: Omit<LuaScene, 'simulation'>) => void;
  /** Seconds that it may compute in all, what it waits for not counted; 60. */
  readonly timeLimit?: number;
  /** Bytes that its values may take; 256 MiB. */
  readonly memoryLimit?: number;
}
