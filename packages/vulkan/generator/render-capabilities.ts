/**
 * @file Stage three, what shaders may declare: SPIR-V's capabilities that Vulkan has, each with the ways in which a device allows it,
 * of extensions that were chosen or not.
 */
import { resolveConstant, type Enabling, type Registry } from './registry.ts';
import { header } from './render-types.ts';

/**
 * `capability way way …`: each will do. A way is `place,place`, `place,place:feature`, or `place,place:property&CONSTANT=number`,
 * where the property has those bits; a place is a version or an extension.
 */
export function renderCapabilities(registry: Registry): string {
  const lines = [
    header(
      registry,
      "SPIR-V's capabilities with the ways in which a device allows them: see ../../generator/render-capabilities.ts",
    ),
    'export const spirvCapabilities: readonly string[] = [',
  ];
  for (const [name, ways] of registry.capabilities) {
    lines.push(`  '${[name, ...ways.map((it) => wayText(registry, it))].join(' ')}',`);
  }
  return `${[...lines, '];'].join('\n')}\n`;
}

function wayText(registry: Registry, { places, feature, property }: Enabling): string {
  const text = places.join();
  if (feature !== undefined) return `${text}:${feature}`;
  if (property === undefined) return text;
  return `${text}:${property.name}&${property.constant}=${resolveConstant(registry, property.constant)}`;
}
