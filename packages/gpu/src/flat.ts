/**
 * @file `@halocline/gpu/flat`: the runtime as plain functions on numbered handles, for scripts and for other languages, which
 * have no `using` and no objects of ours. A handle is a number that is never given twice: one that was freed, that is of
 * another kind or device, or that never was, is an error that says so.
 *
 *     const device = await deviceCreate();
 *     const buffer = bufferAlloc(device, 4096);
 *     await bufferUpload(buffer, new Float32Array(1024).fill(1));
 *     const kernel = await kernelCompile(device, glsl);
 *     kernelLaunch(kernel, 16, { buffers: [buffer] });
 *     const bytes = await bufferDownload(buffer);
 *     kernelFree(kernel); bufferFree(buffer); await deviceFree(device);
 */

import { BOUND, WRITTEN } from './command/pipeline.ts';
import type { ComputePipeline } from './command/pipeline.ts';
import type { Device } from './device/device.ts';
import { openDevice } from './device/open.ts';
import type { DeviceOptions } from './device/options.ts';
import { VulkanError } from './errors.ts';
import type { VulkanErrorKind } from './errors.ts';
import type { Buffer } from './memory/buffer.ts';
import { checkNames, checkNamesOf } from './given.ts';
import type { Names } from './given.ts';
import { valueText } from './printing.ts';

/** What a handle stands for. */
type Entry =
  | { readonly kind: 'device'; readonly device: Device }
  | { readonly kind: 'buffer'; readonly device: Device; readonly buffer: Buffer }
  | { readonly kind: 'kernel'; readonly device: Device; readonly pipeline: ComputePipeline };

const ERROR_KIND: Readonly<Record<Entry['kind'], VulkanErrorKind>> = {
  device: 'no-device',
  buffer: 'buffer',
  kernel: 'execution',
};

const entries = new Map<number, Entry>();
let next = 1;

function give(entry: Entry): number {
  entries.set(next, entry);
  return next++;
}

/** What a handle stands for; throws VulkanError unless it is alive and of this kind. `label` is that of what `act` is done to. */
function take<K extends Entry['kind']>(
  act: string,
  kind: K,
  handle: number,
  label?: string,
): Extract<Entry, { kind: K }> {
  const entry = entries.get(handle);
  if (entry?.kind === kind) return entry as Extract<Entry, { kind: K }>;
  const given = typeof handle === 'number' && Number.isInteger(handle) && handle > 0 && handle < next;
  const what = entry ? `it is a ${entry.kind}` : given ? 'it was freed' : 'no handle of that number was given';
  const whole = label === undefined ? act : `${act} "${label}"`;
  throw new VulkanError(`Cannot ${whole} with handle ${valueText(handle)}: ${what}; give a ${kind} that is alive`, {
    kind: ERROR_KIND[kind],
  });
}

/** Opens a device; free it with `deviceFree`. */
export async function deviceCreate(options: DeviceOptions = {}): Promise<number> {
  return give({ kind: 'device', device: await openDevice(options) });
}

/** Allocates `byteLength` bytes of device memory, of unknown content. */
export function bufferAlloc(device: number, byteLength: number, label: string = `buffer ${next}`): number {
  const owner = take('allocate a buffer', 'device', device).device;
  return give({ kind: 'buffer', device: owner, buffer: owner.createBuffer({ label, byteLength }) });
}

/** Copies bytes into a buffer; once the promise resolves they may change, and every later launch sees them. */
export async function bufferUpload(buffer: number, data: ArrayBufferView, byteOffset: number = 0): Promise<void> {
  const entry = take('upload', 'buffer', buffer);
  await entry.device.staging.upload(entry.buffer, byteOffset, data);
}

/** Copies bytes out of a buffer (all, unless a range is given), as they are after every earlier launch. Waits for the device. */
export async function bufferDownload(
  buffer: number,
  byteOffset: number = 0,
  byteLength?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const entry = take('download', 'buffer', buffer);
  return entry.device.staging.download(entry.buffer, byteOffset, byteLength);
}

/** What a kernel is compiled with. */
export interface KernelOptions {
  readonly label?: string;
  /** Default 'main'. */
  readonly entry?: string;
  /** Values of specialization constants, by id. */
  readonly specialization?: Readonly<Record<number, number | boolean>>;
  /** Lengths of binding arrays that the shader leaves open, by "set.binding". */
  readonly bindingCounts?: Readonly<Record<string, number>>;
}

const KERNEL_OPTIONS: Names<KernelOptions> = Object.freeze({
  label: true,
  entry: true,
  specialization: true,
  bindingCounts: true,
});

/** Makes a kernel of a compute shader, in GLSL or as words of SPIR-V. Throws ShaderError. */
export async function kernelCompile(
  device: number,
  source: string | Uint32Array,
  options: KernelOptions = {},
): Promise<number> {
  const { device: owner } = take('compile a kernel', 'device', device);
  checkNames('Cannot compile a kernel', options, KERNEL_OPTIONS);
  const { label = `kernel ${next}`, ...rest } = options;
  const spirv = typeof source === 'string' ? await owner.compile(source, { label }) : source;
  take('compile a kernel', 'device', device); // it may have been freed meanwhile
  return give({ kind: 'kernel', device: owner, pipeline: owner.createPipeline({ label, spirv, ...rest }) });
}

