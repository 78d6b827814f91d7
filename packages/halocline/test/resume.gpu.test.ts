/** `--checkpoint-every` and `--resume`: runs that are stopped, killed and cut otherwise leave the files of one that wasn't. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { halocline } from './command-line.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const long = process.env['HALOCLINE_LONG'] === '1';

/** A pressure solve that a scalar ends, a parameter, and state of the scene's own. */
const SCENE = `
import { Simulation } from 'halocline';
export default async ({ values, ...options }) => {
  const sim = await Simulation.create({ ...options, domain: { min: [0, 0, 0], max: [20, 17, 24] }, voxelSize: 0.1 });
  sim.addField('p', 'float32', 0);
  sim.addField('q', 'float16', 0);
  sim.addParameter('bound', 'float', 0.5);
  sim.addStencil('sweep', {
    inputs: ['p', 'q'], outputs: ['p'],
    code: \`float sum = 0.0;
      for (int n = 0; n < 3; n++) {
        ivec3 o = ivec3(n == 0 ? 1 : 0, n == 1 ? 1 : 0, n == 2 ? 1 : 0);
        sum += n == 0 ? ReadField("p", coord + ivec3(1, 0, 0)) + ReadField("p", coord - ivec3(1, 0, 0)) : 0.0;
      }
      float next = 0.25 * (sum + ReadField("p", coord + ivec3(0, 0, 1)) + ReadField("p", coord - ivec3(0, 1, 0))) - ReadField("q", coord);
      WriteField("p", idx, next);
      ReduceSum("change", abs(next - ReadField("p", coord)));\`,
  });
  sim.repeat({ name: 'solve', body: ['sweep'], times: 60, until: { scalar: 'change', below: 'bound' } });
  sim.addStencil('stir', {
    inputs: ['p', 'q'], outputs: ['q'],
    code: 'WriteField("q", idx, 0.9 * ReadField("q", coord + ivec3(0, 1, 0)) + 0.1 * sin(float(coord.x + int(frame)) + 10.0 * time) + 0.01 * ReadField("p", coord));',
  });
  await sim.initialize();
  return { simulation: sim, stepsPerFrame: 2 };
};
`;

/** A checksum of each frame's file. */
function framesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => /-\d{4}\./u.test(name));
  return Object.fromEntries(
    names.sort().map((name) => [
      name,
      createHash('sha1')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

vulkanTest('a run goes on where a checkpoint ends, cut otherwise, with the right numbers', async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  folder.file('s.ts', SCENE);
  const whole = await halocline(['run', 's.ts', '--frames', '6', '-o', 'whole'], { cwd });
  expect(whole.code, whole.err).toBe(0);
  const first = await halocline(['run', 's.ts', '--frames', '2', '-o', 'o', '--checkpoint', 'c.nvdb'], { cwd });
  expect(first.out).toContain('  checkpoint  c.nvdb\n');
  expect(first.out).toContain('  halocline run s.ts --frames 4 --resume c.nvdb\n');
  expect(first.err).toMatch(/^Checkpoint "c\.nvdb": step 4, 2 fields, [\d.]+ KiB, written in [\d.]+ s$/mu);
  const next = ['run', 's.ts', '--frames', '6', '-o', 'o', '--resume', 'c.nvdb', '--subdomains', '3', '--json'];
  const second = await halocline(next, { cwd });
  expect(second.code, second.err).toBe(0);
  expect(second.err).toMatch(/^Resumed from "c\.nvdb" after step 4, at [\d.]+ s, in [\d.]+ s$/mu);
  const lines = second.out.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { frame: number }).frame)).toEqual([3, 4, 5, 6]);
  expect(framesOf(join(cwd, 'o'))).toEqual(framesOf(join(cwd, 'whole')));
});

