/** @file A copier's thread: sleeps until there is something to copy, and takes chunks of it. See `copier-table.ts`. */

import { BEGUN, BELL, copierTable, copyChunks, QUIT, SLOTS } from './copier-table.ts';
import { beginThread } from '../thread.ts';
import { libc } from './libc.ts';

const [, { table, memcpy }] = beginThread((given: { readonly table: SharedArrayBuffer }) => ({
  table: copierTable(given.table),
  memcpy: libc()?.memcpy,
}));
const { control } = table;

if (memcpy) {
  Atomics.add(control, BEGUN, 1);
  for (;;) {
    const bell = Atomics.load(control, BELL);
    if (Atomics.load(control, QUIT) !== 0) break;
    for (let slot = 0; slot < SLOTS; slot++) copyChunks(table, slot, memcpy);
    Atomics.wait(control, BELL, bell);
  }
}
