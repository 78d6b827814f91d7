/** @file Compute pipelines by reflection: the shader says what it needs, and is checked before the driver sees it. */

import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { reflect } from '../shader/reflection.ts';
import type { ShaderReflection, ShaderSpecialization } from '../shader/reflection.ts';
import { checkShader } from '../shader/requirements.ts';
import { createSetLayouts, destroySetLayouts } from './descriptors.ts';
import type { PipelineCache } from './pipeline-cache.ts';
import { printsItself } from '../printing.ts';

/** What a compute pipeline is made from. */
export interface ComputePipelineOptions {
  /** Its name in messages. */
  readonly label: string;
  readonly spirv: Uint32Array;
  /** Default 'main'. */
  readonly entry?: string;
  /** Values of specialization constants, by id; true and false count as 1 and 0. */
  readonly specialization?: Readonly<Record<number, number | boolean>>;
}

/** A compute shader, compiled for the device. */
export class ComputePipeline implements Child {
  static {
    printsItself(this);
  }

  readonly kind = 'pipeline';
  readonly label: string;
  readonly handle: V.VkPipeline;
  readonly layout: V.VkPipelineLayout;
  /** Layouts of descriptor sets, from set 0 on; none where everything is reached by address. */
  readonly setLayouts: readonly V.VkDescriptorSetLayout[];
  readonly reflection: ShaderReflection;
  /** Threads of a workgroup in x, y, z, specialized. */
  readonly workgroupSize: readonly [number, number, number];
  /** Bytes of push constants that the shader declares. */
  readonly pushBytes: number;
  readonly #driver: Driver;
  #disposed = false;

