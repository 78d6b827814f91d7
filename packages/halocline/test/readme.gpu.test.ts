import { readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { expect } from 'vitest';

/** The programs of a page, each with the packages that it imports under the names of their files: its folder has no node_modules. */
function programsOf(page: string): string[] {
  const text = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/```ts\n(.*?)```/gsu)].map((match) =>
    match[1]!.replaceAll(
      / from '((?:@halocline\/|halocline)[^']*)'/gu,
      (_, name) => ` from '${import.meta.resolve(name)}'`,
    ),
  );
}

async function run(
  program: string,
  folder: { readonly path: string; file(name: string, text: string): string },
  env: Readonly<Record<string, string>> = {},
) {
  const line = ['--conditions=@halocline/source', folder.file('program.mts', program)];
  const options = { cwd: folder.path, env: { ...process.env, ...env } };
  return (await promisify(execFile)(process.execPath, line, options)).stdout;
}

vulkanTest(
  'the program in README runs as it stands there',
  async () => {
    const programs = programsOf('README.md');
    expect(programs).toHaveLength(1);
    using folder = temporaryFolder();
    expect(await run(programs[0]!, folder)).toMatch(
      /^0\.\d+ Simulation\(262144 voxels, 512 leaves, 1 field, 1 stencil, step 100, on .+\)\n$/u,
    );
    const [heat] = readGrids(readFileSync(join(folder.path, 'heat.nvdb')));
    expect(heat!.statistics().max[0]).toBeLessThan(1);
  },
  60_000,
);

vulkanTest('the program in the README of vulkan says why there is no instance', async () => {
  using folder = temporaryFolder();
  const [program] = programsOf('packages/vulkan/README.md');
  const noDriver = { VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json' };
  await expect(run(program!, folder, noDriver)).rejects.toThrow(
    'Cannot create an instance: VK_ERROR_INCOMPATIBLE_DRIVER; install a Vulkan driver',
  );
});

vulkanTest.each([
  ['vulkan', /^.+\n/u],
  ['gpu', /^42\n$/u],
  ['engine', /^0\.904837\d* order: decay\n/u],
  ['halocline', /^$/u],
])(
  'the program in the README of %s runs as it stands there',
  async (room, output) => {
    using folder = temporaryFolder();
    for (const program of programsOf(`packages/${room}/README.md`)) expect(await run(program, folder)).toMatch(output);
  },
  60_000,
);
