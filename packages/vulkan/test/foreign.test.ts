import { spawnSync } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { defineTable } from '../src/commands.ts';
import { defineStruct, type Struct } from '../src/struct.ts';
import {
  arena,
  callAside,
  countCalls,
  deviceTypeName,
  enumerate,
  formatName,
  functionAt,
  LoaderError,
  objectTypeName,
  openLibrary,
  openLoader,
  pinned,
  registerCallback,
  registerDebugCallback,
  resultName,
  VkDebugUtilsMessengerCallbackDataEXT,
  VkExtensionProperties,
  VK_API_VERSION_1_4,
  VK_API_VERSION_MAJOR,
  VK_API_VERSION_MINOR,
  VK_API_VERSION_PATCH,
  VK_API_VERSION_VARIANT,
  VK_ERROR_DEVICE_LOST,
  VK_INCOMPLETE,
  VK_MAKE_API_VERSION,
  VK_SUCCESS,
  type DebugMessage,
  type VkPhysicalDevice,
} from '../src/index.ts';

describe('foreign functions', () => {
  test('pass every kind of value through C and back', () => {
    const got: unknown[] = [];
    using callback = registerCallback('LPsIiLfd', (...values: unknown[]) => {
      got.push(...values);
      return 2n ** 63n;
    });
    const call = functionAt(callback.address, 'LPsIiLfd');
    expect(call(0xfedcba9876543210n, 'Leere', 0xffffffff, -1, 2n ** 64n - 1n, 0.5, 1 / 3)).toBe(2n ** 63n);
    expect(got).toEqual([0xfedcba9876543210n, 'Leere', 0xffffffff, -1, 2n ** 64n - 1n, 0.5, 1 / 3]);
  });

  test('give 64-bit results as bigints, small ones and null too', () => {
    using callback = registerCallback('PI', (value: number) => BigInt(value));
    expect([0, 7].map((it) => functionAt(callback.address, 'PI')(it))).toEqual([0n, 7n]);
    expect(functionAt(callback.address, 'LI')(7)).toBe(7n);
  });

  test('are counted where they were asked for meanwhile', () => {
    using callback = registerCallback('iI', (value: number) => value + 1);
    const before = functionAt(callback.address, 'iI');
    const count = countCalls();
    const meanwhile = functionAt(callback.address, 'iI');
    expect(() => countCalls()).toThrow('Cannot count calls: they are being counted; dispose the count before this one');
    expect([before(1), meanwhile(2), meanwhile(3)]).toEqual([2, 3, 4]);
    expect(count.calls).toBe(2);
    expect(count.milliseconds).toBeGreaterThan(0);
    count[Symbol.dispose]();
    expect(functionAt(callback.address, 'iI')).toBe(before);
  });

  test.skipIf(process.platform !== 'linux')('run beside this thread, and give what they would give here', async () => {
    const libc = openLibrary('libc.so.6');
    using memory = pinned(16);
    new TextEncoder().encodeInto('halocline', new Uint8Array(memory.buffer));
    const start = performance.now();
    const naps = [1, 2, 3].map(() => callAside(libc.symbol('usleep')!, 'iI', [100_000]));
    expect(await callAside(libc.symbol('strlen')!, 'LP', [memory.address])).toBe(9n);
    expect(await Promise.all(naps)).toEqual([0, 0, 0]);
    const many = Array.from({ length: 500 }, (_, at) => callAside(libc.symbol('labs')!, 'll', [BigInt(-at)]));
    expect(await Promise.all(many)).toEqual(many.map((_, at) => BigInt(at)));
    expect(performance.now() - start).toBeGreaterThan(90);
  });

  test.skipIf(process.platform !== 'linux')('come from any library, by name', () => {
    const libc = openLibrary('libc.so.6');
    expect(libc.func('labs', 'll')(-5)).toBe(5n);
    expect(libc.func('strlen', 'LP')(new Uint8Array([65, 66, 0]))).toBe(2n);
    expect(libc.symbol('no_such_function')).toBe(undefined);
    expect(() => libc.func('no_such_function', 'v')).toThrow(
      `Cannot find function "no_such_function": libc.so.6 exports none of that name; check the library's version`,
    );
  });
});

