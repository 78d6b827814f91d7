/** @file What a script declares: fields, stencils, kernels, parameters, scalars, repeats, of a simulation and of its levels. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FieldValue, KernelOptions, Level, Simulation, StencilOptions, Until } from '@halocline/engine';
import type { LuaValue } from '../machine/values.ts';
import { toLua, type Call, type Operations, type Result } from './call.ts';
import type { Host } from './host.ts';
import { checkIncludes } from './includes.ts';
import { entriesOf, listOf, readOptions, vectorOf, wordsOf, type Kinds } from './options.ts';

/** What stencils take in Lua. */
const STENCIL = Object.freeze({
  inputs: 'texts',
  outputs: 'texts',
  code: 'text',
  file: 'text',
  parameters: 'any',
  neighbor_radius: 'any',
  requires_neighbors: 'flag',
  requires_halos: 'flag',
  beyond_radius: 'text',
  color: 'text',
  debug: 'any',
} as const satisfies Kinds);

const KERNEL = Object.freeze({
  inputs: 'texts',
  outputs: 'texts',
  parameters: 'any',
  glsl: 'text',
  hlsl: 'text',
  file: 'text',
  entry: 'text',
  groups: 'any',
  neighbor_radius: 'number',
  requires_halos: 'flag',
  overwrites: 'flag',
  active_only: 'flag',
} as const satisfies Kinds);

const FIELD = Object.freeze({ at: 'text', storage: 'text', transient: 'flag' } as const satisfies Kinds);
const REPEAT = Object.freeze({ name: 'text', body: 'texts', times: 'number', stop: 'any' } as const satisfies Kinds);
const CFL = { cfl: 'text', cap: 'number' } as const satisfies Kinds;

/** Operations that declare. */
export function declarationOperations(host: Host): Operations {
  const sim = (call: Call, act: string): Simulation => call.object<Simulation>(0, act, 'simulation');
  return {
    ...kernelsAndNumbers(host, sim),
    ...levelOperations(host),
    'simulation.add_field': (call) => addField(call, sim(call, 'add field')),
    'simulation.remove_field': (call) => {
      sim(call, 'remove field').removeField(call.text(1, 'remove field', 'name'));
    },
    'simulation.add_stencil': (call) => {
      const simulation = sim(call, 'add stencil');
      addStencil(host, call, simulation, simulation);
    },
    'simulation.remove_stencil': (call) => {
      sim(call, 'remove stencil').removeStencil(call.text(1, 'remove stencil', 'name'));
    },
    'simulation.add_dependency': (call) => {
      const act = 'add dependency';
      sim(call, act).addDependency(call.text(1, act, 'first name'), call.text(2, act, 'second name'));
    },
  };
}

type Taker = (call: Call, act: string) => Simulation;

function kernelsAndNumbers(host: Host, sim: Taker): Operations {
  return {
    'simulation.register_kernel': (call) => {
      const simulation = sim(call, 'register kernel');
      const name = call.text(1, 'register kernel', 'name');
      const act = `register kernel "${name}"`;
      const { file, parameters, ...options } = call.options(2, act, KERNEL);
      const names = parameters === undefined ? {} : { parameters: parametersOf(act, parameters, simulation) };
      const path = file === undefined ? {} : { file: host.path(`${act} from`, file) };
      const text = options.glsl ?? options.hlsl;
      if (text !== undefined) checkIncludes(host, act, text);
      if (file !== undefined && existsSync(file)) checkIncludes(host, act, readFileSync(file, 'utf8'), dirname(file));
      simulation.registerKernel(name, { ...options, ...names, ...path } as KernelOptions);
      if (text !== undefined) host.written.set(name, { text, line: lineOf(call.at(3)) });
    },
    'simulation.add_parameter': (call) => {
      const name = call.text(1, 'add parameter', 'name');
      const act = `add parameter "${name}"`;
      sim(call, act).addParameter(name, call.text(2, act, 'type'), numbersOf(act, 'value', call.at(3)));
    },
    'simulation.add_scalar': (call) => {
      const name = call.text(1, 'add scalar', 'name');
      const act = `add scalar "${name}"`;
      const initial = call.at(3) === undefined ? 0 : call.number(3, act, 'value');
      const scalar = sim(call, act).addScalar(name, call.text(2, act, 'type'), initial);
      return { value: call.handles.give('scalar', scalar) };
    },
    'simulation.set': (call) => {
      const name = call.text(1, 'set', 'name');
      sim(call, `set "${name}"`).set(name, numbersOf(`set "${name}"`, 'value', call.at(2)));
    },
    'simulation.add_repeat': (call) => {
      const simulation = sim(call, 'add repeat');
      const { name, body = [], times = 0, stop } = call.options(1, 'add repeat', REPEAT);
      const until = stop === undefined ? {} : { until: untilOf(stop) };
      simulation.repeat({ ...(name === undefined ? {} : { name }), body, times, ...until });
    },
    'simulation.remove_repeat': (call) => {
      sim(call, 'remove repeat').removeRepeat(call.text(1, 'remove repeat', 'name'));
    },
  };
}

