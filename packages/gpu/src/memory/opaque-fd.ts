/**
 * @file Device memory that has a file descriptor: exported by one owner, imported by another. An opaque descriptor means something
 * to the driver that made it, and on the physical device that the memory lies on, alone: an import elsewhere may succeed
 * and show other bytes. Whoever imports makes sure of the device.
 */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { Buffer } from './buffer.ts';
import type { BufferMaker, BufferNeeds, Place, Placement } from './buffer.ts';
import { libc } from './libc.ts';

const HANDLE_TYPE = V.VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT;

/** What a buffer of memory with a descriptor is made from. */
export interface OpaqueOptions {
  /** Its name in messages. */
  readonly label: string;
  readonly byteLength: number;
}

/** A buffer whose memory others import. */
export interface ExportableBuffer {
  readonly buffer: Buffer;
  /** Bytes of the memory behind it: an importer must name the same. */
  readonly allocated: number;
  /** A new descriptor of the memory; whoever imports it owns it. */
  readonly exportFd: () => number;
}

/** Memory that is somebody else's. */
export interface OpaqueImport extends OpaqueOptions {
  /** Given away: the driver has it as soon as memory was imported by it, and where none is it is closed. */
  readonly fd: number;
  /** Bytes of the memory behind `fd`. */
  readonly allocated: number;
  /** In a device group: the device of it that the memory lies on, of so many. All of them see the memory there. */
  readonly onto?: { readonly index: number; readonly count: number };
  /** Called when neither the buffer nor the device's work needs the memory any more; also if the import fails. */
  readonly release: () => void;
}

/** A buffer with device memory of its own, which has descriptors. Throws VulkanError 'not-available'. */
export function createExportable(maker: BufferMaker, { label, byteLength }: OpaqueOptions): ExportableBuffer {
  const { driver } = maker;
  checkDescriptors(driver, label);
  let memory: V.VkDeviceMemory = V.VK_NULL_HANDLE;
  let allocated = 0;
  const place = (buffer: Buffer, needs: BufferNeeds): Place => {
    const wish = V.arena.scope(() =>
      allocate(maker, buffer, needs, needs.byteLength, (pNext) =>
        V.VkExportMemoryAllocateInfo({ pNext, handleTypes: HANDLE_TYPE }),
      ),
    );
    [memory, allocated] = [wish, needs.byteLength];
    return placeOf(driver, wish, () => undefined);
  };
  const buffer = sharedBuffer(maker, { label, byteLength }, place);
  const exportFd = (): number =>
    V.arena.scope(() => {
      const out = V.arena.u32();
      const result = driver.commands.vkGetMemoryFdKHR(
        driver.handle,
        V.VkMemoryGetFdInfoKHR({ memory, handleType: HANDLE_TYPE }),
        out,
      );
      const act = `Cannot export memory "${label}"`;
      driver.check(result, 'vkGetMemoryFdKHR', 'allocation', act, 'copy between the devices instead', label);
      return V.arena.readI32(out);
    });
  return { buffer, allocated, exportFd };
}

/** A buffer over memory that a descriptor names; it must lie on the device's own card. Throws VulkanError. */
export function importOpaque(maker: BufferMaker, options: OpaqueImport): Buffer {
  const { label, byteLength, fd, allocated, onto } = options;
  const { driver } = maker;
  let taken = false;
  let released = false;
  const release = (): void => {
    if (!released) options.release();
    released = true;
  };
  try {
    checkDescriptors(driver, label);
    const place = (buffer: Buffer, needs: BufferNeeds): Place => {
      const memory = V.arena.scope(() =>
        allocate(
          maker,
          buffer,
          needs,
          allocated,
          (pNext) => V.VkImportMemoryFdInfoKHR({ pNext, handleType: HANDLE_TYPE, fd }),
          onto?.index,
        ),
      );
      taken = true;
      const place = placeOf(driver, memory, release);
      return onto === undefined ? place : { ...place, seenOn: Array<number>(onto.count).fill(onto.index) };
    };
    return sharedBuffer(maker, { label, byteLength }, place);
  } catch (error) {
    if (!taken) libc()?.close?.(fd);
    release();
    throw error;
  }
}

function checkDescriptors(driver: Driver, label: string): void {
  if (driver.commands.has('vkGetMemoryFdKHR')) return;
  throw new VulkanError(
    `Cannot share memory "${label}": device "${driver.name}" lacks ${V.VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME}; ` +
      'copy between the devices instead',
    { kind: 'not-available', labels: [label, driver.name] },
  );
}

type Chain = V.Link<'VkMemoryAllocateInfo'>;

/** Memory of the buffer's kind; `link` says how it is shared. To be called in a scope of the arena. */
function allocate(
  { driver, memory }: BufferMaker,
  { label, handle }: Buffer,
  needs: BufferNeeds,
  byteLength: number,
  link: (next: Chain | V.Pointer<never>) => Chain,
  groupDevice?: number,
): V.VkDeviceMemory {
  const [type] = memory.typesFor('device', needs.memoryTypeBits);
  const dedicated = needs.alone === 'required' ? V.VkMemoryDedicatedAllocateInfo({ buffer: handle }) : V.NULL;
  const masked = groupDevice === undefined ? 0 : V.VK_MEMORY_ALLOCATE_DEVICE_MASK_BIT;
  const addressed = V.VkMemoryAllocateFlagsInfo({
    pNext: dedicated,
    flags: V.VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT | masked,
    deviceMask: groupDevice === undefined ? 0 : 1 << groupDevice,
  });
  const out = V.arena.u64();
  const info = V.VkMemoryAllocateInfo({ pNext: link(addressed), allocationSize: byteLength, memoryTypeIndex: type! });
  const result = driver.commands.vkAllocateMemory(driver.handle, info, V.NULL, out);
  const act = `Cannot share memory "${label}"`;
  driver.check(result, 'vkAllocateMemory', 'allocation', act, 'copy between the devices instead', label);
  const made = V.arena.readU64<V.VkDeviceMemory>(out);
  driver.setName(V.VK_OBJECT_TYPE_DEVICE_MEMORY, made, label);
  return made;
}

/** A buffer that others may write at any time: the checks take it for written. */
function sharedBuffer(maker: BufferMaker, { label, byteLength }: OpaqueOptions, place: Placement['place']): Buffer {
  const buffer = new Buffer(maker, { label, byteLength }, { memory: 'device', handleTypes: HANDLE_TYPE, place });
  maker.driver.tracking?.uploaded(buffer, { byteOffset: 0, byteLength });
  return buffer;
}

function placeOf(driver: Driver, handle: V.VkDeviceMemory, release: () => void): Place {
  return {
    memory: { handle, bytes: undefined },
    byteOffset: 0,
    release: () => {
      driver.commands.vkFreeMemory(driver.handle, handle, V.NULL);
      release();
    },
  };
}
