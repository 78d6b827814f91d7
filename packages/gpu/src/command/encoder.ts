/**
 * @file The encoder: commands in words, checked as they are recorded. Nothing of it lives on after the recording but what
 * the command buffer keeps: the objects that it uses.
 */

import * as V from '@halocline/vulkan';
import type { Usage } from '../access.ts';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { Buffer } from '../memory/buffer.ts';
import type { BarrierBatch } from '../graph/sink.ts';
import type { Image } from '../image/image.ts';
import type { ImageRange } from '../image/view.ts';
import { valueText } from '../printing.ts';
import type { DeclaredUse, TouchedRange, UsageTracker } from '../tracking/tracker.ts';
import { recordBarrier } from './barrier.ts';
import { checkRange, checkUsage } from './check-range.ts';
import type { Used } from './command-buffer.ts';
import type { Bindable, BindOptions } from './bindable.ts';
import { Bindings } from './bindings.ts';
import { recordConditional } from './conditional.ts';
import type { ConditionalOptions } from './conditional.ts';
import { imageBarrier, recordBarriers } from './image-barrier.ts';
import type { TransitionOptions } from './image-barrier.ts';
import type { ComputePipeline } from './pipeline.ts';
import { QueryPool } from './query-pool.ts';
import { recordRendering } from './rendering.ts';
import type { RenderEncoder } from './rendering.ts';
import type { RenderingOptions } from './render-targets.ts';
import { CommandScope, refusePromise } from './scope.ts';
import type { RecordingKind } from './scope.ts';
import { checkExecutable, executeSecondary } from './secondary.ts';
import type { SecondaryCommands } from './secondary.ts';
import {
  blitImage,
  clearImage,
  copyBuffer,
  copyBufferToImage,
  copyImage,
  copyImageToBuffer,
  fillBuffer,
} from './transfer.ts';
import { Stamped } from './stamped.ts';
import type { StampedPools } from './stamped.ts';
import type { BlitOptions, ClearValue, ImageBox, ImageRegion } from './transfer.ts';
import { checkTransferBarrier, onTransfers, refuseOnTransfers } from './queue-abilities.ts';
import type { Followed, WatchedPipeline } from './watched.ts';
import { checkRaw } from '../convert.ts';
import { checkFunction } from '../given.ts';
import { checkDeclared } from '../tracking/declarations.ts';

/** What to do instead of recording for the queue of transfers. */
const ELSEWHERE = 'record it for the compute queue';

/** Records commands of one command buffer. Every method returns the encoder. */
export class Encoder {
  readonly handle: V.VkCommandBuffer;
  /** Every label, in order. */
  readonly passes: string[] = [];
  #driver: Driver;
  readonly #scope: CommandScope;
  readonly #bindings: Bindings<ComputePipeline>;
  /** What it does to queries. */
  #stamped: Map<QueryPool, Stamped> | undefined;

  /** Use `device.record`. */
  constructor(driver: Driver, handle: V.VkCommandBuffer, label: string, tracker?: UsageTracker, kind?: RecordingKind) {
    this.#driver = driver;
    this.#scope = new CommandScope(driver, handle, label, tracker, kind);
    this.#bindings = new Bindings(this.#scope, V.VK_PIPELINE_BIND_POINT_COMPUTE, 'dispatch');
    this.handle = handle;
  }

  /** The device that it records for. */
  get device(): V.VkDevice {
    return this.#driver.handle;
  }

  /** What is used, for the command buffer's check. */
  get used(): ReadonlySet<Used> {
    return this.#scope.used;
  }

  /** Watched pipelines, with the version that is recorded. */
  get followed(): ReadonlyMap<Followed, number> {
    return this.#scope.followed;
  }

  /** What must be given back when the command buffer goes. */
  get releases(): readonly (() => void)[] {
    return this.#scope.releases;
  }

  /** What is called before each submit. */
  get checks(): readonly (() => void)[] {
    return this.#scope.checks;
  }

  /** What it does to queries, for the check of submits; undefined where it touches none. */
  get stamped(): StampedPools | undefined {
    return this.#stamped;
  }

  /** The recording has ended: every further call is an error. Part of whoever records. */
  end(): void {
    this.#scope.end();
    this.#driver = this.#scope.driver;
  }

