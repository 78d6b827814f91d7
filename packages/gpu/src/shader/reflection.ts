/**
 * @file Reads what a SPIR-V module declares: entry points, workgroup sizes, bindings, push constants, specialization
 * constants, capabilities; all sizes with the values that a pipeline gives. A malformed module is a ShaderError that gives the word.
 * Source: SPIR-V Specification, version 1.6, section 3.
 */

import { givenConstants, specializationOf } from './reflection-specialization.ts';
import type { GivenConstant, ShaderSpecialization, SpecializationValues } from './reflection-specialization.ts';
import { bindingsOf, pushConstantsOf, sharedBytesOf } from './reflection-types.ts';
import type { ShaderBinding, ShaderPushConstants } from './reflection-types.ts';
import { constantValue } from './spirv-constants.ts';
import type { SpirvModule } from './spirv-module.ts';
import { reachOf } from './spirv-reach.ts';
import { readSpirv } from './spirv-read.ts';
import type { SpirvEntry, SpirvHeader } from './spirv-read.ts';
import { portsOf } from './stage-interface.ts';
import type { ShaderPort } from './stage-interface.ts';
import { ADDRESS_SPACES, BUILTIN_WORKGROUP_SIZE, Decoration, Op } from './spirv-words.ts';
import { checkNames, checkOptions } from '../given.ts';
import type { Names } from '../given.ts';

export type { ShaderSpecialization } from './reflection-specialization.ts';

/** A function that a pipeline may start at. */
export interface ShaderEntryPoint {
  readonly name: string;
  /** 'compute', 'vertex', 'fragment', … */
  readonly stage: string;
  /** Threads in x, y, z, with the values of specialization constants that were given; null for stages without workgroups. */
  readonly workgroupSize: readonly [number, number, number] | null;
  /** For each of x, y, z the id of the specialization constant that sets it, or null. */
  readonly workgroupSizeIds: readonly [number | null, number | null, number | null];
  /** What it reads by location: vertex attributes, for a vertex shader. */
  readonly inputs: readonly ShaderPort[];
  /** What it writes by location: colours, for a fragment shader. */
  readonly outputs: readonly ShaderPort[];
}

/** What a module declares. */
export interface ShaderReflection {
  /** "1.5" */
  readonly version: string;
  readonly addressing: string;
  /**
   * Where its pointers point: 'push-constant', 'storage-buffer', 'physical-storage-buffer', 'workgroup', …; in order of name; those of
   * the whole module.
   */
  readonly addressSpaces: readonly string[];
  readonly memoryModel: string;
  /**
   * Those of the whole module, whichever entry point is asked for: SPIR-V declares them for the module (section 2.4), and a device must
   * support all of them to take it (VUID-VkShaderModuleCreateInfo-pCode-08740). A module of its own for each entry point needs less.
   */
  readonly capabilities: readonly string[];
  /** Those of the whole module, as its capabilities are. */
  readonly extensions: readonly string[];
  readonly entryPoints: readonly ShaderEntryPoint[];
  readonly bindings: readonly ShaderBinding[];
  readonly pushConstants: ShaderPushConstants | null;
  /** Those of the whole module. */
  readonly specializations: readonly ShaderSpecialization[];
  /** Bytes of workgroup-shared memory, over all that is read. */
  readonly sharedBytes: number;
}

/** How a module is read. */
export interface ReflectOptions {
  /** The entry point whose bindings, push constants and shared memory are told. Default: those of the whole module. */
  readonly entry?: string;
  /** The entry point's stage, where several have its name. Default: that of the first. */
  readonly stage?: string;
  /** Values of specialization constants, by id: all sizes are those with them. Default: the constants' own. */
  readonly specialization?: SpecializationValues;
}

const REFLECT_OPTIONS: Names<ReflectOptions> = Object.freeze({ entry: true, stage: true, specialization: true });

/** A module whose words were read, before values are given to its constants. */
export interface ReadShader {
  readonly module: SpirvModule;
  readonly header: SpirvHeader;
  readonly specializations: readonly ShaderSpecialization[];
}

