/**
 * @file Builds a tree from leaves and tiles that come in any order, and puts them in the order of the format.
 *
 * A reader that walks a file depth first (OpenVDB's order) adds leaves already in that order: then nothing is sorted and
 * the arrays that it filled are taken over as they are. Values may be given leaf by leaf, or all at once at the end
 * (`build(values)`, 512 a leaf in the order of adding), or as a function that decodes them when they are first read.
 */
import { assemble } from './assemble.ts';
import type { LeafValues } from './assemble.ts';
import { forEachBit, hasBit } from './bits.ts';
import { inspectable } from './inspect.ts';
import type { LeafOffsets, Tree } from './tree.ts';
import { copyValues, makeValues, store, TYPES } from './types.ts';
import type { GridType, Scalar, Values } from './types.ts';

/** Edge of a tile in voxels: in a lower node, in an upper node, in the root. */
export type TileSpan = 8 | 128 | 4096;

/** The array itself where it holds `length` elements, else a copy of at least twice its length. */
function grown<T extends Values>(array: T, length: number, make: (length: number) => Values): T {
  if (length <= array.length) return array;
  const bigger = make(Math.max(length, array.length * 2)) as T;
  if (bigger instanceof BigInt64Array) bigger.set(array as BigInt64Array);
  else (bigger as Float64Array).set(array as Float64Array);
  return bigger;
}

const makeInt32 = (length: number): Values => new Int32Array(length);
const makeUint32 = (length: number): Values => new Uint32Array(length);

/** Collects leaves and tiles, then makes the tree. */
export class TreeBuilder {
  readonly type: GridType;
  readonly background: readonly Scalar[];
  #leafCount = 0;
  #origins = new Int32Array(3 * 64);
  #masks = new Uint32Array(16 * 64);
  #values: Values[] | undefined;
  #tileCount = 0;
  /** 5 numbers a tile: x, y, z, span, value·2 + active. A span of −4096 or −128 asks for a node where there is none. */
  #tiles = new Int32Array(5 * 64);
  #valueCount = 1;
  #tileValues: Values[];

