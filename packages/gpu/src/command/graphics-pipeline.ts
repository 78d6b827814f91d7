/** @file Pipelines that draw: a vertex and a fragment shader, reflected, and the words for all that is fixed between them. */

import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';
import { printsItself } from '../printing.ts';
import { mayWritePointSize } from '../shader/point-size.ts';
import type { ShaderReflection } from '../shader/reflection.ts';
import {
  blendState,
  checkColors,
  checkList,
  cullNumber,
  depthState,
  topologyNumber,
  usualVertexBuffers,
  vertexFetches,
  vertexState,
} from './graphics-state.ts';
import type {
  ColorTarget,
  CullMode,
  DepthTarget,
  Topology,
  VertexBufferLayout,
  VertexFetch,
} from './graphics-state.ts';
import type { PipelineCache } from './pipeline-cache.ts';
import { checkAspect, checkColorCount } from './render-targets.ts';
import { createPipelineLayout, destroyPipelineLayout } from './pipeline-layout.ts';
import { checkAttributes, checkHandedOn, checkWidths } from './handed-on.ts';
import type { BindingCounts, PipelineLayout } from './pipeline-layout.ts';
import { readLabelledStage } from './labelled-stage.ts';
import { withModules } from './pipeline-stage.ts';
import type { Stage, StageOptions } from './pipeline-stage.ts';
import { checkDraws } from './queue-abilities.ts';
import { checkBlending, checkTargetSamples } from './target-support.ts';
import { checkNames, checkObjects } from '../given.ts';
import type { Names } from '../given.ts';

/** What a pipeline that draws is made from. */
export interface GraphicsPipelineOptions {
  /** Its name in messages. */
  readonly label: string;
  readonly vertex: StageOptions;
  /** Left out: only depth is written. */
  readonly fragment?: StageOptions;
  /** The colour targets, by location of the fragment shader's outputs. Default: none. */
  readonly color?: readonly (ImageFormat | ColorTarget)[];
  readonly depth?: ImageFormat | DepthTarget;
  /** Default 'triangles'. */
  readonly topology?: Topology;
  /** Default: one buffer with all that the vertex shader reads, tightly packed in order of location. */
  readonly vertexBuffers?: readonly VertexBufferLayout[];
  /** Faces that aren't drawn; the front's vertices go counter-clockwise on the screen. Default 'none'. */
  readonly cull?: CullMode;
  /** Samples a texel of the targets; which there are hangs on the device and the formats. Default 1. */
  readonly samples?: number;
  /** Lengths of binding arrays that the shaders leave open, by "set.binding". */
  readonly bindingCounts?: BindingCounts;
}

const GRAPHICS_PIPELINE_OPTIONS: Names<GraphicsPipelineOptions> = Object.freeze({
  label: true,
  vertex: true,
  fragment: true,
  color: true,
  depth: true,
  topology: true,
  vertexBuffers: true,
  cull: true,
  samples: true,
  bindingCounts: true,
});

const COLOR_TARGET: Names<ColorTarget> = Object.freeze({ format: true, blend: true });
const DEPTH_TARGET: Names<DepthTarget> = Object.freeze({ format: true, compare: true, write: true });

const DYNAMIC = [V.VK_DYNAMIC_STATE_VIEWPORT, V.VK_DYNAMIC_STATE_SCISSOR];

/** What a pipeline draws to; a rendering's targets must be alike. */
export interface TargetFormats {
  readonly color: readonly ImageFormat[];
  readonly depth: ImageFormat | undefined;
  readonly samples: number;
}

/** Shaders that draw, compiled for the device. */
export class GraphicsPipeline implements Child {
  static {
    printsItself(this);
  }

  readonly kind = 'pipeline';
  readonly label: string;
  readonly handle: V.VkPipeline;
  readonly layout: V.VkPipelineLayout;
  /** What it takes from outside: bindings and push constants. */
  readonly signature: PipelineLayout;
  /** What each shader declares. */
  readonly reflections: { readonly vertex: ShaderReflection; readonly fragment: ShaderReflection | undefined };
  /** Bytes of push constants, over all stages. */
  readonly pushBytes: number;
  /** Vertex buffers that it reads. */
  readonly vertexBuffers: readonly VertexFetch[];
  readonly targets: TargetFormats;
  /** Of the device that it belongs to. */
  readonly driver: Driver;
  #disposed = false;

