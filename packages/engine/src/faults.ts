/**
 * @file Computed reads that go further than the halo: a record of each stencil that looks at coordinates, on the device, and what
 * it said at the end of each step in flight, on the host. A domain that isn't cut has none.
 */
import type { Buffer, Encoder, Staging } from '@halocline/gpu';
import { FAULT_WORDS, newFaultWords, readFaultWords, type FarRead } from '@halocline/stencil';
import type { CompiledStencil } from './compiler.ts';
import type { HaloNeeds } from './halo-needs.ts';
import { ghostRings } from './local-level.ts';
import type { OwnedBuffers } from './owned-buffers.ts';

const RECORD_BYTES = 4 * FAULT_WORDS.length;

/** A read that went too far, and whose. */
export interface Fault extends FarRead {
  readonly stencil: string;
}

/** The records of one device's stencils. */
export class Faults {
  readonly #stencils: readonly CompiledStencil[];
  readonly #buffers: { readonly records: Buffer; readonly reports: Buffer } | null;

  /** `slots` is the number of steps in flight. */
  constructor(compiled: ReadonlyMap<string, CompiledStencil>, owned: OwnedBuffers, slots: number) {
    this.#stencils = [...compiled.values()].filter(({ bindings }) => bindings.some(({ kind }) => kind === 'faults'));
    this.#buffers =
      this.#stencils.length === 0
        ? null
        : {
            records: owned.make({ label: 'far reads', byteLength: this.byteLength }),
            reports: owned.make({
              label: 'reports of far reads',
              byteLength: slots * this.byteLength,
              memory: 'download',
            }),
          };
  }

  /** Bytes of the records of all stencils. */
  get byteLength(): number {
    return RECORD_BYTES * this.#stencils.length;
  }

  /** Address of a stencil's record. */
  addressOf({ name }: CompiledStencil): bigint {
    const place = this.#stencils.findIndex((stencil) => stencil.name === name);
    return this.#buffers!.records.address + BigInt(RECORD_BYTES * place);
  }

  /** Writes records that say nothing yet. Waits for the upload. */
  async upload(staging: Staging, { radius, thickness }: HaloNeeds): Promise<void> {
    if (this.#buffers === null) return;
    const words = this.#stencils.flatMap(({ name }) => [
      ...newFaultWords(radius.get(name)!, 8 * ghostRings(thickness)),
    ]);
    await staging.upload(this.#buffers.records, 0, Uint32Array.from(words));
  }

  /** Takes the records into the report of a step in flight, after everything that the step does. */
  record(encoder: Encoder, slot: number): void {
    if (this.#buffers === null) return;
    const { records, reports } = this.#buffers;
    encoder.barrier(['storage-write'], ['transfer-source'], true);
    encoder.copy(records, 0, reports, slot * this.byteLength, this.byteLength);
    encoder.barrier(['transfer-source', 'transfer-target'], ['storage-write', 'host-read']);
  }

  /** What the step in `slot`, which the device is done with, or one before it told first; null where nothing went too far. */
  read(slot: number): Fault | null {
    if (this.#buffers === null) return null;
    const { mapped } = this.#buffers.reports;
    const at = (place: number): number => mapped.byteOffset + slot * this.byteLength + place * RECORD_BYTES;
    const faults = this.#stencils.flatMap((stencil, place) => {
      const words = new Uint32Array(mapped.buffer, at(place), FAULT_WORDS.length);
      const far = readFaultWords(stencil, words);
      return far === null ? [] : [{ stencil: stencil.name, ...far }];
    });
    return firstFault(faults);
  }
}

/** The fault of the earliest step. */
export function firstFault(faults: readonly (Fault | null)[]): Fault | null {
  const told = faults.filter((fault) => fault !== null);
  return told.toSorted((one, other) => one.step - other.step)[0] ?? null;
}

/** What is thrown for a fault. */
export function faultError({ stencil, voxel, step, field, level, radius }: Fault): RangeError {
  const voxels = `${radius} ${level === 'same' ? '' : `${level} `}${radius === 1 ? 'voxel' : 'voxels'}`;
  const what = field === null ? 'asks whether a voxel is active' : `reads "${field}"`;
  return new RangeError(
    `Cannot run stencil "${stencil}": at voxel (${voxel.join(', ')}) in step ${step} it ${what} more than ${voxels} away, and the halo holds no more; give a larger neighborRadius, or haloThickness where it has none, a smaller dt, or beyondRadius: 'clamp'`,
  );
}
