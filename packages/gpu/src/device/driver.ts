/**
 * @file What all objects of one device share: its commands, its limits, who is alive, and what waits to be destroyed.
 * Not exported from the package.
 */

import * as V from '@halocline/vulkan';
import type { Device as DeviceCommands, Instance as InstanceCommands } from '@halocline/vulkan';
import { DeviceLostError, VulkanError } from '../errors.ts';
import type { DeviceFault, VulkanErrorKind } from '../errors.ts';
import type { Tracking } from '../tracking/device-tracking.ts';
import { readFault } from './fault.ts';
import type { DeviceLimits, QueueFamilyReport } from './survey.ts';

/** What the runtime counts; tests of rooms above hold it against what they promise. Never reset by the runtime. */
export interface Counters {
  /** Calls of vkQueueSubmit2, the staging's own included. */
  submits: number;
  /** Times that the host was asked to wait for the device, the staging's own included. */
  waits: number;
  /** Transfers of the staging, and their bytes. */
  uploads: number;
  downloads: number;
  bytesUp: number;
  bytesDown: number;
}

/** Something that lives on a device and must go before it does. */
export interface Child extends Disposable {
  readonly kind: string;
  readonly label: string;
}

/** A timeline as the shared part sees it. */
export interface Progress {
  /** The value that the last submit will signal. */
  readonly last: number;
  /** The value that has been reached. */
  value(): number;
}

interface Retired {
  readonly progress: readonly (readonly [Progress, number])[];
  readonly destroy: () => void;
}

/** Commands that were submitted, as a lost device's error names them. */
interface Submitted {
  readonly label: string;
  readonly passes: readonly string[];
}

/** How many submitted command buffers, and passes of each, a lost device's error names. */
export const LABELS_KEPT = 8;

function submittedText({ label, passes }: Submitted): string {
  if (passes.length === 0) return label;
  return `${label} (${passes.length > LABELS_KEPT ? '… ' : ''}${passes.slice(-LABELS_KEPT).join(', ')})`;
}

const OUT_OF_MEMORY: readonly number[] = [V.VK_ERROR_OUT_OF_HOST_MEMORY, V.VK_ERROR_OUT_OF_DEVICE_MEMORY];

/** What would do where a driver gave a result: memory, where it has none left, and else the remedy. */
export function remedyFor(result: number, remedy: string): string {
  return OUT_OF_MEMORY.includes(result) ? 'free some memory' : remedy;
}

/** The shared part of a device. */
export class Driver {
  /** After `close`, every use of them is an error, as of `commands`. */
  instance: InstanceCommands;
  readonly physicalDevice: V.VkPhysicalDevice;
  commands: DeviceCommands;
  readonly handle: V.VkDevice;
  readonly name: string;
  readonly limits: DeviceLimits;
  /** What is turned on. */
  readonly features: Readonly<Record<string, boolean>>;
  readonly extensions: readonly string[];
  /** The family of its compute queue. */
  readonly family: QueueFamilyReport;
  /** How many cards it is: several in a device group. */
  cards = 1;
  /** Whether objects get names, for the layer's messages. */
  readonly named: boolean;
  readonly counters: Counters = { submits: 0, waits: 0, uploads: 0, downloads: 0, bytesUp: 0, bytesDown: 0 };
  readonly children: Set<Child> = new Set();
  /** What must have ended before the device is closed. */
  readonly endings: Set<Promise<unknown>> = new Set();
  /** Follows what is recorded and submitted, where the device was opened so. */
  tracking: Tracking | undefined;
  /** Hears of every pool of descriptors: in a recording thread, whose pools outlive it. */
  descriptorPools:
    | { readonly made: (pool: V.VkDescriptorPool) => void; readonly gone: (pool: V.VkDescriptorPool) => void }
    | undefined;
  /** The timelines of the device's queues. */
  readonly progress: Progress[] = [];
  /** Room for small parameters and results: 512 bytes whose address never changes. */
  readonly scratch: V.Pinned = V.pinned(512);
  readonly scratchBytes: Uint8Array = new Uint8Array(this.scratch.buffer);
  readonly scratchUints: Uint32Array = new Uint32Array(this.scratch.buffer);
  readonly scratchWords: BigUint64Array = new BigUint64Array(this.scratch.buffer);
  /** Grows when something is disposed: recorded commands look at what they use again. */
  disposals = 0;
  /** Set by the device: submits what was asked for and not submitted yet, since it may use what is about to go. */
  beforeRetire: () => void = () => undefined;
  /** Set by the device: gives the driver something to do, and throws if that says that the device is lost. */
  probe: () => void = () => undefined;
  /** Called once, when the device is known to be lost. */
  onLost: () => void = () => undefined;
  /** Called when the device closes and nothing runs any more: what is kept for reuse goes. */
  readonly closers: (() => void)[] = [];
  #submitted: readonly Submitted[] = [];
  /** What was found when the device was lost. */
  #loss:
    | { readonly command: string; readonly lastLabels: readonly string[]; readonly fault: DeviceFault | undefined }
    | undefined;
  #retired: Retired[] = [];
  #holds = 0;
  /** Why nothing is made from it any more. */
  #end: 'is being closed' | 'was closed' | undefined;

