/** @file `halocline convert`: a grid file to another format. Needs no Vulkan. */
import { extname } from 'node:path';
import { writeNanoVdb, writeVdb } from '@halocline/vdb';
import { UsageError, type Command, type Words } from './command.ts';
import { readGridFile } from './files.ts';
import { writeWhole } from './outputs.ts';
import { bytes } from './table.ts';

const codecs = ['none', 'zip', 'blosc'] as const;

async function run(words: Words): Promise<number> {
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
  const { grids, skipped } = await readGridFile(from);
  for (const { name, type, reason } of skipped) process.stderr.write(`${name} (${type}) is passed over: ${reason}\n`);
  if (grids.length === 0) throw new Error(`Cannot convert file "${from}": it holds no grid that can be read`);
  const written =
    ending === '.nvdb'
      ? writeNanoVdb(grids, { codec, compat: words.has('compat') })
      : writeVdb(grids, { codec, half: words.has('half') });
  await writeWhole(to, written);
  process.stdout.write(`${to}: ${grids.map((grid) => grid.name).join(', ')}; ${bytes(written.byteLength)}\n`);
  return 0;
}

const command: Command = {
  name: 'convert',
  summary: 'Converts between .nvdb and .vdb',
  positionals: ['IN', 'OUT'],
  options: {
    codec: { value: 'none|zip|blosc', help: 'compression (default: blosc)' },
    compat: { help: '.nvdb for NanoVDB 32.4 and older tools (Debian 12)' },
    half: { help: '.vdb with half floats' },
  },
  example: 'halocline convert smoke.vdb smoke.nvdb --codec zip',
  run,
};
export default command;
