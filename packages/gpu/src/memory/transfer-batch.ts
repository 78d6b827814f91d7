/**
 * @file Batches of transfers: what was asked for since the last submit, in order, as commands for one submit. A barrier
 * stands at its beginning, at its end where others need it, and between two transfers only where they touch the same bytes.
 */

import * as V from '@halocline/vulkan';
import { beginCommands, CommandPool, endCommands } from '../command/command-buffer.ts';
import type { Queue, RawCommands } from '../command/queue.ts';
import type { Driver } from '../device/driver.ts';
import { listText } from '../errors.ts';
import type { Buffer } from './buffer.ts';

/** What is done when the device is done with a batch. */
export interface Landing {
  /** Brings the bytes to where they belong; throws if it can't. */
  readonly land: () => Promise<void> | undefined;
  readonly done: (error?: unknown) => void;
}

/** A copy of a batch; `shared` as `BatchRecorder.copy` has it. */
interface Copy {
  readonly to: BufferRange;
  readonly byteLength: number;
  readonly shared: readonly BufferRange[];
}

/** Transfers that are submitted together; its label tells them, as in `upload to "density", download from "heat"`. */
export interface Batch extends RawCommands {
  readonly copies: Copy[];
  readonly landings: Landing[];
  /** For each buffer the hull of the bytes that the batch touches. */
  readonly touched: Map<Buffer, [start: number, end: number]>;
  readonly submitted: PromiseWithResolvers<void>;
  /** Waits for earlier commands. */
  ordered: boolean;
  /** Later commands wait for it. */
  awaited: boolean;
  /** Bytes of the ring of uploads that it reads, skipped ones included. */
  upBytes: number;
}

/** A range of a buffer that a transfer reads or writes. */
export interface BufferRange {
  readonly buffer: Buffer;
  readonly byteOffset: number;
}

interface Side {
  readonly stages: bigint;
  readonly accesses: bigint;
}

const TRANSFER: Side = {
  stages: V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT,
  accesses: V.VK_ACCESS_2_TRANSFER_READ_BIT | V.VK_ACCESS_2_TRANSFER_WRITE_BIT,
};
const EVERYTHING: Side = {
  stages: V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
  accesses: V.VK_ACCESS_2_MEMORY_READ_BIT | V.VK_ACCESS_2_MEMORY_WRITE_BIT,
};

/**
 * What is copied at once to host memory while kernels run. An H200's kernel that streams its memory takes 1.5 % longer beside regions of
 * so much, and 22 % beside such of 4 MiB or more, which are 6 % faster where nothing runs. Copies from host memory slow none.
 */
const BESIDE_KERNELS = 2 ** 20;
/** Regions of one call. */
const MOST_REGIONS = 256;

function withHost({ stages, accesses }: Side): Side {
  return {
    stages: stages | V.VK_PIPELINE_STAGE_2_HOST_BIT,
    accesses: accesses | V.VK_ACCESS_2_HOST_READ_BIT,
  };
}

function copyText({ to, shared: [first, second] }: Copy): string {
  if (second !== undefined) return `copy from "${first!.buffer.label}" to "${second.buffer.label}"`;
  return `${first === to ? 'upload to' : 'download from'} "${first!.buffer.label}"`;
}

/** Records batches for the queue that transfers run on. */
export class BatchRecorder {
  readonly #driver: Driver;
  readonly #queue: Queue;
  readonly #pool: CommandPool;
  readonly #separate: boolean;
  /** What runs around a batch without the queues' timelines ordering it. */
  readonly #around: Side;
  #free: { handle: V.VkCommandBuffer; value: number }[] = [];

  /** `separate`: nothing else runs on the queue. */
  constructor(driver: Driver, queue: Queue, separate: boolean) {
    this.#driver = driver;
    this.#queue = queue;
    this.#separate = separate;
    this.#around = separate ? TRANSFER : EVERYTHING;
    this.#pool = new CommandPool(driver, queue.family, 'staging');
  }

