/** Stands for an addon that is slow to load: whoever imports it waits for half a second. */

Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
