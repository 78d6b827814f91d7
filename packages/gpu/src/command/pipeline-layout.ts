/** @file Pipeline layouts by reflection: the bindings and push constants of all stages together. Nothing is written by hand. */

import * as V from '@halocline/vulkan';
import { DESCRIPTOR_TYPE } from '../convert.ts';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { valueText } from '../printing.ts';
import type { ShaderBinding } from '../shader/reflection-types.ts';
import { pipelineProperties } from './driver-properties.ts';
import type { Stage } from './pipeline-stage.ts';
import type { ShaderSampling } from '../shader/sampling.ts';

/** Lengths of binding arrays that a shader leaves open, by "set.binding". */
export type BindingCounts = Readonly<Record<string, number>>;

/** A binding of a pipeline: what its stages declare together. */
export interface PipelineBinding extends ShaderBinding {
  /** VkShaderStageFlags of the stages that declare it. */
  readonly stages: number;
}

/** What a pipeline takes from outside. */
export interface PipelineLayout {
  readonly handle: V.VkPipelineLayout;
  /** Layouts of descriptor sets, from set 0 on; none where everything is reached by address. */
  readonly setLayouts: readonly V.VkDescriptorSetLayout[];
  readonly bindings: readonly PipelineBinding[];
  /** What its stages sample, and how. */
  readonly samplings: readonly ShaderSampling[];
  /** Set 0 is pushed with the commands instead of coming from a pool. */
  readonly pushesSet: boolean;
  /** Some stage may reach memory by address, which no binding shows. */
  readonly byAddress: boolean;
  /** Bytes of push constants. */
  readonly pushBytes: number;
  /** VkShaderStageFlags of the stages that declare push constants. */
  readonly pushStages: number;
}

/** Merges what the stages declare; throws where they contradict each other. */
function mergeBindings(label: string, stages: readonly Stage[], counts: BindingCounts): PipelineBinding[] {
  const merged = new Map<string, PipelineBinding>();
  const open = new Set<string>();
  if (typeof counts !== 'object' || (counts as unknown) === null) {
    throw refuse(label, `bindingCounts are ${valueText(counts)}; give lengths by binding, as in { '0.1': 16 }`);
  }
  for (const { reflection, bit } of stages) {
    for (const declared of reflection.bindings) {
      const key = `${declared.set}.${declared.binding}`;
      if (declared.count === 0) open.add(key);
      const count = declared.count === 0 ? (counts[key] ?? 0) : declared.count;
      if (count === 0) {
        throw refuse(label, `the shader leaves the length of binding ${key} ${declared.name} open; give bindingCounts`);
      }
      if (declared.kind === 'acceleration-structure' || declared.kind === 'input-attachment') {
        throw refuse(label, `its binding ${key} is an ${declared.kind}; bind buffers, images and samplers`);
      }
      const known = merged.get(key);
      if (known && known.kind !== declared.kind) {
        const what = `binding ${key} is a ${known.kind} in one stage and a ${declared.kind} in another`;
        throw refuse(label, `${what}; number them apart`);
      }
      merged.set(key, {
        ...declared,
        count: Math.max(count, known?.count ?? 0),
        readable: declared.readable || (known?.readable ?? false),
        writable: declared.writable || (known?.writable ?? false),
        byteLength: Math.max(declared.byteLength, known?.byteLength ?? 0),
        stages: bit | (known?.stages ?? 0),
      });
    }
  }
  checkCounts(label, counts, open);
  return [...merged.values()].sort((a, b) => a.set - b.set || a.binding - b.binding);
}

/** Throws where counts are given for something else than open arrays, or none that they can have. */
function checkCounts(label: string, counts: BindingCounts, open: ReadonlySet<string>): void {
  for (const [key, count] of Object.entries(counts)) {
    if ((count as number | undefined) === undefined) continue;
    if (!open.has(key)) {
      const there = [...open].join(', ') || 'no binding';
      throw refuse(label, `bindingCounts has ${key}, the shader leaves the length of ${there} open; leave it out`);
    }
    if (!Number.isInteger(count) || count < 1) {
      throw refuse(label, `bindingCounts has ${valueText(count)} for ${key}; give a whole number from 1`);
    }
  }
}

function refuse(label: string, what: string): VulkanError {
  return new VulkanError(`Cannot create pipeline "${label}": ${what}`, { kind: 'pipeline-creation', labels: [label] });
}

