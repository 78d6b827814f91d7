/**
 * @file Whether any of some leaves lies in a box: a tree of boxes over leaves in Morton order, where neighbours in the list are near
 * each other. Boxes may be of any size, and leaves as scattered as they like; the tree takes a hundred bytes a leaf.
 *
 *                     1            children of node n are 2n and 2n + 1; the leaves stand at the end, padded with
 *                2         3       boxes that hold nothing
 *              4   5     6   7
 */
import type { Coordinate } from '../topology.ts';

/** Numbers of a box: x, y, z of its low end and of its high end, inclusive. */
const BOX = 6;

/** The tree. */
export class LeafTree {
  /** By node, leaf coordinates. */
  readonly #boxes: Int32Array;
  /** The first node of the last row. */
  readonly #row: number;
  #low: Coordinate = [0, 0, 0];
  #high: Coordinate = [0, 0, 0];

  /** `ranks` are positions in `origins` (n × 3 index coordinates). */
  constructor(origins: Int32Array, ranks: Uint32Array) {
    this.#row = 2 ** Math.ceil(Math.log2(Math.max(1, ranks.length)));
    this.#boxes = new Int32Array(BOX * 2 * this.#row);
    const boxes = this.#boxes;
    for (let node = this.#row; node < 2 * this.#row; node++) {
      const rank = ranks[node - this.#row];
      for (let axis = 0; axis < 3; axis++) {
        boxes[BOX * node + axis] = rank === undefined ? 0x7fff_ffff : origins[3 * rank + axis]! >> 3;
        boxes[BOX * node + 3 + axis] = rank === undefined ? -0x8000_0000 : origins[3 * rank + axis]! >> 3;
      }
    }
    for (let node = this.#row - 1; node >= 1; node--) {
      const [one, other] = [BOX * 2 * node, BOX * (2 * node + 1)];
      for (let axis = 0; axis < 3; axis++) {
        boxes[BOX * node + axis] = Math.min(boxes[one + axis]!, boxes[other + axis]!);
        boxes[BOX * node + 3 + axis] = Math.max(boxes[one + 3 + axis]!, boxes[other + 3 + axis]!);
      }
    }
  }

  /** Whether any of them lies at leaf coordinates from `low` to `high`, inclusive. */
  any(low: Coordinate, high: Coordinate): boolean {
    this.#low = low;
    this.#high = high;
    return this.#any(1);
  }

  #any(node: number): boolean {
    const boxes = this.#boxes;
    const [low, high] = [this.#low, this.#high];
    let within = true;
    for (let axis = 0; axis < 3; axis++) {
      const [from, to] = [boxes[BOX * node + axis]!, boxes[BOX * node + 3 + axis]!];
      if (from > high[axis]! || to < low[axis]!) return false;
      within &&= from >= low[axis]! && to <= high[axis]!;
    }
    return within || this.#any(2 * node) || this.#any(2 * node + 1);
  }
}
