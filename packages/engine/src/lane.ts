/** @file One thing after another: what the user calls without awaiting (steps, reads, writes, saves) happens in the order of the calls. */

/** A queue of asynchronous acts; one that fails doesn't stop the next. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `act` when all that was given before is done. */
  run<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#last.then(act);
    this.#last = result.then(ended, ended);
    return result;
  }
}

function ended(): void {}
