import { expect, test } from 'vitest';
import * as flat from '../src/flat.ts';
import * as gpu from '../src/index.ts';

test('the package exports these values', () => {
  expect(Object.keys(gpu).sort().join(' ')).toMatchInlineSnapshot(
    `"CudaDevice DeviceGroup DeviceLostError Graph GraphError Heap OutOfMemoryError Plan ShaderError Tlsf VulkanError barrierBetween barrierRequirements bytesText compileGlsl delaySubmits foldGroups isValidationAvailable isVulkanAvailable listDeviceGroups listDevices openDevice readCache reflect shareDeviceMemory shareHostMemory use writeCache"`,
  );
});

test('the flat entry exports these functions', () => {
  expect(Object.keys(flat).sort().join(' ')).toMatchInlineSnapshot(
    `"bufferAlloc bufferDownload bufferFree bufferUpload deviceCreate deviceFree deviceSync kernelCompile kernelFree kernelLaunch"`,
  );
});
