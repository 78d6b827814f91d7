/** @file A cache folder of a test's own, in place of the user's. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The cache of this process until it is disposed; `files` gives the paths of a kind of it, sorted. */
export interface CacheFolder extends Disposable {
  readonly root: string;
  files(kind: string): string[];
}

/** Makes an empty one. */
export function cacheFolder(): CacheFolder {
  const root = mkdtempSync(path.join(tmpdir(), 'halocline-cache-'));
  const before = process.env['HALOCLINE_CACHE'];
  process.env['HALOCLINE_CACHE'] = root;
  return {
    root,
    files: (kind) =>
      readdirSync(root).includes(kind)
        ? readdirSync(path.join(root, kind))
            .sort()
            .map((file) => path.join(root, kind, file))
        : [],
    [Symbol.dispose]() {
      if (before === undefined) delete process.env['HALOCLINE_CACHE'];
      else process.env['HALOCLINE_CACHE'] = before;
      rmSync(root, { recursive: true });
    },
  };
}
