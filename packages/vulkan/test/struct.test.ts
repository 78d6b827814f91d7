import { spawnSync } from 'node:child_process';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { defineStruct, type Struct } from '../src/struct.ts';
import {
  arena,
  NULL,
  VkApplicationInfo,
  VkBufferCreateInfo,
  VkClearValue,
  VkDeviceCreateInfo,
  VkDeviceQueueCreateInfo,
  VkInstanceCreateInfo,
  VkPhysicalDeviceFeatures2,
  VkPhysicalDeviceMemoryProperties,
  VkPhysicalDeviceVulkan12Features,
  VkSemaphoreSubmitInfo,
  VkShaderModuleCreateInfo,
  VkSpecializationInfo,
  VkSpecializationMapEntry,
  VkSubmitInfo,
  VkSubmitInfo2,
  VkWriteDescriptorSet,
  readCString,
  type Pointer,
  type Read,
  type VkBuffer,
  type VkSemaphore,
} from '../src/index.ts';

const u32s = (address: bigint, count: number): number[] =>
  Array.from({ length: count }, (_, i) => arena.readU32(address, i));

describe('a struct', () => {
  test('carries its sType and fills the count of an array', () => {
    arena.scope(() => {
      const read = VkBufferCreateInfo.read(VkBufferCreateInfo({ size: 1024, usage: 3, pQueueFamilyIndices: [4, 9] }));
      expect(read).toMatchObject({ sType: 12, pNext: 0n, size: 1024n, usage: 3, queueFamilyIndexCount: 2 });
      expect(u32s(read.pQueueFamilyIndices, 2)).toEqual([4, 9]);
    });
  });

  test('has its last array fill a count that several share, in whatever order they are given', () => {
    const semaphores = [1n, 2n] as VkSemaphore[];
    arena.scope(() => {
      const first = VkSubmitInfo({ pWaitSemaphores: semaphores, pWaitDstStageMask: [1] });
      const last = VkSubmitInfo({ pWaitDstStageMask: [1], pWaitSemaphores: semaphores });
      expect([first, last].map((it) => VkSubmitInfo.read(it).waitSemaphoreCount)).toEqual([1, 1]);
    });
  });

  test('keeps a count that is given', () => {
    arena.scope(() => {
      const info = VkBufferCreateInfo({ queueFamilyIndexCount: 1, pQueueFamilyIndices: [4, 9] });
      expect(VkBufferCreateInfo.read(info).queueFamilyIndexCount).toBe(1);
    });
  });

  test('is written the same often and seldom: counts, nested structs, arrays, members that are null', () => {
    const submit = (value: number): unknown =>
      arena.scope(() => {
        const info = VkSubmitInfo2({
          pWaitSemaphoreInfos: [{ semaphore: 5n as VkSemaphore, value, stageMask: 0x10000 }],
          pSignalSemaphoreInfos: [{ semaphore: 6n as VkSemaphore, value: 2n ** 40n }, {}],
          pNext: NULL,
        });
        const read = VkSubmitInfo2.read(info);
        const semaphores = [read.pWaitSemaphoreInfos, read.pSignalSemaphoreInfos].map((at) =>
          VkSemaphoreSubmitInfo.readArray(at, 2),
        );
        const { pWaitSemaphoreInfos: _wait, pSignalSemaphoreInfos: _signal, ...rest } = read;
        return { rest, wait: semaphores[0]![0], signal: semaphores[1] };
      });
    const first = submit(7);
    for (let i = 0; i < 200; i++) submit(i);
    expect(submit(7)).toEqual(first);
    expect(first).toMatchObject({
      rest: { waitSemaphoreInfoCount: 1, signalSemaphoreInfoCount: 2, commandBufferInfoCount: 0 },
      wait: { semaphore: 5n, value: 7n, stageMask: 0x10000n },
      signal: [{ semaphore: 6n, value: 1099511627776n }, { semaphore: 0n }],
    });
  });

  test('needs no code made from text: where that is forbidden, it is written as before', () => {
    const index = new URL('../src/index.ts', import.meta.url).href;
    const script = `import { arena, VkBufferCreateInfo as Info } from '${index}';
      let size;
      for (let i = 0; i < 200; i++) size = arena.scope(() => Info.read(Info({ size: i })).size);
      process.stdout.write(String(size));`;
    const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script];
    expect(spawnSync(process.execPath, flags, { encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '199' });
  });

  test('is neither read nor written at the null pointer', () => {
    const slip = 'Bug in a caller: a struct is read or written at the null pointer';
    expect(() => VkBufferCreateInfo.read(NULL)).toThrow(slip);
    expect(() => VkBufferCreateInfo.readArray(NULL, 2)).toThrow(slip);
    expect(() => VkBufferCreateInfo.write(NULL, { size: 4 })).toThrow(slip);
    expect(() => arena.readBytes(NULL, 4)).toThrow(slip);
  });

  test('takes 64-bit numbers as numbers and as bigints', () => {
    arena.scope(() => {
      const sizes = [0, 2 ** 32 + 5, 2 ** 53 - 1, 2n ** 64n - 1n];
      expect(
        VkBufferCreateInfo.readArray(VkBufferCreateInfo(sizes.map((size) => ({ size }))), 4).map((it) => it.size),
      ).toEqual([0n, 4294967301n, 9007199254740991n, 18446744073709551615n]);
    });
  });

  test('writes strings and arrays of strings', () => {
    arena.scope(() => {
      const read = VkInstanceCreateInfo.read(
        VkInstanceCreateInfo({
          pApplicationInfo: { pApplicationName: 'Rauch ∇·u', apiVersion: 7 },
          ppEnabledLayerNames: ['one', 'two'],
        }),
      );
      const application = VkApplicationInfo.read(read.pApplicationInfo);
      expect(readCString(application.pApplicationName)).toBe('Rauch ∇·u');
      expect(application).toMatchObject({ sType: 0, apiVersion: 7, pEngineName: 0n });
      expect([0, 1].map((i) => readCString(arena.readU64(read.ppEnabledLayerNames, i)))).toEqual(['one', 'two']);
      expect(read).toMatchObject({ enabledLayerCount: 2, enabledExtensionCount: 0, ppEnabledExtensionNames: 0n });
    });
  });

  test('follows nested arrays of structs', () => {
    arena.scope(() => {
      const info = VkDeviceCreateInfo({
        pQueueCreateInfos: [
          { queueFamilyIndex: 1, pQueuePriorities: [0.5] },
          { queueFamilyIndex: 2, pQueuePriorities: [1, 0.25] },
        ],
      });
      const { queueCreateInfoCount, pQueueCreateInfos } = VkDeviceCreateInfo.read(info);
      const queues = VkDeviceQueueCreateInfo.readArray(pQueueCreateInfos, queueCreateInfoCount);
      expect(queues.map((it) => [it.sType, it.queueFamilyIndex, it.queueCount])).toEqual([
        [2, 1, 1],
        [2, 2, 2],
      ]);
      expect(arena.readF32(queues[1]?.pQueuePriorities ?? 0n, 1)).toBe(0.25);
    });
  });

  test('counts bytes where the specification counts bytes', () => {
    arena.scope(() => {
      const code = new Uint32Array([0x07230203, 1, 2]);
      const module = VkShaderModuleCreateInfo.read(VkShaderModuleCreateInfo({ pCode: code }));
      expect(module.codeSize).toBe(12n);
      expect(u32s(module.pCode, 3)).toEqual([0x07230203, 1, 2]);
      const constants = VkSpecializationInfo.read(
        VkSpecializationInfo({ pMapEntries: [{ constantID: 3, offset: 0, size: 4 }], pData: new Float32Array([1.5]) }),
      );
      expect(constants).toMatchObject({ mapEntryCount: 1, dataSize: 4n });
      expect(VkSpecializationMapEntry.read(constants.pMapEntries)).toEqual({ constantID: 3, offset: 0, size: 4n });
      expect(arena.readF32(constants.pData)).toBe(1.5);
    });
  });

  test('chains by pNext, and is filled by others', () => {
    arena.scope(() => {
      const features12 = VkPhysicalDeviceVulkan12Features.allocate();
      const features = VkPhysicalDeviceFeatures2.allocate({ pNext: features12 });
      expect(VkPhysicalDeviceFeatures2.read(features).pNext).toBe(features12);
      VkPhysicalDeviceVulkan12Features.write(features12, { timelineSemaphore: 1 });
      expect(VkPhysicalDeviceVulkan12Features.read(features12)).toMatchObject({
        sType: 51,
        timelineSemaphore: 1,
        drawIndirectCount: 0,
      });
    });
  });

  test('takes a single struct where an array may stand, and an empty array as none', () => {
    arena.scope(() => {
      const buffer = 77n as VkBuffer;
      const one = VkWriteDescriptorSet.read(VkWriteDescriptorSet({ pBufferInfo: { buffer, range: 16 } }));
      expect(one.descriptorCount).toBe(1);
      const none = VkWriteDescriptorSet.read(VkWriteDescriptorSet({ pBufferInfo: [] }));
      expect([none.descriptorCount, none.pBufferInfo]).toEqual([0, 0n]);
    });
  });

  test('writes 64-bit flags and handles', () => {
    arena.scope(() => {
      const semaphore = 0xfedcba9876543210n as VkSemaphore;
      const submit = VkSubmitInfo2.read(
        VkSubmitInfo2({ pSignalSemaphoreInfos: [{ semaphore, value: 3, stageMask: 0x400000000n }], pNext: NULL }),
      );
      expect(submit.signalSemaphoreInfoCount).toBe(1);
      expect(VkSemaphoreSubmitInfo.read(submit.pSignalSemaphoreInfos)).toMatchObject({
        semaphore,
        value: 3n,
        stageMask: 0x400000000n,
      });
    });
  });

  test('reads a union as each of its members', () => {
    arena.scope(() => {
      const value = VkClearValue.read(VkClearValue({ color: { float32: [1, 0, 0, -1] } }));
      expect(value.color.uint32).toEqual([0x3f800000, 0, 0, 0xbf800000]);
      expect(value.depthStencil).toEqual({ depth: 1, stencil: 0 });
    });
  });

  test('fills fixed arrays as far as values are given', () => {
    arena.scope(() => {
      const read = VkPhysicalDeviceMemoryProperties.read(
        VkPhysicalDeviceMemoryProperties({ memoryHeapCount: 1, memoryHeaps: [{ size: 5, flags: 1 }] }),
      );
      expect(read.memoryTypes.length).toBe(32);
      expect(read.memoryHeaps.slice(0, 2)).toEqual([
        { size: 5n, flags: 1 },
        { size: 0n, flags: 0 },
      ]);
    });
  });

  test('refuses typed arrays of other values than a pointer is for', () => {
    const holds = (given: string, wanted: string): string =>
      `: ${given} holds values of another type; give ${wanted} or an array`;
    const wrong = (list: object): never => list as never; // what the types refuse
    arena.scope(() => {
      expect(() => VkShaderModuleCreateInfo({ pCode: wrong(Buffer.alloc(8)) })).toThrow(
        `Cannot write member "pCode"${holds('Uint8Array', 'Uint32Array')}`,
      );
      expect(() => VkBufferCreateInfo({ pQueueFamilyIndices: wrong(Float32Array.of(1, 2)) })).toThrow(
        `Cannot write member "pQueueFamilyIndices"${holds('Float32Array', 'Uint32Array')}`,
      );
      expect(() => VkDeviceQueueCreateInfo({ pQueuePriorities: wrong(Uint32Array.of(1)) })).toThrow(
        `Cannot write member "pQueuePriorities"${holds('Uint32Array', 'Float32Array')}`,
      );
      expect(() => VkSubmitInfo2({ pWaitSemaphoreInfos: wrong(new Float64Array(9)) })).toThrow(
        'Cannot write member "pWaitSemaphoreInfos": Float64Array holds values of another type; give an array of objects',
      );
    });
  });

  test('copies typed arrays of what a pointer is for', () => {
    arena.scope(() => {
      const code = VkShaderModuleCreateInfo.read(VkShaderModuleCreateInfo({ pCode: Uint32Array.of(7, 8, 9) }));
      expect([code.codeSize, u32s(code.pCode, 3)]).toEqual([12n, [7, 8, 9]]);
      const queue = VkDeviceQueueCreateInfo.read(VkDeviceQueueCreateInfo({ pQueuePriorities: Float32Array.of(0.5) }));
      expect([queue.queueCount, arena.readF32(queue.pQueuePriorities)]).toEqual([1, 0.5]);
    });
    expectTypeOf<VkShaderModuleCreateInfo['pCode']>().toEqualTypeOf<
      readonly number[] | Uint32Array | Pointer<number> | undefined
    >();
  });

  test('packs bit fields', () => {
    interface Instance {
      low?: number;
      mask?: number;
    }
    const Packed = defineStruct<Struct<Instance>>('TestPacked', 8, -1, 'low=I@0:0+24 mask=I@0:24+8 other=I@4');
    arena.scope(() => {
      const packed = Packed({ low: 0xabcdef, mask: 0x1ff });
      expect(arena.readU32(packed)).toBe(0xffabcdef);
      expect(Packed.read(packed)).toMatchObject({ low: 0xabcdef, mask: 0xff });
    });
  });

  test('points to pointers of structs', () => {
    interface Item {
      value?: number;
    }
    interface Holder {
      count?: number;
      ppItems?: readonly Item[];
    }
    defineStruct<Struct<Item>>('TestItem', 4, -1, 'value=I@0');
    const Holder = defineStruct<Struct<Holder>>('TestHolder', 16, -1, 'count=I@0 ppItems=**TestItem@8,count');
    arena.scope(() => {
      const holder = Holder.read(Holder({ ppItems: [{ value: 5 }, { value: 6 }] })) as {
        count: number;
        ppItems: unknown;
      };
      expect(holder.count).toBe(2);
      expect(arena.readU32(arena.readU64(holder.ppItems as bigint, 1))).toBe(6);
    });
  });

  test('has types for what is written and what is read', () => {
    expectTypeOf<Read<VkBufferCreateInfo>['size']>().toEqualTypeOf<bigint>();
    expectTypeOf<Read<VkBufferCreateInfo>['pQueueFamilyIndices']>().toEqualTypeOf<Pointer<number>>();
    expectTypeOf<Read<VkPhysicalDeviceMemoryProperties>['memoryHeaps']>().toEqualTypeOf<
      { size: bigint; flags: number }[]
    >();
    expectTypeOf<ReturnType<typeof VkBufferCreateInfo>>().toEqualTypeOf<Pointer<VkBufferCreateInfo>>();
  });
});
