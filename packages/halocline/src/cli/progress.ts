/**
 * @file Progress of a run: on a terminal one line that is written over (bar, rate, time left), elsewhere a plain line a
 * frame. It goes to standard error, so that standard output stays for results.
 */

/** Tells how far a run is. */
export interface Progress {
  /** `done` of `total` frames are done; `note` is a short word on the last. */
  update(done: number, note: string): void;
  /** Writes a line of its own, above the bar. */
  say(line: string): void;
  end(): void;
}

const spell = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;

function bar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8);
  const rest = eighths % 8;
  const full = '█'.repeat(Math.floor(eighths / 8)) + (rest === 0 ? '' : '▏▎▍▌▋▊▉'[rest - 1]);
  return full.padEnd(width, '░');
}

/** What a progress is of. */
export interface ProgressOptions {
  /** Frames that were done before it began. Default 0. */
  readonly first?: number;
  /** Default: standard error. */
  readonly stream?: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;
}

/** Makes the progress of `total` frames; null where nobody knows how many there will be. */
export function makeProgress(
  total: number | null,
  { first = 0, stream = process.stderr }: ProgressOptions = {},
): Progress {
  const start = performance.now();
  const terminal = stream.isTTY;
  let shown = '';
  const clear = (): void => {
    if (terminal && shown !== '') stream.write('\r\u001B[2K');
  };
  return {
    update(done, note) {
      const seconds = (performance.now() - start) / 1000;
      const rate = (done - first) / Math.max(seconds, 1e-3);
      const left = total === null ? '' : `, ${spell((total - done) / Math.max(rate, 1e-9))} left`;
      const facts = `${rate < 10 ? rate.toPrecision(2) : Math.round(rate)} frames/s${left}`;
      const line = total === null ? `frame ${done}` : `frame ${String(done).padStart(String(total).length)}/${total}`;
      if (!terminal) {
        stream.write(`${line}  ${facts}  ${note}\n`);
        return;
      }
      clear();
      const share = total === null ? '' : ` ${bar(done / total, 24)}`;
      shown = `${line}${share} ${facts}  ${note}`.slice(0, Math.max(8, (stream.columns || 80) - 1));
      stream.write(shown);
    },
    say(line) {
      clear();
      stream.write(`${line}\n${terminal ? shown : ''}`);
    },
    end() {
      if (terminal && shown !== '') stream.write('\n');
      shown = '';
    },
  };
}
