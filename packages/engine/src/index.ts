/**
 * @file `@halocline/engine`: fields over sparse grids, stencils over fields, steps on the GPU.
 */
export { type Rebalance } from './balance/balance.ts';
export { type CflRadius } from './cfl/cfl-options.ts';
export { type Resumed } from './checkpoint/resume.ts';
export { type CutOrder } from './cut/curve.ts';
export { type SubdomainReport } from './cut-report.ts';
export { type FieldOptions, type RepeatOptions, type StencilOptions, type Until } from './declarations.ts';
export { Field, type FieldSource } from './field.ts';
export { type FieldStorage, type FieldValue } from './field-type.ts';
export { type SaveOptions } from './grid-files.ts';
export { type KernelAccess, type KernelLanguage, type KernelOptions } from './kernel/kernel-options.ts';
export { Halo, type HaloField, type HaloOptions, type HaloPart } from './halo/halo.ts';
export { type FieldMemory, type SubdomainPart, Subdomains, type SubdomainsOptions } from './halo/subdomains.ts';
export { Level } from './level.ts';
export { type MemoryReport, Simulation, type SimulationOptions } from './simulation.ts';
export { type Plugin, type PluginUse } from './plugin/plugin.ts';
export { FROM_OUTSIDE, type FromOutside } from './open-devices.ts';
export { Scalar } from './scalar.ts';
export { type FieldStatistics } from './statistics.ts';
export { type TransportName } from './transport/channel.ts';
export { type MessageTime } from './transport/measure.ts';
export {
  peerAccess,
  peerAccesses,
  PeerAccess,
  type PeerDevice,
  type TransportReport,
} from './transport/peer-access.ts';
export { forcedTransport } from './transport/transports.ts';
export { type VolumeView } from './volume.ts';
