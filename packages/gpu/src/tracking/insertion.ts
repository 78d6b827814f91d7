/** @file Records the barriers that a tracker finds missing. */

import type * as V from '@halocline/vulkan';
import { areWords } from '../access.ts';
import { recordBarrier, writtenBarrier } from '../command/barrier.ts';
import { recordBarriers } from '../command/image-barrier.ts';
import { CommandScope } from '../command/scope.ts';
import type { Driver } from '../device/driver.ts';
import type { BarrierBatch } from '../graph/sink.ts';
import type { Image } from '../image/image.ts';
import type { TrackedResource } from './tracker.ts';

/** Records barriers into command buffers of one device. */
export class Insertion {
  readonly #driver: Driver;
  /** The barrier that was recorded last, of which there are often many in a row. */
  #last: BarrierBatch<TrackedResource> | undefined;
  #lastInfo: V.Pointer<V.VkDependencyInfo> = 0n as V.Pointer<V.VkDependencyInfo>;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  record(handle: V.VkCommandBuffer, label: string, batch: BarrierBatch<TrackedResource>): void {
    const { commands } = this.#driver;
    if (batch === this.#last) {
      commands.vkCmdPipelineBarrier2(handle, this.#lastInfo);
      return;
    }
    const { memory, images } = batch;
    if (memory && !images && areWords(memory.before) && areWords(memory.after)) {
      this.#last = batch;
      this.#lastInfo = writtenBarrier(memory.before, memory.after);
      commands.vkCmdPipelineBarrier2(handle, this.#lastInfo);
    } else if (memory && !images) recordBarrier(commands, handle, memory.before, memory.after);
    else recordBarriers(new CommandScope(this.#driver, handle, label), batch as BarrierBatch<Image>);
  }
}
