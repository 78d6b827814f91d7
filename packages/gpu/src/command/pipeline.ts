/** @file Compute pipelines by reflection: the shader says what it needs, and is checked before the driver sees it. */

import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import type { ShaderReflection } from '../shader/reflection.ts';
import { createPipelineLayout, destroyPipelineLayout } from './pipeline-layout.ts';
import type { BindingCounts, PipelineLayout } from './pipeline-layout.ts';
import type { PipelineCache } from './pipeline-cache.ts';
import { checkSubgroups, readStage, withModules } from './pipeline-stage.ts';
import type { StageOptions, SubgroupOptions } from './pipeline-stage.ts';
import { printsItself } from '../printing.ts';

/** What a compute pipeline is made from. */
export interface ComputePipelineOptions extends StageOptions, SubgroupOptions {
  /** Its name in messages. */
  readonly label: string;
  /** Lengths of binding arrays that the shader leaves open, by "set.binding". */
  readonly bindingCounts?: BindingCounts;
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
  /** What it takes from outside: bindings and push constants. */
  readonly signature: PipelineLayout;
  readonly reflection: ShaderReflection;
  /** Threads of a workgroup in x, y, z, specialized. */
  readonly workgroupSize: readonly [number, number, number];
  /** Bytes of push constants that the shader declares. */
  readonly pushBytes: number;
  readonly #driver: Driver;
  #disposed = false;

  constructor(driver: Driver, cache: PipelineCache, options: ComputePipelineOptions) {
    const { label } = options;
    this.#driver = driver;
    this.label = label;
    const stage = readStage(driver, label, 'compute', options);
    this.reflection = stage.reflection;
    this.workgroupSize = stage.point.workgroupSize!;
    checkSubgroups(driver, label, this.workgroupSize, options);
    this.signature = createPipelineLayout(driver, label, [stage], options.bindingCounts);
    this.layout = this.signature.handle;
    this.pushBytes = this.signature.pushBytes;
    try {
      this.handle = V.arena.scope(() => {
        const out = V.arena.u64();
        const result = withModules(driver, label, [stage], options, (stages) => {
          const info = V.VkComputePipelineCreateInfo({ layout: this.layout, stage: stages[0]! });
          return driver.commands.vkCreateComputePipelines(driver.handle, cache.handle, 1, info, V.NULL, out);
        });
        const act = `Cannot create pipeline "${label}"`;
        const remedy = 'check the shader with spirv-val';
        driver.check(result, 'vkCreateComputePipelines', 'pipeline-creation', act, remedy, label);
        return V.arena.readU64<V.VkPipeline>(out);
      });
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
      destroyPipelineLayout(driver, this.signature);
    });
  }
}
