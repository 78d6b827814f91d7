/** Lists that a driver or the loader refuses to give, on the way to a device. */
import { execFileSync } from 'node:child_process';
import { vulkanTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { acquireInstance, isValidationAvailable } from '../src/device/instance.ts';
import { surveyDevices } from '../src/device/survey.ts';

const FAILED = V.VK_ERROR_INITIALIZATION_FAILED;
const GAVE = 'gave VK_ERROR_INITIALIZATION_FAILED; check that a driver is installed (halocline doctor says more)';

vulkanTest('opening a device tells what the loader refused', () => {
  const command = 'vkEnumerateInstanceExtensionProperties';
  const source = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  // In a process of its own: commands can be replaced until they are used.
  const code = `
    const { vulkanLoader } = await import(${source('../src/device/instance.ts')});
    const { listDevices, openDevice } = await import(${source('../src/index.ts')});
    Object.defineProperty(vulkanLoader(), '${command}', { value: () => ${FAILED} });
    const told = ({ name, kind, command, result, message }) => ({ name, kind, command, result, message });
    const open = await openDevice({ validation: false }).catch(told);
    try {
      listDevices();
    } catch (error) {
      console.log(JSON.stringify([open, told(error)]));
    }`;
  const flags = ['--conditions=@halocline/source', '--input-type=module', '-e', code];
  const refused = {
    name: 'VulkanError',
    kind: 'initialization',
    command,
    result: 'VK_ERROR_INITIALIZATION_FAILED',
    message: `Cannot start Vulkan: ${command} ${GAVE}`,
  };
  expect(JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }))).toEqual([refused, refused]);
});

vulkanTest('a survey tells what the driver refused, and of which device', () => {
  const instance = acquireInstance(false);
  try {
    const [{ report }] = surveyDevices(instance.commands) as [ReturnType<typeof surveyDevices>[number]];
    const refusing =
      (command: keyof V.Instance, result: number = FAILED) =>
      () =>
        surveyDevices(Object.create(instance.commands, { [command]: { value: () => result } }) as V.Instance);
    expect(refusing('vkEnumeratePhysicalDevices')).toThrow(`Cannot list devices: vkEnumeratePhysicalDevices ${GAVE}`);
    expect(refusing('vkEnumerateDeviceExtensionProperties')).toThrow(
      `Cannot list extensions of device "${report.name}": vkEnumerateDeviceExtensionProperties ${GAVE}`,
    );
    expect(refusing('vkEnumerateDeviceExtensionProperties')).toThrow(
      expect.objectContaining({ name: 'VulkanError', kind: 'initialization', labels: [report.name] }),
    );
    expect(refusing('vkEnumeratePhysicalDevices', V.VK_ERROR_OUT_OF_HOST_MEMORY)).toThrow(
      'Cannot list devices: vkEnumeratePhysicalDevices gave VK_ERROR_OUT_OF_HOST_MEMORY; free some memory',
    );
  } finally {
    instance.release();
  }
});

vulkanTest('an instance with validation that the loader refuses leaves no callback behind', () => {
  const source = JSON.stringify(new URL('../src/device/instance.ts', import.meta.url).href);
  // A process has 8,192 callbacks at most, all but two of which are taken here.
  const code = `
    import * as V from '@halocline/vulkan';
    const { acquireInstance, isValidationAvailable, vulkanLoader } = await import(${source});
    Object.defineProperty(vulkanLoader(), 'vkCreateInstance', { value: () => ${FAILED} });
    for (let taken = 0; taken < 8190; taken++) V.registerDebugCallback(() => undefined);
    const told = new Set();
    for (let at = 0; at < 4; at++) try { acquireInstance(true); } catch ({ message }) { told.add(message); }
    console.log(JSON.stringify(isValidationAvailable() ? [...told] : []));
    process.exit();`;
  const flags = ['--conditions=@halocline/source', '--input-type=module', '-e', code];
  const told = JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' })) as string[];
  expect(told).toEqual(isValidationAvailable() ? [`Cannot start Vulkan: vkCreateInstance ${GAVE}`] : []);
});
