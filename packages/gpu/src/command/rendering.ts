/** @file Drawing into images (dynamic rendering): targets, how they begin, and the commands that draw. */

import * as V from '@halocline/vulkan';
import type { Usage } from '../access.ts';
import { VulkanError } from '../errors.ts';
import type { Image } from '../image/image.ts';
import type { Buffer } from '../memory/buffer.ts';
import type { TouchedRange } from '../tracking/tracker.ts';
import type { Bindable, BindOptions } from './bindable.ts';
import { Bindings } from './bindings.ts';
import { checkRange, checkUsage } from './check-range.ts';
import { recordConditional } from './conditional.ts';
import type { ConditionalOptions } from './conditional.ts';
import type { GraphicsPipeline, TargetFormats } from './graphics-pipeline.ts';
import { attachmentNumbers, attachmentsOf, sameTargets, targetsText } from './render-targets.ts';
import type { Area, RenderingOptions } from './render-targets.ts';
import { refusePromise } from './scope.ts';
import type { CommandScope } from './scope.ts';
import { checkExecutable, executeSecondary } from './secondary.ts';
import type { SecondaryCommands } from './secondary.ts';
import { VertexInput } from './vertex-input.ts';
import { setScissor, setViewport } from './viewport.ts';
import type { Viewport } from './viewport.ts';
import type { WatchedPipeline } from './watched.ts';
import { checkRaw } from '../convert.ts';
import { checkFunction, checkKind, checkNames } from '../given.ts';
import type { Names } from '../given.ts';

/** A draw whose numbers stand in memory: `count` of them, `byteStride` apart. */
export interface IndirectOptions {
  /** A multiple of 4. Default 0. */
  readonly byteOffset?: number;
  /** Default 1. */
  readonly count?: number;
  /** Of several: a multiple of 4, no less than one takes. Default: one behind the other. */
  readonly byteStride?: number;
}

const INDIRECT_OPTIONS: Names<IndirectOptions> = Object.freeze({ byteOffset: true, count: true, byteStride: true });
const SLOT_OPTIONS = Object.freeze({ slot: true, byteOffset: true });

/** How wide an index is. */
export type IndexType = 'uint16' | 'uint32';

/** Index types: VkIndexType and bytes. */
const INDEX: Readonly<Record<IndexType, readonly [vk: number, byteLength: number]>> = Object.freeze({
  uint16: [V.VK_INDEX_TYPE_UINT16, 2],
  uint32: [V.VK_INDEX_TYPE_UINT32, 4],
});

const DRAW_BYTES = 16;
const DRAW_INDEXED_BYTES = 20;

/** Records what is drawn. Every method returns the encoder. */
export class RenderEncoder {
  readonly targets: TargetFormats;
  readonly #scope: CommandScope;
  readonly #bindings: Bindings<GraphicsPipeline>;
  readonly #executed: SecondaryCommands[] | undefined;
  readonly #input = new VertexInput();
  /** Whether draws may be recorded. */
  #draws: boolean;
  #ended = false;

  /** Use `encoder.rendering`. `executed` gets what `execute` brings, to be executed by whoever gives it; nothing else is recorded. */
  constructor(scope: CommandScope, targets: TargetFormats, executed?: SecondaryCommands[]) {
    this.#scope = scope;
    this.targets = targets;
    this.#executed = executed;
    this.#draws = executed === undefined;
    this.#bindings = new Bindings(scope, V.VK_PIPELINE_BIND_POINT_GRAPHICS, 'draw');
  }

  /** The rendering has ended: every further draw is an error. Part of whoever records. */
  end(): void {
    this.#ended = true;
    this.#draws = false;
  }

