/** @file Through mapped memory of each device, from one to the other by the processor. Works everywhere. */
import { bufferAt, type Channel, type Transport } from './channel.ts';
import { Crossing } from './crossing.ts';

/** By the processor. */
export const staged: Transport = {
  name: 'staged',

  refusal: () => null,

  open(from, to, { label, byteLength, turns }): Channel {
    const room = { label, owner: 'halo', byteLength: turns * byteLength };
    using undo = new DisposableStack();
    const out = undo.use(bufferAt(from, { ...room, memory: 'download' }));
    const into = undo.use(bufferAt(to, { ...room, memory: 'upload' }));
    const crossing = undo.use(new Crossing(from, to, { label, direct: false }));
    const owned = undo.move();
    return {
      out,
      in: into,
      moves: null,
      signals: () => (crossing.next(), []),
      pass(point, turn, range = { offset: 0, byteLength }) {
        const offset = BigInt(turn * byteLength + range.offset);
        const addresses = { from: out.mappedAddress + offset, to: into.mappedAddress + offset };
        return crossing.relay(point, { ...addresses, byteLength: range.byteLength });
      },
      check: () => crossing.check(),
      release: () => crossing.release(),
      [Symbol.dispose]: () => owned.dispose(),
    };
  },
};
