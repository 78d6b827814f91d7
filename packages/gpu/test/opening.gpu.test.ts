import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { gpuTest, vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { VK_ERROR_OUT_OF_HOST_MEMORY } from '@halocline/vulkan';
import { createDevice } from '../src/device/create.ts';
import { Device } from '../src/device/device.ts';
import { acquireInstance } from '../src/device/instance.ts';
import { surveyDevices } from '../src/device/survey.ts';
import { isValidationAvailable, openDevice, VulkanError } from '../src/index.ts';

gpuTest('features that are required and missing are listed at once, with the device', {}, async ({ device }) => {
  const absent = Object.keys(device.report.features)
    .filter((name) => !device.report.features[name])
    .slice(0, 2);
  const attempt = openDevice({
    device: device.uuid,
    features: { required: ['timelineSemaphore', ...absent] },
    extensions: { required: ['VK_XX_nowhere'], wished: ['VK_XX_either'] },
  });
  const lacks = [...absent.map((name) => `feature ${name}`), 'extension VK_XX_nowhere'].join(', ');
  const error = await attempt.catch((it: unknown) => it);
  expect(error).toBeInstanceOf(VulkanError);
  expect(error).toMatchObject({ kind: 'no-device', labels: [device.name] });
  expect((error as Error).message).toContain(`Cannot open device "${device.name}": it lacks ${lacks}; there are #`);
});

gpuTest(
  'names that cannot be turned on are missing, each with why, and left out where they are wished',
  {},
  async ({ device }) => {
    const strange = ['shaderSloat16', 'constructor', '__proto__', 'pushDescriptor'];
    const attempt = openDevice({
      device: device.uuid,
      features: { required: [...strange, 'taskShader'] },
      extensions: { required: ['VK_XX_nowhere'] },
    });
    const none = 'Vulkan has none of that name';
    const lacks = [
      `feature shaderSloat16 (${none})`,
      `feature constructor (${none})`,
      `feature __proto__ (${none})`,
      'feature pushDescriptor (of Vulkan 1.4 alone)',
      'feature taskShader (its struct is not generated: npm run generate -- PATH/vk.xml VK_EXT_mesh_shader)',
      'extension VK_XX_nowhere',
    ];
    await expect(attempt).rejects.toThrow(
      `Cannot open device "${device.name}": it lacks ${lacks.join(', ')}; there are`,
    );
    const wished = [...strange, 'taskShader', 'robustBufferAccess'];
    await using other = await openDevice({ device: device.uuid, validation: device.validation, features: { wished } });
    expect(wished.filter((name) => other.features[name] === true && Object.hasOwn(other.features, name))).toEqual([
      'robustBufferAccess',
    ]);
  },
);

gpuTest('a feature of an extension turns the extension on', {}, async ({ device }) => {
  const extensions = ['VK_EXT_index_type_uint8', 'VK_KHR_index_type_uint8'];
  const there = extensions.filter((name) => device.report.extensions.includes(name));
  const open = (wish: 'required' | 'wished', name?: string) =>
    openDevice({
      device: device.uuid,
      validation: device.validation,
      features: { [wish]: ['indexTypeUint8'] },
      extensions: { required: name === undefined ? [] : [name] },
    });
  expect(device.raw.extensions.filter((name) => extensions.includes(name))).toEqual([]);
  for (const name of there) {
    await using other = await open('required', name);
    expect(other.raw.extensions.filter((each) => extensions.includes(each))).toEqual([name]);
  }
  await using other = await open('wished');
  expect(other.raw.extensions.filter((name) => extensions.includes(name))).toEqual(there.slice(0, 1));
  expect(other.features['indexTypeUint8'] ?? false).toBe(there.length > 0);
  if (there.length > 0) return;
  await expect(open('required')).rejects.toThrow(`lacks feature indexTypeUint8 (of ${extensions.join(' or ')});`);
});

gpuTest('features are turned on when they are asked for, those of extensions too', {}, async ({ device }) => {
  const extension = 'VK_EXT_conditional_rendering';
  const has = device.report.extensions.includes(extension);
  await using other = await openDevice({
    device: device.uuid,
    validation: device.validation,
    features: { required: ['robustBufferAccess'], wished: ['conditionalRendering', 'samplerAnisotropy'] },
    extensions: { wished: [extension] },
  });
  expect(device.features['robustBufferAccess']).toBe(undefined);
  expect(other.features['robustBufferAccess']).toBe(true);
  expect([other.features['conditionalRendering'] ?? false, other.raw.extensions.includes(extension)]).toEqual([
    has,
    has,
  ]);
  expect(other.raw.commands.has('vkCmdBeginConditionalRenderingEXT')).toBe(has);
});

gpuTest('threads share one instance, which outlives each of them', {}, async ({ device }) => {
  await using mine = await openDevice({ device: device.uuid, validation: false });
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { openDevice } = await import(workerData.module);
    await using device = await openDevice({ device: workerData.uuid, validation: false });
    using words = device.createBuffer({ label: 'words', byteLength: 16 });
    await device.staging.upload(words, 0, new Uint32Array([1, 2, 3, 4]));
    const [, second] = new Uint32Array((await device.staging.download(words)).buffer);
    parentPort.postMessage([device.raw.instance.handle, second]);`;
  const answers = await Promise.all(
    [0, 1].map(async () => {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
        execArgv: ['--conditions=@halocline/source'],
        workerData: { module: new URL('../src/index.ts', import.meta.url).href, uuid: device.uuid },
      });
      let answer: unknown;
      worker.on('message', (message) => (answer = message));
      await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
      return answer;
    }),
  );
  expect(answers).toEqual(answers.map(() => [mine.raw.instance.handle, 2]));
  using words = mine.createBuffer({ label: 'words', byteLength: 16 });
  expect(words.address).not.toBe(0n);
});

gpuTest('a device that cannot be made whole is undone', { validation: false }, async () => {
  const instance = acquireInstance(false);
  try {
    const chosen = surveyDevices(instance.commands)[0]!;
    const created = createDevice(instance, chosen, {});
    const { commands } = created;
    const calls: string[] = [];
    const failing = Object.create(commands, {
      vkCreateCommandPool: { value: () => VK_ERROR_OUT_OF_HOST_MEMORY },
      vkDestroySemaphore: {
        value: (...list: Parameters<typeof commands.vkDestroySemaphore>) => {
          calls.push('vkDestroySemaphore');
          commands.vkDestroySemaphore(...list);
        },
      },
      vkDestroyDevice: {
        value: (...list: Parameters<typeof commands.vkDestroyDevice>) => {
          calls.push('vkDestroyDevice');
          commands.vkDestroyDevice(...list);
        },
      },
    }) as typeof commands;
    expect(() => new Device(instance, chosen, { ...created, commands: failing }, {})).toThrow(
      'Cannot create command pool "staging": vkCreateCommandPool gave VK_ERROR_OUT_OF_HOST_MEMORY; free some memory',
    );
    expect(calls.at(-1)).toBe('vkDestroyDevice');
    expect(calls.filter((call) => call === 'vkDestroySemaphore')).toHaveLength(
      created.queues.compute === created.queues.transfer ? 1 : 2,
    );
  } finally {
    instance.release();
  }
});

gpuTest('sibling threads whose parent knows nothing of Vulkan share one instance', { validation: false }, async () => {
  const module = new URL('../src/device/instance.ts', import.meta.url).href;
  const source = `import { acquireInstance } from '${module}';
    import { parentPort } from 'node:worker_threads';
    const instance = acquireInstance(false);
    parentPort.postMessage(instance.commands.handle);
    parentPort.once('message', () => { instance.release(); process.exit(); });`;
  // The parent of both is a thread that imports nothing.
  const parent = `import { Worker, parentPort } from 'node:worker_threads';
    const source = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(source)}));
    const execArgv = ['--conditions=@halocline/source'];
    const workers = [0, 1].map(() => new Worker(source, { execArgv }));
    const handles = await Promise.all(workers.map((each) => new Promise((resolve) => each.once('message', resolve))));
    parentPort.postMessage(handles.map(String));
    for (const each of workers) each.postMessage('end');`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(parent)}`));
  const handles = await new Promise<string[]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await new Promise((resolve) => worker.once('exit', resolve));
  expect(handles[0]).toBe(handles[1]);
  const mine = acquireInstance(false);
  expect(handles[0]).toBe(String(mine.commands.handle)); // the test's device keeps it
  mine.release();
});

