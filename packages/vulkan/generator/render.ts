/** @file Stage three: one file for each kind of declaration. All output is in the document's order, so it is deterministic. */
import { renderCapabilities } from './render-capabilities.ts';
import { renderFeatures } from './render-features.ts';
import { header, isNamed, memberType, pointerType, scalarCode, structTable, valueType } from './render-types.ts';
import {
  resolveCommand,
  resolveConstant,
  resolveType,
  type Member,
  type Registry,
  type Type,
  type TypeUse,
} from './registry.ts';
import type { Selection } from './select.ts';

/** The generated files' texts by name. */
export function render(registry: Registry, selection: Selection): ReadonlyMap<string, string> {
  return new Map([
    ['enums.ts', renderEnums(registry, selection)],
    ['names.ts', renderNames(registry, selection)],
    ['extensions.ts', renderExtensions(registry, selection)],
    ['handles.ts', renderHandles(registry, selection)],
    ['function-pointers.ts', renderFunctionPointers(registry, selection)],
    ['struct-types.ts', renderStructTypes(registry, selection)],
    ['structs.ts', renderStructs(registry, selection)],
    ['command-types.ts', renderCommandTypes(registry, selection)],
    ['commands.ts', renderCommands(registry, selection)],
    ['features.ts', renderFeatures(registry)],
    ['capabilities.ts', renderCapabilities(registry)],
  ]);
}

function typesOf(registry: Registry, selection: Selection, kind: Type['kind']): Type[] {
  return [...registry.types.values()].filter(
    (it) => selection.types.has(it.name) && resolveType(registry, it.name).kind === kind,
  );
}

