import { setTimeout as sleep } from 'node:timers/promises';
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { Queue } from '../src/command/queue.ts';
import { openDevice } from '../src/index.ts';
import type { Device, TimelinePoint } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { changeCommands } from './changed-driver.ts';
import { SLOW, wordsPush } from './kernels.ts';
import { messageOf } from './message-of.ts';

gpuTest('a submit waits for a timeline that the host signals', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  using gate = device.createTimeline('gate');
  using done = device.createTimeline('done');
  using commands = device.record('fill', (encoder) => encoder.fill(buffer, 0, 64, 5));
  const point = device.compute.submit([commands], {
    wait: [{ timeline: gate, value: 3 }],
    signal: [{ timeline: done, value: 10 }],
  });
  expect(point.timeline.value()).toBe(0);
  expect(point.timeline.waitBlocking(point.value, 5)).toBe(false);
  gate.signal(3);
  await done.wait(10);
  expect([done.value(), done.last, point.value]).toEqual([10, 10, 1]);
  expect(() => gate.signal(3)).toThrow(
    'Cannot signal timeline "gate" with 3: it was promised 3; a timeline only grows',
  );
});

gpuTest('JavaScript runs on while the device works', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  using pipeline = device.createPipeline({ label: 'slow', spirv: await device.compile(SLOW, { label: 'slow' }) });
  using commands = device.record('slow', (encoder) =>
    encoder.pipeline(pipeline).push(wordsPush(buffer.address, 1)).dispatch(64),
  );
  const { timeline, value } = device.compute.submit([commands]);
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  await timeline.wait(value);
  clearInterval(counting);
  expect(timeline.value()).toBe(value);
  expect(device.counters.waits).toBe(1);
  if (device.kind === 'cpu') expect(turns).toBeGreaterThan(0);
});

gpuTest('many waits at once all answer', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  using gate = device.createTimeline('gate');
  using commands = device.record('fill', (encoder) => encoder.fill(buffer, 0, 64, 5));
  const point = device.compute.submit([commands], { wait: [{ timeline: gate, value: 150 }] });
  const waits = Array.from({ length: 150 }, (_, i) => gate.wait(i + 1));
  for (let value = 1; value <= 150; value++) gate.signal(value);
  await Promise.all(waits);
  await point.timeline.wait(point.value);
  expect(gate.value()).toBe(150);
});

gpuTest('two devices live side by side on one physical device', {}, async ({ device }) => {
  const other = await openDevice({ device: device.uuid, validation: device.validation });
  try {
    using here = device.createBuffer({ label: 'here', byteLength: 64 });
    using there = other.createBuffer({ label: 'there', byteLength: 64 });
    await Promise.all([
      device.staging.upload(here, 0, new Uint8Array(64).fill(1)),
      other.staging.upload(there, 0, new Uint8Array(64).fill(2)),
    ]);
    const [a, b] = await Promise.all([device.staging.download(here), other.staging.download(there)]);
    expect([a[0], b[0]]).toEqual([1, 2]);
  } finally {
    await other[Symbol.asyncDispose]();
  }
});

gpuTest(
  "a broken rule reaches whoever listens, with the object's name",
  { layer: true, expected: /VUID-vkCmdFillBuffer/ },
  async ({ device, messages }) => {
    using buffer = device.createBuffer({ label: 'read only', byteLength: 64, usage: ['transfer-source'] });
    using commands = device.record('fill', (encoder) =>
      device.raw.commands.vkCmdFillBuffer(encoder.handle, buffer.handle, 0n, 64n, 1),
    );
    expect(commands.label).toBe('fill');
    expect(messages.join('\n')).toContain('VUID-vkCmdFillBuffer-dstBuffer-00029');
    expect(messages.join('\n')).toContain('read only');
  },
);

gpuTest(
  'a missing barrier is seen by the layer',
  { layer: true, checks: false, expected: /SYNC-HAZARD/ },
  async ({ device, messages }) => {
    using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
    await device.submitOnce('race', (encoder) => encoder.fill(buffer, 0, 64, 1).fill(buffer, 0, 64, 2));
    expect(messages.some((message) => message.includes('SYNC-HAZARD-WRITE-AFTER-WRITE'))).toBe(true);
  },
);

