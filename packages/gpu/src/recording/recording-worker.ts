/**
 * @file A recording thread: takes jobs from the shared table, calls the function that each names with an encoder of a secondary
 * command buffer, and says what became of it. While there is nothing to do it takes back what the device is done with, then
 * sleeps, blocked. The main side owns every pool, those of descriptors too, so that a thread may be killed at any moment.
 */

import { deserialize } from 'node:v8';
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import * as V from '@halocline/vulkan';
import { endCommands } from '../command/command-buffer.ts';
import { Encoder } from '../command/encoder.ts';
import type { TargetFormats } from '../command/graphics-pipeline.ts';
import { recordDraws } from '../command/rendering.ts';
import { CommandScope } from '../command/scope.ts';
import { beginSecondary } from '../command/secondary.ts';
import { Driver } from '../device/driver.ts';
import type { DeviceLimits, QueueFamilyReport } from '../device/survey.ts';
import { libc } from '../memory/libc.ts';
import { carry } from '../tracking/carried.ts';
import { beginThread } from '../thread.ts';
import type { Tracked, TrackingWishes } from '../tracking/device-tracking.ts';
import type { Finding } from '../tracking/findings.ts';
import { Insertion } from '../tracking/insertion.ts';
import { RecordingTracker } from '../tracking/recording.ts';
import { Receiver } from './crossing.ts';
import type { ObjectRecord } from './crossing.ts';
import { SharedLayouts } from './shared-layouts.ts';
import { quietCore } from './quiet-core.ts';
import { sleepingCore } from './sleeping-core.ts';
import { lookUpCommands } from './thread-commands.ts';
import type { ThreadPass } from './thread-pass.ts';
import { BELL, claimJob, FAILED, finishJob, jobTable, NEWS, POSTED, QUIT, RECORDED, SLOTS } from './job-table.ts';

/** What a thread is started with. */
export interface ThreadStart {
  readonly thread: number;
  /** How many there are. */
  readonly threads: number;
  readonly table: SharedArrayBuffer;
  readonly messages: SharedArrayBuffer;
  readonly layouts: SharedArrayBuffer;
  readonly port: MessagePort;
  readonly loaderPath: string;
  readonly instance: V.VkInstance;
  readonly physicalDevice: V.VkPhysicalDevice;
  readonly device: V.VkDevice;
  readonly name: string;
  readonly limits: DeviceLimits;
  readonly features: Readonly<Record<string, boolean>>;
  readonly extensions: readonly string[];
  readonly family: QueueFamilyReport;
  readonly named: boolean;
  /** What is followed of what it records; undefined: nothing. */
  readonly tracking: TrackingWishes | undefined;
  /** A pool for each frame in flight. */
  readonly pools: readonly V.VkCommandPool[];
  /** How many secondary command buffers each pool begins with. */
  readonly secondaries: number;
  readonly records: readonly ObjectRecord[];
}

/** A job as its message says it. */
export interface JobMessage {
  readonly pass: string;
  /** Its place among the passes. */
  readonly number: number;
  readonly module: string;
  readonly export: string;
  readonly data: unknown;
  readonly slot: number;
  /** The frame's number: the first job of a frame takes the slot's command buffers back. */
  readonly frame: number;
  readonly draws:
    | { readonly targets: TargetFormats; readonly area: readonly [number, number, number, number] }
    | undefined;
}

/** What the main side sends through a port. */
export interface News {
  readonly add?: ObjectRecord;
  readonly forget?: readonly number[];
}

/** What a thread says of a job that failed. */
export interface Failure {
  readonly job: number;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** What a thread says through its port: that a job failed, what it touches, or what pools of descriptors there are. */
export interface Word {
  readonly failure?: Failure;
  readonly tracked?: Tracked & { readonly job: number };
  readonly made?: V.VkDescriptorPool;
  readonly gone?: V.VkDescriptorPool;
}

type Recorder = (encoder: unknown, data: unknown, pass: ThreadPass) => unknown;

/** The first byte of what `node:v8` serializes. */
const STRUCTURED = 0xff;

class Slot {
  readonly pool: V.VkCommandPool;
  readonly buffers: V.VkCommandBuffer[] = [];
  readonly releases: (() => void)[] = [];
  begun = 0;
  /** The frame that its command buffers belong to; -1: to none, they were taken back. */
  frame = -1;

