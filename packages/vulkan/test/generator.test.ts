import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { build } from '../generator/build.ts';
import { EXTENSIONS } from '../generator/extensions.ts';
import { layoutOf } from '../generator/layout.ts';
import { parse } from '../generator/parse.ts';
import { resolveConstant, resolveType } from '../generator/registry.ts';
import { render } from '../generator/render.ts';
import { isSatisfied, select } from '../generator/select.ts';
import { shared, SHARED_ABSENT } from './shared.ts';

const small = build(parse(readFileSync(new URL('fixtures/registry.xml', import.meta.url), 'utf8')));
const files = render(small, select(small, ['VK_KHR_bell']));

/** The lines of a generated file that hold a text. */
function lines(file: string, text: string): string[] {
  return (files.get(file) ?? '').split('\n').filter((it) => it.includes(text));
}

describe('the generator, on a small registry', () => {
  test('reads the version of the header', () => {
    expect(small.headerVersion).toBe(42);
  });

  test('computes the values of constants', () => {
    expect(resolveConstant(small, 'VK_WHOLE')).toBe(0xffffffffffffffffn);
    expect(resolveConstant(small, 'VK_ALMOST')).toBe(0xfffffffe);
    expect(resolveConstant(small, 'VK_CLAMP')).toBe(1000);
    expect(resolveConstant(small, 'VK_TONE_HIGHEST_BIT')).toBe(0x80000000);
    expect(resolveConstant(small, 'VK_WIDE_FORTY_BIT')).toBe(0x10000000000n);
    expect(resolveConstant(small, 'VK_STRUCTURE_TYPE_BELL_CREATE_INFO')).toBe(1_000_002_005);
    expect(resolveConstant(small, 'VK_STRUCTURE_TYPE_LESS')).toBe(-1_000_008_006);
    expect(resolveConstant(small, 'VK_KHR_BELL_EXTENSION_NAME')).toBe('VK_KHR_bell');
  });

  test('lays out arrays, bit fields, unions and 64-bit flags as C does', () => {
    const bell = resolveType(small, 'VkBellCreateInfoKHR');
    const layout = bell.kind === 'struct' ? layoutOf(small, bell) : undefined;
    expect(layout?.size).toBe(160);
    expect(layout?.members.map((it) => `${it.name} ${it.offset}`).join(', ')).toBe(
      'sType 0, pNext 8, tones 16, wide 24, label 32, matrix 52, low 100, high 100, nameCount 104, ppNames 112, ' +
        'codeSize 120, pCode 128, pitch 136, pfnRing 152',
    );
  });

  test('writes a struct as a line of text', () => {
    expect(lines('structs.ts', `S('VkBellCreateInfo'`)).toEqual([
      `export const VkBellCreateInfo: Struct<T.VkBellCreateInfo> = S('VkBellCreateInfo', 160, 1000002005, ` +
        `'tones=I@16 wide=L@24 label=[20]c@32 matrix=[3][4]f@52 low=I@100:0+24 high=I@100:24+8 nameCount=I@104 ` +
        `ppNames=*s@112,nameCount codeSize=L@120 pCode=*I@128,codeSize*4 pitch=VkPitch@136 pfnRing=P@152');`,
    ]);
  });

  test('exports promoted names as aliases, after their targets', () => {
    expect(lines('structs.ts', 'VkBellCreateInfoKHR').at(-1)).toBe(
      'export const VkBellCreateInfoKHR: Struct<T.VkBellCreateInfoKHR> = VkBellCreateInfo;',
    );
    expect(lines('enums.ts', 'HIGHEST')).toEqual(['export const VK_TONE_HIGHEST_BIT = 2147483648;']);
  });

  test('writes types that a caller can give', () => {
    expect(lines('struct-types.ts', '?:').map((it) => it.trim())).toEqual([
      'hertz?: readonly number[];',
      'cents?: number | bigint;',
      'sType?: 1000002005;',
      "pNext?: Next<'VkBellCreateInfo'>;",
      'tones?: VkToneFlags;',
      'wide?: VkWideFlags;',
      'label?: string;',
      'matrix?: readonly (readonly number[])[];',
      'low?: number;',
      'high?: number;',
      'nameCount?: number;',
      'ppNames?: readonly string[] | Pointer<Pointer<string>>;',
      'codeSize?: number | bigint;',
      'pCode?: readonly number[] | Uint32Array | Pointer<number>;',
      'pitch?: VkPitch;',
      'pfnRing?: PFN_vkRing;',
      'sType?: 1000002007;',
      "pNext?: Next<'VkBellCreateInfo'>;",
      'brightness?: number;',
    ]);
  });

  test('writes which structs may stand in a chain, by any name of the struct that they extend', () => {
    expect(lines('structs.ts', 'LinkStruct<')).toEqual([
      expect.stringContaining("export const VkTimbre: LinkStruct<T.VkTimbre, 'VkBellCreateInfo'> = S("),
    ]);
  });

  test('writes a command with its signature and its other names', () => {
    expect(lines('commands.ts', 'vkCreateBell')).toEqual([`  'vkCreateBellKHR vPPPP vkCreateBell',`]);
    expect(lines('command-types.ts', 'vkCreateBell').map((it) => it.trim())).toEqual([
      'readonly vkCreateBellKHR: (device: VkDevice, pCreateInfo: Pointer<VkBellCreateInfo>, volume: Pointer<number>, pBell: Pointer<VkBell>) => void;',
    ]);
  });

  test('lists the features of devices with the extensions that bring them, also those that nobody asked for', () => {
    expect(lines('features.ts', 'VkPhysicalDevice')).toEqual([
      `  'VkPhysicalDeviceChimeFeatures VK_EXT_chime,VK_KHR_chime chimeHours chimeQuarters',`,
    ]);
    expect(lines('structs.ts', 'Chime')).toEqual([]);
  });

  test('lists the capabilities of shaders with the ways in which a device allows them', () => {
    expect(lines('capabilities.ts', "  '")).toEqual([
      `  'Tone VK_VERSION_1_0',`,
      `  'Chime VK_VERSION_1_0,VK_KHR_chime:chimeHours VK_EXT_chime',`,
      `  'Ring VK_KHR_bell:tones&VK_TONE_HIGHEST_BIT=2147483648',`,
    ]);
  });

  test('leaves out what other APIs, absent extensions and nobody asked for', () => {
    const all = [...files.values()].join('\n');
    expect(all).not.toContain('onlyForVulkanSC');
    expect(all).not.toContain('VkUnasked');
    expect(render(small, select(small, [])).get('structs.ts')).not.toContain('VkBell');
  });

  test('takes in what a chosen extension adds to one that core has taken up, and nothing else of that', () => {
    expect(lines('enums.ts', 'VK_WIDE_')).toContain('export const VK_WIDE_BELL_BIT_KHR = 0x40000000000n;');
    expect(lines('enums.ts', 'VK_WIDE_OLD_NAME')).toEqual([]);
    expect(lines('enums.ts', 'VK_WIDE_ABSENT')).toEqual([]);
    expect(render(small, select(small, [])).get('enums.ts')).not.toContain('VK_WIDE_BELL');
  });

  test('names an extension that the registry does not have', () => {
    expect(() => select(small, ['VK_KHR_disabled'])).toThrow(
      'Cannot generate extension "VK_KHR_disabled": the registry has none of that name; look it up in vk.xml',
    );
  });

  test('refuses a file that is no registry', () => {
    expect(() => parse('<html></html>')).toThrow(
      'Cannot parse the Vulkan registry: it has no <registry> element; pass the path of a vk.xml',
    );
  });

  test('evaluates conditions from the left', () => {
    const have = new Set(['A', 'B']);
    expect(
      ['A', 'C', 'A+C', 'C,A', 'A+(C,B)', '(A+C),B', 'C+A,B', 'VkX::feature'].map((it) => isSatisfied(it, have)),
    ).toEqual([true, false, false, true, true, true, true, true]);
  });
});

