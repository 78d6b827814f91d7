import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { expect } from 'vitest';
import { halocline, inShell } from './command-line.ts';

const scene = (rest: string, result = '{ simulation: sim, frames: 3, rate: 10 }'): string => `
import { Simulation } from 'halocline';
export default async ({ values, ...options }) => {
  const sim = await Simulation.create({ ...options, domain: { min: [0, 0, 0], max: [16, 16, 16] }, voxelSize: 0.1 });
  sim.addField('heat', 'float32', 1);
  ${rest}
  return ${result};
};
`;
const cooling = `
  sim.addStencil('cool', { inputs: ['heat'], outputs: ['heat'], code: 'WriteField("heat", idx, ReadField("heat", coord) - dt);' });`;

vulkanTest('a scene runs, and leaves a whole file a frame', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling));
  const out = join(folder.path, 'out');
  const ended = await halocline(['run', path, '--out', out, '--format', 'nvdb,vdb@last,png']);
  expect(ended.err).toContain('frame 3/3');
  expect(ended.code, ended.err).toBe(0);
  expect(readdirSync(out).toSorted()).toEqual([
    'cool-0001.nvdb',
    'cool-0001.png',
    'cool-0002.nvdb',
    'cool-0002.png',
    'cool-0003.nvdb',
    'cool-0003.png',
    'cool-0003.vdb',
    'cool.png',
  ]);
  const [heat] = readGrids(readFileSync(join(out, 'cool-0003.nvdb')));
  expect(heat!.name).toBe('heat');
  expect(heat!.activeVoxelCount).toBe(4096);
  expect(heat!.get(3, 4, 5) as number).toBeCloseTo(0.7, 6);
});

vulkanTest('by default files have all fields that there are between steps and a grid holds', async () => {
  using folder = temporaryFolder();
  const fields = `sim.addField('wind', 'vec2', [1, 2]);
  sim.addField('pair', 'float32[2]', 0); sim.addField('half', 'float32', 0, { transient: true });
  sim.addStencil('halve', { inputs: ['heat'], outputs: ['half'], code: 'WriteField("half", idx, 0.5 * ReadField("heat", coord));' });
  sim.addStencil('cool', { inputs: ['half'], outputs: ['heat'], code: 'WriteField("heat", idx, ReadField("half", coord));' });`;
  const path = folder.file('half.ts', scene(fields, '{ simulation: sim, frames: 2 }'));
  const out = join(folder.path, 'out');
  const ended = await halocline(['run', path, '--out', out, '--json']);
  expect(ended.code, ended.err).toBe(0);
  const grids = readGrids(readFileSync(join(out, 'half-0002.nvdb')));
  expect(grids.map((grid) => [grid.name, grid.get(1, 2, 3)])).toEqual([
    ['heat', 0.25],
    ['wind', [1, 2, 0]],
  ]);
  const [line] = ended.out.split('\n');
  expect(Object.keys(JSON.parse(line!).fields)).toEqual(['heat', 'wind']);
});

vulkanTest('a scene runs over several devices and subdomains, and leaves the same files', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling));
  const file = async (name: string, words: readonly string[]): Promise<Buffer> => {
    const out = join(folder.path, name);
    const ended = await halocline(['run', path, '--out', out, '--frames', '2', ...words]);
    expect(ended.code, ended.err).toBe(0);
    return readFileSync(join(out, 'cool-0002.nvdb'));
  };
  const whole = await file('whole', []);
  expect(await file('parts', ['--subdomains', '3'])).toEqual(whole);
  expect(await file('devices', ['--device', '#0', '--device', '#0', '--subdomains', '4'])).toEqual(whole);
  expect(await file('many', ['--devices', '3'])).toEqual(whole);
  expect(await file('flight', ['--steps-in-flight', '5', '--subdomains', '2'])).toEqual(whole);
});

vulkanTest('a value that the scene does not ask for is told of, as a mistyped one is', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(`Number(values.rate ?? 1); ${cooling}`));
  const ended = await halocline(['run', path, '--frames', '1', '--set', 'rate=2', '--set', 'rtae=3'], {
    cwd: folder.path,
  });
  expect(ended.code, ended.err).toBe(0);
  expect(ended.err).toContain('--set rtae: the scene has not asked for "rtae"; it asked for "rate"\n');
  expect(ended.err).not.toContain('--set rate');
});

