import { compileStencil } from '@halocline/stencil';
import type { Environment, FieldPlace, FieldType } from '@halocline/stencil';
import { describe, expect, test } from 'vitest';
import { cutLeaves } from '../src/cut/cut.ts';
import { findGhosts, mergeGhosts } from '../src/cut/ghosts.ts';
import type { Declarations } from '../src/declarations.ts';
import { haloNeeds } from '../src/halo-needs.ts';
import type { HeldNeeds } from '../src/halo-needs.ts';
import { boxTopology } from '../src/topology.ts';

interface NeedsOptions {
  /** Where its radius follows the flow: what that is now. */
  readonly radius?: number;
  readonly at?: FieldPlace;
}

/** What a stencil of this text needs, whose fields are `f0` … `f18` and the vec4 `v`. */
function needsOf(code: string, neighborRadius?: number, options: NeedsOptions = {}): HeldNeeds {
  const names = Array.from({ length: 19 }, (_, q) => `f${q}`);
  const types = [...names.map((name) => [name, 'float32'] as const), ['v', 'vec4'] as const];
  const environment: Environment = {
    fields: new Map<string, FieldType>(types),
    parameters: new Map([['n', 'int']]),
    scalars: new Map(),
  };
  const { radius, at = 'center' } = options;
  const given = neighborRadius === undefined ? {} : { neighborRadius };
  const source = { name: 's', inputs: [...names, 'v'], outputs: ['made'], code, ...given };
  const stencil = compileStencil(source, environment);
  const reads = stencil.reads.map((read) => ({ ...read, at }));
  const compiled = new Map([['s', { name: 's', level: 0, stencil, follows: 'flow', reads }]]);
  const declarations = { stencils: new Map([['s', { options: given }]]) } as unknown as Declarations;
  const followed = new Map(radius === undefined ? [] : [['flow', radius]]);
  return haloNeeds(declarations, compiled, { thickness: null, followed });
}

const D3Q19 = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z) => [x, y, z] as const)))
  .filter((c) => c.filter((along) => along !== 0).length < 3);

describe('a lattice of 19 populations', () => {
  const reads = D3Q19.map((c, q) => `ReadField("f${q}", coord - ivec3(${c.join(', ')}))`);
  const needs = needsOf(`WriteField("made", idx, ${reads.join(' + ')});`);

  test('reads each at its own offset', () => {
    for (const [q, [x, y, z]] of D3Q19.entries()) {
      const reach = { min: [0 - x, 0 - y, 0 - z], max: [0 - x, 0 - y, 0 - z] };
      const expected = x === 0 && y === 0 && z === 0 ? undefined : [{ from: 'same', reach }];
      expect(needs.reads.get(`f${q}`)).toEqual(expected);
    }
  });

  test('sends five over a face, and one over an edge', () => {
    const topology = boxTopology({ min: [0, 0, 0], max: [16, 16, 16] });
    const { owners } = cutLeaves(topology, 2);
    const sent = [...needs.reads.values()].map((ways) =>
      mergeGhosts(ways.map(({ reach }) => findGhosts({ topology, owners, owner: 0, reach }))).masks.reduce(
        (sum, word) => sum + word.toString(2).replaceAll('0', '').length,
        0,
      ),
    );
    const face = 16 * 16;
    const [straight, across] = [face, 15 * 16];
    expect(sent.filter((count) => count > 0).sort((a, b) => b - a)).toEqual([straight, ...Array(4).fill(across)]);
  });
});

test('components of one field have boxes of their own, and those that may be read anywhere a cube', () => {
  const code = `float a = ReadField("v_x", coord + ivec3(0, 0, 2)) + ReadField("v_y", coord + clamp(n, 0, 1));
    a += ReadField("v_z", idx) + ReadField("v_w", ivec3(n)); WriteField("made", idx, a);`;
  const { reads, radius } = needsOf(code, 2);
  expect(radius.get('s')).toBe(2);
  expect(Object.fromEntries([...reads].map(([name, ways]) => [name, ways.map(({ reach }) => reach)]))).toEqual({
    'v.x': [{ min: [0, 0, 2], max: [0, 0, 2] }],
    'v.y': [{ min: [0, 0, 0], max: [1, 1, 1] }],
    'v.w': [{ min: [-2, -2, -2], max: [2, 2, 2] }],
  });
});

test('a radius that follows the flow changes what is sent, and not what is held', () => {
  for (const radius of [1, 7, 8]) {
    const needs = needsOf('WriteField("made", idx, ReadField("f0", ivec3(n)));', 8, { radius, at: 'face-x' });
    // Values on faces take one voxel more.
    const most = radius + 1;
    expect(needs.reads.get('f0')).toEqual([
      { from: 'same', reach: { min: [-most, -most, -most], max: [most, most, most] } },
    ]);
    expect([needs.thickness, needs.held]).toEqual([9, 9]);
  }
});

test('activities that are asked for at constant offsets are held, and nothing is sent for them', () => {
  const needs = needsOf(
    `WriteField("made", idx, IsActive(coord + ivec3(0, -12, 3)) ? 1.0 : ReadField("f0", coord + 1));`,
  );
  expect([needs.thickness, needs.held]).toEqual([12, 12]);
  expect([...needs.reads]).toEqual([['f0', [{ from: 'same', reach: { min: [1, 1, 1], max: [1, 1, 1] } }]]]);
  const computed = needsOf('WriteField("made", idx, IsActive(coord + ivec3(0, n, 0)) ? 1.0 : 2.0);');
  expect([computed.thickness, computed.held]).toEqual([2, 2]);
});
