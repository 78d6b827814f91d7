/**
 * @file Going on from a checkpoint: what the file says is compared with what the simulation declares, and then every value is put
 * back. How the domain is cut doesn't matter: values stand by leaf.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { FormatError, listGridsFrom, readGridFrom, type Grid, type GridSource } from '@halocline/vdb';
import { holdsDefaults } from '../background/backgrounds.ts';
import { topologyChecksum } from '../cut/topology-checksum.ts';
import type { FieldDeclaration } from '../declarations.ts';
import { scalarFromWords } from '../field-type.ts';
import { dropBeside, whyNotRead } from '../files.ts';
import { didYouMean, listNames } from '../names.ts';
import type { Runtime } from '../runtime.ts';
import { scatterField } from '../whole-field.ts';
import { decodeNote, NOTE_GRID, NOTE_VERSION, numberOf, wordsOfBits, type CheckpointNote } from './checkpoint-note.ts';
import { tellOthers } from './noted-stencils.ts';
import { paced } from './paced.ts';
import { fieldOfGrids, gridNames, whyNotField } from './field-grids.ts';
import { lastingFields, spareScalars } from './write-checkpoint.ts';

/** What a simulation goes on from. */
export interface Resumed {
  /** Seconds of all steps before. */
  readonly time: number;
  /** Number of steps before. */
  readonly frame: number;
  /** What whoever wrote the checkpoint added. */
  readonly about: unknown;
}

/** Puts a checkpoint's values into the simulation. Within the lane. Waits for the device. */
export async function resumeFrom(
  runtime: Runtime,
  file: string,
): Promise<Resumed & { readonly state: Readonly<Record<string, unknown>> }> {
  const head = `Cannot resume from "${file}"`;
  const start = performance.now();
  await runtime.compile();
  await runtime.settle();
  const handle = await open(file).catch((error: unknown) => {
    throw new Error(`${head}: ${whyNotRead(error, '.nvdb')}`, { cause: error });
  });
  dropBeside(file);
  try {
    const source = await sourceOf(handle);
    const note = await readNote(head, source);
    const why = whyNotSimulation(runtime, note);
    if (why !== null) {
      throw new TypeError(`${head}: ${why}; give the scene, and the options, that it was written with`);
    }
    const tell = paced(runtime.log);
    // Those of now: what is removed meanwhile is refused as such.
    const fields = note.fields.map(({ key }) => runtime.declarations.fields.get(key)!);
    for (const [done, field] of fields.entries()) {
      await takeField(runtime, { head, source, field });
      tell(() => `Resuming from "${file}": ${done + 1} of ${note.fields.length} fields`);
    }
    takeNumbers(runtime, note);
    const time = numberOf(note.time);
    runtime.radii.restore(note.radii);
    runtime.resumeAt({ time, frame: note.frame, iterations: new Map(Object.entries(note.iterations)) });
    tellOthers(runtime, file, note);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    runtime.log(
      `Resumed from "${file}" after step ${note.frame}, at ${Number(time.toPrecision(6))} s, in ${seconds} s`,
    );
    return { time, frame: note.frame, about: note.about, state: note.state };
  } finally {
    await handle.close();
  }
}

async function sourceOf(handle: FileHandle): Promise<GridSource> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    read: async (offset, length) => {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
  };
}

const CUT = 'it is cut off or damaged; take an older checkpoint';

/** Reads something of the file; what is wrong with its bytes is said in one sentence. */
async function decoded<T>(head: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new Error(`${head}: ${CUT} (${error.message.replace(/^Cannot read /u, '')})`, { cause: error });
  }
}

async function readNote(head: string, source: GridSource): Promise<CheckpointNote> {
  const entries = await decoded(head, () => listGridsFrom(source));
  const none = `${head}: it is no checkpoint; give a file that checkpoint() or --checkpoint wrote`;
  if (!entries.some(({ name }) => name === NOTE_GRID)) throw new TypeError(none);
  const grid = await decoded(head, () => readGridFrom(source, { name: NOTE_GRID }));
  const bytes = grid.channels.find(({ name }) => name === NOTE_GRID)?.bytes;
  const note = bytes === undefined || grid.checksum === 'bad' ? null : decodeNote(bytes);
  if (note === null) throw new Error(`${head}: ${CUT}`);
  if ('unknown' in note) {
    throw new TypeError(
      `${head}: its version is ${String(note.unknown)}, and this Halocline reads ${NOTE_VERSION}; use the one that wrote it`,
    );
  }
  const there = new Set(entries.map(({ name }) => name));
  const lost = note.fields.flatMap(({ grids }) => grids).find((name) => !there.has(name));
  if (lost !== undefined) throw new Error(`${head}: grid "${lost}" is not there: ${CUT}`);
  return note;
}

