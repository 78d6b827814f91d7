/** What images of a role can do: what it is for, or they aren't made. */
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Graph, openDevice, VulkanError } from '../src/index.ts';
import type { Device } from '../src/index.ts';

/** What an image may be used for; what is said where there can't be one. */
const made =
  (device: Device) =>
  (options: object): string => {
    try {
      using image = device.createImage({ label: 'i', size: [8, 8], format: 'rgba8unorm', ...options });
      return image.usage.join(', ');
    } catch (error) {
      const { name, message } = error as Error;
      return `${error instanceof VulkanError ? error.kind : name}: ${message}`;
    }
  };

gpuTest('an image that could not do what its role is for is not made', {}, ({ device }) => {
  const image = made(device);
  const rest = 'sampled, transfer-source, transfer-target';
  const none = (format: string, what: string): string =>
    `not-available: Cannot create image "i": device "${device.name}" has no ${format} image for ${what}, ${rest}; choose another format or usage`;
  expect(image({ role: 'depth-target' })).toBe(none('rgba8unorm', 'depth-attachment'));
  expect(image({ role: 'render-target', format: 'depth32float' })).toBe(none('depth32float', 'color-attachment'));
  const format = 'rgba8unorm-srgb';
  expect(image({ role: 'storage-image', format })).toBe(none(format, 'storage'));
  expect(image({ role: 'any', format })).toBe('sampled, color-attachment, transfer-source, transfer-target');
  expect(image({ role: 'texture', format })).toBe(rest);
  expect(image({ role: 'depth-target', format: 'depth32float' })).toBe(`depth-attachment, ${rest}`);
  expect(image({ role: 'render-target', samples: 4 })).toBe(`color-attachment, ${rest}`);
  expect(image({ role: 'depth-target', usage: ['sampled'] })).toBe('sampled');
});

gpuTest('a transient image that could not do what its role is for is not made', {}, async ({ device }) => {
  const graph = new Graph();
  const shadow = graph.transientImage('shadow', { size: [8, 8], format: 'rgba8unorm', role: 'depth-target' });
  const record = (): undefined => undefined;
  graph.pass({ name: 'draw', queue: 'graphics', writes: [shadow], sideEffects: true, record });
  using plan = graph.compile();
  await expect(plan.execute({ device })).rejects.toThrow(
    `Cannot create image "shadow": device "${device.name}" has no rgba8unorm image for depth-attachment, sampled, `,
  );
});

gpuTest('images of several samples have one mip, and are stored to where the device can', {}, async ({ device }) => {
  const image = made(device);
  const both = (mips: number): string =>
    `RangeError: Cannot create image "i": it has 4 samples a texel and ${mips} mips; give 1 of either`;
  expect(image({ samples: 4, mips: 2 })).toBe(both(2));
  expect(image({ samples: 4, mips: 'all' })).toBe(both(4));
  expect(image({ samples: 4, size: [1, 1], mips: 'all' })).toMatch(/^sampled, color-attachment, /);
  const stored = { role: 'storage-image', samples: 4 };
  const lacks = `not-available: Cannot create image "i": device "${device.name}" has no rgba8unorm image of 4 samples a texel for storage; it lacks feature shaderStorageImageMultisample`;
  expect(image(stored)).toBe(lacks);
  expect(image({ samples: 4, usage: ['storage'] })).toBe(lacks);
  const feature = 'shaderStorageImageMultisample';
  if (device.report.features[feature] !== true) return;
  await using able = await openDevice({ device: device.uuid, features: { wished: [feature] } });
  expect(made(able)(stored)).toBe('storage, sampled, transfer-source, transfer-target');
});

gpuTest('an image that is for nothing is refused', {}, ({ device }) => {
  expect(made(device)({ usage: [] })).toBe(
    'TypeError: Cannot create image "i": its usage is empty; say what it is for, or leave usage out',
  );
});
