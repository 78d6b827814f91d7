/** @file Objects that print themselves: `console.log` shows what `toString` says; places and values of others, in messages; warnings. */

/** Makes Node's inspection of a class's objects show their `toString`. Called from the class's static block. */
export function printsItself(constructor: { readonly prototype: object }): void {
  Object.defineProperty(constructor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: { toString(): string }): string {
      return this.toString();
    },
  });
}

/** A value that is none of ours, in a message. */
export function valueText(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null
    ? `a value of type ${value.constructor?.name ?? 'object'}`
    : String(value);
}

/** Where commands are being recorded, by labels from the outermost on: `"graph", pass "tone"`. */
export function placeText(labels: readonly string[]): string {
  return labels.map((label) => `"${label}"`).join(', pass ');
}

/** What is wrong, and nobody listens for: a line on stderr. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}
