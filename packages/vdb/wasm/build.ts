/**
 * @file Assembles `unpack.wat` into `src/generated/unpack.ts`, which is committed: a user starts without an assembler.
 * `npm run kernels` runs it; a test assembles again and compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const source = new URL('./unpack.wat', import.meta.url);
const target = new URL('../src/generated/unpack.ts', import.meta.url);

/** The text of the generated file. */
export async function generateUnpack(): Promise<string> {
  const features = { simd: true, bulk_memory: true };
  using module = disposable((await wabt()).parseWat('unpack.wat', readFileSync(source, 'utf8'), features));
  module.validate();
  const { buffer } = module.toBinary({});
  return [
    '// Generated from wasm/unpack.wat by wasm/build.ts: change that, and run `npm run kernels`.',
    '',
    '/** The module as hexadecimal digits. */',
    `export const unpackModule: string =\n  '${Buffer.from(buffer).toString('hex')}';`,
    '',
  ].join('\n');
}

function disposable<T extends { destroy(): void }>(given: T): T & Disposable {
  return Object.assign(given, { [Symbol.dispose]: () => given.destroy() });
}

if (import.meta.main) writeFileSync(target, await generateUnpack());
