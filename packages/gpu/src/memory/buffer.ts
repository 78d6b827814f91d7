/** @file Buffers: a VkBuffer each, so that the validation layer sees where one ends; known by label and owner, reached by address. */

import * as V from '@halocline/vulkan';
import { usageFlags } from '../convert.ts';
import type { BufferUsage, MemoryKind } from '../convert.ts';
import type { Used } from '../command/command-buffer.ts';
import type { Child, Driver } from '../device/driver.ts';
import { bytesText, VulkanError } from '../errors.ts';
import type { Defragmentation, Fragmented } from './defragment.ts';
import type { DeviceMemory } from './device-memory.ts';
import { findRoom, readAlone } from './find-room.ts';
import type { Alone } from './find-room.ts';
import type { DeviceHeap, MemoryRange, Resident } from './heap.ts';
import { printsItself, valueText } from '../printing.ts';
import { BUFFER_ROLES, type BufferRole } from '../role.ts';
import { checkFunction, checkNames } from '../given.ts';
import type { Names } from '../given.ts';

/** What a buffer is made from. */
export interface BufferOptions<R extends BufferRole = BufferRole> {
  /** Its name in messages. */
  readonly label: string;
  readonly byteLength: number;
  /** Who holds it, in out-of-memory messages. Default: the label. */
  readonly owner?: string;
  /** What it is for, which its type then carries: usages of it in passes default to this and are checked against it. Default 'any'. */
  readonly role?: R;
  /** Default: everything but vertex and index, and what the role needs. */
  readonly usage?: readonly BufferUsage[];
  /** Default 'device'. */
  readonly memory?: MemoryKind;
  /**
   * Called when `defragment` of the device or of its pool has moved the buffer: its handle and its address are new, its bytes are
   * the same. Only buffers of 'device' memory that have this are moved: whoever keeps an address, or records it, must hear of it.
   * What it throws, `defragment` throws when all owners were told.
   */
  readonly onMoved?: (buffer: Buffer) => void;
}

const BUFFER_OPTIONS: Names<BufferOptions> = Object.freeze({
  label: true,
  byteLength: true,
  owner: true,
  role: true,
  usage: true,
  memory: true,
  onMoved: true,
});

/** The usages of a buffer that names none. */
const DEFAULT_USAGE: readonly BufferUsage[] = Object.freeze([
  'storage',
  'uniform',
  'indirect',
  'address',
  'transfer-source',
  'transfer-target',
]);

/** What buffers are made with. */
export interface BufferMaker {
  readonly driver: Driver;
  readonly heap: DeviceHeap;
  readonly memory: DeviceMemory;
  /** The queue families that may touch a buffer; two or more make it concurrent. */
  readonly families: readonly number[];
  /** Moves what may move; waits for the device. */
  defragment(what: Fragmented): Promise<Defragmentation>;
  /** Called before giving up for want of memory: waits for what is still in use and frees it. */
  reclaim(): void;
}

/** Where a buffer lies. */
export interface Place {
  readonly memory: { readonly handle: bigint; readonly bytes: ArrayBuffer | undefined };
  readonly byteOffset: number;
  /** In a device group: for each of its devices, on which of them the memory lies that it sees. */
  readonly seenOn?: readonly number[];
  /** Called when the buffer is disposed; the device may still use the memory. */
  close?(): void;
  /** Called when nothing uses the memory any more. */
  release(): void;
}

/** The place that a range of a heap or of a pool is. */
export function placeOf(range: MemoryRange, release: (range: MemoryRange) => void): Place {
  return { memory: range.memory, byteOffset: range.byteOffset, release: () => release(range) };
}

const makers = new WeakMap<object, BufferMaker>();

/** What buffers of a device are made with; the device says so when it is made. */
export function setMaker(device: object, maker: BufferMaker): void {
  makers.set(device, maker);
}

/** What `setMaker` said. */
export function makerOf(device: object): BufferMaker {
  const maker = makers.get(device);
  if (maker) return maker;
  throw new TypeError(`Cannot take memory of ${valueText(device)}: it is no device; give one that openDevice opened`);
}

/** What the driver wants of a buffer's memory; sizes in bytes. */
export interface BufferNeeds {
  readonly byteLength: number;
  readonly alignment: number;
  /** A bit for each memory type that will do. */
  readonly memoryTypeBits: number;
  readonly alone: Alone;
  /** Set where the buffer may move. */
  readonly resident: Resident | undefined;
}

