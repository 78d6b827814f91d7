/**
 * @file Tells when files change. Folders are watched, not files: editors write beside and rename, and a watched file that was
 * renamed over would be lost. So would a folder that is made anew, as by another branch, or the target of a link: every step of
 * the way to a file is watched. What changed is looked at by content, so a save without a change says nothing.
 */

import { createHash } from 'node:crypto';
import { readFileSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import path from 'node:path';
import { stepsOf } from './path-steps.ts';
import type { FolderSteps } from './path-steps.ts';

/** Editors write in several steps: they are taken together if they come within this time. */
const SETTLE_MS = 20;
/** Between an old file's end and the new one's beginning there is none; it is looked for again this often. */
const TRIES = 25;
/** While folders are watched that come and go meanwhile, what to watch is asked again this often. */
const ROUNDS = 10;

/** A digest of what was read of each file; undefined: it couldn't be read. */
export type FileContents = ReadonlyMap<string, string | undefined>;

/** Follows files until it is disposed. Doesn't keep the process alive. */
export class FileWatch implements Disposable {
  readonly #changed: () => void;
  readonly #refused: (why: string) => void;
  /** By folder; undefined where one can't be watched. */
  readonly #watchers = new Map<string, FSWatcher | undefined>();
  /** Places at which something came or went: what was watched there may be something else now. */
  readonly #stale = new Set<string>();
  #steps: ReadonlyMap<string, FolderSteps> = new Map();
  #known: FileContents = new Map();
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  #closed = false;

  /** `changed` is called when the content of a followed file is another; `refused`, in words, when a folder can't be watched. */
  constructor(changed: () => void, refused: (why: string) => void) {
    this.#changed = changed;
    this.#refused = refused;
  }

  /** The files to follow from now on in place of those before: from what was `read` of them, the others as they are now. */
  follow(files: Iterable<string>, read: FileContents = new Map()): void {
    if (this.#closed) return;
    const all = [...files];
    this.#known = new Map(all.map((file) => [file, undefined]));
    this.#watchSteps();
    this.#known = new Map(all.map((file) => [file, read.has(file) ? read.get(file) : contentOf(file)]));
    if (this.#differs(this.#now())) this.#look(TRIES);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher?.close();
    this.#watchers.clear();
  }

  #now(): FileContents {
    return new Map([...this.#known.keys()].map((file) => [file, contentOf(file)]));
  }

  #differs(now: FileContents): boolean {
    return [...now].some(([file, content]) => content !== this.#known.get(file));
  }

  /** Watches each step of the way to the files, and nothing else. Outer folders come first: they tell when inner ones change. */
  #watchSteps(): void {
    for (let round = 0, opened = true; opened && round < ROUNDS; round++) {
      opened = false;
      this.#steps = stepsOf(this.#known.keys());
      for (const [folder, watcher] of this.#watchers) {
        if (this.#steps.has(folder) && !this.#isStale(folder)) continue;
        watcher?.close();
        this.#watchers.delete(folder);
      }
      this.#stale.clear();
      for (const [folder, { last }] of this.#steps) {
        if (this.#watchers.has(folder)) continue;
        this.#watchers.set(folder, this.#watch(folder, last));
        opened = true;
      }
    }
  }

  #isStale(folder: string): boolean {
    return [...this.#stale].some((place) => folder === place || folder.startsWith(`${place}${path.sep}`));
  }

  /** `tells`: a file is in it, so that edits are missed if it can't be watched. */
  #watch(folder: string, tells: boolean): FSWatcher | undefined {
    const refuse = (error: unknown): void => {
      const why = error instanceof Error ? error.message : String(error);
      if (tells) this.#refused(`Cannot watch folder "${folder}": ${why}; call reload after an edit`);
    };
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        // A folder that goes tells of itself, by its own name.
        const itself = name === null || name === path.basename(folder);
        if (!itself && this.#steps.get(folder)?.names.has(name) !== true) return;
        if (itself) this.#stale.add(folder);
        if (name !== null) this.#stale.add(path.join(folder, name));
        this.#look(TRIES);
      });
      watcher.on('error', (error) => {
        watcher.close();
        if (this.#watchers.get(folder) !== watcher) return;
        this.#watchers.set(folder, undefined);
        refuse(error);
      });
      return watcher;
    } catch (error) {
      refuse(error);
      return undefined;
    }
  }

  #look(tries: number): void {
    this.#tries = tries;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#closed) return;
      this.#watchSteps();
      const now = this.#now();
      const gone = [...now].some(([file, content]) => content === undefined && this.#known.get(file) !== undefined);
      if (gone && this.#tries > 0) this.#look(this.#tries - 1);
      else if (this.#differs(now)) {
        this.#known = now;
        this.#changed();
      }
    }, SETTLE_MS);
  }
}

/** A digest of a file's text. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function contentOf(file: string): string | undefined {
  try {
    return digestOf(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
