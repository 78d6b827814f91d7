/** @file `printf("…", a, b)`: one line from the voxel that is chosen, where the stencil is debugged; checked and dropped else. */

import { PLACEHOLDER } from '../debug.ts';
import { scalarOf } from '../ir.ts';
import type { Expression, Span, ValueType } from '../ir.ts';
import { convert } from './build.ts';
import type { Lowering } from './lowering.ts';

const LETTERS = 'diufgexv';

/** Where a printf's text and values stand. */
interface Place {
  readonly span: Span;
  readonly text: Span;
}

/** Emits a printf of checked values. */
export function printValues(lowering: Lowering, place: Place, format: string, values: readonly Expression[]): void {
  let count = 0;
  for (const [whole, , , letter] of format.matchAll(PLACEHOLDER)) {
    if (whole === '%%') continue;
    count++;
    if (LETTERS.includes(letter!)) continue;
    throw lowering.fail(place.text, `"${whole}" is no placeholder of printf; use %d, %u, %f, %e, %x or %v`);
  }
  if (count !== values.length) {
    const placeholders = `${count} placeholder${count === 1 ? '' : 's'}`;
    const given = `${values.length} value${values.length === 1 ? '' : 's'}`;
    throw lowering.fail(place.span, `printf has ${placeholders} and gets ${given}; give one value for each %`);
  }
  const ready = values.map((value) =>
    scalarOf(value.type as ValueType) === 'float16_t' ? convert('float', value) : value,
  );
  const number = lowering.prints.push({ format, types: ready.map(({ type }) => type as ValueType) }) - 1;
  if (lowering.stencil.debug === true) lowering.emit({ op: 'print', number, values: ready });
}
