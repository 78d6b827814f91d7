/** @file The runtime for scripts: the flat functions of `@halocline/gpu/flat` on handles, heaps, and what an encoder noted. */
import {
  Heap,
  listDevices,
  openDevice,
  type Buffer,
  type CommandBuffer,
  type ComputePipeline,
  type Device,
  type MemoryPool,
} from '@halocline/gpu';
import type { LuaValue } from '../machine/values.ts';
import { toLua, type Call, type Operations, type Result } from './call.ts';
import { deviceOf, replay, settle } from './commands.ts';
import type { Host } from './host.ts';
import { listOf, wordsOf, type Kinds } from './options.ts';

const DEVICE = Object.freeze({
  device: 'text',
  validation: 'flag',
  memory_limit: 'number',
  checks: 'flag',
  auto_barriers: 'flag',
} as const satisfies Kinds);
const KERNEL = Object.freeze({ label: 'text', entry: 'text', specialization: 'any' } as const satisfies Kinds);
const HEAP = Object.freeze({ label: 'text', byte_length: 'number', memory: 'text' } as const satisfies Kinds);

/** What the runtime's objects belong to, for a script. */
export class Runtime {
  readonly devices: Map<object, Device> = new Map();
  #made = 0;

  /** A label for what the script didn't name. */
  label(kind: string, given: LuaValue): string {
    this.#made++;
    return typeof given === 'string' ? given : `${kind} ${this.#made}`;
  }
}

/** Operations of `gpu`. */
export function gpuOperations(host: Host, runtime: Runtime): Operations {
  return {
    ...deviceOperations(host),
    ...bufferOperations(host, runtime),
    ...kernelOperations(host, runtime),
    ...recordings(host, runtime),
  };
}

function deviceOperations(host: Host): Operations {
  const device = (call: Call, act: string): Device => call.object<Device>(0, act, 'device');
  return {
    'gpu.device_create': async (call) => {
      const { device: wish, validation, log } = host.options;
      const options = {
        ...call.options(0, 'open device', DEVICE),
        ...(wish === undefined ? {} : { device: wish }),
        ...(validation === undefined ? {} : { validation }),
        ...(log === undefined ? {} : { log }),
      };
      const opened = await openDevice(options);
      return { value: host.handles.give('device', opened, async () => opened[Symbol.asyncDispose]()) };
    },
    'gpu.device_sync': async (call) => device(call, 'wait for device').idle(),
    'gpu.device_free': async (call) => host.handles.free(device(call, 'free device')),
    'gpu.device_info': (call) => {
      const { name, uuid, limits } = device(call, 'tell facts');
      return { value: toLua({ name, uuid, limits }) };
    },
    'gpu.device_heap': (call) => ({ value: toLua(device(call, 'tell of its heap').heap.report()) }),
    'gpu.list_devices': () => ({ value: toLua(listDevices()) }),
  };
}

function bufferOperations(host: Host, runtime: Runtime): Operations {
  const buffer = (call: Call, act: string): Buffer => call.object<Buffer>(0, act, 'buffer');
  const give = (made: Buffer, device: Device): Result => {
    runtime.devices.set(made, device);
    return { value: host.handles.give('buffer', made, () => made[Symbol.dispose]()) };
  };
  return {
    'gpu.buffer_alloc': (call) => {
      const device = call.object<Device>(0, 'allocate buffer', 'device');
      const byteLength = call.number(1, 'allocate buffer', 'byte length');
      return give(device.createBuffer({ label: runtime.label('buffer', call.at(2)), byteLength }), device);
    },
    'gpu.buffer_upload': async (call) => {
      const target = buffer(call, 'upload');
      const device = runtime.devices.get(target)!;
      await device.staging.upload(target, offsetOf(call, 1, `upload to buffer "${target.label}"`), call.bytes!);
    },
    'gpu.buffer_download': async (call) => {
      const source = buffer(call, 'download');
      const act = `download buffer "${source.label}"`;
      const length = call.at(2) === undefined ? undefined : call.number(2, act, 'byte length');
      const bytes = await runtime.devices.get(source)!.staging.download(source, offsetOf(call, 1, act), length);
      return { bytes: new Uint8Array(bytes) };
    },
    'gpu.buffer_info': (call) => {
      const { label, byteLength } = buffer(call, 'tell facts');
      return { value: toLua({ label, byteLength }) };
    },
    'gpu.buffer_free': async (call) => host.handles.free(buffer(call, 'free buffer')),
    'gpu.heap_create': (call) => {
      const device = call.object<Device>(0, 'create heap', 'device');
      const { label, byteLength = 0, memory = 'device' } = call.options(1, 'create heap', HEAP);
      const options = { label: runtime.label('heap', label), byteLength, memoryType: memory } as HeapWish;
      const heap = new Heap(device, options);
      runtime.devices.set(heap, device);
      return { value: host.handles.give('heap', heap, () => heap[Symbol.dispose]()) };
    },
    'gpu.heap_alloc': (call) => {
      const heap = call.object<MemoryPool>(0, 'allocate buffer', 'heap');
      const byteLength = call.number(1, 'allocate buffer', 'byte length');
      const made = heap.createBuffer({ label: runtime.label('buffer', call.at(2)), byteLength });
      return give(made, runtime.devices.get(heap)!);
    },
    'gpu.heap_report': (call) => ({ value: toLua(call.object<MemoryPool>(0, 'tell facts', 'heap').report()) }),
    'gpu.heap_free': async (call) => host.handles.free(call.object<MemoryPool>(0, 'free heap', 'heap')),
  };
}

type HeapWish = ConstructorParameters<typeof Heap>[1];

