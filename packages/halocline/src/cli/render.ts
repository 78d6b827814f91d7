/** @file `halocline render`: a picture of a grid file. */
import { openDevice } from '@halocline/gpu';
import { createVolume, encodePng, parseCamera, Renderer } from '@halocline/render';
import type { Grid } from '@halocline/vdb';
import { UsageError, type Words } from './command.ts';
import { readGridFile } from './files.ts';
import { checkPicture, writeFile } from './write-file.ts';

function parseSize(text: string): { width: number; height: number } {
  const match = /^(\d+)x(\d+)$/u.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (!(width >= 1 && width <= 16384 && height >= 1 && height <= 16384)) {
    throw new UsageError(`Cannot read option "--size": "${text}" is not WIDTHxHEIGHT of 1 to 16384 pixels`);
  }
  return { width, height };
}

function readCamera(text: string): ReturnType<typeof parseCamera> {
  try {
    return parseCamera(text);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function chooseGrid(grids: readonly Grid[], path: string, name: string | undefined): Grid {
  const names = grids.map((grid) => grid.name).join(', ');
  const wanted = name ?? (grids.some((grid) => grid.name === 'density') ? 'density' : grids[0]?.name);
  const grid = grids.find((candidate) => candidate.name === wanted);
  if (grid !== undefined) return grid;
  if (wanted === undefined)
    throw new Error(`Cannot render file "${path}": it holds no grid of values; halocline inspect tells what it holds`);
  throw new Error(`Cannot render field "${wanted}" of "${path}": the file has none of that name; it has ${names}`);
}

/** Does what the words ask for, and gives the exit code. */
export async function run(words: Words): Promise<number> {
  const path = words.positionals[0]!;
  const out = words.text('output');
  if (out === undefined)
    throw new UsageError('Cannot run "halocline render": -o PNG is missing; see halocline render --help');
  checkPicture(out);
  const size = parseSize(words.text('size') ?? '720x720');
  const camera = readCamera(words.text('camera') ?? '');
  const { grids } = await readGridFile(path);
  const grid = chooseGrid(grids, path, words.text('field'));
  if (grid.activeVoxelCount === 0) {
    process.stderr.write(`${grid.name} has no active voxel: the picture shows the background alone\n`);
  }
  const device = words.text('device');
  await using opened = await openDevice(device === undefined ? {} : { device });
  using volume = await createVolume(opened, [grid]);
  await using renderer = await Renderer.create(opened);
  const image = await renderer.render(volume, { ...size, camera, density: grid.name });
  await writeFile(out, encodePng(image));
  process.stdout.write(`${out}: ${grid.name}, ${size.width}×${size.height}, on ${opened.name}\n`);
  return 0;
}