const untaken = (...words: readonly string[]): string =>
  words
    .map(
      (word) => `${word}: the scene has not taken it; hand the options to Simulation.create, as in { ...options, … }\n`,
    )
    .join('');

vulkanTest(
  'what a scene has not taken of the words is told of, whether it drops them all or sets its own',
  async () => {
    using folder = temporaryFolder();
    const words = [
      '--devices',
      '2',
      '--subdomains',
      '3',
      '--cut-order',
      'hilbert',
      '--rebalance',
      'time',
      '--steps-in-flight',
      '8',
      '--no-fusion',
      '--no-overlap',
    ];
    const run = (name: string, text: string, given = [...words, '--trace', 'trace.json']): Promise<{ err: string }> =>
      halocline(['run', folder.file(`${name}.ts`, text), '--frames', '1', ...given], { cwd: folder.path });
    expect((await run('drops', scene(cooling).replace('...options, domain', 'domain'))).err).toContain(
      untaken(
        '--devices 2',
        '--subdomains 3',
        '--cut-order hilbert',
        '--rebalance time',
        '--steps-in-flight 8',
        '--no-fusion',
        '--no-overlap',
        '--trace trace.json',
      ),
    );
    expect((await run('takes', scene(cooling))).err).not.toContain('has not taken');
    const sets = scene(cooling).replace('...options, domain', '...options, subdomains: 4, domain');
    const { err } = await run('sets', sets);
    expect(err).toContain(untaken('--subdomains 3'));
    expect(err.match(/has not taken/gu)).toHaveLength(1);
    const made = `import { Simulation } from 'halocline'; export default await Simulation.create({ domain: { min: [0, 0, 0], max: [8, 8, 8] } });`;
    expect((await run('made', made, ['--device', '#0'])).err).toContain(untaken('--device #0'));
  },
);

vulkanTest('a scene that opens its devices itself has taken what it reads by name', async () => {
  using folder = temporaryFolder();
  const text = (head: string, device: string): string => `
    import { Simulation } from 'halocline';
    import { openDevice } from '${new URL('../../gpu/src/index.ts', import.meta.url).href}';
    export default async (${head}) => Simulation.create({ device: await openDevice(${device}), domain: { min: [0, 0, 0], max: [8, 8, 8] } });`;
  const explain = async (name: string, head: string, device: string): Promise<string> =>
    (await halocline(['explain', folder.file(name, text(head, device)), '--device', '#0', '--subdomains', '2'])).err;
  expect(await explain('a.ts', '{ device }', '{ device }')).toBe(untaken('--subdomains 2'));
  expect(await explain('b.ts', '{ values, ...options }', '{}')).toBe(untaken('--device #0', '--subdomains 2'));
});

vulkanTest('what fails beside the scene names it', async () => {
  using folder = temporaryFolder();
  const beyond = cooling.replace('coord) - dt', 'coord + ivec3(1, 0, 0)) - dt');
  const path = folder.file('cool.ts', scene(`${beyond} await sim.initialize();`));
  const env = { HALOCLINE_TRANSPORT: 'group' };
  const ended = await halocline(['run', path, '--device', '#0', '--device', '#0'], { cwd: folder.path, env });
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(
    /^Cannot use transport "group" between .*; leave HALOCLINE_TRANSPORT out .* \(.*cool\.ts\)$/mu,
  );
});

vulkanTest('both a device and a number of devices are refused', async () => {
  const ended = await halocline(['run', 'scene.ts', '--device', '#0', '--devices', '2']);
  expect(ended.err).toBe(
    'Cannot run "halocline run": both --device and --devices are given; see halocline run --help\n',
  );
  expect(ended.code).toBe(2);
});

