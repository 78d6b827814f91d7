/**
 * @file Stage two's vocabulary: Vulkan's registry as plain tagged unions that a person can read.
 *
 * `build.ts` makes it from the XML, `select.ts` cuts it down to what is asked for, `layout.ts` measures its structs.
 */

/** A C type as written at a member or a parameter: `const VkX* const*` is base `VkX`, two pointers. */
export interface TypeUse {
  readonly base: string;
  readonly pointers: number;
  /** Lengths of fixed arrays, outermost first: `float m[3][4]` is [3, 4]. */
  readonly lengths: readonly number[];
  /** Width of a bit field, if it is one. */
  readonly bits?: number;
}

/** A struct's member, a command's or a function pointer's parameter. */
export interface Member {
  readonly name: string;
  readonly type: TypeUse;
  /** What a pointer's length is: names of sibling members, `null-terminated`, or an expression; outermost first. */
  readonly length: readonly string[];
  /** The value that the member must have (an enum constant's name), as for sType. */
  readonly value?: string;
}

/** One type of the registry. */
export type Type =
  /** A type of C itself or of a platform's header. */
  | { readonly kind: 'external'; readonly name: string; readonly header: string }
  /** `typedef uint32_t VkBool32`; an opaque struct has no target. */
  | { readonly kind: 'base'; readonly name: string; readonly target?: TypeUse }
  | { readonly kind: 'handle'; readonly name: string; readonly dispatchable: boolean }
  | { readonly kind: 'enum'; readonly name: string; readonly bitmask: boolean; readonly width: 32 | 64 }
  | { readonly kind: 'flags'; readonly name: string; readonly bits?: string; readonly width: 32 | 64 }
  | {
      readonly kind: 'struct';
      readonly name: string;
      readonly union: boolean;
      readonly members: readonly Member[];
      /** The structs whose pNext chains it may stand in. */
      readonly extends: readonly string[];
    }
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly result: TypeUse;
      readonly parameters: readonly Member[];
    }
  | { readonly kind: 'alias'; readonly name: string; readonly target: string };

/** A command, or another name of one. */
export type Command =
  | {
      readonly kind: 'command';
      readonly name: string;
      readonly result: TypeUse;
      readonly parameters: readonly Member[];
    }
  | { readonly kind: 'alias'; readonly name: string; readonly target: string };

/** One named constant. Its enum is absent for API constants and for extension names and versions. */
export interface Constant {
  readonly name: string;
  readonly enum?: string;
  readonly value:
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'bigint'; readonly value: bigint }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'alias'; readonly target: string };
}

/** What a `<require>` block brings in, under a condition on other features and extensions. */
export interface Requirement {
  readonly depends?: string;
  readonly types: readonly string[];
  readonly commands: readonly string[];
  /** Names; the constants themselves are in the registry. */
  readonly constants: readonly string[];
}

/** A version of the core (or a part of one), or an extension. */
export interface Feature {
  readonly kind: 'version' | 'instance extension' | 'device extension';
  readonly name: string;
  /** The version or extension that took it up. */
  readonly promotedTo?: string;
  readonly requirements: readonly Requirement[];
}

/**
 * One way in which a device allows a capability of SPIR-V; each will do. Places are versions and extensions, one of which must be
 * there: alone, or with a feature, or with a property that is so.
 */
export interface Enabling {
  readonly places: readonly string[];
  readonly feature?: string;
  /** A member of a struct of properties: the constant that it is, or a bit that it has. */
  readonly property?: { readonly name: string; readonly constant: string };
}

/** The whole registry, each map in the order of the document. */
export interface Registry {
  readonly headerVersion: number;
  readonly types: ReadonlyMap<string, Type>;
  readonly commands: ReadonlyMap<string, Command>;
  readonly constants: ReadonlyMap<string, Constant>;
  readonly features: ReadonlyMap<string, Feature>;
  /** SPIR-V's capabilities that Vulkan has, by name. */
  readonly capabilities: ReadonlyMap<string, readonly Enabling[]>;
}

/** Follows aliases to the type itself. */
export function resolveType(registry: Registry, name: string): Type {
  const type = registry.types.get(name);
  if (type === undefined) throw new Error(`Bug in the registry: no type "${name}"`);
  return type.kind === 'alias' ? resolveType(registry, type.target) : type;
}

/** Follows aliases to the command itself. */
export function resolveCommand(registry: Registry, name: string): Command & { kind: 'command' } {
  const command = registry.commands.get(name);
  if (command === undefined) throw new Error(`Bug in the registry: no command "${name}"`);
  return command.kind === 'alias' ? resolveCommand(registry, command.target) : command;
}

/** Follows aliases to a constant's value. */
export function resolveConstant(registry: Registry, name: string): number | bigint | string {
  const constant = registry.constants.get(name);
  if (constant === undefined) throw new Error(`Bug in the registry: no constant "${name}"`);
  return constant.value.kind === 'alias' ? resolveConstant(registry, constant.value.target) : constant.value.value;
}
