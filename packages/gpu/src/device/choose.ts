/** @file Which device a wish names. Pure. */

import { VulkanError } from '../errors.ts';

/** How a device without a queue that computes says so. */
export const NO_COMPUTE = 'a queue that computes';

/** What choosing needs to know of a device. */
export interface Choosable {
  readonly index: number;
  readonly name: string;
  readonly uuid: string;
  readonly missing: readonly string[];
}

/**
 * The device that a wish names: "#index" in order of score, the beginning of a uuid (four digits or more), or part of a
 * name, in any case. No wish: that of `usual`, which HALOCLINE_DEVICE says, else the best that can be used. Throws with the list of
 * devices if none fits or the one that fits can't be used.
 */
export function chooseDevice<D extends Choosable>(devices: readonly D[], wish: string | undefined, usual = ''): D {
  if (devices.length === 0) {
    throw new VulkanError('Cannot open a device: Vulkan finds none; install a driver, such as mesa-vulkan-drivers', {
      kind: 'no-device',
    });
  }
  if (wish !== undefined && typeof wish !== 'string') {
    throw new TypeError(
      `Cannot open device ${String(wish)}: a device is named by text; give part of its name, or "#0" for the first`,
    );
  }
  const wanted = (wish ?? usual).trim();
  const best = devices.find((each) => each.missing.length === 0) ?? devices[0];
  const device = wanted === '' ? best : find(devices, wanted.toLowerCase());
  if (!device) {
    const why = wish === undefined ? 'HALOCLINE_DEVICE names it, and none is named so' : 'none is named so';
    throw new VulkanError(`Cannot open device "${wanted}": ${why}; there are ${listText(devices)}`, {
      kind: 'no-device',
      labels: [wanted],
    });
  }
  if (device.missing.length > 0) {
    throw new VulkanError(
      `Cannot open device "${device.name}": it lacks ${device.missing.join(', ')}; there are ${listText(devices)}`,
      { kind: device.missing.join() === NO_COMPUTE ? 'no-compute-queue' : 'no-device', labels: [device.name] },
    );
  }
  return device;
}

function find<D extends Choosable>(devices: readonly D[], wish: string): D | undefined {
  if (/^#\d+$/.test(wish)) return devices.find((device) => device.index === Number(wish.slice(1)));
  const digits = wish.replaceAll('-', '');
  const byUuid = /^[0-9a-f]{4,32}$/.test(digits) ? devices.filter((device) => device.uuid.startsWith(digits)) : [];
  if (byUuid.length === 1) return byUuid[0];
  return devices.find((device) => device.name.toLowerCase().includes(wish));
}

function listText(devices: readonly Choosable[]): string {
  return devices
    .map(
      (device) =>
        `#${device.index} "${device.name}"${device.missing.length > 0 ? ` (lacks ${device.missing.join(', ')})` : ''}`,
    )
    .join(', ');
}
