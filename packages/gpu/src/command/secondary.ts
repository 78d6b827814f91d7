/**
 * @file Secondary command buffers: recorded once, executed by any number of recordings. Those that draw are recorded for
 * targets of given formats and executed within a rendering.
 */

import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';
import { checkFunction, checkNames } from '../given.ts';
import type { Names } from '../given.ts';
import { printsItself, valueText } from '../printing.ts';
import { UNKNOWN } from '../tracking/local.ts';
import type { Recorded } from '../tracking/local.ts';
import type { RecordingTracker } from '../tracking/recording.ts';
import { checkUsed, endCommands } from './command-buffer.ts';
import type { CommandPool, Used } from './command-buffer.ts';
import { Encoder } from './encoder.ts';
import type { TargetFormats } from './graphics-pipeline.ts';
import { checkAspect, checkColorCount, checkSamples, sameTargets, targetsText } from './render-targets.ts';
import { recordDraws } from './rendering.ts';
import type { RenderEncoder } from './rendering.ts';
import { checkDraws } from './queue-abilities.ts';
import { CommandScope } from './scope.ts';
import type { StampedPools } from './stamped.ts';

/** What recorded draws draw to. */
export interface DrawTargets {
  readonly color?: readonly ImageFormat[];
  readonly depth?: ImageFormat;
  /** Default 1. */
  readonly samples?: number;
  /** Texels of the targets: viewport and scissor at the beginning. */
  readonly size: readonly [width: number, height: number];
}

const DRAW_TARGETS: Names<DrawTargets> = Object.freeze({ color: true, depth: true, samples: true, size: true });

/** What a secondary command buffer holds. */
interface Held {
  readonly used: ReadonlySet<Used>;
  readonly releases: readonly (() => void)[];
  readonly checks: readonly (() => void)[];
  readonly recorded: Recorded | undefined;
  readonly stamped: StampedPools | undefined;
}

/** Commands that other recordings execute. Dispose it when no recording that executes it is submitted any more. */
export class SecondaryCommands implements Child {
  static {
    printsItself(this);
  }

  readonly kind = 'secondary commands';
  readonly label: string;
  readonly handle: V.VkCommandBuffer;
  /** What it draws to; undefined where it draws nothing. */
  readonly targets: TargetFormats | undefined;
  /** What it uses, for the check of the recordings that execute it. */
  readonly used: ReadonlySet<Used>;
  /** What is called before each submit of the recordings that execute it. */
  readonly checks: readonly (() => void)[];
  /** What it touches, where the device tracks that. */
  readonly recorded: Recorded | undefined;
  /** What it does to queries; undefined where it touches none. */
  readonly stamped: StampedPools | undefined;
  /** Of the device that it belongs to. */
  readonly driver: Driver;
  readonly #pool: CommandPool;
  readonly #releases: readonly (() => void)[];
  #disposed = false;

