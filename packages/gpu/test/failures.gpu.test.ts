import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect, vi } from 'vitest';
import { GraphError, Graph, openDevice, VulkanError } from '../src/index.ts';
import type { Encoder, VulkanErrorKind } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { changeCommands, failCall } from './changed-driver.ts';

/** What a body throws. */
function thrown(body: () => unknown): VulkanError {
  try {
    body();
  } catch (error) {
    if (error instanceof VulkanError) return error;
    throw error;
  }
  throw new GraphError('nothing was thrown');
}

/** The kind and labels of what a body throws. */
function failure(body: () => unknown): { kind: VulkanErrorKind; labels: readonly string[] } {
  const { kind, labels } = thrown(body);
  return { kind, labels };
}

const BOUND = `
layout(local_size_x = 1) in;
layout(binding = 0) buffer A { uint a[]; };
void main() { a[0] = 1; }`;

gpuTest('a failure has a kind and names its objects', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const gone = device.createBuffer({ label: 'gone', byteLength: 64, memory: 'upload' });
  gone.mapped[0] = 1;
  gone[Symbol.dispose]();
  using bound = device.createPipeline({ label: 'bound', spirv: await device.compile(BOUND, { label: 'bound' }) });
  const recorded = (body: (encoder: Encoder) => unknown) => () =>
    device.record('step', (encoder) => void body(encoder));
  const found = [
    failure(() => words.mapped),
    failure(() => gone.mapped),
    failure(() => device.createBuffer({ label: 'huge', byteLength: 2 ** 52 })),
    failure(() => void device.staging.upload(gone, 0, new Uint8Array(4))),
    failure(recorded((encoder) => encoder.fill(words, 60, 8, 0))),
    failure(recorded((encoder) => encoder.fill(gone, 0, 8, 0))),
    failure(recorded((encoder) => encoder.pipeline(bound).dispatch(1))),
    failure(() => device.createPipeline({ label: 'bare', spirv: new Uint32Array(5) })),
    failure(() => device.createGraphicsPipeline({ label: 'drawn', vertex: { spirv: new Uint32Array(5) } })),
  ];
  expect(found.map(({ kind, labels }) => [kind, ...labels].join(' '))).toEqual([
    'not-mapped words',
    'not-mapped gone',
    'buffer huge',
    'buffer gone',
    'buffer-too-small words',
    'command-buffer gone step',
    'command-buffer bound step',
    'shader-compilation bare',
    'shader-compilation drawn',
  ]);
});

gpuTest('SPIR-V that cannot be read names its pipeline', {}, async ({ device }) => {
  const spirv = new Uint32Array(5);
  const message =
    'Cannot read SPIR-V of pipeline "bare": at word 0 the magic number is 00000000, not 07230203; compile the shader again';
  expect(() => device.createPipeline({ label: 'bare', spirv })).toThrow(message);
  await expect(device.createPipelines([{ label: 'bare', spirv }])).rejects.toThrow(message);
});

gpuTest('memory that the driver refuses is told with its words', {}, ({ device }) => {
  const { commands } = device.raw;
  using owned = new DisposableStack();
  owned.defer(() => Reflect.deleteProperty(commands, 'vkAllocateMemory'));
  using pool = device.createPool({ label: 'fields', byteLength: 0, grows: true });
  Object.defineProperty(commands, 'vkAllocateMemory', { value: () => -10, configurable: true });
  const told = (body: () => unknown): unknown => {
    try {
      return body();
    } catch (error) {
      const { name, kind, command, result, labels } = error as VulkanError;
      return [name, kind, command, result, ...labels].join(' ');
    }
  };
  const refused = 'OutOfMemoryError allocation vkAllocateMemory VK_ERROR_TOO_MANY_OBJECTS';
  const words = { label: 'words', owner: 'field', byteLength: 64 };
  expect([
    told(() => device.createBuffer(words)),
    told(() => pool.createBuffer(words)),
    told(() => device.createPool({ label: 'halos', byteLength: 2 ** 20 })),
  ]).toEqual([`${refused} words`, `${refused} words fields`, `${refused} halos`]);
});

