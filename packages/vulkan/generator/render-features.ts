/**
 * @file Stage three, what a device may be asked to turn on: every struct of features in the registry, chosen or not, with the
 * extensions that bring it. So whoever asks for a feature by name can be told which extension it needs, and whether it is bound.
 */
import { resolveType, type Registry, type Type } from './registry.ts';
import { header } from './render-types.ts';

/** Structs that a device's features stand in, by the structs that they extend. */
const HEADS: readonly string[] = ['VkPhysicalDeviceFeatures2', 'VkDeviceCreateInfo'];

/** `struct place,place feature feature …`: a place is an extension, or the version whose features the struct has. */
export function renderFeatures(registry: Registry): string {
  const places = extensionsOf(registry);
  const lines = [
    header(registry, 'Features of devices by struct: `struct extension,extension feature feature …`'),
    'export const deviceFeatures: readonly string[] = [',
  ];
  for (const type of registry.types.values()) {
    const features = featuresOf(type);
    const version = /^VkPhysicalDeviceVulkan(\d)(\d)Features$/.exec(type.name);
    const from = version === null ? places.get(type.name) : [`VK_VERSION_${version[1]}_${version[2]}`];
    if (features.length > 0 && from !== undefined)
      lines.push(`  '${[type.name, from.join(), ...features].join(' ')}',`);
  }
  return `${[...lines, '];'].join('\n')}\n`;
}

/** The names of a struct's features; none if it is no such struct. */
function featuresOf(type: Type): string[] {
  if (type.kind !== 'struct' || !HEADS.every((head) => type.extends.includes(head))) return [];
  return type.members.filter((it) => it.type.base === 'VkBool32' && it.type.pointers === 0).map((it) => it.name);
}

/** For each type the device extensions that bring it, by any of its names. */
function extensionsOf(registry: Registry): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { kind, name, requirements } of registry.features.values()) {
    if (kind !== 'device extension') continue;
    for (const required of requirements.flatMap((it) => it.types)) {
      if (!registry.types.has(required)) continue; // a header
      const type = resolveType(registry, required).name;
      const list = found.get(type) ?? [];
      if (!list.includes(name)) found.set(type, [...list, name]);
    }
  }
  return found;
}