/** What keeps the checkpoint from being one of this simulation; null where nothing does. */
function whyNotSimulation(runtime: Runtime, note: CheckpointNote): string | null {
  const { declarations, domain } = runtime;
  const { leafCount, activeVoxels, topology, map } = domain.level(0);
  const { leaves, voxels, checksum } = note.topology;
  if (checksum !== topologyChecksum(topology)) {
    const theirs = `${leaves} leaves and ${voxels} voxels`;
    const ours = leaves === leafCount && voxels === activeVoxels ? 'others' : `${leafCount} and ${activeVoxels}`;
    return `its domain has ${theirs}, and the simulation's has ${ours}`;
  }
  const here = [...map.matrix, ...map.translation];
  if (here.some((value, at) => !Object.is(value, numberOf(note.map[at]!)))) {
    return "its voxels have another size or place than the simulation's";
  }
  const fields = new Map(note.fields.map((field) => [field.key, `${field.type} at ${field.at}`]));
  const declared = lastingFields(declarations);
  const asked = [...declarations.scalars].filter(([name]) => !declarations.measured.has(name));
  const spare = spareScalars(runtime);
  const scalars = asked.filter(([name]) => !spare.has(name) || Object.hasOwn(note.scalars, name));
  const theirs = Object.entries(note.scalars).filter(([name, each]) => !each.spare || declarations.scalars.has(name));
  return (
    differs('field', fields, new Map(declared.map((field) => [field.key, `${field.type} at ${field.at}`]))) ??
    differs('parameter', typesOf(note.parameters), typesOf(Object.fromEntries(declarations.parameters))) ??
    differs('scalar', typesOf(Object.fromEntries(theirs)), typesOf(Object.fromEntries(scalars)))
  );
}

function typesOf(things: Readonly<Record<string, { readonly type: string }>>): Map<string, string> {
  return new Map(Object.entries(things).map(([name, { type }]) => [name, type]));
}

/** The first thing that one has and the other has not, or has otherwise. */
function differs(kind: string, theirs: ReadonlyMap<string, string>, ours: ReadonlyMap<string, string>): string | null {
  for (const [name, what] of theirs) {
    const own = ours.get(name);
    if (own === undefined) {
      const hint = didYouMean(name, ours.keys());
      return `it has ${kind} "${name}", and the simulation has none of that name${hint}; its ${kind}s are ${listNames(ours.keys())}`;
    }
    if (own !== what) return `${kind} "${name}" is ${what} there, and ${own} in the simulation`;
  }
  const missing = [...ours.keys()].find((name) => !theirs.has(name));
  return missing === undefined ? null : `it has no ${kind} "${missing}", which the simulation has`;
}

async function takeField(
  runtime: Runtime,
  { head, source, field }: { readonly head: string; readonly source: GridSource; readonly field: FieldDeclaration },
): Promise<void> {
  const level = runtime.domain.level(field.level);
  const grids: Grid[] = [];
  for (const name of gridNames(field)) grids.push(await decoded(head, () => readGridFrom(source, { name })));
  const why = whyNotField(field, level, grids);
  if (why !== null) throw new TypeError(`${head}: ${why}; give the scene that it was written with, or another file`);
  await runtime.stores(field);
  const components = await decoded(head, async () => fieldOfGrids(field, level, grids));
  const defaults = holdsDefaults(field, level.topology, components);
  if (!defaults) runtime.backgrounds.given(field, false);
  await scatterField(runtime.subdomains, field, components);
  if (defaults) runtime.backgrounds.given(field, true);
}

function takeNumbers(runtime: Runtime, note: CheckpointNote): void {
  const { parameters, scalars } = runtime.declarations;
  for (const [name, { value }] of Object.entries(note.parameters)) {
    const parameter = parameters.get(name)!;
    const kept = value.map(numberOf);
    if (kept.some((number, at) => !Object.is(number, parameter.value[at]))) {
      runtime.log(
        `Parameter "${name}" is ${kept.join(', ')}, as in the checkpoint; the scene says ${parameter.value.join(', ')}`,
      );
    }
    runtime.declarations.setParameter({ ...parameter, value: kept });
  }
  for (const [name, { bits }] of Object.entries(note.scalars)) {
    const scalar = scalars.get(name);
    if (scalar !== undefined) runtime.numbers.set(name, scalarFromWords(scalar.type, wordsOfBits(bits)));
  }
}
