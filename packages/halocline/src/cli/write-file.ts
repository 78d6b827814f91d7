/**
 * @file What the command line writes: folders made as needed, files whole or not at all. A file is written beside, synced
 * and renamed, so that a name never stands for half of one; what is beside goes when the process ends early.
 */
import { accessSync, constants, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space, or write elsewhere',
  EDQUOT: 'the quota of the disk is used up; free some space, or write elsewhere',
  EACCES: 'permission is denied; write elsewhere',
  EPERM: 'permission is denied; write elsewhere',
  EROFS: 'the disk is read-only; write elsewhere',
  ENOENT: 'there is no such folder; make it, or write elsewhere',
  ENOTDIR: 'a part of its path is a file; write elsewhere',
  EEXIST: 'a file has that name; write elsewhere',
  EISDIR: 'it is a folder; give the path of a file',
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? message;
}

/** Makes a folder and those above it, one by one: Node's own `recursive` never returns where a file system refuses folders. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(path);
    if (code === 'ENOENT' && above !== path && !isFolder(above)) {
      makeFolder(above);
      mkdirSync(path);
    } else if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Makes the output folder, and says so in one line if it can't be written. */
export function prepareFolder(path: string): void {
  try {
    makeFolder(resolve(path));
    accessSync(path, constants.W_OK);
  } catch (error) {
    const refused = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const what = refused ? 'its disk takes no folders' : reasonOf(error).replace(/;.*/u, '');
    throw new Error(`Cannot write to folder "${path}": ${what}; give another by --out`, { cause: error });
  }
}

/** Takes away what stands beside unfinished files of a folder whose names begin with `stem`. */
export function dropUnfinished(folder: string, stem: string): void {
  if (!isFolder(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`.${stem}`) && name.endsWith('.part')) rmSync(join(folder, name), { force: true });
  }
}

/** Eight digits that no other unfinished file beside is likely to have; two that do are an error, not a mixture. */
function unique(): string {
  return Math.random().toString(16).slice(2, 10);
}

/** Writes a file whole or not at all, from bytes or from pieces of them in order. Gives its length in bytes. */
export async function writeWhole(path: string, content: Uint8Array | Iterable<Uint8Array>): Promise<number> {
  const beside = join(dirname(path), `.${basename(path)}.${unique()}.part`);
  const drop = (): void => rmSync(beside, { force: true });
  const stop = (): never => process.exit(130);
  let byteLength = 0;
  const alone = process.listenerCount('SIGINT') === 0;
  process.on('exit', drop);
  if (alone) process.on('SIGINT', stop);
  try {
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
      byteLength = (await file.stat()).size;
    } finally {
      await file.close();
    }
    await rename(beside, path);
    return byteLength;
  } catch (error) {
    drop();
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new Error(`Cannot write file "${path}": ${reasonOf(error)}`, { cause: error });
  } finally {
    process.off('exit', drop);
    process.off('SIGINT', stop);
  }
}
