/**
 * @file Reading as a question and answer: a reader asks for bytes by offset and length and goes on when it has them, and does not
 * know where they come from. So the same reader works at once on bytes in memory, and with waiting on a file, a Blob, a server, or a
 * stream, of which what the reader is done with is let go.
 */

/** Bytes that a reader wants. */
export interface Want {
  readonly offset: number;
  readonly length: number;
  /** Nothing before this offset is wanted again: a stream lets it go. */
  readonly forget?: number;
}

/**
 * A reader: asks, is answered with the bytes (fewer only at the end of the file), and gives a `T` in the end. It is told how long the
 * file is; of a stream nobody knows, and the length is Infinity.
 */
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
 * Where grids are read from. Of a Blob and of `RandomAccess` no more is read than is wanted. A stream is read up to where what is
 * wanted ends, and of what it passes by only that is kept which may still be asked for.
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

/** A source while it is read: one that may forget, and that may have to be told that nobody reads on. */
export interface OpenSource extends RandomAccess {
  forget?(before: number): void;
  close?(): Promise<unknown>;
}

/** Runs a reader on a source; waits for each of its answers. */
export async function readLater<T>(reading: Reading<T>, source: OpenSource): Promise<T> {
  try {
    let next = reading.next();
    while (next.done !== true) {
      if (next.value.forget !== undefined) source.forget?.(next.value.forget);
      next = reading.next(await answer(source, next.value));
    }
    return next.value;
  } finally {
    await source.close?.();
  }
}

async function answer(source: RandomAccess, { offset, length }: Want): Promise<Uint8Array> {
  const wanted = Math.max(0, Math.min(length, source.byteLength - offset));
  const first = await source.read(offset, wanted);
  if (first.length === wanted || source.byteLength === Infinity) return first;
  const out = new Uint8Array(wanted);
  let filled = 0;
  for (let part = first; part.length > 0; part = await source.read(offset + filled, wanted - filled)) {
    out.set(part.subarray(0, wanted - filled), filled);
    filled += part.length;
    if (filled >= wanted) break;
  }
  return out.subarray(0, Math.min(filled, wanted));
}

/** Any source as one that can be read from anywhere, or, of a stream, from where nothing was forgotten. */
export async function openSource(source: GridSource): Promise<OpenSource> {
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
  return new StreamedBytes(source);
}

/** A stream of bytes, read forward; what is behind is kept until it is forgotten. */
export class StreamedBytes implements OpenSource {
  readonly byteLength: number = Infinity;
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** What is kept, in order; it ends at `#end`. */
  #kept: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  #end = 0;
  #forgotten = 0;
  #isOver = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Bytes that are kept now. */
  get keptBytes(): number {
    return this.#kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  forget(before: number): void {
    this.#forgotten = Math.max(this.#forgotten, before);
    const first = this.#kept.findIndex(({ at, bytes }) => at + bytes.length > this.#forgotten);
    this.#kept = first < 0 ? [] : this.#kept.slice(first);
  }

  /** Waits until the stream has come so far, or is over; then there are fewer bytes. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset < this.#forgotten) throw new Error(`Bug in reading a stream: byte ${offset} was forgotten`);
    while (this.#end < offset + length && !this.#isOver) {
      const next = await this.#chunks.next();
      if (next.done === true) this.#isOver = true;
      else {
        const at = this.#end;
        this.#end += next.value.length;
        if (this.#end > this.#forgotten) this.#kept.push({ at, bytes: next.value });
      }
    }
    const end = Math.min(offset + length, this.#end);
    const parts = this.#kept
      .filter(({ at, bytes }) => at < end && at + bytes.length > offset)
      .map(({ at, bytes }) => bytes.subarray(Math.max(0, offset - at), end - at));
    if (parts.length === 1) return parts[0]!;
    const out = new Uint8Array(Math.max(0, end - offset));
    let filled = 0;
    for (const part of parts) {
      out.set(part, filled);
      filled += part.length;
    }
    return out;
  }

  /** Tells whoever makes the stream that nobody reads on. */
  async close(): Promise<void> {
    if (!this.#isOver) await this.#chunks.return?.();
  }
}
