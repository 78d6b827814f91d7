import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import {
  fogSphere,
  FormatError,
  Grid,
  gridFromLeaves,
  GridMap,
  levelSetSphere,
  listGrids,
  listGridsFrom,
  readGrid,
  readGridFile,
  readGridFileFrom,
  readGridFrom,
  readGrids,
  toOnIndex,
  TreeBuilder,
  writeNanoVdb,
  writeVdb,
} from '@halocline/vdb';
import type { GridType, IndexBox, RandomAccess } from '@halocline/vdb';
import { StreamedBytes } from '../src/reading.ts';
import { makeValues } from '../src/types.ts';
import { fixture, hasShared, sharedFile, sharedWords } from './shared.ts';

const own = readdirSync(fileURLToPath(new URL('./fixtures/', import.meta.url))).filter((name) => /\.n?vdb$/.test(name));

/** A file in memory that counts what is read of it. */
function counted(bytes: Uint8Array): RandomAccess & { bytesRead: number; mostAtOnce: number } {
  return {
    byteLength: bytes.length,
    bytesRead: 0,
    mostAtOnce: 0,
    read(offset, length) {
      this.bytesRead += length;
      this.mostAtOnce = Math.max(this.mostAtOnce, length);
      return Promise.resolve(bytes.slice(offset, offset + length));
    },
  };
}

function same(a: Grid, b: Grid): void {
  expect([a.name, a.type, a.gridClass, a.source]).toEqual([b.name, b.type, b.gridClass, b.source]);
  expect(a.map.equals(b.map)).toBe(true);
  const arrays = ({ tree }: Grid): Buffer[] =>
    [tree.root.origins, tree.upper.table, tree.lower.table, tree.leaf.origins, tree.leaf.masks, ...tree.values].map(
      (view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength),
    );
  const [x, y] = [arrays(a), arrays(b)];
  expect(x.map((bytes, i) => bytes.equals(y[i]!))).toEqual(x.map(() => true));
  expect(a.channels).toEqual(b.channels);
}

/** Each grid of a file, read by itself, is what it is among the others. */
function compareAll(bytes: Uint8Array): void {
  const { grids } = readGridFile(bytes);
  expect(grids.length).toBeGreaterThan(0);
  const entries = listGrids(bytes);
  grids.forEach((grid, index) => {
    const number = grids.slice(0, index).filter(({ name }) => name === grid.name).length;
    same(readGrid(bytes, { name: grid.name, index: number }), grid);
    if (entries.length !== grids.length) return;
    expect(entries[index]!.name).toBe(grid.name);
    expect([grid.activeVoxelCount, undefined]).toContain(entries[index]!.activeVoxelCount);
  });
}

/** Whether the box holds a voxel of the cube. */
function meets({ min, max }: IndexBox, corner: readonly number[], span: number): boolean {
  return corner.every((v, a) => v <= max[a]! && v + span > min[a]!);
}

/** A part holds the leaves and tiles that meet the box, as they are in the whole, and nothing else. */
function isPart(part: Grid, whole: Grid, box: IndexBox): void {
  const leaves = (grid: Grid): Map<string, string> =>
    new Map(
      [...grid.leaves()]
        .filter(({ origin }) => meets(box, origin, 8))
        .map(({ origin, mask, values }) => [
          origin.join(),
          JSON.stringify([[...mask], values.map((v) => [...v].map(String))]),
        ]),
    );
  expect(leaves(part)).toEqual(leaves(whole));
  expect(part.leafCount).toBe(leaves(whole).size);
  const tiles = (grid: Grid): string[] => {
    const out: string[] = [];
    grid.tree.forEachTile((span, x, y, z, tile, active) => {
      const value = grid.tree.tileValues.map((array) => String(array[tile]));
      if (meets(box, [x, y, z], span)) out.push([span, x, y, z, active, ...value].join());
    });
    return out;
  };
  expect(tiles(part)).toEqual(tiles(whole));
  expect([part.name, part.type, part.background]).toEqual([whole.name, whole.type, whole.background]);
}