  constructor(pool: V.VkCommandPool) {
    this.pool = pool;
  }
}

const [start, { instance, commands }] = beginThread(({ loaderPath, ...given }: ThreadStart) => {
  const instance = V.loadInstance(V.openLoader({ path: loaderPath }), given.instance);
  libc(); // for the cores below
  const commands = V.loadDevice(instance, given.device);
  lookUpCommands(instance, commands);
  return { instance, commands };
});
const table = jobTable(start.table);
const { messages } = start;
const layouts = new SharedLayouts(start.layouts);
const receiver = new Receiver();
for (const record of start.records) receiver.add(record);
const driver = new Driver({
  instance,
  physicalDevice: start.physicalDevice,
  commands,
  name: start.name,
  limits: start.limits,
  features: start.features,
  extensions: start.extensions,
  family: start.family,
  named: start.named,
  shared: true,
});
driver.descriptorPools = {
  made: (pool) => tell({ made: pool }),
  gone: (pool) => tell({ gone: pool }),
};
const insertion = new Insertion(driver);
const slots = start.pools.map((pool) => new Slot(pool));
for (const [index, slot] of slots.entries()) allocate(slot, index, start.secondaries);
const functions = new Map<string, Recorder>();
let seen = 0;
const core = sleepingCore(start.thread, start.threads);
const quiet = quietCore(start.thread, start.threads, table.places);

/** Jobs since it last slept. The first is recorded on the core where the thread woke: to let it roam costs as much as 150 commands. */
let jobs = 0;

for (;;) {
  const bell = Atomics.load(table.control, BELL);
  if (Atomics.load(table.control, QUIT) !== 0) break;
  const job = claimJob(table, start.thread);
  if (job >= 0) {
    if (++jobs > 1) core?.roam();
    await run(job);
    quiet?.look();
  } else if (!tidy()) {
    sleep(bell);
    jobs = 0;
  }
}

/** Sleeps until the bell has rung once more than `bell` times. */
function sleep(bell: number): void {
  // Between two frames: it may come to the main thread's core, which has a frame to end before.
  if (Atomics.load(table.control, POSTED) === 0) quiet?.seek(() => Atomics.load(table.control, BELL) === bell);
  core?.settle();
  Atomics.wait(table.control, BELL, bell);
}

function tell(word: Word): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of Node's has no origin
  start.port.postMessage(word);
}

/** Makes more command buffers; the main side sees how many there are. */
function allocate(slot: Slot, index: number, count: number): void {
  V.arena.scope(() => {
    const out = V.arena.u64(count);
    const info = V.VkCommandBufferAllocateInfo({
      commandPool: slot.pool,
      level: V.VK_COMMAND_BUFFER_LEVEL_SECONDARY,
      commandBufferCount: count,
    });
    const result = driver.commands.vkAllocateCommandBuffers(driver.handle, info, out);
    const act = `Cannot make ${count} secondary command buffers`;
    driver.check(result, 'vkAllocateCommandBuffers', 'command-buffer', act, 'record fewer passes a frame');
    for (let i = 0; i < count; i++) slot.buffers.push(V.arena.readU64<V.VkCommandBuffer>(out, i));
  });
  for (const each of slot.buffers.slice(-count)) {
    driver.setName(V.VK_OBJECT_TYPE_COMMAND_BUFFER, each, `recording thread ${start.thread}`);
  }
  Atomics.store(table.capacities, start.thread * SLOTS + index, slot.buffers.length);
}

/** Takes a slot's command buffers and descriptors back. The device is done with them. */
function takeBack(slot: Slot): void {
  for (const each of slot.releases.splice(0)) each();
  const result = driver.commands.vkResetCommandPool(driver.handle, slot.pool, 0);
  driver.check(result, 'vkResetCommandPool', 'command-buffer', 'Cannot begin a frame', 'free some memory');
  slot.frame = -1;
  slot.begun = 0;
}

/** Takes back one slot's frame that the device is done with, if there is one: before its next frame wants it. */
function tidy(): boolean {
  const found = slots.find((slot, index) => slot.frame >= 0 && slot.frame < Atomics.load(table.done, index));
  if (found) takeBack(found);
  return found !== undefined;
}

