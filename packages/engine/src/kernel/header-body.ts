/**
 * @file The part of a kernel's header that GLSL and HLSL share, in GLSL's spelling; HLSL's types are put in by name. What differs
 * (loads, stores, what a thread knows of itself) stands in the preludes: `haloclineWord`, `haloclineAddress`,
 * `haloclineTell`.
 *
 * The walk is NanoVDB's (version 32, index grids): root tiles in a row, upper, lower, leaf; value indices of a leaf begin at
 * 512 · slot, and slot 0 is the leaf of background, which every coordinate without a leaf comes to.
 */
import { isArrayField, sizeOf, scalarOf, type ValueType } from '@halocline/stencil';
import { FIRST_ENTRIES, type KernelField, type KernelLayout } from './kernel-layout.ts';

/** What a thread may ask, whatever the fields are. */
const WALK = `
// A voxel: its index coordinate, the slot of its leaf, its place in the leaf (x << 6 | y << 3 | z), its value index.
struct Voxel {
  ivec3 coord;
  uint slot;
  uint n;
  uint index;
};

PRIVATE Voxel haloclineHome;
PRIVATE bool haloclineTaken = false;

uint haloclineTable(uint entry, uint at) { return haloclineWord(haloclineAddress(entry), at); }

// Leaves that this dispatch runs over, and their slots by rank.
uint leafCount() { return haloclineTable(1u, 3u); }
uint leafSlot(uint rank) { return haloclineTable(0u, rank); }

// The first voxel of a leaf, and the slot of the leaf beside it, by -1, 0, 1 on each axis; 0 where there is none.
ivec3 leafOrigin(uint slot) {
  uint row = 32u * slot + 27u;
  return ivec3(int(haloclineTable(2u, row)), int(haloclineTable(2u, row + 1u)), int(haloclineTable(2u, row + 2u)));
}
uint leafNeighbor(uint slot, ivec3 direction) {
  return haloclineTable(2u, 32u * slot + uint(9 * direction.x + 3 * direction.y + direction.z + 13));
}

uint haloclineChild(uint node, uint n, uint mask, uint table) {
  if (((haloclineTable(4u, node + mask + (n >> 5)) >> (n & 31u)) & 1u) == 0u) return 0u;
  return node + (haloclineTable(4u, node + table + 2u * n) >> 2);
}

// Slot of the leaf at leaf coordinates (coord >> 3), by the index grid; 0 where there is none.
uint leafAt(ivec3 leaf) {
  uint x = uint(leaf.x << 3);
  uint y = uint(leaf.y << 3);
  uint z = uint(leaf.z << 3);
  uint low = (z >> 12) | ((y >> 12) << 21);
  uint high = ((x >> 12) << 10) | ((y >> 12) >> 11);
  uint child = 0u;
  uint tiles = haloclineTable(4u, 190u);
  for (uint tile = 0u; tile < tiles; tile++) {
    uint at = 208u + 8u * tile;
    if (haloclineTable(4u, at) == low && haloclineTable(4u, at + 1u) == high) {
      child = haloclineTable(4u, at + 2u);
      break;
    }
  }
  if (child == 0u) return 0u;
  uint upper = 184u + (child >> 2);
  uint lower = haloclineChild(upper, ((x >> 7) & 31u) << 10 | ((y >> 7) & 31u) << 5 | ((z >> 7) & 31u), 1032u, 2064u);
  if (lower == 0u) return 0u;
  uint node = haloclineChild(lower, ((x >> 3) & 15u) << 8 | ((y >> 3) & 15u) << 4 | ((z >> 3) & 15u), 136u, 272u);
  return node == 0u ? 0u : haloclineTable(4u, node + 20u) >> 9;
}

// The value index of a coordinate (below 512: there is no leaf, and its values are the background), and back.
uint valueIndex(ivec3 coord) {
  ivec3 leaf = ivec3(coord.x >> 3, coord.y >> 3, coord.z >> 3);
  uint n = uint((coord.x & 7) << 6 | (coord.y & 7) << 3 | (coord.z & 7));
  if (haloclineTaken) {
    ivec3 d = leaf - ivec3(haloclineHome.coord.x >> 3, haloclineHome.coord.y >> 3, haloclineHome.coord.z >> 3);
    if (abs(d.x) <= 1 && abs(d.y) <= 1 && abs(d.z) <= 1) return 512u * leafNeighbor(haloclineHome.slot, d) + n;
  }
  return 512u * leafAt(leaf) + n;
}
ivec3 coordOf(uint index) {
  uint n = index & 511u;
  return leafOrigin(index >> 9) + ivec3(int(n >> 6), int((n >> 3) & 7u), int(n & 7u));
}

// Whether the voxel of a value index is active.
bool isActive(uint index) {
  return index >= 512u && ((haloclineTable(3u, index >> 5) >> (index & 31u)) & 1u) != 0u;
}

Voxel voxelOf(uint index) {
  Voxel voxel;
  voxel.coord = coordOf(index);
  voxel.slot = index >> 9;
  voxel.n = index & 511u;
  voxel.index = index;
  return voxel;
}
Voxel voxelAt(ivec3 coord) {
  Voxel voxel = voxelOf(valueIndex(coord));
  voxel.coord = coord;
  return voxel;
}

float haloclineNumber(uint at) { return FLOAT_OF(haloclineTable(5u, at)); }

vec3 haloclineMap(uint at, vec3 p) {
  vec3 mapped;
  mapped.x = haloclineNumber(at) * p.x + haloclineNumber(at + 1u) * p.y + haloclineNumber(at + 2u) * p.z + haloclineNumber(at + 3u);
  mapped.y = haloclineNumber(at + 4u) * p.x + haloclineNumber(at + 5u) * p.y + haloclineNumber(at + 6u) * p.z + haloclineNumber(at + 7u);
  mapped.z = haloclineNumber(at + 8u) * p.x + haloclineNumber(at + 9u) * p.y + haloclineNumber(at + 10u) * p.z + haloclineNumber(at + 11u);
  return mapped;
}

// World metres of a point in index space (a voxel's centre is at its coordinate), and back.
vec3 coordToWorld(vec3 p) { return haloclineMap(4u, p); }
vec3 worldToIndex(vec3 p) { return haloclineMap(16u, p); }

// The step: seconds, seconds, a count, metres.
GLOBAL float dt = haloclineNumber(0u);
GLOBAL float time = haloclineNumber(1u);
GLOBAL uint frame = haloclineTable(5u, 2u);
GLOBAL float voxelSize = haloclineNumber(3u);

// Where the domain is cut, a read further than neighborRadius from the voxel that was taken is told of.
void haloclineGuard(ivec3 coord, uint read) {
  if (!haloclineTaken || !haloclineTold()) return;
  uint radius = haloclineTable(6u, 6u);
  ivec3 d = coord - haloclineHome.coord;
  uint most = 2u * radius;
  if (uint(d.x) + radius <= most && uint(d.y) + radius <= most && uint(d.z) + radius <= most) return;
  haloclineTell(frame, haloclineHome.coord, read);
}

bool haloclineTake(uint group, uint item, out Voxel voxel) {
  uint rank = 2u * group + (item >> 9);
  bool there = item < 1024u && rank < leafCount();
  voxel = voxelOf(there ? 512u * leafSlot(rank) + (item & 511u) : 0u);
  if (!there) return false;
  haloclineHome = voxel;
  haloclineTaken = true;
  return isActive(voxel.index);
}
`;

