import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  arena,
  enumerate,
  loadInstance,
  NULL,
  openLibrary,
  registerCallback,
  releaseView,
  VK_API_VERSION_1_3,
  VK_ACCESS_HOST_READ_BIT,
  VK_ACCESS_TRANSFER_WRITE_BIT,
  VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT,
  VK_BUFFER_USAGE_TRANSFER_DST_BIT,
  VK_COMMAND_BUFFER_LEVEL_PRIMARY,
  VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
  VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT,
  VK_NULL_HANDLE,
  VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
  VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
  VK_OBJECT_TYPE_BUFFER,
  VK_PIPELINE_STAGE_HOST_BIT,
  VK_PIPELINE_STAGE_TRANSFER_BIT,
  VK_SEMAPHORE_TYPE_TIMELINE,
  VK_SUCCESS,
  VkAllocationCallbacks,
  VkBufferCreateInfo,
  VkBufferDeviceAddressInfo,
  VkCommandBufferAllocateInfo,
  VkCommandBufferBeginInfo,
  VkCommandPoolCreateInfo,
  VkDebugUtilsObjectNameInfoEXT,
  VkExtensionProperties,
  VkInstanceCreateInfo,
  VkMemoryAllocateFlagsInfo,
  VkMemoryAllocateInfo,
  VkMemoryBarrier,
  VkMemoryRequirements,
  VkPhysicalDeviceFeatures2,
  VkPhysicalDeviceMemoryProperties,
  VkPhysicalDeviceProperties2,
  VkPhysicalDeviceVulkan11Properties,
  VkPhysicalDeviceVulkan12Features,
  VkQueueFamilyProperties,
  VkSemaphoreCreateInfo,
  VkSemaphoreTypeCreateInfo,
  VkSemaphoreWaitInfo,
  VkSubmitInfo,
  VkTimelineSemaphoreSubmitInfo,
  viewMemory,
  type Device,
  type PFN_vkAllocationFunction,
  type PFN_vkFreeFunction,
  type PFN_vkReallocationFunction,
  type VkBuffer,
  type VkCommandBuffer,
  type VkCommandPool,
  type VkDeviceMemory,
  type VkInstance,
  type VkPhysicalDevice,
  type VkQueue,
  type VkSemaphore,
} from '../src/index.ts';
import { create, findVulkan, hasValidation, openBench, succeed, type Bench } from './device.ts';

const found = findVulkan();
const missing = 'missing' in found ? found.missing : '';
if (missing !== '' && process.env['GPU'] === 'required') throw new Error(`Cannot test without Vulkan: ${missing}`);
const validation = 'loader' in found && hasValidation(found.loader);

