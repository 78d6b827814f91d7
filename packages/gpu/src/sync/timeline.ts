/** @file Timeline semaphores: a number that only grows, which queues and the host wait for. */

import * as V from '@halocline/vulkan';
import type { Child, Driver, Progress } from '../device/driver.ts';
import { DeviceLostError, VulkanError } from '../errors.ts';
import { checkSharesTimelines } from './shared-timeline.ts';
import { AT_ONCE, noteHeld, settleHolds } from './timeline-holds.ts';
import type { HeldSignal } from './timeline-holds.ts';
import { LATE_MS } from './waiter.ts';
import type { Waiter } from './waiter.ts';
import { CANCELLED } from './waiter-table.ts';
import { printsItself } from '../printing.ts';

/** A moment on a timeline: reached when the timeline's value is at least `value`. */
export interface TimelinePoint {
  readonly timeline: Timeline;
  readonly value: number;
}

/** How a timeline is shared with other devices of the machine: it may be exported, or it is an exported one. */
export type TimelineSharing = 'export' | { readonly fd: number };

/** Who signals timelines later, and not by a submit. */
export interface Signaller {
  /** Resolves when all that it is to signal by now was signalled; undefined where it was. */
  settling(): Promise<void> | undefined;
}

const REACHED = Promise.resolve();

/** A timeline semaphore, from 0 up. */
export class Timeline implements Child, Progress {
  static {
    printsItself(this);
  }

  readonly kind = 'timeline';
  readonly label: string;
  readonly handle: V.VkSemaphore;
  /** The largest value that a submit or the host was told to signal. */
  last = 0;
  /** Of the device that it belongs to. */
  readonly driver: Driver;
  /** Whether other devices may signal it, too. */
  readonly isShared: boolean;
  readonly #waiter: Waiter;
  readonly #waits = new Map<number, Promise<void>>();
  readonly #signallers = new Set<Signaller>();
  /** Signals of submits that smaller ones may come before. */
  #held: HeldSignal[] = [];
  /** The largest value of all other submits, and of all other signals: nothing smaller may follow. */
  #submitted = 0;
  #promised = 0;
  #reached = 0;
  /** How often it was given up: waits that began before it went up were. */
  generation = 0;
  #disposed = false;

  constructor(driver: Driver, waiter: Waiter, label: string, sharing?: TimelineSharing) {
    this.label = label;
    this.driver = driver;
    this.#waiter = waiter;
    this.isShared = sharing !== undefined;
    if (sharing !== undefined) checkSharesTimelines(driver, label);
    this.handle = V.arena.scope(() => {
      const out = V.arena.u64();
      const pNext =
        sharing === 'export'
          ? V.VkExportSemaphoreCreateInfo({ handleTypes: V.VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT })
          : V.NULL;
      const type = V.VkSemaphoreTypeCreateInfo({ pNext, semaphoreType: V.VK_SEMAPHORE_TYPE_TIMELINE });
      const result = driver.commands.vkCreateSemaphore(
        driver.handle,
        V.VkSemaphoreCreateInfo({ pNext: type }),
        V.NULL,
        out,
      );
      driver.check(
        result,
        'vkCreateSemaphore',
        'synchronization',
        `Cannot create timeline "${label}"`,
        'dispose timelines that nobody needs',
        label,
      );
      return V.arena.readU64<V.VkSemaphore>(out);
    });
    if (typeof sharing === 'object') this.#import(sharing.fd);
    driver.setName(V.VK_OBJECT_TYPE_SEMAPHORE, this.handle, label);
  }

