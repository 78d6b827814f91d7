/** @file Every mapping between this room's words and Vulkan's numbers. */

import * as V from '@halocline/vulkan';
import { accessBit } from './access.ts';
import type { Access, RawUsage, Usage } from './access.ts';
import type { ShaderBindingKind } from './shader/reflection-types.ts';
import { valueText } from './printing.ts';

/** What a buffer may be used for; 'texel' is both kinds, and its formats must do for both where a device can't tell them apart. */
export type BufferUsage =
  | 'storage'
  | 'uniform'
  | 'indirect'
  | 'address'
  | 'transfer-source'
  | 'transfer-target'
  | 'vertex'
  | 'index'
  | 'texel'
  | 'uniform-texel'
  | 'storage-texel'
  | 'conditional';

/** Where a buffer lives: `device` is the fastest for shaders; `upload` and `download` are mapped, for the host to write and to read. */
export type MemoryKind = 'device' | 'upload' | 'download';

/** What a device is made of. */
export type DeviceKind = 'discrete' | 'integrated' | 'virtual' | 'cpu' | 'other';

const USAGE: Readonly<Record<BufferUsage, number>> = Object.freeze({
  storage: V.VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
  uniform: V.VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT,
  indirect: V.VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT,
  address: V.VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT,
  'transfer-source': V.VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
  'transfer-target': V.VK_BUFFER_USAGE_TRANSFER_DST_BIT,
  vertex: V.VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
  index: V.VK_BUFFER_USAGE_INDEX_BUFFER_BIT,
  texel: V.VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT | V.VK_BUFFER_USAGE_STORAGE_TEXEL_BUFFER_BIT,
  'uniform-texel': V.VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT,
  'storage-texel': V.VK_BUFFER_USAGE_STORAGE_TEXEL_BUFFER_BIT,
  conditional: V.VK_BUFFER_USAGE_CONDITIONAL_RENDERING_BIT_EXT,
});

/** Usages → VkBufferUsageFlags. */
export function usageFlags(usages: readonly BufferUsage[]): number {
  let flags = 0;
  const list: unknown = usages;
  if (!Array.isArray(list)) {
    throw new TypeError(`Cannot use usage ${valueText(usages)}: it is no list; give one, as in ['storage']`);
  }
  for (const usage of usages) {
    const flag = USAGE[usage];
    if (flag === undefined)
      throw new TypeError(`Cannot use usage "${usage}": it is none of ${Object.keys(USAGE).join(', ')}`);
    flags |= flag;
  }
  return flags;
}

/** Which property flags a memory type must have, and which are wished for or rather not. */
export interface MemoryWish {
  readonly required: number;
  readonly wished: number;
  readonly unwished: number;
}

const LOCAL = V.VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
const VISIBLE = V.VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
const COHERENT = V.VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
const CACHED = V.VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

/** Memory kinds → property flags. Device memory that the host sees is scarce on many cards, so it is left to those who need it. */
export const MEMORY_WISH: Readonly<Record<MemoryKind, MemoryWish>> = Object.freeze({
  device: { required: 0, wished: LOCAL, unwished: VISIBLE },
  upload: { required: VISIBLE | COHERENT, wished: 0, unwished: LOCAL | CACHED },
  download: { required: VISIBLE | COHERENT, wished: CACHED, unwished: LOCAL },
});

/** Stages and accesses of one side of a barrier: VkPipelineStageFlags2 and VkAccessFlags2. */
export interface AccessMask {
  readonly stages: bigint;
  readonly accesses: bigint;
}

const SHADERS =
  V.VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT |
  V.VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT |
  V.VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT;
const DEPTH_TESTS = V.VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT | V.VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT;

const MASKS: Readonly<Record<Access, AccessMask>> = Object.freeze({
  'storage-read': mask(V.VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, V.VK_ACCESS_2_SHADER_READ_BIT),
  'storage-write': mask(V.VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, V.VK_ACCESS_2_SHADER_WRITE_BIT),
  uniform: mask(SHADERS, V.VK_ACCESS_2_UNIFORM_READ_BIT),
  indirect: mask(V.VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT, V.VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT),
  conditional: mask(
    V.VK_PIPELINE_STAGE_2_CONDITIONAL_RENDERING_BIT_EXT,
    V.VK_ACCESS_2_CONDITIONAL_RENDERING_READ_BIT_EXT,
  ),
  vertex: mask(V.VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT, V.VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT),
  index: mask(V.VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT, V.VK_ACCESS_2_INDEX_READ_BIT),
  sampled: mask(SHADERS, V.VK_ACCESS_2_SHADER_READ_BIT),
  'color-attachment': mask(
    V.VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
    V.VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT | V.VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
  ),
  'depth-attachment': mask(
    DEPTH_TESTS,
    V.VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT | V.VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT,
  ),
  'transfer-source': mask(V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, V.VK_ACCESS_2_TRANSFER_READ_BIT),
  'transfer-target': mask(V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, V.VK_ACCESS_2_TRANSFER_WRITE_BIT),
  'host-read': mask(V.VK_PIPELINE_STAGE_2_HOST_BIT, V.VK_ACCESS_2_HOST_READ_BIT),
  'host-write': mask(V.VK_PIPELINE_STAGE_2_HOST_BIT, V.VK_ACCESS_2_HOST_WRITE_BIT),
});

