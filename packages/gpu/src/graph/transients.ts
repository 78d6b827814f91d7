/** @file The memory of transient resources: what a plan's arenas say, made of buffers and images that lie over each other. */

import type { Device } from '../device/device.ts';
import { Image } from '../image/image.ts';
import type { ImageNeeds, ImageOptions } from '../image/image.ts';
import { Buffer, makerOf, usualNeeds } from '../memory/buffer.ts';
import type { BufferMaker, BufferOptions } from '../memory/buffer.ts';
import type { MemoryRange } from '../memory/heap.ts';
import type { MemoryNeeds, TransientArena, TransientPlace } from './aliasing.ts';
import type { CompiledGraph } from './compile.ts';
import type { ResourceNode } from './model.ts';
import { GraphBuffer, GraphImage } from './resource.ts';

/** What a device wants of the memory of transient resources, and which memory types will do for all of a kind. */
export class DeviceNeeds {
  readonly types: Record<'buffer' | 'image', number> = { buffer: 0xffffffff, image: 0xffffffff };
  readonly #maker: BufferMaker;
  readonly #known = new Map<unknown, Omit<ImageNeeds, 'ownBytes' | 'alone'>>();

  constructor(device: Device) {
    this.#maker = makerOf(device);
  }

  /** Asks the driver; an image is made for it, and dropped. */
  readonly of: MemoryNeeds = ({ object, label }) => {
    const known = this.#known.get(object);
    if (known) return known;
    const asked =
      object instanceof GraphBuffer
        ? usualNeeds(this.#maker, { kind: 'buffer', label, byteLength: object.byteLength })
        : this.#askImage(object);
    const { byteLength, alignment, memoryTypeBits } = asked;
    const needs = { byteLength: Math.ceil(byteLength / alignment) * alignment, alignment, memoryTypeBits };
    this.types[object instanceof GraphBuffer ? 'buffer' : 'image'] &= memoryTypeBits;
    this.#known.set(object, needs);
    return needs;
  };

  #askImage(object: ResourceNode['object']): ImageNeeds {
    if (!(object instanceof GraphImage)) throw new Error('Bug in the graph: only buffers and images are transient');
    let asked: ImageNeeds | undefined;
    const image = new Image(this.#maker, imageOptions(object), (maker, _image, needs) => {
      asked = needs;
      return takeRange(maker, object.label, needs.byteLength, needs.alignment, needs.memoryTypeBits);
    });
    image[Symbol.dispose]();
    return asked!;
  }
}

/** Buffers and images for the transient resources of a graph, by their declarations. */
export class Transients {
  readonly table: ReadonlyMap<unknown, Buffer | Image>;

  constructor(device: Device, { model, arenas, levels }: CompiledGraph, types: DeviceNeeds['types']) {
    const table = new Map<unknown, Buffer | Image>();
    this.table = table;
    const maker = makerOf(device);
    const used = new Set(levels.flat().flatMap(({ touches }) => touches.map(({ node }) => node)));
    try {
      for (const arena of arenas) fillArena(maker, arena, types[arena.kind] >>> 0, table);
      for (const node of model.nodes) {
        if (node.origin !== 'transient' || table.has(node.object) || !used.has(node)) continue;
        table.set(node.object, createAlone(device, node));
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const each of this.table.values()) each[Symbol.dispose]();
  }
}

/** Makes the buffers or images of an arena. Its memory goes back when the last of them is gone. */
function fillArena(
  maker: BufferMaker,
  arena: TransientArena,
  types: number,
  table: Map<unknown, Buffer | Image>,
): void {
  if (arena.places.length === 0) return;
  const alignment = 2 ** 16; // no driver asks for more, so offsets in the arena are aligned as they are in memory
  const range = takeRange(maker, `transient ${arena.kind}s`, arena.byteLength, alignment, types);
  const holders = new Set(arena.places);
  const release = (place: TransientPlace): void => {
    if (holders.delete(place) && holders.size === 0) range.release();
  };
  try {
    for (const each of arena.places) {
      const { node, byteOffset } = each;
      const place = { memory: range.memory, byteOffset: range.byteOffset + byteOffset, release: () => release(each) };
      if (node.object instanceof GraphBuffer) {
        const placement = { memory: 'device', handleTypes: 0, place: () => place } as const;
        table.set(node.object, new Buffer(maker, bufferOptions(node.object), placement));
      } else {
        table.set(node.object, new Image(maker, imageOptions(node.object as GraphImage), () => place));
      }
    }
  } catch (error) {
    for (const each of arena.places) if (!table.has(each.node.object)) release(each);
    throw error;
  }
}

function takeRange(
  maker: BufferMaker,
  label: string,
  byteLength: number,
  alignment: number,
  typeBits: number,
): { readonly memory: MemoryRange['memory']; readonly byteOffset: number; release(): void } {
  const { heap, memory, driver } = maker;
  const request = { what: label, owner: label, byteLength, alignment, types: memory.typesFor('device', typeBits) };
  driver.collect();
  let range: MemoryRange;
  try {
    range = heap.allocate(request);
  } catch {
    maker.reclaim();
    range = heap.allocate(request);
  }
  return { memory: range.memory, byteOffset: range.byteOffset, release: () => heap.release(range) };
}

function createAlone(device: Device, { object }: ResourceNode): Buffer | Image {
  if (object instanceof GraphBuffer) return device.createBuffer(bufferOptions(object));
  return device.createImage(imageOptions(object as GraphImage));
}

function bufferOptions({ label, byteLength, role }: GraphBuffer): BufferOptions {
  const memory = role === 'upload' || role === 'download' ? role : 'device';
  return { label, byteLength, role, memory, owner: 'graph' };
}

function imageOptions({ label, size, format, role, mips, layers, samples }: GraphImage): ImageOptions {
  return { label, size, format, role, mips, layers, samples, owner: 'graph' };
}
