/**
 * @file A test on a real device. It opens one with the validation layer where that is installed, and fails on any message of
 * the layer and on anything that is alive at the end. Where there is no Vulkan, or not what the test needs, it is skipped in
 * words; `GPU=required` in the environment turns skips for want of a device into failures.
 */

import { isValidationAvailable, isVulkanAvailable, openDevice } from '@halocline/gpu';
import type { Device, DeviceOptions, Validation } from '@halocline/gpu';
import { test } from 'vitest';
import { delayAsAsked } from './late-submits.ts';

/** What a test needs of a device, and how it wants it opened. */
export interface GpuNeeds {
  /** Features by Vulkan's names, such as "shaderFloat16". */
  readonly features?: readonly string[];
  /** Device extensions that must be turned on. */
  readonly extensions?: readonly string[];
  /** A queue that only transfers. */
  readonly transferQueue?: boolean;
  /** Bytes of device memory. */
  readonly deviceBytes?: number;
  /** Default 'synchronization'; false where the layer is known to be wrong, with a reason beside it. */
  readonly validation?: Validation;
  /** The validation layer itself: the test is skipped without it. */
  readonly layer?: boolean;
  /**
   * Holds what is recorded against what passes declare, beside the layer. Default: on, unless `validation` is false or
   * HALOCLINE_CHECKS is 0.
   */
  readonly checks?: boolean;
  /** Bound for the heap, in bytes. */
  readonly memoryLimit?: number;
  /** Messages of the layer that the test provokes: they are taken away from what fails it. */
  readonly expected?: RegExp;
  readonly timeoutMs?: number;
}

/** What a test gets. */
export interface GpuTestContext {
  readonly device: Device;
  /** Messages of the layer so far. */
  readonly messages: readonly string[];
}

const DEFAULT_TIMEOUT_MS = 120_000;

/** Declares a test that runs on a device. */
export function gpuTest(name: string, needs: GpuNeeds, body: (context: GpuTestContext) => Promise<void> | void): void {
  test(name, { timeout: needs.timeoutMs ?? DEFAULT_TIMEOUT_MS }, async ({ skip }) => {
    const refuse = (why: string): never => {
      if (process.env['GPU'] === 'required') throw new Error(`Cannot skip "${name}": ${why}, and GPU=required is set`);
      return skip(why);
    };
    if (!isVulkanAvailable()) refuse('there is no Vulkan device here');
    // Not a matter of the device, so GPU=required doesn't ask for it.
    if (needs.layer === true && !isValidationAvailable()) return skip('the validation layer is not installed');
    const messages: string[] = [];
    const device = await openDevice(deviceOptions(needs, messages));
    const missing = missingOn(device, needs);
    if (missing.length > 0) {
      await device[Symbol.asyncDispose]();
      refuse(`device "${device.name}" lacks ${missing.join(', ')}`);
    }
    delayAsAsked();
    await runAndClose(device, () => body({ device, messages }));
    const unexpected = messages.filter((message) => !needs.expected?.test(message));
    if (unexpected.length > 0) {
      throw new Error(`Cannot pass "${name}": the validation layer said\n${unexpected.join('\n')}`);
    }
  });
}

function deviceOptions(needs: GpuNeeds, messages: string[]): DeviceOptions {
  return {
    validation: isValidationAvailable() && (needs.validation ?? 'synchronization'),
    checks: needs.checks ?? (needs.validation !== false && process.env['HALOCLINE_CHECKS'] !== '0'),
    onValidation: ({ severity, message }) => messages.push(`${severity}: ${message}`),
    ...(needs.memoryLimit === undefined ? {} : { memoryLimit: needs.memoryLimit }),
  };
}

function missingOn(device: Device, needs: GpuNeeds): string[] {
  const missing: string[] = [];
  for (const feature of needs.features ?? []) if (device.features[feature] !== true) missing.push(`feature ${feature}`);
  for (const extension of needs.extensions ?? []) {
    if (!device.raw.extensions.includes(extension)) missing.push(extension);
  }
  if (needs.transferQueue === true && device.transfer === device.compute) missing.push('a queue for transfers alone');
  const { deviceBytes } = device.report.memory;
  if (deviceBytes < (needs.deviceBytes ?? 0))
    missing.push(`${needs.deviceBytes} bytes of memory (it has ${deviceBytes})`);
  return missing;
}

/** Runs the body and closes the device, whatever happens; what the body left alive fails the test, if nothing else did. */
async function runAndClose(device: Device, body: () => Promise<void> | void): Promise<void> {
  let left = '';
  try {
    await body();
    await device.idle();
    left = [...device.children].map((child) => `${child.kind} "${child.label}"`).join(', ');
  } finally {
    for (const child of device.children) child[Symbol.dispose]();
    await device[Symbol.asyncDispose]();
  }
  if (left !== '')
    throw new Error(`Cannot end the test: ${left} alive on device "${device.name}"; dispose what was created`);
}
