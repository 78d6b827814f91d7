/** @file A raw Vulkan instance and device for tests: the calls that a C program would make, in their order. */
import {
  arena,
  enumerate,
  loadDevice,
  loadInstance,
  NULL,
  openLoader,
  registerDebugCallback,
  resultName,
  VkDebugUtilsMessengerCreateInfoEXT,
  VkDeviceCreateInfo,
  VkInstanceCreateInfo,
  VkLayerProperties,
  VkPhysicalDeviceVulkan12Features,
  VK_API_VERSION_1_3,
  VK_EXT_DEBUG_UTILS_EXTENSION_NAME,
  VK_SUCCESS,
  type DebugMessage,
  type Device,
  type Instance,
  type Link,
  type Loader,
  type Pointer,
  type VkDebugUtilsMessengerEXT,
  type VkDevice,
  type VkInstance,
  type VkPhysicalDevice,
} from '../src/index.ts';

/** Throws when a command failed. */
export function succeed(result: number): void {
  if (result !== VK_SUCCESS) throw new Error(`Cannot go on: a command returned ${resultName(result)}`);
}

/** Runs a command that writes one handle, and returns the handle. */
export function create<H extends bigint>(command: (out: Pointer<H>) => number): H {
  return arena.scope(() => {
    const out = arena.u64();
    succeed(command(out));
    return arena.readU64<H>(out);
  });
}

/** A loader with at least one device, or why there is none. */
export function findVulkan(): { loader: Loader } | { missing: string } {
  try {
    const loader = openLoader();
    using bench = openBench(loader);
    return bench.physical.length > 0 ? { loader } : { missing: 'the Vulkan loader finds no device' };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/** An instance with its physical devices; with validation, what the layer says is collected. */
export interface Bench extends Disposable {
  readonly instance: Instance;
  readonly physical: readonly VkPhysicalDevice[];
  readonly messages: readonly DebugMessage[];
  /** Makes a device with one queue of family 0, timeline semaphores and buffer addresses; the bench destroys it. */
  openDevice(): Device;
  /** Destroys a device before the bench goes. */
  close(device: Device): void;
}

const VALIDATION = 'VK_LAYER_KHRONOS_validation';

/** Whether the validation layer is installed. */
export function hasValidation(loader: Loader): boolean {
  return enumerate(VkLayerProperties, loader.vkEnumerateInstanceLayerProperties).some(
    (it) => it.layerName === VALIDATION,
  );
}

/** Opens a bench, with validation where the layer is installed. */
export function openBench(loader: Loader): Bench {
  const messages: DebugMessage[] = [];
  const callback = registerDebugCallback((message) => messages.push(message));
  const messengerInfo = (): Pointer<VkDebugUtilsMessengerCreateInfoEXT> & Link<'VkInstanceCreateInfo'> =>
    VkDebugUtilsMessengerCreateInfoEXT({ messageSeverity: 0x1100, messageType: 7, pfnUserCallback: callback.address });
  const validation = hasValidation(loader);
  const handle = create<VkInstance>((out) =>
    loader.vkCreateInstance(
      VkInstanceCreateInfo({
        pApplicationInfo: { pApplicationName: 'halocline-tests', apiVersion: VK_API_VERSION_1_3 },
        ppEnabledLayerNames: validation ? [VALIDATION] : [],
        ppEnabledExtensionNames: validation ? [VK_EXT_DEBUG_UTILS_EXTENSION_NAME] : [],
        pNext: validation ? messengerInfo() : NULL,
      }),
      NULL,
      out,
    ),
  );
  const instance = loadInstance(loader, handle);
  const messenger = validation
    ? create<VkDebugUtilsMessengerEXT>((out) =>
        instance.vkCreateDebugUtilsMessengerEXT(handle, messengerInfo(), NULL, out),
      )
    : undefined;
  const physical = enumerate<VkPhysicalDevice>('handle', (pCount, pItems) =>
    instance.vkEnumeratePhysicalDevices(handle, pCount, pItems),
  );
  const devices: Device[] = [];
  return {
    instance,
    physical,
    messages,
    openDevice() {
      const device = loadDevice(
        instance,
        create<VkDevice>((out) =>
          instance.vkCreateDevice(
            physical[0] as VkPhysicalDevice,
            VkDeviceCreateInfo({
              pNext: VkPhysicalDeviceVulkan12Features({ timelineSemaphore: 1, bufferDeviceAddress: 1 }),
              pQueueCreateInfos: [{ queueFamilyIndex: 0, pQueuePriorities: [1] }],
            }),
            NULL,
            out,
          ),
        ),
      );
      devices.push(device);
      return device;
    },
    close(device) {
      devices.splice(devices.indexOf(device), 1);
      device.vkDestroyDevice(device.handle, NULL);
    },
    [Symbol.dispose]() {
      for (const device of devices) device.vkDestroyDevice(device.handle, NULL);
      if (messenger !== undefined) instance.vkDestroyDebugUtilsMessengerEXT(handle, messenger, NULL);
      instance.vkDestroyInstance(handle, NULL);
      callback[Symbol.dispose]();
    },
  };
}
