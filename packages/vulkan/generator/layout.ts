/**
 * @file Sizes and offsets of structs, by the rules that every 64-bit C compiler follows: members in order, each at the
 * next multiple of its alignment; the size a multiple of the largest one; bit fields packed into units of their type.
 * (System V AMD64 ABI §3.1.2; the same holds on AArch64 and for Windows x64 for what Vulkan uses.)
 */
import { resolveType, type Registry, type Type, type TypeUse } from './registry.ts';

/** Bytes and alignment. */
export interface Extent {
  readonly size: number;
  readonly align: number;
}

/** Where a member lies, in bytes; for a bit field, the unit that holds it and the lowest bit. */
export interface Place extends Extent {
  readonly name: string;
  readonly offset: number;
  readonly bits?: { readonly shift: number; readonly width: number };
}

/** A struct's or union's size, alignment and the places of its members. */
export interface Layout extends Extent {
  readonly members: readonly Place[];
}

const POINTER: Extent = { size: 8, align: 8 };

/** Types of C, and of the platforms' headers where a struct holds one by value. */
const EXTERNAL: Readonly<Record<string, number>> = {
  char: 1,
  int8_t: 1,
  uint8_t: 1,
  int16_t: 2,
  uint16_t: 2,
  int32_t: 4,
  uint32_t: 4,
  int: 4,
  float: 4,
  int64_t: 8,
  uint64_t: 8,
  double: 8,
  size_t: 8,
  Window: 8,
  VisualID: 8,
  RROutput: 8,
  HINSTANCE: 8,
  HWND: 8,
  HMONITOR: 8,
  HANDLE: 8,
  LPCWSTR: 8,
  DWORD: 4,
  xcb_visualid_t: 4,
  xcb_window_t: 4,
  zx_handle_t: 4,
  GgpStreamDescriptor: 4,
  GgpFrameToken: 8,
  NvSciSyncAttrList: 8,
  NvSciSyncObj: 8,
  NvSciBufAttrList: 8,
  NvSciBufObj: 8,
};

/** The layout of a struct or union type. */
export function layoutOf(registry: Registry, type: Type & { kind: 'struct' }): Layout {
  let end = 0;
  let align = 1;
  let size = 0;
  let unit: { offset: number; size: number; used: number } | undefined;
  const members: Place[] = [];
  for (const member of type.members) {
    const extent = extentOf(registry, member.type);
    align = Math.max(align, extent.align);
    if (member.type.bits !== undefined) {
      if (unit === undefined || unit.size !== extent.size || unit.used + member.type.bits > unit.size * 8) {
        unit = { offset: roundUp(end, extent.align), size: extent.size, used: 0 };
        end = unit.offset + unit.size;
      }
      members.push({
        name: member.name,
        ...extent,
        offset: unit.offset,
        bits: { shift: unit.used, width: member.type.bits },
      });
      unit.used += member.type.bits;
      continue;
    }
    unit = undefined;
    const offset = type.union ? 0 : roundUp(end, extent.align);
    members.push({ name: member.name, ...extent, offset });
    end = offset + extent.size;
    size = Math.max(size, end);
  }
  return { size: roundUp(Math.max(size, end), align), align, members };
}

/** Size and alignment of a type as it is used at a member. */
export function extentOf(registry: Registry, use: TypeUse): Extent {
  const one = use.pointers > 0 ? POINTER : extentOfBase(registry, use.base);
  return { size: use.lengths.reduce((size, length) => size * length, one.size), align: one.align };
}

function extentOfBase(registry: Registry, name: string): Extent {
  const type = resolveType(registry, name);
  switch (type.kind) {
    case 'external': {
      // The video headers' types that stand in structs by value are enums.
      const size = EXTERNAL[name] ?? (name.startsWith('StdVideo') ? 4 : undefined);
      if (size === undefined)
        throw new Error(`Bug in the generator: the size of "${name}" is unknown; add it to EXTERNAL`);
      return { size, align: size };
    }
    case 'base':
      if (type.target === undefined) throw new Error(`Bug in the registry: "${name}" is opaque and used by value`);
      return extentOf(registry, type.target);
    case 'handle':
    case 'function':
      return POINTER;
    case 'enum':
    case 'flags':
      return { size: type.width / 8, align: type.width / 8 };
    case 'struct':
      return layoutOf(registry, type);
    case 'alias':
      throw new Error('Bug in the registry: an alias that was not resolved');
  }
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