/** The libraries of a process, of this one where none is given, that are no layers. */
function libraries(maps = readFileSync('/proc/self/maps', 'utf8')): string[] {
  const lines = maps.split('\n');
  const paths = lines.map((line) => line.slice(line.indexOf('/'))).filter((path) => /\.so[.\d]*$/u.test(path));
  return [...new Set(paths)].filter((path) => !path.includes('VkLayer'));
}

vulkanTest('devices come and go, one behind the other, and their driver stays', async () => {
  for (let round = 0; round < 60; round++) {
    const device = await openDevice({ validation: false });
    const words = device.createBuffer({ label: 'words', byteLength: 16, memory: 'download' });
    await device.submitOnce((encoder) => encoder.fill(words, 0, 16, round));
    expect(new Uint32Array(words.mapped.buffer, words.mapped.byteOffset, 4)[3]).toBe(round);
    const there = process.platform === 'linux' ? libraries() : [];
    words[Symbol.dispose]();
    await device[Symbol.asyncDispose]();
    if (process.platform === 'linux') expect(libraries()).toEqual(expect.arrayContaining(there));
  }
});

vulkanTest('with validation they stay too, whichever device was the first', ({ skip }) => {
  if (process.platform !== 'linux') skip('drivers are kept on Linux');
  if (!isValidationAvailable()) skip('the validation layer is not installed');
  const lost = (...validations: readonly boolean[]): string[] => {
    // In a process of its own: this one keeps its driver already.
    const code = `
      import { readFileSync } from 'node:fs';
      import { openDevice } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
      const maps = () => readFileSync('/proc/self/maps', 'utf8');
      const devices = [];
      for (const validation of ${JSON.stringify(validations)}) devices.push(await openDevice({ validation }));
      const open = maps();
      for (const device of devices) await device[Symbol.asyncDispose]();
      console.log(JSON.stringify([open, maps()]));
      process.exit();`;
    const flags = ['--conditions=@halocline/source', '--input-type=module', '-e', code];
    const [open, closed] = JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' })) as [string, string];
    const kept = new Set(libraries(closed));
    return libraries(open).filter((path) => !kept.has(path));
  };
  expect([lost(true), lost(true, false), lost(false, true)]).toEqual([[], [], []]);
});
