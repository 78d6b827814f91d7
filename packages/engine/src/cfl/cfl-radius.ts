/**
 * @file How far a back-trace may reach when that follows the flow: `neighborRadius: { cfl: 'velocity', cap: 8 }`. Ghosts are held for the
 * cap; what is sent, and what a read is held against, is the radius that the largest velocity of an earlier step asks for.
 * That step is the last one that is surely done when another is submitted, so many steps before it as may be in flight: so nobody
 * waits, and the radius is the same on every machine and cut.
 *
 *     radius = ⌈1.25 · |u| · Δt / h⌉ + 1, at most the cap       a quarter, and a voxel, for what the flow gains meanwhile
 *
 * It grows at once and shrinks when it was too large for 16 steps: each change makes the program's exchanges anew.
 */
import { componentsOf, valueTypeOf } from '@halocline/stencil';
import type { Declarations, StencilDeclaration } from '../declarations.ts';
import { fieldKey } from '../declarations.ts';
import { voxelEdge } from '../level-map.ts';
import type { Domain } from '../domain.ts';
import { STEPS_IN_FLIGHT } from '../steps-in-flight.ts';
import { didYouMean, listNames } from '../names.ts';
import type { CflRadius } from './cfl-options.ts';

/** Steps in which a smaller radius would have done before it shrinks. */
const QUIET_STEPS = 16;

/** Voxels that a flow of `speed` m/s asks for in a step; the cap where the speed isn't known, or isn't finite. */
export function radiusFor(speed: number | undefined, cap: number, { dt, h }: { dt: number; h: number }): number {
  if (speed === undefined || !Number.isFinite(speed)) return cap;
  return Math.min(cap, Math.ceil((1.25 * speed * Math.abs(dt)) / h) + 1);
}

/** Name of the stencil that measures a velocity, and of the scalar that it leaves: one that no user can give. */
export function measureName(field: string, level: number): string {
  return `cfl(${fieldKey(field, level)})`;
}

/**
 * Declares what measures the velocities that radii follow, behind everything else. Where the domain isn't cut, radii that reads are
 * held within are followed alone: the others end nothing there.
 */
export function placeMeasures(declarations: Declarations, cut: boolean): void {
  const followers = [...declarations.stencils.values()].filter(
    ({ cfl, options }) => cfl !== undefined && (cut || options.beyondRadius === 'clamp'),
  );
  const wanted = new Map(followers.map((each) => [measureName(each.cfl!.cfl, each.level), each]));
  for (const name of declarations.measures) if (!wanted.has(name)) declarations.removeMeasure(name);
  for (const [name, follower] of wanted) {
    const code = measureOf(declarations, follower, name);
    declarations.placeMeasure(follower.level, name, { inputs: [follower.cfl!.cfl], code });
  }
}

function measureOf(
  declarations: Declarations,
  { name: stencil, level, cfl }: StencilDeclaration,
  scalar: string,
): string {
  const { cfl: name } = cfl!;
  const field = declarations.fields.get(fieldKey(name, level));
  const names = [...declarations.fields.values()].filter((each) => each.level === level).map((each) => each.name);
  if (field === undefined) {
    throw new TypeError(
      `Cannot run stencil "${stencil}": its radius follows "${name}", and there is no field of that name${didYouMean(name, names)}; the fields are ${listNames(names)}`,
    );
  }
  const parts =
    componentsOf(field.type) === 1
      ? ['v']
      : ['x', 'y', 'z', 'w'].slice(0, componentsOf(field.type)).map((part) => `v.${part}`);
  const most = parts.map((part) => `abs(float(${part}))`).reduce((all, part) => `max(${all}, ${part})`);
  const type = parts.length === 1 ? 'float' : valueTypeOf(field.type);
  const read = parts.length === 1 ? `float(ReadField("${name}", coord))` : `ReadField("${name}", coord)`;
  return `${type} v = ${read}; ReduceMax("${scalar}", ${most});`;
}

interface Forecast {
  radius: number;
  /** Steps in a row that a smaller one would have done, and the largest that they asked for. */
  quiet: number;
  peak: number;
}

/** What a radius follows: stencils that follow the same velocity to the same cap have the same radius, always. */
export function followed({ cfl, cap }: CflRadius, level: number): string {
  return `${measureName(cfl, level)} up to ${cap}`;
}

/** The radii of a simulation's stencils, as they are now. */
export class CflRadii {
  /** By what is followed. */
  readonly #forecasts = new Map<string, Forecast>();
  /** By step: the largest velocity at its end, by the scalar that has it. */
  readonly #speeds = new Map<number, Readonly<Record<string, number>>>();

  /** What is followed → voxels; the cap, where it isn't there yet. */
  get radii(): ReadonlyMap<string, number> {
    return new Map([...this.#forecasts].map(([name, { radius }]) => [name, radius]));
  }

  /** A step is done, and has left these velocities. */
  note(frame: number, speeds: Readonly<Record<string, number>>): void {
    this.#speeds.set(frame, speeds);
    // As many as any simulation looks back by: a checkpoint may be taken up by one with more steps in flight.
    for (const old of [...this.#speeds.keys()].slice(0, -STEPS_IN_FLIGHT.most)) this.#speeds.delete(old);
  }

  /** Takes up the radii for the next step, after step `known`; tells whether any is another than before. */
  follow({ stencils }: Declarations, domain: Domain, step: { dt: number; known: number }): boolean {
    const speeds = this.#speeds.get(step.known);
    const met = new Set<string>();
    let changed = false;
    for (const { level, cfl } of stencils.values()) {
      const name = cfl === undefined ? '' : followed(cfl, level);
      if (cfl === undefined || met.has(name)) continue;
      met.add(name);
      const h = voxelEdge(domain.level(level).map);
      const wanted = radiusFor(speeds?.[measureName(cfl.cfl, level)], cfl.cap, { dt: step.dt, h });
      const now = this.#forecasts.get(name) ?? { radius: cfl.cap, quiet: 0, peak: 0 };
      this.#forecasts.set(name, now);
      const before = now.radius;
      [now.quiet, now.peak] = wanted < now.radius ? [now.quiet + 1, Math.max(now.peak, wanted)] : [0, 0];
      if (wanted > now.radius) now.radius = wanted;
      else if (now.quiet >= QUIET_STEPS) Object.assign(now, { radius: now.peak, quiet: 0, peak: 0 });
      changed ||= now.radius !== before;
    }
    for (const name of this.#forecasts.keys()) if (!met.has(name)) this.#forecasts.delete(name);
    return changed;
  }

  /** All of it, as JSON. */
  get state(): unknown {
    const speeds = [...this.#speeds].map(([frame, each]) => [frame, mapped(each, String)]);
    return { speeds, forecasts: Object.fromEntries(this.#forecasts) };
  }

  /** Goes on from what `state` gave. */
  restore(state: unknown): void {
    const { speeds, forecasts } = state as {
      speeds: [number, Record<string, string>][];
      forecasts: Record<string, Forecast>;
    };
    this.#speeds.clear();
    this.#forecasts.clear();
    for (const [frame, each] of speeds) this.#speeds.set(frame, mapped(each, Number));
    for (const [name, forecast] of Object.entries(forecasts)) this.#forecasts.set(name, { ...forecast });
  }
}

function mapped<A, B>(record: Readonly<Record<string, A>>, act: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, act(value)]));
}
