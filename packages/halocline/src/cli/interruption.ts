/**
 * @file Ctrl-C, and SIGTERM: the first is noted, so that the frame under way ends whole; the second ends the process at
 * once, and what was half written goes with it. One keystroke may arrive twice, where whoever started us passes it on.
 */

/** Signals so soon after the first are the same keystroke, milliseconds. */
const sameKeystrokeMs = 250;

/** What was heard so far. */
export interface Interruption {
  /** The exit code that a signal asked for: 130 for Ctrl-C, 143 for SIGTERM; null while there was none. */
  readonly exitCode: 130 | 143 | null;
}

/** Listens for signals until the process ends: `say` is called at the first, the second ends the process. */
export function listenForInterruption(say: () => void): Interruption {
  let asked: 130 | 143 | null = null;
  let askedAt = 0;
  const hear = (code: 130 | 143) => (): void => {
    if (asked === null) {
      asked = code;
      askedAt = performance.now();
      say();
    } else if (performance.now() - askedAt > sameKeystrokeMs) process.exit(code);
  };
  process.on('SIGINT', hear(130));
  process.on('SIGTERM', hear(143));
  return {
    get exitCode() {
      return asked;
    },
  };
}
