/** @file What stands behind the declared resources of a graph while it executes. */

import { GraphError } from '../errors.ts';
import type { Image } from '../image/image.ts';
import type { Buffer } from '../memory/buffer.ts';
import type { BufferRole, ImageRole } from '../role.ts';
import type { CompiledGraph } from './compile.ts';
import type { GraphModel } from './model.ts';
import { GraphBuffer, GraphImage } from './resource.ts';

/** Buffers and images for imported resources, by the resources' names. */
export type Imports = Readonly<Record<string, Buffer | Image>>;

/** Buffers and images behind declared resources, for the callbacks of passes. */
export interface Bindings {
  buffer<R extends BufferRole>(declared: GraphBuffer<R>): Buffer<R>;
  image<R extends ImageRole>(declared: GraphImage<R>): Image<R>;
}

/** Bindings that were filled in. */
export class Bound implements Bindings {
  readonly #table: ReadonlyMap<unknown, Buffer | Image>;

  constructor(table: ReadonlyMap<unknown, Buffer | Image>) {
    this.#table = table;
  }

  buffer<R extends BufferRole>(declared: GraphBuffer<R>): Buffer<R> {
    return this.#find(declared) as Buffer<R>;
  }

  image<R extends ImageRole>(declared: GraphImage<R>): Image<R> {
    return this.#find(declared) as Image<R>;
  }

  /** A resource of a pass: itself, or what stands behind it. */
  behind(resource: unknown): unknown {
    return resource instanceof GraphBuffer || resource instanceof GraphImage ? this.#find(resource) : resource;
  }

  #find(declared: GraphBuffer | GraphImage): Buffer | Image {
    const found = this.#table.get(declared);
    if (found) return found;
    throw new GraphError(
      `Cannot find ${declared.kind} "${declared.label}": no pass of the graph that isn't culled touches it; declare the use`,
    );
  }
}

const imported = new WeakMap<GraphModel, readonly (GraphBuffer | GraphImage)[]>();

/** The imported resources that a graph declares. */
function importedBy(model: GraphModel): readonly (GraphBuffer | GraphImage)[] {
  let found = imported.get(model);
  if (!found) {
    found = model.nodes
      .filter(({ origin }) => origin === 'imported')
      .map(({ object }) => object)
      .filter((object) => object instanceof GraphBuffer || object instanceof GraphImage);
    imported.set(model, found);
  }
  return found;
}

/**
 * The imported resources that passes use, with what was given for them; throws where one is missing or doesn't fit. What the
 * graph declares and no pass uses may be given, and isn't looked at.
 */
export function bindImports(
  { model, imports: declared }: CompiledGraph,
  imports: Imports,
): Map<unknown, Buffer | Image> {
  const table = new Map<unknown, Buffer | Image>();
  const wanted = new Set<string>();
  for (const object of importedBy(model)) {
    wanted.add(object.label);
    const given = imports[object.label];
    if (!given) refuse(object, 'nothing was given for it; name it among the imports');
    checkFits(object, given);
    table.set(object, given);
  }
  for (const name of Object.keys(imports)) {
    if (wanted.has(name) || declared.has(name)) continue;
    throw new GraphError(
      `Cannot import "${name}": the graph has no import of that name; it has ${[...wanted].join(', ') || 'none'}`,
    );
  }
  return table;
}

function checkFits(declared: GraphBuffer | GraphImage, given: Buffer | Image): void {
  if (given.kind !== declared.kind)
    refuse(declared, `${given.kind} "${given.label}" was given; give a ${declared.kind}`);
  if (given.role !== declared.role && given.role !== 'any' && declared.role !== 'any') {
    refuse(
      declared,
      `${given.kind} "${given.label}" has role "${given.role}", not "${declared.role}"; give one of that role`,
    );
  }
  if (declared.kind === 'buffer' && given.kind === 'buffer' && given.byteLength < declared.byteLength) {
    refuse(
      declared,
      `buffer "${given.label}" has ${given.byteLength} bytes, not ${declared.byteLength}; give a larger one`,
    );
  }
  if (declared.kind === 'image' && given.kind === 'image') {
    const differ = given.mips !== declared.mips || given.layers !== declared.layers || given.format !== declared.format;
    if (!differ) return;
    const told = (image: GraphImage | Image): string => `${image.format}, ${image.mips} mips, ${image.layers} layers`;
    refuse(declared, `image "${given.label}" is ${told(given)}, not ${told(declared)}; give one like it`);
  }
}

function refuse(declared: GraphBuffer | GraphImage, why: string): never {
  throw new GraphError(`Cannot import ${declared.kind} "${declared.label}": ${why}`);
}
