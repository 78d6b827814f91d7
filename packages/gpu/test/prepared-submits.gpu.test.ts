/** Submits that are made again and again: several in one call, quiet ones, and those that are written once. */
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import type { Submittable } from '../src/command/command-buffer.ts';
import { Queue } from '../src/command/queue.ts';
import { delaySubmits, type Device, type SubmitBatch, type Timeline } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { changeCommands } from './changed-driver.ts';
import { messageOf } from './message-of.ts';

/** Where submits are followed, or delayed, each goes in a call of its own. */
const PLAIN = { validation: false } as const;

/** Three submits that add a word to a row each time: the second waits for what the first signals. */
function rows(
  device: Device,
  owned: DisposableStack,
): { batches: SubmitBatch[]; order: Timeline; read: () => Promise<number[]> } {
  const order = owned.use(device.createTimeline('order'));
  const words = owned.use(device.createBuffer({ label: 'words', byteLength: 64 }));
  const shift = owned.use(
    device.record('shift', (encoder) => {
      for (let word = 15; word > 0; word--) {
        encoder.barrier(['transfer-target'], ['transfer-source', 'transfer-target']);
        encoder.copy(words, 4 * word - 4, words, 4 * word, 4);
      }
      encoder.barrier(['transfer-target', 'transfer-source'], ['transfer-source', 'transfer-target']);
    }),
  );
  const put = (value: number) =>
    owned.use(device.record(`put ${value}`, (encoder) => encoder.fill(words, 0, 4, value)));
  const batches = [
    { commands: [shift, put(1)], signal: [{ timeline: order, value: 1 }], quiet: true },
    { commands: [shift, put(2)], wait: [{ timeline: order, value: 1 }] },
    { commands: [shift, put(3)] },
  ];
  const read = async (): Promise<number[]> => [
    ...new Uint32Array((await device.staging.download(words)).buffer, 0, 16),
  ];
  return { batches, order, read };
}

gpuTest('several submits go in one call, and a quiet one moves no timeline of the queue', PLAIN, async ({ device }) => {
  using owned = new DisposableStack();
  const { batches, order, read } = rows(device, owned);
  const { last } = device.compute.timeline;
  const points = device.compute.submitAll(batches);
  // When a quiet one is done is known when the next is.
  expect(points.map(({ value }) => value - last)).toEqual([1, 1, 2]);
  expect(device.compute.timeline.last).toBe(last + 2);
  expect((await read()).slice(0, 3)).toEqual([3, 2, 1]);
  expect(order.value()).toBe(1);
});

gpuTest('submits that are written once are made again, in one call each time', PLAIN, async ({ device }) => {
  using owned = new DisposableStack();
  const { batches, order, read } = rows(device, owned);
  const [first] = device.compute.submitAll(batches);
  using prepared = device.compute.prepare(batches, first!.value);
  for (let round = 1; round <= 3; round++) {
    const queued = device.compute.timeline.last - (first!.value - 1);
    const { submits } = device.counters;
    prepared.submit((timeline) => (timeline === order ? round : queued));
    expect(device.counters.submits - submits).toBe(device.compute.takesWritten ? 1 : 3);
  }
  expect(order.last).toBe(4);
  expect((await read()).slice(0, 12)).toEqual([3, 2, 1, 3, 2, 1, 3, 2, 1, 3, 2, 1]);
});

gpuTest('several that are written before the first is made go as one by one', PLAIN, async ({ device }) => {
  using owned = new DisposableStack();
  const { batches, order, read } = rows(device, owned);
  const first = device.compute.submitAll(batches.slice(0, 2))[0]!.value;
  const second = device.compute.submitAll(batches.slice(2))[0]!.value;
  using two = device.compute.prepare(batches.slice(0, 2), first);
  using one = device.compute.prepare(batches.slice(2), second);
  for (let round = 1; round <= 2; round++) {
    const queued = device.compute.timeline.last - (first - 1);
    const ahead = (timeline: Timeline): number => (timeline === order ? round : queued);
    const { submits } = device.counters;
    two.write(ahead);
    one.write(ahead);
    expect(device.counters.submits - submits).toBe(0);
    two.make();
    one.make();
    expect(device.counters.submits - submits).toBe(device.compute.takesWritten ? 2 : 3);
  }
  expect(device.compute.timeline.last).toBe(first - 1 + 6);
  expect((await read()).slice(0, 9)).toEqual([3, 2, 1, 3, 2, 1, 3, 2, 1]);
});

