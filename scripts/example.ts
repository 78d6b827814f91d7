/** `npm run example`: lists the examples in the order to read them; `npm run example -- NAME` runs one. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './setup/process.mjs';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const place = (name: string): number => readme.indexOf(`](examples/${fileOf(name)})`);
/** What an example is called here: a scene in Lua by its file, since some are told in both languages. */
const fileOf = (name: string): string => (name.endsWith('.lua') ? name : `${name}.ts`);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') || file.endsWith('.lua'))
  .map((file) => file.replace(/\.ts$/u, ''))
  .toSorted((a, b) => place(a) - place(b));

/** The first sentence of the comment that a file begins with. */
function sentenceOf(file: string): string {
  const [comment = ''] = /^(?:\/\*\*.*?\*\/|(?:--.*\n)+)/su.exec(readFileSync(folder + file, 'utf8')) ?? [];
  const text = comment.replaceAll(/^ *(?:\/\*\*|\*\/|\*|--)|\*\/$/gmu, '').replaceAll(/\s+/gu, ' ');
  return /^.*?\.(?= |$)/u.exec(text.trim())?.[0] ?? text;
}

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || name === '--help' || name === '-h') {
  for (const each of names) console.log(`${each.padEnd(18)} ${sentenceOf(fileOf(each))}`);
  console.log('\nnpm run example -- NAME runs one');
} else if (!names.includes(name)) {
  console.error(`Cannot run example "${name}": there is none of that name; one of ${names.join(', ')}`);
  process.exitCode = 2;
} else {
  const main = 'packages/halocline/src/main.ts';
  const file = `examples/${fileOf(name)}`;
  const text = readFileSync(folder + fileOf(name), 'utf8');
  const scene = name.endsWith('.lua') || text.includes('export default'); // else it is a program
  const line = ['--conditions=@halocline/source', ...(scene ? [main, 'run'] : []), file, ...rest];
  process.exitCode = await run(process.execPath, line);
}
