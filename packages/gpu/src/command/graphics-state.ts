/** @file The fixed parts of drawing, in words: vertices, blending, depth, which faces; and what Vulkan calls them. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';
import { valueText } from '../printing.ts';
import type { ShaderPort } from '../shader/stage-interface.ts';
import { checkVertexLimits } from './vertex-limits.ts';
import { checkObjects } from '../given.ts';
import { COMPARE } from '../image/depth-compare.ts';
import type { DepthCompare } from '../image/depth-compare.ts';

/** What vertices make. */
export type Topology = 'points' | 'lines' | 'line-strip' | 'triangles' | 'triangle-strip';

/** Faces that aren't drawn. */
export type CullMode = 'none' | 'front' | 'back';

/**
 * How a fragment goes into what is there: 'replace' it; 'alpha' by its own alpha; 'premultiplied' where its colour has been
 * multiplied by alpha; 'add' to it; 'multiply' with it.
 */
export type BlendMode = 'replace' | 'alpha' | 'premultiplied' | 'add' | 'multiply';

/** A colour target of a pipeline. */
export interface ColorTarget {
  readonly format: ImageFormat;
  /** Default 'replace'. */
  readonly blend?: BlendMode;
}

/** The depth target of a pipeline. */
export interface DepthTarget {
  readonly format: ImageFormat;
  /** A fragment is kept if its depth compares so to what is there. Default 'less'. */
  readonly compare?: DepthCompare;
  /** Whether kept fragments write their depth. Default true. */
  readonly write?: boolean;
}

/** How an attribute's bytes are read. */
export type VertexFormat =
  | 'float32'
  | 'float32x2'
  | 'float32x3'
  | 'float32x4'
  | 'float16x2'
  | 'float16x4'
  | 'unorm8x4'
  | 'snorm8x4'
  | 'unorm16x2'
  | 'unorm16x4'
  | 'uint32'
  | 'uint32x2'
  | 'uint32x3'
  | 'uint32x4'
  | 'sint32'
  | 'sint32x2'
  | 'sint32x3'
  | 'sint32x4';

/** What a vertex buffer holds; bytes. */
export interface VertexBufferLayout {
  /** From one vertex, or instance, to the next. Default: to the end of the last attribute. */
  readonly byteStride?: number;
  /** Whether it goes on with each vertex or with each instance. Default 'vertex'. */
  readonly step?: 'vertex' | 'instance';
  readonly attributes: readonly VertexAttribute[];
}

/** An attribute of a vertex. */
export interface VertexAttribute {
  readonly location: number;
  readonly format: VertexFormat;
  /** Default: behind the attribute before it. */
  readonly byteOffset?: number;
}

/** What a pipeline reads of a vertex buffer. Plain data: it crosses threads. */
export interface VertexFetch {
  readonly step: 'vertex' | 'instance';
  /** From one vertex, or instance, to the next. */
  readonly byteStride: number;
  /** Where the attributes that the shader reads end in each; 0 where it reads none. */
  readonly byteEnd: number;
}

const TOPOLOGY: Readonly<Record<Topology, number>> = Object.freeze({
  points: V.VK_PRIMITIVE_TOPOLOGY_POINT_LIST,
  lines: V.VK_PRIMITIVE_TOPOLOGY_LINE_LIST,
  'line-strip': V.VK_PRIMITIVE_TOPOLOGY_LINE_STRIP,
  triangles: V.VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST,
  'triangle-strip': V.VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP,
});

/** What a word of a pipeline's options means; an unknown one is a TypeError. */
function meaningOf<W extends string, M>(label: string, what: string, words: Readonly<Record<W, M>>, word: W): M {
  if (Object.hasOwn(words, word)) return words[word];
  const list = Object.keys(words).join(', ');
  throw new TypeError(`Cannot create pipeline "${label}": ${what} "${word}" is none of ${list}`);
}

/** Throws TypeError unless an option of a pipeline is a list, as types say it for those who have none. */
export function checkList(label: string, what: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw new TypeError(`Cannot create pipeline "${label}": ${what} is ${valueText(value)}; give a list`);
}

/** Topology → VkPrimitiveTopology. */
export function topologyNumber(label: string, topology: Topology): number {
  return meaningOf(label, 'topology', TOPOLOGY, topology);
}

const CULL: Readonly<Record<CullMode, number>> = Object.freeze({
  none: V.VK_CULL_MODE_NONE,
  front: V.VK_CULL_MODE_FRONT_BIT,
  back: V.VK_CULL_MODE_BACK_BIT,
});

/** CullMode → VkCullModeFlags. */
export function cullNumber(label: string, cull: CullMode): number {
  return meaningOf(label, 'cull', CULL, cull);
}

