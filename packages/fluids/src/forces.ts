/**
 * @file Forces on hot smoke: buoyancy in the Boussinesq approximation, and vorticity confinement (Fedkiw, Stam and
 * Jensen, 2001), which gives back some of the swirl that advection's smoothing takes.
 *
 * Still air is divided by nothing: a correctly rounded division takes its slow path where the numerator is 0. The vector N that points to
 * swifter spin is η / √(η² + δ²), η = ∇|ω| (1/(m s)), δ = 10⁻³ s⁻¹ / h, so that it is 0 where the spin is even; what is computed is that
 * of h η and h δ, whose one quotient for each voxel, 1 / √(…), has ordinary operands.
 */
import type { Simulation } from '@halocline/engine';
import { checkOptions } from '@halocline/engine/options';
import { KNOWN } from './known.ts';

/** What drives the smoke. */
export interface ForceOptions {
  /** Temperature of still air, kelvin. */
  readonly ambient?: number;
  /** Acceleration of gravity along −y, m/s². */
  readonly gravity?: number;
  /** Weight of smoke: the relative rise in the air's density where `density` is 1. */
  readonly smokeWeight?: number;
  /** Strength ε of vorticity confinement, dimensionless; 0 is none. */
  readonly confinement?: number;
}

const defaults: Required<ForceOptions> = Object.freeze({
  ambient: 300,
  gravity: 9.81,
  smokeWeight: 0.05,
  confinement: 0.25,
});

/**
 * Adds buoyancy from `temperature` (kelvin) and `density`, and vorticity confinement (of `flow`, which `addAdvection`
 * leaves), to the face velocity.
 */
export function addForces(simulation: Simulation, options: ForceOptions = {}): void {
  checkOptions('Cannot add forces', options, KNOWN.forces, 'mistyped');
  const chosen = { ...defaults, ...options };
  simulation.addParameter('ambient', 'float', chosen.ambient);
  simulation.addParameter('gravity', 'float', chosen.gravity);
  simulation.addParameter('smoke_weight', 'float', chosen.smokeWeight);
  simulation.addParameter('confinement', 'float', chosen.confinement);
  simulation.addStencil('vorticity', {
    inputs: ['flow'],
    outputs: ['vorticity', 'swirl'],
    code: `
      vec3 vorticity = Curl("flow");
      WriteField("vorticity", idx, vorticity);
      WriteField("swirl", idx, length(vorticity));
    `,
  });
  simulation.addStencil('force', {
    inputs: ['vorticity', 'swirl', 'temperature', 'density'],
    outputs: ['force'],
    code: `
      vec3 toward = voxelSize * Gradient("swirl");
      float inverse = 1.0 / sqrt(dot(toward, toward) + 1e-6);
      vec3 force = confinement * voxelSize * inverse * cross(toward, ReadField("vorticity", coord));
      float warmth = (ReadField("temperature", coord) - ambient) * (1.0 / ambient);
      float lift = warmth - smoke_weight * ReadField("density", coord);
      WriteField("force", idx, force + vec3(0.0, gravity * lift, 0.0));
    `,
  });
  simulation.addStencil('apply_force', {
    inputs: ['velocity', 'force'],
    outputs: ['velocity'],
    code: `
      WriteField("velocity", idx, ReadField("velocity", coord) + dt * AtFaces("force"));
    `,
  });
}
