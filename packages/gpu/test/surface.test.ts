import { expect, test } from 'vitest';
import * as gpu from '../src/index.ts';

test('the package exports these values', () => {
  expect(Object.keys(gpu).sort().join(' ')).toMatchInlineSnapshot(
    `"CudaDevice DeviceGroup DeviceLostError Graph GraphError Heap OutOfMemoryError Plan ShaderError Tlsf VulkanError barrierBetween barrierRequirements bytesText compileGlsl delaySubmits foldGroups isValidationAvailable isVulkanAvailable listDeviceGroups listDevices openDevice readCache reflect shareDeviceMemory shareHostMemory use writeCache"`,
  );
});
