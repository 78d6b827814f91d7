/** @file One shader of a pipeline: reflected, specialized, checked against the device, and handed to it. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { valueText } from '../printing.ts';
import { describeShader, readShader, withConstants } from '../shader/reflection.ts';
import type { ShaderEntryPoint, ShaderReflection } from '../shader/reflection.ts';
import { bytesOf, givenConstants } from '../shader/reflection-specialization.ts';
import type { GivenConstant, SpecializationValues } from '../shader/reflection-specialization.ts';
import { checkShader, entryNamed } from '../shader/requirements.ts';
import { pipelineProperties } from './driver-properties.ts';
import { checkOptions } from '../given.ts';
import { samplingsOf } from '../shader/sampling.ts';
import type { ShaderSampling } from '../shader/sampling.ts';

/** A shader of a pipeline. */
export interface StageOptions {
  /**
   * Its words. What they declare is read and checked; how functions use it, and whether types fit, is not: where that is wrong, the
   * driver may end the process. What didn't come from a compiler goes through spirv-val before.
   */
  readonly spirv: Uint32Array;
  /** Default 'main'. */
  readonly entry?: string;
  /** Values of specialization constants, by id; true and false count as 1 and 0. */
  readonly specialization?: SpecializationValues;
}

/** How the threads of a workgroup are put into subgroups. */
export interface SubgroupOptions {
  /** Threads of a subgroup: a power of two that the device offers. Default: as the device likes. */
  readonly subgroupSize?: number;
  /** No subgroup has threads that are off: x of the workgroup must be a multiple of the subgroup's size. Default false. */
  readonly fullSubgroups?: boolean;
}

/** A shader that was reflected and checked. */
export interface Stage {
  readonly bit: number;
  readonly spirv: Uint32Array;
  readonly point: ShaderEntryPoint;
  /** What the entry point may touch, with the sizes that its constants give. */
  readonly reflection: ShaderReflection;
  readonly constants: readonly GivenConstant[];
  /** What it samples, and how, where no constant turns that off. */
  readonly samplings: readonly ShaderSampling[];
}

const BITS: Readonly<Record<string, number>> = Object.freeze({
  compute: V.VK_SHADER_STAGE_COMPUTE_BIT,
  vertex: V.VK_SHADER_STAGE_VERTEX_BIT,
  fragment: V.VK_SHADER_STAGE_FRAGMENT_BIT,
});

/** Reads a shader and checks it: against the device, and that it is of this stage. */
export function readStage(driver: Driver, label: string, name: string, options: StageOptions): Stage {
  checkOptions(`Cannot create pipeline "${label}"`, options, `the options of its ${name} shader`);
  const { spirv, entry = 'main', specialization = {} } = options;
  const refuse = (what: string): VulkanError =>
    new VulkanError(`Cannot create pipeline "${label}": ${what}`, { kind: 'pipeline-creation', labels: [label] });
  if (typeof specialization !== 'object' || (specialization as unknown) === null) {
    throw refuse(`specialization is ${valueText(specialization)}; give values by id, as in { 0: 64 }`);
  }
  const read = readShader(spirv);
  const constants = givenConstants(read.specializations, specialization, refuse);
  const chosen = entryNamed(label, read, entry, name);
  if (chosen.stage !== name) {
    throw refuse(`entry point "${entry}" is a ${chosen.stage} shader; give a ${name} shader`);
  }
  const reflection = describeShader(read, constants, chosen);
  const point = reflection.entryPoints[read.header.entries.indexOf(chosen)]!;
  checkShader(label, driver, reflection, point);
  for (const [axis, threads] of (point.workgroupSize ?? []).entries()) {
    if (threads >= 1) continue;
    const id = point.workgroupSizeIds[axis];
    const remedy = typeof id === 'number' ? `specialize constant ${id} with 1 or more` : 'give it 1 or more';
    throw refuse(`its workgroup has ${threads} threads in ${'xyz'[axis]}; ${remedy}`);
  }
  const samples = reflection.bindings.some(({ kind }) => kind === 'combined-image-sampler' || kind === 'sampler');
  const samplings = samples ? samplingsOf(withConstants(read.module, constants), read.header, chosen) : [];
  return { bit: BITS[name]!, spirv, point, reflection, constants, samplings };
}

/**
 * Writes the stages into the arena and calls `body` with them; the shader modules live as long as that. To be called in a
 * scope of the arena.
 */
export function withModules<T>(
  driver: Driver,
  label: string,
  stages: readonly Stage[],
  subgroups: SubgroupOptions,
  body: (stages: V.VkPipelineShaderStageCreateInfo[]) => T,
): T {
  const { commands, handle: device } = driver;
  const modules: V.VkShaderModule[] = [];
  try {
    const infos = stages.map((stage): V.VkPipelineShaderStageCreateInfo => {
      const module = createModule(driver, label, stage.spirv);
      modules.push(module);
      return stageInfo(stage, module, subgroups);
    });
    return body(infos);
  } finally {
    for (const module of modules) commands.vkDestroyShaderModule(device, module, V.NULL);
  }
}

