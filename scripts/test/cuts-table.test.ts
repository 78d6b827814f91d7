/** The table of cut surfaces in docs/subdomains.md is the one that is printed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('docs/subdomains.md has the table of cuts that npm run bench -- cuts prints', () => {
  const script = fileURLToPath(new URL('../../bench/cuts.ts', import.meta.url));
  const { stdout } = spawnSync(process.execPath, ['--conditions=@halocline/source', script], { encoding: 'utf8' });
  expect(stdout.split('\n').length).toBeGreaterThan(20);
  expect(readFileSync(new URL('../../docs/subdomains.md', import.meta.url), 'utf8')).toContain(stdout);
});
