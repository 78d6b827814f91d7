/**
 * @file The memory of one field on one subdomain: one buffer, and a second of the same size where a stencil reads around
 * what it writes. Component c begins at c · capacity · 512 elements; slot s owns elements 512·s to 512·s + 511 of each.
 */
import { componentsOf, elementBytes } from '@halocline/stencil';
import type { Buffer, Encoder, MemoryPool } from '@halocline/gpu';
import type { FieldDeclaration } from './declarations.ts';
import { fillWord, makeArray, type FieldArray } from './field-type.ts';
import { onDevice, onDeviceNow, type Place } from './loss/on-device.ts';
import { submitOnce } from './submit-once.ts';

/** Bytes that NVIDIA's driver maps at once, and cuts memory of its own in. */
const PAGE = 2 ** 21;
/** Pages from which on it shows where arrays lie. */
const MANY_PAGES = 32;

/**
 * How long a buffer of so many bytes is made. Buffers of one size follow each other in memory; cubes of 2ⁿ leaves, and the leaf of
 * background, would lie 2ⁿ + 1 pages apart then, and what stands at the same place in many of them falls on the same banks of memory
 * (docs/memory.md). They get a page more.
 */
export function spacedBytes(byteLength: number): number {
  const pages = Math.ceil(byteLength / PAGE) - 1;
  return pages >= MANY_PAGES && (pages & (pages - 1)) === 0 ? byteLength + PAGE : byteLength;
}

/** A field's buffers. Where their device is lost, or has no memory left, errors say which of several it is. */
export class FieldStore implements Disposable {
  readonly declaration: FieldDeclaration;
  readonly capacity: number;
  /** Bytes of one component's array. */
  readonly componentBytes: number;
  readonly components: number;
  readonly #place: Place;
  readonly #pool: MemoryPool;
  readonly #copies: Buffer[] = [];

  private constructor(place: Place, pool: MemoryPool, declaration: FieldDeclaration, capacity: number) {
    this.#place = place;
    this.#pool = pool;
    this.declaration = declaration;
    this.capacity = capacity;
    this.components = componentsOf(declaration.type);
    this.componentBytes = 512 * capacity * elementBytes(declaration.type);
    this.#addCopy();
  }

  /** Makes the memory of a field, filled with its default. Waits for the device. */
  static async create(
    place: Place,
    pool: MemoryPool,
    declaration: FieldDeclaration,
    capacity: number,
  ): Promise<FieldStore> {
    const store = new FieldStore(place, pool, declaration, capacity);
    try {
      await store.fill(declaration.default);
    } catch (error) {
      store[Symbol.dispose]();
      throw error;
    }
    return store;
  }

  /** One or two buffers. */
  get copies(): readonly Buffer[] {
    return this.#copies;
  }

  /** Bytes of all copies. */
  get byteLength(): number {
    return this.#copies.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }

  /** Address of a component in a copy, until the pool is defragmented. */
  address(component: number, copy: number): bigint {
    return this.#copies[copy]!.address + BigInt(component * this.componentBytes);
  }

  /** The bytes of a component in a copy, as a pass declares them. */
  memory(
    component: number,
    copy: number,
  ): { readonly resource: Buffer; readonly range: { byteOffset: number; byteLength: number } } {
    const range = { byteOffset: component * this.componentBytes, byteLength: this.componentBytes };
    return { resource: this.#copies[copy]!, range };
  }

  /** Makes the second copy, alike in all voxels, where it isn't there yet. Waits for the device. */
  async ensureSecondCopy(): Promise<void> {
    if (this.#copies.length > 1) return;
    this.#addCopy();
    const [first, second] = this.#copies as [Buffer, Buffer];
    try {
      await this.#submit(`copy ${this.declaration.key}`, (encoder) =>
        encoder.copy(first, 0, second, 0, this.components * this.componentBytes),
      );
    } catch (error) {
      this.#copies.pop();
      second[Symbol.dispose]();
      throw error;
    }
  }

  /** Fills every copy, the leaf of background included, with one value for each component. Waits for the device. */
  async fill(values: readonly number[]): Promise<void> {
    const { key, type } = this.declaration;
    const words = values.map((value) => fillWord(type, value));
    const leaves = values.map((value) => makeArray(type, 512).fill(value));
    // What no word fills begins as one leaf, which is copied, and then both, and so on.
    for (const copy of this.#copies) {
      for (const [component, leaf] of leaves.entries()) {
        if (words[component] === null) await this.#upload(copy, component, leaf);
      }
    }
    await this.#submit(`fill ${key}`, (encoder) => {
      for (const copy of this.#copies) {
        words.forEach((word, component) => {
          const first = component * this.componentBytes;
          if (word === null) this.#repeat(encoder, copy, first, leaves[component]!.byteLength);
          else encoder.fill(copy, first, this.componentBytes, word);
        });
      }
    });
  }

  /** Copies the first `known` bytes of a component over the rest of it, each time twice as many. */
  #repeat(encoder: Encoder, buffer: Buffer, first: number, known: number): void {
    for (let done = known; done < this.componentBytes; done *= 2) {
      const byteLength = Math.min(done, this.componentBytes - done);
      encoder.barrier(['transfer-target'], ['transfer-source', 'transfer-target'], true);
      encoder.copy(buffer, first, buffer, first + done, byteLength);
    }
  }

  /** Puts component arrays into every copy. Waits for the upload. */
  async upload(components: readonly FieldArray[]): Promise<void> {
    for (const copy of this.#copies) {
      for (const [component, array] of components.entries()) {
        await this.#upload(copy, component, array);
      }
    }
  }

  /** Gets the bytes of one component. Waits for all that was submitted before. */
  async download(component: number, copy: number): Promise<Uint8Array<ArrayBuffer>> {
    const [buffer, bytes] = [this.#copies[copy]!, this.componentBytes];
    return onDevice(this.#place, () => this.#place.device.staging.download(buffer, component * bytes, bytes));
  }

  async #upload(copy: Buffer, component: number, values: FieldArray): Promise<void> {
    await onDevice(this.#place, () => this.#place.device.staging.upload(copy, component * this.componentBytes, values));
  }

  async #submit(label: string, body: (encoder: Encoder) => void): Promise<void> {
    await onDevice(this.#place, () => submitOnce(this.#place.device, label, body));
  }

  [Symbol.dispose](): void {
    for (const copy of this.#copies) copy[Symbol.dispose]();
  }

  #addCopy(): void {
    const { key } = this.declaration;
    const label = this.#copies.length === 0 ? key : `${key}, second copy`;
    const byteLength = spacedBytes(this.components * this.componentBytes);
    const owner = `field ${key}`;
    // The runtime asks for the move, and makes the program anew.
    const make = (): Buffer => this.#pool.createBuffer({ label, owner, byteLength, onMoved: () => undefined });
    this.#copies.push(onDeviceNow(this.#place, make));
  }
}
