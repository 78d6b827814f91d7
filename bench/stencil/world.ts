/**
 * @file A topology on the device, and fields over it, without the engine around them: what a kernel alone takes is
 * measured here, in whatever shape it is asked for. Tables and layout are the engine's own (packages/engine/src/tables.ts), and so is
 * where fields lie in memory (field-store.ts and pools.ts there).
 */
import type { Buffer, CommandBuffer, Device, MemoryPool } from '@halocline/gpu';
import { componentsOf, elementBytes, type Binding, type FieldType } from '@halocline/stencil';
import { GridMap, indexGrid } from '@halocline/vdb';
import { spacedBytes } from '../../packages/engine/src/field-store.ts';
import { slotOrderOf } from '../../packages/engine/src/shapes/bound-of.ts';
import { buildTables, type LevelTables } from '../../packages/engine/src/tables.ts';
import { activeVoxelsOf, boxTopology, sortTopology, type Topology } from '../../packages/engine/src/topology.ts';

/** Which voxels there are: whole leaves, six voxels in ten at random, or a shell of a sphere. */
export type Filling = 'full' | 'ragged' | 'shell';

/** mulberry32: the same seed gives the same words. */
function words(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Each bit set with a chance of 154/256, which is 0.6. */
function sixInTen(next: () => number): number {
  // From the lowest bit of 154 up: or where it is set, and where it isn't.
  let word = 0;
  for (let bit = 1; bit < 8; bit++) word = (154 >> bit) & 1 ? word | next() : word & next();
  return word >>> 0;
}

/** A shell three voxels thick around a sphere that touches the sides of a cube. */
function shellTopology(edge: number): Topology {
  const [middle, radius] = [edge / 2, edge / 2 - 4];
  const leaves = edge / 8;
  const origins: number[] = [];
  const masks: number[] = [];
  const mask = new Uint32Array(16);
  for (let leaf = 0; leaf < leaves ** 3; leaf++) {
    const [x, y, z] = [Math.floor(leaf / leaves ** 2), Math.floor(leaf / leaves) % leaves, leaf % leaves].map(
      (v) => 8 * v,
    ) as [number, number, number];
    const distance = Math.hypot(x + 3.5 - middle, y + 3.5 - middle, z + 3.5 - middle);
    if (Math.abs(distance - radius) > 9) continue;
    mask.fill(0);
    for (let n = 0; n < 512; n++) {
      const r = Math.hypot(x + (n >> 6) - middle, y + ((n >> 3) & 7) - middle, z + (n & 7) - middle);
      if (Math.abs(r - radius) <= 1.5) mask[n >> 5]! |= 1 << (n & 31);
    }
    if (mask.every((word) => word === 0)) continue;
    origins.push(x, y, z);
    masks.push(...mask);
  }
  return sortTopology({ origins: Int32Array.from(origins), masks: Uint32Array.from(masks) });
}

function topologyOf(filling: Filling, edge: number): Topology {
  if (filling === 'shell') return shellTopology(edge);
  const box = boxTopology({ min: [0, 0, 0], max: [edge, edge, edge] });
  if (filling === 'full') return box;
  const next = words(1);
  return { origins: box.origins, masks: box.masks.map(() => sixInTen(next)) };
}

/** Two copies of a field's memory at most. */
interface Stored {
  readonly type: FieldType;
  readonly copies: Buffer[];
}

/** Leaves and fields on the device; its numbers are those of the engine's uniforms at identity. */
export class World implements Disposable {
  readonly device: Device;
  readonly topology: Topology;
  readonly activeVoxels: number;
  readonly tables: LevelTables;
  readonly #buffers = new Map<string, Buffer>();
  readonly #fields = new Map<string, Stored>();
  readonly #clears: CommandBuffer[] = [];
  readonly #pool: MemoryPool;

  private constructor(device: Device, topology: Topology) {
    this.device = device;
    this.#pool = device.createPool({ label: 'fields', byteLength: 0, grows: true });
    this.topology = topology;
    this.activeVoxels = activeVoxelsOf(topology);
    const count = topology.origins.length / 3;
    const ranks = Uint32Array.from({ length: count }, (_, rank) => rank);
    [this.tables] = buildTables(
      [{ topology, ranks, ownCount: count, domain: null as never }],
      slotOrderOf([device]),
    ) as [LevelTables];
  }

  /** Waits for the upload of its tables. */
  static async create(device: Device, filling: Filling, edge: number, gathers: boolean): Promise<World> {
    const world = new World(device, topologyOf(filling, edge));
    const { leaves, visits, count, leafTable, masks } = world.tables;
    for (const [name, data] of Object.entries({ leaves, visits, count, leafTable, masks }))
      await world.#upload(name, data);
    const uniforms = new Float32Array(64);
    uniforms.set([0.5, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
    await world.#upload('uniforms', uniforms);
    if (gathers) {
      const { origins, masks: active } = world.topology;
      const grid = indexGrid({
        name: 'bench',
        map: GridMap.scale(1),
        origins,
        masks: active,
        offsets: (leaf) => 512 * world.tables.slots[leaf]!,
      });
      await world.#upload('grid', grid);
    }
    return world;
  }

  get leafCount(): number {
    return this.tables.leafCount;
  }

  /** Makes a field's memory, which holds zeros. */
  addField(name: string, type: FieldType): void {
    if (!this.#fields.has(name)) this.#fields.set(name, { type, copies: [] });
  }

  /** Address of what a pass block asks for; `parity` tells which copy of double-buffered fields is current. */
  address(binding: Binding, doubled: ReadonlySet<string>, parity: number): bigint {
    if (binding.kind !== 'read' && binding.kind !== 'write') return this.#buffers.get(binding.kind)!.address;
    const { field, component } = binding;
    const copy = doubled.has(field) ? (binding.kind === 'write' ? 1 - parity : parity) : 0;
    const { type, copies } = this.#fields.get(field)!;
    const bytes = 512 * this.tables.capacity * elementBytes(type);
    while (copies.length <= copy) {
      const label = `${field}, copy ${copies.length}`;
      const byteLength = spacedBytes(bytes * componentsOf(type));
      const made = this.#pool.createBuffer({ label, byteLength, onMoved: () => undefined });
      copies.push(made);
      this.#clear(made);
    }
    return copies[copy]!.address + BigInt(component * bytes);
  }

  /** Submits what fills a buffer with zeros, before all that is submitted later and begins with a barrier. */
  #clear(buffer: Buffer): void {
    const commands = this.device.record('clear', (encoder) => void encoder.fill(buffer, 0, buffer.byteLength, 0));
    this.device.compute.submit([commands]);
    this.#clears.push(commands);
  }

  /** Gives the memory of all fields back; nothing that uses it is in flight. */
  dropFields(): void {
    for (const commands of this.#clears.splice(0)) commands[Symbol.dispose]();
    for (const { copies } of this.#fields.values()) for (const copy of copies) copy[Symbol.dispose]();
    this.#fields.clear();
  }

  async #upload(name: string, data: ArrayBufferView): Promise<void> {
    const byteLength = Math.max(16, Math.ceil(data.byteLength / 16) * 16);
    const buffer = this.device.createBuffer({ label: name, byteLength });
    this.#buffers.set(name, buffer);
    await this.device.staging.upload(buffer, 0, data);
  }

  [Symbol.dispose](): void {
    for (const buffer of this.#buffers.values()) buffer[Symbol.dispose]();
    this.dropFields();
    this.#pool[Symbol.dispose]();
  }
}
