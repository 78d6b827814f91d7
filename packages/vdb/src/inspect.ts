/** @file How Node prints the objects of this package: as their `toString` says. */

/** Makes `console.log` print a class's objects by their `toString`. A computed method name would hide the class's type. */
export function inspectable(prototype: { toString(): string }): void {
  Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: { toString(): string }): string {
      return this.toString();
    },
  });
}