  /** A new batch. One that `continues` the batch before, a piece behind a piece, stands behind that one's barrier. */
  begin(continues: boolean): Batch {
    const reached = this.#queue.timeline.value();
    const index = this.#free.findIndex((each) => each.value <= reached);
    const handle = index >= 0 ? this.#free.splice(index, 1)[0]!.handle : this.#pool.allocate('staging');
    try {
      beginCommands(this.#driver, handle, 'staging', true);
    } catch (error) {
      this.#free.push({ handle, value: 0 });
      throw error;
    }
    if (!continues) this.#barrier(handle, this.#around, TRANSFER);
    const submitted = Promise.withResolvers<void>();
    submitted.promise.catch(() => undefined);
    const copies: Copy[] = [];
    return {
      handle,
      get label() {
        return listText([...new Set(copies.map(copyText))]);
      },
      copies,
      landings: [],
      touched: new Map(),
      submitted,
      ordered: false,
      awaited: false,
      upBytes: 0,
    };
  }

  /** Copies; `shared` says which of the two ends others may touch too, `besideKernels` that it goes down while kernels run. */
  copy(
    batch: Batch,
    from: BufferRange,
    to: BufferRange,
    byteLength: number,
    { shared, besideKernels = false }: { readonly shared: readonly BufferRange[]; readonly besideKernels?: boolean },
  ): void {
    const piece = besideKernels ? BESIDE_KERNELS : byteLength;
    batch.copies.push({ to, byteLength, shared });
    for (const range of shared) this.#touch(batch, range, byteLength);
    for (let done = 0; done < byteLength; done += MOST_REGIONS * piece) {
      const count = Math.min(MOST_REGIONS, Math.ceil((byteLength - done) / piece));
      const regions = Array.from({ length: count }, (_, region) => {
        const at = done + region * piece;
        const size = Math.min(piece, byteLength - at);
        return { srcOffset: from.byteOffset + at, dstOffset: to.byteOffset + at, size };
      });
      V.arena.scope(() => {
        const { vkCmdCopyBuffer } = this.#driver.commands;
        vkCmdCopyBuffer(batch.handle, from.buffer.handle, to.buffer.handle, count, V.VkBufferCopy(regions));
      });
    }
  }

  /** Ends recording. On a queue of its own, the next batch's barrier is enough, but for what the host reads. */
  end(batch: Batch): void {
    const seen = batch.landings.length > 0;
    if (seen || !this.#separate) this.#barrier(batch.handle, TRANSFER, seen ? withHost(this.#around) : this.#around);
    endCommands(this.#driver, batch.handle, 'staging');
  }

  /** The commands may be recorded anew when the queue's timeline has reached the value. */
  recycle(batch: Batch, value: number): void {
    this.#free.push({ handle: batch.handle, value });
  }

  destroy(): void {
    this.#pool.destroy();
  }

  /** A barrier, if the batch touched some of these bytes before. */
  #touch(batch: Batch, { buffer, byteOffset: start }: BufferRange, byteLength: number): void {
    const end = start + byteLength;
    const hull = batch.touched.get(buffer);
    if (!hull) batch.touched.set(buffer, [start, end]);
    else if (start < hull[1] && hull[0] < end) {
      this.#barrier(batch.handle, TRANSFER, TRANSFER);
      batch.touched.clear();
      batch.touched.set(buffer, [start, end]);
    } else {
      hull[0] = Math.min(hull[0], start);
      hull[1] = Math.max(hull[1], end);
    }
  }

  #barrier(commands: V.VkCommandBuffer, before: Side, after: Side): void {
    V.arena.scope(() => {
      const info = V.VkDependencyInfo({
        pMemoryBarriers: [
          {
            srcStageMask: before.stages,
            srcAccessMask: before.accesses,
            dstStageMask: after.stages,
            dstAccessMask: after.accesses,
          },
        ],
      });
      this.#driver.commands.vkCmdPipelineBarrier2(commands, info);
    });
  }
}
