import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { openDevice } from '../src/index.ts';
import type { Device, Encoder, ImageDownloadOptions, TransitionOptions, Usage } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';

const WORDS =
  'storage-read, storage-write, uniform, indirect, conditional, vertex, index, sampled, color-attachment, ' +
  'depth-attachment, transfer-source, transfer-target, host-read, host-write';

/** What recording says that is refused. */
const refusal =
  (device: Device) =>
  (body: (encoder: Encoder) => unknown): string => {
    try {
      using _ = device.record('step', (encoder) => void body(encoder));
      return 'no error';
    } catch (error) {
      return (error as Error).message;
    }
  };

const wrong = <T>(value: unknown): T => value as T;

gpuTest(
  'barriers of words that there are none of are refused, with checks and without',
  {},
  async ({ device: plain }) => {
    await using checking = await openDevice({ device: plain.uuid, validation: false, checks: true });
    for (const device of [plain, checking]) {
      const told = refusal(device);
      const none = (word: string): string => `Cannot use access "${word}": it is none of ${WORDS}`;
      const lists = (side: string): string =>
        `Cannot put a barrier: ${side} is given as one side; give lists, as in (['storage-write'], ['storage-read'])`;
      using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
      using words = device.createBuffer({ label: 'words', byteLength: 16 });
      expect(told((encoder) => encoder.barrier(wrong<Usage[]>(['foo']), ['storage-read']))).toBe(none('foo'));
      expect(told((encoder) => encoder.barrier(wrong<Usage[]>('storage-read'), ['storage-read']))).toBe(
        lists("'storage-read'"),
      );
      expect(told((encoder) => encoder.barrier(['storage-read'], wrong<Usage[]>(undefined)))).toBe(lists('undefined'));
      const memory = { before: wrong<Usage[]>('vertex'), after: ['vertex'] } as const;
      expect(told((encoder) => encoder.barriers({ memory }))).toBe(lists("'vertex'"));
      const over = { before: 'undefined', after: wrong<Usage>('undefined') } as const;
      expect(told((encoder) => encoder.transition(image, over))).toBe(none('undefined'));
      if (device !== checking) continue;
      const touching = (encoder: Encoder): unknown =>
        encoder.touches(words, wrong<Usage>('paint')).fill(words, 0, 4, 0);
      expect(told(touching)).toBe(none('paint'));
    }
  },
);

gpuTest('an image is brought over only to what it was made for, and where it reaches', {}, ({ device }) => {
  const told = refusal(device);
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm', mips: 3 });
  using depth = device.createImage({ label: 'depth', size: [4, 4], format: 'depth32float' });
  using texture = device.createImage({
    label: 'texture',
    size: [4, 4],
    format: 'rgba8unorm',
    usage: ['transfer-target'],
  });
  const over = (options: object) => wrong<TransitionOptions>({ before: 'undefined', after: 'sampled', ...options });
  expect(told((encoder) => encoder.transition(image, over({ mip: 7 })))).toBe(
    'Cannot bring image "picture" over: "mip" is no option of it; there are before, after, range, discard',
  );
  expect(told((encoder) => encoder.transition(image, over({ range: { mip: 7 } })))).toBe(
    'Cannot take a part of image "picture": -4 mips from 7 and 1 layers from 0 are asked for; it has 3 and 1',
  );
  const without = (label: string, layout: string): string =>
    `Cannot bring image "${label}" over from or to layout '${layout}': it was made without that usage; create it with that`;
  expect(told((encoder) => encoder.transition(depth, over({ after: 'color-attachment' })))).toBe(
    without('depth', 'color-attachment'),
  );
  expect(told((encoder) => encoder.transition(texture, over({})))).toBe(without('texture', 'sampled'));
  expect(told((encoder) => encoder.transition(texture, over({ before: 'sampled', after: 'storage-read' })))).toBe(
    without('texture', 'sampled'),
  );
});

