/** @file The groups of measurements, in the order of the table: a name for `npm run bench -- gpu NAME`, and the module. */
import { allocation } from './allocation.ts';
import { beside } from './beside.ts';
import { calls } from './calls.ts';
import { graphs } from './graphs.ts';
import { pipelines } from './pipelines.ts';
import { recording } from './recording.ts';
import { rivals } from './rivals.ts';
import type { Measure } from './row.ts';
import { submit } from './submit.ts';
import { tracking } from './tracking.ts';
import { transfer } from './transfer.ts';

/** Every group. */
export const groups: readonly { readonly name: string; readonly measure: Measure }[] = [
  { name: 'calls', measure: calls },
  { name: 'allocation', measure: allocation },
  { name: 'submit', measure: submit },
  { name: 'transfer', measure: transfer },
  { name: 'beside', measure: beside },
  { name: 'pipelines', measure: pipelines },
  { name: 'graphs', measure: graphs },
  { name: 'recording', measure: recording },
  { name: 'tracking', measure: tracking },
  { name: 'rivals', measure: rivals },
];