gpuTest('what is disposed between the writing and the making is refused', PLAIN, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using fill = device.record('fill', (encoder) => encoder.fill(words, 0, 64, 1));
  const batches = [{ commands: [fill] }];
  const [first] = device.compute.submitAll(batches);
  using prepared = device.compute.prepare(batches, first!.value);
  await device.idle();
  prepared.write(() => 1);
  words[Symbol.dispose]();
  expect(messageOf(() => prepared.make())).toBe(
    'Cannot submit "fill": it uses buffer "words", which was disposed; record it again',
  );
  expect(device.compute.timeline.last).toBe(first!.value);
});

gpuTest('while submits are delayed those that are written once go one by one', PLAIN, async ({ device }) => {
  using owned = new DisposableStack();
  const { batches, order, read } = rows(device, owned);
  const [first] = device.compute.submitAll(batches);
  using prepared = device.compute.prepare(batches, first!.value);
  try {
    delaySubmits(() => 0);
    const { submits } = device.counters;
    prepared.submit((timeline) => (timeline === order ? 1 : 2));
    expect(device.counters.submits - submits).toBe(3);
  } finally {
    delaySubmits(null);
  }
  expect((await read()).slice(0, 6)).toEqual([3, 2, 1, 3, 2, 1]);
});

gpuTest('what would go along with a submit can be sent ahead of it', PLAIN, async ({ device }) => {
  using target = device.createBuffer({ label: 'target', byteLength: 16 });
  const upload = device.staging.upload(target, 0, Uint32Array.of(1, 2, 3, 4));
  device.compute.sendCompanion();
  const { last } = device.compute.timeline;
  device.compute.sendCompanion();
  // There was nothing more.
  expect(device.compute.timeline.last).toBe(last);
  await upload;
  expect([...new Uint32Array((await device.staging.download(target)).buffer, 0, 4)]).toEqual([1, 2, 3, 4]);
});

gpuTest('submits that are written once never go ahead of uploads that were asked for before', PLAIN, async (test) => {
  const { device } = test;
  using source = device.createBuffer({ label: 'source', byteLength: 16 });
  using target = device.createBuffer({ label: 'target', byteLength: 16 });
  using copy = device.record('copy', (encoder) => encoder.copy(source, 0, target, 0, 16));
  const batches = [{ commands: [copy] }];
  const first = device.compute.submitAll(batches)[0]!.value;
  using prepared = device.compute.prepare(batches, first);
  const upload = device.staging.upload(source, 0, new Uint32Array(4).fill(7));
  const refused =
    'Cannot make prepared submits to queue "compute": transfers that were asked for before go ahead of them; call ' +
    'sendCompanion() of the queue first, and reckon the values from where its timeline is then';
  expect(messageOf(() => prepared.submit(() => 1))).toBe(refused);
  device.compute.sendCompanion();
  prepared.submit(({ last }) => last + 1 - first);
  await upload;
  expect([...new Uint32Array((await device.staging.download(target)).buffer, 0, 4)]).toEqual([7, 7, 7, 7]);
});

gpuTest('submits that are written once are refused when they were disposed', PLAIN, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using fill = device.record('fill', (encoder) => encoder.fill(words, 0, 64, 1));
  const batches = [{ commands: [fill] }];
  const first = device.compute.submitAll(batches)[0]!.value;
  const prepared = device.compute.prepare(batches, first);
  prepared.write(() => 1);
  for (let time = 0; time < 2; time++) prepared[Symbol.dispose]();
  const refused = 'Cannot make prepared submits to queue "compute": they were disposed; prepare them anew';
  expect([messageOf(() => prepared.make()), messageOf(() => prepared.submit(() => 1))]).toEqual([refused, refused]);
  await device.idle();
});

gpuTest('submits that are written once are refused when what they use was disposed', PLAIN, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using order = device.createTimeline('order');
  using fill = device.record('fill', (encoder) => encoder.fill(words, 0, 64, 1));
  const gone: Disposable[] = [];
  const dispose = (): void => {
    for (const each of gone) each[Symbol.dispose]();
  };
  using gate = device.record('gate', (encoder) => encoder.beforeSubmit(dispose));
  const batches = [{ commands: [fill, gate], signal: [{ timeline: order, value: 1 }] }];
  const [first] = device.compute.submitAll(batches);
  using prepared = device.compute.prepare(batches, first!.value);
  await device.idle();
  order[Symbol.dispose]();
  expect(messageOf(() => prepared.submit(() => 1))).toBe(
    'Cannot submit to queue "compute": it uses timeline "order", which was disposed; dispose it when nobody uses it any more',
  );
  gone.push(words);
  expect(messageOf(() => prepared.submit(() => 1))).toBe(
    'Cannot submit "fill": it uses buffer "words", which was disposed; record it again',
  );
});

