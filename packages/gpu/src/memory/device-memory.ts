/** @file A device's memory as the heap's source: vkAllocateMemory, mapped for good where the host sees it. */

import * as V from '@halocline/vulkan';
import { MEMORY_WISH } from '../convert.ts';
import type { MemoryKind } from '../convert.ts';
import type { Driver } from '../device/driver.ts';
import { bytesText } from '../errors.ts';
import { readMemory } from '../device/survey.ts';
import { settleCopies } from './copiers.ts';
import type { DedicatedTo, MemorySource, Refusal, SourceMemory } from './heap.ts';

/** Results after which less memory, or that of another type, may be had. */
const REFUSALS: ReadonlySet<number> = new Set([
  V.VK_ERROR_OUT_OF_DEVICE_MEMORY,
  V.VK_ERROR_OUT_OF_HOST_MEMORY,
  V.VK_ERROR_TOO_MANY_OBJECTS,
  V.VK_ERROR_MEMORY_MAP_FAILED,
]);

interface MemoryTypes {
  readonly types: readonly { readonly flags: number; readonly heap: number }[];
  readonly heaps: readonly number[];
}

/** Takes memory from the driver, and knows the memory types. */
export class DeviceMemory implements MemorySource {
  readonly #driver: Driver;
  readonly #memory: MemoryTypes;
  readonly #extensions: readonly string[];

  constructor(driver: Driver, extensions: readonly string[]) {
    this.#driver = driver;
    this.#extensions = extensions;
    this.#memory = readTypes(driver);
  }

  /** The types among `typeBits` that fit a kind, the best first. Mapped kinds fall back on any coherent type, `device` on any. */
  typesFor(kind: MemoryKind, typeBits: number): number[] {
    if (!Object.hasOwn(MEMORY_WISH, kind)) {
      throw new TypeError(
        `Cannot use memory "${kind as string}": it is none of ${Object.keys(MEMORY_WISH).join(', ')}`,
      );
    }
    const { required, wished, unwished } = MEMORY_WISH[kind];
    const found: { type: number; score: number }[] = [];
    for (const [type, { flags }] of this.#memory.types.entries()) {
      if ((typeBits & (1 << type)) === 0 || (flags & required) !== required) continue;
      if ((flags & ~USABLE) !== 0) continue;
      found.push({ type, score: bitCount(flags & wished) * 4 - bitCount(flags & unwished) });
    }
    return found.sort((a, b) => b.score - a.score || a.type - b.type).map((each) => each.type);
  }

  heapOf(type: number): number {
    return this.#memory.types[type]!.heap;
  }

  sizeOf(heap: number): number {
    return this.#memory.heaps[heap]!;
  }

  freeOf(heap: number, taken: number): number {
    const free = this.sizeOf(heap) - taken;
    if (!this.#extensions.includes(V.VK_EXT_MEMORY_BUDGET_EXTENSION_NAME)) return free;
    const { heaps } = readMemory(this.#driver.instance, this.#driver.physicalDevice, this.#extensions);
    return Math.min(free, heaps[heap]!.budget - heaps[heap]!.used);
  }

  take(type: number, byteLength: number, to: DedicatedTo | undefined): SourceMemory | Refusal {
    const { commands, handle: device } = this.#driver;
    const handle = this.#allocate(type, byteLength, to);
    if (typeof handle === 'object') return handle;
    using refused = new DisposableStack();
    refused.defer(() => commands.vkFreeMemory(device, handle, V.NULL));
    this.#driver.setName(V.VK_OBJECT_TYPE_DEVICE_MEMORY, handle, `${bytesText(byteLength)} of type ${type}`);
    const mapped = (this.#memory.types[type]!.flags & MAPPED) === MAPPED;
    const bytes = mapped ? this.#map(handle, byteLength) : undefined;
    if (bytes !== undefined && 'result' in bytes) return bytes;
    refused.move();
    return { handle, byteLength, bytes };
  }

  giveBack(memory: SourceMemory): void {
    const { commands, handle: device } = this.#driver;
    if (memory.bytes) {
      settleCopies();
      V.releaseView(memory.bytes);
    }
    commands.vkFreeMemory(device, memory.handle as V.VkDeviceMemory, V.NULL);
  }

  #allocate(type: number, byteLength: number, to: DedicatedTo | undefined): V.VkDeviceMemory | Refusal {
    const { commands, handle: device } = this.#driver;
    return V.arena.scope(() => {
      const out = V.arena.u64();
      const dedicated = to === undefined ? V.NULL : V.VkMemoryDedicatedAllocateInfo({ [to.kind]: to.handle });
      const addressed = V.VkMemoryAllocateFlagsInfo({
        pNext: dedicated,
        flags: V.VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT,
      });
      const info = V.VkMemoryAllocateInfo({ pNext: addressed, allocationSize: byteLength, memoryTypeIndex: type });
      const result = commands.vkAllocateMemory(device, info, V.NULL, out);
      const act = `Cannot take ${byteLength} bytes from the driver`;
      return this.#refusal(result, 'vkAllocateMemory', act) ?? V.arena.readU64<V.VkDeviceMemory>(out);
    });
  }

  #map(memory: V.VkDeviceMemory, byteLength: number): ArrayBuffer | Refusal {
    const { commands, handle: device } = this.#driver;
    return V.arena.scope(() => {
      const out = V.arena.u64();
      const result = commands.vkMapMemory(device, memory, 0, V.VK_WHOLE_SIZE, 0, out);
      const refusal = this.#refusal(result, 'vkMapMemory', `Cannot map ${byteLength} bytes`);
      return refusal ?? V.viewMemory(V.arena.readU64(out), byteLength);
    });
  }

  /** What a driver said that gives no memory of this kind or size; undefined where it does. Throws where it gives none at all. */
  #refusal(result: number, command: string, act: string): Refusal | undefined {
    if (REFUSALS.has(result)) return { command, result: V.resultName(result) };
    this.#driver.check(result, command, 'allocation', act, 'ask for less');
    return undefined;
  }
}

/** Types with other properties (protected, lazily allocated, device-coherent) are for special uses. */
const USABLE =
  V.VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT |
  V.VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
  V.VK_MEMORY_PROPERTY_HOST_COHERENT_BIT |
  V.VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

/** What the host sees, and needs no flush. */
const MAPPED = V.VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | V.VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;

function readTypes(driver: Driver): MemoryTypes {
  return V.arena.scope(() => {
    const out = V.VkPhysicalDeviceMemoryProperties.allocate();
    driver.instance.vkGetPhysicalDeviceMemoryProperties(driver.physicalDevice, out);
    const read = V.VkPhysicalDeviceMemoryProperties.read(out);
    return {
      types: read.memoryTypes
        .slice(0, read.memoryTypeCount)
        .map((type) => ({ flags: type.propertyFlags, heap: type.heapIndex })),
      heaps: read.memoryHeaps.slice(0, read.memoryHeapCount).map((heap) => Number(heap.size)),
    };
  });
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
