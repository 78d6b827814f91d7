import { setTimeout as sleep } from 'node:timers/promises';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { openDevice } from '../src/index.ts';
import { changeCommands } from './changed-driver.ts';
import { SLOW, wordsPush } from './kernels.ts';

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
