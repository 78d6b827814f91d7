/**
 * @file What stencils with `debug` tell: a buffer of each on the device, cleared before a step and read after it. Steps of a
 * simulation with such stencils wait for the device.
 */
import type { Buffer, Device } from '@halocline/gpu';
import { newDebugWords, readDebugWords, type DebugReport, type Offset, type Stencil } from '@halocline/stencil';

interface Entry {
  readonly buffer: Buffer;
  stencil: Stencil;
  voxel: Offset | null;
  /** Whether the device has the words that a step starts from. */
  fresh: boolean;
}

/** The buffers of one device's stencils. */
export class DebugBuffers implements Disposable {
  readonly #device: Device;
  readonly #entries = new Map<string, Entry>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** How many stencils are debugged. */
  get size(): number {
    return this.#entries.size;
  }

  /** The buffer of a stencil that is debugged; `voxel` is the one that prints. */
  bufferOf(stencil: Stencil, voxel: Offset | null): Buffer {
    const known = this.#entries.get(stencil.name);
    if (known !== undefined) {
      Object.assign(known, { stencil, voxel, fresh: false });
      return known.buffer;
    }
    const { byteLength } = newDebugWords(null);
    const buffer = this.#device.createBuffer({ label: `debug ${stencil.name}`, owner: 'debug', byteLength });
    this.#entries.set(stencil.name, { buffer, stencil, voxel, fresh: false });
    return buffer;
  }

  /** Clears the buffers that need it. Waits for the uploads. */
  async prepare(): Promise<void> {
    for (const entry of this.#entries.values()) {
      if (entry.fresh) continue;
      await this.#device.staging.upload(entry.buffer, 0, newDebugWords(entry.voxel));
      entry.fresh = true;
    }
  }

  /** What was told since the buffers were cleared, by each stencil. Waits for the device. */
  async take(): Promise<DebugReport[]> {
    const reports: DebugReport[] = [];
    for (const entry of this.#entries.values()) {
      const { byteLength } = entry.buffer;
      const bytes = await this.#device.staging.download(entry.buffer, 0, byteLength);
      reports.push(readDebugWords(entry.stencil, new Uint32Array(bytes.buffer, bytes.byteOffset, byteLength / 4)));
      entry.fresh = false;
    }
    return reports;
  }

  /** Lets go of the buffers of all stencils but these. */
  retire(names: ReadonlySet<string>): void {
    for (const [name, { buffer }] of this.#entries) {
      if (names.has(name)) continue;
      buffer[Symbol.dispose]();
      this.#entries.delete(name);
    }
  }

  [Symbol.dispose](): void {
    this.retire(new Set());
  }
}

/** The reports of one step, those of a stencil on several devices as one. */
export function joinReports(reports: readonly DebugReport[]): DebugReport[] {
  const joined = new Map<string, DebugReport>();
  for (const report of reports) {
    const other = joined.get(report.stencil);
    joined.set(report.stencil, {
      stencil: report.stencil,
      nonFinite: (other?.nonFinite ?? 0) + report.nonFinite,
      writes: [...(other?.writes ?? []), ...report.writes],
      outside: (other?.outside ?? 0) + report.outside,
      prints: [...(other?.prints ?? []), ...report.prints],
    });
  }
  return [...joined.values()];
}
