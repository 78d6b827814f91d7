/**
 * @file Closes devices after this thread was busy for longer than the waiter's look at what is waited for, with every core busy, so that
 * the waiter's thread answers late; then says so.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { openDevice } from '../src/index.ts';
import { LATE_MS } from '../src/sync/waiter.ts';

/** Nothing else is done meanwhile. */
function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

const threads = Math.min(32, 2 * availableParallelism());
const busyCores = Array.from({ length: threads }, () => new Worker('for (;;);', { eval: true }));
for (const each of busyCores) each.unref();
for (let round = 0; round < 3; round++) {
  const device = await openDevice({ validation: false });
  await device.submitOnce(() => undefined);
  busy(LATE_MS + 100);
  await device[Symbol.asyncDispose]();
}
process.stdout.write('closed\n');
process.exit();
