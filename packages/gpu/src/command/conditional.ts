/** @file Conditional commands (VK_EXT_conditional_rendering): a word in memory decides whether dispatches and draws run. */

import * as V from '@halocline/vulkan';
import { VulkanError } from '../errors.ts';
import type { Buffer } from '../memory/buffer.ts';
import { checkRange, checkUsage } from './check-range.ts';
import type { CommandScope } from './scope.ts';
import { checkNames, hasOnly } from '../given.ts';
import type { Names } from '../given.ts';

/** Where the word stands, and what it means. */
export interface ConditionalOptions {
  /** A multiple of 4. Default 0. */
  readonly byteOffset?: number;
  /** The commands run where the word is 0, instead of where it isn't. Default false. */
  readonly inverted?: boolean;
}

const CONDITIONAL_OPTIONS: Names<ConditionalOptions> = Object.freeze({ byteOffset: true, inverted: true });

/**
 * Records commands that run only if a uint32 of a buffer with role 'indirect' (or usage 'conditional') isn't 0 when the device
 * comes to them.
 */
export function recordConditional(
  scope: CommandScope,
  buffer: Buffer,
  options: ConditionalOptions,
  body: () => void,
): void {
  const { driver } = scope;
  if (!hasOnly(options, CONDITIONAL_OPTIONS)) {
    checkNames(`Cannot record ${scope.place}`, options, CONDITIONAL_OPTIONS, 'the options of a conditional');
  }
  const { byteOffset = 0, inverted = false } = options;
  if (driver.features['conditionalRendering'] !== true) {
    throw new VulkanError(
      `Cannot record ${scope.place}: device "${driver.name}" lacks feature conditionalRendering; dispatch indirectly instead`,
      { kind: 'not-available', labels: scope.labels },
    );
  }
  if (scope.conditional) {
    throw new VulkanError(
      `Cannot record ${scope.place}: a conditional stands within another; end that one first, or write both words into one`,
      { kind: 'command-buffer', labels: scope.labels },
    );
  }
  checkUsage('read a condition from', buffer, 'conditional');
  checkRange('read a condition from', buffer, byteOffset, 4, 4);
  scope.use(buffer);
  scope.tracker?.touch(buffer, { byteOffset, byteLength: 4 }, 'conditional', 'conditional');
  scope.tracker?.settle();
  V.arena.scope(() => {
    const info = V.VkConditionalRenderingBeginInfoEXT({
      buffer: buffer.handle,
      offset: byteOffset,
      flags: inverted ? V.VK_CONDITIONAL_RENDERING_INVERTED_BIT_EXT : 0,
    });
    driver.commands.vkCmdBeginConditionalRenderingEXT(scope.handle, info);
  });
  scope.conditional = true;
  try {
    body();
  } finally {
    scope.conditional = false;
    driver.commands.vkCmdEndConditionalRenderingEXT(scope.handle);
  }
}
