/**
 * @file `import … from 'halocline'`: what a user needs to simulate, to read and write grids, and to make pictures.
 * Importing it needs no Vulkan; `isAvailable()` tells whether a simulation can run here.
 */
import { isVulkanAvailable } from '@halocline/gpu';

export { listDevices, openDevice, VulkanError, type Device, type DeviceReport } from '@halocline/gpu';
export {
  Halo,
  peerAccess,
  peerAccesses,
  Simulation,
  Subdomains,
  type CflRadius,
  type CutOrder,
  type Field,
  type FieldOptions,
  type FieldSource,
  type FieldStatistics,
  type HaloOptions,
  type KernelAccess,
  type KernelOptions,
  type Level,
  type MemoryReport,
  type PeerAccess,
  type Plugin,
  type PluginUse,
  type Rebalance,
  type RepeatOptions,
  type Resumed,
  type SaveOptions,
  type Scalar,
  type SimulationOptions,
  type StencilOptions,
  type SubdomainReport,
  type SubdomainsOptions,
} from '@halocline/engine';
export { encodePng, parseCamera, Renderer, type Image, type RenderOptions } from '@halocline/render';
export {
  fogSphere,
  FormatError,
  Grid,
  gridFromLeaves,
  GridMap,
  readGridFile,
  readGrids,
  writeNanoVdb,
  writeVdb,
} from '@halocline/vdb';
export type { Scene, SceneFunction, SceneOptions } from './scene.ts';
export { version } from './version.ts';

/** Whether a Vulkan device is here that can run a simulation; never throws. */
export function isAvailable(): boolean {
  return isVulkanAvailable();
}
