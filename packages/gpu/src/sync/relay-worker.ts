/**
 * @file The relay's thread: takes messages in order, waits for the timeline that it listens to, copies, signals. When a wait fails,
 * it goes on without waiting: whoever was promised a signal must not hang for it, and the failure is told.
 */

import { workerData } from 'node:worker_threads';
import * as V from '@halocline/vulkan';
import { libc } from '../memory/libc.ts';
import { BELL, DONE, FAILURE, POSTED, QUIT, relayTable, RING, WORDS } from './relay-table.ts';

interface RelayStart {
  readonly table: SharedArrayBuffer;
  readonly loaderPath: string;
  readonly instance: V.VkInstance;
  readonly device: V.VkDevice;
  readonly semaphore: V.VkSemaphore;
}

const SLICE_NANOSECONDS = 50_000_000;

const start = workerData as RelayStart;
const { control, messages } = relayTable(start.table);
const instance = V.loadInstance(V.openLoader({ path: start.loaderPath }), start.instance);
const devices = new Map<bigint, V.Device>();
const memcpy = libc()?.memcpy;

for (;;) {
  const bell = Atomics.load(control, BELL);
  const done = Atomics.load(control, DONE);
  if (done === Atomics.load(control, POSTED)) {
    if (Atomics.load(control, QUIT) !== 0) break;
    Atomics.wait(control, BELL, bell);
    continue;
  }
  pass(messages.subarray((done % RING) * WORDS));
  Atomics.store(control, DONE, (done + 1) | 0);
  Atomics.notify(control, DONE);
}

function pass([value, from, to, byteLength, device, semaphore, signal]: BigUint64Array): void {
  if (Atomics.load(control, FAILURE) === 0) wait(value!);
  if (byteLength! > 0n && Atomics.load(control, FAILURE) === 0) memcpy!(to!, from!, byteLength!);
  if (semaphore !== 0n) signalSemaphore(commandsOf(device!), semaphore as V.VkSemaphore, signal!);
}

function wait(value: bigint): void {
  const { vkWaitSemaphores, handle } = commandsOf(start.device);
  for (;;) {
    const result = V.arena.scope(() =>
      vkWaitSemaphores(
        handle,
        V.VkSemaphoreWaitInfo({ pSemaphores: [start.semaphore], pValues: [value] }),
        SLICE_NANOSECONDS,
      ),
    );
    if (result === V.VK_SUCCESS) return;
    if (result < 0) {
      Atomics.store(control, FAILURE, result);
      return;
    }
  }
}

function signalSemaphore({ vkSignalSemaphore, handle }: V.Device, semaphore: V.VkSemaphore, value: bigint): void {
  const result = V.arena.scope(() => vkSignalSemaphore(handle, V.VkSemaphoreSignalInfo({ semaphore, value })));
  if (result < 0) Atomics.store(control, FAILURE, result);
}

function commandsOf(device: bigint): V.Device {
  let commands = devices.get(device);
  if (!commands) devices.set(device, (commands = V.loadDevice(instance, device as V.VkDevice)));
  return commands;
}
