/**
 * @file The numbers that the host gives to steps: parameters as they stand when a step is asked for, scalars that were set since the
 * step before was, and first values of scalars that no step has seen yet.
 */
import type { Declarations, ScalarDeclaration } from './declarations.ts';
import type { StepNumbers } from './uniforms.ts';

const NONE: StepNumbers['scalars'] = new Map();

/** The numbers of the steps to come. */
export class HostNumbers {
  readonly #declarations: Declarations;
  /** Parameters as they were last asked for. */
  #parameters: ReadonlyMap<string, readonly number[]> = new Map();
  #revision = 0;
  /** Scalars that were set since the last step was asked for. */
  #scalars = new Map<string, number>();
  /** Those of the last step before which nothing was set. */
  #unset: StepNumbers = { parameters: this.#parameters, scalars: NONE };
  /** First values that no step has seen yet, and the scalars that programs know. */
  readonly #initials = new Map<string, number>();
  readonly #known = new Set<string>();
  /** Resumes that were asked for and are not over. */
  #resumes = 0;

  constructor(declarations: Declarations) {
    this.#declarations = declarations;
  }

  /** Waits for a resume, which puts numbers back: until it is over nobody knows those of a step that is asked for now. */
  async resuming<T>(resume: Promise<T>): Promise<T> {
    this.#resumes++;
    try {
      return await resume;
    } finally {
      this.#resumes--;
    }
  }

  /** What keeps an act that uses or changes numbers ("run a step") from being asked for now; null where nothing does. */
  whyNot(act: string): TypeError | null {
    return this.#resumes === 0 ? null : new TypeError(`Cannot ${act}: a resume is under way; await it first`);
  }

  /** Throws what `whyNot` tells. */
  check(act: string): void {
    const why = this.whyNot(act);
    if (why !== null) throw why;
  }

  /** Those of a step that would be asked for now. */
  get now(): StepNumbers {
    return { parameters: this.#parametersNow(), scalars: new Map(this.#scalars) };
  }

  /**
   * Those of a step that is asked for now: what is set later belongs to a later step. The same as before, where no scalar was set and
   * no parameter changed.
   */
  take(): StepNumbers {
    const parameters = this.#parametersNow();
    const scalars = this.#scalars;
    if (scalars.size > 0) {
      this.#scalars = new Map();
      return { parameters, scalars };
    }
    if (this.#unset.parameters !== parameters) this.#unset = { parameters, scalars: NONE };
    return this.#unset;
  }

  /** The same map as before while none was added or set. */
  #parametersNow(): ReadonlyMap<string, readonly number[]> {
    const { parameters, parameterRevision } = this.#declarations;
    if (this.#revision !== parameterRevision) {
      this.#parameters = new Map(parameters.values().map((each) => [each.name, each.value]));
      this.#revision = parameterRevision;
    }
    return this.#parameters;
  }

  /** Takes back what a step was asked for with that didn't come about. */
  giveBack({ scalars }: StepNumbers): void {
    this.#scalars = new Map([...scalars, ...this.#scalars]);
  }

  /** Sets a scalar for the steps from the next one on. */
  set(name: string, value: number): void {
    this.#scalars.set(name, value);
  }

  /** The value that was set for the next step, if there is one. */
  waiting(name: string): number | undefined {
    return this.#scalars.get(name);
  }

  /** A program has been made: scalars that are new to it begin with their first values. */
  beginNew(): void {
    for (const { name, initial } of this.#declarations.scalars.values()) {
      if (this.#known.has(name)) continue;
      this.#known.add(name);
      this.#initials.set(name, initial);
    }
  }

  /** A step's numbers with the first values that it brings to the device. */
  withFirst(numbers: StepNumbers): StepNumbers {
    if (this.#initials.size === 0) return numbers;
    return { ...numbers, scalars: new Map([...this.#initials, ...numbers.scalars]) };
  }

  /** A step has brought first values to the device. */
  haveFirst(): void {
    this.#initials.clear();
  }

  /** The first value of a scalar that the device doesn't have yet; undefined where it has a value. */
  first({ name, initial }: ScalarDeclaration): number | undefined {
    return this.#initials.get(name) ?? (this.#known.has(name) ? undefined : initial);
  }
}
