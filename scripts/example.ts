/** `npm run example`: lists the examples in the order to read them; `npm run example -- NAME` runs one. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './setup/process.mjs';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const place = (name: string): number => readme.indexOf(`| [${name}](examples/${name}.ts)`);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .toSorted((a, b) => place(a) - place(b));

const [name, ...rest] = process.argv.slice(2);
if (name === undefined) {
  for (const each of names) {
    const sentence = /^\/\*\*?\s*\*?\s*(.+?)\s*(?:\*\/|$)/mu.exec(
      readFileSync(`${folder}${each}.ts`, 'utf8').replace('/**\n', '/**'),
    );
    console.log(`${each.padEnd(12)} ${sentence?.[1] ?? ''}`);
  }
  console.log('\nnpm run example -- NAME runs one');
} else if (!names.includes(name)) {
  console.error(`Cannot run example "${name}": there is none of that name; one of ${names.join(', ')}`);
  process.exitCode = 2;
} else {
  const main = 'packages/halocline/src/main.ts';
  const file = `examples/${name}.ts`;
  const scene = readFileSync(`${folder}${name}.ts`, 'utf8').includes('export default'); // else it is a program
  const line = ['--conditions=@halocline/source', ...(scene ? [main, 'run'] : []), file, ...rest];
  process.exitCode = await run(process.execPath, line);
}
