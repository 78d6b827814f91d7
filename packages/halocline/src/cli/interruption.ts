/**
 * @file Ctrl-C, SIGTERM, and SIGHUP of a terminal that is closed: the first is noted, so that the frame under way ends whole;
 * the second ends the process at once, and what was half written goes with it. One keystroke may arrive twice, where whoever
 * started us passes it on. Node forgets that `nohup` had SIGHUP ignored: `setsid` keeps a run from hearing of its terminal.
 */

/** Signals so soon after the first are the same keystroke, milliseconds. */
const sameKeystrokeMs = 250;

const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type Signal = keyof typeof codes;

/** What a process ends with that was interrupted: 128, and the signal's number. */
export type InterruptedCode = (typeof codes)[Signal];

/** What was heard so far. */
export interface Interruption {
  /** The exit code that a signal asked for; null while there was none. */
  readonly exitCode: InterruptedCode | null;
}

/** Has a function called at each signal that interrupts, instead of the end of the process; returns what undoes that. */
export function onSignals(hear: (code: InterruptedCode) => void): () => void {
  const listener = (signal: Signal): void => hear(codes[signal]);
  const signals = Object.keys(codes) as Signal[];
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/** Listens for signals until the process ends: `say` is called at the first, the second ends the process. */
export function listenForInterruption(say: () => void): Interruption {
  let asked: InterruptedCode | null = null;
  let askedAt = 0;
  const hear = (code: InterruptedCode): void => {
    if (asked === null) {
      asked = code;
      askedAt = performance.now();
      say();
    } else if (performance.now() - askedAt > sameKeystrokeMs) process.exit(code);
  };
  onSignals(hear);
  return {
    get exitCode() {
      return asked;
    },
  };
}
