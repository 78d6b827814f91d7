/**
 * @file What a driver tells of the machine code of a pipeline (VK_KHR_pipeline_executable_properties): registers, spills, sizes,
 * by names of its own. Software drivers tell nothing.
 */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';

/** One thing that the driver tells, in its own words. */
export interface PipelineStatistic {
  readonly name: string;
  readonly description: string;
  readonly value: number | boolean;
}

/** Whether the driver of a device tells anything. */
export function tellsStatistics(driver: Driver): boolean {
  return driver.features['pipelineExecutableInfo'] === true;
}

/** What it tells of a pipeline that was made with its statistics captured, over all of its executables. */
export function readStatistics(driver: Driver, pipeline: V.VkPipeline): PipelineStatistic[] {
  const { commands, handle: device } = driver;
  return V.arena.scope(() => {
    const whole = V.VkPipelineInfoKHR({ pipeline });
    const executables = V.enumerate(V.VkPipelineExecutablePropertiesKHR, (count, items) =>
      commands.vkGetPipelineExecutablePropertiesKHR(device, whole, count, items),
    );
    return executables.flatMap((_, executableIndex) => {
      const one = V.VkPipelineExecutableInfoKHR({ pipeline, executableIndex });
      const told = V.enumerate(V.VkPipelineExecutableStatisticKHR, (count, items) =>
        commands.vkGetPipelineExecutableStatisticsKHR(device, one, count, items),
      );
      return told.map(({ name, description, format, value }) => ({ name, description, value: valueOf(format, value) }));
    });
  });
}

type Value = V.Read<V.VkPipelineExecutableStatisticValueKHR>;

function valueOf(format: number, { b32, i64, u64, f64 }: Value): number | boolean {
  switch (format) {
    case V.VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_BOOL32_KHR:
      return b32 === V.VK_TRUE;
    case V.VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_INT64_KHR:
      return Number(i64);
    case V.VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_UINT64_KHR:
      return Number(u64);
    default:
      return f64;
  }
}
