import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { rawVulkan } from '../../../examples/raw-vulkan.ts';

gpuTest('an extension that the runtime does not know is used beside it', {}, async ({ device }) => {
  const picture = await rawVulkan([1, 3, 4, 7], { device: device.uuid, validation: device.validation });
  expect(device.raw.extensions).not.toContain('VK_EXT_multi_draw');
  const chart = ['.......#', '....#..#', '...##..#', '.#.##..#', ''].join('\n');
  expect(picture).toBe(device.report.extensions.includes('VK_EXT_multi_draw') ? chart : undefined);
});
