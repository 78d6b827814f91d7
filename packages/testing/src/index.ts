/** @file `@halocline/testing`: what only tests import. */

export { closeTo, maxDifference, rootMeanSquare, ulpsBetween } from './closeness.ts';
export type { Difference } from './closeness.ts';
export { fillMemory } from './fill-memory.ts';
export { gpuTest } from './gpu-test.ts';
export type { GpuNeeds, GpuTestContext } from './gpu-test.ts';
export { jitter } from './late-submits.ts';
export { NullDevice, NullEncoder } from './null-device.ts';
export type { NullDeviceOptions } from './null-device.ts';
export { firstDifference, runInterpreter, runOnDevice, VALUES } from './stencil-harness.ts';
export type { RunResult, RunValues } from './stencil-harness.ts';
export { makeWorld, seeded } from './stencil-world.ts';
export type { HostWorld } from './stencil-world.ts';
export { temporaryFolder } from './temporary-folder.ts';
export type { TemporaryFolder } from './temporary-folder.ts';
export { vulkanTest } from './vulkan-test.ts';
