import { expect, test } from 'vitest';
import { bytesPerVoxel, formatIr, fuseStencils, whyNotFused } from '../src/index.ts';
import type { Stencil, StencilSource } from '../src/index.ts';
import { compileText } from './compile-text.ts';

function stencil(name: string, code: string, declared: Partial<StencilSource> = {}): Stencil {
  const outputs = [...new Set([...code.matchAll(/WriteField\("(\w+)"/g)].map((match) => match[1]!))];
  return compileText(code, { name, inputs: ['density', 'velocity', 'flags', 'pressure'], outputs, ...declared });
}

const NOTHING = { unstored: new Set<string>(), inactive: new Map<string, readonly number[]>() };
const damp = stencil('damp', 'WriteField("density", idx, ReadField("density", idx) * 0.5);');
const lift = stencil(
  'lift',
  'WriteField("velocity_y", idx, ReadField("density", idx) + ReadField("velocity_y", idx));',
);

test('what one writes and the other reads at the same voxel goes through a local', () => {
  expect(whyNotFused([damp], lift)).toBeNull();
  const fused = fuseStencils('both', [damp, lift], NOTHING);
  expect(fused.reads.map(({ field, components }) => [field, components])).toEqual([
    ['density', [0]],
    ['velocity', [1]],
  ]);
  expect(bytesPerVoxel(damp) + bytesPerVoxel(lift)).toBe(20);
  expect(bytesPerVoxel(fused)).toBe(16);
});

test('a field that is not stored is neither read nor written', () => {
  const begin = stencil('begin', 'WriteField("density", idx, ReadField("pressure", idx) * 0.5);');
  const fused = fuseStencils('both', [begin, lift], { ...NOTHING, unstored: new Set(['density']) });
  expect(formatIr(fused)).not.toContain('"density"');
  expect(fused.writes.map(({ field }) => field)).toEqual(['velocity']);
});

test.each([
  [
    'reads of other voxels',
    'damp',
    stencil('spread', 'WriteField("pressure", idx, ReadField("density", coord + ivec3(0, 0, 1)));'),
    '"spread" reads "density" of other voxels, which "damp" writes',
  ],
  [
    'a computed coordinate',
    'damp',
    stencil('trace', 'WriteField("pressure", idx, SampleField("density", CoordToWorld(coord)));'),
    '"trace" reads "density" of other voxels, which "damp" writes',
  ],
  [
    'a read from within a function',
    'damp',
    stencil('call', 'float f() { return ReadField("density", idx); } WriteField("pressure", idx, f());'),
    '"call" reads "density" of other voxels, which "damp" writes',
  ],
  [
    'another colour',
    'damp',
    stencil('half', 'WriteField("pressure", idx, 1.0);', { color: 'red' }),
    '"damp" runs on all voxels, "half" on red voxels',
  ],
  [
    'debugging',
    'damp',
    stencil('look', 'WriteField("pressure", idx, ReadField("density", idx));', { debug: true }),
    '"look" is debugged',
  ],
  [
    'a sum that is needed',
    'sum',
    stencil('use', 'WriteField("pressure", idx, largest);'),
    '"use" reads the scalar "largest", which "sum" reduces into',
  ],
  [
    'two sums into one',
    'sum',
    stencil('more', 'ReduceMax("largest", ReadField("density", idx)); WriteField("pressure", idx, 1.0);'),
    '"sum" and "more" both reduce into "largest"',
  ],
  [
    'a narrow type between',
    'mark',
    stencil('use', 'WriteField("pressure", idx, float(ReadField("flags", idx)));'),
    '"use" reads "flags", which is stored as uint8 and so isn\'t what "mark" writes',
  ],
  [
    'a return within a loop',
    'seek',
    stencil('use', 'WriteField("pressure", idx, ReadField("density", idx));'),
    '"seek" returns from within a loop',
  ],
])('%s keeps stencils apart', (_, before, next, reason) => {
  const first = {
    damp,
    sum: stencil('sum', 'ReduceMax("largest", ReadField("density", idx)); WriteField("velocity_x", idx, 1.0);'),
    mark: stencil('mark', 'WriteField("flags", idx, 300u);'),
    seek: stencil(
      'seek',
      'for (int i = 0; i < 4; i++) { if (i == coord.x) return; WriteField("density", idx, float(i)); }',
    ),
  }[before as 'damp'];
  expect(whyNotFused([first], next)).toBe(reason);
});