describe('one grid', () => {
  test.each(own)('of %s alone is what it is among all', (name) => compareAll(fixture(name)));

  test.skipIf(!hasShared)(`of larger files alone is what it is among all${sharedWords}`, () => {
    for (const name of [
      'types_mask.vdb',
      'fog_half_mask.vdb',
      'py_compat.nvdb',
      'ls_float_raw.nvdb',
      'old_ls_fp16_zip.nvdb',
    ])
      compareAll(sharedFile(`reference/${name}`));
  });

  const grids = [fogSphere([0, 0, 0], 20, { name: 'large' }), levelSetSphere([0, 0, 0], 6, { name: 'small' })];

  test.each(['none', 'zip', 'blosc'] as const)('is read without the bytes of the others (%s)', async (codec) => {
    for (const bytes of [writeNanoVdb(grids, { codec }), writeVdb(grids, { codec })]) {
      const file = counted(bytes);
      const grid = await readGridFrom(file, { name: 'small' });
      same(grid, readGrids(bytes)[1]!);
      const entry = (await listGridsFrom(counted(bytes))).find(({ name }) => name === 'small')!;
      expect(file.bytesRead).toBeLessThan(entry.byteLength + 80_000);
      expect(file.bytesRead).toBeLessThan(bytes.length);
    }
  });

  test('and its damaged neighbour is not seen', () => {
    const bytes = writeVdb(grids, { codec: 'zip' });
    const [first] = listGrids(bytes);
    bytes.fill(0xff, first!.byteLength - 2000, first!.byteLength - 1000);
    expect(() => readGridFile(bytes)).toThrow(FormatError);
    expect(readGrid(bytes, { name: 'small' }).activeVoxelCount).toBe(grids[1]!.activeVoxelCount);
  });

  test('of a .vdb file is decoded when its values are asked for', () => {
    const bytes = writeVdb([grids[1]!], { codec: 'zip' });
    bytes[bytes.length - 1]! ^= 1;
    const grid = readGrid(bytes);
    expect(grid.activeVoxelCount).toBe(grids[1]!.activeVoxelCount);
    expect(() => grid.tree.values).toThrow(
      /^Cannot read grid "small" at byte \d+: found 0x[0-9a-f]{8}; expected checksum/,
    );
  });

  test('that shares the tree of another gets it', () => {
    const bytes = writeVdb([grids[1]!, grids[1]!.with({ name: 'twin' })]);
    same(readGrid(bytes, { name: 'twin' }), readGrids(bytes)[1]!);
  });

  test('that is not there, or not read, is refused in words', () => {
    const bytes = writeNanoVdb(grids);
    expect(() => readGrid(bytes, { name: 'heat' })).toThrow(
      new RangeError('Cannot read grid "heat": the file has "large", "small"; give one of these'),
    );
    expect(() => readGrid(writeVdb(grids), { index: 2 })).toThrow(
      new RangeError('Cannot read grid number 2: the file has "large", "small"; give one of these'),
    );
    const point = writeNanoVdb(grids);
    point[16 + 2 * (176 + 6) + 636] = 23;
    expect(() => readGrid(point)).toThrow(
      new RangeError(
        'Cannot read grid "large" of type PointIndex: it holds points; grids of values are read; choose another',
      ),
    );
    expect(readGrid(point, { name: 'small' }).name).toBe('small');
  });

  test.skipIf(!hasShared)(`of points is refused in words${sharedWords}`, () => {
    expect(() => readGrid(sharedFile('real/arnold_pointgrid.vdb'))).toThrow(
      new RangeError(
        'Cannot read grid "points" of type Tree_ptdataidx32_5_4_3: it holds points; grids of values are read; choose another',
      ),
    );
  });
});

