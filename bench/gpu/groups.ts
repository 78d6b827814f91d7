/** @file The groups of measurements, in the order of the table: a name for `npm run bench -- gpu NAME`, and the module. */
import { calls } from './calls.ts';
import { rivals } from './rivals.ts';
import type { Measure } from './row.ts';

/** Every group. */
export const groups: readonly { readonly name: string; readonly measure: Measure }[] = [
  { name: 'calls', measure: calls },
  { name: 'rivals', measure: rivals },
];
