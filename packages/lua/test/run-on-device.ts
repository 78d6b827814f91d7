/** Scenes of tests on a device; with the validation layer where that is installed, whose messages fail them. */
import { isValidationAvailable } from '@halocline/gpu';
import { expect } from 'vitest';
import type { LuaScript, LuaOptions } from '../src/index.ts';
import { runText, type Ended } from './run-text.ts';

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
