import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateKernels } from '../kernels/build.ts';

test('the committed kernels are what their sources compile to', async () => {
  const committed = readFileSync(new URL('../src/generated/kernels.ts', import.meta.url), 'utf8');
  expect((await generateKernels()) === committed).toBe(true);
});
