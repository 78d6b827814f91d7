/**
 * @file What the renderer needs of a volume on a device, and such a volume made from grids on the host (files, tests),
 * without a simulation. The layout is the engine's: leaf slot s owns elements 512·s …, slot 0 is background, z fastest.
 */
import { foldGroups } from '@halocline/gpu';
import type { Buffer as DeviceBuffer, Device } from '@halocline/gpu';
import type { VolumeView } from '@halocline/engine';
import type { Grid } from '@halocline/vdb';
import { voxelizeTiles } from '@halocline/vdb';
import type { IndexBounds } from './parameters.ts';

/** The part of the engine's VolumeView that a picture is made from. */
export type Volume = Pick<
  VolumeView,
  | 'device'
  | 'leaves'
  | 'count'
  | 'leafTable'
  | 'fieldAddress'
  | 'fieldType'
  | 'indexBounds'
  | 'leafBounds'
  | 'indexToWorld'
  | 'worldToIndex'
  | 'voxelSize'
  | 'leafCount'
> &
  Partial<Pick<VolumeView, 'before'>>;

/** A volume that owns its buffers. */
export interface OwnedVolume extends Volume, Disposable {
  /** Names of its fields: those of the grids. */
  readonly fields: readonly string[];
}

/** Uploads grids of one map as a volume whose fields bear their names; level sets become an opaque fog inside the surface. */
export async function createVolume(device: Device, grids: readonly Grid[]): Promise<OwnedVolume> {
  const sources = grids.map((grid) => voxelizeTiles(grid));
  checkGrids(sources);
  const { map } = sources[0]!;
  const slots = unionOfLeaves(sources);
  const leafCount = slots.size;
  const origins = Int32Array.from([...slots.keys()].flatMap((key) => key.split(',').map(Number)));
  using undo = new DisposableStack();
  const upload = async (label: string, bytes: Uint32Array | Float32Array): Promise<DeviceBuffer> => {
    const { byteLength } = bytes;
    const buffer = undo.use(device.createBuffer({ label: `render volume ${label}`, byteLength, owner: 'render' }));
    await device.staging.upload(buffer, 0, bytes);
    return buffer;
  };
  const leaves = await upload(
    'leaves',
    Uint32Array.from({ length: leafCount + 1 }, (_, rank) => rank + 1),
  );
  const groups = foldGroups(Math.ceil(leafCount / 2), device.limits.maxWorkgroups[0]);
  const count = await upload('count', Uint32Array.of(...groups, leafCount));
  const leafTable = await upload('leafTable', leafTableOf(origins));
  const fields = new Map<string, { buffers: DeviceBuffer[]; type: ReturnType<VolumeView['fieldType']> }>();
  for (const grid of sources) {
    const components = grid.tree.values.length > 0 ? grid.tree.values.length : 1;
    const values: DeviceBuffer[] = [];
    for (let c = 0; c < components; c += 1) values.push(await upload(grid.name, valuesOf(grid, c, slots)));
    fields.set(grid.name, {
      buffers: values,
      type: components === 1 ? 'float32' : (`vec${components}` as ReturnType<VolumeView['fieldType']>),
    });
  }
  const find = (name: string) => {
    const field = fields.get(name);
    if (field === undefined) {
      throw new RangeError(
        `Cannot render field "${name}": the volume has ${[...fields.keys()].join(', ')}; name one of them`,
      );
    }
    return field;
  };
  const buffers = undo.move();
  return {
    device,
    leaves,
    count,
    leafTable,
    leafCount,
    fields: [...fields.keys()],
    fieldAddress: (name, component = 0) => find(name).buffers[component]!.address,
    fieldType: (name) => find(name).type,
    ...boundsOf(sources, origins),
    indexToWorld: rows(map.matrix, map.indexToWorld([0, 0, 0])),
    worldToIndex: rows(map.inverse, map.worldToIndex([0, 0, 0])),
    voxelSize: Math.cbrt(Math.abs(map.voxelVolume)),
    [Symbol.dispose]() {
      buffers.dispose();
    },
  };
}

