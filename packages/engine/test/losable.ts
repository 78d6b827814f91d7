/** @file Devices that can be lost at any moment, on machines whose devices are not. */
import type { Device } from '@halocline/gpu';

/** What a device that is lost makes of a submit: it takes it and does nothing, or says that it is lost. */
export type Submits = 'eaten' | 'refused';

/** Lets a device that was just opened be lost: from then on it does no work, and says so when it is asked how far it is. */
export function losable(device: Device, submits: Submits = 'eaten'): { lost: boolean } {
  const state = { lost: false };
  const { commands } = device.raw;
  const lost = (): number => -4;
  const fakes = {
    vkQueueSubmit2: submits === 'eaten' ? () => 0 : lost,
    vkGetSemaphoreCounterValue: lost,
    vkWaitSemaphores: lost,
  };
  for (const [command, fake] of Object.entries(fakes)) {
    const real: unknown = Reflect.get(Object.getPrototypeOf(commands) as object, command, Object.create(commands));
    Object.defineProperty(commands, command, { get: () => (state.lost ? fake : real) });
  }
  return state;
}
