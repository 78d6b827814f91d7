/** @file What a script returns, or says in the table `scene`: a simulation, and how to run and show it. */
import type { Simulation } from '@halocline/engine';
import type { RenderOptions } from '@halocline/render';
import type { LuaValue } from '../machine/values.ts';
import type { Host } from './host.ts';
import { entriesOf, readOptions, wordsOf, type Kinds, type Read } from './options.ts';
import { readCamera, readRender } from './picture-operations.ts';

/**
 * A simulation and how to run it: what the command takes of scenes in TypeScript too, whose `Scene` (halocline/src/scene.ts) says what
 * each is.
 */
export interface LuaScene {
  readonly simulation: Simulation;
  readonly rate?: number;
  readonly stepsPerFrame?: number;
  readonly frames?: number;
  readonly fields?: readonly string[];
  readonly render?: Partial<RenderOptions>;
  readonly camera?: NonNullable<RenderOptions['camera']>;
  readonly report?: () => Promise<Readonly<Record<string, string>>>;
}

const LOOK = {
  rate: 'number',
  steps_per_frame: 'number',
  frames: 'number',
  fields: 'texts',
  render: 'any',
  camera: 'any',
} as const satisfies Kinds;
const SCENE = { ...LOOK, simulation: 'any', report: 'any' } as const satisfies Kinds;

/** Reads what a script returned; `callBack` calls a function that it left. */
export function sceneOf(host: Host, value: LuaValue, callBack: ((name: string) => Promise<LuaValue>) | null): LuaScene {
  const ways = 'give the simulation, or a table that has it, as in return {simulation=sim, frames=48}';
  if (entriesOf(value) === null) throw new TypeError(`Cannot run the scene: it returns ${wordsOf(value)}; ${ways}`);
  const found = host.handles.find(value);
  if (found?.kind === 'simulation') return { simulation: found.object as Simulation };
  if (found !== null) throw new TypeError(`Cannot run the scene: it returns a ${found.kind}; ${ways}`);
  const act = 'take the scene';
  const { simulation, report, ...rest } = readOptions(act, value, SCENE);
  const stage = host.handles.find(simulation);
  if (stage?.kind !== 'simulation')
    throw new TypeError(`Cannot run the scene: the table that it returns has no simulation; ${ways}`);
  const reports = report === true && callBack !== null;
  return {
    ...lookOf(act, rest),
    simulation: stage.object as Simulation,
    ...(reports ? { report: async () => readReport(await callBack('report')) } : {}),
  };
}

/** Reads what a script says in the table `scene`, by name. */
export function readSaid(said: ReadonlyMap<string, LuaValue>): Omit<LuaScene, 'simulation'> {
  return lookOf('take the scene', readOptions('take the scene', said, LOOK));
}

function lookOf(act: string, { render, camera, ...rest }: Read<typeof LOOK>): Omit<LuaScene, 'simulation'> {
  return {
    ...rest,
    ...(render === undefined ? {} : { render: readRender(act, render) }),
    ...(camera === undefined ? {} : { camera: readCamera(act, camera) }),
  };
}

function readReport(value: LuaValue): Record<string, string> {
  const entries = entriesOf(value);
  if (entries === null)
    throw new TypeError(`Cannot report: the function gives ${wordsOf(value)}; give a table of texts`);
  return Object.fromEntries(
    [...entries].map(([name, each]) => [name, typeof each === 'object' ? wordsOf(each) : String(each)]),
  );
}
