/** @file Errors of a part, told as errors of the whole. */
import { FormatError } from './errors.ts';

/** The same fault, seen from a whole in which the part begins at byte `offset`; other errors are left as they are. */
export function rebased(error: unknown, what: string, offset: number): unknown {
  if (!(error instanceof FormatError)) return error;
  return new FormatError(what, { offset: offset + error.offset, expected: error.expected, found: error.found });
}
