/**
 * @file The relay's thread: takes messages in order, waits for the timeline that it listens to, copies, signals. Messages that wait
 * for the same moment are copied side by side, where CUDA copies. When a wait or a copy fails, it goes on without: whoever was
 * promised a signal must not hang for it, and the failure is told.
 */

import * as V from '@halocline/vulkan';
import { CudaCopies } from '../cuda/copies.ts';
import { libc } from '../memory/libc.ts';
import { beginThread } from '../thread.ts';
import { BELL, CUDA_FAILURE, DONE, FAILURE, POSTED, QUIT, relayTable, RING, WORDS } from './relay-table.ts';

interface RelayStart {
  readonly table: SharedArrayBuffer;
  readonly loaderPath: string;
  readonly instance: V.VkInstance;
  readonly device: V.VkDevice;
  readonly semaphore: V.VkSemaphore;
}

const SLICE_NANOSECONDS = 50_000_000;

const [start, { instance, memcpy }] = beginThread(({ loaderPath, instance }: RelayStart) => ({
  instance: V.loadInstance(V.openLoader({ path: loaderPath }), instance),
  memcpy: libc()?.memcpy,
}));
const { control, messages } = relayTable(start.table);
const devices = new Map<bigint, V.Device>();
let copies: CudaCopies | undefined;

for (;;) {
  const bell = Atomics.load(control, BELL);
  const done = Atomics.load(control, DONE);
  if (done === Atomics.load(control, POSTED)) {
    if (Atomics.load(control, QUIT) !== 0) break;
    Atomics.wait(control, BELL, bell);
    continue;
  }
  pass(done);
}
copies?.[Symbol.dispose]();

/** Passes on the message of this number, and those behind it that wait for no more. */
function pass(first: number): void {
  const value = message(first)[0]!;
  if (!hasFailed()) wait(value);
  const posted = Atomics.load(control, POSTED);
  const finishes: (() => void)[] = [];
  for (let at = first; at !== posted && message(at)[0]! <= value; at = (at + 1) | 0) finishes.push(copy(message(at)));
  for (const [index, finish] of finishes.entries()) {
    finish();
    const [, , , , device, semaphore, signal] = message(first + index);
    if (semaphore !== 0n) signalSemaphore(commandsOf(device!), semaphore as V.VkSemaphore, signal!);
    Atomics.store(control, DONE, (first + index + 1) | 0);
    Atomics.notify(control, DONE);
  }
}

function message(number: number): BigUint64Array {
  return messages.subarray(((number >>> 0) % RING) * WORDS);
}

function hasFailed(): boolean {
  return Atomics.load(control, FAILURE) !== 0 || Atomics.load(control, CUDA_FAILURE) !== 0;
}

/** Starts the copy of a message; what is returned waits for it. */
function copy([, from, to, byteLength, , , , here, there]: BigUint64Array): () => void {
  if (byteLength === 0n || hasFailed()) return () => undefined;
  if (here === 0n) {
    memcpy!(to!, from!, byteLength!);
    return () => undefined;
  }
  const note = (result: number): void => {
    if (result !== 0) Atomics.store(control, CUDA_FAILURE, result);
  };
  try {
    copies ??= new CudaCopies();
    const finish = copies.start({ context: here!, address: from! }, { context: there!, address: to! }, byteLength!);
    return () => note(finish());
  } catch {
    note(CudaCopies.UNKNOWN);
    return () => undefined;
  }
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
    // The main side may know before the driver says so that nothing comes any more.
    if (result === V.VK_SUCCESS || hasFailed()) return;
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
