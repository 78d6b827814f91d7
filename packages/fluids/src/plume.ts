/**
 * @file A plume of hot smoke that rises against a ball: the parts of this room put together.
 */
import { FROM_OUTSIDE, Simulation, type FromOutside, type SimulationOptions } from '@halocline/engine';
import { checkOptions } from '@halocline/engine/options';
import { addAdvection } from './advection.ts';
import { addForces, type ForceOptions } from './forces.ts';
import { addClosedFaces, addObstacles, addStillAir, runOnce, type Ball } from './obstacles.ts';
import { addHierarchy, addProjection } from './projection.ts';
import { addSource, type SourceOptions } from './source.ts';
import { checkBalls, KNOWN } from './known.ts';

/** A plume in a box twice as tall as it is wide. */
export interface PlumeOptions extends ForceOptions {
  /** Width of the box in voxels, a multiple of 16; it is as deep, and twice as tall. Default 64. */
  readonly voxels?: number;
  /** Width of the box, metres. Default 1. */
  readonly width?: number;
  /** Device by name, `#index` or uuid prefix; or an open one, which stays open. */
  readonly device?: NonNullable<SimulationOptions['device']>;
  /** How many devices, or which; parts that the domain is cut into. */
  readonly devices?: NonNullable<SimulationOptions['devices']>;
  readonly subdomains?: number;
  readonly [FROM_OUTSIDE]?: FromOutside;
  readonly validation?: boolean;
  /** These as `Simulation.create` takes them. */
  readonly cutOrder?: NonNullable<SimulationOptions['cutOrder']>;
  readonly rebalance?: NonNullable<SimulationOptions['rebalance']>;
  readonly stepsInFlight?: number;
  readonly fusion?: boolean;
  readonly overlap?: boolean;
  readonly trace?: string;
  readonly source?: Partial<SourceOptions>;
  /** The solid balls in the flow; by default one in the middle. */
  readonly balls?: readonly Ball[];
  /** The largest divergence that a step may leave, 1/s. */
  readonly tolerance?: number;
  readonly log?: (message: string) => void;
}

/** One picture's moment of a running plume. */
export interface PlumeFrame {
  /** Number from 0, and the same with four digits. */
  readonly index: number;
  readonly name: string;
  /** Simulated time, seconds. */
  readonly time: number;
  /** Writes density, temperature and velocity to a `.nvdb` or `.vdb` file; waits for the device. */
  save(path: string): Promise<void>;
}

/** How many levels a box of this width has until four voxels are left across. */
export const levelsOf = (voxels: number): number => Math.max(1, Math.floor(Math.log2(voxels / 4)) + 1);

/** Makes the simulation of a plume: fields `density`, `temperature` (kelvin) and `velocity` (m/s, on faces). */
export async function createPlume(options: PlumeOptions = {}): Promise<Simulation> {
  checkOptions('Cannot make plume', options, KNOWN.plume, 'mistyped');
  checkBalls(options.balls ?? []);
  const voxels = options.voxels ?? 64;
  if (!(Number.isInteger(voxels) && voxels > 0 && voxels % 16 === 0)) {
    throw new RangeError(
      `Cannot make plume "${voxels} voxels wide": its width is no multiple of 16; take ${Math.max(16, Math.round(voxels / 16) * 16)}`,
    );
  }
  const width = options.width ?? 1;
  const balls = options.balls ?? [{ center: [0.5 * width, 0.95 * width, 0.5 * width], radius: 0.17 * width }];
  const simulation = await Simulation.create({
    domain: { min: [0, 0, 0], max: [voxels, 2 * voxels, voxels] },
    voxelSize: width / voxels,
    translation: [(0.5 * width) / voxels, (0.5 * width) / voxels, (0.5 * width) / voxels],
    ...(options.device === undefined ? {} : { device: options.device }),
    ...(options.devices === undefined ? {} : { devices: options.devices }),
    ...(options.subdomains === undefined ? {} : { subdomains: options.subdomains }),
    ...(options[FROM_OUTSIDE] === undefined ? {} : { [FROM_OUTSIDE]: options[FROM_OUTSIDE] }),
    ...(options.validation === undefined ? {} : { validation: options.validation }),
    ...(options.cutOrder === undefined ? {} : { cutOrder: options.cutOrder }),
    ...(options.rebalance === undefined ? {} : { rebalance: options.rebalance }),
    ...(options.stepsInFlight === undefined ? {} : { stepsInFlight: options.stepsInFlight }),
    ...(options.fusion === undefined ? {} : { fusion: options.fusion }),
    ...(options.overlap === undefined ? {} : { overlap: options.overlap }),
    ...(options.trace === undefined ? {} : { trace: options.trace }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const levels = levelsOf(voxels);
  const ambient = options.ambient ?? 300;
  simulation.addField('density', 'float32', 0);
  simulation.addField('temperature', 'float32', ambient);
  simulation.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
  await runOnce(simulation, [...addObstacles(simulation, { balls, floor: true }), ...addHierarchy(simulation, levels)]);

  // Where the domain is cut: at most as far as a flow of 6 widths a second comes in a 24th.
  const neighborRadius = { cfl: 'velocity', cap: Math.max(2, voxels / 4) };
  addAdvection(simulation, ['density', 'temperature'], { decay: { density: 0.1 }, neighborRadius });
  addSource(simulation, { center: [0.5 * width, 0.16 * width, 0.5 * width], radius: 0.14 * width, ...options.source });
  addStillAir(simulation, { density: 0, temperature: ambient });
  addForces(simulation, options);
  addClosedFaces(simulation);
  addProjection(simulation, { levels, ...(options.tolerance === undefined ? {} : { tolerance: options.tolerance }) });
  await simulation.initialize();
  return simulation;
}

/** A plume and its moments: `for await (const frame of plume().frames({ rate: 24, until: 2 })) …`. */
export function plume(options: PlumeOptions = {}): {
  /** Runs a new simulation and gives a frame every 1/rate seconds until `until` seconds; two steps a frame. */
  frames(timing?: { rate?: number; until?: number; stepsPerFrame?: number }): AsyncGenerator<PlumeFrame, void, void>;
} {
  return {
    async *frames(timing = {}) {
      checkOptions('Cannot run plume', timing, KNOWN.frames);
      const { rate = 24, until = 2, stepsPerFrame = 2 } = timing;
      await using simulation = await createPlume(options);
      for (let index = 0; index < Math.round(until * rate); index++) {
        for (let step = 0; step < stepsPerFrame; step++) await simulation.runTimestep(1 / (rate * stepsPerFrame));
        yield {
          index,
          name: String(index).padStart(4, '0'),
          time: simulation.time,
          save: (path) => simulation.save(path, ['density', 'temperature', 'velocity']),
        };
      }
    },
  };
}
