import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  fogSphere,
  Grid,
  gridFromLeaves,
  GridMap,
  levelSetSphere,
  readGrids,
  shellTopology,
  toOnIndex,
  TreeBuilder,
  TYPES,
  writeNanoVdb,
} from '@halocline/vdb';
import type { GridClass, GridType, Values } from '@halocline/vdb';
import { decodeBlosc, decodeZip } from '../src/codec.ts';
import { layoutOf } from '../src/nvdb-layout.ts';
import { fixture, hasShared, sharedFile, sharedWords } from './shared.ts';

/** The grids' bytes in a file, unpacked. */
function payloads(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (String.fromCharCode(...file.subarray(0, 8)) === 'NanoVDB1') return [file];
  const out: Uint8Array[] = [];
  for (let at = 0; at < file.length;) {
    const [count, codec] = [view.getUint16(at + 12, true), view.getUint16(at + 14, true)];
    let meta = at + 16;
    const sizes: number[][] = [];
    for (let g = 0; g < count; g++) {
      sizes.push([Number(view.getBigUint64(meta, true)), Number(view.getBigUint64(meta + 8, true))]);
      meta += 176 + view.getUint32(meta + 136, true);
    }
    for (const [gridSize, fileSize] of sizes as [number, number][]) {
      const payload = file.subarray(meta, meta + fileSize);
      out.push(
        codec === 0
          ? payload
          : codec === 1
            ? decodeZip(payload.subarray(8), gridSize)
            : decodeBlosc(payload.subarray(8)),
      );
      meta += fileSize;
    }
    at = meta;
  }
  return out;
}

/** Offsets at which two payloads differ. */
function differences(a: Uint8Array, b: Uint8Array): number[] {
  const out: number[] = [];
  for (let i = 0; i < Math.max(a.length, b.length) && out.length < 5000; i++) if (a[i] !== b[i]) out.push(i);
  return out;
}

const shell = shellTopology([-64, 130, 50], 9, 12);
const writable: GridType[] = [
  'float',
  'double',
  'int16',
  'int32',
  'int64',
  'uint32',
  'uint8',
  'bool',
  'mask',
  'vec3f',
  'vec3d',
  'vec4f',
  'vec4d',
  'rgba8',
];
const classes: Partial<Record<GridType, GridClass>> = {
  float: 'level set',
  double: 'fog volume',
  vec3f: 'staggered',
  mask: 'topology',
  fp16: 'fog volume',
};

/** A shell of values that differ from voxel to voxel, inactive ones too. */
function sample(type: GridType, name: string = type): Grid {
  const { components, array, leaf } = TYPES[type];
  const length = 32 * shell.masks.length;
  const low = /^u|rgba|bool/.test(type) ? 0 : -50;
  const values: Values[] = Array.from({ length: components }, (_, c) => {
    const out = array(length);
    for (let i = 0; i < length; i++) {
      const v = type === 'bool' ? ((i * 7) % 3) & 1 : ((i * 7 + c * 13) % 101) + low;
      out[i] = (type === 'int64' ? BigInt(v) : v) as never;
    }
    return out;
  });
  const background = Array.from({ length: components }, (_, c) =>
    type === 'int64' ? BigInt(c + 1) : type === 'mask' ? 0 : 1,
  );
  const map = new GridMap([0.1, 0.02, 0, 0, 0.2, 0, 0, 0, 0.3], [1, 2, 3]);
  const gridClass = classes[type] ?? 'unknown';
  return gridFromLeaves({ name, type, map, background, gridClass, ...shell, ...(leaf === 'stored' ? { values } : {}) });
}

function tiles(grid: Grid): unknown[] {
  const out: unknown[] = [];
  grid.tree.forEachTile((span, x, y, z, tile, active) => {
    out.push([span, x, y, z, active, grid.tree.tileValues.map((array) => array[tile])]);
  });
  return out;
}

