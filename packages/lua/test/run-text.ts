/** Runs Lua of a test: what it printed, and the error that it ended with. */
import { temporaryFolder } from '@halocline/testing';
import { LuaScript, type LuaOptions } from '../src/index.ts';

export interface Ended {
  readonly printed: string;
  /** The message, with the folder of the test left out; empty where there was none. */
  readonly error: string;
  readonly log: readonly string[];
}

/** Runs a text as `scene.lua` to its end, and frees what it made; `use` gets the script before that. */
export async function runText(
  text: string,
  options: LuaOptions = {},
  use: (script: LuaScript) => Promise<void> | void = () => undefined,
): Promise<Ended> {
  using folder = temporaryFolder();
  const path = folder.file('scene.lua', text);
  const log: string[] = [];
  let printed = '';
  let error = '';
  const print = (piece: string): void => void (printed += piece);
  try {
    const script = await LuaScript.run(path, { print, log: (line) => log.push(line), ...options });
    try {
      await use(script);
    } finally {
      await script[Symbol.asyncDispose]();
    }
  } catch (problem) {
    error = (problem as Error).message.replaceAll(`${folder.path}/`, '');
  }
  return { printed: printed.replaceAll(`${folder.path}/`, ''), error, log };
}
