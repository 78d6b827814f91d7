/**
 * @file Checksums of NanoVDB grids (`GridChecksum.h`): a head and a tail, each a CRC-32, all ones where it was not reckoned.
 *
 * Since 32.7 the head covers `GridData` (after its magic and checksum) and `TreeData`, the tail the rest in blocks of 4096 bytes,
 * the last one lengthened by what remains. Before, the head covered everything up to the first upper node, and the tail was
 * made of one CRC a node, stored in 4 bytes or, by 32.4 on Linux, in 8.
 */
import { crc32, crcOfCrcs } from './crc32.ts';
import { GRID_BYTES, NODE_CHECKSUM_VERSION, ROOT_OFFSET } from './nvdb-layout.ts';

/** A part that was not reckoned. */
export const NO_CRC = 0xffffffff;

/** What the checksum of an older grid covers. */
export interface NodeRanges {
  /** Where the first upper node starts; the end of the root's tiles when there is none. */
  readonly headEnd: number;
  /** Start and length in bytes of each upper node, then lower node, then leaf. */
  nodes(): Iterable<readonly [start: number, byteLength: number]>;
}

/** The head of the checksum of a grid that starts at byte 0 of `grid`. `headEnd` matters for versions up to 32.6.0. */
export function headChecksum(grid: Uint8Array, version: number, headEnd: number): number {
  return crc32(grid, 16, version > NODE_CHECKSUM_VERSION ? GRID_BYTES + 64 : headEnd);
}

/** The tail of the checksum for versions after 32.6.0. */
function tailChecksum(grid: Uint8Array, gridSize: number): number {
  const blocks = Math.floor((gridSize - ROOT_OFFSET) / 4096);
  const list: number[] = [];
  for (let b = 0; b < blocks; b++) {
    const start = ROOT_OFFSET + 4096 * b;
    list.push(crc32(grid, start, b === blocks - 1 ? gridSize : start + 4096));
  }
  return blocks === 0 ? 0 : crcOfCrcs(list);
}

const BLOCK = 4096;

/** The same tail, reckoned over bytes that come in pieces. */
export class TailChecksum {
  readonly #list: number[] = [];
  /** CRC of the block that is being filled, and its bytes so far. */
  #crc = 0;
  #filled = 0;

  push(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      if (this.#filled === BLOCK) {
        this.#list.push(this.#crc);
        this.#crc = this.#filled = 0;
      }
      const end = Math.min(piece.length, at + BLOCK - this.#filled);
      this.#crc = crc32(piece, at, end, this.#crc);
      this.#filled += end - at;
      at = end;
    }
  }

  /** The checksum. The last block is lengthened by what remains, so its CRC is that of two: see `combine`. */
  end(): number {
    if (this.#filled === BLOCK) this.#list.push(this.#crc);
    else if (this.#list.length > 0) this.#list.push(combine(this.#list.pop()!, this.#crc, this.#filled));
    return this.#list.length === 0 ? 0 : crcOfCrcs(this.#list);
  }
}

/** CRC-32 of two runs of bytes from that of each: the first one's, moved on over as many zeros as the second is long. */
function combine(first: number, second: number, secondLength: number): number {
  const zeros = new Uint8Array(secondLength);
  // crc(first ‖ second) = crc(second) ^ shift(crc(first)), where the shift is linear: crc(zeros after first) ^ crc(zeros).
  return (second ^ crc32(zeros, 0, secondLength, first) ^ crc32(zeros)) >>> 0;
}

/** Whether the stored checksum fits: 'none' where it was not reckoned. */
export function checkGrid(
  grid: Uint8Array,
  version: number,
  gridSize: number,
  ranges: NodeRanges,
): 'ok' | 'bad' | 'none' {
  const view = new DataView(grid.buffer, grid.byteOffset);
  const head = view.getUint32(8, true);
  const tail = view.getUint32(12, true);
  if (head === NO_CRC && tail === NO_CRC) return 'none';
  if (head !== headChecksum(grid, version, ranges.headEnd)) return 'bad';
  if (tail === NO_CRC) return 'ok';
  if (version > NODE_CHECKSUM_VERSION) return tail === tailChecksum(grid, gridSize) ? 'ok' : 'bad';
  const list = Array.from(ranges.nodes(), ([start, byteLength]) => crc32(grid, start, start + byteLength));
  return tail === crcOfCrcs(list, 8) || tail === crcOfCrcs(list, 4) ? 'ok' : 'bad';
}
