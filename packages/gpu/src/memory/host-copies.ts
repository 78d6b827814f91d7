/**
 * @file Copies between JavaScript's arrays and mapped memory: by the copiers' threads where it pays and they are there, else
 * by the caller's own.
 */

import * as V from '@halocline/vulkan';
import { acquireCopiers, releaseCopiers } from './copiers.ts';
import type { Copiers } from './copiers.ts';
import { adviseHugePages, HUGE_PAGE } from './libc.ts';

/** From here on, threads help, in bytes. */
const WORTH_THREADS = 2 ** 20;

/** The copies of one device. */
export class HostCopies {
  #copiers: Copiers | undefined;

  /** Starts the threads for what is coming, if it pays. Doesn't wait for them. */
  prepare(byteLength: number): void {
    if (byteLength < WORTH_THREADS) return;
    this.#copiers ??= acquireCopiers();
    this.#copiers.start();
  }

  /** Ends the threads if no other device needs them; returns when they have ended. Nothing may be under way. */
  async close(): Promise<void> {
    if (this.#copiers) await releaseCopiers();
    this.#copiers = undefined;
  }

  /** Copies an array into mapped memory; done when it returns. */
  inNow(mapped: Uint8Array, at: number, source: Uint8Array): void {
    const copiers = this.#copiersFor(source);
    if (copiers) copiers.copyNow(addressIn(mapped) + BigInt(at), addressIn(source), source.byteLength);
    else mapped.set(source, at);
  }

  /** The same; where it gives a promise, done when that resolves. */
  in(mapped: Uint8Array, at: number, source: Uint8Array): Promise<void> | undefined {
    const copiers = this.#copiersFor(source);
    if (copiers) return copiers.copy(addressIn(mapped) + BigInt(at), addressIn(source), source.byteLength);
    mapped.set(source, at);
    return undefined;
  }

  /** Copies mapped memory into an array; throws if that was transferred elsewhere. */
  out(mapped: Uint8Array, at: number, target: Uint8Array): Promise<void> | undefined {
    const { byteLength } = target;
    const copiers = this.#copiersFor(target);
    if (copiers) return copiers.copy(addressIn(target), addressIn(mapped) + BigInt(at), byteLength, HUGE_PAGE);
    target.set(mapped.subarray(at, at + byteLength));
    return undefined;
  }

  /** The threads that shall copy these bytes; undefined where the caller's own thread shall. */
  #copiersFor(bytes: Uint8Array): Copiers | undefined {
    return this.#copiers?.ready === true && isSteady(bytes) ? this.#copiers : undefined;
  }
}

/** An array for a download. Fresh memory costs more than the transfer: large pages make it less. */
export function freshArray(byteLength: number): Uint8Array<ArrayBuffer> {
  const array = new Uint8Array(byteLength);
  if (byteLength >= WORTH_THREADS) adviseHugePages(V.addressOf(array.buffer), byteLength);
  return array;
}

function addressIn(bytes: Uint8Array): bigint {
  return V.addressOf(bytes.buffer as ArrayBuffer) + BigInt(bytes.byteOffset);
}

/** Whether threads may use the bytes by their address, and it pays: they are there, many, and can't shrink. */
function isSteady({ buffer, byteLength }: Uint8Array): boolean {
  return byteLength >= WORTH_THREADS && !(buffer instanceof ArrayBuffer ? buffer.resizable : buffer.growable);
}
