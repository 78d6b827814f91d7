/**
 * @file Animated pictures as APNG (PNG, third edition, §11.3.5: acTL, fcTL, fdAT): they play in browsers and on GitHub,
 * and a viewer that knows only PNG shows the first frame. One palette serves all frames; a frame after the first is the
 * rectangle that changed, and in it a pixel that stays is transparent, which deflates to almost nothing.
 *
 * A file must stay below a size, so what is spent is chosen by trying: first the finest, then coarser ones.
 */
import type { Image } from './image.ts';
import { shrinkImage } from './image.ts';
import { Quantizer, makePalette } from './palette.ts';
import { chunk, deflateRows, header, joinChunks } from './png.ts';

/** How an animation is made; sizes in pixels and bytes. */
export interface AnimationOptions {
  /** Pictures wider than this are shrunk to it. */
  readonly width?: number;
  /** Frames a second. */
  readonly frameRate?: number;
  /** The file is made coarser until it is no longer than this (or nothing coarser is left to try). */
  readonly maxBytes?: number;
  /** How often it plays; 0: for ever. */
  readonly loops?: number;
}

const DEFAULTS: Required<AnimationOptions> = Object.freeze({
  width: 256,
  frameRate: 24,
  maxBytes: 3_000_000,
  loops: 0,
});

/** One way to spend bytes: part of the width, each n-th frame, colours, dither height, difference that counts as none. */
interface Quality {
  readonly scale: number;
  readonly every: number;
  readonly colors: number;
  readonly dither: number;
  readonly tolerance: number;
}

const QUALITIES: readonly Quality[] = [
  { scale: 1, every: 1, colors: 255, dither: 6, tolerance: 0 },
  { scale: 1, every: 1, colors: 255, dither: 0, tolerance: 2 },
  { scale: 1, every: 1, colors: 160, dither: 0, tolerance: 4 },
  { scale: 1, every: 2, colors: 160, dither: 0, tolerance: 4 },
  { scale: 0.75, every: 2, colors: 160, dither: 0, tolerance: 4 },
  { scale: 0.5, every: 2, colors: 128, dither: 0, tolerance: 4 },
  { scale: 0.5, every: 4, colors: 64, dither: 0, tolerance: 8 },
];

/** Pictures of one size that become one animated PNG; alpha is laid on black. */
export class Animation {
  readonly #options: Required<AnimationOptions>;
  readonly #frames: Uint8Array[] = [];
  #width = 0;
  #height = 0;

