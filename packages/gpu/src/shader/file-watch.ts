/**
 * @file Tells when files change. Folders are watched, not files: editors write beside and rename, and a watched file that was
 * renamed over would be lost. What changed is looked at by content, so a save without a change says nothing.
 */

import { createHash } from 'node:crypto';
import { readFileSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import path from 'node:path';

/** Editors write in several steps: they are taken together if they come within this time. */
const SETTLE_MS = 20;
/** Between an old file's end and the new one's beginning there is none; it is looked for again this often. */
const TRIES = 25;

/** Follows files until it is disposed. Doesn't keep the process alive. */
export class FileWatch implements Disposable {
  readonly #changed: () => void;
  readonly #refused: (why: string) => void;
  readonly #folders = new Map<string, FSWatcher>();
  #files: readonly string[] = [];
  #state: FileState = { digest: '', missing: 0 };
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  #closed = false;

  /** `changed` is called when the content of a followed file is another; `refused`, in words, when a folder can't be watched. */
  constructor(changed: () => void, refused: (why: string) => void) {
    this.#changed = changed;
    this.#refused = refused;
  }

  /** The files to follow from now on, as they are now, in place of those before. */
  follow(files: readonly string[]): void {
    if (this.#closed) return;
    this.#files = [...new Set(files.map((file) => path.resolve(file)))];
    this.#state = stateOf(this.#files);
    const folders = new Set(this.#files.map((file) => path.dirname(file)));
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of folders) {
      if (!this.#folders.has(folder)) this.#watch(folder);
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #watch(folder: string): void {
    const refuse = (error: unknown): void => {
      const why = error instanceof Error ? error.message : String(error);
      this.#refused(`Cannot watch folder "${folder}": ${why}; call reload after an edit`);
    };
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || this.#files.some((file) => path.basename(file) === name)) this.#look(TRIES);
      });
      watcher.on('error', (error) => {
        watcher.close();
        refuse(error);
      });
      this.#folders.set(folder, watcher);
    } catch (error) {
      refuse(error);
    }
  }

  #look(tries: number): void {
    this.#tries = tries;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#closed) return;
      const state = stateOf(this.#files);
      if (state.missing > this.#state.missing && this.#tries > 0) this.#look(this.#tries - 1);
      else if (state.digest !== this.#state.digest) {
        this.#state = state;
        this.#changed();
      }
    }, SETTLE_MS);
  }
}

/** Files at one moment: a digest of all their content, and how many of them aren't there. */
interface FileState {
  readonly digest: string;
  readonly missing: number;
}

function stateOf(files: readonly string[]): FileState {
  const hash = createHash('sha256');
  let missing = 0;
  for (const file of files) {
    hash.update(file).update('\0');
    try {
      hash.update(readFileSync(file)).update('\0');
    } catch {
      missing++;
    }
  }
  return { digest: hash.digest('hex'), missing };
}
