/** @file `halocline.glsl`: what a kernel in GLSL includes. */
import { scalarOf } from '@halocline/stencil';
import { accessText, titleLines, walkText, type Dialect } from './header-body.ts';
import { LAYOUT_CONSTANT, storedAs, type KernelField, type KernelLayout, type StoredAs } from './kernel-layout.ts';

const BLOCKS: Readonly<Record<StoredAs, { readonly name: string; readonly element: string; readonly bytes: number }>> =
  {
    float: { name: 'HaloclineFloats', element: 'float', bytes: 4 },
    double: { name: 'HaloclineDoubles', element: 'double', bytes: 8 },
    int: { name: 'HaloclineInts', element: 'int', bytes: 4 },
    uint: { name: 'HaloclineUints', element: 'uint', bytes: 4 },
    half: { name: 'HaloclineHalves', element: 'float16_t', bytes: 2 },
    byte: { name: 'HaloclineBytes', element: 'uint8_t', bytes: 1 },
  };

const EXTENSIONS: Partial<Record<StoredAs, string>> = {
  half: 'GL_EXT_shader_16bit_storage',
  byte: 'GL_EXT_shader_8bit_storage',
};

const DIALECT: Dialect = {
  words: new Map([
    ['PRIVATE', ''],
    ['GLOBAL', ''],
    ['FLOAT_OF', 'uintBitsToFloat'],
    ['DOUBLE_OF', 'haloclineDouble'],
  ]),
  load(field, entry) {
    const stored = storedAs(field.field.type);
    const element = elementText(stored, entry);
    return stored === 'half' ? `float(${element})` : stored === 'byte' ? `uint(${element})` : element;
  },
  store(field, entry, value) {
    const stored = storedAs(field.field.type);
    const given = stored === 'half' || stored === 'byte' ? `${BLOCKS[stored].element}(${value})` : value;
    return `${elementText(stored, entry)} = ${given};`;
  },
};

function elementText(stored: StoredAs, entry: string): string {
  return `${BLOCKS[stored].name}(haloclineAddress(${entry})).at[index]`;
}

/** The text of a kernel's header in GLSL. */
export function glslHeader(layout: KernelLayout): string {
  const used = new Set([...layout.inputs, ...layout.outputs].map(({ field }: KernelField) => storedAs(field.type)));
  const blocks = [...used].map((stored) => {
    const { name, element, bytes } = BLOCKS[stored];
    return `layout(buffer_reference, std430, buffer_reference_align = ${bytes}) buffer ${name} { ${element} at[]; };`;
  });
  const extensions = [...used].flatMap((stored) => EXTENSIONS[stored] ?? []);
  return [
    ...titleLines(layout),
    '#pragma once',
    '#extension GL_EXT_buffer_reference : require',
    '#extension GL_EXT_buffer_reference_uvec2 : require',
    ...extensions.map((name) => `#extension ${name} : require`),
    '',
    `layout(constant_id = ${LAYOUT_CONSTANT}) const uint haloclineLayout = 0x${hex(layout.stamp)}u;`,
    'layout(push_constant) uniform HaloclinePush { uvec2 haloclineBlock; };',
    'layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer HaloclineWords { uint at[]; };',
    'layout(buffer_reference, std430, buffer_reference_align = 4) buffer HaloclineRecord { uint at[]; };',
    ...blocks,
    '#define HaloclineAddress uvec2',
    '',
    ...(layout.numbers.some(({ type }) => scalarOf(type) === 'double')
      ? ['double haloclineDouble(uint low, uint high) { return packDouble2x32(uvec2(low, high)); }']
      : []),
    'uint haloclineWord(uvec2 address, uint at) { return HaloclineWords(address).at[at]; }',
    'uvec2 haloclineAddress(uint entry) {',
    '  if (haloclineLayout == 0u) return uvec2(0u);',
    '  return uvec2(haloclineWord(haloclineBlock, 2u * entry), haloclineWord(haloclineBlock, 2u * entry + 1u));',
    '}',
    'bool haloclineTold() { return haloclineAddress(6u) != uvec2(0u); }',
    'void haloclineTell(uint step, ivec3 own, uint read) {',
    '  HaloclineRecord record = HaloclineRecord(haloclineAddress(6u));',
    '  if (atomicAdd(record.at[0], 1u) != 0u) return;',
    '  record.at[1] = step;',
    '  record.at[2] = uint(own.x);',
    '  record.at[3] = uint(own.y);',
    '  record.at[4] = uint(own.z);',
    '  record.at[5] = read;',
    '}',
    walkText(DIALECT),
    '// The voxels of this thread: for (uint turn = 0; turn < turns(); turn++) { Voxel v; if (!takeVoxel(turn, v)) continue; … }',
    '// (Macros, since the size of the workgroup is known where it is declared, and that may be below.)',
    '#define haloclineThreads (gl_WorkGroupSize.x * gl_WorkGroupSize.y * gl_WorkGroupSize.z)',
    'uint haloclineGroup() { return gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x; }',
    '#define turns() ((1023u + haloclineThreads) / haloclineThreads)',
    '#define takeVoxel(turn, voxel) haloclineTake(haloclineGroup(), (turn) * haloclineThreads + gl_LocalInvocationIndex, voxel)',
    '',
    accessText(layout, DIALECT),
  ].join('\n');
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