vulkanTest('a scene says where its pictures are taken from', async () => {
  using folder = temporaryFolder();
  const picture = async (name: string, camera: string): Promise<Buffer> => {
    const path = folder.file(`${name}.ts`, scene(cooling, `{ simulation: sim, frames: 1${camera} }`));
    const ended = await halocline(['run', path, '--out', folder.path, '--format', 'png']);
    expect(ended.code, ended.err).toBe(0);
    return readFileSync(join(folder.path, `${name}-0001.png`));
  };
  const usual = await picture('usual', '');
  const same = await picture('same', ', camera: {}');
  const turned = await picture('turned', ', camera: { azimuth: 70, distance: 3 }');
  expect(usual.equals(same)).toBe(true);
  expect(usual.equals(turned)).toBe(false);
});

vulkanTest('--json prints one line a frame', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling));
  const ended = await halocline(['run', path, '--json', '--frames', '2', '--dt', '0.25', '--out', folder.path]);
  expect(ended.code, ended.err).toBe(0);
  const lines = ended.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toMatchObject([
    { frame: 1, time: 0.25, fields: { heat: { min: 0.75, max: 0.75, mean: 0.75 } } },
    { frame: 2, time: 0.5, fields: { heat: { min: 0.5, max: 0.5, mean: 0.5 } } },
  ]);
});

vulkanTest('a field that is no longer finite says so in --json', async () => {
  using folder = temporaryFolder();
  const blowing = `
  sim.addStencil('blow', { inputs: ['heat'], outputs: ['heat'], code: 'WriteField("heat", idx, ReadField("heat", coord) * 1e30);' });`;
  const path = folder.file('blow.ts', scene(blowing, '{ simulation: sim, frames: 2 }'));
  const ended = await halocline(['run', path, '--json', '--out', folder.path]);
  const lines = ended.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { fields: { heat: object } });
  expect(lines.map((line) => 'finite' in line.fields.heat)).toEqual([false, true]);
  expect(lines[1]!.fields.heat).toMatchObject({ max: null, finite: false });
});

vulkanTest('Ctrl-C finishes the frame under way, releases the device and ends with 130', async () => {
  using folder = temporaryFolder();
  const path = folder.file('long.ts', scene(cooling, '{ simulation: sim, frames: 100000 }'));
  const ended = await halocline(['run', path, '--out', folder.path], { interruptOn: 'frame ' });
  expect(ended.code, ended.err).toBe(130);
  expect(ended.err).toMatch(/Interrupted after \d+ of 100000 frames/u);
  for (const name of readdirSync(folder.path).filter((each) => each.endsWith('.nvdb'))) {
    expect(readGrids(readFileSync(join(folder.path, name)))).toHaveLength(1);
  }
  expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
});

vulkanTest('a second Ctrl-C drops the frame under way, and nothing half is left', async () => {
  using folder = temporaryFolder();
  const slow = `${cooling}
  const step = sim.runTimestep.bind(sim);
  sim.runTimestep = async (dt) => {
    await step(dt);
    if (sim.frame > 1) await new Promise((resolve) => setTimeout(resolve, 60_000));
  };`;
  const out = join(folder.path, 'out');
  const ended = await halocline(['run', folder.file('slow.ts', scene(slow)), '--out', out], {
    interruptOn: ['frame ', 'Ctrl-C again drops it'],
  });
  expect(ended.code, ended.err).toBe(130);
  expect(ended.err).toContain('Stopping after the frame under way; Ctrl-C again drops it\n');
  expect(readdirSync(out)).toEqual(['slow-0001.nvdb']);
  expect(readGrids(readFileSync(join(out, 'slow-0001.nvdb')))).toHaveLength(1);
});

vulkanTest.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends a run as Ctrl-C does, with %d', async (signal, code) => {
  using folder = temporaryFolder();
  const path = folder.file('long.ts', scene(cooling, '{ simulation: sim, frames: 100000 }'));
  const ended = await halocline(['run', path, '--out', folder.path], { interruptOn: 'frame ', signal });
  expect(ended.code, ended.err).toBe(code);
  expect(ended.err).toMatch(/Interrupted after \d+ of 100000 frames/u);
});

vulkanTest('who reads the lines may go away', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling, '{ simulation: sim, frames: 1000 }'));
  const { stdout, stderr } = inShell(`"$@" run ${path} --json --out ${folder.path} | head -1; echo \${PIPESTATUS[0]}`);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^\{"frame":1,.*\}\n0\n$/u);
});

