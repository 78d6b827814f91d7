/**
 * @file What a driver tells of the machine code of a pipeline (VK_KHR_pipeline_executable_properties): registers, spills, sizes,
 * by names of its own. Software drivers tell nothing.
 */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { enumerated } from '../device/enumerated.ts';
import type { ListOptions } from '../device/enumerated.ts';

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

/** What it tells of a pipeline that was made with its statistics captured, over all of its executables. Throws VulkanError. */
export function readStatistics(driver: Driver, label: string, pipeline: V.VkPipeline): PipelineStatistic[] {
  const { commands, handle: device } = driver;
  const refusal: ListOptions = {
    act: `Cannot read statistics of pipeline "${label}"`,
    remedy: 'leave statistics out',
    kind: 'pipeline-creation',
    labels: [label],
  };
  return V.arena.scope(() => {
    const whole = V.VkPipelineInfoKHR({ pipeline });
    const list = (): unknown[] =>
      V.enumerate(V.VkPipelineExecutablePropertiesKHR, (count, items) =>
        commands.vkGetPipelineExecutablePropertiesKHR(device, whole, count, items),
      );
    return enumerated('vkGetPipelineExecutablePropertiesKHR', list, refusal).flatMap((_, executableIndex) => {
      const one = V.VkPipelineExecutableInfoKHR({ pipeline, executableIndex });
      const told = (): V.Read<V.VkPipelineExecutableStatisticKHR>[] =>
        V.enumerate(V.VkPipelineExecutableStatisticKHR, (count, items) =>
          commands.vkGetPipelineExecutableStatisticsKHR(device, one, count, items),
        );
      return enumerated('vkGetPipelineExecutableStatisticsKHR', told, refusal).map((each) => {
        const { name, description, format, value } = each;
        return { name, description, value: valueOf(format, value) };
      });
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
