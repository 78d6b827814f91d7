/**
 * @file The parameter block of shaders/common.glsl, written byte for byte (std430: a uvec2 on 8 bytes, vectors of four
 * numbers on 16). The order of the lines here is the order of the members there; a test compares the offsets with what
 * the compiler made of them.
 */
import type { Box, Camera } from './camera.ts';
import { orbitCamera } from './camera.ts';
import { blackBodyColor, colorMap } from './color.ts';
import { MAX_SPHERES } from './options.ts';
import type { Look } from './options.ts';
import type { Rows, Vec3 } from './vector.ts';
import { add, normalize, transform } from './vector.ts';

/** Bytes of the block. */
export const PARAMETER_BYTES: number = 16 * 8 + 25 * 16 + 2 * MAX_SPHERES * 16 + 2 * 256 * 16;

/** Where the volume is: what a VolumeView says about space. */
export interface Space {
  /** Rows world metres → index. */
  readonly worldToIndex: Rows;
  readonly indexToWorld: Rows;
  /** Index boxes, inclusive: active voxels, and whole leaves. */
  readonly indexBounds: IndexBounds;
  readonly leafBounds: IndexBounds;
  /** Metres. */
  readonly voxelSize: number;
}

/** A box of voxels, both ends inclusive. */
export interface IndexBounds {
  readonly min: readonly number[];
  readonly max: readonly number[];
}

/** Device addresses of what the shaders read and write. */
export interface Addresses {
  readonly leaves: bigint;
  readonly leafTable: bigint;
  readonly count: bigint;
  readonly claims: bigint;
  readonly table: bigint;
  readonly slots: bigint;
  readonly origins: bigint;
  readonly light: bigint;
  readonly values: bigint;
  readonly counters: bigint;
  readonly image: bigint;
  /** One to four components. */
  readonly density: readonly bigint[];
  readonly temperature: bigint;
}

/** World box of the active voxels, with their half voxels. */
export function worldBox({ indexToWorld, indexBounds }: Space): Box {
  const [low, high] = [indexBounds.min.map((x) => x - 0.5), indexBounds.max.map((x) => x + 0.5)];
  const corners = Array.from({ length: 8 }, (_, corner) =>
    transform(indexToWorld, [
      (corner & 4 ? high : low)[0]!,
      (corner & 2 ? high : low)[1]!,
      (corner & 1 ? high : low)[2]!,
    ]),
  );
  const axis = (at: 0 | 1 | 2): number[] => corners.map((corner) => corner[at]);
  return {
    min: [Math.min(...axis(0)), Math.min(...axis(1)), Math.min(...axis(2))],
    max: [Math.max(...axis(0)), Math.max(...axis(1)), Math.max(...axis(2))],
  };
}

/** Extinction per metre at value 1 where the caller gave none: the same picture for a box of any size in metres. */
export function defaultExtinction(look: Look, box: Box): number {
  const sides = [0, 1, 2].map((at) => box.max[at]! - box.min[at]!);
  return (look.map === undefined ? 40 : 6) / Math.max(1e-30, Math.min(...sides));
}

/** Steps in metres: along a ray of the picture, along one to the sun, and how far soft light looks. */
export function steps(look: Look, space: Space): { ray: number; light: number; reach: number } {
  const size = space.voxelSize;
  return { ray: look.step * size, light: Math.min(1.25, 2 * look.step) * size, reach: 20 * size };
}

class Writer {
  readonly view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  address(value: bigint): void {
    this.view.setBigUint64(this.at, value, true);
    this.at += 8;
  }

  floats(values: readonly number[], last = 0): void {
    for (let index = 0; index < 4; index += 1) {
      this.view.setFloat32(this.at + index * 4, index === 3 && values.length < 4 ? last : values[index]!, true);
    }
    this.at += 16;
  }

  words(...values: number[]): void {
    for (let index = 0; index < 4; index += 1) this.view.setUint32(this.at + index * 4, values[index] ?? 0, true);
    this.at += 16;
  }
}

/** Sizes of the brick table: entries (a power of two) and bricks. */
export interface TableSize {
  readonly entries: number;
  readonly bricks: number;
}

