/**
 * @file Computed reads that go further than the halo: a record of each stencil that looks at coordinates and each subdomain, on the
 * device, and what it said at the end of each step in flight, on the host. In a domain that isn't cut those alone have one that are
 * held within their radius. Threads race for a record: an atomic lets one of them write it, once, beside words that are only read;
 * so no barrier has to order its uses.
 */
import type { Buffer, Encoder, Staging } from '@halocline/gpu';
import { FAULT_WORDS, newFaultWords, readFaultWords, type FarRead } from '@halocline/stencil';
import type { CompiledStencil } from './compiler.ts';
import type { FarReaders } from './far-readers.ts';
import type { HaloNeeds } from './halo-needs.ts';
import { ghostRings } from './local-level.ts';
import type { OwnedBuffers } from './owned-buffers.ts';
import type { Subdomain } from './subdomain.ts';

/** Bytes of a record. */
export const RECORD_BYTES: number = 4 * FAULT_WORDS.length;

/** Voxels: a radius beyond all coordinates is as good as this one, which may be added to them. */
const FARTHEST = 2 ** 30;

/** A read that went too far, and whose. */
export interface Fault extends FarRead {
  readonly stencil: string;
}

/** The records of one device's stencils. */
export class Faults {
  readonly #stencils: readonly CompiledStencil[];
  readonly #subdomains: readonly Subdomain[];
  readonly #buffers: { readonly records: Buffer; readonly reports: Buffer } | null;

  /** Of the device's subdomains; `slots` is the number of steps in flight. */
  constructor(
    compiled: ReadonlyMap<string, CompiledStencil>,
    subdomains: readonly Subdomain[],
    owned: OwnedBuffers,
    slots: number,
  ) {
    this.#subdomains = subdomains;
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

  /** Whether any stencil has a record. */
  get exist(): boolean {
    return this.#buffers !== null;
  }

  /** Bytes of all records. */
  get byteLength(): number {
    return RECORD_BYTES * this.#stencils.length * this.#subdomains.length;
  }

  /** Address of a stencil's record over a subdomain. */
  addressOf({ name }: CompiledStencil, subdomain: Subdomain): bigint {
    const place = this.#stencils.findIndex((stencil) => stencil.name === name) * this.#subdomains.length;
    return this.#buffers!.records.address + BigInt(RECORD_BYTES * (place + this.#subdomains.indexOf(subdomain)));
  }

  /** The records of a stencil over all subdomains. */
  memory({ name }: CompiledStencil): {
    readonly resource: Buffer;
    readonly range: { readonly byteOffset: number; readonly byteLength: number };
  } {
    const byteLength = RECORD_BYTES * this.#subdomains.length;
    const place = this.#stencils.findIndex((stencil) => stencil.name === name);
    return { resource: this.#buffers!.records, range: { byteOffset: place * byteLength, byteLength } };
  }

  /** Writes records that say nothing yet. Waits for the upload. */
  async upload(staging: Staging, { radius, thickness }: HaloNeeds): Promise<void> {
    if (this.#buffers === null) return;
    const words = this.#stencils.flatMap(({ name }) => {
      const held = 8 * ghostRings(thickness);
      const record = newFaultWords(Math.min(radius.get(name)!, FARTHEST), Math.min(held, FARTHEST));
      return this.#subdomains.flatMap(() => [...record]);
    });
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
    const words = new Uint32Array(mapped.buffer, mapped.byteOffset + slot * this.byteLength, this.byteLength / 4);
    if (!this.#tellsAny(words)) return null;
    const faults: Fault[] = [];
    for (let at = 0; at < words.length; at += FAULT_WORDS.length) {
      if (words[at + FAULT_WORDS.count] === 0) continue;
      const stencil = this.#stencils[Math.floor(at / FAULT_WORDS.length / this.#subdomains.length)]!;
      const far = readFaultWords(stencil, words.subarray(at, at + FAULT_WORDS.length))!;
      faults.push({ stencil: stencil.name, ...far });
    }
    return firstFault(faults);
  }

  #tellsAny(words: Uint32Array): boolean {
    for (let at = FAULT_WORDS.count; at < words.length; at += FAULT_WORDS.length) if (words[at] !== 0) return true;
    return false;
  }
}

/** The fault of the earliest step. */
export function firstFault(faults: readonly (Fault | null)[]): Fault | null {
  const told = faults.filter((fault) => fault !== null);
  return told.toSorted((one, other) => one.step - other.step)[0] ?? null;
}

/** What is thrown for a fault, of those who may have read so. */
export function faultError(
  { voxel, step, field, level, radius }: Omit<Fault, 'stencil'>,
  { kind, names }: FarReaders,
): RangeError {
  const voxels = `${radius} ${level === 'same' ? '' : `${level} `}${radius === 1 ? 'voxel' : 'voxels'}`;
  const what = field === null ? 'asks whether a voxel is active' : `reads "${field}"`;
  const [whom, who] =
    names.length === 1
      ? [`${kind} "${names[0]!}"`, 'it']
      : [`${kind}s ${names.map((name) => `"${name}"`).join(', ')}, which run as one`, 'one of them'];
  // Kernels are never clamped.
  const help = `give a larger neighborRadius, or haloThickness where it has none, ${kind === 'kernel' ? 'or a smaller dt' : "a smaller dt, or beyondRadius: 'clamp'"}`;
  return new RangeError(
    `Cannot run ${whom}: at voxel (${voxel.join(', ')}) in step ${step} ${who} ${what} more than ${voxels} away, and the halo holds no more; ${help}`,
  );
}
