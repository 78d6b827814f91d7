/**
 * @file A ring of bytes: ranges are reserved in order and given back in order, in groups. Pure; a group is what one submit
 * uses, and its mark (a timeline's value, or anything that grows) says when it may be given back.
 *
 *     0        tail                head        byteLength
 *     |  free   | group 7 | group 8 | open |  free  |
 *
 * A range never wraps: where the end is too near, the rest is skipped and belongs to the open group.
 */

interface Group {
  /** Bytes from the tail to the end of the group, skipped ones included. */
  readonly bytes: number;
  readonly mark: number;
}

/** Hands out consecutive ranges of 0 … byteLength. */
export class Ring {
  readonly byteLength: number;
  readonly #groups: Group[] = [];
  #head = 0;
  #used = 0;
  #open = 0;

  constructor(byteLength: number) {
    this.byteLength = byteLength;
  }

  /** Bytes in use, skipped ones included. */
  get used(): number {
    return this.#used;
  }

  /** Bytes that were reserved since the last close, skipped ones included. */
  get open(): number {
    return this.#open;
  }

  /** The mark of the oldest group that is closed; undefined if there is none. */
  get oldestMark(): number | undefined {
    return this.#groups[0]?.mark;
  }

  /** Offset of `byteLength` free bytes, on a multiple of `alignment` (a power of two); −1 if there are none at present. */
  reserve(byteLength: number, alignment = 16): number {
    if (this.#used === 0) this.#head = 0;
    const start = Math.ceil(this.#head / alignment) * alignment;
    const fits = start + byteLength <= this.byteLength;
    const offset = fits ? start : 0;
    const taken = fits ? start + byteLength - this.#head : this.byteLength - this.#head + byteLength;
    if (this.#used + taken > this.byteLength) return -1;
    this.#used += taken;
    this.#open += taken;
    this.#head = offset + byteLength;
    return offset;
  }

  /** Closes a group, the oldest `bytes` that are open: they may be given back when `mark` is reached. Default: all. */
  close(mark: number, bytes: number = this.#open): void {
    if (bytes === 0) return;
    this.#groups.push({ bytes, mark });
    this.#open -= bytes;
  }

  /** Gives back the oldest `bytes` that are open, as soon as those before them are: nothing came of them. Default: all. */
  drop(bytes: number = this.#open): void {
    this.close(-Infinity, bytes);
    this.release(-Infinity);
  }

  /** Gives back every group whose mark is at most `reached`. */
  release(reached: number): void {
    while (this.#groups.length > 0 && this.#groups[0]!.mark <= reached) this.#used -= this.#groups.shift()!.bytes;
  }
}
