/**
 * @file What images are used for, in memory that the threads share: a thread says what its pass expects of an image, and the
 * first to say it decides, atomically. When the passes are collected, in order, the transitions between what an image was
 * used for and what a pass expects are recorded ahead of the pass: whichever thread came first, there is one of each.
 *
 *     uint32   1024 numbers of images; 0: free
 *              1024 passes, in the order of the images: 1 + the number of the pass; 0: none yet
 *              1024 expected accesses, in the same order: 1 + the number of the access
 *
 * An entry is taken by an image first, then by a pass that expects that image. Neither changes until all is cleared, so whoever
 * looks for the same two passes by the same entries, and comes to the same one.
 */

import type { Access } from '../access.ts';

const ENTRIES = 1024;

/** Bytes of the table. */
export const LAYOUT_BYTES: number = ENTRIES * 12;
/** Images have numbers up to this. */
const MOST_NUMBER = 0xffffffff;

/** What an image may be expected for. */
export type ImageAccess = Exclude<
  Access,
  'uniform' | 'indirect' | 'conditional' | 'vertex' | 'index' | `host-${string}`
>;

const ACCESSES: readonly ImageAccess[] = [
  'storage-read',
  'storage-write',
  'sampled',
  'color-attachment',
  'depth-attachment',
  'transfer-source',
  'transfer-target',
];

/** Whether an image may be expected for it. */
export function isImageAccess(word: unknown): word is ImageAccess {
  return ACCESSES.includes(word as ImageAccess);
}

/** Whether a word is taken now: by this call, or by one that took it for the same. */
function take(words: Uint32Array<SharedArrayBuffer>, at: number, word: number): boolean {
  const there = Atomics.compareExchange(words, at, 0, word);
  return there === 0 || there === word;
}

/** Expectations of passes, by the number of the pass and of the image. */
export class SharedLayouts {
  readonly #images: Uint32Array<SharedArrayBuffer>;
  readonly #passes: Uint32Array<SharedArrayBuffer>;
  readonly #expected: Uint32Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer) {
    this.#images = new Uint32Array(buffer, 0, ENTRIES);
    this.#passes = new Uint32Array(buffer, ENTRIES * 4, ENTRIES);
    this.#expected = new Uint32Array(buffer, ENTRIES * 8, ENTRIES);
  }

  /** Says what a pass expects; gives what it is expected for: another access if somebody was first with that. */
  expect(pass: number, image: number, access: ImageAccess): ImageAccess {
    const wanted = ACCESSES.indexOf(access) + 1;
    if (wanted === 0)
      throw new TypeError(`an image is not expected as "${access}"; it is one of ${ACCESSES.join(', ')}`);
    if (image > MOST_NUMBER) throw new RangeError(`${MOST_NUMBER} objects crossed before it; make another recorder`);
    const at = this.#entry(pass, image);
    const before = Atomics.compareExchange(this.#expected, at, 0, wanted);
    return ACCESSES[(before || wanted) - 1]!;
  }

  /** What a pass expects of images: pairs of the image's number and the access. */
  of(pass: number): [image: number, access: ImageAccess][] {
    const found: [number, ImageAccess][] = [];
    for (let at = 0; at < ENTRIES; at++) {
      if (Atomics.load(this.#passes, at) !== pass + 1) continue;
      found.push([Atomics.load(this.#images, at), ACCESSES[Atomics.load(this.#expected, at) - 1]!]);
    }
    return found.sort((a, b) => a[0] - b[0]);
  }

  clear(): void {
    this.#images.fill(0);
    this.#passes.fill(0);
    this.#expected.fill(0);
  }

  /** The entry of a pass and an image, taken if nobody has it. */
  #entry(pass: number, image: number): number {
    const first = Math.imul(image, 0x9e3779b1) ^ Math.imul(pass, 0x85ebca6b);
    for (let i = 0; i < ENTRIES; i++) {
      const at = (first + i) & (ENTRIES - 1);
      if (take(this.#images, at, image) && take(this.#passes, at, pass + 1)) return at;
    }
    throw new RangeError(`${ENTRIES} images are expected already; expect fewer between two finalizes`);
  }
}
