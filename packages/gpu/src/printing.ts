/** @file Objects that print themselves: `console.log` shows what `toString` says; and values of others, in messages. */

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
  return typeof value === 'object' && value !== null
    ? `a value of type ${value.constructor?.name ?? 'object'}`
    : String(value);
}