function kernelOperations(host: Host, runtime: Runtime): Operations {
  const kernel = (call: Call, act: string): ComputePipeline => call.object<ComputePipeline>(0, act, 'kernel');
  return {
    'gpu.kernel_compile': async (call) => {
      const device = call.object<Device>(0, 'compile kernel', 'device');
      const source = call.text(1, 'compile kernel', 'source');
      const { label: named, entry, specialization } = call.options(2, 'compile kernel', KERNEL);
      const label = runtime.label('kernel', named);
      host.written.set(label, { text: source, line: 1 });
      const spirv = await device.compile(source, { label });
      const pipeline = device.createPipeline({
        label,
        spirv,
        ...(entry === undefined ? {} : { entry }),
        ...(specialization === undefined ? {} : { specialization: constantsOf(label, specialization) }),
      });
      runtime.devices.set(pipeline, device);
      return { value: host.handles.give('kernel', pipeline, () => pipeline[Symbol.dispose]()) };
    },
    'gpu.kernel_launch': (call) => {
      const pipeline = kernel(call, 'launch');
      const { label } = pipeline;
      const act = `launch kernel "${label}"`;
      const { buffers = [] } = call.options(2, act, { buffers: 'any' });
      const given = listOf(buffers) ?? [];
      launch(runtime.devices.get(pipeline)!, pipeline, {
        groups: groupsOf(act, call.at(1)),
        buffers: given.map((each) => host.handles.take(act, 'buffer', each) as Buffer),
        push: call.bytes,
      });
    },
    'gpu.kernel_info': (call) => {
      const { label, workgroupSize, pushBytes } = kernel(call, 'tell facts');
      return { value: toLua({ label, workgroupSize, pushBytes }) };
    },
    'gpu.kernel_free': async (call) => host.handles.free(kernel(call, 'free kernel')),
  };
}

interface Launch {
  readonly groups: readonly [number, number, number];
  readonly buffers: readonly Buffer[];
  readonly push: Uint8Array | undefined;
}

/** Runs workgroups behind everything that was launched before: buffers by binding, or their addresses as push constants. */
function launch(device: Device, pipeline: ComputePipeline, { groups, buffers, push }: Launch): void {
  const { label, reflection } = pipeline;
  const bindings = reflection.bindings.toSorted((a, b) => a.set - b.set || a.binding - b.binding);
  if (bindings.length > 0 && bindings.length !== buffers.length) {
    throw new TypeError(
      `Cannot launch kernel "${label}": it has ${bindings.length} bindings, ${buffers.length} buffers are given; give one for each`,
    );
  }
  const addresses = new BigUint64Array((bindings.length > 0 ? [] : buffers).map(({ address }) => address));
  const bytes = new Uint8Array([...new Uint8Array(addresses.buffer), ...(push ?? [])]);
  using commands = device.record(label, (encoder) => {
    encoder.barrier(['storage-write', 'transfer-target'], ['storage-read', 'storage-write']).pipeline(pipeline);
    for (const [index, { set, binding }] of bindings.entries()) encoder.bind(binding, buffers[index]!, { set });
    if (bytes.byteLength > 0) encoder.push(bytes);
    encoder.dispatch(...groups);
  });
  device.compute.submit([commands]);
}

function recordings(host: Host, runtime: Runtime): Operations {
  const record = (call: Call): { device: Device; commands: CommandBuffer } | null => {
    const list = settle(host.handles, call.at(0));
    const device = deviceOf(list, runtime.devices);
    if (device === null) return null;
    return { device, commands: device.record('encode', (encoder) => replay(encoder, list)) };
  };
  return {
    'gpu.encode': (call) => {
      const recorded = record(call);
      if (recorded === null) return;
      using commands = recorded.commands;
      recorded.device.compute.submit([commands]);
    },
    'gpu.record': (call) => {
      const recorded = record(call);
      if (recorded === null)
        throw new TypeError('Cannot record: the function names no kernel and no buffer; let it use one');
      const { device, commands } = recorded;
      runtime.devices.set(commands, device);
      return { value: host.handles.give('recording', commands, () => commands[Symbol.dispose]()) };
    },
    'gpu.recording_submit': (call) => {
      const commands = call.object<CommandBuffer>(0, 'submit', 'recording');
      runtime.devices.get(commands)!.compute.submit([commands]);
    },
    'gpu.recording_free': async (call) => host.handles.free(call.object<CommandBuffer>(0, 'free', 'recording')),
  };
}

function offsetOf(call: Call, place: number, act: string): number {
  return call.at(place) === undefined ? 0 : call.number(place, act, 'byte offset');
}

/** Workgroups in x, y and z, of a number or a list. */
export function groupsOf(act: string, value: LuaValue): readonly [number, number, number] {
  const list = typeof value === 'number' ? [value] : listOf(value);
  if (list !== null && list.length >= 1 && list.length <= 3 && list.every((each) => typeof each === 'number')) {
    return [list[0]!, list[1] ?? 1, list[2] ?? 1];
  }
  throw new TypeError(`Cannot ${act}: the workgroups are ${wordsOf(value)}; give a number, or one to three of them`);
}

/** Specialization constants: a list is of those from 1, a table of names has numbers as names. */
function constantsOf(label: string, value: LuaValue): Record<number, number | boolean> {
  const entries = value instanceof Map ? [...value] : (listOf(value) ?? []).map((each, at) => [at + 1, each] as const);
  return Object.fromEntries(
    entries.map(([id, each]) => {
      if (Number.isInteger(Number(id)) && (typeof each === 'number' || typeof each === 'boolean')) return [id, each];
      throw new TypeError(`Cannot compile kernel "${label}": constant ${id} is ${wordsOf(each)}; give numbers by id`);
    }),
  ) as Record<number, number | boolean>;
}
