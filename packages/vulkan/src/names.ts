/** @file Numbers back to names, for messages; and the macros that pack versions. */
import { enumNames } from './generated/names.ts';

const tables = new Map<string, ReadonlyMap<number, string>>();

function nameOf(type: string, value: number): string {
  let table = tables.get(type);
  if (table === undefined) {
    const pairs = (enumNames[type] ?? '').split(' ').map((it) => it.split(':'));
    table = new Map(pairs.map(([number, name]) => [Number(number), name ?? '']));
    tables.set(type, table);
  }
  return table.get(value) ?? `${type}(${value})`;
}

/** The name of a VkResult: 'VK_ERROR_DEVICE_LOST'; 'VkResult(7)' for a number without one. */
export function resultName(code: number): string {
  return nameOf('VkResult', code);
}

/** The name of a VkObjectType: 'VK_OBJECT_TYPE_BUFFER'. */
export function objectTypeName(type: number): string {
  return nameOf('VkObjectType', type);
}

/** The name of a VkPhysicalDeviceType: 'VK_PHYSICAL_DEVICE_TYPE_CPU'. */
export function deviceTypeName(type: number): string {
  return nameOf('VkPhysicalDeviceType', type);
}

/** The name of a VkFormat: 'VK_FORMAT_R8G8B8A8_UNORM'. */
export function formatName(format: number): string {
  return nameOf('VkFormat', format);
}

/** Packs a version of the API into a number. */
export function VK_MAKE_API_VERSION(variant: number, major: number, minor: number, patch: number): number {
  return ((variant << 29) | (major << 22) | (minor << 12) | patch) >>> 0;
}

/** The major part of a packed version. */
export function VK_API_VERSION_MAJOR(version: number): number {
  return (version >>> 22) & 0x7f;
}

/** The minor part of a packed version. */
export function VK_API_VERSION_MINOR(version: number): number {
  return (version >>> 12) & 0x3ff;
}

/** The patch part of a packed version. */
export function VK_API_VERSION_PATCH(version: number): number {
  return version & 0xfff;
}

/** The variant part of a packed version: 0 for Vulkan itself. */
export function VK_API_VERSION_VARIANT(version: number): number {
  return version >>> 29;
}
