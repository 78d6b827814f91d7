/**
 * @file Stage two: the element tree becomes the registry. Sections of vk.xml: "The Khronos Vulkan API Registry",
 * chapters on `<type>`, `<enums>`, `<command>`, `<feature>`, `<extension>` and `<spirvcapability>`.
 */
import { childrenOf, childText, textOf, type Element } from './parse.ts';
import type { Command, Constant, Enabling, Feature, Member, Registry, Requirement, Type, TypeUse } from './registry.ts';

/** The registry of a parsed vk.xml. */
export function build(root: Element): Registry {
  const constants = new Map<string, Constant>();
  const widths = new Map<string, { bitmask: boolean; width: 32 | 64 }>();
  for (const block of childrenOf(root, 'enums')) {
    const name = block.attributes['name'] ?? '';
    const width = block.attributes['bitwidth'] === '64' ? 64 : 32;
    const isEnum = block.attributes['type'] !== 'constants';
    if (isEnum) widths.set(name, { bitmask: block.attributes['type'] === 'bitmask', width });
    for (const item of childrenOf(block, 'enum')) add(constants, toConstant(item, isEnum ? name : undefined, width));
  }
  const features = new Map<string, Feature>();
  const extensions = childrenOf(root, 'extensions').flatMap((it) => childrenOf(it, 'extension'));
  for (const element of [...childrenOf(root, 'feature'), ...extensions]) {
    const supported = element.attributes['supported'];
    if (supported !== undefined && !supported.split(',').includes('vulkan')) continue;
    const feature = toFeature(element, (item) => {
      const owner = item.attributes['extends'];
      add(constants, toConstant(item, owner, widths.get(owner ?? '')?.width ?? 32, element.attributes['number']));
    });
    features.set(feature.name, feature);
  }
  const types = new Map<string, Type>();
  const typeElements = childrenOf(root, 'types').flatMap((it) => childrenOf(it, 'type'));
  for (const element of typeElements) {
    const type = toType(element, widths, constants);
    if (type !== undefined) types.set(type.name, type);
  }
  const commands = new Map<string, Command>();
  for (const element of childrenOf(root, 'commands').flatMap((it) => childrenOf(it, 'command'))) {
    const command = toCommand(element, constants);
    commands.set(command.name, command);
  }
  const version = typeElements.find((it) => childText(it, 'name') === 'VK_HEADER_VERSION');
  const headerVersion = Number(/(\d+)\s*$/.exec(version === undefined ? '' : textOf(version))?.[1] ?? 0);
  const capabilities = new Map(
    childrenOf(root, 'spirvcapabilities')
      .flatMap((it) => childrenOf(it, 'spirvcapability'))
      .map((it) => [it.attributes['name'] ?? '', childrenOf(it, 'enable').map(toEnabling)]),
  );
  return { headerVersion, types, commands, constants, features, capabilities };
}

function add(constants: Map<string, Constant>, constant: Constant | undefined): void {
  if (constant !== undefined && !constants.has(constant.name)) constants.set(constant.name, constant);
}

/** The first value of an extension's enums, and the distance to the next extension's. */
const EXTENSION_BASE = 1_000_000_000;
const EXTENSION_STRIDE = 1000;

function toConstant(
  item: Element,
  owner: string | undefined,
  width: 32 | 64,
  extension?: string,
): Constant | undefined {
  const { name = '', alias, value, bitpos, offset, dir, extnumber = extension, type } = item.attributes;
  const base = owner === undefined ? { name } : { name, enum: owner };
  if (alias !== undefined) return { ...base, value: { kind: 'alias', target: alias } };
  if (bitpos !== undefined) return { ...base, value: integer(1n << BigInt(bitpos), width) };
  if (offset !== undefined) {
    const number = EXTENSION_BASE + (Number(extnumber) - 1) * EXTENSION_STRIDE + Number(offset);
    return { ...base, value: { kind: 'number', value: dir === '-' ? -number : number } };
  }
  if (value === undefined) return undefined; // a reference to a constant that is defined elsewhere
  if (value.startsWith('"')) return { ...base, value: { kind: 'string', value: value.slice(1, -1) } };
  const inverted = /^\(~(\d+)U(LL)?\)$/.exec(value);
  if (inverted !== null) {
    const bits = inverted[2] === undefined ? 32 : 64;
    return { ...base, value: integer(BigInt.asUintN(bits, ~BigInt(inverted[1] ?? 0)), bits) };
  }
  if (type === 'float') return { ...base, value: { kind: 'number', value: Number.parseFloat(value) } };
  if (value.startsWith('-')) return { ...base, value: { kind: 'number', value: Number(value) } };
  if (!/^(0x[0-9a-fA-F]+|\d+)(U|ULL)?$/.test(value)) {
    return { ...base, value: { kind: 'alias', target: value } };
  }
  return { ...base, value: integer(BigInt(value.replace(/U(LL)?$/, '')), width) };
}

function integer(value: bigint, width: 32 | 64): Constant['value'] {
  return width === 64 ? { kind: 'bigint', value } : { kind: 'number', value: Number(value) };
}

