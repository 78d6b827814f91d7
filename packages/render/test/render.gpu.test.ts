import { inspect } from 'node:util';
import { fillMemory, gpuTest } from '@halocline/testing';
import { GridMap, gridFromLeaves, sphereTopology } from '@halocline/vdb';
import type { Grid } from '@halocline/vdb';
import { expect } from 'vitest';
import { Renderer, createVolume, orbitCamera, renderVolume } from '../src/index.ts';
import type { Camera, Image, RenderOptions, Vec3 } from '../src/index.ts';
import { boxGrid, gridOf, plumeGrid } from './volumes.ts';

const pixel = (image: Image, x: number, y: number): number[] =>
  Array.from(image.pixels.subarray((y * image.width + x) * 4, (y * image.width + x) * 4 + 4));
const light = (image: Image, x: number, y: number): number => pixel(image, x, y)[1]!;

/** How far the ray of a pixel runs inside a box, in metres. */
function chord(camera: Camera, image: Image, x: number, y: number, low: Vec3, high: Vec3): number {
  const across = ((2 * (x + 0.5)) / image.width - 1) * camera.halfWidth;
  const upright = (1 - (2 * (y + 0.5)) / image.height) * camera.halfHeight;
  const ray = [0, 1, 2].map((a) => camera.forward[a]! + camera.right[a]! * across + camera.up[a]! * upright);
  const [a, b] = [low, high].map((side) => [0, 1, 2].map((at) => (side[at]! - camera.eye[at]!) / ray[at]!)) as [
    number[],
    number[],
  ];
  const near = Math.max(...a.map((t, at) => Math.min(t, b[at]!)));
  const far = Math.min(...a.map((t, at) => Math.max(t, b[at]!)));
  return Math.max(0, far - near) * Math.hypot(...ray);
}

const ball =
  (radius: number) =>
  (i: number, j: number, k: number): number =>
    Math.min(1, Math.max(0, (radius - Math.hypot(i - 20, j - 20, k - 20)) / 2));

gpuTest('light through a box of constant density falls off as Beer and Lambert say', {}, async ({ device }) => {
  using volume = await createVolume(device, [
    boxGrid('density', [3, -5, 2], [26, 18, 25], () => 0.8, GridMap.scale(0.1)),
  ]);
  const options: RenderOptions = {
    width: 40,
    height: 40,
    camera: { azimuth: 20, elevation: 12, distance: 2.5 },
    background: 'transparent',
    step: 0.25,
    transfer: { extinction: 1.1, threshold: 0 },
  };
  const image = await renderVolume(volume, options);
  const [low, high]: [Vec3, Vec3] = [
    [0.25, -0.55, 0.15],
    [2.65, 1.85, 2.55],
  ];
  const camera = orbitCamera(options.camera!, { min: low, max: high }, 1);
  for (const [x, y] of [
    [20, 20],
    [16, 22],
    [24, 17],
    [22, 25],
    [14, 18],
  ] as const) {
    const expected = 255 * (1 - Math.exp(-0.8 * 1.1 * chord(camera, image, x, y, low, high)));
    expect(Math.abs(pixel(image, x, y)[3]! - expected), `pixel ${x},${y} of ${expected}`).toBeLessThan(3);
  }
  expect(pixel(image, 1, 1)).toEqual([0, 0, 0, 0]);
});

gpuTest('an empty volume shows the background and nothing else', {}, async ({ device }) => {
  using volume = await createVolume(device, [boxGrid('density', [0, 0, 0], [15, 15, 15], () => 0)]);
  const background = { top: [1, 0, 0], bottom: [0, 0, 1] } as const;
  const image = await renderVolume(volume, { width: 9, height: 17, background, dither: false });
  for (const x of [0, 4, 8]) {
    expect(pixel(image, x, 8)).toEqual([188, 0, 188, 255]);
    expect(pixel(image, x, 0)[0]).toBeGreaterThan(245);
    expect(pixel(image, x, 16)[2]).toBeGreaterThan(245);
  }
});

