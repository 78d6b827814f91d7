/** @file Grid files of the command line: read with one clear error. */
import { readWhole, whyNotRead } from '@halocline/engine/files';
import { FormatError, readGridFile as decode, type GridFile } from '@halocline/vdb';

/** Reads a file's bytes; the error says which file and why in words. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readWhole(path);
  } catch (error) {
    throw new Error(`Cannot read file "${path}": ${whyNotRead(error)}`, { cause: error });
  }
}

/** What a decoder said, as the end of a sentence that names the file. */
function whatIsWrong(bytes: Uint8Array, error: unknown): string {
  if (!(error instanceof FormatError)) return (error as Error).message.replace(/^Cannot \w+ /u, '');
  if (bytes.byteLength === 0) return 'it is empty; give a .nvdb or .vdb file';
  if (error.message.startsWith('Cannot read grids: '))
    return `it is no .nvdb or .vdb file, it begins with ${error.found}; give one that is`;
  return `${error.message.replace(/^Cannot read (?:[^":]* file:? )?/u, '')}; it may be cut off or damaged`;
}

/** Reads the grids of a `.nvdb` or `.vdb` file. */
export async function readGridFile(path: string): Promise<GridFile> {
  const bytes = await readBytes(path);
  try {
    return decode(bytes);
  } catch (error) {
    throw new Error(`Cannot read file "${path}": ${whatIsWrong(bytes, error)}`, { cause: error });
  }
}
