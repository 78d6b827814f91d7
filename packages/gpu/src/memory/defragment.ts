/**
 * @file Defragmentation: buffers that may move are laid together by copies on the device, so that holes become one and empty
 * blocks go back to the driver. It happens between submits: what was submitted before runs on the old places, what is
 * submitted after sees the new ones.
 */

import * as V from '@halocline/vulkan';
import { beginCommands, CommandPool, endCommands } from '../command/command-buffer.ts';
import type { Labelled, Queue } from '../command/queue.ts';
import { listText } from '../errors.ts';
import type { TimelinePoint } from '../sync/timeline.ts';
import type { BufferMaker, BufferResident } from './buffer.ts';
import { compact } from './compaction.ts';
import type { Move } from './compaction.ts';
import type { MemoryBlock, MemoryRange } from './heap.ts';

/** What defragmentation did; sizes in bytes. */
export interface Defragmentation {
  /** Buffers that lie elsewhere now, and their bytes. */
  readonly buffers: number;
  readonly byteLength: number;
  /** Given back to the driver. */
  readonly givenBack: number;
  /** The largest hole within the blocks, before and after; a block that is empty, and then given back, is one. */
  readonly largestHoleBefore: number;
  readonly largestHole: number;
}

/** What is defragmented: a heap, or a pool. */
export interface Fragmented {
  /** The blocks among which ranges may move, a list for each memory type. */
  readonly sharedBlocks: readonly (readonly MemoryBlock[])[];
  release(range: MemoryRange): void;
  /** Gives back blocks that are empty and not needed. */
  trim(): void;
}

/** Moves what may move. Nothing else may happen on the device meanwhile: it doesn't return before the copies are done. */
export function defragment(
  maker: BufferMaker,
  what: Fragmented,
  queue: Queue,
  after: readonly TimelinePoint[],
): Defragmentation {
  const { driver, heap } = maker;
  driver.collect();
  const holes = (): number => Math.max(0, ...what.sharedBlocks.flat().map(({ space }) => space.largestHole));
  const { taken } = heap.report();
  const largestHoleBefore = holes();
  const moved = new Map<BufferResident, number>();
  const before: V.VkBuffer[] = [];
  const named = {
    get label() {
      return `move of ${listText([...moved.keys()].map(({ buffer }) => `"${buffer.label}"`))}`;
    },
  };
  try {
    copyAll({ maker, queue, after, named }, (copy) => {
      for (const move of what.sharedBlocks.flatMap(compact)) {
        const resident = move.from.resident as BufferResident;
        const { byteLength } = resident.buffer;
        const handle = resident.relocate(move.to, (range) => what.release(range));
        copy(handle, resident.buffer.handle, byteLength, move);
        before.push(handle);
        moved.set(resident, byteLength);
      }
    });
  } finally {
    for (const handle of before) driver.retire(() => driver.commands.vkDestroyBuffer(driver.handle, handle, V.NULL));
  }
  const largestHole = holes();
  what.trim();
  heap.trim();
  driver.disposals++;
  const result = {
    buffers: moved.size,
    byteLength: [...moved.values()].reduce((sum, bytes) => sum + bytes, 0),
    givenBack: taken - heap.report().taken,
    largestHoleBefore,
    largestHole,
  };
  tellOwners(moved.keys());
  return result;
}

/** Tells every owner, whatever those before threw; then throws it. */
function tellOwners(residents: Iterable<BufferResident>): void {
  const failures: { readonly label: string; readonly error: unknown }[] = [];
  for (const resident of residents) {
    if (resident.buffer.disposed) continue;
    try {
      resident.moved();
    } catch (error) {
      failures.push({ label: resident.buffer.label, error });
    }
  }
  if (failures.length === 0) return;
  if (failures.length === 1) throw failures[0]!.error;
  throw new AggregateError(
    failures.map(({ error }) => error),
    `Cannot tell the owners of buffers ${failures.map(({ label }) => `"${label}"`).join(', ')} that they were moved: ` +
      'each onMoved threw; see errors',
  );
}

type Copy = (from: V.VkBuffer, to: V.VkBuffer, byteLength: number, move: Move) => void;

/** Where copies run, behind which points, and what they are called. */
interface Place {
  readonly maker: BufferMaker;
  readonly queue: Queue;
  readonly after: readonly TimelinePoint[];
  readonly named: Labelled;
}

/** Records the copies that `body` asks for, each after the one before, submits them, and waits. */
function copyAll({ maker: { driver }, queue, after, named }: Place, body: (copy: Copy) => void): void {
  const { commands } = driver;
  const pool = new CommandPool(driver, queue.family, 'defragment');
  try {
    const buffer = pool.allocate('defragment');
    beginCommands(driver, buffer, 'defragment', true);
    body((from, to, byteLength, move) => {
      const distance = Math.abs(move.from.byteOffset - move.to.byteOffset);
      const overlap = move.from.memory === move.to.memory && distance < byteLength;
      const part = overlap ? distance : byteLength;
      for (let at = 0; at < byteLength; at += part) {
        everythingBefore(commands, buffer);
        V.arena.scope(() => {
          const size = Math.min(part, byteLength - at);
          commands.vkCmdCopyBuffer(buffer, from, to, 1, V.VkBufferCopy({ srcOffset: at, dstOffset: at, size }));
        });
      }
    });
    everythingBefore(commands, buffer);
    endCommands(driver, buffer, 'defragment');
    queue.timeline.waitBlocking(queue.submitHandles([buffer], after, [], [named]));
  } finally {
    pool.destroy();
  }
}

/** A barrier: all that came before is done, and seen by all that comes after. */
function everythingBefore(commands: V.Device, buffer: V.VkCommandBuffer): void {
  V.arena.scope(() => {
    const accesses = V.VK_ACCESS_2_MEMORY_READ_BIT | V.VK_ACCESS_2_MEMORY_WRITE_BIT;
    const stages = V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT;
    commands.vkCmdPipelineBarrier2(
      buffer,
      V.VkDependencyInfo({
        pMemoryBarriers: [
          { srcStageMask: stages, srcAccessMask: accesses, dstStageMask: stages, dstAccessMask: accesses },
        ],
      }),
    );
  });
}
