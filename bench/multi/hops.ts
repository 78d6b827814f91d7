/**
 * @file `npm run bench -- hops [--devices 2] [--hops 256]`: what a hop costs, on the host and on the cards. In each, every device
 * sends every other one a message in host memory that both have mapped, and takes what they sent in the hop before; no work is
 * beside it. The hops go to the driver in so many calls, or their messages by the queues of transfers. Where devices share no
 * timelines none waits for another.
 */
import { parseArgs } from 'node:util';
import {
  listDevices,
  openDevice,
  shareHostMemory,
  type Buffer,
  type CommandBuffer,
  type Device,
  type Timeline,
  type TimelinePoint,
} from '@halocline/gpu';

const { values } = parseArgs({
  args: process.argv.slice(process.argv[2] === 'hops' ? 3 : 2),
  options: { devices: { type: 'string', default: '2' }, hops: { type: 'string', default: '256' } },
});
const count = Number(values.devices);
const hops = Number(values.hops);
const usable = listDevices().filter(({ missing }) => missing.length === 0);
const [best] = usable;
if (best === undefined) {
  process.stderr.write('Cannot run benchmark "hops": there is no usable device\n');
  process.exit(3);
}
const cards = usable.filter(({ name }) => name === best.name);
const software = best.kind === 'cpu';
const LARGEST = 2 ** 20;
const RUNS = 4;
/** Cards that idled keep a slow clock for seconds. */
const WARM_MILLISECONDS = software ? 0 : 3000;

interface End {
  readonly device: Device;
  readonly sent: Timeline;
  /** By sender. */
  readonly seen: Timeline[];
  readonly out: Buffer[];
  readonly in: Buffer[];
  readonly here: Buffer;
  readonly far: Buffer;
}

const owned = new AsyncDisposableStack();
const ends: End[] = [];
for (let number = 0; number < count; number++) {
  const device = owned.use(await openDevice({ device: cards[number % cards.length]!.uuid, validation: false }));
  const sharing = device.sharesTimelines ? (['export'] as const) : [];
  ends.push({
    device,
    sent: owned.use(device.createTimeline(`hops of ${number}`, ...sharing)),
    seen: [],
    out: [],
    in: [],
    here: owned.use(device.createBuffer({ label: 'here', byteLength: LARGEST * count })),
    far: owned.use(device.createBuffer({ label: 'far', byteLength: LARGEST * count })),
  });
}
const shares = ends[0]!.device.sharesTimelines;
const others = (own: number): number[] => [...ends.keys()].filter((number) => number !== own);
for (const [a, from] of ends.entries()) {
  for (const b of others(a)) {
    const to = ends[b]!;
    const room = { label: `messages ${a} → ${b}`, byteLength: LARGEST };
    const [out, into] = shareHostMemory([from.device, to.device], room) as [Buffer, Buffer];
    from.out[b] = owned.use(out);
    to.in[a] = owned.use(into);
    const fd = shares ? from.sent.exportFd() : 0;
    to.seen[a] = shares ? owned.use(to.device.createTimeline(room.label, { fd })) : to.sent;
  }
}

/** Takes what has come and sends the next: the queue's own copies stand for the kernels that pack and unpack. */
function hopCommands(end: End, own: number, bytes: number, apart: boolean): CommandBuffer {
  return owned.use(
    end.device.record('hop', (encoder) => {
      encoder.barrier(['host-write', 'transfer-target'], ['transfer-source', 'transfer-target']);
      for (const each of others(own)) {
        const from = apart ? end.far : end.in[each]!;
        encoder.copy(from, apart ? each * LARGEST : 0, end.here, each * LARGEST, bytes);
      }
      encoder.barrier(['transfer-target'], ['transfer-source', 'transfer-target']);
      for (const each of others(own)) {
        const to = apart ? end.far : end.out[each]!;
        encoder.copy(end.here, each * LARGEST, to, apart ? each * LARGEST : 0, bytes);
      }
      encoder.barrier(['transfer-target'], ['host-read', 'transfer-source']);
    }),
  );
}

