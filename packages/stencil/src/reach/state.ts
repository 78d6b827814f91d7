/** @file What is known of all locals of a function at a place: for each, a range for each component of each element. */

import { scalarOf, sizeOf } from '../ir.ts';
import type { Local, ScalarType, ValueType } from '../ir.ts';
import { anyOf, isSame, join, point } from './range.ts';
import type { Range } from './range.ts';

/** Components of a value. */
export type Ranges = readonly Range[];

/** Elements of a local: one, where it is no array. */
export type Elements = readonly Ranges[];

/** By local. It is never changed. */
export type State = readonly Elements[];

/** Any value of a type. */
export function anyValue(type: ValueType): Ranges {
  return Array.from({ length: sizeOf(type) }, () => anyOf(scalarOf(type)));
}

/** A function's locals where it starts: `given` parameters, and zeros. */
export function startOf(locals: readonly Local[], given: readonly Elements[]): State {
  const zero = (type: ValueType): Ranges => Array.from({ length: sizeOf(type) }, () => point(0));
  return locals.map(({ type, length = 1 }, at) => given[at] ?? Array.from({ length }, () => zero(type)));
}

/** The state in which some components of an element, or of any of several, were assigned. */
export function assigned(
  state: State,
  local: number,
  { type }: Local,
  { value, components, first, last }: Assigned,
): State {
  const scalar = scalarOf(type);
  const certain = first === last;
  const elements = state[local]!.map((element, at) => {
    if (at < first || at > last) return element;
    return element.map((before, component): Range => {
      const from = components === null ? component : components.indexOf(component);
      if (from < 0) return before;
      return certain ? value[from]! : join(before, value[from]!, scalar);
    });
  });
  return state.with(local, elements);
}

/** What an assignment gives: a value, to all components (null) or some, of one of the elements `first` … `last`. */
interface Assigned {
  readonly value: Ranges;
  readonly components: readonly number[] | null;
  readonly first: number;
  readonly last: number;
}

/** The elements that an index may mean, which is held within the array. */
export function elementsAt(
  { axis, low, high }: Range,
  count: number,
): { readonly first: number; readonly last: number } {
  if (axis !== null) return { first: 0, last: count - 1 };
  const held = (at: number): number => Math.min(Math.max(at, 0), count - 1);
  return { first: held(low), last: held(high) };
}

/** What holds for a value that is one of several. */
export function anyOfThese(values: readonly Ranges[], type: ScalarType): Ranges {
  return values.reduce((all, one) => all.map((range, at) => join(range, one[at]!, type)));
}

type Merge = (a: Range, b: Range, type: ScalarType) => Range;

/** Where paths meet; null is a path that control never comes along. */
export function merged(a: State | null, b: State | null, locals: readonly Local[], merge: Merge = join): State | null {
  if (a === null || b === null) return a ?? b;
  if (a === b) return a;
  return a.map((elements, local) => {
    const others = b[local]!;
    if (elements === others) return elements;
    const scalar = scalarOf(locals[local]!.type);
    return elements.map((ranges, at) =>
      ranges === others[at] ? ranges : ranges.map((range, component) => merge(range, others[at]![component]!, scalar)),
    );
  });
}

export function isSameState(a: State, b: State): boolean {
  return a.every((elements, local) =>
    elements.every((ranges, at) => ranges.every((range, component) => isSame(range, b[local]![at]![component]!))),
  );
}
