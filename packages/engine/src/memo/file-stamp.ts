/** @file Whether a file has changed. */
import { statSync } from 'node:fs';

/** What tells one state of a file from another: when it was written, and its bytes. */
export function stampOf(file: string): string {
  const { mtimeMs, size } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: -1 };
  return `${mtimeMs} ${size}`;
}