  constructor(options: AnimationOptions = {}) {
    this.#options = { ...DEFAULTS, ...options };
    if (!(this.#options.frameRate > 0) || this.#options.frameRate > 1000) {
      throw new RangeError(
        `Cannot make animation "${this.#options.frameRate} frames a second": the rate is out of range; use 1 to 1000`,
      );
    }
  }

  /** How many pictures were added. */
  get frameCount(): number {
    return this.#frames.length;
  }

  /** Adds a picture, shrunk at once to the animation's width. */
  add(image: Image): void {
    const width = Math.min(image.width, this.#options.width);
    const height = Math.max(1, Math.round((image.height * width) / image.width));
    if (this.#frames.length === 0) [this.#width, this.#height] = [width, height];
    if (width !== this.#width || height !== this.#height) {
      throw new RangeError(
        `Cannot add frame "${this.#frames.length}": it is ${width}x${height}, the first one ${this.#width}x${this.#height}; render all in one size`,
      );
    }
    this.#frames.push(opaquePixels(shrinkImage(image, width, height)));
  }

  /** The bytes of the APNG file; takes about a second for 48 frames of 256×512. */
  encode(): Uint8Array<ArrayBuffer> {
    if (this.#frames.length === 0) {
      throw new RangeError('Cannot encode animation "": it has no frames; add one first');
    }
    let smallest: Uint8Array<ArrayBuffer> | undefined;
    for (const quality of QUALITIES) {
      const bytes = this.#encodeAs(quality);
      if (bytes.length <= this.#options.maxBytes) return bytes;
      if (smallest === undefined || bytes.length < smallest.length) smallest = bytes;
    }
    return smallest!;
  }

  #encodeAs(quality: Quality): Uint8Array<ArrayBuffer> {
    const width = Math.max(1, Math.round(this.#width * quality.scale));
    const height = Math.max(1, Math.round(this.#height * quality.scale));
    const frames = this.#frames
      .filter((_, index) => index % quality.every === 0)
      .map((pixels) => (quality.scale === 1 ? pixels : shrinkPixels(pixels, this.#width, this.#height, width, height)));
    const quantizer = new Quantizer(makePalette(frames, quality.colors));
    const transparent = quantizer.palette.length / 3;
    const palette = new Uint8Array(quantizer.palette.length + 3);
    palette.set(quantizer.palette);
    const opacity = new Uint8Array(transparent + 1).fill(255);
    opacity[transparent] = 0;
    const chunks = [
      header(width, height, 3),
      chunk('acTL', words(frames.length, this.#options.loops)),
      chunk('sRGB', Uint8Array.of(0)),
      chunk('PLTE', palette),
      chunk('tRNS', opacity),
    ];
    const delay = delayFraction(quality.every, this.#options.frameRate);
    const shown = new Uint8Array(width * height);
    let sequence = 0;
    for (const pixels of frames) {
      const indices = quantizer.map(pixels, width, quality.dither);
      const first = sequence === 0;
      const area = first ? whole(width, height) : changedArea(shown, indices, palette, quality.tolerance, width);
      const part = takeArea(shown, indices, area, width, first ? -1 : transparent, palette, quality.tolerance);
      chunks.push(chunk('fcTL', frameControl(sequence, area, delay)));
      sequence += 1;
      const packed = deflateRows(part, area.width, 0);
      if (first) chunks.push(chunk('IDAT', packed));
      else chunks.push(chunk('fdAT', Buffer.concat([words(sequence), packed])));
      sequence += first ? 0 : 1;
    }
    chunks.push(chunk('IEND', new Uint8Array()));
    return joinChunks(chunks);
  }

  /** Size, frames and rate in words. */
  toString(): string {
    return `animation of ${this.#frames.length} frames, ${this.#width}x${this.#height}, ${this.#options.frameRate} a second`;
  }
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const whole = (width: number, height: number): Area => ({ left: 0, top: 0, width, height });

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => view.setUint32(at * 4, value));
  return bytes;
}

/** `every` frames at a rate as a fraction of seconds that fits two words of 16 bits. */
function delayFraction(every: number, rate: number): [number, number] {
  return Number.isInteger(rate) ? [every, rate] : [Math.max(1, Math.round((1000 * every) / rate)), 1000];
}

/** fcTL: sequence number, area, delay as a fraction of seconds, dispose none, blend over. */
function frameControl(sequence: number, area: Area, delay: [number, number]): Uint8Array {
  const bytes = new Uint8Array(26);
  bytes.set(words(sequence, area.width, area.height, area.left, area.top));
  const view = new DataView(bytes.buffer);
  view.setUint16(20, delay[0]);
  view.setUint16(22, delay[1]);
  bytes[25] = 1;
  return bytes;
}

/** Whether two palette entries differ by more than the tolerance in any channel. */
function differs(a: number, b: number, palette: Uint8Array, tolerance: number): boolean {
  if (a === b) return false;
  for (let channel = 0; channel < 3; channel += 1) {
    if (Math.abs(palette[a * 3 + channel]! - palette[b * 3 + channel]!) > tolerance) return true;
  }
  return false;
}

function changedArea(shown: Uint8Array, next: Uint8Array, palette: Uint8Array, tolerance: number, width: number): Area {
  let [left, top, right, bottom] = [width, Number.POSITIVE_INFINITY, -1, -1];
  for (let at = 0; at < next.length; at += 1) {
    if (!differs(shown[at]!, next[at]!, palette, tolerance)) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = y;
  }
  if (right < 0) return { left: 0, top: 0, width: 1, height: 1 };
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The area's indices, `transparent` (unless it is −1) where the pixel stays; `shown` becomes what a viewer shows. */
function takeArea(
  shown: Uint8Array,
  next: Uint8Array,
  area: Area,
  width: number,
  transparent: number,
  palette: Uint8Array,
  tolerance: number,
): Uint8Array {
  const part = new Uint8Array(area.width * area.height);
  for (let row = 0; row < area.height; row += 1) {
    for (let column = 0; column < area.width; column += 1) {
      const at = (area.top + row) * width + area.left + column;
      const stays = transparent >= 0 && !differs(shown[at]!, next[at]!, palette, tolerance);
      part[row * area.width + column] = stays ? transparent : next[at]!;
      if (!stays) shown[at] = next[at]!;
    }
  }
  return part;
}

function opaquePixels(image: Image): Uint8Array {
  const pixels = new Uint8Array(image.width * image.height * 3);
  for (let at = 0; at * 3 < pixels.length; at += 1) {
    const alpha = image.pixels[at * 4 + 3]!;
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[at * 3 + channel] = Math.round((image.pixels[at * 4 + channel]! * alpha) / 255);
    }
  }
  return pixels;
}

function shrinkPixels(
  pixels: Uint8Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Uint8Array {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at += 1) rgba.set(pixels.subarray(at * 3, at * 3 + 3), at * 4);
  return opaquePixels(shrinkImage({ width, height, pixels: rgba }, toWidth, toHeight));
}
