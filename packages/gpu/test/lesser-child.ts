/**
 * Finds a discrete card of Vulkan 1.2 (`version`), or one without a queue that computes (`compute`), alone and then ahead of what is
 * really there; tells, as JSON, what is listed and what opening it says.
 */
import * as V from '@halocline/vulkan';
import { acquireInstance, vulkanLoader } from '../src/device/instance.ts';
import { isVulkanAvailable, listDevices, openDevice } from '../src/index.ts';
import type { VulkanError } from '../src/index.ts';

const lacks = process.argv[2];
const instance = acquireInstance(false);
const bare = V.loadInstance(vulkanLoader(), instance.commands.handle);
const there = V.enumerate<V.VkPhysicalDevice>('handle', (count, items) =>
  bare.vkEnumeratePhysicalDevices(bare.handle, count, items),
);
const lesser = 64n as V.VkPhysicalDevice;
let handles = [lesser];

/** Puts a function in the place of the instance's own. */
function put<N extends keyof V.Instance>(name: N, value: V.Instance[N]): void {
  Object.defineProperty(instance.commands, name, { value });
}

/** Of structs that begin with a number, only that is written. */
put('vkEnumeratePhysicalDevices', (_, count, items) => {
  V.VkExtent2D.write(count, { width: handles.length });
  for (const [at, srcOffset] of handles.entries()) {
    if (items !== V.NULL) V.VkBufferCopy.write((items as bigint) + BigInt(8 * at), { srcOffset });
  }
  return V.VK_SUCCESS;
});
const real = (device: V.VkPhysicalDevice): V.VkPhysicalDevice => (device === lesser ? there[0]! : device);
put('vkGetPhysicalDeviceProperties', (device, out) => {
  bare.vkGetPhysicalDeviceProperties(real(device), out);
  if (device !== lesser) return;
  const deviceType = V.VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
  V.VkPhysicalDeviceProperties.write(out, { deviceName: 'Lesser card', deviceType });
  if (lacks === 'version') V.VkPhysicalDeviceProperties.write(out, { apiVersion: V.VK_API_VERSION_1_2 });
});
put('vkGetPhysicalDeviceQueueFamilyProperties', (device, count, items) => {
  bare.vkGetPhysicalDeviceQueueFamilyProperties(real(device), count, items);
  if (device !== lesser || lacks !== 'compute' || items === V.NULL) return;
  const queueFlags = V.VK_QUEUE_GRAPHICS_BIT | V.VK_QUEUE_TRANSFER_BIT;
  for (let at = 0; at < V.VkExtent2D.read(count).width; at++) {
    V.VkQueueFamilyProperties.write(items + BigInt(at * V.VkQueueFamilyProperties.size), { queueFlags });
  }
});
put('vkGetPhysicalDeviceProperties2', (device, out) => bare.vkGetPhysicalDeviceProperties2(real(device), out));
put('vkGetPhysicalDeviceFeatures2', (device, out) => bare.vkGetPhysicalDeviceFeatures2(real(device), out));
put('vkGetPhysicalDeviceMemoryProperties2', (device, out) =>
  bare.vkGetPhysicalDeviceMemoryProperties2(real(device), out),
);
put('vkEnumerateDeviceExtensionProperties', (device, layer, count, items) =>
  bare.vkEnumerateDeviceExtensionProperties(real(device), layer, count, items),
);

const listed = (): string[] =>
  listDevices().map(
    ({ index, name, missing }) => `#${index} ${name === 'Lesser card' ? name : 'real'}: ${missing.join()}`,
  );
const opened = (device?: string): Promise<string> =>
  openDevice({ validation: false, ...(device === undefined ? {} : { device }) }).then(
    () => 'opened',
    (error: VulkanError) => `${error.kind}: ${error.message}`,
  );
const alone = { available: isVulkanAvailable(), listed: listed(), opened: await opened() };
handles = [lesser, there[0]!];
const beside = { available: isVulkanAvailable(), listed: listed(), opened: (await opened('lesser')).split(';')[0] };
process.stdout.write(JSON.stringify({ alone, beside }));
process.exit();
