/** @file Modules with several entry points, which GLSL can't say. */
import { assemble, instruction } from './spirv-assembler.ts';

const COMPUTE = 5;
const [VOID, FUNCTION_TYPE, UINT, WORDS, BLOCK, UNIFORMS] = [1, 2, 3, 4, 5, 6] as const;
const [BLOCK_POINTER, UNIFORMS_POINTER, WORD, UNIFORM_WORD, PUSH_WORD, SHARED_WORD] = [7, 8, 9, 10, 11, 12] as const;
const [PUSH_ONE, PUSH_TWO, PUSH_ONE_POINTER, PUSH_TWO_POINTER] = [13, 14, 15, 16] as const;
const [TILE, TILE_POINTER, SIXTEEN, ZERO, TWO] = [17, 18, 19, 20, 21] as const;
const [OUT_ONE, OUT_TWO, SIZES, CONSTANTS_ONE, CONSTANTS_TWO, SHARED] = [22, 23, 24, 25, 26, 27] as const;
const [ONE, SECOND, CALLED] = [28, 29, 30] as const;

/**
 * Compute shaders "one" and "two". One: words at binding 0 [0] = push.a. Two: by a function that it calls, words at binding 1 [0] =
 * push.c + uniforms at binding 0, and shared memory of 64 bytes. Both have binding 0 in set 0, and push constants of their own.
 */
export function twoEntries(minor: number): Uint32Array {
  const listed = (...ids: number[]): number[] => (minor >= 4 ? ids : []);
  const body = (...lines: number[][]): number[][] => [...lines, instruction(253), instruction(56)];
  return assemble(
    [
      instruction(17, 1),
      ...(minor < 3 ? [instruction(10, 'SPV_KHR_storage_buffer_storage_class')] : []),
      instruction(14, 0, 1),
      instruction(15, COMPUTE, ONE, 'one', ...listed(OUT_ONE, CONSTANTS_ONE)),
      instruction(15, COMPUTE, SECOND, 'two', ...listed(SIZES, CONSTANTS_TWO, OUT_TWO, SHARED)),
      instruction(16, ONE, 17, 1, 1, 1),
      instruction(16, SECOND, 17, 4, 1, 1),
      instruction(5, CONSTANTS_ONE, 'first'),
      instruction(5, CONSTANTS_TWO, 'second'),
      instruction(71, WORDS, 6, 4),
      ...[BLOCK, UNIFORMS, PUSH_ONE, PUSH_TWO].flatMap((each) => [
        instruction(72, each, 0, 35, 0),
        instruction(71, each, 2),
      ]),
      ...[1, 2].map((member) => instruction(72, PUSH_TWO, member, 35, member * 4)),
      ...[OUT_ONE, SIZES, OUT_TWO].flatMap((each) => [
        instruction(71, each, 34, 0),
        instruction(71, each, 33, each === OUT_TWO ? 1 : 0),
      ]),
      instruction(19, VOID),
      instruction(33, FUNCTION_TYPE, VOID),
      instruction(21, UINT, 32, 0),
      instruction(43, UINT, ZERO, 0),
      instruction(43, UINT, TWO, 2),
      instruction(43, UINT, SIXTEEN, 16),
      instruction(29, WORDS, UINT),
      instruction(30, BLOCK, WORDS),
      instruction(30, UNIFORMS, UINT),
      instruction(30, PUSH_ONE, UINT),
      instruction(30, PUSH_TWO, UINT, UINT, UINT),
      instruction(28, TILE, UINT, SIXTEEN),
      instruction(32, BLOCK_POINTER, 12, BLOCK),
      instruction(32, UNIFORMS_POINTER, 2, UNIFORMS),
      instruction(32, PUSH_ONE_POINTER, 9, PUSH_ONE),
      instruction(32, PUSH_TWO_POINTER, 9, PUSH_TWO),
      instruction(32, TILE_POINTER, 4, TILE),
      instruction(32, WORD, 12, UINT),
      instruction(32, UNIFORM_WORD, 2, UINT),
      instruction(32, PUSH_WORD, 9, UINT),
      instruction(32, SHARED_WORD, 4, UINT),
      instruction(59, BLOCK_POINTER, OUT_ONE, 12),
      instruction(59, BLOCK_POINTER, OUT_TWO, 12),
      instruction(59, UNIFORMS_POINTER, SIZES, 2),
      instruction(59, PUSH_ONE_POINTER, CONSTANTS_ONE, 9),
      instruction(59, PUSH_TWO_POINTER, CONSTANTS_TWO, 9),
      instruction(59, TILE_POINTER, SHARED, 4),
      instruction(54, VOID, ONE, 0, FUNCTION_TYPE),
      instruction(248, 40),
      ...body(
        instruction(65, PUSH_WORD, 41, CONSTANTS_ONE, ZERO),
        instruction(61, UINT, 42, 41, 2, 4),
        instruction(65, WORD, 43, OUT_ONE, ZERO, ZERO),
        instruction(62, 43, 42),
      ),
      instruction(54, VOID, SECOND, 0, FUNCTION_TYPE),
      instruction(248, 50),
      ...body(instruction(57, VOID, 51, CALLED)),
      instruction(54, VOID, CALLED, 0, FUNCTION_TYPE),
      instruction(248, 60),
      ...body(
        instruction(65, PUSH_WORD, 61, CONSTANTS_TWO, TWO),
        instruction(61, UINT, 62, 61),
        instruction(65, UNIFORM_WORD, 63, SIZES, ZERO),
        instruction(61, UINT, 64, 63),
        instruction(128, UINT, 65, 62, 64),
        instruction(65, SHARED_WORD, 66, SHARED, ZERO),
        instruction(62, 66, 65),
        instruction(61, UINT, 67, 66),
        instruction(65, WORD, 68, OUT_TWO, ZERO, ZERO),
        instruction(62, 68, 67),
      ),
    ],
    minor,
  );
}