/** Memory that a buffer is placed in instead of the device's heap. */
export interface Placement {
  readonly memory: MemoryKind | 'host';
  /** VkExternalMemoryHandleTypeFlags that the memory is imported by; 0 for none. */
  readonly handleTypes: number;
  place(buffer: Buffer, needs: BufferNeeds): Place;
}

/** A buffer's time at one place. */
class Stay implements Used {
  readonly kind = 'buffer';
  readonly label: string;
  end: string | undefined;

  constructor(label: string) {
    this.label = label;
  }

  get disposed(): boolean {
    return this.end !== undefined;
  }
}

/** A range of device memory with an address. Dispose it when nothing records with it any more: what was submitted may still use it. */
export class Buffer<R extends BufferRole = BufferRole> implements Child {
  static {
    printsItself(this);
  }

  readonly kind = 'buffer';
  readonly label: string;
  /** What it is for. `Buffer` alone, in a type, is a buffer of whatever role. */
  readonly role: R;
  /** Under which name its bytes are counted. */
  readonly owner: string;
  /** What commands may use it for. */
  readonly usage: readonly BufferUsage[];
  readonly byteLength: number;
  /** 'host': memory of JavaScript's own (`device.hostArray`). */
  readonly memory: MemoryKind | 'host';
  /** The memory itself, for kinds `upload`, `download` and `host`. Inert after the buffer's end. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** Of the device that it belongs to. */
  readonly driver: Driver;
  readonly #maker: BufferMaker;
  readonly #flags: number;
  #place: Place;
  #handle: V.VkBuffer;
  #address: bigint;
  #stay: Stay;
  #disposed = false;

