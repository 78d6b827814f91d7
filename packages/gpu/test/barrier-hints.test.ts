import { expect, test } from 'vitest';
import { barrierHints } from '../../../examples/barrier-hints.ts';

test('the example of barrier hints names its barriers, its waits and its boundary of stages', () => {
  const { graph, requirements, call } = barrierHints();
  const plan = graph.compile();
  expect(plan.order).toBe('stream move draw watch tone');
  expect(plan.counts).toEqual({
    barriers: 4,
    memoryBarriers: 2,
    imageBarriers: 4,
    handOvers: 0,
    waits: 1,
    hostWaits: 1,
    submits: 3,
  });
  expect(requirements).toContain('reads points as vertex: vertex attribute read in vertex input (buffer)');
  expect(call).toContain('.dstStageMask = VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT,');
  expect(plan.explain().split('\n').at(-1)).toBe(
    'Between update and render: draw reads points that move writes (read after write)',
  );
});