vulkanTest('Ctrl-C leaves a checkpoint of the last frame', async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  folder.file('s.ts', SCENE);
  const args = ['run', 's.ts', '--frames', '5000', '-o', 'o', '--checkpoint-every', '1000'];
  const stopped = await halocline(args, { cwd, interruptOn: 'frame    3/5000' });
  expect(stopped.code).toBe(130);
  const done = Number(/Interrupted after (\d+) of 5000 frames/u.exec(stopped.err)![1]);
  const on = await halocline(['run', 's.ts', '--frames', `${done + 1}`, '-o', 'o', '--resume', 'o/s-checkpoint.nvdb'], {
    cwd,
  });
  expect(on.out).toContain(`frames  1 (2 steps), after ${done} of the checkpoint\n`);
  const again = await halocline(['run', 's.ts', '--frames', `${done}`, '-o', 'o', '--resume', 'o/s-checkpoint.nvdb'], {
    cwd,
  });
  expect({ code: again.code, err: again.err.split('\n').at(-2) }).toEqual({
    code: 0,
    err: `"o/s-checkpoint.nvdb" has ${done} frames, and ${done} are asked for: nothing is left`,
  });
});

vulkanTest('a terminal that is closed leaves a checkpoint of the last frame, and 129', async ({ skip }) => {
  const terminal = spawnSync('script', ['--version'], { encoding: 'utf8' });
  skip(
    !/util-linux/u.test(terminal.stdout ?? ''),
    'no "script" of util-linux here, which runs a command in a terminal',
  );
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  folder.file('s.ts', SCENE);
  const run = `"${process.execPath}" --conditions=@halocline/source "${main}" run s.ts --frames 5000 -o o --checkpoint c.nvdb`;
  // The first shell ends with its terminal, by which all in front hear of that; the second stays to see how the run ends.
  const child = spawn('script', ['-qc', `(trap '' HUP; ${run}; echo $? > ended); true`, '/dev/null'], {
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const ended = join(cwd, 'ended');
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
    if (/frame +3\/5000/u.test(text)) child.kill('SIGKILL');
  });
  await closed;
  await expect.poll(() => (existsSync(ended) ? readFileSync(ended, 'utf8') : ''), { timeout: 60_000 }).toBe('129\n');
  const next = await halocline(['run', 's.ts', '--frames', '1', '-o', 'o', '--resume', 'c.nvdb'], { cwd });
  const frames = readdirSync(join(cwd, 'o')).filter((name) => name.endsWith('.nvdb'));
  expect(next.err).toMatch(new RegExp(`^"c\\.nvdb" has ${frames.length} frames, and 1 are asked for`, 'mu'));
});

vulkanTest('a checkpoint that can not be written is refused before the first frame', async () => {
  using folder = temporaryFolder();
  folder.file('s.ts', SCENE);
  folder.file('file', '');
  const err = 'Cannot write file "file/c.nvdb": a part of its path is a file; write elsewhere\n';
  for (const words of [
    ['--checkpoint', 'file/c.nvdb'],
    ['--checkpoint', 'file/c.nvdb', '--checkpoint-every', '2'],
  ]) {
    const ended = await halocline(['run', 's.ts', '--frames', '2', '-o', 'o', ...words], { cwd: folder.path });
    expect([ended.code, ended.err]).toEqual([1, err]);
    expect(readdirSync(join(folder.path, 'o'))).toEqual([]);
  }
});

vulkanTest('a checkpoint that bears the name of a frame of its run is refused, and nothing is made', async () => {
  using folder = temporaryFolder();
  folder.file('s.ts', SCENE);
  const run = (...words: string[]): ReturnType<typeof halocline> =>
    halocline(['run', 's.ts', '--frames', '1', ...words], { cwd: folder.path });
  for (const [name, file] of [
    ['--checkpoint', 'o/s-0001.nvdb'],
    ['--checkpoint', './o/../o/s-12345.nvdb'],
    ['--resume', 'o/s-0002.nvdb'],
  ] as const) {
    const { code, err } = await run(name, file, '-o', 'o');
    const what = 'is the name of a frame that the run writes; give another, or another --out';
    expect([code, err]).toEqual([2, `Cannot read option "${name}": "${file}" ${what}\n`]);
  }
  expect(readdirSync(folder.path).includes('o')).toBe(false);
  const others = await run('--checkpoint', 'o/s-0001.nvdb', '-o', 'o', '--format', 'vdb');
  expect(others.code, others.err).toBe(0);
});

