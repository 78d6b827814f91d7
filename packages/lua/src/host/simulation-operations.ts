/** @file What a script may ask of simulations and their levels. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  Simulation,
  type FieldValue,
  type KernelOptions,
  type Level,
  type StencilOptions,
  type Until,
} from '@halocline/engine';
import type { LuaValue } from '../machine/values.ts';
import { toLua, type Call, type Operations, type Result } from './call.ts';
import type { Host, Stage } from './host.ts';
import { checkIncludes } from './includes.ts';
import { entriesOf, listOf, readOptions, vectorOf, wordsOf, type Kinds } from './options.ts';

const SIMULATION = Object.freeze({
  device_count: 'number',
  domain_bbox: 'any',
  grid: 'text',
  halo_thickness: 'number',
  voxel_size: 'number',
  translation: 'vector',
  origin: 'vector',
  device: 'text',
  devices: 'texts',
  subdomains: 'number',
  overlap: 'flag',
  validation: 'flag',
  memory_limit: 'number',
} as const satisfies Kinds);

/** What stencils take in Lua. */
const STENCIL = Object.freeze({
  inputs: 'texts',
  outputs: 'texts',
  code: 'text',
  file: 'text',
  parameters: 'any',
  neighbor_radius: 'number',
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
} as const satisfies Kinds);

const REPEAT = Object.freeze({ name: 'text', body: 'texts', times: 'number', stop: 'any' } as const satisfies Kinds);
const SAVE = Object.freeze({ codec: 'text', compat: 'flag', half: 'flag' } as const satisfies Kinds);