const registryFile = new URL('data/vk.xml', shared);

describe.skipIf(!existsSync(registryFile))(`the generator, on Vulkan's registry${SHARED_ABSENT}`, () => {
  const load = () => build(parse(readFileSync(registryFile, 'utf8')));

  test('lays out every struct of the registry as a C compiler does', () => {
    const registry = load();
    const reference = JSON.parse(readFileSync(new URL('data/vulkan-layout.json', shared), 'utf8')) as Reference;
    const wrong: string[] = [];
    for (const [name, expected] of Object.entries(reference)) {
      const type = registry.types.get(name);
      const { size, align, members } =
        type?.kind === 'struct' ? layoutOf(registry, type) : { size: 0, align: 0, members: [] };
      const places = members.filter((it) => it.bits === undefined).map((it) => [it.name, [it.offset, it.size]]);
      if (JSON.stringify({ size, align, members: Object.fromEntries(places) }) !== JSON.stringify(expected))
        wrong.push(name);
    }
    expect(Object.keys(reference).length).toBe(1345);
    expect(wrong).toEqual([]);
  });

  test('gives the committed sources again', () => {
    const registry = load();
    for (const [name, text] of render(registry, select(registry, EXTENSIONS))) {
      expect(readFileSync(new URL(`../src/generated/${name}`, import.meta.url), 'utf8') === text, name).toBe(true);
    }
  });

  test('renders every extension that there is', () => {
    const registry = load();
    const every = [...registry.features.values()].filter((it) => it.kind !== 'version').map((it) => it.name);
    const structs = render(registry, select(registry, every)).get('structs.ts') ?? '';
    expect(every.length).toBeGreaterThan(400);
    expect(structs).toContain(`mask=I@48:24+8 instanceShaderBindingTableRecordOffset=I@52:0+24`);
  });
});

type Reference = Record<string, { size: number; align: number; members: Record<string, [number, number]> }>;
