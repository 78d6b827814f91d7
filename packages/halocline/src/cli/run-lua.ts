/**
 * @file Scenes in Lua. One that returns its simulation is run as a scene of TypeScript is; one that steps itself has each of
 * its steps taken as a frame, whose files are written before its next line runs.
 */
import { basename, extname, join } from 'node:path';
import type { Simulation } from '@halocline/engine';
import { LuaScript, StopScript, type LuaOptions } from '@halocline/lua';
import type { Scene, SceneOptions } from '../scene.ts';
import { UsageError, type Words } from './command.ts';
import type { Interruption } from './interruption.ts';
import { luaSceneOptions, noteTeller, tellUntakenByLua } from './lua-scene.ts';
import { Outputs, type Format } from './outputs.ts';
import { usePlugins } from './plugins.ts';
import { makeProgress, type Progress } from './progress.ts';
import { frameLine, planOf, summary, type Plan } from './run-plan.ts';
import { count } from './table.ts';
import { prepareFolder } from './write-file.ts';

/** What belongs to a run. */
export interface LuaRun {
  readonly words: Words;
  readonly path: string;
  readonly options: SceneOptions;
  readonly formats: readonly Format[];
  readonly interruption: Interruption;
  /** Is told how to end the script, and where its warnings go. */
  readonly started: (script: { interrupt(): void }, progress: Progress) => void;
}

/** A script that returned a scene: to be run, and disposed then. Or the exit code of one that has done all by itself. */
export type LuaOutcome = (AsyncDisposable & { readonly scene: Scene }) | number;

/** Runs the script. */
export async function runLua(run: LuaRun): Promise<LuaOutcome> {
  const { path, words, interruption } = run;
  await using own = new OwnSteps(run);
  let script: LuaScript;
  try {
    script = await LuaScript.run(path, luaOptionsOf(run, own));
  } catch (error) {
    if (error instanceof StopScript) throw error.cause;
    if (interruption.exitCode === null) throw error;
    process.stderr.write(own.frames === 0 ? 'Interrupted\n' : `Interrupted after ${count(own.frames, 'frame')}\n`);
    return interruption.exitCode;
  }
  if (own.frames === 0 && script.scene !== null) {
    noteTeller(script.scene.simulation, script);
    tellUntakenByLua(run.options, script.scene.simulation);
    return { scene: script.scene, [Symbol.asyncDispose]: () => script[Symbol.asyncDispose]() };
  }
  await using _script = script;
  if (own.frames === 0 && script.simulations > 0) {
    throw new Error(
      `Cannot run scene "${path}": it made a simulation, and neither stepped it nor returned it; end it with: return sim`,
    );
  }
  if (own.frames === 0) {
    refuseWords(words, path, 'it has no simulation');
    tellUntakenByLua(run.options, null);
  }
  await own.finish();
  return 0;
}

/** The words that are for scenes which are stepped by the command alone. */
function refuseWords(words: Words, path: string, why: string): void {
  for (const name of ['frames', 'dt', 'checkpoint', 'checkpoint-every', 'resume']) {
    if (words.text(name) === undefined) continue;
    throw new UsageError(
      `Cannot run scene "${path}" with --${name}: ${why}; leave it out, or let the scene return its simulation and not step it`,
    );
  }
}

function luaOptionsOf({ words, path, options, started }: LuaRun, own: OwnSteps): LuaOptions {
  const seconds = words.number('lua-seconds', 'positive');
  const mebibytes = words.number('lua-memory', 'positive');
  const stream = words.has('json') ? process.stderr : process.stdout;
  return {
    ...luaSceneOptions(options, stream),
    ...(seconds === undefined ? {} : { timeLimit: seconds }),
    ...(mebibytes === undefined ? {} : { memoryLimit: mebibytes * 2 ** 20 }),
    folders: [...words.all('allow'), words.text('out') ?? join('out', basename(path, extname(path)))],
    started: (script) => started(script, own.progress),
    step: (simulation, dt) => own.step(simulation, dt),
    closing: (simulation, isEnd) => own.close(simulation, isEnd),
    said: (scene) => own.hear(scene),
  };
}

/** The frames of a script that steps itself. */
class OwnSteps implements AsyncDisposable {
  /** How many there have been. */
  frames = 0;
  readonly progress: Progress = makeProgress(null);
  readonly #run: LuaRun;
  #said: Partial<Scene> = {};
  #begun: { readonly scene: Scene; readonly plan: Plan; readonly outputs: Outputs } | null = null;
  #stepping = 0;

  constructor(run: LuaRun) {
    this.#run = run;
  }

  /** What the script says of its files; from the first step on it stands. */
  hear(scene: Partial<Scene>): void {
    this.#said = scene;
  }

  /** A step, which is a frame: the device has done it, and its files are whole, when this is done. */
  async step(simulation: Simulation, dt: number): Promise<void> {
    this.#begun ??= await this.#begin(simulation);
    const { scene, plan, outputs } = this.#begun;
    const start = performance.now();
    await simulation.runTimestep(dt);
    await simulation.finish();
    const milliseconds = performance.now() - start;
    this.#stepping += milliseconds;
    try {
      await outputs.write(this.frames, false);
      if (plan.json) process.stdout.write(`${await frameLine(scene, plan, this.frames, milliseconds)}\n`);
    } catch (error) {
      throw new StopScript('its files', { cause: error });
    }
    this.frames++;
    if (!plan.json) this.progress.update(this.frames, `${milliseconds.toFixed(1)} ms a step`);
  }

  /** What is left to write, and the summary. */
  async finish(): Promise<void> {
    const begun = this.#begun;
    if (begun === null) return;
    this.#begun = null;
    const { scene, plan, outputs } = begun;
    await using _outputs = outputs;
    this.progress.end();
    await outputs.writeLast(this.frames - 1);
    const outcome = { framesDone: this.frames, stepMilliseconds: this.#stepping / this.frames };
    if (!plan.json) process.stdout.write(await summary(scene, plan, { outputs, checkpoint: null }, outcome));
  }

  /** A simulation is closed, by the script or at its end: what shows its frames goes first. */
  async close(simulation: Simulation, isEnd: boolean): Promise<void> {
    if (this.#begun?.scene.simulation !== simulation) return;
    if (isEnd) await this[Symbol.asyncDispose]();
    else await this.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.progress.end();
    const begun = this.#begun;
    this.#begun = null;
    await begun?.outputs[Symbol.asyncDispose]();
  }

  async #begin(simulation: Simulation): Promise<{ scene: Scene; plan: Plan; outputs: Outputs }> {
    const { words, path, formats, options } = this.#run;
    try {
      refuseWords(words, path, 'it steps itself, and each of its steps is a frame');
      tellUntakenByLua(options, simulation);
      await usePlugins(simulation, words, path);
      await simulation.initialize();
      const scene: Scene = { ...this.#said, simulation, frames: 0 };
      const plan = planOf(words, scene, { path, formats });
      await prepareFolder(plan.folder);
      const outputs = new Outputs(scene, formats, join(plan.folder, basename(path, extname(path))), plan.fields);
      return { scene, plan, outputs };
    } catch (error) {
      throw error instanceof UsageError ? new StopScript('its options', { cause: error }) : error;
    }
  }
}