  /** Takes the type and the background, one number a component. */
  constructor(type: GridType, background: readonly Scalar[]) {
    const spec = TYPES[type];
    if (background.length !== spec.components) {
      throw new RangeError(
        `Cannot build ${type} tree: the background has ${background.length} components; give ${spec.components}`,
      );
    }
    this.type = type;
    this.background = background;
    this.#tileValues = makeValues(type, 16);
    background.forEach((value, c) => store(this.#tileValues[c]!, 0, value));
  }

  /** Number of leaves added so far. */
  get leafCount(): number {
    return this.#leafCount;
  }

  /**
   * Adds the leaf at (x, y, z), multiples of 8, and returns its number in the order of adding.
   * `mask` has 16 words from `maskAt`; `values`, if given, has 512 values a component from `valuesAt`.
   */
  addLeaf(
    x: number,
    y: number,
    z: number,
    mask: Uint32Array,
    values?: readonly Values[],
    maskAt = 0,
    valuesAt = 0,
  ): number {
    const leaf = this.#leafCount++;
    this.#origins = grown(this.#origins, 3 * leaf + 3, makeInt32);
    this.#masks = grown(this.#masks, 16 * leaf + 16, makeUint32);
    this.#origins[3 * leaf] = x;
    this.#origins[3 * leaf + 1] = y;
    this.#origins[3 * leaf + 2] = z;
    this.#masks.set(mask.subarray(maskAt, maskAt + 16), 16 * leaf);
    if (values !== undefined) {
      this.#values ??= makeValues(this.type, 512 * 64);
      const make = TYPES[this.type].array;
      this.#values.forEach((array, c) => {
        const target = (this.#values![c] = grown(array, 512 * leaf + 512, make));
        copyValues(target, 512 * leaf, values[c]!, valuesAt, 512);
      });
    }
    return leaf;
  }

  /** Adds a tile whose edge is `span` voxels at (x, y, z), multiples of `span`. One that is inactive background changes nothing. */
  addTile(span: TileSpan, x: number, y: number, z: number, value: readonly Scalar[], active: boolean): void {
    let same = true;
    for (let c = 0; c < value.length; c++) if (!this.#isLast(c, value[c]!)) same = false;
    let number = this.#valueCount - 1;
    if (value.every((v, c) => v === this.background[c])) number = 0;
    else if (!same || number === 0) {
      number = this.#valueCount++;
      this.#tileValues = this.#tileValues.map((array) => grown(array, number + 1, TYPES[this.type].array));
      value.forEach((v, c) => store(this.#tileValues[c]!, number, v));
    }
    if (number === 0 && !active && span !== 4096) return;
    this.#addEntry(x, y, z, span, number * 2 + (active ? 1 : 0));
  }

  /**
   * Adds the tiles of a whole internal node as files hold them: slot n is a child where `childMask` has bit n (left alone here),
   * else a tile with value n of `values` (the background when absent), active where `valueMask` has bit n.
   * `span` is the tiles' edge: 128 for an upper node, 8 for a lower. The node exists afterwards even when it holds nothing.
   */
  addNode(
    span: 8 | 128,
    origin: readonly [number, number, number],
    masks: { readonly childMask: Uint32Array; readonly valueMask: Uint32Array },
    values?: readonly Values[],
  ): void {
    const bits = span === 128 ? 5 : 4;
    const last = (1 << bits) - 1;
    this.#addEntry(origin[0], origin[1], origin[2], span === 128 ? -4096 : -128, 0);
    const value: Scalar[] = [...this.background];
    const put = (n: number, active: boolean): void => {
      if (values !== undefined) for (let c = 0; c < value.length; c++) value[c] = values[c]![n]!;
      const [dx, dy, dz] = [n >> (2 * bits), (n >> bits) & last, n & last];
      this.addTile(span, origin[0] + dx * span, origin[1] + dy * span, origin[2] + dz * span, value, active);
    };
    if (values === undefined) {
      forEachBit(masks.valueMask, 0, masks.valueMask.length, (n) => put(n, true));
      return;
    }
    for (let n = 0; n < 1 << (3 * bits); n++) {
      if (!hasBit(masks.childMask, 0, n)) put(n, hasBit(masks.valueMask, 0, n));
    }
  }

  /** Makes the tree. `values`: all leaf values, in the order of adding, where `addLeaf` got none; `offsets`: for index types. */
  build(values?: LeafValues, offsets?: LeafOffsets): Tree {
    const count = this.#leafCount;
    const origins = this.#origins.slice(0, 3 * count);
    const masks = this.#masks.slice(0, 16 * count);
    const given = values ?? this.#values?.map((array) => array.slice(0, 512 * count)) ?? this.#backgroundValues(count);
    const tileValues = this.#tileValues.map((array) => array.slice(0, this.#valueCount) as Values);
    return assemble(
      { type: this.type, background: this.background, origins, masks, tileValues, offsets, values: given },
      {
        count: this.#tileCount,
        entries: this.#tiles,
      },
    );
  }

  toString(): string {
    return `TreeBuilder of ${this.type}: ${this.#leafCount} leaves and ${this.#tileCount} tiles and nodes so far`;
  }

  #backgroundValues(count: number): LeafValues | undefined {
    if (TYPES[this.type].leaf !== 'stored') return undefined;
    return () =>
      makeValues(this.type, 512 * count).map((array, c) => {
        const value = this.background[c]!;
        return array instanceof BigInt64Array ? array.fill(BigInt(value)) : array.fill(Number(value));
      });
  }

  #addEntry(x: number, y: number, z: number, span: number, code: number): void {
    const t = 5 * this.#tileCount++;
    this.#tiles = grown(this.#tiles, t + 5, makeInt32);
    this.#tiles[t] = x;
    this.#tiles[t + 1] = y;
    this.#tiles[t + 2] = z;
    this.#tiles[t + 3] = span;
    this.#tiles[t + 4] = code;
  }

  #isLast(c: number, value: Scalar): boolean {
    return Object.is(this.#tileValues[c]![this.#valueCount - 1], value);
  }

  static {
    inspectable(this.prototype);
  }
}