describe.skipIf(missing !== '')(`Vulkan${missing === '' ? '' : ` (skipped: ${missing})`}`, () => {
  let bench: Bench;
  let physical: VkPhysicalDevice;
  beforeAll(() => {
    if (!('loader' in found)) return;
    bench = openBench(found.loader);
    physical = bench.physical[0] as VkPhysicalDevice;
  });
  afterAll(() => bench[Symbol.dispose]());

  test('reads chains of properties and features', () => {
    arena.scope(() => {
      const properties11 = VkPhysicalDeviceVulkan11Properties.allocate();
      const properties = VkPhysicalDeviceProperties2.allocate({ pNext: properties11 });
      bench.instance.vkGetPhysicalDeviceProperties2(physical, properties);
      const { properties: read } = VkPhysicalDeviceProperties2.read(properties);
      expect(read.deviceName).not.toBe('');
      expect(read.limits.maxPushConstantsSize).toBeGreaterThanOrEqual(128);
      expect(VkPhysicalDeviceVulkan11Properties.read(properties11).deviceUUID.length).toBe(16);
      const features12 = VkPhysicalDeviceVulkan12Features.allocate();
      bench.instance.vkGetPhysicalDeviceFeatures2(physical, VkPhysicalDeviceFeatures2.allocate({ pNext: features12 }));
      expect(VkPhysicalDeviceVulkan12Features.read(features12).timelineSemaphore).toBe(1);
    });
  });

  test.skipIf(process.platform !== 'linux')('allocates through functions of JavaScript that a struct points to', () => {
    if (!('loader' in found)) return;
    const { loader } = found;
    const libc = openLibrary('libc.so.6');
    const [allocate, resize, free] = [
      libc.func('aligned_alloc', 'PLL'),
      libc.func('realloc', 'PPL'),
      libc.func('free', 'vP'),
    ];
    let [taken, freed] = [0, 0];
    using pfnAllocation = registerCallback('PPLLI', (_data: bigint, size: bigint, alignment: bigint) => {
      taken++;
      const unit = alignment < 16n ? 16n : alignment;
      return allocate(unit, ((size + unit - 1n) / unit) * unit) as bigint;
    });
    using pfnReallocation = registerCallback('PPPLLI', (_data: bigint, old: bigint, size: bigint) => {
      if (old === 0n) taken++;
      return resize(old, size) as bigint;
    });
    using pfnFree = registerCallback('vPP', (_data: bigint, memory: bigint) => {
      if (memory !== 0n) freed++;
      free(memory);
    });
    arena.scope(() => {
      const callbacks = VkAllocationCallbacks({
        pfnAllocation: pfnAllocation.address as PFN_vkAllocationFunction,
        pfnReallocation: pfnReallocation.address as PFN_vkReallocationFunction,
        pfnFree: pfnFree.address as PFN_vkFreeFunction,
      });
      const info = VkInstanceCreateInfo({ pApplicationInfo: { apiVersion: VK_API_VERSION_1_3 } });
      const handle = create<VkInstance>((out) => loader.vkCreateInstance(info, callbacks, out));
      expect(taken).toBeGreaterThan(freed);
      loadInstance(loader, handle).vkDestroyInstance(handle, callbacks);
    });
    expect(freed).toBeGreaterThan(0);
  });

  test('enumerates queue families and extensions', () => {
    const { instance } = bench;
    const families = enumerate(VkQueueFamilyProperties, (pCount, pItems) =>
      instance.vkGetPhysicalDeviceQueueFamilyProperties(physical, pCount, pItems),
    );
    expect(families[0]?.queueCount).toBeGreaterThan(0);
    const extensions = enumerate(VkExtensionProperties, (pCount, pItems) =>
      instance.vkEnumerateDeviceExtensionProperties(physical, null, pCount, pItems),
    );
    expect(extensions.every((it) => it.extensionName.startsWith('VK_'))).toBe(true);
  });

  test('fills a buffer on the device, and the bytes are seen in mapped memory', () => {
    const device = bench.openDevice();
    const { buffer, memory, byteLength } = createBuffer(device, bench, physical);
    const address = arena.scope(() =>
      device.vkGetBufferDeviceAddress(device.handle, VkBufferDeviceAddressInfo({ buffer })),
    );
    expect(typeof address).toBe('bigint');
    expect(address).not.toBe(0n);

    const mapped = create<bigint>((out) => device.vkMapMemory(device.handle, memory, 0, byteLength, 0, out));
    const view = viewMemory(mapped, byteLength);
    new Uint8Array(view).fill(0xff);
    fillOnDevice(device, buffer);
    const words = new Uint32Array(view);
    expect([words[0], words[255], words[256], words[511], words[512]]).toEqual([
      0x01020304, 0x01020304, 0xcafe, 0xcafe, 0xffffffff,
    ]);
    releaseView(view);
    device.vkUnmapMemory(device.handle, memory);
    device.vkDestroyBuffer(device.handle, buffer, NULL);
    device.vkFreeMemory(device.handle, memory, NULL);
    expect(bench.messages.map((it) => it.message)).toEqual([]);
  });

  test.skipIf(!validation)('gives validation messages of this thread at once, with the names of objects', () => {
    const device = bench.openDevice();
    const { buffer, memory } = createBuffer(device, bench, physical);
    arena.scope(() =>
      device.vkSetDebugUtilsObjectNameEXT(
        device.handle,
        VkDebugUtilsObjectNameInfoEXT({
          objectType: VK_OBJECT_TYPE_BUFFER,
          objectHandle: buffer,
          pObjectName: 'pressure',
        }),
      ),
    );
    const before = bench.messages.length;
    device.vkBindBufferMemory(device.handle, buffer, memory, 0); // a second time: forbidden
    const message = bench.messages[before];
    expect(message?.severity).toBe('error');
    expect(message?.messageIdName).toMatch(/^VUID-vkBindBufferMemory-/);
    expect(message?.objects.map((it) => it.name)).toContain('pressure');
    device.vkDestroyBuffer(device.handle, buffer, NULL);
    device.vkFreeMemory(device.handle, memory, NULL);
  });

  test('is used by a worker thread through the same handles', async () => {
    const device = bench.openDevice();
    const before = bench.messages.length;
    const source = `
      import { parentPort, workerData } from 'node:worker_threads';
      const V = await import(workerData.module);
      const instance = V.loadInstance(V.openLoader(), workerData.instance);
      const device = V.loadDevice(instance, workerData.device);
      const result = V.arena.scope(() => device.vkCreateBuffer(workerData.device, V.VkBufferCreateInfo({ size: 0, usage: 2 }), V.NULL, V.arena.u64()));
      parentPort.postMessage(result);`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
      workerData: {
        module: new URL('../src/index.ts', import.meta.url).href,
        instance: bench.instance.handle,
        device: device.handle,
      },
    });
    const result = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
    await worker.terminate();
    expect(typeof result).toBe('number');
    if (validation) expect(bench.messages[before]?.messageIdName).toBe('VUID-VkBufferCreateInfo-size-00912');
  });

  test('says that a command belongs to an extension that is not enabled', () => {
    const device = bench.openDevice();
    expect(device.has('vkCmdDispatch')).toBe(true);
    expect(device.has('vkQueuePresentKHR')).toBe(false);
    expect(() => device.vkQueuePresentKHR(0n as VkQueue, NULL)).toThrow('Cannot call "vkQueuePresentKHR"');
  });
});

