/**
 * @file Runs a stencil on a device without the engine, and by the interpreter, and compares bit for bit. This is the
 * oracle of the shader emitter.
 */
import type { Buffer, Device } from '@halocline/gpu';
import type {
  Binding,
  BufferAccess,
  DebugListener,
  DebugReport,
  EmitOptions,
  FloatModes,
  Elements,
  InterpreterReduction,
  NonFiniteWrite,
  Offset,
  Placement,
  Stencil,
  StencilShader,
} from '@halocline/stencil';
import {
  componentsOf,
  emitGlsl,
  emitSpirv,
  GROUP_LEAVES,
  groupsOf,
  interpret,
  isFloating,
  newDebugWords,
  newFaultWords,
  pushedWords,
  readDebugWords,
  scalarOf,
} from '@halocline/stencil';
import { ulpsBetween } from './closeness.ts';
import { makeElements, seeded } from './stencil-world.ts';
import type { HostLevel, HostWorld } from './stencil-world.ts';

/** What a stencil is run with. */
export interface RunValues {
  readonly dt: number;
  readonly time: number;
  readonly frame: number;
  readonly voxelSize: number;
  readonly indexToWorld: readonly number[];
  readonly worldToIndex: readonly number[];
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  readonly scalars: ReadonlyMap<string, number>;
  /** The voxel that prints, where the stencil is debugged. */
  readonly voxel?: Offset;
}

/** Values with nothing special about them: a map that turns, scales and moves. */
export const VALUES: RunValues = {
  dt: 0.016,
  time: 2.5,
  frame: 40,
  voxelSize: 0.5,
  indexToWorld: [0.4, -0.3, 0, 1.25, 0.3, 0.4, 0, -2, 0, 0, 0.5, 0.75],
  worldToIndex: [1.6, 1.2, 0, 0.4, -1.2, 1.6, 0, 4.7, 0, 0, 2, -1.5],
  parameters: new Map(),
  scalars: new Map(),
};

/** New values of the fields that a stencil writes, and its reductions' partial results, by name. */
export interface RunResult {
  readonly outputs: ReadonlyMap<string, readonly Elements[]>;
  readonly partials: ReadonlyMap<string, ArrayLike<number>>;
  /** What a stencil that is debugged told, with the writes in no order. */
  readonly debug?: DebugReport;
}

/** How a stencil is run on the device. */
export interface DeviceRunOptions {
  /** SPIR-V as emitted, or what glslang makes of the GLSL text. */
  readonly via?: 'spirv' | 'glsl';
  readonly shape?: NonNullable<EmitOptions['shape']>;
  readonly bound?: NonNullable<EmitOptions['bound']>;
  readonly exchange?: boolean;
  /** What is asked for floats; all that the device has by default. */
  readonly floats?: FloatModes;
  /** How the SPIR-V reaches memory. */
  readonly access?: BufferAccess;
  /** Whether the shader knows that the maps mix no axes. Default false. */
  readonly aligned?: boolean;
  /** Whether the shader knows what inactive voxels hold, and may write them with it. Default false. */
  readonly backgrounds?: boolean;
}

/** 32 bytes for each parameter from byte 128 on, and for each scalar 16. */
function placementOf(stencil: Stencil): Placement {
  return {
    parameters: new Map([...stencil.parameters.keys()].map((name, at) => [name, 128 + 32 * at])),
    scalars: new Map([...stencil.scalars.keys()].map((name, at) => [name, 16 * at])),
  };
}

/** What inactive voxels hold: the leaf of background, in slot 0, has it too. What isn't there yet is zero. */
function backgroundsOf(stencil: Stencil, world: HostWorld): Map<string, number[]> {
  return new Map(
    stencil.writes.map(({ field, type }) => {
      const arrays = world.levels.same.fields.get(field);
      return [field, Array.from({ length: componentsOf(type) }, (_, c) => arrays?.[c]![0] ?? 0)];
    }),
  );
}

function putValues(view: DataView, at: number, type: string, values: readonly number[]): void {
  values.forEach((value, component) => {
    if (type.startsWith('d')) view.setFloat64(at + 8 * component, value, true);
    else if (type.startsWith('vec') || type === 'float') view.setFloat32(at + 4 * component, value, true);
    else view.setUint32(at + 4 * component, value >>> 0, true);
  });
}

function uniformBytes(stencil: Stencil, placement: Placement, values: RunValues): Uint8Array {
  const bytes = new Uint8Array(128 + 32 * Math.max(1, placement.parameters.size));
  const view = new DataView(bytes.buffer);
  putValues(view, 0, 'float', [values.dt, values.time]);
  putValues(view, 8, 'uint', [values.frame]);
  putValues(view, 12, 'float', [values.voxelSize, ...values.indexToWorld, ...values.worldToIndex]);
  for (const [name, type] of stencil.parameters)
    putValues(view, placement.parameters.get(name)!, type, values.parameters.get(name)!);
  return bytes;
}

