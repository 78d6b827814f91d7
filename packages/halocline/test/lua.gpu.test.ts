import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { expect, test } from 'vitest';
import { halocline } from './command-line.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const made = `
  local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 8, 8, 8 } } }
  sim:add_field('heat', 'float32', 0)
  sim:add_stencil('warm', { inputs = { 'heat' }, outputs = { 'heat' }, code = [[
    WriteField("heat", idx, ReadField("heat", coord) + dt * float(coord.z)); ]] })
`;

test('a scene in Lua that is not there, or a folder, is one line', async () => {
  using folder = temporaryFolder();
  const missing = await halocline(['run', join(folder.path, 'none.lua')]);
  expect([missing.code, missing.err]).toEqual([
    1,
    `Cannot run scene "${folder.path}/none.lua": there is no such file; give the path of a .lua or .fluid file\n`,
  ]);
  const other = await halocline(['run', join(folder.path, 'none.luau')]);
  expect(other.err).toBe(
    `Cannot run scene "${folder.path}/none.luau": its ending is ".luau"; give a .ts, .js or .lua file\n`,
  );
});

test('a scene without a simulation prints to standard output, and --frames is no word for it', async () => {
  using folder = temporaryFolder();
  const path = folder.file('hello.fluid', `print('hello', scene.value('n', 1))`);
  const ended = await halocline(['run', path, '--set', 'n=7']);
  expect([ended.code, ended.out, ended.err]).toEqual([0, 'hello\t7\n', '']);
  const refused = await halocline(['run', path, '--frames', '3']);
  expect([refused.code, refused.out, refused.err]).toEqual([
    2,
    'hello\t1\n',
    `Cannot run scene "${path}" with --frames: it has no simulation; leave it out, or let the scene return its simulation and not step it\n`,
  ]);
});

test('an error has exit code 1, the line of the file, and nothing else', async () => {
  using folder = temporaryFolder();
  const path = folder.file('wrong.lua', `\n\nlocal a = nil + 1`);
  const ended = await halocline(['run', path]);
  expect([ended.code, ended.out, ended.err]).toEqual([
    1,
    '',
    `${path}:3: Cannot run the scene: attempt to perform arithmetic on a nil value\n`,
  ]);
  const endless = folder.file('endless.lua', 'while true do end');
  const stopped = await halocline(['run', endless, '--lua-seconds', '0.2']);
  expect(stopped.err).toBe(
    `${endless}:1: Cannot go on: the scene has computed for 0.2 s, and no more are allowed; look for a loop without end, or give --lua-seconds\n`,
  );
  const hoard = folder.file('hoard.lua', 'local t = {} while true do t[#t + 1] = #t end');
  const full = await halocline(['run', hoard, '--lua-memory', '8']);
  expect([full.code, full.err]).toEqual([
    1,
    `${hoard}:1: Cannot go on: the scene's values take 8 MiB, and no more are allowed; keep fewer, or give --lua-memory\n`,
  ]);
});

test('Ctrl-C ends a script that computes, with exit code 130', async () => {
  using folder = temporaryFolder();
  const path = folder.file('endless.lua', `print('begun') while true do pcall(function() while true do end end) end`);
  const ended = await halocline(['run', path, '--json'], { interruptOn: 'begun' });
  expect([ended.code, ended.out]).toEqual([130, '']);
  expect(ended.err).toBe('begun\nStopping after the frame under way; Ctrl-C again drops it\nInterrupted\n');
});

vulkanTest('a scene that returns its simulation is stepped by the command', async () => {
  using folder = temporaryFolder();
  const path = folder.file(
    'scene.lua',
    `${made}
    return { simulation = sim, rate = 4, frames = 3, report = function() return { warmest = sim:statistics('heat').max } end }`,
  );
  const ended = await halocline(['run', path, '--out', join(folder.path, 'out')]);
  expect(ended.code, ended.err).toBe(0);
  expect(ended.out).toMatch(/ {2}frames +3 \(3 steps\)\n/u);
  expect(ended.out).toMatch(/ {2}warmest +5\.25\n/u);
  expect(readdirSync(join(folder.path, 'out'))).toEqual(['scene-0001.nvdb', 'scene-0002.nvdb', 'scene-0003.nvdb']);
  const json = await halocline([
    'run',
    path,
    '--json',
    '--frames',
    '1',
    '--dt',
    '2',
    '--out',
    join(folder.path, 'out'),
  ]);
  expect(JSON.parse(json.out)).toMatchObject({ frame: 1, time: 2, fields: { heat: { min: 0, max: 14, mean: 7 } } });
});