gpuTest('copies and blits that no device makes are refused', {}, ({ device }) => {
  const told = refusal(device);
  using stack = new DisposableStack();
  const image = (label: string, more: Partial<Parameters<Device['createImage']>[0]> = {}) =>
    stack.use(device.createImage({ label, size: [4, 4], format: 'rgba8unorm', ...more }));
  const [a, b, many] = [image('a', { mips: 2, layers: 2 }), image('b'), image('many', { samples: 4 })];
  const [depth, words] = [image('depth', { format: 'depth32float' }), image('words', { format: 'r32uint' })];
  const kept = image('kept', { usage: ['sampled'] });
  const copy = 'Cannot copy image "a" to image';
  const overlap = 'the boxes overlap; go through another image';
  expect(told((encoder) => encoder.copyImage(a, a))).toBe(`${copy} "a": ${overlap}`);
  expect(told((encoder) => encoder.copyImage(a, a, { from: { size: [3, 3] }, to: { origin: [1, 1] } }))).toBe(
    `${copy} "a": ${overlap}`,
  );
  expect(told((encoder) => encoder.copyImage(a, b, { to: { size: [2, 2] } }))).toBe(
    `${copy} "b": the boxes have 4×4×1 texels in 1 layer and 2×2×1 texels in 1 layer; give boxes of one size`,
  );
  expect(told((encoder) => encoder.copyImage(a, many))).toBe(
    `${copy} "many": they have 1 and 4 samples a texel; resolve in a rendering instead`,
  );
  expect(told((encoder) => encoder.copyImage(a, kept))).toBe(
    'Cannot copy to image "kept": it was made without usage \'transfer-target\'; create it with that',
  );
  const become = 'blit depth to its own format, and integers to integers of their kind';
  expect(told((encoder) => encoder.blit(depth, b))).toBe(
    `Cannot blit image "depth" to image "b": depth32float does not become rgba8unorm; ${become}`,
  );
  expect(told((encoder) => encoder.blit(words, b))).toBe(
    `Cannot blit image "words" to image "b": r32uint does not become rgba8unorm; ${become}`,
  );
  expect(told((encoder) => encoder.blit(depth, depth, { to: { origin: [2, 2] } }))).toBe(
    'Cannot blit image "depth" to image "depth": texels of depth32float have no mean; say filter: \'nearest\'',
  );
  expect(told((encoder) => encoder.blit(b, many))).toBe(
    'Cannot blit image "b" to image "many": they have 1 and 4 samples a texel; resolve in a rendering instead',
  );
  expect(told((encoder) => encoder.blit(a, b, { from: { layers: 2 } }))).toBe(
    'Cannot blit image "a" to image "b": the boxes have 2 and 1 layers; give as many',
  );
  expect(told((encoder) => encoder.blit(a, a))).toBe(`Cannot blit image "a" to image "a": ${overlap}`);
  const smaller = { from: { mip: 0 }, to: { mip: 1 } };
  const apart = (encoder: Encoder): void => {
    encoder.transition(a, { before: 'undefined', after: 'transfer-source', range: { mips: 1 } });
    encoder.transition(a, { before: 'undefined', after: 'transfer-target', range: { mip: 1 } });
    encoder.blit(a, a, smaller);
  };
  expect(told(apart)).toBe('no error');
});

gpuTest('an image of several samples is made of as many as the device has, and not uploaded to', {}, async (test) => {
  const { device } = test;
  const { driver } = makerOf(device);
  const { instance } = driver;
  driver.instance = Object.create(instance, {
    vkGetPhysicalDeviceImageFormatProperties: {
      value: (...given: Parameters<V.Instance['vkGetPhysicalDeviceImageFormatProperties']>) => {
        const result = instance.vkGetPhysicalDeviceImageFormatProperties(...given);
        V.VkImageFormatProperties.write(given[6], { sampleCounts: 1 | 4 });
        return result;
      },
    },
  }) as V.Instance;
  const make = (samples: number) =>
    device.createImage({ label: 'many', size: [4, 4], format: 'rgba8unorm', samples, role: 'render-target' });
  for (const samples of [2, 8]) {
    expect(() => make(samples)).toThrow(
      expect.objectContaining({
        kind: 'not-available',
        labels: ['many'],
        message: `Cannot create image "many": device "${device.name}" has no rgba8unorm image of ${samples} samples a texel; it allows 1, 4`,
      }),
    );
  }
  using many = make(4);
  expect(many.byteLengthOf()).toBe(4 * 4 * 4 * 4);
  const resolve = 'it has 4 samples a texel; resolve it into another image first';
  await expect(device.uploadImage(many, new Uint8Array(256))).rejects.toThrow(
    `Cannot upload to image "many": ${resolve}`,
  );
  await expect(device.downloadImage(many, { before: 'color-attachment' })).rejects.toThrow(
    `Cannot download from image "many": ${resolve}`,
  );
});

gpuTest('a solid image is viewed as one, and a disposed one not at all', {}, ({ device }) => {
  using solid = device.createImage({ label: 'solid', size: [4, 4, 4], format: 'r32float' });
  using row = device.createImage({ label: 'row', size: [4, 4], format: 'r32float', layers: 3 });
  expect([solid.view().shape, row.view().shape, row.view({ layer: 2 }).shape, row.view({ layers: 1 }).shape]).toEqual([
    '3d',
    '2d-array',
    '2d',
    '2d',
  ]);
  expect(solid.view()).toBe(solid.view());
  const gone = device.createImage({ label: 'gone', size: [4, 4], format: 'r32float' });
  gone.view();
  gone[Symbol.dispose]();
  gone[Symbol.dispose]();
  expect(() => gone.view()).toThrow('Cannot view image "gone": it was disposed; create it again');
  expect(String(gone)).toBe('Image("gone", 4×4 r32float, disposed)');
});

gpuTest('an image is brought over to no usage of buffers, and down only from a usage', {}, async ({ device }) => {
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  const of = (usage: string): string =>
    `Cannot bring image "picture" over from or to '${usage}': only buffers are used so; images know storage-read, ` +
    'storage-write, sampled, color-attachment, depth-attachment, transfer-source, transfer-target';
  await expect(device.uploadImage(image, new Uint8Array(64), { after: 'vertex' })).rejects.toThrow(of('vertex'));
  await expect(device.downloadImage(image, { before: 'host-read' })).rejects.toThrow(of('host-read'));
  const before = `Cannot download from image "picture": before is not given; give what it was used for, as in { before: 'sampled' }`;
  for (const options of [undefined, {}, { mip: 0 }]) {
    await expect(device.downloadImage(image, wrong<ImageDownloadOptions>(options))).rejects.toThrow(before);
  }
});
