/**
 * @file Watches what is done for the loss of a device, or of fields: then the other devices are let go, which would wait for messages
 * that never come, and nothing is done any more.
 */
import { DeviceLostError } from '@halocline/gpu';
import { FieldsLostError } from '../balance/fields-lost.ts';
import type { Team } from '../team.ts';
import { isLost, lostDevice, nameDevice } from './on-device.ts';

/** What a team has lost. */
export class LossWatch {
  readonly #team: Team;
  #loss: Error | null = null;

  constructor(team: Team) {
    this.#team = team;
  }

  /** What was thrown where a device, or fields, were found to be lost. */
  get loss(): Error | null {
    return this.#loss;
  }

  /** Throws what was lost. */
  check(): void {
    if (this.#loss !== null) throw this.#loss;
  }

  /** Runs what may find a loss. Throws what was lost before. */
  run<T>(act: () => Promise<T>): Promise<T> {
    // No asynchronous function: every step comes through here, and one that is resumed finds its caches cold.
    return this.#loss === null ? act().catch(this.#told) : Promise.reject(this.#loss);
  }

  readonly #told = (error: unknown): never => {
    this.#note(error);
    throw error;
  };

  #note(error: unknown): void {
    for (const [number, { device }] of this.#team.members.entries()) {
      if (error instanceof DeviceLostError && isLost(device)) nameDevice(this.#team.place(number), error);
    }
    const lost = lostDevice(error);
    if (this.#loss !== null || (lost === undefined && !(error instanceof FieldsLostError))) return;
    this.#loss = error as Error;
    if (lost !== undefined) this.#team.release(lost);
  }
}
