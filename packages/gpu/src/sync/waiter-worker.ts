/**
 * @file The waiter's worker thread: it alone calls vkWaitSemaphores for long. It reads requests from shared memory, waits
 * in slices (so that a new request is seen), and writes what became of each. It serves one device after the other, and never
 * ends by itself. See `waiter-table.ts` for the layout.
 */

import * as V from '@halocline/vulkan';
import { beginThread } from '../thread.ts';
import { BELL, CANCELLED, CANCELLING, FREE, KNOWN_TURN, PENDING, requestTable, TURN } from './waiter-table.ts';

interface WaiterStart {
  readonly table: SharedArrayBuffer;
  readonly loaderPath: string;
}

const SLICE_NANOSECONDS = 2_000_000;

const [start, loader] = beginThread(({ loaderPath }: WaiterStart) => V.openLoader({ path: loaderPath }));
const { control, device, states, semaphores, values } = requestTable(start.table);
let loaded: V.Device | undefined;

for (;;) {
  const bell = Atomics.load(control, BELL);
  letGo();
  const turn = Atomics.load(control, TURN);
  if (turn !== Atomics.load(control, KNOWN_TURN)) {
    if (turn % 2 === 0) settle();
    loaded = undefined;
    Atomics.store(control, KNOWN_TURN, turn);
    Atomics.notify(control, KNOWN_TURN);
  }
  const wanted = wantedValues();
  if (wanted.size === 0) Atomics.wait(control, BELL, bell);
  else {
    loaded ??= loadCommands();
    answer(loaded, waitSlice(loaded, wanted), wanted);
  }
}

/** Answers all waits for a device that is about to go, by what was reached. */
function settle(): void {
  const wanted = wantedValues();
  if (wanted.size > 0) answer((loaded ??= loadCommands()), 0, wanted);
  for (let slot = 0; slot < states.length; slot++) {
    if (Atomics.compareExchange(states, slot, PENDING, CANCELLED) === PENDING) Atomics.notify(states, slot);
  }
}

function loadCommands(): V.Device {
  const [instance, handle] = device;
  return V.loadDevice(V.loadInstance(loader, instance as V.VkInstance), handle as V.VkDevice);
}

/** Answers waits that were given up: here this thread is in no call with their semaphores. */
function letGo(): void {
  for (let slot = 0; slot < states.length; slot++) {
    if (Atomics.compareExchange(states, slot, CANCELLING, CANCELLED) === CANCELLING) Atomics.notify(states, slot);
  }
}

/** For each semaphore that somebody waits for, the smallest value. */
function wantedValues(): Map<bigint, bigint> {
  const wanted = new Map<bigint, bigint>();
  for (let slot = 0; slot < states.length; slot++) {
    if (Atomics.load(states, slot) !== PENDING) continue;
    const semaphore = semaphores[slot]!;
    const known = wanted.get(semaphore);
    if (known === undefined || values[slot]! < known) wanted.set(semaphore, values[slot]!);
  }
  return wanted;
}

function waitSlice(commands: V.Device, wanted: ReadonlyMap<bigint, bigint>): number {
  return V.arena.scope(() => {
    const info = V.VkSemaphoreWaitInfo({
      flags: wanted.size > 1 ? V.VK_SEMAPHORE_WAIT_ANY_BIT : 0,
      pSemaphores: [...wanted.keys()] as V.VkSemaphore[],
      pValues: [...wanted.values()],
    });
    return commands.vkWaitSemaphores(commands.handle, info, SLICE_NANOSECONDS);
  });
}

function answer(commands: V.Device, result: number, wanted: ReadonlyMap<bigint, bigint>): void {
  for (const semaphore of wanted.keys()) {
    const [reached, code] = result < 0 ? [0n, result] : counterOf(commands, semaphore as V.VkSemaphore);
    for (let slot = 0; slot < states.length; slot++) {
      if (Atomics.load(states, slot) !== PENDING || semaphores[slot] !== semaphore) continue;
      if (code >= 0 && values[slot]! > reached) continue;
      const answered = Atomics.compareExchange(states, slot, PENDING, code < 0 ? code : FREE) === PENDING;
      if (answered) Atomics.notify(states, slot);
    }
  }
}

function counterOf(commands: V.Device, semaphore: V.VkSemaphore): [reached: bigint, result: number] {
  return V.arena.scope(() => {
    const out = V.arena.u64();
    const result = commands.vkGetSemaphoreCounterValue(commands.handle, semaphore, out);
    return [V.arena.readU64(out), result];
  });
}
