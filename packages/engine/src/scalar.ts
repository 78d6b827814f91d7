/** @file A scalar as the user holds it. */
import type { ScalarType } from '@halocline/stencil';
import { printByToString } from './inspect.ts';
import type { Runtime } from './runtime.ts';
import { readScalar } from './scalar-values.ts';

/** A number on the device that stencils reduce into and read. */
export class Scalar {
  readonly name: string;
  readonly #runtime: Runtime;

  constructor(runtime: Runtime, name: string) {
    this.#runtime = runtime;
    this.name = name;
  }

  get type(): ScalarType {
    return this.#runtime.declarations.scalars.get(this.name)!.type;
  }

  /** Its value after all steps submitted so far. Waits for the GPU. */
  async read(): Promise<number> {
    this.#runtime.numbers.check(`read scalar "${this.name}"`);
    const waiting = this.#runtime.numbers.waiting(this.name);
    return this.#runtime.run(async () => {
      this.#runtime.checkOpen();
      return waiting ?? (await readScalar(this.#runtime, this.name));
    });
  }

  toString(): string {
    return `Scalar(${this.name}: ${this.type})`;
  }

  static {
    printByToString(this.prototype);
  }
}
