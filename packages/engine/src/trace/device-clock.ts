/**
 * @file A device's timestamps → the host's clock. Both clocks are read at one moment when the trace begins and again when it ends
 * (VK_EXT_calibrated_timestamps); in between the device's clock is taken to run evenly. A driver without the extension is asked
 * for a timestamp, and the host's time around it is taken: that is off by half of what such a submit takes.
 */
import type { ClockReading, Device } from '@halocline/gpu';

/** The clock of one device. */
export class DeviceClock {
  /** Whether the driver read both clocks together. */
  readonly calibrated: boolean;
  readonly #device: Device;
  readonly #first: ClockReading;
  #last: ClockReading;

  private constructor(device: Device, calibrated: boolean, first: ClockReading) {
    this.#device = device;
    this.calibrated = calibrated;
    this.#first = first;
    this.#last = first;
  }

  /** Reads the clocks for the first time. Waits for the device where the driver can't read both together. */
  static async open(device: Device): Promise<DeviceClock> {
    const reading = device.readClock();
    return new DeviceClock(device, reading !== undefined, reading ?? (await readAround(device)));
  }

  /** Nanoseconds by which a timestamp may be off. */
  get deviation(): number {
    return Math.max(this.#first.deviation, this.#last.deviation);
  }

  /** Reads the clocks again: how fast the device's runs is known better then. Waits as `open` does. */
  async read(): Promise<void> {
    this.#last = this.#device.readClock() ?? (await readAround(this.#device));
  }

  /** A timestamp in nanoseconds of the host's clock. */
  toHost(ticks: bigint): number {
    const [first, last] = [this.#first, this.#last];
    const between = Number(last.ticks - first.ticks);
    const passed = Number(last.hostNanoseconds - first.hostNanoseconds);
    const { timestampPeriod } = this.#device.limits;
    // Over less than a second the reading's own error is larger than what a clock drifts.
    const rate = passed > 1e9 ? passed / between : timestampPeriod;
    return Number(first.hostNanoseconds) + Number(ticks - first.ticks) * rate;
  }
}

/** A timestamp between two readings of the host's clock. */
async function readAround(device: Device): Promise<ClockReading> {
  using pool = device.createQueryPool({ label: 'clock', count: 1 });
  const before = process.hrtime.bigint();
  await device.submitOnce('clock', (encoder) => encoder.resetQueries(pool).timestamp(pool, 0));
  const after = process.hrtime.bigint();
  const half = (after - before) / 2n;
  return { ticks: pool.ticks()[0]!, hostNanoseconds: before + half, deviation: Number(half) };
}