gpuTest('what goes again behind a wait is held back, and what goes ahead of it is not', PLAIN, async ({ device }) => {
  using owned = new DisposableStack();
  const { driver } = makerOf(device);
  const [order, gate] = ['order', 'gate'].map((label) => owned.use(device.createTimeline(label))) as [
    Timeline,
    Timeline,
  ];
  const nothing = owned.use(device.record('nothing', () => undefined));
  const queues = ['a', 'b'].map((label) => {
    const timeline = owned.use(device.createTimeline(label));
    driver.progress.splice(driver.progress.indexOf(timeline), 1);
    return new Queue(driver, device.compute.family, device.compute.handle, timeline, label);
  });
  const [a, b] = queues as [Queue, Queue];
  using _none = changeCommands(device, { vkQueueSubmit2: () => V.VK_SUCCESS });
  const signal = (value: number): string =>
    messageOf(() => b.submit([nothing], { signal: [{ timeline: order, value }] }));
  const refused = (value: number, floor: number): string =>
    `Cannot submit to queue "b": it signals timeline "order" with ${value}, which was promised ${floor}; a timeline only grows`;
  const commands = [nothing];
  const prepared = a.prepare(
    [
      { commands, signal: [{ timeline: order, value: 3 }] },
      { commands, wait: [{ timeline: gate, value: 1 }], signal: [{ timeline: order, value: 9 }] },
      { commands, quiet: true },
    ],
    1,
  );
  owned.use(prepared);
  prepared.submit(() => 0);
  expect([order.last, order.held, a.timeline.last, a.timeline.promised, a.timeline.held]).toEqual([9, 1, 2, 1, 1]);
  expect([signal(2), signal(5), signal(4)]).toEqual([refused(2, 3), 'no error', refused(4, 5)]);
  // The queue stands behind that wait: the next are held back all of them.
  const next = owned.use(a.prepare([{ commands, signal: [{ timeline: order, value: 19 }] }], 3));
  next.submit(() => 0);
  expect([signal(10), order.held, a.timeline.held]).toEqual(['no error', 2, 2]);
  gate.signal(1);
  expect(signal(8)).toBe(refused(8, 19));
  for (const timeline of [order, a.timeline, b.timeline]) {
    const value = timeline.last;
    V.arena.scope(() =>
      driver.commands.vkSignalSemaphore(driver.handle, V.VkSemaphoreSignalInfo({ semaphore: timeline.handle, value })),
    );
  }
});

gpuTest('timestamps that are written each time are unset before, or perhaps later', PLAIN, async ({ device }) => {
  using owned = new DisposableStack();
  const { driver } = makerOf(device);
  const timeline = owned.use(device.createTimeline('a'));
  const gate = owned.use(device.createTimeline('gate'));
  const pool = owned.use(device.createQueryPool({ label: 'times', count: 1 }));
  const stamp = owned.use(device.record('stamp', (encoder) => encoder.timestamp(pool, 0)));
  const anew = owned.use(device.record('anew', (encoder) => encoder.resetQueries(pool).timestamp(pool, 0)));
  const queue = new Queue(driver, device.compute.family, device.compute.handle, timeline, 'a');
  driver.progress.splice(driver.progress.indexOf(timeline), 1);
  using _none = changeCommands(device, { vkQueueSubmit2: () => V.VK_SUCCESS });
  queue.submit([anew]);
  const again = owned.use(queue.prepare([{ commands: [anew] }], 1));
  const once = owned.use(queue.prepare([{ commands: [stamp] }], 1));
  const submit = (prepared: typeof once): string => messageOf(() => prepared.submit(() => timeline.last));
  const refused =
    'Cannot submit "stamp": it writes timestamp 0 of query pool "times", which was written since it was made unset; record encoder.resetQueries before';
  expect([submit(again), submit(again), submit(once)]).toEqual(['no error', 'no error', refused]);
  queue.submit([], { wait: [{ timeline: gate, value: 1 }] });
  expect(submit(once)).toBe('no error');
  gate.signal(1);
  expect([submit(once), submit(again)]).toEqual([refused, 'no error']);
  V.arena.scope(() =>
    driver.commands.vkSignalSemaphore(
      driver.handle,
      V.VkSemaphoreSignalInfo({ semaphore: timeline.handle, value: timeline.last }),
    ),
  );
});

