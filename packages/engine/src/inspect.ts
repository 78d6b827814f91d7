/** @file Node prints an object by a method of this name; a computed method name would hide the class's type from its declaration. */

/** Makes `console.log` print objects of a class by their `toString`. */
export function printByToString(prototype: { toString(): string }): void {
  Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: { toString(): string }) {
      return this.toString();
    },
  });
}
