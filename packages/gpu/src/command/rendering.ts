/** @file Drawing into images (dynamic rendering): targets, how they begin, and the commands that draw. */

import * as V from '@halocline/vulkan';
import type { Usage } from '../access.ts';
import { VulkanError } from '../errors.ts';
import { formatMeaning } from '../image/format.ts';
import { Image } from '../image/image.ts';
import type { ImageView } from '../image/view.ts';
import type { Buffer } from '../memory/buffer.ts';
import type { TouchedRange } from '../tracking/tracker.ts';
import type { Bindable, BindOptions } from './bindable.ts';
import { Bindings } from './bindings.ts';
import { checkRange, checkUsage } from './check-range.ts';
import { recordConditional } from './conditional.ts';
import type { ConditionalOptions } from './conditional.ts';
import type { GraphicsPipeline, TargetFormats } from './graphics-pipeline.ts';
import { refusePromise } from './scope.ts';
import type { CommandScope } from './scope.ts';
import { executeSecondary } from './secondary.ts';
import type { SecondaryCommands } from './secondary.ts';
import { checkDepth, clearColor } from './transfer.ts';
import type { ClearValue } from './transfer.ts';
import { VertexInput } from './vertex-input.ts';
import type { WatchedPipeline } from './watched.ts';

/** An image that is drawn to, in layout 'color-attachment' or 'depth-attachment'. */
export interface RenderTarget {
  /** One mip level; an image stands for its first. */
  readonly image: Image | ImageView;
  /** What is there at the beginning. Default: 'clear' if `clear` is given, else 'load'. */
  readonly load?: 'load' | 'clear' | 'discard';
  /** The value of a clear. Default 0, 0, 0, 1; for depth 1. */
  readonly clear?: ClearValue;
  /** Whether what was drawn is kept. Default true. */
  readonly store?: boolean;
  /** Of several samples: an image of one sample, in layout 'color-attachment', that gets their mean. */
  readonly resolve?: Image | ImageView;
}

/** What is drawn to. */
export interface RenderingOptions {
  readonly color?: readonly RenderTarget[];
  readonly depth?: RenderTarget;
  /** Texels that are drawn to. Default: all that every target has. */
  readonly area?: readonly [x: number, y: number, width: number, height: number];
  /** Nothing is drawn but what `execute` brings. Default false. */
  readonly secondary?: boolean;
}

/** A rectangle of texels from the top left corner, and the depths that 0 and 1 become. */
export interface Viewport {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly nearDepth?: number;
  readonly farDepth?: number;
}

/** A draw whose numbers stand in memory: `count` of them, `byteStride` apart. */
export interface IndirectOptions {
  /** A multiple of 4. Default 0. */
  readonly byteOffset?: number;
  /** Default 1. */
  readonly count?: number;
  /** A multiple of 4. Default: one behind the other. */
  readonly byteStride?: number;
}

const DRAW_BYTES = 16;
const DRAW_INDEXED_BYTES = 20;

/** Records what is drawn. Every method returns the encoder. */
export class RenderEncoder {
  readonly targets: TargetFormats;
  readonly #scope: CommandScope;
  readonly #bindings: Bindings<GraphicsPipeline>;
  readonly #executed: SecondaryCommands[] | undefined;
  readonly #input = new VertexInput();
  #ended = false;

  /** Use `encoder.rendering`. `executed` gets what `execute` brings, to be executed by whoever gives it. */
  constructor(scope: CommandScope, targets: TargetFormats, executed?: SecondaryCommands[]) {
    this.#scope = scope;
    this.targets = targets;
    this.#executed = executed;
    this.#bindings = new Bindings(scope, V.VK_PIPELINE_BIND_POINT_GRAPHICS, 'draw');
  }

  /** The rendering has ended: every further draw is an error. Part of whoever records. */
  end(): void {
    this.#ended = true;
  }

