/**
 * @file How objects cross to a recording thread: as plain records, each sent once; in a job's data a mark stands for the
 * object. A thread makes a thin view of a record: it has the object's class and numbers, and owns nothing.
 */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import type { Used } from '../command/command-buffer.ts';
import { GraphicsPipeline } from '../command/graphics-pipeline.ts';
import { ComputePipeline } from '../command/pipeline.ts';
import { Image } from '../image/image.ts';
import type { ImageView } from '../image/view.ts';
import { Sampler } from '../image/sampler.ts';
import { Buffer } from '../memory/buffer.ts';
import { VulkanError } from '../errors.ts';

/** Classes whose objects cross, and what of them does. */
const CLASSES = [
  {
    type: Buffer,
    members: ['kind', 'label', 'role', 'owner', 'usage', 'byteLength', 'memory', 'handle', 'address'],
  },
  {
    type: Image,
    members: [
      'kind',
      'label',
      'owner',
      'role',
      'size',
      'dimensions',
      'format',
      'mips',
      'layers',
      'samples',
      'usage',
      'handle',
    ],
  },
  { type: Sampler, members: ['kind', 'label', 'filter', 'compare', 'handle'] },
  {
    type: ComputePipeline,
    members: ['kind', 'label', 'handle', 'layout', 'signature', 'pushBytes', 'workgroupSize'],
  },
  {
    type: GraphicsPipeline,
    members: ['kind', 'label', 'handle', 'layout', 'signature', 'pushBytes', 'vertexBuffers', 'targets'],
  },
] as const;

/** An object as plain data. */
export interface ObjectRecord {
  readonly id: number;
  /** Place in the list of classes. */
  readonly type: number;
  readonly members: Readonly<Record<string, unknown>>;
  /** Of an image: its usual view. */
  readonly view: Omit<ImageView, 'image'> | undefined;
}

