/** @file Grids made from leaves that someone else holds, such as a simulation's fields. */
import { assemble } from './assemble.ts';
import { Grid } from './grid.ts';
import type { GridMap } from './map.ts';
import { makeValues, store, TYPES } from './types.ts';
import type { GridClass, GridType, Scalar, Values } from './types.ts';

/** Leaves in any order. */
export interface LeafSource {
  readonly name: string;
  readonly type: GridType;
  readonly map: GridMap;
  /** One number a component. */
  readonly background: readonly Scalar[];
  /** 3 numbers a leaf: index coordinates, multiples of 8. */
  readonly origins: Int32Array;
  /** 16 words a leaf: bit n set where voxel n is active. */
  readonly masks: Uint32Array;
  /**
   * One array a component, 512 values a leaf, z fastest. Not for `mask`. Taken over, not copied, when the leaves come in the
   * format's order.
   */
  readonly values?: readonly Values[];
  readonly gridClass?: GridClass;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Makes a grid from leaves. The arrays belong to the grid from then on. */
export function gridFromLeaves(source: LeafSource): Grid {
  const { name, type, origins, masks } = source;
  const spec = TYPES[type];
  const count = origins.length / 3;
  const values = spec.leaf === 'stored' ? (source.values ?? []) : undefined;
  const problem =
    spec.leaf === 'index'
      ? 'index types number their voxels and hold no values; use toOnIndex'
      : !Number.isInteger(count)
        ? `origins has ${origins.length} numbers; give 3 a leaf`
        : masks.length !== 16 * count
          ? `masks has ${masks.length} words for ${count} leaves; give 16 a leaf`
          : values !== undefined && values.length !== spec.components
            ? `${values.length} arrays of values are given; a ${type} has ${spec.components}`
            : values?.some((array) => array.length !== 512 * count)
              ? `an array of values has not ${512 * count} elements; give 512 a leaf`
              : undefined;
  if (problem !== undefined) throw new RangeError(`Cannot make grid "${name}": ${problem}`);
  const tileValues = makeValues(type, 1);
  tileValues.forEach((array, c) => store(array, 0, source.background[c] ?? 0));
  const tree = assemble(
    { type, background: source.background, origins, masks, tileValues, values, offsets: undefined },
    { count: 0, entries: new Int32Array(0) },
  );
  return new Grid({
    name,
    tree,
    map: source.map,
    ...(source.gridClass === undefined ? {} : { gridClass: source.gridClass }),
    ...(source.metadata === undefined ? {} : { metadata: source.metadata }),
  });
}
