/**
 * @file The `webgpu` package of npm (Dawn in Node): fetched for this benchmark alone, into .cache, because it brings
 * 130 MB for all platforms; and the little of its interface that dawn.ts uses.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The version that is compared with. */
const webgpuVersion = '0.6.2';

const folder = fileURLToPath(new URL('../../.cache/webgpu/', import.meta.url));
/** The module, once it is there. */
export const webgpuModule: URL = new URL('../../.cache/webgpu/node_modules/webgpu/index.js', import.meta.url);

/** Fetches the package where it isn't yet; a line that says why it isn't there after all. */
export function fetchWebgpu(say: (line: string) => void): string | undefined {
  if (existsSync(webgpuModule)) return undefined;
  say(`fetching webgpu ${webgpuVersion} (Dawn, 130 MB) into .cache/webgpu …`);
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const words = [...args, '--prefix', folder, `webgpu@${webgpuVersion}`];
  const npm = process.env['npm_execpath'];
  const result = /\.c?js$/u.test(npm ?? '')
    ? spawnSync(process.execPath, [npm!, ...words], { encoding: 'utf8' })
    : spawnSync('npm', words, { encoding: 'utf8', shell: process.platform === 'win32' });
  if (result.status === 0 && existsSync(webgpuModule)) return undefined;
  return `webgpu ${webgpuVersion} could not be fetched: ${result.error?.message ?? result.stderr.trim().split('\n').at(-1)}`;
}

/** What the package exports. */
export interface Webgpu {
  readonly create: (options: readonly string[]) => Gpu;
}

export interface Gpu {
  requestAdapter(): Promise<Adapter | null>;
}

export interface Adapter {
  readonly info: { readonly vendor: string; readonly device: string; readonly description: string };
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(options: { readonly requiredLimits: Readonly<Record<string, number>> }): Promise<GpuDevice>;
}

export interface GpuDevice {
  readonly queue: {
    writeBuffer(buffer: GpuBuffer, byteOffset: number, data: ArrayBufferView): void;
    submit(commands: readonly object[]): void;
    onSubmittedWorkDone(): Promise<void>;
  };
  createShaderModule(options: { readonly code: string }): object;
  createBindGroupLayout(options: { readonly entries: readonly object[] }): object;
  createPipelineLayout(options: {
    readonly bindGroupLayouts: readonly object[];
    readonly immediateSize?: number;
  }): object;
  createComputePipeline(options: { readonly layout: object; readonly compute: object }): object;
  createBindGroup(options: { readonly layout: object; readonly entries: readonly object[] }): object;
  createBuffer(options: { readonly size: number; readonly usage: number }): GpuBuffer;
  createCommandEncoder(): CommandEncoder;
  destroy(): void;
}

export interface GpuBuffer {
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

export interface CommandEncoder {
  beginComputePass(): ComputePass;
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, byteLength: number): void;
  finish(): object;
}

export interface ComputePass {
  setPipeline(pipeline: object): void;
  setBindGroup(index: number, group: object, offsets: Uint32Array, start: number, length: number): void;
  setImmediates(byteOffset: number, data: Uint32Array, start: number, length: number): void;
  dispatchWorkgroups(x: number): void;
  end(): void;
}
