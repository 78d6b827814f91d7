/** @file Barriers of images: a layout for another, and one part of an image at a time if need be; a whole batch in one call. */

import * as V from '@halocline/vulkan';
import type { ImageLayout, Usage } from '../access.ts';
import { accessMask } from '../convert.ts';
import { VulkanError } from '../errors.ts';
import type { BarrierBatch, ImageBarrier } from '../graph/sink.ts';
import type { Image } from '../image/image.ts';
import { impliedLayout, layoutNumber } from '../image/layout.ts';
import { subresourceRange, wholeRange } from '../image/view.ts';
import type { ImageRange } from '../image/view.ts';
import { checkLists } from './barrier.ts';
import { checkTransferBarrier, onTransfers } from './queue-abilities.ts';
import type { CommandScope } from './scope.ts';
import { checkKind, checkNames, checkObjects, checkOptions } from '../given.ts';
import type { Names } from '../given.ts';

/** From which usage an image goes over to which; the usages imply its layouts. */
export interface TransitionOptions {
  /** 'undefined': waits for everything, and what the image held is lost. */
  readonly before: Usage | readonly Usage[] | 'undefined';
  readonly after: Usage | readonly Usage[];
  /** Default: the whole image. */
  readonly range?: ImageRange;
  /** What the image held may be lost, whatever it was used for before. Default false. */
  readonly discard?: boolean;
}

const TRANSITION_OPTIONS: Names<TransitionOptions> = Object.freeze({
  before: true,
  after: true,
  range: true,
  discard: true,
});

/** The image barrier of a transition. */
export function imageBarrier(image: Image, options: TransitionOptions): ImageBarrier<Image> {
  checkKind('bring over', image, 'image');
  const act = `Cannot bring image "${image.label}" over`;
  checkOptions(act, options);
  const { before, after, range, discard } = options;
  if (before === undefined || after === undefined) {
    throw new TypeError(
      `${act}: ${before === undefined ? 'before' : 'after'} is not given; give both, as in { before: 'undefined', after: 'transfer-target' }`,
    );
  }
  checkNames(act, options, TRANSITION_OPTIONS);
  return {
    image,
    before: before === 'undefined' ? before : listOf(before),
    after: listOf(after),
    ...((range ?? undefined) === undefined ? {} : { range: range! }),
    ...(discard === undefined ? {} : { discard }),
  };
}

function listOf(usage: Usage | readonly Usage[]): readonly Usage[] {
  return Array.isArray(usage) ? (usage as readonly Usage[]) : [usage as Usage];
}

/** Records a batch as one vkCmdPipelineBarrier2. */
export function recordBarriers(scope: CommandScope, batch: BarrierBatch<Image>): void {
  const act = 'Cannot put a barrier';
  checkOptions(act, batch, 'its sides');
  const { memory, images = [] } = batch;
  checkObjects(act, 'images', images);
  for (const { before, after } of images) checkLists(before === 'undefined' ? [] : before, after);
  if (memory) checkLists(memory.before, memory.after);
  if (scope.transfersAlone && batch.derived !== true) checkTransfers(scope, batch);
  for (const { image } of images) scope.use(image);
  V.arena.scope(() => {
    const info = V.VkDependencyInfo({
      pMemoryBarriers: memory ? [masks(scope, memory.before, memory.after)] : [],
      pImageMemoryBarriers: images.map((each) => write(scope, each)),
    });
    scope.driver.commands.vkCmdPipelineBarrier2(scope.handle, info);
  });
}

/** A hand-over stands on both queues as one barrier, with usages of both. */
function checkTransfers(scope: CommandScope, { memory, images = [] }: BarrierBatch<Image>): void {
  if (memory) checkTransferBarrier(scope, [...memory.before, ...memory.after]);
  for (const { before, after, handOver } of images) {
    if (!handOver) checkTransferBarrier(scope, before === 'undefined' ? after : [...before, ...after]);
  }
}

const EVERYTHING: readonly Usage[] = [
  { stage: V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, access: V.VK_ACCESS_2_MEMORY_WRITE_BIT },
];

function write(
  scope: CommandScope,
  { image, before, after, range, discard, handOver }: ImageBarrier<Image>,
): V.VkImageMemoryBarrier2 {
  const sides = masks(scope, before === 'undefined' ? EVERYTHING : before, after);
  const from = discard === true || before === 'undefined' ? 'undefined' : impliedLayout(image.label, before);
  const to = impliedLayout(image.label, after);
  for (const layout of from === 'undefined' ? [to] : [from, to]) checkLayout(image, layout);
  return {
    ...sides,
    oldLayout: layoutNumber(from),
    newLayout: layoutNumber(to),
    srcQueueFamilyIndex: handOver?.from ?? V.VK_QUEUE_FAMILY_IGNORED,
    dstQueueFamilyIndex: handOver?.to ?? V.VK_QUEUE_FAMILY_IGNORED,
    image: image.handle,
    subresourceRange: subresourceRange(image, wholeRange(image, range)),
  };
}

/** Throws unless an image may be in a layout: but for 'general' it is a usage, which the image must have been made with. */
function checkLayout(image: Image, layout: ImageLayout): void {
  if (layout === 'general' || (image.usage as readonly string[]).includes(layout)) return;
  throw new VulkanError(
    `Cannot bring image "${image.label}" over from or to layout '${layout}': it was made without that usage; create it with that`,
    { kind: 'command-buffer', labels: [image.label] },
  );
}

interface Masks {
  readonly srcStageMask: bigint;
  readonly srcAccessMask: bigint;
  readonly dstStageMask: bigint;
  readonly dstAccessMask: bigint;
}

function masks({ transfersAlone }: CommandScope, before: readonly Usage[], after: readonly Usage[]): Masks {
  const own = transfersAlone ? onTransfers : (usages: readonly Usage[]) => usages;
  const [from, to] = [accessMask(own(before)), accessMask(own(after))];
  return {
    srcStageMask: from.stages,
    srcAccessMask: from.accesses,
    dstStageMask: to.stages,
    dstAccessMask: to.accesses,
  };
}
