/** @file What a user says of a radius that follows the flow. */
import { shown } from '../options/kinds.ts';

/** A radius that follows a velocity. */
export interface CflRadius {
  /** The velocity field, m/s, of the stencil's level. */
  readonly cfl: string;
  /** Voxels: the radius is never larger. */
  readonly cap: number;
}

/** Throws unless it is one. */
export function checkCflRadius(stencil: string, { cfl, cap }: CflRadius): void {
  if (typeof cfl === 'string' && Number.isInteger(cap) && cap >= 1) return;
  throw new TypeError(
    `Cannot add stencil "${stencil}": neighborRadius is ${shown({ cfl, cap })}; give voxels, or { cfl: 'velocity', cap: 8 }`,
  );
}
