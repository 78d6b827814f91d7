/** @file The way in: which devices there are, and the opening of one. */

import { frameOptions } from '../frame/frames.ts';
import { chooseDevice } from './choose.ts';
import { createDevice } from './create.ts';
import { Device } from './device.ts';
import { checkWishes, missingOf } from './features.ts';
import { acquireInstance, validationWish } from './instance.ts';
import { checksWish, DEVICE_OPTIONS, memoryLimitWish, validationListener } from './options.ts';
import type { DeviceOptions } from './options.ts';
import { surveyDevices } from './survey.ts';
import type { DeviceReport } from './survey.ts';
import { checkFunctions, checkNames } from '../given.ts';

/** Every physical device, the best first, with what is missing on those that can't be used. Throws where there is no Vulkan. */
export function listDevices(): readonly DeviceReport[] {
  const instance = acquireInstance(false);
  try {
    return surveyDevices(instance.commands).map((device) => device.report);
  } finally {
    instance.release();
  }
}

let available = false;

/** Whether there is a Vulkan device that `openDevice` can open. Never throws; asks again until there is one. */
export function isVulkanAvailable(): boolean {
  try {
    available ||= listDevices().some((device) => device.missing.length === 0);
    return available;
  } catch {
    return false;
  }
}

/** Opens a device. Throws VulkanError: 'not-available' without Vulkan, 'no-device' (with the list of them) if none fits. */
export async function openDevice(options: DeviceOptions = {}): Promise<Device> {
  checkNames('Cannot open a device', options, DEVICE_OPTIONS, 'the options');
  checkFunctions('Cannot open a device', options, ['log', 'onValidation']);
  const memoryLimit = memoryLimitWish(options.memoryLimit); // first: nothing has to be closed if it is none
  const frames = frameOptions(options.frames);
  checkWishes(options);
  const validation = validationWish(options.validation);
  const checks = checksWish(options.checks, validation);
  const instance = acquireInstance(validation, validationListener(options));
  try {
    const devices = surveyDevices(instance.commands);
    const { index } = chooseDevice(
      devices.map((device) => ({ ...device.report, missing: missingOf(instance.commands, device, options) })),
      options.device,
      process.env['HALOCLINE_DEVICE'],
    );
    const chosen = devices[index]!;
    const created = createDevice(instance, chosen, options);
    return new Device(instance, chosen, created, { ...options, memoryLimit, frames, checks });
  } catch (error) {
    instance.release();
    throw error;
  }
}
