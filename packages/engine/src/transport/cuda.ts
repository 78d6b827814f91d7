/**
 * @file From card to card by CUDA: each end's memory is CUDA's, and Vulkan's too. A thread waits until the message is packed, starts
 * the copy, waits for it and signals the receiver (`CudaCopies` says what else was tried). The processor copies nothing. A card's
 * driver gives Vulkan's queues and CUDA's copies their time in slices: what a lone message doesn't show, and one between steps of
 * work does (`measure.ts`). Streams of the highest priority change nothing.
 */
import { CudaDevice, type Device } from '@halocline/gpu';
import type { Channel, Transport } from './channel.ts';
import { Crossing } from './crossing.ts';

/** Between cards that CUDA knows. */
export const cuda: Transport = {
  name: 'cuda',

  refusal: (from: Device, to: Device): string | null => CudaDevice.refusal(from, to),

  hold: (device: Device): Disposable => new CudaDevice(device),

  open(from, to, { label, byteLength, turns }): Channel {
    using undo = new DisposableStack();
    const sender = undo.use(new CudaDevice(from.device));
    const receiver = undo.use(new CudaDevice(to.device));
    const room = { label, byteLength: turns * byteLength };
    const out = undo.use(sender.createBuffer({ ...room, peers: [receiver] }));
    const into = undo.use(receiver.createBuffer({ ...room, peers: [sender] }));
    const crossing = undo.use(new Crossing(from, to, { label, direct: false }));
    const contexts = { from: sender.context, to: receiver.context };
    const owned = undo.move();
    return {
      out: out.buffer,
      in: into.buffer,
      moves: null,
      signals: () => (crossing.next(), []),
      pass(point, turn, range = { offset: 0, byteLength }) {
        const offset = BigInt(turn * byteLength + range.offset);
        const addresses = { from: out.address + offset, to: into.address + offset };
        return crossing.relay(point, { ...addresses, byteLength: range.byteLength, contexts });
      },
      check: () => crossing.check(),
      release: () => crossing.release(),
      [Symbol.dispose]: () => owned.dispose(),
    };
  },
};
