/** A thread that takes its time to import, and then to load. */

import './slow-import.ts';
import { beginThread } from '../src/thread.ts';

beginThread((told: Int32Array) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  Atomics.store(told, 0, 1);
});
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
