import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { rawVulkan } from '../../../examples/raw-vulkan.ts';

gpuTest('an extension that the runtime does not know is used beside it', {}, async ({ device, messages }) => {
  const took = await rawVulkan({
    device: device.uuid,
    validation: device.validation,
    onValidation: ({ message }) => expect.unreachable(message),
  });
  const known = device.report.extensions.some((name) => name.endsWith('_calibrated_timestamps'));
  expect(took !== undefined || !known).toBe(true);
  if (took) expect(Math.abs(took.device / took.host - 1)).toBeLessThan(0.1);
  expect(messages).toEqual([]);
});
