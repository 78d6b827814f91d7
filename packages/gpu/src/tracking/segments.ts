/**
 * @file A resource cut into ranges that were touched differently. A buffer is a line of bytes; an image is a line of its
 * subresources, layer by layer, in each the mip levels.
 */

import type { ImagePart } from '../graph/sink.ts';
import type { TouchedRange, TrackedResource } from './tracker.ts';

/** From `start` to before `end`. */
export interface Segment {
  start: number;
  end: number;
}

/** Segments in order, without gaps or overlaps. */
export class Segments<S extends Segment> {
  readonly list: S[];
  /** The first of the list, which stays the first. */
  readonly first: S;
  readonly #cut: (segment: S) => S;

  /** `cut` copies a segment with everything it knows. */
  constructor(whole: S, cut: (segment: S) => S) {
    this.list = [whole];
    this.first = whole;
    this.#cut = cut;
  }

  /** The segments of a range, cut at its ends. */
  within(start: number, end: number): readonly S[] {
    const { first } = this;
    if (this.list.length === 1 && first.start === start && first.end === end) return this.list;
    this.#cutAt(start);
    this.#cutAt(end);
    return this.list.filter((each) => each.start >= start && each.end <= end);
  }

  /**
   * Keeps the segments that ranges, in the order of their beginnings, meet; what it gives brings them back as they are, where only they
   * were changed or cut.
   */
  save(ranges: readonly Readonly<Segment>[]): () => void {
    const saved: S[] = [];
    let next = 0;
    for (const each of this.list) {
      while (next < ranges.length && ranges[next]!.end <= each.start) next++;
      if (next === ranges.length) break;
      if (ranges[next]!.start < each.end) saved.push(this.#cut(each));
    }
    return () => this.#bring(saved);
  }

  /** Puts segments in the place of what they were cut into. */
  #bring(saved: readonly S[]): void {
    const list: S[] = [];
    let next = 0;
    for (const each of this.list) {
      while (next < saved.length && saved[next]!.end <= each.start) next++;
      const before = saved[next];
      if (before === undefined || each.start < before.start) list.push(each);
      else if (each.start === before.start) list.push(each === this.first ? Object.assign(each, before) : before);
    }
    this.list.length = 0;
    for (const each of list) this.list.push(each);
  }

  #cutAt(at: number): void {
    const index = this.list.findIndex((each) => each.start < at && at < each.end);
    if (index < 0) return;
    const left = this.list[index]!;
    const right = this.#cut(left);
    left.end = at;
    right.start = at;
    this.list.splice(index + 1, 0, right);
  }
}

/** The length of a resource's line: bytes, or subresources. */
export function lineLength({ kind, byteLength = 1, mips = 1, layers = 1 }: TrackedResource): number {
  return kind === 'image' ? mips * layers : byteLength;
}

/** The pieces of a resource's line that a range means. */
export function piecesOf(resource: TrackedResource, range: TouchedRange): readonly Segment[] {
  if (range === undefined) return [{ start: 0, end: lineLength(resource) }];
  if ('byteOffset' in range) return [{ start: range.byteOffset, end: range.byteOffset + range.byteLength }];
  const { mips = 1, layers = 1 } = resource;
  const { mip = 0, mips: mipCount = mips - mip, layer = 0, layers: layerCount = layers - layer } = range;
  if (mipCount === mips) return [{ start: layer * mips, end: (layer + layerCount) * mips }];
  const pieces: Segment[] = [];
  for (let each = layer; each < layer + layerCount; each++) {
    pieces.push({ start: each * mips + mip, end: each * mips + mip + mipCount });
  }
  return pieces;
}

/** A segment in words: ` bytes 0 to 64`, ` mip 1`, ` layers 2 to 5`; nothing for the whole. */
export function segmentText(resource: TrackedResource, { start, end }: Segment): string {
  if (end - start === lineLength(resource)) return '';
  if (resource.kind !== 'image') return ` bytes ${start} to ${end}`;
  const { mips = 1, layers = 1 } = resource;
  const [first, last] = [Math.floor(start / mips), Math.floor((end - 1) / mips)];
  const layer = layers > 1 ? ` layer ${first}` : '';
  if (layers > 1 && start % mips === 0 && end % mips === 0) return last > first ? ` layers ${first} to ${last}` : layer;
  const mip = mips > 1 ? ` mip ${start % mips}${end - start > 1 ? ` and on` : ''}` : '';
  return layer + mip;
}

/** A segment of an image's line as parts of the image. */
export function partsOf({ mips = 1 }: TrackedResource, { start, end }: Segment): ImagePart[] {
  if (start % mips === 0 && end % mips === 0) return [{ layer: start / mips, layers: (end - start) / mips }];
  const parts: ImagePart[] = [];
  for (let at = start; at < end;) {
    const layer = Math.floor(at / mips);
    const next = Math.min(end, (layer + 1) * mips);
    parts.push({ layer, layers: 1, mip: at % mips, mips: next - at });
    at = next;
  }
  return parts;
}