describe('a part', () => {
  const builder = new TreeBuilder('float', [0.5]);
  for (let x = -3; x < 5; x++)
    builder.addLeaf(80 * x, 8, -8, new Uint32Array(16).fill(x * 77), [
      Float32Array.from({ length: 512 }, (_, n) => n + x),
    ]);
  builder.addTile(8, 16, 16, 16, [3], true);
  builder.addTile(8, -16, 16, 16, [4], false);
  builder.addTile(128, 0, 256, 0, [5], true);
  builder.addTile(128, 0, -256, 0, [6], true);
  builder.addTile(4096, 8192, 0, 0, [7], true);
  builder.addTile(4096, -8192, 0, 0, [8], false);
  const tiled = new Grid({ name: 'tiled', tree: builder.build(), map: GridMap.scale(1) });
  const boxes: IndexBox[] = [
    { min: [0, 0, -8], max: [90, 20, 20] },
    { min: [-5000, -130, 0], max: [0, 300, 0] },
    { min: [8200, 0, 0], max: [8200, 0, 0] },
    { min: [500, 500, 500], max: [501, 501, 501] },
  ];

  test.each(['none', 'zip', 'blosc'] as const)('has the leaves and tiles that meet a box (%s)', async (codec) => {
    for (const bytes of [writeNanoVdb([tiled], { codec }), writeVdb([tiled], { codec })]) {
      for (const box of boxes) {
        isPart(readGrid(bytes, { box }), tiled, box);
        isPart(await readGridFrom(counted(bytes), { box }), tiled, box);
      }
    }
  });

  const types: GridType[] = [
    'double',
    'int16',
    'int64',
    'uint8',
    'vec3f',
    'vec4d',
    'bool',
    'mask',
    'fp4',
    'fp16',
    'fpn',
  ];
  test.each(types)('of a %s grid', (type) => {
    const { origins, masks } = levelSetSphere([0, 0, 0], 20).tree.leaf;
    const { name, map } = tiled;
    const background = { vec3f: [1, 2, 3], vec4d: [1, 2, 3, 4], int64: [1n] }[type as string] ?? [0];
    const values = makeValues(type, 32 * masks.length);
    for (const array of values)
      array.forEach(
        (_, i) => void (array[i] = (type === 'int64' ? BigInt(i) : type === 'bool' ? i & 1 : i % 97) as never),
      );
    const grid = gridFromLeaves({
      name,
      type,
      map,
      background,
      origins,
      masks,
      ...(type === 'mask' ? {} : { values }),
    });
    const bytes = writeNanoVdb([grid]);
    const box: IndexBox = { min: [-30, -3, -30], max: [3, 30, 30] };
    isPart(readGrid(bytes, { box }), readGrids(bytes)[0]!, box);
  });

  test('of an index grid keeps its numbers and the channel', () => {
    const grid = toOnIndex(fogSphere([0, 0, 0], 20), { channel: true });
    const bytes = writeNanoVdb([grid]);
    const box: IndexBox = { min: [0, 0, 0], max: [9, 9, 9] };
    const part = readGrid(bytes, { box });
    isPart(part, grid, box);
    expect(part.channels).toEqual(grid.channels);
  });

  test.each([writeNanoVdb, writeVdb])('takes a small share of the file (%o)', async (write) => {
    const large = fogSphere([0, 0, 0], 48, { name: 'large' });
    const file = counted(write([large]));
    const box: IndexBox = { min: [0, 0, 0], max: [7, 7, 7] };
    const part = await readGridFrom(file, { box });
    isPart(part, large, box);
    if (write === writeNanoVdb) expect(file.bytesRead).toBeLessThan(file.byteLength / 6);
    expect(file.mostAtOnce).toBeLessThan(4.3e6);
  });

  test('of a payload that Blosc packed is read and unpacked by its blocks alone', async () => {
    const grid = fogSphere([100, 100, 100], 90, { name: 'large' });
    const file = writeNanoVdb([grid], { codec: 'blosc' });
    const box = { min: [100, 100, 100], max: [107, 107, 107] } as const;
    const source = counted(file);
    same(await readGridFrom(source, { box }), readGrid(writeNanoVdb([grid]), { box }));
    expect([source.bytesRead < file.length / 2, source.mostAtOnce < 2 ** 18]).toEqual([true, true]);
  });

  test('of a .vdb file is found in windows of its topology, node by node', async () => {
    const file = writeVdb([fogSphere([0, 0, 0], 60, { name: 'large' })]);
    const box = { min: [25, 25, 25], max: [44, 44, 44] } as const;
    const whole = readGrid(file, { box });
    // The offset of the buffers says how long the topology is: one that says too little makes for small windows.
    const at = Buffer.from(file).indexOf('Tree_float_5_4_3') + 'Tree_float_5_4_3'.length + 4;
    const view = new DataView(file.buffer, file.byteOffset);
    view.setBigInt64(at + 8, view.getBigInt64(at, true), true);
    const source = counted(file);
    same(await readGridFrom(source, { box }), whole);
    expect(whole.leafCount).toBeGreaterThan(10);
  });

  test('whose box is none is refused', () => {
    expect(() => readGrid(writeVdb([tiled]), { box: { min: [0, 0, NaN], max: [1, 1, 1] } })).toThrow(
      new RangeError('Cannot read a part of a grid: its box is (0, 0, NaN) … (1, 1, 1); give integers'),
    );
  });
});

