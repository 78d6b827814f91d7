/**
 * @file Grids to and from files. A file is written beside its place, synced, and renamed: whatever happens, there is the
 * old file or the new one, never half of one.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { readGrids, writeNanoVdb, writeVdb, type Codec, type Grid } from '@halocline/vdb';

/** How grids are written. */
export interface SaveOptions {
  /** Default: 'zip' for `.nvdb` and `.vdb` alike. */
  readonly codec?: Codec;
  /** `.nvdb` only: the profile that older readers take. */
  readonly compat?: boolean;
  /** `.vdb` only: floats as 16 bits. */
  readonly half?: boolean;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space, or write elsewhere',
  EDQUOT: 'the quota of the disk is used up; free some space, or write elsewhere',
  EACCES: 'its folder may not be written; choose another, or change its permissions',
  EPERM: 'its folder may not be written; choose another, or change its permissions',
  EROFS: 'the disk is read-only; write elsewhere',
  ENOTDIR: 'a part of its path is a file; choose another folder',
  EEXIST: 'a part of its path is a file; choose another folder',
  EISDIR: 'it is a folder; give the path of a file',
  ENOENT: 'there is no such file; give the path of a .nvdb or .vdb file',
};

/** What a failure of the file system means, and what helps: the end of a sentence about a file. */
export function fileTrouble(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
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

/** Makes a folder and those above it, one by one: Node's own `recursive` never returns where a file system refuses folders. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = path.dirname(folder);
    if (code === 'ENOENT' && above !== folder && !(await isFolder(above))) {
      await makeFolder(above);
      await mkdir(folder);
    } else if (!(await isFolder(folder))) throw error;
  }
}

async function isFolder(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isDirectory() === true;
}

/** Writes bytes, or pieces of them in order, to a file, whole or not at all; folders are made as needed. */
export async function writeWhole(file: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const folder = path.dirname(file);
  const beside = path.join(folder, `.${path.basename(file)}.${randomBytes(4).toString('hex')}.part`);
  try {
    await makeFolder(path.resolve(folder));
    const handle = await open(beside, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    // What makes the pieces may fail too, and says itself what it is.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    const refused = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = refused ? 'its folder cannot be made there; choose another' : fileTrouble(error);
    throw new Error(`Cannot save "${file}": ${reason}`, { cause: error });
  }
}

/** All grids of a file. */
export async function readGridsFrom(file: string): Promise<Grid[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new Error(`Cannot load "${file}": ${fileTrouble(error)}`, { cause: error });
  }
  try {
    return readGrids(bytes);
  } catch (error) {
    const what = (error as Error).message.replace(/^Cannot read (?:grids: |[^":]* file:? )?/u, '');
    (error as Error).message = `Cannot load "${file}": ${what}`;
    throw error;
  }
}
