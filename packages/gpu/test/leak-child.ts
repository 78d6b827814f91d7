/**
 * @file Makes and drops everything again and again, and prints what the process grew by: with the runtime (`runtime`), or
 * with the bare calls of Vulkan that a C program would make for the same (`raw`). Started by `leaks.gpu.test.ts`; by hand,
 * `node --expose-gc --conditions=@halocline/source leak-child.ts runtime 300 samples` also prints what it saw on the way.
 *
 * One device stays open all the while, and so the instance: with the last instance the loader lets the driver's library go,
 * and loads it at another address for the next, of which koffi keeps the few functions that are taken again.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import * as V from '@halocline/vulkan';
import { openDevice } from '../src/index.ts';
import { THREAD_COMMANDS } from '../src/recording/thread-commands.ts';
import { BYTES, compileShaders, heldBy, useAll } from './leak-round.ts';
import type { Bench } from '../../vulkan/test/device.ts';
import { create, openBench, succeed } from '../../vulkan/test/device.ts';

const [way, count = '20', samples] = process.argv.slice(2);
const WARM = 12;
/** How often a run is looked at, about. */
const SAMPLES = 50;

/** A device that is opened, used and closed, and the one that stays open, used once more; what both hold then is noted. */
async function runtimeRound(): Promise<void> {
  await useAll(kept, shaders);
  await using device = await openDevice({ validation: false });
  await useAll(device, shaders);
  held.add(JSON.stringify({ kept: heldBy(kept), closed: heldBy(device) }));
}

/**
 * As many threads as a round of the runtime begins and ends, which look up what a recording thread does: koffi leaves some 30 KiB of
 * each thread behind, and 1 KiB of each function.
 */
async function rawThreads(bench: Bench, device: V.Device): Promise<void> {
  const source = `import { workerData } from 'node:worker_threads';
    import * as V from '${import.meta.resolve('@halocline/vulkan')}';
    const instance = V.loadInstance(V.openLoader(), workerData.instance);
    const commands = V.loadDevice(instance, workerData.device);
    for (const name of workerData.names) if (commands.has(name)) Reflect.get(commands, name);`;
  for (let index = 0; index < 2; index++) {
    const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
      execArgv: ['--conditions=@halocline/source'],
      workerData: { instance: bench.instance.handle, device: device.handle, names: THREAD_COMMANDS },
    });
    await new Promise((resolve, reject) => thread.once('exit', resolve).once('error', reject));
  }
}

async function rawRound(bench: Bench, spirv: Uint32Array): Promise<void> {
  const device = bench.openDevice();
  await rawThreads(bench, device);
  const pipeline = rawPipeline(device, spirv);
  const { handle } = device;
  V.arena.scope(() => {
    const info = V.VkBufferCreateInfo({ size: BYTES, usage: V.VK_BUFFER_USAGE_STORAGE_BUFFER_BIT });
    for (let index = 0; index < 4; index++) {
      const buffer = create<V.VkBuffer>((out) => device.vkCreateBuffer(handle, info, V.NULL, out));
      const memoryInfo = V.VkMemoryAllocateInfo({ allocationSize: 2 ** 20, memoryTypeIndex: 0 });
      const memory = create<V.VkDeviceMemory>((out) => device.vkAllocateMemory(handle, memoryInfo, V.NULL, out));
      succeed(device.vkBindBufferMemory(handle, buffer, memory, 0));
      device.vkDestroyBuffer(handle, buffer, V.NULL);
      device.vkFreeMemory(handle, memory, V.NULL);
    }
  });
  pipeline[Symbol.dispose]();
  bench.close(device);
}

/** A pipeline, dispatched once with nothing to do: lavapipe compiles it at its first dispatch. */
function rawPipeline(device: V.Device, pCode: Uint32Array): Disposable {
  const { handle } = device;
  return V.arena.scope(() => {
    const shader = create<V.VkShaderModule>((out) =>
      device.vkCreateShaderModule(handle, V.VkShaderModuleCreateInfo({ pCode }), V.NULL, out),
    );
    const layoutInfo = V.VkPipelineLayoutCreateInfo({
      pPushConstantRanges: [{ stageFlags: V.VK_SHADER_STAGE_COMPUTE_BIT, offset: 0, size: 12 }],
    });
    const layout = create<V.VkPipelineLayout>((out) => device.vkCreatePipelineLayout(handle, layoutInfo, V.NULL, out));
    const info = V.VkComputePipelineCreateInfo({
      layout,
      stage: { stage: V.VK_SHADER_STAGE_COMPUTE_BIT, module: shader, pName: 'main' },
    });
    const pipeline = create<V.VkPipeline>((out) =>
      device.vkCreateComputePipelines(handle, 0n as V.VkPipelineCache, 1, info, V.NULL, out),
    );
    rawDispatch(device, layout, pipeline);
    return {
      [Symbol.dispose]: () => {
        device.vkDestroyPipeline(handle, pipeline, V.NULL);
        device.vkDestroyPipelineLayout(handle, layout, V.NULL);
        device.vkDestroyShaderModule(handle, shader, V.NULL);
      },
    };
  });
}