function levelOperations(host: Host): Operations {
  return {
    'level.add_field': (call) => addField(call, call.object<Level>(0, 'add field', 'level')),
    'level.remove_field': (call) => {
      call.object<Level>(0, 'remove field', 'level').removeField(call.text(1, 'remove field', 'name'));
    },
    'level.add_stencil': (call) => {
      const level = call.object<Level>(0, 'add stencil', 'level');
      const owner = [...host.stages.keys()].find((simulation) => isLevelOf(simulation, level));
      addStencil(host, call, owner!, level);
    },
    'level.field': (call) => ({
      value: call.handles.give(
        'field',
        call.object<Level>(0, 'find field', 'level').field(call.text(1, 'find field', 'name')),
      ),
    }),
    'level.fields': (call) => ({
      value: call.object<Level>(0, 'list fields', 'level').fields.map((field) => field.name),
    }),
    'level.info': (call) => {
      const { index, voxelSize, activeVoxels, leafCount, indexBounds } = call.object<Level>(0, 'tell facts', 'level');
      return { value: toLua({ index, voxelSize, activeVoxels, leafCount, indexBounds }) };
    },
  };
}

function isLevelOf(simulation: Simulation, level: Level): boolean {
  try {
    return simulation.level(level.index) === level;
  } catch {
    return false; // it has fewer
  }
}

function addField(call: Call, target: Simulation | Level): Result {
  const name = call.text(1, 'add field', 'name');
  const act = `add field "${name}"`;
  const type = call.text(2, act, 'type');
  const value = call.at(3) === undefined ? 0 : numbersOf(act, 'default', call.at(3));
  const options = call.options(4, act, FIELD) as Parameters<Simulation['addField']>[3];
  return { value: call.handles.give('field', target.addField(name, type, value as FieldValue, options)) };
}

function addStencil(host: Host, call: Call, simulation: Simulation, target: Simulation | Level): void {
  const name = call.text(1, 'add stencil', 'name');
  const act = `add stencil "${name}"`;
  const { parameters, requiresNeighbors, neighborRadius, debug, ...rest } = call.options(2, act, STENCIL);
  const radius = requiresNeighbors === false ? { neighborRadius: 0 } : {};
  const given = {
    ...(neighborRadius === undefined ? radius : { neighborRadius: radiusOf(act, neighborRadius) }),
    ...(debug === undefined ? {} : { debug: debugOf(act, debug) }),
  };
  const file = rest.file === undefined ? {} : { file: host.path(`${act} from`, rest.file) };
  const names = parameters === undefined ? {} : { parameters: parametersOf(act, parameters, simulation) };
  target.addStencil(name, { ...rest, ...file, ...given, ...names } as StencilOptions);
  if (rest.code !== undefined) host.written.set(name, { text: rest.code, line: lineOf(call.at(3)) });
}

/** Voxels, or what the velocity of a field says: `{ velocity = 'velocity', cfl = 2 }`. */
function radiusOf(act: string, value: LuaValue): NonNullable<StencilOptions['neighborRadius']> {
  if (typeof value === 'number') return value;
  return readOptions(`${act} with neighbor_radius`, value, CFL) as NonNullable<StencilOptions['neighborRadius']>;
}

function debugOf(act: string, value: LuaValue): NonNullable<StencilOptions['debug']> {
  if (typeof value === 'boolean') return value;
  const { voxel } = readOptions(`${act} with debug`, value, { voxel: 'vector' });
  return voxel === undefined ? true : { voxel };
}

const lineOf = (value: LuaValue): number => (typeof value === 'number' ? value : 1);

/** The names of `{'k'}`, or of `{k=1}`, which are declared with these values. */
export function parametersOf(act: string, value: LuaValue, simulation: Simulation): readonly string[] {
  const list = listOf(value);
  if (list !== null && list.every((each) => typeof each === 'string')) return list;
  const entries = entriesOf(value);
  if (entries === null) throw new TypeError(`Cannot ${act}: parameters is ${wordsOf(value)}; give {k=1}, or names`);
  for (const [name, given] of entries) {
    const numbers = numbersOf(act, `parameter ${name}`, given);
    simulation.addParameter(name, typeOf(act, name, numbers), numbers);
  }
  return [...entries.keys()];
}

function typeOf(act: string, name: string, value: number | boolean | readonly number[]): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float';
  if (value.length >= 2 && value.length <= 4) return `vec${value.length}`;
  throw new TypeError(`Cannot ${act}: parameter ${name} has ${value.length} numbers; give 2 to 4, or one`);
}

/** A number, a truth, or a list of numbers. */
export function numbersOf(act: string, name: string, value: LuaValue): number | boolean | readonly number[] {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const list = listOf(value) ?? vectorOf(value);
  if (list !== null && list.every((each) => typeof each === 'number')) return list;
  throw new TypeError(`Cannot ${act}: its ${name} is ${wordsOf(value)}; give a number or a table of numbers`);
}

function untilOf(value: LuaValue): Until {
  if (typeof value === 'string') return value;
  const act = 'add repeat with stop';
  const { scalar, below } = readOptions(act, value, { scalar: 'text', below: 'any' });
  if (scalar !== undefined && (typeof below === 'number' || typeof below === 'string')) return { scalar, below };
  throw new TypeError(
    `Cannot ${act}: it is ${wordsOf(value)}; give a scalar's name, or {scalar='residual', below=1e-3}`,
  );
}
