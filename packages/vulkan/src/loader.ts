/**
 * @file From nothing to commands: the loader library, then an instance's commands, then a device's.
 *
 * Specification: chapter "Initialization", section "Command Function Pointers". A device's commands are asked of the
 * device, so that calls go to its driver without the loader's dispatch.
 */
import { globalCommands, instanceCommands, deviceCommands } from './generated/commands.ts';
import type { DeviceCommands, GlobalCommands, InstanceCommands } from './generated/command-types.ts';
import type { VkDevice, VkInstance } from './generated/handles.ts';
import { defineTable, type CommandTable } from './commands.ts';
import { functionAt, openLibrary, type Library } from './ffi.ts';

/** The commands that need no instance, and the library that they come from. */
export type Loader = GlobalCommands & CommandTable & { /** The library's name or path. */ readonly path: string };

/** The commands of one instance and its physical devices. */
export type Instance = InstanceCommands & CommandTable & { readonly handle: VkInstance };

/** The commands of one device, its queues and command buffers. */
export type Device = DeviceCommands & CommandTable & { readonly handle: VkDevice };

/** There is no Vulkan loader on this machine, or not where it was said to be. */
export class LoaderError extends Error {
  /** The names and paths that were tried, in order. */
  readonly tried: readonly string[];

  constructor(tried: readonly string[], causes: readonly string[]) {
    super(
      `Cannot open the Vulkan loader "${tried.join('", "')}": ${causes.at(-1) ?? 'no name was tried'}; ` +
        `install a Vulkan driver and loader, or set HALOCLINE_VULKAN_LOADER to the library's path`,
    );
    this.name = 'LoaderError';
    this.tried = tried;
  }
}

/** Where the loader is looked for on each platform, in order. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  win32: ['vulkan-1.dll'],
  darwin: [
    'libvulkan.1.dylib',
    '/opt/homebrew/lib/libvulkan.1.dylib',
    '/usr/local/lib/libvulkan.1.dylib',
    'libMoltenVK.dylib',
    '/opt/homebrew/lib/libMoltenVK.dylib',
    '/usr/local/lib/libMoltenVK.dylib',
  ],
};
const OTHER_NAMES = ['libvulkan.so.1', 'libvulkan.so'];

const makeGlobal = defineTable<GlobalCommands>('Vulkan loader', globalCommands);
const makeInstance = defineTable<InstanceCommands>('instance', instanceCommands);
const makeDevice = defineTable<DeviceCommands>('device', deviceCommands);

/**
 * Opens the loader: the library at `path`, else at HALOCLINE_VULKAN_LOADER, else the platform's usual names.
 * Throws a LoaderError that lists what was tried.
 */
export function openLoader(options: { readonly path?: string } = {}): Loader {
  const given = options.path ?? process.env['HALOCLINE_VULKAN_LOADER'];
  const names = given === undefined || given === '' ? (NAMES[process.platform] ?? OTHER_NAMES) : [given];
  const causes: string[] = [];
  for (const name of names) {
    let library: Library;
    try {
      library = openLibrary(name);
    } catch (error) {
      causes.push(error instanceof Error ? error.message : String(error));
      continue;
    }
    const address = library.symbol('vkGetInstanceProcAddr');
    if (address === undefined) {
      causes.push(`${name} exports no vkGetInstanceProcAddr`);
      continue;
    }
    const ask = functionAt(address, 'PPs');
    const table = makeGlobal((command) =>
      command === 'vkGetInstanceProcAddr' ? address : (ask(0n, command) as bigint),
    );
    return Object.defineProperties(table, { path: { value: name, enumerable: true } }) as Loader;
  }
  throw new LoaderError(names, causes);
}

/** The commands of an instance that the caller made with `loader.vkCreateInstance` and destroys. */
export function loadInstance(loader: Loader, handle: VkInstance): Instance {
  const table = makeInstance((name) => loader.vkGetInstanceProcAddr(handle, name));
  return Object.defineProperties(table, { handle: { value: handle, enumerable: true } }) as Instance;
}

/** The commands of a device that the caller made with `instance.vkCreateDevice` and destroys. */
export function loadDevice(instance: Instance, handle: VkDevice): Device {
  const table = makeDevice((name) => instance.vkGetDeviceProcAddr(handle, name));
  return Object.defineProperties(table, { handle: { value: handle, enumerable: true } }) as Device;
}
