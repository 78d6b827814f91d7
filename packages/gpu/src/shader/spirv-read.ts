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

/** What instructions have at least behind their own word: `i` an id, `.` another word; and `*` for ids only, to the end. Unlisted ones aren't read. */
const OPERANDS: Readonly<Record<number, string>> = Object.freeze({
  [Op.Name]: 'i.',
  [Op.MemberName]: 'i..',
  [Op.Extension]: '.',
  [Op.MemoryModel]: '..',
  [Op.EntryPoint]: '.i.',
  [Op.ExecutionMode]: 'i.',
  [Op.ExecutionModeId]: 'i.*',
  [Op.Capability]: '.',
  [Op.TypeBool]: 'i',
  [Op.TypeInt]: 'i..',
  [Op.TypeFloat]: 'i.',
  [Op.TypeVector]: 'ii.',
  [Op.TypeMatrix]: 'ii.',
  [Op.TypeImage]: 'ii......',
  [Op.TypeSampler]: 'i',
  [Op.TypeSampledImage]: 'ii',
  [Op.TypeArray]: 'iii',
  [Op.TypeRuntimeArray]: 'ii',
  [Op.TypeStruct]: 'i*',
  [Op.TypePointer]: 'i.i',
  [Op.TypeAccelerationStructure]: 'i',
  [Op.ConstantTrue]: 'ii',
  [Op.ConstantFalse]: 'ii',
  [Op.Constant]: 'ii.',
  [Op.ConstantComposite]: 'ii*',
  [Op.ConstantNull]: 'ii',
  [Op.SpecConstantTrue]: 'ii',
  [Op.SpecConstantFalse]: 'ii',
  [Op.SpecConstant]: 'ii.',
  [Op.SpecConstantComposite]: 'ii*',
  [Op.SpecConstantOp]: 'ii.i',
  [Op.Function]: 'ii.i',
  [Op.Variable]: 'ii.*',
  [Op.Decorate]: 'i.',
  [Op.MemberDecorate]: 'i..',
});

/** Throws where an instruction lacks operands, or its ids are none of the header's. */
function checkOperands(words: Uint32Array, at: number, length: number, operands: string): void {
  const rest = operands.endsWith('*');
  const least = operands.length + (rest ? 0 : 1);
  if (length < least)
    throw malformed(at, `instruction ${words[at]! & 0xffff} has ${length} of at least ${least} words`);
  for (let index = 1; index < (rest ? length : least); index++) {
    if (operands[index - 1] !== '.') checkId(words, at, words[at + index]!);
  }
}

function checkId(words: Uint32Array, at: number, id: number): void {
  const bound = words[3]!;
  if (id === 0 || id >= bound) throw malformed(at, `id ${id} is not 1 to ${bound - 1}, below the header's bound`);
}

function readInstruction(module: SpirvModule, header: SpirvHeader, at: number, length: number): void {
  const { words } = module;
  const opcode = words[at]! & 0xffff;
  const operands = OPERANDS[opcode];
  if (operands === undefined) return;
  checkOperands(words, at, length, operands);
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
      for (const port of ports) checkId(words, at, port);
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
