/** @file Lists that a driver gives, and what is thrown where it gives none. */

import * as V from '@halocline/vulkan';
import { VulkanError } from '../errors.ts';
import type { VulkanErrorKind } from '../errors.ts';
import { remedyFor } from './driver.ts';

/** What a list is for, as its error tells. */
export interface ListOptions {
  /** The sentence's beginning, such as `Cannot list devices`. Default 'Cannot start Vulkan'. */
  readonly act?: string;
  /** What would do. Default: a look at the driver that is installed. */
  readonly remedy?: string;
  /** Default 'initialization'. */
  readonly kind?: VulkanErrorKind;
  /** The labels of what it is about. */
  readonly labels?: readonly string[];
}

const NO_DRIVER = 'check that a driver is installed (halocline doctor says more)';

/** The error for what a command of that name gave. */
export function refusal(command: string, result: number, options: ListOptions = {}): VulkanError {
  const { act = 'Cannot start Vulkan', remedy = NO_DRIVER, kind = 'initialization', labels = [] } = options;
  const name = V.resultName(result);
  const message = `${act}: ${command} gave ${name}; ${remedyFor(result, remedy)}`;
  return new VulkanError(message, { kind, command, result: name, labels });
}

/** What `list` enumerates by a command of that name. Throws VulkanError where the driver refuses. */
export function enumerated<T>(command: string, list: () => T, options: ListOptions = {}): T {
  try {
    return list();
  } catch (error) {
    const result = error instanceof Error ? error.cause : undefined;
    throw typeof result === 'number' ? refusal(command, result, options) : error;
  }
}
