/** @file What a reader hands back. */
import type { Grid } from './grid.ts';

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