gpuTest('what is background shows nothing, whatever number that is', {}, async ({ device }) => {
  const { origins, masks } = sphereTopology([20, 20, 20], 6);
  const ones = new Float32Array((origins.length / 3) * 512).fill(1);
  const map = GridMap.scale(1);
  const leaves = { origins, masks, map, values: [ones, ones, ones] };
  using volume = await createVolume(device, [
    gridFromLeaves({ name: 'color', type: 'vec3f', background: [1, 1, 1], ...leaves }),
  ]);
  const image = await renderVolume(volume, { width: 40, height: 40, density: 'color', background: 'transparent' });
  for (const [x, y] of [
    [0, 0],
    [39, 0],
    [0, 39],
    [39, 39],
  ] as const) {
    expect(pixel(image, x, y)).toEqual([0, 0, 0, 0]);
  }
  expect(pixel(image, 20, 20)[3]).toBeGreaterThan(100);
});

gpuTest('a ball of smoke is dark on the far side, and its shadow lies on the ground', {}, async ({ device }) => {
  using volume = await createVolume(device, [boxGrid('density', [0, 0, 0], [40, 40, 40], ball(12))]);
  const options: RenderOptions = {
    width: 96,
    height: 96,
    camera: { elevation: 15, distance: 2.2 },
    ground: { height: -0.5, color: [0.5, 0.5, 0.5] },
    light: { direction: [1, 1, 0] },
    transfer: { extinction: 1 },
  };
  const image = await renderVolume(volume, options);
  expect(light(image, 60, 40)).toBeGreaterThan(1.5 * light(image, 36, 58));
  const bare = await renderVolume(volume, { ...options, transfer: { extinction: 1, threshold: 2 } });
  expect(light(bare, 24, 72)).toBeGreaterThan(1.3 * light(image, 24, 72));
  expect(Math.abs(light(bare, 76, 72) - light(image, 76, 72))).toBeLessThan(16);
});

gpuTest('a solid sphere is seen, hides what is behind it, and shades the smoke', {}, async ({ device }) => {
  using volume = await createVolume(device, [boxGrid('density', [0, 0, 0], [40, 40, 40], ball(16))]);
  const options: RenderOptions = {
    width: 96,
    height: 96,
    camera: { elevation: 0, distance: 2 },
    light: { direction: [1, 0, 0] },
    transfer: { extinction: 0.15 },
  };
  const free = await renderVolume(volume, options);
  const lit = await renderVolume(volume, {
    ...options,
    spheres: [{ center: [20, 20, 42], radius: 3, color: [0, 1, 0] }],
  });
  expect(pixel(lit, 49, 48)[1]! - pixel(lit, 49, 48)[0]!).toBeGreaterThan(60);
  const shaded = await renderVolume(volume, { ...options, spheres: [{ center: [56, 12, 20], radius: 16 }] });
  expect(light(shaded, 48, 62)).toBeLessThan(0.75 * light(free, 48, 62));
  expect(light(shaded, 48, 26)).toBeGreaterThan(0.9 * light(free, 48, 26));
});

const FIXED: RenderOptions = {
  width: 64,
  height: 64,
  camera: { eye: [70, 45, 90], target: [20, 20, 20] },
  transfer: { extinction: 0.4 },
};

gpuTest('a sparse topology and a dense one give the same picture', {}, async ({ device }) => {
  const values = ball(12);
  using dense = await createVolume(device, [boxGrid('density', [-16, 0, 0], [55, 47, 47], values)]);
  using sparse = await createVolume(device, [gridOf('density', sphereTopology([20, 20, 20], 12), values)]);
  expect(sparse.leafCount).toBeLessThan(dense.leafCount / 2);
  await using renderer = await Renderer.create(device);
  const [a, b] = [await renderer.render(dense, FIXED), await renderer.render(sparse, FIXED)];
  expect(Buffer.compare(a.pixels, b.pixels)).toBe(0);
  expect(pixel(a, 32, 32)).not.toEqual(pixel(a, 1, 32));
});

gpuTest('skipping empty space changes no pixel', {}, async ({ device }) => {
  using volume = await createVolume(device, [boxGrid('density', [-24, -40, 3], [55, 70, 47], ball(14))]);
  await using renderer = await Renderer.create(device);
  const [a, b] = [await renderer.render(volume, FIXED), await renderer.render(volume, { ...FIXED, skipping: false })];
  expect(Buffer.compare(a.pixels, b.pixels)).toBe(0);
});

gpuTest(
  'the same picture comes out every time, also when the brick table has to grow for it',
  {},
  async ({ device }) => {
    using volume = await createVolume(device, [plumeGrid()]);
    await using renderer = await Renderer.create(device, { bricks: 64 });
    const options: RenderOptions = { width: 48, height: 96 };
    const [a, b] = await Promise.all([renderer.render(volume, options), renderer.render(volume, options)]);
    const c = await renderVolume(volume, options);
    expect(Buffer.compare(a.pixels, b.pixels)).toBe(0);
    expect(Buffer.compare(a.pixels, c.pixels)).toBe(0);
  },
);

