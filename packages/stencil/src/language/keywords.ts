/** @file The words that the language keeps for itself. */

import type { ValueType } from '../ir.ts';

const TYPES: readonly ValueType[] = [
  'float',
  'int',
  'uint',
  'bool',
  'vec2',
  'vec3',
  'vec4',
  'ivec2',
  'ivec3',
  'ivec4',
  'uvec2',
  'uvec3',
  'uvec4',
  'bvec2',
  'bvec3',
  'bvec4',
  'double',
  'dvec2',
  'dvec3',
  'dvec4',
  'float16_t',
  'f16vec2',
  'f16vec3',
  'f16vec4',
];

/** The value types by name. */
export const TYPE_NAMES: ReadonlySet<string> = new Set(TYPES);

/** Whether a word names a value type. */
export function isTypeName(word: string): word is ValueType {
  return TYPE_NAMES.has(word);
}

const CONTROL = 'void const in out inout true false if else for while do switch case default break continue return';
const QUALIFIERS = 'precise invariant precision highp mediump lowp';
const RESERVED = 'struct discard goto uniform buffer shared layout';

const MATRICES = ['', 'd', 'f16'].flatMap((prefix) =>
  [2, 3, 4].flatMap((n) => [`${prefix}mat${n}`, ...[2, 3, 4].map((m) => `${prefix}mat${n}x${m}`)]),
);

const WORDS: ReadonlySet<string> = new Set([
  ...TYPES,
  ...MATRICES,
  ...[CONTROL, QUALIFIERS, RESERVED].flatMap((words) => words.split(' ')),
]);

/** Whether a word can not be a name of the user's. */
export function isKeyword(word: string): boolean {
  return WORDS.has(word);
}

const ABSENT: ReadonlyMap<string, string> = new Map([
  ['discard', 'the stencil language has no discard; use return, the voxel then keeps its old values'],
  ['goto', 'the stencil language has no goto; use if, break or continue'],
  ['uniform', 'a stencil declares no uniform; name a parameter of the simulation'],
  ['buffer', 'a stencil declares no buffer; name its fields as inputs and outputs'],
  ['shared', 'a stencil declares no shared memory; name its fields as inputs and outputs'],
  ['layout', 'a stencil declares no layout; name its fields as inputs and outputs'],
]);

/** What to say where a statement starts with a word of GLSL that this language leaves out. */
export function absentWord(word: string): string | undefined {
  if (/^(?:u?int(?:8|16|64)_t|[iu](?:8|16|64)vec[234]|float(?:32|64)_t)$/.test(word)) {
    return `the stencil language has no type ${word}; it has float, double, float16_t, int, uint and bool`;
  }
  return ABSENT.get(word);
}

/** Quantities that every stencil can name. */
export const BUILTIN_NAMES: readonly string[] = ['coord', 'idx', 'dt', 'time', 'frame', 'voxelSize'];
