/**
 * @file `halocline run`: runs a scene for some frames, and leaves its files. Ctrl-C ends it after the frame under way,
 * with the device released, exit code 130; a second Ctrl-C drops that frame.
 */
import { basename, extname, join } from 'node:path';
import type { Scene, SceneOptions } from '../scene.ts';
import { Checkpoints, checkpointWords, resumeRun, type ResumedRun } from './checkpoints.ts';
import { deviceOption, UsageError, type Command, type Words } from './command.ts';
import { listenForInterruption, type Interruption } from './interruption.ts';
import { loadScene, sceneError } from './load-scene.ts';
import { pluginOption, usePlugins } from './plugins.ts';
import { Outputs, parseFormats } from './outputs.ts';
import { makeProgress, type Progress } from './progress.ts';
import { count } from './table.ts';
import { dropUnfinished, prepareFolder } from './write-file.ts';

interface Plan {
  readonly path: string;
  readonly frames: number;
  readonly dt: number;
  readonly stepsPerFrame: number;
  /** Frames that a checkpoint had done. */
  readonly first: number;
  readonly fields: readonly string[];
  readonly folder: string;
  readonly json: boolean;
  /** The options that make this scene what it is, as they were typed. */
  readonly settings: string;
}

interface Outcome {
  readonly framesDone: number;
  readonly stepMilliseconds: number;
}

