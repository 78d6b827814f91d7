/**
 * @file The interpreter's state: the voxel at hand, its leaf's neighbours (found as they are asked for), the locals of
 * all functions in one array (functions don't recurse), and the reads that need a search.
 */
import type { LevelRelation, Offset } from '../ir.ts';
import type { Stencil } from '../ir.ts';
import { roundingOf } from '../ir.ts';
import { toInt } from './arithmetic.ts';
import type { Elements, InterpreterLevel, InterpreterWorld } from './world.ts';

const { fround, floor } = Math;
const UNKNOWN = -1;

/** Applies three rows m0 m1 m2 t to a point, into `out`. */
export function applyRows(rows: ArrayLike<number>, out: Float64Array, x: number, y: number, z: number): void {
  for (let row = 0; row < 3; row++) {
    const at = 4 * row;
    const xy = fround(fround(rows[at]! * x) + fround(rows[at + 1]! * y));
    out[row] = fround(fround(xy + fround(rows[at + 2]! * z)) + rows[at + 3]!);
  }
}

/** What closures share while a stencil runs. */
export class Machine {
  readonly world: InterpreterWorld;
  readonly stencil: Stencil;
  slot = 0;
  /** First element of the leaf. */
  base = 0;
  n = 0;
  x = 0;
  y = 0;
  z = 0;
  /** The leaf's first voxel. */
  i = 0;
  j = 0;
  k = 0;
  locals: Float64Array = new Float64Array(0);
  readonly #neighbors = new Int32Array(27);
  readonly #point = new Float64Array(3);
  readonly #worldToIndex: Float32Array;

  constructor(stencil: Stencil, world: InterpreterWorld) {
    this.stencil = stencil;
    this.world = world;
    this.#worldToIndex = Float32Array.from(world.worldToIndex);
  }

  enterLeaf(slot: number): void {
    this.slot = slot;
    this.base = 512 * slot;
    [this.i, this.j, this.k] = this.world.same.origin(slot);
    this.#neighbors.fill(UNKNOWN);
    this.#neighbors[13] = slot;
  }

  enterVoxel(n: number): void {
    this.n = n;
    this.x = n >> 6;
    this.y = (n >> 3) & 7;
    this.z = n & 7;
  }

  /** The voxel's index coordinate. */
  coord(): Offset {
    return [this.i + this.x, this.j + this.y, this.k + this.z];
  }

  /** The arrays of a field's components. */
  elements(field: string, level: LevelRelation): readonly Elements[] {
    const found = this.level(level).fields.get(field);
    if (!found)
      throw new TypeError(
        `Cannot interpret stencil "${this.stencil.name}": field "${field}" is not in its ${level} level; give its arrays`,
      );
    return found;
  }

  level(level: LevelRelation): InterpreterLevel {
    const found = this.world[level];
    if (!found)
      throw new TypeError(
        `Cannot interpret stencil "${this.stencil.name}": it reads a ${level} level and the world has none`,
      );
    return found;
  }

  /** Element of the voxel at x, y, z relative to this leaf, of an array with this leaf's layout. */
  element(x: number, y: number, z: number): number {
    const [a, b, c] = [x >> 3, y >> 3, z >> 3];
    const place = ((x & 7) << 6) | ((y & 7) << 3) | (z & 7);
    if (a < -1 || a > 1 || b < -1 || b > 1 || c < -1 || c > 1)
      return 512 * this.world.same.slotAt(this.i + x, this.j + y, this.k + z) + place;
    const at = (a + 1) * 9 + (b + 1) * 3 + c + 1;
    let slot = this.#neighbors[at]!;
    if (slot === UNKNOWN) {
      slot = this.world.same.slotAt(this.i + 8 * a, this.j + 8 * b, this.k + 8 * c);
      this.#neighbors[at] = slot;
    }
    return 512 * slot + place;
  }

  /** Element of the voxel i, j, k of a level. */
  elementAt(level: LevelRelation, i: number, j: number, k: number): number {
    if (level === 'same') return this.element((i - this.i) | 0, (j - this.j) | 0, (k - this.k) | 0);
    return 512 * this.level(level).slotAt(i, j, k) + (((i & 7) << 6) | ((j & 7) << 3) | (k & 7));
  }

  /** Tells the listener of a read of an element, where its voxel is not active. */
  noteRead(element: number): void {
    const { debug, same } = this.world;
    if (debug === undefined || !this.stencil.debug) return;
    if (element < 512 || ((same.masks[element >> 5]! >>> (element & 31)) & 1) === 0) debug.outside();
  }

  isActive(i: number, j: number, k: number): number {
    const element = this.elementAt('same', i, j, k);
    if (element < 512) return 0;
    return (this.world.same.masks[element >> 5]! >>> (element & 31)) & 1;
  }

  /**
   * Values of some components at a point in the world, the nearest or mixed as floats or doubles, into `out`; `axes` tells the face
   * that each lives on, −1 the centre.
   */
  sample(
    parts: readonly Elements[],
    axes: readonly number[],
    mix: 'nearest' | 'float' | 'double',
    position: Float64Array,
    out: Float64Array,
  ): void {
    applyRows(this.#worldToIndex, this.#point, position[0]!, position[1]!, position[2]!);
    const [x, y, z] = this.#point as unknown as [number, number, number];
    for (const axis of new Set(axes)) {
      const point = [x, y, z] as [number, number, number];
      if (axis >= 0) point[axis] = fround(point[axis]! + 0.5);
      const value = mix === 'nearest' ? this.#nearest(point) : this.#trilinear(point, mix);
      parts.forEach((part, at) => {
        if (axes[at] === axis) out[at] = value(part);
      });
    }
  }

  #nearest(point: readonly [number, number, number]): (part: Elements) => number {
    const [i, j, k] = point.map((along) => toInt(floor(fround(along + 0.5)))) as [number, number, number];
    const element = this.elementAt('same', i, j, k);
    this.noteRead(element);
    return (part) => part[element]!;
  }

  #trilinear(point: readonly [number, number, number], scalar: 'float' | 'double'): (part: Elements) => number {
    const round = roundingOf(scalar);
    const lerp = (a: number, b: number, t: number): number => round(a + round(t * round(b - a)));
    const [fx, fy, fz] = point.map((along) => fround(along - floor(along))) as [number, number, number];
    const [i, j, k] = point.map((along) => toInt(floor(along))) as [number, number, number];
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) =>
      this.elementAt('same', i + (corner >> 2), j + ((corner >> 1) & 1), k + (corner & 1)),
    );
    for (const corner of corners) this.noteRead(corner);
    return (part) => {
      const value = (corner: number): number => round(part[corners[corner]!]!);
      const along = (corner: number): number => lerp(value(corner), value(corner + 1), fz);
      return lerp(lerp(along(0), along(2), fy), lerp(along(4), along(6), fy), fx);
    };
  }
}