for (const validation of [true, false]) {
  const how = validation ? 'one by one' : 'as they were written';
  gpuTest(`a submit that fails names its commands, where they go ${how}`, { validation }, ({ device }) => {
    const { compute } = device;
    using first = device.record('first', () => undefined);
    using second = device.record('second', () => undefined);
    const batches = [{ commands: [first] }, { commands: [second, first] }];
    const points = compute.submitAll(batches);
    using prepared = compute.prepare(batches, points[0]!.value);
    const { driver } = makerOf(device);
    const { commands } = driver;
    driver.commands = Object.create(commands, { vkQueueSubmit2: { value: () => -1 } }) as typeof commands;
    const labels = [
      failure(() => compute.submit([first, second])),
      failure(() => compute.submitAll(batches)),
      failure(() => prepared.submit(() => 2)),
    ].map((each) => each.labels.join(' '));
    driver.commands = commands;
    const apart = compute.takesWritten ? 'compute first second' : 'compute first';
    expect(labels).toEqual(['compute first second', apart, apart]);
  });
}

gpuTest('a submit of the runtime’s own that fails names what was on its way', {}, async ({ device }) => {
  const { staging, compute, transfer } = device;
  const [hole, heat, density] = ['hole', 'heat', 'density'].map((label) =>
    device.createBuffer({ label, byteLength: 65_536, onMoved: () => undefined }),
  );
  using commands = device.record('step', () => undefined);
  hole![Symbol.dispose]();
  const { driver } = makerOf(device);
  const working = driver.commands;
  driver.commands = Object.create(working, { vkQueueSubmit2: { value: () => -1 } }) as typeof working;
  const told = async (way: Promise<unknown>): Promise<readonly string[]> =>
    ((await way.catch((error: unknown) => error)) as VulkanError).labels;
  const together = [staging.upload(heat!, 0, new Uint8Array(8)), staging.upload(heat!, 8, new Uint8Array(8))];
  const names = await Promise.all([...together, staging.download(density!, 0, 8)].map(told));
  const ahead = staging.upload(density!, 0, new Uint8Array(8));
  const submitted = failure(() => compute.submit([commands])).labels;
  await told(ahead);
  const moved = await told(Promise.resolve().then(() => device.defragment()));
  driver.commands = working;
  const all = [transfer.label, 'upload to "heat", download from "density"'];
  expect(names).toEqual([all, all, all]);
  const upload = 'upload to "density"';
  expect(submitted).toEqual(transfer === compute ? ['compute', 'step', upload] : [transfer.label, upload]);
  expect(moved).toEqual(['compute', 'move of "heat", "density"']);
  for (const buffer of [heat!, density!]) buffer[Symbol.dispose]();
});

gpuTest('recorded commands know the passes of their graph', {}, ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const graph = new Graph();
  for (const name of ['clear', 'paint']) {
    const record = (encoder: Encoder): unknown => encoder.fill(words, 0, 64, 1);
    graph.pass({ name, writes: [{ resource: 'words', access: 'transfer-target' }], record: (it) => void record(it) });
  }
  using commands = device.record('step 7', (encoder) => graph.compile().record(encoder));
  expect(commands.passes).toEqual(['clear', 'paint']);
});

gpuTest('what the driver refuses half-way leaves nothing behind', {}, async ({ device }) => {
  const spirv = await device.compile(BOUND, { label: 'bound' });
  const { commands } = device.raw;
  const refuse = (command: string, body: () => unknown): void => {
    Object.defineProperty(commands, command, { value: () => -2, configurable: true });
    expect(body).toThrow(`${command} gave VK_ERROR_OUT_OF_DEVICE_MEMORY`);
    Reflect.deleteProperty(commands, command);
  };
  const upload = { label: 'words', byteLength: 2 ** 20, memory: 'upload' } as const;
  refuse('vkMapMemory', () => device.createBuffer(upload));
  refuse('vkBindBufferMemory2', () => device.createBuffer(upload));
  refuse('vkCreateDescriptorSetLayout', () => device.createPipeline({ label: 'bound', spirv }));
  refuse('vkCreatePipelineLayout', () => device.createPipeline({ label: 'bound', spirv }));
  // The layer would name at the device's end what is left.
  expect([device.heap.used, device.children.size]).toEqual([0, 0]);
});

