/**
 * @file Loses a device while another one of the process goes on, and prints what came of it. With `fault ADDRESS` a shader adds
 * to memory at an address where nothing lies: a card ends the device's channel for that, and nobody else's. With `imitated` the
 * driver's answers are put in place of it, for drivers that would end the process instead; with `silent` only submits are answered
 * so, and a wait that nothing ends must ask by itself. Started by `lost.gpu.test.ts`.
 */
import { readdirSync } from 'node:fs';
import * as V from '@halocline/vulkan';
import { compileGlsl, DeviceLostError, Graph, openDevice } from '../src/index.ts';
import type { Device } from '../src/index.ts';
import { INCREMENT, wordsPush } from './kernels.ts';

const [way = 'imitated', address = '0x1000'] = process.argv.slice(2);
const spirv = await compileGlsl(INCREMENT, { label: 'increment' });

/** How long a driver may take to tell of a loss. */
const PATIENCE_MS = 20_000;

/** What became of an act: 'fine', its error, or that it took too long. Each is told at once, should the next never end. */
async function outcome(act: () => unknown): Promise<unknown> {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, `nothing in ${PATIENCE_MS} ms`).unref());
  const done = (async () => act())().then(
    () => 'fine',
    (error: unknown) => {
      if (!(error instanceof DeviceLostError)) return String(error);
      const { name, kind, command, result, labels, lastLabels, message } = error;
      return { name, kind, command, result, labels, lastLabels, message, fault: error.fault?.description };
    },
  );
  const found = await Promise.race([done, late]);
  process.stderr.write(`${act.toString().slice(0, 60)} … ${JSON.stringify(found)}\n`);
  return found;
}

/** Lets the driver say that the device is lost, once the function that it gives is called. To be called before any work. */
function imitation({ commands }: Device['raw']): () => void {
  let lost = false;
  const all = ['vkQueueSubmit2', 'vkGetSemaphoreCounterValue', 'vkWaitSemaphores', 'vkDeviceWaitIdle'] as const;
  const names = way === 'silent' ? (['vkQueueSubmit2'] as const) : all;
  for (const name of names) {
    const driver = Object.create(commands) as Record<string, (...given: unknown[]) => number>; // keeps the function to itself
    const call = driver[name]!;
    const value = (...given: unknown[]): number => (lost ? V.VK_ERROR_DEVICE_LOST : call(...given));
    Object.defineProperty(commands, name, { value });
  }
  return () => (lost = true);
}

async function lose(device: Device): Promise<object> {
  const imitate = way !== 'fault' ? imitation(device.raw) : undefined;
  using buffer = device.createBuffer({ label: 'words', byteLength: 4096 });
  using pipeline = device.createPipeline({ label: 'increment', spirv });
  const adds = (name: string, at: bigint) => ({
    name,
    writes: [{ resource: name, access: 'storage-write' as const }],
    record: (encoder: Parameters<Parameters<Device['record']>[1]>[0]) =>
      void encoder.pipeline(pipeline).push(wordsPush(at, 1024)).dispatch(16),
  });
  const plan = new Graph()
    .pass(adds('count', buffer.address))
    .pass(adds('stray', BigInt(address)))
    .compile();
  using host = device.createTimeline('host');
  using step = device.record('step', (encoder) => plan.record(encoder));
  await device.submitOnce('before', (encoder) => void encoder.fill(buffer, 0, 4096, 0));
  imitate?.();
  const found: Record<string, unknown> = {};
  found['wait'] = await outcome(async () => {
    if (way === 'silent') return await host.wait(1);
    const { timeline, value } = device.compute.submit([step]);
    return await timeline.wait(value);
  });
  found['submit'] = await outcome(() => device.submitOnce('after', (encoder) => void encoder.fill(buffer, 0, 4, 0)));
  found['download'] = await outcome(() => device.staging.download(buffer));
  found['frame'] = await outcome(async () => device.endFrame(await device.beginFrame()));
  found['idle'] = await outcome(() => device.idle());
  found['prints'] = [device, device.compute, device.compute.timeline].map(String);
  return found;
}

/** Counts on a device; gives the count. */
async function works(device: Device): Promise<number> {
  using buffer = device.createBuffer({ label: 'words', byteLength: 256 });
  using pipeline = device.createPipeline({ label: 'increment', spirv });
  await device.submitOnce('work', (encoder) =>
    encoder
      .fill(buffer, 0, 256, 6)
      .barrier(['transfer-target'], ['storage-read', 'storage-write'])
      .pipeline(pipeline)
      .push(wordsPush(buffer.address, 64))
      .dispatch(1),
  );
  return new Uint32Array((await device.staging.download(buffer)).buffer)[63]!;
}

function open(): { files: number; threads: number } {
  const listed = (path: string): number => (process.platform === 'linux' ? readdirSync(path).length : 0);
  return { files: listed('/proc/self/fd'), threads: listed('/proc/self/task') };
}

await using other = await openDevice({ validation: false });
{
  await using first = await openDevice({ validation: false });
  await works(first); // threads of the runtime stay for the devices to come
}
const before = open();
const device = await openDevice({ validation: false });
const found = await lose(device);
const alive = device.children.size;
const closed = await outcome(() => device[Symbol.asyncDispose]());
const after = open();
await using third = await openDevice({ validation: false });
const report = { ...found, alive, closed, before, after, other: await works(other), third: await works(third) };
process.stdout.write(`${JSON.stringify(report)}\n`);