/** What stands for something in a job's data. */
interface Mark {
  readonly '\0object'?: number;
  /** Memory that the host sees: address and bytes. */
  readonly '\0memory'?: readonly [address: bigint, byteLength: number];
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Data that crosses. */
export interface Marked {
  readonly data: unknown;
  /** JSON says all of it: reading that back takes a thread that was asleep a fraction of what structured data takes. */
  readonly exact: boolean;
}

/** Whether JSON says exactly this value, which is no object. */
function isExact(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

/** Turns objects in data into marks, and keeps the records that the threads need. */
export class Sender {
  readonly #ids = new Map<object, ObjectRecord>();
  /** A buffer that moved has a number for each place. */
  readonly #objects = new Map<number, object>();
  readonly #driver: Driver;
  readonly #send: (record: ObjectRecord) => void;
  #next = 1;
  #exact = true;

  /** For objects of this device; `send` gives a new record to every thread. */
  constructor(driver: Driver, send: (record: ObjectRecord) => void) {
    this.#driver = driver;
    this.#send = send;
  }

  /** All records that live, for a thread that starts. */
  get records(): readonly ObjectRecord[] {
    return [...this.#ids.values()];
  }

  /** The data with marks for objects; objects are added to `used`, and `exact` tells whether JSON says all of it. */
  mark(value: unknown, used: Set<Used>): Marked {
    this.#exact = true;
    if (value === undefined) return { data: value, exact: true };
    return { data: this.#mark(value, used), exact: this.#exact };
  }

  #mark(value: unknown, used: Set<Used>): unknown {
    if (typeof value === 'function') throw new TypeError('functions do not cross threads; name an export instead');
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) {
      if (!isExact(value)) this.#exact = false;
      return value;
    }
    if (Array.isArray(value)) return Array.from(value, (each: unknown) => this.#mark(each, used));
    if (isPlain(value)) return this.#markMembers(value as Record<string, unknown>, used);
    const type = CLASSES.findIndex((each) => value instanceof each.type);
    if (type >= 0) return { '\0object': this.#idOf(type, value as Used, used) } satisfies Mark;
    if (Symbol.dispose in value || Symbol.asyncDispose in value) {
      throw new TypeError(
        `a ${value.constructor.name} does not cross threads; give buffers, images, samplers and pipelines`,
      );
    }
    this.#exact = false;
    return value;
  }

  /** The object of a number. */
  objectOf(id: number): object | undefined {
    return this.#objects.get(id);
  }

  /** Forgets objects that were disposed; gives their ids. */
  forget(): number[] {
    const gone: number[] = [];
    for (const [id, object] of this.#objects) {
      if (!(object as Used).disposed) continue;
      this.#ids.delete(object);
      this.#objects.delete(id);
      gone.push(id);
    }
    return gone;
  }

  #markMembers(value: Record<string, unknown>, used: Set<Used>): unknown {
    const { buffer, bytes } = value;
    const marked: Record<string, unknown> = {};
    for (const key of Object.keys(value)) marked[key] = this.#mark(value[key], used);
    if (buffer instanceof Buffer && bytes instanceof Uint8Array) {
      const address = V.addressOf(bytes.buffer as ArrayBuffer) + BigInt(bytes.byteOffset);
      marked['bytes'] = { '\0memory': [address, bytes.byteLength] } satisfies Mark;
      this.#exact = false;
    }
    return marked;
  }

  #idOf(type: number, object: Used, used: Set<Used>): number {
    if (object.disposed) throw new TypeError(`${object.kind} "${object.label}" was disposed`);
    if (object.driver !== this.#driver) throw new TypeError(`${object.kind} "${object.label}" is of another device`);
    used.add(object.stay ?? object);
    const known = this.#ids.get(object);
    if (known && known.members['handle'] === (object as unknown as { handle: bigint }).handle) return known.id;
    const { members: names } = CLASSES[type]!;
    const members = Object.fromEntries(
      names.map((name) => [name, (object as unknown as Record<string, unknown>)[name]]),
    );
    const record = { id: this.#next++, type, members, view: object instanceof Image ? viewOf(object) : undefined };
    this.#ids.set(object, record);
    this.#objects.set(record.id, object);
    this.#send(record);
    return record.id;
  }
}

function viewOf(image: Image): ObjectRecord['view'] {
  const viewable = image.usage.some((each) => !each.startsWith('transfer'));
  if (!viewable) return undefined;
  const { range, shape, handle } = image.view();
  return { range, shape, handle };
}

/** Why data doesn't cross, in words: what walks it runs out of stack in a circle, and what copies it meets what is no data. */
export function crossingSlip(cause: unknown): string {
  if (cause instanceof RangeError) return 'its data is within itself; give data without circles';
  const { message } = cause as Error;
  if (!/could not be cloned/.test(message)) return message;
  return 'its data holds what is no plain data, as a Map of buffers; give objects and lists';
}

/** Turns marks back into views of objects, in a thread. */
export class Receiver {
  readonly #views = new Map<number, object>();
  readonly #ids = new WeakMap<object, number>();
  readonly #memory: ArrayBuffer[] = [];

  add({ id, type, members, view }: ObjectRecord): void {
    const object = Object.create(CLASSES[type]!.type.prototype as object) as object;
    const define = (name: string, value: unknown): void =>
      void Object.defineProperty(object, name, { value, enumerable: true });
    for (const [name, value] of Object.entries(members)) define(name, value);
    define('disposed', false);
    define('stay', undefined);
    const refuse = (): never => {
      const { kind, label } = object as Used;
      throw new TypeError(`Cannot dispose ${kind} "${label}" on a thread: it is the main thread's; dispose it there`);
    };
    Object.defineProperty(object, Symbol.dispose, { value: refuse });
    if (CLASSES[type]!.type === Image) define('view', () => usualView(object as Image, view));
    this.#views.set(id, object);
    this.#ids.set(object, id);
  }

  /** The number of an object that came through data. */
  idOf(object: object): number | undefined {
    return this.#ids.get(object);
  }

  forget(ids: readonly number[]): void {
    for (const id of ids) this.#views.delete(id);
  }

  /** The data as it was sent. */
  restore(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) return value.map((each) => this.restore(each));
    if (!isPlain(value)) return value;
    const { '\0object': id, '\0memory': memory } = value as Mark;
    if (id !== undefined) return this.#views.get(id);
    if (memory) {
      const view = V.viewMemory(...memory);
      this.#memory.push(view);
      return new Uint8Array(view);
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.restore(each)]));
  }

  /** Makes views of memory inert: the job is recorded. */
  release(): void {
    for (const view of this.#memory.splice(0)) V.releaseView(view);
  }
}

function usualView(image: Image, view: ObjectRecord['view']): ImageView {
  if (view) return { image, ...view };
  throw new VulkanError(`Cannot view image "${image.label}" on a thread: it has no view; give image.view(…) as data`, {
    kind: 'command-buffer',
    labels: [image.label],
  });
}
