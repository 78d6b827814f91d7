/** @file What types say of the resources that graphs declare, for those who have none: said as they are declared, not at the first pass. */

import type { Usage } from '../access.ts';
import { checkRaw } from '../convert.ts';
import { checkNames } from '../given.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';
import { valueText } from '../printing.ts';
import type { Origin } from './resource.ts';
import { BUFFER_ROLES, IMAGE_ROLES } from '../role.ts';

interface Declared {
  readonly role?: unknown;
  readonly arrives?: unknown;
  readonly leaves?: unknown;
}

const ORIGINS = Object.freeze({
  imported: Object.freeze({ arrives: true, leaves: true }),
  transient: Object.freeze({ kept: true }),
});
const BUFFER = Object.freeze({ role: true, byteLength: true });
const IMAGE = Object.freeze({ role: true, size: true, format: true, mips: true, layers: true, samples: true });
/** What may be said of each. */
const BUFFER_NAMES = Object.freeze({
  imported: { ...BUFFER, ...ORIGINS.imported },
  transient: { ...BUFFER, ...ORIGINS.transient },
});
const IMAGE_NAMES = Object.freeze({
  imported: { ...IMAGE, ...ORIGINS.imported },
  transient: { ...IMAGE, ...ORIGINS.transient },
});

/** Throws unless a graph can have such a buffer. */
export function checkBuffer(label: string, origin: Origin, declared: Declared & { readonly byteLength: number }): void {
  const act = `Cannot declare buffer "${label}"`;
  checkNames<object>(act, declared, BUFFER_NAMES[origin]);
  checkCommon(act, declared, BUFFER_ROLES);
  const { byteLength } = declared;
  if (isCount(byteLength)) return;
  throw new RangeError(`${act}: its length is ${valueText(byteLength)}; give a whole number of bytes above 0`);
}

/** Throws unless a graph can have such an image. */
export function checkImage(
  label: string,
  origin: Origin,
  declared: Declared & {
    readonly size: readonly number[];
    readonly format: ImageFormat;
    readonly mips?: number;
    readonly layers?: number;
    readonly samples?: number;
  },
): void {
  const act = `Cannot declare image "${label}"`;
  checkNames<object>(act, declared, IMAGE_NAMES[origin]);
  checkCommon(act, declared, IMAGE_ROLES);
  const { size, format, mips = 1, layers = 1, samples = 1 } = declared;
  if (!Array.isArray(size) || size.length < 2 || size.length > 3 || !size.every(isCount)) {
    const what = Array.isArray(size) ? `[${size.map(valueText).join(', ')}]` : valueText(size);
    throw new RangeError(`${act}: its size is ${what}; give [width, height] or [width, height, depth], in texels`);
  }
  formatMeaning(format);
  for (const [name, count] of Object.entries({ mips, layers, samples })) {
    if (!isCount(count)) throw new RangeError(`${act}: ${name} is ${valueText(count)}; give a whole number above 0`);
  }
}

function checkCommon(act: string, declared: Declared, roles: readonly string[]): void {
  const { role = 'any', arrives, leaves } = declared;
  if (!roles.includes(role as string)) {
    throw new TypeError(`${act}: role "${valueText(role)}" is none of ${roles.join(', ')}`);
  }
  for (const usage of [arrives, leaves]) {
    if (usage !== undefined && typeof usage !== 'string') checkRaw(usage as Exclude<Usage, string>);
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
