/** Devices and parts that a scene names itself, and words that say otherwise: the same in TypeScript and in Lua. */
import { join } from 'node:path';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { halocline } from './command-line.ts';

interface Part {
  readonly deviceNumber: number;
}

/** The same scene twice, which names its device, devices or parts so, or none. */
const scenes = (folder: { file(name: string, text: string): string }, name: string, own: Record<string, unknown>) => {
  const text = JSON.stringify(own).slice(1, -1);
  const inLua = text
    .replaceAll(/"(\w+)":/gu, '$1 = ')
    .replaceAll('[', '{')
    .replaceAll(']', '}');
  return [
    folder.file(
      `${name}.ts`,
      `import { Simulation } from 'halocline';
      export default async (options) => Simulation.create({ domain: { min: [0, 0, 0], max: [64, 16, 8] }, ${text === '' ? '' : `${text},`} ...options });`,
    ),
    folder.file(
      `${name}.lua`,
      `local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 64, 16, 8 } }, ${inLua} } return sim`,
    ),
  ];
};

const TWO = ['--device', '#0', '--device', '#0'];

vulkanTest('words win over devices that a scene names, and are one part a device unless either says more', async () => {
  using folder = temporaryFolder();
  const named = { devices: ['#0', '#0', '#0'] };
  // Of each scene: its own words, and the devices of the parts by the words of the command.
  const cases: readonly (readonly [object, readonly (readonly [words: readonly string[], devices: string])[]])[] = [
    [
      named,
      [
        [[], '123'],
        [['--subdomains', '5'], '11223'],
        [['--device', '#0'], '1'],
        [['--devices', '2'], '11'],
      ],
    ],
    [
      { ...named, subdomains: 6 },
      [
        [['--device', '#0'], '111111'],
        [TWO, '111222'],
      ],
    ],
    [
      { device: '#0', subdomains: 3 },
      [
        [[...TWO, ...TWO], '1234'],
        [['--subdomains', '2'], '11'],
      ],
    ],
    [{}, [[[], '1111']]],
  ];
  for (const [at, [own, lines]] of cases.entries()) {
    for (const path of scenes(folder, `scene-${at}`, { ...own })) {
      for (const [words, devices] of lines) {
        const ended = await halocline(['info', '--cut', path, '--json', ...words], { cwd: folder.path });
        const parts = ended.code === 0 ? (JSON.parse(ended.out) as { subdomains: Part[] }).subdomains : [];
        const found = parts.map(({ deviceNumber }) => deviceNumber).join('');
        expect({ path, words, err: ended.code === 0 ? '' : ended.err, found }).toEqual({
          path,
          words,
          err: '',
          found: devices,
        });
      }
    }
  }
});

vulkanTest('fewer parts than the scene has devices are refused, with what would do', async () => {
  using folder = temporaryFolder();
  const [typescript, lua] = scenes(folder, 'three', { devices: ['#0', '#0', '#0'] });
  const words =
    'Cannot create simulation: subdomains is 2, and there are 3 devices; give a whole number, at least 3, one a device, or fewer devices';
  for (const [path, line] of [
    [typescript!, `${words} (${typescript})`],
    [lua!, `${lua}:1: ${words}`],
  ] as const) {
    const args = ['run', path, '--subdomains', '2', '--out', join(folder.path, 'out')];
    expect(await halocline(args)).toEqual({ code: 1, out: '', err: `${line}\n` });
  }
});

vulkanTest(
  'a run tells of shared devices and of where it was, and errors of options in the words of the scene',
  async () => {
    using folder = temporaryFolder();
    const text = 'WriteField("u", idx, ReadField("u", coord + ivec3(frame > 0 ? 9 : 0, 0, 0)));';
    const box = 'min: [0, 0, 0], max: [64, 16, 8]';
    const typescript = folder.file(
      's.ts',
      `import { Simulation } from 'halocline';
    export default async ({ values, ...options }) => {
      const sim = await Simulation.create({ domain: { ${box} }, ...options });
      sim.addField('u', 'float32', 1);
      sim.addStencil('s', { inputs: ['u'], outputs: ['u'], code: '${text}', neighborRadius: Number(values.radius ?? 9) });
      return sim;
    };`,
    );
    const lua = folder.file(
      's.lua',
      `local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 64, 16, 8 } } }
    sim:add_field('u', 'float32', 1)
    sim:add_stencil('s', { inputs = { 'u' }, outputs = { 'u' }, code = [[${text}]], neighbor_radius = scene.value('radius', 9) })
    return sim`,
    );
    const run = (path: string, ...words: readonly string[]) =>
      halocline(['run', path, '--frames', '3', '--out', join(folder.path, 'out'), ...words]);
    const ends = [];
    for (const path of [typescript, lua]) {
      const many = await run(path, '--devices', '9');
      const told = /^9 devices are asked for, and there .*: several subdomains share a device$/mu.test(many.err);
      const places = [many, await run(path, ...TWO, '--subdomains', '5'), await run(path, '--device', '#0')].map(
        ({ out }) => /^ {2}devices? +.*$/mu.exec(out)?.[0].replaceAll(/ +/gu, ' '),
      );
      const far = await run(path, '--set', 'radius=3', '--subdomains', '2');
      ends.push({
        told,
        places,
        far: [far.code, /^Cannot.*$/mu.exec(far.err)![0].replace(/voxel \([^)]*\)/u, 'voxel …')],
      });
    }
    const device = /device (.*)/u.exec(ends[0]!.places[2]!)![1]!;
    const places = [
      expect.stringMatching(/^ devices? .*; 9 subdomains$/u),
      ` devices 2 × ${device}; 5 subdomains`,
      ` device ${device}`,
    ];
    const far =
      'Cannot run stencil "s": at voxel … in step 1 it reads "u" more than 3 voxels away, and the halo holds no more; give a larger ';
    expect(ends).toEqual([
      {
        told: true,
        places,
        far: [1, `${far}neighborRadius, or haloThickness where it has none, a smaller dt, or beyondRadius: 'clamp'`],
      },
      {
        told: true,
        places,
        far: [
          1,
          `${far}neighbor_radius, or halo_thickness where it has none, a smaller dt, or beyond_radius = 'clamp'`,
        ],
      },
    ]);
  },
);
