/** `halocline info --cut`: the figures of a scene's cut, and its picture. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePng, type Image } from '@halocline/render';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { expect, test } from 'vitest';
import { drawCut, subdomainColor } from '../src/cli/cut-picture.ts';
import { halocline } from './command-line.ts';

/** Pixels of the side that faces up, by subdomain. */
function tops(image: Image, subdomains: number): number[] {
  const colors = Array.from({ length: subdomains }, (_, index) => subdomainColor(index).join());
  const counts = colors.map(() => 0);
  for (let at = 0; at < image.pixels.length; at += 4) {
    const index = colors.indexOf(image.pixels.subarray(at, at + 3).join());
    if (index >= 0) counts[index]!++;
  }
  return counts;
}

test('what is seen from above are the highest leaves, as many pixels as they have sides', () => {
  const column = Int32Array.of(0, 0, 0, 0, 1, 0);
  const [low, high] = tops(drawCut([column, Int32Array.of(1, 0, 0, 1, 0, 1, 0, 0, 1)]), 2);
  expect(high! / low!).toBeGreaterThan(2.8);
  expect(high! / low!).toBeLessThan(3.2);
});

test('a subdomain without a leaf, and none with any, draw nothing', () => {
  const one = Int32Array.of(-3, 2, 1);
  expect(tops(drawCut([one, new Int32Array()]), 2)[1]).toBe(0);
  expect(drawCut([new Int32Array()])).toMatchObject({ width: 1, height: 1 });
});

