/**
 * @file What is set for the next dispatch or draw: a pipeline, its push constants, what is bound. Descriptor sets are made
 * when a command wants them, and only if something changed.
 */

import * as V from '@halocline/vulkan';
import type { Usage } from '../access.ts';
import { drawingUsage } from '../convert.ts';
import { VulkanError } from '../errors.ts';
import { BIND_OPTIONS, boundOf, nameOf } from './bindable.ts';
import type { Bindable, BindOptions, Bound } from './bindable.ts';
import { descriptorWrite, DescriptorSets } from './descriptors.ts';
import type { BoundTo } from './descriptors.ts';
import { valueText } from '../printing.ts';
import { commandBit } from '../tracking/usage-bits.ts';
import type { BindingTouch } from '../tracking/tracker.ts';
import type { PipelineBinding, PipelineLayout } from './pipeline-layout.ts';
import type { CommandScope } from './scope.ts';
import type { Swappable, WatchedPipeline } from './watched.ts';
import { checkNames, hasOnly } from '../given.ts';
import type { ShaderSampling } from '../shader/sampling.ts';
import { isSampledBothWays, unsuitedSampling } from './samplings.ts';

/** A pipeline of either kind. */
export interface Bindee extends Swappable {
  readonly handle: V.VkPipeline;
  readonly layout: V.VkPipelineLayout;
  readonly pushBytes: number;
  readonly signature: PipelineLayout;
}

/** The state of one bind point. */
export class Bindings<P extends Bindee> {
  readonly #scope: CommandScope;
  readonly #point: number;
  readonly #verb: string;
  #pipeline: P | undefined;
  #touches: readonly BindingTouch[] | undefined;
  #pushed = 0;
  readonly #bound = new Map<string, Bound[]>();
  #changed = false;
  /** What is bound, in the signature's order, as it was last given to the device. */
  #complete: readonly BoundTo[] = [];
  #sets: DescriptorSets | undefined;

  /** `verb` is what the commands do: 'dispatch' or 'draw'. */
  constructor(scope: CommandScope, point: number, verb: string) {
    this.#scope = scope;
    this.#point = point;
    this.#verb = verb;
  }

  get pipeline(): P | undefined {
    return this.#pipeline;
  }

