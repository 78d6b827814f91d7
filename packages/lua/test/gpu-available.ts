/** Tests that need a Vulkan device; with the validation layer where that is installed, whose messages fail them. */
import { isValidationAvailable, isVulkanAvailable } from '@halocline/gpu';
import { expect, test } from 'vitest';
import type { LuaScript, LuaOptions } from '../src/index.ts';
import { runText, type Ended } from './run-text.ts';

const available = isVulkanAvailable();
if (!available) process.stderr.write('No Vulkan device here: tests of scenes in Lua on a device are skipped\n');

/** A test on a device. */
export const gpu: typeof test = available || process.env['GPU'] === 'required' ? test : (test.skip as typeof test);

/** Runs a text on a device, which must be left without a child and without a message of the layer. */
export async function runOnDevice(
  text: string,
  options: LuaOptions = {},
  use?: (script: LuaScript) => Promise<void> | void,
): Promise<Ended> {
  const ended = await runText(text, { validation: isValidationAvailable(), ...options }, use);
  expect(ended.log.filter((line) => /VUID|validation|alive/iu.test(line))).toEqual([]);
  return ended;
}
