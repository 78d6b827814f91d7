/** @file What a script may ask of simulations: to be made, to run, to tell of themselves. */
import { FROM_OUTSIDE, Simulation, type CutOrder, type Rebalance } from '@halocline/engine';
import type { LuaValue } from '../machine/values.ts';
import { toLua, type Call, type Operations } from './call.ts';
import type { Host } from './host.ts';
import { listOf, readOptions, vectorOf, wordsOf, type Kinds } from './options.ts';
import { placement } from './placement.ts';

const SIMULATION = Object.freeze({
  device_count: 'number',
  domain_bbox: 'any',
  grid: 'text',
  halo_thickness: 'number',
  voxel_size: 'number',
  translation: 'vector',
  origin: 'vector',
  device: 'text',
  devices: 'devices',
  subdomains: 'number',
  overlap: 'flag',
  fusion: 'flag',
  cut_order: 'text',
  rebalance: 'text',
  steps_in_flight: 'number',
  checkpoint_every: 'number',
  checkpoint_file: 'text',
  validation: 'flag',
  memory_limit: 'number',
} as const satisfies Kinds);

const SAVE = Object.freeze({ codec: 'text', compat: 'flag', half: 'flag' } as const satisfies Kinds);

/** Operations of the engine. */
export function simulationOperations(host: Host): Operations {
  const sim = (call: Call, act: string): Simulation => call.object<Simulation>(0, act, 'simulation');
  return {
    'engine.new': async (call) => ({ value: host.add(await createSimulation(host, call)) }),
    ...running(host, sim),
    ...telling(sim),
  };
}

type Taker = (call: Call, act: string) => Simulation;

function running(host: Host, sim: Taker): Operations {
  return {
    'simulation.initialize': async (call) => sim(call, 'initialize').initialize(),
    'simulation.run_timestep': async (call) => {
      const simulation = sim(call, 'run a step');
      const dt = call.number(1, 'run a step', 'dt');
      if (!Number.isFinite(dt)) {
        throw new TypeError(`Cannot run a step: dt is ${dt}; give seconds, as in sim:run_timestep(0.016)`);
      }
      if (simulation === host.first && host.options.step !== undefined) await host.options.step(simulation, dt);
      else await simulation.runTimestep(dt);
    },
    'simulation.defragment': async (call) => {
      await sim(call, 'defragment').defragment();
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

function telling(sim: Taker): Operations {
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
    'simulation.explain_stencil': async (call) => ({
      value: await sim(call, 'explain stencil').explainStencil(call.text(1, 'explain stencil', 'name')),
    }),
    'simulation.kernel_header': (call) => ({
      value: sim(call, 'tell a header').kernelHeader(call.text(1, 'tell a header', 'kernel')),
    }),
    'simulation.debug_reports': (call) => ({ value: toLua(sim(call, 'tell of debugging').debugReports) }),
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
  const act = 'create simulation';
  const given = call.options(0, act, SIMULATION);
  const { device, devices, deviceCount, subdomains, ...others } = given;
  const { domainBbox, grid, checkpointFile, cutOrder, rebalance, ...rest } = others;
  const { stepsInFlight, fusion, overlap, validation, trace, log, [FROM_OUTSIDE]: outside } = host.options;
  if ((domainBbox === undefined) === (grid === undefined)) {
    const what = grid === undefined ? 'neither domain_bbox nor grid is given' : 'both domain_bbox and grid are given';
    throw new TypeError(`Cannot ${act}: ${what}; give one of them`);
  }
  const cutAlong = host.options.cutOrder ?? (cutOrder as CutOrder | undefined);
  const cutBy = host.options.rebalance ?? (rebalance as Rebalance | undefined);
  return Simulation.create({
    ...rest,
    // What the command line asks for wins.
    ...placement(act, host.options, { device, devices, deviceCount, subdomains }),
    ...(outside === undefined ? {} : { [FROM_OUTSIDE]: outside }),
    ...(domainBbox === undefined ? {} : { domain: boxOf(domainBbox) }),
    ...(grid === undefined ? {} : { grid: host.path('read', grid) }),
    ...(checkpointFile === undefined ? {} : { checkpointFile: host.path('write checkpoint', checkpointFile) }),
    ...(cutAlong === undefined ? {} : { cutOrder: cutAlong }),
    ...(cutBy === undefined ? {} : { rebalance: cutBy }),
    ...(log === undefined ? {} : { log }),
    ...(trace === undefined || host.first !== null ? {} : { trace }),
    ...(stepsInFlight === undefined ? {} : { stepsInFlight }),
    ...(fusion === undefined ? {} : { fusion }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(validation === undefined ? {} : { validation }),
  });
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

function namesOf(act: string, value: LuaValue): readonly string[] {
  const list = typeof value === 'string' ? [value] : listOf(value);
  if (list !== null && list.every((each) => typeof each === 'string')) return list;
  throw new TypeError(`Cannot ${act}: its fields are ${wordsOf(value)}; give names, as in {'density'}`);
}