describe('sources', () => {
  const bytes = writeVdb([fogSphere([0, 0, 0], 9, { name: 'a' }), fogSphere([0, 0, 0], 5, { name: 'b' })], {
    codec: 'zip',
  });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 1000) yield await Promise.resolve(bytes.subarray(at, at + 1000));
  }
  const [, wanted] = readGrids(bytes) as [Grid, Grid];

  test('may be bytes, a Blob, a stream of chunks, or anything with random access', async () => {
    const sources = [
      bytes,
      Buffer.from(bytes),
      new Blob([bytes]),
      chunks(),
      counted(bytes),
      new Blob([bytes]).stream(),
    ];
    for (const source of sources) same(await readGridFrom(source, { name: 'b' }), wanted);
    for (const source of [bytes, new Blob([bytes]), chunks(), counted(bytes)]) {
      const { grids } = await readGridFileFrom(source);
      expect(grids.map(({ name }) => name)).toEqual(['a', 'b']);
    }
  });

  /** A stream of a file in chunks of 4 KiB that knows how much of it was taken and how much was kept at most. */
  function watched(file: Uint8Array): RandomAccess & { taken: number; most: number } {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < file.length; at += 4096) {
        watch.taken += 4096;
        yield await Promise.resolve(file.subarray(at, at + 4096));
      }
    }
    const stream = new StreamedBytes(pieces());
    const watch = {
      byteLength: Infinity,
      taken: 0,
      most: 0,
      forget: (before: number) => stream.forget(before),
      async read(offset: number, length: number) {
        const out = await stream.read(offset, length);
        watch.most = Math.max(watch.most, stream.keptBytes);
        return out;
      },
    };
    return watch;
  }

  describe('that are streams', () => {
    const large = fogSphere([60, 60, 60], 40, { name: 'large' });
    const small = fogSphere([60, 60, 60], 9, { name: 'small' });
    const inside = { min: [56, 56, 56], max: [71, 71, 71] } as const;

    test.each(['none', 'zip', 'blosc'] as const)('are listed with a window of them in memory (%s)', async (codec) => {
      for (const file of [writeNanoVdb([large, small], { codec }), writeVdb([large, small], { codec })]) {
        const source = watched(file);
        expect(await listGridsFrom(source)).toEqual(listGrids(file));
        expect(source.most).toBeLessThan(2 ** 17);
      }
    });

    test('are read up to the end of the grid that is meant, and what was passed by in a .nvdb file is let go', async () => {
      for (const [name, first, second] of [
        ['large', large, small],
        ['small', large, small],
      ] as const) {
        const file = writeNanoVdb([first, second]);
        const source = watched(file);
        same(await readGridFrom(source, { name }), readGrid(file, { name }));
        if (name === 'large') expect(source.taken).toBeLessThan(file.length - 300_000);
        else expect(source.most).toBeLessThan(file.length / 4);
      }
    });

    test('are kept in windows while a part is read', async () => {
      const file = writeNanoVdb([large]);
      const source = watched(file);
      same(await readGridFrom(source, { box: inside }), readGrid(file, { box: inside }));
      expect(source.most).toBeLessThan(file.length / 4);
    });

    test('that are cut off are a FormatError wherever that is', async () => {
      for (const file of [writeNanoVdb([small, large], { codec: 'zip' }), writeVdb([small, large], { codec: 'zip' })]) {
        for (const share of [0, 0.001, 0.1, 0.5, 0.999]) {
          const cut = watched(file.subarray(0, Math.floor(share * file.length)));
          await expect(readGridFrom(cut, { name: 'large' }).then((grid) => grid.tree.values)).rejects.toThrow(
            FormatError,
          );
          if (share < 0.5) await expect(listGridsFrom(watched(file.subarray(0, 60)))).rejects.toThrow(FormatError);
        }
      }
    });

    test('of every fixture give what its bytes give', async () => {
      for (const name of own) {
        const file = fixture(name);
        expect(await listGridsFrom(watched(file))).toEqual(listGrids(file));
        for (const index of listGrids(file).keys())
          same(await readGridFrom(watched(file), { index }), readGrid(file, { index }));
      }
    });
  });

  test('that give less than they are asked for are asked again', async () => {
    const slow = { byteLength: bytes.length, read: (o: number, n: number) => bytes.subarray(o, o + Math.min(n, 777)) };
    same(await readGridFrom(slow, { name: 'b' }), wanted);
  });

  test('that end before they said are a FormatError', async () => {
    for (const file of [bytes, writeNanoVdb([wanted])]) {
      const liar = {
        byteLength: file.length,
        read: (o: number, n: number) => file.subarray(0, file.length / 2).subarray(o, o + n),
      };
      await expect(
        readGridFrom(liar, { index: 0, box: { min: [0, 0, 0], max: [1, 1, 1] } }).then(String),
      ).rejects.toThrow();
    }
  });

  test('are described without a look at values', async () => {
    expect(await listGridsFrom(new Blob([bytes]))).toMatchInlineSnapshot(`
      [
        {
          "activeVoxelCount": 2969,
          "byteLength": 85591,
          "gridClass": "fog volume",
          "indexBounds": {
            "max": [
              8,
              8,
              8,
            ],
            "min": [
              -8,
              -8,
              -8,
            ],
          },
          "name": "a",
          "type": "Tree_float_5_4_3",
        },
        {
          "activeVoxelCount": 485,
          "byteLength": 79875,
          "gridClass": "fog volume",
          "indexBounds": {
            "max": [
              4,
              4,
              4,
            ],
            "min": [
              -4,
              -4,
              -4,
            ],
          },
          "name": "b",
          "type": "Tree_float_5_4_3",
        },
      ]
    `);
    expect(listGrids(writeNanoVdb([wanted], { codec: 'zip' }))).toMatchInlineSnapshot(`
      [
        {
          "activeVoxelCount": 485,
          "byteLength": 4624,
          "gridClass": "fog volume",
          "indexBounds": {
            "max": [
              4,
              4,
              4,
            ],
            "min": [
              -4,
              -4,
              -4,
            ],
          },
          "name": "b",
          "type": "Float",
        },
      ]
    `);
  });

  test('of another kind are refused', () => {
    expect(() => readGrid(new Uint8Array(10))).toThrow(
      'Cannot read grids: the file at byte 0: found bytes 00 00 00 00 00 00 00 00; expected a NanoVDB or OpenVDB file',
    );
  });
});
