/** @file Words about work that takes long: none where it is short, and not too many. */

/** Milliseconds between two words. */
const PACE = 2000;

/** Passes a word on when the last one, or the beginning, is two seconds ago. `now` is a clock in milliseconds. */
export function paced(
  log: (message: string) => void,
  now: () => number = performance.now.bind(performance),
): (word: () => string) => void {
  let last = now();
  return (word) => {
    if (now() - last < PACE) return;
    last = now();
    log(word());
  };
}
