/**
 * @file Advection: each value is fetched from where the flow brought it (semi-Lagrangian, Stam 1999). First order in
 * space, unconditionally stable.
 *
 * Where from is asked once a voxel, at its centre: `drift`, how far the flow carried what is there now. Faces take the
 * mean of the two voxels they join, which is as exact as the velocities at centres, and spares three of four traces.
 */
import type { Simulation, StencilOptions } from '@halocline/engine';
import { checkOptions } from '@halocline/engine/options';
import { KNOWN } from './known.ts';

/**
 * What is lost on the way; and how many voxels a step may carry a value: beyond `neighborRadius` (default: the halo's thickness) is an
 * error where the domain is cut into subdomains, or, with `beyondRadius: 'clamp'`, is held at the radius, cut or whole.
 */
export interface AdvectionOptions extends Pick<StencilOptions, 'neighborRadius' | 'beyondRadius'> {
  /** Rate at which a carried scalar decays toward 0, 1/s, by field; default none. */
  readonly decay?: Readonly<Record<string, number>>;
}

/**
 * Adds the advection of `scalars` (fields at voxel centres) and of the face velocity field `velocity` itself. It leaves
 * `flow`, the velocity at voxel centres before the step, for whoever needs it.
 */
export function addAdvection(simulation: Simulation, scalars: readonly string[], options: AdvectionOptions = {}): void {
  checkOptions('Cannot add advection', options, KNOWN.advection);
  simulation.addStencil('center_velocity', {
    inputs: ['velocity'],
    outputs: ['flow'],
    code: `WriteField("flow", idx, AtCenter("velocity"));`,
  });
  const { neighborRadius, beyondRadius } = options;
  const far = {
    ...(neighborRadius === undefined ? {} : { neighborRadius }),
    ...(beyondRadius === undefined ? {} : { beyondRadius }),
  };
  simulation.addStencil('trace_back', {
    ...far,
    inputs: ['flow'],
    outputs: ['drift'],
    code: `
      vec3 half_way = CoordToWorld(coord) - 0.5 * dt * ReadField("flow", coord);
      WriteField("drift", idx, dt * SampleField("flow", half_way)); // a midpoint step, of second order in time
    `,
  });
  if (scalars.length > 0) addScalars(simulation, scalars, options.decay ?? {}, far);
  simulation.addStencil('advect_velocity', {
    ...far,
    inputs: ['velocity', 'drift'],
    outputs: ['velocity'],
    code: `
      vec3 here = ReadField("drift", coord);
      WriteField("velocity", idx, vec3(
        SampleField("velocity_x", PositionOf("velocity_x") - 0.5 * (here + ReadField("drift", coord - ivec3(1, 0, 0)))),
        SampleField("velocity_y", PositionOf("velocity_y") - 0.5 * (here + ReadField("drift", coord - ivec3(0, 1, 0)))),
        SampleField("velocity_z", PositionOf("velocity_z") - 0.5 * (here + ReadField("drift", coord - ivec3(0, 0, 1))))));
    `,
  });
}

function addScalars(
  simulation: Simulation,
  scalars: readonly string[],
  decay: Readonly<Record<string, number>>,
  far: Pick<StencilOptions, 'neighborRadius' | 'beyondRadius'>,
): void {
  const carry = (name: string): string => {
    const rate = decay[name] ?? 0;
    const kept = rate === 0 ? '' : ` * exp(${(-rate).toExponential()} * dt)`;
    return `WriteField("${name}", idx, SampleField("${name}", from)${kept});`;
  };
  simulation.addStencil('advect_scalars', {
    ...far,
    inputs: [...scalars, 'drift'],
    outputs: scalars,
    code: `
      vec3 from = CoordToWorld(coord) - ReadField("drift", coord);
      ${scalars.map(carry).join('\n      ')}
    `,
  });
}