/** A stage of a pipeline, as the driver takes it. To be called in a scope of the arena. */
export function stageInfo(
  stage: Stage,
  module: V.VkShaderModule,
  subgroups: SubgroupOptions,
): V.VkPipelineShaderStageCreateInfo {
  return {
    ...subgroupInfo(subgroups),
    stage: stage.bit,
    module,
    pName: stage.point.name,
    pSpecializationInfo: stage.constants.length > 0 ? specializationInfo(stage.constants) : V.NULL,
  };
}

/** Hands a shader to the driver; who made it destroys it. To be called in a scope of the arena. */
export function createModule(driver: Driver, label: string, spirv: Uint32Array): V.VkShaderModule {
  const out = V.arena.u64();
  const info = V.VkShaderModuleCreateInfo({ pCode: spirv });
  const result = driver.commands.vkCreateShaderModule(driver.handle, info, V.NULL, out);
  const act = `Cannot create pipeline "${label}"`;
  driver.check(result, 'vkCreateShaderModule', 'pipeline-creation', act, 'check the shader', label);
  const module = V.arena.readU64<V.VkShaderModule>(out);
  driver.setName(V.VK_OBJECT_TYPE_SHADER_MODULE, module, label);
  return module;
}

function subgroupInfo({ subgroupSize, fullSubgroups = false }: SubgroupOptions): {
  flags: number;
  pNext: V.Next<'VkPipelineShaderStageCreateInfo'>;
} {
  return {
    flags: fullSubgroups ? V.VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT : 0,
    pNext:
      subgroupSize === undefined
        ? V.NULL
        : V.VkPipelineShaderStageRequiredSubgroupSizeCreateInfo({ requiredSubgroupSize: subgroupSize }),
  };
}

/** Throws unless the device can put a workgroup of this size into subgroups so. */
export function checkSubgroups(
  driver: Driver,
  label: string,
  workgroup: readonly [number, number, number],
  { subgroupSize, fullSubgroups = false }: SubgroupOptions,
): void {
  if (subgroupSize === undefined && !fullSubgroups) return;
  const refuse = (what: string): VulkanError =>
    new VulkanError(`Cannot create pipeline "${label}": ${what}`, { kind: 'pipeline-creation', labels: [label] });
  const feature = subgroupSize === undefined ? 'computeFullSubgroups' : 'subgroupSizeControl';
  if (driver.features[feature] !== true || (fullSubgroups && driver.features['computeFullSubgroups'] !== true)) {
    const lacking = driver.features[feature] === true ? 'computeFullSubgroups' : feature;
    throw refuse(`device "${driver.name}" lacks feature ${lacking}; leave its subgroups to the device`);
  }
  const { leastSubgroup, mostSubgroup, maxSubgroups, sizedStages } = pipelineProperties(driver);
  if (subgroupSize !== undefined) {
    const power = Number.isInteger(Math.log2(subgroupSize));
    if ((sizedStages & V.VK_SHADER_STAGE_COMPUTE_BIT) === 0) {
      throw refuse(`device "${driver.name}" takes no subgroup size for compute; leave its subgroups to the device`);
    }
    if (!power || subgroupSize < leastSubgroup || subgroupSize > mostSubgroup) {
      throw refuse(
        `subgroups of ${subgroupSize} threads are asked for; device "${driver.name}" has powers of two from ${leastSubgroup} to ${mostSubgroup}`,
      );
    }
    const threads = workgroup[0] * workgroup[1] * workgroup[2];
    if (threads > subgroupSize * maxSubgroups) {
      throw refuse(
        `its workgroup has ${threads} threads, and subgroups of ${subgroupSize} allow ${subgroupSize * maxSubgroups}; take larger subgroups`,
      );
    }
  }
  const unit = subgroupSize ?? mostSubgroup;
  if (fullSubgroups && workgroup[0] % unit !== 0) {
    throw refuse(
      `its workgroup has ${workgroup[0]} threads in x, and full subgroups want a multiple of ${unit}; change local_size_x`,
    );
  }
}

function specializationInfo(constants: readonly GivenConstant[]): V.VkSpecializationInfo {
  const pData = new Uint8Array(constants.length * 8);
  const pMapEntries = constants.map((constant, index) => {
    const bytes = bytesOf(constant);
    pData.set(bytes, index * 8);
    return { constantID: constant.id, offset: index * 8, size: bytes.length };
  });
  return { pMapEntries, pData };
}
