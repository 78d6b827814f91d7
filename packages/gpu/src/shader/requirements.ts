/**
 * @file What a shader needs, held against what a device has: capabilities against features, extensions and properties, sizes against
 * limits. Everything that is missing is found at once.
 */

import * as V from '@halocline/vulkan';
import { ShaderError } from '../errors.ts';
import { isOfVulkan, lackFor } from './capabilities.ts';
import type { CapabilityPlace } from './capabilities.ts';
import type { ShaderBinding, ShaderBindingKind } from './reflection-types.ts';
import type { ReadShader, ShaderEntryPoint, ShaderReflection } from './reflection.ts';
import type { SpirvEntry } from './spirv-read.ts';

/** What the bindings of one stage are counted as. */
export type StageBinding = 'sampler' | 'uniform-buffer' | 'storage-buffer' | 'sampled-image' | 'storage-image';

/** What this check knows of a device. */
export interface ShaderDevice extends CapabilityPlace {
  readonly name: string;
  readonly limits: ShaderLimits;
}

/** What a device must have for a shader's sizes, and for its capabilities. */
export interface ShaderLimits {
  readonly maxSets: number;
  readonly maxStageBindings: Readonly<Record<StageBinding, number>>;
  readonly maxPushBytes: number;
  readonly maxWorkgroupSize: readonly [number, number, number];
  readonly maxWorkgroupThreads: number;
  readonly maxSharedBytes: number;
  readonly shaderProperties: Readonly<Record<string, number>>;
}

/** What a device must have for a stage that may write buffers and images. */
const STORES: ReadonlyMap<string, string> = new Map([
  ['vertex', 'vertexPipelineStoresAndAtomics'],
  ['fragment', 'fragmentStoresAndAtomics'],
]);

/** What each kind of binding is counted as: a sampled image with its sampler as both. */
const COUNTED_AS: Readonly<Partial<Record<ShaderBindingKind, readonly StageBinding[]>>> = {
  sampler: ['sampler'],
  'uniform-buffer': ['uniform-buffer'],
  'storage-buffer': ['storage-buffer'],
  'sampled-image': ['sampled-image'],
  'combined-image-sampler': ['sampled-image', 'sampler'],
  'uniform-texel-buffer': ['sampled-image'],
  'storage-image': ['storage-image'],
  'storage-texel-buffer': ['storage-image'],
};

/** What no device has, in words: the shader was made for something else than Vulkan, or for a later one. */
function foreignTo({ capabilities, addressing }: ShaderReflection): string[] {
  const none = `which Vulkan 1.4.${V.VK_HEADER_VERSION} does not have`;
  const foreign = capabilities.filter((capability) => !isOfVulkan(capability));
  const words = foreign.map((each) => `${each.startsWith('capability') ? each : `capability ${each}`} (${none})`);
  return addressing === 'physical32' || addressing === 'physical64'
    ? [...words, `OpenCL's addressing model ${addressing}`]
    : words;
}

/** What of features, extensions and properties is off, or not there, for this entry point, in words. */
function missingChoices(shader: ShaderReflection, { stage }: ShaderEntryPoint, device: ShaderDevice): string[] {
  const missing = shader.capabilities.filter(isOfVulkan).flatMap((capability) => {
    const lack = lackFor(capability, device);
    return lack === undefined ? [] : [`${lack} (for capability ${capability})`];
  });
  const writes = shader.bindings.find((each) => each.writable);
  const needed = STORES.get(stage);
  if (writes && needed && device.features[needed] !== true) {
    missing.push(`feature ${needed} (for binding ${writes.set}.${writes.binding}, which a ${stage} shader may write)`);
  }
  return missing;
}

