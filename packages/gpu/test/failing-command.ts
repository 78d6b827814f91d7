import type * as V from '@halocline/vulkan';
import type { Device } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';

/** Lets the call of a command that comes as the `nth` from here on, from 1 on, give a result instead of being made. */
export function failCall(device: Device, command: keyof V.Device, nth: number, result: number): Disposable {
  const { driver } = makerOf(device);
  const { commands } = driver;
  let calls = 0;
  const bare = commands[command] as (...words: readonly unknown[]) => unknown;
  const value = (...words: readonly unknown[]): unknown => (++calls === nth ? result : bare(...words));
  driver.commands = Object.create(commands, { [command]: { value } }) as V.Device;
  return { [Symbol.dispose]: () => void (driver.commands = commands) };
}
