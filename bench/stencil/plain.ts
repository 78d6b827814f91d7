/**
 * @file The plainest shader that does what a case does: one voxel a thread, in GLSL, each read by a look into the table of
 * neighbours, and neither quads nor patches. What our shaders are held against on a software driver.
 */
import type { StencilCase } from './cases.ts';

/** A shader's text, and the components whose addresses it takes, in order, after those of leaves, tables and masks. */
export interface PlainShader {
  readonly text: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

const AXES = ['x', 'y', 'z'];
/** Addresses before those of components: leaves, leaf table, masks, index grid. */
const FIRST = 4;

/** Names of a field's components. */
function componentsOf(name: string, type: string): string[] {
  return type === 'vec3' ? AXES.map((axis) => `${name}_${axis}`) : [name];
}

/** `ReadField("a", coord + ivec3(…))` → `read_a(ivec3(…))`, `WriteField("b", idx, x)` → `write_b(x)`. */
function translate(code: string): string {
  return code
    .replaceAll(/ReadField\("(\w+)", coord\)/g, 'read_$1(ivec3(0))')
    .replaceAll(/ReadField\("(\w+)", coord ([+-]) ivec3\(([^()]*)\)\)/g, 'read_$1($2ivec3($3))')
    .replaceAll(/WriteField\("(\w+)", idx, /g, 'write_$1(')
    .replaceAll(/SampleField\("(\w+)", /g, 'sample_$1(')
    .replaceAll('CoordToWorld(coord)', 'vec3(coord)')
    .replaceAll(/\bdt\b/g, '0.5');
}

/** Functions that read and write a field; `component` addresses start at `block.d[…]`. */
function accessors(
  name: string,
  type: string,
  { reads, writes, samples }: { reads: number | null; writes: number | null; samples: readonly string[] },
): string[] {
  const half = type === 'float16';
  const block = half ? 'Halves' : 'Floats';
  const parts = componentsOf(name, type);
  const lines: string[] = [];
  if (reads !== null) {
    parts.forEach((part, at) => {
      const element = `${block}(Table(push.block).d[${reads + at}]).d[find(p)]`;
      const value = half ? `float(${element})` : element;
      lines.push(`float read_${part}(ivec3 d) { ivec3 p = place + d; return ${value}; }`);
      if (samples.includes(part)) lines.push(sampler(part, value));
    });
    if (parts.length > 1)
      lines.push(`vec3 read_${name}(ivec3 d) { return vec3(${parts.map((part) => `read_${part}(d)`).join(', ')}); }`);
  }
  if (writes !== null) {
    const values = parts.length > 1 ? parts.map((_, at) => `value.${AXES[at]!}`) : ['value'];
    const stores = values.map(
      (value, at) => `${block}(Table(push.block).d[${writes + at}]).d[own] = ${half ? `float16_t(${value})` : value};`,
    );
    lines.push(`void write_${name}(${parts.length > 1 ? 'vec3' : 'float'} value) { ${stores.join(' ')} }`);
  }
  return lines;
}

/** The slot of any leaf: from the table where it is next to the thread's own, else down the index grid. */
const WALK = `
uint grid(uint word) { return Words(Table(push.block).d[3]).d[word]; }
uint child(uint node, uint n, uint mask, uint table) {
  if ((grid(node + mask + (n >> 5)) >> (n & 31u) & 1u) == 0u) return 0u;
  return node + (grid(node + table + 2u * n) >> 2);
}
uint walk(ivec3 voxel) {
  uvec3 v = uvec3(voxel), k = v >> 12;
  uint low = k.z | k.y << 21, high = k.x << 10 | k.y >> 11, node = 0u;
  for (uint tile = 0u; tile < grid(190u); tile++)
    if (grid(208u + 8u * tile) == low && grid(209u + 8u * tile) == high) node = 184u + (grid(210u + 8u * tile) >> 2);
  if (node == 0u) return 0u;
  uvec3 a = v >> 7 & 31u, b = v >> 3 & 15u;
  node = child(node, a.x << 10 | a.y << 5 | a.z, 1032u, 2064u);
  if (node != 0u) node = child(node, b.x << 8 | b.y << 4 | b.z, 136u, 272u);
  return node == 0u ? 0u : grid(node + 20u) >> 9;
}
uint anywhere(ivec3 voxel) {
  ivec3 o = (voxel >> 3) - (coord >> 3) + 1;
  bool near = all(lessThanEqual(uvec3(o), uvec3(2u)));
  uint leaf = near ? Words(Table(push.block).d[1]).d[slot * 32u + uint(o.x * 9 + o.y * 3 + o.z)] : walk(voxel);
  return leaf * 512u + uint((voxel.x & 7) << 6 | (voxel.y & 7) << 3 | (voxel.z & 7));
}`;

/** Trilinear, anywhere. */
function sampler(name: string, element: string): string {
  const corner = (x: number, y: number, z: number): string =>
    element.replace('find(p)', `anywhere(p + ivec3(${x}, ${y}, ${z}))`);
  const edge = (x: number, y: number): string => `mix(${corner(x, y, 0)}, ${corner(x, y, 1)}, t.z)`;
  const side = (x: number): string => `mix(${edge(x, 0)}, ${edge(x, 1)}, t.y)`;
  return `float sample_${name}(vec3 at) {
  vec3 low = floor(at), t = at - low;
  ivec3 p = ivec3(low);
  return mix(${side(0)}, ${side(1)}, t.x);
}`;
}

/** The plainest shader of a case. `push.block` is the address of the addresses; `push.count` tells the leaves. */
export function plainShader({ fields, code, outputs, start }: StencilCase): PlainShader {
  const names = Object.entries(fields);
  const read = names.filter(([name]) => start.includes(`WriteField("${name}"`));
  const reads = read.flatMap(([name, type]) => componentsOf(name, type));
  const writes = names.filter(([name]) => outputs.includes(name)).flatMap(([name, type]) => componentsOf(name, type));
  const sampled = [...code.matchAll(/SampleField\("(\w+)"/g)].map(([, name]) => name!);
  const functions = names.flatMap(([name, type]) => {
    const [first] = componentsOf(name, type);
    const [r, w] = [reads.indexOf(first!), writes.indexOf(first!)];
    return accessors(name, type, {
      reads: r < 0 ? null : FIRST + r,
      writes: w < 0 ? null : FIRST + reads.length + w,
      samples: sampled,
    });
  });
  const halves = names.some(([, type]) => type === 'float16');
  const text = `
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
${halves ? '#extension GL_EXT_shader_16bit_storage : require' : ''}
layout(local_size_x = 256) in;
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Table { uvec2 d[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Words { uint d[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Floats { float d[]; };
${halves ? 'layout(buffer_reference, std430, buffer_reference_align = 2) buffer Halves { float16_t d[]; };' : ''}
layout(push_constant) uniform Push { uvec2 block; uint count; } push;
ivec3 place, coord;
uint own, slot;
uint find(ivec3 p) {
  ivec3 o = (p >> 3) + 1;
  uint leaf = Words(Table(push.block).d[1]).d[slot * 32u + uint(o.x * 9 + o.y * 3 + o.z)];
  return leaf * 512u + uint((p.x & 7) << 6 | (p.y & 7) << 3 | (p.z & 7));
}
${sampled.length > 0 ? WALK : ''}
${functions.join('\n')}
void main() {
  uint item = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 256u + gl_LocalInvocationID.x;
  if (item >> 9 >= push.count) return;
  slot = Words(Table(push.block).d[0]).d[item >> 9];
  uint n = item & 511u;
  if ((Words(Table(push.block).d[2]).d[slot * 16u + (n >> 5)] >> (n & 31u) & 1u) == 0u) return;
  own = slot * 512u + n;
  place = ivec3(n >> 6, n >> 3 & 7u, n & 7u);
  coord = place + ivec3(Words(Table(push.block).d[1]).d[slot * 32u + 27u], Words(Table(push.block).d[1]).d[slot * 32u + 28u], Words(Table(push.block).d[1]).d[slot * 32u + 29u]);
  ${translate(code)}
}`;
  return { text, reads, writes };
}
