/** @file Layouts of images: which one a usage implies, and what Vulkan calls them. */

import * as V from '@halocline/vulkan';
import type { Access, ImageLayout, Usage } from '../access.ts';

/** The accesses that images know. */
const IMPLIED: ReadonlyMap<Access, ImageLayout> = new Map([
  ['storage-read', 'general'],
  ['storage-write', 'general'],
  ['sampled', 'sampled'],
  ['color-attachment', 'color-attachment'],
  ['depth-attachment', 'depth-attachment'],
  ['transfer-source', 'transfer-source'],
  ['transfer-target', 'transfer-target'],
]);

const LAYOUTS: Readonly<Record<ImageLayout, number>> = Object.freeze({
  undefined: V.VK_IMAGE_LAYOUT_UNDEFINED,
  general: V.VK_IMAGE_LAYOUT_GENERAL,
  'color-attachment': V.VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
  'depth-attachment': V.VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL,
  sampled: V.VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
  'transfer-source': V.VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
  'transfer-target': V.VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
});

/**
 * The layout that an image must be in for these usages at once: that of them all, or 'general' where they differ. A word for buffers
 * alone is a TypeError.
 */
export function impliedLayout(image: string, usages: readonly Usage[]): ImageLayout {
  let layout: ImageLayout | undefined;
  for (const usage of usages) {
    const implied = typeof usage === 'string' ? IMPLIED.get(usage) : (usage.layout ?? 'general');
    if (implied === undefined) {
      throw new TypeError(
        `Cannot bring image "${image}" over from or to '${usage as Access}': only buffers are used so; images know ${[...IMPLIED.keys()].join(', ')}`,
      );
    }
    if (layout !== undefined && layout !== implied) return 'general';
    layout = implied;
  }
  return layout ?? 'general';
}

/** Layout → VkImageLayout. */
export function layoutNumber(layout: ImageLayout): number {
  const number = LAYOUTS[layout];
  if (number !== undefined) return number;
  throw new TypeError(`Cannot use layout "${layout}": it is none of ${Object.keys(LAYOUTS).join(', ')}`);
}