function literal(value: number | bigint | string): string {
  if (typeof value === 'bigint') return `0x${value.toString(16)}n`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function renderEnums(registry: Registry, selection: Selection): string {
  const lines = [header(registry, 'Numbers: base types, enums, flags and their constants, API constants')];
  for (const type of registry.types.values()) {
    if (!selection.types.has(type.name)) continue;
    const resolved = resolveType(registry, type.name);
    if (!['base', 'enum', 'flags'].includes(resolved.kind)) continue;
    if (resolved.kind === 'base' && resolved.target === undefined) continue;
    const is64 = scalarCode(registry, type.name) === 'L';
    const target =
      type.kind === 'alias'
        ? type.target
        : is64
          ? 'number | bigint'
          : scalarCode(registry, type.name) === 'P'
            ? 'bigint'
            : 'number';
    lines.push(`export type ${type.name} = ${target};`);
  }
  for (const constant of registry.constants.values()) {
    if (!selection.constants.has(constant.name)) continue;
    const value = resolveConstant(registry, constant.name);
    if (typeof value === 'string' || constant.name.endsWith('_SPEC_VERSION')) continue;
    lines.push(`export const ${constant.name} = ${literal(value)};`);
  }
  return `${lines.join('\n')}\n`;
}

/** Enums whose numbers people meet in messages: their names are kept at run time. */
const NAMED = ['VkResult', 'VkObjectType', 'VkPhysicalDeviceType', 'VkFormat'];

function renderNames(registry: Registry, selection: Selection): string {
  const lines = [header(registry, 'Names of the numbers of some enums: `value:NAME`, separated by spaces')];
  lines.push('export const enumNames: Readonly<Record<string, string>> = {');
  for (const owner of NAMED) {
    const pairs = [...registry.constants.values()]
      .filter((it) => it.enum === owner && it.value.kind === 'number' && selection.constants.has(it.name))
      .map(({ name }) => `${resolveConstant(registry, name)}:${name}`);
    lines.push(`  ${owner}: '${pairs.join(' ')}',`);
  }
  lines.push('};');
  return `${lines.join('\n')}\n`;
}

function renderExtensions(registry: Registry, selection: Selection): string {
  const lines = [header(registry, 'Versions and extensions: their names, and versions of their specifications')];
  lines.push(`export const VK_HEADER_VERSION = ${registry.headerVersion};`);
  for (const feature of registry.features.values()) {
    const version = /^VK_VERSION_(\d+)_(\d+)$/.exec(feature.name);
    if (version === null || !selection.features.has(feature.name)) continue;
    const [, major = '', minor = ''] = version;
    lines.push(
      `export const VK_API_VERSION_${major}_${minor} = ${((Number(major) << 22) | (Number(minor) << 12)) >>> 0};`,
    );
  }
  for (const constant of registry.constants.values()) {
    if (!selection.constants.has(constant.name)) continue;
    const value = resolveConstant(registry, constant.name);
    if (typeof value === 'string' || constant.name.endsWith('_SPEC_VERSION')) {
      lines.push(`export const ${constant.name} = ${literal(value)};`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function renderHandles(registry: Registry, selection: Selection): string {
  const lines = [
    header(registry, 'Handles, as branded bigints (types only)'),
    `import type { Handle } from '../types.ts';\n`,
  ];
  for (const type of typesOf(registry, selection, 'handle')) {
    lines.push(`export type ${type.name} = ${type.kind === 'alias' ? type.target : `Handle<'${type.name}'>`};`);
  }
  return `${lines.join('\n')}\n`;
}

/** Imports exactly the names of other generated files that a text mentions. */
function imports(registry: Registry, selection: Selection, text: string, own: string): string {
  const files = new Map<string, string[]>();
  const mentioned = new Set(text.match(/\b\w+\b/g));
  for (const type of registry.types.values()) {
    if (!mentioned.has(type.name) || !selection.types.has(type.name) || !isNamed(type)) continue;
    const kind = resolveType(registry, type.name).kind;
    const file =
      kind === 'handle'
        ? 'handles'
        : kind === 'struct'
          ? 'struct-types'
          : kind === 'function'
            ? 'function-pointers'
            : 'enums';
    if (file !== own) files.set(file, [...(files.get(file) ?? []), type.name]);
  }
  const lines = [...files].map(([file, names]) => `import type { ${names.join(', ')} } from './${file}.ts';`);
  const words = mentioned.has('Next') ? 'Next, Pointer' : 'Pointer';
  return [`import type { ${words} } from '../types.ts';`, ...lines, ''].join('\n');
}

function signature(
  registry: Registry,
  { result, parameters }: { result: TypeUse; parameters: readonly Member[] },
): [string, string] {
  const list = parameters.map(({ name, type }) => `${parameterName(name)}: ${parameterType(registry, type)}`);
  return [list.join(', '), resultType(registry, result)];
}

/** JavaScript reserves a word that the registry uses. */
function parameterName(name: string): string {
  return name === 'function' ? 'function_' : name;
}

function parameterType(registry: Registry, type: TypeUse): string {
  if (type.base === 'char' && type.pointers === 1) return 'string | null';
  if (type.pointers > 0) return pointerType(registry, type);
  return type.lengths.length > 0 ? `Pointer<${valueType(registry, type.base)}>` : valueType(registry, type.base);
}

function resultType(registry: Registry, type: TypeUse): string {
  if (type.pointers > 0) return 'bigint';
  if (type.base === 'void') return 'void';
  return scalarCode(registry, type.base) === 'L' ? 'bigint' : valueType(registry, type.base);
}

function renderFunctionPointers(registry: Registry, selection: Selection): string {
  const lines: string[] = [];
  for (const type of typesOf(registry, selection, 'function')) {
    if (type.kind !== 'function') continue;
    const [parameters, result] = signature(registry, type);
    lines.push(`export type ${type.name} = Pointer<(${parameters}) => ${result}>;`);
  }
  const text = lines.join('\n');
  return `${header(registry, 'Function pointers, as addresses (types only)')}${imports(registry, selection, text, 'function-pointers')}\n${text}\n`;
}

/** In whose pNext chains a struct may stand, by their own names, and whether it begins chains itself. */
type ChainPlaces = (struct: Type & { kind: 'struct' }) => {
  readonly heads: readonly string[];
  readonly begins: boolean;
};

function chainPlaces(registry: Registry, selection: Selection): ChainPlaces {
  const headsOf = (struct: Type & { kind: 'struct' }): string[] => [
    ...new Set(struct.extends.filter((it) => selection.types.has(it)).map((it) => resolveType(registry, it).name)),
  ];
  const all = new Set(
    typesOf(registry, selection, 'struct').flatMap((type) => (type.kind === 'struct' ? headsOf(type) : [])),
  );
  return (struct) => ({ heads: headsOf(struct), begins: all.has(struct.name) });
}

function namesUnion(names: readonly string[]): string {
  return names.map((it) => `'${it}'`).join(' | ');
}

/**
 * The types of a struct's first two members. An sType is its number, which makes a struct unlike every other one; a pNext
 * takes what extends the struct, or what extends the same as the struct does, since a chain goes on.
 */
function headType(
  registry: Registry,
  placesOf: ChainPlaces,
  struct: Type & { kind: 'struct' },
  { name, value }: Member,
): string | undefined {
  if (name === 'sType' && value !== undefined) return String(resolveConstant(registry, value));
  if (name !== 'pNext') return undefined;
  if (struct.members[0]?.value === undefined) return 'Pointer<unknown>';
  const { heads, begins } = placesOf(struct);
  const roots = begins ? [struct.name, ...heads] : heads;
  return roots.length === 0 ? 'Pointer<never>' : `Next<${namesUnion(roots)}>`;
}

function renderStructTypes(registry: Registry, selection: Selection): string {
  const lines: string[] = [];
  const placesOf = chainPlaces(registry, selection);
  for (const type of typesOf(registry, selection, 'struct')) {
    if (type.kind === 'alias') {
      lines.push(`export type ${type.name} = ${type.target};`);
      continue;
    }
    if (type.kind !== 'struct') continue;
    lines.push(`export interface ${type.name} {`);
    for (const member of type.members) {
      lines.push(`  ${member.name}?: ${headType(registry, placesOf, type, member) ?? memberType(registry, member)};`);
    }
    lines.push('}');
  }
  const text = lines.join('\n');
  return `${header(registry, 'Structs and unions, as a caller writes them (types only)')}${imports(registry, selection, text, 'struct-types')}\n${text}\n`;
}

function renderStructs(registry: Registry, selection: Selection): string {
  const lines = [
    header(registry, 'Structs and unions as callable values: name, bytes, sType (or −1), members (see ../layout.ts)'),
    `import { defineStruct as S, type LinkStruct, type Struct } from '../struct.ts';`,
    `import type * as T from './struct-types.ts';\n`,
  ];
  const placesOf = chainPlaces(registry, selection);
  const written = (name: string, struct: Type): string => {
    const { heads, begins } = struct.kind === 'struct' ? placesOf(struct) : { heads: [], begins: false };
    if (heads.length === 0) return `Struct<T.${name}>`;
    return `LinkStruct<T.${name}, ${namesUnion(heads)}${begins ? `, '${struct.name}'` : ''}>`;
  };
  const aliases: string[] = []; // last: one may stand before its target in the document, but not in a program
  for (const type of typesOf(registry, selection, 'struct')) {
    lines.push(`export type ${type.name} = T.${type.name};`);
    if (type.kind === 'alias') {
      aliases.push(
        `export const ${type.name}: ${written(type.name, resolveType(registry, type.target))} = ${type.target};`,
      );
    } else if (type.kind === 'struct') {
      const { size, sType, members } = structTable(registry, type);
      const code = sType === undefined ? -1 : resolveConstant(registry, sType);
      lines.push(
        `export const ${type.name}: ${written(type.name, type)} = S('${type.name}', ${size}, ${code}, '${members}');`,
      );
    }
  }
  return `${[...lines, ...aliases].join('\n')}\n`;
}

/** Which object of the API a command is fetched for, by its first parameter. */
function levelOf(registry: Registry, name: string): 'global' | 'instance' | 'device' {
  const { parameters } = resolveCommand(registry, name);
  const first = parameters[0]?.type.base ?? '';
  if (name === 'vkGetInstanceProcAddr') return 'global';
  if (name === 'vkGetDeviceProcAddr' || first === 'VkInstance' || first === 'VkPhysicalDevice') return 'instance';
  const type = registry.types.get(first);
  return type?.kind === 'handle' && type.dispatchable ? 'device' : 'global';
}

const LEVELS = ['global', 'instance', 'device'] as const;

function renderCommandTypes(registry: Registry, selection: Selection): string {
  const lines: string[] = [];
  for (const level of LEVELS) {
    lines.push(`/** Commands of the ${level} level. */`);
    lines.push(`export interface ${level[0]?.toUpperCase()}${level.slice(1)}Commands {`);
    for (const { name } of registry.commands.values()) {
      if (!selection.commands.has(name) || levelOf(registry, name) !== level) continue;
      const [parameters, result] = signature(registry, resolveCommand(registry, name));
      lines.push(`  readonly ${name}: (${parameters}) => ${result};`);
    }
    lines.push('}');
  }
  const text = lines.join('\n');
  return `${header(registry, 'Commands as functions (types only)')}${imports(registry, selection, text, '')}\n${text}\n`;
}

/** A type of the C ABI in one letter: as in a struct's table, and v nothing, s string. */
function abiCode(registry: Registry, type: TypeUse, isResult: boolean): string {
  if (type.base === 'char' && type.pointers === 1) return 's';
  if (type.pointers > 0 || type.lengths.length > 0) return 'P';
  if (type.base === 'void') return 'v';
  const code = scalarCode(registry, type.base) ?? 'P';
  return isResult && code === 'L' ? 'P' : code;
}

function renderCommands(registry: Registry, selection: Selection): string {
  const families = new Map<string, string[]>();
  for (const command of registry.commands.values()) {
    const target = resolveCommand(registry, command.name).name;
    families.set(target, [...(families.get(target) ?? []), command.name]);
  }
  const lines = [header(registry, 'Commands by level: `name result+parameters other names of the same command`')];
  for (const level of LEVELS) {
    lines.push(`export const ${level}Commands: readonly string[] = [`);
    for (const { name } of registry.commands.values()) {
      if (!selection.commands.has(name) || levelOf(registry, name) !== level) continue;
      const { name: target, result, parameters } = resolveCommand(registry, name);
      const codes = [
        abiCode(registry, result, true),
        ...parameters.map((it) => abiCode(registry, it.type, false)),
      ].join('');
      const others = (families.get(target) ?? []).filter((it) => it !== name);
      lines.push(`  '${[name, codes, ...others].join(' ')}',`);
    }
    lines.push('];');
  }
  return `${lines.join('\n')}\n`;
}
