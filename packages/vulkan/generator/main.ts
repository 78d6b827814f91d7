/**
 * @file `npm run generate -- PATH/vk.xml [EXTENSION…]`: writes `src/generated` from Vulkan's registry.
 *
 * parse (XML to elements) → build and select (the registry as tagged unions, cut down) → render (one file a kind).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from './build.ts';
import { EXTENSIONS } from './extensions.ts';
import { parse } from './parse.ts';
import { render } from './render.ts';
import { select } from './select.ts';

const [path, ...more] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write('Cannot generate the Vulkan bindings: no registry was named; pass the path of a vk.xml\n');
  process.exit(2);
}
const registry = build(parse(readFileSync(path, 'utf8')));
const files = render(registry, select(registry, [...EXTENSIONS, ...more]));
const folder = new URL('../src/generated/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of files) {
  writeFileSync(new URL(name, folder), text);
  process.stdout.write(`${name} ${text.length} bytes\n`);
}