gpuTest('where memory is short the remedy is memory, whatever was asked for', {}, async ({ device }) => {
  const spirv = await device.compile(BOUND, { label: 'bound' });
  const told = (command: keyof V.Device, result: number, body: () => unknown): string => {
    using _ = failCall(device, command, 1, result);
    return thrown(body).message;
  };
  const make = (): unknown => device.createPipeline({ label: 'bound', spirv });
  expect([
    told('vkCreateComputePipelines', V.VK_ERROR_OUT_OF_DEVICE_MEMORY, make),
    told('vkCreateComputePipelines', V.VK_ERROR_UNKNOWN, make),
    told('vkCreateShaderModule', V.VK_ERROR_OUT_OF_HOST_MEMORY, make),
    told('vkSignalSemaphore', V.VK_ERROR_OUT_OF_HOST_MEMORY, () => {
      using timeline = device.createTimeline('steps');
      timeline.signal(1);
    }),
  ]).toEqual([
    'Cannot create pipeline "bound": vkCreateComputePipelines gave VK_ERROR_OUT_OF_DEVICE_MEMORY; free some memory',
    'Cannot create pipeline "bound": vkCreateComputePipelines gave VK_ERROR_UNKNOWN; check the shader with spirv-val',
    'Cannot create pipeline "bound": vkCreateShaderModule gave VK_ERROR_OUT_OF_HOST_MEMORY; free some memory',
    'Cannot use timeline "steps": vkSignalSemaphore gave VK_ERROR_OUT_OF_HOST_MEMORY; free some memory',
  ]);
});

gpuTest('a frame whose pool the driver refuses to reset is named', {}, async ({ device }) => {
  device.endFrame(await device.beginFrame());
  {
    using _ = failCall(device, 'vkResetCommandPool', 1, V.VK_ERROR_OUT_OF_DEVICE_MEMORY);
    await expect(device.beginFrame()).rejects.toThrow(
      expect.objectContaining({
        message: 'Cannot begin "frame 1": vkResetCommandPool gave VK_ERROR_OUT_OF_DEVICE_MEMORY; free some memory',
        labels: ['frame 1'],
      }),
    );
  }
  device.endFrame(await device.beginFrame());
});

gpuTest('a submit that fails gives back the barriers that were to go ahead of it', {}, async ({ device: { uuid } }) => {
  await using device = await openDevice({ device: uuid, autoBarriers: true, checks: false });
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  using recorded = device.record('clear', (encoder) => encoder.clear(image, [0, 0, 0, 0]));
  const freed = vi.fn(makerOf(device).driver.commands.vkFreeCommandBuffers);
  using _ = changeCommands(device, { vkFreeCommandBuffers: freed });
  {
    using __ = failCall(device, 'vkQueueSubmit2', 1, V.VK_ERROR_OUT_OF_HOST_MEMORY);
    expect(() => device.compute.submit([recorded])).toThrow('vkQueueSubmit2 gave VK_ERROR_OUT_OF_HOST_MEMORY');
  }
  expect(freed).toHaveBeenCalledOnce();
});

gpuTest('what a refused submit was to change is changed by the next', { layer: true }, async ({ device: { uuid } }) => {
  const messages: string[] = [];
  const onValidation = ({ message }: { message: string }): unknown => messages.push(message);
  await using device = await openDevice({
    device: uuid,
    autoBarriers: true,
    validation: 'synchronization',
    onValidation,
  });
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  using bytes = device.createBuffer({ label: 'bytes', byteLength: 64 });
  using clear = device.record('clear', (encoder) => encoder.clear(image, [1, 0, 0, 1]));
  using save = device.record('save', (encoder) => encoder.copyImageToBuffer(image, bytes));
  const refused = 'vkQueueSubmit2 gave VK_ERROR_OUT_OF_HOST_MEMORY';
  for (const commands of [[clear], [save], [clear, save]]) {
    for (const command of ['vkQueueSubmit2', 'vkEndCommandBuffer'] as const) {
      using _ = failCall(device, command, 1, V.VK_ERROR_OUT_OF_HOST_MEMORY);
      expect(() => device.compute.submit(commands)).toThrow('VK_ERROR_OUT_OF_HOST_MEMORY');
    }
    device.compute.submit(commands);
  }
  const upload = device.staging.upload(bytes, 0, new Uint8Array(64));
  {
    using _ = failCall(device, 'vkQueueSubmit2', 1, V.VK_ERROR_OUT_OF_HOST_MEMORY);
    expect(() => device.compute.submit([save])).toThrow(refused);
  }
  if (device.transfer === device.compute) await expect(upload).rejects.toThrow(refused);
  device.compute.submit([save]);
  expect([...(await device.staging.download(bytes)).subarray(0, 8)]).toEqual([255, 0, 0, 255, 255, 0, 0, 255]);
  expect(messages).toEqual([]);
});
