/** Sizes of blocks, by the rules of GLSL's specification (4.60, section 7.6.2.2) and against where glslang puts the next member. */
import { expect, test } from 'vitest';
import { ShaderError } from '../src/errors.ts';
import { compileGlsl } from '../src/shader/compile.ts';
import { reflect } from '../src/shader/reflection.ts';
import { wordOf } from './spirv-assembler.ts';

const LAYOUTS = ['std140', 'std430', 'scalar'] as const;
const ORDERS = ['column_major', 'row_major'] as const;

/** Bytes from one vector of a matrix to the next: as in an array of vectors of so many floats. */
function strideOf(layout: (typeof LAYOUTS)[number], components: number): number {
  if (layout === 'scalar') return components * 4;
  const alignment = components === 2 ? 8 : 16;
  return layout === 'std140' ? 16 : alignment;
}

const shapes = [2, 3, 4].flatMap((columns) => [2, 3, 4].map((rows) => ({ columns, rows })));

test.for(LAYOUTS)('a matrix in a block of %s has so many rows or columns times their stride', async (layout) => {
  const cases = ORDERS.flatMap((order) => shapes.map((shape) => ({ order, ...shape })));
  const members = cases.map(({ order, columns, rows }, at) => `layout(${order}) mat${columns}x${rows} m${at};`);
  const source = (count: number): string => `#version 460
    #extension GL_EXT_scalar_block_layout : require
    layout(local_size_x = 1) in;
    layout(binding = 0, ${layout}) buffer Out { float x; };
    layout(push_constant, ${layout}) uniform Push { ${members[count]} float next; } push;
    layout(binding = 1, ${layout}) uniform Block { ${members[count]} } block;
    layout(binding = 2, ${layout}) buffer Several { ${members[count]!.replace(';', '[3];')} } several;
    void main() { x = push.m${count}[0][0] + push.next + block.m${count}[0][0] + several.m${count}[2][0][0]; }`;
  for (const [at, { order, columns, rows }] of cases.entries()) {
    const { pushConstants, bindings } = reflect(await compileGlsl(source(at), { label: `m${at}`, cache: false }));
    const bytes = order === 'row_major' ? rows * strideOf(layout, columns) : columns * strideOf(layout, rows);
    const [matrix, next] = pushConstants!.members;
    expect([order, columns, rows, matrix!.byteLength]).toEqual([order, columns, rows, bytes]);
    expect(matrix!.byteLength).toBe(next!.byteOffset);
    expect(bindings.map((each) => each.byteLength)).toEqual([4, bytes, 3 * bytes]);
  }
});

test('row-major matrices in structs, in arrays and of doubles are as large as glslang lays them', async () => {
  const source = `#version 460
    layout(local_size_x = 1) in;
    struct S { mat2x4 m; };
    struct T { float before; mat4x3 m[2]; S inner; };
    layout(binding = 0, std140, row_major) uniform A { S s; float next; } a;
    layout(binding = 1, std140, row_major) uniform B { mat3x4 m[2]; float next; } b;
    layout(binding = 2, std430, row_major) buffer C { dmat4x2 m[3][2]; float next; } c;
    layout(binding = 3, std430, row_major) buffer D { mat4x2 m; T t[2]; float next; } d;
    layout(binding = 4, std140, row_major) uniform E { T t; mat2 m; float next; } e;
    void main() { d.next = a.next + b.next + c.next + e.next; }`;
  const { bindings } = reflect(await compileGlsl(source, { label: 'rows', cache: false }));
  // The last float of each stands behind the rest, and is 4 bytes.
  expect(bindings.map((each) => each.byteLength - 4)).toEqual([
    4 * 16, // 4 rows of vec2, each as wide as a vec4
    2 * 4 * 16, // 4 rows of vec3
    3 * 2 * 2 * 32, // 2 rows of dvec4
    2 * 16 + 2 * (16 + 2 * 3 * 16 + 4 * 8), // 2 rows of vec4; float, 3 rows of vec4 twice, 4 rows of vec2
    16 + 2 * 3 * 16 + 4 * 16 + 2 * 16,
  ]);
});

test('shared matrices lie without strides', async () => {
  const source = `layout(local_size_x = 1) in; shared mat3x4 m; shared mat2 n[5]; shared bool flags[7];
    layout(binding = 0) buffer Out { float x; };
    void main() { m[0] = vec4(1); n[1][0] = vec2(1); flags[1] = true; x = m[0][0] + n[1][0].x + (flags[1] ? 1. : 0.); }`;
  const { sharedBytes } = reflect(await compileGlsl(source, { label: 'shared', cache: false }));
  expect(sharedBytes).toBe(3 * 16 + 5 * 16 + 7 * 4);
});

test.for([
  ['buffer B { float b[]; } bb[2][3]', '0.1 bb', '[2][3]', 'one array of 6'],
  ['uniform sampler2D maps[N + 1][4]', '0.1 maps', '[3][4]', 'one array of 12'],
  ['uniform sampler2D maps[2][2][2]', '0.1 maps', '[2][2][2]', 'one array of 8'],
  ['buffer B { float b[]; } open[][2]', '0.1 open', '[][2]', 'one array', 'open[gl_WorkGroupID.x][0].b[0] = 1.0;'],
] as const)('%s is refused: descriptors have one dimension', async ([binding, name, sizes, remedy, body = '']) => {
  const source = `#extension GL_EXT_nonuniform_qualifier : require
    layout(local_size_x = 1) in; layout(constant_id = 0) const int N = 2;
    layout(binding = 1) ${binding}; void main() { ${body} }`;
  const spirv = await compileGlsl(source, { label: 'arrays', cache: false });
  const at = wordOf(spirv, 59) - 4 - (sizes.startsWith('[]') ? 3 : 4); // It stands before the pointer, before the variable.
  expect(() => reflect(spirv)).toThrow(
    new ShaderError(
      `Cannot read SPIR-V: at word ${at} binding ${name} is an array of arrays, ${sizes}, and arrays of descriptors have one dimension; declare ${remedy}`,
    ),
  );
});