gpuTest(
  'timestamps are looked after where commands write some only since they were recorded anew',
  PLAIN,
  async ({ device }) => {
    using owned = new DisposableStack();
    const pool = owned.use(device.createQueryPool({ label: 'times', count: 1 }));
    const nothing = owned.use(device.record('nothing', () => undefined));
    const stamp = owned.use(device.record('stamp', (encoder) => encoder.timestamp(pool, 0)));
    await device.submitOnce('resets', (encoder) => encoder.resetQueries(pool));
    let now = nothing;
    // As a command buffer that follows the edits of a watched pipeline.
    const follows: Submittable = new Proxy(nothing, {
      get: (_, name) => {
        const value: unknown = Reflect.get(now, name, now);
        return name === 'steady' ? false : typeof value === 'function' ? value.bind(now) : value;
      },
    });
    const queue = device.compute;
    const { value } = queue.submit([follows]);
    const prepared = owned.use(queue.prepare([{ commands: [follows] }], value));
    const submit = (): string => messageOf(() => prepared.submit(() => queue.timeline.last + 1 - value));
    expect(submit()).toBe('no error');
    now = stamp;
    expect(submit()).toBe('no error');
    expect(submit()).toBe(
      'Cannot submit "stamp": it writes timestamp 0 of query pool "times", which was written since it was made unset; record encoder.resetQueries before',
    );
    now = nothing;
    expect(submit()).toBe('no error');
    await device.idle();
  },
);

gpuTest('what is written together waits for one another, and nothing of it is held back', PLAIN, async ({ device }) => {
  using owned = new DisposableStack();
  const { driver } = makerOf(device);
  const gate = owned.use(device.createTimeline('gate'));
  const nothing = owned.use(device.record('nothing', () => undefined));
  const [a, b] = ['a', 'b'].map((label) => {
    const timeline = owned.use(device.createTimeline(label));
    driver.progress.splice(driver.progress.indexOf(timeline), 1);
    return new Queue(driver, device.compute.family, device.compute.handle, timeline, label);
  }) as [Queue, Queue];
  let asked = 0;
  using _counted = changeCommands(device, {
    vkQueueSubmit2: () => V.VK_SUCCESS,
    vkGetSemaphoreCounterValue: () => {
      asked++;
      return V.VK_SUCCESS;
    },
  });
  const commands = [nothing];
  // The first queue's second submit waits for what the other does when that has seen its first.
  const one = owned.use(a.prepare([{ commands }, { commands, wait: [{ timeline: b.timeline, value: 1 }] }], 1));
  const other = owned.use(b.prepare([{ commands, wait: [{ timeline: a.timeline, value: 1 }] }], 1));
  for (let round = 0; round < 100; round++) {
    const ahead = (timeline: Timeline): number => (timeline === a.timeline ? 2 * round : round);
    for (const each of [one, other]) each.write(ahead);
    for (const each of [one, other]) each.make();
  }
  const states = [a, b].map(({ timeline }) => [timeline.last, timeline.promised, timeline.held]);
  expect({ states, asked }).toEqual({
    states: [
      [200, 200, 0],
      [100, 100, 0],
    ],
    asked: 0,
  });
  // Behind something else it is held back all the same, and what it was expected to signal is promised no more.
  const last = owned.use(a.prepare([{ commands }, { commands, wait: [{ timeline: gate, value: 1 }] }], 1));
  const two = owned.use(a.prepare([{ commands }], 1));
  last.write((timeline) => (timeline === a.timeline ? 200 : 0));
  two.write((timeline) => (timeline === a.timeline ? 202 : 0));
  expect(a.timeline.promised).toBe(203);
  last.make();
  expect([a.timeline.last, a.timeline.promised, a.timeline.held]).toEqual([202, 201, 1]);
  two.make();
  expect([a.timeline.last, a.timeline.promised, a.timeline.held]).toEqual([203, 201, 2]);
  for (const { timeline } of [a, b]) {
    const value = timeline.last;
    V.arena.scope(() =>
      driver.commands.vkSignalSemaphore(driver.handle, V.VkSemaphoreSignalInfo({ semaphore: timeline.handle, value })),
    );
  }
  gate.signal(1);
});
