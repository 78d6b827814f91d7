/** @file A device as the check of shaders sees it: its subgroups vote, and nothing of an extension is on. */

import type { ShaderDevice } from '../src/shader/requirements.ts';

export const device: ShaderDevice = {
  name: 'lavapipe',
  limits: {
    maxSets: 4,
    maxStageBindings: {
      sampler: 16,
      'uniform-buffer': 12,
      'storage-buffer': 4,
      'sampled-image': 16,
      'storage-image': 4,
    },
    maxPushBytes: 128,
    maxWorkgroupSize: [1024, 1024, 64],
    maxWorkgroupThreads: 1024,
    maxSharedBytes: 32768,
    shaderProperties: { subgroupSupportedOperations: 3, shaderDenormPreserveFloat32: 1 },
  },
  features: { bufferDeviceAddress: true },
  extensions: [],
};
