import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { openDevice } from '../src/index.ts';
import { messageOf } from './message-of.ts';

/** Layer 1.3.239 may hold up a thread's signal for ten seconds. */
const BARE = { validation: false } as const;

gpuTest('a relay refuses what no thread can pass on, and passes on the rest', BARE, async ({ device }) => {
  await using relay = device.createRelay('steps');
  using timeline = device.createTimeline('far');
  const gone = device.createTimeline('gone');
  gone[Symbol.dispose]();
  timeline.signal(5);
  const post = (value: number, signalled: number, to = timeline) =>
    messageOf(() => relay.post({ value, signal: { timeline: to, value: signalled } }));
  const no = 'which is no value of a timeline; give a whole number';
  expect([post(-1, 6), post(Number.NaN, 6), post(0, Number.NaN), post(0, 3), post(0, 5), post(0, 1, gone)]).toEqual([
    `Cannot relay "steps": it waits for timeline "compute queue" to reach -1, ${no} from 0`,
    `Cannot relay "steps": it waits for timeline "compute queue" to reach NaN, ${no} from 0`,
    `Cannot relay "steps": it signals timeline "far" with NaN, ${no} above 5`,
    'Cannot relay "steps": it signals timeline "far" with 3, which was promised 5; a timeline only grows',
    'Cannot relay "steps": it signals timeline "far" with 5, which was promised 5; a timeline only grows',
    'Cannot relay "steps": it uses timeline "gone", which was disposed; dispose it when nobody uses it any more',
  ]);
  const copy = { from: 0n, to: 0n, byteLength: Number.NaN };
  expect(messageOf(() => relay.post({ value: 0, copy, signal: { timeline, value: 6 } }))).toBe(
    'Cannot relay "steps": it copies NaN bytes; give a whole number from 0',
  );
  expect(timeline.last).toBe(5);
  relay.post({ value: 0, signal: { timeline, value: 6 } });
  await timeline.wait(6);
  await Promise.all([relay[Symbol.asyncDispose](), relay[Symbol.asyncDispose]()]);
  expect([String(relay), post(0, 7)]).toEqual([
    'Relay("steps", closed)',
    'Cannot relay "steps": it was closed; post before',
  ]);
  expect(timeline.last).toBe(6);
});

gpuTest('a device isn’t closed under its relay', {}, async ({ device: { uuid } }) => {
  await using device = await openDevice({ device: uuid });
  await using relay = device.createRelay('steps');
  await expect(device[Symbol.asyncDispose]()).rejects.toThrow(
    `Cannot close device "${device.name}": relay "steps" is alive; dispose them first`,
  );
  using timeline = device.createTimeline('here');
  relay.post({ value: 0, signal: { timeline, value: 1 } });
  await timeline.wait(1);
});

gpuTest('a relay that waits for what doesn’t come is abandoned, and lets go', {}, async ({ device }) => {
  await using relay = device.createRelay('steps');
  using timeline = device.createTimeline('far');
  expect([relay.waitBlocking(0), relay.abandoned]).toEqual([true, false]);
  relay.post({ value: device.compute.timeline.last + 1, signal: { timeline, value: 3 } });
  expect([relay.waitBlocking(100), timeline.value()]).toEqual([false, 0]);
  relay.abandon();
  expect([relay.waitBlocking(60_000), relay.abandoned, timeline.value()]).toEqual([true, true, 3]);
});

gpuTest('a timeline that a relay is still to signal stays until it has', BARE, async ({ device }) => {
  await using relay = device.createRelay('steps');
  const timeline = device.createTimeline('far');
  const { last } = device.compute.timeline;
  const { driver } = timeline;
  relay.post({ value: last + 1, signal: { timeline, value: 1 } });
  timeline[Symbol.dispose]();
  expect([driver.endings.size, timeline.disposed]).toEqual([1, true]);
  await device.submitOnce(() => undefined);
  await Promise.all(driver.endings);
  const later = device.createTimeline('later');
  relay.post({ value: last + 1, signal: { timeline: later, value: 1 } });
  await later.wait(1);
  await relay[Symbol.asyncDispose]();
  later[Symbol.dispose]();
  expect(driver.endings.size).toBe(0);
});

gpuTest('a blocking wait without time left looks once', {}, ({ device }) => {
  using timeline = device.createTimeline('never');
  expect([timeline.waitBlocking(1, -1), timeline.waitBlocking(1, 0), timeline.waitBlocking(0, -5)]).toEqual([
    false,
    false,
    true,
  ]);
  expect(messageOf(() => timeline.waitBlocking(1, Number.NaN))).toBe(
    'Cannot wait for timeline "never" to reach 1: timeoutMs is NaN; give milliseconds, or Infinity',
  );
});