/** The next command buffer of a slot; the first one of a frame takes all back that weren't yet. */
function nextBuffer({ slot: index, frame }: JobMessage): V.VkCommandBuffer {
  const slot = slots[index]!;
  if (slot.frame !== frame) {
    if (slot.frame >= 0) takeBack(slot);
    slot.frame = frame;
  }
  if (slot.begun === slot.buffers.length) allocate(slot, index, slot.buffers.length);
  return slot.buffers[slot.begun++]!;
}

function readNews(): void {
  const news = Atomics.load(table.control, NEWS);
  if (news === seen) return;
  seen = news;
  for (;;) {
    const message = receiveMessageOnPort(start.port);
    if (!message) return;
    const { add, forget } = message.message as News;
    if (add) receiver.add(add);
    if (forget) receiver.forget(forget);
  }
}

async function functionOf({ module, export: name }: JobMessage): Promise<Recorder> {
  const key = `${module} ${name}`;
  let found = functions.get(key);
  if (!found) {
    const exported = ((await import(module)) as Record<string, unknown>)[name];
    if (typeof exported !== 'function') throw new TypeError(`module ${module} exports no function "${name}"`);
    found = exported as Recorder;
    functions.set(key, found);
  }
  return found;
}

/** A job's message: JSON, or structured data, whose first byte no JSON begins with. */
function messageOf(job: number): JobMessage {
  const bytes = Buffer.from(messages, table.begins[job], table.lengths[job]);
  if (bytes[0] === STRUCTURED) return deserialize(new Uint8Array(bytes)) as JobMessage;
  return JSON.parse(bytes.toString()) as JobMessage;
}

async function run(job: number): Promise<void> {
  try {
    const message = messageOf(job);
    readNews();
    const body = functions.get(`${message.module} ${message.export}`) ?? (await functionOf(message));
    table.handles[job] = record(message, body, job);
    Atomics.store(table.proven, start.thread, 1);
    finishJob(table, job, RECORDED);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const { name, message, stack = '' } = error;
    tell({ failure: { job, name, message, stack } });
    finishJob(table, job, FAILED);
  } finally {
    receiver.release();
  }
}

function passOf({ pass: label, number }: JobMessage): ThreadPass {
  return {
    label,
    expect(image, access) {
      const id = receiver.idOf(image);
      if (id === undefined) throw new TypeError(`image "${image.label}" did not come with the data; give it there`);
      const first = layouts.expect(number, id, access);
      if (first === access) return;
      throw new TypeError(`it expects image "${image.label}" as ${first} and as ${access}; make two passes of it`);
    },
  };
}

function trackerOf(label: string, handle: V.VkCommandBuffer, found: Finding[]): RecordingTracker | undefined {
  if (!start.tracking) return undefined;
  const { checks, automatic } = start.tracking;
  return new RecordingTracker({
    label,
    nested: true,
    report: checks ? (finding) => found.push(finding) : undefined,
    emit: automatic ? (batch) => insertion.record(handle, label, batch) : undefined,
  });
}

function record(message: JobMessage, body: Recorder, job: number): V.VkCommandBuffer {
  const { pass, draws } = message;
  const data = receiver.restore(message.data);
  const handle = nextBuffer(message);
  const { releases } = slots[message.slot]!;
  beginSecondary(driver, handle, pass, draws?.targets, true);
  const call = (encoder: unknown): void => {
    const returned = body(encoder, data, passOf(message));
    if (returned instanceof Promise) {
      returned.catch(() => undefined);
      throw new TypeError(`function "${message.export}" returned a promise; record without waiting`);
    }
  };
  const found: Finding[] = [];
  const tracker = trackerOf(pass, handle, found);
  if (draws) {
    tracker?.rendering(true);
    const scope = new CommandScope(driver, handle, pass, tracker, 'secondary');
    try {
      scope.pass(pass, () => recordDraws(scope, draws.targets, draws.area, call));
    } finally {
      scope.end();
      releases.push(...scope.releases);
    }
  } else {
    const encoder = new Encoder(driver, handle, pass, tracker, 'secondary');
    try {
      encoder.label(pass, call);
    } finally {
      encoder.end();
      releases.push(...encoder.releases);
    }
    if (encoder.checks.length > 0)
      throw new TypeError('it holds a check before submits; record that on the main thread');
  }
  if (tracker) {
    const carried = carry(tracker.finish(), (resource) => receiver.idOf(resource));
    tell({ tracked: { job, carried, found } });
  }
  endCommands(driver, handle, pass);
  return handle;
}