/** How a language says what the shared part leaves open. */
export interface Dialect {
  /** Types and functions, by their names in GLSL. */
  readonly words: ReadonlyMap<string, string>;
  /** The expression that loads element `index` of the array at entry `entry` of the pass block, which is an expression too. */
  load(field: KernelField, entry: string): string;
  /** The statement that stores `value` there. */
  store(field: KernelField, entry: string, value: string): string;
}

/** The shared part in a dialect. */
export function walkText({ words }: Dialect): string {
  return spell(WALK, words);
}

/** Parameters and scalars as globals, and the accessors of every field, in a dialect. */
export function accessText(layout: KernelLayout, dialect: Dialect): string {
  const numbers = layout.numbers.map(
    ({ name, type, entry }) => `GLOBAL ${type} ${name} = ${numberText(type, entry)}; // ${NUMBER_MARK}`,
  );
  const inputs = layout.inputs.flatMap((field, read) => readText(field, read, dialect));
  const outputs = layout.outputs.flatMap((field) => writeText(field, dialect));
  return spell(
    [...(numbers.length === 0 ? [] : ['// Parameters and scalars.', ...numbers, '']), ...inputs, ...outputs].join('\n'),
    dialect.words,
  );
}

/** Stands behind the line of each parameter: an error of a compiler there is about its name. */
export const NUMBER_MARK = 'of the simulation';

function numberText(type: ValueType, entry: number): string {
  const scalar = scalarOf(type);
  const parts = Array.from({ length: sizeOf(type) }, (_, component) => {
    const at = (index: number): string => `haloclineTable(${entry}u, ${index}u)`;
    if (scalar === 'double') return `DOUBLE_OF(${at(2 * component)}, ${at(2 * component + 1)})`;
    const word = at(component);
    if (scalar === 'float') return `FLOAT_OF(${word})`;
    return scalar === 'int' ? `int(${word})` : scalar === 'bool' ? `(${word} != 0u)` : word;
  });
  return parts.length === 1 ? parts[0]! : `${type}(${parts.join(', ')})`;
}

