/**
 * @file What passes touch. A resource is a value, not memory:
 *
 *     "density"           a name: memory that the graph only orders, such as what shaders reach by address
 *     device buffer/image itself: the same one at each execution
 *     imported            declared by name; each execution brings the buffer or image
 *     transient           lives from its first pass to its last; those that never live together share memory
 *     host value          a plain JavaScript value that host passes read and write
 */

import type { RawUsage, Usage } from '../access.ts';
import type { ImageFormat } from '../image/format.ts';
import type { BufferRole, ImageRole, Role, RoleUsage } from '../role.ts';
import { printsItself } from '../printing.ts';
import { checkOptions } from '../given.ts';
import { checkBuffer, checkImage } from './declared.ts';

/** What the graph must know of a buffer; a device's `Buffer` is one. */
export interface BufferLike<R extends BufferRole = BufferRole> {
  readonly kind: 'buffer';
  readonly label: string;
  readonly role: R;
  readonly byteLength: number;
}

/** What the graph must know of an image; a device's `Image` is one. */
export interface ImageLike<R extends ImageRole = ImageRole> {
  readonly kind: 'image';
  readonly label: string;
  readonly role: R;
  readonly format: ImageFormat;
  readonly mips: number;
  readonly layers: number;
}

/** A resource that isn't just a name. */
export type Resource = BufferLike | ImageLike | HostValue<unknown>;

/** Where a declared resource comes from. */
export type Origin = 'imported' | 'transient';

/** What an imported resource is when the graph begins and when it ends. */
export interface ImportOptions {
  /**
   * The last use before the graph, on the queue of its first pass here; where passes on other queues, or the host, read it first too,
   * the caller has these wait. Default for buffers: none; for images: how the role is
   * read, but 'undefined' for a target that is drawn first, and for what a pass discards first.
   */
  readonly arrives?: Usage | 'undefined';
  /** The use that the graph must leave it ready for. Default for images: as it arrives, else how its role is read. */
  readonly leaves?: Usage;
}

/** What a transient resource may be told. */
export interface TransientOptions {
  /** It is read after the execution (`plan.buffer`, `plan.image`): it shares no memory, and its passes are not culled. Default false. */
  readonly kept?: boolean;
}

/** A buffer as a graph declares it. */
export interface GraphBufferOptions<R extends BufferRole> {
  /** Default 'any'. */
  readonly role?: R;
  readonly byteLength: number;
}

/** An image as a graph declares it: size in texels, `format` in the words of `device.createImage`. */
export interface GraphImageOptions<R extends ImageRole> {
  /** Default 'any'. */
  readonly role?: R;
  readonly size: readonly [width: number, height: number] | readonly [width: number, height: number, depth: number];
  readonly format: ImageFormat;
  /** Default 1. */
  readonly mips?: number;
  /** Default 1. */
  readonly layers?: number;
  /** Samples a texel. Default 1. */
  readonly samples?: number;
}

/** A buffer that a graph declares. */
export class GraphBuffer<R extends BufferRole = BufferRole> implements BufferLike<R> {
  static {
    printsItself(this);
  }

  readonly kind = 'buffer';
  readonly label: string;
  readonly role: R;
  readonly byteLength: number;
  readonly origin: Origin;
  readonly options: ImportOptions & TransientOptions;

  constructor(label: string, origin: Origin, declared: GraphBufferOptions<R> & ImportOptions & TransientOptions) {
    checkBuffer(label, origin, declared);
    const { role = 'any' as R, byteLength, ...options } = declared;
    this.label = label;
    this.origin = origin;
    this.role = role;
    this.byteLength = byteLength;
    this.options = options;
  }

  toString(): string {
    return `GraphBuffer("${this.label}", ${this.origin}, ${this.byteLength} bytes)`;
  }
}

/** An image that a graph declares. */
export class GraphImage<R extends ImageRole = ImageRole> implements ImageLike<R> {
  static {
    printsItself(this);
  }

  readonly kind = 'image';
  readonly label: string;
  readonly role: R;
  readonly size: GraphImageOptions<R>['size'];
  readonly format: ImageFormat;
  readonly mips: number;
  readonly layers: number;
  readonly samples: number;
  readonly origin: Origin;
  readonly options: ImportOptions & TransientOptions;

  constructor(label: string, origin: Origin, declared: GraphImageOptions<R> & ImportOptions & TransientOptions) {
    checkImage(label, origin, declared);
    const { role = 'any' as R, size, format, mips = 1, layers = 1, samples = 1, ...options } = declared;
    this.label = label;
    this.origin = origin;
    this.role = role;
    this.size = size;
    this.format = format;
    this.mips = mips;
    this.layers = layers;
    this.samples = samples;
    this.options = options;
  }

  toString(): string {
    return `GraphImage("${this.label}", ${this.origin}, ${this.size.join('×')} ${this.format})`;
  }
}

/** A JavaScript value that host passes share; `value` may be set by those that declare that they write it. */
export class HostValue<T> {
  static {
    printsItself(this);
  }

  readonly kind = 'host value';
  readonly label: string;
  value: T;

  constructor(label: string, value: T) {
    this.label = label;
    this.value = value;
  }

  toString(): string {
    return `HostValue("${this.label}")`;
  }
}

/** Which part of a resource a pass touches, all by default: bytes of a buffer, mips and layers of an image. */
export interface UsePart {
  readonly byteOffset?: number;
  readonly byteLength?: number;
  readonly mip?: number;
  readonly mips?: number;
  readonly layer?: number;
  readonly layers?: number;
  /** A write that leaves nothing of what was there: passes that only wrote what it drops may be culled. Default false. */
  readonly discard?: boolean;
}

/** One touch of a named resource by a pass. */
export interface NamedUse {
  readonly resource: string;
  readonly access: Usage;
}

/** One touch of a resource by a pass, checked against its role: what `use` makes. */
export class RoleUse {
  readonly resource: BufferLike | ImageLike;
  readonly access: Usage | undefined;
  readonly part: UsePart;

  constructor(resource: BufferLike | ImageLike, access: Usage | undefined, part: UsePart) {
    this.resource = resource;
    this.access = access;
    this.part = part;
  }
}

/** What a pass may list under `reads` and `writes`. A bare name or resource is used as its role says. */
export type Use = string | Resource | NamedUse | RoleUse;

/** A touch of a resource that says how: a usage that its role allows, or raw; and which part. */
export function use<R extends Role>(
  resource: (BufferLike | ImageLike) & { readonly role: R },
  access?: RoleUsage<NoInfer<R>> | RawUsage,
  part: UsePart = {},
): RoleUse {
  checkOptions('Cannot use a resource', resource, 'its kind and role');
  checkOptions(`Cannot use "${resource.label}"`, part, 'the numbers of its part');
  return new RoleUse(resource, access, part);
}
