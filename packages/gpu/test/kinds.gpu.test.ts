import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gpuTest } from '@halocline/testing';
import { VK_ERROR_FEATURE_NOT_PRESENT, VK_ERROR_OUT_OF_HOST_MEMORY } from '@halocline/vulkan';
import { expect } from 'vitest';
import { chooseDevice } from '../src/device/choose.ts';
import { createDevice } from '../src/device/create.ts';
import { acquireInstance } from '../src/device/instance.ts';
import type { Instance } from '../src/device/instance.ts';
import { surveyDevices } from '../src/device/survey.ts';
import { openDevice, VulkanError } from '../src/index.ts';
import type { VulkanErrorKind } from '../src/index.ts';
import { createHostArray } from '../src/memory/host-array.ts';
import type { BufferMaker } from '../src/memory/buffer.ts';

/** The kind of what a body throws or rejects with. */
async function kindOf(body: () => unknown): Promise<unknown> {
  try {
    await body();
  } catch (error) {
    return error instanceof VulkanError ? error.kind : error;
  }
  return 'nothing was thrown';
}

/** A body during which the driver takes no submit. */
const refusing = (commands: object, body: () => unknown) => async () => {
  Object.defineProperty(commands, 'vkQueueSubmit2', { value: () => VK_ERROR_OUT_OF_HOST_MEMORY, configurable: true });
  try {
    await body();
  } finally {
    Reflect.deleteProperty(commands, 'vkQueueSubmit2');
  }
};

/** Makes a device of a driver that makes none. */
function createNone(): void {
  const instance = acquireInstance(false);
  try {
    const commands = Object.create(instance.commands, {
      vkCreateDevice: { value: () => VK_ERROR_FEATURE_NOT_PRESENT },
    });
    const refusing = Object.create(instance, { commands: { value: commands } }) as Instance;
    createDevice(refusing, surveyDevices(instance.commands)[0]!, {});
  } finally {
    instance.release();
  }
}

/** What a process without any driver says when it opens a device. */
async function withoutDriver(): Promise<string> {
  const module = new URL('../src/index.ts', import.meta.url).href;
  const source = `import { openDevice } from '${module}';
    process.stdout.write(await openDevice({ validation: false }).then(() => 'opened', (error) => error.kind));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@halocline/source', '--input-type=module', '--eval', source],
    { env: { ...process.env, VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json' } },
  );
  return stdout;
}

gpuTest('each kind of failure can happen', { memoryLimit: 2 ** 26, checks: false }, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const gone = device.createBuffer({ label: 'gone', byteLength: 64 });
  gone[Symbol.dispose]();
  const spirv = await device.compile('layout(local_size_x = 1) in; void main() {}', { label: 'empty' });
  const bare = { driver: { name: device.name, commands: { has: () => false } } } as unknown as BufferMaker;
  const noCompute = { index: 0, name: 'Scaler', uuid: '0', missing: ['a queue that computes'] };
  const timeline = device.createTimeline('mine');
  timeline[Symbol.dispose]();
  const { commands } = device.raw;
  const bodies: Record<Exclude<VulkanErrorKind, 'initialization'>, () => unknown> = {
    'not-available': () => createHostArray(bare, 64, { label: 'words' }),
    'no-device': () => openDevice({ device: 'of no such name' }),
    'no-compute-queue': () => chooseDevice([noCompute], undefined),
    'device-creation': createNone,
    allocation: () => device.createBuffer({ label: 'large', byteLength: 2 ** 27 }),
    buffer: () => device.createBuffer({ label: 'huge', byteLength: 2 ** 52 }),
    'buffer-too-small': () => device.submitOnce((encoder) => encoder.fill(words, 60, 8, 0)),
    'not-mapped': () => words.mapped,
    'pipeline-creation': () => device.createPipeline({ label: 'empty', spirv, specialization: { 3: 1 } }),
    'shader-compilation': () => device.compile('nonsense', { label: 'nonsense' }),
    execution: refusing(commands, () => device.submitOnce((encoder) => encoder.fill(words, 0, 64, 0))),
    'command-buffer': () => device.submitOnce((encoder) => encoder.fill(gone, 0, 64, 0)),
    synchronization: () => timeline.wait(1),
  };
  for (const [kind, body] of Object.entries(bodies)) expect(await kindOf(body)).toBe(kind);
  expect(await withoutDriver()).toBe('initialization');
  await device.submitOnce((encoder) => encoder.fill(words, 0, 64, 7)); // and the device goes on
  expect(new Uint32Array((await device.staging.download(words)).buffer)[15]).toBe(7);
});
