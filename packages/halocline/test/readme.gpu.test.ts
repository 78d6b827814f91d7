import { readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isVulkanAvailable } from '@halocline/gpu';
import { readGrids } from '@halocline/vdb';
import { expect, test } from 'vitest';
import { temporaryFolder } from './command-line.ts';

const gpu = test.skipIf(!isVulkanAvailable() && process.env['GPU'] !== 'required');

gpu(
  'the program in README runs as it stands there',
  async () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const programs = [...readme.matchAll(/```ts\n(.*?)```/gsu)].map((match) => match[1]!);
    expect(programs).toHaveLength(1);
    using folder = temporaryFolder();
    // The one change: a folder without node_modules cannot know the package by its name.
    const source = new URL('../src/index.ts', import.meta.url).href;
    const file = folder.file('program.mts', programs[0]!.replace(`from 'halocline'`, `from '${source}'`));
    const line = ['--conditions=@halocline/source', file];
    const { stdout } = await promisify(execFile)(process.execPath, line, { cwd: folder.path });
    expect(stdout).toMatch(/^0\.\d+ Simulation\(262144 voxels, 512 leaves, 1 field, 1 stencil, step 100, on .+\)\n$/u);
    const [heat] = readGrids(readFileSync(join(folder.path, 'heat.nvdb')));
    expect(heat!.statistics().max[0]).toBeLessThan(1);
  },
  60_000,
);
