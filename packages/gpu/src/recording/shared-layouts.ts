/**
 * @file What images are used for, in memory that the threads share: a thread says what its pass expects of an image, and the
 * first to say it decides, atomically. When the passes are collected, in order, the transitions between what an image was
 * used for and what a pass expects are recorded ahead of the pass: whichever thread came first, there is one of each.
 *
 *     int32    1024 keys: pass number << 16 | number of the image; 0: free
 *              1024 expected accesses, in the order of the keys: 1 + the number of the access
 */

import type { Access } from '../access.ts';

const ENTRIES = 1024;

/** Bytes of the table. */
export const LAYOUT_BYTES: number = ENTRIES * 8;

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

/** Expectations of passes, by the number of the pass and of the image. */
export class SharedLayouts {
  readonly #keys: Int32Array<SharedArrayBuffer>;
  readonly #expected: Int32Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer) {
    this.#keys = new Int32Array(buffer, 0, ENTRIES);
    this.#expected = new Int32Array(buffer, ENTRIES * 4, ENTRIES);
  }

  /** Says what a pass expects; gives what it is expected for: another access if somebody was first with that. */
  expect(pass: number, image: number, access: ImageAccess): ImageAccess {
    const wanted = ACCESSES.indexOf(access) + 1;
    if (wanted === 0)
      throw new TypeError(`an image is not expected as "${access}"; it is one of ${ACCESSES.join(', ')}`);
    const at = this.#entry(pass, image);
    const before = Atomics.compareExchange(this.#expected, at, 0, wanted);
    return ACCESSES[(before || wanted) - 1]!;
  }

  /** What a pass expects of images: pairs of the image's number and the access. */
  of(pass: number): [image: number, access: ImageAccess][] {
    const found: [number, ImageAccess][] = [];
    for (let at = 0; at < ENTRIES; at++) {
      const key = Atomics.load(this.#keys, at);
      if (key === 0 || key >>> 16 !== pass) continue;
      found.push([key & 0xffff, ACCESSES[Atomics.load(this.#expected, at) - 1]!]);
    }
    return found.sort((a, b) => a[0] - b[0]);
  }

  clear(): void {
    this.#keys.fill(0);
    this.#expected.fill(0);
  }

  /** The place of a key, taken if nobody has it. */
  #entry(pass: number, image: number): number {
    const key = (pass << 16) | image;
    for (let i = 0; i < ENTRIES; i++) {
      const at = (Math.imul(key, 0x9e3779b1) + i) & (ENTRIES - 1);
      const there = Atomics.compareExchange(this.#keys, at, 0, key);
      if (there === 0 || there === key) return at;
    }
    throw new RangeError(`${ENTRIES} images are expected already; expect fewer between two finalizes`);
  }
}