function checkGrids(grids: readonly Grid[]): void {
  const [first] = grids;
  if (first === undefined) throw new RangeError('Cannot make volume "": no grid is given; give at least one');
  for (const grid of grids) {
    if (!grid.map.equals(first.map)) {
      throw new RangeError(
        `Cannot make volume of "${grid.name}": its map differs from that of "${first.name}"; render them one by one`,
      );
    }
    if (grid.type === 'index' || grid.type === 'onindex') {
      throw new RangeError(
        `Cannot make volume of "${grid.name}": ${grid.type} grids hold no values; name another grid`,
      );
    }
  }
}

/** Slots (from 1) of all leaves, by origin "i,j,k". */
function unionOfLeaves(grids: readonly Grid[]): Map<string, number> {
  const slots = new Map<string, number>();
  for (const grid of grids) {
    for (const { origin } of grid.leaves()) {
      const key = origin.join(',');
      if (!slots.has(key)) slots.set(key, slots.size + 1);
    }
  }
  return slots;
}

/** Origins, own slots and ranks of the leaf table; neighbours stay 0, since bricks are found by coordinate. */
function leafTableOf(origins: Int32Array): Uint32Array {
  const table = new Uint32Array((origins.length / 3 + 1) * 32);
  for (let rank = 0; rank * 3 < origins.length; rank += 1) {
    const at = (rank + 1) * 32;
    table[at + 13] = rank + 1;
    for (let axis = 0; axis < 3; axis += 1) table[at + 27 + axis] = origins[rank * 3 + axis]! >>> 0;
    table[at + 31] = rank;
  }
  return table;
}

/** Values by slot. An inactive voxel of background is empty, whatever number the background is; of a level set it is a distance. */
function valuesOf(grid: Grid, component: number, slots: ReadonlyMap<string, number>): Float32Array {
  const surface = grid.gridClass === 'level set';
  const background = Number(grid.background[component] ?? 0);
  const values = new Float32Array((slots.size + 1) * 512).fill(surface ? background : 0);
  for (const leaf of grid.leaves()) {
    const at = slots.get(leaf.origin.join(','))! * 512;
    const source = leaf.values[component];
    for (let n = 0; n < 512; n += 1) {
      const active = (leaf.mask[n >> 5]! >>> (n & 31)) & 1;
      const value = source === undefined ? active : Number(source[n]);
      values[at + n] = active === 0 && !surface && value === background ? 0 : value;
    }
  }
  if (surface) fillSurface(values, grid);
  return values;
}

/**
 * Signed distances become fog: nothing outside, and so dense inside that three voxels hide what is behind them; the ramp is three
 * voxels wide, or steps would show.
 */
function fillSurface(values: Float32Array, grid: Grid): void {
  const box = grid.indexBounds;
  const side = box === null ? 1 : Math.min(...box.max.map((high, axis) => high - box.min[axis]! + 1));
  const size = Math.cbrt(Math.abs(grid.map.voxelVolume));
  for (let at = 0; at < values.length; at += 1) {
    values[at] = Math.min(1, Math.max(0, 0.3 - values[at]! / (3 * size))) * ((2 * side) / 40);
  }
}

function boundsOf(grids: readonly Grid[], origins: Int32Array): { indexBounds: IndexBox; leafBounds: IndexBox } {
  const boxes = grids.map((grid) => grid.indexBounds).filter((box) => box !== null);
  const axis = (at: number): number[] => Array.from(origins.filter((_, index) => index % 3 === at));
  const triple = (of: (at: number) => number): readonly [number, number, number] => [of(0), of(1), of(2)];
  if (boxes.length === 0) {
    const none: IndexBox = { min: [0, 0, 0], max: [0, 0, 0] };
    return { indexBounds: none, leafBounds: none };
  }
  return {
    indexBounds: {
      min: triple((at) => Math.min(...boxes.map((box) => box.min[at]!))),
      max: triple((at) => Math.max(...boxes.map((box) => box.max[at]!))),
    },
    leafBounds: {
      min: triple((at) => axis(at).reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY)),
      max: triple((at) => axis(at).reduce((most, x) => Math.max(most, x + 7), Number.NEGATIVE_INFINITY)),
    },
  };
}

type IndexBox = IndexBounds & {
  readonly min: readonly [number, number, number];
  readonly max: readonly [number, number, number];
};

function rows(matrix: readonly number[], translation: readonly number[]): number[] {
  return [0, 1, 2].flatMap((row) => [...matrix.slice(row * 3, row * 3 + 3), translation[row]!]);
}
