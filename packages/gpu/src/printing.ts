/** @file Objects that print themselves: `console.log` shows what `toString` says. */

/** Makes Node's inspection of a class's objects show their `toString`. Called from the class's static block. */
export function printsItself(constructor: { readonly prototype: object }): void {
  Object.defineProperty(constructor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: { toString(): string }): string {
      return this.toString();
    },
  });
}
