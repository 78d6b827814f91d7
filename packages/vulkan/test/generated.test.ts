import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defineTable } from '../src/commands.ts';
import { registerCallback } from '../src/ffi.ts';
import { bytesOf, parseFields } from '../src/layout.ts';
import * as commands from '../src/generated/commands.ts';
import * as enums from '../src/generated/enums.ts';
import { deviceFeatures } from '../src/generated/features.ts';
import { enumNames } from '../src/generated/names.ts';
import * as extensions from '../src/generated/extensions.ts';
import * as structs from '../src/generated/structs.ts';
import { arena, type Struct } from '../src/index.ts';

const source = (name: string): string => readFileSync(new URL(`../src/generated/${name}`, import.meta.url), 'utf8');
const allStructs = Object.entries(structs) as [string, Struct<object>][];

/** The numbers, strings and bigints at the leaves of a nested value. */
function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
}

describe('every generated declaration', () => {
  test('constants are numbers, bigints or names', () => {
    const values = Object.entries({ ...enums, ...extensions });
    const declared = (source('enums.ts') + source('extensions.ts')).match(/^export const VK_/gm);
    expect(values.length).toBe(declared?.length);
    expect(values.filter(([, value]) => !['number', 'bigint', 'string'].includes(typeof value))).toEqual([]);
    expect(values.filter(([, value]) => typeof value === 'number' && Number.isNaN(value))).toEqual([]);
  });

  test('constants have the values of the specification', () => {
    expect(enums.VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_4_FEATURES).toBe(55);
    expect(enums.VK_ERROR_OUT_OF_POOL_MEMORY).toBe(-1000069000);
    expect(enums.VK_ERROR_OUT_OF_DATE_KHR).toBe(-1000001004);
    expect(enums.VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT).toBe(0x20000);
    expect(enums.VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT).toBe(0x400000000n);
    expect(enums.VK_WHOLE_SIZE).toBe(0xffffffffffffffffn);
    expect(enums.VK_QUEUE_FAMILY_EXTERNAL).toBe(0xfffffffe);
    expect(enums.VK_FORMAT_R8G8B8A8_UNORM).toBe(37);
    expect(extensions.VK_API_VERSION_1_3).toBe(4206592);
    expect(extensions.VK_EXT_DEBUG_UTILS_EXTENSION_NAME).toBe('VK_EXT_debug_utils');
  });

  test('structs write an empty value and read zeros back', () => {
    expect(allStructs.length).toBe(source('structs.ts').match(/^export const /gm)?.length);
    for (const [name, struct] of allStructs) {
      const { sType, ...rest } = arena.scope(() => struct.read(struct({}))) as { sType?: number };
      if (struct.sType >= 0) expect(sType, name).toBe(struct.sType);
      expect(
        leaves(rest).filter((it) => it !== 0 && it !== 0n && it !== ''),
        name,
      ).toEqual([]);
    }
  });

  test('structs write back what was read of arbitrary bytes', () => {
    for (const [name, struct] of allStructs) {
      arena.scope(() => {
        const bytes = Uint8Array.from({ length: struct.size }, (_, i) => (i * 7) % 101);
        const first = struct.read(arena.bytes(bytes));
        expect(struct.read(struct(first)), name).toEqual(first);
      });
    }
  });

  test('structs that are written often write what the first ones did', () => {
    for (const [name, struct] of allStructs) {
      arena.scope(() => {
        const init = struct.read(arena.bytes(Uint8Array.from({ length: struct.size }, (_, i) => (i * 7) % 101)));
        const written = (): Uint8Array => arena.readBytes(struct(init), struct.size);
        const first = written();
        for (let i = 0; i < 66; i++) struct(init);
        expect(written(), name).toEqual(first);
      });
    }
  });

  test('structs are as large as a C compiler says, and so lie their members', () => {
    const reference = JSON.parse(
      readFileSync(new URL('fixtures/vulkan-layout.json', import.meta.url), 'utf8'),
    ) as Record<string, { size: number; members: Record<string, [number, number]> }>;
    const sizeOf = (name: string): number => (structs as unknown as Record<string, Struct<object>>)[name]?.size ?? 0;
    const tables = [...source('structs.ts').matchAll(/= S\('(\w+)', (\d+), (-?\d+), '(.*)'\);/g)];
    const unknown: string[] = [];
    for (const [, name = '', size, sType, text = ''] of tables) {
      const expected = reference[name];
      if (expected === undefined) {
        unknown.push(name);
        continue;
      }
      const implied =
        sType === '-1'
          ? []
          : [
              ['sType', [0, 4]],
              ['pNext', [8, 8]],
            ];
      const places = parseFields(text).map((it) => [it.name, [it.offset, bytesOf(it.shape, sizeOf)]]);
      expect({ name, size: Number(size), members: Object.fromEntries([...implied, ...places]) as object }).toEqual({
        name,
        size: expected.size,
        members: expected.members,
      });
    }
    expect(tables.length).toBe(Object.keys(reference).length + unknown.length);
    expect(unknown).toEqual([
      'VkPhysicalDevicePortabilitySubsetFeaturesKHR',
      'VkPhysicalDevicePortabilitySubsetPropertiesKHR',
    ]);
  });

  test('commands are declared, typed, and become functions', () => {
    const types = source('command-types.ts');
    using anything = registerCallback('v', () => undefined);
    for (const [level, list] of Object.entries(commands)) {
      const table = defineTable<Record<string, unknown>>(level, list)(() => anything.address);
      for (const line of list) {
        const name = line.split(' ')[0] ?? '';
        expect(types, name).toContain(`  readonly ${name}: (`);
        expect(table.has(name), name).toBe(true);
        expect(typeof table[name], name).toBe('function');
      }
    }
  });

  test('features of structs that are bound are members of theirs', () => {
    const bound = structs as unknown as Record<string, Struct<object>>;
    const lines = deviceFeatures.map((line) => line.split(' ') as [string, string, ...string[]]);
    const known = lines.filter(([name]) => bound[name] !== undefined);
    for (const [name, places, ...features] of known) {
      const members = arena.scope(() => Object.keys(bound[name]!.read(bound[name]!({}))));
      expect(['sType', 'pNext', ...features], name).toEqual(members);
      expect(places, name).toMatch(/^VK_[A-Za-z0-9_]+(,VK_[A-Za-z0-9_]+)*$/);
    }
    const listed = allStructs.filter(([name]) => /^VkPhysicalDevice\w+Features$/.test(name));
    const missing = listed.filter(([, struct]) => !known.some(([each]) => bound[each] === struct));
    // Core took these up from no extension.
    expect([...new Set(missing.map(([, struct]) => struct.typeName))]).toEqual([
      'VkPhysicalDeviceProtectedMemoryFeatures',
      'VkPhysicalDeviceShaderDrawParametersFeatures',
    ]);
  });

  test('numbers that messages show have names', () => {
    for (const [type, pairs] of Object.entries(enumNames)) {
      for (const [number, name = ''] of pairs.split(' ').map((it) => it.split(':'))) {
        expect((enums as unknown as Record<string, unknown>)[name], type).toBe(Number(number));
      }
    }
  });
});