/** Operations of the engine. */
export function simulationOperations(host: Host): Operations {
  const sim = (call: Call, act: string): Simulation => call.object<Simulation>(0, act, 'simulation');
  const stencil = (call: Call, stage: Stage, target: Simulation | Level): void => addStencil(host, call, stage, target);
  return {
    'engine.new': async (call) => ({ value: host.add(await createSimulation(host, call)) }),
    ...declaring(host, sim, stencil),
    ...running(host, sim),
    ...telling(host, sim),
    'level.add_field': (call) => addField(call, call.object<Level>(0, 'add field', 'level')),
    'level.remove_field': (call) => {
      call.object<Level>(0, 'remove field', 'level').removeField(call.text(1, 'remove field', 'name'));
    },
    'level.add_stencil': (call) => {
      const level = call.object<Level>(0, 'add stencil', 'level');
      stencil(
        call,
        [...host.stages.values()].find(({ simulation }) => simulation.level(level.index) === level)!,
        level,
      );
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

type Taker = (call: Call, act: string) => Simulation;

function declaring(
  host: Host,
  sim: Taker,
  stencil: (call: Call, stage: Stage, target: Simulation) => void,
): Operations {
  return {
    'simulation.add_field': (call) => addField(call, sim(call, 'add field')),
    'simulation.remove_field': (call) => {
      sim(call, 'remove field').removeField(call.text(1, 'remove field', 'name'));
    },
    'simulation.add_stencil': (call) => {
      const simulation = sim(call, 'add stencil');
      stencil(call, host.stage(simulation), simulation);
    },
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
    'simulation.remove_stencil': (call) => {
      sim(call, 'remove stencil').removeStencil(call.text(1, 'remove stencil', 'name'));
    },
    'simulation.add_dependency': (call) => {
      const act = 'add dependency';
      sim(call, act).addDependency(call.text(1, act, 'first name'), call.text(2, act, 'second name'));
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

function running(host: Host, sim: Taker): Operations {
  return {
    'simulation.initialize': async (call) => sim(call, 'initialize').initialize(),
    'simulation.run_timestep': async (call) => {
      const simulation = sim(call, 'run a step');
      const dt = call.number(1, 'run a step', 'dt');
      if (simulation === host.first && host.options.step !== undefined) await host.options.step(simulation, dt);
      else await simulation.runTimestep(dt);
    },
    'simulation.finish': async (call) => sim(call, 'finish').finish(),
    'simulation.iterations': async (call) => ({
      value: await sim(call, 'count iterations').iterations(call.text(1, 'count iterations', 'name')),
    }),
    'simulation.save': async (call) => {
      const file = host.path('save', call.text(1, 'save', 'file'));
      const act = `save "${file}"`;
      const fields = call.at(2) === undefined ? undefined : namesOf(act, call.at(2));
      const options = call.options(3, act, SAVE) as Parameters<Simulation['save']>[2];
      await sim(call, act).save(file, fields, options);
    },
    'simulation.load': async (call) => {
      const file = host.path('load', call.text(1, 'load', 'file'));
      const { fields } = call.options(2, `load "${file}"`, { fields: 'table' });
      const pairs = fields === undefined ? {} : { fields: Object.fromEntries(fields) as Record<string, string> };
      return { value: await sim(call, `load "${file}"`).load(file, pairs) };
    },
    'simulation.checkpoint': async (call) => {
      const file = host.path('write checkpoint', call.text(1, 'write checkpoint', 'file'));
      await sim(call, `write checkpoint "${file}"`).checkpoint(file);
    },
    'simulation.resume': async (call) => {
      const file = host.path('resume from', call.text(1, 'resume', 'file'));
      await sim(call, `resume from "${file}"`).resume(file);
    },
    'simulation.close': async (call) => {
      const simulation = sim(call, 'close');
      call.handles.forget('field', (field) => simulation.fields.includes(field as never));
      await call.handles.free(simulation);
    },
  };
}

function telling(_host: Host, sim: Taker): Operations {
  return {
    'simulation.field': (call) => ({
      value: call.handles.give('field', sim(call, 'find field').field(call.text(1, 'find field', 'name'))),
    }),
    'simulation.scalar': (call) => ({
      value: call.handles.give('scalar', sim(call, 'find scalar').scalar(call.text(1, 'find scalar', 'name'))),
    }),
    'simulation.level': (call) => ({
      value: call.handles.give('level', sim(call, 'find level').level(call.number(1, 'find level', 'number'))),
    }),
    'simulation.statistics': async (call) => {
      const field = sim(call, 'find field').field(call.text(1, 'find field', 'name'));
      return { value: statisticsOf(await field.statistics()) };
    },
    'simulation.fields': (call) => ({ value: sim(call, 'list fields').fields.map((field) => field.name) }),
    'simulation.info': (call) => {
      const { device, voxelSize, activeVoxels, leafCount, indexBounds, time, frame } = sim(call, 'tell facts');
      return { value: toLua({ device: device.name, voxelSize, activeVoxels, leafCount, indexBounds, time, frame }) };
    },
    'simulation.memory': (call) => ({ value: toLua(sim(call, 'tell its memory').memory()) }),
    'simulation.subdomains': async (call) => ({ value: toLua(await sim(call, 'tell its subdomains').subdomains()) }),
    'simulation.explain': (call) => ({ value: sim(call, 'explain').explain() }),
    'simulation.time': (call) => ({ value: sim(call, 'tell the time').time }),
    'simulation.frame': (call) => ({ value: sim(call, 'tell the frame').frame }),
  };
}

/** Least, greatest and mean value: numbers, or lists of them for vectors. */
export function statisticsOf(figures: {
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly mean: readonly number[];
  readonly count: number;
  readonly finite: boolean;
}): LuaValue {
  const plain = (values: readonly number[]): LuaValue => (values.length === 1 ? values[0] : [...values]);
  const { min, max, mean, count, finite } = figures;
  return new Map<string, LuaValue>(
    Object.entries({ min: plain(min), max: plain(max), mean: plain(mean), count, finite }),
  );
}

async function createSimulation(host: Host, call: Call): Promise<Simulation> {
  const { domainBbox, deviceCount, grid, ...rest } = call.options(0, 'create simulation', SIMULATION);
  const { device, devices, subdomains, validation, trace, log } = host.options;
  const options: Parameters<typeof Simulation.create>[0] = {
    ...rest,
    ...(domainBbox === undefined ? {} : { domain: boxOf(domainBbox) }),
    ...(grid === undefined ? {} : { grid: host.path('read', grid) }),
    ...(deviceCount === undefined ? {} : { devices: deviceCount }),
    ...(log === undefined ? {} : { log }),
    ...(trace === undefined || host.first !== null ? {} : { trace }),
    ...(subdomains === undefined ? {} : { subdomains }),
    ...(validation === undefined ? {} : { validation }),
  };
  // What the command line asks for wins.
  if (devices !== undefined) return Simulation.create({ ...options, devices });
  if (device === undefined) return Simulation.create(options);
  const { devices: _, ...alone } = options;
  const parts = subdomains ?? rest.subdomains ?? deviceCount;
  return Simulation.create({ ...alone, device, ...(parts === undefined ? {} : { subdomains: parts }) });
}

function boxOf(value: LuaValue): { min: [number, number, number]; max: [number, number, number] } {
  const act = 'create simulation';
  const { min, max } = readOptions(`${act} with domain_bbox`, value, { min: 'any', max: 'any' });
  const corner = (name: string, given: LuaValue): [number, number, number] => {
    const vector = vectorOf(given);
    if (vector !== null) return [...vector];
    throw new TypeError(
      `Cannot ${act}: ${name} of domain_bbox is ${wordsOf(given)}; give three whole numbers, as in {min={0, 0, 0}, max={64, 64, 64}}`,
    );
  };
  return { min: corner('min', min), max: corner('max', max) };
}

function addField(call: Call, target: Simulation | Level): Result {
  const name = call.text(1, 'add field', 'name');
  const act = `add field "${name}"`;
  const type = call.text(2, act, 'type');
  const value = call.at(3) === undefined ? 0 : numbersOf(act, 'default', call.at(3));
  const options = call.options(4, act, { at: 'text', storage: 'text' }) as Parameters<Simulation['addField']>[3];
  return { value: call.handles.give('field', target.addField(name, type, value as FieldValue, options)) };
}

function addStencil(host: Host, call: Call, stage: Stage, target: Simulation | Level): void {
  const name = call.text(1, 'add stencil', 'name');
  const act = `add stencil "${name}"`;
  const { parameters, requiresNeighbors, neighborRadius, ...rest } = call.options(2, act, STENCIL);
  const radius = requiresNeighbors === false ? { neighborRadius: neighborRadius ?? 0 } : {};
  const given = neighborRadius === undefined ? radius : { neighborRadius };
  const file = rest.file === undefined ? {} : { file: host.path(`${act} from`, rest.file) };
  const names = parameters === undefined ? {} : { parameters: parametersOf(act, parameters, stage.simulation) };
  target.addStencil(name, { ...rest, ...file, ...given, ...names } as StencilOptions);
  if (rest.code !== undefined) host.written.set(name, { text: rest.code, line: lineOf(call.at(3)) });
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

function namesOf(act: string, value: LuaValue): readonly string[] {
  const list = typeof value === 'string' ? [value] : listOf(value);
  if (list !== null && list.every((each) => typeof each === 'string')) return list;
  throw new TypeError(`Cannot ${act}: its fields are ${wordsOf(value)}; give names, as in {'density'}`);
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
