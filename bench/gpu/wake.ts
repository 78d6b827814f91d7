/**
 * @file A card that has idled for two seconds works at a low clock (an H100 at 345 MHz instead of 1980), and does so for more than a
 * second after it has work again; its queue of transfers then copies at some 0.6 of its rate.
 */
import type { Device } from '@halocline/gpu';

const WORK_MS = 2000;
const COPIES = 200;
const BYTES = 64 * 2 ** 20;

/** Keeps a card at work until its clocks are up. */
export async function wake(device: Device): Promise<void> {
  using from = device.createBuffer({ label: 'wake from', byteLength: BYTES });
  using to = device.createBuffer({ label: 'wake to', byteLength: BYTES });
  using commands = device.record('wake', (encoder) => {
    for (let copy = 0; copy < COPIES; copy++) {
      encoder.copy(from, 0, to, 0, BYTES).barrier(['transfer-target'], ['transfer-target']);
    }
  });
  const end = performance.now() + WORK_MS;
  while (performance.now() < end) {
    const { timeline, value } = device.compute.submit([commands]);
    await timeline.wait(value);
  }
}
