/**
 * @file Defragmentation: buffers that may move are laid together by copies on the device, so that holes become one and empty
 * blocks go back to the driver. It happens between submits: what was submitted before runs on the old places, what is
 * submitted after sees the new ones.
 */

import * as V from '@halocline/vulkan';
import { beginCommands, CommandPool, endCommands } from '../command/command-buffer.ts';
import type { Queue } from '../command/queue.ts';
import type { Driver } from '../device/driver.ts';
import { listText } from '../errors.ts';
import type { TimelinePoint } from '../sync/timeline.ts';
import type { BufferMaker, BufferResident, PreparedMove } from './buffer.ts';
import { compact, undo } from './compaction.ts';
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

/** A move of a buffer's bytes, from a handle of it to its next one. */
interface Relocation {
  readonly move: Move;
  readonly resident: BufferResident;
  readonly from: V.VkBuffer;
  readonly to: PreparedMove;
}

/**
 * Moves what may move. Nothing else may happen on the device meanwhile: it doesn't return before the copies are done. Where the
 * driver refuses, everything stays where it was: buffers are laid over when their copies are submitted, and not before.
 */
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
  const relocations = submitMoves(what, { driver, queue, after });
  const moved = new Set(relocations.map(({ resident }) => resident));
  for (const { from, to } of relocations) {
    to.settle();
    driver.retire(() => driver.commands.vkDestroyBuffer(driver.handle, from, V.NULL));
  }
  try {
    queue.timeline.waitBlocking(queue.timeline.last);
    driver.collect();
    const largestHole = holes();
    what.trim();
    heap.trim();
    return {
      buffers: moved.size,
      byteLength: [...moved].reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
      givenBack: taken - heap.report().taken,
      largestHoleBefore,
      largestHole,
    };
  } finally {
    tellOwners(moved);
  }
}

/** Where copies run, and behind which points. */
interface Place {
  readonly driver: Driver;
  readonly queue: Queue;
  readonly after: readonly TimelinePoint[];
}

/** Takes the new places, and submits the copies to them. Where that fails, all is as it was before. */
function submitMoves(what: Fragmented, place: Place): Relocation[] {
  const { driver, queue } = place;
  const moves = what.sharedBlocks.flatMap(compact);
  const relocations: Relocation[] = [];
  using failed = new DisposableStack();
  failed.defer(() => undo(moves));
  const handles = new Map<BufferResident, V.VkBuffer>();
  for (const move of moves) {
    const resident = move.from.resident as BufferResident;
    const to = failed.adopt(
      resident.prepare(move.to, (range) => what.release(range)),
      ({ handle }) => driver.commands.vkDestroyBuffer(driver.handle, handle, V.NULL),
    );
    // One that leaves its block may then slide within the other.
    relocations.push({ move, resident, from: handles.get(resident) ?? resident.buffer.handle, to });
    handles.set(resident, to.handle);
  }
  const pool = failed.adopt(new CommandPool(driver, queue.family, 'defragment'), (each) => each.destroy());
  submitCopies(pool, relocations, place);
  failed.move();
  driver.retire(() => pool.destroy());
  return relocations;
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

/** Records the copies, each after the one before, and submits them. */
function submitCopies(pool: CommandPool, relocations: readonly Relocation[], { driver, queue, after }: Place): void {
  const { commands } = driver;
  const buffer = pool.allocate('defragment');
  beginCommands(driver, buffer, 'defragment', true);
  for (const { move, resident, from, to } of relocations) {
    const { byteLength } = resident.buffer;
    const distance = Math.abs(move.from.byteOffset - move.to.byteOffset);
    const overlap = move.from.memory === move.to.memory && distance < byteLength;
    const part = overlap ? distance : byteLength;
    for (let at = 0; at < byteLength; at += part) {
      everythingBefore(commands, buffer);
      V.arena.scope(() => {
        const size = Math.min(part, byteLength - at);
        commands.vkCmdCopyBuffer(buffer, from, to.handle, 1, V.VkBufferCopy({ srcOffset: at, dstOffset: at, size }));
      });
    }
  }
  everythingBefore(commands, buffer);
  endCommands(driver, buffer, 'defragment');
  const named = {
    get label() {
      return `move of ${listText([...new Set(relocations.map(({ resident }) => `"${resident.buffer.label}"`))])}`;
    },
  };
  queue.submitHandles([buffer], after, [], [named]);
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
