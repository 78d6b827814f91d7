/** @file `halocline info --cut SCENE`: how a scene's domain is cut into subdomains, in figures and as a picture. */
import { basename, extname, join } from 'node:path';
import { FROM_OUTSIDE, type Simulation } from '@halocline/engine';
import { encodePng } from '@halocline/render';
import type { SceneOptions } from '../scene.ts';
import type { Words } from './command.ts';
import { drawCut, subdomainColor, type LeafList } from './cut-picture.ts';
import { loadScene } from './load-scene.ts';
import { initializeScene, isLua } from './lua-scene.ts';
import { cutWish, deviceWish, valuesOf } from './run.ts';
import { bytes, table } from './table.ts';
import { checkPicture, prepareFolder, writeFile } from './write-file.ts';

/** Parts that a scene is cut into where neither the words nor it say how many, nor on which devices. */
const SUBDOMAINS = 4;

type Reports = Awaited<ReturnType<Simulation['subdomains']>>;

/** How a cut goes, in words. */
const ALONG: Readonly<Record<Reports[number]['cutOrder'], string>> = Object.freeze({
  morton: 'along the Morton curve',
  hilbert: 'along the Hilbert curve',
  slabs: 'into slabs, across the longest axis',
});

/** Tells how the scene at `path` is cut; gives the exit code. */
export async function tellCut(words: Words, path: string): Promise<number> {
  const out = words.text('out') ?? join('out', `${basename(path, extname(path))}-cut.png`);
  checkPicture(out);
  const wish = deviceWish(words);
  const onDevices = wish.device !== undefined || wish.devices !== undefined;
  const options: SceneOptions = {
    values: valuesOf(words),
    log: (line) => void process.stderr.write(`${line}\n`),
    ...(onDevices ? wish : { [FROM_OUTSIDE]: { usualSubdomains: SUBDOMAINS } }),
    ...cutWish(words),
  };
  const { simulation } = await loadScene(path, options);
  await using _simulation = simulation;
  await initializeScene(simulation);
  const reports = await simulation.subdomains();
  if (reports.length === 1 && !onDevices && options.subdomains === undefined) tellWhole(path, options.log);
  const leaves: LeafList[] = [];
  for (const { index } of reports) leaves.push(await ownLeaves(simulation, index));
  const [written] = await Promise.allSettled([writePicture(out, leaves)]);
  // Figures need no folder.
  const picture = written.status === 'fulfilled' ? out : null;
  if (words.has('json')) process.stdout.write(`${JSON.stringify({ subdomains: reports, picture }, null, 2)}\n`);
  else process.stdout.write(describe(simulation, reports, picture));
  if (written.status === 'rejected') throw written.reason;
  return 0;
}

/** Tells why a scene that would be cut without a word isn't. A script is given --subdomains whatever it says. */
function tellWhole(path: string, log: (line: string) => void): void {
  const how = isLua(path) ? '' : ' (the scene must hand subdomains on to Simulation.create)';
  log(`The scene is in one part; give --subdomains K to see it cut${how}`);
}

async function writePicture(file: string, leaves: readonly LeafList[]): Promise<void> {
  await prepareFolder(join(file, '..'));
  await writeFile(file, encodePng(drawCut(leaves)));
}

/** Leaf coordinates of a subdomain's own leaves. */
async function ownLeaves(simulation: Simulation, index: number): Promise<LeafList> {
  const leaves = [...(await simulation.extractSubdomain(index)).leaves()];
  return Int32Array.from(
    leaves.filter(({ values }) => values[0]![0] === index).flatMap(({ origin }) => origin.map((value) => value >> 3)),
  );
}

function describe(simulation: Simulation, reports: Reports, picture: string | null): string {
  const sum = (of: (report: Reports[number]) => number): number => reports.reduce((total, each) => total + of(each), 0);
  const number = (value: number): string => value.toLocaleString('en');
  const ratio = (surface: number, voxels: number): string => (voxels === 0 ? '' : (surface / voxels).toFixed(4));
  const rows = reports.map((each) => [
    String(each.index),
    number(each.leaves),
    number(each.voxels),
    number(each.ghosts),
    bytes(each.sentBytes!),
    ratio(each.surface, each.voxels),
    each.neighbours.join(' ') || 'none',
    `#${subdomainColor(each.index)
      .map((part) => part.toString(16).padStart(2, '0'))
      .join('')}`,
    `${each.deviceNumber}: ${each.device}`,
  ]);
  const all = [
    'all',
    number(sum(({ leaves }) => leaves)),
    number(sum(({ voxels }) => voxels)),
    number(sum(({ ghosts }) => ghosts)),
    bytes(sum(({ sentBytes }) => sentBytes!)),
    ratio(
      sum(({ surface }) => surface),
      simulation.activeVoxels,
    ),
  ];
  const heading = [
    'subdomain',
    'leaves',
    'voxels',
    'ghosts',
    'sent a step',
    'surface/volume',
    'neighbours',
    'colour',
    'device',
  ];
  const fullest = Math.max(...reports.map(({ voxels }) => voxels)) / (simulation.activeVoxels / reports.length);
  return [
    table([heading, ...rows, [...all, '', '', '']]),
    '',
    `  cut ${ALONG[reports[0]!.cutOrder]}`,
    `  the fullest has ${((fullest - 1) * 100).toFixed(1)} % more voxels than the mean; loops that a scalar ends are counted once`,
    ...(picture === null ? [] : [`  picture: ${picture}`]),
    '',
  ].join('\n');
}
