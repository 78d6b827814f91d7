import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type Grid, GridMap, gridFromLeaves, readGrids, TreeBuilder, TYPES, writeVdb } from '@halocline/vdb';
import type { Codec, GridType, Scalar, Values } from '@halocline/vdb';

import { Grid as GridClass } from '../src/grid.ts';
import { makeValues } from '../src/types.ts';
import { fixture, hasShared, sharedFile, sharedWords } from './shared.ts';

const codecs: readonly Codec[] = ['none', 'zip', 'blosc'];
const types: readonly GridType[] = ['float', 'double', 'int32', 'int64', 'bool', 'mask', 'vec3f', 'vec3d', 'vec3i'];

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Everything that a file keeps, as bytes and plain values. */
function content(grid: Grid): unknown {
  const { tree } = grid;
  const tiles: unknown[] = [];
  tree.forEachTile((span, x, y, z, tile, active) => {
    tiles.push([span, x, y, z, tree.tileValues.map((array) => array[tile]), active]);
  });
  return {
    name: grid.name,
    type: grid.type,
    gridClass: grid.gridClass,
    map: [grid.map.matrix, grid.map.translation],
    background: grid.background,
    tiles,
    nodes: [tree.upper.origins, tree.lower.origins, tree.leaf.origins, tree.leaf.masks],
    values: tree.values.map((array) => Buffer.from(bytesOf(array)).toString('base64')),
  };
}

function roundTrip(grids: readonly Grid[], codec: Codec): Grid[] {
  const bytes = writeVdb(grids, { codec });
  const back = readGrids(bytes);
  expect(back.map(content)).toEqual(grids.map(content));
  expect(writeVdb(back, { codec })).toEqual(bytes);
  return back;
}

function numberFor(type: GridType): fc.Arbitrary<Scalar> {
  if (type === 'int64') return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  if (type === 'bool' || type === 'mask') return fc.nat(1);
  if (type === 'int32' || type === 'vec3i') return fc.integer();
  if (type === 'double' || type === 'vec3d') return fc.double({ noNaN: true });
  return fc.float({ noNaN: true });
}

const corner = fc.integer({ min: -3, max: 3 });

/** A small tree with leaves whose inactive voxels hold few or many values, and tiles at every level. */
function gridOf(type: GridType): fc.Arbitrary<Grid> {
  const { components } = TYPES[type];
  const value = fc.array(numberFor(type), { minLength: components, maxLength: components });
  const leaf = fc.record({
    at: fc.tuple(corner, corner, corner),
    mask: fc.uint32Array({ minLength: 16, maxLength: 16 }),
    palette: fc.array(value, { minLength: 1, maxLength: 4 }),
    sign: fc.constantFrom('none', 'background', 'minus', 'both'),
  });
  const tile = fc.record({
    span: fc.constantFrom(8 as const, 128 as const, 4096 as const),
    at: fc.tuple(corner, corner, corner),
    value,
    active: fc.boolean(),
  });
  return fc
    .record({
      name: fc.string({ maxLength: 6 }).filter((text) => !text.includes('\x1e')),
      background: value,
      leaves: fc.uniqueArray(leaf, { maxLength: 4, selector: ({ at }) => at.join() }),
      tiles: fc.uniqueArray(tile, { maxLength: 4, selector: ({ span, at }) => `${span} ${at.join()}` }),
      scale: fc.double({ min: 0.01, max: 100, noNaN: true }),
    })
    .map(({ name, background, leaves, tiles, scale }) => {
      const builder = new TreeBuilder(type, background);
      for (const { at, mask, palette, sign } of leaves) {
        const colours = [...palette, ...withSigns(type, background, sign)];
        const values = makeValues(type, 512);
        values.forEach((array, c) => {
          for (let n = 0; n < 512; n++) array[n] = colours[(n * 7 + (n >> 3)) % colours.length]![c]!;
        });
        builder.addLeaf(at[0] * 8, at[1] * 8, at[2] * 8, mask, type === 'mask' ? undefined : values);
      }
      // Far from the leaves and from one another, so that nothing covers anything.
      for (const { span, at, value: held, active } of tiles) {
        const base = { 8: 1 << 13, 128: 1 << 15, 4096: 1 << 17 }[span];
        builder.addTile(span, base + at[0] * span, at[1] * span, at[2] * span, held, active);
      }
      return new GridClass({ name, tree: builder.build(), map: GridMap.scale(scale, [1, 2, 3]) });
    });
}