  constructor(given: {
    instance: InstanceCommands;
    physicalDevice: V.VkPhysicalDevice;
    commands: DeviceCommands;
    name: string;
    limits: DeviceLimits;
    features: Readonly<Record<string, boolean>>;
    extensions: readonly string[];
    family: QueueFamilyReport;
    named: boolean;
    /** Another thread's driver already stands for the device. */
    shared?: boolean;
  }) {
    this.instance = given.instance;
    this.physicalDevice = given.physicalDevice;
    this.commands = given.commands;
    this.handle = given.commands.handle;
    this.name = given.name;
    this.limits = given.limits;
    this.features = given.features;
    this.extensions = given.extensions;
    this.family = given.family;
    this.named = given.named && given.commands.has('vkSetDebugUtilsObjectNameEXT');
    if (given.shared !== true) this.setName(V.VK_OBJECT_TYPE_DEVICE, this.handle, this.name);
  }

  /**
   * Throws what a negative result means; `act` is the sentence's beginning, such as `Cannot create buffer "x"`, `remedy` its end, but
   * where memory is short, and `labels` name the objects that it is about.
   */
  check(
    result: number,
    command: string,
    kind: VulkanErrorKind,
    act: string,
    remedy: string,
    ...labels: readonly string[]
  ): void {
    if (result >= 0) return;
    if (result === V.VK_ERROR_DEVICE_LOST) throw this.lost(command, ...labels);
    const name = V.resultName(result);
    const message = `${act}: ${command} gave ${name}; ${remedyFor(result, remedy)}`;
    throw new VulkanError(message, { kind, command, result: name, labels });
  }

  /**
   * The error for a lost device; it names the command that first said so. From now on nothing is waited for: its work counts as
   * done, and objects may go.
   */
  lost(command: string, ...labels: readonly string[]): DeviceLostError {
    if (!this.#loss) {
      const lastLabels = this.#submitted.map(submittedText);
      const fault = this.features['deviceFault'] === true ? readFault(this.commands) : undefined;
      this.#loss = { command, lastLabels, fault };
      this.onLost();
    }
    const { lastLabels, fault } = this.#loss;
    return new DeviceLostError(this.name, this.#loss.command, lastLabels, { labels, fault });
  }

  /** Whether the device is known to be lost. */
  get isLost(): boolean {
    return this.#loss !== undefined;
  }

  /** Notes what is submitted, for the error of a device that is lost. */
  remember(commands: Submitted): void {
    if (this.#loss) return;
    this.#submitted = [...this.#submitted.slice(1 - LABELS_KEPT), commands];
  }

  /** Notes several at once, in order: a list that doesn't change. */
  rememberAll(list: readonly Submitted[]): void {
    if (list.length < LABELS_KEPT) for (const each of list) this.remember(each);
    else if (!this.#loss) this.#submitted = list;
  }

  /** Names an object in the layer's messages and in captures. */
  setName(type: number, handle: bigint, label: string): void {
    if (!this.named) return;
    V.arena.scope(() => {
      // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- a number would be taken for an address
      const pObjectName = String(label);
      const info = V.VkDebugUtilsObjectNameInfoEXT({ objectType: type, objectHandle: handle, pObjectName });
      this.commands.vkSetDebugUtilsObjectNameEXT(this.handle, info);
    });
  }

  /** Destroys nothing until what it gives is called: another thread may be recording with what is disposed meanwhile. */
  hold(): () => void {
    this.#holds++;
    return () => {
      this.#holds--;
      this.collect();
    };
  }

  /** Destroys something when everything that was submitted so far is done, and all that was retired before is gone; at once if so. */
  retire(destroy: () => void): void {
    this.disposals++;
    if (!this.#loss) this.beforeRetire();
    const progress = this.progress.map((each) => [each, each.last] as const).filter((point) => !this.#isDone(point));
    if (progress.length > 0 || this.#holds > 0) {
      this.#retired.push({ progress, destroy });
      return;
    }
    this.collect();
    destroy();
  }

  /** The device waits for its work, and goes then: nothing is made from it any more. */
  beginClose(): void {
    this.#end = 'is being closed';
  }

  /** Throws if the device is being closed, or was: what is made from it now would outlive it. */
  checkOpen(): void {
    if (this.#end !== undefined) throw this.#ended();
  }

  #ended(): VulkanError {
    return new VulkanError(`Cannot use device "${this.name}": it ${this.#end}; open it again`, {
      kind: 'no-device',
      labels: [this.name],
    });
  }

  /** The device is gone: who still asks something of it gets an error, where the driver would crash. */
  close(): void {
    this.#end = 'was closed';
    const closed = (): never => {
      throw this.#ended();
    };
    const traps = { get: closed, has: closed };
    this.commands = new Proxy(this.commands, traps);
    this.instance = new Proxy(this.instance, traps);
  }

  /** Destroys what nobody uses any more; true if something was. */
  collect(): boolean {
    if (this.#retired.length === 0 || this.#holds > 0) return false;
    const retired = this.#retired;
    this.#retired = []; // what is destroyed may retire something itself
    const waiting: Retired[] = [];
    for (const each of retired) {
      // In order: the device works on between two looks, and a pool must not go before what came from it.
      if (waiting.length === 0 && each.progress.every((point) => this.#isDone(point))) each.destroy();
      else waiting.push(each);
    }
    this.#retired = [...waiting, ...this.#retired];
    return waiting.length < retired.length;
  }

  #isDone([progress, value]: readonly [Progress, number]): boolean {
    if (this.#loss) return true;
    try {
      return progress.value() >= value;
    } catch (error) {
      if (error instanceof DeviceLostError) return true;
      throw error;
    }
  }

  /** `buffer "density"` and so on, for whoever is alive. */
  living(): string[] {
    return [...this.children].map((child) => `${child.kind} "${child.label}"`);
  }
}
