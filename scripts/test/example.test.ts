import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const examples = new URL('../../examples/', import.meta.url);
const files = readdirSync(examples).filter((file) => /\.(?:ts|lua)$/u.test(file));

/** What `npm run example -- WORDS` says. */
function told(...words: readonly string[]): { code: number | null; out: string; err: string } {
  const script = fileURLToPath(new URL('../example.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

test('the list of examples has a whole sentence on each, and no second one', () => {
  const { code, out, err } = told();
  const lines = out.split('\n').filter((line) => line.includes('  ') || line.startsWith('threaded-recording'));
  expect([code, err, lines.length]).toEqual([0, '', files.length]);
  expect(lines.filter((line) => !/^\S+ +[A-Z].*\.$/u.test(line) || / [a-z)]+\. [A-Z]/u.test(line))).toEqual([]);
  expect(out).toContain(
    'lattice            A clap in a box of air, by a lattice Boltzmann method (D3Q19, one relaxation time): nineteen populations in one field, each read where it comes from.\n',
  );
});

test('who asks for help gets the list, and a wrong name what there is', () => {
  expect([told('--help'), told('-h')]).toEqual([told(), told()]);
  const { code, err } = told('plumes');
  expect(code).toBe(2);
  expect(err).toMatch(/^Cannot run example "plumes": there is none of that name; one of plume, diffuse, /u);
});

test('what examples write lies under out, which git ignores', () => {
  const named = files.flatMap((file) => {
    const text = readFileSync(new URL(file, examples), 'utf8');
    return [...text.matchAll(/["'`]([\w./-]+\.(?:png|svg|comp))["'`]/gu)].map(([, path]) => path!);
  });
  expect(new Set(named)).toEqual(
    new Set(['out/barrier-hints.svg', 'out/particles-lua.png', 'out/particles.png', 'out/ripples.comp']),
  );
});
