import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** What a benchmark says of its words, before it looks for a device. */
function told(...words: readonly string[]): { code: number | null; out: string; err: string } {
  const main = fileURLToPath(new URL('../../bench/multi/main.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@halocline/source', main, ...words], {
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

test('a benchmark shows its options, and refuses what it does not have', () => {
  const help = told('multi', '--help');
  expect([help.code, help.err]).toEqual([0, '']);
  expect(help.out).toMatch(/--in-flight .*\n[^]*names: laplacian, d3q19, plume\n/u);
  const refused = {
    sweep: 'there is no "sweep"; it has laplacian, d3q19, plume',
    '--sise=8': "Unknown option '--sise'; see --help",
    '--devices=two': '--devices is "two"; give whole numbers from 1, as in --devices 1,2',
    '--overlap=maybe': '--overlap has "maybe"; give some of on, off',
    '--csv=/': "--csv: EISDIR: illegal operation on a directory, open '/'",
  };
  for (const [word, why] of Object.entries(refused)) {
    expect(told('multi', word)).toEqual({ code: 2, out: '', err: `Cannot run benchmark "multi": ${why}\n` });
  }
});
