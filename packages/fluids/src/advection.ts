/**
 * @file Advection: each value is fetched from where the flow brought it (semi-Lagrangian, Stam 1999), the trace being
 * a midpoint step. First order in space, unconditionally stable.
 */
import type { Simulation } from '@halocline/engine';
import { centerVelocity, lowerFaceVelocities, traceBack } from './faces.ts';

/** What is lost on the way. */
export interface AdvectionOptions {
  /** Share of a carried scalar that is lost in a second, by field; default none. */
  readonly decay?: Readonly<Record<string, number>>;
}

/**
 * Adds the advection of `scalars` (fields at voxel centres) and of the face velocity field `velocity` itself. It leaves
 * `flow`, the velocity at voxel centres before the step, for whoever needs it.
 */
export function addAdvection(simulation: Simulation, scalars: readonly string[], options: AdvectionOptions = {}): void {
  simulation.addStencil('center_velocity', {
    inputs: ['velocity'],
    outputs: ['flow'],
    code: `WriteField("flow", idx, ${centerVelocity});`,
  });
  const carry = (name: string): string => {
    const rate = options.decay?.[name] ?? 0;
    const kept = rate === 0 ? '' : ` * exp(${(-rate).toExponential()} * dt)`;
    return `WriteField("${name}", idx, SampleField("${name}", from)${kept});`;
  };
  simulation.addStencil('advect_scalars', {
    inputs: [...scalars, 'flow'],
    outputs: scalars,
    code: `${traceBack}
      vec3 from = TraceBack(CoordToWorld(coord), ReadField("flow", coord));
      ${scalars.map(carry).join('\n')}
    `,
  });
  simulation.addStencil('advect_velocity', {
    inputs: ['velocity', 'flow'],
    outputs: ['velocity'],
    code: `${traceBack}
      vec3 center = CoordToWorld(coord);
      float h = 0.5 * voxelSize;
      vec3 x = vec3(h, 0.0, 0.0);
      vec3 y = vec3(0.0, h, 0.0);
      vec3 z = vec3(0.0, 0.0, h);
      ${lowerFaceVelocities}
      WriteField("velocity", idx, vec3(
        SampleField("velocity_x", TraceBack(center - x, atX) + x),
        SampleField("velocity_y", TraceBack(center - y, atY) + y),
        SampleField("velocity_z", TraceBack(center - z, atZ) + z)));
    `,
  });
}