function expectSame(a: Grid, b: Grid): void {
  expect([b.name, b.type, b.gridClass, b.checksum]).toEqual([a.name, a.type, a.gridClass, 'ok']);
  expect(b.map.equals(a.map)).toBe(true);
  expect(b.background).toEqual(a.background);
  expect(tiles(b)).toEqual(tiles(a));
  const arrays = ({ tree }: Grid): ArrayBufferView[] => [
    tree.root.origins,
    tree.upper.childMask,
    tree.upper.valueMask,
    tree.lower.childMask,
    tree.lower.valueMask,
    tree.leaf.origins,
    tree.leaf.masks,
    ...tree.values,
  ];
  // Compared as bytes: the matcher takes seconds over arrays of this length.
  const bytes = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  expect(arrays(b).map((view, i) => Buffer.compare(bytes(view), bytes(arrays(a)[i]!)))).toEqual(arrays(a).map(() => 0));
  expect(b.tree.offsets).toEqual(a.tree.offsets);
}

describe('layout', () => {
  test.each([
    [
      'float',
      [64, 28, 32, 36, 40, 44, 32, 20],
      [8224, 8228, 8232, 8236, 8256, 8, 270400],
      [1056, 1060, 1064, 1068, 1088, 8, 33856],
      [80, 84, 88, 92, 96, 2144],
    ],
    [
      'double',
      [96, 32, 40, 48, 56, 64, 32, 24],
      [8224, 8232, 8240, 8248, 8256, 8, 270400],
      [1056, 1064, 1072, 1080, 1088, 8, 33856],
      [80, 88, 96, 104, 128, 4224],
    ],
    [
      'int16',
      [64, 28, 30, 32, 36, 40, 32, 20],
      [8224, 8226, 8228, 8232, 8256, 8, 270400],
      [1056, 1058, 1060, 1064, 1088, 8, 33856],
      [80, 82, 84, 88, 96, 1120],
    ],
    [
      'uint8',
      [64, 28, 29, 30, 32, 36, 32, 20],
      [8224, 8225, 8228, 8232, 8256, 8, 270400],
      [1056, 1057, 1060, 1064, 1088, 8, 33856],
      [80, 81, 84, 88, 96, 608],
    ],
    [
      'vec3f',
      [96, 28, 40, 52, 64, 68, 32, 20],
      [8224, 8236, 8248, 8252, 8256, 16, 532544],
      [1056, 1068, 1080, 1084, 1088, 16, 66624],
      [80, 92, 104, 108, 128, 6272],
    ],
    [
      'vec3d',
      [128, 32, 56, 80, 104, 112, 64, 24],
      [8224, 8248, 8272, 8280, 8288, 24, 794720],
      [1056, 1080, 1104, 1112, 1120, 24, 99424],
      [80, 104, 128, 136, 160, 12448],
    ],
    [
      'vec4f',
      [96, 28, 44, 60, 76, 80, 64, 20],
      [8224, 8240, 8256, 8260, 8288, 16, 532576],
      [1056, 1072, 1088, 1092, 1120, 16, 66656],
      [80, 96, 112, 116, 128, 8320],
    ],
    [
      'vec4d',
      [160, 32, 64, 96, 128, 136, 64, 24],
      [8224, 8256, 8288, 8296, 8320, 32, 1056896],
      [1056, 1088, 1120, 1128, 1152, 32, 132224],
      [80, 112, 144, 152, 160, 16544],
    ],
  ] as const)('of %s is what a C++ compiler gives', (type, root, upper, lower, leaf) => {
    const l = layoutOf(type);
    expect([
      l.root.size,
      l.root.background,
      l.root.min,
      l.root.max,
      l.root.avg,
      l.root.dev,
      l.tile.size,
      l.tile.value,
    ]).toEqual(root);
    for (const [node, wanted] of [
      [l.upper, upper],
      [l.lower, lower],
    ] as const) {
      expect([node.min, node.max, node.avg, node.dev, node.table, node.stride, node.size]).toEqual(wanted);
    }
    expect([l.leaf.min, l.leaf.max, l.leaf.avg, l.leaf.dev, l.leaf.values, l.leaf.size]).toEqual(leaf);
  });
});

