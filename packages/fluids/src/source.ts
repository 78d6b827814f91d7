/**
 * @file A source of hot smoke: a soft ball in which temperature and density are held, its rim ruffled by a slowly turning
 * pattern of waves, so that the plume's symmetry breaks the same way on every device.
 */
import type { Simulation } from '@halocline/engine';
import { checkOptions } from '@halocline/engine/options';
import { KNOWN } from './known.ts';

/** Where smoke comes from, and what it is like. */
export interface SourceOptions {
  /** Centre, metres. */
  readonly center: readonly [number, number, number];
  /** Radius, metres. */
  readonly radius: number;
  /** Temperature in the middle, kelvin. */
  readonly temperature?: number;
  /** Smoke density in the middle, dimensionless. */
  readonly density?: number;
}

const defaults = Object.freeze({ temperature: 450, density: 1 });

/** Adds a source that holds `temperature` and `density` up within its ball. */
export function addSource(simulation: Simulation, options: SourceOptions): void {
  checkOptions('Cannot add source', options, KNOWN.source);
  const { center, radius, temperature, density } = { ...defaults, ...options };
  simulation.addParameter('source_center', 'vec3', [...center]);
  simulation.addParameter('source_radius', 'float', radius);
  simulation.addParameter('source_temperature', 'float', temperature);
  simulation.addParameter('source_density', 'float', density);
  simulation.addStencil('emit', {
    inputs: ['temperature', 'density'],
    outputs: ['temperature', 'density'],
    code: `
      vec3 p = (CoordToWorld(coord) - source_center) * (1.0 / source_radius);
      if (length(p) > 1.3) return;
      float ruffle = sin(5.0 * p.x + 7.0 * time) * sin(6.0 * p.z - 9.0 * time + 1.0) + 0.5 * sin(11.0 * (p.x + p.z) + 5.0 * time);
      float strength = 1.0 - smoothstep(0.6, 1.0, length(p) + 0.15 * ruffle);
      WriteField("temperature", idx, max(ReadField("temperature", coord), mix(ReadField("temperature", coord), source_temperature, strength)));
      WriteField("density", idx, max(ReadField("density", coord), source_density * strength));
    `,
  });
}
