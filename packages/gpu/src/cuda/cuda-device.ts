/**
 * @file A device as CUDA sees it: memory that Vulkan and CUDA both hold, for copies from card to card over whatever links them
 * (NVLink, or PCIe). A relay makes the copies: `RelayCopy.contexts`.
 *
 * Memory is made by CUDA (cuMemCreate) and imported into Vulkan on its own card: what Vulkan makes and CUDA imports is copied
 * through the host, ten times slower. Devices are the same by UUID; the two count them in different orders.
 *
 *     CUmemAllocationProp   32 bytes  type@0 requestedHandleTypes@4 location.type@8 location.id@12
 *     CUmemAccessDesc       12 bytes  location.type@0 location.id@4 flags@8
 */

import * as V from '@halocline/vulkan';
import { VulkanError } from '../errors.ts';
import { makerOf } from '../memory/buffer.ts';
import type { Buffer } from '../memory/buffer.ts';
import { importOpaque } from '../memory/opaque-fd.ts';
import type { MemorySharer } from '../memory/shared-device-memory.ts';
import { printsItself } from '../printing.ts';
import { checkCuda, cudaLibrary, type CudaLibrary } from './library.ts';

const PINNED = 1;
const FILE_DESCRIPTOR = 1;
const ON_DEVICE = 1;
const READ_AND_WRITE = 3;

/** Memory of both Vulkan and CUDA. It goes when Vulkan's buffer does; CUDA's last copy is done by then. */
export interface CudaBuffer extends Disposable {
  readonly buffer: Buffer;
  /** CUDA's address of the first byte. */
  readonly address: bigint;
}

/** What such memory is made from. */
export interface CudaBufferOptions {
  readonly label: string;
  readonly byteLength: number;
  /** Other devices that CUDA copies from or to it. */
  readonly peers: readonly CudaDevice[];
}

/** A device of CUDA's. Dispose it last. */
export class CudaDevice implements Disposable {
  static {
    printsItself(this);
  }

  readonly name: string;
  /** CUDA's number of the device. */
  readonly ordinal: number;
  readonly context: bigint;
  readonly #host: MemorySharer;
  readonly #cuda: CudaLibrary;
  #disposed = false;

  /** Why CUDA can't copy between two Vulkan devices, in words; null if it can. Makes no context. */
  static refusal(from: MemorySharer, to: MemorySharer): string | null {
    try {
      const cuda = cudaLibrary();
      const [here, there] = [ordinalOf(cuda, from), ordinalOf(cuda, to)];
      const reaches = (one: number, other: number): boolean =>
        V.arena.scope(() => {
          const out = V.arena.u32();
          checkCuda(cuda.cuDeviceCanAccessPeer(out, one, other), 'cuDeviceCanAccessPeer', 'Cannot ask', from.name);
          return V.arena.readU32(out) === 1;
        });
      if (here === there || (reaches(here, there) && reaches(there, here))) return null;
      return "the cards do not reach each other's memory";
    } catch (error) {
      return error instanceof Error ? error.message.replace(/^Cannot use CUDA: (.*); .*$/, '$1') : String(error);
    }
  }

  /** Finds a Vulkan device by its UUID. Throws VulkanError 'not-available' without CUDA, or where CUDA doesn't know it. */
  constructor(host: MemorySharer) {
    const cuda = cudaLibrary();
    const ordinal = ordinalOf(cuda, host);
    this.name = host.name;
    this.ordinal = ordinal;
    this.#host = host;
    this.#cuda = cuda;
    this.context = V.arena.scope(() => {
      const out = V.arena.u64();
      checkCuda(cuda.cuDevicePrimaryCtxRetain(out, ordinal), 'cuDevicePrimaryCtxRetain', 'Cannot open', host.name);
      return V.arena.readU64(out);
    });
  }

