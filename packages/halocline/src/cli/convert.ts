/** @file `halocline convert`: a grid file to another format. Needs no Vulkan. */
import { extname } from 'node:path';
import { streamNanoVdb, streamVdb, whyNotWritten, writeVdb } from '@halocline/vdb';
import type { Grid, GridFormat, VdbOptions } from '@halocline/vdb';
import { UsageError, type Words } from './command.ts';
import { readGridFile } from './files.ts';
import { writeFile } from './write-file.ts';
import { bytes } from './table.ts';

/** Leaves from which on a `.vdb` file goes out in pieces: 256 MiB of float values. */
const STREAMED_LEAVES = 1 << 17;
const codecs = ['none', 'zip', 'blosc'] as const;

function chooseGrids(path: string, grids: readonly Grid[], names: string | undefined): readonly Grid[] {
  if (names === undefined) return grids;
  const wanted = new Set(names.split(',').map((name) => name.trim()));
  for (const name of wanted) {
    if (grids.some((grid) => grid.name === name)) continue;
    const known = grids.map((grid) => grid.name).join(', ');
    throw new Error(`Cannot convert field "${name}" of "${path}": the file has none of that name; it has ${known}`);
  }
  return grids.filter((grid) => wanted.has(grid.name));
}

/** Does what the words ask for, and gives the exit code. */
export async function run(words: Words): Promise<number> {
  const [from, to] = [words.positionals[0]!, words.positionals[1]!];
  const named = words.text('codec') ?? 'blosc';
  const codec = codecs.find((known) => known === named);
  if (codec === undefined) {
    throw new UsageError(`Cannot read option "--codec": "${named}" is no codec; one of ${codecs.join(', ')}`);
  }
  const ending = extname(to).toLowerCase();
  if (ending !== '.nvdb' && ending !== '.vdb') {
    throw new UsageError(`Cannot write file "${to}": its ending is "${ending}"; end it in .nvdb or .vdb`);
  }
  const misplaced = ending === '.nvdb' ? words.has('half') && 'half' : words.has('compat') && 'compat';
  if (misplaced !== false) {
    const wanted = misplaced === 'half' ? '.vdb' : '.nvdb';
    throw new UsageError(`Cannot write file "${to}": --${misplaced} is for ${wanted} alone; leave it out`);
  }
  const { grids: all, skipped } = await readGridFile(from);
  const grids = chooseGrids(from, all, words.text('fields'));
  for (const { name, type, reason } of skipped) process.stderr.write(`${name} (${type}) is passed over: ${reason}\n`);
  if (grids.length === 0) {
    throw new Error(`Cannot convert file "${from}": it holds no grid of values; halocline inspect tells what it holds`);
  }
  const format = ending === '.vdb' ? 'vdb' : words.has('compat') ? 'nvdb-compat' : 'nvdb';
  const { fit, refusals } = sift(grids, format);
  for (const refusal of refusals) process.stderr.write(`${refusal}\n`);
  if (fit.length === 0) return 1;
  const content =
    ending === '.nvdb'
      ? streamNanoVdb(fit, { codec, compat: words.has('compat') })
      : vdbContent(fit, { codec, half: words.has('half') });
  const byteLength = await writeFile(to, content);
  process.stdout.write(`${to}: ${fit.map((grid) => grid.name).join(', ')}; ${bytes(byteLength)}\n`);
  return refusals.length === 0 ? 0 : 1;
}

/** A `.vdb` file in pieces is packed twice, which is worth it where its values would fill much memory a second time. */
function vdbContent(grids: readonly Grid[], options: VdbOptions): Uint8Array | Iterable<Uint8Array> {
  const leaves = grids.reduce((sum, { leafCount }) => sum + leafCount, 0);
  return leaves > STREAMED_LEAVES ? streamVdb(grids, options) : writeVdb(grids, options);
}

/** The grids that the format holds, and why it holds the others not. */
function sift(grids: readonly Grid[], format: GridFormat): { fit: readonly Grid[]; refusals: readonly string[] } {
  const refusals = grids.map((grid) => whyNotWritten(grid, format));
  return {
    fit: grids.filter((_, i) => refusals[i] === undefined),
    refusals: refusals.filter((refusal) => refusal !== undefined),
  };
}
