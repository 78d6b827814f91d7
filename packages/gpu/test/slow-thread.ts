/** A thread that takes its time to load. */

import './slow-import.ts';
import { threadData } from '../src/thread.ts';

Atomics.store(threadData<Int32Array>(), 0, 1);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
