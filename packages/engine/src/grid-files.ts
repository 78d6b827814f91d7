/** @file Grids to and from files. */
import path from 'node:path';
import { readGrids, writeNanoVdb, writeVdb, type Codec, type Grid } from '@halocline/vdb';
import { readWhole, whyNotRead } from './files.ts';

/** How grids are written. */
export interface SaveOptions {
  /** Default: 'zip' for `.nvdb` and `.vdb` alike. */
  readonly codec?: Codec;
  /** `.nvdb` only: the profile that older readers take. */
  readonly compat?: boolean;
  /** `.vdb` only: floats as 16 bits. */
  readonly half?: boolean;
}

/** Throws unless the path ends in `.nvdb` or `.vdb`. */
export function checkEnding(verb: string, file: string): '.nvdb' | '.vdb' {
  const ending = path.extname(file).toLowerCase();
  if (ending === '.nvdb' || ending === '.vdb') return ending;
  throw new TypeError(`Cannot ${verb} "${file}": its ending is "${ending}"; give it .nvdb or .vdb`);
}

/** The bytes of a file with these grids, by the path's ending. */
export function encodeGrids(file: string, grids: readonly Grid[], options: SaveOptions): Uint8Array {
  const { codec = 'zip', compat = false, half = false } = options;
  return checkEnding('save', file) === '.nvdb'
    ? writeNanoVdb(grids, { codec, compat })
    : writeVdb(grids, { codec, half });
}

/** All grids of a file. */
export async function readGridsFrom(file: string): Promise<Grid[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readWhole(file);
  } catch (error) {
    throw new Error(`Cannot load "${file}": ${whyNotRead(error)}`, { cause: error });
  }
  try {
    return readGrids(bytes);
  } catch (error) {
    const what = (error as Error).message.replace(/^Cannot read (?:grids: |[^":]* file:? )?/u, '');
    (error as Error).message = `Cannot load "${file}": ${what}`;
    throw error;
  }
}
