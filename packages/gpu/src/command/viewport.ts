/** @file Where on its targets a rendering draws: viewport and scissor, held against what the device takes. */

import * as V from '@halocline/vulkan';
import { pipelineProperties } from './driver-properties.ts';
import type { CommandScope } from './scope.ts';
import { checkNames, hasOnly } from '../given.ts';
import type { Names } from '../given.ts';

/** A rectangle of texels from the top left corner, and the depths that 0 and 1 become. */
export interface Viewport {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly nearDepth?: number;
  readonly farDepth?: number;
}

const VIEWPORT: Names<Viewport> = Object.freeze({
  x: true,
  y: true,
  width: true,
  height: true,
  nearDepth: true,
  farDepth: true,
});

/** Most of x + width, and y + height: the device adds them as int32. */
const MOST_EDGE = 2 ** 31 - 1;

/** Sets the viewport; throws RangeError for one that there can't be (VkViewport, "Valid Usage"). */
export function setViewport(scope: CommandScope, viewport: Viewport): void {
  if (!hasOnly(viewport, VIEWPORT)) {
    checkNames(`Cannot set the viewport in ${scope.place}`, viewport, VIEWPORT, 'its numbers');
  }
  const { x = 0, y = 0, width, height, nearDepth = 0, farDepth = 1 } = viewport;
  const { driver } = scope;
  const refuse = (what: string): RangeError => new RangeError(`Cannot set the viewport in ${scope.place}: ${what}`);
  const place = (): string => `it is ${width}×${height} at (${x}, ${y})`;
  if (![x, y, width, height, nearDepth, farDepth].every(Number.isFinite) || width <= 0) {
    throw refuse(`${place()}; give finite numbers, and a width above 0`);
  }
  const { mostViewport, viewportBounds } = pipelineProperties(driver);
  const [least, most] = viewportBounds;
  const isOutside = [x, x + width, y, y + height].some((edge) => edge < least || edge > most);
  if (isOutside || width > mostViewport[0] || Math.abs(height) > mostViewport[1]) {
    throw refuse(`${place()}; device "${driver.name}" takes ${mostViewport.join('×')}, from ${least} to ${most}`);
  }
  const isBeyond = [nearDepth, farDepth].some((depth) => depth < 0 || depth > 1);
  if (isBeyond && !driver.extensions.includes('VK_EXT_depth_range_unrestricted')) {
    throw refuse(`its depths are ${nearDepth} and ${farDepth}; give 0 to 1`);
  }
  V.arena.scope(() => {
    const info = V.VkViewport({ x, y, width, height, minDepth: nearDepth, maxDepth: farDepth });
    driver.commands.vkCmdSetViewport(scope.handle, 0, 1, info);
  });
}

/** Sets the scissor; throws RangeError for one that there can't be. */
export function setScissor(scope: CommandScope, x: number, y: number, width: number, height: number): void {
  const refuse = (remedy: string): RangeError =>
    new RangeError(`Cannot set the scissor in ${scope.place}: it is ${width}×${height} at (${x}, ${y}); ${remedy}`);
  if (![x, y, width, height].every((each) => Number.isInteger(each) && each >= 0))
    throw refuse('give whole numbers from 0');
  if (x + width > MOST_EDGE || y + height > MOST_EDGE) throw refuse(`end at ${MOST_EDGE}, or before`);
  V.arena.scope(() => {
    const info = V.VkRect2D({ offset: { x, y }, extent: { width, height } });
    scope.driver.commands.vkCmdSetScissor(scope.handle, 0, 1, info);
  });
}
