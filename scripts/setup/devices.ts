/** Prints as JSON what the Vulkan loader finds, for the set-up script: `{ devices: [{ name, kind, usable }], reason }`. */
import { listDevices } from '@halocline/gpu';

try {
  const devices = listDevices().map((device) => ({
    name: device.name,
    kind: device.kind,
    usable: device.missing.length === 0,
  }));
  const reason = devices.length === 0 ? 'the loader finds no device' : 'no device has what Halocline needs';
  process.stdout.write(JSON.stringify({ devices, reason }));
} catch (error) {
  process.stdout.write(JSON.stringify({ devices: [], reason: (error as Error).message }));
}
