/** @file Work of its own between steps: fills, copies, statistics. */
import type { Access, Device, Encoder } from '@halocline/gpu';

/** Every way in which the engine's work touches memory. */
const ALL: readonly Access[] = ['storage-read', 'storage-write', 'indirect', 'transfer-source', 'transfer-target'];

/** Records commands, submits them behind everything on the compute queue, and waits for the device to have done them. */
export async function submitOnce(device: Device, label: string, body: (encoder: Encoder) => void): Promise<void> {
  await device.submitOnce(label, (encoder) => {
    encoder.barrier(ALL, ALL, true);
    body(encoder);
    encoder.barrier(ALL, ALL, true);
  });
}
