/** @file The end of a simulation whose fields were to be moved, and could be brought neither there nor back. */

/** Some fields lie nowhere any more: whoever went on would find their defaults. */
export class FieldsLostError extends Error {
  override readonly name = 'FieldsLostError';

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `Cannot go on with the simulation: its fields were on their way to other memory, and could not be put back (${why}); create another, and resume from a checkpoint`,
      { cause },
    );
  }
}