function scalarBytes(stencil: Stencil, placement: Placement, values: RunValues): Uint8Array {
  const bytes = new Uint8Array(16 * Math.max(1, placement.scalars.size));
  const view = new DataView(bytes.buffer);
  for (const [name, type] of stencil.scalars)
    putValues(view, placement.scalars.get(name)!, type, [values.scalars.get(name)!]);
  return bytes;
}

/** The old values of the fields that a stencil writes, each in an array of its own: outputs before anything is written. */
function freshOutputs(stencil: Stencil, world: HostWorld, garbage: boolean): Map<string, Elements[]> {
  const { same } = world.levels;
  const random = seeded(7);
  const outputs = new Map<string, Elements[]>();
  for (const { field, type, doubleBuffered } of stencil.writes) {
    const old = same.fields.get(field);
    const arrays = Array.from({ length: componentsOf(type) }, (_, c) => {
      const values = makeElements(type, 512 * same.capacity) as Float32Array;
      if (old) values.set(old[c] as Float32Array);
      if (garbage && doubleBuffered)
        for (const slot of same.leaves)
          for (let n = 0; n < 512; n++)
            if ((same.masks[16 * slot + (n >> 5)]! >>> (n & 31)) & 1)
              values[512 * slot + n] = Math.floor(random() * 99);
      return values;
    });
    outputs.set(field, arrays);
  }
  return outputs;
}

/** Collects what the interpreter tells of a stencil that is debugged, in the words that the device would write. */
function listener(stencil: Stencil, values: RunValues): { listener: DebugListener; report(): DebugReport } {
  const words = newDebugWords(values.voxel ?? null);
  const writes: NonFiniteWrite[] = [];
  const printed: number[] = [];
  const own: DebugListener = {
    voxel: values.voxel ?? null,
    nonFinite: (field, component, coord, value) =>
      void writes.push({ field, component, coord, step: values.frame, value }),
    outside: () => void words[1]!++,
    print(number, each) {
      const { types } = stencil.prints[number]!;
      printed.push(number);
      each.forEach((components, at) => {
        const scalar = scalarOf(types[at]!);
        for (const one of components) {
          const bits = scalar === 'double' ? Float64Array.of(one) : Float32Array.of(one);
          printed.push(...(isFloating(scalar) ? new Uint32Array(bits.buffer) : [one >>> 0]));
        }
      });
    },
  };
  return {
    listener: own,
    report() {
      words[2] = printed.length;
      words.set(printed, words.length - PRINT_WORDS);
      return { ...readDebugWords(stencil, words), nonFinite: writes.length, writes };
    },
  };
}

/** Words at the end of the debug buffer that are for prints. */
const PRINT_WORDS = 1024;

/** Runs a stencil by the interpreter on every leaf of the world. */
export function runInterpreter(stencil: Stencil, world: HostWorld, values: RunValues = VALUES): RunResult {
  const outputs = freshOutputs(stencil, world, false);
  const told = listener(stencil, values);
  const reductions: ReadonlyMap<string, InterpreterReduction> = interpret(stencil, {
    ...world.levels,
    ...values,
    outputs,
    debug: told.listener,
  });
  const partials = new Map([...reductions].map(([name, each]) => [name, each.partials]));
  return { outputs, partials, ...(stencil.debug ? { debug: told.report() } : {}) };
}

/** Buffers of a run; they are disposed together. */
class Buffers {
  readonly #device: Device;
  readonly #made: Buffer[] = [];

  constructor(device: Device) {
    this.#device = device;
  }

  async upload(label: string, data: ArrayBufferView): Promise<Buffer> {
    const byteLength = Math.max(16, (data.byteLength + 15) & ~15);
    const buffer = this.#device.createBuffer({ label, byteLength });
    this.#made.push(buffer);
    await this.#device.staging.upload(buffer, 0, data);
    return buffer;
  }

