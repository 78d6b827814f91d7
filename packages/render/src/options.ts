/**
 * @file What a picture is made of: medium, light, solids, background; with defaults under which smoke looks like smoke.
 * Colours are linear light (1 is the display's white); lengths are world metres. Numbers that would depend on how large
 * the world is (extinction, how far soft light reaches) default to shares of the volume's box.
 */
import type { CameraOptions } from './camera.ts';
import { checkRenderOptions } from './check-options.ts';
import type { Color, ColorMapName } from './color.ts';
import type { Vec3 } from './vector.ts';

/** What a field's value does to light. */
export interface Transfer {
  /** Extinction per metre at value 1; by default a box's shortest side of value 1 has the optical depth 40 (a map: 6). */
  readonly extinction?: number;
  /** What is scattered of the light that is not let through, for each channel: 0 soot … 1 steam. */
  readonly albedo?: Color;
  /** Values up to this are nothing, and cost nothing. */
  readonly threshold?: number;
  /** Mean cosine of scattering, −0.9 … 0.9: above 0 forward. */
  readonly anisotropy?: number;
  /** Share of light that each further bounce keeps, 0 (single scattering) … 0.9. */
  readonly bounces?: number;
  /** Black-body glow of the temperature field: from `from` kelvin, brightest at `to`; `intensity` 1 is white-hot at `to`. */
  readonly emission?: { readonly from?: number; readonly to?: number; readonly intensity?: number };
  /**
   * Shows values in colours over a range instead of as smoke; opacity grows with the value (`cool-warm`: with its distance from the
   * middle).
   */
  readonly map?: { readonly name: ColorMapName; readonly range?: readonly [from: number, to: number] };
}

/** The sun, and the sky's soft light. */
export interface Light {
  /** Toward the sun, world axes, any length. */
  readonly direction?: Vec3;
  /** The sun's colour times its strength. */
  readonly color?: Color;
  /** The sun's diameter in degrees: how soft spheres' shadows are. */
  readonly angle?: number;
  /** Light from above. */
  readonly sky?: Color;
  /** Light from below, and what is left deep inside smoke. */
  readonly bounce?: Color;
}

/** A solid sphere in world metres; smoke shades it, and it shades smoke. */
export interface Sphere {
  readonly center: Vec3;
  readonly radius: number;
  readonly color?: Color;
}

/** A plane y = height that fades with distance. */
export interface Ground {
  readonly height: number;
  readonly color?: Color;
}

/** Behind everything: a gradient from the upper to the lower edge, shown exactly as given (no tone mapping), or nothing. */
export type Background = { readonly top: Color; readonly bottom: Color } | 'transparent';

/** How to render a volume. */
export interface RenderOptions {
  /** Picture size in pixels, 1 … 16,384. */
  readonly width?: number;
  readonly height?: number;
  readonly camera?: CameraOptions;
  /** Field that is shown; of a vector its length. */
  readonly density?: string;
  /** Field in kelvin that glows. */
  readonly temperature?: string;
  readonly transfer?: Transfer;
  readonly light?: Light;
  /** At most 8. */
  readonly spheres?: readonly Sphere[];
  readonly background?: Background;
  readonly ground?: Ground;
  /** Draws the box of active voxels. */
  readonly outline?: boolean;
  /** Brightness before tone mapping. */
  readonly exposure?: number;
  /** A ray's step in voxels; 0.6. */
  readonly step?: number;
  /** Hides the steps of 8-bit gradients under noise; the same noise every time. */
  readonly dither?: boolean;
  /** False: every step of every ray is taken. For tests; the picture is the same. */
  readonly skipping?: boolean;
}

