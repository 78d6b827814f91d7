/** @file The names of options, as data: what users run isn't always looked at by TypeScript. */
import type { StencilOptions } from './declarations.ts';
import type { SimulationOptions } from './simulation.ts';

/** Of `addStencil`. */
export const STENCIL_OPTIONS: Readonly<Record<keyof StencilOptions, true>> = Object.freeze({
  inputs: true,
  outputs: true,
  code: true,
  file: true,
  body: true,
  parameters: true,
  neighborRadius: true,
  beyondRadius: true,
  requiresHalos: true,
  color: true,
  debug: true,
});

/** Of `Simulation.create`. */
export const SIMULATION_OPTIONS: Readonly<Record<keyof SimulationOptions, true>> = Object.freeze({
  domain: true,
  grid: true,
  voxelSize: true,
  translation: true,
  origin: true,
  device: true,
  devices: true,
  subdomains: true,
  validation: true,
  memoryLimit: true,
  overlap: true,
  replicate: true,
  fusion: true,
  access: true,
  haloThickness: true,
  rebalance: true,
  checkpointEvery: true,
  checkpointFile: true,
  trace: true,
  log: true,
});