gpuTest(
  'a timeline that is disposed while somebody waits for it ends the waits with an error',
  {},
  async ({ device }) => {
    const timeline = device.createTimeline('mine');
    const waits = Promise.allSettled([timeline.wait(1), timeline.wait(1), timeline.wait(2)]);
    timeline[Symbol.dispose]();
    const messages = (await waits).map((each) => (each.status === 'rejected' ? String(each.reason) : 'reached'));
    expect(messages[0]).toBe(
      'VulkanError: Cannot wait for timeline "mine" to reach 1: it was disposed; dispose it when nobody waits any more',
    );
    expect(messages.slice(1).map((each) => /to reach \d/.exec(each)?.[0])).toEqual(['to reach 1', 'to reach 2']);
    await expect(timeline.wait(3)).rejects.toThrow('Cannot wait for timeline "mine" to reach 3: it was disposed');
    await device.compute.timeline.wait(device.compute.timeline.last);
  },
);

gpuTest('a timeline is shared only where the driver lets it be', {}, ({ device }) => {
  const has = (name: string): boolean => name !== 'vkGetSemaphoreFdKHR';
  using _ = changeCommands(device, { has });
  for (const sharing of ['export', { fd: 0 }] as const) {
    expect(() => device.createTimeline('mine', sharing)).toThrow(
      expect.objectContaining({
        kind: 'not-available',
        message: `Cannot create timeline "mine": device "${device.name}" shares none with others; make one on each, and pass on by a relay`,
      }),
    );
  }
  expect(device.children.size).toBe(0);
});

gpuTest('waits that are given up end with an error, and later ones go on', {}, async ({ device }) => {
  using timeline = device.createTimeline('mine');
  const waits = Promise.allSettled([timeline.wait(1), timeline.wait(2)]);
  timeline.giveUp();
  const messages = (await waits).map((each) => (each.status === 'rejected' ? String(each.reason) : 'reached'));
  expect(messages).toEqual(
    [1, 2].map(
      (value) =>
        `VulkanError: Cannot wait for timeline "mine" to reach ${value}: the wait was given up; wait again, if it may still come`,
    ),
  );
  const later = timeline.wait(1);
  timeline.signal(1);
  await later;
});

gpuTest('a wait in which nothing comes for long asks whether the device lives, and goes on', {}, async ({ device }) => {
  using timeline = device.createTimeline('host');
  const { timeline: asked } = device.compute;
  const { submits } = device.counters;
  const before = asked.last;
  const began = performance.now();
  const wait = timeline.wait(1);
  while (asked.last === before) await sleep(50);
  timeline.signal(1);
  await wait;
  expect(timeline.value()).toBe(1);
  const seconds = (performance.now() - began) / 1000;
  expect(seconds).toBeGreaterThan(0.9);
  expect(asked.last - before).toBeLessThanOrEqual(Math.max(1, Math.floor(seconds + 0.1)));
  expect(timeline.waitBlocking(2, 1200)).toBe(false);
  expect(device.counters.submits).toBe(submits);
});

gpuTest('the host signals what a submit waits for that signals more', {}, async ({ device }) => {
  using order = device.createTimeline('order');
  using nothing = device.record('nothing', () => undefined);
  const submit = (value: number, wait: number): unknown =>
    device.compute.submit([nothing], {
      wait: [{ timeline: order, value: wait }],
      signal: [{ timeline: order, value }],
    });
  submit(2, 1);
  const refused = (value: number, what: string): string => `Cannot signal timeline "order" with ${value}: ${what}`;
  expect([messageOf(() => order.signal(2)), messageOf(() => order.signal(3))]).toEqual([
    refused(2, 'it was promised 2; a timeline only grows'),
    refused(3, 'a submit is still to signal 2; wait for that first'),
  ]);
  expect(order.last).toBe(2);
  order.signal(1);
  await order.wait(2);
  order.signal(3);
  expect([order.value(), messageOf(() => order.signal(2))]).toEqual([
    3,
    refused(2, 'it was promised 3; a timeline only grows'),
  ]);
});

