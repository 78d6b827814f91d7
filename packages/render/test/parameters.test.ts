import { reflect } from '@halocline/gpu';
import { expect, test } from 'vitest';
import { generateShaders } from '../shaders/build.ts';
import { readFileSync } from 'node:fs';
import { resolveLook } from '../src/options.ts';
import { PARAMETER_BYTES, defaultExtinction, worldBox, writeParameters } from '../src/parameters.ts';
import type { Space } from '../src/parameters.ts';

const SPACE: Space = {
  indexToWorld: [0.5, 0, 0, 1, 0, 0.5, 0, 2, 0, 0, 0.5, 3],
  worldToIndex: [2, 0, 0, -2, 0, 2, 0, -4, 0, 0, 2, -6],
  indexBounds: { min: [0, 0, 0], max: [9, 19, 9] },
  leafBounds: { min: [0, 0, 0], max: [15, 23, 15] },
  voxelSize: 0.5,
};
const ADDRESSES = {
  leaves: 1n,
  leafTable: 2n,
  count: 3n,
  claims: 4n,
  table: 5n,
  slots: 6n,
  origins: 7n,
  light: 8n,
  counters: 9n,
  image: 10n,
  density: [11n],
  temperature: 12n,
  values: 13n,
};

test('the world box has the half voxels around the active ones', () => {
  expect(worldBox(SPACE)).toEqual({ min: [0.75, 1.75, 2.75], max: [5.75, 11.75, 7.75] });
});

test('the same picture is made of a box of any size in metres', () => {
  const look = resolveLook({});
  expect(defaultExtinction(look, { min: [0, 0, 0], max: [2, 4, 2] })).toBe(20);
});

test('every byte of the parameter block is written, and members stand where the shader reads them', () => {
  const bytes = new Uint8Array(PARAMETER_BYTES);
  writeParameters(bytes, resolveLook({ width: 30, height: 60 }), SPACE, ADDRESSES, { entries: 256, bricks: 64 });
  const view = new DataView(bytes.buffer);
  expect(view.getBigUint64(80, true)).toBe(11n);
  expect(view.getBigUint64(112, true)).toBe(12n);
  expect(view.getFloat32(128 + 12, true)).toBeCloseTo(0.3, 6);
  expect(Array.from({ length: 4 }, (_, at) => view.getFloat32(192 + at * 4, true))).toEqual([2, 0, 0, -2]);
  expect(Array.from({ length: 4 }, (_, at) => view.getUint32(128 + 23 * 16 + at * 4, true))).toEqual([30, 60, 255, 64]);
  expect(PARAMETER_BYTES).toBe(8976);
});

test('the committed shaders are what the sources compile to', async () => {
  const committed = readFileSync(new URL('../src/generated/shaders.ts', import.meta.url), 'utf8');
  expect(await generateShaders()).toBe(committed);
  const march = /march: string =\s+'([^']+)'/.exec(committed)![1]!;
  const shader = reflect(new Uint32Array(Uint8Array.fromBase64(march).buffer));
  expect(shader.pushConstants?.byteLength).toBe(16);
}, 20_000);

test.each([
  [{ width: 0 }, 'Cannot render size "0x512": it is out of range; give 1 to 16384 pixels'],
  [{ width: 1.5 }, 'Cannot render size "1.5x512": pixels are whole; round it'],
  [{ step: 0 }, 'Cannot render step "0": it is out of range; give 0.01 to 8 voxels'],
  [{ transfer: { anisotropy: 1 } }, 'Cannot render anisotropy "1": it is out of range; give -0.9 to 0.9'],
  [
    { transfer: { map: { name: 'magma', range: [1, 1] } } },
    'Cannot map range "1 … 1": its end is not above its start; swap them',
  ],
] as const)('options %o are refused', (options, message) => {
  expect(() => resolveLook(options)).toThrow(new RangeError(message));
});

test.each<[options: unknown, message: string]>([
  [{ width: '512' }, 'width is "512"; give a number'],
  [
    { witdh: 512 },
    '"witdh" is no option of it; there are background, camera, density, dither, exposure, ground, height, light, outline, skipping, spheres, step, temperature, transfer, width',
  ],
  [{ dither: 'no' }, 'dither is "no"; give true or false'],
  [{ step: NaN }, 'step is NaN; give a number'],
  [{ density: 5 }, "density is 5; give a field's name"],
  [{ camera: 'azimuth=30' }, 'camera is "azimuth=30"; give an object, as in { azimuth: … }'],
  [{ camera: { fov: '35' } }, 'camera.fov is "35"; give a number'],
  [{ transfer: { map: {} } }, "transfer.map.name is undefined; give a colour map's name"],
  [
    { transfer: { emission: { form: 500 } } },
    '"transfer.emission.form" is no option of it; there are from, intensity, to',
  ],
  [{ light: { color: '#fff' } }, 'light.color is "#fff"; give three numbers, red, green and blue'],
  [{ spheres: [{ center: [0, 0], radius: 1 }] }, 'spheres[0].center is [0,0]; give three numbers, x, y and z'],
  [{ spheres: { radius: 1 } }, 'spheres is {"radius":1}; give a list of spheres'],
  [{ background: 'transparant' }, `background is "transparant"; give 'transparent', or { top, bottom }`],
  [{ ground: { color: [0, 0, 0] } }, 'ground.height is undefined; give a number'],
  [null, 'its options are null; give an object, as in { width: … }'],
])('options %o of another kind are refused', (options, message) => {
  expect(() => resolveLook(options as never)).toThrow(new TypeError(`Cannot render picture: ${message}`));
});
