/** @file Stage three: how a type of C is written in TypeScript, and in the compact tables of structs and commands. */
import { TYPED_ARRAYS } from '../src/typed-arrays.ts';
import { layoutOf, type Layout } from './layout.ts';
import { resolveType, type Member, type Registry, type Type, type TypeUse } from './registry.ts';

/** First lines of every generated file. */
export function header(registry: Registry, what: string): string {
  return [
    '/**',
    ` * @file ${what}.`,
    ' *',
    ` * Generated from vk.xml 1.4.${registry.headerVersion} by \`npm run generate\`: do not edit.`,
    ' * vk.xml is copyright The Khronos Group Inc., Apache-2.0 OR MIT.',
    ' */',
    '',
  ].join('\n');
}

const C_NUMBERS: Readonly<Record<string, string>> = {
  char: 'b',
  int8_t: 'B',
  uint8_t: 'b',
  int16_t: 'H',
  uint16_t: 'h',
  int32_t: 'i',
  int: 'i',
  uint32_t: 'I',
  DWORD: 'I',
  int64_t: 'l',
  uint64_t: 'L',
  size_t: 'L',
  float: 'f',
  double: 'd',
  xcb_visualid_t: 'I',
  xcb_window_t: 'I',
};

/** The one-letter code of a type that is a number, a handle or an address (`src/layout.ts` explains them). */
export function scalarCode(registry: Registry, name: string): string | undefined {
  const type = resolveType(registry, name);
  switch (type.kind) {
    case 'external':
      return C_NUMBERS[name] ?? (name.startsWith('StdVideo') ? 'i' : undefined) ?? 'P';
    case 'base':
      if (type.target === undefined) return undefined;
      return type.target.pointers > 0 ? 'P' : scalarCode(registry, type.target.base);
    case 'handle':
    case 'function':
      return 'P';
    case 'enum':
      return type.width === 64 ? 'L' : type.bitmask ? 'I' : 'i';
    case 'flags':
      return type.width === 64 ? 'L' : 'I';
    default:
      return undefined;
  }
}

/** Whether TypeScript has a type of its own for this name, or C's names must be translated. */
export function isNamed(type: Type | undefined): boolean {
  return type !== undefined && type.kind !== 'external' && !(type.kind === 'base' && type.target === undefined);
}

/** The TypeScript type of one value of a C type: `number`, `VkFormat`, `VkBuffer`, `VkExtent2D`. */
export function valueType(registry: Registry, name: string): string {
  if (isNamed(registry.types.get(name))) return name;
  const code = scalarCode(registry, name);
  if (code === 'P') return 'bigint';
  return code === 'L' || code === 'l' ? 'number | bigint' : code === undefined ? 'unknown' : 'number';
}

/** The TypeScript type of an address: `Pointer<VkBuffer>`, `bigint` where C says `void*`. */
export function pointerType(registry: Registry, use: TypeUse): string {
  if (use.base === 'void' && use.pointers === 1) return 'bigint';
  if (use.base === 'char') return use.pointers === 1 ? 'Pointer<string>' : 'Pointer<Pointer<string>>';
  let type = use.base === 'void' ? 'bigint' : valueType(registry, use.base);
  const depth = use.base === 'void' ? use.pointers - 1 : use.pointers;
  for (let level = 0; level < depth; level++) type = `Pointer<${type}>`;
  return type;
}

/** The TypeScript type of what a caller may give for a struct's member. */
export function memberType(registry: Registry, member: Member): string {
  const { type, length } = member;
  if (type.pointers === 0) {
    if (type.base === 'char' && type.lengths.length === 1) return 'string';
    let value = valueType(registry, type.base);
    for (const _ of type.lengths) value = `readonly (${value})[]`.replace(/\((\w+)\)/, '$1');
    return value;
  }
  if (type.lengths.length > 0) return `readonly ${pointerType(registry, type)}[]`;
  const pointer = pointerType(registry, type);
  if (type.base === 'char') {
    if (type.pointers === 1) return `string | ${pointer}`;
    return `readonly string[] | ${pointer}`;
  }
  if (type.base === 'void') return type.pointers === 1 && length.length > 0 ? 'ArrayBufferView | bigint' : pointer;
  const base = resolveType(registry, type.base);
  if (base.kind === 'base' && base.target === undefined) return pointer;
  const value = valueType(registry, type.base);
  if (type.pointers === 2)
    return length.length > 0 && base.kind === 'struct' ? `readonly ${value}[] | ${pointer}` : pointer;
  if (base.kind === 'struct')
    return length.length > 0 ? `${value} | readonly ${value}[] | ${pointer}` : `${value} | ${pointer}`;
  if (length.length === 0) return pointer;
  const list = value.includes(' ') ? `readonly (${value})[]` : `readonly ${value}[]`;
  const fitting = TYPED_ARRAYS[scalarCode(registry, type.base) ?? 'P'];
  return [list, ...(fitting === undefined ? [] : [fitting]), pointer].join(' | ');
}

/** One member in the table of structs: `name=type@offset`, and `,counter` where its length fills a sibling. */
function memberEntry(registry: Registry, struct: Type & { kind: 'struct' }, layout: Layout, index: number): string {
  const member = struct.members[index];
  const place = layout.members[index];
  if (member === undefined || place === undefined) throw new Error(`Bug in the generator: no member ${index}`);
  const { type, length } = member;
  let code = type.lengths.map((it) => `[${it}]`).join('');
  if (type.pointers > 0) code += pointerCode(registry, member);
  else if (type.base === 'char' && type.lengths.length > 0) code += 'c';
  else code += scalarCode(registry, type.base) ?? resolvedName(registry, type.base);
  const bits = place.bits === undefined ? '' : `:${place.bits.shift}+${place.bits.width}`;
  const [counter = '', factor] = type.pointers > 0 ? (length[0] ?? '').split(' / ') : [];
  const isSibling = struct.members.some((it) => it.name === counter && it.type.pointers === 0);
  const count = isSibling ? `,${counter}${factor === undefined ? '' : `*${factor}`}` : '';
  return `${member.name}=${code}@${place.offset}${bits}${count}`;
}

function pointerCode(registry: Registry, { name, type, length }: Member): string {
  if (name === 'pNext') return 'P';
  if (type.base === 'char') return type.pointers === 1 ? 's' : '*s';
  if (type.base === 'void') return type.pointers === 1 && length.length > 0 ? 'v' : 'P';
  const base = resolveType(registry, type.base);
  if (base.kind === 'struct') return '*'.repeat(type.pointers) + resolvedName(registry, type.base);
  return type.pointers === 1 && length.length > 0 ? `*${scalarCode(registry, type.base) ?? 'P'}` : 'P';
}

function resolvedName(registry: Registry, name: string): string {
  return resolveType(registry, name).name;
}

/** Size, sType's constant (if it has one) and the table entry of a struct; sType and a pNext after it are implied. */
export function structTable(
  registry: Registry,
  struct: Type & { kind: 'struct' },
): { size: number; sType?: string; members: string } {
  const layout = layoutOf(registry, struct);
  const sType = struct.members.find((it) => it.name === 'sType')?.value;
  const skipped = sType === undefined ? 0 : 2;
  const members = struct.members
    .slice(skipped)
    .map((_, index) => memberEntry(registry, struct, layout, index + skipped));
  return { size: layout.size, ...(sType === undefined ? {} : { sType }), members: members.join(' ') };
}
