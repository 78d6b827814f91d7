/** @file What a reader hands back. */
import type { Grid, IndexBox } from './grid.ts';
import type { GridClass } from './types.ts';

/** A grid that stands in a file and was passed over. */
export interface SkippedGrid {
  readonly name: string;
  /** The type as the file names it. */
  readonly type: string;
  /** Why, in words. */
  readonly reason: string;
}

/** The grids of one file, in the file's order. */
export interface GridFile {
  readonly grids: readonly Grid[];
  readonly skipped: readonly SkippedGrid[];
}

/** A grid that stands in a file, as the file describes it: no values were read. */
export interface GridEntry {
  readonly name: string;
  /** The type as the file names it: `Float`, `Tree_float_5_4_3`. */
  readonly type: string;
  readonly gridClass: GridClass;
  /** Bytes that it takes in the file. */
  readonly byteLength: number;
  /** Active voxels and their box, where the file says so. */
  readonly activeVoxelCount: number | undefined;
  readonly indexBounds: IndexBox | undefined;
}

/** Which grid of a file to read, and how much of it. */
export interface GridChoice {
  /** Its name; the first where several have it. */
  readonly name?: string;
  /** Its number among the grids of that name, or among all where no name is given; from 0 on, by default 0. */
  readonly index?: number;
  /** Only leaves and tiles that share a voxel with this box (both ends belong to it); everything else is background. */
  readonly box?: IndexBox;
}