/** Writes the block for one picture. */
export function writeParameters(
  bytes: Uint8Array,
  look: Look,
  space: Space,
  addresses: Addresses,
  table: TableSize,
): void {
  const writer = new Writer(bytes);
  const { leaves, leafTable, count, claims, slots, origins, light, counters, image } = addresses;
  for (const address of [leaves, leafTable, count, claims, addresses.table, slots, origins, light, counters, image]) {
    writer.address(address);
  }
  for (let component = 0; component < 4; component += 1) writer.address(addresses.density[component] ?? 0n);
  writer.address(addresses.temperature);
  writer.address(addresses.values);
  const box = worldBox(space);
  writeCamera(writer, look, space, orbitCamera(look.camera, box, look.width / look.height));
  writeMedium(writer, look, look.extinction ?? defaultExtinction(look, box));
  writeScene(writer, look, space, box);
  writer.words(look.width, look.height, table.entries - 1, table.bricks);
  writer.words(look.spheres.length);
  for (let index = 0; index < MAX_SPHERES; index += 1) {
    const sphere = look.spheres[index];
    writer.floats(sphere?.center ?? [0, 0, 0], sphere?.radius ?? 0);
    writer.floats(sphere?.color ?? [0, 0, 0]);
  }
  writeRamps(writer, look);
}

function writeCamera(writer: Writer, look: Look, space: Space, camera: Camera): void {
  const { ray, light, reach } = steps(look, space);
  writer.floats(camera.eye, ray);
  writer.floats(camera.right, camera.halfWidth);
  writer.floats(camera.up, camera.halfHeight);
  writer.floats(camera.forward, (2 * camera.halfHeight) / look.height);
  for (let row = 0; row < 3; row += 1) writer.floats(space.worldToIndex.slice(row * 4, row * 4 + 4));
  writer.floats(
    space.leafBounds.min.map((x) => x - 1),
    light,
  );
  writer.floats(
    space.leafBounds.max.map((x) => x + 1),
    reach,
  );
}

function writeMedium(writer: Writer, { transfer, emission, map, exposure }: Look, extinction: number): void {
  writer.floats([extinction, transfer.threshold, transfer.anisotropy, exposure]);
  writer.floats(transfer.albedo, transfer.bounces);
  // A glow of strength 1 fills a pixel within the length in which smoke of value 1 would.
  writer.floats([emission.from, 1 / (emission.to - emission.from), emission.intensity * extinction * 0.25, 0]);
  writer.floats([map?.range[0] ?? 0, map ? 1 / (map.range[1] - map.range[0]) : 1, 0, 0]);
}

function writeScene(writer: Writer, look: Look, space: Space, box: Box): void {
  const { light, ground, background } = look;
  const clear = background === 'transparent';
  const sides: Vec3 = add(box.max, box.min, -1);
  writer.floats(normalize(light.direction), Math.tan((light.angle * Math.PI) / 360));
  writer.floats(light.color, ground?.height ?? 0);
  writer.floats(light.sky, ground ? 1 : 0);
  writer.floats(light.bounce, look.outline ? 0.6 : 0);
  writer.floats(clear ? [0, 0, 0] : background.top, clear ? 1 : 0);
  writer.floats(clear ? [0, 0, 0] : background.bottom, look.dither ? 1 : 0);
  writer.floats(ground?.color ?? [0, 0, 0], 1.2 * Math.max(...sides));
  writer.floats([0.25, 0.27, 0.3]);
  writer.floats(space.indexBounds.min.map((x) => x - 0.5));
  writer.floats(space.indexBounds.max.map((x) => x + 0.5));
}

function writeRamps(writer: Writer, { emission, map }: Look): void {
  for (let index = 0; index < 256; index += 1) {
    const kelvin = emission.from + ((emission.to - emission.from) * index) / 255;
    // Radiance grows with the fourth power of temperature (Stefan and Boltzmann).
    const power = ((kelvin / emission.to) ** 4 * index) / 255;
    writer.floats(blackBodyColor(kelvin).map((channel) => channel * power));
  }
  for (let index = 0; index < 256; index += 1) {
    const x = index / 255;
    const opacity = map?.name === 'cool-warm' ? Math.abs(2 * x - 1) : x;
    writer.floats(map ? colorMap(map.name, x) : [0, 0, 0], opacity);
  }
}
