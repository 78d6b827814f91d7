/**
 * @file `npm run bench -- transports [NAME…] [--csv FILE]`: a message from one device to another, by every transport and many sizes: alone,
 * with both devices at work, and one behind the other; and a round in which both send each other one. On a machine with one device,
 * between two logical ones.
 */
import { appendFileSync, statSync } from 'node:fs';
import { listDevices, openDevice, type CommandBuffer, type Device } from '@halocline/gpu';
import type { Channel, Transport } from '../../packages/engine/src/transport/channel.ts';
import { measureTransport } from '../../packages/engine/src/transport/measure.ts';
import { ProbeEndpoint } from '../../packages/engine/src/transport/prober.ts';
import { TRANSPORTS } from '../../packages/engine/src/transport/transports.ts';
import { benchWords, checkFile } from '../words.ts';

const { values, wanted } = benchWords({
  name: 'transports',
  help: '[--csv FILE]\n\n  --csv  appends the rows to a file',
  names: TRANSPORTS.map(({ name }) => name),
  options: { csv: { type: 'string' } },
});
await checkFile('transports', values.csv);

const usable = listDevices().filter(({ missing }) => missing.length === 0);
const [best] = usable;
if (best === undefined) {
  process.stderr.write('Cannot run benchmark "transports": there is no usable device\n');
  process.exit(3);
}
const software = best.kind === 'cpu';
const SIZES = [16, 2 ** 12, 2 ** 16, 2 ** 20, 2 ** 22, 2 ** 23, 2 ** 24, 2 ** 26].filter(
  (size) => !software || size <= 2 ** 22,
);
const ROUNDS = software ? 10 : 30;
const TURNS = 2;
/**
 * Cards that idled keep a slow clock for seconds: so both work for so long before anything is measured, and for less before each
 * transport.
 */
const WARM_MILLISECONDS = software ? 0 : 3000;
const AGAIN_MILLISECONDS = software ? 0 : 500;

/** A device with a few milliseconds of work to be submitted. */
class Worker implements AsyncDisposable {
  readonly end: ProbeEndpoint;
  readonly busy: CommandBuffer;
  readonly #owned = new DisposableStack();

  constructor(device: Device) {
    this.end = new ProbeEndpoint(device);
    const target = this.#owned.use(device.createBuffer({ label: 'work', byteLength: software ? 2 ** 22 : 2 ** 31 }));
    const fill = device.record('work', (encoder) => {
      for (let pass = 0; pass < 8; pass++) {
        encoder.fill(target, 0, target.byteLength, pass).barrier(['transfer-target'], ['transfer-target']);
      }
    });
    this.busy = this.#owned.use(fill);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end[Symbol.asyncDispose]();
    await this.end.device.idle();
    this.#owned.dispose();
    await this.end.device[Symbol.asyncDispose]();
  }
}

function median(list: number[]): number {
  return list.sort((a, b) => a - b)[list.length >> 1]!;
}

function wait(device: Device): void {
  device.compute.timeline.waitBlocking(device.compute.timeline.last, 60_000);
}

/** Keeps both at work. */
function warm(workers: readonly Worker[], milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    for (const {
      end: { device },
      busy,
    } of workers)
      device.compute.submit([busy]);
    for (const { end } of workers) wait(end.device);
  }
}