/** The options with everything that doesn't depend on the volume filled in. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly camera: CameraOptions;
  readonly density: string;
  readonly temperature: string | undefined;
  readonly transfer: Required<Omit<Transfer, 'extinction' | 'map' | 'emission'>>;
  readonly extinction: number | undefined;
  readonly map: { readonly name: ColorMapName; readonly range: readonly [number, number] } | undefined;
  readonly emission: { readonly from: number; readonly to: number; readonly intensity: number };
  readonly light: Required<Light>;
  readonly spheres: readonly Required<Sphere>[];
  readonly background: Background;
  readonly ground: Required<Ground> | undefined;
  readonly outline: boolean;
  readonly exposure: number;
  readonly step: number;
  readonly dither: boolean;
  readonly skipping: boolean;
}

const TRANSFER: Look['transfer'] = Object.freeze({
  albedo: [0.93, 0.935, 0.945] as const,
  threshold: 0.002,
  anisotropy: 0.45,
  bounces: 0.28,
});
const EMISSION: Look['emission'] = Object.freeze({ from: 750, to: 2400, intensity: 1 });
const LIGHT: Required<Light> = Object.freeze({
  direction: [-0.8, 0.57, -0.15] as const,
  color: [1.25, 1.12, 0.96] as const,
  angle: 5,
  sky: [0.12, 0.17, 0.26] as const,
  bounce: [0.024, 0.026, 0.036] as const,
});
const SPHERE_COLOR: Color = [0.36, 0.22, 0.14];
const GROUND_COLOR: Color = [0.16, 0.165, 0.18];

/** Largest number of spheres in a picture. */
export const MAX_SPHERES = 8;
/** The default background: a dim, bluish gradient, lighter below. */
const DEFAULT_BACKGROUND: Background = Object.freeze({
  top: [0.006, 0.009, 0.017] as const,
  bottom: [0.042, 0.053, 0.075] as const,
});

/** Checks options and fills in what is left out. */
export function resolveLook(options: RenderOptions): Look {
  checkRenderOptions(options);
  const { width = 512, height = 512, transfer = {}, spheres = [], ground } = options;
  checkRange('size', `${width}x${height}`, Math.min(width, height), 1, 16_384, 'pixels');
  checkRange('size', `${width}x${height}`, Math.max(width, height), 1, 16_384, 'pixels');
  if (!Number.isInteger(width) || !Number.isInteger(height)) {
    throw new RangeError(`Cannot render size "${width}x${height}": pixels are whole; round it`);
  }
  if (spheres.length > MAX_SPHERES) {
    throw new RangeError(`Cannot render spheres "${spheres.length}": at most ${MAX_SPHERES} fit; leave some out`);
  }
  for (const { radius } of spheres) checkRange('sphere of radius', `${radius}`, radius, 1e-30, 1e30, 'metres');
  const { extinction, map, emission, ...medium } = transfer;
  const look: Look = {
    width,
    height,
    camera: options.camera ?? {},
    density: options.density ?? 'density',
    temperature: options.temperature,
    transfer: { ...TRANSFER, ...(map ? { threshold: 0.004 } : {}), ...medium },
    extinction,
    map: map && { name: map.name, range: map.range ?? [0, 1] },
    emission: { ...EMISSION, ...emission },
    light: { ...LIGHT, ...options.light },
    spheres: spheres.map((sphere) => ({ color: SPHERE_COLOR, ...sphere })),
    background: options.background ?? DEFAULT_BACKGROUND,
    ground: ground && { color: GROUND_COLOR, ...ground },
    outline: options.outline ?? false,
    exposure: options.exposure ?? 1,
    step: options.step ?? 0.6,
    dither: options.dither ?? true,
    skipping: options.skipping ?? true,
  };
  checkLook(look);
  return look;
}

function checkLook({ transfer, extinction, map, emission, step, exposure }: Look): void {
  if (extinction !== undefined) checkRange('extinction', `${extinction}`, extinction, 0, 1e12, 'per metre');
  checkRange('threshold', `${transfer.threshold}`, transfer.threshold, 0, 1e30, '');
  checkRange('anisotropy', `${transfer.anisotropy}`, transfer.anisotropy, -0.9, 0.9, '');
  checkRange('bounces', `${transfer.bounces}`, transfer.bounces, 0, 0.9, '');
  checkRange('emission from', `${emission.from}`, emission.from, 500, 100_000, 'K');
  checkRange('emission to', `${emission.to}`, emission.to, emission.from + 1, 100_001, 'K');
  checkRange('step', `${step}`, step, 0.01, 8, 'voxels');
  checkRange('exposure', `${exposure}`, exposure, 0, 1e6, '');
  if (map !== undefined && !(map.range[1] > map.range[0])) {
    throw new RangeError(`Cannot map range "${map.range.join(' … ')}": its end is not above its start; swap them`);
  }
}

function checkRange(what: string, name: string, value: number, least: number, most: number, unit: string): void {
  if (value >= least && value <= most) return;
  const range = `${least} to ${most}${unit === '' ? '' : ` ${unit}`}`;
  throw new RangeError(`Cannot render ${what} "${name}": it is out of range; give ${range}`);
}
