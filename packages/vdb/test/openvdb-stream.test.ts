import { expect, test } from 'vitest';

import { fogSphere, Grid, GridMap, levelSetSphere, readGrids, streamVdb, TreeBuilder, writeVdb } from '@halocline/vdb';
import { ByteBuilder } from '../src/byte-builder.ts';
import { ByteCursor } from '../src/byte-cursor.ts';
import { metadataTypes, readMetadata, writeMetadata } from '../src/openvdb-metadata.ts';
import { readTransform } from '../src/openvdb-transform.ts';
import { fixture, hasShared, sharedFile, sharedWords } from './shared.ts';

const fog = fogSphere([0, 0, 0], 40, { name: 'fog' });
const surface = levelSetSphere([0, 0, 0], 40, { name: 'surface' });
const small = [fogSphere([0, 0, 0], 12, { name: 'a' }), levelSetSphere([0, 0, 0], 12, { name: 'b' })];

test.each(['none', 'zip', 'blosc'] as const)('a stream gives the bytes of the whole file in order (%s)', (codec) => {
  const grids = codec === 'none' ? [fog, surface, fog.with({ name: 'twin' })] : small;
  const pieces = [...streamVdb(grids, { codec })];
  expect(Buffer.concat(pieces).equals(writeVdb(grids, { codec }))).toBe(true);
  if (codec === 'none') expect(pieces.length).toBeGreaterThan(1);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1.5 * 2 ** 20);
});

test('files of other content have another identity, files of the same content the same', () => {
  const uuid = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(21, 57)).toString();
  expect(uuid(writeVdb([fog]))).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(uuid(writeVdb([fog]))).toBe(uuid(writeVdb([fog])));
  expect(uuid(writeVdb([fog]))).not.toBe(uuid(writeVdb([surface])));
});

const scalars: [string, string, ArrayBufferView][] = [
  ['a', 'float', Float32Array.of(1)],
  ['b', 'double', Float64Array.of(2)],
  ['c', 'int32', Int32Array.of(3)],
  ['d', 'int64', BigInt64Array.of(4n)],
  ['e', 'bool', Uint8Array.of(1)],
  ['f', 'float', Float32Array.of(0.1)],
  ['g', 'quats', Float32Array.of(0, 0, 0, 1)],
  ['h', 'quatd', Float64Array.of(0, 0, 0, 1)],
  ['i', 'vec2i', Int32Array.of(1, 2)],
  ['j', 'vec3s', Float32Array.of(1, 2, 3)],
  ['k', 'vec4d', Float64Array.of(1, 2, 3, 4)],
  ['l', 'mat3s', new Float32Array(9)],
  ['m', 'mat4d', new Float64Array(16)],
  ['n', 'string', Buffer.from('ünïcode')],
  ['o', 'double', Float64Array.of(-0)],
];

function metadataBytes(items: typeof scalars): Uint8Array {
  const out = new ByteBuilder();
  out.u32(items.length);
  for (const [name, type, value] of items) {
    out.string(name);
    out.string(type);
    out.u32(value.byteLength);
    out.array(value);
  }
  return out.take();
}

test('metadata of every type are written again as the type that they were', () => {
  const bytes = metadataBytes(scalars);
  const metadata = readMetadata(new ByteCursor(bytes, 'Cannot read'));
  const out = new ByteBuilder();
  writeMetadata(out, metadata, metadataTypes(metadata));
  expect(Buffer.from(out.take()).equals(bytes)).toBe(true);
});

test('metadata of an unknown type are passed over by their size', () => {
  const bytes = metadataBytes([['file_delayed_load', '__delayedload', new Uint8Array(300)], ...scalars.slice(0, 1)]);
  expect(readMetadata(new ByteCursor(bytes, 'Cannot read'))).toEqual({ a: 1 });
});

test('a grid that is read and written keeps the types of its metadata, also under another name', () => {
  const types = new Map([['weight', 'double']]);
  const [plain] = readGrids(writeVdb([small[1]!.with({ metadata: { weight: 1, count: 2 } })]));
  expect(metadataTypes(plain!.metadata).get('weight')).toBe('int32');
  const out = new ByteBuilder();
  writeMetadata(out, { weight: 1, count: 2 }, types);
  const metadata = readMetadata(new ByteCursor(out.take(), 'Cannot read'));
  const again = readGrids(writeVdb([small[1]!.with({ metadata, name: 'other' })]))[0]!;
  expect([again.metadata['weight'], metadataTypes(again.metadata).get('weight')]).toEqual([1, 'double']);
  const changed = readGrids(writeVdb([small[1]!.with({ metadata: { ...again.metadata, weight: 'heavy' } })]))[0]!;
  expect(changed.metadata['weight']).toBe('heavy');
});