/** Microseconds: a message alone, until it is copied on; one while both work, until it is there; one of many; the host's part of one. */
async function measure(from: Worker, to: Worker, transport: Transport, byteLength: number): Promise<number[]> {
  using owned = new DisposableStack();
  const [sender, receiver] = [from.end.device, to.end.device];
  const channel: Channel = owned.use(transport.open(from.end, to.end, { label: 'bench', byteLength, turns: TURNS }));
  const source = owned.use(sender.createBuffer({ label: 'source', byteLength }));
  const target = owned.use(receiver.createBuffer({ label: 'target', byteLength }));
  const puts: CommandBuffer[] = [];
  const takes: CommandBuffer[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const at = turn * byteLength;
    const put = sender.record('put', (encoder) =>
      encoder
        .copy(source, 0, channel.out, at, byteLength)
        .barrier(['transfer-target'], ['host-read', 'transfer-source']),
    );
    const take = receiver.record('take', (encoder) =>
      encoder.barrier(['host-write'], ['transfer-source']).copy(channel.in, at, target, 0, byteLength),
    );
    puts.push(owned.use(put));
    takes.push(owned.use(take));
  }
  let sent = 0;
  const send = (work: boolean) => {
    const turn = sent++ % TURNS;
    const point = sender.compute.submit([puts[turn]!], { signal: channel.signals() });
    const there = channel.pass(point, turn);
    if (work) {
      sender.compute.submit([from.busy]);
      receiver.compute.submit([to.busy]);
    }
    return { turn, there };
  };
  const alone: number[] = [];
  const loaded: number[] = [];
  for (let round = 0; round < ROUNDS + 3; round++) {
    const start = performance.now();
    const { turn, there } = send(false);
    const taken = receiver.compute.submit([takes[turn]!], { wait: [there] });
    taken.timeline.waitBlocking(taken.value, 10_000);
    if (round >= 3) alone.push(performance.now() - start);
  }
  for (let round = 0; round < ROUNDS / 2; round++) {
    const start = performance.now();
    const { there } = send(true);
    there.timeline.waitBlocking(there.value, 10_000);
    loaded.push(performance.now() - start);
    wait(sender);
    wait(receiver);
  }
  const start = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    const { turn, there } = send(false);
    receiver.compute.submit([takes[turn]!], { wait: [there] });
  }
  const host = (performance.now() - start) / ROUNDS;
  wait(receiver);
  const streamed = (performance.now() - start) / ROUNDS;
  channel.check();
  await Promise.all([sender.idle(), receiver.idle()]);
  return [median(alone), median(loaded), streamed, host].map((milliseconds) => 1000 * milliseconds);
}

const other = usable.find(({ name, uuid }) => name === best.name && uuid !== best.uuid) ?? best;
const driver = best.driver.info === '' ? best.driver.version : best.driver.info;
process.stdout.write(`${best.name}, driver ${driver}, ${other === best ? 'one card' : 'two cards'}\n`);
let warmFor = WARM_MILLISECONDS;
process.stdout.write('transport    bytes       round µs   alone µs working µs  streamed    host µs     GB/s\n');
for (const transport of TRANSPORTS.filter(({ name }) => wanted.includes(name))) {
  await using from = new Worker(await openDevice({ device: best.uuid, validation: false }));
  await using to = new Worker(await openDevice({ device: other.uuid, validation: false }));
  const refusal = transport.refusal(from.end.device, to.end.device);
  if (refusal !== null) {
    process.stdout.write(`${transport.name.padEnd(12)} no: ${refusal}\n`);
    continue;
  }
  warm([from, to], warmFor);
  warmFor = AGAIN_MILLISECONDS;
  for (const size of SIZES) {
    const figures = await measure(from, to, transport, size);
    const options = { sizes: [size], rounds: ROUNDS, patienceMs: 20_000, workBytes: software ? 0 : 2 ** 30 };
    const [round] = await measureTransport(transport, from.end, to.end, options);
    figures.unshift(round!.microseconds);
    const streamed = figures[3]!;
    const rate = size / streamed / 1000;
    process.stdout.write(
      `${transport.name.padEnd(12)} ${`${size}`.padEnd(9)} ${figures.map((figure) => figure.toFixed(1).padStart(10)).join(' ')} ${rate.toFixed(2).padStart(8)}\n`,
    );
    if (values.csv === undefined) continue;
    if (statSync(values.csv).size === 0) {
      appendFileSync(
        values.csv,
        'device,driver,cards,transport,bytes,round_us,alone_us,working_us,streamed_us,host_us,GB_s\n',
      );
    }
    const row = [best.name, driver, other === best ? 1 : 2, transport.name, size];
    const times = [...figures, rate].map((figure) => figure.toFixed(2));
    appendFileSync(values.csv, `${[...row, ...times].join()}\n`);
  }
}
