/** @file What a test does with a device, over and over, each time with another call of the driver's failing. */
import * as V from '@halocline/vulkan';
import { VulkanError } from '../src/index.ts';
import type { Device } from '../src/index.ts';
import { changeCommands, failCall } from './changed-driver.ts';
import { makerOf } from '../src/memory/buffer.ts';

/** Commands that fail, and which one ends what each makes. Memory, and pools that are kept for reuse, may outlive what wanted them. */
const COMMANDS: Readonly<Partial<Record<keyof V.Device, keyof V.Device | ''>>> = Object.freeze({
  vkAllocateCommandBuffers: '',
  vkAllocateDescriptorSets: '',
  vkAllocateMemory: '',
  vkBeginCommandBuffer: '',
  vkBindBufferMemory2: '',
  vkBindImageMemory: '',
  vkCreateBuffer: 'vkDestroyBuffer',
  vkCreateBufferView: 'vkDestroyBufferView',
  vkCreateCommandPool: '',
  vkCreateComputePipelines: 'vkDestroyPipeline',
  vkCreateDescriptorPool: '',
  vkCreateDescriptorSetLayout: 'vkDestroyDescriptorSetLayout',
  vkCreateGraphicsPipelines: 'vkDestroyPipeline',
  vkCreateImage: 'vkDestroyImage',
  vkCreateImageView: 'vkDestroyImageView',
  vkCreatePipelineLayout: 'vkDestroyPipelineLayout',
  vkCreateQueryPool: 'vkDestroyQueryPool',
  vkCreateSampler: 'vkDestroySampler',
  vkCreateSemaphore: 'vkDestroySemaphore',
  vkCreateShaderModule: 'vkDestroyShaderModule',
  vkEndCommandBuffer: '',
  vkGetQueryPoolResults: '',
  vkMapMemory: '',
  vkQueueSubmit2: '',
  vkSignalSemaphore: '',
});
const NAMES = Object.keys(COMMANDS) as (keyof V.Device)[];
/** Calls of one command that fail, each in its turn. */
const MOST_CALLS = 5;

type Call = (...words: readonly unknown[]) => unknown;

/** Counts calls of those commands from here on, and how many things more are there than before, by the command that ends them. */
function count(
  device: Device,
): Disposable & { readonly calls: Map<string, number>; readonly there: Map<string, number> } {
  const { commands } = makerOf(device).driver;
  const [calls, there] = [new Map<string, number>(), new Map<string, number>()];
  const add = (to: Map<string, number>, name: string, more: number): unknown =>
    to.set(name, (to.get(name) ?? 0) + more);
  const changed: Partial<Record<string, Call>> = {};
  for (const name of NAMES) {
    const end = COMMANDS[name]!;
    const made = commands[name] as Call;
    changed[name] = (...words) => {
      add(calls, name, 1);
      const result = made(...words);
      if (end !== '' && result === V.VK_SUCCESS) add(there, end, 1);
      return result;
    };
    if (end === '') continue;
    const ended = commands[end] as Call;
    changed[end] = (...words) => {
      if (words[1] !== V.VK_NULL_HANDLE) add(there, end, -1);
      return ended(...words);
    };
  }
  const change = changeCommands(device, changed);
  return { calls, there, [Symbol.dispose]: () => change[Symbol.dispose]() };
}

/** What calls failed, and what was wrong with how that was told or with what was left. */
export interface FailedCalls {
  /** `vkCreateBuffer 2`: the second call of that name. */
  readonly failed: string[];
  readonly wrong: string[];
}

/** Runs a body with each call of each command failing in its turn, and once more after each, when it must come to its end. */
export async function failEachCall(device: Device, body: () => Promise<void>): Promise<FailedCalls> {
  const found: FailedCalls = { failed: [], wrong: [] };
  const { driver } = makerOf(device);
  const { probe } = driver;
  using restored = new DisposableStack();
  restored.defer(() => (driver.probe = probe));
  driver.probe = () => undefined; // a wait that is long makes calls of its own, which nobody hears of
  // Twice, as a second frame has its own of all that frames keep.
  for (let round = 0; round < 2; round++) await body();
  await device.idle();
  using counts = count(device);
  await body();
  await device.idle();
  const calls = new Map(counts.calls);
  for (const [name, most] of calls) {
    for (let nth = 1; nth <= Math.min(most, MOST_CALLS); nth++) {
      const children = device.children.size;
      const before = JSON.stringify([...counts.there]);
      const told = await failOne(device, name as keyof V.Device, nth, body);
      if (told !== undefined) found.failed.push(`${name} ${nth}`);
      const after = JSON.stringify([...counts.there]);
      if (told !== undefined && told !== '') found.wrong.push(`${name} ${nth}: ${told}`);
      if (after !== before) found.wrong.push(`${name} ${nth}: ${before} were there, ${after} are`);
      if (device.children.size !== children)
        found.wrong.push(`${name} ${nth}: ${[...device.children].map((each) => each.label).join(', ')} alive`);
    }
  }
  return found;
}

/**
 * What is wrong with how one call that fails is told, and with what comes after it: '' if nothing is. Undefined where the call doesn't
 * come this time: what is kept for reuse may do.
 */
async function failOne(
  device: Device,
  name: keyof V.Device,
  nth: number,
  body: () => Promise<void>,
): Promise<string | undefined> {
  let told: Error | undefined;
  {
    using call = failCall(device, name, nth, V.VK_ERROR_OUT_OF_DEVICE_MEMORY);
    try {
      await body();
    } catch (error) {
      told = error as Error;
    }
    await device.idle();
    if (!call.came) return told?.message;
  }
  await body();
  await device.idle();
  // Where memory is refused, less may do, or that of another type.
  if (told === undefined) return name === 'vkAllocateMemory' || name === 'vkMapMemory' ? '' : 'nothing was thrown';
  if (!(told instanceof VulkanError)) return told.message;
  const right = told.command === name && told.result === 'VK_ERROR_OUT_OF_DEVICE_MEMORY' && told.labels.length > 0;
  return right ? '' : `${told.command} ${told.result} [${told.labels.join()}] ${told.message}`;
}