function mask(stages: number | bigint, accesses: number | bigint): AccessMask {
  return { stages: BigInt(stages), accesses: BigInt(accesses) };
}

function maskOf(word: Access): AccessMask {
  if (!Object.hasOwn(MASKS, word)) accessBit(word); // which says what words there are
  return MASKS[word];
}

/** What types say of raw usages, for those who have none. */
export function checkRaw(usage: RawUsage): void {
  if (typeof usage?.stage === 'bigint' && typeof usage.access === 'bigint') return;
  throw new TypeError(
    `Cannot use usage ${valueText(usage)}: it is no word, and has no bits; give such as 'storage-read', or { stage, access }`,
  );
}

/** A set of usages → one side of a barrier. */
export function accessMask(usages: readonly Usage[]): AccessMask {
  let [stages, accesses] = [0n, 0n];
  for (const usage of usages) {
    if (typeof usage === 'string') {
      const mask = maskOf(usage);
      stages |= mask.stages;
      accesses |= mask.accesses;
    } else {
      checkRaw(usage);
      stages |= usage.stage;
      accesses |= usage.access;
    }
  }
  return { stages, accesses };
}

const DRAWING = V.VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | V.VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT;
const SHADER_WORDS: ReadonlySet<Access> = new Set(['storage-read', 'storage-write', 'uniform', 'sampled']);

/** What a word that shaders share means in a pass that draws: vertex and fragment shaders alone. */
export function drawingUsage(word: Access): RawUsage | undefined {
  return SHADER_WORDS.has(word) ? { stage: DRAWING, access: MASKS[word].accesses } : undefined;
}

/** What a word that shaders share means in a pass that dispatches, where the word alone would say more. */
export function dispatchUsage(word: Access): RawUsage | undefined {
  if (!SHADER_WORDS.has(word)) return undefined;
  const stage = V.VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
  const { stages, accesses } = MASKS[word];
  return stages === stage ? undefined : { stage, access: accesses };
}

/** Accesses that write memory. */
export const WRITES: bigint =
  V.VK_ACCESS_2_SHADER_WRITE_BIT |
  V.VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT |
  V.VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT |
  V.VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT |
  V.VK_ACCESS_2_TRANSFER_WRITE_BIT |
  V.VK_ACCESS_2_HOST_WRITE_BIT |
  V.VK_ACCESS_2_MEMORY_WRITE_BIT;

/** Whether a usage writes memory. */
export function writesMemory(usage: Usage): boolean {
  if (typeof usage !== 'string') checkRaw(usage);
  return ((typeof usage === 'string' ? maskOf(usage).accesses : usage.access) & WRITES) !== 0n;
}

const KINDS: ReadonlyMap<number, DeviceKind> = new Map([
  [V.VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU, 'discrete'],
  [V.VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU, 'integrated'],
  [V.VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU, 'virtual'],
  [V.VK_PHYSICAL_DEVICE_TYPE_CPU, 'cpu'],
]);

/** VkPhysicalDeviceType → kind. */
export function deviceKind(type: number): DeviceKind {
  return KINDS.get(type) ?? 'other';
}

const QUEUE_FLAGS = [
  [V.VK_QUEUE_GRAPHICS_BIT, 'graphics'],
  [V.VK_QUEUE_COMPUTE_BIT, 'compute'],
  [V.VK_QUEUE_TRANSFER_BIT, 'transfer'],
  [V.VK_QUEUE_SPARSE_BINDING_BIT, 'sparse'],
] as const;

/** VkQueueFlags → words; compute and graphics include transfer, whether the driver says so or not. */
export function queueFlags(flags: number): string[] {
  const implied = (flags & (V.VK_QUEUE_GRAPHICS_BIT | V.VK_QUEUE_COMPUTE_BIT)) !== 0 ? V.VK_QUEUE_TRANSFER_BIT : 0;
  return QUEUE_FLAGS.filter(([bit]) => ((flags | implied) & bit) !== 0).map(([, word]) => word);
}

/** Binding kinds → VkDescriptorType. */
export const DESCRIPTOR_TYPE: Readonly<Record<ShaderBindingKind, number>> = Object.freeze({
  'storage-buffer': V.VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
  'uniform-buffer': V.VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER,
  'storage-image': V.VK_DESCRIPTOR_TYPE_STORAGE_IMAGE,
  'sampled-image': V.VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE,
  'combined-image-sampler': V.VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
  sampler: V.VK_DESCRIPTOR_TYPE_SAMPLER,
  'uniform-texel-buffer': V.VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER,
  'storage-texel-buffer': V.VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER,
  'input-attachment': V.VK_DESCRIPTOR_TYPE_INPUT_ATTACHMENT,
  'acceleration-structure': -1,
});

/** A packed API version → "1.3.230". */
export function versionText(version: number): string {
  return [V.VK_API_VERSION_MAJOR(version), V.VK_API_VERSION_MINOR(version), V.VK_API_VERSION_PATCH(version)].join('.');
}

const NVIDIA = 0x10de;

/** A driver's own packed version, as its vendor writes it. */
export function driverVersionText(version: number, vendor: number): string {
  if (vendor !== NVIDIA) return versionText(version);
  return [version >>> 22, (version >>> 14) & 255, (version >>> 6) & 255, version & 63].join('.');
}