vulkanTest('the animated picture of a run that was stopped has all frames', async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  folder.file('s.ts', SCENE.replace('stepsPerFrame: 2', `render: { density: 'q', width: 40, height: 32 }`));
  const run = ['run', 's.ts', '--format', 'png'];
  for (const args of [
    ['--frames', '4', '-o', 'whole'],
    ['--frames', '2', '-o', 'o', '--checkpoint', 'c.nvdb'],
    ['--frames', '4', '-o', 'o', '--resume', 'c.nvdb'],
  ]) {
    const ended = await halocline([...run, ...args], { cwd });
    expect(ended.code, ended.err).toBe(0);
  }
  expect(framesOf(join(cwd, 'o'))).toEqual(framesOf(join(cwd, 'whole')));
  expect(readFileSync(join(cwd, 'o/s.png')).equals(readFileSync(join(cwd, 'whole/s.png')))).toBe(true);
  rmSync(join(cwd, 'o/s-0001.png'));
  const lacking = await halocline([...run, '--frames', '5', '-o', 'o', '--resume', 'c.nvdb'], { cwd });
  expect(lacking.err).toContain(
    'The animated picture begins with frame 3: Cannot read picture "o/s-0001.png": there is no such file\n',
  );
});

vulkanTest.each([
  [['--checkpoint', 'c.vdb'], 2, `Cannot read option "--checkpoint": "c.vdb" doesn't end in .nvdb\n`],
  [['--resume', 'c.vdb'], 1, 'Cannot resume from "c.vdb": a checkpoint is a .nvdb file; give it that ending\n'],
  [['--resume', 'c.nvdb'], 1, 'Cannot resume from "c.nvdb": there is no such file; give the path of a .nvdb file\n'],
  [
    ['--checkpoint-every', '0'],
    2,
    'Cannot read option "--checkpoint-every" of halocline run: "0" is not a whole number from 1\n',
  ],
])('%j is refused', async (args, code, err) => {
  using folder = temporaryFolder();
  folder.file('s.ts', SCENE);
  expect(await halocline(['run', 's.ts', ...args], { cwd: folder.path })).toEqual({ code, err, out: '' });
});

/** Runs until it is done or `milliseconds` are over; then it is killed, and nothing of it hears of that. */
function runFor(args: readonly string[], cwd: string, milliseconds: number): Promise<'done' | 'killed'> {
  const child = spawn(process.execPath, ['--conditions=@halocline/source', main, ...args], { cwd, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? 'done' : 'killed');
    });
  });
}

vulkanTest(
  'a run that is killed at any moment goes on, and leaves the files of one that was not',
  async () => {
    using folder = temporaryFolder();
    const { path: cwd } = folder;
    folder.file('s.ts', SCENE);
    const frames = ['run', 's.ts', '--frames', '60'];
    const start = performance.now();
    expect(await runFor([...frames, '-o', 'whole'], cwd, 600_000)).toBe('done');
    const most = 1.2 * (performance.now() - start);
    const expected = framesOf(join(cwd, 'whole'));
    let kills = 0;
    let resumed = 0;
    const kinds = [['1'], ['2', '--subdomains', '2'], ['3', '--device', '#0', '--device', '#0', '--subdomains', '3']];
    while (kills < (long ? 50 : 4)) {
      const checkpoint = existsSync(join(cwd, 'o/s-checkpoint.nvdb'));
      const [every, ...cut] = kinds[kills % kinds.length]!;
      const from = checkpoint ? ['--resume', 'o/s-checkpoint.nvdb'] : [];
      const args = [...frames, '-o', 'o', '--checkpoint-every', every!, ...cut, ...from];
      if ((await runFor(args, cwd, most * Math.random())) === 'done') {
        expect(framesOf(join(cwd, 'o'))).toEqual(expected);
        rmSync(join(cwd, 'o'), { recursive: true });
      } else kills++;
      resumed += checkpoint ? 1 : 0;
    }
    if (long) expect(resumed).toBeGreaterThan(10);
    const last = existsSync(join(cwd, 'o/s-checkpoint.nvdb')) ? ['--resume', 'o/s-checkpoint.nvdb'] : [];
    expect(await runFor([...frames, '-o', 'o', ...last], cwd, 600_000)).toBe('done');
    expect(framesOf(join(cwd, 'o'))).toEqual(expected);
    expect(readdirSync(join(cwd, 'o')).filter((name) => name.endsWith('.part'))).toEqual([]);
  },
  long ? 1_800_000 : 240_000,
);
