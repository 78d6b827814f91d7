/**
 * @file The engine's own kernels (sources in `kernels/*.comp`, compiled when the package is built) and how they are
 * dispatched. Their push constants are addresses and counts, written here in the order of each kernel's `Push` block.
 */
import type { ComputePipeline, Device, Encoder } from '@halocline/gpu';
import {
  componentTypeOf,
  elementBytes,
  isHalf,
  type FieldType,
  type ReduceKind,
  type ScalarType,
} from '@halocline/stencil';
import { kernels, type KernelName } from './generated/kernels.ts';

/** Pipelines of the engine's kernels on one device, each made when it is first used. */
export class EngineKernels implements Disposable {
  readonly #device: Device;
  readonly #pipelines = new Map<KernelName, ComputePipeline>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** The pipeline of a kernel. */
  pipeline(name: KernelName): ComputePipeline {
    let pipeline = this.#pipelines.get(name);
    if (pipeline === undefined) {
      const bytes = Uint8Array.fromBase64(kernels[name]);
      pipeline = this.#device.createPipeline({ label: `engine: ${name}`, spirv: new Uint32Array(bytes.buffer) });
      this.#pipelines.set(name, pipeline);
    }
    return pipeline;
  }

  /** Binds a kernel and pushes its constants: addresses as bigints, words as numbers. */
  bind(encoder: Encoder, name: KernelName, constants: readonly (number | bigint)[]): void {
    encoder.pipeline(this.pipeline(name)).push(pushWords(constants));
  }

  [Symbol.dispose](): void {
    for (const pipeline of this.#pipelines.values()) pipeline[Symbol.dispose]();
    this.#pipelines.clear();
  }
}

/** Push constants: an address takes two words, low word first, and stands on an even one. */
function pushWords(constants: readonly (number | bigint)[]): Uint32Array<ArrayBuffer> {
  const words: number[] = [];
  for (const constant of constants) {
    if (typeof constant === 'bigint') words.push(Number(constant & 0xffffffffn), Number(constant >> 32n));
    else words.push(constant >>> 0);
  }
  return Uint32Array.from(words);
}

/** `mode` of the gate kernel. */
export const GATE_MODES = { open: 0, iterate: 1, check: 2, resume: 3 } as const;

/** `type` of the reduction and gate kernels. */
export function scalarCode(type: ScalarType): number {
  return type === 'float' ? 0 : type === 'int' ? 1 : type === 'double' ? 3 : 2;
}

/** Bytes of a scalar's value, and of each of its partials. */
export function scalarBytes(type: ScalarType): number {
  return type === 'double' ? 8 : 4;
}

/** `kind` of the reduction kernel: any is a maximum of zeros and ones, all a minimum. */
export function reduceCode(kind: ReduceKind): number {
  return kind === 'sum' ? 0 : kind === 'min' || kind === 'all' ? 1 : 2;
}

/** `type` of the statistics kernel. */
export function elementCode(type: FieldType): number {
  if (isHalf(type)) return 1;
  if (elementBytes(type) === 1) return 4;
  const scalar = componentTypeOf(type);
  return scalar === 'int' ? 2 : scalar === 'uint' ? 3 : 0;
}
