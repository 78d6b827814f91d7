/** @file What the queue that commands are for can't do: drivers don't look, and some of them end the process over it. */

import * as V from '@halocline/vulkan';
import type { Access, Usage } from '../access.ts';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { CommandScope, RecordingPlace } from './scope.ts';

const WORDS: ReadonlySet<Access> = new Set(['transfer-source', 'transfer-target', 'host-read', 'host-write'] as const);
const STAGES =
  V.VK_PIPELINE_STAGE_2_TOP_OF_PIPE_BIT |
  V.VK_PIPELINE_STAGE_2_BOTTOM_OF_PIPE_BIT |
  V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT |
  V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT |
  V.VK_PIPELINE_STAGE_2_COPY_BIT |
  V.VK_PIPELINE_STAGE_2_CLEAR_BIT |
  V.VK_PIPELINE_STAGE_2_HOST_BIT;

/** Throws where commands are recorded for a queue of transfers alone, and this is none: `act` is what they would do, as a verb. */
export function refuseOnTransfers(scope: CommandScope, act: string, instead: string): void {
  if (scope.transfersAlone) throw refusal(scope, act, instead);
}

/** Throws unless a queue of the device draws; `act` is the sentence's beginning, `labels` name what it is about. */
export function checkDraws(driver: Driver, act: string, labels: readonly string[]): void {
  if (!draws(driver)) throw drawsNothing(driver, act, labels);
}

/** The same for what is being recorded: `act` is what it would do, as a verb. */
export function checkRecordsDraws(driver: Driver, act: string, where: RecordingPlace): void {
  if (!draws(driver)) throw drawsNothing(driver, `Cannot ${act} in ${where.place}`, where.labels);
}

function draws({ family }: Driver): boolean {
  return family.flags.includes('graphics');
}

function drawsNothing({ name }: Driver, act: string, labels: readonly string[]): VulkanError {
  return new VulkanError(`${act}: no queue of device "${name}" draws; choose another device`, {
    kind: 'not-available',
    labels: [...labels, name],
  });
}

/** Whether a queue of transfers alone has the stages that a usage names. */
export function isTransfer(usage: Usage): boolean {
  return typeof usage === 'string' ? WORDS.has(usage) : (usage.stage & ~STAGES) === 0n;
}

const EVERYTHING: Usage = Object.freeze({
  stage: V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
  access: V.VK_ACCESS_2_MEMORY_READ_BIT | V.VK_ACCESS_2_MEMORY_WRITE_BIT,
});

/**
 * One side of a barrier as a queue of transfers alone may name it. What it hasn't the stages of runs on another queue, which something
 * else orders: all that this one does stands for it.
 */
export function onTransfers(usages: readonly Usage[]): readonly Usage[] {
  return usages.every(isTransfer) ? usages : [...usages.filter(isTransfer), EVERYTHING];
}

/** Throws where a barrier in commands for a queue of transfers alone names, on either side, what such a queue has not. */
export function checkTransferBarrier(scope: CommandScope, usages: readonly Usage[]): void {
  for (const usage of usages) {
    if (isTransfer(usage)) continue;
    const named = typeof usage === 'string' ? `'${usage}'` : `stage 0x${usage.stage.toString(16)}`;
    throw refusal(scope, `wait for ${named}`, 'let a submit to the other queue wait for this one instead');
  }
}

function refusal({ labels, place }: CommandScope, act: string, instead: string): VulkanError {
  return new VulkanError(
    `Cannot ${act} in ${place}: it is recorded for the queue of transfers, which copies and fills alone; ${instead}`,
    { kind: 'command-buffer', labels },
  );
}