  /** Makes a pipeline the one that draws. Its push constants and bindings start unset; vertex buffers stay. */
  pipeline(given: GraphicsPipeline | WatchedPipeline<GraphicsPipeline>): this {
    const pipeline = this.#scope.present(given);
    if (this.#executed) throw this.#onlyExecutes();
    const targets = pipeline?.targets;
    if (targets !== undefined && !sameTargets(targets, this.targets)) {
      throw new VulkanError(
        `Cannot draw with pipeline "${pipeline.label}" in ${this.#scope.place}: it draws to ${targetsText(targets)}, the targets are ${targetsText(this.targets)}`,
        { kind: 'command-buffer', labels: [pipeline.label, ...this.#scope.labels] },
      );
    }
    this.#bindings.set(pipeline);
    return this;
  }

  /** Sets the push constants, from byte 0 (or `byteOffset`, a multiple of 4): the bytes are copied now. */
  push(bytes: ArrayBufferView, byteOffset: number = 0): this {
    this.#bindings.push(bytes, byteOffset);
    return this;
  }

  /** Puts buffers, images or samplers where the shaders declare a binding. */
  bind(binding: number, resources: Bindable | readonly Bindable[], options: BindOptions = {}): this {
    this.#bindings.bind(binding, resources, options);
    return this;
  }

  /** The buffer that vertices, or instances, come from. */
  vertexBuffer(buffer: Buffer, options: { readonly slot?: number; readonly byteOffset?: number } = {}): this {
    if (this.#executed) throw this.#onlyExecutes();
    checkNames('Cannot draw from a buffer', options, SLOT_OPTIONS);
    const { slot = 0, byteOffset = 0 } = options;
    checkUsage('draw from', buffer, 'vertex');
    checkRange('draw from', buffer, byteOffset, 1);
    this.#input.set(slot, buffer, byteOffset);
    this.#scope.use(buffer);
    this.#scope.tracker?.touch(buffer, undefined, 'vertex', 'draw');
    V.arena.scope(() => {
      const { commands } = this.#scope.driver;
      commands.vkCmdBindVertexBuffers(
        this.#scope.handle,
        slot,
        1,
        V.arena.u64([buffer.handle]),
        V.arena.u64([byteOffset]),
      );
    });
    return this;
  }

  /** The buffer that `drawIndexed` takes numbers of vertices from. */
  indexBuffer(buffer: Buffer, type: IndexType = 'uint32', byteOffset: number = 0): this {
    if (this.#executed) throw this.#onlyExecutes();
    if (!Object.hasOwn(INDEX, type)) {
      const words = Object.keys(INDEX).join(', ');
      checkKind('draw from', buffer, 'buffer');
      throw new TypeError(`Cannot draw from buffer "${buffer.label}": index type "${type}" is none of ${words}`);
    }
    const [vk, indexBytes] = INDEX[type];
    checkUsage('draw from', buffer, 'index');
    checkRange('draw from', buffer, byteOffset, indexBytes, indexBytes);
    this.#input.setIndices(buffer, byteOffset, indexBytes);
    this.#scope.use(buffer);
    this.#scope.tracker?.touch(buffer, undefined, 'index', 'drawIndexed');
    this.#scope.driver.commands.vkCmdBindIndexBuffer(this.#scope.handle, buffer.handle, byteOffset, vk);
    return this;
  }

  /** Where on the targets the picture goes. At the beginning it is all of them. */
  viewport(viewport: Viewport): this {
    if (this.#executed) throw this.#onlyExecutes();
    setViewport(this.#scope, viewport);
    return this;
  }

  /** What is outside isn't drawn. At the beginning it is all of the targets. */
  scissor(x: number, y: number, width: number, height: number): this {
    if (this.#executed) throw this.#onlyExecutes();
    setScissor(this.#scope, x, y, width, height);
    return this;
  }

  /** Draws vertices. */
  draw(vertices: number, instances: number = 1, firstVertex: number = 0, firstInstance: number = 0): this {
    const pipeline = this.#ready('draw');
    checkCounts(DRAWN, vertices, instances, firstVertex, firstInstance);
    const input = this.#input;
    if (firstVertex + vertices > input.vertices || firstInstance + instances > input.instances) {
      this.#checkBeyond(pipeline, [firstVertex, vertices], [firstInstance, instances]);
    }
    this.#scope.tracker?.settle();
    this.#scope.driver.commands.vkCmdDraw(this.#scope.handle, vertices, instances, firstVertex, firstInstance);
    return this;
  }

  /** Draws the vertices whose numbers stand in the index buffer. */
  drawIndexed(indices: number, instances: number = 1, options: IndexedOptions = {}): this {
    checkNames('Cannot draw', options, INDEXED_OPTIONS);
    const { firstIndex = 0, vertexOffset = 0, firstInstance = 0 } = options;
    const pipeline = this.#ready('drawIndexed');
    checkCounts(INDEXED, indices, instances, firstIndex, firstInstance);
    if ((vertexOffset | 0) !== vertexOffset) throw notWhole('vertexOffset', vertexOffset);
    const input = this.#input;
    if (firstIndex + indices > input.indices) {
      const error = input.beyondIndices(pipeline, this.#scope, firstIndex, indices);
      if (error) throw error;
    }
    // Which vertices the indices mean stands in memory.
    if (firstInstance + instances > input.instances && indices > 0) {
      this.#checkBeyond(pipeline, [0, 1], [firstInstance, instances]);
    }
    this.#scope.tracker?.settle();
    const { driver, handle } = this.#scope;
    driver.commands.vkCmdDrawIndexed(handle, indices, instances, firstIndex, vertexOffset, firstInstance);
    return this;
  }

  /** Draws what four uint32 in a buffer say: vertices, instances, first vertex, first instance. */
  drawIndirect(buffer: Buffer, options: IndirectOptions = {}): this {
    const { byteOffset, count, byteStride } = this.#indirect('drawIndirect', buffer, options, DRAW_BYTES);
    const { driver, handle } = this.#scope;
    driver.commands.vkCmdDrawIndirect(handle, buffer.handle, byteOffset, count, byteStride);
    return this;
  }

  /** Draws what five words in a buffer say: indices, instances, first index, vertex offset, first instance. */
  drawIndexedIndirect(buffer: Buffer, options: IndirectOptions = {}): this {
    const command = 'drawIndexedIndirect';
    const { byteOffset, count, byteStride } = this.#indirect(command, buffer, options, DRAW_INDEXED_BYTES);
    const { driver, handle } = this.#scope;
    driver.commands.vkCmdDrawIndexedIndirect(handle, buffer.handle, byteOffset, count, byteStride);
    return this;
  }

  /** Executes recorded draws (`device.recordDraws`), in a rendering with `secondary: true`. */
  execute(...secondaries: readonly SecondaryCommands[]): this {
    if (this.#ended) throw this.#endedError();
    for (const each of secondaries) {
      checkExecutable(this.#scope, each, this.targets);
      if (this.#executed) continue;
      throw new VulkanError(
        `Cannot execute "${each.label}" in ${this.#scope.place}: its rendering isn't \`secondary: true\`; say that, and execute all that it draws`,
        { kind: 'command-buffer', labels: [each.label, ...this.#scope.labels] },
      );
    }
    this.#executed?.push(...secondaries);
    return this;
  }

  /** Draws only if a uint32 in memory isn't 0 when the device comes to it. */
  conditional(buffer: Buffer, body: (encoder: this) => void, options: ConditionalOptions = {}): this {
    if (this.#executed) throw this.#onlyExecutes();
    if (typeof body !== 'function') checkFunction(`Cannot draw in ${this.#scope.place}`, body);
    recordConditional(this.#scope, buffer, options, () => body(this));
    return this;
  }

  /** Tells the tracker that the next draw touches a resource by address. Costs nothing without one. */
  touches(resource: Buffer | Image, access: Usage, range?: TouchedRange): this {
    this.#scope.use(resource);
    if (typeof access !== 'string') checkRaw(access);
    this.#scope.tracker?.touch(resource, range, access, 'draw');
    return this;
  }

  #indirect(command: string, buffer: Buffer, options: IndirectOptions, bytes: number): Required<IndirectOptions> {
    checkNames('Cannot draw', options, INDIRECT_OPTIONS);
    const { byteOffset = 0, count = 1, byteStride = bytes } = options;
    const pipeline = this.#ready(command);
    if (bytes === DRAW_INDEXED_BYTES && this.#input.indices < 0) {
      throw this.#input.beyondIndices(pipeline, this.#scope, 0, 0)!;
    }
    checkUsage('draw from', buffer, 'indirect');
    if (count !== 1 || !isCount(byteStride)) checkTimes(count, byteStride, bytes);
    const byteLength = count === 0 ? 0 : (count - 1) * byteStride + bytes;
    checkRange('draw from', buffer, byteOffset, byteLength, 4);
    if (count > 1 && this.#scope.driver.features['multiDrawIndirect'] !== true) {
      throw new VulkanError(
        `Cannot draw ${count} times from buffer "${buffer.label}": device "${this.#scope.driver.name}" lacks feature multiDrawIndirect; draw once each`,
        { kind: 'not-available', labels: [buffer.label] },
      );
    }
    this.#scope.use(buffer);
    this.#scope.tracker?.touch(buffer, { byteOffset, byteLength }, 'indirect', command);
    this.#scope.tracker?.settle();
    return { byteOffset, count, byteStride };
  }

  #onlyExecutes(): VulkanError {
    const { labels, place } = this.#scope;
    return new VulkanError(
      `Cannot draw in ${place}: its rendering is \`secondary: true\`, where only \`execute\` may stand; record draws by device.recordDraws`,
      { kind: 'command-buffer', labels },
    );
  }

  #endedError(): VulkanError {
    const { labels, place } = this.#scope;
    return new VulkanError(
      `Cannot draw in ${place}: its rendering has ended; draw within the function that got the encoder`,
      { kind: 'command-buffer', labels },
    );
  }

  /** The pipeline, with all that it takes bound. */
  #ready(command: string): GraphicsPipeline {
    if (!this.#draws) throw this.#ended ? this.#endedError() : this.#onlyExecutes();
    const pipeline = this.#bindings.ready(command);
    this.#input.fit(pipeline, this.#scope);
    return pipeline;
  }

  #checkBeyond(
    pipeline: GraphicsPipeline,
    vertices: readonly [first: number, count: number],
    instances: readonly [first: number, count: number],
  ): void {
    const error = this.#input.beyond(pipeline, this.#scope, { vertices, instances });
    if (error) throw error;
  }
}

const DRAWN = ['vertices', 'instances', 'firstVertex', 'firstInstance'] as const;
const INDEXED = ['indices', 'instances', 'firstIndex', 'firstInstance'] as const;

const isCount = (value: number): boolean => value >>> 0 === value;

/** Throws RangeError unless all are counts as the device takes them. It stands in every draw, so it makes no objects. */
function checkCounts(names: readonly string[], a: number, b: number, c: number, d: number): void {
  if (isCount(a) && isCount(b) && isCount(c) && isCount(d)) return;
  const at = [a, b, c, d].findIndex((count) => !isCount(count));
  throw notWhole(names[at]!, [a, b, c, d][at]!);
}

/** Throws RangeError unless several draws stand in memory as the device takes them: `bytes` each. */
function checkTimes(count: number, byteStride: number, bytes: number): void {
  if (!isCount(count)) throw notWhole('count', count);
  if (count === 0 || (isCount(byteStride) && byteStride % 4 === 0 && byteStride >= bytes)) return;
  throw new RangeError(`Cannot draw: byteStride is ${byteStride}; give a multiple of 4 from ${bytes}`);
}

function notWhole(name: string, count: number): RangeError {
  return new RangeError(
    `Cannot draw: ${name} is ${count}; give a whole number ${name === 'vertexOffset' ? 'of 32 bits' : 'from 0'}`,
  );
}

/** Where an indexed draw begins. */
export interface IndexedOptions {
  readonly firstIndex?: number;
  /** Added to each index. */
  readonly vertexOffset?: number;
  readonly firstInstance?: number;
}

const INDEXED_OPTIONS: Names<IndexedOptions> = Object.freeze({
  firstIndex: true,
  vertexOffset: true,
  firstInstance: true,
});

/** Records a rendering: begins, draws what `body` says, ends, also where that throws. */
export function recordRendering(
  scope: CommandScope,
  options: RenderingOptions,
  body: (encoder: RenderEncoder) => void,
): void {
  const { driver } = scope;
  const { color, depth, formats, area } = attachmentsOf(driver, scope, options);
  const attachments = depth ? [...color, depth] : color;
  for (const { view, resolve } of attachments) {
    scope.use(view.image);
    if (resolve) scope.use(resolve.image);
  }
  const numbers = attachments.map(attachmentNumbers);
  const executed: SecondaryCommands[] = [];
  if (options.secondary === true) {
    // No barrier may stand within: what the secondary commands lack must be known before.
    renderBody(scope, new RenderEncoder(scope, formats, executed), body);
    scope.tracker?.expects(executed.flatMap(({ recorded }) => recorded ?? []));
  }
  for (const { view, resolve } of attachments) {
    const usage = view === depth?.view ? 'depth-attachment' : 'color-attachment';
    scope.tracker?.touch(view.image, view.range, usage, 'rendering');
    if (resolve) scope.tracker?.touch(resolve.image, resolve.range, 'color-attachment', 'rendering');
  }
  scope.tracker?.rendering(true);
  V.arena.scope(() => {
    const [x, y, width, height] = area;
    const info = V.VkRenderingInfo({
      renderArea: { offset: { x, y }, extent: { width, height } },
      layerCount: 1,
      flags: options.secondary === true ? V.VK_RENDERING_CONTENTS_SECONDARY_COMMAND_BUFFERS_BIT : 0,
      pColorAttachments: numbers.slice(0, color.length),
      ...(depth ? { pDepthAttachment: numbers.at(-1)! } : {}),
    });
    driver.commands.vkCmdBeginRendering(scope.handle, info);
  });
  let failed = true;
  try {
    if (options.secondary === true) executeSecondary(scope, executed);
    else recordDraws(scope, formats, area, body);
    failed = false;
  } finally {
    driver.commands.vkCmdEndRendering(scope.handle);
    scope.tracker?.rendering(false, failed);
  }
}

function renderBody(scope: CommandScope, encoder: RenderEncoder, body: (encoder: RenderEncoder) => void): void {
  scope.rendering = true;
  try {
    refusePromise(scope.label, body(encoder));
  } finally {
    scope.rendering = false;
    encoder.end();
  }
}

/** Records draws to targets that are begun elsewhere: viewport and scissor begin as `area`. */
export function recordDraws(
  scope: CommandScope,
  targets: TargetFormats,
  [x, y, width, height]: Area,
  body: (encoder: RenderEncoder) => void,
): void {
  setViewport(scope, { x, y, width, height });
  setScissor(scope, x, y, width, height);
  renderBody(scope, new RenderEncoder(scope, targets), body);
}
