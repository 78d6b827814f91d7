/**
 * @file What a stencil with `debug: true` tells of its run, through one buffer of 32-bit words:
 *
 *     0  writes that were not finite        4–6   the voxel that may print: i, j, k
 *     1  reads of voxels that are not active  7   1 where that voxel prints, 0 where none does
 *     2  words that were printed            8 …   records of eight words: the number of the write, its component, i, j, k,
 *     3  unused                                   the step's number, the value's bits, unused
 *                                        136 …    what was printed: the number of the printf, then the words of its
 *                                                   values, of a double two, the lower one first
 *
 * Counts go on beyond what there is room for.
 */

import { scalarOf, sizeOf } from './ir.ts';
import type { Offset, Stencil, ValueType } from './ir.ts';

/** Records of writes that there is room for. */
export const RECORD_LIMIT = 16;
const RECORD_WORDS = 8;
/** First words of the voxel that prints, of the records, and of what is printed. */
export const DEBUG_WORDS: Readonly<Record<'voxel' | 'records' | 'print', number>> = Object.freeze({
  voxel: 4,
  records: 8,
  print: 8 + RECORD_WORDS * RECORD_LIMIT,
});
/** Words that one run may print. */
export const PRINT_LIMIT = 1024;
/** Length of the whole buffer, in 32-bit words. */
const DEBUG_LENGTH: number = DEBUG_WORDS.print + PRINT_LIMIT;

/** A `printf` of a stencil: its text, and the types of its values. */
export interface Print {
  readonly format: string;
  readonly types: readonly ValueType[];
}

/** A write that was not finite. */
export interface NonFiniteWrite {
  readonly field: string;
  /** Number of the component, 0 of a scalar. */
  readonly component: number;
  readonly coord: Offset;
  /** Number of the step, as `frame`. */
  readonly step: number;
  /** NaN, Infinity or −Infinity. */
  readonly value: number;
}

/** What a stencil told of its runs since the buffer was last cleared. */
export interface DebugReport {
  readonly stencil: string;
  /** How many writes were not finite; the first of them, as many as there was room for. */
  readonly nonFinite: number;
  readonly writes: readonly NonFiniteWrite[];
  /** How many reads went to voxels that are not active. */
  readonly outside: number;
  /** Lines that were printed, in order. */
  readonly prints: readonly string[];
}

/** The words that a run starts from: all zero, but for the voxel that prints. */
export function newDebugWords(voxel: Offset | null): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(DEBUG_LENGTH);
  if (voxel !== null)
    words.set(
      [...Int32Array.from(voxel), 1].map((word) => word >>> 0),
      DEBUG_WORDS.voxel,
    );
  return words;
}

/** What the words of a run say. */
export function readDebugWords(stencil: Pick<Stencil, 'name' | 'writes' | 'prints'>, words: Uint32Array): DebugReport {
  const ints = new Int32Array(words.buffer, words.byteOffset, words.length);
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const writes = Array.from({ length: Math.min(words[0]!, RECORD_LIMIT) }, (_, number): NonFiniteWrite => {
    const at = DEBUG_WORDS.records + RECORD_WORDS * number;
    const coord: Offset = [ints[at + 2]!, ints[at + 3]!, ints[at + 4]!];
    const { field } = stencil.writes[words[at]!]!;
    return { field, component: words[at + 1]!, coord, step: words[at + 5]!, value: floats[at + 6]! };
  });
  return {
    stencil: stencil.name,
    nonFinite: words[0]!,
    writes,
    outside: words[1]!,
    prints: printed(stencil.prints, words),
  };
}

/** Words that a value of a type takes where it is printed. */
export function printedWords(type: ValueType): number {
  return sizeOf(type) * wordsOf(type);
}

/** Words of one component. */
function wordsOf(type: ValueType): number {
  return scalarOf(type) === 'double' ? 2 : 1;
}

function printed(prints: readonly Print[], words: Uint32Array): readonly string[] {
  const lines: string[] = [];
  const end = DEBUG_WORDS.print + words[2]!;
  let at: number = DEBUG_WORDS.print;
  while (at < Math.min(end, words.length)) {
    const print = prints[words[at]!]!;
    const count = print.types.reduce((sum, type) => sum + printedWords(type), 0);
    if (at + 1 + count > words.length) break;
    lines.push(formatPrint(print, words.subarray(at + 1, at + 1 + count)));
    at += 1 + count;
  }
  if (end > words.length) lines.push(`… and ${end - words.length} words more than there is room for`);
  return lines;
}

/** A placeholder of a printf's text: a width or precision may stand before its letter; %% is a percent sign. */
export const PLACEHOLDER: RegExp = /%(?:%|([-+ 0]?\d*(?:\.(\d+))?)([a-zA-Z]))/g;

/** The line that a printf's values make. */
function formatPrint({ format, types }: Print, words: Uint32Array): string {
  let argument = 0;
  let at = 0;
  return format.replaceAll(PLACEHOLDER, (whole, _width, precision: string | undefined, letter: string) => {
    if (whole === '%%') return '%';
    const type = types[argument++]!;
    const each = wordsOf(type);
    const parts = Array.from({ length: sizeOf(type) }, () => {
      at += each;
      return formatValue(type, words.slice(at - each, at), precision, letter);
    });
    return parts.length === 1 ? parts[0]! : `(${parts.join(', ')})`;
  });
}

function formatValue(type: ValueType, words: Uint32Array, precision: string | undefined, letter: string): string {
  const scalar = scalarOf(type);
  const word = words[0]!;
  if (scalar === 'bool') return String(word !== 0);
  if (letter === 'x')
    return [...words]
      .toReversed()
      .reduce((bits, each) => (bits << 32n) | BigInt(each), 0n)
      .toString(16);
  if (scalar === 'int') return String(word | 0);
  if (scalar === 'uint') return String(word);
  const wide = scalar === 'double';
  const value = (wide ? new Float64Array(words.buffer) : new Float32Array(words.buffer))[0]!;
  if (letter === 'e') return value.toExponential(precision === undefined ? undefined : Number(precision));
  if (precision !== undefined) return value.toFixed(Number(precision));
  if (Object.is(value, -0)) return '-0';
  // As many digits as a float has for sure; of a double those that tell it from all others.
  return String(wide ? value : Number(value.toPrecision(7)));
}

/** A report in lines, for people. */
export function formatDebug({ stencil, nonFinite, writes, outside, prints }: DebugReport): readonly string[] {
  const lines = prints.map((line) => `Stencil "${stencil}": ${line}`);
  for (const { field, component, coord, step, value } of writes) {
    const part = component === 0 ? '' : ` component ${'xyzw'[component] ?? component}`;
    lines.push(
      `Stencil "${stencil}", step ${step}: wrote ${value} to field "${field}"${part} at (${coord.join(', ')})`,
    );
  }
  if (nonFinite > writes.length)
    lines.push(`Stencil "${stencil}": ${nonFinite - writes.length} more writes were not finite`);
  if (outside > 0) lines.push(`Stencil "${stencil}": ${outside} reads went to voxels that are not active`);
  return lines;
}
