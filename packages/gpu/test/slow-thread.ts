/** A thread that takes its time to load. */

import './slow-import.ts';
import { threadData } from '../src/thread.ts';

const told = threadData<Int32Array>();
Atomics.store(told, 0, 1);
Atomics.notify(told, 0);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