/** Submits are held here, and not made; `play` does what they signal. */
function heldSubmits(device: Device): { readonly play: () => void } & Disposable {
  const bare = device.raw.commands;
  /** The largest value of each semaphore. */
  const held = new Map<V.VkSemaphore, number>();
  const change = changeCommands(device, {
    vkQueueSubmit2: (_, count, infos) => {
      for (const info of V.VkSubmitInfo2.readArray(infos, count)) {
        for (const { semaphore, value } of V.VkSemaphoreSubmitInfo.readArray(
          info.pSignalSemaphoreInfos,
          info.signalSemaphoreInfoCount,
        ))
          held.set(semaphore, Math.max(Number(value), held.get(semaphore) ?? 0));
      }
      return V.VK_SUCCESS;
    },
  });
  return {
    play: () => {
      for (const [semaphore, value] of held)
        V.arena.scope(() => bare.vkSignalSemaphore(bare.handle, V.VkSemaphoreSignalInfo({ semaphore, value })));
      held.clear();
    },
    [Symbol.dispose]: () => change[Symbol.dispose](),
  };
}

/** Queues that a device has no more of, by label: their submits are held. */
function moreQueues(device: Device, labels: readonly string[]): { readonly queues: readonly Queue[] } & Disposable {
  const { driver } = makerOf(device);
  const timelines = labels.map((label) => device.createTimeline(label));
  const { family, handle } = device.compute;
  const queues = timelines.map((timeline) => new Queue(driver, family, handle, timeline, timeline.label));
  for (const each of timelines) driver.progress.splice(driver.progress.indexOf(each), 1);
  return {
    queues,
    [Symbol.dispose]: () => {
      for (const each of timelines) each[Symbol.dispose]();
    },
  };
}

function tooSmall(queue: string, value: number, floor: number): string {
  return `Cannot submit to queue "${queue}": it signals timeline "order" with ${value}, which was promised ${floor}; a timeline only grows`;
}

gpuTest('a queue may signal less than another, which is held back', {}, async ({ device }) => {
  using order = device.createTimeline('order');
  using gate = device.createTimeline('gate');
  using nothing = device.record('nothing', () => undefined);
  using others = moreQueues(device, ['other']);
  const other = others.queues[0]!;
  using held = heldSubmits(device);
  const submit = (queue: Queue, value: number, wait: readonly TimelinePoint[] = []): string =>
    messageOf(() => queue.submit([nothing], { wait, signal: [{ timeline: order, value }] }));
  expect(submit(device.compute, 9, [{ timeline: gate, value: 1 }])).toBe('no error');
  expect([submit(device.compute, 5), submit(other, 9)]).toEqual([tooSmall('compute', 5, 9), tooSmall('other', 9, 9)]);
  expect([submit(other, 5), submit(other, 4), order.last]).toEqual(['no error', tooSmall('other', 4, 5), 9]);
  expect(submit(other, 3)).toBe(tooSmall('other', 3, 5));
  gate.signal(1);
  held.play();
  // Nothing is held back any more: what was promised may come at any time.
  expect([submit(device.compute, 20), submit(other, 15)]).toEqual(['no error', tooSmall('other', 15, 20)]);
  held.play();
  await order.wait(20);
});

