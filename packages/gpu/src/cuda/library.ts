/**
 * @file CUDA's driver library, which every machine with NVIDIA's driver has: loaded through the same few lines as Vulkan's loader,
 * and only the functions that copy from card to card. Names and arguments are those of cuda.h (CUDA driver API, chapters "Virtual
 * Memory Management" and "Stream Management").
 */

import * as V from '@halocline/vulkan';
import { VulkanError } from '../errors.ts';

/** Function → its exported name and its signature. */
const FUNCTIONS = {
  cuInit: 'cuInit iI',
  cuGetErrorName: 'cuGetErrorName iiP',
  cuDeviceGetCount: 'cuDeviceGetCount iP',
  cuDeviceGet: 'cuDeviceGet iPi',
  cuDeviceGetUuid: 'cuDeviceGetUuid_v2 iPi',
  cuDeviceCanAccessPeer: 'cuDeviceCanAccessPeer iPii',
  cuDevicePrimaryCtxRetain: 'cuDevicePrimaryCtxRetain iPi',
  cuDevicePrimaryCtxRelease: 'cuDevicePrimaryCtxRelease_v2 ii',
  cuCtxSetCurrent: 'cuCtxSetCurrent iP',
  cuCtxGetDevice: 'cuCtxGetDevice iP',
  cuStreamCreate: 'cuStreamCreate iPI',
  cuStreamDestroy: 'cuStreamDestroy_v2 iP',
  cuStreamSynchronize: 'cuStreamSynchronize iP',
  cuMemcpyPeerAsync: 'cuMemcpyPeerAsync iLPLPLP',
  cuMemGetAllocationGranularity: 'cuMemGetAllocationGranularity iPPi',
  cuMemCreate: 'cuMemCreate iPLPL',
  cuMemRelease: 'cuMemRelease iL',
  cuMemAddressReserve: 'cuMemAddressReserve iPLLLL',
  cuMemAddressFree: 'cuMemAddressFree iLL',
  cuMemMap: 'cuMemMap iLLLLL',
  cuMemUnmap: 'cuMemUnmap iLL',
  cuMemSetAccess: 'cuMemSetAccess iLLPL',
  cuMemExportToShareableHandle: 'cuMemExportToShareableHandle iPLiL',
} as const;

type FunctionName = keyof typeof FUNCTIONS;

/** The functions by name. */
export type CudaLibrary = Readonly<Record<FunctionName, V.ForeignFunction>>;

const NAMES: Readonly<Partial<Record<NodeJS.Platform, string>>> = Object.freeze({
  linux: 'libcuda.so.1',
});

let opened: CudaLibrary | VulkanError | undefined;

/** The library, loaded and initialised once. Throws VulkanError 'not-available', with the reason, where there is none. */
export function cudaLibrary(): CudaLibrary {
  if (opened === undefined) {
    try {
      opened = open();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      opened = new VulkanError(
        `Cannot use CUDA: ${why}; install NVIDIA's driver with its CUDA library, or use another transport`,
        { kind: 'not-available' },
      );
    }
  }
  if (opened instanceof VulkanError) throw opened;
  return opened;
}

function open(): CudaLibrary {
  const path = NAMES[process.platform];
  if (path === undefined) throw new Error(`on ${process.platform} memory has no file descriptors`);
  const library = load(path);
  const functions = Object.entries(FUNCTIONS).map(([name, text]) => {
    const [symbol, signature] = text.split(' ') as [string, string];
    return [name, library.func(symbol, signature)] as const;
  });
  const cuda = Object.fromEntries(functions) as CudaLibrary;
  const result = cuda.cuInit(0) as number;
  if (result !== 0) throw new Error(`cuInit gave ${resultName(cuda, result)}`);
  return cuda;
}

function load(path: string): V.Library {
  try {
    return V.openLibrary(path);
  } catch (cause) {
    throw new Error(`${path} can't be loaded`, { cause });
  }
}

/** The name of a result: CUDA_ERROR_OUT_OF_MEMORY. */
export function resultName(cuda: CudaLibrary, result: number): string {
  return V.arena.scope(() => {
    const out = V.arena.u64();
    if (cuda.cuGetErrorName(result, out) !== 0) return `error ${result}`;
    return V.readCString(V.arena.readU64(out)) ?? `error ${result}`;
  });
}

/** Throws what a result means, if it isn't success; `act` begins the sentence, as in `Driver.check`. */
export function checkCuda(result: number, command: FunctionName, act: string, label: string): void {
  if (result === 0) return;
  const name = resultName(cudaLibrary(), result);
  throw new VulkanError(`${act} "${label}": ${command} gave ${name}; use another transport`, {
    kind: name === 'CUDA_ERROR_OUT_OF_MEMORY' ? 'allocation' : 'execution',
    command,
    result: name,
    labels: [label],
  });
}
