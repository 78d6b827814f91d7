/**
 * @file Writing a checkpoint: a `.nvdb` file, one segment a grid, so that a field at a time is on the host.
 *
 *     halocline checkpoint │ density │ velocity │ residual@1 │ …      the first: the topology as a mask, and the note
 */
import { DeviceLostError, OutOfMemoryError } from '@halocline/gpu';
import { formatBytes, gridFromLeaves, streamNanoVdb, type Channel, type Grid } from '@halocline/vdb';
import { topologyChecksum } from '../cut/topology-checksum.ts';
import type { Declarations, FieldDeclaration } from '../declarations.ts';
import type { Domain } from '../domain.ts';
import { writeWhole } from '../files.ts';
import { shown } from '../options/kinds.ts';
import type { Runtime } from '../runtime.ts';
import { wordsOfScalars } from '../scalar-values.ts';
import type { StepNumbers } from '../uniforms.ts';
import type { SimulationOptions } from '../simulation.ts';
import { scalarOfUntil } from '../units.ts';
import { gatherField } from '../whole-field.ts';
import {
  bitsOf,
  encodeNote,
  exactNumber,
  lostInJson,
  NOTE_GRID,
  NOTE_VERSION,
  type CheckpointNote,
  type NotedField,
} from './checkpoint-note.ts';
import { gridNames, gridsOfField } from './field-grids.ts';
import { noteStep } from './noted-stencils.ts';
import { paced } from './paced.ts';

/** Number of NanoVDB's type of bytes. */
const BYTES_TYPE = 26;

/** What is kept besides what the simulation knows, as it was when the checkpoint was asked for. */
export interface CheckpointRequest {
  readonly file: string;
  /** Parameters, and the scalars that wait for the next step. */
  readonly numbers: StepNumbers;
  /** Copies of the caller's. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly about: unknown;
}

/** Throws unless it is a path that ends in `.nvdb`. */
export function checkCheckpointEnding(verb: string, file: string): void {
  if (typeof file !== 'string') {
    const act = verb === 'resume from' ? 'resume' : verb;
    throw new TypeError(`Cannot ${act}: its path is ${shown(file)}; give that of a .nvdb file`);
  }
  if (file.toLowerCase().endsWith('.nvdb')) return;
  throw new TypeError(`Cannot ${verb} "${file}": a checkpoint is a .nvdb file; give it that ending`);
}

/** How often checkpoints are written by themselves, and where; null where they aren't. */
export function checkpointsOf({
  checkpointEvery,
  checkpointFile = 'checkpoint.nvdb',
}: Pick<SimulationOptions, 'checkpointEvery' | 'checkpointFile'>): {
  every: number;
  file: string;
} | null {
  if (checkpointEvery === undefined) return null;
  if (!(Number.isInteger(checkpointEvery) && checkpointEvery >= 1)) {
    throw new RangeError(
      `Cannot create simulation: checkpointEvery is ${shown(checkpointEvery)}; give a whole number of steps, at least 1`,
    );
  }
  checkCheckpointEnding('write checkpoint', checkpointFile);
  return { every: checkpointEvery, file: checkpointFile };
}

/** A copy of a value that JSON keeps whole; throws where it doesn't. */
export function copyJson<T>(file: string, name: string, value: T): T {
  const lost = lostInJson(value, name);
  if (lost === null) return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
  throw new TypeError(
    `Cannot write checkpoint "${file}": ${lost}, which JSON can't hold; keep finite numbers, strings, booleans, lists and plain objects`,
  );
}

/** Writes a checkpoint, whole or not at all. Within the lane. Waits for the device. */
export async function writeCheckpoint(runtime: Runtime, request: CheckpointRequest): Promise<void> {
  const start = performance.now();
  await runtime.compile();
  await runtime.settle();
  const kept = lastingFields(runtime.declarations);
  const note = await makeNote(runtime, request, kept);
  const tell = paced(runtime.log);
  let [byteLength, done] = [0, 0];
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces(runtime, { note, kept }, () => done++)) {
      byteLength += piece.length;
      tell(() => `Checkpoint "${request.file}": ${done} of ${note.fields.length} fields, ${formatBytes(byteLength)}`);
      yield piece;
    }
  }
  await writeWhole(request.file, counted());
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const what = note.fields.length === 1 ? '1 field' : `${note.fields.length} fields`;
  runtime.log(
    `Checkpoint "${request.file}": step ${note.frame}, ${what}, ${formatBytes(byteLength)}, written in ${seconds} s`,
  );
}

