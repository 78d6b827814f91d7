/**
 * @file At most 255 colours for many pictures: median cut (Heckbert, "Color Image Quantization for Frame Buffer
 * Display", SIGGRAPH 1982) over a histogram of 6 bits a channel, then ordered dithering with Bayer's 8×8 matrix.
 * Ordered, not diffused, so that a pixel that does not change keeps its index from frame to frame.
 */

/** Colours of 8-bit sRGB, three bytes each. */
export type Palette = Uint8Array<ArrayBuffer>;

const BITS = 6;
const SHIFT = 8 - BITS;
const BINS = 1 << (3 * BITS);

interface Box {
  bins: Uint32Array;
  weight: number;
  /** Channel of the widest spread (0, 1, 2) and the spread's square sum: what a cut would win. */
  axis: number;
  error: number;
}

const channelOf = (bin: number, axis: number): number => (bin >> (BITS * (2 - axis))) & ((1 << BITS) - 1);

/** Which bins there are in the pictures (three bytes a pixel), and how often. */
function histogram(frames: readonly Uint8Array[]): Uint32Array {
  const counts = new Uint32Array(BINS);
  for (const pixels of frames) {
    for (let at = 0; at < pixels.length; at += 3) {
      counts[binOf(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!)]! += 1;
    }
  }
  return counts;
}

const binOf = (red: number, green: number, blue: number): number =>
  ((red >> SHIFT) << (2 * BITS)) | ((green >> SHIFT) << BITS) | (blue >> SHIFT);

function measure(bins: Uint32Array, counts: Uint32Array): Box {
  let [weight, axis, error] = [0, 0, -1];
  for (const bin of bins) weight += counts[bin]!;
  for (let channel = 0; channel < 3; channel += 1) {
    let [sum, squares] = [0, 0];
    for (const bin of bins) {
      const value = channelOf(bin, channel);
      sum += value * counts[bin]!;
      squares += value * value * counts[bin]!;
    }
    const spread = squares - (sum * sum) / weight;
    if (spread > error) [axis, error] = [channel, spread];
  }
  return { bins, weight, axis, error: bins.length > 1 ? error : -1 };
}

/** Cuts a box at its weighted median, so that both halves hold something. */
function cut(box: Box, counts: Uint32Array): [Box, Box] {
  const bins = box.bins.toSorted((a, b) => channelOf(a, box.axis) - channelOf(b, box.axis) || a - b);
  let [at, seen] = [0, 0];
  while (at < bins.length - 1 && (at === 0 || seen + counts[bins[at]!]! <= box.weight / 2)) {
    seen += counts[bins[at]!]!;
    at += 1;
  }
  return [measure(bins.subarray(0, at), counts), measure(bins.subarray(at), counts)];
}

/** A palette of at most `size` colours for pictures of three bytes a pixel; the same pictures give the same palette. */
export function makePalette(frames: readonly Uint8Array[], size: number): Palette {
  const counts = histogram(frames);
  const used = Uint32Array.from(Array.from(counts.keys()).filter((bin) => counts[bin]! > 0));
  const boxes = [measure(used, counts)];
  while (boxes.length < size) {
    let widest = 0;
    for (let at = 1; at < boxes.length; at += 1) if (boxes[at]!.error > boxes[widest]!.error) widest = at;
    if (boxes[widest]!.error <= 0) break;
    boxes.splice(widest, 1, ...cut(boxes[widest]!, counts));
  }
  const palette = new Uint8Array(boxes.length * 3);
  boxes.forEach((box, index) => {
    for (let channel = 0; channel < 3; channel += 1) {
      let sum = 0;
      for (const bin of box.bins) sum += channelOf(bin, channel) * counts[bin]!;
      palette[index * 3 + channel] = Math.round(((sum / box.weight) * 255) / ((1 << BITS) - 1));
    }
  });
  return palette;
}

/** Bayer's matrix of 8×8: thresholds −½ … ½. */
const BAYER: Float32Array = Float32Array.from({ length: 64 }, (_, at) => {
  const [x, y] = [at & 7, at >> 3];
  let rank = 0;
  for (let bit = 0; bit < 3; bit += 1) {
    const [high, low] = [((x ^ y) >> bit) & 1, (y >> bit) & 1];
    rank |= ((high << 1) | low) << (2 * (2 - bit));
  }
  return (rank + 0.5) / 64 - 0.5;
});

/** Maps pictures to indices of a palette; remembers each colour's nearest entry. */
export class Quantizer {
  readonly palette: Palette;
  readonly #nearest: Int16Array = new Int16Array(BINS).fill(-1);

  constructor(palette: Palette) {
    this.palette = palette;
  }

  /** Indices (one byte a pixel) for a picture of three bytes a pixel; `strength` is the dither's height in byte levels. */
  map(pixels: Uint8Array, width: number, strength: number): Uint8Array {
    const indices = new Uint8Array(pixels.length / 3);
    const bound = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : Math.round(value));
    for (let at = 0; at < indices.length; at += 1) {
      const offset = strength * BAYER[((Math.floor(at / width) & 7) << 3) | ((at % width) & 7)]!;
      indices[at] = this.#find(
        bound(pixels[at * 3]! + offset),
        bound(pixels[at * 3 + 1]! + offset),
        bound(pixels[at * 3 + 2]! + offset),
      );
    }
    return indices;
  }

  #find(red: number, green: number, blue: number): number {
    const bin = binOf(red, green, blue);
    const known = this.#nearest[bin]!;
    if (known >= 0) return known;
    const scale = 255 / ((1 << BITS) - 1);
    const [r, g, b] = [channelOf(bin, 0) * scale, channelOf(bin, 1) * scale, channelOf(bin, 2) * scale];
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (let at = 0; at * 3 < this.palette.length; at += 1) {
      const [dr, dg, db] = [this.palette[at * 3]! - r, this.palette[at * 3 + 1]! - g, this.palette[at * 3 + 2]! - b];
      const distance = 2 * dr * dr + 4 * dg * dg + 3 * db * db;
      if (distance < least) [best, least] = [at, distance];
    }
    this.#nearest[bin] = best;
    return best;
  }
}