vulkanTest(
  'one that steps itself has each step taken as a frame, whose files are there when the next line runs',
  async () => {
    using folder = temporaryFolder();
    const path = folder.file(
      'own.lua',
      `${made}
    sim:add_field('other', 'float32', 1)
    scene.fields = { 'heat' }
    scene.render = { width = 16, height = 16, camera = 'azimuth=30' }
    sim:run_timestep(0.5)
    print(#sim:load(scene.value('out', '') .. '/own-0001.nvdb'))
    sim:run_timestep { dt = 0.25 }
    sim:run_timestep(0.25)`,
    );
    const out = join(folder.path, 'out');
    const ended = await halocline(['run', path, '--out', out, '--set', `out=${out}`, '--format', 'nvdb,vdb@last,png']);
    expect(ended.code, ended.err).toBe(0);
    expect(ended.err).toMatch(/^frame 1 {2}.*\nframe 2 {2}.*\nframe 3 {2}.* ms a step\n$/u);
    expect(ended.out).toMatch(/^1\n {2}frames +3 \(3 steps\)\n/u);
    expect(ended.out).toContain(`  halocline run ${path} --set out=${out}\n`);
    expect(readdirSync(out)).toEqual([
      'own-0001.nvdb',
      'own-0001.png',
      'own-0002.nvdb',
      'own-0002.png',
      'own-0003.nvdb',
      'own-0003.png',
      'own-0003.vdb',
      'own.png',
    ]);
    const grids = readGrids(readFileSync(join(out, 'own-0003.nvdb')));
    expect(grids.map((grid) => grid.name)).toEqual(['heat']);
    expect(grids[0]!.get(1, 1, 7)).toBe(7);
    const json = await halocline(['run', path, '--json', '--out', out, '--set', `out=${out}`]);
    expect(json.out.trimEnd().split('\n')).toHaveLength(3);
    expect(json.err).toBe('1\n');
  },
);

vulkanTest('one that steps itself refuses what is for others, before a step is made', async () => {
  using folder = temporaryFolder();
  const path = folder.file('own.lua', `${made} pcall(sim.run_timestep, sim, 0.5) print('never')`);
  for (const [option, value] of [
    ['--frames', '3'],
    ['--dt', '0.1'],
    ['--resume', 'x.nvdb'],
  ] as const) {
    const ended = await halocline(['run', path, option, value, '--out', join(folder.path, 'out')]);
    expect([ended.code, ended.out, ended.err]).toEqual([
      2,
      '',
      `Cannot run scene "${path}" with ${option}: it steps itself, and each of its steps is a frame; leave it out, or let the scene return its simulation and not step it\n`,
    ]);
  }
  const neither = folder.file('neither.lua', made);
  expect((await halocline(['run', neither])).err).toBe(
    `Cannot run scene "${neither}": it made a simulation, and neither stepped it nor returned it; end it with: return sim\n`,
  );
});

vulkanTest('Ctrl-C during its own steps ends it after the frame under way, whose file is whole', async () => {
  using folder = temporaryFolder();
  const path = folder.file('own.lua', `${made} while true do sim:run_timestep(0.5) end`);
  const out = join(folder.path, 'out');
  const ended = await halocline(['run', path, '--out', out], { interruptOn: 'frame 2' });
  expect(ended.code, ended.err).toBe(130);
  expect(ended.out).toBe('');
  const frames = Number(/Interrupted after (\d+) frames?\n$/u.exec(ended.err)?.[1]);
  expect(frames).toBeGreaterThanOrEqual(2);
  expect(readdirSync(out)).toHaveLength(frames);
  expect(readGrids(readFileSync(join(out, `own-000${frames}.nvdb`)))[0]!.get(0, 0, 7)).toBe(3.5 * frames);
});

