import { expect, test } from 'vitest';
import { chromeTrace, type Span } from '../src/trace/events.ts';

const track = { process: 1, thread: 0 };
const span = (name: string, start: number, end: number): Span => ({ track, name, kind: 'pass', start, end });

interface Event {
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
}

test('a trace begins at 0 µs, tells nanoseconds, and puts what holds before what it holds', () => {
  const spans = [span('inner', 5_000_001_200, 5_000_002_400), span('outer', 5_000_001_000, 5_000_002_400.4)];
  const text = chromeTrace([{ ...track, processName: 'device 0', threadName: 'compute queue' }], spans);
  const { traceEvents } = JSON.parse(text) as { traceEvents: (Event & { ph: string; args: unknown })[] };
  expect(traceEvents.filter(({ ph }) => ph === 'M').map(({ args }) => args)).toEqual([
    { name: 'device 0' },
    { name: 'compute queue' },
    { sort_index: 0 },
  ]);
  const drawn = traceEvents.filter(({ ph }) => ph === 'X').map(({ name, ts, dur }) => ({ name, ts, dur }));
  expect(drawn).toEqual([
    { name: 'outer', ts: 0, dur: 1.4 },
    { name: 'inner', ts: 0.2, dur: 1.2 },
  ]);
});

test('a trace of nothing is one all the same', () => {
  expect(JSON.parse(chromeTrace([], []))).toEqual({ displayTimeUnit: 'ns', otherData: {}, traceEvents: [] });
});