function withSigns(type: GridType, background: readonly Scalar[], sign: string): Scalar[][] {
  const minus = background.map((v) => (type === 'bool' || type === 'mask' ? 1 - Number(v) : -v));
  if (sign === 'none' || (typeof minus[0] === 'bigint' && minus[0] >= 2n ** 63n)) return [];
  return sign === 'background' ? [[...background]] : sign === 'minus' ? [minus] : [[...background], minus];
}

describe('writing .vdb', () => {
  test.each(types)('%s grids come back bit for bit, with every codec, and the same bytes again', (type) => {
    fc.assert(
      fc.property(gridOf(type), fc.constantFrom(...codecs), (grid, codec) => void roundTrip([grid], codec)),
      { numRuns: 10 },
    );
  });

  test('reads back the fixtures of the reference writer', () => {
    for (const name of ['vel_vec3s_blosc_mask.vdb', 'tiles_float_mask.vdb', 'unk_float_zip_mask.vdb']) {
      for (const codec of codecs) roundTrip(readGrids(fixture(name)), codec);
    }
  });

  test.skipIf(!hasShared)(`all types, shared trees and grids of one name come back${sharedWords}`, () => {
    const grids = readGrids(sharedFile('reference/types_mask.vdb'));
    const back = roundTrip(grids, 'zip');
    expect(back.length).toBe(9);
    const [density, instance] = ['density', 'instance_of_density'].map((name) => back.find((g) => g.name === name)!);
    expect(instance!.tree).toBe(density!.tree);
  });

  test('half floats are the nearest ones; background and tiles of the root stay whole', () => {
    const builder = new TreeBuilder('float', [0.1]);
    const values = new Float32Array(512).fill(0.1);
    values.set([1 / 3, 70000, 1e-9, 2049]);
    builder.addLeaf(
      0,
      0,
      0,
      Uint32Array.from({ length: 16 }, (_, w) => (w === 0 ? 15 : 0)),
      [values],
    );
    builder.addTile(4096, 4096, 0, 0, [0.3], true);
    const bytes = writeVdb([new GridClass({ name: 'h', tree: builder.build(), map: GridMap.scale(1) })], {
      half: true,
    });
    const [back] = readGrids(bytes);
    expect([0, 1, 2, 3, 4].map((k) => back!.get(0, 0, k))).toEqual([
      0.333251953125,
      Infinity,
      0,
      2048,
      Math.fround(0.1),
    ]);
    expect(back!.get(5000, 5, 5)).toBe(Math.fround(0.3));
    expect(back!.metadata['is_saved_as_half_float']).toBe(true);
  });

  test('writes what Houdini and Blender look for', () => {
    const values: Values[] = [0, 1, 2].map(() => new Float32Array(512).fill(1));
    const velocity = gridFromLeaves({
      name: 'velocity',
      type: 'vec3f',
      gridClass: 'staggered',
      map: GridMap.scale(0.5),
      background: [0, 0, 0],
      origins: Int32Array.of(-8, 0, 8),
      masks: new Uint32Array(16).fill(0xffffffff),
      values,
      metadata: { vector_type: 'contravariant relative', is_local_space: false, frame: 12, dt: 0.25, π: 3.14 },
    });
    const [back] = readGrids(writeVdb([velocity], { creator: 'Test' }));
    expect(back!.metadata).toEqual({
      class: 'staggered',
      creator: 'Test',
      dt: 0.25,
      file_bbox_max: Int32Array.of(-1, 7, 15),
      file_bbox_min: Int32Array.of(-8, 0, 8),
      file_compression: 'active values',
      file_mem_bytes: 162892n,
      file_voxel_count: 512n,
      frame: 12,
      is_local_space: false,
      name: 'velocity',
      vector_type: 'contravariant relative',
      π: 3.14,
    });
  });

  test('maps keep their kind: uniform, scale, translated, affine', () => {
    const kinds = [
      GridMap.scale(0.1),
      GridMap.scale([1, 2, -3]),
      GridMap.scale(2, [1, 2, 3]),
      GridMap.scale([1, 2, 3], [0, 0, 1]),
      new GridMap([1, 2, 0, -2, 1, 0, 0, 0.5, 3], [7, 8, 9]),
    ];
    const tree = new TreeBuilder('float', [0]).build();
    const bytes = writeVdb(kinds.map((map, i) => new GridClass({ name: `g${i}`, tree, map })));
    const text = Buffer.from(bytes).toString('latin1');
    expect(text.match(/(Uniform)?(Scale|Affine)(Translate)?Map/g)).toEqual([
      'UniformScaleMap',
      'ScaleMap',
      'UniformScaleTranslateMap',
      'ScaleTranslateMap',
      'AffineMap',
    ]);
    readGrids(bytes).forEach((grid, i) => expect(grid.map.equals(kinds[i]!)).toBe(true));
  });

  test('types that OpenVDB lacks are widened, or refused in words', () => {
    const leaf = { map: GridMap.scale(1), origins: Int32Array.of(0, 0, 0), masks: new Uint32Array(16).fill(1) };
    const wide = gridFromLeaves({
      ...leaf,
      name: 'ids',
      type: 'uint32',
      background: [4000000000],
      values: [new Uint32Array(512).fill(3000000000)],
    });
    const [back] = readGrids(writeVdb([wide]));
    expect([back!.type, back!.background[0], back!.get(0, 0, 0)]).toEqual(['int64', 4000000000n, 3000000000]);
    const colour = gridFromLeaves({
      ...leaf,
      name: 'Cd',
      type: 'vec4f',
      background: [0, 0, 0, 0],
      values: [0, 1, 2, 3].map(() => new Float32Array(512)),
    });
    expect(() => writeVdb([colour])).toThrow(
      'Cannot write grid "Cd" to .vdb: OpenVDB has no values of type vec4f; convert them or write .nvdb',
    );
  });

  test.each(['float', 'vec3f'] as const)(
    'active values of a %s grid keep the bits of a signalling NaN, as halves too',
    (type) => {
      const { components } = TYPES[type];
      const bits = new Uint32Array(1024).fill(0xffa02000);
      const grid = gridFromLeaves({
        name: 'odd',
        type,
        map: GridMap.scale(1),
        background: Array.from({ length: components }, () => 0),
        origins: Int32Array.of(0, 0, 0, 0, 0, 8),
        masks: new Uint32Array(32).fill(0xffffffff, 0, 16).fill(0x00ff00ff, 16),
        values: Array.from({ length: components }, () => new Float32Array(bits.buffer)),
      });
      const active = (n: number): boolean => n < 512 || (n & 8) === 0;
      for (const half of [false, true]) {
        const [back] = readGrids(writeVdb([grid], { half }));
        for (const { buffer, byteOffset } of back!.tree.values) {
          const found = new Uint32Array(buffer, byteOffset, 1024);
          expect(found.filter((_, n) => active(n))).toEqual(bits.filter((_, n) => active(n)));
        }
      }
    },
  );

  test('a map that nothing inverts is refused', () => {
    const flat = new GridClass({
      name: 'flat',
      tree: new TreeBuilder('float', [0]).build(),
      map: GridMap.scale([1, 1, 0]),
    });
    expect(() => writeVdb([flat])).toThrow(
      'Cannot write grid "flat" to .vdb: its map (scale 1, 1, 0) has no inverse; give one that scales each axis',
    );
  });

  test('no grids make a file, and so does an empty one', () => {
    expect(readGrids(writeVdb([]))).toEqual([]);
    const empty = new GridClass({ name: '', tree: new TreeBuilder('float', [5]).build(), map: GridMap.scale(1) });
    const [back] = roundTrip([empty], 'zip');
    expect([back!.activeVoxelCount, back!.get(1, 2, 3)]).toEqual([0, 5]);
  });
});
