/**
 * @file Threads of the runtime's own, and what all of them share: sources are started as sources and compiled files as compiled
 * files, and none is ended while it loads the foreign function interface. Node ends threads with the process, wherever they are, and
 * an addon that is cut off in its first lines takes the whole process down ("FATAL ERROR: … napi_throw").
 */

import { Worker, workerData } from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';

/** The running text's ending. */
const ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** What a thread is started with: what its starter gives, and a word that it sets when all that it imports and loads is there. */
interface ThreadData {
  readonly given: unknown;
  readonly loaded: Int32Array<SharedArrayBuffer>;
}

/** How `startThread` starts one. */
export interface ThreadOptions {
  /** As debuggers and profilers show it. */
  readonly name: string;
  /** What `beginThread` gives in the thread. */
  readonly data: unknown;
  readonly transferList?: readonly Transferable[];
}

/** How long the process's end waits for a thread that loads; usual are 50 ms. */
const LOADING_MS = 5000;

/** Of each thread that lives: its word. */
const living = new Set<Int32Array<SharedArrayBuffer>>();
let guarded = false;

/** From now on the process ends when no thread is loading any more. */
function guardEnd(): void {
  if (guarded) return;
  guarded = true;
  process.once('exit', () => {
    for (const loaded of living) Atomics.wait(loaded, 0, 0, LOADING_MS);
  });
}

/** Starts a thread: `module` is a file beside the caller, without its ending (`./waiter-worker`), `base` the caller's URL. */
export function startThread(module: string, base: string, { name, data, transferList = [] }: ThreadOptions): Worker {
  const loaded = new Int32Array(new SharedArrayBuffer(4));
  const given: ThreadData = { given: data, loaded };
  const worker = new Worker(new URL(`${module}${ENDING}`, base), {
    name,
    workerData: given,
    transferList: [...transferList],
    execArgv: ENDING === '.ts' ? ['--conditions=@halocline/source'] : [],
  });
  guardEnd();
  living.add(loaded);
  worker.once('exit', () => living.delete(loaded));
  return worker;
}

/**
 * In a thread, once: what its starter gave, and what `load` makes of it: the libraries that the thread calls. From then on it may be
 * ended at any moment.
 */
export function beginThread<T, L>(load: (given: T) => L): readonly [given: T, libraries: L] {
  const { given, loaded } = workerData as ThreadData;
  try {
    return [given as T, load(given as T)];
  } finally {
    Atomics.store(loaded, 0, 1);
    Atomics.notify(loaded, 0);
  }
}
