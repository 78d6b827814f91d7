/**
 * @file Through host memory that both devices have mapped. Small parcels are written and read in place by the kernels, and so are
 * large ones that no work hides (two H200, 1 MiB each way: 37 µs in place, 104 by three queues). Those that work hides
 * go by the queues of transfers, beside it: two H200, D3Q19 at 512³ a device (5 MiB a message), kernels that
 * write and read host memory took 8.0 ms a step, where one device alone takes 5.5.
 */
import { shareHostMemory, type Buffer, type CommandBuffer, type Device, type Encoder } from '@halocline/gpu';
import type { Channel, ChannelOptions, Endpoint, MessageRange, Transport } from './channel.ts';
import { Crossing, shareTimelines } from './crossing.ts';

/** Bytes from which messages, and the parcels of such, go by the queues of transfers. */
const LARGE = 2 ** 17;
/**
 * What goes to host memory in one copy. An H200's kernel that streams its memory takes 1.5 % longer beside copies of so much, and 22 %
 * beside such of 4 MiB or more, which are 6 % faster where nothing runs. Copies from host memory slow none, whatever their size.
 */
const PIECE = 2 ** 20;

/** By memory of the host. */
export const shared: Transport = {
  name: 'shared',

  refusal(from: Device, to: Device): string | null {
    if (process.platform !== 'linux') return `${process.platform} has no memfd`;
    const without = [from, to].find(({ raw }) => !raw.extensions.includes('VK_EXT_external_memory_host'));
    return without === undefined ? null : `"${without.name}" lacks VK_EXT_external_memory_host`;
  },

  open(from, to, options): Channel {
    const direct = shareTimelines(from, to);
    const apart = ({ device }: Endpoint): boolean => device.transfer !== device.compute;
    return direct && options.byteLength >= LARGE && apart(from) && apart(to)
      ? openCopied(from, to, options)
      : openInPlace(from, to, options, direct);
  },
};

function share(from: Endpoint, to: Endpoint, { label, byteLength, turns }: ChannelOptions): [Buffer, Buffer] {
  return shareHostMemory([from.device, to.device], { label, byteLength: turns * byteLength }) as [Buffer, Buffer];
}

function openInPlace(from: Endpoint, to: Endpoint, options: ChannelOptions, direct: boolean): Channel {
  using undo = new DisposableStack();
  const [out, into] = share(from, to, options);
  undo.use(out);
  undo.use(into);
  const crossing = undo.use(new Crossing(from, to, { label: options.label, direct }));
  const owned = undo.move();
  return {
    out,
    in: into,
    moves: { out: null, into: null },
    signals: () => (crossing.next(), crossing.departure),
    pass: (point) => (direct ? crossing.arrival : crossing.relay(point)),
    check: () => crossing.check(),
    release: () => crossing.release(),
    [Symbol.dispose]: () => owned.dispose(),
  };
}

function openCopied(from: Endpoint, to: Endpoint, options: ChannelOptions): Channel {
  const { label, byteLength, turns } = options;
  const room = { label, owner: 'halo', byteLength: turns * byteLength };
  using undo = new DisposableStack();
  const [here, there] = share(from, to, options);
  undo.use(here);
  undo.use(there);
  const [near, nearIn] = share(from, to, options);
  undo.use(near);
  undo.use(nearIn);
  const out = undo.use(from.pools.halos.createBuffer(room));
  const into = undo.use(to.pools.halos.createBuffer(room));
  const crossing = undo.use(new Crossing(from, to, { label, direct: true }));
  type Move = (encoder: Encoder, turn: number, range: MessageRange) => void;
  const sendAway: Move = (encoder, turn, range) => {
    const first = turn * byteLength + range.offset;
    for (let at = first, left = range.byteLength; left > 0; at += PIECE, left -= PIECE)
      encoder.copy(out, at, here, at, Math.min(PIECE, left));
  };
  const bringHome: Move = (encoder, turn, range) => {
    const at = turn * byteLength + range.offset;
    encoder.copy(there, at, into, at, range.byteLength);
  };
  const whole: MessageRange = { offset: 0, byteLength };
  const copies = (device: Device, move: Move): CommandBuffer[] =>
    Array.from({ length: turns }, (_, turn) =>
      undo.use(device.record(label, (encoder) => move(encoder, turn, whole), { queue: 'transfer' })),
    );
  const [away, home] = [copies(from.device, sendAway), copies(to.device, bringHome)];
  const owned = undo.move();
  return {
    out,
    in: into,
    moves: { out: sendAway, into: bringHome },
    near: { out: near, in: nearIn, most: LARGE },
    signals: () => (crossing.next(), []),
    pass(point, turn) {
      from.device.transfer.submit([away[turn]!], { wait: [point], signal: crossing.departure });
      return to.device.transfer.submit([home[turn]!], { wait: [crossing.arrival] });
    },
    check: () => undefined,
    release: () => crossing.release(),
    [Symbol.dispose]: () => owned.dispose(),
  };
}
