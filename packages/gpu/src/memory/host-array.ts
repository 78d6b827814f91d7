/**
 * @file Zero copy: memory that JavaScript allocated, and that the device reads and writes in place, through
 * VK_EXT_external_memory_host. The memory is pinned at a multiple of the device's alignment, and outlives both the
 * JavaScript that looks at it and the device's work: whichever ends last.
 *
 * The device reaches it over its bus: what is read once or written once gains, what is used again and again doesn't.
 */

import * as V from '@halocline/vulkan';
import type { BufferUsage } from '../convert.ts';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { Buffer } from './buffer.ts';
import { settleCopies } from './copiers.ts';
import { adviseHugePages, HUGE_PAGE } from './libc.ts';
import type { BufferMaker, BufferNeeds, Place } from './buffer.ts';
import type { ImportOptions } from './shared-memory.ts';
import { checkFunction, checkNames } from '../given.ts';
import type { Names } from '../given.ts';
import { valueText } from '../printing.ts';

/** What a host array is made from, beside its length. */
export interface HostArrayOptions {
  /** Its name in messages. Default 'host array'. */
  readonly label?: string;
  /** Default: everything but vertex and index. */
  readonly usage?: readonly BufferUsage[];
}

const HOST_ARRAY_OPTIONS: Names<HostArrayOptions> = Object.freeze({ label: true, usage: true });
const IMPORT_OPTIONS: Names<ImportOptions> = Object.freeze({
  label: true,
  address: true,
  byteLength: true,
  release: true,
});

/** Memory of JavaScript's own that the device uses in place. Dispose it when neither side needs it: `array` is empty from then on. */
export interface HostArray extends Disposable {
  /**
   * The memory, as long as was asked for: make typed arrays of it. Don't transfer it (`array.transfer()`, a message's list): whoever
   * got it would hold memory that goes with the host array.
   */
  readonly array: ArrayBuffer;
  /** The same memory as a buffer of the device. */
  readonly buffer: Buffer;
}

const HANDLE_TYPE = V.VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT;

/** Makes a host array. Throws VulkanError 'not-available' where the device can't use the host's memory. */
export function createHostArray(maker: BufferMaker, byteLength: number, options: HostArrayOptions): HostArray {
  checkNames('Cannot make host array', options, HOST_ARRAY_OPTIONS);
  const { label = 'host array', ...rest } = options;
  const { driver } = maker;
  const words = wordsOf('make host array', label);
  checkImports(driver, words);
  const buffer = new Buffer(
    maker,
    { label, byteLength, ...rest },
    { memory: 'host', handleTypes: HANDLE_TYPE, place: (owner, needs) => place(maker, owner, needs, words) },
  );
  const array = buffer.mapped.buffer;
  hosted.set(array, { driver, buffer });
  return { array, buffer, [Symbol.dispose]: () => buffer[Symbol.dispose]() };
}

/** Makes a buffer over host memory that is there already, until `release` is called. Throws as `createHostArray` does. */
export function importHostMemory(maker: BufferMaker, options: ImportOptions): Buffer {
  checkNames('Cannot share memory', options, IMPORT_OPTIONS);
  const { label, address, byteLength, release } = options;
  const { driver } = maker;
  const words = wordsOf('share memory', label);
  checkFunction(words.act, release, 'its release');
  try {
    checkImports(driver, words);
    checkAddress(driver, words, address, byteLength);
    return new Buffer(
      maker,
      { label, byteLength },
      {
        memory: 'host',
        handleTypes: HANDLE_TYPE,
        place: (_, needs) => {
          const handle = importMemory(maker, words, { address, byteLength }, needs.memoryTypeBits);
          const array = V.viewMemory(address, byteLength);
          return {
            memory: { handle, bytes: array },
            byteOffset: 0,
            close: () => V.releaseView(array),
            release: () => {
              driver.commands.vkFreeMemory(driver.handle, handle, V.NULL);
              settleCopies();
              release();
            },
          };
        },
      },
    );
  } catch (error) {
    release();
    throw error;
  }
}

/** What an import is for, as errors call it. */
interface Words {
  readonly label: string;
  readonly act: string;
  readonly instead: string;
}

/** What would do where host memory can't be imported. */
const INSTEAD = Object.freeze({
  'make host array': "use a buffer with memory 'upload' or 'download'",
  'share memory': 'copy between the devices instead',
});

function wordsOf(verb: keyof typeof INSTEAD, label: string): Words {
  return { label, act: `Cannot ${verb} "${label}"`, instead: INSTEAD[verb] };
}