  /** Memory of this device that Vulkan has as a buffer; what it holds is anything. Throws VulkanError. */
  createBuffer({ label, byteLength, peers }: CudaBufferOptions): CudaBuffer {
    const cuda = this.#cuda;
    const check = (result: number, command: keyof CudaLibrary): void =>
      checkCuda(result, command, 'Cannot take memory of CUDA for', label);
    check(cuda.cuCtxSetCurrent(this.context), 'cuCtxSetCurrent');
    using undo = new DisposableStack();
    return V.arena.scope(() => {
      const out = V.arena.u64();
      // The memory may outlive whoever asked for it: Vulkan's work decides.
      check(cuda.cuDevicePrimaryCtxRetain(out, this.ordinal), 'cuDevicePrimaryCtxRetain');
      undo.defer(() => cuda.cuDevicePrimaryCtxRelease(this.ordinal));
      const prop = V.arena.u32([PINNED, FILE_DESCRIPTOR, ON_DEVICE, this.ordinal, 0, 0, 0, 0]);
      check(cuda.cuMemGetAllocationGranularity(out, prop, 0), 'cuMemGetAllocationGranularity');
      const unit = Number(V.arena.readU64(out));
      const allocated = Math.ceil(byteLength / unit) * unit;
      const length = BigInt(allocated);
      check(cuda.cuMemCreate(out, length, prop, 0n), 'cuMemCreate');
      const handle = V.arena.readU64(out);
      undo.defer(() => cuda.cuMemRelease(handle));
      check(cuda.cuMemAddressReserve(out, length, 0n, 0n, 0n), 'cuMemAddressReserve');
      const address = V.arena.readU64(out);
      undo.defer(() => cuda.cuMemAddressFree(address, length));
      check(cuda.cuMemMap(address, length, 0n, handle, 0n), 'cuMemMap');
      undo.defer(() => cuda.cuMemUnmap(address, length));
      const users = [...new Set([this, ...peers].map(({ ordinal }) => ordinal))];
      const access = V.arena.u32(users.flatMap((ordinal) => [ON_DEVICE, ordinal, READ_AND_WRITE]));
      check(cuda.cuMemSetAccess(address, length, access, BigInt(users.length)), 'cuMemSetAccess');
      check(cuda.cuMemExportToShareableHandle(out, handle, FILE_DESCRIPTOR, 0n), 'cuMemExportToShareableHandle');
      const fd = V.arena.readI32(out);
      const owned = undo.move();
      const release = (): void => owned.dispose();
      const buffer = importOpaque(makerOf(this.#host), { label, byteLength, allocated, fd, release });
      return { buffer, address, [Symbol.dispose]: () => buffer[Symbol.dispose]() };
    });
  }

  toString(): string {
    return `CudaDevice("${this.name}", ${this.ordinal})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#cuda.cuDevicePrimaryCtxRelease(this.ordinal);
  }
}

/** CUDA's number of a Vulkan device. Throws VulkanError 'not-available'. */
function ordinalOf(cuda: CudaLibrary, { name, uuid }: MemorySharer): number {
  const ordinal = ordinals(cuda).get(uuid);
  if (ordinal !== undefined) return ordinal;
  throw new VulkanError(`Cannot use CUDA on device "${name}": CUDA has no device of its UUID; use another transport`, {
    kind: 'not-available',
    labels: [name],
  });
}

/** UUID → CUDA's number. */
function ordinals(cuda: CudaLibrary): Map<string, number> {
  return V.arena.scope(() => {
    const out = V.arena.u64(2);
    const act = 'Cannot list';
    checkCuda(cuda.cuDeviceGetCount(out), 'cuDeviceGetCount', act, 'devices');
    const count = V.arena.readI32(out);
    const found = new Map<string, number>();
    for (let index = 0; index < count; index++) {
      checkCuda(cuda.cuDeviceGet(out, index), 'cuDeviceGet', act, `device ${index}`);
      const ordinal = V.arena.readI32(out);
      checkCuda(cuda.cuDeviceGetUuid(out, ordinal), 'cuDeviceGetUuid', act, `device ${index}`);
      found.set(V.arena.readBytes(out, 16).toHex(), ordinal);
    }
    return found;
  });
}
