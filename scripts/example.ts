/** `npm run example`: lists the examples in the order to read them; `npm run example -- NAME` runs one. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3));

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
  const main = fileURLToPath(new URL('../packages/halocline/src/main.ts', import.meta.url));
  const line = ['--conditions=@halocline/source', main, 'run', `${folder}${name}.ts`, ...rest];
  process.exitCode = spawnSync(process.execPath, line, { stdio: 'inherit' }).status ?? 1;
}
