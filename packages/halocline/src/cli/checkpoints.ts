/**
 * @file Checkpoints of a run: `--checkpoint-every N` writes one after every N frames, and each run that writes any leaves one when it
 * ends or is interrupted. `--resume` goes on from one, with the numbers of frames that come next.
 */
import { join } from 'node:path';
import type { Simulation } from '@halocline/engine';
import { dropUnfinished, tryWhole } from '@halocline/engine/files';
import { UsageError, type Words } from './command.ts';

/** What the command itself keeps in a checkpoint. */
interface RunNote {
  /** Frames that are done. */
  readonly frames: number;
  readonly stepsPerFrame: number;
  /** Seconds a step. */
  readonly dt: number;
}

/** Where a run is to go on. */
export type ResumedRun = RunNote;

/** What the words say of checkpoints to write; throws where they can't mean it. */
export function checkpointWords(words: Words): { asked: string | undefined; every: number | undefined } {
  const asked = words.text('checkpoint');
  if (asked !== undefined && !asked.endsWith('.nvdb')) {
    throw new UsageError(`Cannot read option "--checkpoint": "${asked}" doesn't end in .nvdb`);
  }
  return { asked, every: words.number('checkpoint-every', 'count') };
}

/** Puts the checkpoint that the words name into the simulation; null where they name none. */
export async function resumeRun(
  words: Words,
  simulation: Simulation,
  whole: Omit<RunNote, 'frames'>,
): Promise<ResumedRun | null> {
  const file = words.text('resume');
  if (file === undefined) return null;
  const { about } = await simulation.resume(file);
  // One that a script wrote knows nothing of frames.
  const note = (about ?? {}) as Partial<RunNote>;
  const { stepsPerFrame = whole.stepsPerFrame, dt = whole.dt } = note;
  const { frames = Math.floor(simulation.frame / stepsPerFrame) } = note;
  return { frames, stepsPerFrame, dt: words.number('dt', 'positive') ?? dt };
}

/** Whose checkpoints, and where they go. */
type Place = { readonly folder: string; readonly stem: string } & Omit<RunNote, 'frames'>;

/** Writes the checkpoints of a run; none where the words ask for none. */
export class Checkpoints {
  /** Null where none is asked for. */
  readonly file: string | null;
  readonly #every: number;
  readonly #simulation: Simulation;
  readonly #run: Omit<RunNote, 'frames'>;
  #written = -1;

  private constructor(words: Words, simulation: Simulation, where: Place) {
    const { folder, stem, stepsPerFrame, dt } = where;
    const { asked, every } = checkpointWords(words);
    const file = asked ?? words.text('resume') ?? join(folder, `${stem}-checkpoint.nvdb`);
    this.file = asked === undefined && every === undefined ? null : file;
    this.#every = every ?? Infinity;
    this.#simulation = simulation;
    this.#run = { stepsPerFrame, dt };
  }

  /** Takes away what a run that was killed has left beside, and throws where the words ask for checkpoints that can't be written. */
  static async open(words: Words, simulation: Simulation, where: Place): Promise<Checkpoints> {
    const checkpoints = new Checkpoints(words, simulation, where);
    if (words.text('resume') !== undefined) dropUnfinished(where.folder, where.stem);
    if (checkpoints.file !== null) await tryWhole(checkpoints.file);
    return checkpoints;
  }

  /** Writes one where it is due after `frames` frames; waits for the device. */
  async after(frames: number): Promise<void> {
    if (frames % this.#every === 0) await this.write(frames);
  }

  /** Writes one, unless the last is of the same frame. */
  async write(frames: number): Promise<void> {
    if (this.file === null || this.#written === frames) return;
    await this.#simulation.checkpoint(this.file, { about: { frames, ...this.#run } satisfies RunNote });
    this.#written = frames;
  }
}
