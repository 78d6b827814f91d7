/**
 * @file Scenes: what `halocline run` runs. A scene file's default export is a function that gets the options and gives
 * a scene, or just a simulation.
 */
import type { CutOrder, FROM_OUTSIDE, FromOutside, Rebalance, Simulation } from '@halocline/engine';
import type { CameraOptions, RenderOptions } from '@halocline/render';

/** What the command line tells a scene. */
export interface SceneOptions {
  /** Device by name, `#index` or uuid prefix, to hand to `Simulation.create`. */
  readonly device?: string;
  /** How many devices, or which, to hand to `Simulation.create`. Where this is given, `device` isn't. */
  readonly devices?: number | readonly string[];
  /** Parts that the domain is cut into. */
  readonly subdomains?: number;
  /** How these go with the scene's own; `Simulation.create` heeds it. */
  readonly [FROM_OUTSIDE]?: FromOutside;
  /** The order of leaves along which it is cut: `--cut-order`. */
  readonly cutOrder?: CutOrder;
  /** What the cut goes by: `--rebalance`. */
  readonly rebalance?: Rebalance;
  /** Steps that may be on their way to the devices at once: `--steps-in-flight`. */
  readonly stepsInFlight?: number;
  /** False where `--no-fusion` asks for a pass for each stencil. */
  readonly fusion?: boolean;
  /** False where `--no-overlap` asks for messages that nothing hides. */
  readonly overlap?: boolean;
  /** Whether `--validation` asks for the validation layer. */
  readonly validation?: boolean;
  /** A file for a trace of what devices and host do, to hand to `Simulation.create`. */
  readonly trace?: string;
  /** What `--set NAME=VALUE` gave, by name. */
  readonly values: Readonly<Record<string, string>>;
  /** Where warnings go. */
  readonly log: (message: string) => void;
}

/** A simulation and how to show it; what is left out has the default told. */
export interface Scene {
  /** The simulation; the runner disposes it. */
  readonly simulation: Simulation;
  /** Frames a simulated second; 24. */
  readonly rate?: number;
  /** Steps a frame; 1. */
  readonly stepsPerFrame?: number;
  /** How many frames; 24. */
  readonly frames?: number;
  /** Fields that files hold; all of them. */
  readonly fields?: readonly string[];
  /** How pictures are made. */
  readonly render?: Partial<RenderOptions>;
  /** Where pictures are taken from; by default so that the whole domain is seen. The same as `render.camera`. */
  readonly camera?: CameraOptions;
  /** Lines for the end of the run, as name → text; called once, before the simulation is disposed. */
  readonly report?: () => Promise<Readonly<Record<string, string>>>;
}

/** What a scene file's default export is: `export default async (options) => ({ simulation })`. */
export type SceneFunction = (options: SceneOptions) => Scene | Simulation | Promise<Scene | Simulation>;
