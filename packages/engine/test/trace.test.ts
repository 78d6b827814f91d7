import { expect, test } from 'vitest';
import { chromeTrace, type Span } from '../src/trace/events.ts';

const track = { process: 1, thread: 0 };
const span = (name: string, start: number, end: number): Span => ({ track, name, kind: 'pass', start, end });

interface Event {
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
}

const textOf = (...parts: Parameters<typeof chromeTrace>): string =>
  Buffer.concat([...chromeTrace(...parts)]).toString();

test('a trace begins at 0 µs, tells nanoseconds, and puts what holds before what it holds', () => {
  const spans = [span('inner', 5_000_001_200, 5_000_002_400), span('outer', 5_000_001_000, 5_000_002_400.4)];
  const tracks = [{ ...track, processName: 'device 1: a card', threadName: 'compute queue' }];
  const { traceEvents } = JSON.parse(textOf(tracks, spans)) as {
    traceEvents: (Event & { ph: string; args: unknown })[];
  };
  expect(traceEvents.filter(({ ph }) => ph === 'M').map(({ args }) => args)).toEqual([
    { name: 'device 1: a card' },
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
  expect(JSON.parse(textOf([], []))).toEqual({ displayTimeUnit: 'ns', otherData: {}, traceEvents: [] });
});

test('a trace may be longer than any string', () => {
  const name = 'x'.repeat(2 ** 20);
  const spans = Array.from({ length: 520 }, (_, at) => span(name, at, at + 1));
  let [byteLength, longest, pieces] = [0, 0, 0];
  for (const piece of chromeTrace([], spans)) {
    byteLength += piece.byteLength;
    longest = Math.max(longest, piece.byteLength);
    pieces++;
  }
  expect(byteLength).toBeGreaterThan(520 * 2 ** 20);
  expect([pieces, longest < 2 ** 21]).toEqual([521, true]);
});

test('the pieces of a trace are one text', () => {
  const spans = Array.from({ length: 5000 }, (_, at) => span(`${at} ${'é'.repeat(500)}`, at, at + 1));
  const { traceEvents } = JSON.parse(textOf([], spans)) as { traceEvents: Event[] };
  expect(traceEvents.map((each) => each.name)).toEqual(spans.map((each) => each.name));
});
