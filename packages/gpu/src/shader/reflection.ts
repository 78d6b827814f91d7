/**
 * @file Reads what a SPIR-V module declares: entry points, workgroup sizes, bindings, push constants, specialization
 * constants, capabilities. It never runs off the words: every length is checked against the instruction, every id against
 * what was declared, and a malformed module is a ShaderError that gives the word.
 * Source: SPIR-V Specification, version 1.6, sections 2.3 "Physical Layout" and 3.
 */

import { bindingsOf, pushConstantsOf, sharedBytesOf } from './reflection-types.ts';
import type { ShaderBinding, ShaderPushConstants } from './reflection-types.ts';
import { constantValue, malformed } from './spirv-module.ts';
import type { SpirvModule } from './spirv-module.ts';
import { portsOf } from './stage-interface.ts';
import type { ShaderPort } from './stage-interface.ts';
import {
  ADDRESS_SPACES,
  ADDRESSING,
  BUILTIN_WORKGROUP_SIZE,
  CAPABILITIES,
  Decoration,
  EXECUTION_MODE_LOCAL_SIZE,
  EXECUTION_MODE_LOCAL_SIZE_ID,
  MAGIC,
  MEMORY_MODELS,
  Op,
  STAGES,
  SWAPPED_MAGIC,
} from './spirv-words.ts';

/** A function that a pipeline may start at. */
export interface ShaderEntryPoint {
  readonly name: string;
  /** 'compute', 'vertex', 'fragment', … */
  readonly stage: string;
  /** Threads in x, y, z, before specialization; null for stages without workgroups. */
  readonly workgroupSize: readonly [number, number, number] | null;
  /** For each of x, y, z the id of the specialization constant that sets it, or null. */
  readonly workgroupSizeIds: readonly [number | null, number | null, number | null];
  /** What it reads by location: vertex attributes, for a vertex shader. */
  readonly inputs: readonly ShaderPort[];
  /** What it writes by location: colours, for a fragment shader. */
  readonly outputs: readonly ShaderPort[];
}

/** A constant that a pipeline may set. */
export interface ShaderSpecialization {
  readonly id: number;
  readonly name: string;
  readonly type: 'bool' | 'int' | 'uint' | 'float';
  readonly bits: number;
  /** The default, as the number that it means. */
  readonly value: number;
}

/** What a module declares. */
export interface ShaderReflection {
  /** "1.5" */
  readonly version: string;
  readonly addressing: string;
  /** Where its pointers point: 'push-constant', 'storage-buffer', 'physical-storage-buffer', 'workgroup', …; in order of name. */
  readonly addressSpaces: readonly string[];
  readonly memoryModel: string;
  readonly capabilities: readonly string[];
  readonly extensions: readonly string[];
  readonly entryPoints: readonly ShaderEntryPoint[];
  readonly bindings: readonly ShaderBinding[];
  readonly pushConstants: ShaderPushConstants | null;
  readonly specializations: readonly ShaderSpecialization[];
  /** Bytes of workgroup-shared memory over the whole module. */
  readonly sharedBytes: number;
}

interface Header {
  readonly capabilities: string[];
  readonly extensions: string[];
  readonly entries: { id: number; stage: string; name: string; ports: ReadonlySet<number> }[];
  readonly spaces: Set<number>;
  readonly localSizes: Map<number, [number, number, number]>;
  readonly localSizeIds: Map<number, [number, number, number]>;
  readonly specializations: number[];
  addressing: string;
  memoryModel: string;
}

/** Reads a module; throws ShaderError where it isn't SPIR-V. */
export function reflect(words: Uint32Array): ShaderReflection {
  const version = checkHeader(words);
  const module: SpirvModule = {
    words,
    names: new Map(),
    memberNames: new Map(),
    decorations: new Map(),
    memberDecorations: new Map(),
    declared: new Map(),
    variables: [],
    sizes: new Map(),
  };
  const header: Header = {
    capabilities: [],
    extensions: [],
    entries: [],
    spaces: new Set(),
    localSizes: new Map(),
    localSizeIds: new Map(),
    specializations: [],
    addressing: 'logical',
    memoryModel: 'simple',
  };
  for (let at = 5; at < words.length;) {
    const length = words[at]! >>> 16;
    if (length === 0) throw malformed(at, 'an instruction has a length of 0 words');
    if (at + length > words.length) {
      throw malformed(at, `an instruction of ${length} words runs past the end, at ${words.length} words`);
    }
    readInstruction(module, header, at, length);
    at += length;
  }
  return {
    version,
    addressing: header.addressing,
    addressSpaces: [...header.spaces].map((space) => ADDRESS_SPACES.get(space) ?? `storage class ${space}`).sort(),
    memoryModel: header.memoryModel,
    capabilities: header.capabilities,
    extensions: header.extensions,
    entryPoints: header.entries.map((entry) => entryPoint(module, header, entry)),
    bindings: bindingsOf(module),
    pushConstants: pushConstantsOf(module),
    specializations: header.specializations.map((id) => specialization(module, id)).sort((a, b) => a.id - b.id),
    sharedBytes: sharedBytesOf(module),
  };
}

