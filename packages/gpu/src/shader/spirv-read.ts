/**
 * @file Reads the words of a SPIR-V module into its declarations. It never runs off the words: every length is checked against
 * the instruction, and a malformed module is a ShaderError that gives the word.
 * Source: SPIR-V Specification, version 1.6, sections 2.3 "Physical Layout" and 3.
 */

import { malformed } from './spirv-module.ts';
import type { SpirvModule } from './spirv-module.ts';
import {
  ADDRESSING,
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

/** A function that a pipeline may start at, as the module names it. */
export interface SpirvEntry {
  /** Of its function. */
  readonly id: number;
  /** The word where it is declared. */
  readonly at: number;
  readonly stage: string;
  readonly name: string;
  /** The variables of its interface. */
  readonly ports: ReadonlySet<number>;
}

/** What stands before a module's types. */
export interface SpirvHeader {
  /** 5, of version 1.5. */
  readonly minor: number;
  readonly capabilities: string[];
  readonly extensions: string[];
  readonly entries: SpirvEntry[];
  /** Storage classes of its pointers. */
  readonly spaces: Set<number>;
  /** Function → threads in x, y, z. */
  readonly localSizes: Map<number, [number, number, number]>;
  /** Function → constants that are the threads in x, y, z. */
  readonly localSizeIds: Map<number, [number, number, number]>;
  /** Constants with a SpecId. */
  readonly specializations: number[];
  /** Function → the word where it begins. */
  readonly functions: Map<number, number>;
  addressing: string;
  memoryModel: string;
}

/** Reads a module; throws ShaderError where it isn't SPIR-V. */
export function readSpirv(words: Uint32Array): { readonly module: SpirvModule; readonly header: SpirvHeader } {
  const minor = checkHeader(words);
  const module: SpirvModule = {
    words,
    names: new Map(),
    memberNames: new Map(),
    decorations: new Map(),
    memberDecorations: new Map(),
    declared: new Map(),
    variables: [],
    given: new Map(),
    sizes: new Map(),
    constants: new Map(),
  };
  const header: SpirvHeader = {
    minor,
    capabilities: [],
    extensions: [],
    entries: [],
    spaces: new Set(),
    localSizes: new Map(),
    localSizeIds: new Map(),
    specializations: [],
    functions: new Map(),
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
  return { module, header };
}

/** The minor version. */
function checkHeader(words: Uint32Array): number {
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
  return minor;
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
  [Op.ConstantTrue]: 3,
  [Op.ConstantFalse]: 3,
  [Op.Constant]: 4,
  [Op.ConstantComposite]: 3,
  [Op.ConstantNull]: 3,
  [Op.SpecConstantTrue]: 3,
  [Op.SpecConstantFalse]: 3,
  [Op.SpecConstant]: 4,
  [Op.SpecConstantComposite]: 3,
  [Op.SpecConstantOp]: 5,
  [Op.Function]: 5,
  [Op.Variable]: 4,
  [Op.Decorate]: 3,
  [Op.MemberDecorate]: 4,
});

function readInstruction(module: SpirvModule, header: SpirvHeader, at: number, length: number): void {
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
      header.entries.push({ id: b, at, stage: STAGES.get(a) ?? `execution model ${a}`, name, ports });
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
    case Op.Function:
      header.functions.set(b, at);
      return;
    case Op.Variable:
      module.declared.set(b, at);
      module.variables.push(at);
      return;
    case Op.ConstantTrue:
    case Op.ConstantFalse:
    case Op.Constant:
    case Op.ConstantComposite:
    case Op.ConstantNull:
    case Op.SpecConstantComposite:
    case Op.SpecConstantOp:
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

function readMode(header: SpirvHeader, words: Uint32Array, at: number, length: number): void {
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