function valuesOf(words: Words): Record<string, string> {
  return Object.fromEntries(
    words.all('set').map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new UsageError(`Cannot read option "--set": "${word}" is not NAME=VALUE`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

function planOf(words: Words, scene: Scene, path: string, resumed: ResumedRun | null): Plan {
  const { stepsPerFrame, dt } = resumed ?? pace(words, scene);
  const frames = words.number('frames', 'count') ?? scene.frames ?? 24;
  const first = resumed?.frames ?? 0;
  const names = scene.simulation.fields.map((field) => field.name);
  const asked = words.text('fields')?.split(',') ?? scene.fields ?? names;
  const fields = [...new Set(asked.map((name) => name.trim()))];
  const unknown = fields.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `Cannot save field "${unknown}": the scene has none of that name; it has ${names.join(', ') || 'no fields'}`,
    );
  }
  return {
    path,
    stepsPerFrame,
    fields,
    frames,
    first,
    dt,
    folder: words.text('out') ?? join('out', basename(path, extname(path))),
    json: words.has('json'),
    settings: words
      .all('set')
      .map((word) => ` --set ${/^[\w.=,:/+-]+$/u.test(word) ? word : `'${word}'`}`)
      .join(''),
  };
}

/** Steps a frame, and seconds a step. */
function pace(words: Words, { stepsPerFrame = 1, rate = 24 }: Scene): { stepsPerFrame: number; dt: number } {
  return { stepsPerFrame, dt: words.number('dt', 'positive') ?? 1 / (rate * stepsPerFrame) };
}

/** One line of `--json` for a frame. */
async function frameLine(scene: Scene, plan: Plan, index: number, milliseconds: number): Promise<string> {
  const { simulation } = scene;
  const fields: Record<string, unknown> = {};
  for (const name of plan.fields) {
    const { min, max, mean, finite } = await simulation.field(name).statistics();
    const plain = (values: readonly number[]): unknown => (values.length === 1 ? values[0] : values);
    // JSON has no NaN and no infinity: they are null there.
    fields[name] = { min: plain(min), max: plain(max), mean: plain(mean), ...(finite ? {} : { finite }) };
  }
  const memory = simulation.memory().total;
  return JSON.stringify({ frame: index + 1, time: simulation.time, milliseconds, fields, memory });
}

async function runFrames(
  scene: Scene,
  plan: Plan,
  { outputs, checkpoints }: { outputs: Outputs; checkpoints: Checkpoints },
  progress: Progress,
  interruption: Interruption,
): Promise<Outcome> {
  let stepping = 0;
  let framesDone = plan.first;
  for (let index = plan.first; index < plan.frames && interruption.exitCode === null; index++) {
    const start = performance.now();
    for (let step = 0; step < plan.stepsPerFrame; step++) await scene.simulation.runTimestep(plan.dt);
    await scene.simulation.finish();
    const milliseconds = performance.now() - start;
    stepping += milliseconds;
    await outputs.write(index, index === plan.frames - 1);
    if (plan.json) process.stdout.write(`${await frameLine(scene, plan, index, milliseconds)}\n`);
    else progress.update(index + 1, `${(milliseconds / plan.stepsPerFrame).toFixed(1)} ms a step`);
    framesDone = index + 1;
    await checkpoints.after(framesDone);
  }
  if (framesDone > plan.first) await checkpoints.write(framesDone);
  return { framesDone, stepMilliseconds: stepping / Math.max(1, (framesDone - plan.first) * plan.stepsPerFrame) };
}

async function reportOf(scene: Scene, plan: Plan): Promise<Readonly<Record<string, string>>> {
  try {
    return (await scene.report?.()) ?? {};
  } catch (error) {
    throw sceneError(plan.path, 'its report threw', error);
  }
}

async function summary(
  scene: Scene,
  plan: Plan,
  { outputs, checkpoints }: { outputs: Outputs; checkpoints: Checkpoints },
  outcome: Outcome,
): Promise<string> {
  const { simulation } = scene;
  const done = outcome.framesDone - plan.first;
  const animation = await outputs.finish();
  const grid = outputs.files.findLast((file) => file.endsWith('vdb'));
  const rows: [string, string][] = [
    [
      'frames',
      `${done} (${count(done * plan.stepsPerFrame, 'step')})${plan.first === 0 ? '' : `, after ${plan.first} of the checkpoint`}`,
    ],
    [
      'voxels',
      `${simulation.activeVoxels.toLocaleString('en')} active in ${count(simulation.leafCount, 'leaf', 'leaves')}`,
    ],
    ['time', `${outcome.stepMilliseconds.toFixed(1)} ms a step`],
    ['device', simulation.device.name],
    ...Object.entries(await reportOf(scene, plan)),
  ];
  if (outputs.files.length > 0) rows.push(['files', `${outputs.files.length} in ${plan.folder}`]);
  if (animation !== null) rows.push(['pictures', `${join(plan.folder, '*.png')}, animated: ${animation}`]);
  if (checkpoints.file !== null) rows.push(['checkpoint', checkpoints.file]);
  const width = Math.max(...rows.map(([name]) => name.length));
  const resume = checkpoints.file === null ? '' : ` --resume ${checkpoints.file}`;
  const next = [
    ...(grid === undefined ? [] : [`halocline inspect ${grid}`, `halocline render ${grid} -o picture.png`]),
    `halocline run ${plan.path} --frames ${plan.frames * 2}${plan.settings}${resume}`,
  ];
  const table = rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
  return [
    ...table,
    '',
    'Try next (npm run halocline -- … in a checkout):',
    ...next.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

async function run(words: Words): Promise<number> {
  const path = words.positionals[0]!;
  const formats = parseFormats(words.text('format') ?? 'nvdb');
  words.number('frames', 'count');
  words.number('dt', 'positive');
  checkpointWords(words);
  const values = valuesOf(words);
  const stem = basename(path, extname(path));
  const given = words.text('out');
  if (given !== undefined) prepareFolder(given);
  let progress: Progress | null = null;
  const say = (line: string): void => (progress === null ? void process.stderr.write(`${line}\n`) : progress.say(line));
  using interruption = listenForInterruption(
    () => say('Stopping after the frame under way; Ctrl-C again drops it'),
    () => dropUnfinished(given ?? join('out', stem), stem),
  );
  const subdomains = words.number('subdomains', 'count');
  const options: SceneOptions = {
    values,
    log: say,
    ...deviceWish(words),
    ...(subdomains === undefined ? {} : { subdomains }),
    ...(words.has('validation') ? { validation: true } : {}),
    ...(words.text('trace') === undefined ? {} : { trace: words.text('trace')! }),
  };
  const scene = await loadScene(path, options);
  await using _simulation = scene.simulation;
  await usePlugins(scene.simulation, words, path);
  await scene.simulation.initialize();
  const plan = planOf(words, scene, path, await resumeRun(words, scene.simulation, pace(words, scene)));
  if (plan.first >= plan.frames) {
    say(
      `"${words.text('resume')}" has ${count(plan.first, 'frame')}, and ${plan.frames} are asked for: nothing is left`,
    );
    return 0;
  }
  prepareFolder(plan.folder);
  const checkpoints = new Checkpoints(words, scene.simulation, { ...plan, stem });
  await using outputs = new Outputs(scene, formats, join(plan.folder, stem), plan.fields);
  await outputs.takeUp(plan.first, say);
  const files = { outputs, checkpoints };
  progress = makeProgress(plan.frames);
  let outcome: Outcome;
  try {
    outcome = await runFrames(scene, plan, files, progress, interruption);
  } finally {
    progress.end();
  }
  const text = outcome.framesDone === plan.first ? '' : await summary(scene, plan, files, outcome);
  if (!plan.json) process.stdout.write(text);
  if (interruption.exitCode === null) return 0;
  process.stderr.write(`Interrupted after ${outcome.framesDone} of ${plan.frames} frames\n`);
  return interruption.exitCode;
}

/** Which device, or devices, the words ask for. */
function deviceWish(words: Words): Pick<SceneOptions, 'device' | 'devices'> {
  const names = words.all('device');
  const devices = words.number('devices', 'count');
  if (devices !== undefined && names.length > 0) {
    throw new UsageError('Cannot run "halocline run": both --device and --devices are given; see halocline run --help');
  }
  if (devices !== undefined) return { devices };
  return names.length > 1 ? { devices: names } : names.length === 1 ? { device: names[0]! } : {};
}

const command: Command = {
  name: 'run',
  summary: 'Runs a scene (.ts or .js) and writes its fields and pictures',
  positionals: ['SCENE'],
  options: {
    frames: { value: 'N', help: 'how many frames (default: the scene, else 24)' },
    dt: { value: 'S', help: 'seconds a step (default: 1 / (rate × steps a frame))' },
    out: { value: 'DIR', short: 'o', help: 'folder for the files (default: out/SCENE)' },
    fields: { value: 'A,B', help: 'fields to save (default: the scene, else all)' },
    format: { value: 'LIST', help: 'nvdb, vdb, png; vdb@last writes the last frame alone (default: nvdb)' },
    set: { value: 'NAME=VALUE', many: true, help: 'a value for the scene to read' },
    plugin: pluginOption,
    device: { ...deviceOption, many: true },
    devices: { value: 'N', help: 'run over N devices of one model (default: 1)' },
    subdomains: { value: 'K', help: 'parts that the domain is cut into (default: one a device)' },
    checkpoint: { value: 'PATH', help: 'write a checkpoint when the run ends, or Ctrl-C ends it' },
    'checkpoint-every': { value: 'N', help: 'write it after every N frames too (default: OUT/SCENE-checkpoint.nvdb)' },
    resume: { value: 'PATH', help: 'go on from a checkpoint, with the bits of a run that was never stopped' },
    validation: { help: 'turn on the validation layer' },
    trace: { value: 'FILE', help: 'write when each pass, message and submit ran (Chrome trace format)' },
    json: { help: 'one line of JSON a frame: frame, time, milliseconds, fields, memory' },
  },
  example: 'halocline run examples/plume.ts --frames 48 --format nvdb,png --out out/plume',
  run,
};
export default command;
