/**
 * @file Compiles the engine's kernels into `src/generated/kernels.ts`, which is committed: a user starts without a GLSL
 * compiler. `npm run kernels` runs it; a test compiles again and compares.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { compileGlsl } from '@halocline/gpu';

const folder = new URL('./', import.meta.url);
const target = new URL('../src/generated/kernels.ts', import.meta.url);

/** The text of the generated file. */
export async function generateKernels(): Promise<string> {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.comp'))
    .sort();
  const names = files.map((file) => `'${file.slice(0, -5)}'`).join(' | ');
  const lines = [
    '// Generated from kernels/*.comp by kernels/build.ts: change those, and run `npm run kernels`.',
    '',
    '/** A kernel by the name of its source. */',
    `export type KernelName = ${names};`,
    '',
    '/** SPIR-V of the kernels, base64. */',
    'export const kernels: Readonly<Record<KernelName, string>> = {',
  ];
  for (const file of files) {
    const name = file.slice(0, -5);
    const words = await compileGlsl(readFileSync(new URL(file, folder), 'utf8'), {
      label: `engine: ${name}`,
      cache: false,
    });
    const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
    lines.push(`  ${name}:`, `    '${bytes.toString('base64')}',`);
  }
  return [...lines, '};', ''].join('\n');
}

if (import.meta.main) writeFileSync(target, await generateKernels());
