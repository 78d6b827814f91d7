import { expect, test } from 'vitest';
import type { Instance, VkPhysicalDevice } from '@halocline/vulkan';
import { homesOf } from '../src/device/extension-features.ts';
import { checkWishes, missingOf } from '../src/device/features.ts';

/** What a device lacks whose report says so; nothing asks a driver. */
function missing(
  features: Readonly<Record<string, boolean>>,
  lacks: readonly string[],
  required: readonly string[],
): string[] {
  const report = { features, extensions: ['VK_KHR_there'], missing: lacks };
  return missingOf(
    {} as Instance,
    { handle: 1n as VkPhysicalDevice, report },
    {
      features: { required },
      extensions: { required: ['VK_KHR_there', 'VK_KHR_absent'] },
    },
  );
}

test('what is required is listed also where the runtime lacks something', () => {
  const features = { bufferDeviceAddress: false, shaderInt64: false, shaderInt16: true };
  expect(missing(features, ['feature bufferDeviceAddress'], Object.keys(features))).toEqual([
    'feature bufferDeviceAddress',
    'feature shaderInt64',
    'extension VK_KHR_absent',
  ]);
});

test('on a device below Vulkan 1.3, whose features nobody reads, the extensions are listed', () => {
  expect(missing({}, ['Vulkan 1.3 (it has 1.1.5)'], ['shaderInt64'])).toEqual([
    'Vulkan 1.3 (it has 1.1.5)',
    'extension VK_KHR_absent',
  ]);
});

test('a name that every object has is no feature', () => {
  expect(missing({ shaderInt64: true }, [], ['constructor', 'toString'])).toEqual([
    'feature constructor (Vulkan has none of that name)',
    'feature toString (Vulkan has none of that name)',
    'extension VK_KHR_absent',
  ]);
});

test('a feature of several extensions is known with all of them', () => {
  expect(homesOf('meshShader').map(({ struct, extensions }) => `${struct} ${extensions.join()}`)).toEqual([
    'VkPhysicalDeviceMeshShaderFeaturesNV VK_NV_mesh_shader',
    'VkPhysicalDeviceMeshShaderFeaturesEXT VK_EXT_mesh_shader',
  ]);
  expect(homesOf('multiDraw')[0]?.extensions).toEqual(['VK_EXT_multi_draw']);
  expect(homesOf('constructor')).toEqual([]);
});

test('wishes that are no lists of names are refused', () => {
  const wrong = (wishes: object) => () => checkWishes(wishes);
  expect(wrong({ features: ['shaderInt64'] })).toThrow(
    'Cannot open a device: features is ["shaderInt64"]; give { required: [names], wished: [names] }',
  );
  expect(wrong({ features: { required: 'shaderInt64' } })).toThrow(
    'Cannot open a device: features.required is "shaderInt64"; give a list of names',
  );
  expect(wrong({ extensions: { wished: [null] } })).toThrow(TypeError);
  expect(wrong({ features: { requierd: ['shaderInt64'] } })).toThrow(
    'Cannot open a device: features has "requierd"; give { required: [names], wished: [names] }',
  );
  checkWishes({ features: { required: ['shaderInt64'] }, extensions: {} });
});
