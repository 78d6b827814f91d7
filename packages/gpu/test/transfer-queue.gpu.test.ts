import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { CommandBuffer, CommandPool } from '../src/command/command-buffer.ts';
import { Queue } from '../src/command/queue.ts';
import type { Device, Encoder } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { INCREMENT, wordsIn } from './kernels.ts';
import { messageOf } from './message-of.ts';

/** Records as for a queue of transfers alone, which the software driver hasn't. */
function recordsTransfers(device: Device, stack: DisposableStack): (body: (encoder: Encoder) => void) => CommandBuffer {
  const { driver } = makerOf(device);
  const pool = new CommandPool(driver, device.transfer.family, 'transfers', { transfersAlone: true });
  stack.defer(() => pool.destroy());
  return (body) => stack.use(new CommandBuffer(driver, pool, 'messages', body));
}

gpuTest('what a queue of transfers alone cannot do is refused as it is recorded', {}, async ({ device }) => {
  using stack = new DisposableStack();
  const record = recordsTransfers(device, stack);
  const pipeline = stack.use(
    device.createPipeline({ label: 'increment', spirv: await device.compile(INCREMENT, { label: 'increment' }) }),
  );
  const pool = stack.use(device.createQueryPool({ label: 'times', count: 2 }));
  const usage = ['color-attachment', 'transfer-source', 'transfer-target'] as const;
  const image = stack.use(device.createImage({ label: 'sky', format: 'rgba8unorm', size: [4, 4], usage }));
  const secondary = stack.use(device.recordSecondary('apart', () => undefined));
  const refused: Readonly<Record<string, (encoder: Encoder) => void>> = {
    'set a pipeline': (encoder) => encoder.pipeline(pipeline),
    render: (encoder) => encoder.rendering({ color: [{ image, clear: [0, 0, 0, 0] }] }, () => undefined),
    blit: (encoder) => encoder.blit(image, image),
    'clear an image': (encoder) => encoder.clear(image, [0, 0, 0, 0]),
    'execute commands': (encoder) => encoder.execute(secondary),
    'reset queries': (encoder) => encoder.resetQueries(pool),
    "wait for 'storage-write'": (encoder) => encoder.barrier(['storage-write'], ['transfer-source']),
    "wait for 'sampled'": (encoder) => encoder.transition(image, { before: 'transfer-target', after: 'sampled' }),
    "wait for 'vertex'": (encoder) =>
      encoder.barriers({ memory: { before: ['transfer-target'], after: ['transfer-source', 'vertex'] } }),
    "wait for 'color-attachment'": (encoder) =>
      encoder.barriers({ images: [{ image, before: ['color-attachment'], after: ['transfer-source'] }] }),
    'wait for stage 0x80': (encoder) =>
      encoder.barriers({ images: [{ image, before: 'undefined', after: [{ stage: 0x80n, access: 0x20n }] }] }),
    'wait for stage 0x800': (encoder) =>
      encoder.barrier(
        [{ stage: V.VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, access: V.VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT }],
        ['transfer-source'],
      ),
  };
  for (const [act, body] of Object.entries(refused)) {
    expect(messageOf(() => record(body))).toMatch(
      `Cannot ${act} in "messages": it is recorded for the queue of transfers, which copies and fills alone; `,
    );
  }
});

gpuTest('a queue of transfers alone fills, copies and waits for both', {}, async ({ device }) => {
  using stack = new DisposableStack();
  const record = recordsTransfers(device, stack);
  const from = stack.use(device.createBuffer({ label: 'from', byteLength: 64 }));
  const to = stack.use(device.createBuffer({ label: 'to', byteLength: 64 }));
  const everything = { stage: V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, access: V.VK_ACCESS_2_MEMORY_READ_BIT };
  const commands = record((encoder) =>
    encoder
      .fill(from, 0, 64, 7)
      .barrier(['transfer-target'], ['transfer-source'])
      .copy(from, 0, to, 0, 64)
      .barrier(['transfer-target'], ['host-read', everything]),
  );
  device.compute.submit([], { wait: [device.transfer.submit([commands])] });
  expect(await wordsIn(device, to)).toEqual(Array.from({ length: 16 }, () => 7));
});

gpuTest('commands that were recorded for one family of queues go to no other', {}, async ({ device }) => {
  using timeline = device.createTimeline('other');
  const { driver } = makerOf(device);
  const other = new Queue(driver, device.compute.family + 1, device.compute.handle, timeline, 'other');
  using commands = device.record('fill', () => undefined);
  const said =
    'Cannot submit to queue "other": "fill" was recorded for queues of another family; record it for this one, as in device.record(label, body, { queue })';
  expect(messageOf(() => other.submit([commands]))).toBe(said);
  driver.progress.splice(driver.progress.indexOf(timeline), 1);
  using messages = device.record('messages', () => undefined, { queue: 'transfer' });
  if (device.transfer === device.compute) device.compute.submit([messages]);
  else expect(messageOf(() => device.compute.submit([messages]))).toMatch('recorded for queues of another family');
  await device.idle();
});
