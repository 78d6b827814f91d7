/** @file What types say of the resources that graphs declare, for those who have none: said as they are declared, not at the first pass. */

import type { Usage } from '../access.ts';
import { checkRaw } from '../convert.ts';
import { checkNames } from '../given.ts';
import type { Names } from '../given.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';
import { valueText } from '../printing.ts';
import { BUFFER_ROLES, IMAGE_ROLES } from '../role.ts';
import type { BufferRole, ImageRole } from '../role.ts';
import type { GraphBufferOptions, GraphImageOptions, ImportOptions, Origin, TransientOptions } from './resource.ts';

interface Declared {
  readonly role?: unknown;
  readonly arrives?: unknown;
  readonly leaves?: unknown;
}

const BUFFER: Names<GraphBufferOptions<BufferRole>> = Object.freeze({ role: true, byteLength: true });
const IMAGE: Names<GraphImageOptions<ImageRole>> = Object.freeze({
  role: true,
  size: true,
  format: true,
  mips: true,
  layers: true,
  samples: true,
});
const IMPORTED: Names<ImportOptions> = Object.freeze({ arrives: true, leaves: true });
const TRANSIENT: Names<TransientOptions> = Object.freeze({ kept: true });
/** What may be said of each, by where it comes from. */
const BUFFERS = Object.freeze({ imported: { ...BUFFER, ...IMPORTED }, transient: { ...BUFFER, ...TRANSIENT } });
const IMAGES = Object.freeze({ imported: { ...IMAGE, ...IMPORTED }, transient: { ...IMAGE, ...TRANSIENT } });

/** Throws unless a graph can have such a buffer. */
export function checkBuffer(label: string, origin: Origin, declared: Declared & { readonly byteLength: number }): void {
  const act = `Cannot declare buffer "${label}"`;
  checkNames<object>(act, declared, BUFFERS[origin]);
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
  checkNames<object>(act, declared, IMAGES[origin]);
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
