import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** What a benchmark says of its words. */
async function told(name: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const main = fileURLToPath(new URL(`../../bench/${name}/main.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@halocline/source', main, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, out, err };
}

test('a benchmark shows its options, and refuses what it does not have', async () => {
  const help = await told('multi', ['--help']);
  expect([help.code, help.err]).toEqual([0, '']);
  expect(help.out).toMatch(/--in-flight .*\n[^]*names: laplacian, d3q19, plume\n/u);
  const refused = {
    sweep: 'there is no "sweep"; it has laplacian, d3q19, plume',
    '--sise=8': "Unknown option '--sise'; see --help",
    '--devices=two': '--devices is "two"; give whole numbers from 1, as in --devices 1,2',
    '--overlap=maybe': '--overlap has "maybe"; give some of on, off',
    '--csv=/': '--csv is "/": it is a folder; give the path of a file',
  };
  const all = Object.entries(refused).map(async ([word, why]) => {
    const err = `Cannot run benchmark "multi": ${why}\n`;
    expect(await told('multi', [word])).toEqual({ code: 2, out: '', err });
  });
  await Promise.all(all);
});

test.each([
  ['gpu', 'calls, allocation, '],
  ['stencil', 'copy, axpy, '],
])('benchmark %s looks at its words, its file and its device before it measures', async (name, names) => {
  const help = await told(name, ['-h']);
  expect([help.code, help.err]).toEqual([0, '']);
  expect(help.out).toContain(`\n\nnames: ${names}`);
  const refused = {
    nothing: `there is no "nothing"; it has ${names}`,
    '--csv=/': '--csv is "/": it is a folder; give the path of a file\n',
    '--csv=/dev/null/x': '--csv is "/dev/null/x": a part of its path is a file; write elsewhere\n',
  };
  const all = Object.entries(refused).map(async ([word, why]) => {
    const { code, out, err } = await told(name, [word]);
    expect([code, out]).toEqual([2, '']);
    expect(err.startsWith(`Cannot run benchmark "${name}": ${why}`), err).toBe(true);
  });
  await Promise.all(all);
  const csv = join(tmpdir(), `bench-${process.pid}.csv`);
  const noDriver = { VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json' };
  const { code, out, err } = await told(name, ['--device=nope', `--csv=${csv}`], noDriver);
  rmSync(csv);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^Cannot .*\n$/u);
});
