import { expect, test } from 'vitest';
import { GridMap, readGrids, writeNanoVdb } from '@halocline/vdb';
import { fieldOfGrids, gridsOfField } from '../src/checkpoint/field-grids.ts';
import { Declarations } from '../src/declarations.ts';
import { Domain } from '../src/domain.ts';
import type { FieldArray } from '../src/field-type.ts';
import { boxTopology } from '../src/topology.ts';

/** The components of a field, 512 values of background and 32 leaves, after a way through a file. */
function throughFile(type: string, components: readonly FieldArray[]): FieldArray[] {
  const field = new Declarations().addField(0, 'u', type, 0);
  const level = new Domain(boxTopology({ min: [0, 0, 0], max: [8, 8, 256] }), GridMap.scale(1)).level(0);
  const grids = gridsOfField(field, level, components);
  return fieldOfGrids(field, level, readGrids(writeNanoVdb(grids)));
}

test('every bit of a half comes back, those of NaN too', () => {
  for (const first of [0, 0x4000, 0x8000, 0xc000]) {
    const bits = Uint16Array.from({ length: 33 * 512 }, (_, at) => (at < 512 ? 0 : first + at - 512));
    const [back] = throughFile('float16', [new Float16Array(bits.buffer)]);
    expect(new Uint16Array(back!.buffer)).toEqual(bits);
  }
});

test.each([
  ['float32', 1],
  ['vec2', 2],
  ['vec3', 3],
  ['vec4', 4],
] as const)('a signalling NaN in a %s comes back as one, in every component', (type, count) => {
  const bits = new Uint32Array(33 * 512).fill(0xffa00001, 512);
  const whole = new Float32Array(bits.buffer);
  for (const back of throughFile(
    type,
    Array.from({ length: count }, () => whole),
  )) {
    expect(new Uint32Array(back.buffer)).toEqual(bits);
  }
});
