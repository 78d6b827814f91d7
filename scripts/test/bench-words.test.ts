import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** What a benchmark says of its words. */
function told(name: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const main = fileURLToPath(new URL(`../../bench/${name}/main.ts`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@halocline/source', main, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { code: status, out: stdout, err: stderr };
}

test('a benchmark shows its options, and refuses what it does not have', () => {
  const help = told('multi', ['--help']);
  expect([help.code, help.err]).toEqual([0, '']);
  expect(help.out).toMatch(/--in-flight .*\n[^]*names: laplacian, d3q19, plume\n/u);
  const refused = {
    sweep: 'there is no "sweep"; it has laplacian, d3q19, plume',
    '--sise=8': "Unknown option '--sise'; see --help",
    '--devices=two': '--devices is "two"; give whole numbers from 1, as in --devices 1,2',
    '--overlap=maybe': '--overlap has "maybe"; give some of on, off',
    '--csv=/': '--csv is "/": it is a folder; give the path of a file',
  };
  for (const [word, why] of Object.entries(refused)) {
    expect(told('multi', [word])).toEqual({ code: 2, out: '', err: `Cannot run benchmark "multi": ${why}\n` });
  }
});

test('the benchmark of the runtime looks at its words, its file and its device before it measures', () => {
  const help = told('gpu', ['-h']);
  expect([help.code, help.err]).toEqual([0, '']);
  expect(help.out).toMatch(/--device .*\n[^]*names: calls, allocation, /u);
  const refused = {
    sweep: /^there is no "sweep"; it has calls, /u,
    '--csv=/': /^--csv is "\/": it is a folder; give the path of a file$/u,
    '--csv=/dev/null/x': /^--csv is "\/dev\/null\/x": a part of its path is a file; write elsewhere$/u,
  };
  for (const [word, why] of Object.entries(refused)) {
    const { code, out, err } = told('gpu', [word]);
    expect([code, out]).toEqual([2, '']);
    expect(err.trimEnd().replace('Cannot run benchmark "gpu": ', '')).toMatch(why);
  }
  const csv = join(tmpdir(), `bench-${process.pid}.csv`);
  const noDriver = { VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json' };
  const { code, out, err } = told('gpu', ['--device=nope', `--csv=${csv}`], noDriver);
  rmSync(csv);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^Cannot .*\n$/u);
});