/** Makes the layout of a pipeline of these stages. */
export function createPipelineLayout(
  driver: Driver,
  label: string,
  stages: readonly Stage[],
  counts: BindingCounts = {},
): PipelineLayout {
  const bindings = mergeBindings(label, stages, counts);
  const first = bindings.filter((each) => each.set === 0).reduce((sum, each) => sum + each.count, 0);
  const pushesSet = first > 0 && first <= pipelineProperties(driver).maxPushDescriptors;
  const pushing = stages.filter((stage) => stage.reflection.pushConstants);
  const pushBytes = pushing.reduce((most, each) => Math.max(most, each.reflection.pushConstants!.byteLength), 0);
  const pushStages = pushing.reduce((bits, each) => bits | each.bit, 0);
  const setLayouts = createSetLayouts(driver, label, bindings, pushesSet);
  try {
    const handle = createLayout(driver, label, setLayouts, pushBytes, pushStages);
    const byAddress = stages.some(({ reflection }) =>
      reflection.capabilities.includes('PhysicalStorageBufferAddresses'),
    );
    const samplings = stages.flatMap((stage) => stage.samplings);
    return { handle, setLayouts, bindings, samplings, pushesSet, byAddress, pushBytes, pushStages };
  } catch (error) {
    destroySetLayouts(driver, setLayouts);
    throw error;
  }
}

/** Gives a layout back. */
export function destroyPipelineLayout(driver: Driver, layout: PipelineLayout): void {
  driver.commands.vkDestroyPipelineLayout(driver.handle, layout.handle, V.NULL);
  destroySetLayouts(driver, layout.setLayouts);
}

function destroySetLayouts(driver: Driver, layouts: readonly V.VkDescriptorSetLayout[]): void {
  for (const layout of layouts) driver.commands.vkDestroyDescriptorSetLayout(driver.handle, layout, V.NULL);
}

/** One layout for each set from 0 to the last that a stage names; none if there are no bindings. */
function createSetLayouts(
  driver: Driver,
  label: string,
  bindings: readonly PipelineBinding[],
  pushesSet: boolean,
): V.VkDescriptorSetLayout[] {
  const last = bindings.reduce((most, each) => Math.max(most, each.set), -1);
  const layouts: V.VkDescriptorSetLayout[] = [];
  for (let set = 0; set <= last; set++) {
    const pBindings = bindings
      .filter((each) => each.set === set)
      .map(({ binding, kind, count, stages }) => ({
        binding,
        descriptorType: DESCRIPTOR_TYPE[kind],
        descriptorCount: count,
        stageFlags: stages,
      }));
    const flags = pushesSet && set === 0 ? V.VK_DESCRIPTOR_SET_LAYOUT_CREATE_PUSH_DESCRIPTOR_BIT : 0;
    V.arena.scope(() => {
      const out = V.arena.u64();
      const info = V.VkDescriptorSetLayoutCreateInfo({ flags, pBindings });
      const result = driver.commands.vkCreateDescriptorSetLayout(driver.handle, info, V.NULL, out);
      if (result < 0) destroySetLayouts(driver, layouts);
      const act = `Cannot create pipeline "${label}"`;
      driver.check(result, 'vkCreateDescriptorSetLayout', 'pipeline-creation', act, 'use fewer bindings', label);
      const layout = V.arena.readU64<V.VkDescriptorSetLayout>(out);
      driver.setName(V.VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT, layout, `${label}, set ${set}`);
      layouts.push(layout);
    });
  }
  return layouts;
}

function createLayout(
  driver: Driver,
  label: string,
  pSetLayouts: readonly V.VkDescriptorSetLayout[],
  pushBytes: number,
  stageFlags: number,
): V.VkPipelineLayout {
  return V.arena.scope(() => {
    const out = V.arena.u64();
    const range = { stageFlags, offset: 0, size: Math.ceil(pushBytes / 4) * 4 };
    const info = V.VkPipelineLayoutCreateInfo({ pSetLayouts, pPushConstantRanges: pushBytes > 0 ? [range] : [] });
    const result = driver.commands.vkCreatePipelineLayout(driver.handle, info, V.NULL, out);
    const act = `Cannot create pipeline "${label}"`;
    driver.check(result, 'vkCreatePipelineLayout', 'pipeline-creation', act, 'check the shader', label);
    const layout = V.arena.readU64<V.VkPipelineLayout>(out);
    driver.setName(V.VK_OBJECT_TYPE_PIPELINE_LAYOUT, layout, label);
    return layout;
  });
}
