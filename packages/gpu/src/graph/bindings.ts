/** @file What stands behind the declared resources of a graph while it executes. */

import { GraphError } from '../errors.ts';
import type { Image } from '../image/image.ts';
import type { Buffer } from '../memory/buffer.ts';
import { valueText } from '../printing.ts';
import type { BufferRole, ImageRole } from '../role.ts';
import type { CompiledGraph } from './compile.ts';
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

/** Passes by number: those that touch a resource, and those of them that write it. */
interface Touchers {
  readonly all: Set<number>;
  readonly writers: Set<number>;
}

/** The resources of a graph that the caller's memory stands behind. */
interface Given {
  /** The imports of all passes. */
  readonly imported: readonly (GraphBuffer | GraphImage)[];
  /** Imports, and the buffers and images that passes name directly, as far as passes that aren't culled touch them. */
  readonly touchers: ReadonlyMap<unknown, Touchers>;
  /** Those that passes name directly. */
  readonly direct: ReadonlySet<unknown>;
}

const known = new WeakMap<CompiledGraph, Given>();

function givenTo(compiled: CompiledGraph): Given {
  const found = known.get(compiled);
  if (found) return found;
  const imported = compiled.model.nodes
    .filter(({ origin }) => origin === 'imported')
    .map(({ object }) => object)
    .filter((object) => object instanceof GraphBuffer || object instanceof GraphImage);
  const touchers = new Map<unknown, Touchers>();
  const direct = new Set<unknown>();
  for (const { node, pass, writes } of compiled.levels.flat().flatMap(({ touches }) => touches)) {
    if (node.origin !== 'imported' && node.origin !== 'given') continue;
    let own = touchers.get(node.object);
    if (!own) touchers.set(node.object, (own = { all: new Set(), writers: new Set() }));
    own.all.add(pass);
    if (writes) own.writers.add(pass);
    if (node.origin === 'given') direct.add(node.object);
  }
  const given = { imported, touchers, direct };
  known.set(compiled, given);
  return given;
}

/**
 * The imported resources that passes use, with what was given for them; throws where one is missing or doesn't fit, or was
 * given for two whose touches would have to be ordered. What the graph declares and no pass uses may be given, and isn't
 * looked at.
 */
export function bindImports(compiled: CompiledGraph, imports: Imports): Map<unknown, Buffer | Image> {
  const { imported, touchers, direct } = givenTo(compiled);
  const table = new Map<unknown, Buffer | Image>();
  const wanted = new Set<string>();
  const behind = new Map<unknown, unknown[]>();
  for (const object of imported) {
    wanted.add(object.label);
    const given = imports[object.label];
    if (!given) refuse(object, 'nothing was given for it; name it among the imports');
    checkFits(object, given);
    table.set(object, given);
    const own = touchers.get(object);
    if (!own) continue;
    const others = behind.get(given) ?? (direct.has(given) ? [given] : []);
    const other = others.find((each) => given.kind === 'image' || collide(own, touchers.get(each)!));
    if (other !== undefined) refuseTwice(object, given, other);
    behind.set(given, [...others, object]);
  }
  for (const name of Object.keys(imports)) {
    if (wanted.has(name) || compiled.imports.has(name)) continue;
    throw new GraphError(
      `Cannot import "${name}": the graph has no import of that name; it has ${[...wanted].join(', ') || 'none'}`,
    );
  }
  return table;
}

/** Whether two passes touch one buffer by two names, one of them to write it. */
function collide(a: Touchers, b: Touchers): boolean {
  const meets = (writers: ReadonlySet<number>, all: ReadonlySet<number>): boolean =>
    [...writers].some((writer) => [...all].some((pass) => pass !== writer));
  return meets(a.writers, b.all) || meets(b.writers, a.all);
}

function refuseTwice(declared: GraphBuffer | GraphImage, given: Buffer | Image, other: unknown): never {
  const too =
    other === given ? 'passes name it directly too' : `it was given for "${(other as GraphBuffer).label}" too`;
  const why = `${given.kind} "${given.label}" was given, and ${too}; touches by two names aren't ordered: use one for it`;
  refuse(declared, why);
}

function checkFits(declared: GraphBuffer | GraphImage, given: Buffer | Image): void {
  if (given.kind !== declared.kind) {
    const { kind, label } = given as Partial<Buffer | Image>;
    const what = kind === undefined ? valueText(given) : `${kind} "${label}"`;
    refuse(declared, `${what} was given; give ${declared.kind === 'image' ? 'an image' : 'a buffer'}`);
  }
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
    const [is, wanted] = [shapeText(given), shapeText(declared)];
    if (is !== wanted) refuse(declared, `image "${given.label}" is ${is}, not ${wanted}; give one like it`);
  }
}

/** "64×64 rgba8unorm, 1 mips, 1 layers, 1 samples": all that an image that is given must share with the declared one. */
function shapeText(image: GraphImage | Image): string {
  const { format, mips, layers, samples } = image;
  const size = 'dimensions' in image ? image.size.slice(0, image.dimensions) : image.size;
  return `${size.join('×')} ${format}, ${mips} mips, ${layers} layers, ${samples} samples`;
}

function refuse(declared: GraphBuffer | GraphImage, why: string): never {
  throw new GraphError(`Cannot import ${declared.kind} "${declared.label}": ${why}`);
}