/** Reads a module; throws ShaderError where it isn't SPIR-V. */
export function reflect(words: Uint32Array, options: ReflectOptions = {}): ShaderReflection {
  const refuse = (what: string): RangeError => new RangeError(`Cannot read SPIR-V: ${what}`);
  checkNames('Cannot read SPIR-V', options, REFLECT_OPTIONS);
  const { entry, stage, specialization = {} } = options;
  checkOptions('Cannot read SPIR-V', specialization, 'values of its specialization constants');
  const read = readShader(words);
  const constants = givenConstants(read.specializations, specialization, refuse);
  if (entry === undefined) return describeShader(read, constants);
  const { entries } = read.header;
  const chosen = entries.find((each) => each.name === entry && (stage ?? each.stage) === each.stage);
  if (chosen) return describeShader(read, constants, chosen);
  const there = entries.map((each) => `${each.name} (${each.stage})`).join(', ');
  throw refuse(
    `it has no entry point "${entry}"${stage === undefined ? '' : ` of stage ${stage}`}; it has ${there || 'none'}`,
  );
}

/** Reads the words of a module, and what its pipelines may give values to. */
export function readShader(words: Uint32Array): ReadShader {
  const { module, header } = readSpirv(words);
  const specializations = header.specializations.map((id) => specializationOf(module, id)).sort((a, b) => a.id - b.id);
  return { module, header, specializations };
}

/** A module whose constants have these values. */
export function withConstants(read: SpirvModule, constants: readonly GivenConstant[]): SpirvModule {
  const given = new Map(constants.map((constant) => [constant.id, constant.given]));
  return { ...read, given, sizes: new Map(), constants: new Map() };
}

/** What a module declares, where its constants have these values; of an entry point, if one is named, only what it may touch. */
export function describeShader(
  { module: read, header, specializations }: ReadShader,
  constants: readonly GivenConstant[],
  entry?: SpirvEntry,
): ShaderReflection {
  const module = withConstants(read, constants);
  const reach = entry && reachOf(module, header, entry);
  const variables = reach ? read.variables.filter((at) => reach.has(read.words[at + 2]!)) : read.variables;
  const touched = { ...module, variables };
  return {
    version: `1.${header.minor}`,
    addressing: header.addressing,
    addressSpaces: [...header.spaces].map((space) => ADDRESS_SPACES.get(space) ?? `storage class ${space}`).sort(),
    memoryModel: header.memoryModel,
    capabilities: header.capabilities,
    extensions: header.extensions,
    entryPoints: header.entries.map((each) => entryPoint(module, header, each)),
    bindings: bindingsOf(touched),
    pushConstants: pushConstantsOf(touched),
    specializations,
    sharedBytes: sharedBytesOf(touched),
  };
}

function entryPoint(module: SpirvModule, header: SpirvHeader, entry: SpirvEntry): ShaderEntryPoint {
  const { name, stage, ports } = entry;
  if (stage !== 'compute') {
    const inputs = portsOf(module, ports, 'input');
    const outputs = portsOf(module, ports, 'output');
    return { name, stage, workgroupSize: null, workgroupSizeIds: [null, null, null], inputs, outputs };
  }
  const ids = builtinSizeIds(module) ?? header.localSizeIds.get(entry.id);
  const workgroupSize: [number, number, number] = [...(header.localSizes.get(entry.id) ?? ([1, 1, 1] as const))];
  const workgroupSizeIds: [number | null, number | null, number | null] = [null, null, null];
  for (const axis of [0, 1, 2] as const) {
    if (!ids) break;
    workgroupSize[axis] = constantValue(module, ids[axis], entry.at);
    workgroupSizeIds[axis] = module.decorations.get(ids[axis])?.get(Decoration.SpecId) ?? null;
  }
  return { name, stage, workgroupSize, workgroupSizeIds, inputs: [], outputs: [] };
}

/** The three constants of a composite decorated as WorkgroupSize, which overrides the execution mode. */
function builtinSizeIds(module: SpirvModule): [number, number, number] | undefined {
  for (const [id, decorations] of module.decorations) {
    if (decorations.get(Decoration.BuiltIn) !== BUILTIN_WORKGROUP_SIZE) continue;
    const at = module.declared.get(id);
    if (at === undefined) continue;
    const opcode = module.words[at]! & 0xffff;
    const composite = opcode === Op.ConstantComposite || opcode === Op.SpecConstantComposite;
    if (!composite || module.words[at]! >>> 16 < 6) continue;
    return [module.words[at + 3]!, module.words[at + 4]!, module.words[at + 5]!];
  }
  return undefined;
}