  constructor(driver: Driver, cache: PipelineCache, options: GraphicsPipelineOptions) {
    checkNames('Cannot create pipeline', options, GRAPHICS_PIPELINE_OPTIONS);
    const { label, samples = 1 } = options;
    this.driver = driver;
    this.label = label;
    checkDraws(driver, `Cannot create pipeline "${label}"`, [label]);
    const vertex = readLabelledStage(driver, label, 'vertex', options.vertex);
    const fragment =
      (options.fragment ?? undefined) === undefined
        ? undefined
        : readLabelledStage(driver, label, 'fragment', options.fragment!);
    this.reflections = { vertex: vertex.reflection, fragment: fragment?.reflection };
    const stages = fragment ? [vertex, fragment] : [vertex];
    const { color: given = [] } = options;
    checkList(label, 'color', given);
    const act = `Cannot create pipeline "${label}"`;
    const color = given.map((each) => (typeof each === 'string' ? { format: each } : each));
    checkObjects(act, 'color', color);
    for (const each of color) checkNames(act, each, COLOR_TARGET);
    const depth = typeof options.depth === 'string' ? { format: options.depth } : (options.depth ?? undefined);
    if (depth !== undefined) checkNames(act, depth, DEPTH_TARGET, 'the options of its depth');
    checkColorCount(driver, act, color.length);
    checkColors(label, color, fragment?.point.outputs ?? []);
    if (depth) checkAspect(act, depth.format, 'depth');
    this.targets = { color: color.map((each) => each.format), depth: depth?.format, samples };
    checkTargetSamples(driver, label, this.targets);
    const fixed = fixedState(label, options, color, depth);
    checkBlending(driver, label, color);
    checkWidths(label, vertex.point.inputs);
    const buffers = options.vertexBuffers ?? usualVertexBuffers(label, vertex.point.inputs);
    const pVertexInputState = vertexState(driver, label, buffers, vertex.point.inputs);
    checkAttributes(label, buffers, vertex.point.inputs);
    if (options.topology === 'points') checkPoints(driver, label, vertex);
    if (fragment) checkHandedOn(label, vertex.point.outputs, fragment.point.inputs);
    this.vertexBuffers = vertexFetches(buffers, vertex.point.inputs);
    this.signature = createPipelineLayout(driver, label, stages, options.bindingCounts);
    this.layout = this.signature.handle;
    this.pushBytes = this.signature.pushBytes;
    try {
      this.handle = create(driver, cache, this, stages, { ...fixed, pVertexInputState });
    } catch (error) {
      destroyPipelineLayout(driver, this.signature);
      throw error;
    }
    driver.setName(V.VK_OBJECT_TYPE_PIPELINE, this.handle, label);
    driver.children.add(this);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  toString(): string {
    const { color, depth } = this.targets;
    const targets = [...color, ...(depth ? [depth] : [])].join(', ') || 'nothing';
    return `GraphicsPipeline("${this.label}", draws to ${targets}${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const driver = this.driver;
    driver.children.delete(this);
    driver.retire(() => {
      driver.commands.vkDestroyPipeline(driver.handle, this.handle, V.NULL);
      destroyPipelineLayout(driver, this.signature);
    });
  }
}

/** Throws unless the size of points is known: the vertex shader writes it, or the device takes 1 where it doesn't. */
function checkPoints(driver: Driver, label: string, { spirv, point }: Stage): void {
  if (driver.features['maintenance5'] === true || mayWritePointSize(spirv, point.name)) return;
  throw new VulkanError(
    `Cannot create pipeline "${label}": its vertex shader doesn't write gl_PointSize, and its topology is 'points'; write how large they are`,
    { kind: 'pipeline-creation', labels: [label] },
  );
}

/** What is fixed between the shaders, vertices apart, as the driver takes it; throws for a word that there is none of. */
function fixedState(
  label: string,
  { topology = 'triangles', cull = 'none', samples = 1 }: GraphicsPipelineOptions,
  color: readonly ColorTarget[],
  depth: DepthTarget | undefined,
) {
  return {
    pInputAssemblyState: { topology: topologyNumber(label, topology) },
    pViewportState: { viewportCount: 1, scissorCount: 1 },
    pRasterizationState: {
      polygonMode: V.VK_POLYGON_MODE_FILL,
      cullMode: cullNumber(label, cull),
      frontFace: V.VK_FRONT_FACE_COUNTER_CLOCKWISE,
      lineWidth: 1,
    },
    pMultisampleState: { rasterizationSamples: samples },
    pDepthStencilState: depthState(label, depth),
    pColorBlendState: { pAttachments: color.map((each) => blendState(label, each)) },
    pDynamicState: { pDynamicStates: DYNAMIC },
  };
}

type FixedState = ReturnType<typeof fixedState> & {
  readonly pVertexInputState: V.VkPipelineVertexInputStateCreateInfo;
};

function create(
  driver: Driver,
  cache: PipelineCache,
  { label, layout, targets: { color, depth } }: GraphicsPipeline,
  stages: readonly Stage[],
  fixed: FixedState,
): V.VkPipeline {
  return V.arena.scope(() => {
    const out = V.arena.u64();
    const pNext = V.VkPipelineRenderingCreateInfo({
      colorAttachmentCount: color.length,
      pColorAttachmentFormats: color.map((each) => formatMeaning(each).vk),
      depthAttachmentFormat: depth ? formatMeaning(depth).vk : V.VK_FORMAT_UNDEFINED,
    });
    const result = withModules(driver, label, stages, {}, (pStages) => {
      const info = V.VkGraphicsPipelineCreateInfo({ ...fixed, pNext, pStages, layout });
      return driver.commands.vkCreateGraphicsPipelines(driver.handle, cache.handle, 1, info, V.NULL, out);
    });
    const act = `Cannot create pipeline "${label}"`;
    const remedy = 'check the shaders with spirv-val';
    driver.check(result, 'vkCreateGraphicsPipelines', 'pipeline-creation', act, remedy, label);
    return V.arena.readU64<V.VkPipeline>(out);
  });
}
