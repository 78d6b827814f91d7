/**
 * @file What the interpreter runs on: host arrays, in the device's layout.
 */
import type { Offset } from '../ir.ts';

/** Values of one component: 512 for each slot, from element 512·slot, z fastest. Slot 0 holds the background. */
export type Elements =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | Uint8Array
  | { readonly length: number; [index: number]: number };

/** One level of resolution. */
export interface InterpreterLevel {
  /** Rank → slot. */
  readonly leaves: ArrayLike<number>;
  /** Slot of the leaf that holds the voxel i, j, k, or 0. */
  slotAt(i: number, j: number, k: number): number;
  /** Index coordinate of a slot's first voxel. */
  origin(slot: number): Offset;
  /** 16 words a slot; bit n & 31 of word n >> 5 tells whether voxel n is active. */
  readonly masks: ArrayLike<number>;
  /** Old copies: an array for each component of each field. */
  readonly fields: ReadonlyMap<string, readonly Elements[]>;
}

/** Listens to a stencil that is debugged. */
export interface DebugListener {
  /** The voxel that prints. */
  readonly voxel: Offset | null;
  nonFinite(field: string, component: number, coord: Offset, value: number): void;
  /** A read of a voxel that is not active. */
  outside(): void;
  print(number: number, values: readonly (readonly number[])[]): void;
}

/** Everything that a stencil can see, and where its results go. */
export interface InterpreterWorld {
  readonly same: InterpreterLevel;
  readonly coarse?: InterpreterLevel;
  readonly fine?: InterpreterLevel;
  /** New copies: an array for each component of each field that is written; none of them is an array of `same.fields`. */
  readonly outputs: ReadonlyMap<string, readonly Elements[]>;
  /** Seconds, seconds, a count, metres. */
  readonly dt: number;
  readonly time: number;
  readonly frame: number;
  readonly voxelSize: number;
  /** Three rows m0 m1 m2 t, float32. */
  readonly indexToWorld: ArrayLike<number>;
  readonly worldToIndex: ArrayLike<number>;
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  readonly scalars: ReadonlyMap<string, number>;
  /** Who is told what a stencil with `debug` tells. */
  readonly debug?: DebugListener;
  /** The leaf ranks to run; all of them by default. */
  readonly ranks?: Iterable<number>;
}

/** A reduction's results. */
export interface InterpreterReduction {
  /** One value for each leaf rank (the identity where a rank wasn't run). */
  readonly partials: Float64Array;
  /** The tree's root. */
  readonly value: number;
}