  /**
   * Makes a pipeline the one that dispatches run. Its push constants and bindings start unset. With one that is watched,
   * the recording is made again, before a submit, when an edit changed it: then its body is called once more.
   */
  pipeline(pipeline: ComputePipeline | WatchedPipeline<ComputePipeline>): this {
    refuseOnTransfers(this.#scope, 'set a pipeline', ELSEWHERE);
    this.#bindings.set(pipeline);
    return this;
  }

  /** Sets the push constants, from byte 0 (or `byteOffset`, a multiple of 4): the bytes are copied now. */
  push(bytes: ArrayBufferView, byteOffset: number = 0): this {
    this.#bindings.push(bytes, byteOffset);
    return this;
  }

  /**
   * Puts a buffer (or a range of it), an image (or a view of it) or a sampler where the shader declares binding `binding` (of
   * set 0, unless `set` says another); as many as the binding has places.
   */
  bind(binding: number, resources: Bindable | readonly Bindable[], options: BindOptions = {}): this {
    this.#bindings.bind(binding, resources, options);
    return this;
  }

  /**
   * Runs workgroups. More in x than the device allows are folded into y (where y and z are 1): the shader counts
   * `y · numWorkGroups.x + x`, and skips what is past its end, as some workgroups of the last row may be.
   */
  dispatch(x: number, y: number = 1, z: number = 1): this {
    this.#scope.outside('dispatch');
    this.#bindings.ready('dispatch');
    const most = this.#driver.limits.maxWorkgroups;
    const mostInX = y === 1 && z === 1 ? most[0] * most[1] : most[0];
    if (!isCount(x, mostInX) || !isCount(y, most[1]) || !isCount(z, most[2])) {
      throw this.#tooMany([x, y, z], [mostInX, most[1], most[2]]);
    }
    if (x > most[0]) [x, y, z] = foldGroups(x, most[0]);
    this.#scope.tracker?.settle();
    this.#driver.commands.vkCmdDispatch(this.handle, x, y, z);
    return this;
  }

  /**
   * Runs at least this many threads: as many workgroups as hold them. The shader skips what is past the end, on each axis.
   * A count in x past the device's limit folds into y, as in `dispatch`.
   */
  dispatchThreads(threads: number | readonly [x: number, y?: number, z?: number]): this {
    const [x, y = 1, z = 1] = typeof threads === 'number' ? [threads] : this.#list(threads);
    if (!isThreads(x) || !isThreads(y) || !isThreads(z))
      throw this.#noThreads(typeof threads === 'number' ? [threads] : [x, y, z]);
    const [width, height, depth] = this.#bindings.current('dispatch').workgroupSize;
    return this.dispatch(Math.ceil(x / width), Math.ceil(y / height), Math.ceil(z / depth));
  }

  /** Runs as many workgroups as three uint32 in a buffer say when the device comes to it. The offset is a multiple of 4. */
  dispatchIndirect(buffer: Buffer, byteOffset: number = 0): this {
    this.#scope.outside('dispatch');
    this.#bindings.ready('dispatchIndirect');
    checkUsage('dispatch from', buffer, 'indirect');
    checkRange('dispatch from', buffer, byteOffset, 12, 4);
    this.#scope.use(buffer);
    this.#scope.tracker?.touch(buffer, { byteOffset, byteLength: 12 }, 'indirect', 'dispatchIndirect');
    this.#scope.tracker?.settle();
    this.#driver.commands.vkCmdDispatchIndirect(this.handle, buffer.handle, byteOffset);
    return this;
  }

  /** Copies bytes between buffers; overlapping ranges of one buffer are not allowed. */
  copy(from: Buffer, fromOffset: number, to: Buffer, toOffset: number, byteLength: number): this {
    this.#scope.outside('copy');
    copyBuffer(this.#scope, from, fromOffset, to, toOffset, byteLength);
    return this;
  }

  /** Copies texels out of a buffer into an image in layout 'transfer-target': one mip level, one or more layers. */
  copyBufferToImage(from: Buffer, to: Image, region: ImageRegion = {}): this {
    this.#scope.outside('copy');
    copyBufferToImage(this.#scope, from, to, region);
    return this;
  }

  /** Copies texels of an image in layout 'transfer-source' into a buffer, tightly packed. */
  copyImageToBuffer(from: Image, to: Buffer, region: ImageRegion = {}): this {
    this.#scope.outside('copy');
    copyImageToBuffer(this.#scope, from, to, region);
    return this;
  }

  /** Copies texels from image ('transfer-source') to image ('transfer-target'), bit by bit. */
  copyImage(from: Image, to: Image, boxes: { readonly from?: ImageBox; readonly to?: ImageBox } = {}): this {
    this.#scope.outside('copy');
    copyImage(this.#scope, from, to, boxes);
    return this;
  }

  /** Copies texels from image ('transfer-source') to image ('transfer-target'), scaled and converted. Needs a queue that draws. */
  blit(from: Image, to: Image, options: BlitOptions = {}): this {
    this.#scope.outside('blit');
    refuseOnTransfers(this.#scope, 'blit', ELSEWHERE);
    blitImage(this.#scope, from, to, options);
    return this;
  }

  /** Writes one value into every texel of an image in layout 'transfer-target': up to four numbers, or one depth. */
  clear(image: Image, value: ClearValue, range: ImageRange = {}): this {
    this.#scope.outside('clear an image');
    refuseOnTransfers(this.#scope, 'clear an image', ELSEWHERE);
    clearImage(this.#scope, image, value, range);
    return this;
  }

  /** Fills bytes with a uint32; offset and length are multiples of 4. */
  fill(buffer: Buffer, byteOffset: number, byteLength: number, word: number): this {
    this.#scope.outside('fill');
    fillBuffer(this.#scope, buffer, byteOffset, byteLength, word);
    return this;
  }

  /** One global memory barrier: what came before and touched memory so is done and seen by what comes after and touches it so. */
  barrier(before: readonly Usage[], after: readonly Usage[], derived: boolean = false): this {
    this.#scope.outside('put a barrier');
    const { transfersAlone } = this.#scope;
    if (!derived && transfersAlone) checkTransferBarrier(this.#scope, [...before, ...after]);
    const from = transfersAlone ? onTransfers(before) : before;
    const to = transfersAlone ? onTransfers(after) : after;
    recordBarrier(this.#driver.commands, this.handle, from, to);
    this.#scope.tracker?.barrier({ memory: { before, after }, derived });
    return this;
  }

  /** Brings an image, or a part of it, from one usage over to another: waits as a barrier does, and changes the layout. */
  transition(image: Image, options: TransitionOptions): this {
    return this.barriers({ images: [imageBarrier(image, options)] });
  }

  /** A memory barrier and any number of image barriers, in one call. */
  barriers(batch: BarrierBatch<Image>): this {
    this.#scope.outside('put a barrier');
    recordBarriers(this.#scope, batch);
    this.#scope.tracker?.barrier(batch);
    return this;
  }

  /**
   * Tells that the next dispatch touches a resource by address: what no binding shows. Ahead of a rendering: that its draws touch it,
   * bound or by address, as no barrier can stand within. The tracker sees it, if there is one.
   */
  touches(resource: Buffer | Image, access: Usage, range?: TouchedRange): this {
    this.#scope.use(resource);
    if (typeof access !== 'string') checkRaw(access);
    this.#scope.tracker?.touch(resource, range, access, 'dispatch');
    return this;
  }

  /**
   * Draws into images, which must be in layout 'color-attachment' or 'depth-attachment': `body` records what is drawn. The
   * compute pipeline stays as it was.
   */
  rendering(options: RenderingOptions, body: (encoder: RenderEncoder) => void): this {
    this.#scope.outside('render');
    if (typeof body !== 'function') checkFunction(`Cannot render in ${this.#scope.place}`, body, 'what it draws');
    refuseOnTransfers(this.#scope, 'render', ELSEWHERE);
    recordRendering(this.#scope, options, body);
    return this;
  }

  /** Executes commands that were recorded before (`device.recordSecondary`). The pipeline must be set again afterwards. */
  execute(...secondaries: readonly SecondaryCommands[]): this {
    this.#scope.outside('execute commands');
    refuseOnTransfers(this.#scope, 'execute commands', ELSEWHERE);
    for (const each of secondaries) checkExecutable(this.#scope, each, undefined);
    for (const { stamped } of secondaries) {
      for (const [pool, each] of stamped ?? []) {
        const twice = this.#stampsOf(pool).execute(each);
        if (twice !== undefined) throw this.#writtenTwice(pool, twice);
      }
    }
    executeSecondary(this.#scope, secondaries);
    this.#bindings.forget();
    return this;
  }

  /**
   * What `body` dispatches and draws runs only if a uint32 in memory isn't 0 when the device comes to it. Copies, fills and barriers
   * in it run in any case: Vulkan has no condition for those.
   */
  conditional(buffer: Buffer, body: (encoder: this) => void, options: ConditionalOptions = {}): this {
    refuseOnTransfers(this.#scope, 'make commands conditional', ELSEWHERE);
    if (typeof body !== 'function') checkFunction(`Cannot record ${this.#scope.place}`, body);
    recordConditional(this.#scope, buffer, options, () => body(this));
    return this;
  }

  /** Notes that the recording uses what no command shows: it is refused when that was disposed, or has moved. */
  uses(resource: Buffer | Image): this {
    this.#scope.use(resource);
    return this;
  }

  /**
   * Holds what is recorded against `check` before each submit: it throws, in words, where the commands can't be submitted as things
   * stand then. A graph records a pass again whose check throws.
   */
  beforeSubmit(check: () => void): this {
    this.#scope.open();
    checkFunction(`Cannot record ${this.#scope.place}`, check, 'a check before submits');
    this.#scope.checks.push(check);
    return this;
  }

  /** Makes all queries of a pool unset; before their timestamps. */
  resetQueries(pool: QueryPool): this {
    this.#scope.outside('reset queries');
    refuseOnTransfers(this.#scope, 'reset queries', 'call reset() of the pool before the submit');
    this.#checkPool(pool);
    this.#scope.use(pool);
    this.#driver.commands.vkCmdResetQueryPool(this.handle, pool.handle, 0, pool.count);
    pool.resets();
    this.#stampsOf(pool).reset();
    return this;
  }

  /** Writes the device's clock into query `index`, which is unset, when everything before has run. */
  timestamp(pool: QueryPool, index: number): this {
    this.#checkPool(pool);
    if (!Number.isInteger(index) || index < 0 || index >= pool.count) {
      throw new RangeError(
        `Cannot write timestamp ${index} of query pool "${pool.label}": it has 0 to ${pool.count - 1}`,
      );
    }
    this.#scope.use(pool);
    this.#stamp(pool, index);
    this.#driver.commands.vkCmdWriteTimestamp2(this.handle, V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, pool.handle, index);
    return this;
  }

  /** Whether it wants to know what passes declare. */
  get tracks(): boolean {
    return this.#scope.tracker !== undefined;
  }

  /** Records `body` under a name that errors, validation messages and captures show; `declared` is what it may touch, for a tracker. */
  label(name: string, body: (encoder: this) => void, declared?: readonly DeclaredUse[]): this {
    const scope = this.#scope;
    if (typeof body !== 'function') checkFunction(`Cannot record pass "${name}" in ${scope.place}`, body);
    if (declared !== undefined && scope.tracker) checkDeclared(name, declared);
    this.passes.push(name);
    scope.tracker?.beginPass(name, declared);
    let failed = true;
    try {
      scope.pass(name, () => refusePromise(name, body(this)));
      failed = false;
    } finally {
      scope.tracker?.endPass(failed);
    }
    return this;
  }

  #checkPool(pool: QueryPool): void {
    if (pool instanceof QueryPool) return;
    throw new TypeError(
      `Cannot record ${this.#scope.place}: ${valueText(pool)} is no query pool; give one that the device made`,
    );
  }

  /** Notes that a query is written, which may be once after each time that it was made unset. */
  #stamp(pool: QueryPool, index: number): void {
    const { label, checks } = this.#scope;
    if (this.#stamped?.has(pool) !== true) checks.push(() => pool.checkReset(label));
    if (!this.#stampsOf(pool).write(index)) throw this.#writtenTwice(pool, index);
  }

  #stampsOf(pool: QueryPool): Stamped {
    const all = (this.#stamped ??= new Map<QueryPool, Stamped>());
    let stamped = all.get(pool);
    if (!stamped) all.set(pool, (stamped = new Stamped()));
    return stamped;
  }

  #writtenTwice(pool: QueryPool, index: number): VulkanError {
    return new VulkanError(
      `Cannot write timestamp ${index} of query pool "${pool.label}" in ${this.#scope.place}: it is written there already; record encoder.resetQueries between`,
      { kind: 'execution', labels: [pool.label, ...this.#scope.labels] },
    );
  }

  /** Threads of several axes. */
  #list(threads: readonly [x: number, y?: number, z?: number]): readonly [x: number, y?: number, z?: number] {
    if (Array.isArray(threads)) return threads;
    throw this.#noThreads([threads]);
  }

  #noThreads(given: readonly unknown[]): TypeError {
    return new TypeError(
      `Cannot dispatch in ${this.#scope.place}: ${given.map(valueText).join(' × ')} threads are asked for; give a number from 0 for each axis, as in [64, 64]`,
    );
  }

  #tooMany(groups: readonly [number, number, number], most: readonly [number, number, number]): RangeError {
    const axis = ([0, 1, 2] as const).find((each) => !isCount(groups[each], most[each]))!;
    return new RangeError(
      `Cannot dispatch pipeline "${this.#bindings.pipeline!.label}": ${groups[axis]} workgroups in ${'xyz'[axis]}; the device allows 0 to ${most[axis]}`,
    );
  }
}

/** Whether it is a whole number from 0 to `most`. */
function isCount(count: number, most: number): boolean {
  return Number.isInteger(count) && count >= 0 && count <= most;
}

function isThreads(count: unknown): boolean {
  return typeof count === 'number' && count >= 0;
}

/** Workgroups in x folded into y: the least rows, as even as can be. At least `count` in all, fewer than a row more. */
export function foldGroups(count: number, most: number): readonly [x: number, y: number, z: number] {
  const rows = Math.max(1, Math.ceil(count / most));
  return [Math.ceil(count / rows), rows, 1];
}