/** `writeCheckpoint` after a step. Where it fails the error says that the step is done: who tried again would make one more. */
export async function checkpointStep(runtime: Runtime, request: CheckpointRequest): Promise<void> {
  try {
    await writeCheckpoint(runtime, request);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof DeviceLostError) throw error;
    const message = `Cannot write checkpoint "${request.file}" after step ${runtime.frame}, which is done: ${error.message}`;
    if (!(error instanceof OutOfMemoryError)) throw new Error(message, { cause: error });
    // Who looks for it frees some memory.
    error.message = message;
    throw error;
  }
}

async function makeNote(
  runtime: Runtime,
  request: CheckpointRequest,
  kept: readonly FieldDeclaration[],
): Promise<CheckpointNote> {
  const { declarations, domain } = runtime;
  const { leafCount, activeVoxels, topology, map } = domain.level(0);
  const words = await wordsOfScalars(runtime, request.numbers.scalars);
  const fields: NotedField[] = kept.map((field) => ({
    key: field.key,
    type: field.type,
    at: field.at,
    grids: gridNames(field),
  }));
  const parameters = [...request.numbers.parameters].map(([name, value]) => {
    const { type } = declarations.parameters.get(name)!;
    return [name, { type, value: value.map(exactNumber) }] as const;
  });
  const asked = [...declarations.scalars.values()].filter(({ name }) => !declarations.measured.has(name));
  const spare = spareScalars(runtime);
  const scalars = asked.map(({ name, type }) => {
    const noted = { type, bits: bitsOf(words.get(name)!) };
    return [name, spare.has(name) ? ({ ...noted, spare: true } as const) : noted] as const;
  });
  return {
    version: NOTE_VERSION,
    topology: { leaves: leafCount, voxels: activeVoxels, checksum: topologyChecksum(topology) },
    map: [...map.matrix, ...map.translation].map(exactNumber),
    time: exactNumber(runtime.time),
    frame: runtime.frame,
    fields,
    parameters: Object.fromEntries(parameters),
    scalars: Object.fromEntries(scalars),
    iterations: Object.fromEntries(runtime.iterations),
    radii: runtime.radii.state,
    ...noteStep(runtime),
    state: request.state,
    about: request.about,
  };
}

/** Fields whose values outlive a step. */
export function lastingFields({ fields }: Declarations): FieldDeclaration[] {
  return [...fields.values()].filter(({ transient }) => !transient);
}

/** Scalars that a stencil had made, and that no stencil or repeat names any more: users may still read them. */
export function spareScalars({ declarations, checked }: Pick<Runtime, 'declarations' | 'checked'>): Set<string> {
  const made = declarations.scalars.values().filter(({ implicit }) => implicit);
  const spare = new Set(made.map(({ name }) => name));
  for (const { facts } of checked.values()) {
    for (const name of [...facts.scalars, ...facts.reductions.map(({ scalar }) => scalar)]) spare.delete(name);
  }
  for (const { until } of declarations.repeats.values()) {
    if (until !== undefined) spare.delete(scalarOfUntil(until));
  }
  return spare;
}

async function* pieces(
  runtime: Runtime,
  { note, kept }: { readonly note: CheckpointNote; readonly kept: readonly FieldDeclaration[] },
  ended: () => void,
): AsyncGenerator<Uint8Array> {
  yield* streamNanoVdb([noteGrid(runtime.domain, note)]);
  for (const field of kept) {
    await runtime.stores(field);
    const components = await gatherField(runtime.subdomains, field, runtime.copiesOf(field));
    for (const grid of gridsOfField(field, runtime.domain.level(field.level), components)) {
      yield* streamNanoVdb([grid], { codec: 'blosc' });
    }
    ended();
  }
}

function noteGrid(domain: Domain, note: CheckpointNote): Grid {
  const { topology, map } = domain.level(0);
  const bytes = encodeNote(note);
  const channel: Channel = {
    name: NOTE_GRID,
    typeId: BYTES_TYPE,
    semantic: 0,
    classId: 0,
    count: bytes.length,
    elementBytes: 1,
    bytes,
  };
  const grid = gridFromLeaves({
    name: NOTE_GRID,
    type: 'mask',
    gridClass: 'topology',
    map,
    background: [0],
    origins: topology.origins.slice(),
    masks: topology.masks.slice(),
  });
  return grid.with({ channels: [channel] });
}
