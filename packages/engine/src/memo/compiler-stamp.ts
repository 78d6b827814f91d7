/**
 * @file The state of the stencil compiler itself, as one string: what it made is worth keeping only for a compiler that would make
 * it again.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilerModule } from '@halocline/stencil';

/** Grows when what is kept of a stencil gets another form. */
const FORMAT = 1;

let known: string | null | undefined;

/** The stamp of the compiler that this process runs; null where it can't be told. */
export function compilerStamp(): string | null {
  if (known === undefined) known = stampOfCompiler(compilerModule, performance.timeOrigin);
  return known;
}

/**
 * A hash of the files beside a module (a `file:` URL) with their sizes and times, of its package's version, and of Node's. Null
 * where there is no such package, as in what a bundler makes, or where a file was changed after `started` (milliseconds since
 * 1970): what runs may then be what stood there before.
 */
export function stampOfCompiler(module: string, started: number): string | null {
  const hash = createHash('sha256').update(`${FORMAT} ${process.version}`);
  try {
    const folder = path.dirname(fileURLToPath(module));
    hash.update(readFileSync(path.join(folder, '../package.json')));
    const files = readdirSync(folder, { recursive: true }) as string[];
    for (const file of files.filter((name) => /(?<!\.d)\.[jt]s$/.test(name)).sort()) {
      const { size, mtimeMs, ctimeMs } = statSync(path.join(folder, file));
      if (Math.max(mtimeMs, ctimeMs) > started) return null;
      hash.update(`\0${file} ${size} ${mtimeMs}`);
    }
  } catch {
    return null;
  }
  return hash.digest('hex');
}
