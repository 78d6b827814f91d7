/** Uses a device where there is no C library to be had (see other-platform.ts), and tells what came of it, as JSON. */
import { Worker } from 'node:worker_threads';
import { openDevice, shareHostMemory } from '../src/index.ts';
import { wordsIn } from './kernels.ts';
import { messageOf } from './message-of.ts';
import { unseen } from './two-queues.ts';

const MiB = 2 ** 20;
let copiers = 0;
process.on('worker', ({ threadName }) => (copiers += Number(threadName === 'halocline copier')));
const device = await openDevice({ validation: false, memoryLimit: 64 * MiB });
const large = unseen(device, 'large', 6 * MiB);
const data = new Uint8Array(6 * MiB);
for (let at = 0; at < data.length; at++) data[at] = (at >> 10) + at;
await device.staging.upload(large, 0, data);
const back = await device.staging.download(large);

const recorder = device.createRecorder({ workers: 2 });
const frame = await device.beginFrame();
const pass = recorder.encoderFor('marks');
const module = new URL('./recorded-passes.ts', import.meta.url);
for (const at of [0, 1, 2]) pass.record({ module, export: 'mark', data: { words: large, at, word: 5 + at } });
await recorder.finalize();
device.endFrame(frame);
const words = (await wordsIn(device, large)).slice(0, 3);
await recorder[Symbol.asyncDispose]();

const relayed = device.createTimeline('relayed');
const relay = device.createRelay('relay');
const nothing = device.record('nothing', () => undefined);
relay.post({ value: device.compute.submit([nothing]).value, signal: { timeline: relayed, value: 1 } });
await relayed.wait(1);
await relay[Symbol.asyncDispose]();
nothing[Symbol.dispose]();

const execArgv = ['--conditions=@halocline/source', '--import', new URL('other-platform.ts', import.meta.url).href];
const instance = new URL('../src/device/instance.ts', import.meta.url).href;
const source = `import { parentPort } from 'node:worker_threads';
  const { acquireInstance } = await import('${instance}');
  const instance = acquireInstance(false);
  parentPort.postMessage(instance.commands.handle);
  instance.release();`;
const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { execArgv });
// It may end in the same turn of the event loop in which its message comes.
const ended = new Promise((resolve) => worker.once('exit', resolve));
const handle = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
await ended;

const shared = messageOf(() => shareHostMemory([device], { label: 'shared', byteLength: 4096 }));
const reached = relayed.value();
for (const each of [large, relayed]) each[Symbol.dispose]();
await device[Symbol.asyncDispose]();
const told = {
  platform: process.platform,
  copiers,
  transfers: Buffer.compare(back, data) === 0,
  words,
  relayed: reached,
  instance: handle === device.raw.instance.handle ? 'the same in a thread' : 'another in a thread',
  shared,
};
process.stdout.write(JSON.stringify(told));
