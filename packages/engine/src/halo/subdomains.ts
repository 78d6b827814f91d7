/**
 * @file Subdomains without a simulation: a domain that is cut, and each part's leaves as tables on its device, for kernels of one's
 * own. Fields are buffers of one's own; `Halo` moves what lies at the cuts.
 *
 *     leaves     the slots of the subdomain's own leaves
 *     leafTable  32 words a slot: 0–26 slots of the neighbours, (dx+1)·9 + (dy+1)·3 + (dz+1); 27–29 the leaf's origin i, j, k;
 *                slot 0 is the leaf of background, and stands where there is no neighbour
 *     masks      16 words a slot: a bit for each active voxel, the only ones that a halo moves
 *     a field    component c from c · capacity · 512 elements on; slot s has 512 from 512·s on, z fastest: x<<6 | y<<3 | z
 */
import type { Buffer, Device } from '@halocline/gpu';
import { componentsOf, elementBytes, type FieldType } from '@halocline/stencil';
import type { CutChoice } from '../cut/curve.ts';
import { Decomposition } from '../decomposition.ts';
import { makeDomain, type DomainOptions } from '../domain-options.ts';
import { checkFieldType } from '../field-type.ts';
import { printByToString } from '../inspect.ts';
import { ghostRings } from '../local-level.ts';
import { onDevice } from '../loss/on-device.ts';
import { checkOptions, shown } from '../options/kinds.ts';
import { SUBDOMAINS_OPTIONS } from '../options/known.ts';
import type { Subdomain } from '../subdomain.ts';
import { submitOnce } from '../submit-once.ts';
import { Team } from '../team.ts';
import { Routes } from '../transport/routes.ts';
import { unheard } from '../unheard.ts';

/** What is cut, for which devices. */
export interface SubdomainsOptions extends DomainOptions, CutChoice {
  /** Open devices; subdomains go to them in contiguous runs. They stay open. */
  readonly devices: readonly Device[];
  /** Parts that the domain is cut into; default: one a device. */
  readonly subdomains?: number;
  /** Voxels that a halo will reach at the most; default 2. */
  readonly thickness?: number;
  /** Takes what is worth telling: a transport that failed. */
  readonly log?: (message: string) => void;
}

/** A field's memory. */
export interface FieldMemory extends Disposable {
  readonly type: FieldType;
  /** One a subdomain, in their order. */
  readonly buffers: readonly Buffer[];
}

/** What one device holds of the domain. */
export class SubdomainPart {
  static {
    printByToString(this.prototype);
  }

  /** Its number among all. */
  readonly index: number;
  /** Where its memory is; the caller's own. */
  readonly device: Device;
  readonly #subdomain: Subdomain;

  /** Use `Subdomains.create`. */
  constructor(subdomain: Subdomain) {
    this.index = subdomain.index;
    this.device = subdomain.device;
    this.#subdomain = subdomain;
  }

  /** Leaves of its own: a kernel takes as many slots from `leaves`. */
  get leafCount(): number {
    return this.#level.ownCount;
  }

  /** Slots, the leaf of background and the ghosts included. */
  get capacity(): number {
    return this.#level.tables.capacity;
  }

  /** Owned by the subdomains. */
  get leaves(): Buffer {
    return this.#level.leaves;
  }

  /** Owned by the subdomains. */
  get leafTable(): Buffer {
    return this.#level.leafTable;
  }

  /** A bit for each active voxel: a kernel leaves the others alone, since halos don't move them. Owned by the subdomains. */
  get masks(): Buffer {
    return this.#level.masks;
  }

  /** Slots of its own leaves, on the host. */
  get slots(): Uint32Array {
    return this.#level.tables.leaves.subarray(0, this.leafCount);
  }

  /** First voxel i, j, k of each of its own leaves, in the order of `slots`. */
  get origins(): Int32Array {
    return this.#level.topology.origins.subarray(0, 3 * this.leafCount);
  }

  /** What a field of one float32 holds: a value for each voxel of its own leaves, active or not, by its i, j, k; 0 elsewhere. */
  values(value: (i: number, j: number, k: number) => number): Float32Array<ArrayBuffer> {
    const all = new Float32Array(512 * this.capacity);
    const { slots, origins } = this;
    for (const [leaf, slot] of slots.entries()) {
      const [x, y, z] = origins.subarray(3 * leaf, 3 * leaf + 3) as unknown as [number, number, number];
      for (let at = 0; at < 512; at++) {
        all[512 * slot + at] = value(x + (at >> 6), y + ((at >> 3) & 7), z + (at & 7));
      }
    }
    return all;
  }

