import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as V from '@halocline/vulkan';
import { describe, expect, test } from 'vitest';
import { askedProperties, isOfVulkan } from '../src/shader/capabilities.ts';
import { compileGlsl } from '../src/shader/compile.ts';
import { reflect } from '../src/shader/reflection.ts';
import { checkShader, missingFor } from '../src/shader/requirements.ts';
import type { ShaderDevice } from '../src/shader/requirements.ts';
import { CAPABILITIES } from '../src/shader/spirv-words.ts';
import { device } from './shader-device.ts';

const empty = reflect(
  await compileGlsl('layout(local_size_x = 1) in; void main() {}', { label: 'empty', cache: false }),
);

/** What a device lacks for a shader that declares these capabilities. */
function missing(capabilities: readonly string[], on: Partial<ShaderDevice> = {}): string[] {
  return missingFor({ ...empty, capabilities }, empty.entryPoints[0]!, { ...device, ...on });
}

test('what every device of Vulkan 1.3 has is allowed', () => {
  expect(missing(['Matrix', 'Shader', 'DeviceGroup', 'ShaderNonUniform', 'StorageImageReadWithoutFormat'])).toEqual([]);
});

test('a property that is not so is named, and one of several will do', () => {
  expect(missing(['GroupNonUniformVote', 'DenormPreserve'])).toEqual([]);
  expect(missing(['GroupNonUniformArithmetic', 'RoundingModeRTZ'])).toEqual([
    'property VK_SUBGROUP_FEATURE_ARITHMETIC_BIT in subgroupSupportedOperations (for capability GroupNonUniformArithmetic)',
    'property shaderRoundingModeRTZFloat16 or shaderRoundingModeRTZFloat32 or shaderRoundingModeRTZFloat64 (for capability RoundingModeRTZ)',
  ]);
});

test('a feature that is off is named, and one of several will do', () => {
  const extensions = ['VK_KHR_shader_float_controls2', 'VK_KHR_shader_fma'];
  const features = { shaderFloatControls2: true, shaderFmaFloat64: true };
  expect(missing(['FloatControls2', 'FMAKHR'], { extensions, features })).toEqual([]);
  expect(missing(['FloatControls2', 'Float16', 'MinLod'])).toEqual([
    'feature shaderFloatControls2 (for capability FloatControls2)',
    'feature shaderFloat16 or extension VK_AMD_gpu_shader_half_float (for capability Float16)',
    'feature shaderResourceMinLod (for capability MinLod)',
  ]);
});

test('an extension that is off is named; one with features of its own does nothing without them', () => {
  const clock = 'feature shaderSubgroupClock or shaderDeviceClock (for capability ShaderClockKHR)';
  expect(missing(['FragmentFullyCoveredEXT', 'ShaderClockKHR'])).toEqual([
    'extension VK_EXT_conservative_rasterization (for capability FragmentFullyCoveredEXT)',
    clock,
  ]);
  const extensions = ['VK_EXT_conservative_rasterization', 'VK_KHR_shader_clock'];
  expect(missing(['FragmentFullyCoveredEXT', 'ShaderClockKHR'], { extensions })).toEqual([clock]);
  expect(missing(['ShaderClockKHR'], { extensions, features: { shaderDeviceClock: true } })).toEqual([]);
});

test('a feature of another extension by the same name is not taken for it', () => {
  const on = { extensions: ['VK_KHR_cooperative_matrix'], features: { cooperativeMatrix: true } };
  expect(missing(['CooperativeMatrixKHR', 'CooperativeMatrixNV'], on)).toEqual([
    'feature cooperativeMatrix of VK_NV_cooperative_matrix (for capability CooperativeMatrixNV)',
  ]);
});

test('properties that capabilities ask for are those of the structs that a survey reads', () => {
  const read = V.arena.scope(() => [
    V.VkPhysicalDeviceVulkan11Properties.read(V.VkPhysicalDeviceVulkan11Properties.allocate()),
    V.VkPhysicalDeviceVulkan12Properties.read(V.VkPhysicalDeviceVulkan12Properties.allocate()),
  ]);
  const known = read.flatMap((struct) => Object.keys(struct));
  expect(askedProperties()).toContain('subgroupSupportedOperations');
  expect(askedProperties().filter((name) => !known.includes(name))).toEqual([]);
});

test('a number that has two names is allowed by the ways of both', () => {
  const features = { cooperativeMatrixReductions: true };
  for (const extension of ['VK_NV_cooperative_matrix2', 'VK_EXT_cooperative_matrix_maintenance1']) {
    expect(missing([CAPABILITIES.get(5430)!], { features, extensions: [extension] })).toEqual([]);
  }
});

test.each([
  [
    ['Kernel', 'capability 9999'],
    'lacks capability Kernel (which Vulkan 1.4.359 does not have), capability 9999 (which Vulkan 1.4.359 does not have); compile it for Vulkan',
  ],
  [
    ['MinLod'],
    'lacks feature shaderResourceMinLod (for capability MinLod); ask for that where it is opened, or choose another device',
  ],
])('a shader that declares %j is refused with what would do', (capabilities, words) => {
  const check = (): void => checkShader('it', device, { ...empty, capabilities }, empty.entryPoints[0]!);
  expect(check).toThrow(`Cannot use shader "it": device "lavapipe" ${words}`);
});

test("every capability of the registry has a number, but the one that SPIR-V's headers do not have", () => {
  const numbered = new Set(CAPABILITIES.values());
  const names = V.spirvCapabilities.map((line) => line.split(' ')[0]!);
  expect(names.filter((name) => !numbered.has(name))).toEqual([
    'ClusterCullingShadingHUAWEI',
    'CooperativeMatrixReductionsNV',
    'CooperativeMatrixPerElementOperationsNV',
  ]);
  expect([...numbered].filter((name) => !isOfVulkan(name)).slice(0, 5)).toEqual([
    'Addresses',
    'Linkage',
    'Kernel',
    'Vector16',
    'Float16Buffer',
  ]);
});

const assembler = spawnSync('spirv-as', ['--version']).status === 0;

describe.skipIf(!assembler)('spirv-as (skipped where spirv-tools is not installed)', () => {
  test('numbers the capabilities of SPIR-V itself, and those of Khronos that it knows, alike', () => {
    const young = /BFloat|Abort|Constant|FMA|Untyped|QuadControl|PositionFetch|Micromap|CooperativeMatrix|Group.*KHR/;
    const known = [...CAPABILITIES].filter(
      ([number, name]) => number < 72 || (name.endsWith('KHR') && !young.test(name)),
    );
    const input = known.map(([, name]) => `OpCapability ${name}\n`).join('');
    const folder = mkdtempSync(join(tmpdir(), 'capabilities-'));
    const out = join(folder, 'module.spv');
    expect(spawnSync('spirv-as', ['-o', out, '-'], { input, encoding: 'utf8' }).stderr).toBe('');
    const words = new Uint32Array(new Uint8Array(readFileSync(out)).buffer);
    rmSync(folder, { recursive: true });
    expect(known.map((_, index) => words[6 + 2 * index])).toEqual(known.map(([number]) => number));
  });
});
