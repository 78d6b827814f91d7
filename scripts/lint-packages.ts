/** `npm run lint:packages`: what publint says about each package as npm would pack it, after it was compiled. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const folder = fileURLToPath(new URL('../packages/', import.meta.url));

for (const name of readdirSync(folder)) {
  const pkgDir = `${folder}${name}`;
  const pkg = JSON.parse(readFileSync(`${pkgDir}/package.json`, 'utf8')) as Record<string, unknown>;
  const { messages } = await publint({ pkgDir, pack: 'npm', strict: true });
  for (const message of messages) {
    console.log(`packages/${name}: ${formatMessage(message, pkg, { color: false })}`);
    process.exitCode = 1;
  }
}
