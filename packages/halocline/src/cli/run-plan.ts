/** @file What a run does, read from the words and the scene, and what it says: a line of JSON a frame, the summary. */
import { basename, extname, join } from 'node:path';
import type { Simulation } from '@halocline/engine';
import { isArrayField } from '@halocline/stencil';
import type { Scene } from '../scene.ts';
import type { ResumedRun } from './checkpoints.ts';
import type { Words } from './command.ts';
import { sceneError } from './load-scene.ts';
import type { Format, Outputs } from './outputs.ts';
import { count } from './table.ts';

/** How a scene is run. */
export interface Plan {
  readonly path: string;
  /** 0 for a scene that steps itself. */
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

/** What came of it. */
export interface Outcome {
  readonly framesDone: number;
  readonly stepMilliseconds: number;
}

/** How the words, the scene and a checkpoint say that it is run; throws where it can't leave files of these kinds. */
export function planOf(
  words: Words,
  scene: Scene,
  { path, formats, resumed = null }: { path: string; formats: readonly Format[]; resumed?: ResumedRun | null },
): Plan {
  const { stepsPerFrame, dt } = resumed ?? pace(words, scene);
  const frames = words.number('frames', 'count') ?? scene.frames ?? 24;
  const first = resumed?.frames ?? 0;
  const names = scene.simulation.fields.map((field) => field.name);
  // By default all that there is between steps, and that a grid can hold: arrays, as the populations of a lattice, have none.
  const kept = scene.simulation.fields.filter(({ transient, type }) => !transient && !isArrayField(type));
  const asked = words.text('fields')?.split(',') ?? scene.fields ?? kept.map((field) => field.name);
  const fields = [...new Set(asked.map((name) => name.trim()))];
  const unknown = fields.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `Cannot save field "${unknown}": the scene has none of that name; it has ${names.join(', ') || 'no fields'}`,
    );
  }
  const needy = formats.find(({ kind }) => kind !== 'png' || scene.render?.density === undefined);
  if (fields.length === 0 && needy !== undefined) {
    const why =
      names.length === 0
        ? 'it has no field'
        : `no file holds its fields (${names.join(', ')}): transient ones, and arrays`;
    throw new Error(`Cannot run scene "${path}" with --format ${needy.kind}: ${why}; add a field`);
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
export function pace(words: Words, { stepsPerFrame = 1, rate = 24 }: Scene): { stepsPerFrame: number; dt: number } {
  return { stepsPerFrame, dt: words.number('dt', 'positive') ?? 1 / (rate * stepsPerFrame) };
}

/** One line of `--json` for a frame. */
export async function frameLine(scene: Scene, plan: Plan, index: number, milliseconds: number): Promise<string> {
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

async function reportOf(scene: Scene, plan: Plan): Promise<Readonly<Record<string, string>>> {
  try {
    return (await scene.report?.()) ?? {};
  } catch (error) {
    throw sceneError(plan.path, 'its report threw', error);
  }
}

/** On which devices a simulation runs, and in how many parts. */
async function whereOf(simulation: Simulation): Promise<[string, string]> {
  const { devices, subdomains } = simulation.options;
  if (devices === undefined && subdomains === undefined) return ['device', simulation.device.name];
  const parts = await simulation.subdomains();
  const names = new Map(parts.map(({ deviceNumber, device }) => [deviceNumber, device]));
  const alike = [...Map.groupBy(names.values(), (name) => name)];
  const text = alike.map(([name, { length }]) => (length === 1 ? name : `${length} × ${name}`)).join(', ');
  return [names.size === 1 ? 'device' : 'devices', `${text}; ${count(parts.length, 'subdomain')}`];
}

/** The table at the end, and what to try next. */
export async function summary(
  scene: Scene,
  plan: Plan,
  { outputs, checkpoint }: { outputs: Outputs; checkpoint: string | null },
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
    await whereOf(simulation),
    ...Object.entries(await reportOf(scene, plan)),
  ];
  if (outputs.files.length > 0) rows.push(['files', `${outputs.files.length} in ${plan.folder}`]);
  if (animation !== null) rows.push(['pictures', `${join(plan.folder, '*.png')}, animated: ${animation}`]);
  if (checkpoint !== null) rows.push(['checkpoint', checkpoint]);
  const width = Math.max(...rows.map(([name]) => name.length));
  const resume = checkpoint === null ? '' : ` --resume ${checkpoint}`;
  const frames = plan.frames === 0 ? '' : ` --frames ${plan.frames * 2}`;
  const next = [
    ...(grid === undefined ? [] : [`halocline inspect ${grid}`, `halocline render ${grid} -o picture.png`]),
    `halocline run ${plan.path}${frames}${plan.settings}${resume}`,
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
