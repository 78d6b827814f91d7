/** @file Whether timelines cross devices: by opaque file descriptors, where the driver knows them for timeline semaphores. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';

const BOTH = V.VK_EXTERNAL_SEMAPHORE_FEATURE_EXPORTABLE_BIT | V.VK_EXTERNAL_SEMAPHORE_FEATURE_IMPORTABLE_BIT;

/** Whether the device exports and imports timeline semaphores. */
export function canShareTimelines(driver: Driver): boolean {
  if (!driver.commands.has('vkGetSemaphoreFdKHR')) return false;
  return V.arena.scope(() => {
    const info = V.VkPhysicalDeviceExternalSemaphoreInfo({
      pNext: V.VkSemaphoreTypeCreateInfo({ semaphoreType: V.VK_SEMAPHORE_TYPE_TIMELINE }),
      handleType: V.VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT,
    });
    const out = V.VkExternalSemaphoreProperties.allocate();
    driver.instance.vkGetPhysicalDeviceExternalSemaphoreProperties(driver.physicalDevice, info, out);
    return (V.VkExternalSemaphoreProperties.read(out).externalSemaphoreFeatures & BOTH) === BOTH;
  });
}

/** Throws unless the device exports and imports timeline semaphores. */
export function checkSharesTimelines(driver: Driver, label: string): void {
  if (canShareTimelines(driver)) return;
  throw new VulkanError(
    `Cannot create timeline "${label}": device "${driver.name}" shares none with others; make one on each, and pass on by a relay`,
    { kind: 'not-available', labels: [label] },
  );
}
