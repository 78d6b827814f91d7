/** A process that ends its threads while they load (`close`), or ends itself (`end`). */

import { startThread } from '../src/thread.ts';
import { Copiers } from '../src/memory/copiers.ts';

if (process.argv[2] === 'close') {
  const codes: number[] = [];
  process.on('worker', (worker) => worker.once('exit', (code) => codes.push(code)));
  const copiers = new Copiers(3);
  copiers.start();
  await copiers.close();
  process.stdout.write(`threads that were closed as they began ended with ${codes.join(', ')}`);
} else {
  const told = new Int32Array(new SharedArrayBuffer(4));
  startThread('./slow-thread', import.meta.url, { name: 'slow', data: told }).unref();
  process.on('exit', () => {
    process.stdout.write(Atomics.load(told, 0) === 1 ? 'the thread had loaded' : 'the thread would be cut off');
  });
}
