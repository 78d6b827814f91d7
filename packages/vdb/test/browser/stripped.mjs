/**
 * @file Takes away from this process what a browser has not: `node --import stripped.mjs FILE`. Node's own modules are refused to
 * whoever asks for them from then on, and its globals are gone. `without` names one more, which Node itself needs until all is
 * loaded. One function stays to write the result with.
 */
import { readFileSync, writeSync } from 'node:fs';
import { isBuiltin, registerHooks } from 'node:module';

const [, , without, ...paths] = process.argv;
const files = Object.fromEntries(paths.map((path) => [path.split('/').at(-1), new Uint8Array(readFileSync(path))]));
registerHooks({
  resolve(specifier, context, next) {
    if (isBuiltin(specifier)) throw new Error(`Cannot import "${specifier}": no browser has it; do without`);
    return next(specifier, { ...context, conditions: ['@halocline/source', 'browser', 'import', 'default'] });
  },
});
for (const name of ['process', 'Buffer', 'global', 'require', 'setImmediate', 'clearImmediate'])
  delete globalThis[name];
globalThis.told = (text) => void writeSync(1, text);
globalThis.given = files;
globalThis.without = without;