  /** The device that it belongs to. */
  get device(): V.VkDevice {
    return this.driver.handle;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** A file descriptor by which another device of the machine can import it, once; whoever imports it owns it. */
  exportFd(): number {
    this.#checkAlive('export');
    const driver = this.driver;
    return V.arena.scope(() => {
      const out = V.arena.u32();
      const info = V.VkSemaphoreGetFdInfoKHR({
        semaphore: this.handle,
        handleType: V.VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT,
      });
      this.#check(driver.commands.vkGetSemaphoreFdKHR(driver.handle, info, out), 'vkGetSemaphoreFdKHR');
      return V.arena.readU32(out) | 0;
    });
  }

  /** The value that has been reached by now. Doesn't wait. */
  value(): number {
    const driver = this.driver;
    if (driver.isLost) throw driver.lost('vkGetSemaphoreCounterValue', this.label);
    return this.#reached >= this.last && this.last > 0 ? this.#reached : this.ask();
  }

  /** The same, where more may have been reached than was asked for here. */
  ask(): number {
    if (this.#disposed) return this.#reached;
    const driver = this.driver;
    const result = driver.commands.vkGetSemaphoreCounterValue(
      driver.handle,
      this.handle,
      driver.scratch.address as V.Pointer<bigint>,
    );
    if (result < 0) this.#check(result, 'vkGetSemaphoreCounterValue');
    this.#reached = Number(driver.scratchWords[0]);
    return this.#reached;
  }

  /** The value that the host knows to have been reached. Asks nobody. */
  get seen(): number {
    return this.#reached;
  }

  /** Waits, without blocking, until the value is reached. Throws VulkanError 'synchronization' if it is disposed before. */
  wait(value: number): Promise<void> {
    this.driver.counters.waits++;
    try {
      if (this.#disposed) throw this.#disposedError(value);
      this.#checkAwaited(value);
      if (this.value() >= value) return REACHED;
    } catch (error) {
      return Promise.reject(error);
    }
    let wait = this.#waits.get(value);
    if (wait === undefined) this.#waits.set(value, (wait = this.#waiter.wait(this, value)));
    return wait;
  }

  /** The waiter's answer to the wait for a value; throws where that ended otherwise. */
  answer(value: number, result: number): void {
    if (result === CANCELLED) throw this.#disposed ? this.#disposedError(value) : this.#givenUpError(value);
    if (result < 0) this.#check(result, 'vkWaitSemaphores');
    if (this.#reached < value) this.#reached = value;
  }

  /** The wait for a value has ended, however it did. */
  forget(value: number): void {
    this.#waits.delete(value);
  }

  /**
   * Ends the waits of now, and those that join them before they have ended, with VulkanError 'synchronization', and keeps the
   * timeline: for values that don't come any more. Nobody who waits keeps the process alive then.
   */
  giveUp(): void {
    this.generation++;
    if (this.#waits.size > 0) this.#waiter.cancel(this.handle);
  }

  /** Resolves when nobody waits any more: every wait was answered, and whoever asked was told. */
  async quiet(): Promise<void> {
    while (this.#waits.size > 0) await Promise.allSettled(this.#waits.values());
  }

  /** Waits with the thread blocked, at most `timeoutMs` milliseconds (below 0: 0); false if the time ran out. For ends and emergencies. */
  waitBlocking(value: number, timeoutMs: number = Infinity): boolean {
    const driver = this.driver;
    driver.counters.waits++;
    if (this.#disposed) throw this.#disposedError(value);
    this.#checkAwaited(value);
    if (typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs)) {
      throw new RangeError(
        `Cannot wait for timeline "${this.label}" to reach ${value}: timeoutMs is ${String(timeoutMs)}; give milliseconds, or Infinity`,
      );
    }
    for (let rest = Math.max(0, timeoutMs); ; rest -= LATE_MS) {
      const nanoseconds = BigInt(Math.round(Math.min(rest, LATE_MS) * 1e6));
      const result = V.arena.scope(() =>
        driver.commands.vkWaitSemaphores(
          driver.handle,
          V.VkSemaphoreWaitInfo({ pSemaphores: [this.handle], pValues: [value] }),
          nanoseconds,
        ),
      );
      this.#check(result, 'vkWaitSemaphores');
      if (result === V.VK_SUCCESS || rest <= LATE_MS) return result === V.VK_SUCCESS;
      driver.probe();
    }
  }

  /** Notes that somebody will signal a value, which is larger than every value before: until then it stays. */
  promise(value: number, signaller: Signaller): void {
    this.#promise(value);
    this.#signallers.add(signaller);
  }

  /** Notes that a submit to a queue signals a value, held back by what `noteWaits` gave. */
  submitted(value: number, queue: object, behind: readonly TimelinePoint[] = AT_ONCE): void {
    if (behind.length === 0) {
      this.#submitted = Math.max(this.#submitted, value);
      this.#promise(value);
      return;
    }
    if (value > this.last) this.last = value;
    this.#held.push({ value, by: queue, behind });
    noteHeld(this, queue);
  }

  #promise(value: number): void {
    if (value > this.last) this.last = value;
    if (value > this.#promised) this.#promised = value;
  }

  /**
   * Takes a value for promised: a submit that signals it is made next, together with others that wait for it, perhaps ahead of it. For
   * timelines that only their queue signals.
   */
  expect(value: number): void {
    if (value > this.#promised) this.#promised = value;
  }

  /** Takes what was expected, and hasn't been submitted, for promised no more: it is held back. */
  expectNothing(): void {
    const [first] = this.#held;
    this.#promised = Math.min(this.#promised, first === undefined ? this.last : first.value - 1);
  }

  /** The largest value that somebody was told to signal and isn't held back from. Asks nobody. */
  get promised(): number {
    return this.#promised;
  }

  /** How many signals were held back when it was last looked. */
  get held(): number {
    return this.#held.length;
  }

  /** Takes signals that nothing stands before any more for promised; false if there is none. */
  release(stands: (point: TimelinePoint) => boolean): boolean {
    const held = this.#held.filter((each) => each.behind.some(stands));
    const isChanged = held.length < this.#held.length;
    if (!isChanged) return false;
    const still = new Set(held);
    for (const each of this.#held) {
      if (still.has(each)) continue;
      this.#submitted = Math.max(this.#submitted, each.value);
      this.#promise(each.value);
    }
    this.#held = held;
    return true;
  }

  /**
   * The value that a signal must be larger than. Values grow as they are signalled, not as signals are submitted (VkSubmitInfo2, rule
   * 03882): one that is smaller than another is legal where that one is held back until this one came. Of one queue it never is.
   */
  floor(value: number, queue: object | undefined): number {
    if (value > this.last || this.#held.length === 0) return this.last;
    settleHolds(this.driver);
    let floor = Math.max(this.value(), this.#promised);
    for (const held of this.#held) {
      if (held.by === queue || held.value === value) floor = Math.max(floor, held.value);
    }
    return floor;
  }

  /**
   * Signals from the host; the value must be larger than what is reached, and smaller than what submits are still to signal
   * (VkSemaphoreSignalInfo, rules 03258 and 03259).
   */
  signal(value: number): void {
    this.#checkAlive('signal');
    const refuse = (what: string): RangeError =>
      new RangeError(`Cannot signal timeline "${this.label}" with ${String(value)}: ${what}`);
    if (!Number.isSafeInteger(value)) {
      throw refuse(`it is no value of a timeline; give a whole number above ${this.last}`);
    }
    const floor = this.floor(value, undefined);
    if (value <= floor) throw refuse(`it was promised ${floor}; a timeline only grows`);
    const pending = this.#pendingBelow(value);
    if (pending !== undefined) throw refuse(`a submit is still to signal ${pending}; wait for that first`);
    const driver = this.driver;
    const result = V.arena.scope(() =>
      driver.commands.vkSignalSemaphore(driver.handle, V.VkSemaphoreSignalInfo({ semaphore: this.handle, value })),
    );
    this.#check(result, 'vkSignalSemaphore');
    this.#promise(value);
    if (this.#reached < value) this.#reached = value;
  }

  /** A value below this one that a submit is still to signal. */
  #pendingBelow(value: number): number | undefined {
    if ((this.#submitted <= this.#reached && this.#held.length === 0) || this.driver.isLost) return undefined;
    const reached = this.value();
    const held = this.#held.map((each) => each.value);
    return [this.#submitted, ...held].find((each) => each > reached && each < value);
  }

  toString(): string {
    return `Timeline("${this.label}", ${this.#disposed ? 'disposed' : this.progressText()})`;
  }

  /** `3 of 4`: what has been reached of what was promised; 'lost' with its device. */
  progressText(): string {
    try {
      return `${this.value()} of ${this.last}`;
    } catch (error) {
      if (error instanceof DeviceLostError) return 'lost';
      throw error;
    }
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.driver.children.delete(this);
    const driver = this.driver;
    const destroy = (): void =>
      driver.retire(() => driver.commands.vkDestroySemaphore(driver.handle, this.handle, V.NULL));
    const signals = [...this.#signallers].flatMap((each) => each.settling() ?? []);
    if (this.#waits.size === 0 && signals.length === 0) return destroy();
    // Other threads may be in a call with it, or come to one: it goes when they have let go.
    const released = Promise.allSettled([...this.#waits.values(), ...signals]).then(destroy);
    driver.endings.add(released);
    void released.finally(() => driver.endings.delete(released));
    this.giveUp();
  }

  #checkAlive(verb: string): void {
    if (!this.#disposed) return;
    throw new VulkanError(
      `Cannot ${verb} timeline "${this.label}": it was disposed; dispose it when nobody uses it any more`,
      { kind: 'synchronization', labels: [this.label] },
    );
  }

  #checkAwaited(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) return;
    throw new RangeError(
      `Cannot wait for timeline "${this.label}" to reach ${String(value)}: it is no value of a timeline; give a whole number from 0`,
    );
  }

  #givenUpError(value: number): VulkanError {
    return new VulkanError(
      `Cannot wait for timeline "${this.label}" to reach ${value}: the wait was given up; wait again, if it may still come`,
      { kind: 'synchronization', labels: [this.label] },
    );
  }

  #disposedError(value: number): VulkanError {
    return new VulkanError(
      `Cannot wait for timeline "${this.label}" to reach ${value}: it was disposed; dispose it when nobody waits any more`,
      { kind: 'synchronization', labels: [this.label] },
    );
  }

  #import(fd: number): void {
    const driver = this.driver;
    try {
      V.arena.scope(() => {
        const info = V.VkImportSemaphoreFdInfoKHR({
          semaphore: this.handle,
          handleType: V.VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT,
          fd,
        });
        this.#check(driver.commands.vkImportSemaphoreFdKHR(driver.handle, info), 'vkImportSemaphoreFdKHR');
      });
    } catch (error) {
      driver.commands.vkDestroySemaphore(driver.handle, this.handle, V.NULL);
      throw error;
    }
  }

  #check(result: number, command: string): void {
    if (result >= 0) return;
    const act = `Cannot use timeline "${this.label}"`;
    this.driver.check(result, command, 'synchronization', act, 'close the device and open it again', this.label);
  }
}

/** A queue's own: its submits alone signal it, and it lives as long as the device. */
export class QueueTimeline extends Timeline {
  override signal(): void {
    throw this.#refused('signal', 'signal one that createTimeline made');
  }

  override [Symbol.dispose](): void {
    throw this.#refused('dispose', 'close the device');
  }

  /** Gives it back. The device is idle, and about to go. */
  destroy(): void {
    super[Symbol.dispose]();
  }

  #refused(verb: string, remedy: string): VulkanError {
    return new VulkanError(`Cannot ${verb} timeline "${this.label}": its queue alone has a say over it; ${remedy}`, {
      kind: 'synchronization',
      labels: [this.label],
    });
  }
}
