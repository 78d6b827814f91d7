/**
 * Graphs beside a naive model of Vulkan's memory: what is recorded and submitted of random ones, on several queues and the host and
 * execution after execution, leaves no two touches unordered, none in a wrong layout, and comes to what the passes one by one come to.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GraphError } from '../src/index.ts';
import { follow } from './driven-graphs.ts';
import type { Followed } from './driven-graphs.ts';
import { judge } from './memory-model.ts';
import { graphs } from './random-graphs.ts';
import type { Drawn } from './random-graphs.ts';

const runs = process.env['HALOCLINE_LONG'] === '1' ? 20_000 : 300;

/** Passes that were asked for in two orders at once are refused. */
function followed(drawn: Drawn): Followed | undefined {
  try {
    return follow(drawn);
  } catch (error) {
    if (error instanceof GraphError && error.message.startsWith('Cannot order the passes: they wait for each other'))
      return;
    throw error;
  }
}

test('barriers and waits of a graph order whatever collides, and passes find what they would one by one', () => {
  fc.assert(
    fc.property(graphs, (drawn) => {
      const outcome = followed(drawn);
      fc.pre(outcome !== undefined);
      const { events, queues, wrong } = outcome;
      expect(wrong).toEqual([]);
      expect(judge(events, queues, false)).toEqual([]);
    }),
    { numRuns: runs },
  );
});
