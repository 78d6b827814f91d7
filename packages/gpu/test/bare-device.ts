/** @file A device as Vulkan 1.3 promises it: with no extension, and no feature but those that the runtime can't do without. */
import { createDevice } from '../src/device/create.ts';
import { Device } from '../src/device/device.ts';
import { acquireInstance } from '../src/device/instance.ts';
import { surveyDevices } from '../src/device/survey.ts';
import { isValidationAvailable } from '../src/index.ts';

const FEATURES = ['bufferDeviceAddress', 'timelineSemaphore', 'synchronization2', 'dynamicRendering', 'maintenance4'];

/** Opens it, with the layer where that is installed; what the layer and the checks say comes to `said`. Close it with `await using`. */
export function openBareDevice(said: string[]): Device {
  const instance = acquireInstance(isValidationAvailable() && 'synchronization');
  try {
    const { report, ...chosen } = surveyDevices(instance.commands)[0]!;
    const features = Object.fromEntries(FEATURES.map((name) => [name, true]));
    const bare = { ...chosen, report: { ...report, features, extensions: [] } };
    const onValidation = ({ rule, message }: { rule: string; message: string }): unknown =>
      said.push(`${rule}: ${message}`);
    return new Device(instance, bare, createDevice(instance, bare, {}), { checks: true, onValidation });
  } catch (error) {
    instance.release();
    throw error;
  }
}
