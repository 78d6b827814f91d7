import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { helloGpu } from '../../../examples/hello-gpu.ts';

gpuTest('the device turns a greeting into capitals', {}, async ({ device }) => {
  const hello = await helloGpu('hello, gpu: 1 + 1', { device: device.uuid, validation: device.validation });
  expect(hello).toEqual({ text: 'HELLO, GPU: 1 + 1', device: device.name });
});
