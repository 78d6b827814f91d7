import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { rawVulkan } from '../../../examples/raw-vulkan.ts';

// Layer 1.3.239 doesn't know the promoted name, and says so.
const expected = /VK_KHR_calibrated_timestamps is not supported by this layer/;

gpuTest('an extension that the runtime does not know is used beside it', { expected }, async ({ device }) => {
  const took = await rawVulkan({ device: device.uuid, validation: device.validation });
  const known = device.report.extensions.some((name) => name.endsWith('_calibrated_timestamps'));
  expect(took !== undefined || !known).toBe(true);
  if (took) expect(Math.abs(took.device / took.host - 1)).toBeLessThan(0.1);
});
