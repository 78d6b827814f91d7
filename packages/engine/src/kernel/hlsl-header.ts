/** @file `halocline.hlsl`: what a kernel in HLSL includes; for `dxc -spirv`, shader model 6.6. */
import { accessText, titleLines, walkText, type Dialect } from './header-body.ts';
import { LAYOUT_CONSTANT, storedAs, type KernelLayout, type StoredAs } from './kernel-layout.ts';

/** What is loaded and stored; bytes are parts of words. */
const ELEMENTS: Readonly<Record<Exclude<StoredAs, 'byte'>, { readonly type: string; readonly bytes: number }>> = {
  float: { type: 'float', bytes: 4 },
  double: { type: 'double', bytes: 8 },
  int: { type: 'int', bytes: 4 },
  uint: { type: 'uint', bytes: 4 },
  half: { type: 'float16_t', bytes: 2 },
};

const vectors = [2, 3, 4].flatMap((size): [string, string][] => [
  [`vec${size}`, `float${size}`],
  [`ivec${size}`, `int${size}`],
  [`uvec${size}`, `uint${size}`],
  [`bvec${size}`, `bool${size}`],
  [`dvec${size}`, `double${size}`],
]);

const DIALECT: Dialect = {
  words: new Map([
    ...vectors,
    ['PRIVATE', 'static'],
    ['GLOBAL', 'static const'],
    ['FLOAT_OF', 'asfloat'],
    ['DOUBLE_OF', 'asdouble'],
  ]),
  load(field, entry) {
    const stored = storedAs(field.field.type);
    const from = `haloclineAddress(${entry})`;
    if (stored === 'byte') return `(haloclineWord(${from}, index >> 2) >> (8u * (index & 3u))) & 255u`;
    const { type, bytes } = ELEMENTS[stored];
    const load = `vk::RawBufferLoad<${type}>(${from} + ${bytes} * uint64_t(index), ${bytes})`;
    return stored === 'half' ? `float(${load})` : load;
  },
  store(field, entry, value) {
    const stored = storedAs(field.field.type);
    if (stored === 'byte') return `haloclineStoreByte(haloclineAddress(${entry}), index, ${value});`;
    const { type, bytes } = ELEMENTS[stored];
    const given = stored === 'half' ? `float16_t(${value})` : value;
    return `vk::RawBufferStore<${type}>(haloclineAddress(${entry}) + ${bytes} * uint64_t(index), ${given}, ${bytes});`;
  },
};

/** HLSL has no bytes: others write those beside it in its word, so it is changed alone. For `dxc` of 2025 or later. */
const STORE_BYTE = [
  'struct HaloclineBytes { uint word; };',
  'void haloclineStoreByte(uint64_t address, uint index, uint value) {',
  '  vk::BufferPointer<HaloclineBytes> at = vk::BufferPointer<HaloclineBytes>(address + uint64_t(index & ~3u));',
  '  uint shift = 8u * (index & 3u);',
  '  InterlockedAnd(at.Get().word, ~(255u << shift));',
  '  InterlockedOr(at.Get().word, (value & 255u) << shift);',
  '}',
];

/** The text of a kernel's header in HLSL. */
export function hlslHeader(layout: KernelLayout): string {
  return [
    ...titleLines(layout),
    '#pragma once',
    '// Threads of a workgroup: define it before the include where they are others.',
    '#ifndef WORKGROUP',
    '#define WORKGROUP 256',
    '#endif',
    '',
    `[[vk::constant_id(${LAYOUT_CONSTANT})]] const uint haloclineLayout = 0x${layout.stamp.toString(16).padStart(8, '0')}u;`,
    'struct HaloclinePush { uint64_t block; };',
    '[[vk::push_constant]] HaloclinePush haloclinePush;',
    'typedef uint64_t HaloclineAddress;',
    '',
    'uint haloclineWord(uint64_t address, uint at) { return vk::RawBufferLoad<uint>(address + 4 * uint64_t(at), 4); }',
    'uint64_t haloclineAddress(uint entry) {',
    '  if (haloclineLayout == 0u) return 0;',
    '  return vk::RawBufferLoad<uint64_t>(haloclinePush.block + 8 * uint64_t(entry), 8);',
    '}',
    'bool haloclineTold() { return haloclineAddress(6u) != 0; }',
    'void haloclineTell(uint step, int3 own, uint read) {',
    '  uint64_t record = haloclineAddress(6u);',
    '  if (haloclineWord(record, 0u) != 0u) return;',
    '  vk::RawBufferStore<uint>(record, 1u, 4);',
    '  vk::RawBufferStore<uint>(record + 4, step, 4);',
    '  vk::RawBufferStore<uint>(record + 8, uint(own.x), 4);',
    '  vk::RawBufferStore<uint>(record + 12, uint(own.y), 4);',
    '  vk::RawBufferStore<uint>(record + 16, uint(own.z), 4);',
    '  vk::RawBufferStore<uint>(record + 20, read, 4);',
    '}',
    ...(layout.outputs.some(({ field }) => storedAs(field.type) === 'byte') ? STORE_BYTE : []),
    walkText(DIALECT),
    '// The voxels of this thread, in',
    '//   [numthreads(WORKGROUP, 1, 1)] void main(uint3 group : SV_GroupID, uint thread : SV_GroupIndex) {',
    '//     for (uint turn = 0; turn < turns(); turn++) { Voxel v; if (!takeVoxel(group, thread, turn, v)) continue; … }',
    'uint turns() { return (1023u + WORKGROUP) / WORKGROUP; }',
    'bool takeVoxel(uint3 group, uint thread, uint turn, out Voxel voxel) {',
    '  return haloclineTake(group.y * haloclineTable(1u, 0u) + group.x, turn * WORKGROUP + thread, voxel);',
    '}',
    '',
    accessText(layout, DIALECT),
  ].join('\n');
}
