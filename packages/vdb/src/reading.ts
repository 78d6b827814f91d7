/**
 * @file Reading as a question and answer: a reader asks for bytes by offset and length and goes on when it has them, and does not
 * know where they come from. So the same reader works at once on bytes in memory, and with waiting on a file, a Blob or a server.
 */

/** Bytes that a reader wants. */
export interface Want {
  readonly offset: number;
  readonly length: number;
}

/** A reader: asks, is answered with the bytes (fewer only at the end of the file), and gives a `T` in the end. */
export type Reading<T> = Generator<Want, T, Uint8Array>;

/** Bytes that can be read from anywhere, such as a file's: `read` gives `length` bytes from `offset` on. */
export interface RandomAccess {
  readonly byteLength: number;
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
}

/** A Blob or a File, or what behaves like one. */
export interface BlobLike {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/**
 * Where grids are read from. Of a Blob and of `RandomAccess` no more is read than is wanted;
 * what comes as a stream of chunks is first collected.
 */
export type GridSource = Uint8Array | BlobLike | RandomAccess | AsyncIterable<Uint8Array>;

/** Runs a reader on bytes in memory. */
export function readNow<T>(reading: Reading<T>, bytes: Uint8Array): T {
  let next = reading.next();
  while (next.done !== true) {
    const { offset, length } = next.value;
    next = reading.next(bytes.subarray(offset, offset + length));
  }
  return next.value;
}

/** Runs a reader on a source; waits for each of its answers. */
export async function readLater<T>(reading: Reading<T>, source: RandomAccess): Promise<T> {
  let next = reading.next();
  while (next.done !== true) next = reading.next(await answer(source, next.value));
  return next.value;
}

async function answer(source: RandomAccess, { offset, length }: Want): Promise<Uint8Array> {
  const wanted = Math.max(0, Math.min(length, source.byteLength - offset));
  const first = await source.read(offset, wanted);
  if (first.length === wanted) return first;
  const out = new Uint8Array(wanted);
  let filled = 0;
  for (let part = first; part.length > 0; part = await source.read(offset + filled, wanted - filled)) {
    out.set(part.subarray(0, wanted - filled), filled);
    filled += part.length;
    if (filled >= wanted) break;
  }
  return out.subarray(0, Math.min(filled, wanted));
}

/** Any source as one that can be read from anywhere. */
export async function openSource(source: GridSource): Promise<RandomAccess> {
  if (source instanceof Uint8Array) {
    const { buffer, byteOffset, byteLength } = source;
    return { byteLength, read: (offset, length) => new Uint8Array(buffer, byteOffset + offset, length) };
  }
  if ('read' in source) return source;
  if ('slice' in source) {
    const read = async (offset: number, length: number): Promise<Uint8Array> =>
      new Uint8Array(await source.slice(offset, offset + length).arrayBuffer());
    return { byteLength: source.size, read };
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { byteLength: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
