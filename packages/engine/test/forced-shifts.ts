/** @file Shifts of the cut when a test asks for them, where measured times would. */
import { Balance, type Cutter } from '../src/balance/balance.ts';

/** Until its end simulations of `rebalance: 'time'` shift their cut as they are told, and at no other time. */
export class ForcedShifts implements Disposable {
  readonly #act = Reflect.get(Balance.prototype, 'act');
  #due: readonly number[] | null = null;
  /** Leaves that the last shift moved; 0 where the cut stayed. */
  leaves = 0;

  constructor() {
    Balance.prototype.act = (cutter) => this.#shift(cutter);
  }

  /** The next step's end shifts the cut to these shares of the devices. */
  next(shares: readonly number[]): void {
    this.#due = shares;
  }

  async #shift(cutter: Cutter): Promise<void> {
    if (this.#due === null) return;
    const shares = this.#due;
    this.#due = null;
    this.leaves = await cutter.recut(shares);
  }

  [Symbol.dispose](): void {
    Balance.prototype.act = this.#act;
  }
}
