/**
 * @file Which shapes suit a device: what was measured, by its name, since no limit that Vulkan tells says how fast memory
 * is.
 */
import type { Device } from '@halocline/gpu';
import type { EmitOptions } from '@halocline/stencil';
import type { SlotOrder } from '../slots.ts';

/** Cards whose memory outruns their caches: an H200 has an H100's processors, and memory that is 1.42 times as fast. */
const FAST_MEMORY = /\bH200\b/;

/** What stencils wait for on a device. */
export function boundOf({ name }: Pick<Device, 'name'>): NonNullable<EmitOptions['bound']> {
  return FAST_MEMORY.test(name) ? 'caches' : 'memory';
}

/** The order of leaves that suits devices which hold a domain together. */
export function slotOrderOf(devices: readonly Pick<Device, 'name'>[]): SlotOrder {
  return devices.every((device) => boundOf(device) === 'caches') ? 'boxes' : 'bricks';
}
