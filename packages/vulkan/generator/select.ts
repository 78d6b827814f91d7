/**
 * @file Still stage two: cuts the registry down to the core versions and the extensions that are asked for,
 * with every type that those need.
 */
import { resolveCommand, type Registry, type TypeUse } from './registry.ts';

/** Names of what is rendered. Whoever walks the registry's maps and asks here keeps the document's order. */
export interface Selection {
  readonly features: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
  readonly commands: ReadonlySet<string>;
  readonly constants: ReadonlySet<string>;
}

/** Everything of Vulkan's core, and of these extensions. */
export function select(registry: Registry, extensions: readonly string[]): Selection {
  const features = new Set<string>();
  for (const feature of registry.features.values()) if (feature.kind === 'version') features.add(feature.name);
  for (const name of extensions) {
    const kind = registry.features.get(name)?.kind;
    if (kind === undefined || kind === 'version') {
      throw new RangeError(
        `Cannot generate extension "${name}": the registry has none of that name; look it up in vk.xml`,
      );
    }
    features.add(name);
  }

  const types = new Set<string>();
  const commands = new Set<string>();
  const constants = new Set<string>();
  const addUse = (use: TypeUse): void => addType(use.base);
  const addType = (name: string): void => {
    if (types.has(name)) return;
    const type = registry.types.get(name);
    if (type === undefined) return; // a macro, or a header
    types.add(name);
    if (type.kind === 'alias') addType(type.target);
    if (type.kind === 'base' && type.target !== undefined) addUse(type.target);
    if (type.kind === 'flags' && type.bits !== undefined) addType(type.bits);
    if (type.kind === 'struct') for (const member of type.members) addUse(member.type);
    if (type.kind === 'function') for (const use of [type.result, ...type.parameters.map((it) => it.type)]) addUse(use);
  };
  // What core took up is there without its extension; so are the blocks in which that met another extension, such as the
  // stage of conditional rendering in VK_KHR_synchronization2, which core itself doesn't repeat.
  const promoted = promotedInto(registry, features);
  const there = new Set([...features, ...promoted]);
  for (const name of there) {
    for (const requirement of registry.features.get(name)?.requirements ?? []) {
      if (promoted.has(name) && requirement.depends === undefined) continue;
      if (requirement.depends !== undefined && !isSatisfied(requirement.depends, there)) continue;
      for (const type of requirement.types) addType(type);
      for (const constant of requirement.constants) constants.add(constant);
      for (const command of requirement.commands) {
        commands.add(command);
        const { result, parameters } = resolveCommand(registry, command);
        for (const use of [result, ...parameters.map((it) => it.type)]) addUse(use);
      }
    }
  }
  // An enum's own block, and what features add to enums that only a dependency brought in.
  const extended = new Set(
    [...registry.features.values()].flatMap((it) => it.requirements.flatMap((r) => r.constants)),
  );
  for (const constant of registry.constants.values()) {
    if (constant.enum !== undefined && types.has(constant.enum) && !extended.has(constant.name))
      constants.add(constant.name);
  }
  for (const name of constants) {
    const constant = registry.constants.get(name);
    if (constant?.value.kind === 'alias') constants.add(constant.value.target);
  }
  return { features, types, commands, constants };
}

/** The extensions, not chosen themselves, that a chosen version or extension took up, directly or by way of another. */
function promotedInto(registry: Registry, features: ReadonlySet<string>): ReadonlySet<string> {
  const reaches = (name: string | undefined): boolean =>
    name !== undefined && (features.has(name) || reaches(registry.features.get(name)?.promotedTo));
  const all = [...registry.features.values()];
  return new Set(all.filter((it) => !features.has(it.name) && reaches(it.promotedTo)).map((it) => it.name));
}

/**
 * Evaluates `VK_A+(VK_B,VK_C)`: plus is and, comma is or; both bind alike, from the left.
 * `VkStruct::feature` is a question to a device, not to the generator, and counts as true.
 */
export function isSatisfied(depends: string, features: ReadonlySet<string>): boolean {
  const tokens = depends.match(/[()+,]|[^()+,\s]+/g) ?? [];
  let at = 0;
  const term = (): boolean => {
    const token = tokens[at++];
    if (token !== '(') return token !== undefined && (token.includes('::') || features.has(token));
    const value = expression();
    at++; // ')'
    return value;
  };
  const expression = (): boolean => {
    let value = term();
    while (tokens[at] === '+' || tokens[at] === ',') {
      const operator = tokens[at++];
      const right = term();
      value = operator === '+' ? value && right : value || right;
    }
    return value;
  };
  return expression();
}
