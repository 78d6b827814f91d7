/**
 * @file How a compute pipeline is made: its shader is read and checked here, then the driver compiles it, in this thread or, where
 * there are several, beside it.
 */

import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import { COMPUTE_PIPELINE_OPTIONS, ComputePipeline } from './pipeline.ts';
import type { ComputePipelineOptions, SubmitOnce } from './pipeline.ts';
import type { PipelineCache } from './pipeline-cache.ts';
import { readLabelledStage } from './labelled-stage.ts';
import { createPipelineLayout, destroyPipelineLayout } from './pipeline-layout.ts';
import type { PipelineLayout } from './pipeline-layout.ts';
import { checkSubgroups, createModule, stageInfo } from './pipeline-stage.ts';
import type { Stage, SubgroupOptions } from './pipeline-stage.ts';
import { tellsStatistics } from './pipeline-statistics.ts';
import { checkNames, checkObjects } from '../given.ts';

/** A compute pipeline that only lacks what the driver makes of its shader. */
export interface PipelineDraft {
  readonly driver: Driver;
  readonly label: string;
  readonly stage: Stage;
  readonly signature: PipelineLayout;
  readonly subgroups: SubgroupOptions;
  /** Whether the driver is to tell of its machine code. */
  readonly told: boolean;
}

/** Who makes pipelines: a device's driver, with what it has compiled before. */
export interface PipelineMaker {
  readonly driver: Driver;
  readonly cache: PipelineCache;
  readonly submitOnce: SubmitOnce;
  /** Whether the validation layer looks on: what it says in another thread waits for this one, which may wait for the layer. */
  readonly validated: boolean;
}

/** Makes a pipeline; this thread waits for the driver's compiler. */
export function createPipeline(maker: PipelineMaker, options: ComputePipelineOptions): ComputePipeline {
  const { driver, cache } = maker;
  const draft = draftOf(driver, options);
  try {
    const handle = V.arena.scope(() => {
      const module = createModule(driver, draft.label, draft.stage.spirv);
      try {
        const [info, out] = [createInfo(draft, module), V.arena.u64()];
        const { vkCreateComputePipelines } = driver.commands;
        return handleOf(draft, out, vkCreateComputePipelines(driver.handle, cache.handle, 1, info, V.NULL, out));
      } finally {
        driver.commands.vkDestroyShaderModule(driver.handle, module, V.NULL);
      }
    });
    return new ComputePipeline(draft, handle, maker.submitOnce);
  } catch (error) {
    destroyPipelineLayout(driver, draft.signature);
    throw error;
  }
}

/**
 * Makes pipelines side by side, in other threads; one after the other in this one where they are validated. Where one can't be made,
 * those that were are given back, and the first error is thrown. Waits for the driver's compiler, without blocking.
 */
export async function createPipelines(
  maker: PipelineMaker,
  list: readonly ComputePipelineOptions[],
): Promise<ComputePipeline[]> {
  const create = async (options: ComputePipelineOptions): Promise<ComputePipeline> =>
    maker.validated ? createPipeline(maker, options) : createAside(maker, options);
  checkObjects('Cannot create pipelines', 'what they are made from', list);
  const settled = await Promise.allSettled(list.map(create));
  const made = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed === undefined) return made;
  for (const pipeline of made) pipeline[Symbol.dispose]();
  throw failed.reason;
}

async function createAside(maker: PipelineMaker, options: ComputePipelineOptions): Promise<ComputePipeline> {
  const { driver, cache } = maker;
  const draft = draftOf(driver, options);
  const { label } = draft;
  // Who closes the device meanwhile is told.
  const child: Child = { kind: 'pipeline', label, [Symbol.dispose]: () => undefined };
  driver.children.add(child);
  try {
    const module = V.arena.scope(() => createModule(driver, label, draft.stage.spirv));
    try {
      const address = driver.instance.vkGetDeviceProcAddr(driver.handle, 'vkCreateComputePipelines');
      using held = V.arena.hold(() => ({ info: createInfo(draft, module), out: V.arena.u64() }));
      const { info, out } = held.value;
      const parameters = [driver.handle, cache.handle, 1, info, V.NULL, out];
      const result = (await V.callAside(address, 'iPPIPPP', parameters)) as number;
      return new ComputePipeline(draft, handleOf(draft, out, result), maker.submitOnce);
    } finally {
      driver.commands.vkDestroyShaderModule(driver.handle, module, V.NULL);
    }
  } catch (error) {
    destroyPipelineLayout(driver, draft.signature);
    throw error;
  } finally {
    driver.children.delete(child);
  }
}

/** Reads and checks the shader, and makes the layout. */
function draftOf(driver: Driver, options: ComputePipelineOptions): PipelineDraft {
  checkNames('Cannot create pipeline', options, COMPUTE_PIPELINE_OPTIONS);
  const { label } = options;
  driver.checkOpen();
  const stage = readLabelledStage(driver, label, 'compute', options);
  checkSubgroups(driver, label, stage.point.workgroupSize!, options);
  const signature = createPipelineLayout(driver, label, [stage], options.bindingCounts);
  const told = options.statistics === true && tellsStatistics(driver);
  return { driver, label, stage, signature, subgroups: options, told };
}

/** What the driver makes the pipeline from, in the arena. */
function createInfo(
  { stage, signature, subgroups, told }: PipelineDraft,
  module: V.VkShaderModule,
): ReturnType<typeof V.VkComputePipelineCreateInfo> {
  const flags = told ? V.VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR : 0;
  return V.VkComputePipelineCreateInfo({
    flags,
    layout: signature.handle,
    stage: stageInfo(stage, module, subgroups),
  });
}

/** The pipeline that the driver gave, if it did. */
function handleOf({ driver, label }: PipelineDraft, out: V.Pointer<never>, result: number): V.VkPipeline {
  const act = `Cannot create pipeline "${label}"`;
  driver.check(result, 'vkCreateComputePipelines', 'pipeline-creation', act, 'check the shader with spirv-val', label);
  return V.arena.readU64<V.VkPipeline>(out);
}
