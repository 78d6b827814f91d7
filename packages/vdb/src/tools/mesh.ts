/**
 * @file Triangle meshes, and the two text and binary formats that everything writes: Wavefront `.obj` and `.stl`.
 * Of an `.obj` the lines `v` and `f` count (faces of more than three corners become fans); of an `.stl` the corners, not the normals.
 */
import { FormatError } from '../errors.ts';
import { encodeText } from '../text.ts';

/** Triangles in world space. */
export interface Mesh {
  /** 3 numbers a vertex: x, y, z in metres. */
  readonly positions: Float32Array | Float64Array;
  /** 3 numbers a triangle: its vertices, counterclockwise from outside. */
  readonly triangles: Uint32Array;
}

/** Reads an `.obj` or `.stl` file (binary or ASCII); the bytes tell which it is. Positions are taken as metres. */
export function readMesh(file: Uint8Array | string): Mesh {
  const bytes = typeof file === 'string' ? encodeText(file) : file;
  if (bytes.length >= 84) {
    const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(80, true);
    if (bytes.length === 84 + 50 * count) return readBinaryStl(bytes, count);
  }
  const start = textOf(bytes, 0, Math.min(bytes.length, 6));
  return /^\s*solid/.test(start) ? readAsciiStl(bytes) : readObj(bytes);
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function readBinaryStl(bytes: Uint8Array, count: number): Mesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const positions = new Float32Array(9 * count);
  for (let t = 0; t < count; t++) {
    for (let c = 0; c < 9; c++) positions[9 * t + c] = view.getFloat32(84 + 50 * t + 12 + 4 * c, true);
  }
  return { positions, triangles: Uint32Array.from({ length: 3 * count }, (_, i) => i) };
}

/** Calls `visit` with the words of each line that has any, and the byte at which it begins. */
function forEachLine(bytes: Uint8Array, visit: (words: string[], offset: number) => void): void {
  for (let at = 0; at < bytes.length;) {
    let end = bytes.indexOf(10, at);
    if (end < 0) end = bytes.length;
    if (end - at > 65536) {
      const found = `a line of ${end - at} bytes`;
      throw new FormatError('Cannot read mesh: its text', { offset: at, expected: 'lines of at most 65536', found });
    }
    const words = textOf(bytes, at, end).trim().split(/\s+/);
    if (words[0] !== '') visit(words, at);
    at = end + 1;
  }
}

function numberOf(word: string | undefined, offset: number): number {
  const value = word === undefined ? NaN : Number(word);
  if (Number.isFinite(value)) return value;
  const found = word === undefined ? 'the end of the line' : JSON.stringify(word);
  throw new FormatError('Cannot read mesh: its vertex', { offset, expected: 'three numbers', found });
}

function readAsciiStl(bytes: Uint8Array): Mesh {
  const positions: number[] = [];
  forEachLine(bytes, (words, offset) => {
    if (words[0] === 'vertex') for (let c = 1; c < 4; c++) positions.push(numberOf(words[c], offset));
  });
  if (positions.length % 9 !== 0) {
    const found = `${positions.length / 3} corners`;
    throw new FormatError('Cannot read mesh: its end', { offset: bytes.length, expected: 'three a triangle', found });
  }
  return {
    positions: Float32Array.from(positions),
    triangles: Uint32Array.from({ length: positions.length / 3 }, (_, i) => i),
  };
}