function toFeature(element: Element, addConstant: (item: Element) => void): Feature {
  const { name = '', type, promotedto: promotedTo } = element.attributes;
  const requirements = childrenOf(element, 'require').map((block): Requirement => {
    for (const item of childrenOf(block, 'enum')) addConstant(item);
    const names = (tag: string): string[] => childrenOf(block, tag).map((it) => it.attributes['name'] ?? '');
    const depends = block.attributes['depends'];
    return {
      ...(depends === undefined ? {} : { depends }),
      types: names('type'),
      commands: names('command'),
      constants: names('enum'),
    };
  });
  const kind = element.tag === 'feature' ? 'version' : type === 'instance' ? 'instance extension' : 'device extension';
  return { kind, name, ...(promotedTo === undefined ? {} : { promotedTo }), requirements };
}

function toEnabling(element: Element): Enabling {
  const { version, extension, requires, feature, member, value } = element.attributes;
  const places = (version ?? extension ?? requires ?? '').split(',');
  if (feature !== undefined) return { places, feature };
  return member === undefined ? { places } : { places, property: { name: member, constant: value ?? 'VK_TRUE' } };
}

type Widths = ReadonlyMap<string, { bitmask: boolean; width: 32 | 64 }>;

function toType(element: Element, widths: Widths, constants: ReadonlyMap<string, Constant>): Type | undefined {
  const { category, alias, requires, bitvalues } = element.attributes;
  const name =
    element.attributes['name'] ??
    childText(element, 'name') ??
    childText(childrenOf(element, 'proto')[0] ?? element, 'name');
  if (name === undefined || category === 'include' || category === 'define') return undefined;
  if (alias !== undefined) return { kind: 'alias', name, target: alias };
  const text = textOf(element);
  switch (category) {
    case undefined:
      return { kind: 'external', name, header: requires ?? '' };
    case 'basetype': {
      const base = childText(element, 'type');
      const pointers = text.split('*').length - 1;
      return base === undefined
        ? { kind: 'base', name, ...(pointers > 0 ? { target: { base: 'void', pointers, lengths: [] } } : {}) }
        : { kind: 'base', name, target: { base, pointers, lengths: [] } };
    }
    case 'handle':
      return { kind: 'handle', name, dispatchable: !text.includes('NON_DISPATCHABLE') };
    case 'enum':
      return { kind: 'enum', name, ...(widths.get(name) ?? { bitmask: name.includes('FlagBits'), width: 32 }) };
    case 'bitmask': {
      const bits = requires ?? bitvalues;
      return {
        kind: 'flags',
        name,
        ...(bits === undefined ? {} : { bits }),
        width: text.includes('VkFlags64') ? 64 : 32,
      };
    }
    case 'struct':
    case 'union': {
      const members = childrenOf(element, 'member').map((it) => toMember(it, constants));
      const roots = (element.attributes['structextends'] ?? '').split(',').filter((it) => it !== '');
      return { kind: 'struct', name, union: category === 'union', members, extends: roots };
    }
    case 'funcpointer': {
      const proto = childrenOf(element, 'proto')[0];
      if (proto === undefined) return undefined;
      const parameters = childrenOf(element, 'param').map((it) => toMember(it, constants));
      return { kind: 'function', name, result: toTypeUse(proto, constants), parameters };
    }
    default:
      return undefined;
  }
}

function toCommand(element: Element, constants: ReadonlyMap<string, Constant>): Command {
  const { name, alias } = element.attributes;
  if (name !== undefined && alias !== undefined) return { kind: 'alias', name, target: alias };
  const proto = childrenOf(element, 'proto')[0];
  if (proto === undefined) throw new Error('Bug in the registry: a command without a prototype');
  return {
    kind: 'command',
    name: childText(proto, 'name') ?? '',
    result: toTypeUse(proto, constants),
    parameters: childrenOf(element, 'param').map((it) => toMember(it, constants)),
  };
}

function toMember(element: Element, constants: ReadonlyMap<string, Constant>): Member {
  const { values, altlen, len } = element.attributes;
  return {
    name: childText(element, 'name') ?? '',
    type: toTypeUse(element, constants),
    length: (altlen ?? len ?? '').split(',').filter((it) => it !== ''),
    ...(values === undefined || values.includes(',') ? {} : { value: values }),
  };
}

/** Reads `const <type>T</type>* const* <name>n</name>[<enum>N</enum>][4]:8`. */
function toTypeUse(element: Element, constants: ReadonlyMap<string, Constant>): TypeUse {
  const name = childText(element, 'name') ?? '';
  const text = textOf(element);
  const tail = text.slice(text.lastIndexOf(name) + name.length);
  const lengths = [...tail.matchAll(/\[(\w+)\]/g)].map(([, length = '']) => {
    if (/^\d+$/.test(length)) return Number(length);
    const constant = constants.get(length);
    if (constant?.value.kind !== 'number') throw new Error(`Bug in the registry: no length "${length}"`);
    return constant.value.value;
  });
  const bits = /:\s*(\d+)/.exec(tail)?.[1];
  return {
    base: childText(element, 'type') ?? 'void',
    pointers: text.split('*').length - 1,
    lengths,
    ...(bits === undefined ? {} : { bits: Number(bits) }),
  };
}
