/** Programs of others that check what we write, where they are installed. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a program answers to `--version`. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

/** Runs a program on a file with these contents; gives what it says when it fails, '' when it is content. */
export function check(program: string, args: readonly string[], name: string, contents: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'halocline-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, contents);
    const { status, stdout, stderr } = spawnSync(program, [...args, file], { encoding: 'utf8', cwd: folder });
    return status === 0 ? '' : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
