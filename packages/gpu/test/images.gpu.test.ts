import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { messageOf } from './message-of.ts';

gpuTest('texels that go up come down again, mip by mip and layer by layer', {}, async ({ device }) => {
  using image = device.createImage({ label: 'picture', size: [5, 3], format: 'rgba8unorm', mips: 'all', layers: 2 });
  expect([image.mips, image.byteLengthOf(0), image.byteLengthOf(1), image.byteLengthOf(2)]).toEqual([3, 60, 8, 4]);
  const whole = Uint8Array.from({ length: 120 }, (_, at) => at);
  await device.uploadImage(image, whole);
  await device.uploadImage(image, new Uint8Array(8).fill(77), { mip: 1, layer: 1 });
  expect(await device.downloadImage(image, { before: 'sampled' })).toEqual(whole);
  expect(await device.downloadImage(image, { before: 'sampled', layer: 1 })).toEqual(whole.slice(60));
  expect(await device.downloadImage(image, { before: 'sampled', mip: 1, layer: 1 })).toEqual(
    new Uint8Array(8).fill(77),
  );
});

gpuTest('a box of texels is copied between buffers and images', {}, async ({ device }) => {
  using from = device.createImage({ label: 'from', size: [4, 4], format: 'r32uint' });
  using to = device.createImage({ label: 'to', size: [4, 4], format: 'r32uint' });
  using buffer = device.createBuffer({ label: 'box', byteLength: 24 });
  void device.staging.upload(buffer, 8, new Uint32Array([1, 2, 3, 4]));
  await device.submitOnce('boxes', (encoder) =>
    encoder
      .barriers({
        images: [
          { image: from, before: 'undefined', after: ['transfer-target'] },
          { image: to, before: 'undefined', after: ['transfer-target'] },
        ],
      })
      .clear(from, 9)
      .clear(to, 0)
      .barrier(['transfer-target'], ['transfer-target'])
      .copyBufferToImage(buffer, from, { origin: [1, 1], size: [2, 2], byteOffset: 8 })
      .transition(from, { before: 'transfer-target', after: 'transfer-source' })
      .copyImage(from, to, { from: { origin: [2, 0], size: [2, 3] }, to: { origin: [0, 1] } })
      .transition(to, { before: 'transfer-target', after: 'transfer-source' }),
  );
  const texels = new Uint32Array((await device.downloadImage(to, { before: 'transfer-source' })).buffer);
  expect([...texels]).toEqual([0, 0, 0, 0, 9, 9, 0, 0, 2, 9, 0, 0, 4, 9, 0, 0]);
});

gpuTest('a blit scales and converts', {}, async ({ device }) => {
  using small = device.createImage({ label: 'small', size: [2, 1], format: 'rgba8unorm' });
  using large = device.createImage({ label: 'large', size: [4, 2], format: 'rgba32float' });
  await device.uploadImage(small, Uint8Array.of(255, 0, 0, 255, 0, 255, 51, 0), { after: 'transfer-source' });
  await device.submitOnce('blit', (encoder) =>
    encoder
      .transition(large, { before: 'undefined', after: 'transfer-target' })
      .blit(small, large, { filter: 'nearest' }),
  );
  const floats = new Float32Array((await device.downloadImage(large, { before: 'transfer-target' })).buffer);
  const row = [1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0.2, 0, 0, 1, 0.2, 0];
  expect([...floats].map((each) => Math.round(each * 1e6) / 1e6)).toEqual([...row, ...row]);
});

gpuTest('colours and depths are cleared, part by part', {}, async ({ device }) => {
  using volume = device.createImage({ label: 'volume', size: [2, 2, 3], format: 'rgba16float' });
  using depth = device.createImage({ label: 'depth', size: [2, 2], format: 'depth32float', layers: 2 });
  await device.submitOnce('clear', (encoder) =>
    encoder
      .transition(volume, { before: 'undefined', after: 'transfer-target' })
      .transition(depth, { before: 'undefined', after: 'transfer-target' })
      .clear(volume, [0.5, 2])
      .clear(depth, 0.25, { layer: 0, layers: 1 })
      .clear(depth, 1, { layer: 1 }),
  );
  const halves = new Float16Array((await device.downloadImage(volume, { before: 'transfer-target' })).buffer);
  expect([...halves.slice(0, 4), halves.length]).toEqual([0.5, 2, 0, 1, 48]);
  const depths = new Float32Array((await device.downloadImage(depth, { before: 'transfer-target' })).buffer);
  expect([...depths]).toEqual([0.25, 0.25, 0.25, 0.25, 1, 1, 1, 1]);
});