vulkanTest.each([
  ['a .js file that gives just a simulation', 'just.js', scene(cooling, 'sim')],
  [
    'a .mjs file whose default export is the simulation',
    'direct.mjs',
    `${scene('').replace('export default async ({ values, ...options }) =>', 'const make = async (options) =>')}
export default (await make({})).simulation;`,
  ],
  [
    'a scene that imports the solvers late',
    'solve.ts',
    scene(`const fluids = await import('halocline/fluids'); if (!fluids.addAdvection) throw new Error('none');`),
  ],
  [
    'a scene whose stencil is traced',
    'traced.ts',
    `import { stencil } from 'halocline/stencil';
const heat = 'float32';
const body = stencil({ inputs: { heat }, outputs: { heat } }, (fields) => ({ heat: fields.heat.mul(0.5) }));
${scene(`sim.addStencil('cool', { body });`)}`,
  ],
])('%s runs', async (_, name, text) => {
  using folder = temporaryFolder();
  const ended = await halocline(['run', folder.file(name, text), '--frames', '1', '--out', folder.path], { cwd: '/' });
  expect(ended.code, ended.err).toBe(0);
  expect(readdirSync(folder.path)).toContain(`${name.split('.')[0]}-0001.nvdb`);
});

vulkanTest('a scene is a module also where package.json says commonjs, in a folder of any name', async () => {
  using folder = temporaryFolder();
  folder.file('package.json', '{ "type": "commonjs" }');
  folder.file('typeless.js', scene(cooling));
  mkdirSync(join(folder.path, 'a né'));
  folder.file('a né/size.ts', 'export const rate: number = 10;');
  folder.file(
    'a né/s.ts',
    `import { rate } from './size.ts';\n${scene(cooling, '{ simulation: sim, frames: 1, rate }')}`,
  );
  folder.file(
    'old.js',
    `const { Simulation } = require('halocline');\n${scene(cooling)
      .replace(/import .*/u, '')
      .replace('export default', 'module.exports =')}`,
  );
  for (const path of ['a né/s.ts', 'old.js', 'typeless.js']) {
    if (path === 'typeless.js') folder.file('package.json', '{}');
    const ended = await halocline(['run', path, '--frames', '1', '--out', 'out'], { cwd: folder.path });
    expect({ code: ended.code, err: ended.err.replace(/^frame .*\n/u, '') }).toEqual({ code: 0, err: '' });
  }
  expect(readdirSync(join(folder.path, 'out'))).toEqual(['old-0001.nvdb', 's-0001.nvdb', 'typeless-0001.nvdb']);
});

vulkanTest('names and formats that stand twice count once, spaces around them are nothing', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling));
  const ended = await halocline(
    ['run', path, '--frames', '1', '--fields', ' heat,heat', '--format', 'nvdb, nvdb', '--set', 'a=b c', '-o', 'out'],
    { cwd: folder.path },
  );
  expect(ended.code, ended.err).toBe(0);
  expect(readdirSync(join(folder.path, 'out'))).toEqual(['cool-0001.nvdb']);
  expect(ended.out).toContain('frames  1 (1 step)\n');
  expect(ended.out).toContain(`--frames 2 --set 'a=b c'\n`);
});