function checkHeader(words: Uint32Array): string {
  if (!ArrayBuffer.isView(words) || words.BYTES_PER_ELEMENT !== 4) {
    throw new TypeError(
      'Cannot read SPIR-V: it is no Uint32Array; give its words, as in new Uint32Array(bytes.buffer)',
    );
  }
  if (words.length < 5) throw malformed(0, `the header is cut: ${words.length} of 5 words`);
  if (words[0] === SWAPPED_MAGIC) throw malformed(0, 'the byte order is swapped (03022307)');
  if (words[0] !== MAGIC) throw malformed(0, `the magic number is ${hex(words[0]!)}, not 07230203`);
  const version = words[1]!;
  const [major, minor] = [(version >>> 16) & 255, (version >>> 8) & 255];
  if (major !== 1 || minor > 6 || (version & 0xff0000ff) !== 0)
    throw malformed(1, `the version is ${hex(version)}, not 1.0 to 1.6`);
  if (words[3] === 0 || words[3]! > 0x3fffff) throw malformed(3, `the bound of ids is ${words[3]}, not 1 to 4194303`);
  return `${major}.${minor}`;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** Words that an instruction must have at least, with its own first; unlisted ones aren't read. */
const LEAST: Readonly<Record<number, number>> = Object.freeze({
  [Op.Name]: 3,
  [Op.MemberName]: 4,
  [Op.Extension]: 2,
  [Op.MemoryModel]: 3,
  [Op.EntryPoint]: 4,
  [Op.ExecutionMode]: 3,
  [Op.ExecutionModeId]: 3,
  [Op.Capability]: 2,
  [Op.TypeBool]: 2,
  [Op.TypeInt]: 4,
  [Op.TypeFloat]: 3,
  [Op.TypeVector]: 4,
  [Op.TypeMatrix]: 4,
  [Op.TypeImage]: 9,
  [Op.TypeSampler]: 2,
  [Op.TypeSampledImage]: 3,
  [Op.TypeArray]: 4,
  [Op.TypeRuntimeArray]: 3,
  [Op.TypeStruct]: 2,
  [Op.TypePointer]: 4,
  [Op.TypeAccelerationStructure]: 2,
  [Op.Constant]: 4,
  [Op.ConstantComposite]: 3,
  [Op.SpecConstantTrue]: 3,
  [Op.SpecConstantFalse]: 3,
  [Op.SpecConstant]: 4,
  [Op.SpecConstantComposite]: 3,
  [Op.Variable]: 4,
  [Op.Decorate]: 3,
  [Op.MemberDecorate]: 4,
});

function readInstruction(module: SpirvModule, header: Header, at: number, length: number): void {
  const { words } = module;
  const opcode = words[at]! & 0xffff;
  const least = LEAST[opcode];
  if (least === undefined) return;
  if (length < least) throw malformed(at, `instruction ${opcode} has ${length} of at least ${least} words`);
  const [a, b, c] = [words[at + 1]!, words[at + 2]!, words[at + 3]!];
  switch (opcode) {
    case Op.Capability:
      header.capabilities.push(CAPABILITIES.get(a) ?? `capability ${a}`);
      return;
    case Op.Extension:
      header.extensions.push(text(words, at + 1, at + length));
      return;
    case Op.MemoryModel:
      header.addressing = ADDRESSING.get(a) ?? `addressing model ${a}`;
      header.memoryModel = MEMORY_MODELS.get(b) ?? `memory model ${b}`;
      return;
    case Op.EntryPoint: {
      const name = text(words, at + 3, at + length);
      const after = at + 4 + Math.floor(new TextEncoder().encode(name).byteLength / 4);
      const ports = new Set(words.subarray(after, at + length));
      header.entries.push({ id: b, stage: STAGES.get(a) ?? `execution model ${a}`, name, ports });
      return;
    }
    case Op.ExecutionMode:
    case Op.ExecutionModeId:
      readMode(header, words, at, length);
      return;
    case Op.Name:
      module.names.set(a, text(words, at + 2, at + length));
      return;
    case Op.MemberName:
      if (b < 0x4000)
        (module.memberNames.get(a) ?? put(module.memberNames, a, []))[b] = text(words, at + 3, at + length);
      return;
    case Op.Decorate:
      (module.decorations.get(a) ?? put(module.decorations, a, new Map<number, number>())).set(b, length > 3 ? c : 0);
      return;
    case Op.MemberDecorate: {
      if (b >= 0x4000) throw malformed(at, `a struct has no member ${b}`);
      const members = module.memberDecorations.get(a) ?? put(module.memberDecorations, a, []);
      (members[b] ??= new Map()).set(c, length > 4 ? words[at + 4]! : 0);
      return;
    }
    case Op.Variable:
      module.declared.set(b, at);
      module.variables.push(at);
      return;
    case Op.Constant:
    case Op.ConstantComposite:
    case Op.SpecConstantComposite:
      module.declared.set(b, at);
      return;
    case Op.SpecConstant:
    case Op.SpecConstantTrue:
    case Op.SpecConstantFalse:
      module.declared.set(b, at);
      if (module.decorations.get(b)?.has(Decoration.SpecId)) header.specializations.push(b);
      return;
    case Op.TypePointer:
      header.spaces.add(b);
      module.declared.set(a, at);
      return;
    default:
      module.declared.set(a, at);
  }
}

function readMode(header: Header, words: Uint32Array, at: number, length: number): void {
  const mode = words[at + 2]!;
  if (mode !== EXECUTION_MODE_LOCAL_SIZE && mode !== EXECUTION_MODE_LOCAL_SIZE_ID) return;
  if (length < 6) throw malformed(at, `a workgroup size has ${length - 3} of 3 numbers`);
  const sizes = mode === EXECUTION_MODE_LOCAL_SIZE ? header.localSizes : header.localSizeIds;
  sizes.set(words[at + 1]!, [words[at + 3]!, words[at + 4]!, words[at + 5]!]);
}

function put<V>(map: Map<number, V>, key: number, value: V): V {
  map.set(key, value);
  return value;
}

/** A literal string: bytes, four to a word, lowest first, ended by a zero. */
function text(words: Uint32Array, from: number, to: number): string {
  const bytes: number[] = [];
  for (let at = from; at < to; at++) {
    for (let shift = 0; shift < 32; shift += 8) {
      const byte = (words[at]! >>> shift) & 255;
      if (byte === 0) return new TextDecoder().decode(new Uint8Array(bytes));
      bytes.push(byte);
    }
  }
  throw malformed(from, 'a string has no end');
}

function entryPoint(module: SpirvModule, header: Header, entry: Header['entries'][number]): ShaderEntryPoint {
  const ids = builtinSizeIds(module) ?? header.localSizeIds.get(entry.id);
  const literal = header.localSizes.get(entry.id);
  const { name, stage, ports } = entry;
  if (stage !== 'compute') {
    const inputs = portsOf(module, ports, 'input');
    const outputs = portsOf(module, ports, 'output');
    return { name, stage, workgroupSize: null, workgroupSizeIds: [null, null, null], inputs, outputs };
  }
  const workgroupSize: [number, number, number] = literal ?? [1, 1, 1];
  const workgroupSizeIds: [number | null, number | null, number | null] = [null, null, null];
  for (const axis of [0, 1, 2] as const) {
    if (!ids) break;
    workgroupSize[axis] = constantValue(module, ids[axis]);
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

function specialization(module: SpirvModule, id: number): ShaderSpecialization {
  const { words } = module;
  const at = module.declared.get(id)!;
  const opcode = words[at]! & 0xffff;
  const common = { id: module.decorations.get(id)!.get(Decoration.SpecId)!, name: module.names.get(id) ?? '' };
  if (opcode !== Op.SpecConstant)
    return { ...common, type: 'bool', bits: 32, value: opcode === Op.SpecConstantTrue ? 1 : 0 };
  const type = module.declared.get(words[at + 1]!);
  if (type === undefined) throw malformed(at, `type ${words[at + 1]} is used and not declared`);
  const bits = words[type + 2]!;
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, words[at + 3]!, true);
  if (bits === 64 && words[at]! >>> 16 >= 5) view.setUint32(4, words[at + 4]!, true);
  if ((words[type]! & 0xffff) === Op.TypeFloat) {
    const value =
      bits === 64 ? view.getFloat64(0, true) : bits === 32 ? view.getFloat32(0, true) : view.getFloat16(0, true);
    return { ...common, type: 'float', bits, value };
  }
  if (words[type + 3] === 1) {
    return {
      ...common,
      type: 'int',
      bits,
      value: bits === 64 ? Number(view.getBigInt64(0, true)) : view.getInt32(0, true),
    };
  }
  return {
    ...common,
    type: 'uint',
    bits,
    value: bits === 64 ? Number(view.getBigUint64(0, true)) : view.getUint32(0, true),
  };
}
