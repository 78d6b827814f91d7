/** Flavours of `.nvdb` that we do not write: made here from files that we do. */
import { describe, expect, test } from 'vitest';

import {
  fogSphere,
  type Grid,
  indexGrid,
  levelSetSphere,
  listGrids,
  readGrid,
  readGridFile,
  readGrids,
  toOnIndex,
  writeNanoVdb,
} from '@halocline/vdb';
import { encodeZip } from '../src/codec.ts';
import { packVersion } from '../src/nvdb-layout.ts';

const fog = fogSphere([0, 0, 0], 9, { name: 'fog' });
const surface = levelSetSphere([0, 0, 0], 6, { name: 'surface' });

/** The payload of a file of unpacked grids, and where its metadata end. */
function split(file: Uint8Array): { heads: Uint8Array; payload: Uint8Array } {
  const view = new DataView(file.buffer, file.byteOffset);
  let at = 16;
  for (let g = view.getUint16(12, true); g > 0; g--) at += 176 + view.getUint32(at + 136, true);
  return { heads: file.slice(0, at), payload: file.slice(at) };
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const told = (grid: Grid): unknown[] => [
  grid.name,
  grid.type,
  grid.activeVoxelCount,
  grid.get(0, 0, 7),
  grid.get(3, 3, 3),
];

describe('versions', () => {
  test.each([
    ['32.3.3', 'NanoVDB0', 'NanoVDB0', 0x304244566f6e614en],
    ['32.4.2', 'NanoVDB0', 'NanoVDB0', 0n],
    ['32.6.0', 'NanoVDB0', 'NanoVDB0', 0x314244566f6e614en],
    ['32.7.0', 'NanoVDB2', 'NanoVDB1', 0n],
    ['32.8.0', 'NanoVDB2', 'NanoVDB1', 0n],
    ['32.9.2', 'NanoVDB2', 'NanoVDB1', 0n],
  ])('%s with magics %s and %s is read', (name, fileMagic, gridMagic, word) => {
    const [major, minor, patch] = name.split('.').map(Number) as [number, number, number];
    const { heads, payload } = split(writeNanoVdb([fog], { compat: fileMagic === 'NanoVDB0' }));
    heads.set(Buffer.from(fileMagic));
    payload.set(Buffer.from(gridMagic));
    for (const [bytes, at] of [
      [heads, 8],
      [payload, 16],
    ] as const) {
      new DataView(bytes.buffer).setUint32(at, packVersion(major, minor, patch), true);
    }
    new DataView(payload.buffer).setBigUint64(664, word, true);
    new DataView(payload.buffer).setBigInt64(8, -1n, true);
    for (const bytes of [join(heads, payload), payload]) {
      // An old grid by itself is told from a file header by its version.
      const [grid] = readGrids(bytes);
      expect(told(grid!)).toEqual(told(fog));
      expect([grid!.source, grid!.checksum]).toEqual([`NanoVDB ${name}`, 'none']);
    }
  });

  test.each(['33.0.0', '31.9.9'])('%s is refused', (name) => {
    const [major, minor, patch] = name.split('.').map(Number) as [number, number, number];
    const file = writeNanoVdb([fog]);
    new DataView(file.buffer).setUint32(8, packVersion(major, minor, patch), true);
    expect(() => readGrids(file)).toThrow(
      `Cannot read NanoVDB file: its version at byte 8: found ${name}; expected a version 32.x`,
    );
  });
});

describe('checksums', () => {
  test('of the whole, of the head alone, none, and those that do not fit are told apart', () => {
    const checksum = (change: (view: DataView) => void, compat = false): string => {
      const { heads, payload } = split(writeNanoVdb([fog], { compat }));
      change(new DataView(payload.buffer));
      return readGrids(join(heads, payload))[0]!.checksum;
    };
    expect(checksum(() => {})).toBe('ok');
    expect(checksum(() => {}, true)).toBe('ok');
    expect(checksum((view) => view.setUint32(12, 0xffffffff, true))).toBe('ok');
    expect(checksum((view) => view.setBigInt64(8, -1n, true))).toBe('none');
    expect(checksum((view) => view.setUint8(view.byteLength - 7, 99))).toBe('bad');
    expect(checksum((view) => view.setUint8(728, 1))).toBe('bad');
    expect(checksum((view) => view.setUint8(41, 99), true)).toBe('bad');
  });
});

describe('several grids', () => {
  const { heads, payload } = split(writeNanoVdb([fog, surface]));

  test('in a raw dump are read one after another', () => {
    expect(readGrids(payload).map(told)).toEqual([fog, surface].map(told));
    expect(listGrids(payload).map(({ name, type }) => [name, type])).toEqual([
      ['fog', 'Float'],
      ['surface', 'Float'],
    ]);
    expect(told(readGrid(payload, { name: 'surface' }))).toEqual(told(surface));
  });

  test.each(['none', 'zip'])('in one payload that describes the first alone are found by their sizes (%s)', (codec) => {
    const packed = codec === 'none' ? payload : encodeZip(payload);
    const size = new Uint8Array(8);
    new DataView(size.buffer).setUint32(0, packed.length, true);
    const head = heads.slice(0, 16 + 176 + 4);
    const view = new DataView(head.buffer);
    view.setUint16(12, 1, true);
    view.setUint16(14, codec === 'none' ? 0 : 1, true);
    view.setUint32(16, payload.length, true);
    view.setUint32(24, codec === 'none' ? payload.length : packed.length + 8, true);
    const file = codec === 'none' ? join(head, payload) : join(head, size, packed);
    expect(readGrids(file).map(told)).toEqual([fog, surface].map(told));
    expect(told(readGrid(file, { name: 'surface' }))).toEqual(told(surface));
    expect(() => readGrid(file, { name: 'heat' })).toThrow('the file has "fog", "surface"; give one of these');
  });

  test('in segments of different codecs are read in order', () => {
    const file = join(
      writeNanoVdb([fog], { codec: 'zip' }),
      writeNanoVdb([surface]),
      writeNanoVdb([fog], { codec: 'blosc' }),
    );
    expect(readGrids(file).map(told)).toEqual([fog, surface, fog].map(told));
    expect(told(readGrid(file, { name: 'fog', index: 1 }))).toEqual(told(fog));
  });
});

describe('retired and unread types', () => {
  /** An OnIndex payload as its retired mask variant: each leaf has 64 bytes more. */
  function withLeafMasks(payload: Uint8Array, typeId: number): Uint8Array {
    const view = new DataView(payload.buffer, payload.byteOffset);
    const [leafAt, lowerAt] = [672, 680].map((at) => 672 + view.getUint32(at, true)) as [number, number];
    const [leafCount, lowerCount] = [view.getUint32(704, true), view.getUint32(708, true)];
    const out = new Uint8Array(payload.length + 64 * leafCount);
    out.set(payload.subarray(0, leafAt));
    const to = new DataView(out.buffer);
    for (let leaf = 0; leaf < leafCount; leaf++) {
      out.set(payload.subarray(leafAt + 96 * leaf, leafAt + 96 * leaf + 96), leafAt + 160 * leaf);
    }
    for (let l = 0; l < lowerCount; l++) {
      const start = lowerAt + 33_856 * l;
      for (let n = 0; n < 4096; n++) {
        if (((payload[start + 544 + (n >> 3)]! >> (n & 7)) & 1) === 0) continue;
        const offset = view.getUint32(start + 1088 + 8 * n, true);
        to.setUint32(start + 1088 + 8 * n, offset + (64 * (start + offset - leafAt)) / 96, true);
      }
    }
    to.setUint32(32, out.length, true);
    to.setUint32(640, out.length, true);
    to.setUint32(636, typeId, true);
    to.setBigInt64(8, -1n, true);
    return out;
  }

  test.each([
    [21, 'index'],
    [22, 'onindex'],
  ] as const)('type %i is read as %s', (typeId, type) => {
    const numbered = toOnIndex(fog);
    const { payload } = split(writeNanoVdb([numbered]));
    const raw = withLeafMasks(payload, typeId);
    const [grid] = readGrids(raw);
    expect([grid!.type, grid!.activeVoxelCount, grid!.leafCount]).toEqual([type, fog.activeVoxelCount, fog.leafCount]);
    if (type === 'onindex') expect(grid!.get(3, 2, 1)).toBe(numbered.get(3, 2, 1));
    const box = { min: [0, 0, 0], max: [4, 4, 4] } as const;
    expect(readGrid(raw, { box }).get(3, 2, 1)).toBe(grid!.get(3, 2, 1));
  });

  test.each([
    [23, 4, 'PointIndex', 'it holds points; grids of values are read'],
    [10, 5, 'UInt32', 'it holds points; grids of values are read'],
    [24, 0, 'Vec3u8', 'grids of this type are not read'],
    [9, 0, 'Half', 'grids of this type are not read'],
  ])('type %i of class %i is passed over with a word while the others load', (typeId, classId, type, reason) => {
    const { heads, payload } = split(writeNanoVdb([fog, surface]));
    const view = new DataView(payload.buffer);
    view.setUint32(632, classId, true);
    view.setUint32(636, typeId, true);
    const { grids, skipped } = readGridFile(join(heads, payload));
    expect(grids.map(told)).toEqual([told(surface)]);
    expect(skipped).toEqual([{ name: 'fog', type, reason }]);
  });

  /** An index payload as 32.4 laid it out: the first number at byte 88 of a leaf, and a flag where active voxels alone have one. */
  function asOldIndex(payload: Uint8Array, isSparse: (leaf: number) => boolean): Uint8Array {
    const view = new DataView(payload.buffer, payload.byteOffset);
    view.setUint32(16, packVersion(32, 4, 2), true);
    view.setUint32(636, 19, true);
    view.setBigInt64(8, -1n, true);
    const leafAt = 672 + view.getUint32(672, true);
    for (let leaf = 0; leaf < view.getUint32(704, true); leaf++) {
      const at = leafAt + 96 * leaf;
      payload.copyWithin(at + 88, at + 80, at + 88);
      view.setBigUint64(at + 80, 0n, true);
      if (isSparse(leaf)) payload[at + 15]! |= 16;
    }
    return payload;
  }

  test.each(['onindex', 'index'] as const)(
    '%s grids of before 32.6, whose leaves are others, have the same numbers',
    (type) => {
      const { origins, masks } = fog.tree.leaf;
      const dense = indexGrid({ name: 'fog', map: fog.map, origins, masks, offsets: (leaf) => 512 * leaf + 1 });
      const modern = type === 'onindex' ? split(writeNanoVdb([toOnIndex(fog)])).payload : dense;
      const old = asOldIndex(modern.slice(), () => type === 'onindex');
      const [[reference], [grid]] = [readGrids(modern), readGrids(old)];
      expect([grid!.type, grid!.source]).toEqual([type, 'NanoVDB 32.4.2']);
      const coordinates = fog.activeCoordinates();
      expect(grid!.indicesOf(coordinates)).toEqual(reference!.indicesOf(coordinates));
      const box = { min: [0, 0, 0], max: [4, 4, 4] } as const;
      expect(readGrid(old, { box }).get(3, 2, 1)).toBe(reference!.get(3, 2, 1));
    },
  );

  test('one whose leaves are of both kinds is passed over with a word', () => {
    const { heads, payload } = split(writeNanoVdb([toOnIndex(fog)]));
    const { skipped } = readGridFile(
      join(
        heads,
        asOldIndex(payload, (leaf) => leaf === 0),
      ),
    );
    expect(skipped[0]?.reason).toBe('some of its leaves number all voxels, others active ones');
  });
});