function rawDispatch(device: V.Device, layout: V.VkPipelineLayout, pipeline: V.VkPipeline): void {
  const { handle } = device;
  const pool = create<V.VkCommandPool>((out) =>
    device.vkCreateCommandPool(handle, V.VkCommandPoolCreateInfo({ queueFamilyIndex: 0 }), V.NULL, out),
  );
  const commands = create<V.VkCommandBuffer>((out) =>
    device.vkAllocateCommandBuffers(
      handle,
      V.VkCommandBufferAllocateInfo({ commandPool: pool, commandBufferCount: 1 }),
      out,
    ),
  );
  succeed(device.vkBeginCommandBuffer(commands, V.VkCommandBufferBeginInfo({})));
  device.vkCmdBindPipeline(commands, V.VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  device.vkCmdPushConstants(commands, layout, V.VK_SHADER_STAGE_COMPUTE_BIT, 0, 12, V.arena.bytes(12));
  device.vkCmdDispatch(commands, 16, 1, 1); // a count of 0: it touches nothing
  succeed(device.vkEndCommandBuffer(commands));
  const queue = V.arena.u64();
  device.vkGetDeviceQueue(handle, 0, 0, queue);
  succeed(
    device.vkQueueSubmit(
      V.arena.readU64<V.VkQueue>(queue),
      1,
      V.VkSubmitInfo({ pCommandBuffers: [commands] }),
      0n as V.VkFence,
    ),
  );
  succeed(device.vkDeviceWaitIdle(handle));
  device.vkDestroyCommandPool(handle, pool, V.NULL);
}

function figures(): { kibibytes: number; heap: number; descriptors: number; threads: number } {
  for (let index = 0; index < 3; index++) globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const listed = (path: string): number => (process.platform === 'linux' ? readdirSync(path).length : 0);
  return {
    kibibytes: rss / 1024,
    heap: heapUsed / 1024,
    descriptors: listed('/proc/self/fd'),
    threads: listed('/proc/self/task'),
  };
}

/**
 * What a series grows by from one to the next: the median of the slopes between every two (Theil and Sen). What is left behind
 * again and again counts in full; a heap that was made larger once, as V8 and drivers do at any moment, doesn't.
 */
function slope(series: readonly number[]): number {
  const slopes = series
    .flatMap((value, at) => series.slice(at + 1).map((later, apart) => (later - value) / (apart + 1)))
    .sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)]!;
}

const folder = mkdtempSync(path.join(tmpdir(), 'halocline-leaks-'));
const shaders = await compileShaders(folder);
/** All that devices were seen to hold after a round: where nothing is left behind, that is one thing. */
const held = new Set<string>();
const bench = openBench(V.openLoader());
await using kept = await openDevice({ validation: false });
const round = (): Promise<void> => (way === 'raw' ? rawRound(bench, shaders.increment) : runtimeRound());
for (let index = 0; index < WARM; index++) await round();
held.clear();
const rounds = Number(count);
const step = Math.ceil(rounds / SAMPLES);
const found = [figures()];
for (let index = 1; index <= rounds; index++) {
  await round();
  if (index % step !== 0) continue;
  found.push(figures());
  if (samples) process.stderr.write(`${index} ${JSON.stringify(found.at(-1))}\n`);
}
const growth = (name: keyof ReturnType<typeof figures>): number => slope(found.map((each) => each[name])) / step;
process.stdout.write(
  JSON.stringify({
    kibibytes: growth('kibibytes'),
    heap: growth('heap'),
    descriptors: growth('descriptors'),
    threads: growth('threads'),
    held: [...held],
  }),
);
bench[Symbol.dispose]();
rmSync(folder, { recursive: true });