/** A buffer of 4096 bytes bound to mappable, coherent memory. */
function createBuffer(
  device: Device,
  { instance }: Bench,
  physical: VkPhysicalDevice,
): { buffer: VkBuffer; memory: VkDeviceMemory; byteLength: number } {
  const byteLength = 4096;
  const buffer = create<VkBuffer>((out) =>
    device.vkCreateBuffer(
      device.handle,
      VkBufferCreateInfo({
        size: byteLength,
        usage: VK_BUFFER_USAGE_TRANSFER_DST_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT,
      }),
      NULL,
      out,
    ),
  );
  const memory = arena.scope(() => {
    const requirements = VkMemoryRequirements.allocate();
    device.vkGetBufferMemoryRequirements(device.handle, buffer, requirements);
    const properties = VkPhysicalDeviceMemoryProperties.allocate();
    instance.vkGetPhysicalDeviceMemoryProperties(physical, properties);
    const { size, memoryTypeBits } = VkMemoryRequirements.read(requirements);
    const wanted = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    const memoryTypeIndex = VkPhysicalDeviceMemoryProperties.read(properties).memoryTypes.findIndex(
      ({ propertyFlags }, i) => (memoryTypeBits & (1 << i)) !== 0 && (propertyFlags & wanted) === wanted,
    );
    return create<VkDeviceMemory>((out) =>
      device.vkAllocateMemory(
        device.handle,
        VkMemoryAllocateInfo({
          pNext: VkMemoryAllocateFlagsInfo({ flags: VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT }),
          allocationSize: size,
          memoryTypeIndex,
        }),
        NULL,
        out,
      ),
    );
  });
  succeed(device.vkBindBufferMemory(device.handle, buffer, memory, 0));
  return { buffer, memory, byteLength };
}

/** Fills bytes 0 to 1023 and 1024 to 2047 with two words, and waits on a timeline semaphore. */
function fillOnDevice(device: Device, buffer: VkBuffer): void {
  const queue = arena.scope(() => {
    const out = arena.u64();
    device.vkGetDeviceQueue(device.handle, 0, 0, out);
    return arena.readU64<VkQueue>(out);
  });
  const pool = create<VkCommandPool>((out) =>
    device.vkCreateCommandPool(device.handle, VkCommandPoolCreateInfo({}), NULL, out),
  );
  const semaphore = create<VkSemaphore>((out) =>
    device.vkCreateSemaphore(
      device.handle,
      VkSemaphoreCreateInfo({ pNext: VkSemaphoreTypeCreateInfo({ semaphoreType: VK_SEMAPHORE_TYPE_TIMELINE }) }),
      NULL,
      out,
    ),
  );
  const commands = create<VkCommandBuffer>((out) =>
    device.vkAllocateCommandBuffers(
      device.handle,
      VkCommandBufferAllocateInfo({ commandPool: pool, level: VK_COMMAND_BUFFER_LEVEL_PRIMARY, commandBufferCount: 1 }),
      out,
    ),
  );
  arena.scope(() => {
    succeed(
      device.vkBeginCommandBuffer(
        commands,
        VkCommandBufferBeginInfo({ flags: VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT }),
      ),
    );
    device.vkCmdFillBuffer(commands, buffer, 0, 1024, 0x01020304);
    device.vkCmdFillBuffer(commands, buffer, 1024n, 1024n, 0xcafe);
    const barrier = VkMemoryBarrier([
      { srcAccessMask: VK_ACCESS_TRANSFER_WRITE_BIT, dstAccessMask: VK_ACCESS_HOST_READ_BIT },
    ]);
    device.vkCmdPipelineBarrier(
      commands,
      VK_PIPELINE_STAGE_TRANSFER_BIT,
      VK_PIPELINE_STAGE_HOST_BIT,
      0,
      1,
      barrier,
      0,
      NULL,
      0,
      NULL,
    );
    succeed(device.vkEndCommandBuffer(commands));
    const submit = VkSubmitInfo({
      pNext: VkTimelineSemaphoreSubmitInfo({ pSignalSemaphoreValues: [7n] }),
      pCommandBuffers: [commands],
      pSignalSemaphores: [semaphore],
    });
    succeed(device.vkQueueSubmit(queue, 1, submit, VK_NULL_HANDLE));
    const wait = VkSemaphoreWaitInfo({ pSemaphores: [semaphore], pValues: [7] });
    expect(device.vkWaitSemaphores(device.handle, wait, 5_000_000_000n)).toBe(VK_SUCCESS);
  });
  device.vkDestroySemaphore(device.handle, semaphore, NULL);
  device.vkDestroyCommandPool(device.handle, pool, NULL);
}
