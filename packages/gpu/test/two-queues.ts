/**
 * @file A device with a queue for transfers alone, as on a card. Where the driver has none, a family that isn't there stands for it,
 * and both queues are the driver's one; the layer, which would say so, doesn't look on.
 */
import * as V from '@halocline/vulkan';
import { createDevice } from '../src/device/create.ts';
import type { CreatedDevice } from '../src/device/create.ts';
import { Device } from '../src/device/device.ts';
import { acquireInstance } from '../src/device/instance.ts';
import { surveyDevices } from '../src/device/survey.ts';
import type { SurveyedDevice } from '../src/device/survey.ts';
import type { Buffer, DeviceOptions } from '../src/index.ts';

/** Opens it; close it with `await using`. */
export function openTwoQueues(options: DeviceOptions = {}): Device {
  const instance = acquireInstance(false);
  try {
    const chosen = surveyDevices(instance.commands)[0]!;
    const created = createDevice(instance, chosen, options);
    if (created.queues.compute !== created.queues.transfer) return new Device(instance, chosen, created, options);
    return new Device(instance, ...withTransfers(chosen, created), options);
  } catch (error) {
    instance.release();
    throw error;
  }
}

function withTransfers(chosen: SurveyedDevice, created: CreatedDevice): [SurveyedDevice, CreatedDevice] {
  const { report } = chosen;
  const { compute } = created.queues;
  const transfer = report.queues.length;
  const family = { ...report.queues[compute]!, family: transfer, flags: ['transfer'] };
  const { commands } = created;
  const real = (each: number): number => (each === transfer ? compute : each);
  const changed: Partial<V.Device> = {
    vkGetDeviceQueue: (device, each, index, out) => commands.vkGetDeviceQueue(device, real(each), index, out),
    vkCreateCommandPool: (device, info, allocator, out) => {
      const { flags, queueFamilyIndex } = V.VkCommandPoolCreateInfo.read(info);
      const own = V.VkCommandPoolCreateInfo({ flags, queueFamilyIndex: real(queueFamilyIndex) });
      return commands.vkCreateCommandPool(device, own, allocator, out);
    },
    vkCreateBuffer: (device, info, allocator, out) => {
      const given = V.VkBufferCreateInfo.read(info);
      const { pNext, flags, size, usage } = given;
      return commands.vkCreateBuffer(device, V.VkBufferCreateInfo({ pNext, flags, size, usage }), allocator, out);
    },
  };
  const values = Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, { value }]));
  return [
    { ...chosen, report: { ...report, queues: [...report.queues, family] } },
    {
      ...created,
      commands: Object.create(commands, values) as V.Device,
      queues: { compute, transfer },
    },
  ];
}

/** A buffer of memory that the host doesn't see, also where it does. */
export function unseen(device: Device, label: string, byteLength: number): Buffer {
  return Object.defineProperty(device.createBuffer({ label, byteLength }), 'visible', { value: undefined });
}

/** Writes down every submit of a device from here on, as `compute 2 behind transfer 1`, in order. */
export function watchSubmits(
  device: Device,
  transfer: { readonly handle: bigint } = device.transfer.timeline,
): string[] {
  const submits: string[] = [];
  const names = new Map<bigint, string>([
    [device.compute.timeline.handle, 'compute'],
    [transfer.handle, 'transfer'],
  ]);
  const bare = V.loadDevice(device.raw.instance, device.raw.commands.handle);
  const points = (at: bigint, count: number): string =>
    V.VkSemaphoreSubmitInfo.readArray(at as V.Pointer<V.VkSemaphoreSubmitInfo>, count)
      .map(({ semaphore, value }) => `${names.get(semaphore)} ${value}`)
      .join(' and ');
  const value: V.Device['vkQueueSubmit2'] = (queue, count, infos, fence) => {
    for (const info of V.VkSubmitInfo2.readArray(infos, count)) {
      const { waitSemaphoreInfoCount: waited, signalSemaphoreInfoCount: signalled } = info;
      const waits = waited === 0 ? '' : ` behind ${points(info.pWaitSemaphoreInfos, waited)}`;
      submits.push(points(info.pSignalSemaphoreInfos, signalled) + waits);
    }
    return bare.vkQueueSubmit2(queue, count, infos, fence);
  };
  Object.defineProperty(device.raw.commands, 'vkQueueSubmit2', { value, configurable: true });
  return submits;
}
