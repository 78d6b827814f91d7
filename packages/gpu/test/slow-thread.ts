/** A thread that takes its time to import, and then to load. */

import './slow-import.ts';
import { beginThread } from '../src/thread.ts';

const [told] = beginThread((given: Int32Array) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  return given.length;
});
Atomics.store(told, 0, 1);
Atomics.notify(told, 0);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