  /** Makes a pipeline the current one. Its push constants and bindings start unset. */
  set(given: P | WatchedPipeline<P>): void {
    const pipeline = this.#scope.present(given);
    const draws = this.#verb === 'draw';
    if (pipeline?.signature === undefined || 'targets' in pipeline !== draws) {
      const wanted = draws ? 'a graphics pipeline' : 'a compute pipeline';
      const given = pipeline?.signature === undefined ? valueText(pipeline) : `"${pipeline.label}", of another kind`;
      throw new TypeError(`Cannot ${this.#verb} in ${this.#scope.place}: the pipeline is ${given}; give ${wanted}`);
    }
    if (this.#pipeline === pipeline) return;
    const { driver, handle } = this.#scope;
    this.#scope.use(pipeline);
    this.#pipeline = pipeline;
    this.#touches = undefined;
    this.#pushed = 0;
    this.#bound.clear();
    this.#complete = [];
    this.#changed = pipeline.signature.bindings.length > 0;
    driver.commands.vkCmdBindPipeline(handle, this.#point, pipeline.handle);
  }

  /** Copies push constants into the recording. */
  push(bytes: ArrayBufferView, byteOffset: number): void {
    const pipeline = this.current('push constants');
    if (!ArrayBuffer.isView(bytes) || !Number.isInteger(byteOffset)) {
      const what = ArrayBuffer.isView(bytes)
        ? `the offset is ${valueText(byteOffset)}`
        : `${valueText(bytes)} is given`;
      throw new TypeError(
        `Cannot push constants of pipeline "${pipeline.label}": ${what}; give a typed array, and a multiple of 4`,
      );
    }
    const { byteLength } = bytes;
    const end = byteOffset + byteLength;
    if (end > pipeline.pushBytes || byteLength % 4 !== 0 || byteOffset % 4 !== 0 || byteLength === 0) {
      throw new RangeError(
        `Cannot push constants of pipeline "${pipeline.label}": bytes ${byteOffset} to ${end} are given, ` +
          `the shader declares ${pipeline.pushBytes}; give whole words within them`,
      );
    }
    const { driver, handle } = this.#scope;
    if (bytes instanceof Uint32Array) driver.scratchUints.set(bytes);
    else driver.scratchBytes.set(new Uint8Array(bytes.buffer, bytes.byteOffset, byteLength));
    driver.commands.vkCmdPushConstants(
      handle,
      pipeline.layout,
      pipeline.signature.pushStages,
      byteOffset,
      byteLength,
      driver.scratch.address,
    );
    if (end > this.#pushed) this.#pushed = end;
  }

  /** Puts resources where the shader declares a binding, from its first place on. */
  bind(binding: number, resources: Bindable | readonly Bindable[], options: BindOptions): void {
    this.#scope.open();
    if (!hasOnly(options, BIND_OPTIONS)) {
      checkNames(`Cannot bind to ${binding} in ${this.#scope.place}`, options, BIND_OPTIONS);
    }
    const list = Array.isArray(resources) ? (resources as readonly Bindable[]) : [resources as Bindable];
    const stray = list.find((each) => !isBindable(each));
    if (stray !== undefined || list.includes(undefined as never)) {
      throw new TypeError(
        `Cannot bind to ${binding} in ${this.#scope.place}: ${valueText(stray)} is given; give a buffer, an image or a sampler`,
      );
    }
    const pipeline = this.current(`bind ${list[0] ? nameOf(list[0]) : 'nothing'}`);
    const { set = 0 } = options;
    const { bindings } = pipeline.signature;
    const declared = bindings.find((each) => each.set === set && each.binding === binding);
    if (!declared) {
      const there = bindings.map((each) => `${each.set}.${each.binding} ${each.name}`).join(', ');
      throw new RangeError(
        `Cannot bind ${list[0] ? nameOf(list[0]) : 'nothing'} to pipeline "${pipeline.label}": the shader has no binding ${set}.${binding}; it has ${there || 'none'}`,
      );
    }
    if (list.length !== declared.count) {
      throw new RangeError(
        `Cannot bind to pipeline "${pipeline.label}": ${list.length} are given for binding ${set}.${binding} ${declared.name}; it has ${declared.count}`,
      );
    }
    const bound = list.map((each) => boundOf(this.#scope, pipeline.label, declared, each, options));
    const key = `${set}.${binding}`;
    this.#bound.set(key, bound);
    this.#changed = true;
    for (const sampling of pipeline.signature.samplings) {
      if (sampling.image === key && sampling.sampler === key) this.#checkSampling(pipeline, sampling);
    }
  }

  /** Holds what is sampled against what is bound there: of arrays, some elements must suit, as nobody knows which go together. */
  #checkSampling({ label, signature }: P, sampling: ShaderSampling): void {
    const [images = [], samplers = []] = [this.#bound.get(sampling.image), this.#bound.get(sampling.sampler)];
    const isOne = sampling.image === sampling.sampler;
    let unsuited: (() => RangeError) | undefined;
    for (const [place, image] of images.entries()) {
      for (const sampler of isOne ? [images[place]!] : samplers) {
        if (image.kind !== 'view' || !image.view || sampler.kind !== 'view' || !sampler.sampler) return;
        const refuse = unsuitedSampling(this.#scope.driver, sampling, image.view.image, sampler.sampler);
        if (!refuse) return;
        unsuited ??= (): RangeError => {
          const declared = signature.bindings.find((each) => `${each.set}.${each.binding}` === sampling.image);
          return refuse(label, declared!);
        };
      }
    }
    if (unsuited && !isSampledBothWays(signature.samplings, sampling.sampler)) throw unsuited();
  }

  /** The pipeline, with everything set that it takes; throws in words where something isn't. Called before each command that runs it. */
  ready(command: string): P {
    const pipeline = this.current(this.#verb);
    if (this.#changed) this.#bindSets(pipeline);
    if (this.#scope.tracker) this.#track(pipeline, command);
    if (this.#pushed >= pipeline.pushBytes) return pipeline;
    throw new VulkanError(
      `Cannot ${this.#verb} pipeline "${pipeline.label}" in ${this.#scope.place}: ${this.#pushed} of ${pipeline.pushBytes} bytes of ` +
        `push constants are set; call encoder.push after encoder.pipeline`,
      { kind: 'command-buffer', labels: [pipeline.label, ...this.#scope.labels] },
    );
  }

  /** Forgets everything: what runs in between may have set something else. */
  forget(): void {
    this.#pipeline = undefined;
    this.#pushed = 0;
    this.#bound.clear();
  }

  /** The pipeline; throws where none is set. */
  current(what: string): P {
    if (this.#pipeline) return this.#pipeline;
    const { labels, place } = this.#scope;
    throw new VulkanError(`Cannot ${what} in ${place}: no pipeline is set; call encoder.pipeline first`, {
      kind: 'command-buffer',
      labels,
    });
  }

  #bindSets(pipeline: P): void {
    const { signature } = pipeline;
    const bound = signature.bindings.map((declared): BoundTo => {
      const range = this.#bound.get(`${declared.set}.${declared.binding}`);
      if (range) return [declared, range];
      throw new VulkanError(
        `Cannot ${this.#verb} pipeline "${pipeline.label}" in ${this.#scope.place}: nothing is bound to ${declared.set}.${declared.binding} ${declared.name}; call encoder.bind`,
        { kind: 'command-buffer', labels: [pipeline.label, ...this.#scope.labels] },
      );
    });
    this.#complete = bound;
    // An image and a sampler of their own are bound one by one, and go together from here on.
    for (const sampling of signature.samplings) {
      if (sampling.image !== sampling.sampler) this.#checkSampling(pipeline, sampling);
    }
    const { driver, handle } = this.#scope;
    const { commands } = driver;
    V.arena.scope(() => {
      if (signature.pushesSet) {
        const writes = bound.filter(([{ set }]) => set === 0).map((each) => descriptorWrite(each, V.VK_NULL_HANDLE));
        const infos = V.VkWriteDescriptorSet(writes);
        commands.vkCmdPushDescriptorSet(handle, this.#point, pipeline.layout, 0, writes.length, infos);
      }
      const first = signature.pushesSet ? 1 : 0;
      const sets = this.#descriptorSets().make(signature, bound, first);
      if (sets.length === 0) return;
      const list = V.arena.u64(sets);
      commands.vkCmdBindDescriptorSets(handle, this.#point, pipeline.layout, first, sets.length, list, 0, V.NULL);
    });
    this.#changed = false;
  }

  #descriptorSets(): DescriptorSets {
    if (!this.#sets) {
      const sets = new DescriptorSets(this.#scope.driver, this.#scope.label);
      this.#scope.releases.push(() => sets.release());
      this.#sets = sets;
    }
    return this.#sets;
  }

  #track(pipeline: P, command: string): void {
    const { tracker } = this.#scope;
    if (pipeline.signature.byAddress) tracker?.byAddress();
    const touches = (this.#touches ??= pipeline.signature.bindings.map((declared) => touchOf(declared, this.#verb)));
    if (touches.length > 0) tracker?.bound(this.#complete, touches, command);
  }
}

function isBindable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('kind' in value || 'image' in value);
}

const touchesOf = {
  dispatch: new WeakMap<PipelineBinding, BindingTouch>(),
  draw: new WeakMap<PipelineBinding, BindingTouch>(),
};

function touchOf(declared: PipelineBinding, verb: string): BindingTouch {
  const known = verb === 'draw' ? touchesOf.draw : touchesOf.dispatch;
  let touch = known.get(declared);
  if (!touch) {
    const words = accessesOf(declared);
    const usages = verb === 'draw' ? words.map((word): Usage => drawingUsage(word) ?? word) : words;
    touch = { usages, bits: usages.map((usage) => commandBit(usage, verb === 'draw')) };
    known.set(declared, touch);
  }
  return touch;
}

function accessesOf({
  kind,
  readable,
  writable,
}: PipelineBinding): ('storage-read' | 'storage-write' | 'uniform' | 'sampled')[] {
  if (kind === 'uniform-buffer' || kind === 'uniform-texel-buffer') return ['uniform'];
  if (kind === 'sampled-image' || kind === 'combined-image-sampler') return ['sampled'];
  return [...(readable ? (['storage-read'] as const) : []), ...(writable ? (['storage-write'] as const) : [])];
}
