import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Graph, GraphError, VulkanError } from '../src/index.ts';
import type { Encoder, Pass } from '../src/index.ts';

/** What a body throws. */
function thrown(body: () => unknown): unknown {
  try {
    body();
    return undefined;
  } catch (error) {
    return error;
  }
}

gpuTest('what is refused within a pass names the pass', {}, ({ device }) => {
  const wrong = (encoder: Encoder): unknown => encoder.dispatch(1);
  const frame = thrown(() => device.record('frame', (encoder) => encoder.label('light', wrong))) as VulkanError;
  expect(frame.message).toBe(
    'Cannot dispatch in "frame", pass "light": no pipeline is set; call encoder.pipeline first',
  );
  expect(frame.labels).toEqual(['frame', 'light']);
  const nested = (encoder: Encoder): unknown => encoder.label('light', (inner) => inner.label('sun', wrong));
  expect((thrown(() => device.record('frame', nested)) as Error).message).toMatch(
    /in "frame", pass "light", pass "sun":/,
  );
  // Behind the pass it is the recording's alone.
  const behind = (encoder: Encoder): unknown => wrong(encoder.label('light', () => undefined));
  expect((thrown(() => device.record('frame', behind)) as VulkanError).labels).toEqual(['frame']);
  expect((thrown(() => device.recordSecondary('sky', wrong)) as VulkanError).labels).toEqual(['sky']);
});

gpuTest('whatever a pass of a graph throws names the pass', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using vertices = device.createBuffer({ label: 'vertices', byteLength: 64, usage: ['vertex'] });
  const failure = async (record: NonNullable<Pass<Encoder>['record']>): Promise<VulkanError & GraphError> => {
    const graph = new Graph();
    for (const name of ['one', 'two', 'three']) {
      graph.pass({ name, writes: ['x'], ...(name === 'two' ? { record } : {}), sideEffects: true });
    }
    using plan = graph.compile();
    try {
      await plan.execute({ device });
      throw new Error('nothing was thrown');
    } catch (error) {
      return error as VulkanError & GraphError;
    }
  };
  const pipeline = await failure((encoder) => encoder.dispatch(1));
  expect([pipeline.name, pipeline.message, pipeline.labels]).toEqual([
    'VulkanError',
    'Cannot dispatch in "graph", pass "two": no pipeline is set; call encoder.pipeline first',
    ['graph', 'two'],
  ]);
  const usage = await failure((encoder) => encoder.fill(vertices, 0, 64, 0));
  expect([usage.name, usage.kind, usage.message, usage.labels]).toEqual([
    'VulkanError',
    'buffer',
    `Cannot record pass "two": Cannot fill buffer "vertices": it was made without usage 'transfer-target'; create it with that`,
    ['vertices', 'two'],
  ]);
  const range = await failure((encoder) => encoder.fill(words, 1, 4, 0));
  expect([range.name, range.message]).toEqual([
    'GraphError',
    'Cannot record pass "two": Cannot fill buffer "words": offset 1 is no multiple of 4',
  ]);
  const boom = new Error('boom');
  const own = await failure(() => {
    throw boom;
  });
  expect([own.message, own.cause]).toEqual(['Cannot record pass "two": boom', boom]);
});