function checkImports(driver: Driver, { label, act, instead }: Words): void {
  if (driver.commands.has('vkGetMemoryHostPointerPropertiesEXT')) return;
  throw new VulkanError(
    `${act}: device "${driver.name}" lacks ${V.VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME}; ${instead}`,
    { kind: 'not-available', labels: [label, driver.name] },
  );
}

/** Drivers take any address, and end the process over one that is none. */
function checkAddress(driver: Driver, { act }: Words, address: unknown, byteLength: unknown): void {
  const unit = importAlignment(driver);
  if (typeof address !== 'bigint' || address <= 0n || address % BigInt(unit) !== 0n) {
    throw new RangeError(`${act}: its address is ${valueText(address)}; give a bigint above 0, a multiple of ${unit}`);
  }
  if (Number.isSafeInteger(byteLength) && Number(byteLength) > 0 && Number(byteLength) % unit === 0) return;
  throw new RangeError(`${act}: its length is ${valueText(byteLength)}; give a multiple of ${unit} above 0`);
}

const hosted = new WeakMap<ArrayBufferLike, { readonly driver: Driver; readonly buffer: Buffer }>();

/** The buffer that a host array of this device is; undefined for other memory. */
export function hostBufferOf(array: ArrayBufferLike, driver: Driver): Buffer | undefined {
  const found = hosted.get(array);
  return found?.driver === driver ? found.buffer : undefined;
}

function place(maker: BufferMaker, { byteLength }: Buffer, needs: BufferNeeds, words: Words): Place {
  const { driver } = maker;
  const unit = Math.max(needs.alignment, importAlignment(driver));
  const taken = Math.ceil(needs.byteLength / unit) * unit;
  const pinned = V.pinned(taken, { alignment: taken >= HUGE_PAGE ? Math.max(unit, HUGE_PAGE) : unit });
  adviseHugePages(pinned.address, taken);
  try {
    const handle = importMemory(maker, words, { address: pinned.address, byteLength: taken }, needs.memoryTypeBits);
    const array = V.viewMemory(pinned.address, byteLength);
    return {
      memory: { handle, bytes: array },
      byteOffset: 0,
      close: () => V.releaseView(array),
      release: () => {
        driver.commands.vkFreeMemory(driver.handle, handle, V.NULL);
        settleCopies();
        pinned[Symbol.dispose]();
      },
    };
  } catch (error) {
    pinned[Symbol.dispose]();
    throw error;
  }
}

/** What the address and the length of imported memory must be multiples of, in bytes. */
function importAlignment(driver: Driver): number {
  return V.arena.scope(() => {
    const host = V.VkPhysicalDeviceExternalMemoryHostPropertiesEXT.allocate();
    const out = V.VkPhysicalDeviceProperties2.allocate({ pNext: host });
    driver.instance.vkGetPhysicalDeviceProperties2(driver.physicalDevice, out);
    return Number(V.VkPhysicalDeviceExternalMemoryHostPropertiesEXT.read(host).minImportedHostPointerAlignment);
  });
}

function importMemory(
  { driver, memory }: BufferMaker,
  { label, act, instead }: Words,
  { address, byteLength }: { readonly address: bigint; readonly byteLength: number },
  typeBits: number,
): V.VkDeviceMemory {
  const { commands, handle: device } = driver;
  return V.arena.scope(() => {
    const out = V.VkMemoryHostPointerPropertiesEXT.allocate();
    const asked = commands.vkGetMemoryHostPointerPropertiesEXT(device, HANDLE_TYPE, address, out);
    driver.check(asked, 'vkGetMemoryHostPointerPropertiesEXT', 'allocation', act, instead, label);
    const { memoryTypeBits } = V.VkMemoryHostPointerPropertiesEXT.read(out);
    const [type] = memory.typesFor('download', typeBits & memoryTypeBits);
    if (type === undefined) {
      throw new VulkanError(`${act}: no coherent memory type of device "${driver.name}" takes it; ${instead}`, {
        kind: 'allocation',
        labels: [label, driver.name],
      });
    }
    const memoryOut = V.arena.u64();
    const info = V.VkMemoryAllocateInfo({
      pNext: V.VkImportMemoryHostPointerInfoEXT({
        pNext: V.VkMemoryAllocateFlagsInfo({ flags: V.VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT }),
        handleType: HANDLE_TYPE,
        pHostPointer: address,
      }),
      allocationSize: byteLength,
      memoryTypeIndex: type,
    });
    const result = commands.vkAllocateMemory(device, info, V.NULL, memoryOut);
    driver.check(result, 'vkAllocateMemory', 'allocation', act, 'ask for less', label);
    const handle = V.arena.readU64<V.VkDeviceMemory>(memoryOut);
    driver.setName(V.VK_OBJECT_TYPE_DEVICE_MEMORY, handle, label);
    return handle;
  });
}
