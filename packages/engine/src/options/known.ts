/** @file The options of what users call, and what each may be. */
import { CUT_ORDERS } from '../cut/curve.ts';
import type { DomainOptions } from '../domain-options.ts';
import type { FieldOptions, RepeatOptions, StencilOptions } from '../declarations.ts';
import type { SaveOptions } from '../grid-files.ts';
import type { HaloOptions, HaloPart } from '../halo/halo.ts';
import type { SubdomainsOptions } from '../halo/subdomains.ts';
import type { KernelOptions } from '../kernel/kernel-options.ts';
import type { SimulationOptions } from '../simulation.ts';
import { STEPS_IN_FLIGHT } from '../steps-in-flight.ts';
import {
  above0,
  call,
  each,
  either,
  fileThatEnds,
  elsewhere,
  flag,
  having,
  listOf,
  names,
  needed,
  oneOf,
  text,
  three,
  whole,
  wholeBetween,
} from './kinds.ts';
import type { Kinds } from './kinds.ts';

const device = having("a device's name, '#0', or an open device", ['compute'], text(''));

/** Of `addField`. */
export const FIELD_OPTIONS: Kinds<FieldOptions> = Object.freeze({
  at: elsewhere,
  storage: elsewhere,
  transient: flag,
});

/** Of `addStencil`. */
export const STENCIL_OPTIONS: Kinds<StencilOptions> = Object.freeze({
  inputs: elsewhere,
  outputs: elsewhere,
  code: elsewhere,
  file: elsewhere,
  body: elsewhere,
  parameters: elsewhere,
  neighborRadius: having("voxels, or { cfl: 'velocity', cap: 8 }", ['cfl'], {
    wants: '',
    fits: (value) => typeof value === 'number',
  }),
  beyondRadius: elsewhere,
  requiresHalos: flag,
  color: oneOf('red', 'black'),
  debug: having('true, false or { voxel: [3, 4, 5] }', ['voxel'], flag),
});

/** Of `registerKernel`. */
export const KERNEL_OPTIONS: Kinds<KernelOptions> = Object.freeze({
  inputs: names,
  outputs: names,
  parameters: names,
  glsl: elsewhere,
  hlsl: elsewhere,
  spirv: elsewhere,
  file: elsewhere,
  entry: text('the name of an entry point'),
  groups: elsewhere,
  neighborRadius: elsewhere,
  requiresHalos: flag,
  overwrites: flag,
  activeOnly: flag,
});

/** Of `repeat`. */
export const REPEAT_OPTIONS: Kinds<RepeatOptions> = Object.freeze({
  name: elsewhere,
  body: listOf(text(''), "a list of stencils' names, as in ['relax']"),
  times: elsewhere,
  until: having("a scalar's name, or { scalar: 'error', below: 0.1 }", ['scalar', 'below'], text('')),
});

const DOMAIN_OPTIONS: Kinds<DomainOptions> = Object.freeze({
  domain: having('a box, as in { min: [0, 0, 0], max: [64, 64, 64] }', []),
  grid: having("a grid, or a file's path", ['activeVoxelCount'], text('')),
  voxelSize: elsewhere,
  translation: three('three numbers of metres, as in [0, 0, 0]'),
  origin: three('three numbers of metres, as in [0, 0, 0]'),
});

/** Of `Simulation.create`. */
export const SIMULATION_OPTIONS: Kinds<SimulationOptions> = Object.freeze({
  ...DOMAIN_OPTIONS,
  device,
  devices: either("a whole number, or a list of names and open devices, as in ['#0', '#1']", listOf(device, ''), {
    wants: '',
    fits: (value) => typeof value === 'number',
  }),
  subdomains: elsewhere,
  cutOrder: oneOf(...CUT_ORDERS),
  validation: flag,
  memoryLimit: above0('bytes'),
  overlap: flag,
  replicate: whole('a whole number of leaves', 0),
  fusion: flag,
  access: oneOf('address', 'descriptor'),
  haloThickness: elsewhere,
  rebalance: elsewhere,
  stepsInFlight: wholeBetween('a whole number of steps', STEPS_IN_FLIGHT),
  checkpointEvery: elsewhere,
  checkpointFile: text("a file's path"),
  trace: fileThatEnds('.json'),
  log: call,
});

/** Of `save`. */
export const SAVE_OPTIONS: Kinds<SaveOptions> = Object.freeze({
  codec: oneOf('none', 'zip', 'blosc'),
  compat: flag,
  half: flag,
});

/** Of `load`. */
export const LOAD_OPTIONS: Kinds<{ readonly fields?: unknown }> = Object.freeze({
  fields: each(text(''), "names of fields by those of grids, as in { grid: 'field' }"),
});

/** Of `checkpoint`. */
export const CHECKPOINT_OPTIONS: Kinds<{ readonly about?: unknown }> = Object.freeze({ about: elsewhere });

/** Of `extractSubdomain`. */
export const EXTRACT_OPTIONS: Kinds<{ readonly field?: string }> = Object.freeze({ field: text("a field's name") });

/** Of `Subdomains.create`. */
export const SUBDOMAINS_OPTIONS: Kinds<SubdomainsOptions> = Object.freeze({
  ...DOMAIN_OPTIONS,
  devices: needed(listOf(having('', ['compute']), 'a list of open devices, as in [await openDevice()]')),
  subdomains: elsewhere,
  cutOrder: oneOf(...CUT_ORDERS),
  thickness: elsewhere,
  log: call,
});

/** Of `new Halo`. */
export const HALO_OPTIONS: Kinds<HaloOptions> = Object.freeze({
  fields: needed(having("fields by name, as in { u: await subdomains.createField('u', 'float32') }", [])),
  thickness: elsewhere,
});

/** Of a halo's `pack`, `exchange` and `unpack`. */
export const HALO_PART: Kinds<HaloPart> = Object.freeze({ fields: names, turn: elsewhere });
