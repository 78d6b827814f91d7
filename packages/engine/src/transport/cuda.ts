/**
 * @file From card to card by CUDA: each end's memory is CUDA's, and Vulkan's too. A thread waits until the message is packed, starts
 * the copy, waits for it and signals the receiver (`CudaCopies` says what else was tried). The processor copies nothing.
 */
import { CudaDevice, type Device } from '@halocline/gpu';
import type { Channel, Transport } from './channel.ts';
import { Crossing } from './crossing.ts';

/**
 * A card's driver gives Vulkan's queues and CUDA's copies their time in slices. Two H200, Laplacian at 512³ a device, without overlap:
 * 2.74 ms a step against 0.48 through shared memory; D3Q19: 8.91 against 5.96. Streams of the highest priority change nothing.
 */
const TIME_SLICE = 2300;

/** Between cards that CUDA knows. */
export const cuda: Transport = {
  name: 'cuda',
  besideWork: TIME_SLICE,

  refusal: (from: Device, to: Device): string | null => CudaDevice.refusal(from, to),

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
      [Symbol.dispose]: () => owned.dispose(),
    };
  },
};