function readObj(bytes: Uint8Array): Mesh {
  const positions: number[] = [];
  const triangles: number[] = [];
  const corner = (word: string, offset: number): number => {
    const number = Number.parseInt(word, 10);
    const count = positions.length / 3;
    const vertex = number < 0 ? count + number : number - 1;
    if (vertex >= 0 && vertex < count) return vertex;
    const expected = `a vertex from 1 to ${count}`;
    throw new FormatError('Cannot read mesh: its face', { offset, expected, found: JSON.stringify(word) });
  };
  forEachLine(bytes, (words, offset) => {
    if (words[0] === 'v') for (let c = 1; c < 4; c++) positions.push(numberOf(words[c], offset));
    if (words[0] !== 'f') return;
    if (words.length < 4) {
      const found = `${words.length - 1} corners`;
      throw new FormatError('Cannot read mesh: its face', { offset, expected: 'three corners or more', found });
    }
    const first = corner(words[1]!, offset);
    for (let c = 3, last = corner(words[2]!, offset); c < words.length; c++) {
      const next = corner(words[c]!, offset);
      triangles.push(first, last, next);
      last = next;
    }
  });
  if (triangles.length === 0) {
    const found = 'none';
    throw new FormatError('Cannot read mesh: its text', {
      offset: 0,
      expected: 'faces of an .obj or .stl file',
      found,
    });
  }
  return { positions: Float64Array.from(positions), triangles: Uint32Array.from(triangles) };
}

/**
 * The same mesh with vertices at the same place made one, and triangles dropped that have two corners in one place.
 * The same place is the same multiple of 2⁻²⁰, so that what rounding set apart (the pole of a sphere, say) is one vertex again.
 */
export function weld(mesh: Mesh): Mesh {
  const { positions } = mesh;
  const count = positions.length / 3;
  const place = (v: number): number => Math.round(v * 2 ** 20) + 0; // + 0: −0 becomes 0
  const bits = new Uint32Array(new Float64Array(3).buffer);
  const key = new Float64Array(bits.buffer);
  let size = 16;
  while (size < 2 * count) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  const first = new Uint32Array(count);
  for (let v = 0; v < count; v++) {
    for (let c = 0; c < 3; c++) key[c] = place(positions[3 * v + c]!);
    let slot = 0;
    for (let w = 0; w < 6; w++) slot = Math.imul(slot ^ (slot >>> 15) ^ bits[w]!, 0x2c1b3c6d);
    slot = (slot ^ (slot >>> 13)) & (size - 1);
    for (;;) {
      const other = slots[slot]!;
      if (other < 0) {
        first[v] = slots[slot] = v;
        break;
      }
      if (key.every((value, c) => place(positions[3 * other + c]!) === value)) {
        first[v] = other;
        break;
      }
      slot = (slot + 1) & (size - 1);
    }
  }
  const triangles = new Uint32Array(mesh.triangles.length);
  let kept = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((i) => first[mesh.triangles[t + i]!]!) as [number, number, number];
    if (a === b || b === c || c === a) continue;
    triangles[kept++] = a;
    triangles[kept++] = b;
    triangles[kept++] = c;
  }
  return { positions, triangles: triangles.slice(0, kept) };
}

/**
 * How the edges of a welded mesh meet: `open` of them bound an odd number of triangles; `oriented` when every edge is run through
 * both ways equally often.
 */
export function edgesOf(mesh: Mesh): { readonly open: number; readonly oriented: boolean } {
  const { triangles } = mesh;
  const vertices = mesh.positions.length / 3;
  const keys = new Float64Array(triangles.length);
  for (let e = 0; e < keys.length; e++) {
    const [a, b] = [triangles[e]!, triangles[e % 3 === 2 ? e - 2 : e + 1]!];
    keys[e] = a < b ? (a * vertices + b) * 2 : (b * vertices + a) * 2 + 1;
  }
  keys.sort();
  let [open, oriented] = [0, true];
  for (let e = 0; e < keys.length;) {
    const edge = Math.floor(keys[e]! / 2);
    let [uses, balance] = [0, 0];
    for (; e < keys.length && Math.floor(keys[e]! / 2) === edge; e++) {
      uses++;
      balance += keys[e]! % 2 === 0 ? 1 : -1;
    }
    if (uses % 2 === 1) open++;
    if (balance !== 0) oriented = false;
  }
  return { open, oriented };
}