gpuTest('images print themselves, and views of one part are one', {}, ({ device }) => {
  using image = device.createImage({ label: 'field', size: [8, 4], format: 'r32float', layers: 6 });
  using cube = device.createImage({ label: 'sky', size: [4, 4], format: 'rgba8unorm', layers: 6, role: 'texture' });
  expect(String(image)).toBe('Image("field", 8×4 r32float)');
  expect(image.view({ layer: 2, layers: 1 })).toBe(image.view({ layer: 2, layers: 1 }, '2d'));
  expect(image.view({ layer: 2 }).shape).toBe('2d-array');
  expect(cube.view({}, 'cube').range).toEqual({ mip: 0, mips: 1, layer: 0, layers: 6 });
});

gpuTest('an image is counted in the heap until nothing uses it', {}, async ({ device }) => {
  const before = device.heap.used;
  const image = device.createImage({ label: 'big', size: [256, 256], format: 'rgba8unorm', owner: 'frames' });
  expect(device.heap.used - before).toBeGreaterThanOrEqual(256 * 256 * 4);
  expect(device.heap.report().owners[0]?.owner).toBe('frames');
  await device.uploadImage(image, new Uint8Array(256 * 256 * 4));
  image[Symbol.dispose]();
  await device.idle();
  expect(device.heap.report().owners.some(({ owner }) => owner === 'frames')).toBe(false);
});

gpuTest('what an image cannot be, or cannot do, is said', {}, async ({ device }) => {
  const create = (options: object): (() => void) => {
    return () => device.createImage({ label: 'wrong', size: [4, 4], format: 'rgba8unorm', ...options });
  };
  expect(create({ size: [0, 4] })).toThrow(
    'Cannot create image "wrong": its size, mips, layers and samples are 0×4, 1, 1 and 1; give whole numbers above 0',
  );
  expect(create({ format: 'rgb565' })).toThrow(/^Cannot use format "rgb565": it is none of r8unorm, /);
  expect(create({ usage: ['depth-attachment'] })).toThrow(
    `Cannot create image "wrong": device "${device.name}" has no rgba8unorm image for depth-attachment; choose another format or usage`,
  );
  expect(create({ size: [2 ** 20, 4] })).toThrow(
    /^Cannot create image "wrong": device ".*" has no rgba8unorm image of 1048576×4×1 texels; it allows \d+×\d+×1$/,
  );
  expect(create({ mips: 9 })).toThrow(
    /has no rgba8unorm image of 4×4×1 texels with 9 mips and 1 layers; it allows 3 and \d+$/,
  );
  using image = device.createImage({ label: 'tile', size: [4, 4], format: 'r8unorm' });
  using buffer = device.createBuffer({ label: 'bytes', byteLength: 16 });
  expect(() => image.view({ mip: 1 })).toThrow(
    'Cannot take a part of image "tile": 0 mips from 1 and 1 layers from 0 are asked for; it has 1 and 1',
  );
  expect(() =>
    device.record('bad', (encoder) => encoder.copyImageToBuffer(image, buffer, { origin: [1, 0], size: [4] })),
  ).toThrow('Cannot copy from image "tile": 4×4×1 texels from 1, 0, 0 are asked for; mip 0 has 4×4×1');
  expect(() => device.record('bad', (encoder) => encoder.copyBufferToImage(buffer, image, { byteOffset: 4 }))).toThrow(
    'Cannot copy to buffer "bytes": bytes 4 to 20 are asked for, it has 16',
  );
  await expect(device.uploadImage(image, new Uint8Array(15))).rejects.toThrow(
    'Cannot upload to image "tile": 15 bytes are given; mip 0 has 16',
  );
});

gpuTest('words that are none, and samples that no device has, are told', {}, ({ device }) => {
  const image = (options: object) => () =>
    device.createImage({ label: 'i', size: [4, 4], format: 'r32uint', ...options });
  const sampler = (options: object) => () => device.createSampler({ label: 's', ...options });
  expect(image({ samples: 3 })).toThrow('Cannot create image "i": samples is 3; give 1, 2, 4, 8, 16, 32 or 64');
  expect(image({ usage: ['texture'] })).toThrow('Cannot create image "i": usage "texture" is none of ');
  expect(image({ role: 'picture' })).toThrow('Cannot create image "i": role "picture" is none of any, ');
  expect(sampler({ filter: 'cubic' })).toThrow('Cannot create sampler "s": filter "cubic" is none of linear, nearest');
  expect(sampler({ edge: 'wrap' })).toThrow('Cannot create sampler "s": edge "wrap" is none of clamp, repeat, mirror');
});

gpuTest('an image has two or three dimensions', {}, ({ device }) => {
  const told = (size: unknown): string =>
    messageOf(() => device.createImage({ label: 'picture', size: size as [number, number], format: 'rgba8unorm' }));
  const refused = (given: string): string =>
    `Cannot create image "picture": its size is ${given}; give [width, height] or [width, height, depth], in texels`;
  expect([told(undefined), told(4), told([4]), told([4, 4, 4, 4]), told({ width: 4 })]).toEqual([
    refused('undefined'),
    refused('4'),
    refused('[4]'),
    refused('[4, 4, 4, 4]'),
    refused('a value of type Object'),
  ]);
});