vulkanTest('an error between its steps leaves the frames that are done, and no summary', async () => {
  using folder = temporaryFolder();
  const path = folder.file('own.lua', `${made} sim:run_timestep(0.5)\nsim:run_timestep('x')`);
  const ended = await halocline(['run', path, '--out', join(folder.path, 'out')]);
  expect([ended.code, ended.out]).toEqual([1, '']);
  expect(ended.err).toMatch(
    /^frame 1 .*\n.*own\.lua:7: Cannot run a step: dt is x; write sim:run_timestep\(0\.016\) or sim:run_timestep\{dt=0\.016\}\n$/u,
  );
  expect(existsSync(join(folder.path, 'out', 'own-0001.nvdb'))).toBe(true);
});

vulkanTest('--subdomains and --device win over what the scene asks for', async () => {
  using folder = temporaryFolder();
  const path = folder.file(
    'parts.lua',
    `local sim = FluidEngine.new { device_count = 2, domain_bbox = { min = { 0, 0, 0 }, max = { 32, 16, 16 } } }
    print(#sim:subdomains()) sim:add_field('a', 'float32') return sim`,
  );
  const run = ['run', path, '--frames', '1', '--out', join(folder.path, 'out')];
  expect((await halocline([...run, '--device', '#0'])).out).toMatch(/^1\n/u);
  expect((await halocline([...run, '--subdomains', '3'])).out).toMatch(/^3\n/u);
  const none = await halocline([...run, '--device', 'nobody']);
  expect([none.code, none.out]).toEqual([1, '']);
  expect(none.err).toMatch(/parts\.lua:1: Cannot open device "nobody": /u);
});

vulkanTest('devices that the command names win over those of the scene', async () => {
  using folder = temporaryFolder();
  const scenes = {
    one: "FluidEngine.new { device = 'nobody', domain_bbox = { min = { 0, 0, 0 }, max = { 32, 16, 16 } } }",
    two: "FluidEngine.new { devices = { 'nobody', '#0' }, domain_bbox = { min = { 0, 0, 0 }, max = { 32, 16, 16 } } }",
    plume: 'fluids.plume { voxels = 16, subdomains = 2 }',
  };
  for (const [name, made] of Object.entries(scenes)) {
    const field = name === 'plume' ? '' : "sim:add_field('a', 'float32')";
    const path = folder.file(`${name}.lua`, `local sim = ${made} print(#sim:subdomains()) ${field} return sim`);
    const three = ['--device', '#0', '--device', '#0', '--device', '#0'];
    const ended = await halocline(['run', path, '--frames', '1', '--out', join(folder.path, name), ...three]);
    expect(ended.err).not.toContain('Cannot');
    expect([ended.code, ended.out]).toEqual([0, expect.stringMatching(/^3\n/u)]);
  }
});

vulkanTest('--allow opens a folder to a scene', async () => {
  using folder = temporaryFolder();
  using other = temporaryFolder();
  const path = folder.file('save.lua', `${made} sim:save(scene.values.file) return sim`);
  const file = join(other.path, 'a.nvdb');
  const run = ['run', path, '--frames', '1', '--out', join(folder.path, 'out'), '--set', `file=${file}`];
  const refused = await halocline(run);
  expect([refused.code, refused.err]).toEqual([
    1,
    `${path}:6: Cannot save "${file}": a scene in Lua reaches files of this folder and of its own; move it there, or allow its folder with --allow\n`,
  ]);
  const allowed = await halocline([...run, '--allow', other.path]);
  expect(allowed.code, allowed.err).toBe(0);
  expect(existsSync(file)).toBe(true);
});

