/** @file How a device is opened: what a caller may ask for, and what the environment says where nothing is asked. */

import type { FrameOptions } from '../frame/frames.ts';
import type { Names } from '../given.ts';
import { warn } from '../printing.ts';
import type { DeviceWishes } from './features.ts';
import type { Validation, ValidationMessage } from './instance.ts';

/** How a device is opened. */
export interface DeviceOptions extends DeviceWishes {
  /** Part of its name, `#index` in order of score, or the beginning of its uuid. Default: HALOCLINE_DEVICE, else the best. */
  readonly device?: string;
  /** The Khronos validation layer. Default: HALOCLINE_VALIDATION (1, 0, synchronization or gpu-assisted), else off. */
  readonly validation?: Validation;
  /** Gets each message of the layer about this device, and what checks find; default: `log`, else stderr. */
  readonly onValidation?: (message: ValidationMessage) => void;
  /**
   * Gets a line when there is something to say. Default: what is wrong, such as a broken edit of a watched shader or a broken file of
   * the cache, goes to stderr, the rest to nobody.
   */
  readonly log?: (line: string) => void;
  /** The most bytes to take from each of the device's memory heaps. Default: HALOCLINE_MEMORY_LIMIT, else no bound but the device's. */
  readonly memoryLimit?: number;
  /**
   * Holds what is recorded against what passes declare, and follows the states of buffers and images across submits: a
   * missing or useless barrier, a read of what nobody wrote, an undeclared use and a wrong layout come to `onValidation` with
   * pass and resource. Default: HALOCLINE_CHECKS (1 or 0), else on where validation is on.
   */
  readonly checks?: boolean;
  /**
   * Records the barriers and layout transitions that recordings lack, and makes submits wait between queues: plain encoder
   * code goes without. What a shader reaches by address is told by `encoder.touches` or by the pass's declaration. Default
   * false.
   */
  readonly autoBarriers?: boolean;
  /** How many frames are in flight, and their memory; made with the first `beginFrame`. */
  readonly frames?: FrameOptions;
}

/** The names of all of them. */
export const DEVICE_OPTIONS: Names<DeviceOptions> = Object.freeze({
  device: true,
  features: true,
  extensions: true,
  validation: true,
  onValidation: true,
  log: true,
  memoryLimit: true,
  checks: true,
  autoBarriers: true,
  frames: true,
});

/** Who gets messages of the layer and of checks. */
export function validationListener({
  onValidation,
  log = warn,
}: Pick<DeviceOptions, 'onValidation' | 'log'>): (message: ValidationMessage) => void {
  return onValidation ?? (({ severity, message }) => log(`validation ${severity}: ${message}`));
}

/** The bound in bytes that the option or HALOCLINE_MEMORY_LIMIT sets; throws RangeError for one that is none. */
export function memoryLimitWish(option: number | undefined): number {
  const given = process.env['HALOCLINE_MEMORY_LIMIT'];
  const limit = option ?? Number(given || Infinity);
  if (typeof limit === 'number' && limit > 0) return limit;
  const what =
    option === undefined
      ? `HALOCLINE_MEMORY_LIMIT is "${given}"`
      : `memoryLimit is ${typeof option === 'number' ? option : `"${String(option)}"`}`;
  throw new RangeError(`Cannot limit memory: ${what}; give bytes, above 0`);
}

/** What a word of the environment, in letters of any case, turns on or off; undefined where it says neither. */
export function switchWish(word: string): boolean | undefined {
  const lower = word.toLowerCase();
  if (['1', 'true', 'yes', 'on'].includes(lower)) return true;
  return ['0', 'false', 'no', 'off'].includes(lower) ? false : undefined;
}

/** Whether the option or HALOCLINE_CHECKS asks for checks; where neither says a thing, they go with validation. Throws TypeError. */
export function checksWish(
  option: boolean | undefined,
  validation: Validation,
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const word = env['HALOCLINE_CHECKS'] ?? '';
  const wish = option ?? (word === '' ? validation !== false : switchWish(word));
  if (wish !== undefined) return wish;
  throw new TypeError(`Cannot open a device: HALOCLINE_CHECKS is "${word}"; give 1 or 0`);
}