describe('writing .nvdb', () => {
  test.each([
    'bools_zip',
    'empty_none',
    'int32_zip',
    'ls_mask_zip',
    'ls_fp4_zip',
    'old_vel_vec3f_zip',
    'old_ls_float_partialcrc_zip',
  ])('%s is written again with the very bytes of the reference', (name) => {
    const file = fixture(`${name}.nvdb`);
    const again = writeNanoVdb(readGrids(file), { compat: name.startsWith('old') });
    expect(differences(payloads(file)[0]!, payloads(again)[0]!)).toEqual([]);
  });

  test.skipIf(!hasShared)(`larger references are written again with their very bytes${sharedWords}`, () => {
    const same = [
      'fog_float_badbg_zip',
      'fog_float_none',
      'ls_double_zip',
      'ls_float_none',
      'ls_float_blosc',
      'ls_float_raw',
      'ls_index_nostats_notiles_zip',
      'ls_onindex_nostats_notiles_none',
      'vel_vec3f_none',
    ];
    for (const name of same) {
      const file = sharedFile(`reference/${name}.nvdb`);
      expect(differences(payloads(file)[0]!, payloads(writeNanoVdb(readGrids(file)))[0]!)).toEqual([]);
    }
  });

  test('channels come back whole; upstream leaves garbage in their padding, we leave zeros', () => {
    const file = fixture('ls_onindex_stats_tiles_ch1_zip.nvdb');
    const [grid] = readGrids(file);
    const again = writeNanoVdb([grid!]);
    const end = payloads(file)[0]!.length;
    const rest = differences(payloads(file)[0]!, payloads(again)[0]!).filter((at) => at >= 16 && at < end - 32);
    expect(rest).toEqual([]);
    expect(readGrids(again)[0]!.channels).toEqual(grid!.channels);
  });

  test.each(writable)('a %s grid comes back as it was, in every codec', (type) => {
    const grid = sample(type);
    for (const codec of ['none', 'zip', 'blosc'] as const)
      expectSame(grid, readGrids(writeNanoVdb([grid], { codec }))[0]!);
  });

  test.each(['float', 'vec3f', 'vec4f'] as const)(
    'a signalling NaN in a %s grid stays one, in every component',
    (type) => {
      const { components } = TYPES[type];
      const bits = new Uint32Array(512).fill(0xffa00001);
      const grid = gridFromLeaves({
        name: 'odd',
        type,
        map: GridMap.scale(1),
        background: Array.from({ length: components }, () => 0),
        origins: Int32Array.of(0, 0, 0),
        masks: new Uint32Array(16).fill(0xffffffff),
        values: Array.from({ length: components }, () => new Float32Array(bits.buffer)),
      });
      const [back] = readGrids(writeNanoVdb([grid]));
      for (const { buffer, byteOffset } of back!.tree.values) {
        expect(new Uint32Array(buffer, byteOffset, 512)).toEqual(bits);
      }
    },
  );

  test.each(['fp4', 'fp8', 'fp16'] as const)('a %s grid is off by half a step at most', (type) => {
    const grid = sample(type);
    const [again] = readGrids(writeNanoVdb([grid]));
    const step = 100 / (2 ** (type === 'fp4' ? 4 : type === 'fp8' ? 8 : 16) - 1);
    const [a, b] = [grid.tree.values[0]!, again!.tree.values[0]!];
    let worst = 0;
    for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(Number(a[i]) - Number(b[i])));
    expect(worst).toBeLessThanOrEqual(step * 0.5001 + 1e-5);
    expect(worst).toBeGreaterThan(step * 0.2);
  });

  test('tiles at every level, inactive ones too, come back', () => {
    const builder = new TreeBuilder('vec3f', [9, 9, 9]);
    builder.addTile(8, 8, 0, 0, [1, 2, 3], true);
    builder.addTile(8, 16, 0, 0, [1, 2, 3], false);
    builder.addTile(128, -128, 0, 0, [4, 5, 6], false);
    builder.addTile(4096, 4096, -4096, 0, [7, 8, 9], true);
    builder.addTile(4096, -8192, 0, 4096, [0, 0, 0], false);
    builder.addLeaf(
      0,
      0,
      0,
      new Uint32Array(16).fill(3),
      [0, 1, 2].map((c) => new Float32Array(512).fill(c)),
    );
    const grid = new Grid({ name: 'tiles', map: GridMap.scale(2), tree: builder.build() });
    const [again] = readGrids(writeNanoVdb([grid], { codec: 'zip' }));
    expectSame(grid, again!);
    expect(again!.activeVoxelCount).toBe(2 ** 36 + 512 + 32);
  });

  test('several grids, names long and far from ASCII, keep order, names and places', () => {
    const names = ['a', 'ダイバー', 'n'.repeat(300), ''];
    const grids = names.map((name) => sample('float', name));
    const again = readGrids(writeNanoVdb(grids, { codec: 'blosc' }));
    expect(again.map((grid) => grid.name)).toEqual(names);
    again.forEach((grid, g) => expectSame(grids[g]!, grid));
  });

  test('what a version cannot hold is refused in words', () => {
    const index = toOnIndex(fogSphere([0, 0, 0], 9));
    expect(() => writeNanoVdb([index], { compat: true })).toThrow(
      new RangeError(
        'Cannot write grid "sphere" to .nvdb: version 32.4.2 has no onindex grids of this layout; write it without compat',
      ),
    );
    const tree = new TreeBuilder('vec3i', [0, 0, 0]).build();
    expect(() => writeNanoVdb([new Grid({ name: 'v', map: GridMap.scale(1), tree })])).toThrow(
      'Cannot write grid "v" to .nvdb: NanoVDB has no values of type vec3i; write .vdb, or convert them to vec3f',
    );
  });
});