  [Symbol.dispose](): void {
    for (const buffer of this.#made) buffer[Symbol.dispose]();
  }
}

/** Slot, whether all voxels are active (3: and those of the leaves around), and the six neighbours of each leaf. */
function visitsOf({ leaves, leafTable, masks }: HostLevel): Uint32Array {
  const isWhole = (slot: number): boolean =>
    masks.subarray(16 * slot, 16 * slot + 16).every((word) => word === 0xffffffff);
  const words = [...leaves].flatMap((slot) => {
    const inside = leafTable.subarray(32 * slot, 32 * slot + 27).every(isWhole);
    return [
      slot,
      inside ? 3 : isWhole(slot) ? 1 : 0,
      ...[4, 22, 10, 16, 12, 14].map((word) => leafTable[32 * slot + word]!),
    ];
  });
  // A workgroup may read as many rows as it has leaves, before it knows how many there are.
  const spare = Array.from({ length: 8 * Math.max(...GROUP_LEAVES) }, () => 0);
  return Uint32Array.from([...words, ...spare]);
}

type ReducedArray = Float32Array | Float64Array | Int32Array | Uint32Array;

function reducedArray(stencil: Stencil, scalar: string, length: number): ReducedArray {
  const { kind, type } = stencil.reductions.find((each) => each.scalar === scalar)!;
  if (kind === 'any' || kind === 'all' || type === 'bool' || type === 'uint') return new Uint32Array(length);
  if (type === 'double') return new Float64Array(length);
  return type === 'int' ? new Int32Array(length) : new Float32Array(length);
}

/** What the pass block points to. */
class PassBuffers {
  readonly byName = new Map<string, Buffer>();
  readonly #buffers: Buffers;

  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  async get(name: string, data: () => ArrayBufferView): Promise<Buffer> {
    let buffer = this.byName.get(name);
    if (!buffer) {
      buffer = await this.#buffers.upload(name, data());
      this.byName.set(name, buffer);
    }
    return buffer;
  }
}

/** A stencil's shader with where it finds its numbers. */
interface Emitted {
  readonly placement: Placement;
  readonly bindings: readonly Binding[];
  readonly groupLeaves: StencilShader['groupLeaves'];
  readonly pushes: StencilShader['pushes'];
  readonly spirv: Uint32Array;
}

async function emit(device: Device, stencil: Stencil, world: HostWorld, options: DeviceRunOptions): Promise<Emitted> {
  const placement: Placement = {
    ...placementOf(stencil),
    ...(options.aligned && { aligned: true }),
    ...(options.backgrounds && { backgrounds: backgroundsOf(stencil, world) }),
  };
  const { shape, bound, exchange, floats = device.limits.floats, access } = options;
  const asked = {
    floats,
    ...(shape && { shape }),
    ...(bound && { bound }),
    ...(exchange !== undefined && { exchange }),
  };
  const { spirv, ...shader } = emitSpirv(stencil, placement, { ...asked, ...(access && { access }) });
  if (options.via !== 'glsl') return { placement, spirv, ...shader };
  const text = emitGlsl(stencil, placement, asked);
  return { placement, ...shader, spirv: await device.compile(text, { label: stencil.name }) };
}

/** What a run needs to fill the buffers that its bindings name. */
interface Filling {
  readonly stencil: Stencil;
  readonly placement: Placement;
  readonly world: HostWorld;
  readonly values: RunValues;
  readonly outputs: ReadonlyMap<string, readonly Elements[]>;
}

/** The buffer of a binding, filled. A field that is read and not copied is the one that is written. */
function bufferOf(pass: PassBuffers, binding: Binding, filling: Filling): Promise<Buffer> {
  const { stencil, placement, world, values, outputs } = filling;
  const { same } = world.levels;
  switch (binding.kind) {
    case 'count':
      return pass.get('count', () => Uint32Array.of(0, 1, 1, same.leaves.length));
    case 'uniforms':
      return pass.get('uniforms', () => uniformBytes(stencil, placement, values));
    case 'scalars':
      return pass.get('scalars', () => scalarBytes(stencil, placement, values));
    case 'visits':
      return pass.get('visits', () => visitsOf(same));
    case 'leaves':
      return pass.get('leaves', () => same.leaves);
    case 'children':
      return pass.get('children', () => same.children);
    case 'leafTable':
    case 'masks':
    case 'grid':
      return pass.get(`${binding.kind} ${binding.level}`, () => world.levels[binding.level][binding.kind]);
    case 'debug':
      return pass.get('debug', () => newDebugWords(values.voxel ?? null));
    case 'faults':
      return pass.get('faults', () => newFaultWords(2 ** 20, 2 ** 20));
    case 'partials':
      return pass.get(`partials ${binding.scalar}`, () =>
        reducedArray(stencil, binding.scalar, same.leaves.length).fill(77),
      );
    case 'write':
      return pass.get(
        `write ${binding.field} ${binding.component}`,
        () => outputs.get(binding.field)![binding.component]! as Float32Array,
      );
    case 'read': {
      const { field, component, level } = binding;
      const written = stencil.writes.find((write) => write.field === field);
      if (level === 'same' && written?.doubleBuffered === false)
        return pass.get(`write ${field} ${component}`, () => outputs.get(field)![component]! as Float32Array);
      return pass.get(
        `read ${level} ${field} ${component}`,
        () => world.levels[level].fields.get(field)![component]! as Float32Array,
      );
    }
  }
}

/** Runs a stencil on a device, on every leaf of the world. Waits for the device. */
export async function runOnDevice(
  device: Device,
  stencil: Stencil,
  world: HostWorld,
  values: RunValues = VALUES,
  options: DeviceRunOptions = {},
): Promise<RunResult> {
  const { placement, bindings, groupLeaves, pushes, spirv } = await emit(device, stencil, world, options);
  using buffers = new Buffers(device);
  const pass = new PassBuffers(buffers);
  const outputs = freshOutputs(stencil, world, true);
  const bound: Buffer[] = [];
  for (const binding of bindings)
    bound.push(await bufferOf(pass, binding, { stencil, placement, world, values, outputs }));
  const addresses = bound.map(({ address }) => address);
  const leafCount = world.levels.same.leaves.length;
  const block = await buffers.upload('pass block', BigUint64Array.from(addresses));
  using pipeline = device.createPipeline({ label: stencil.name, spirv });
  using commands = device.record(stencil.name, (encoder) => {
    encoder.barrier(['transfer-target'], ['storage-read', 'storage-write']);
    encoder.pipeline(pipeline);
    if (options.access === 'descriptor') bound.forEach((buffer, number) => encoder.bind(number, buffer));
    else if (pushes === 'addresses') encoder.push(pushedWords(bindings, addresses, leafCount));
    else encoder.push(BigUint64Array.of(block.address));
    encoder.dispatch(groupsOf(leafCount, groupLeaves));
    encoder.barrier(['storage-write'], ['transfer-source']);
  });
  await device.compute.timeline.wait(device.compute.submit([commands]).value);
  return await readBack(device, pass, stencil, world, outputs);
}

async function readBack(
  device: Device,
  pass: PassBuffers,
  stencil: Stencil,
  world: HostWorld,
  outputs: ReadonlyMap<string, readonly Elements[]>,
): Promise<RunResult> {
  const download = async (name: string, into: Float32Array): Promise<void> => {
    const buffer = pass.byName.get(name);
    if (!buffer) return;
    const bytes = await device.staging.download(buffer, 0, into.byteLength);
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes);
  };
  for (const [field, arrays] of outputs)
    for (const [component, array] of arrays.entries())
      await download(`write ${field} ${component}`, array as Float32Array);
  const partials = new Map<string, ArrayLike<number>>();
  for (const { scalar } of stencil.reductions) {
    const array = reducedArray(stencil, scalar, world.levels.same.leaves.length);
    await download(`partials ${scalar}`, array as Float32Array);
    partials.set(scalar, array);
  }
  const words = new Uint32Array(newDebugWords(null).length);
  if (stencil.debug) await download('debug', words as unknown as Float32Array);
  return { outputs, partials, ...(stencil.debug ? { debug: readDebugWords(stencil, words) } : {}) };
}