describe('a table of commands', () => {
  interface Commands {
    vkAdd: (a: number, b: number) => number;
    vkNew: (a: number) => number;
    vkNone: () => void;
  }
  const make = defineTable<Commands>('device', ['vkAdd III', 'vkNew II vkNewKHR', 'vkNone v vkNoneEXT']);

  test('fetches a command once, and falls back to its other names', () => {
    using add = registerCallback('III', (a: number, b: number) => a + b);
    using twice = registerCallback('II', (a: number) => 2 * a);
    const asked: string[] = [];
    const table = make((name) => {
      asked.push(name);
      return name === 'vkAdd' ? add.address : name === 'vkNewKHR' ? twice.address : 0n;
    });
    expect([table.vkAdd(2, 3), table.vkAdd(4, 5), table.vkNew(21), table.vkNew(4)]).toEqual([5, 9, 42, 8]);
    expect(asked).toEqual(['vkAdd', 'vkNew', 'vkNewKHR']);
  });

  test('says which command is absent, when it is called and not before', () => {
    const table = make(() => 0n);
    expect([table.has('vkAdd'), table.has('vkUnheardOf')]).toEqual([false, false]);
    const { vkNone } = table;
    expect(vkNone).toThrow(
      'Cannot call "vkNone": the device does not have it; enable the version or extension that it belongs to, or ask has("vkNone") first',
    );
  });
});