const box = '{ domain: { min: [0, 0, 0], max: [8, 8, 8] } }';
vulkanTest.each([
  [
    `export default async () => new Promise(() => {});`,
    [],
    'Cannot finish "halocline run": it waits for something that never happens; see each await\n',
  ],
  [
    scene('', '{ simulation: sim, frames: -3 }'),
    [],
    'Cannot run scene "s.ts": its frames is -3; give a whole number from 1\n',
  ],
  [
    scene('', '{ simulation: sim, stepsPerFrame: 0.5 }'),
    [],
    'Cannot run scene "s.ts": its stepsPerFrame is 0.5; give a whole number from 1\n',
  ],
  [
    scene('', '{ simulation: sim, rate: 0 }'),
    [],
    'Cannot run scene "s.ts": its rate is 0; give frames a second above 0\n',
  ],
  [
    scene('', `{ simulation: sim, fields: 'heat' }`),
    [],
    `Cannot run scene "s.ts": its fields is "heat"; give names, as in ['density']\n`,
  ],
  [
    scene('', '{ sim }'),
    [],
    'Cannot run scene "s.ts": its default export gives an object without a simulation; give a simulation, or { simulation, … }\n',
  ],
  [scene(''), ['--fields', 'cold'], 'Cannot save field "cold": the scene has none of that name; it has heat\n'],
  [scene(''), ['--device', '#9'], /^Cannot open device "#9": none is named so; there are #0 ".*" \(s\.ts:4\)\n$/u],
  [
    `import { Simulation } from 'halocline';\nexport default () => Simulation.create(${box});`,
    ['--format', 'png,vdb@last'],
    'Cannot run scene "s.ts" with --format png: it has no field; add a field\n',
  ],
  [
    `import { Simulation } from 'halocline';
export default async () => {
  const sim = await Simulation.create(${box});
  sim.addField('tint', 'vec3', [0, 0, 0], { transient: true });
  return { simulation: sim, render: { density: 'tint' } };
};`,
    ['--format', 'png,vdb@last'],
    'Cannot run scene "s.ts" with --format vdb: no file holds its fields (tint): transient ones, and arrays; add a field\n',
  ],
  [
    scene('void Promise.reject(new Error("stray"));'),
    [],
    /^Cannot go on: a promise that nobody awaits failed: stray; await it\n$/u,
  ],
  [
    scene(`sim.addField('heat', 'float32');`),
    [],
    'Cannot add field "heat": it is declared already, as float32; choose another name (s.ts:6)\n',
  ],
])('a scene that goes wrong, %#, ends with 1 and one line', async (text, args, message) => {
  using folder = temporaryFolder();
  folder.file('s.ts', text);
  const ended = await halocline(['run', 's.ts', '--out', 'out', ...args], { cwd: folder.path });
  expect({ code: ended.code, out: ended.out }).toEqual({ code: 1, out: '' });
  if (typeof message === 'string') expect(ended.err).toBe(message);
  else expect(ended.err).toMatch(message);
});

const stencil = (name: string, inputs: string, outputs: string, code: string): string =>
  `sim.addStencil('${name}', { inputs: [${inputs}], outputs: [${outputs}], code: '${code}' });`;
vulkanTest.each([
  [
    'a dependency cycle',
    `${stencil('one', `'heat'`, `'b'`, 'WriteField("b", idx, ReadField("heat", coord));')}
     ${stencil('two', `'b'`, `'heat'`, 'WriteField("heat", idx, ReadField("b", coord));')}
     sim.addDependency('two', 'one');`,
    'Cannot order the stencils: one → two → one is a cycle (two reads "b", which one writes; addDependency("two", "one")); remove one of these dependencies, or declare the stencils in the order in which they run\n',
  ],
  [
    'a dependency on nothing',
    `${stencil('cool', '', `'heat'`, 'WriteField("heat", idx, 1.0);')} sim.addDependency('haet', 'cool');`,
    'Cannot add dependency "haet" → "cool": "haet" is neither a field nor a stencil (did you mean "heat"?); name one that was added\n',
  ],
  [
    'taps beyond the halo',
    stencil('far', `'heat'`, `'heat'`, 'WriteField("heat", idx, ReadField("heat", coord + ivec3(0, 3, 0)));'),
    'Cannot run stencil "far": it reads "heat" 3 voxels away, and the halo is 2 voxels thick; give haloThickness: 3, or leave it out\n',
  ],
  [
    'a write to what is no output',
    `sim.addField('b', 'float32'); ${stencil('s', '', `'heat'`, 'WriteField("b", idx, 1.0);')}`,
    `Cannot compile stencil "s": line 1, column 12: "b" is a field, but not among the outputs ("heat"); add it to outputs
    1 | WriteField("b", idx, 1.0);
      |            ^^^\n`,
  ],
  [
    'an unknown input',
    stencil('s', `'haet'`, `'heat'`, 'WriteField("heat", idx, 1.0);'),
    'Cannot compile stencil "s": there is no field "haet" for an input; did you mean "heat"?\n',
  ],
])('%s ends with 1 and the whole of the error', async (_, text, message) => {
  using folder = temporaryFolder();
  folder.file('s.ts', scene(text).replace('voxelSize: 0.1', 'voxelSize: 0.1, haloThickness: 2'));
  const ended = await halocline(['run', 's.ts', '--out', 'out'], { cwd: folder.path });
  expect(ended).toEqual({ code: 1, out: '', err: message });
});

vulkanTest('a report that throws says so after the frames', async () => {
  using folder = temporaryFolder();
  folder.file('s.ts', scene('', `{ simulation: sim, frames: 1, report: async () => { throw new Error('no ink'); } }`));
  const ended = await halocline(['run', 's.ts', '--out', 'out'], { cwd: folder.path });
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(/\nCannot run scene "s\.ts": its report threw at line \d+: no ink\n$/u);
  expect(readdirSync(join(folder.path, 'out'))).toEqual(['s-0001.nvdb']);
});

vulkanTest('more memory than allowed names who holds it', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling).replace('[16, 16, 16]', '[64, 64, 64]'));
  const ended = await halocline(['run', path, '--out', folder.path], { env: { HALOCLINE_MEMORY_LIMIT: '1200000' } });
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(
    /^Cannot allocate buffer "heat" in memory pool "fields": 1 MiB requested, [\d.]+ [KM]iB free, the largest hole is [\d.]+ KiB; the biggest owners are topology .*\n$/u,
  );
});

