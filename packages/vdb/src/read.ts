/** @file Reads a file of either format: the first bytes tell which. */
import { FormatError } from './errors.ts';
import type { GridFile } from './file.ts';
import type { Grid } from './grid.ts';
import { isNanoVdb, readNanoVdb } from './nvdb-read.ts';
import { isOpenVdb, readVdb } from './openvdb-read.ts';

/** Reads all grids of a `.nvdb` or `.vdb` file, and says which were passed over and why. */
export function readGridFile(given: Uint8Array): GridFile {
  if (typeof given === 'string') {
    throw new TypeError(
      `Cannot read grids: the path "${given as string}" is given; give the file's bytes, as in await readFile(path)`,
    );
  }
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength); // `slice` of Node's Buffer does not copy
  if (isNanoVdb(bytes)) return readNanoVdb(bytes);
  if (isOpenVdb(bytes)) return readVdb(bytes);
  throw notAGridFile(bytes);
}

/** The error for bytes that are of neither format. */
export function notAGridFile(bytes: Uint8Array): FormatError {
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return new FormatError('Cannot read grids: the file', {
    offset: 0,
    expected: 'a NanoVDB or OpenVDB file',
    found: bytes.length === 0 ? 'no bytes' : `bytes ${start}`,
  });
}

/** Reads all grids of a `.nvdb` or `.vdb` file. Grids that can't be read are left out; `readGridFile` names them. */
export function readGrids(bytes: Uint8Array): Grid[] {
  return [...readGridFile(bytes).grids];
}