const same = (a: number, b: number): boolean => Object.is(a, b);

/** Equal, where −0 and +0 are the same. */
export const sameOrZero = (a: number, b: number): boolean => a === b || Object.is(a, b);

/** The first place where two runs differ, in words; null where they are the same, bit for bit (any NaN is a NaN). */
export function firstDifference(
  world: HostWorld,
  shader: RunResult,
  oracle: RunResult,
  equal: (a: number, b: number) => boolean = same,
): string | null {
  const level = world.levels.same;
  for (const [field, arrays] of oracle.outputs)
    for (const [component, wanted] of arrays.entries()) {
      const found = shader.outputs.get(field)![component]!;
      for (let at = 0; at < wanted.length; at++) {
        if (equal(found[at]!, wanted[at]!)) continue;
        const [slot, n] = [at >> 9, at & 511];
        const rank = level.leaves.indexOf(slot);
        const [i, j, k] = level.origin(slot);
        const where = `voxel ${i + (n >> 6)}, ${j + ((n >> 3) & 7)}, ${k + (n & 7)} (slot ${slot}, rank ${rank}, n ${n})`;
        return `${field}[${component}] at ${where}: shader ${found[at]}, interpreter ${wanted[at]}`;
      }
    }
  for (const [scalar, wanted] of oracle.partials) {
    const found = shader.partials.get(scalar)!;
    for (let rank = 0; rank < wanted.length; rank++)
      if (!equal(found[rank]!, wanted[rank]!))
        return `scalar ${scalar} of leaf ${rank}: shader ${found[rank]}, interpreter ${wanted[rank]}`;
  }
  return null;
}

/** Whether two float32 are at most `ulps` apart. */
export function within(ulps: number): (a: number, b: number) => boolean {
  return (a, b) => ulpsBetween(a, b) <= ulps;
}
