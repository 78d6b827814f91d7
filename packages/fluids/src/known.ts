/** @file The options of the solvers, and what each may be. */
import {
  above0,
  call,
  checkOptions,
  each,
  elsewhere,
  finite,
  flag,
  having,
  least0,
  listOf,
  needed,
  three,
  whole,
  type Kinds,
} from '@halocline/engine/options';
import type { AdvectionOptions } from './advection.ts';
import type { ForceOptions } from './forces.ts';
import type { Ball, ObstacleOptions } from './obstacles.ts';
import type { PlumeOptions } from './plume.ts';
import type { ProjectionOptions } from './projection.ts';
import type { SourceOptions } from './source.ts';

const place = three('three numbers of metres, as in [0, 0, 0]');

const BALL: Kinds<Ball> = Object.freeze({ center: needed(place), radius: needed(least0('metres')) });
const BALLS = listOf(having('', []), 'a list of balls, as in [{ center: [0, 0, 0], radius: 1 }]');

const FORCES: Kinds<ForceOptions> = Object.freeze({
  ambient: above0('kelvin'),
  gravity: finite('m/s²'),
  smokeWeight: finite('a number'),
  confinement: finite('a number'),
});

/** Of `addForces`, and so on. */
export const KNOWN: Readonly<{
  advection: Kinds<AdvectionOptions>;
  forces: Kinds<ForceOptions>;
  obstacles: Kinds<ObstacleOptions>;
  source: Kinds<SourceOptions>;
  projection: Kinds<ProjectionOptions>;
  plume: Kinds<PlumeOptions>;
  frames: Kinds<{ rate: number; until: number; stepsPerFrame: number }>;
}> = Object.freeze({
  advection: {
    decay: each(finite(''), 'rates by field, 1/s, as in { density: 0.1 }'),
    neighborRadius: elsewhere,
    beyondRadius: elsewhere,
  },
  forces: FORCES,
  obstacles: {
    balls: BALLS,
    floor: flag,
    walls: flag,
  },
  source: {
    center: needed(place),
    radius: needed(above0('metres')),
    temperature: finite('kelvin'),
    density: finite('a number'),
  },
  projection: {
    levels: needed(whole('a whole number of levels', 1)),
    tolerance: least0('1/s'),
    iterations: whole('a whole number of iterations', 1),
  },
  plume: {
    ...FORCES,
    voxels: finite('a multiple of 16'),
    width: above0('metres'),
    device: elsewhere,
    devices: elsewhere,
    subdomains: elsewhere,
    validation: elsewhere,
    cutOrder: elsewhere,
    rebalance: elsewhere,
    stepsInFlight: elsewhere,
    fusion: elsewhere,
    overlap: elsewhere,
    trace: elsewhere,
    source: having('what a source is, as in { temperature: 500 }', []),
    balls: BALLS,
    tolerance: least0('1/s'),
    log: call,
  },
  frames: {
    rate: above0('frames a second'),
    until: least0('seconds'),
    stepsPerFrame: whole('a whole number of steps', 1),
  },
});

/** Throws TypeError unless all of them are balls. */
export function checkBalls(balls: readonly Ball[]): void {
  for (const [index, ball] of balls.entries()) checkOptions(`Cannot add ball ${index}`, ball, BALL);
}
