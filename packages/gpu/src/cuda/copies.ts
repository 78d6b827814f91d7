/**
 * @file Copies from card to card by CUDA, started together and waited for one by one. The thread waits: a stream that waits for a
 * Vulkan timeline as an external semaphore is looked at again by the card's scheduler only now and then.
 *
 * Two H200, one message from Vulkan to Vulkan, microseconds, with idle cards and with both at work:
 *
 *     bytes     the thread waits, copies, signals    CUDA waits and signals by semaphores that Vulkan exports
 *     64 KiB     70    233                           391    2552
 *     8 MiB     164    154                           413    2526
 *     64 MiB    780    692                           591    2518
 */

import * as V from '@halocline/vulkan';
import { cudaLibrary, type CudaLibrary } from './library.ts';

/** A place in memory that CUDA holds. */
export interface CudaPlace {
  readonly context: bigint;
  readonly address: bigint;
}

const NON_BLOCKING = 1;

/** The copies of one thread. */
export class CudaCopies implements Disposable {
  /** CUDA_ERROR_UNKNOWN. */
  static readonly UNKNOWN = 999;
  readonly #cuda: CudaLibrary = cudaLibrary();
  /** By the context that copies start from, which is held: its device, and the streams that are free. */
  readonly #held = new Map<bigint, { readonly ordinal: number; readonly free: bigint[] }>();

  /** Starts a copy; what it returns waits, with the thread blocked, until it is done, and gives the CUresult. */
  start(from: CudaPlace, to: CudaPlace, byteLength: bigint): () => number {
    const cuda = this.#cuda;
    const entered = cuda.cuCtxSetCurrent(from.context) as number;
    if (entered !== 0) return () => entered;
    const held = this.#held.get(from.context) ?? this.#hold(from.context);
    if (typeof held === 'number') return () => held;
    const { free } = held;
    const stream = free.pop() ?? this.#create();
    if (typeof stream === 'number') return () => stream;
    const started = cuda.cuMemcpyPeerAsync(to.address, to.context, from.address, from.context, byteLength, stream);
    return () => {
      const ended = cuda.cuStreamSynchronize(stream) as number;
      free.push(stream);
      return started === 0 ? ended : (started as number);
    };
  }

  /** Holds the current context, so that its streams outlive whoever made it; or gives the CUresult that says why not. */
  #hold(context: bigint): { readonly ordinal: number; readonly free: bigint[] } | number {
    const cuda = this.#cuda;
    return V.arena.scope(() => {
      const out = V.arena.u64();
      const asked = cuda.cuCtxGetDevice(out) as number;
      if (asked !== 0) return asked;
      const ordinal = V.arena.readI32(out);
      const retained = cuda.cuDevicePrimaryCtxRetain(out, ordinal) as number;
      if (retained !== 0) return retained;
      const held = { ordinal, free: [] };
      this.#held.set(context, held);
      return held;
    });
  }

  /** A stream of the current context, or the CUresult that says why there is none. */
  #create(): bigint | number {
    return V.arena.scope(() => {
      const out = V.arena.u64();
      const result = this.#cuda.cuStreamCreate(out, NON_BLOCKING) as number;
      return result === 0 ? V.arena.readU64(out) : result;
    });
  }

  [Symbol.dispose](): void {
    for (const [context, { ordinal, free }] of this.#held) {
      this.#cuda.cuCtxSetCurrent(context);
      for (const stream of free) this.#cuda.cuStreamDestroy(stream);
      this.#cuda.cuDevicePrimaryCtxRelease(ordinal);
    }
    this.#held.clear();
  }
}
