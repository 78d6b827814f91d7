/**
 * @file LZ4 blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md), both ways.
 *
 * A block is a row of sequences: a token (literal count in the high half, match length − 4 in the low one, 15 means
 * that bytes follow which add up, the last below 255), the literals, a two-byte distance, and what is left of the match
 * length. The last sequence has literals only. Two rules of the end bind whoever writes: the last five bytes are
 * literals, and no match starts in the last twelve.
 */
import { FormatError } from './errors.ts';

const shortestMatch = 4;
const lastLiterals = 5;
const noMatchWithin = 12;
const farthest = 65535;

/** Fills `target` from the LZ4 block `source`; a block that holds more, less, or points outside is a `FormatError`. */
export function decodeLz4(source: Uint8Array, target: Uint8Array): void {
  const sourceEnd = source.length;
  const targetEnd = target.length;
  let s = 0;
  let t = 0;
  for (;;) {
    if (s >= sourceEnd) throw lz4Error(s, 'a token', 'the end of the block');
    const token = source[s++]!;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (s >= sourceEnd) throw lz4Error(s, 'a literal count', 'the end of the block');
        more = source[s++]!;
        literals += more;
      }
    }
    if (literals > sourceEnd - s) throw lz4Error(s, `${literals} literals`, `${sourceEnd - s} bytes`);
    if (literals > targetEnd - t) throw lz4Error(s, `at most ${targetEnd - t} literals`, `${literals}`);
    if (literals > 48) {
      target.set(source.subarray(s, s + literals), t);
      s += literals;
      t += literals;
    } else {
      for (const end = s + literals; s < end;) target[t++] = source[s++]!;
    }
    if (s === sourceEnd) break;
    if (sourceEnd - s < 2) throw lz4Error(s, 'a distance of 2 bytes', '1 byte');
    const distance = source[s]! | (source[s + 1]! << 8);
    if (distance === 0 || distance > t) throw lz4Error(s, `a distance from 1 to ${t}`, `${distance}`);
    s += 2;
    let length = (token & 15) + shortestMatch;
    if (length === 15 + shortestMatch) {
      let more = 255;
      while (more === 255) {
        if (s >= sourceEnd) throw lz4Error(s, 'a match length', 'the end of the block');
        more = source[s++]!;
        length += more;
      }
    }
    if (length > targetEnd - t) throw lz4Error(s, `a match of at most ${targetEnd - t} bytes`, `${length}`);
    if (length > 48 && distance >= length) {
      target.copyWithin(t, t - distance, t - distance + length);
      t += length;
    } else if (length > 48 && distance === 1) {
      target.fill(target[t - 1]!, t, t + length);
      t += length;
    } else {
      for (const end = t + length; t < end; t++) target[t] = target[t - distance]!;
    }
  }
  if (t !== targetEnd) throw lz4Error(s, `a block of ${targetEnd} bytes`, `${t} bytes`);
}

const hashBits = 14;
/** Where a hash was last seen, as base + position: what an earlier call left behind is below `base`, so never cleared. */
const lastSeen = new Int32Array(1 << hashBits);
let base = 1;

/**
 * Writes an LZ4 block of `source` into `target`; gives the bytes written, or 0 where it does not fit.
 * Greedy, one candidate a hash of four bytes; steps grow where nothing matches.
 */
export function encodeLz4(source: Uint8Array, target: Uint8Array): number {
  const n = source.length;
  if (base > 0x7fffffff - n - 1) {
    lastSeen.fill(0);
    base = 1;
  }
  const matchEnd = n - lastLiterals;
  const lastStart = n - noMatchWithin;
  let anchor = 0;
  let written = 0;
  let i = 0;
  while (i < lastStart) {
    const word = wordAt(source, i);
    const slot = Math.imul(word, -1640531535) >>> (32 - hashBits);
    let candidate = lastSeen[slot]! - base;
    lastSeen[slot] = base + i;
    if (candidate < 0 || i - candidate > farthest || wordAt(source, candidate) !== word) {
      i += 1 + ((i - anchor) >> 6);
      continue;
    }
    let length = shortestMatch;
    while (i + length < matchEnd && source[i + length] === source[candidate + length]) length++;
    while (i > anchor && candidate > 0 && source[i - 1] === source[candidate - 1]) {
      i--;
      candidate--;
      length++;
    }
    written = putLiterals(source, target, { anchor, end: i, at: written, match: length - shortestMatch });
    if (written === 0) break;
    written = putMatch(target, { at: written, distance: i - candidate, match: length - shortestMatch });
    if (written === 0) break;
    i += length;
    anchor = i;
    if (i < lastStart) lastSeen[Math.imul(wordAt(source, i - 2), -1640531535) >>> (32 - hashBits)] = base + i - 2;
  }
  base += n + 1;
  if (anchor > 0 && written === 0) return 0;
  return putLiterals(source, target, { anchor, end: n, at: written, match: 0 });
}

function wordAt(bytes: Uint8Array, i: number): number {
  return bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
}

/** Token and literals; gives the position after them, 0 where they do not fit. */
function putLiterals(
  source: Uint8Array,
  target: Uint8Array,
  { anchor, end, at, match }: { anchor: number; end: number; at: number; match: number },
): number {
  const count = end - anchor;
  if (at + 1 + count + Math.ceil(count / 255) > target.length) return 0;
  target[at++] = (Math.min(count, 15) << 4) | Math.min(match, 15);
  if (count >= 15) at = putRest(target, at, count - 15);
  if (count > 48) target.set(source.subarray(anchor, end), at);
  else for (let k = 0; k < count; k++) target[at + k] = source[anchor + k]!;
  return at + count;
}

/** Distance and the rest of the match length; gives the position after them, 0 where they do not fit. */
function putMatch(
  target: Uint8Array,
  { at, distance, match }: { at: number; distance: number; match: number },
): number {
  if (at + 3 + Math.ceil(match / 255) > target.length) return 0;
  target[at++] = distance & 255;
  target[at++] = distance >>> 8;
  return match >= 15 ? putRest(target, at, match - 15) : at;
}

function putRest(target: Uint8Array, at: number, rest: number): number {
  for (; rest >= 255; rest -= 255) target[at++] = 255;
  target[at++] = rest;
  return at;
}

function lz4Error(offset: number, expected: string, found: string): FormatError {
  return new FormatError('Cannot read LZ4 block', { offset, expected, found });
}
