/** @file That no file of a run takes the place of another: each kind has an ending of its own, but frames and checkpoints share one. */
import { basename, dirname, join, resolve } from 'node:path';
import { behindLinks, realFolder } from '@halocline/engine/files';
import { UsageError, type Words } from './command.ts';
import type { Format } from './outputs.ts';

/** Throws where the words name a trace that isn't called one, or a checkpoint that is called as a frame of the run. */
export function checkRunFiles(
  words: Words,
  { stem, formats }: { readonly stem: string; readonly formats: readonly Format[] },
): void {
  const trace = words.text('trace');
  if (trace !== undefined && !trace.endsWith('.json')) {
    throw new UsageError(`Cannot read option "--trace": "${trace}" doesn't end in .json`);
  }
  if (!formats.some(({ kind }) => kind === 'nvdb')) return;
  const frames = realFolder(resolve(words.text('out') ?? join('out', stem)));
  for (const name of ['checkpoint', 'resume']) {
    const file = words.text(name);
    if (file === undefined) continue;
    const place = behindLinks(file);
    const itsName = basename(place);
    const isFrame = itsName.startsWith(`${stem}-`) && /^\d{4,}\.nvdb$/u.test(itsName.slice(stem.length + 1));
    if (!isFrame || realFolder(resolve(dirname(place))) !== frames) continue;
    throw new UsageError(
      `Cannot read option "--${name}": "${file}" is the name of a frame that the run writes; give another, or another --out`,
    );
  }
}
