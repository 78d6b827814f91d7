/**
 * @file What draws read beside bindings: vertex buffers and the index buffer. What each holds, in vertices, instances and indices of
 * the pipeline that draws, is reckoned when either changes; a draw then compares with it.
 */

import { VulkanError } from '../errors.ts';
import type { Buffer } from '../memory/buffer.ts';
import { pipelineProperties } from './driver-properties.ts';
import type { VertexFetch } from './graphics-state.ts';
import type { RecordingPlace } from './scope.ts';

/** A pipeline that draws, as far as it reads vertices. */
interface Reader {
  readonly label: string;
  readonly vertexBuffers: readonly VertexFetch[];
}

/** A buffer from an offset on. */
interface Part {
  readonly buffer: Buffer;
  readonly byteOffset: number;
}

/** Vertex buffers that every device has at once (VkPhysicalDeviceLimits::maxVertexInputBindings is 16 at the least). */
const LEAST_SLOTS = 16;

/** The vertex and index buffers of one rendering. */
export class VertexInput {
  /** Vertices that a draw may reach: the first and all it draws; of the pipeline that `fit` was last called with. */
  vertices: number = Infinity;
  /** Instances, likewise. */
  instances: number = Infinity;
  /** Indices in the index buffer from its offset on; −1: none is bound. */
  indices = -1;
  readonly #parts: (Part | undefined)[] = [];
  #index: Part | undefined;
  #reader: Reader | undefined;

  /** Binds a vertex buffer; throws RangeError for a slot that there can't be. */
  set(slot: number, buffer: Buffer, byteOffset: number): void {
    if (!Number.isInteger(slot) || slot < 0 || slot >= LEAST_SLOTS) checkSlot(slot, buffer);
    this.#parts[slot] = { buffer, byteOffset };
    this.#reader = undefined;
  }

  /** Binds the index buffer. */
  setIndices(buffer: Buffer, byteOffset: number, indexBytes: number): void {
    this.#index = { buffer, byteOffset };
    this.indices = Math.floor((buffer.byteLength - byteOffset) / indexBytes);
  }

  /** Reckons how much there is for a pipeline; throws where it reads a buffer that isn't bound. `where` is the recording's label. */
  fit(pipeline: Reader, where: RecordingPlace): void {
    if (pipeline === this.#reader) return;
    this.vertices = this.instances = Infinity;
    for (const [slot, fetch] of pipeline.vertexBuffers.entries()) {
      const part = this.#parts[slot];
      if (part === undefined) {
        // Rule 04007 asks for what attributes read, and for nothing else.
        if (fetch.byteEnd === 0) continue;
        throw refusal(pipeline, where, `vertex buffer ${slot} is not set; call encoder.vertexBuffer`);
      }
      const count = countIn(part, fetch);
      if (fetch.step === 'vertex') this.vertices = Math.min(this.vertices, count);
      else this.instances = Math.min(this.instances, count);
    }
    this.#reader = pipeline;
  }

  /** The error for a draw that reaches further; undefined if it draws nothing. */
  beyond(
    pipeline: Reader,
    where: RecordingPlace,
    draw: { readonly vertices: readonly [first: number, count: number]; readonly instances: readonly [number, number] },
  ): Error | undefined {
    const [firstVertex, vertices] = draw.vertices;
    const [firstInstance, instances] = draw.instances;
    if (vertices === 0 || instances === 0) return undefined;
    const [word, first, count] =
      firstVertex + vertices > this.vertices
        ? (['vertex', firstVertex, vertices] as const)
        : (['instance', firstInstance, instances] as const);
    const has = word === 'vertex' ? this.vertices : this.instances;
    const slot = pipeline.vertexBuffers.findIndex(
      (fetch, at) => fetch.step === word && fetch.byteEnd > 0 && countIn(this.#parts[at]!, fetch) === has,
    );
    const { buffer, byteOffset } = this.#parts[slot]!;
    const plural = word === 'vertex' ? 'vertices' : 'instances';
    return refusal(
      pipeline,
      where,
      `${plural} ${first} to ${first + count - 1} are drawn, and vertex buffer ${slot}, "${buffer.label}", has ${has} from byte ${byteOffset} on; draw fewer, or give a longer buffer`,
      buffer,
    );
  }

  /** The error for an indexed draw without indices, or with too few; undefined if it draws nothing. */
  beyondIndices(pipeline: Reader, where: RecordingPlace, first: number, count: number): Error | undefined {
    if (this.#index === undefined) {
      return refusal(pipeline, where, 'no index buffer is set; call encoder.indexBuffer');
    }
    if (count === 0) return undefined;
    const { buffer, byteOffset } = this.#index;
    return refusal(
      pipeline,
      where,
      `indices ${first} to ${first + count - 1} are drawn, and index buffer "${buffer.label}" has ${this.indices} from byte ${byteOffset} on; draw fewer, or give a longer buffer`,
      buffer,
    );
  }
}

/** Throws RangeError unless the device has that slot. */
function checkSlot(slot: number, { label, driver }: Buffer): void {
  const { maxVertexBuffers } = pipelineProperties(driver);
  if (Number.isInteger(slot) && slot >= 0 && slot < maxVertexBuffers) return;
  throw new RangeError(`Cannot draw from buffer "${label}": its slot is ${slot}; give 0 to ${maxVertexBuffers - 1}`);
}

/** How many vertices or instances a buffer holds. */
function countIn({ buffer, byteOffset }: Part, { byteStride, byteEnd }: VertexFetch): number {
  const room = buffer.byteLength - byteOffset;
  if (byteEnd > room) return 0;
  return byteEnd === 0 || byteStride === 0 ? Infinity : Math.floor((room - byteEnd) / byteStride) + 1;
}

function refusal(pipeline: Reader, where: RecordingPlace, what: string, buffer?: Buffer): VulkanError {
  return new VulkanError(`Cannot draw pipeline "${pipeline.label}" in ${where.place}: ${what}`, {
    kind: buffer ? 'buffer-too-small' : 'command-buffer',
    labels: [pipeline.label, ...where.labels, ...(buffer ? [buffer.label] : [])],
  });
}
