/**
 * Raw Vulkan beside the runtime: an extension that the runtime doesn't know reads the clocks of device and host at once.
 *
 * VK_KHR_calibrated_timestamps was VK_EXT_calibrated_timestamps: either will do, and its commands are found by both names.
 */
import { openDevice, type Device, type DeviceOptions } from '@halocline/gpu';
import * as V from '@halocline/vulkan';

const EXTENSIONS = [V.VK_KHR_CALIBRATED_TIMESTAMPS_EXTENSION_NAME, V.VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME];
const DOMAINS = [V.VK_TIME_DOMAIN_DEVICE_KHR, V.VK_TIME_DOMAIN_CLOCK_MONOTONIC_KHR];

/** One moment on both clocks, in nanoseconds; they count from different beginnings. */
function clocks({ raw, limits }: Device): { device: number; host: number } {
  return V.arena.scope(() => {
    const infos = V.VkCalibratedTimestampInfoKHR(DOMAINS.map((timeDomain) => ({ timeDomain })));
    const [times, deviation] = [V.arena.u64(2), V.arena.u64()];
    const result = raw.commands.vkGetCalibratedTimestampsKHR(raw.commands.handle, 2, infos, times, deviation);
    if (result !== V.VK_SUCCESS) throw new Error(`Cannot read the clocks: ${V.resultName(result)}`);
    return { device: Number(V.arena.readU64(times)) * limits.timestampPeriod, host: Number(V.arena.readU64(times, 1)) };
  });
}

/** How long the same work took by either clock, in nanoseconds; undefined where the device can't tell. */
export async function rawVulkan(
  options: DeviceOptions = {},
): Promise<{ readonly device: number; readonly host: number } | undefined> {
  await using device = await openDevice({ ...options, extensions: { wished: EXTENSIONS } });
  const { commands, instance, physicalDevice } = device.raw;
  if (!commands.has('vkGetCalibratedTimestampsKHR')) return undefined;
  const domains = V.enumerate('u32', (count, items) =>
    instance.vkGetPhysicalDeviceCalibrateableTimeDomainsKHR(physicalDevice, count, items),
  );
  if (!DOMAINS.every((domain) => domains.includes(domain))) return undefined;

  const before = clocks(device);
  using words = device.createBuffer({ label: 'words', byteLength: 2 ** 24 });
  await device.submitOnce('fill', (encoder) => encoder.fill(words, 0, words.byteLength, 7));
  const after = clocks(device);
  return { device: after.device - before.device, host: after.host - before.host };
}

if (import.meta.main) {
  const took = await rawVulkan();
  const milliseconds = (value: number): string => `${(value / 1e6).toFixed(3)} ms`;
  process.stdout.write(
    took
      ? `a fill took ${milliseconds(took.device)} by the device's clock, ${milliseconds(took.host)} by the host's\n`
      : 'this device has no calibrated timestamps\n',
  );
}
