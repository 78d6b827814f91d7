/** @file Between logical devices of one card, or a device and itself: device memory that both hold. Nothing is copied. */
import { shareDeviceMemory, type Buffer, type Device } from '@halocline/gpu';
import type { Channel, Transport } from './channel.ts';
import { Crossing, shareTimelines } from './crossing.ts';

/** Within one card. */
export const sameDevice: Transport = {
  name: 'same-device',

  refusal(from: Device, to: Device): string | null {
    if (from.uuid !== to.uuid) return 'they are two cards';
    if (from === to || from.raw.extensions.includes('VK_KHR_external_memory_fd')) return null;
    return 'the driver gives memory no file descriptors (VK_KHR_external_memory_fd)';
  },

  open(from, to, { label, byteLength, turns }): Channel {
    using undo = new DisposableStack();
    const devices = from.device === to.device ? [from.device] : [from.device, to.device];
    const buffers = shareDeviceMemory(devices, { label, byteLength: turns * byteLength });
    const [out, into = out] = buffers as [Buffer, Buffer?];
    for (const buffer of buffers) undo.use(buffer);
    if (from.device === to.device) {
      const owned = undo.move();
      return {
        out,
        in: out,
        moves: null,
        signals: () => [],
        pass: (point) => point,
        check: () => undefined,
        release: () => undefined,
        [Symbol.dispose]: () => owned.dispose(),
      };
    }
    const crossing = undo.use(new Crossing(from, to, { label, direct: shareTimelines(from, to) }));
    const owned = undo.move();
    return {
      out,
      in: into,
      moves: { out: null, into: null },
      signals: () => (crossing.next(), crossing.departure),
      pass: (point) => (crossing.sent === null ? crossing.relay(point) : crossing.arrival),
      check: () => crossing.check(),
      release: () => crossing.release(),
      [Symbol.dispose]: () => owned.dispose(),
    };
  },
};
