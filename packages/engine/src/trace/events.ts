/**
 * @file What a trace holds, in Chrome's trace format ("Trace Event Format", the JSON object form): spans on tracks, to be looked at
 * in chrome://tracing or ui.perfetto.dev. Process 0 is the host, the others are the devices, counted from 1; a thread is
 * a queue.
 */

/** What a span is of. */
export type SpanKind = 'step' | 'submit' | 'pass' | 'pack' | 'unpack' | 'copy' | 'wait' | 'record' | 'host';

/** Where a span is drawn. */
export interface Track {
  /** 0 the host, 1 the first device. */
  readonly process: number;
  /** Within the process: a queue, or a thread. */
  readonly thread: number;
}

/** From when to when something went on, in nanoseconds of the host's monotonic clock. */
export interface Span {
  readonly track: Track;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: number;
  readonly end: number;
  readonly about?: Readonly<Record<string, string | number>>;
}

/** A track's name. */
export interface TrackName extends Track {
  readonly processName: string;
  readonly threadName: string;
}

/** Characters from which a piece of a trace file is given away. */
const PIECE = 2 ** 20;

/** A trace file, piece by piece, as a string can't hold a long one; its clock begins with the first span. */
export function* chromeTrace(
  tracks: readonly TrackName[],
  spans: readonly Span[],
  about: Readonly<Record<string, unknown>> = {},
): Generator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let text = `{"displayTimeUnit":"ns","otherData":${JSON.stringify(about)},"traceEvents":[\n`;
  let end = '';
  for (const event of eventsOf(tracks, spans)) {
    text += `${end}${JSON.stringify(event)}`;
    end = ',\n';
    if (text.length < PIECE) continue;
    yield encoder.encode(text);
    text = '';
  }
  yield encoder.encode(`${text}\n]}\n`);
}

/** Names of tracks, then spans, what holds before what it holds. */
function* eventsOf(tracks: readonly TrackName[], spans: readonly Span[]): Generator<object> {
  for (const { process, thread, processName, threadName } of tracks) {
    yield { ph: 'M', name: 'process_name', pid: process, tid: thread, args: { name: processName } };
    yield { ph: 'M', name: 'thread_name', pid: process, tid: thread, args: { name: threadName } };
    yield { ph: 'M', name: 'thread_sort_index', pid: process, tid: thread, args: { sort_index: thread } };
  }
  const sorted = spans.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const origin = sorted[0]?.start ?? 0;
  for (const { track, name, kind, start, end, about: args = {} } of sorted) {
    // Whole nanoseconds, so that what lies within another span still does when it is written in microseconds.
    const [from, to] = [Math.round(start - origin), Math.round(end - origin)];
    const at = { ts: from / 1000, dur: (to - from) / 1000, pid: track.process, tid: track.thread };
    yield { ph: 'X', name, cat: kind, ...at, args };
  }
}