vulkanTest('a disk that fills ends with 1, and leaves whole files alone', async ({ skip }) => {
  using folder = temporaryFolder();
  const small = join(folder.path, 'small');
  mkdirSync(small);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'ignore' });
  } catch {
    skip('a small disk can’t be mounted here: it takes root');
  }
  try {
    const path = folder.file('cool.ts', scene(cooling, '{ simulation: sim, frames: 100 }'));
    const full = await halocline(['run', path, '--out', small]);
    expect(full.code).toBe(1);
    expect(full.err).toMatch(
      /\nCannot write file ".*small\/cool-\d+\.nvdb": the disk is full; free some space, or write elsewhere\n$/u,
    );
    for (const name of readdirSync(small)) expect(readGrids(readFileSync(join(small, name))), name).toHaveLength(1);
    execFileSync('mount', ['-o', 'remount,ro', small]);
    const refused = await halocline(['run', path, '--out', join(small, 'out')]);
    expect(refused.code).toBe(1);
    expect(refused.err).toBe(
      `Cannot write to folder "${join(small, 'out')}": the disk is read-only; give another by --out\n`,
    );
  } finally {
    execFileSync('umount', [small]);
  }
});

vulkanTest.each([
  ['does not parse', 'export default (', /^Cannot run scene ".*bad\.ts": it cannot be loaded.*: /u],
  ['exports nothing', 'const a = 1;', /it has no default export; end it with: export default async/u],
  ['throws', 'export default () => {\n  throw new Error("no coal");\n};', /it threw at line 2: no coal\n$/u],
  ['gives no simulation', 'export default () => 7;', /its default export gives number; give a simulation/u],
  ['has a field twice', scene(`sim.addField('heat', 'float32', 0);`), /Cannot add field "heat": /u],
  ['has a field of no type', scene(`sim.addField('cold', 'float99', 0);`), /Cannot add field "cold": .*float99/u],
  [
    'has a stencil with a syntax error',
    scene(`sim.addStencil('s', { inputs: ['heat'], outputs: ['heat'], code: 'WriteField("heat", idx, 1.0' });`),
    /Cannot compile stencil "s": line 1, column \d+: /u,
  ],
  [
    'reads a field that is not there',
    scene(
      `sim.addStencil('s', { inputs: ['heet'], outputs: ['heat'], code: 'WriteField("heat", idx, ReadField("heet", coord));' });`,
    ),
    /did you mean "heat"/u,
  ],
])('a scene that %s ends with 1 and a clear error', async (_, text, message) => {
  using folder = temporaryFolder();
  const path = folder.file('bad.ts', text);
  const ended = await halocline(['run', path, '--out', folder.path]);
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(message);
  expect(ended.err).not.toMatch(/\n {4}at /u);
});

