/** A file that is not what it says it is: where reading stopped, what had to stand there, and what stands there. */
export class FormatError extends Error {
  /** Byte offset in the file (or in the decoded grid, as the message says) of what is wrong. */
  readonly offset: number;
  /** What had to stand there. */
  readonly expected: string;
  /** What stands there. */
  readonly found: string;

  constructor(what: string, where: { readonly offset: number; readonly expected: string; readonly found: string }) {
    super(`${what} at byte ${where.offset}: found ${where.found}; expected ${where.expected}`);
    this.name = 'FormatError';
    this.offset = where.offset;
    this.expected = where.expected;
    this.found = where.found;
  }
}
