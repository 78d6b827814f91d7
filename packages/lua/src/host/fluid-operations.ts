/** @file The ready solvers, for scripts. */
import { FROM_OUTSIDE, type Simulation } from '@halocline/engine';
import {
  addAdvection,
  addClosedFaces,
  addForces,
  addHierarchy,
  addObstacles,
  addProjection,
  addSource,
  addStillAir,
  createPlume,
  levelsOf,
  runOnce,
  type ObstacleOptions,
  type PlumeOptions,
  type ProjectionOptions,
  type SourceOptions,
} from '@halocline/fluids';
import type { LuaValue } from '../machine/values.ts';
import type { Call, Operations } from './call.ts';
import type { Host } from './host.ts';
import { listOf, readOptions, wordsOf, type Kinds } from './options.ts';
import { placement } from './placement.ts';

const FORCES = {
  ambient: 'number',
  gravity: 'number',
  smoke_weight: 'number',
  confinement: 'number',
} as const satisfies Kinds;
const SOURCE = {
  center: 'vector',
  radius: 'number',
  temperature: 'number',
  density: 'number',
} as const satisfies Kinds;
const BALLS = [{ center: 'vector', radius: 'number' }] as const;
const PLUME = {
  ...FORCES,
  voxels: 'number',
  width: 'number',
  source: SOURCE,
  balls: BALLS,
  tolerance: 'number',
  device_count: 'number',
  subdomains: 'number',
} as const satisfies Kinds;

/** Operations of `fluids`. */
export function fluidOperations(host: Host): Operations {
  const sim = (call: Call, act: string): Simulation => call.object<Simulation>(0, act, 'simulation');
  return {
    'fluids.plume': async (call) => {
      const act = 'make plume';
      const { deviceCount, subdomains, ...options } = call.options(0, act, PLUME);
      const { cutOrder, rebalance, stepsInFlight } = host.options;
      const { fusion, overlap, validation, trace, log, [FROM_OUTSIDE]: outside } = host.options;
      const given = {
        ...options,
        ...placement(act, host.options, { deviceCount, subdomains }),
        ...(outside === undefined ? {} : { [FROM_OUTSIDE]: outside }),
        ...(cutOrder === undefined ? {} : { cutOrder }),
        ...(rebalance === undefined ? {} : { rebalance }),
        ...(stepsInFlight === undefined ? {} : { stepsInFlight }),
        ...(fusion === undefined ? {} : { fusion }),
        ...(overlap === undefined ? {} : { overlap }),
        ...(trace === undefined || host.first !== null ? {} : { trace }),
        ...(validation === undefined ? {} : { validation }),
        ...(log === undefined ? {} : { log }),
      };
      return { value: host.add(await createPlume(given as PlumeOptions)) };
    },
    'fluids.levels_of': (call) => ({ value: levelsOf(call.number(0, 'count levels', 'width in voxels')) }),
    'fluids.add_advection': (call) => {
      const act = 'add advection';
      const { decay } = call.options(2, act, { decay: 'table' });
      const rates = decay === undefined ? {} : { decay: Object.fromEntries(decay) as Record<string, number> };
      addAdvection(sim(call, act), names(act, call.at(1)), rates);
    },
    'fluids.add_forces': (call) => {
      addForces(sim(call, 'add forces'), call.options(1, 'add forces', FORCES));
    },
    'fluids.add_source': (call) => {
      const act = 'add source';
      const options = call.options(1, act, SOURCE);
      if (options.center === undefined || options.radius === undefined) {
        throw new TypeError(
          `Cannot ${act}: it lacks its ${options.center ? 'radius' : 'center'}; give both, in metres`,
        );
      }
      addSource(sim(call, act), options as SourceOptions);
    },
    'fluids.add_obstacles': (call) => {
      const act = 'add obstacles';
      const options = call.options(1, act, { balls: BALLS, floor: 'flag', walls: 'flag' });
      return { value: addObstacles(sim(call, act), options as ObstacleOptions) };
    },
    'fluids.add_closed_faces': (call) => {
      addClosedFaces(sim(call, 'close faces'));
    },
    'fluids.add_still_air': (call) => {
      const act = 'add still air';
      const values = readOptions(act, new Map([['values', call.at(1)]]), { values: 'table' }).values ?? new Map();
      addStillAir(sim(call, act), Object.fromEntries(values) as Record<string, number>);
    },
    'fluids.add_hierarchy': (call) => {
      const act = 'add hierarchy';
      return { value: addHierarchy(sim(call, act), call.number(1, act, 'number of levels')) };
    },
    'fluids.add_projection': (call) => {
      const act = 'add projection';
      const options = call.options(1, act, { levels: 'number', tolerance: 'number', iterations: 'number' });
      if (options.levels === undefined) throw new TypeError(`Cannot ${act}: it lacks its levels; give {levels=…}`);
      addProjection(sim(call, act), options as ProjectionOptions);
    },
    'fluids.run_once': async (call) => runOnce(sim(call, 'run once'), names('run once', call.at(1))),
  };
}

function names(act: string, value: LuaValue): readonly string[] {
  const list = listOf(value);
  if (list !== null && list.every((each) => typeof each === 'string')) return list;
  throw new TypeError(`Cannot ${act}: the names are ${wordsOf(value)}; give a table of them, as in {'density'}`);
}