vulkanTest('other commands take a scene in Lua too', async () => {
  using folder = temporaryFolder();
  const path = folder.file('scene.lua', `${made} print('made') return { simulation = sim, report = print }`);
  const told = await halocline(['explain', path]);
  expect([told.code, told.err]).toEqual([0, 'made\n']);
  expect(told.out).toContain('warm');
  const own = folder.file(
    'own.lua',
    `${made} sim:run_timestep(1) sim:render('${folder.path}/a.png', { width = 8, height = 8 })`,
  );
  expect((await halocline(['explain', own])).out).toBe(told.out);
  const none = folder.file('none.lua', 'local a = 1');
  const refused = await halocline(['explain', none]);
  expect([refused.code, refused.err]).toEqual([
    1,
    `${none}: Cannot take its simulation: it has none; end it with: return sim\n`,
  ]);
});

vulkanTest('a scene in Lua takes all that the command says of devices and the cut, or it is told of', async () => {
  using folder = temporaryFolder();
  const words = [
    '--device',
    '#0',
    '--subdomains',
    '2',
    '--cut-order',
    'slabs',
    '--rebalance',
    'time',
    '--steps-in-flight',
    '4',
    '--no-fusion',
    '--no-overlap',
  ];
  const head =
    "local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 16, 8, 8 } } } sim:add_field('heat', 'float32', 0)";
  const ends = {
    returns: 'return { simulation = sim, frames = 1 }',
    steps: 'sim:run_timestep(1)',
    plume: 'return { simulation = fluids.plume { voxels = 16 }, frames = 1 }',
  };
  for (const [name, end] of Object.entries(ends)) {
    const path = folder.file(`${name}.lua`, `${name === 'plume' ? '' : head} ${end}`);
    const ended = await halocline(['run', path, ...words, '--trace', `${name}.json`], { cwd: folder.path });
    expect(ended.code, ended.err).toBe(0);
    expect(ended.err).not.toContain('has not taken');
  }
  const none = await halocline(['run', folder.file('none.lua', "print('none')"), ...words]);
  expect([none.code, none.out]).toEqual([0, 'none\n']);
  expect(none.err).toBe(
    ['--subdomains 2', '--cut-order slabs', '--rebalance time', '--steps-in-flight 4', '--no-fusion', '--no-overlap']
      .map((word) => `${word}: the scene has no simulation to take it\n`)
      .join(''),
  );
});

vulkanTest('an error in the text of a scene that returned is told at its file and line, by every command', async () => {
  using folder = temporaryFolder();
  const head = `local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 8, 8, 8 } } } sim:add_field('heat', 'float32', 0)`;
  const text = `\nsim:add_stencil('s', { inputs = { 'heat' }, outputs = { 'heat' }, code = [[\n  float a = 1.0;\n  oops\n]] })\nreturn sim`;
  const path = folder.file('scene.lua', `${head}${text}`);
  const err =
    `${path}:4: Cannot compile stencil "s": line 4, column 7: the text ends after a statement; write ";"\n` +
    '    4 | oops\n      |     ^\n';
  for (const words of [
    ['run', path, '--frames', '1', '--out', join(folder.path, 'out')],
    ['explain', path],
    ['info', '--cut', path],
  ]) {
    expect(await halocline(words, { cwd: folder.path })).toEqual({ code: 1, out: '', err });
  }
  const glued = folder.file(
    'glued.lua',
    `${head}\nsim:add_stencil('s', { outputs = { 'heat' }, code = 'WriteField("heat", idx, ' .. 'a);' }) return sim`,
  );
  expect((await halocline(['explain', glued])).err).toMatch(
    /glued\.lua:2: Cannot compile stencil "s": line 1, column 25: /u,
  );
});

vulkanTest('examples in Lua run by the command, from where they are', async () => {
  using folder = temporaryFolder();
  const setup = join(root, 'examples/setup.lua');
  const ended = await halocline(['run', setup, '--set', 'half=8', '--set', 'steps=2', '--out', folder.path], {
    cwd: root,
  });
  expect(ended.code, ended.err).toBe(0);
  expect(readdirSync(folder.path)).toEqual(['setup-0001.nvdb', 'setup-0002.nvdb']);
});