  /** Use `device.recordSecondary` and `device.recordDraws`. */
  constructor(
    driver: Driver,
    pool: CommandPool,
    label: string,
    targets: TargetFormats | undefined,
    body: (handle: V.VkCommandBuffer) => Held,
  ) {
    this.driver = driver;
    this.#pool = pool;
    this.label = label;
    this.targets = targets;
    driver.checkOpen();
    this.handle = allocate(driver, pool, label);
    let held: Held | undefined;
    try {
      beginSecondary(driver, this.handle, label, targets);
      held = body(this.handle);
      endCommands(driver, this.handle, label);
      this.used = held.used;
      this.checks = held.checks;
      this.recorded = held.recorded;
      this.stamped = held.stamped;
      this.#releases = held.releases;
    } catch (error) {
      pool.free(this.handle);
      for (const release of held?.releases ?? []) release();
      throw error;
    }
    driver.children.add(this);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  toString(): string {
    return `SecondaryCommands("${this.label}"${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.driver.children.delete(this);
    this.driver.retire(() => {
      this.#pool.free(this.handle);
      for (const release of this.#releases) release();
    });
  }
}

/** What was recorded; what a recording that failed holds is given back, and its error passed on. */
function held(scope: CommandScope | Encoder, tracker: RecordingTracker | undefined, body: () => void): Held {
  const { used, releases, checks } = scope;
  try {
    body();
    const recorded = tracker?.finish();
    return { used, releases, checks, recorded, stamped: scope instanceof Encoder ? scope.stamped : undefined };
  } catch (error) {
    for (const release of releases) release();
    throw error;
  } finally {
    scope.end();
  }
}

/** Records commands outside any rendering. */
export function recordSecondary(
  driver: Driver,
  pool: CommandPool,
  label: string,
  body: (encoder: Encoder) => void,
): SecondaryCommands {
  return new SecondaryCommands(driver, pool, label, undefined, (handle) => {
    const tracker = driver.tracking?.begin(label, handle, true);
    const encoder = new Encoder(driver, handle, label, tracker, 'secondary');
    return held(encoder, tracker, () => encoder.label(label, body));
  });
}

/** Records draws, to be executed within a rendering to such targets. */
export function recordSecondaryDraws(
  driver: Driver,
  pool: CommandPool,
  label: string,
  drawn: DrawTargets,
  body: (encoder: RenderEncoder) => void,
): SecondaryCommands {
  const act = `Cannot record "${label}"`;
  checkNames(act, drawn, DRAW_TARGETS, 'its targets');
  checkFunction(act, body);
  const { color = [], depth, samples = 1, size } = drawn;
  if (!Array.isArray(color)) throw new TypeError(`${act}: color is ${valueText(color)}; give a list of formats`);
  const [width, height] = Array.isArray(size) ? (size as readonly unknown[]) : [];
  if (![width, height].every((each) => Number.isInteger(each) && Number(each) > 0)) {
    const what = Array.isArray(size) ? `[${size.join(', ')}]` : String(size);
    throw new TypeError(
      `Cannot record "${label}": the size of its targets is ${what}; give texels, as in size: [640, 480]`,
    );
  }
  const targets = { color, depth, samples };
  checkDraws(driver, act, [label]);
  checkColorCount(driver, act, color.length);
  for (const format of color) checkAspect(act, format, 'color');
  if ((depth ?? undefined) !== undefined) checkAspect(act, depth!, 'depth');
  checkSamples(act, samples);
  return new SecondaryCommands(driver, pool, label, targets, (handle) => {
    const tracker = driver.tracking?.begin(label, handle, true);
    tracker?.rendering(true);
    const scope = new CommandScope(driver, handle, label, tracker, 'secondary');
    return held(scope, tracker, () => scope.pass(label, () => recordDraws(scope, targets, [0, 0, ...size], body)));
  });
}

/** Throws unless secondary commands can be executed where a recording stands; `targets` are those of its rendering. */
export function checkExecutable(
  scope: CommandScope,
  each: SecondaryCommands,
  targets: TargetFormats | undefined,
): void {
  scope.open();
  if (!((each as SecondaryCommands | undefined)?.used instanceof Set)) {
    throw new TypeError(
      `Cannot execute in ${scope.place}: ${valueText(each)} is given; give what device.recordSecondary or device.recordDraws made`,
    );
  }
  const refuse = (why: string): VulkanError =>
    new VulkanError(`Cannot execute "${each.label}" in ${scope.place}: ${why}`, {
      kind: 'command-buffer',
      labels: [each.label, ...scope.labels],
    });
  if (scope.secondary)
    throw refuse(`"${scope.label}" is itself executed, and so executes no other; execute both in turn`);
  if (scope.conditional) {
    throw refuse(
      'it stands within a conditional, which has no say over what was recorded apart; record the conditional there',
    );
  }
  if (targets === undefined && each.targets) throw refuse('it draws; execute it within a rendering');
  if (targets && !each.targets) throw refuse('it has no draws; execute it outside the rendering');
  if (targets && each.targets && !sameTargets(each.targets, targets)) {
    throw refuse(`it draws to ${targetsText(each.targets)}, the targets are ${targetsText(targets)}`);
  }
}

/** Executes secondary commands in a recording, which were checked. */
export function executeSecondary(scope: CommandScope, secondaries: readonly SecondaryCommands[]): void {
  scope.open();
  for (const each of secondaries) {
    scope.use(each);
    checkUsed(each.label, each.used, scope);
    for (const used of each.used) scope.use(used);
    scope.checks.push(...each.checks);
  }
  let first = 0;
  if (scope.tracker) {
    for (const [index, { recorded = UNKNOWN }] of secondaries.entries()) {
      scope.tracker.execute(recorded, () => {
        executeAll(scope, secondaries.slice(first, index));
        first = index;
      });
    }
  }
  executeAll(scope, first === 0 ? secondaries : secondaries.slice(first));
}

function executeAll({ driver, handle }: CommandScope, secondaries: readonly SecondaryCommands[]): void {
  if (secondaries.length === 0) return;
  V.arena.scope(() => {
    const handles = V.arena.u64(secondaries.map((each) => each.handle));
    driver.commands.vkCmdExecuteCommands(handle, secondaries.length, handles);
  });
}

function allocate(driver: Driver, pool: CommandPool, label: string): V.VkCommandBuffer {
  const handle = V.arena.scope(() => {
    const out = V.arena.u64();
    const info = V.VkCommandBufferAllocateInfo({
      commandPool: pool.handle,
      level: V.VK_COMMAND_BUFFER_LEVEL_SECONDARY,
      commandBufferCount: 1,
    });
    const result = driver.commands.vkAllocateCommandBuffers(driver.handle, info, out);
    const remedy = 'dispose recorded commands that nobody needs';
    driver.check(result, 'vkAllocateCommandBuffers', 'command-buffer', `Cannot record "${label}"`, remedy, label);
    return V.arena.readU64<V.VkCommandBuffer>(out);
  });
  driver.setName(V.VK_OBJECT_TYPE_COMMAND_BUFFER, handle, label);
  return handle;
}

/** Begins a secondary command buffer; `once`: it is executed and submitted once. */
export function beginSecondary(
  driver: Driver,
  handle: V.VkCommandBuffer,
  label: string,
  targets: TargetFormats | undefined,
  once: boolean = false,
): void {
  const result = V.arena.scope(() => {
    const rendering = targets
      ? V.VkCommandBufferInheritanceRenderingInfo({
          colorAttachmentCount: targets.color.length,
          pColorAttachmentFormats: targets.color.map((format) => formatMeaning(format).vk),
          depthAttachmentFormat: targets.depth ? formatMeaning(targets.depth).vk : V.VK_FORMAT_UNDEFINED,
          rasterizationSamples: targets.samples,
        })
      : V.NULL;
    const within = targets ? V.VK_COMMAND_BUFFER_USAGE_RENDER_PASS_CONTINUE_BIT : 0;
    const info = V.VkCommandBufferBeginInfo({
      flags:
        within |
        (once ? V.VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT : V.VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT),
      pInheritanceInfo: V.VkCommandBufferInheritanceInfo({ pNext: rendering }),
    });
    return driver.commands.vkBeginCommandBuffer(handle, info);
  });
  driver.check(result, 'vkBeginCommandBuffer', 'command-buffer', `Cannot record "${label}"`, 'record less', label);
}
