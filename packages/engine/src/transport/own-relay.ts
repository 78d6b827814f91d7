/** @file The relay of an end: made when it is first asked for, and another once that one was abandoned. */
import type { Device, Relay } from '@halocline/gpu';

/** A device's relay of now. */
export class OwnRelay implements AsyncDisposable {
  readonly #device: Device;
  readonly #label: string;
  /** The last is that of now. */
  #made: Relay[] = [];

  constructor(device: Device, label: string) {
    this.#device = device;
    this.#label = label;
  }

  get now(): Relay {
    const last = this.#made.at(-1);
    if (last !== undefined && !last.abandoned) return last;
    const relay = this.#device.createRelay(this.#label);
    this.#made.push(relay);
    return relay;
  }

  /** The device is lost: those are let go who wait for what the relay would pass on. */
  abandon(): void {
    this.#made.at(-1)?.abandon();
  }

  /** Ends the threads, once they have passed on everything. What is asked for after it is made anew. */
  async [Symbol.asyncDispose](): Promise<void> {
    const made = this.#made;
    this.#made = [];
    await Promise.all(made.map((relay) => relay[Symbol.asyncDispose]()));
  }
}
