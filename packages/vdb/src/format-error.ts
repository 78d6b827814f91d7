/** What was wrong with bytes from outside: where (byte offset within the thing named), what should stand there, what does. */
export interface FormatProblem {
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
}

/**
 * Bytes that are not what their format says.
 * `offset` counts bytes from the start of the thing that the message names (a file, a chunk, a stream).
 */
export class FormatError extends Error {
  override readonly name: string = 'FormatError';
  readonly offset: number;
  readonly expected: string;
  readonly found: string;

  /** `thing` continues "Cannot read …", such as `grid "density"`. */
  constructor(thing: string, problem: FormatProblem) {
    super(`Cannot read ${thing}: found ${problem.found} at byte ${problem.offset}; expected ${problem.expected}`);
    this.offset = problem.offset;
    this.expected = problem.expected;
    this.found = problem.found;
  }
}
