/** @file Compute pipelines by reflection: the shader says what it needs, and is checked before the driver sees it. */

import * as V from '@halocline/vulkan';
import type { Access } from '../access.ts';
import type { Child, Driver } from '../device/driver.ts';
import { checkNamesOf } from '../given.ts';
import type { Names } from '../given.ts';
import type { ShaderReflection } from '../shader/reflection.ts';
import type { Bindable } from './bindable.ts';
import type { Encoder } from './encoder.ts';
import { destroyPipelineLayout } from './pipeline-layout.ts';
import type { BindingCounts, PipelineLayout } from './pipeline-layout.ts';
import type { PipelineDraft } from './create-pipeline.ts';
import { readStatistics } from './pipeline-statistics.ts';
import type { PipelineStatistic } from './pipeline-statistics.ts';
import type { StageOptions, SubgroupOptions } from './pipeline-stage.ts';
import { printsItself, valueText } from '../printing.ts';

/** What a compute pipeline is made from. */
export interface ComputePipelineOptions extends StageOptions, SubgroupOptions {
  /** Its name in messages. */
  readonly label: string;
  /** Lengths of binding arrays that the shader leaves open, by "set.binding". */
  readonly bindingCounts?: BindingCounts;
  /** Keeps what the driver tells of the machine code, for `statistics`. Default false. */
  readonly statistics?: boolean;
}

/** The names of all of them. */
export const COMPUTE_PIPELINE_OPTIONS: Names<ComputePipelineOptions> = Object.freeze({
  label: true,
  spirv: true,
  entry: true,
  specialization: true,
  bindingCounts: true,
  subgroupSize: true,
  fullSubgroups: true,
  statistics: true,
});

/** What a single run takes beside its resources. */
export interface RunOptions {
  /** Threads in x, y, z: as many workgroups run as hold them. */
  readonly threads: number | readonly [x: number, y?: number, z?: number];
  /** The push constants, from byte 0. */
  readonly push?: ArrayBufferView;
}

const RUN_OPTIONS: Names<RunOptions> = Object.freeze({ threads: true, push: true });

/** Records, submits and waits: the device's `submitOnce`. */
export type SubmitOnce = (label: string, body: (encoder: Encoder) => void) => Promise<void>;

/** How what a compute shader finds may have been written. */
export const WRITTEN: readonly Access[] = Object.freeze(['storage-write', 'transfer-target', 'host-write'] as const);
/** How a compute shader touches what stands at its bindings. */
export const BOUND: readonly Access[] = Object.freeze(['storage-read', 'storage-write', 'uniform', 'sampled'] as const);

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
  /** What the driver tells of its machine code; null where that was not asked for, or the driver tells nothing. */
  readonly statistics: readonly PipelineStatistic[] | null;
  /** Of the device that it belongs to. */
  readonly driver: Driver;
  readonly #submitOnce: SubmitOnce;
  #disposed = false;

  /** Use `device.createPipeline`. */
  constructor(draft: PipelineDraft, handle: V.VkPipeline, submitOnce: SubmitOnce) {
    const { driver, label, stage, signature, told } = draft;
    this.#submitOnce = submitOnce;
    this.driver = driver;
    this.label = label;
    this.handle = handle;
    this.reflection = stage.reflection;
    this.workgroupSize = stage.point.workgroupSize!;
    this.signature = signature;
    this.layout = signature.handle;
    this.pushBytes = signature.pushBytes;
    try {
      this.statistics = told ? readStatistics(driver, label, handle) : null;
    } catch (error) {
      driver.commands.vkDestroyPipeline(driver.handle, handle, V.NULL);
      throw error;
    }
    driver.setName(V.VK_OBJECT_TYPE_PIPELINE, handle, label);
    driver.children.add(this);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Runs it once: the resources stand at its bindings, in order of set and number. Sees what earlier submits wrote, and waits,
   * without blocking, until it is done. For more than a trial, record commands.
   */
  run(resources: readonly (Bindable | readonly Bindable[])[], options: RunOptions): Promise<void> {
    const given = (options as RunOptions | null | undefined) ?? {};
    checkNamesOf('Cannot run pipeline', this.label, given, RUN_OPTIONS);
    const { threads, push } = given as Partial<RunOptions>;
    if (threads === undefined) {
      throw new TypeError(
        `Cannot run pipeline "${this.label}": no threads are given; say how many, as in { threads: 1024 }`,
      );
    }
    const { bindings } = this.signature;
    const list: unknown = resources;
    if (!Array.isArray(list)) {
      throw new TypeError(
        `Cannot run pipeline "${this.label}": its resources are ${valueText(resources)}; give a list, in order of its bindings`,
      );
    }
    if (resources.length !== bindings.length) {
      const there = bindings.map((each) => `${each.set}.${each.binding} ${each.name}`).join(', ');
      throw new RangeError(
        `Cannot run pipeline "${this.label}": ${resources.length} resources are given for its ${bindings.length} bindings; it has ${there || 'none'}`,
      );
    }
    return this.#submitOnce(this.label, (encoder) => {
      encoder.barrier(WRITTEN, BOUND).pipeline(this);
      if (push) encoder.push(push);
      for (const [index, { set, binding }] of bindings.entries()) encoder.bind(binding, resources[index]!, { set });
      encoder.dispatchThreads(threads);
    });
  }

  toString(): string {
    const size = this.workgroupSize.join('×');
    return `ComputePipeline("${this.label}", ${size} threads, ${this.pushBytes} bytes pushed${this.#disposed ? ', disposed' : ''})`;
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
