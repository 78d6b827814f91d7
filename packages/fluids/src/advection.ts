/**
 * @file Advection: each value is fetched from where the flow brought it (semi-Lagrangian, Stam 1999), the trace being
 * a midpoint step. First order in space, unconditionally stable.
 */
import type { Simulation } from '@halocline/engine';
import { centerVelocity, faceVelocity, lowerFaceVelocities } from './faces.ts';

/** What is lost on the way. */
export interface AdvectionOptions {
  /** Share of a carried scalar that is lost in a second, by field; default none. */
  readonly decay?: Readonly<Record<string, number>>;
}

/** Adds the advection of `scalars` (fields at voxel centres) and of the face velocity field `velocity` itself. */
export function addAdvection(simulation: Simulation, scalars: readonly string[], options: AdvectionOptions = {}): void {
  const rates = scalars.map((name) => options.decay?.[name] ?? 0);
  simulation.addStencil('advect_scalars', {
    inputs: [...scalars, 'velocity'],
    outputs: scalars,
    code: `${faceVelocity}
      vec3 from = TraceBack(CoordToWorld(coord), ${centerVelocity});
      ${scalars
        .map((name, index) => {
          const kept = rates[index] === 0 ? '' : ` * exp(${(-rates[index]!).toExponential()} * dt)`;
          return `WriteField("${name}", idx, SampleField("${name}", from)${kept});`;
        })
        .join('\n')}
    `,
  });
  simulation.addStencil('advect_velocity', {
    inputs: ['velocity'],
    outputs: ['velocity'],
    code: `${faceVelocity}
      vec3 center = CoordToWorld(coord);
      float h = 0.5 * voxelSize;
      vec3 x = center - vec3(h, 0.0, 0.0);
      vec3 y = center - vec3(0.0, h, 0.0);
      vec3 z = center - vec3(0.0, 0.0, h);
      ${lowerFaceVelocities}
      vec3 fromX = TraceBack(x, atX);
      vec3 fromY = TraceBack(y, atY);
      vec3 fromZ = TraceBack(z, atZ);
      WriteField("velocity", idx, vec3(
        SampleField("velocity_x", fromX + vec3(h, 0.0, 0.0)),
        SampleField("velocity_y", fromY + vec3(0.0, h, 0.0)),
        SampleField("velocity_z", fromZ + vec3(0.0, 0.0, h))));
    `,
  });
}
