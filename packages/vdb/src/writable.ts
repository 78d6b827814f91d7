/** @file Which grids a format holds: one answer for its writer and for those who ask beforehand. */
import type { Grid } from './grid.ts';
import { COMPAT_VERSION, ID_OF_TYPE, versionName } from './nvdb-layout.ts';
import { isInvertible } from './openvdb-transform.ts';
import { openVdbTypeOf } from './openvdb-types.ts';

/** NanoVDB's number of the last type that version 32.4 has and lays out as later ones do: Vec4d. */
const NEWEST_COMPAT_TYPE = 18;

/** A format to write: `.nvdb` in the modern profile or the compatible one, or `.vdb`. */
export type GridFormat = 'nvdb' | 'nvdb-compat' | 'vdb';

/** The whole sentence with which a writer would refuse the grid: what is wrong and what would do; undefined where it is written. */
export function whyNotWritten(grid: Grid, format: GridFormat): string | undefined {
  const fault = format === 'vdb' ? vdbFault(grid) : nanoVdbFault(grid, format === 'nvdb-compat');
  return fault && `Cannot write grid "${grid.name}" to ${format === 'vdb' ? '.vdb' : '.nvdb'}: ${fault}`;
}

/** Throws RangeError with that sentence where there is one. */
export function demandWritable(grid: Grid, format: GridFormat): void {
  const refusal = whyNotWritten(grid, format);
  if (refusal !== undefined) throw new RangeError(refusal);
}

function vdbFault(grid: Grid): string | undefined {
  const { type } = grid;
  if (openVdbTypeOf(type) === undefined) return `OpenVDB has no values of type ${type}; convert them or write .nvdb`;
  return mapFault(grid);
}

function nanoVdbFault(grid: Grid, compat: boolean): string | undefined {
  const { type } = grid;
  const id = ID_OF_TYPE.get(type);
  if (id === undefined) return `NanoVDB has no values of type ${type}; write .vdb, or convert them to vec3f`;
  if (compat && id > NEWEST_COMPAT_TYPE) {
    return `version ${versionName(COMPAT_VERSION)} has no ${type} grids of this layout; write it without compat`;
  }
  return mapFault(grid);
}

function mapFault({ map }: Grid): string | undefined {
  if (isInvertible(map)) return undefined;
  return `its map (${map.toString()}) has no inverse; give one that scales each axis`;
}