/** The depth test of a target; without one nothing is tested. */
export function depthState(label: string, depth: DepthTarget | undefined): V.VkPipelineDepthStencilStateCreateInfo {
  return {
    depthTestEnable: depth ? V.VK_TRUE : V.VK_FALSE,
    depthWriteEnable: depth && depth.write !== false ? V.VK_TRUE : V.VK_FALSE,
    depthCompareOp: meaningOf(label, 'compare', COMPARE, depth?.compare ?? 'less'),
    maxDepthBounds: 1,
  };
}

interface Factors {
  readonly color: readonly [source: number, target: number];
  readonly alpha: readonly [source: number, target: number];
}

const { VK_BLEND_FACTOR_ZERO: ZERO, VK_BLEND_FACTOR_ONE: ONE, VK_BLEND_FACTOR_SRC_ALPHA: ALPHA } = V;
const REST = V.VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA;
const BLEND: Readonly<Record<BlendMode, Factors | undefined>> = Object.freeze({
  replace: undefined,
  alpha: { color: [ALPHA, REST], alpha: [ONE, REST] },
  premultiplied: { color: [ONE, REST], alpha: [ONE, REST] },
  add: { color: [ONE, ONE], alpha: [ONE, ONE] },
  multiply: { color: [V.VK_BLEND_FACTOR_DST_COLOR, ZERO], alpha: [V.VK_BLEND_FACTOR_DST_ALPHA, ZERO] },
});
const ALL_CHANNELS = 15;

/** How a colour target is written. */
export function blendState(label: string, { blend = 'replace' }: ColorTarget): V.VkPipelineColorBlendAttachmentState {
  const factors = meaningOf(label, 'blend', BLEND, blend);
  if (!factors) return { colorWriteMask: ALL_CHANNELS };
  const { color, alpha } = factors;
  return {
    blendEnable: V.VK_TRUE,
    srcColorBlendFactor: color[0],
    dstColorBlendFactor: color[1],
    colorBlendOp: V.VK_BLEND_OP_ADD,
    srcAlphaBlendFactor: alpha[0],
    dstAlphaBlendFactor: alpha[1],
    alphaBlendOp: V.VK_BLEND_OP_ADD,
    colorWriteMask: ALL_CHANNELS,
  };
}

/** Vertex formats: VkFormat and bytes. */
const VERTEX: Readonly<Record<VertexFormat, readonly [vk: number, byteLength: number]>> = Object.freeze({
  float32: [V.VK_FORMAT_R32_SFLOAT, 4],
  float32x2: [V.VK_FORMAT_R32G32_SFLOAT, 8],
  float32x3: [V.VK_FORMAT_R32G32B32_SFLOAT, 12],
  float32x4: [V.VK_FORMAT_R32G32B32A32_SFLOAT, 16],
  float16x2: [V.VK_FORMAT_R16G16_SFLOAT, 4],
  float16x4: [V.VK_FORMAT_R16G16B16A16_SFLOAT, 8],
  unorm8x4: [V.VK_FORMAT_R8G8B8A8_UNORM, 4],
  snorm8x4: [V.VK_FORMAT_R8G8B8A8_SNORM, 4],
  unorm16x2: [V.VK_FORMAT_R16G16_UNORM, 4],
  unorm16x4: [V.VK_FORMAT_R16G16B16A16_UNORM, 8],
  uint32: [V.VK_FORMAT_R32_UINT, 4],
  uint32x2: [V.VK_FORMAT_R32G32_UINT, 8],
  uint32x3: [V.VK_FORMAT_R32G32B32_UINT, 12],
  uint32x4: [V.VK_FORMAT_R32G32B32A32_UINT, 16],
  sint32: [V.VK_FORMAT_R32_SINT, 4],
  sint32x2: [V.VK_FORMAT_R32G32_SINT, 8],
  sint32x3: [V.VK_FORMAT_R32G32B32_SINT, 12],
  sint32x4: [V.VK_FORMAT_R32G32B32A32_SINT, 16],
});

/** What a shader reads an attribute of a format as. */
export function vertexNumber(format: VertexFormat): ShaderPort['type'] {
  if (format.startsWith('uint')) return 'uint';
  return format.startsWith('sint') ? 'int' : 'float';
}

const NUMBERS = { float: 'float32', int: 'sint32', uint: 'uint32' } as const;

