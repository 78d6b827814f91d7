import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isValidationAvailable } from '@halocline/gpu';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { expect, test } from 'vitest';
import { halocline } from './command-line.ts';

/** With the layer where it is installed: its messages fail the test. */
const validation = isValidationAvailable() ? ['--validation'] : [];
const root = fileURLToPath(new URL('../../../', import.meta.url));
const texts = new Map(
  readdirSync(join(root, 'examples')).map((file) => [file, readFileSync(join(root, 'examples', file), 'utf8')]),
);
const scenes = [...texts].filter(([, text]) => text.includes('export default')).map(([file]) => file);

test('every example stands in the table of README, and is at most 60 lines long', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  for (const [file, text] of texts) {
    expect(readme, file).toContain(`](examples/${file})`);
    expect(text.trimEnd().split('\n').length, file).toBeLessThanOrEqual(60);
    expect(text, file).toMatch(/^(?:\/\*\*\s+(?:\* )?|-- )\S.*[.:;]/u);
  }
});

vulkanTest.each(scenes)(
  'example %s runs at a tiny size',
  async (file) => {
    using folder = temporaryFolder();
    const size = ['--frames', '2', '--set', 'voxels=16', '--out', folder.path];
    const ended = await halocline(['run', join(root, 'examples', file), ...size, ...validation]);
    expect(ended.code, ended.err).toBe(0);
    expect(ended.err).not.toMatch(/VUID|validation/iu);
    const grids = readGrids(readFileSync(join(folder.path, file.replace('.ts', '-0002.nvdb'))));
    for (const grid of grids) {
      const { min, max } = grid.statistics();
      expect([...min, ...max].every(Number.isFinite), grid.name).toBe(true);
      expect(
        max.some((value, at) => value > min[at]!),
        grid.name,
      ).toBe(true);
    }
  },
  60_000,
);

vulkanTest(
  'example smoke-file.ts takes a file',
  async () => {
    using folder = temporaryFolder();
    const first = await halocline([
      'run',
      join(root, 'examples/wave.ts'),
      '--frames',
      '1',
      '--set',
      'voxels=16',
      '--out',
      folder.path,
    ]);
    expect(first.code, first.err).toBe(0);
    const file = join(folder.path, 'wave-0001.nvdb');
    const ended = await halocline([
      'run',
      join(root, 'examples/smoke-file.ts'),
      '--frames',
      '1',
      '--set',
      `file=${file}`,
      '--out',
      folder.path,
    ]);
    expect(ended.code, ended.err).toBe(0);
    const [from, to] = [file, join(folder.path, 'smoke-file-0001.nvdb')].map(
      (path) => readGrids(readFileSync(path))[0]!,
    );
    expect(to!.name).toBe('density');
    expect(to!.activeVoxelCount).toBe(from!.activeVoxelCount);
  },
  60_000,
);