  get #level(): Subdomain['levels'][number] {
    const [level] = this.#subdomain.levels;
    if (level !== undefined) return level;
    throw new TypeError(`Cannot use subdomain ${this.index}: it has been disposed; cut the domain again`);
  }

  toString(): string {
    if (this.#subdomain.levels.length === 0) return `SubdomainPart(${this.index}, disposed)`;
    return `SubdomainPart(${this.index} on "${this.device.name}", ${this.leafCount} leaves, ${this.capacity} slots)`;
  }
}

/** What halos need of subdomains. */
export interface Machinery {
  readonly decomposition: Decomposition;
  readonly team: Team;
  readonly routes: Routes;
}

const machines = new WeakMap<Subdomains, Machinery>();

/** What subdomains are made of. Throws TypeError for what are none. */
export function machineryOf(subdomains: Subdomains): Machinery {
  const machinery = machines.get(subdomains);
  if (machinery !== undefined) return machinery;
  throw new TypeError(
    `Cannot make halo: its subdomains are ${shown(subdomains)}; give what Subdomains.create has made, before it is disposed`,
  );
}

/** A domain's subdomains, in order. Dispose them after their halos, when nothing is on its way. */
export class Subdomains implements AsyncDisposable {
  static {
    printByToString(this.prototype);
  }

  readonly parts: readonly SubdomainPart[];
  /** Voxels that a halo may reach. */
  readonly thickness: number;

  private constructor(machinery: Machinery, thickness: number) {
    machines.set(this, machinery);
    this.thickness = thickness;
    this.parts = machinery.team.subdomains.map((subdomain) => new SubdomainPart(subdomain));
  }

  /** Cuts a domain and brings it to the devices. Waits for the uploads, and measures transports the first time. */
  static async create(options: SubdomainsOptions): Promise<Subdomains> {
    checkOptions('Cannot cut domain', options, SUBDOMAINS_OPTIONS);
    const { devices, subdomains = devices.length, thickness = 2, cutOrder = 'morton', log = () => undefined } = options;
    if (devices.length === 0) throw new TypeError('Cannot cut domain: devices is empty; open at least one');
    const twice = devices.find((device, number) => devices.indexOf(device) < number);
    if (twice !== undefined) {
      throw new TypeError(
        `Cannot cut domain: device "${twice.name}" is given twice; open it twice, or give it once and a number of subdomains`,
      );
    }
    if (!(Number.isInteger(subdomains) && subdomains >= devices.length)) {
      throw new RangeError(
        `Cannot cut domain: subdomains is ${shown(subdomains)}; give a whole number, at least ${devices.length}, one a device`,
      );
    }
    checkThickness(thickness);
    const routes = new Routes(devices, log, options.log ?? unheard);
    const domain = await makeDomain(options, 'Cannot cut domain');
    const decomposition = new Decomposition(domain, subdomains, { order: cutOrder });
    await routes.prepare();
    const team = new Team(devices, decomposition, { routes, tracer: null });
    try {
      await team.prepare(ghostRings(thickness));
      return new Subdomains({ team, decomposition, routes }, thickness);
    } catch (error) {
      await team[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Memory of a field on every subdomain, all zeros, of a type as `Simulation.addField` takes it. Dispose it after the halos that
   * take it. Waits for the devices.
   */
  async createField(name: string, type: string): Promise<FieldMemory> {
    if (typeof name !== 'string') {
      throw new TypeError(
        `Cannot create field: its name is ${shown(name)}; give text, as in createField('u', 'float32')`,
      );
    }
    checkFieldType(name, type);
    const team = machines.get(this)?.team;
    if (team === undefined) {
      throw new TypeError(`Cannot create field "${name}": its subdomains have been disposed; cut the domain again`);
    }
    using undo = new DisposableStack();
    const buffers: Buffer[] = [];
    for (const [index, { device, capacity }] of this.parts.entries()) {
      const byteLength = 512 * capacity * elementBytes(type) * componentsOf(type);
      await onDevice(team.placeOf(team.subdomains[index]!), async () => {
        const buffer = undo.use(device.createBuffer({ label: name, byteLength }));
        await submitOnce(device, name, (encoder) => encoder.fill(buffer, 0, byteLength, 0));
        buffers.push(buffer);
      });
    }
    const owned = undo.move();
    return { type, buffers, [Symbol.dispose]: () => owned.dispose() };
  }

  [Symbol.iterator](): Iterator<SubdomainPart> {
    return this.parts[Symbol.iterator]();
  }

  toString(): string {
    return `Subdomains(${this.parts.length} on ${new Set(this.parts.map(({ device }) => device)).size} devices, ${this.thickness} voxels around)`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const machinery = machines.get(this);
    machines.delete(this);
    await machinery?.team[Symbol.asyncDispose]();
  }
}

/** Throws RangeError where it isn't whole voxels. */
function checkThickness(thickness: number): void {
  if (Number.isInteger(thickness) && thickness >= 1) return;
  throw new RangeError(`Cannot cut domain: thickness is ${shown(thickness)}; give whole voxels, at least 1`);
}