/** What a kernel is run on. */
export interface LaunchOptions {
  /**
   * Handles of buffers, in the order of the shader's bindings (by set, then by number), for a binding that is an array as many
   * as it has places. A shader without bindings gets their addresses instead, 8 bytes each, at the beginning of its push constants.
   */
  readonly buffers?: readonly number[];
  /** Push constants; where addresses are pushed, those behind them. */
  readonly push?: ArrayBufferView;
}

const LAUNCH_OPTIONS: Names<LaunchOptions> = Object.freeze({ buffers: true, push: true });

/** Runs workgroups of a kernel, after everything that was launched before. Doesn't wait. */
export function kernelLaunch(
  kernel: number,
  groups: number | readonly [number, number, number],
  options: LaunchOptions = {},
): void {
  const { device, pipeline } = take('launch', 'kernel', kernel);
  const { label, signature } = pipeline;
  checkNamesOf('Cannot launch kernel', label, options, LAUNCH_OPTIONS);
  const { buffers: handles = [], push: rest } = options;
  if (!Array.isArray(handles)) {
    throw new TypeError(`Cannot launch kernel "${label}": buffers are ${valueText(handles)}; give a list of handles`);
  }
  if (rest !== undefined && !ArrayBuffer.isView(rest)) {
    throw new TypeError(
      `Cannot launch kernel "${label}": push is ${valueText(rest)}; give a typed array, as in Uint32Array.of(1, 2)`,
    );
  }
  const buffers = (handles as readonly number[]).map((handle) => {
    const entry = take('launch kernel', 'buffer', handle, label);
    if (entry.device === device) return entry.buffer;
    throw new VulkanError(
      `Cannot launch kernel "${label}" with handle ${handle}: buffer "${entry.buffer.label}" is of another device; copy it over`,
      { kind: 'buffer', labels: [label, entry.buffer.label] },
    );
  });
  const bindings = signature.bindings.toSorted((a, b) => a.set - b.set || a.binding - b.binding);
  const places = bindings.reduce((sum, { count }) => sum + count, 0);
  if (bindings.length > 0 && places !== buffers.length) {
    const arrays = places > bindings.length ? ` with ${places} places` : '';
    throw new VulkanError(
      `Cannot launch kernel "${label}": it has ${bindings.length} bindings${arrays}, ${buffers.length} buffers are given; give one for each${arrays && ' place'}`,
      { kind: 'execution', labels: [label] },
    );
  }
  const push = pushBytes(bindings.length > 0 ? [] : buffers, rest);
  const [x, y, z] = groupsOf(label, groups);
  using commands = device.record(label, (encoder) => {
    encoder.barrier(WRITTEN, BOUND).pipeline(pipeline);
    let at = 0;
    for (const { set, binding, count } of bindings) encoder.bind(binding, buffers.slice(at, (at += count)), { set });
    if (push.byteLength > 0) encoder.push(push);
    encoder.dispatch(x, y, z);
  });
  device.compute.submit([commands]);
}

/** Workgroups of three axes; that each is a count is the encoder's to say. */
function groupsOf(label: string, groups: unknown): readonly [number, number, number] {
  if (typeof groups === 'number') return [groups, 1, 1];
  if (Array.isArray(groups) && groups.length === 3) return groups as unknown as [number, number, number];
  const what = Array.isArray(groups) ? `${groups.length} numbers` : valueText(groups);
  throw new TypeError(
    `Cannot launch kernel "${label}": its workgroups are ${what}; give a number, or three as in [4, 4, 1]`,
  );
}

/** The addresses, then the caller's bytes. */
function pushBytes(buffers: readonly Buffer[], rest: ArrayBufferView | undefined): Uint8Array {
  const bytes = new Uint8Array(buffers.length * 8 + (rest?.byteLength ?? 0));
  const view = new DataView(bytes.buffer);
  for (const [index, { address }] of buffers.entries()) view.setBigUint64(index * 8, address, true);
  if (rest) bytes.set(new Uint8Array(rest.buffer, rest.byteOffset, rest.byteLength), buffers.length * 8);
  return bytes;
}

/** Frees a kernel; launches that still run keep what they need. */
export function kernelFree(kernel: number): void {
  take('free a kernel', 'kernel', kernel).pipeline[Symbol.dispose]();
  entries.delete(kernel);
}

/** Waits, without blocking, until everything that was launched is done. */
export async function deviceSync(device: number): Promise<void> {
  await take('wait', 'device', device).device.idle();
}

/** Frees a buffer; launches that still run keep what they need. */
export function bufferFree(buffer: number): void {
  take('free a buffer', 'buffer', buffer).buffer[Symbol.dispose]();
  entries.delete(buffer);
}

/** Waits for a device and closes it. Throws, and leaves it open, while buffers or kernels of it are alive. */
export async function deviceFree(device: number): Promise<void> {
  const entry = take('free a device', 'device', device);
  entries.delete(device);
  try {
    await entry.device[Symbol.asyncDispose]();
  } catch (error) {
    entries.set(device, entry);
    throw error;
  }
}
