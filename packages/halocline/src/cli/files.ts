/** @file Grid files of the command line: read with one clear error. */
import { readFile } from 'node:fs/promises';
import { readGridFile as decode, type GridFile } from '@halocline/vdb';

/** Reads a file's bytes; the error says which file and why in words. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const words: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder',
      EACCES: 'permission is denied',
    };
    throw new Error(`Cannot read file "${path}": ${words[code ?? ''] ?? message}`, { cause: error });
  }
}

/** Reads the grids of a `.nvdb` or `.vdb` file. */
export async function readGridFile(path: string): Promise<GridFile> {
  const bytes = await readBytes(path);
  try {
    return decode(bytes);
  } catch (error) {
    const message = (error as Error).message;
    throw new Error(`Cannot read file "${path}": ${message.replace(/^Cannot read [^:]*: /u, '')}`, { cause: error });
  }
}
