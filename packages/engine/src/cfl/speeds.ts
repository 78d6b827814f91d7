/** @file The largest velocities at the end of each step in flight, as the device measured them, on the host. */
import type { Buffer, Encoder } from '@halocline/gpu';
import type { Declarations } from '../declarations.ts';
import type { OwnedBuffers } from '../owned-buffers.ts';

/** The reports of one device. */
export class Speeds {
  readonly #scalars: Buffer;
  readonly #measures: readonly { readonly name: string; readonly byteOffset: number }[];
  readonly #reports: Buffer | null;

  /** `slots` is the number of steps in flight. */
  constructor({ measures, scalars: all }: Declarations, scalars: Buffer, owned: OwnedBuffers, slots: number) {
    this.#scalars = scalars;
    this.#measures = [...measures].map((name) => ({ name, byteOffset: all.get(name)!.byteOffset }));
    const byteLength = 4 * slots * this.#measures.length;
    this.#reports =
      byteLength === 0 ? null : owned.make({ label: 'reports of speeds', byteLength, memory: 'download' });
  }

  /** Whether any is measured. */
  get exist(): boolean {
    return this.#reports !== null;
  }

  /** Takes the velocities into the report of a step in flight, after everything that the step does. */
  record(encoder: Encoder, slot: number): void {
    if (this.#reports === null) return;
    encoder.barrier(['storage-write'], ['transfer-source'], true);
    for (const [place, { byteOffset }] of this.#measures.entries()) {
      encoder.copy(this.#scalars, byteOffset, this.#reports, 4 * (slot * this.#measures.length + place), 4);
    }
    encoder.barrier(['transfer-source', 'transfer-target'], ['storage-write', 'host-read']);
  }

  /** What the step in `slot`, which the device is done with, has left: m/s by scalar; null where nothing is measured. */
  read(slot: number): Readonly<Record<string, number>> | null {
    if (this.#reports === null) return null;
    const { mapped } = this.#reports;
    const view = new DataView(mapped.buffer, mapped.byteOffset);
    const at = (place: number): number => 4 * (slot * this.#measures.length + place);
    return Object.fromEntries(this.#measures.map(({ name }, place) => [name, view.getFloat32(at(place), true)]));
  }
}
