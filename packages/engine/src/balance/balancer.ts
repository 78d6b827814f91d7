/**
 * @file When to shift the cut, and how far, from the time that each device takes for a step. Pure: it is told times and answers with
 * shares.
 *
 * A device that took t for its share s does s / t a second; shares in that proportion would end all at once. What is lost until then
 * is the slowest's time less that of even shares. A shift is made when what has been lost since the last one exceeds what a
 * shift costs: then it was worth it whatever follows, and twice the best that could have been done is never exceeded (the ski
 * rental problem; A. Karlin and others, "Competitive snoopy caching", Algorithmica 3, 1988). A shift that made things worse is taken
 * back, and each that brought less than half of what it promised doubles the patience: so it doesn't flap.
 */

/** How a balancer decides. */
export interface BalancerOptions {
  /** Steps that are looked at together: their median counts. */
  readonly window?: number;
  /** Part of a step that must be lost for a shift to be thought of. */
  readonly least?: number;
  /** Part of the way to even times that a shift goes: leaves at the cut may cost more than others. */
  readonly stride?: number;
}

const DEFAULTS: Required<BalancerOptions> = Object.freeze({ window: 8, least: 0.06, stride: 0.8 });

/** A shift that is worth its cost. */
export interface Shift {
  /** By device; they sum to 1. */
  readonly shares: readonly number[];
  /** Milliseconds a step that it should save. */
  readonly promised: number;
  /** Milliseconds that each device took for a step before. */
  readonly times: readonly number[];
}

/** A shift that was made. */
export interface Shifted extends Shift {
  /** Milliseconds that it took. */
  readonly cost: number;
  /** Leaves that changed hands. */
  readonly leaves: number;
  /** The first step that was cut so. */
  readonly frame: number;
  /** Milliseconds a step that it has saved, once that is known. */
  readonly found: number | null;
}

/** Watches the times of devices. */
export class Balancer {
  readonly #options: Required<BalancerOptions>;
  #shares: readonly number[];
  readonly #steps: (readonly number[])[] = [];
  readonly #made: Shifted[] = [];
  /** The shares before the last shift, while it isn't known what that brought. */
  #before: readonly number[] | null = null;
  #lost = 0;
  #patience = 1;

  /** `shares` of the whole, by device, as it is cut now. */
  constructor(shares: readonly number[], options: BalancerOptions = {}) {
    this.#options = { ...DEFAULTS, ...options };
    this.#shares = shares;
  }

  /** Of the whole, by device. */
  get shares(): readonly number[] {
    return this.#shares;
  }

  /** The shifts that were made, oldest first. */
  get made(): readonly Shifted[] {
    return this.#made;
  }

  /** Milliseconds that each device takes for a step, of late; null while too few steps are known. */
  get times(): readonly number[] | null {
    const { window } = this.#options;
    if (this.#steps.length < window) return null;
    return this.#shares.map((_, device) => median(this.#steps.map((step) => step[device]!)));
  }

  /** Takes the milliseconds that each device took for a step; a shift, where one is worth `cost` milliseconds. */
  note(step: readonly number[], cost: number): Shift | null {
    this.#steps.push(step);
    if (this.#steps.length > this.#options.window) this.#steps.shift();
    const { times } = this;
    if (times === null) return null;
    const back = this.#judge(times);
    if (back !== null) return back;
    const slowest = Math.max(...times);
    const speeds = times.map((time, device) => this.#shares[device]! / Math.max(time, 1e-6));
    const speed = speeds.reduce((sum, each) => sum + each, 0);
    const lost = slowest - 1 / speed;
    if (!(lost > this.#options.least * slowest)) {
      this.#lost = 0;
      return null;
    }
    this.#lost += lost;
    if (this.#lost < this.#patience * cost) return null;
    const { stride } = this.#options;
    const shares = this.#shares.map((share, device) => share + stride * (speeds[device]! / speed - share));
    return { shares, promised: stride * lost, times };
  }

  /** The shift was made: at so many milliseconds, of so many leaves; none where the cut stayed as it was. */
  shifted(shift: Shift, { cost, leaves, frame }: { cost: number; leaves: number; frame: number }): void {
    this.#lost = 0;
    if (leaves === 0) {
      // Finer than a leaf it can't be cut.
      this.#patience *= 2;
      return;
    }
    this.#before = shift.promised > 0 ? this.#shares : null;
    this.#shares = shift.shares;
    this.#steps.length = 0;
    this.#made.push({ ...shift, cost, leaves, frame, found: null });
  }

  /** What the last shift brought; back to where it came from, where it made things worse. */
  #judge(times: readonly number[]): Shift | null {
    const before = this.#before;
    if (before === null) return null;
    this.#before = null;
    const last = this.#made.at(-1)!;
    const found = Math.max(...last.times) - Math.max(...times);
    this.#made[this.#made.length - 1] = { ...last, found };
    if (found < 0.5 * last.promised) this.#patience *= 2;
    if (found >= -this.#options.least * Math.max(...last.times)) return null;
    this.#patience *= 2;
    return { shares: before, promised: 0, times };
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
