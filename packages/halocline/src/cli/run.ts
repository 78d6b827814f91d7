/**
 * @file `halocline run`: runs a scene for some frames, and leaves its files. Ctrl-C ends it after the frame under way,
 * with the device released, exit code 130; a second Ctrl-C drops that frame.
 */
import { basename, extname, join } from 'node:path';
import { FROM_OUTSIDE, type CutOrder, type Rebalance } from '@halocline/engine';
import type { Scene, SceneOptions } from '../scene.ts';
import { Checkpoints, checkpointWords, resumeRun } from './checkpoints.ts';
import { UsageError, type Words } from './command.ts';
import { listenForInterruption, type Interruption } from './interruption.ts';
import { loadScene } from './load-scene.ts';
import { initializeScene, isLua, retold } from './lua-scene.ts';
import { usePlugins } from './plugins.ts';
import { Outputs, parseFormats } from './outputs.ts';
import { makeProgress, type Progress } from './progress.ts';
import type { LuaRun } from './run-lua.ts';
import { frameLine, pace, planOf, summary, type Outcome, type Plan } from './run-plan.ts';
import { checkRunFiles } from './run-files.ts';
import { count } from './table.ts';
import { prepareFolder } from './write-file.ts';

/** What `--set` gives, by name. */
export function valuesOf(words: Words): Record<string, string> {
  return Object.fromEntries(
    words.all('set').map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new UsageError(`Cannot read option "--set": "${word}" is not NAME=VALUE`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
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

/** Into how many parts the words want a domain cut, and along which order. */
export function cutWish(words: Words): Pick<SceneOptions, 'subdomains' | 'cutOrder'> {
  const subdomains = words.number('subdomains', 'count');
  const devices = words.number('devices', 'count') ?? words.all('device').length;
  if (subdomains !== undefined && subdomains < devices) {
    throw new UsageError(
      `Cannot run "halocline ${words.command}": --subdomains is ${subdomains}, and there are ${devices} devices; give at least one a device`,
    );
  }
  const cutOrder = words.text('cut-order') as CutOrder | undefined;
  return {
    ...(subdomains === undefined ? {} : { subdomains }),
    ...(cutOrder === undefined ? {} : { cutOrder }),
  };
}

/** What the words want of steps under way. */
function flightWish(words: Words): Pick<SceneOptions, 'stepsInFlight'> {
  const stepsInFlight = words.number('steps-in-flight', { least: 2, most: 16 });
  return stepsInFlight === undefined ? {} : { stepsInFlight };
}

/** Does what the words ask for, and gives the exit code. */
export async function run(words: Words): Promise<number> {
  const path = words.positionals[0]!;
  const formats = parseFormats(words.text('format') ?? 'nvdb');
  words.number('frames', 'count');
  for (const name of ['dt', 'lua-seconds', 'lua-memory']) words.number(name, 'positive');
  checkpointWords(words);
  checkRunFiles(words, { stem: basename(path, extname(path)), formats });
  const values = valuesOf(words);
  const stem = basename(path, extname(path));
  const given = words.text('out');
  let progress: Progress | null = null;
  const say = (line: string): void => (progress === null ? void process.stderr.write(`${line}\n`) : progress.say(line));
  let script: { interrupt(): void } | null = null;
  const interruption = listenForInterruption(() => {
    say('Stopping after the frame under way; Ctrl-C again drops it');
    script?.interrupt();
  });
  const started: LuaRun['started'] = (running, its) => {
    script = running;
    progress = its;
  };
  const options: SceneOptions = {
    values,
    log: say,
    ...deviceWish(words),
    ...cutWish(words),
    ...(words.text('rebalance') === undefined ? {} : { rebalance: words.text('rebalance') as Rebalance }),
    ...flightWish(words),
    ...(words.has('no-fusion') ? { fusion: false } : {}),
    ...(words.has('no-overlap') ? { overlap: false } : {}),
    ...(words.has('validation') ? { validation: true } : {}),
    ...(words.text('trace') === undefined ? {} : { trace: words.text('trace')! }),
  };
  if (given !== undefined) await prepareFolder(given);
  const lua = isLua(path)
    ? await (await import('./run-lua.ts')).runLua({ words, path, options, formats, interruption, started })
    : null;
  if (typeof lua === 'number') return lua;
  const scene = lua?.scene ?? (await loadScene(path, options));
  await using _owner = lua ?? scene.simulation;
  await usePlugins(scene.simulation, words, path);
  await initializeScene(scene.simulation);
  const resumed = await resumeRun(words, scene.simulation, pace(words, scene));
  const plan = planOf(words, scene, { path, formats, resumed });
  if (plan.first >= plan.frames) {
    say(
      `"${words.text('resume')}" has ${count(plan.first, 'frame')}, and ${plan.frames} are asked for: nothing is left`,
    );
    return 0;
  }
  await prepareFolder(plan.folder);
  const checkpoints = await Checkpoints.open(words, scene.simulation, { ...plan, stem });
  await using outputs = new Outputs(scene, formats, join(plan.folder, stem), plan.fields);
  await outputs.takeUp(plan.first, say);
  const files = { outputs, checkpoints };
  progress = makeProgress(plan.frames, { first: plan.first });
  let outcome: Outcome;
  try {
    outcome = await runFrames(scene, plan, files, progress, interruption);
  } catch (error) {
    throw retold(scene.simulation, error);
  } finally {
    progress.end();
  }
  const text =
    outcome.framesDone === plan.first
      ? ''
      : await summary(scene, plan, { outputs, checkpoint: checkpoints.file }, outcome);
  if (!plan.json) process.stdout.write(text);
  if (interruption.exitCode === null) return 0;
  process.stderr.write(`Interrupted after ${outcome.framesDone} of ${plan.frames} frames\n`);
  return interruption.exitCode;
}

/**
 * Which device, or devices, the words ask for. What they don't say of the two is undefined, and not left out: so the words win where a
 * scene hands its options on behind its own, as in `{ devices: 3, ...options }`.
 */
export function deviceWish(words: Words): Pick<SceneOptions, 'device' | 'devices' | typeof FROM_OUTSIDE> {
  const names = words.all('device');
  const devices = words.number('devices', 'count');
  if (devices !== undefined && names.length > 0) {
    throw new UsageError(
      `Cannot run "halocline ${words.command}": both --device and --devices are given; see halocline ${words.command} --help`,
    );
  }
  if (devices === undefined && names.length === 0) return {};
  const several = devices ?? (names.length > 1 ? names : undefined);
  const wish: { [Name in 'device' | 'devices']: SceneOptions[Name] | undefined } = {
    device: several === undefined ? names[0] : undefined,
    devices: several,
  };
  return { ...(wish as Pick<SceneOptions, 'device' | 'devices'>), [FROM_OUTSIDE]: { overrules: true } };
}
