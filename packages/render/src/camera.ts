/**
 * @file Where a picture is taken from: a perspective camera that orbits a box, y up.
 * Azimuth 0 looks along −z, and grows toward +x; elevation grows upward. A distance is counted in the box's longest side,
 * so one text fits a box of any size; without one the box's corners just fit the picture, with a margin.
 */
import type { Vec3 } from './vector.ts';
import { add, cross, dot, normalize, subtract } from './vector.ts';

/** A box in world metres. */
export interface Box {
  readonly min: Vec3;
  readonly max: Vec3;
}

/** How to look at a box; what is left out is chosen so that the box fills the picture. */
export interface CameraOptions {
  /** Degrees around y, from +z toward +x; 0. */
  readonly azimuth?: number;
  /** Degrees above the horizon, −90 … 90; 8. */
  readonly elevation?: number;
  /** From the target, in longest sides of the box. */
  readonly distance?: number;
  /** Vertical field of view in degrees, 1 … 150; 35. */
  readonly fov?: number;
  /** What is in the middle, in world metres; the box's centre. */
  readonly target?: Vec3;
  /** Where the camera stands, in world metres; overrules azimuth, elevation and distance. */
  readonly eye?: Vec3;
}

/** A camera: where it stands, its axes (orthonormal), and half the picture's extents at distance 1. */
export interface Camera {
  readonly eye: Vec3;
  readonly right: Vec3;
  readonly up: Vec3;
  readonly forward: Vec3;
  /** tan of half the horizontal and of half the vertical field of view. */
  readonly halfWidth: number;
  readonly halfHeight: number;
}

const RANGES = {
  azimuth: [-36_000, 36_000],
  elevation: [-90, 90],
  distance: [1e-6, 1e6],
  fov: [1, 150],
} as const;

/** Reads "azimuth=30,elevation=10,distance=2.5,fov=35,target=0:1:0"; every part may be left out. */
export function parseCamera(text: string): CameraOptions {
  const options: Record<string, number | Vec3> = {};
  for (const part of text.split(',').filter((piece) => piece.trim() !== '')) {
    const [key, value, ...rest] = part.split('=').map((piece) => piece.trim());
    if (key === undefined || value === undefined || value === '' || rest.length > 0) {
      throw new RangeError(
        `Cannot read camera "${text}": "${part.trim()}" is not of the form name=number; write azimuth=30`,
      );
    }
    if (key in options) throw new RangeError(`Cannot read camera "${text}": ${key} stands twice; leave one out`);
    options[key] = key === 'target' || key === 'eye' ? parsePosition(text, key, value) : parseNumber(text, key, value);
  }
  return options;
}

function parseNumber(text: string, key: string, value: string): number {
  if (!Object.hasOwn(RANGES, key)) {
    const names = [...Object.keys(RANGES), 'target', 'eye'].join(', ');
    throw new RangeError(`Cannot read camera "${text}": there is no "${key}"; use ${names}`);
  }
  const [least, most] = RANGES[key as keyof typeof RANGES];
  const number = Number(value);
  if (!Number.isFinite(number) || number < least || number > most) {
    throw new RangeError(`Cannot read camera "${text}": ${key} is ${value}; give a number from ${least} to ${most}`);
  }
  return number;
}

function parsePosition(text: string, key: string, value: string): Vec3 {
  const [x, y, z, ...rest] = value.split(':').map((piece) => (piece.trim() === '' ? Number.NaN : Number(piece)));
  if (rest.length > 0 || ![x, y, z].every((number) => Number.isFinite(number))) {
    throw new RangeError(`Cannot read camera "${text}": ${key} is ${value}; give metres as x:y:z`);
  }
  return [x!, y!, z!];
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** A camera at `eye` that looks at `target`, y up; `fov` in degrees from the lower to the upper edge, `aspect` width/height. */
export function lookAt(eye: Vec3, target: Vec3, fov: number, aspect: number): Camera {
  const forward = normalize(subtract(target, eye));
  const side = cross(forward, Math.abs(forward[1]) > 0.999999 ? [0, 0, Math.sign(forward[1])] : [0, 1, 0]);
  const right = normalize(side);
  const halfHeight = Math.tan(radians(fov) / 2);
  return { eye, right, up: cross(right, forward), forward, halfWidth: halfHeight * aspect, halfHeight };
}

/** The camera that options and a box (world metres) mean, for a picture of the given aspect (width/height). */
export function orbitCamera(options: CameraOptions, box: Box, aspect: number): Camera {
  const { azimuth = 0, elevation = 8, fov = 35 } = options;
  const target: Vec3 = options.target ?? [
    (box.min[0] + box.max[0]) / 2,
    (box.min[1] + box.max[1]) / 2,
    (box.min[2] + box.max[2]) / 2,
  ];
  if (options.eye?.every((at, axis) => at === target[axis]) === true) {
    throw new RangeError(
      `Cannot place camera: its eye and its target are both (${target.join(', ')}); move one of them`,
    );
  }
  if (options.eye !== undefined) return lookAt(options.eye, target, fov, aspect);
  const [around, above] = [radians(azimuth), radians(Math.min(89.9, Math.max(-89.9, elevation)))];
  const back: Vec3 = [Math.sin(around) * Math.cos(above), Math.sin(above), Math.cos(around) * Math.cos(above)];
  const sides = subtract(box.max, box.min);
  const distance =
    options.distance === undefined
      ? fitDistance(lookAt(add(target, back), target, fov, aspect), target, box)
      : options.distance * Math.max(...sides);
  return lookAt(add(target, back, distance), target, fov, aspect);
}

/** How far from the target a camera with these axes must stand so that the box's corners are in the picture, and 4 % more. */
function fitDistance(camera: Camera, target: Vec3, box: Box): number {
  let distance = 0;
  for (let corner = 0; corner < 8; corner += 1) {
    const offset = subtract(
      [
        corner & 1 ? box.max[0] : box.min[0],
        corner & 2 ? box.max[1] : box.min[1],
        corner & 4 ? box.max[2] : box.min[2],
      ],
      target,
    );
    const near = -dot(offset, camera.forward);
    const across = Math.abs(dot(offset, camera.right)) / camera.halfWidth;
    const upright = Math.abs(dot(offset, camera.up)) / camera.halfHeight;
    distance = Math.max(distance, near + 1.04 * Math.max(across, upright));
  }
  return distance;
}

/** Position in the picture (x to the right, y down; 0 … 1 inside) and depth in metres of a world position. */
export function project(camera: Camera, position: Vec3): { x: number; y: number; depth: number } {
  const offset = subtract(position, camera.eye);
  const depth = dot(offset, camera.forward);
  return {
    x: 0.5 + dot(offset, camera.right) / (2 * depth * camera.halfWidth),
    y: 0.5 - dot(offset, camera.up) / (2 * depth * camera.halfHeight),
    depth,
  };
}
