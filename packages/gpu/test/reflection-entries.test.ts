/** What belongs to each entry point of a module that has several. */
import { expect, test } from 'vitest';
import { reflect } from '../src/shader/reflection.ts';
import type { ReflectOptions } from '../src/shader/reflection.ts';
import { twoEntries } from './entry-points.ts';
import { assemble, instruction } from './spirv-assembler.ts';

function told(words: Uint32Array, options: ReflectOptions): unknown {
  const { bindings, pushConstants, sharedBytes } = reflect(words, options);
  const places = bindings.map(({ set, binding, kind }) => `${set}.${binding} ${kind}`);
  return [places, `${pushConstants?.name} ${pushConstants?.byteLength}`, sharedBytes];
}

test.for([5, 3, 0])('an entry point of SPIR-V 1.%i has what it touches, a module all', (minor) => {
  const words = twoEntries(minor);
  const [own, other] = ['0.0 storage-buffer', '0.1 storage-buffer'];
  expect(told(words, { entry: 'one' })).toEqual([[own], 'first 4', 0]);
  expect(told(words, { entry: 'two' })).toEqual([['0.0 uniform-buffer', other], 'second 12', 64]);
  expect(told(words, {})).toEqual([[own, '0.0 uniform-buffer', other], 'second 12', 64]);
  expect(reflect(words, { entry: 'two' }).entryPoints.map(({ name }) => name)).toEqual(['one', 'two']);
});

test('literals of instructions are not taken for variables, and functions that call one another are read once', () => {
  const [UINT, POINTER, VOID, TYPE, MAIN, CALLED, VECTOR, PAIR] = [1, 2, 3, 4, 5, 6, 7, 8] as const;
  const variables = [20, 21, 22, 23, 24, 25, 26, 27];
  const words = assemble(
    [
      instruction(15, 5, MAIN, 'main'),
      ...variables.map((each) => instruction(71, each, 33, each)),
      instruction(21, UINT, 32, 0),
      instruction(23, VECTOR, UINT, 2),
      instruction(30, 9, UINT),
      instruction(32, POINTER, 12, 9),
      ...variables.map((each) => instruction(59, POINTER, each, 12)),
      instruction(54, VOID, MAIN, 20, TYPE),
      instruction(8, 99, 21, 22),
      instruction(61, UINT, 100, 27, 2, 23),
      instruction(81, UINT, 101, PAIR, 24),
      instruction(79, VECTOR, 102, PAIR, PAIR, 25, 26),
      instruction(250, 101, 103, 103, 20, 21),
      instruction(57, VOID, 104, CALLED),
      instruction(56),
      instruction(54, VOID, CALLED, 0, TYPE),
      instruction(57, VOID, 105, MAIN),
      instruction(56),
      instruction(54, VOID, 106, 0, TYPE),
      instruction(61, UINT, 107, 20),
      instruction(56),
    ],
    3,
  );
  expect(reflect(words, { entry: 'main' }).bindings.map(({ binding }) => binding)).toEqual([27]);
});

test('entry points of one name are told apart by their stages', () => {
  const entry = (stage: number, id: number): number[] => instruction(15, stage, id, 'main');
  const words = assemble([
    entry(0, 1),
    entry(4, 2),
    instruction(16, 3, 17, 8, 8, 1),
    entry(5, 3),
    instruction(54, 4, 3, 0, 5),
  ]);
  const { entryPoints } = reflect(words, { entry: 'main', stage: 'compute' });
  expect(entryPoints.map(({ stage, workgroupSize }) => [stage, workgroupSize])).toEqual([
    ['vertex', null],
    ['fragment', null],
    ['compute', [8, 8, 1]],
  ]);
  expect(() => reflect(words, { entry: 'start' })).toThrow(
    'Cannot read SPIR-V: it has no entry point "start"; it has main (vertex), main (fragment), main (compute)',
  );
  expect(() => reflect(words, { entry: 'main', stage: 'geometry' })).toThrow(
    'Cannot read SPIR-V: it has no entry point "main" of stage geometry; it has main (vertex), main (fragment), main (compute)',
  );
  for (const version of [0x00010000, 0x00010500])
    expect(() => reflect(words.with(1, version), { entry: 'main' })).toThrow(
      'Cannot read SPIR-V: at word 5 function 1 of entry point "main" is used and not declared; compile the shader again',
    );
});
