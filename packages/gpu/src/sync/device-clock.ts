/**
 * @file The device's clock beside the host's: both read at one moment (VK_EXT_calibrated_timestamps), so that timestamps of
 * several devices and what the host did can be drawn on one line. Vulkan 1.4 specification, "Calibrated Timestamps".
 */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';

/** Two clocks at one moment. */
export interface ClockReading {
  /** The device's clock, as `QueryPool.ticks` tells it. */
  readonly ticks: bigint;
  /** The host's monotonic clock, as `process.hrtime` tells it. */
  readonly hostNanoseconds: bigint;
  /** By how many nanoseconds the two readings may lie apart. */
  readonly deviation: number;
}

/** Reads both clocks; undefined where the driver can't, or its host clock is not Node's. Doesn't wait. */
export function readDeviceClock(driver: Driver): ClockReading | undefined {
  const { commands } = driver;
  if (!commands.has('vkGetCalibratedTimestampsEXT') || !hasMonotonicClock(driver)) return undefined;
  return V.arena.scope(() => {
    const stamps = V.arena.bytes(16);
    const deviation = V.arena.u64();
    const domains = [V.VK_TIME_DOMAIN_DEVICE_EXT, V.VK_TIME_DOMAIN_CLOCK_MONOTONIC_EXT];
    const infos = V.VkCalibratedTimestampInfoEXT(domains.map((timeDomain) => ({ timeDomain })));
    const result = commands.vkGetCalibratedTimestampsEXT(driver.handle, 2, infos, stamps, deviation);
    if (result < 0) return undefined;
    return {
      ticks: V.arena.readU64(stamps, 0),
      hostNanoseconds: V.arena.readU64(stamps, 1),
      deviation: Number(V.arena.readU64(deviation)),
    };
  });
}

/** Whether the driver calibrates against CLOCK_MONOTONIC. */
function hasMonotonicClock({ instance, physicalDevice }: Driver): boolean {
  return V.arena.scope(() => {
    const count = V.arena.u32();
    instance.vkGetPhysicalDeviceCalibrateableTimeDomainsEXT(physicalDevice, count, V.NULL);
    const domains = V.arena.u32(V.arena.readU32(count));
    const result = instance.vkGetPhysicalDeviceCalibrateableTimeDomainsEXT(physicalDevice, count, domains);
    if (result < 0) return false;
    const found = Array.from({ length: V.arena.readU32(count) }, (_, index) => V.arena.readU32(domains, index));
    return found.includes(V.VK_TIME_DOMAIN_CLOCK_MONOTONIC_EXT);
  });
}