function readText(field: KernelField, read: number, dialect: Dialect): string[] {
  const { name, components, valueType, entry } = field;
  if (isArrayField(field.field.type)) return readArrayText(field, read, dialect);
  const loads = components.map((_, at) => dialect.load(field, `${entry + at}u`));
  const value = loads.length === 1 ? loads[0]! : `${valueType}(${loads.join(', ')})`;
  return [
    `// "${name}" as it was before this kernel: by value index, by voxel, by coordinate.`,
    `${valueType} read_${name}(uint index) { return ${value}; }`,
    `${valueType} read_${name}(Voxel voxel) { return read_${name}(voxel.index); }`,
    `${valueType} read_${name}(ivec3 coord) {`,
    `  haloclineGuard(coord, ${read}u);`,
    `  return read_${name}(valueIndex(coord));`,
    '}',
    `HaloclineAddress address_of_input_${name}(uint component) { return haloclineAddress(${entry}u + component); }`,
    '',
  ];
}

/** Accessors of a field of arrays: the number of the element comes last, and is held within. */
function readArrayText(field: KernelField, read: number, dialect: Dialect): string[] {
  const { name, components, entry } = field;
  const value = dialect.load(field, elementEntry(field));
  return [
    `// Elements 0 to ${components.length - 1} of "${name}" as it was before this kernel: by value index, by voxel, by coordinate.`,
    `float read_${name}(uint index, uint element) { return ${value}; }`,
    `float read_${name}(Voxel voxel, uint element) { return read_${name}(voxel.index, element); }`,
    `float read_${name}(ivec3 coord, uint element) {`,
    `  haloclineGuard(coord, ${read}u);`,
    `  return read_${name}(valueIndex(coord), element);`,
    '}',
    `HaloclineAddress address_of_input_${name}(uint component) { return haloclineAddress(${entry}u + component); }`,
    '',
  ];
}

function writeArrayText(field: KernelField, dialect: Dialect): string[] {
  const { name, entry } = field;
  return [
    `// The new value of an element of "${name}". Nothing is written where there is no leaf.`,
    `void write_${name}(uint index, uint element, float value) {`,
    '  if (index < 512u) return;',
    `  ${dialect.store(field, elementEntry(field), 'value')}`,
    '}',
    `void write_${name}(Voxel voxel, uint element, float value) { write_${name}(voxel.index, element, value); }`,
    `void write_${name}(ivec3 coord, uint element, float value) { write_${name}(valueIndex(coord), element, value); }`,
    `HaloclineAddress address_of_output_${name}(uint component) { return haloclineAddress(${entry}u + component); }`,
    '',
  ];
}

function elementEntry({ entry, components }: KernelField): string {
  return `${entry}u + min(element, ${components.length - 1}u)`;
}

function writeText(field: KernelField, dialect: Dialect): string[] {
  const { name, components, valueType, entry } = field;
  if (isArrayField(field.field.type)) return writeArrayText(field, dialect);
  const stores = components.map((_, at) => {
    const value = components.length === 1 ? 'value' : `value.${'xyzw'[at]}`;
    return dialect.store(field, `${entry + at}u`, value);
  });
  const address = `HaloclineAddress address_of_output_${name}(uint component) { return haloclineAddress(${entry}u + component); }`;
  return [
    `// The new value of "${name}". Nothing is written where there is no leaf.`,
    `void write_${name}(uint index, ${valueType} value) {`,
    '  if (index < 512u) return;',
    ...stores.map((store) => `  ${store}`),
    '}',
    `void write_${name}(Voxel voxel, ${valueType} value) { write_${name}(voxel.index, value); }`,
    `void write_${name}(ivec3 coord, ${valueType} value) { write_${name}(valueIndex(coord), value); }`,
    address,
    '',
  ];
}

/** Puts a dialect's words in place of GLSL's. */
function spell(text: string, words: ReadonlyMap<string, string>): string {
  return text.replace(/\b\w+\b ?/g, (found) => {
    const word = words.get(found.trimEnd());
    if (word === undefined) return found;
    return word === '' ? '' : word + found.slice(found.trimEnd().length);
  });
}

/** The lines above a header: what it is of, and what its pass block holds. */
export function titleLines(layout: KernelLayout): string[] {
  const entries = layout.bindings.map((binding, entry) => {
    if (entry < FIRST_ENTRIES) return binding.kind === 'nothing' ? 'faults' : binding.kind;
    const number = layout.numbers.find((each) => each.entry === entry);
    if (number !== undefined) return number.name;
    const role = binding.kind === 'read' ? 'in' : 'out';
    return 'field' in binding
      ? `${role} ${binding.field}${binding.component === 0 ? '' : `[${binding.component}]`}`
      : '';
  });
  const named = entries.map((entry, at) => `${at} ${entry}`);
  return [
    `// Halocline's header${layout.kernel === '' ? '' : ` of kernel "${layout.kernel}"`}.`,
    '// The push constant is the address of 64-bit addresses:',
    ...wrap(named.join(' · '), 116).map((line) => `//   ${line}`),
  ];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' · ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 3 <= width) lines[lines.length - 1] = `${last} · ${word}`;
    else lines.push(word);
  }
  return lines;
}
