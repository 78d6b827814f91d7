/**
 * @file What a renderer, or any kernel of one's own, needs to read fields where they are: the tables of level 0, the
 * addresses of the fields' current copies, and the map.
 */
import type { Buffer, Device } from '@halocline/gpu';
import type { FieldType } from '@halocline/stencil';
import type { FieldDeclaration } from './declarations.ts';
import { indexToWorldRows, voxelEdge, worldToIndexRows } from './level-map.ts';
import { onDevice } from './loss/on-device.ts';
import type { Runtime } from './runtime.ts';
import type { IndexBox } from './topology.ts';

/** A view of the finest level. Its buffers are the simulation's; addresses are of the moment: ask again after each step. */
export interface VolumeView {
  /** Where all of it lies. */
  readonly device: Device;
  /** u32 a rank: slots of the leaves in Morton order. */
  readonly leaves: Buffer;
  /** u32[4]: indirect arguments of a pass with two leaves a workgroup, and the leaf count. */
  readonly count: Buffer;
  /** u32[32] a slot: 27 neighbours, origin, parent, rank. */
  readonly leafTable: Buffer;
  /** u32[16] a slot: bit n set where voxel n is active. */
  readonly masks: Buffer;
  /** A NanoVDB index grid whose leaf offsets are 512 · slot. */
  readonly grid: Buffer;
  /** Address of the array of one component, in its current copy. */
  fieldAddress(name: string, component?: number): bigint;
  /** The type of a field's values, as it was added. */
  fieldType(name: string): FieldType;
  /** One number a component. */
  background(name: string): readonly number[];
  /** Inclusive box of the active voxels. */
  readonly indexBounds: IndexBox;
  /** Inclusive box of whole leaves. */
  readonly leafBounds: IndexBox;
  /** Three rows m0 m1 m2 t: index → world metres. */
  readonly indexToWorld: readonly number[];
  /** Three rows m0 m1 m2 t: world metres → index. */
  readonly worldToIndex: readonly number[];
  /** Metres. */
  readonly voxelSize: number;
  /** Slots that the tables have, slot 0 included; and leaves that there are. */
  readonly capacity: number;
  readonly leafCount: number;
  /**
   * To be awaited before submitting work that reads the fields: it finishes steps whose loops ran out of recorded
   * iterations. Work on `device.compute` is then behind the steps, given a barrier at its start.
   */
  before(): Promise<void>;
}

/** Makes a view of some fields of level 0. Within the lane. */
export async function makeVolume(runtime: Runtime, fields: readonly FieldDeclaration[]): Promise<VolumeView> {
  for (const field of fields) await runtime.stores(field);
  await runtime.prepare();
  const member = await runtime.view(fields);
  const subdomain = member.subdomains[0]!;
  const grid = await onDevice(runtime.team.place(0), () => subdomain.grid(0));
  const find = (name: string): FieldDeclaration => {
    const field = fields.find((each) => each.name === name);
    if (field !== undefined) return field;
    throw new TypeError(
      runtime.unknown(
        'view',
        'field',
        name,
        fields.map((each) => each.name),
      ),
    );
  };
  const { domain, tables } = subdomain.levels[0]!;
  return {
    device: member.device,
    // Tables may be made anew when a level is added, so they are looked up when asked for.
    get leaves() {
      return subdomain.levels[0]!.leaves;
    },
    get count() {
      return member.counts;
    },
    get leafTable() {
      return subdomain.levels[0]!.leafTable;
    },
    get masks() {
      return subdomain.levels[0]!.masks;
    },
    grid,
    fieldAddress(name, component = 0) {
      const field = find(name);
      const store = subdomain.existingField(field.key);
      if (store?.declaration !== field) {
        throw new TypeError(
          `Cannot view field "${name}": it has been removed; ask for a volume of the fields there are`,
        );
      }
      return store.address(component, runtime.subdomains.length === 1 ? runtime.copiesOf(field)[component]! : 0);
    },
    fieldType: (name) => find(name).type,
    background: (name) => find(name).default,
    indexBounds: domain.indexBounds,
    leafBounds: domain.leafBounds,
    indexToWorld: indexToWorldRows(domain.map),
    worldToIndex: worldToIndexRows(domain.map),
    voxelSize: voxelEdge(domain.map),
    capacity: tables.capacity,
    leafCount: tables.leafCount,
    before: () =>
      runtime.run(async () => {
        await runtime.settleLoops();
        await runtime.view(fields);
      }),
  };
}