gpuTest('only what waits itself, or behind what does, may be overtaken by less', {}, async ({ device }) => {
  using order = device.createTimeline('order');
  using gate = device.createTimeline('gate');
  using shared = device.createTimeline('shared');
  using nothing = device.record('nothing', () => undefined);
  using others = moreQueues(device, ['a', 'b', 'c']);
  const [a, b, c] = others.queues as [Queue, Queue, Queue];
  const { compute } = device;
  {
    using held = heldSubmits(device);
    const signal = (queue: Queue, value: number, wait: readonly TimelinePoint[] = []): string =>
      messageOf(() => queue.submit([nothing], { wait, signal: [{ timeline: order, value }] }));
    const point = compute.submit([nothing], { wait: [{ timeline: gate, value: 1 }] });
    // That another queue waits holds nothing back.
    expect([signal(a, 9), signal(b, 5)]).toEqual(['no error', tooSmall('b', 5, 9)]);
    // What waits for that is held back, too.
    expect([signal(c, 19, [point]), signal(b, 15)]).toEqual(['no error', 'no error']);
    // So is what its queue is given behind it, until somebody is told to signal what it waits for.
    expect([signal(compute, 29), signal(b, 25), signal(b, 24)]).toEqual([
      'no error',
      'no error',
      tooSmall('b', 24, 25),
    ]);
    gate.signal(1);
    expect([signal(b, 27), signal(b, 28), signal(b, 30)]).toEqual([
      tooSmall('b', 27, 29),
      tooSmall('b', 28, 29),
      'no error',
    ]);
    // What other devices signal, too, may have been promised there.
    Object.assign(shared, { isShared: true });
    expect([signal(a, 39, [{ timeline: shared, value: 1 }]), signal(b, 35)]).toEqual([
      'no error',
      tooSmall('b', 35, 39),
    ]);
    held.play();
  }
});

gpuTest('what was reached is asked for only where less is signalled', {}, async ({ device }) => {
  using order = device.createTimeline('order');
  using gate = device.createTimeline('gate');
  using nothing = device.record('nothing', () => undefined);
  using others = moreQueues(device, ['a', 'b']);
  const [a, b] = others.queues as [Queue, Queue];
  const bare = device.raw.commands;
  const asked: unknown[] = [];
  using held = heldSubmits(device);
  using _ = changeCommands(device, {
    vkGetSemaphoreCounterValue: (of, semaphore, out) => {
      asked.push(semaphore);
      return bare.vkGetSemaphoreCounterValue(of, semaphore, out);
    },
  });
  const signal = (queue: Queue, value: number, wait: readonly TimelinePoint[] = []): string =>
    messageOf(() => queue.submit([nothing], { wait, signal: [{ timeline: order, value }] }));
  expect(signal(a, 20, [{ timeline: gate, value: 1 }])).toBe('no error');
  for (let value = 21; value <= 27; value++) expect(signal(a, value)).toBe('no error');
  expect(asked).toHaveLength(0);
  expect(signal(b, 10)).toBe('no error');
  expect(asked).toEqual([gate.handle, order.handle]);
  // Somebody signals past the device.
  V.arena.scope(() =>
    bare.vkSignalSemaphore(bare.handle, V.VkSemaphoreSignalInfo({ semaphore: gate.handle, value: 1 })),
  );
  expect(signal(b, 11)).toBe(tooSmall('b', 11, 27));
  held.play();
});

gpuTest('what is kept of signals that were held back goes soon after they are no more', {}, async ({ device }) => {
  using gate = device.createTimeline('gate');
  using steps = device.createTimeline('steps');
  using closed = device.createTimeline('closed');
  using nothing = device.record('nothing', () => undefined);
  using others = moreQueues(device, ['a', 'b', 'c']);
  const [a, b, c] = others.queues as [Queue, Queue, Queue];
  using held = heldSubmits(device);
  const kept = (): number[] => [a, b, c].map(({ timeline }) => timeline.held);
  c.submit([nothing], { wait: [{ timeline: closed, value: 1 }] });
  a.submit([nothing], { wait: [{ timeline: gate, value: 1 }] });
  for (let index = 1; index < 1000; index++) a.submit([nothing]);
  expect(kept()).toEqual([1000, 0, 1]);
  gate.signal(1);
  for (let index = 0; index < 2; index++) a.submit([nothing]);
  expect(kept()).toEqual([0, 0, 1]);
  // Each is held back until just after it was submitted.
  for (let value = 1; value <= 200; value++) {
    b.submit([nothing], { wait: [{ timeline: steps, value }] });
    steps.signal(value);
    expect(b.timeline.held).toBeLessThan(20);
  }
  closed.signal(1);
  held.play();
});