gpuTest('one submit makes a picture of moderate size', {}, async ({ device }) => {
  using volume = await createVolume(device, [plumeGrid()]);
  await using renderer = await Renderer.create(device);
  const before = device.counters.submits;
  await renderer.render(volume, { width: 48, height: 96 });
  expect(device.counters.submits - before).toBe(1);
});

function hotBall(name: string): Grid {
  return boxGrid(name, [0, 0, 0], [40, 40, 40], (i, j, k) => 300 + 2000 * ball(10)(i, j, k));
}

gpuTest('hot gas glows in orange where the smoke is thin', {}, async ({ device }) => {
  const smoke = boxGrid('density', [0, 0, 0], [40, 40, 40], () => 0);
  using volume = await createVolume(device, [smoke, hotBall('temperature')]);
  const glow = await renderVolume(volume, { width: 32, height: 32, temperature: 'temperature' });
  const [red, green, blue] = pixel(glow, 16, 16) as [number, number, number];
  expect(red).toBeGreaterThan(150);
  expect(red).toBeGreaterThan(green);
  expect(green).toBeGreaterThan(blue);
  expect(pixel(glow, 1, 16)[0]).toBeLessThan(60);
});

gpuTest('a vector field shows its length, in a colour map when one is named', {}, async ({ device }) => {
  const length = boxGrid('density', [0, 0, 0], [40, 40, 40], ball(14));
  const { origins, masks } = length.tree.leaf;
  const values = length.tree.values[0] as Float32Array;
  const vector = gridFromLeaves({
    name: 'density',
    type: 'vec3f',
    map: length.map,
    background: [0, 0, 0],
    origins,
    masks,
    values: [values.map((x) => x * 0.6), values.map((x) => -x * 0.8), new Float32Array(values.length)],
  });
  using scalars = await createVolume(device, [length]);
  using vectors = await createVolume(device, [vector]);
  const options: RenderOptions = { ...FIXED, transfer: { map: { name: 'viridis' } } };
  const [a, b] = [await renderVolume(scalars, options), await renderVolume(vectors, options)];
  const worst = a.pixels.reduce((most, byte, at) => Math.max(most, Math.abs(byte - b.pixels[at]!)), 0);
  expect(worst).toBeLessThanOrEqual(2);
  expect(pixel(a, 32, 32)[1]).toBeGreaterThan(pixel(a, 32, 32)[2]! + 60);
});

gpuTest('a renderer prints itself', {}, async ({ device }) => {
  await using renderer = await Renderer.create(device);
  expect(inspect(renderer)).toBe(`renderer on ${device.name}: 0 sets of pipelines, no bricks yet`);
});

gpuTest('a field that is not there is named, with those that are', {}, async ({ device }) => {
  using volume = await createVolume(device, [boxGrid('density', [0, 0, 0], [7, 7, 7], () => 1)]);
  await expect(renderVolume(volume, { density: 'smoke' })).rejects.toThrow(
    new RangeError('Cannot render field "smoke": the volume has density; name one of them'),
  );
});

gpuTest('what there is no memory for leaves nothing behind', { memoryLimit: 2 ** 24 }, async ({ device }) => {
  using small = await createVolume(device, [boxGrid('density', [0, 0, 0], [7, 7, 7], () => 1)]);
  using large = await createVolume(device, [plumeGrid()]);
  await using renderer = await Renderer.create(device, { bricks: 64 });
  await renderer.render(small, { width: 64, height: 64 });
  const before = device.children.size;
  const filling = fillMemory(device);
  await expect(renderer.render(large, { width: 64, height: 64 })).rejects.toThrow('Cannot allocate buffer "render');
  expect(device.children.size - filling.length).toBe(before - 6); // the bricks of the picture before
  const box = boxGrid('density', [0, 0, 0], [63, 63, 63], () => 1);
  await expect(createVolume(device, [box])).rejects.toThrow('Cannot allocate buffer "render volume density"');
  expect(device.children.size - filling.length).toBe(before - 6);
  for (const buffer of filling) buffer[Symbol.dispose]();
  await renderer.render(large, { width: 64, height: 64 });
  expect(device.children.size).toBe(before);
});
