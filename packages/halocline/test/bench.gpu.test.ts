import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { halocline } from './command-line.ts';

vulkanTest(
  'a benchmark prints its rows, and appends them to a file under one heading',
  async () => {
    using folder = temporaryFolder();
    const [cwd, csv] = [folder.path, 'new/rows.csv'];
    const env = { HALOCLINE_DEVICE: '' };
    const first = await halocline(['bench', 'pointwise', '--json', '--csv', csv], { cwd, env });
    expect([first.code, first.err]).toEqual([0, 'pointwise: b = 2a + 1, one float in, one out …\n']);
    expect(JSON.parse(first.out)).toMatchObject([{ name: 'pointwise', bytesPerVoxel: 8 }]);
    const second = await halocline(['bench', 'pointwise', '--csv', csv], { cwd });
    expect(second.out).toMatch(/^ *benchmark .*\n *pointwise .* 8 .*\ncopy: [\d.]+ GB\/s on .+\n$/u);
    const rows = readFileSync(join(cwd, csv), 'utf8').trimEnd().split('\n');
    expect(rows.map((row) => row.split(',').slice(0, 2).join())).toEqual([
      'date,name',
      expect.stringMatching(/^\d{4}-\d\d-\d\d,"pointwise"$/u),
      expect.stringMatching(/^\d{4}-\d\d-\d\d,"pointwise"$/u),
    ]);
  },
  60_000,
);

vulkanTest('what its file cannot be is told before anything is measured', async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  folder.file('plain', '');
  for (const [csv, why] of [
    ['.', 'it is a folder; give the path of a file'],
    ['plain/rows.csv', 'a part of its path is a file; write elsewhere'],
  ] as const) {
    const { code, out, err } = await halocline(['bench', 'pointwise', '--csv', csv], { cwd });
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: `Cannot write file "${csv}": ${why}\n` });
  }
});
