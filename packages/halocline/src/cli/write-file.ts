/** @file What the command line writes: folders made as needed, files whole or not at all. */
import { accessSync, appendFileSync, constants } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { makeFolder, whyNotWritten, writeWhole } from '@halocline/engine/files';
import { UsageError } from './command.ts';
import { onSignals } from './interruption.ts';

/** Makes the output folder, and says so in one line if it can't be written. */
export async function prepareFolder(path: string): Promise<void> {
  try {
    await makeFolder(resolve(path));
    accessSync(path, constants.W_OK);
  } catch (error) {
    const what = whyNotWritten(error).replace(/;.*/u, '');
    throw new Error(`Cannot write to folder "${path}": ${what}; give another by --out`, { cause: error });
  }
}

/** Appends to a file, which is made with its folder as needed. */
export async function appendToFile(path: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(resolve(path)));
    appendFileSync(path, text);
  } catch (error) {
    throw new Error(`Cannot write file "${path}": ${whyNotWritten(error)}`, { cause: error });
  }
}

/** Throws UsageError unless a picture's path ends as pictures do. */
export function checkPicture(path: string): void {
  if (extname(path).toLowerCase() === '.png') return;
  throw new UsageError(`Cannot write picture "${path}": its ending is "${extname(path)}"; end it in .png`);
}

/** Writes a file whole or not at all, and gives its length in bytes. Ctrl-C, where a run doesn't listen to it, leaves nothing beside. */
export async function writeFile(path: string, content: Uint8Array | Iterable<Uint8Array>): Promise<number> {
  const unhear = process.listenerCount('SIGINT') === 0 ? onSignals((code) => process.exit(code)) : null;
  try {
    return await writeWhole(path, content);
  } finally {
    unhear?.();
  }
}