describe('the loader', () => {
  test('that is not there is named', () => {
    const path = '/no/such/libvulkan.so';
    let error: unknown;
    try {
      openLoader({ path });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(LoaderError);
    expect((error as LoaderError).tried).toEqual([path]);
    expect((error as LoaderError).message).toMatch(
      /^Cannot open the Vulkan loader "\/no\/such\/libvulkan\.so": .+; install a Vulkan driver and loader, or set HALOCLINE_VULKAN_LOADER to the library's path$/,
    );
  });

  test.skipIf(process.platform !== 'linux')('that is another library is refused', () => {
    expect(() => openLoader({ path: 'libc.so.6' })).toThrow('libc.so.6 exports no vkGetInstanceProcAddr');
  });
});

describe.skipIf(process.platform !== 'linux')('the loader by its usual names', () => {
  /** The names that are tried on another platform, where this one has none of them. */
  function triedOn(platform: string): readonly string[] {
    const own = Object.getOwnPropertyDescriptor(process, 'platform')!;
    vi.stubEnv('HALOCLINE_VULKAN_LOADER', '');
    Object.defineProperty(process, 'platform', { ...own, value: platform });
    try {
      openLoader();
      return [];
    } catch (error) {
      return (error as LoaderError).tried;
    } finally {
      Object.defineProperty(process, 'platform', own);
      vi.unstubAllEnvs();
    }
  }

  test('is looked for as each platform calls it, an empty variable being none', () => {
    expect(triedOn('win32')).toEqual(['vulkan-1.dll']);
    expect(triedOn('darwin')).toEqual([
      'libvulkan.1.dylib',
      '/opt/homebrew/lib/libvulkan.1.dylib',
      '/usr/local/lib/libvulkan.1.dylib',
      'libMoltenVK.dylib',
      '/opt/homebrew/lib/libMoltenVK.dylib',
      '/usr/local/lib/libMoltenVK.dylib',
    ]);
  });

  test('is the one that the variable names, and none else', () => {
    vi.stubEnv('HALOCLINE_VULKAN_LOADER', '/no/such/libvulkan.so');
    try {
      expect(() => openLoader()).toThrow(
        expect.objectContaining({ name: 'LoaderError', tried: ['/no/such/libvulkan.so'] }),
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

/** A uint32_t that a fake command writes: a struct of one member. */
const Count = defineStruct<Struct<{ value?: number }>>('TestCount', 4, -1, 'value=I@0');

describe('enumerate', () => {
  test('asks for the count, then for the items', () => {
    const properties = enumerate(VkExtensionProperties, (pCount, pItems) => {
      Count.write(pCount, { value: 2 });
      if (pItems !== 0n) VkExtensionProperties.write(pItems + 260n, { extensionName: 'second', specVersion: 2 });
      return VK_SUCCESS;
    });
    expect(properties).toEqual([
      { extensionName: '', specVersion: 0 },
      { extensionName: 'second', specVersion: 2 },
    ]);
  });

  test('asks again when there are more items than before', () => {
    let calls = 0;
    const handles = enumerate<VkPhysicalDevice>('handle', (pCount) => {
      calls++;
      Count.write(pCount, { value: calls < 3 ? 1 : 2 });
      return calls === 2 ? VK_INCOMPLETE : VK_SUCCESS;
    });
    expect([calls, handles]).toEqual([4, [0n, 0n]]);
  });

  test('returns nothing of nothing, and needs no result', () => {
    expect(enumerate('u32', () => undefined)).toEqual([]);
  });

  test('throws the result that is an error', () => {
    expect(() => enumerate('u32', () => VK_ERROR_DEVICE_LOST)).toThrow(
      expect.objectContaining({
        message: `Cannot enumerate "u32": the driver returned VK_ERROR_DEVICE_LOST; see the command's specification`,
        cause: -4,
      }),
    );
  });
});

describe('names', () => {
  test('of results are the constants', () => {
    expect([0, 5, -4, -1000001004, 77].map(resultName)).toEqual([
      'VK_SUCCESS',
      'VK_INCOMPLETE',
      'VK_ERROR_DEVICE_LOST',
      'VK_ERROR_OUT_OF_DATE_KHR',
      'VkResult(77)',
    ]);
  });

  test('of versions pack and unpack', () => {
    expect(VK_MAKE_API_VERSION(0, 1, 4, 0)).toBe(VK_API_VERSION_1_4);
    expect([VK_API_VERSION_MAJOR(VK_API_VERSION_1_4), VK_API_VERSION_MINOR(VK_API_VERSION_1_4)]).toEqual([1, 4]);
    const other = VK_MAKE_API_VERSION(7, 127, 1023, 4095);
    expect([VK_API_VERSION_VARIANT(other), VK_API_VERSION_MAJOR(other)]).toEqual([7, 127]);
    expect([VK_API_VERSION_MINOR(other), VK_API_VERSION_PATCH(other)]).toEqual([1023, 4095]);
  });

  test('of objects, formats and kinds of device are the constants, or the number that has none', () => {
    expect([objectTypeName(9), formatName(37), deviceTypeName(4)]).toEqual([
      'VK_OBJECT_TYPE_BUFFER',
      'VK_FORMAT_R8G8B8A8_UNORM',
      'VK_PHYSICAL_DEVICE_TYPE_CPU',
    ]);
    expect([objectTypeName(-1), formatName(99_999), deviceTypeName(5)]).toEqual([
      'VkObjectType(-1)',
      'VkFormat(99999)',
      'VkPhysicalDeviceType(5)',
    ]);
  });
});

describe('a debug callback', () => {
  test('that throws goes by the layer, and is an uncaught exception', () => {
    const index = new URL('../src/index.ts', import.meta.url).href;
    const script = `
      import { arena, functionAt, registerDebugCallback, VkDebugUtilsMessengerCallbackDataEXT as Data } from '${index}';
      process.on('uncaughtException', (error) => console.log('uncaught:', error.message));
      using callback = registerDebugCallback(() => { throw new Error('the listener slipped'); });
      const call = functionAt(callback.address, 'IIIPP');
      console.log(arena.scope(() => call(0x1000, 2, Data({ pMessage: 'broken' }), 0n)));`;
    const node = ['--input-type=module', '--eval', script];
    const { stdout, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['0\nuncaught: the listener slipped\n', '']);
  });

  test('turns what C gives into a plain record', () => {
    const messages: DebugMessage[] = [];
    using callback = registerDebugCallback((message) => messages.push(message));
    arena.scope(() => {
      const data = VkDebugUtilsMessengerCallbackDataEXT({
        pMessageIdName: 'VUID-x',
        messageIdNumber: -3,
        pMessage: 'broken',
        pObjects: [{ objectType: 9, objectHandle: 5n, pObjectName: 'density' }, { objectType: 0 }],
        pQueueLabels: [{ pLabelName: 'submit' }],
        pCmdBufLabels: [{ pLabelName: 'tone' }, { pLabelName: 'frame' }],
      });
      expect(functionAt(callback.address, 'IIIPP')(0x1000, 0x6, data, 0n)).toBe(0);
    });
    expect(messages).toEqual([
      {
        severity: 'error',
        types: ['validation', 'performance'],
        message: 'broken',
        messageIdName: 'VUID-x',
        messageIdNumber: -3,
        objects: [
          { type: 'VK_OBJECT_TYPE_BUFFER', handle: 5n, name: 'density' },
          { type: 'VK_OBJECT_TYPE_UNKNOWN', handle: 0n, name: '' },
        ],
        queueLabels: ['submit'],
        cmdBufLabels: ['tone', 'frame'],
      },
    ]);
  });
});
