/** @file A device of a test's own whose barriers the layer's synchronization validation judges. */
import { isValidationAvailable, openDevice } from '../src/index.ts';
import type { Device, DeviceOptions } from '../src/index.ts';

/** Runs a body on such a device, closes it, and gives what the layer and the checks said, each with its rule. */
export async function judged(options: DeviceOptions, body: (device: Device) => Promise<void>): Promise<string[]> {
  const said: string[] = [];
  const device = await openDevice({
    validation: isValidationAvailable() && ('synchronization' as const),
    ...options,
    onValidation: ({ rule, message }) => said.push(`${rule}: ${message}`),
  });
  try {
    await body(device);
  } finally {
    await device[Symbol.asyncDispose]();
  }
  return said;
}