/** One buffer with all that the vertex shader reads, tightly packed in order of location; none if it reads nothing. */
export function usualVertexBuffers(label: string, inputs: readonly ShaderPort[]): VertexBufferLayout[] {
  if (inputs.length === 0) return [];
  const formats = new Map<number, Pick<ShaderPort, 'type' | 'components'>>();
  for (const input of inputs) {
    if (input.bits !== 32) {
      throw new VulkanError(
        `Cannot create pipeline "${label}": its input ${input.location} ${input.name} has ${input.bits} bits a component; give vertexBuffers`,
        { kind: 'pipeline-creation', labels: [label] },
      );
    }
    const { type, component = 0 } = input;
    for (const location of locationsOf(input)) {
      const before = formats.get(location)?.components ?? 0;
      formats.set(location, { type, components: Math.max(before, component + input.components) });
    }
  }
  const attributes = [...formats].map(([location, { type, components }]) => {
    const format = `${NUMBERS[type]}${components > 1 ? `x${components}` : ''}` as VertexFormat;
    return { location, format };
  });
  attributes.sort((a, b) => a.location - b.location);
  return [{ attributes }];
}

function locationsOf({ location, locations }: ShaderPort): number[] {
  return Array.from({ length: locations }, (_, at) => location + at);
}

/** What the vertex shader reads of each buffer. */
export function vertexFetches(buffers: readonly VertexBufferLayout[], inputs: readonly ShaderPort[]): VertexFetch[] {
  const read = new Set(inputs.flatMap(locationsOf));
  return buffers.map(({ step = 'vertex', byteStride, attributes }) => {
    let [end, byteEnd] = [0, 0];
    for (const { location, format, byteOffset = end } of attributes) {
      end = byteOffset + VERTEX[format][1];
      if (read.has(location)) byteEnd = Math.max(byteEnd, end);
    }
    return { step, byteStride: byteStride ?? end, byteEnd };
  });
}

const STEP: Readonly<Record<NonNullable<VertexBufferLayout['step']>, number>> = Object.freeze({
  vertex: V.VK_VERTEX_INPUT_RATE_VERTEX,
  instance: V.VK_VERTEX_INPUT_RATE_INSTANCE,
});

/** The layouts of vertex buffers, checked against what the device takes and what the vertex shader reads. */
export function vertexState(
  driver: Driver,
  label: string,
  buffers: readonly VertexBufferLayout[],
  inputs: readonly ShaderPort[],
): V.VkPipelineVertexInputStateCreateInfo {
  const bindings: Required<V.VkVertexInputBindingDescription>[] = [];
  const attributes: Required<V.VkVertexInputAttributeDescription>[] = [];
  checkList(label, 'vertexBuffers', buffers);
  for (const [binding, buffer] of buffers.entries()) {
    checkObjects(`Cannot create pipeline "${label}"`, `attributes of vertex buffer ${binding}`, buffer?.attributes);
    let end = 0;
    for (const { location, format, byteOffset = end } of buffer.attributes) {
      const [vk, byteLength] = meaningOf(label, 'format', VERTEX, format);
      attributes.push({ location, binding, format: vk, offset: byteOffset });
      end = byteOffset + byteLength;
    }
    const inputRate = meaningOf(label, 'step', STEP, buffer.step ?? 'vertex');
    bindings.push({ binding, stride: buffer.byteStride ?? end, inputRate });
  }
  checkVertexLimits(driver, label, bindings, attributes);
  const given = new Set(attributes.map((each) => each.location));
  const missing = inputs.flatMap((input) =>
    locationsOf(input).flatMap((location) => (given.has(location) ? [] : [`${location} ${input.name}`])),
  );
  if (missing.length > 0) {
    throw new VulkanError(
      `Cannot create pipeline "${label}": no vertex buffer has what its vertex shader reads at location ${missing.join(', ')}; add attributes`,
      { kind: 'pipeline-creation', labels: [label] },
    );
  }
  // What isn't read the driver needn't know: then it asks for no buffer there.
  const wanted = new Set(inputs.flatMap(locationsOf));
  const read = attributes.filter(({ location }) => wanted.has(location));
  return {
    pVertexBindingDescriptions: bindings.filter((each) => read.some(({ binding }) => binding === each.binding)),
    pVertexAttributeDescriptions: read,
  };
}

/** Throws unless every colour target can be drawn to, and is written by the fragment shader as what it holds. */
export function checkColors(label: string, colors: readonly ColorTarget[], outputs: readonly ShaderPort[]): void {
  for (const [location, { format }] of colors.entries()) {
    const { reads, aspect } = formatMeaning(format);
    const refuse = (what: string): VulkanError =>
      new VulkanError(`Cannot create pipeline "${label}": ${what}`, { kind: 'pipeline-creation', labels: [label] });
    if (aspect !== 'color') throw refuse(`its colour ${location} is of format ${format}; give that as depth`);
    const output = outputs.find((each) => each.location === location);
    const type = reads === 'sint' ? 'int' : reads;
    if (output && output.type !== type) {
      throw refuse(
        `its fragment shader writes ${output.type} to colour ${location} of format ${format}; write ${type}`,
      );
    }
  }
}