vulkanTest('a cut is told and drawn', async () => {
  using folder = temporaryFolder();
  folder.file(
    's.ts',
    `import { Simulation } from 'halocline';
    export default async ({ values, ...options }) => {
      const sim = await Simulation.create({ ...options, domain: { min: [0, 0, 0], max: [Number(values.long), 16, 8] } });
      sim.addField('u', 'float32', 0);
      sim.addStencil('s', { inputs: ['u'], outputs: ['u'], code: 'WriteField("u", idx, ReadField("u", coord + ivec3(1, 0, 0)) + ReadField("u", coord - ivec3(2, 0, 0)));' });
      return sim;
    };`,
  );
  const cut = ['info', '--cut', 's.ts', '--set', 'long=48', '--subdomains', '3'];
  const people = await halocline(cut, { cwd: folder.path });
  expect(people.code, people.err).toBe(0);
  const plain = people.out.split('\n').map((line) => line.replace(/(#[\da-f]{6}).*$/u, '$1'));
  expect(plain.join('\n')).toMatchInlineSnapshot(`
    "  subdomain  leaves  voxels  ghosts  sent a step  surface/volume  neighbours  colour   device
      0          4       2,048   2       1.0 KiB      0.0625          1           #5994cf
      1          4       2,048   4       1.5 KiB      0.1250          0 2         #da8193
      2          4       2,048   2       512 B        0.0625          1           #a8e6ad
      all        12      6,144   8       3.0 KiB      0.0833

      cut along the Morton curve
      the fullest has 0.0 % more voxels than the mean; loops that a scalar ends are counted once
      picture: out/s-cut.png
    "
  `);
  expect(tops(decodePng(readFileSync(join(folder.path, 'out/s-cut.png'))), 3).every((count) => count > 1000)).toBe(
    true,
  );
  const slabs = await halocline([...cut, '--cut-order', 'slabs', '--json'], { cwd: folder.path });
  expect((JSON.parse(slabs.out) as { subdomains: { cutOrder: string }[] }).subdomains[2]!.cutOrder).toBe('slabs');
  const none = await halocline([...cut, '--cut-order', 'peano'], { cwd: folder.path });
  expect([none.code, none.err]).toEqual([
    2,
    'Cannot read option "--cut-order" of halocline info: "peano" is none of its words; one of morton, hilbert, slabs\n',
  ]);
  const programs = await halocline([...cut, '--json', '-o', 'cut.png'], { cwd: folder.path });
  const { subdomains, picture } = JSON.parse(programs.out) as { subdomains: { sentBytes: number }[]; picture: string };
  // Two layers of 16 × 8 go up and one goes down, in float32.
  expect(subdomains.map(({ sentBytes }) => sentBytes)).toEqual([1024, 1536, 512]);
  expect(picture).toBe('cut.png');
});

vulkanTest('a cut for devices is the one that a run over them has', async () => {
  using folder = temporaryFolder();
  folder.file(
    's.ts',
    `import { Simulation } from 'halocline';
    export default async ({ values, ...options }) => Simulation.create({ ...options, domain: { min: [0, 0, 0], max: [64, 8, 8] } });`,
  );
  const parts = async (...words: readonly string[]): Promise<number> => {
    const ended = await halocline(['info', '--cut', 's.ts', '--json', ...words], { cwd: folder.path });
    expect(ended.code, ended.err).toBe(0);
    return (JSON.parse(ended.out) as { subdomains: unknown[] }).subdomains.length;
  };
  expect(await parts()).toBe(4);
  expect(await parts('--device', '#0')).toBe(1);
  expect(await parts('--devices', '2')).toBe(2);
  expect(await parts('--devices', '2', '--subdomains', '3')).toBe(3);
  const twice = ['--device', '#0', '--device', '#0', '--subdomains', '3'];
  const people = await halocline(['info', '--cut', 's.ts', ...twice], { cwd: folder.path });
  const numbers = people.out.matchAll(/#[\da-f]{6} +(\d+): ./gu);
  expect([...numbers].map(([, number]) => number)).toEqual(['1', '1', '2']);
  const five = Array.from({ length: 5 }, () => ['--device', '#0']).flat();
  expect(await parts(...five)).toBe(5);
});

vulkanTest('a scene that takes no options is told of what was typed, or how it would be cut', async () => {
  using folder = temporaryFolder();
  folder.file(
    's.ts',
    `import { Simulation } from 'halocline';
    export default () => Simulation.create({ domain: { min: [0, 0, 0], max: [64, 8, 8] } });`,
  );
  const cut = async (...words: readonly string[]): Promise<unknown> => {
    const { code, out, err } = await halocline(['info', '--cut', 's.ts', '--json', ...words], { cwd: folder.path });
    return [code, (JSON.parse(out) as { subdomains: unknown[] }).subdomains.length, err];
  };
  const told = 'the scene has not taken it; hand the options to Simulation.create, as in { ...options, … }';
  const whole =
    'The scene is in one part; give --subdomains K to see it cut (the scene must hand subdomains on to Simulation.create)';
  expect(await cut()).toEqual([0, 1, `${whole}\n`]);
  expect(await cut('--device', '#0')).toEqual([0, 1, `--device #0: ${told}\n`]);
  expect(await cut('--subdomains', '4')).toEqual([0, 1, `--subdomains 4: ${told}\n`]);
});

vulkanTest('figures are told where no picture can be written, too', async () => {
  using folder = temporaryFolder();
  folder.file('out', '');
  folder.file(
    's.ts',
    `import { Simulation } from 'halocline';
    export default (options) => Simulation.create({ domain: { min: [0, 0, 0], max: [64, 8, 8] }, ...options });`,
  );
  const err = 'Cannot write to folder "out": a part of its path is a file; give another by --out\n';
  const told = await halocline(['info', '--cut', 's.ts'], { cwd: folder.path });
  expect(told).toEqual({ code: 1, out: expect.stringContaining('cut along the Morton curve') as string, err });
  expect(told.out).not.toContain('picture');
  const json = await halocline(['info', '--cut', 's.ts', '--json'], { cwd: folder.path });
  expect((JSON.parse(json.out) as { picture: unknown }).picture).toBeNull();
});

vulkanTest('the cut that docs/subdomains.md shows is the one that there is', async () => {
  using folder = temporaryFolder();
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const picture = join(folder.path, 'cut.png');
  const cut = ['info', '--cut', 'examples/plume.ts', '--subdomains', '6', '-o', picture];
  const ended = await halocline(cut, { cwd: root });
  expect(ended.code, ended.err).toBe(0);
  const columns = ended.out.split('\n').map((line) => line.replace(/ +(?:colour|#[\da-f]{6}).*$/u, ''));
  const page = readFileSync(join(root, 'docs/subdomains.md'), 'utf8');
  const shown = /```\n( {2}subdomain [^`]*)\n```/u.exec(page)![1]!.split('\n');
  expect(columns.slice(0, shown.length)).toEqual(shown);
  expect(decodePng(readFileSync(join(root, 'docs/cut.png')))).toEqual(decodePng(readFileSync(picture)));
});

test('a picture of another kind is refused before anything is done', async () => {
  expect(await halocline(['info', '--cut', 'nothing.ts', '-o', 'cut.jpg'])).toEqual({
    code: 2,
    out: '',
    err: 'Cannot write picture "cut.jpg": its ending is ".jpg"; end it in .png\n',
  });
});