  constructor(maker: BufferMaker, options: BufferOptions<R>, placement?: Placement) {
    checkNames('Cannot create buffer', options, BUFFER_OPTIONS);
    const {
      label,
      byteLength,
      owner = label,
      role = 'any' as R,
      usage = roleUsage(maker.driver, role),
      memory = 'device',
    } = options;
    if (!BUFFER_ROLES.includes(role)) {
      throw new TypeError(`Cannot create buffer "${label}": role "${role}" is none of ${BUFFER_ROLES.join(', ')}`);
    }
    maker.driver.checkOpen();
    checkLength(maker.driver, { kind: 'buffer', label, byteLength });
    this.#maker = maker;
    this.driver = maker.driver;
    this.#stay = new Stay(label);
    this.label = label;
    this.role = role;
    this.owner = owner;
    this.byteLength = byteLength;
    this.memory = placement?.memory ?? memory;
    this.usage = usage;
    this.#flags = usageFlags(usage);
    if (options.usage?.length === 0) {
      throw new TypeError(
        `Cannot create buffer "${label}": its usage is empty; say what it is for, or leave usage out`,
      );
    }
    if (options.onMoved !== undefined) checkFunction(`Cannot create buffer "${label}"`, options.onMoved, 'onMoved');
    if (options.onMoved && this.memory !== 'device') throw unmovable(label, this.memory);
    this.#handle = createHandle(maker, this, this.#flags, placement?.handleTypes ?? 0);
    try {
      const resident = options.onMoved && this.#resident(options.onMoved);
      const needs = { ...readNeeds(maker.driver, this.#handle), resident };
      this.#place = placement ? placement.place(this, needs) : placeInHeap(maker, this, memory, needs);
    } catch (error) {
      maker.driver.commands.vkDestroyBuffer(maker.driver.handle, this.#handle, V.NULL);
      throw error;
    }
    const { bytes } = this.#place.memory;
    const mapped = bytes && this.memory !== 'device';
    this.bytes = mapped ? new Uint8Array(bytes, this.#place.byteOffset, byteLength) : undefined;
    try {
      this.#address = this.#bind(this.#handle, this.#place, 'create');
    } catch (error) {
      this.#place.close?.();
      this.#place.release();
      throw error;
    }
    maker.driver.children.add(this);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  get handle(): V.VkBuffer {
    return this.#handle;
  }

  /** The address that shaders reach it by; a multiple of 16. */
  get address(): bigint {
    return this.#address;
  }

  /** What stands for it in recordings: it ends when the buffer does, and when it is moved. */
  get stay(): Stay {
    return this.#stay;
  }

  /** The memory itself, as `bytes`; throws VulkanError 'not-mapped' where the host doesn't see it, or no longer. */
  get mapped(): Uint8Array<ArrayBuffer> {
    if (this.bytes && !this.#disposed) return this.bytes;
    const why = this.#disposed ? 'it was disposed' : `it lives in '${this.memory}' memory`;
    throw new VulkanError(
      `Cannot map buffer "${this.label}": ${why}; create it with memory 'upload' or 'download', or use device.staging`,
      { kind: 'not-mapped', labels: [this.label] },
    );
  }

  /** Where `mapped` lies in this process's memory, for who copies by address. Throws as `mapped` does. */
  get mappedAddress(): bigint {
    const { buffer, byteOffset } = this.mapped;
    return V.addressOf(buffer) + BigInt(byteOffset);
  }

  /**
   * The bytes of 'device' memory that the host reaches too: a processor's, or an integrated device's; none once it was disposed. Anew at
   * each call: buffers move.
   */
  get visible(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#disposed) return undefined;
    const { memory, byteOffset } = this.#place;
    return memory.bytes && new Uint8Array(memory.bytes, byteOffset, this.byteLength);
  }

  toString(): string {
    return `Buffer("${this.label}", ${bytesText(this.byteLength)}${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#stay.end = 'was disposed';
    const { driver } = this.#maker;
    driver.children.delete(this);
    this.#place.close?.();
    driver.retire(() => {
      driver.commands.vkDestroyBuffer(driver.handle, this.handle, V.NULL);
      this.#place.release();
    });
  }

  /** Binds a handle to a place, and gives its address there; a handle that can't be bound is destroyed. */
  #bind(buffer: V.VkBuffer, { memory, byteOffset, seenOn }: Place, verb: 'create' | 'move'): bigint {
    const { driver } = this.#maker;
    const { commands, handle: device } = driver;
    const bound = memory.handle as V.VkDeviceMemory;
    try {
      const result = V.arena.scope(() => {
        const pNext = seenOn === undefined ? V.NULL : V.VkBindBufferMemoryDeviceGroupInfo({ pDeviceIndices: seenOn });
        const info = { pNext, buffer, memory: bound, memoryOffset: byteOffset };
        return commands.vkBindBufferMemory2(device, 1, V.VkBindBufferMemoryInfo(info));
      });
      const act = `Cannot ${verb} buffer "${this.label}"`;
      driver.check(result, 'vkBindBufferMemory2', 'buffer', act, 'ask for less', this.label);
    } catch (error) {
      commands.vkDestroyBuffer(device, buffer, V.NULL);
      throw error;
    }
    driver.setName(V.VK_OBJECT_TYPE_BUFFER, buffer, this.label);
    if ((this.#flags & V.VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT) === 0) return 0n;
    return V.arena.scope(() => commands.vkGetBufferDeviceAddress(device, V.VkBufferDeviceAddressInfo({ buffer })));
  }

  #resident(onMoved: (buffer: Buffer) => void): BufferResident {
    return {
      buffer: this,
      moved: () => onMoved(this),
      prepare: (to, release) => {
        const place = placeOf(to, release);
        const handle = createHandle(this.#maker, this, this.#flags, 0, 'move');
        const address = this.#bind(handle, place, 'move');
        return {
          handle,
          settle: () => {
            this.#handle = handle;
            this.#place = place;
            this.#address = address;
            this.#stay.end = 'was moved by defragmentation';
            this.#stay = new Stay(this.label);
          },
        };
      },
    };
  }
}

/** A buffer that may move. */
export interface BufferResident extends Resident {
  readonly buffer: Buffer;
  /** A handle of it at another range, which its bytes must be copied to. The caller destroys it where it shall not move after all. */
  prepare(to: MemoryRange, release: (range: MemoryRange) => void): PreparedMove;
  /** Tells its owner. */
  moved(): void;
}

/** A buffer's other place, until it is laid there. */
export interface PreparedMove {
  readonly handle: V.VkBuffer;
  /** Lays the buffer there. The handle that it had is the caller's to destroy. */
  settle(): void;
}

function unmovable(label: string, memory: string): TypeError {
  return new TypeError(
    `Cannot create buffer "${label}": onMoved is given, and '${memory}' memory never moves; leave it out, or take 'device'`,
  );
}

function roleUsage(driver: Driver, role: BufferRole): readonly BufferUsage[] {
  if (role === 'vertex' || role === 'index') return [...DEFAULT_USAGE, role];
  const conditions = role === 'indirect' && driver.features['conditionalRendering'] === true;
  return conditions ? [...DEFAULT_USAGE, 'conditional'] : DEFAULT_USAGE;
}

/** What a handle is made for: a buffer, or what one tells the needs of. */
interface Named {
  readonly kind: string;
  readonly label: string;
  readonly byteLength: number;
}

function checkLength(driver: Driver, { kind, label, byteLength }: Named): void {
  if (!Number.isSafeInteger(byteLength) || byteLength <= 0) {
    throw new RangeError(
      `Cannot create ${kind} "${label}": its length is ${byteLength}; give a whole number of bytes above 0`,
    );
  }
  if (byteLength > driver.limits.maxBufferBytes) {
    throw new VulkanError(
      `Cannot create ${kind} "${label}": it has ${bytesText(byteLength)}, device "${driver.name}" allows ` +
        `${bytesText(driver.limits.maxBufferBytes)} a buffer; cut it into several`,
      { kind: 'buffer', labels: [label] },
    );
  }
}

function createHandle(
  { driver, families }: BufferMaker,
  { kind, label, byteLength }: Named,
  flags: number,
  handleTypes: number,
  verb: 'create' | 'move' = 'create',
): V.VkBuffer {
  return V.arena.scope(() => {
    const out = V.arena.u64();
    // Concurrent: a buffer has no layout and no compression that ownership could change, so sharing costs nothing.
    const concurrent = families.length > 1;
    const info = V.VkBufferCreateInfo({
      pNext: handleTypes === 0 ? V.NULL : V.VkExternalMemoryBufferCreateInfo({ handleTypes }),
      size: byteLength,
      usage: flags,
      sharingMode: concurrent ? V.VK_SHARING_MODE_CONCURRENT : V.VK_SHARING_MODE_EXCLUSIVE,
      pQueueFamilyIndices: concurrent ? families : [],
    });
    const result = driver.commands.vkCreateBuffer(driver.handle, info, V.NULL, out);
    driver.check(result, 'vkCreateBuffer', 'buffer', `Cannot ${verb} ${kind} "${label}"`, 'ask for less', label);
    return V.arena.readU64<V.VkBuffer>(out);
  });
}

/** What the driver wants of the memory of every buffer with the usual uses: asked by a buffer that is made and dropped. */
export function usualNeeds(maker: BufferMaker, named: Named): Omit<BufferNeeds, 'resident'> {
  checkLength(maker.driver, named);
  const handle = createHandle(maker, named, usageFlags(DEFAULT_USAGE), 0);
  const needs = readNeeds(maker.driver, handle);
  maker.driver.commands.vkDestroyBuffer(maker.driver.handle, handle, V.NULL);
  return needs;
}

function readNeeds(driver: Driver, buffer: V.VkBuffer): Omit<BufferNeeds, 'resident'> {
  return V.arena.scope(() => {
    const dedicated = V.VkMemoryDedicatedRequirements.allocate();
    const out = V.VkMemoryRequirements2.allocate({ pNext: dedicated });
    const info = V.VkBufferMemoryRequirementsInfo2({ buffer });
    driver.commands.vkGetBufferMemoryRequirements2(driver.handle, info, out);
    const { size, alignment, memoryTypeBits } = V.VkMemoryRequirements2.read(out).memoryRequirements;
    return {
      byteLength: Number(size),
      alignment: Math.max(16, Number(alignment)),
      memoryTypeBits,
      alone: readAlone(dedicated),
    };
  });
}

function placeInHeap(maker: BufferMaker, buffer: Buffer, kind: MemoryKind, needs: BufferNeeds): Place {
  const { byteLength, alignment, resident } = needs;
  const request = {
    what: `buffer "${buffer.label}"`,
    owner: buffer.owner,
    label: buffer.label,
    byteLength,
    alignment,
    types: maker.memory.typesFor(kind, needs.memoryTypeBits),
    resident,
  };
  // What lies alone doesn't move.
  const alone = needs.alone === 'better' && resident !== undefined ? undefined : needs.alone;
  const range = findRoom(maker, request, { to: { kind: 'buffer', handle: buffer.handle }, byteLength, alone });
  return placeOf(range, (last) => maker.heap.release(last));
}