/** What the shader has too much of, in words. */
function missingSizes(shader: ShaderReflection, { workgroupSize }: ShaderEntryPoint, limits: ShaderLimits): string[] {
  const missing: string[] = [];
  const push = shader.pushConstants?.byteLength ?? 0;
  if (push > limits.maxPushBytes) missing.push(`${push} bytes of push constants (it has ${limits.maxPushBytes})`);
  if (shader.sharedBytes > limits.maxSharedBytes) {
    missing.push(`${shader.sharedBytes} bytes of shared memory (it has ${limits.maxSharedBytes})`);
  }
  missing.push(...missingBindings(shader.bindings, limits));
  if (workgroupSize) missing.push(...missingThreads(workgroupSize, limits));
  return missing;
}

function missingBindings(bindings: readonly ShaderBinding[], { maxSets, maxStageBindings }: ShaderLimits): string[] {
  const missing: string[] = [];
  const set = bindings.reduce((most, each) => Math.max(most, each.set), 0);
  if (set >= maxSets) missing.push(`descriptor set ${set} (it has 0 to ${maxSets - 1})`);
  const counts = new Map<StageBinding, number>();
  // Blocks that share a number are one binding, as long as the longest.
  const places = new Map<string, ShaderBinding>();
  for (const each of bindings) {
    const place = `${each.set}.${each.binding}`;
    if (each.count > (places.get(place)?.count ?? -1)) places.set(place, each);
  }
  for (const { kind, count } of places.values()) {
    for (const as of COUNTED_AS[kind] ?? []) counts.set(as, (counts.get(as) ?? 0) + Math.max(1, count));
  }
  for (const [as, count] of counts) {
    const most = maxStageBindings[as];
    if (count > most) missing.push(`${count} bindings of kind ${as} in a stage (it has ${most})`);
  }
  return missing;
}

function missingThreads(size: readonly [number, number, number], limits: ShaderLimits): string[] {
  const missing: string[] = [];
  for (const [axis, threads] of size.entries()) {
    const most = limits.maxWorkgroupSize[axis]!;
    if (threads > most) missing.push(`${threads} threads of a workgroup in ${'xyz'[axis]} (it has ${most})`);
  }
  const threads = size[0] * size[1] * size[2];
  if (threads > limits.maxWorkgroupThreads)
    missing.push(`${threads} threads a workgroup (it has ${limits.maxWorkgroupThreads})`);
  return missing;
}

/** The entry point of this name, of this stage if there is one; throws ShaderError where no stage has it. */
export function entryNamed(label: string, { header }: ReadShader, name: string, stage: string): SpirvEntry {
  const { entries } = header;
  const named = entries.filter((each) => each.name === name);
  const chosen = named.find((each) => each.stage === stage) ?? named[0];
  if (chosen) return chosen;
  const there = entries.map((each) => each.name).join(', ') || 'none';
  throw new ShaderError(`Cannot use shader "${label}": it has no entry point "${name}"; it has ${there}`, undefined, {
    labels: [label],
  });
}

/** Everything that the device lacks for this entry point of a shader, in words; empty if it will do. */
export function missingFor(shader: ShaderReflection, entry: ShaderEntryPoint, device: ShaderDevice): string[] {
  return [
    ...foreignTo(shader),
    ...missingChoices(shader, entry, device),
    ...missingSizes(shader, entry, device.limits),
  ];
}

/** Throws ShaderError with all that is missing, before the driver sees the shader. */
export function checkShader(
  label: string,
  device: ShaderDevice,
  shader: ShaderReflection,
  entry: ShaderEntryPoint,
): void {
  const missing = missingFor(shader, entry, device);
  if (missing.length === 0) return;
  throw new ShaderError(
    `Cannot use shader "${label}": device "${device.name}" lacks ${missing.join(', ')}; ${adviceFor(shader, entry, device)}`,
    undefined,
    { labels: [label, device.name] },
  );
}

function adviceFor(shader: ShaderReflection, entry: ShaderEntryPoint, device: ShaderDevice): string {
  if (foreignTo(shader).length > 0) return 'compile it for Vulkan';
  const others = 'choose another device';
  return missingChoices(shader, entry, device).length > 0 ? `ask for that where it is opened, or ${others}` : others;
}