function copyCommands({ device, far, ...end }: End, own: number, bytes: number, side: 'out' | 'in'): CommandBuffer {
  const body = (encoder: Parameters<Parameters<Device['record']>[1]>[0]): void => {
    for (const each of others(own)) {
      if (side === 'out') encoder.copy(far, each * LARGEST, end.out[each]!, 0, bytes);
      else encoder.copy(end.in[each]!, 0, far, each * LARGEST, bytes);
    }
  };
  return owned.use(device.record(side, body, { queue: 'transfer' }));
}

/** What a device waits for before it takes the messages of a hop. */
function arrivals(own: number, value: number): TimelinePoint[] {
  return shares ? others(own).map((each) => ({ timeline: ends[own]!.seen[each]!, value })) : [];
}

function finish(): void {
  for (const { device } of ends) device.compute.timeline.waitBlocking(device.compute.timeline.last, 20_000);
}

/** Microseconds a hop: of the host, for each device, and until all is done. The best of some runs. */
function measure(submit: (first: number) => void): string {
  let best = [Infinity, Infinity];
  for (let run = 0; run < RUNS; run++) {
    const first = Math.max(...ends.map(({ sent }) => sent.last));
    for (const { sent } of ends) if (sent.last < first) sent.signal(first);
    const start = performance.now();
    submit(first);
    const submitted = performance.now();
    finish();
    const figures = [(submitted - start) / hops / count, (performance.now() - start) / hops];
    if (run > 0 && figures[1]! < best[1]!) best = figures;
  }
  return best.map((milliseconds) => (1000 * milliseconds).toFixed(2).padStart(9)).join(' ');
}

function inPlace(bytes: number, each: number): string {
  const commands = ends.map((end, own) => hopCommands(end, own, bytes, false));
  return measure((first) => {
    for (let at = 0; at < hops; at += each) {
      for (const [own, { device, sent }] of ends.entries()) {
        const numbers = Array.from({ length: Math.min(each, hops - at) }, (_, index) => first + at + index);
        device.compute.submitAll(
          numbers.map((value) => ({
            commands: [commands[own]!],
            wait: arrivals(own, value),
            signal: [{ timeline: sent, value: value + 1 }],
          })),
        );
      }
    }
  });
}

function byTransfers(bytes: number): string {
  const hop = ends.map((end, own) => hopCommands(end, own, bytes, true));
  const [out, into] = (['out', 'in'] as const).map((side) =>
    ends.map((end, own) => copyCommands(end, own, bytes, side)),
  ) as [CommandBuffer[], CommandBuffer[]];
  return measure((first) => {
    let come: TimelinePoint[][] = ends.map(() => []);
    for (let value = first + 1; value <= first + hops; value++) {
      const packed = ends.map(({ device }, own) => device.compute.submit([hop[own]!], { wait: come[own]! }));
      for (const [own, { device, sent }] of ends.entries()) {
        const signal = [{ timeline: sent, value }];
        device.transfer.submit([out[own]!], { wait: [packed[own]!], signal });
      }
      come = ends.map(({ device }, own) => [device.transfer.submit([into[own]!], { wait: arrivals(own, value) })]);
    }
  });
}

process.stdout.write(`${count} × ${best.name}, ${hops} hops${shares ? '' : ', none waits for another device'}\n`);
const began = performance.now();
do {
  inPlace(LARGEST, hops);
} while (performance.now() - began < WARM_MILLISECONDS);
process.stdout.write(`${'message, and how'.padEnd(36)} host µs   hop µs\n`);
for (const bytes of [64, 65_536, LARGEST]) {
  for (const each of [1, 8, hops]) {
    process.stdout.write(`${`${bytes} B in place, ${each} a call`.padEnd(34)}${inPlace(bytes, each)}\n`);
  }
  if (ends[0]!.device.transfer === ends[0]!.device.compute) continue;
  process.stdout.write(`${`${bytes} B by queues of transfers`.padEnd(34)}${byTransfers(bytes)}\n`);
}
finish();
await Promise.all(ends.map(({ device }) => device.idle()));
await owned[Symbol.asyncDispose]();
