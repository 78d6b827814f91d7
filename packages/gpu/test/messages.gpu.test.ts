import { Worker } from 'node:worker_threads';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Graph, openDevice } from '../src/index.ts';
import type { Encoder } from '../src/index.ts';
import { vulkanLoader } from '../src/device/instance.ts';

gpuTest(
  "what the layer says of a worker's call comes to the thread that opened the device, with the object's name",
  { layer: true, expected: /VUID-VkBufferCreateInfo-size-00912|VUID-VkBufferDeviceAddressInfo-buffer-02601/u },
  async ({ device, messages }) => {
    const { instance, commands } = device.raw;
    using buffer = device.createBuffer({ label: 'named by us', byteLength: 16, usage: ['storage'] });
    const vulkan = import.meta.resolve('@halocline/vulkan');
    const source = `import * as V from '${vulkan}';
      import { workerData, parentPort } from 'node:worker_threads';
      const { path, instance, device, buffer } = workerData;
      const commands = V.loadDevice(V.loadInstance(V.openLoader({ path }), instance), device);
      V.arena.scope(() => {
        const out = V.arena.u64();
        const made = commands.vkCreateBuffer(device, V.VkBufferCreateInfo({ size: 0, usage: 1 }), V.NULL, out);
        if (made === 0) commands.vkDestroyBuffer(device, V.arena.readU64(out), V.NULL);
        // Asks for an address that the buffer's usage doesn't allow: the message names the buffer.
        commands.vkGetBufferDeviceAddress(device, V.VkBufferDeviceAddressInfo({ buffer }));
      });
      parentPort.postMessage('done');`;
    const workerData = {
      path: vulkanLoader().path,
      instance: instance.handle,
      device: commands.handle,
      buffer: buffer.handle,
    };
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
      workerData,
      execArgv: ['--conditions=@halocline/source'],
    });
    await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(messages.some((each) => each.includes('VUID-VkBufferCreateInfo-size-00912'))).toBe(true);
    expect(messages.some((each) => each.includes('named by us'))).toBe(true);
  },
);

gpuTest(
  'what the layer says of recording threads comes while finalize is awaited, and nothing blocks',
  { layer: true, expected: /VUID-VkMemoryBarrier2-srcAccessMask-03914/u },
  async ({ device, messages }) => {
    const module = new URL('./recorded-passes.ts', import.meta.url);
    await using recorder = device.createRecorder({ workers: 2 });
    const frame = await device.beginFrame();
    for (let pass = 0; pass < 6; pass++) recorder.encoderFor(`pass ${pass}`).record({ module, export: 'wrong' });
    await recorder.finalize();
    device.endFrame(frame);
    expect(messages.filter((each) => each.includes('VUID-VkMemoryBarrier2-srcAccessMask-03914'))).toHaveLength(6);
  },
);

const wrong = (encoder: Encoder): unknown => encoder.barrier([{ stage: 0x800n, access: 0x800n }], ['storage-read']);

gpuTest(
  'what the layer says of commands names their recording and the passes that are open',
  { layer: true, expected: /VUID-VkMemoryBarrier2-srcAccessMask-03914/u },
  async ({ device, messages }) => {
    const module = new URL('./recorded-passes.ts', import.meta.url);
    await using recorder = device.createRecorder({ workers: 1 });
    const frame = await device.beginFrame();
    recorder.encoderFor('on a thread').record({ module, export: 'wrong' });
    await recorder.finalize();
    frame.record('frame', (encoder) => encoder.label('light', wrong));
    device.endFrame(frame);
    using plan = new Graph().pass({ name: 'tone', sideEffects: true, record: wrong }).compile();
    await plan.execute({ device });
    expect(messages.map((each) => each.split(' | in ')[1])).toEqual([
      '"on a thread"',
      '"frame", pass "light"',
      '"graph", pass "tone"',
    ]);
  },
);

gpuTest(
  'what the layer says of one device is told to that device alone',
  { layer: true, expected: /VUID-VkMemoryBarrier2-srcAccessMask-03914/u },
  async ({ device, messages }) => {
    const heard: string[] = [];
    const { uuid, validation } = device;
    await using other = await openDevice({ device: uuid, validation, onValidation: ({ rule }) => heard.push(rule) });
    await device.submitOnce(wrong);
    expect([messages.length, heard]).toEqual([1, []]);
    await other.submitOnce(wrong);
    expect([messages.length, heard]).toEqual([1, ['VUID-VkMemoryBarrier2-srcAccessMask-03914']]);
  },
);

gpuTest('the layer keeps to itself what it says of itself, and all else is told', { layer: true }, ({ device }) => {
  expect(device.validation).not.toBe(false);
  expect(process.env['VK_LAYER_MESSAGE_ID_FILTER']!.split(',')).toContain('UNASSIGNED-VkSemaphore-state-timeout');
});