const tools = spawnSync('nanovdb_validate', ['--version'], { encoding: 'utf8' }).error === undefined;

describe.skipIf(!tools)(`Debian's tools${tools ? '' : ' (skipped: nanovdb_validate is not installed)'}`, () => {
  const check = (grids: readonly Grid[], codec: 'none' | 'zip' | 'blosc'): { validate: string; print: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'vdb-'));
    try {
      writeFileSync(join(folder, 'a.nvdb'), writeNanoVdb(grids, { codec, compat: true }));
      const validate = spawnSync('nanovdb_validate', ['-v', 'a.nvdb'], { cwd: folder, encoding: 'utf8' });
      const print = spawnSync('nanovdb_print', ['a.nvdb'], { cwd: folder, encoding: 'utf8' });
      return { validate: validate.stdout + validate.stderr, print: print.stdout + print.stderr };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  // The tool of that version knows no Vec4.
  test.each([...writable.filter((type) => !/^vec4|uint8/.test(type)), 'fp4', 'fp8', 'fp16'] as const)(
    'accept a %s grid',
    (type) => {
      expect(check([sample(type)], 'zip').validate).toContain(`Grid named "${type}": passed`);
    },
  );

  test('accept several grids in one file, packed in any way, and print them', () => {
    for (const codec of ['none', 'zip', 'blosc'] as const) {
      const { validate, print } = check(
        [fogSphere([0, 0, 0], 40, { name: 'fog' }), levelSetSphere([0, 0, 0], 30, { name: 'surface' })],
        codec,
      );
      expect(validate).toContain('Grid named "fog": passed');
      expect(validate).toContain('Grid named "surface": passed');
      expect(print).toMatch(/fog +float +FOG +32.4.2/);
    }
  });
});
