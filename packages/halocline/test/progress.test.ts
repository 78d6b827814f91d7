import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeProgress } from '../src/cli/progress.ts';

/** A stream that keeps what is written to it. */
function streamOf(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('a run that goes on counts the frames of this process alone', () => {
  const stream = streamOf(false);
  const progress = makeProgress(106, { first: 100, stream });
  vi.advanceTimersByTime(250);
  progress.update(101, '250.0 ms a step');
  vi.advanceTimersByTime(750);
  progress.update(104, '250.0 ms a step');
  expect(stream.written).toEqual([
    'frame 101/106  4.0 frames/s, 1 s left  250.0 ms a step\n',
    'frame 104/106  4.0 frames/s, 1 s left  250.0 ms a step\n',
  ]);
});

test('ten frames a second and more are whole numbers', () => {
  const stream = streamOf(false);
  const progress = makeProgress(null, { stream });
  vi.advanceTimersByTime(1000);
  for (const done of [3, 10, 1234]) progress.update(done, '');
  expect(stream.written).toEqual([
    'frame 3  3.0 frames/s  \n',
    'frame 10  10 frames/s  \n',
    'frame 1234  1234 frames/s  \n',
  ]);
});

test('a terminal has one line that is written over, and lines of their own above it', () => {
  const stream = streamOf(true, 62);
  const progress = makeProgress(4, { stream });
  vi.advanceTimersByTime(1000);
  progress.update(1, 'one');
  progress.say('a word');
  vi.advanceTimersByTime(1000);
  progress.update(4, 'done');
  progress.end();
  const [first, last] = [
    'frame 1/4 ██████░░░░░░░░░░░░░░░░░░ 1.0 frames/s, 3 s left  on',
    'frame 4/4 ████████████████████████ 2.0 frames/s, 0 s left  do',
  ];
  expect(stream.written).toEqual([first, '\r\u001B[2K', `a word\n${first}`, '\r\u001B[2K', last, '\n']);
});
