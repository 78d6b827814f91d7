/** @file Scenes in Lua for every command: which files they are, and what they get of the options. Lua is loaded for them alone. */
import { extname } from 'node:path';
import { FROM_OUTSIDE, type Simulation } from '@halocline/engine';
import type { LuaOptions } from '@halocline/lua';
import type { Scene, SceneOptions } from '../scene.ts';
import { tellUntaken } from './untaken.ts';

/** Whether a file is a scene in Lua, by its ending. */
export const isLua = (path: string): boolean => ['.lua', '.fluid'].includes(extname(path).toLowerCase());

/** What a script gets of a scene's options; it prints to `stream`. */
export function luaSceneOptions(options: SceneOptions, stream: NodeJS.WriteStream): LuaOptions {
  const { device, devices, subdomains, cutOrder, rebalance, stepsInFlight, values, log } = options;
  const { fusion, overlap, validation, trace, [FROM_OUTSIDE]: outside } = options;
  return {
    values,
    log,
    ...(device === undefined ? {} : { device }),
    ...(devices === undefined ? {} : { devices }),
    ...(subdomains === undefined ? {} : { subdomains }),
    ...(outside === undefined ? {} : { [FROM_OUTSIDE]: outside }),
    ...(cutOrder === undefined ? {} : { cutOrder }),
    ...(rebalance === undefined ? {} : { rebalance }),
    ...(stepsInFlight === undefined ? {} : { stepsInFlight }),
    ...(fusion === undefined ? {} : { fusion }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(validation === undefined ? {} : { validation }),
    ...(trace === undefined ? {} : { trace }),
    print: (text) => print(stream, text),
  };
}

/** Tells of options that a script's simulation was made without. The trace is of the first that it makes, whichever it returns. */
export function tellUntakenByLua(options: SceneOptions, simulation: Simulation | null): void {
  const { trace: _, ...others } = options;
  tellUntaken(simulation === null ? options : others, simulation, new Set());
}

/** Runs a script to its end, and gives the simulation that it returned, or the first that it made; options as `loadScene` has them. */
export async function loadLuaScene(path: string, options: SceneOptions): Promise<Scene> {
  const { LuaScript } = await import('@halocline/lua');
  const script = await LuaScript.run(path, luaSceneOptions(options, process.stderr));
  const scene = await script.detach();
  tellUntakenByLua(options, scene.simulation);
  noteTeller(scene.simulation, script);
  return scene;
}

/** Who tells errors of a simulation in a script's lines. */
interface Teller {
  retell(error: unknown): unknown;
}

const tellers = new WeakMap<Simulation, Teller>();

/** Notes which script made a simulation. */
export function noteTeller(simulation: Simulation, teller: Teller): void {
  tellers.set(simulation, teller);
}

/** Compiles what a scene declared; what is wrong with a stencil of a script is told in the script's lines. Waits for the device. */
export async function initializeScene(simulation: Simulation): Promise<void> {
  try {
    await simulation.initialize();
  } catch (error) {
    throw retold(simulation, error);
  }
}

/** An error of a simulation, in the words of the script that made it, if one did. */
export function retold(simulation: Simulation, error: unknown): unknown {
  return tellers.get(simulation)?.retell(error) ?? error;
}

/** Writes text, and waits where the reader is slow. */
async function print(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (stream.write(text)) return;
  await new Promise<void>((resolve) => {
    stream.once('drain', resolve);
  });
}
