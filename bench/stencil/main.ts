/**
 * @file `npm run bench -- stencil [CASE…] [--shapes] [--rivals] [--plain] [--fillings full,ragged,shell] [--json] [--csv FILE]
 * [--device NAME]`: how near stencils come to what the device can copy, kernel by kernel; see bench/README.md.
 */
import { readFileSync } from 'node:fs';
import { openDevice } from '@halocline/gpu';
import type { EmitOptions, Stencil } from '@halocline/stencil';
import { copyBandwidth } from '../../packages/halocline/src/bench/ceiling.ts';
import { shapeOfStencil } from '../../packages/stencil/src/emit/emit.ts';
import { measureAgain, type Again } from './again.ts';
import { fills } from '../../packages/engine/src/background/backgrounds.ts';
import { boundOf } from '../../packages/engine/src/shapes/bound-of.ts';
import { raggedShareOf } from '../../packages/engine/src/topology.ts';
import { benchWords, checkFile, opened, someOf } from '../words.ts';
import { stencilCases, type StencilCase } from './cases.ts';
import { measureChain } from './chain.ts';
import { compileCase, Kernel, placementOf } from './measure.ts';
import { runRivals } from './rivals.ts';
import { appendRows, rowText, type Row } from './row.ts';
import { World, type Filling } from './world.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const NAME = 'stencil';
const { values, wanted } = benchWords({
  name: NAME,
  help: `[--shapes] [--rivals] [--plain] [--fillings full,ragged,shell] [--json] [--csv FILE] [--device NAME]

  --shapes    measures every shape
  --rivals    CUDA's beside ours
  --plain     the plainest GLSL beside ours
  --fillings  those of "again" (full,ragged,shell)
  --json      prints the rows as JSON
  --csv       appends the rows to a file (out/bench-stencil.csv)
  --device    by name, #index or uuid, as halocline info lists them`,
  names: [...stencilCases.map(({ name }) => name), 'ragged', 'shell', 'chain', 'again'],
  options: {
    shapes: { type: 'boolean', default: false },
    rivals: { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
    fillings: { type: 'string', default: 'full,ragged,shell' },
    json: { type: 'boolean', default: false },
    csv: { type: 'string', default: 'out/bench-stencil.csv' },
    device: { type: 'string' },
  },
});
const fillings = someOf(NAME, 'fillings', values.fillings, ['full', 'ragged', 'shell']);
await checkFile(NAME, values.csv);

const SHAPES = ['loop', 'twin', 'quad', 'pair', 'row', 'column', 'box'] as const;
const NOWHERE = { parameters: new Map<string, number>(), scalars: new Map<string, number>() };
const device = await opened(openDevice(values.device === undefined ? {} : { device: values.device }));
const bound = boundOf(device);
const software = device.kind === 'cpu';
const copy = await copyBandwidth(device);
const [passes, runs] = software ? [1, 4] : [20, 5];
/** What is measured over leaves that are not whole. */
const SPARSE = ['laplacian', 'sweep', 'gradient', 'd3q19'].map((name) =>
  stencilCases.find((each) => each.name === name)!,
);
const rows: Row[] = [];
say(`${device.name}: a copy moves ${(copy / 1e9).toFixed(software ? 2 : 0)} GB/s`);

function add(row: Omit<Row, 'milliseconds' | 'megavoxelsPerSecond' | 'shareOfCopy'>, seconds: number): Row {
  const rate = row.voxels / seconds;
  const added = {
    ...row,
    milliseconds: 1000 * seconds,
    megavoxelsPerSecond: rate / 1e6,
    shareOfCopy: (rate * row.bytesPerVoxel) / copy,
  };
  rows.push(added);
  say(rowText(added));
  return added;
}

/** What a figure is to reach: a share of the copy, or billions of updates a second. Held against GPUs alone. */
function goalOf(
  { goal, goalOnH200, lattice, bytesPerVoxel }: StencilCase,
  rate: number,
): Pick<Row, 'goal' | 'reached'> {
  if (goal === undefined || software) return {};
  if (!lattice) return { goal: `${goal} of copy`, reached: (rate * bytesPerVoxel) / copy >= goal };
  const least = bound === 'caches' ? goalOnH200! : goal;
  return { goal: `${least.toFixed(1)} GLUP/s`, reached: rate / 1e9 >= least };
}

async function measureOurs(world: World, each: StencilCase, stencil: Stencil, options: EmitOptions): Promise<Row> {
  using kernel = await Kernel.create(world, stencil, options);
  const seconds = await kernel.time(passes, runs);
  const { name, what, bytesPerVoxel } = each;
  const by =
    options.shape === undefined ? `ours (${shapeOfStencil(stencil, NOWHERE, { bound })})` : `shape ${options.shape}`;
  const goal = options.shape === undefined ? goalOf(each, world.activeVoxels / seconds) : {};
  return add({ name, what, by, voxels: world.activeVoxels, bytesPerVoxel, ...goal }, seconds);
}

async function measureCase(world: World, each: StencilCase): Promise<void> {
  for (const [field, type] of Object.entries(each.fields)) world.addField(field, type);
  const { stencil, start } = compileCase(each);
  {
    using first = await Kernel.create(world, start, {});
    await first.time(1, 1);
  }
  const ours = await measureOurs(world, each, stencil, {});
  const shapes = values.shapes && each.gathers !== true ? SHAPES : [];
  for (const shape of shapes) await measureOurs(world, each, stencil, { shape });
  if (values.plain || software) {
    using kernel = await Kernel.plain(world, each, stencil);
    const { name, what, bytesPerVoxel } = each;
    const seconds = await kernel.time(passes, runs);
    const ratio = ours.milliseconds / (1000 * seconds);
    const goal = software ? { goal: `ours takes ${ratio.toFixed(2)} of it, at most 1.3`, reached: ratio <= 1.3 } : {};
    add({ name, what, by: 'the plainest GLSL', voxels: world.activeVoxels, bytesPerVoxel, ...goal }, seconds);
  }
  world.dropFields();
}

/** Cases over whole leaves, world by world: the tables of 512³ voxels take a second. */
async function measureFull(): Promise<void> {
  // On a software driver both sizes of a lattice are the same small one.
  const chosen = stencilCases.filter(({ name }) => wanted.includes(name) && !(software && name.endsWith('-512')));
  const edgeOf = (each: StencilCase): number => (software ? 64 : (each.edge ?? 512));
  for (const [edge, cases] of Map.groupBy(chosen, edgeOf)) {
    using world = await World.create(
      device,
      'full',
      edge,
      cases.some(({ gathers }) => gathers),
    );
    for (const each of cases) await measureCase(world, each);
  }
}

/** Seconds of each case on one topology, and of those that write active voxels alone; and its counts. */
async function timeSparse(
  filling: Filling,
  edge: number,
): Promise<{ world: World; seconds: readonly number[]; alone: readonly number[] }> {
  using world = await World.create(device, filling, edge, false);
  const seconds: number[] = [];
  const alone: number[] = [];
  for (const each of SPARSE) {
    for (const [field, type] of Object.entries(each.fields)) world.addField(field, type);
    const { stencil, start } = compileCase(each);
    using first = await Kernel.create(world, start, {});
    await first.time(1, 1);
    using kernel = await Kernel.create(world, stencil, {});
    seconds.push(await kernel.time(passes, runs));
    using other = await Kernel.create(world, stencil, {}, false);
    alone.push(await other.time(passes, runs));
    world.dropFields();
  }
  return { world, seconds, alone };
}

/** Leaves that are not whole, beside as many that are. */
async function measureSparse(fillings: readonly ('ragged' | 'shell')[]): Promise<void> {
  if (fillings.length === 0) return;
  const full = await timeSparse('full', software ? 64 : 512);
  for (const filling of fillings) {
    const edges = { ragged: software ? 64 : 512, shell: software ? 96 : 1536 };
    const { world, seconds, alone } = await timeSparse(filling, edges[filling]);
    for (const [at, each] of SPARSE.entries()) {
      const { stencil } = compileCase(each);
      const partOf = (time: number): number => (full.seconds[at]! * world.leafCount) / full.world.leafCount / time;
      const part = partOf(seconds[at]!);
      const goal = software ? {} : { goal: `${part.toFixed(2)} of full leaves, at least 0.80`, reached: part >= 0.8 };
      const row = {
        name: `${each.name}, ${filling}`,
        what: `${each.what}, ${filling}`,
        bytesPerVoxel: each.bytesPerVoxel,
      };
      const placement = placementOf(stencil, fills(raggedShareOf(world.topology)));
      const by = `ours (${shapeOfStencil(stencil, placement, { bound })})`;
      const { activeVoxels: voxels } = world;
      add({ ...row, by, voxels, ...goal }, seconds[at]!);
      add({ ...row, by: `active alone, ${partOf(alone[at]!).toFixed(2)} of full`, voxels }, alone[at]!);
    }
  }
}

async function chain(): Promise<void> {
  const edge = software ? 64 : 512;
  const { chain: eight, byHand } = await measureChain(values.device, edge, software ? 5 : 100);
  const voxels = edge ** 3;
  add({ name: 'chain', what: 'the chain of eight in one stencil', by: 'by hand', voxels, bytesPerVoxel: 8 }, byHand);
  const ratio = eight / byHand;
  const goal = { goal: `${ratio.toFixed(2)} × by hand, at most 1.20`, reached: ratio <= 1.2 };
  add(
    {
      name: 'chain',
      what: 'eight pointwise stencils, with steps and all',
      by: 'ours',
      voxels,
      bytesPerVoxel: 8,
      ...goal,
    },
    eight,
  );
}

/** Computing again instead of storing, over whole leaves, leaves that are six tenths full, and a shell of a sphere. */
async function again(): Promise<void> {
  const shapes = (['quad', 'box'] as const).map((shape) => ({ shape }));
  const variants = values.shapes ? [{}, ...shapes] : [{}];
  for (const filling of (['full', 'ragged', 'shell'] as const).filter((each) => fillings.includes(each))) {
    const edge = filling === 'shell' ? (software ? 96 : 1024) : software ? 64 : 512;
    const found: Again[] = [];
    const counts = { filling, edge, passes, runs };
    const voxels = await measureAgain(device, counts, filling === 'full' ? variants : [{}], (row) => found.push(row));
    for (const { seconds, name, ...row } of found) {
      add({ name: `${name}, ${filling}`, what: 'computed again', voxels, ...row }, seconds);
    }
  }
}

await measureSparse((['ragged', 'shell'] as const).filter((name) => wanted.includes(name)));
await measureFull();
if (wanted.includes('chain')) await chain();
if (wanted.includes('again')) await again();
if (values.rivals) {
  for (const { name, edge, by, voxelsPerSecond } of runRivals(software ? 64 : 512, say)) {
    const bytesPerVoxel = name === 'lattice' ? 152 : 8;
    const known = { copy: 'copy', laplacian: 'laplacian', lattice: edge === 512 ? 'd3q19-512' : 'd3q19' }[name] ?? name;
    add({ name: known, what: by, by, voxels: edge ** 3, bytesPerVoxel }, edge ** 3 / voxelsPerSecond);
  }
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const { driver } = device.report;
const run = {
  copyGigabytesPerSecond: copy / 1e9,
  device: device.name,
  driver: `${driver.name} ${driver.info}`,
  version,
};
appendRows(values.csv, run, rows);
if (values.json) process.stdout.write(`${JSON.stringify({ ...run, rows }, null, 2)}\n`);
else process.stdout.write(`${rows.map(rowText).join('\n')}\n`);
await device[Symbol.asyncDispose]();