vulkanTest('a device name that matches none names those there are', async () => {
  using folder = temporaryFolder();
  const ended = await halocline(['run', folder.file('cool.ts', scene(cooling)), '--device', 'Voodoo 2']);
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(/"Voodoo 2".*#0/su);
});

vulkanTest('an output folder that cannot be made ends with 1 and says why', async () => {
  using folder = temporaryFolder();
  const inTheWay = folder.file('file', '');
  const ended = await halocline(['run', folder.file('cool.ts', scene(cooling)), '--out', join(inTheWay, 'out')]);
  expect(ended.code).toBe(1);
  expect(ended.err).toBe(
    `Cannot write to folder "${join(inTheWay, 'out')}": a part of its path is a file; give another by --out\n`,
  );
});

vulkanTest('render makes a picture of a file', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling));
  expect((await halocline(['run', path, '--frames', '1', '--out', folder.path])).code).toBe(0);
  const picture = join(folder.path, 'picture.png');
  const ended = await halocline(['render', join(folder.path, 'cool-0001.nvdb'), '-o', picture, '--size', '64x48']);
  expect(ended.code, ended.err).toBe(0);
  expect(readFileSync(picture).readUInt32BE(16)).toBe(64);
  expect(readFileSync(picture).readUInt32BE(20)).toBe(48);
});

vulkanTest('info lists devices, and the ways between them, for people and for programs', async () => {
  const people = await halocline(['info']);
  expect(people.out).toMatch(/^#0 /u);
  const { devices, transports } = JSON.parse((await halocline(['info', '--json'])).out) as {
    devices: { name: string }[];
    transports: { transports: { name: string; refusal: string | null }[] }[];
  };
  expect(people.out).toContain(devices[0]!.name);
  expect(people.out).toMatch(/\n {2}#0 → #\d {2}staged +\d+ µs {2}/u);
  expect(transports[0]!.transports.find(({ name }) => name === 'staged')!.refusal).toBe(null);
});

vulkanTest('info tells which transport HALOCLINE_TRANSPORT forces, and refuses what is none', async () => {
  const info = (name: string, ...words: string[]): ReturnType<typeof halocline> =>
    halocline(['info', ...words], { env: { HALOCLINE_TRANSPORT: name } });
  const { out } = await info('staged');
  expect(out).toMatch(/ {2}staged +\d+ µs +[\d.]+ GB\/s +forced by HALOCLINE_TRANSPORT\n/u);
  expect(out).not.toContain('taken for');
  expect(JSON.parse((await info('staged', '--json')).out)).toMatchObject({ forced: 'staged' });
  expect(await info('nonsense')).toEqual({
    code: 1,
    out: '',
    err: expect.stringMatching(/^Cannot use transport "nonsense": HALOCLINE_TRANSPORT takes .*\n$/u) as string,
  });
});

vulkanTest('doctor finds nothing bad here', async () => {
  const { code, out } = await halocline(['doctor']);
  expect(code, out).toBe(0);
  expect(out).toContain('A simulation can run here');
});

vulkanTest('a run leaves a trace where one is asked for', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling));
  const file = join(folder.path, 'trace.json');
  const ended = await halocline(['run', path, '--out', folder.path, '--devices', '1', '--trace', file]);
  expect(ended.code, ended.err).toBe(0);
  expect(ended.err).toContain(`spans of 3 steps in ${file}; open it in ui.perfetto.dev or chrome://tracing`);
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: { name: string }[] };
  expect(traceEvents.filter(({ name }) => name === 'cool')).toHaveLength(3);
});

vulkanTest('--no-fusion and --no-overlap change no bit', async () => {
  using folder = temporaryFolder();
  const tint = `
  sim.addStencil('tint', { inputs: ['heat'], outputs: ['tint'], code: 'WriteField("tint", idx, 0.5 * ReadField("heat", idx));' });`;
  const path = folder.file('cool.ts', scene(cooling + tint));
  const files = [[], ['--no-fusion'], ['--no-overlap', '--devices', '2']].map(async (words, number) => {
    const out = join(folder.path, String(number));
    const ended = await halocline(['run', path, '--out', out, ...words]);
    expect(ended.code, ended.err).toBe(0);
    return readFileSync(join(out, readdirSync(out).sort().at(-1)!));
  });
  const [plain, ...others] = await Promise.all(files);
  for (const other of others) expect(other.equals(plain!)).toBe(true);
});
