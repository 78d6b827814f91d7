/**
 * @file Device groups: cards that a driver opens as one VkDevice, each of which may reach the others' memory. Memory of plain devices
 * is imported onto its own card of the group, so the group's queue copies from card to card for them.
 *
 * Specification: chapter "Devices and Queues", section "Device Group Creation"; chapter "Memory Allocation", section "Peer Memory
 * Features".
 */

import * as V from '@halocline/vulkan';
import { createDevice } from '../device/create.ts';
import { Device } from '../device/device.ts';
import { enumerated } from '../device/enumerated.ts';
import { acquireInstance } from '../device/instance.ts';
import { surveyDevices } from '../device/survey.ts';
import { VulkanError } from '../errors.ts';
import { makerOf } from '../memory/buffer.ts';
import type { Buffer } from '../memory/buffer.ts';
import { createExportable, importOpaque } from '../memory/opaque-fd.ts';
import type { MemorySharer } from '../memory/shared-device-memory.ts';

/** The cards of every group, by UUID, in the groups' order. A card that no other joins is a group of its own. */
export function listDeviceGroups(): string[][] {
  const instance = acquireInstance(false);
  try {
    return groupsOf(instance.commands).map((handles) => handles.map(({ uuid }) => uuid));
  } finally {
    instance.release();
  }
}

interface Card {
  readonly handle: V.VkPhysicalDevice;
  readonly uuid: string;
}

function groupsOf(instance: V.Instance): Card[][] {
  const known = new Map(surveyDevices(instance).map(({ handle, report }) => [handle as bigint, report.uuid]));
  const list = (): V.Read<V.VkPhysicalDeviceGroupProperties>[] =>
    V.enumerate(V.VkPhysicalDeviceGroupProperties, (count, items) =>
      instance.vkEnumeratePhysicalDeviceGroups(instance.handle, count, items),
    );
  const groups = enumerated('vkEnumeratePhysicalDeviceGroups', list, { act: 'Cannot list device groups' });
  return groups.map(({ physicalDevices, physicalDeviceCount }) =>
    physicalDevices.slice(0, physicalDeviceCount).map((handle) => ({ handle, uuid: known.get(handle) ?? '' })),
  );
}

/** Memory that two plain devices have, and the group's device on the way between them. */
export interface GroupMemory {
  /** The plain device's own. */
  readonly own: Buffer;
  /** The same on the group's device, wherever commands run. */
  readonly seen: Buffer;
}

/** A group, opened as one device. Dispose what was made from it first. */
export class DeviceGroup implements AsyncDisposable {
  /** Commands of it run where `groupDevice` of their submit says. */
  readonly device: Device;
  /** UUIDs of its cards, in order. */
  readonly cards: readonly string[];

  /** Opens the group that holds both cards (UUIDs). Throws VulkanError 'not-available' where there is none. */
  constructor(from: string, to: string) {
    const instance = acquireInstance(false);
    try {
      const group = groupsOf(instance.commands).find((cards) =>
        [from, to].every((wanted) => cards.some(({ uuid }) => uuid === wanted)),
      );
      const chosen = surveyDevices(instance.commands).find(({ report }) => report.uuid === from);
      if (group === undefined || chosen === undefined) {
        throw new VulkanError('Cannot open device group: the driver groups the two with none; use another transport', {
          kind: 'not-available',
        });
      }
      const handles = group.map(({ handle }) => handle);
      this.device = new Device(instance, chosen, createDevice(instance, chosen, {}, handles), {});
      this.cards = group.map(({ uuid }) => uuid);
      makerOf(this.device).driver.cards = group.length;
    } catch (error) {
      instance.release();
      throw error;
    }
  }

  /** The number of a card in the group. */
  indexOf({ uuid }: MemorySharer): number {
    return this.cards.indexOf(uuid);
  }

  /** Whether one card's copies may write another's memory. */
  reaches(from: MemorySharer, to: MemorySharer): boolean {
    const [here, there] = [this.indexOf(from), this.indexOf(to)];
    if (here === there) return true;
    const { commands } = this.device.raw;
    const heap = this.device.report.memory.heaps.findIndex(({ deviceLocal }) => deviceLocal);
    return V.arena.scope(() => {
      const out = V.arena.u32();
      commands.vkGetDeviceGroupPeerMemoryFeatures(commands.handle, heap, here, there, out);
      return (V.arena.readU32(out) & V.VK_PEER_MEMORY_FEATURE_COPY_DST_BIT) !== 0;
    });
  }

  /** Device memory of a plain device that the group sees on that device's card. Dispose both buffers. Throws VulkanError. */
  share(
    owner: MemorySharer,
    { label, byteLength }: { readonly label: string; readonly byteLength: number },
  ): GroupMemory {
    const { buffer: own, allocated, exportFd } = createExportable(makerOf(owner), { label, byteLength });
    try {
      const onto = { index: this.indexOf(owner), count: this.cards.length };
      const release = (): void => undefined;
      const options = { label, byteLength, allocated, onto, release };
      return { own, seen: importOpaque(makerOf(this.device), { ...options, fd: exportFd() }) };
    } catch (error) {
      own[Symbol.dispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.device[Symbol.asyncDispose]();
  }
}
