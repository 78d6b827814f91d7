import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

import { fogSphere, type Grid, readGrids, writeVdb } from '@halocline/vdb';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const blocks = [...readFileSync(new URL('../README.md', import.meta.url), 'utf8').matchAll(/```ts\n(.*?)```/gs)];

test('what the README shows runs, in Node and for a page', { timeout: 30_000 }, async () => {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache', 'readme-'));
  try {
    const smoke = fogSphere([10, 20, 30], 12, { name: 'density' });
    writeFileSync(join(folder, 'smoke.vdb'), writeVdb([smoke]));
    const [first, second] = blocks.map(([, code], n) => {
      const path = join(folder, `block-${n}.ts`);
      writeFileSync(path, code!);
      return path;
    }) as [string, string];
    const args = ['--conditions=@halocline/source', first];
    const out = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect(out).toMatch(/^Grid "density": float.*\n1 true \[ 0\.\d+ \]\n$/s);
    for (const file of ['smoke.nvdb', 'half.vdb']) {
      const [grid] = readGrids(readFileSync(join(folder, file)));
      expect([file, grid!.activeVoxelCount]).toEqual([file, smoke.activeVoxelCount]);
    }
    const { look } = (await import(pathToFileURL(second).href)) as {
      look: (file: File, url: string) => Promise<Grid[]>;
    };
    const bytes = readFileSync(join(folder, 'smoke.vdb'));
    const url = `data:application/octet-stream;base64,${bytes.toString('base64')}`;
    const [part, whole] = await look(new File([bytes], 'smoke.vdb'), url);
    expect([part!.get(10, 20, 30), whole!.activeVoxelCount]).toEqual([1, smoke.activeVoxelCount]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