  constructor(driver: Driver, cache: PipelineCache, options: ComputePipelineOptions) {
    const { label, spirv, entry = 'main', specialization = {} } = options;
    this.#driver = driver;
    this.label = label;
    const declared = reflect(spirv);
    const constants = specializationOf(label, declared, specialization);
    this.reflection = specialized(declared, constants);
    checkShader(label, driver.name, this.reflection, entry, driver.limits, driver.features);
    const point = this.reflection.entryPoints.find((each) => each.name === entry)!;
    if (!point.workgroupSize) {
      throw new VulkanError(
        `Cannot create pipeline "${label}": entry point "${entry}" is a ${point.stage} shader; give a compute shader`,
        { kind: 'pipeline-creation', labels: [label] },
      );
    }
    this.workgroupSize = point.workgroupSize;
    this.pushBytes = this.reflection.pushConstants?.byteLength ?? 0;
    this.setLayouts = createSetLayouts(driver, label, declared.bindings);
    try {
      this.layout = createLayout(driver, label, this.pushBytes, this.setLayouts);
    } catch (error) {
      destroySetLayouts(driver, this.setLayouts);
      throw error;
    }
    try {
      this.handle = createPipeline(driver, cache, options, entry, this.layout, constants);
    } catch (error) {
      this.#destroyLayouts();
      throw error;
    }
    driver.setName(V.VK_OBJECT_TYPE_PIPELINE, this.handle, label);
    driver.setName(V.VK_OBJECT_TYPE_PIPELINE_LAYOUT, this.layout, label);
    driver.children.add(this);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  toString(): string {
    const size = this.workgroupSize.join('×');
    return `ComputePipeline("${this.label}", ${size} threads, ${this.pushBytes} bytes pushed${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const driver = this.#driver;
    driver.children.delete(this);
    driver.retire(() => {
      driver.commands.vkDestroyPipeline(driver.handle, this.handle, V.NULL);
      this.#destroyLayouts();
    });
  }

  #destroyLayouts(): void {
    this.#driver.commands.vkDestroyPipelineLayout(this.#driver.handle, this.layout, V.NULL);
    destroySetLayouts(this.#driver, this.setLayouts);
  }
}

interface Constant extends ShaderSpecialization {
  /** The value that the pipeline is made with. */
  readonly given: number;
}

function specializationOf(
  label: string,
  shader: ShaderReflection,
  values: Readonly<Record<number, number | boolean>>,
): Constant[] {
  const known = new Map(shader.specializations.map((constant) => [constant.id, constant]));
  return Object.entries(values).map(([key, value]) => {
    const constant = known.get(Number(key));
    if (constant) return { ...constant, given: Number(value) };
    const ids = [...known.keys()].join(', ');
    throw new VulkanError(
      `Cannot create pipeline "${label}": the shader has no specialization constant ${key}; it has ${ids || 'none'}`,
      { kind: 'pipeline-creation', labels: [label] },
    );
  });
}

/** The reflection with workgroup sizes as they will be. */
function specialized(shader: ShaderReflection, constants: readonly Constant[]): ShaderReflection {
  const given = new Map(constants.map((constant) => [constant.id, constant.given]));
  const entryPoints = shader.entryPoints.map((entry) => {
    if (!entry.workgroupSize) return entry;
    const size = (axis: 0 | 1 | 2): number =>
      given.get(entry.workgroupSizeIds[axis] ?? -1) ?? entry.workgroupSize![axis];
    return { ...entry, workgroupSize: [size(0), size(1), size(2)] as const };
  });
  return { ...shader, entryPoints };
}

function createLayout(
  driver: Driver,
  label: string,
  pushBytes: number,
  pSetLayouts: readonly V.VkDescriptorSetLayout[],
): V.VkPipelineLayout {
  return V.arena.scope(() => {
    const out = V.arena.u64();
    const range = { stageFlags: V.VK_SHADER_STAGE_COMPUTE_BIT, offset: 0, size: Math.ceil(pushBytes / 4) * 4 };
    const info = V.VkPipelineLayoutCreateInfo({ pSetLayouts, pPushConstantRanges: pushBytes > 0 ? [range] : [] });
    const result = driver.commands.vkCreatePipelineLayout(driver.handle, info, V.NULL, out);
    driver.check(
      result,
      'vkCreatePipelineLayout',
      'pipeline-creation',
      `Cannot create pipeline "${label}"`,
      'check the shader',
      label,
    );
    return V.arena.readU64<V.VkPipelineLayout>(out);
  });
}

function createPipeline(
  driver: Driver,
  cache: PipelineCache,
  { label, spirv }: ComputePipelineOptions,
  entry: string,
  layout: V.VkPipelineLayout,
  constants: readonly Constant[],
): V.VkPipeline {
  const { commands, handle: device } = driver;
  const act = `Cannot create pipeline "${label}"`;
  return V.arena.scope(() => {
    const out = V.arena.u64();
    const module = V.VkShaderModuleCreateInfo({ pCode: spirv });
    driver.check(
      commands.vkCreateShaderModule(device, module, V.NULL, out),
      'vkCreateShaderModule',
      'pipeline-creation',
      act,
      'check the shader',
      label,
    );
    const shader = V.arena.readU64<V.VkShaderModule>(out);
    driver.setName(V.VK_OBJECT_TYPE_SHADER_MODULE, shader, label);
    try {
      const info = V.VkComputePipelineCreateInfo({
        layout,
        stage: {
          stage: V.VK_SHADER_STAGE_COMPUTE_BIT,
          module: shader,
          pName: entry,
          pSpecializationInfo: constants.length > 0 ? specializationInfo(constants) : V.NULL,
        },
      });
      const result = commands.vkCreateComputePipelines(device, cache.handle, 1, info, V.NULL, out);
      driver.check(
        result,
        'vkCreateComputePipelines',
        'pipeline-creation',
        act,
        'check the shader with spirv-val',
        label,
      );
      return V.arena.readU64<V.VkPipeline>(out);
    } finally {
      commands.vkDestroyShaderModule(device, shader, V.NULL);
    }
  });
}

function specializationInfo(constants: readonly Constant[]): V.VkSpecializationInfo {
  const data = new DataView(new ArrayBuffer(constants.length * 8));
  const pMapEntries = constants.map((constant, index) => {
    const offset = index * 8;
    writeConstant(data, offset, constant);
    return { constantID: constant.id, offset, size: constant.bits / 8 };
  });
  return { pMapEntries, pData: data };
}

function writeConstant(data: DataView, offset: number, { type, bits, given }: Constant): void {
  if (type === 'float') {
    if (bits === 64) data.setFloat64(offset, given, true);
    else if (bits === 32) data.setFloat32(offset, given, true);
    else data.setFloat16(offset, given, true);
  } else data.setBigInt64(offset, BigInt(Math.trunc(given)), true);
}