  /** Makes a pipeline the one that draws. Its push constants and bindings start unset; vertex buffers stay. */
  pipeline(given: GraphicsPipeline | WatchedPipeline<GraphicsPipeline>): this {
    const pipeline = this.#scope.present(given);
    const [wants, has] = [pipeline?.targets && targetsText(pipeline.targets), targetsText(this.targets)];
    if (wants !== undefined && wants !== has) {
      throw new VulkanError(
        `Cannot draw with pipeline "${pipeline.label}" in "${this.#scope.label}": it draws to ${wants}, the targets are ${has}`,
        { kind: 'command-buffer', labels: [pipeline.label, this.#scope.label] },
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
    const { slot = 0, byteOffset = 0 } = options;
    checkRange('draw from', buffer, byteOffset, 1);
    checkUsage('draw from', buffer, 'vertex');
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
  indexBuffer(buffer: Buffer, type: 'uint16' | 'uint32' = 'uint32', byteOffset: number = 0): this {
    const indexBytes = type === 'uint16' ? 2 : 4;
    checkRange('draw from', buffer, byteOffset, indexBytes, indexBytes);
    checkUsage('draw from', buffer, 'index');
    this.#input.setIndices(buffer, byteOffset, indexBytes);
    this.#scope.use(buffer);
    this.#scope.tracker?.touch(buffer, undefined, 'index', 'drawIndexed');
    const vk = type === 'uint16' ? V.VK_INDEX_TYPE_UINT16 : V.VK_INDEX_TYPE_UINT32;
    this.#scope.driver.commands.vkCmdBindIndexBuffer(this.#scope.handle, buffer.handle, byteOffset, vk);
    return this;
  }

  /** Where on the targets the picture goes. At the beginning it is all of them. */
  viewport(viewport: Viewport): this {
    setViewport(this.#scope, viewport);
    return this;
  }

  /** What is outside isn't drawn. At the beginning it is all of the targets. */
  scissor(x: number, y: number, width: number, height: number): this {
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
    const { firstIndex = 0, vertexOffset = 0, firstInstance = 0 } = options;
    const pipeline = this.#ready('drawIndexed');
    checkCounts(INDEXED, indices, instances, firstIndex, firstInstance);
    if (!Number.isInteger(vertexOffset)) throw notWhole('vertexOffset', vertexOffset);
    const input = this.#input;
    if (firstIndex + indices > input.indices) {
      const error = input.beyondIndices(pipeline, this.#scope.label, firstIndex, indices, instances);
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
    this.#checkOpen();
    if (this.#executed) this.#executed.push(...secondaries);
    else executeSecondary(this.#scope, secondaries, this.targets);
    this.#bindings.forget();
    this.#input.forget();
    return this;
  }

  /** Draws only if a uint32 in memory isn't 0 when the device comes to it. */
  conditional(buffer: Buffer, body: (encoder: this) => void, options: ConditionalOptions = {}): this {
    recordConditional(this.#scope, buffer, options, () => body(this));
    return this;
  }

  /** Tells the tracker that the next draw touches a resource by address. Costs nothing without one. */
  touches(resource: Buffer | Image, access: Usage, range?: TouchedRange): this {
    this.#scope.tracker?.touch(resource, range, access, 'draw');
    return this;
  }

  #indirect(command: string, buffer: Buffer, options: IndirectOptions, bytes: number): Required<IndirectOptions> {
    const { byteOffset = 0, count = 1, byteStride = bytes } = options;
    const pipeline = this.#ready(command);
    if (bytes === DRAW_INDEXED_BYTES && this.#input.indices < 0) {
      throw this.#input.beyondIndices(pipeline, this.#scope.label, 0, 0, 0)!;
    }
    checkUsage('draw from', buffer, 'indirect');
    checkRange('draw from', buffer, byteOffset, count === 0 ? 0 : (count - 1) * byteStride + bytes, 4);
    if (count > 1 && this.#scope.driver.features['multiDrawIndirect'] !== true) {
      throw new VulkanError(
        `Cannot draw ${count} times from buffer "${buffer.label}": device "${this.#scope.driver.name}" lacks feature multiDrawIndirect; draw once each`,
        { kind: 'not-available', labels: [buffer.label] },
      );
    }
    this.#scope.use(buffer);
    const range = { byteOffset, byteLength: count * byteStride };
    this.#scope.tracker?.touch(buffer, range, 'indirect', command);
    this.#scope.tracker?.settle();
    return { byteOffset, count, byteStride };
  }

  #checkOpen(): void {
    if (!this.#ended) return;
    const { label } = this.#scope;
    throw new VulkanError(
      `Cannot draw in "${label}": its rendering has ended; draw within the function that got the encoder`,
      { kind: 'command-buffer', labels: [label] },
    );
  }

  /** The pipeline, with all that it takes bound. */
  #ready(command: string): GraphicsPipeline {
    this.#checkOpen();
    const pipeline = this.#bindings.ready(command);
    this.#input.fit(pipeline, this.#scope.label);
    return pipeline;
  }

  #checkBeyond(
    pipeline: GraphicsPipeline,
    vertices: readonly [first: number, count: number],
    instances: readonly [first: number, count: number],
  ): void {
    const error = this.#input.beyond(pipeline, this.#scope.label, { vertices, instances });
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

function notWhole(name: string, count: number): RangeError {
  return new RangeError(
    `Cannot draw: ${name} is ${count}; give a whole number${name === 'vertexOffset' ? '' : ' from 0'}`,
  );
}

/** Where an indexed draw begins. */
export interface IndexedOptions {
  readonly firstIndex?: number;
  /** Added to each index. */
  readonly vertexOffset?: number;
  readonly firstInstance?: number;
}

/** Formats of targets as messages write them. */
function targetsText({ color, depth, samples }: TargetFormats): string {
  const list = [...color, ...(depth ? [`depth ${depth}`] : [])].join(', ') || 'nothing';
  return samples > 1 ? `${list} with ${samples} samples` : list;
}

/** Records a rendering: begins, draws what `body` says, ends. */
export function recordRendering(
  scope: CommandScope,
  options: RenderingOptions,
  body: (encoder: RenderEncoder) => void,
): void {
  const { color = [], depth } = options;
  const targets = depth ? [...color, depth] : color;
  if (targets.length === 0) {
    throw new VulkanError(`Cannot render in "${scope.label}": no target is given; give color or depth`, {
      kind: 'command-buffer',
      labels: [scope.label],
    });
  }
  const views = targets.map((target) => viewOf(scope, target));
  const formats = {
    color: views.slice(0, color.length).map((view) => view.image.format),
    depth: depth ? views.at(-1)!.image.format : undefined,
    samples: views[0]!.image.samples,
  };
  const executed: SecondaryCommands[] = [];
  if (options.secondary === true) {
    // No barrier may stand within: what the secondary commands lack must be known before.
    renderBody(scope, new RenderEncoder(scope, formats, executed), body);
    scope.tracker?.expects(executed.flatMap(({ recorded }) => recorded ?? []));
  }
  const size = commonSize(views);
  const [x, y, width, height] = options.area ?? [0, 0, ...size];
  if (
    ![x, y, width, height].every((each) => Number.isInteger(each) && each >= 0) ||
    x + width > size[0] ||
    y + height > size[1]
  ) {
    throw new RangeError(
      `Cannot render in "${scope.label}": its area is ${width}×${height} at (${x}, ${y}); the targets have ${size.join('×')}`,
    );
  }
  for (const [index, view] of views.entries()) {
    const usage = targets[index] === depth ? 'depth-attachment' : 'color-attachment';
    scope.tracker?.touch(view.image, view.range, usage, 'rendering');
  }
  scope.tracker?.rendering(true);
  V.arena.scope(() => {
    const info = V.VkRenderingInfo({
      renderArea: { offset: { x, y }, extent: { width, height } },
      layerCount: 1,
      flags: options.secondary === true ? V.VK_RENDERING_CONTENTS_SECONDARY_COMMAND_BUFFERS_BIT : 0,
      pColorAttachments: color.map((target, index) => attachment(scope, target, views[index]!)),
      ...(depth ? { pDepthAttachment: attachment(scope, depth, views.at(-1)!) } : {}),
    });
    scope.driver.commands.vkCmdBeginRendering(scope.handle, info);
  });
  if (options.secondary === true) executeSecondary(scope, executed, formats);
  else recordDraws(scope, formats, [x, y, width, height], body);
  scope.driver.commands.vkCmdEndRendering(scope.handle);
  scope.tracker?.rendering(false);
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
  [x, y, width, height]: readonly [x: number, y: number, width: number, height: number],
  body: (encoder: RenderEncoder) => void,
): void {
  setViewport(scope, { x, y, width, height });
  setScissor(scope, x, y, width, height);
  renderBody(scope, new RenderEncoder(scope, targets), body);
}

function viewOf(scope: CommandScope, { image: given }: RenderTarget): ImageView {
  const view = given instanceof Image ? given.view({ mips: 1, layers: 1 }) : given;
  scope.use(view.image);
  const usage = formatMeaning(view.image.format).aspect === 'depth' ? 'depth-attachment' : 'color-attachment';
  if (view.image.usage.includes(usage)) return view;
  throw new VulkanError(
    `Cannot draw to image "${view.image.label}": it was made without usage '${usage}'; create it with that`,
    { kind: 'command-buffer', labels: [view.image.label] },
  );
}

function commonSize(views: readonly ImageView[]): readonly [width: number, height: number] {
  const sizes = views.map(({ image, range }) => image.sizeOf(range.mip));
  return [Math.min(...sizes.map((size) => size[0])), Math.min(...sizes.map((size) => size[1]))];
}

const LOAD = Object.freeze({
  load: V.VK_ATTACHMENT_LOAD_OP_LOAD,
  clear: V.VK_ATTACHMENT_LOAD_OP_CLEAR,
  discard: V.VK_ATTACHMENT_LOAD_OP_DONT_CARE,
});

function attachment(scope: CommandScope, target: RenderTarget, view: ImageView): V.VkRenderingAttachmentInfo {
  const { clear, load = clear === undefined ? 'load' : 'clear', store = true } = target;
  const depth = formatMeaning(view.image.format).aspect === 'depth';
  const layout = depth
    ? V.VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL
    : V.VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
  const value = depth
    ? { depthStencil: { depth: checkDepth(view.image, clear ?? 1) } }
    : { color: V.VkClearColorValue.read(clearColor(view.image, clear ?? 0)) };
  const resolve = target.resolve && viewOf(scope, { image: target.resolve });
  return {
    imageView: view.handle,
    imageLayout: layout,
    loadOp: LOAD[load],
    storeOp: store ? V.VK_ATTACHMENT_STORE_OP_STORE : V.VK_ATTACHMENT_STORE_OP_DONT_CARE,
    clearValue: value,
    ...(resolve
      ? { resolveMode: V.VK_RESOLVE_MODE_AVERAGE_BIT, resolveImageView: resolve.handle, resolveImageLayout: layout }
      : {}),
  };
}

function setViewport(scope: CommandScope, viewport: Viewport): void {
  const { x = 0, y = 0, width, height, nearDepth = 0, farDepth = 1 } = viewport;
  if (![x, y, width, height, nearDepth, farDepth].every(Number.isFinite) || width <= 0) {
    throw new RangeError(
      `Cannot set the viewport in "${scope.label}": it is ${width}×${height} at (${x}, ${y}); give finite numbers, and a width above 0`,
    );
  }
  V.arena.scope(() => {
    const info = V.VkViewport({ x, y, width, height, minDepth: nearDepth, maxDepth: farDepth });
    scope.driver.commands.vkCmdSetViewport(scope.handle, 0, 1, info);
  });
}

function setScissor(scope: CommandScope, x: number, y: number, width: number, height: number): void {
  if (![x, y, width, height].every((each) => Number.isInteger(each) && each >= 0)) {
    throw new RangeError(
      `Cannot set the scissor in "${scope.label}": it is ${width}×${height} at (${x}, ${y}); give whole numbers from 0`,
    );
  }
  V.arena.scope(() => {
    const info = V.VkRect2D({ offset: { x, y }, extent: { width, height } });
    scope.driver.commands.vkCmdSetScissor(scope.handle, 0, 1, info);
  });
}