test('what was written, read and written again has the same bytes', () => {
  const builder = new TreeBuilder('vec3d', [0, 0, 0]);
  builder.addTile(128, 128, 0, 0, [1, 2, 3], true);
  const tiles = new Grid({
    name: 'tiles',
    map: new GridMap([1, 0.1, 0, 0, 2, 0, 0, 0, 3], [4, 5, 6]),
    tree: builder.build(),
  });
  for (const grids of [small, [tiles], readGrids(fixture('vel_vec3s_blosc_mask.vdb'))]) {
    for (const options of [{ codec: 'none' }, { codec: 'zip' }, { codec: 'blosc', half: true }] as const) {
      const bytes = writeVdb(grids, options);
      expect(Buffer.compare(writeVdb(readGrids(bytes), options), bytes)).toBe(0);
    }
  }
});

test.skipIf(!hasShared)(`metadata of public files keep types and values${sharedWords}`, () => {
  for (const name of ['oiio_sphereCd.vdb', 'arnold_torus01.vdb', 'openvdborg_sphere.vdb']) {
    const [grid] = readGrids(sharedFile(`real/${name}`));
    const [again] = readGrids(writeVdb([grid!], { half: true }));
    const before = metadataTypes(grid!.metadata);
    const after = metadataTypes(again!.metadata);
    for (const [key, type] of before)
      if (!key.startsWith('file_')) expect(`${key} ${after.get(key)}`).toBe(`${key} ${type}`);
  }
});

/** The bytes of a map. */
function mapBytes(name: string, ...numbers: number[][]): ByteCursor {
  const out = new ByteBuilder();
  out.string(name);
  out.doubles(numbers.flat());
  return new ByteCursor(out.take(), 'Cannot read');
}

const rest = (s: readonly number[]): number[] => [
  ...s.map(Math.abs),
  ...s.map((v) => 1 / v),
  ...s.map((v) => 1 / v ** 2),
  ...s.map((v) => 1 / (2 * v)),
];
const scale = [2, 3, 4];
const moved = [5, 6, 7];
const turned = [0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const all = [0, 2, 0, 0, -3, 0, 0, 0, 0, 0, 4, 0, 5, 6, 7, 1];

test.each<[string, number[][], number[], number[]]>([
  ['UniformScaleMap', [[2, 2, 2], rest([2, 2, 2])], [2, 0, 0, 0, 2, 0, 0, 0, 2], [0, 0, 0]],
  ['ScaleMap', [scale, rest(scale)], [2, 0, 0, 0, 3, 0, 0, 0, 4], [0, 0, 0]],
  ['UniformScaleTranslateMap', [moved, [2, 2, 2], rest([2, 2, 2])], [2, 0, 0, 0, 2, 0, 0, 0, 2], moved],
  ['ScaleTranslateMap', [moved, scale, rest(scale)], [2, 0, 0, 0, 3, 0, 0, 0, 4], moved],
  ['TranslationMap', [moved], [1, 0, 0, 0, 1, 0, 0, 0, 1], moved],
  ['UnitaryMap', [turned], [0, -1, 0, 1, 0, 0, 0, 0, 1], [0, 0, 0]],
  ['AffineMap', [all], [0, -3, 0, 2, 0, 0, 0, 0, 4], moved],
  [
    'UnitaryMap:ScaleMap:TranslationMap',
    [all, all, turned, scale, rest(scale), moved],
    [0, -3, 0, 2, 0, 0, 0, 0, 4],
    moved,
  ],
])('%s is read to its last byte', (name, numbers, matrix, translation) => {
  const cursor = mapBytes(name, ...numbers);
  const map = readTransform(cursor)!;
  expect([[...map.matrix], [...map.translation], cursor.end - cursor.at]).toEqual([matrix, translation, 0]);
});

test('a compound with a frustum is a frustum, one of unknown parts an error', () => {
  expect(readTransform(mapBytes('ScaleMap:NonlinearFrustumMap', all))).toBeUndefined();
  expect(() => readTransform(mapBytes('ScaleMap:BentMap', all))).toThrow(
    'found "ScaleMap:BentMap"; expected the name of a map',
  );
});
